//! `leaver diff`: what two policies decide differently, over all users and over those of a directory.

use std::io::Write;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value as Json;

use super::arguments::{Diff, TextOrJson};
use super::engine::{self, Change, Comparison, Decider};
use super::exit::{Exit, Failure};
use super::input::{checked_policy, now, read_directory};
use super::lines::write_json;
use super::output::Output;
use super::terminal::Terminal;
use crate::model::{Moment, Schema, Zone, format_instant};
use crate::policy::{Basis, Decision, Policy};
use crate::report::visible;

/// What changes for one user.
#[derive(Debug, Serialize)]
struct Changed {
    /// The facts of a witness, or the ID of a user of the directory.
    user: Json,
    old: Decision,
    new: Decision,
}

/// Everything that was found.
#[derive(Debug, Serialize)]
struct Report {
    /// One change for each pair of rules that decide differently.
    everybody: Vec<Changed>,
    /// Whether all users there could be were looked at.
    whole: bool,
    /// The users of the directory whose decision changes; nothing without a directory.
    directory: Option<Vec<Changed>>,
}

/// Runs the command.
pub(crate) fn run(arguments: &Diff, terminal: &Terminal) -> Result<Exit, Failure> {
    let directory = match &arguments.directory {
        Some(path) => Some(read_directory(path, terminal)?),
        None => None,
    };
    let schema =
        directory.as_ref().map_or_else(|| Arc::new(Schema::default()), |found| Arc::clone(found.schema()));
    let read = |path| {
        let sources = engine::load_sources(path).map_err(Failure::of)?;
        checked_policy(sources, &schema, directory.as_ref())
    };
    let (old, new) = (read(&arguments.old)?, read(&arguments.new)?);
    let as_of = arguments.moment.as_of.unwrap_or_else(now);
    let zone = directory.as_ref().map_or(Zone::UTC, engine::Directory::zone);
    let moment = Moment::new(as_of, zone).map_err(|error| Failure::usage(error.to_string(), None))?;
    terminal.note(&format!("as of {}", format_instant(as_of)));
    let Comparison { changes, whole } = engine::compare(&old, &new, &Basis::new(moment.clone(), true))?;
    let changed = |change: Change| Changed {
        user: engine::facts(&change.witness, &old),
        old: *change.old,
        new: *change.new,
    };
    let everybody = changes.into_iter().map(changed).collect();
    let directory = match &directory {
        Some(directory) => {
            let basis = Basis::new(moment, directory.is_complete());
            Some(in_directory(&old, &new, &basis, directory)?)
        }
        None => None,
    };
    let report = Report { everybody, whole, directory };
    write_report(&report, arguments.format, terminal)?;
    let none = report.everybody.is_empty() && report.directory.as_ref().is_none_or(Vec::is_empty);
    Ok(if none { Exit::Done } else { Exit::Findings })
}

fn in_directory(
    old: &Policy,
    new: &Policy,
    basis: &Basis,
    directory: &engine::Directory,
) -> Result<Vec<Changed>, Failure> {
    let old = Decider::new(old, basis.clone(), Some(directory))?;
    let new = Decider::new(new, basis.clone(), Some(directory))?;
    let mut changed = Vec::new();
    for user in directory.users() {
        let (old, new) = (old.decide(&user)?, new.decide(&user)?);
        if Change::is_one(&old, &new) {
            changed.push(Changed { user: user.id().as_str().into(), old, new });
        }
    }
    Ok(changed)
}

fn write_report(report: &Report, format: TextOrJson, terminal: &Terminal) -> Result<(), Failure> {
    let mut output = Output::standard();
    if format == TextOrJson::Json {
        let mut json = Vec::new();
        write_json(&mut json, report, terminal.shows_output);
        json.push(b'\n');
        output.write_all(&json)?;
        return output.finish();
    }
    for changed in &report.everybody {
        writeln!(output, "{}", line(changed))?;
    }
    let count = report.everybody.len();
    writeln!(
        output,
        "{}",
        match (count, report.whole) {
            (0, true) => "Both policies decide alike about every user there could be.".to_owned(),
            (0, false) => "No change was found, but not every rule could be looked into.".to_owned(),
            (1, _) => "1 kind of change over all users there could be.".to_owned(),
            _ => format!("{count} kinds of changes over all users there could be."),
        }
    )?;
    if let Some(changed) = &report.directory {
        writeln!(output)?;
        for changed in changed {
            writeln!(output, "{}", line(changed))?;
        }
        writeln!(
            output,
            "{}",
            match changed.len() {
                0 => "Nobody in the directory is decided differently.".to_owned(),
                1 => "1 user of the directory is decided differently.".to_owned(),
                count => format!("{count} users of the directory are decided differently."),
            }
        )?;
    }
    output.finish()
}

/// `ECHOECHO: keep, withdraw (others) → revoke, withdraw (staff)`.
fn line(changed: &Changed) -> String {
    let told = |decision: &Decision| {
        let rule = decision.rule.as_deref().unwrap_or("no rule");
        format!("{}, {} ({rule})", decision.disposition, decision.access)
    };
    let user = match &changed.user {
        Json::String(id) => id.clone(),
        facts => facts.to_string(),
    };
    visible(&format!("{user}: {} → {}", told(&changed.old), told(&changed.new))).into_owned()
}
