//! Python: an environment outside the repository with the packages that are measured, and the scripts.

use std::path::{Path, PathBuf};
use std::process::Command;

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../python")
}

/// Makes the environment if it is not there, and returns its interpreter.
pub(crate) fn environment(folder: &Path) -> Result<PathBuf, String> {
    let environment = folder.join("venv");
    let interpreter = environment.join("bin").join("python");
    if !interpreter.exists() {
        finish(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
    }
    let wanted = here().join("requirements.txt");
    finish(
        Command::new(&interpreter).args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(wanted),
    )?;
    Ok(interpreter)
}

fn finish(command: &mut Command) -> Result<(), String> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{command:?}: {status}")),
        Err(error) => Err(format!("{command:?}: {error}")),
    }
}

/// The scripts that are asked about one policy.
pub(crate) fn scripts(interpreter: &Path, folder: &Path, policy: &str) -> Vec<(&'static str, Command)> {
    let command = |script: &str, threads: &str| {
        let mut command = Command::new(interpreter);
        // No compiled files beside the scripts.
        command.arg("-B").arg(here().join(script)).arg(policy).arg(folder).args(["--threads", threads]);
        if threads == "one" {
            command.env("POLARS_MAX_THREADS", "1");
        }
        command
    };
    vec![
        ("columns", command("columns.py", "one")),
        ("files", command("files.py", "one")),
        ("files", command("files.py", "all")),
    ]
}
