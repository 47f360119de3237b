//! A program that does the work when it is told to: started once per policy, asked for one round at a time.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// One way of doing the work, as its program announced it.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) records: usize,
}

/// A program that has compared all its answers and waits.
pub(crate) struct Program {
    name: String,
    pub(crate) rows: Vec<Row>,
    pub(crate) versions: String,
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Program {
    /// Starts it, and waits until it has compared its answers.
    pub(crate) fn start(name: &str, mut command: Command) -> Result<Self, String> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("{name}: {error}"))?;
        let input = child.stdin.take().ok_or("no input")?;
        let output = BufReader::new(child.stdout.take().ok_or("no output")?);
        let (rows, versions) = (Vec::new(), String::new());
        let mut program = Self { name: name.to_owned(), rows, versions, child, input, output };
        loop {
            let line = program.line()?;
            match line.split('\t').collect::<Vec<_>>()[..] {
                ["ready"] => return Ok(program),
                ["row", name, records] => {
                    let records = records.parse().map_err(|_| format!("`{records}` is no number"))?;
                    program.rows.push(Row { name: name.to_owned(), records });
                }
                ["version", versions] => versions.clone_into(&mut program.versions),
                _ => return Err(format!("{}: what is `{line}`?", program.name)),
            }
        }
    }

    /// Whether its first row are the rules by hand.
    pub(crate) fn is_beside_hand(&self) -> bool {
        self.rows.first().is_some_and(|row| row.name == "hand-written match")
    }

    pub(crate) fn is_leaver(&self) -> bool {
        self.name == "leaver"
    }

    /// Nanoseconds per decision of every row.
    pub(crate) fn round(&mut self) -> Result<Vec<f64>, String> {
        writeln!(self.input, "round").map_err(|error| format!("{}: {error}", self.name))?;
        let line = self.line()?;
        line.split('\t').map(|word| word.parse().map_err(|_| format!("`{word}` is no number"))).collect()
    }

    fn line(&mut self) -> Result<String, String> {
        let mut line = String::new();
        match self.output.read_line(&mut line) {
            Ok(0) => {
                let status = self.child.wait().map_err(|error| error.to_string())?;
                Err(format!("{} ended: {status}", self.name))
            }
            Ok(_) => Ok(line.trim_end_matches(['\r', '\n']).to_owned()),
            Err(error) => Err(format!("{}: {error}", self.name)),
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Without an error that is told already: a program that is not asked any more goes away.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Builds an engine's program, alone, so that no engine's features come into another.
pub(crate) fn build(engine: &str) -> Result<(), String> {
    let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let status = Command::new(cargo)
        .args(["build", "--release", "--locked", "--package", &format!("peers-{engine}"), "--target-dir"])
        .arg(target()?)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(format!("peers-{engine} cannot be built")),
        Err(error) => Err(format!("cargo cannot be run: {error}")),
    }
}

/// The built program of an engine, asked about one policy.
pub(crate) fn of_engine(engine: &str, policy: &str) -> Result<Command, String> {
    let mut command = Command::new(path(engine)?);
    command.arg(policy);
    Ok(command)
}

/// Cargo's target folder: this program is two levels below it.
fn target() -> Result<PathBuf, String> {
    let own = env::current_exe().map_err(|error| error.to_string())?;
    Ok(own.ancestors().nth(2).ok_or("a program is in a folder")?.to_path_buf())
}

/// Where cargo put an engine's program.
fn path(engine: &str) -> Result<PathBuf, String> {
    Ok(target()?.join("release").join(format!("peers-{engine}")))
}

/// Lets leaver's program print how its cost grows.
pub(crate) fn growth() -> Result<(), String> {
    let status = Command::new(path("leaver")?).arg("growth").status();
    match status {
        Ok(status) if status.success() => Ok(()),
        other => Err(format!("growth was not measured: {other:?}")),
    }
}
