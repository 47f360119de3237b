//! `leaver audit export`: the history handed on, as it is or without people in it.

use std::collections::{HashMap, HashSet};
use std::io::Write as _;

use serde_json::Value;

use super::arguments::{AuditExport, ExportFormat};
use super::audit::told;
use super::exit::{Exit, Failure};
use super::files::{journal_to_look_at, of_journal};
use super::keys::pseudonyms;
use super::lines::safe_cell;
use super::output::Output;
use crate::apply::{About, Event, FileJournal, JournalError, Pseudonyms, Record, controls, ocsf};
use crate::directory::Digest;
use crate::model::format_instant;

/// A step of a plan.
type Step = (Digest, u32);

/// Runs the command.
pub(super) fn run(arguments: &AuditExport) -> Result<Exit, Failure> {
    let journal = journal_to_look_at(&arguments.journal)?;
    let failed = |error: JournalError| of_journal(&arguments.journal, &error);
    let hidden = match &arguments.pseudonyms {
        Some(path) => Some(pseudonyms(path)?),
        None => None,
    };
    // Nothing is handed on that is not what was written.
    journal.verified(None, |_| {}).map_err(failed)?;
    let mut output = Output::open(arguments.output.as_deref())?;
    let mut export = Export { hidden: hidden.as_ref(), steps: HashMap::new() };
    let mut rows = csv::Writer::from_writer(Vec::new());
    if arguments.format == ExportFormat::Csv {
        let head = ["n", "at", "plan", "actor", "event", "step", "what", "hash", "controls"];
        rows.write_record(head).map_err(Failure::bug)?;
    }
    let mut broken: Option<Failure> = None;
    match (arguments.format, &hidden) {
        // The lines themselves, byte for byte: with them anybody can verify the chain.
        (ExportFormat::Jsonl, None) => journal.lines(|line| {
            if broken.is_none() {
                broken = writeln!(output, "{line}").err().map(Failure::from);
            }
            Ok(())
        }),
        (format, _) => journal
            .verified(None, |record| {
                let written = match format {
                    ExportFormat::Csv => rows.write_record(export.row(&record)).map_err(Failure::bug),
                    ExportFormat::Jsonl => {
                        writeln!(output, "{}", export.plain(&record)).map_err(Failure::from)
                    }
                    ExportFormat::Ocsf => {
                        writeln!(output, "{}", export.event(&record)).map_err(Failure::from)
                    }
                };
                broken = broken.take().or_else(|| written.err());
            })
            .map(drop),
    }
    .map_err(failed)?;
    if let Some(failure) = broken {
        return Err(failure);
    }
    output.write_all(&rows.into_inner().map_err(Failure::bug)?)?;
    output.finish()?;
    Ok(Exit::Done)
}

/// What is known of the steps that went by.
struct Export<'a> {
    hidden: Option<&'a Pseudonyms>,
    steps: HashMap<Step, About>,
}

impl Export<'_> {
    /// The step that a record is about.
    fn about(&mut self, record: &Record) -> Option<About> {
        let step = record.entry.plan.zip(record.entry.event.step())?;
        if let Event::Intent { kind, user, target, .. } = &record.entry.event {
            self.steps.insert(step, About { kind: *kind, user: *user, target: target.clone() });
        }
        self.steps.get(&step).cloned()
    }

    fn plain(&self, record: &Record) -> Value {
        let value = serde_json::to_value(record).unwrap_or(Value::Null);
        self.hidden.map_or(value.clone(), |hidden| hidden.record(value))
    }

    fn event(&mut self, record: &Record) -> Value {
        let about = self.about(record);
        ocsf(record, about.as_ref(), self.hidden)
    }

    fn row(&mut self, record: &Record) -> [String; 9] {
        let kind = self.about(record).map(|about| about.kind);
        let entry = &record.entry;
        let (actor, what) = match self.hidden {
            None => (entry.actor.clone().unwrap_or_default(), told(&entry.event)),
            Some(hidden) => {
                let shown = self.plain(record);
                let said = serde_json::to_value(&entry.event).unwrap_or(Value::Null);
                let actor = shown["actor"].as_str().unwrap_or_default().to_owned();
                (actor, hidden.record(said).to_string())
            }
        };
        [
            record.n.to_string(),
            format_instant(entry.at),
            entry.plan.map_or_else(String::new, |plan| plan.to_string()),
            safe_cell(actor),
            entry.event.name().to_owned(),
            entry.event.step().map_or_else(String::new, |step| step.to_string()),
            safe_cell(what),
            record.hash.to_string(),
            controls(&entry.event, kind).join("; "),
        ]
    }
}

/// The steps of users about whom a rule decided, of every plan of a journal.
pub(super) fn steps_of_rule(journal: &FileJournal, rule: &str) -> Result<HashSet<Step>, JournalError> {
    let mut steps = HashSet::new();
    for (paper, _) in journal.works()? {
        for user in paper.users().iter().filter(|user| user.decided.rule.as_deref() == Some(rule)) {
            let numbers = user.steps.iter().filter_map(|at| paper.steps().get(*at)).map(|step| step.number);
            steps.extend(numbers.map(|number| (*paper.digest(), number)));
        }
    }
    Ok(steps)
}
