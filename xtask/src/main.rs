//! `cargo xtask TASK`: the one way into every check and every generated file of the repository.
//!
//! In goes the name of a task, out come the closing lines of the tools it runs and, for more than
//! one step, a table of what passed, failed or could not run. CI runs the same tasks. A task never
//! changes a tracked file, except `fmt`, `generate` and `acme`, whose purpose it is.

mod acme;
mod checks;
mod demo;
mod generated;
mod header;
mod install;
mod program;
mod python;
mod step;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use step::Step;

/// A task: its name, what it does, and its steps.
struct Task {
    name: &'static str,
    about: &'static str,
    steps: fn() -> Vec<Step>,
}

const TASKS: &[Task] = &[
    Task {
        name: "test",
        about: "everything that must be green: format, lints, tests, documentation, generated files, licences, the Python package",
        steps: checks::all,
    },
    Task { name: "fmt", about: "format the code in place", steps: checks::format_in_place },
    Task {
        name: "lint",
        about: "format check, clippy with warnings as errors, licences",
        steps: checks::lint,
    },
    Task {
        name: "docs",
        about: "build the documentation and check its links, names and policies",
        steps: checks::docs,
    },
    Task { name: "bench", about: "run the benchmarks", steps: checks::bench },
    Task {
        name: "demo",
        about: "print what the company of examples/acme decides and plans (also: cargo demo)",
        steps: checks::demo,
    },
    Task { name: "generate", about: "write every generated file anew", steps: checks::generate },
    Task { name: "header", about: "write include/leaver.h anew", steps: checks::header },
    Task {
        name: "python",
        about: "build the Python package into an environment in the target folder and test it",
        steps: checks::python,
    },
    Task { name: "acme", about: "write the directory of examples/acme anew", steps: checks::acme },
];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(name) = arguments.next() else {
        list();
        return ExitCode::SUCCESS;
    };
    if matches!(name.as_str(), "help" | "--help" | "-h") {
        list();
        return ExitCode::SUCCESS;
    }
    if name == "install" {
        return install::run(arguments);
    }
    match (TASKS.iter().find(|task| task.name == name), arguments.next()) {
        (Some(task), None) => step::run(task.name, &(task.steps)()),
        (Some(_), Some(extra)) => {
            eprintln!("xtask: `{name}` takes no arguments, but got `{extra}`");
            ExitCode::from(2)
        }
        (None, _) => {
            eprintln!("xtask: there is no task `{name}`\n");
            list();
            ExitCode::from(2)
        }
    }
}

fn list() {
    println!("cargo xtask TASK\n");
    for task in TASKS {
        println!("  {:<10}{}", task.name, task.about);
    }
    println!("  {:<10}install the C library: --prefix DIR [--features arrow] [--profile NAME]", "install");
}

/// The root of the repository: the folder above this crate.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}
