//! `leaver keygen` and `leaver approve`: keys, and statements signed with them.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use time::Duration;

use super::arguments::{Approve, Keygen};
use super::exit::{Exit, Failure};
use super::files::{named_plan, read};
use super::input::instant_of;
use super::output::Output;
use super::terminal::Terminal;
use crate::apply::{Approval, Pseudonyms, Secret};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::model::format_instant;

/// Largest key file that is read.
const MOST_KEY_BYTES: u64 = 4_096;

/// Runs `leaver keygen`.
pub(crate) fn keygen(arguments: &Keygen, terminal: &Terminal) -> Result<Exit, Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| Failure::bug(format!("no random numbers: {error}")))?;
    if arguments.pseudonyms {
        write_secret(&arguments.output, &Pseudonyms::to_file(&bytes))?;
        terminal.note(&format!(
            "the key is in {}; whoever has it can find out who is meant by a pseudonym",
            arguments.output.display()
        ));
        return Ok(Exit::Done);
    }
    let key = Secret::from_bytes(bytes);
    write_secret(&arguments.output, &key.to_file())?;
    terminal.note(&format!(
        "the key is in {}; nobody else may read it. Into approvers.toml, beside the name of the administrator:",
        arguments.output.display()
    ));
    let mut output = Output::standard();
    writeln!(output, "{}", key.public().to_text())?;
    output.finish()?;
    Ok(Exit::Done)
}

/// A new file that only its owner reads. A key that is there is never written over.
fn write_secret(path: &Path, text: &str) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let written = options.open(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|error| Failure::file(path, "write", &error))
}

/// The key in a file.
pub(crate) fn secret(path: &Path) -> Result<Secret, Failure> {
    let bytes = read(path, Code::NotAKey, MOST_KEY_BYTES)?;
    let key = std::str::from_utf8(&bytes).ok().and_then(Secret::from_file);
    key.ok_or_else(|| {
        let found = Diagnostic::new(Code::NotAKey, "this is no key", path.display().to_string(), Place::FILE);
        Failure::of(vec![found.help("give a file that `leaver keygen` wrote")])
    })
}

/// The key of pseudonyms in a file.
pub(crate) fn pseudonyms(path: &Path) -> Result<Pseudonyms, Failure> {
    let bytes = read(path, Code::NotAKey, MOST_KEY_BYTES)?;
    let key = std::str::from_utf8(&bytes).ok().and_then(Pseudonyms::from_file);
    key.ok_or_else(|| {
        let name = path.display().to_string();
        let found = Diagnostic::new(Code::NotAKey, "this is no key of pseudonyms", name, Place::FILE);
        Failure::of(vec![found.help("give a file that `leaver keygen --pseudonyms` wrote")])
    })
}

/// Runs `leaver approve`.
pub(crate) fn approve(arguments: &Approve, terminal: &Terminal) -> Result<Exit, Failure> {
    let paper = named_plan(&arguments.plan)?;
    let key = secret(&arguments.key)?;
    let now = instant_of(arguments.moment);
    let counts = paper.counts();
    if arguments.name == paper.actor() {
        let text = format!("{} owns the plan and cannot approve it, too", arguments.name);
        return Err(Failure::refused(text));
    }
    let valid_for = Duration::hours(i64::from(arguments.hours));
    let signed = Approval::new(&paper, &arguments.name, now, valid_for).sign(&key);
    terminal.note(&format!(
        "{} approves plan {} of {}: {} users lose the ID for good or give it up, {} lose access, {} have something \
         done that can be taken back; until {}",
        arguments.name,
        paper.digest(),
        paper.actor(),
        counts.irreversible,
        counts.withdraw,
        counts.reversible,
        format_instant(signed.approval.until)
    ));
    let mut output = Output::open(arguments.output.as_deref())?;
    writeln!(output, "{}", signed.to_json())?;
    output.finish()?;
    Ok(Exit::Done)
}
