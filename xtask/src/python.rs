//! The tests of the Python package: a virtual environment in the target folder, the extension built into it, pytest
//! with real polars, pyarrow, pandas, duckdb and `PySpark`, and the type checkers.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::program::{built, target};

/// The oldest Python that the package supports.
const OLDEST: (u32, u32) = (3, 11);

/// Runs everything. Where it cannot run, why comes out.
pub(crate) fn test() -> Result<Option<String>, String> {
    let Some(python) = interpreter() else {
        return Ok(Some(format!(
            "no Python {}.{} or newer with the module venv was found",
            OLDEST.0, OLDEST.1
        )));
    };
    if !succeeds(Command::new("java").arg("-version")) {
        return Ok(Some("java is not installed, which PySpark needs".to_owned()));
    }
    let environment = Environment::of(&python)?;
    // The program beside which the package is held.
    built()?;
    run(&mut environment.program("maturin", &["develop", "--profile", "dev", "--quiet"]))?;
    let mut wrong = Vec::new();
    for (program, arguments) in [
        (
            "python",
            &["-m", "pytest", "--quiet", "-s", "--timeout", "600", "tests", "--doctest-modules", "leaver"][..],
        ),
        ("python", &["-m", "mypy"]),
        ("pyright", &[]),
        ("python", &["-m", "mypy.stubtest", "leaver"]),
    ] {
        wrong.extend(run(&mut environment.program(program, arguments)).err());
    }
    if wrong.is_empty() { Ok(None) } else { Err(wrong.join("\n")) }
}

struct Environment {
    folder: PathBuf,
}

impl Environment {
    /// The environment in the target folder, with what the tests need.
    fn of(python: &str) -> Result<Self, String> {
        let folder = target().join("python");
        let environment = Self { folder };
        if !environment.path("python").exists() {
            run(Command::new(python).args(["-m", "venv"]).arg(&environment.folder))?;
        }
        run(&mut environment
            .program("python", &["-m", "pip", "install", "--quiet", "-r", "requirements-test.txt"]))?;
        Ok(environment)
    }

    fn path(&self, program: &str) -> PathBuf {
        self.folder.join("bin").join(program)
    }

    /// A program of the environment, to be run in the folder of the package.
    fn program(&self, name: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.path(name));
        let paths = std::env::var_os("PATH").unwrap_or_default();
        let all = std::iter::once(self.folder.join("bin")).chain(std::env::split_paths(&paths));
        if let Ok(path) = std::env::join_paths(all) {
            command.env("PATH", path);
        }
        command
            .args(arguments)
            .env("VIRTUAL_ENV", &self.folder)
            .env("LEAVER_PROGRAM", target().join("debug").join("leaver"))
            .current_dir(crate::root().join("python"));
        command
    }
}

/// A Python that is new enough and can make environments.
fn interpreter() -> Option<String> {
    let (major, minor) = OLDEST;
    let question = format!("import sys, venv, ensurepip; sys.exit(sys.version_info < ({major}, {minor}))");
    let names = ["python3", "python3.11", "python3.12", "python3.13", "python3.14", "python"];
    names.into_iter().find(|name| succeeds(Command::new(name).args(["-c", &question]))).map(str::to_owned)
}

fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

fn run(command: &mut Command) -> Result<(), String> {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default().to_owned();
    let arguments: Vec<_> = command.get_args().map(|argument| argument.to_string_lossy()).collect();
    let told = format!("{} {}", program.to_string_lossy(), arguments.join(" "));
    println!("$ {told}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{told}: {status}")),
        Err(error) => Err(format!("{told} cannot be run: {error}")),
    }
}
