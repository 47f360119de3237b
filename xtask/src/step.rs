//! Steps: one command or one function each, run in order, with a table at the end.
//!
//! A failed step does not stop the others: whoever waits for a run wants to know everything that is
//! wrong. A step that cannot run says why; where `CI` is `true` that counts as a failure, so that a
//! check cannot disappear from CI unseen.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

/// One step of a task.
pub(crate) struct Step {
    /// What it is called in the table.
    pub(crate) name: &'static str,
    /// What it does.
    pub(crate) work: Work,
}

/// What a step does.
pub(crate) enum Work {
    /// Runs a program with arguments and extra environment variables; it passes with exit code 0.
    Command {
        program: &'static str,
        arguments: &'static [&'static str],
        environment: &'static [(&'static str, &'static str)],
    },
    /// As `Command`, for a cargo subcommand that may not be installed; `install` says how to get it.
    OptionalCargo { subcommand: &'static str, arguments: &'static [&'static str], install: &'static str },
    /// Calls a function; the error says what is wrong.
    Function(fn() -> Result<(), String>),
    /// The same for what may not be able to run; then it says why.
    OptionalFunction(fn() -> Result<Option<String>, String>),
}

/// How a step ended.
enum Outcome {
    Passed,
    Failed(String),
    Skipped(String),
}

impl Outcome {
    /// Whether the task fails with it; where it is `strict`, a check that could not run is no check.
    const fn is_failure(&self, strict: bool) -> bool {
        match self {
            Self::Passed => false,
            Self::Failed(_) => true,
            Self::Skipped(_) => strict,
        }
    }
}

impl Step {
    /// A cargo command.
    pub(crate) const fn cargo(name: &'static str, arguments: &'static [&'static str]) -> Self {
        Self { name, work: Work::Command { program: "cargo", arguments, environment: &[] } }
    }

    /// A function of this crate.
    pub(crate) const fn function(name: &'static str, function: fn() -> Result<(), String>) -> Self {
        Self { name, work: Work::Function(function) }
    }

    fn run(&self) -> Outcome {
        match &self.work {
            Work::Command { program, arguments, environment } => execute(program, arguments, environment),
            Work::OptionalCargo { subcommand, arguments, install } => {
                let installed = Command::new(cargo())
                    .args([subcommand, "--version"])
                    .output()
                    .is_ok_and(|output| output.status.success());
                if installed {
                    execute("cargo", arguments, &[])
                } else {
                    Outcome::Skipped(format!("cargo-{subcommand} is not installed; get it with `{install}`"))
                }
            }
            Work::OptionalFunction(function) => match function() {
                Ok(None) => Outcome::Passed,
                Ok(Some(why)) => Outcome::Skipped(why),
                Err(message) => {
                    println!("{message}");
                    Outcome::Failed("see above".to_owned())
                }
            },
            Work::Function(function) => match function() {
                Ok(()) => Outcome::Passed,
                Err(message) => {
                    println!("{message}");
                    Outcome::Failed("see above".to_owned())
                }
            },
        }
    }
}

/// Runs the steps in order and reports them. The exit code is 0 if all passed (or, outside CI, could
/// not run), else 1.
pub(crate) fn run(task: &str, steps: &[Step]) -> ExitCode {
    let strict = std::env::var("CI").is_ok_and(|value| value == "true");
    let mut results = Vec::new();
    let figures = figures();
    // What an earlier run has found is none of this one.
    let _ = std::fs::remove_file(&figures);
    for step in steps {
        if steps.len() > 1 {
            println!("\n=== {}", step.name);
        }
        let start = Instant::now();
        let outcome = step.run();
        if let Outcome::Skipped(why) = &outcome {
            println!("skipped: {why}");
        }
        results.push((step.name, outcome, start.elapsed().as_secs_f64()));
    }
    show(&figures);
    let failures = results.iter().filter(|(_, outcome, _)| outcome.is_failure(strict)).count();
    if steps.len() > 1 {
        println!("\n=== {task}\n{:<28}{:<10}{:>8}", "step", "result", "seconds");
        for (name, outcome, seconds) in &results {
            let (word, note) = match outcome {
                Outcome::Passed => ("passed", String::new()),
                Outcome::Failed(why) => ("FAILED", format!("  {why}")),
                Outcome::Skipped(why) => ("skipped", format!("  {why}")),
            };
            println!("{name:<28}{word:<10}{seconds:>8.1}{note}");
        }
        let skipped = results.iter().filter(|(_, outcome, _)| matches!(outcome, Outcome::Skipped(_))).count();
        let counted = if strict && skipped > 0 { ", which counts as a failure in CI" } else { "" };
        println!("{} steps, {failures} failed, {skipped} skipped{counted}", results.len());
        if failures > 0 {
            // A full disk makes everything fail, and says so where nobody looks.
            let _ = Command::new("df").arg("-h").arg(crate::root()).status();
        }
    }
    ExitCode::from(u8::from(failures > 0))
}

/// Where tests leave what they have measured.
fn figures() -> PathBuf {
    crate::program::target().join("figures.txt")
}

/// Prints what tests have measured, each figure once: the last of a name counts.
fn show(figures: &Path) {
    let text = std::fs::read_to_string(figures).unwrap_or_default();
    let mut rows: Vec<(&str, &str)> = Vec::new();
    for (what, found) in text.lines().filter_map(|line| line.split_once('\t')) {
        match rows.iter_mut().find(|(known, _)| *known == what) {
            Some(row) => row.1 = found,
            None => rows.push((what, found)),
        }
    }
    if rows.is_empty() {
        return;
    }
    let width = rows.iter().map(|(what, _)| what.chars().count()).max().unwrap_or_default();
    println!("\n=== figures");
    for (what, found) in rows {
        println!("{what:<width$}  {found}");
    }
}

/// The cargo that runs this task, so that `cargo +nightly xtask …` stays with one toolchain.
fn cargo() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

fn execute(program: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Outcome {
    println!("$ {program} {}", arguments.join(" "));
    let program = if program == "cargo" { cargo() } else { program.to_owned() };
    let status = Command::new(&program)
        .args(arguments)
        .envs(environment.iter().copied())
        .env("LEAVER_FIGURES", figures())
        .current_dir(crate::root())
        .status();
    match status {
        Ok(status) if status.success() => Outcome::Passed,
        Ok(status) => Outcome::Failed(status.to_string()),
        Err(error) => Outcome::Failed(format!("{program} cannot be run: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skipped_step_fails_where_it_counts() {
        let skipped = Outcome::Skipped("not installed".to_owned());
        assert!(!skipped.is_failure(false));
        assert!(skipped.is_failure(true));
        assert!(!Outcome::Passed.is_failure(true));
        assert!(Outcome::Failed("exit status: 1".to_owned()).is_failure(false));
    }

    #[test]
    fn a_program_that_does_not_exist_is_a_failure() {
        assert!(execute("leaver-has-no-such-program", &[], &[]).is_failure(false));
        assert!(!execute("cargo", &["--version"], &[]).is_failure(true));
    }
}
