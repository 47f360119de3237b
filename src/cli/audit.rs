//! `leaver audit`: the history verified, shown, exported, and signed for.

use std::io::Write as _;

use super::arguments::{Audit, AuditCheckpoint, AuditShow, AuditVerify};
use super::exit::{Exit, Failure};
use super::export;
use super::files::{journal_to_look_at, of_journal, read};
use super::keys::secret;
use super::output::Output;
use super::terminal::Terminal;
use crate::apply::{Checkpoint, Event, JournalError, Record};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::model::format_instant;
use crate::plan::PublicKey;
use crate::report::visible;

/// Largest checkpoint that is read.
const MOST_CHECKPOINT_BYTES: u64 = 4_096;

/// Runs the command.
pub(crate) fn run(audit: &Audit, terminal: &Terminal) -> Result<Exit, Failure> {
    match audit {
        Audit::Verify(arguments) => verify(arguments),
        Audit::Show(arguments) => show(arguments),
        Audit::Export(arguments) => export::run(arguments),
        Audit::Checkpoint(arguments) => checkpoint(arguments, terminal),
    }
}

fn verify(arguments: &AuditVerify) -> Result<Exit, Failure> {
    let journal = journal_to_look_at(&arguments.journal)?;
    let proof = match (&arguments.checkpoint, &arguments.public_key) {
        (Some(path), Some(key)) => Some((noted(path)?, public_key(key)?)),
        (None, None) => None,
        _ => {
            let help = "a checkpoint is checked with the public key that signed it";
            return Err(Failure::usage("--checkpoint and --public-key go together", Some(help.to_owned())));
        }
    };
    let size = proof.as_ref().map(|(checkpoint, _)| checkpoint.size());
    let verified = journal.verified(size, |_| {}).map_err(|error| match error {
        JournalError::Corrupt(what) => {
            let name = arguments.journal.display().to_string();
            let found = Diagnostic::new(Code::HistoryBroken, what, name, Place::FILE);
            Failure::of(vec![found.help("find out who or what changed the file; what came before is whole")])
        }
        error => of_journal(&arguments.journal, &error),
    })?;
    // The plans are bound to the history by their digests, which are looked at here.
    journal.works().map_err(|error| of_journal(&arguments.journal, &error))?;
    let history = &verified.history;
    let mut output = Output::standard();
    match &proof {
        None => {
            writeln!(output, "consistent: {} records, root {}", history.size(), history.root())?;
            writeln!(
                output,
                "Whether records are missing at the end, or all were made anew, only a checkpoint kept elsewhere can tell."
            )?;
        }
        Some((checkpoint, key)) => {
            if let Some(fault) = checkpoint.fault(&verified, key) {
                return Err(Failure::refused(format!("[{}] {}", fault.code, fault.message)));
            }
            let (size, proven) = (history.size(), checkpoint.size());
            writeln!(output, "authentic: {proven} records of {size}, root {}", history.root())?;
            if proven < size {
                writeln!(
                    output,
                    "Records {} to {size} came after the checkpoint: they are consistent, and only a newer checkpoint proves them.",
                    proven + 1
                )?;
            }
        }
    }
    output.finish()?;
    Ok(Exit::Done)
}

fn noted(path: &std::path::Path) -> Result<Checkpoint, Failure> {
    let bytes = read(path, Code::NotACheckpoint, MOST_CHECKPOINT_BYTES)?;
    let checkpoint = std::str::from_utf8(&bytes).ok().and_then(Checkpoint::read);
    checkpoint.ok_or_else(|| {
        let name = path.display().to_string();
        let found = Diagnostic::new(Code::NotACheckpoint, "this is no checkpoint", name, Place::FILE);
        Failure::of(vec![found.help("give a file that `leaver audit checkpoint` wrote")])
    })
}

fn public_key(text: &str) -> Result<PublicKey, Failure> {
    PublicKey::from_text(text).ok_or_else(|| {
        let help = "give the 44 characters that `leaver keygen` printed".to_owned();
        Failure::usage("this is no public key", Some(help))
    })
}

fn checkpoint(arguments: &AuditCheckpoint, terminal: &Terminal) -> Result<Exit, Failure> {
    let journal = journal_to_look_at(&arguments.journal)?;
    let key = secret(&arguments.key)?;
    let verified = journal.verified(None, |_| {}).map_err(|error| of_journal(&arguments.journal, &error))?;
    let note = Checkpoint::sign(&verified.history, &arguments.name, &key).to_note();
    terminal.note("keep it where nobody can change it who can change the journal");
    let mut output = Output::open(arguments.output.as_deref())?;
    output.write_all(note.as_bytes())?;
    output.finish()?;
    Ok(Exit::Done)
}

fn wanted(record: &Record, arguments: &AuditShow) -> bool {
    let entry = &record.entry;
    let user = match &entry.event {
        Event::Intent { user, .. } | Event::Stopped { user, .. } => *user,
        _ => None,
    };
    arguments.user.is_none_or(|wanted| user == Some(wanted))
        && arguments.actor.as_ref().is_none_or(|wanted| entry.actor.as_ref() == Some(wanted))
        && arguments.since.is_none_or(|since| entry.at >= since)
        && arguments
            .plan
            .as_ref()
            .is_none_or(|wanted| entry.plan.is_some_and(|plan| plan.to_string().starts_with(wanted)))
}

fn show(arguments: &AuditShow) -> Result<Exit, Failure> {
    let journal = journal_to_look_at(&arguments.journal)?;
    let of_rule = arguments.rule.as_ref().map(|rule| export::steps_of_rule(&journal, rule));
    let of_rule = of_rule.transpose().map_err(|error| of_journal(&arguments.journal, &error))?;
    let mut output = Output::standard();
    let mut failed = None;
    // An outcome is about the user of the intent before it.
    let mut steps = std::collections::HashSet::new();
    let seen = journal.verified(None, |record| {
        let key = record.entry.plan.zip(record.entry.event.step());
        let is_wanted = wanted(&record, arguments);
        if is_wanted && matches!(record.entry.event, Event::Intent { .. }) {
            steps.extend(key);
        }
        let follows = arguments.user.is_some() && key.is_some_and(|key| steps.contains(&key));
        let is_of_rule = of_rule.as_ref().is_none_or(|steps| key.is_some_and(|key| steps.contains(&key)));
        if (is_wanted || follows) && is_of_rule && failed.is_none() {
            failed = output.write_all(line(&record).as_bytes()).err();
        }
    });
    seen.map_err(|error| of_journal(&arguments.journal, &error))?;
    if let Some(error) = failed {
        return Err(error.into());
    }
    output.finish()?;
    Ok(Exit::Done)
}

fn line(record: &Record) -> String {
    let entry = &record.entry;
    let plan = entry.plan.map_or_else(|| "-".to_owned(), |plan| plan.to_string());
    let plan = plan.get(..12).unwrap_or(&plan);
    let actor = entry.actor.as_deref().unwrap_or("-");
    format!(
        "{:>6}  {}  {plan:<12}  {:<10}  {}\n",
        record.n,
        format_instant(entry.at),
        visible(actor),
        visible(&told(&entry.event))
    )
}

pub(super) fn told(event: &Event) -> String {
    use crate::apply::Outcome;
    let whose = |user: &Option<crate::model::Id>| user.map_or_else(String::new, |user| format!(" of {user}"));
    match event {
        Event::Opened { leaver_version, .. } => format!("journal opened by leaver {leaver_version}"),
        Event::PolicyChanged { .. } => "another policy than before".to_owned(),
        Event::Accepted { steps, .. } => format!("plan accepted, {steps} steps"),
        Event::Approved { approval } => format!("approved by {}", approval.approval.approver),
        Event::Refused { reason } => format!("plan refused: [{}] {}", reason.code, reason.message),
        Event::Overridden { limit, allowed, instead_of } => {
            format!("{limit}: {allowed} allowed instead of {instead_of}")
        }
        Event::Intent { step, kind, user, target, attempt, .. } => {
            format!("step {step}: about to {kind} {target}{}, attempt {attempt}", whose(user))
        }
        Event::Outcome { step, outcome, observed, .. } => {
            let seen = if *observed { ", as seen on the platform" } else { "" };
            let what = match outcome {
                Outcome::Applied => "done".to_owned(),
                Outcome::NoOp { why } => format!("nothing to do: {why}"),
                Outcome::Pending { until } => format!("takes effect by {}", format_instant(*until)),
                Outcome::Refused { why } => format!("refused: {why}"),
                Outcome::Failed { why, .. } => format!("failed: {why}"),
                Outcome::Unknown { why } => format!("unknown: {why}"),
            };
            format!("step {step}: {what}{seen}")
        }
        Event::Held { step, reason } => format!("step {step}: held, {}", reason.message),
        Event::Resolved { step, done, note } => {
            format!("step {step}: a person says {}: {note}", if *done { "done" } else { "not done" })
        }
        Event::Stopped { steps, user, reason } => {
            format!("{} steps{} stopped: [{}] {}", steps.len(), whose(user), reason.code, reason.message)
        }
        Event::Interrupted { reason } => format!("run stopped: {}", reason.message),
        Event::Finished { done, no_op, not_done } => {
            format!("plan finished: {done} done, {no_op} with nothing to do, {not_done} not done")
        }
    }
}
