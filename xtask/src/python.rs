//! The tests of the Python package: a virtual environment in the target folder, the extension built into it, pytest
//! with real polars, pyarrow, pandas, duckdb and `PySpark`, and the type checkers.

use std::fs;
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
    run(&mut environment.program("maturin", &["develop", "--profile", "dev", "--quiet", "--locked"]))?;
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
    wrong.extend(corpus(&environment).err());
    wrong.extend(source_distribution(&environment).err());
    if wrong.is_empty() { Ok(None) } else { Err(wrong.join("\n")) }
}

/// The corpus that Rust, C and Python must agree on, to the byte.
fn corpus(environment: &Environment) -> Result<(), String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args(["test", "--package", "leaver-c", "--all-features", "--locked", "--quiet", "--test", "corpus"])
        .args(["--", "--show-output"])
        .env("LEAVER_PYTHON", environment.path("python"))
        .current_dir(crate::root());
    run(&mut command)
}

/// Tests that need nothing but the package and what is in its source distribution.
const ALONE: [&str; 4] = ["conftest.py", "test_corpus.py", "test_model.py", "test_values.py"];

/// The source distribution, unpacked elsewhere: it builds, and what it builds passes.
fn source_distribution(environment: &Environment) -> Result<(), String> {
    let place = target().join("sdist");
    // What an earlier run has left is none of this one.
    let _ = fs::remove_dir_all(&place);
    let (packed, wheels, site) = (place.join("packed"), place.join("wheels"), place.join("site"));
    run(environment.program("maturin", &["sdist", "--out"]).arg(&packed))?;
    run(environment.program("python", &["-m", "tarfile", "-e"]).arg(only(&packed)?).arg(&place))?;
    let unpacked = place.join(format!("leaver-{}", env!("CARGO_PKG_VERSION")));
    let mut build = environment.program("maturin", &["build", "--profile", "dev", "--quiet", "--out"]);
    // In the folder of what is built already: what others have written is not compiled again.
    run(build.arg(&wheels).env("CARGO_TARGET_DIR", target()).current_dir(&unpacked))?;
    let install = ["-m", "pip", "install", "--quiet", "--no-deps", "--target"];
    run(environment.program("python", &install).arg(&site).arg(only(&wheels)?))?;
    // Only what was installed is to be found, not the sources beside the tests.
    let python = unpacked.join("python");
    let failed = |error: std::io::Error| format!("{}: {error}", python.display());
    fs::remove_dir_all(python.join("leaver")).map_err(failed)?;
    fs::create_dir_all(python.join("tests")).map_err(failed)?;
    for name in ALONE {
        let from = crate::root().join("python").join("tests").join(name);
        fs::copy(from, python.join("tests").join(name)).map_err(failed)?;
    }
    let mut tests = environment.program("pytest", &["--quiet", "-s", "--timeout", "600", "tests"]);
    run(tests.env("PYTHONPATH", &site).current_dir(&python))
}

/// The only file of a folder.
fn only(folder: &Path) -> Result<PathBuf, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut entries = fs::read_dir(folder).map_err(failed)?;
    let first = entries.next().ok_or_else(|| format!("{} is empty", folder.display()))?;
    Ok(first.map_err(failed)?.path())
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
