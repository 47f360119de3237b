//! `leaver report`: a page for a browser about a plan and how it was carried out.

use std::io::Write as _;

use super::apply::beside;
use super::arguments::Report as Arguments;
use super::exit::{Exit, Failure};
use super::files::{journal_to_look_at, of_journal};
use super::input::instant_of;
use super::output::Output;
use super::platform;
use super::terminal::Terminal;
use crate::apply::simulator::{Faults, Simulator};
use crate::apply::{Compared, Connector, Event, FileJournal, JournalError, Record, RunReport, Work, status};
use crate::directory::Digest;
use crate::model::format_instant;

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let failed = |error: JournalError| of_journal(&arguments.journal, &error);
    let journal = journal_to_look_at(&arguments.journal)?;
    let digest = wanted(&journal, arguments, terminal)?;
    let mut records: Vec<Record> = Vec::new();
    // Nothing is told that is not what was written.
    let verified = journal
        .verified(None, |record| {
            if record.entry.plan == Some(digest) {
                records.push(record);
            }
        })
        .map_err(failed)?;
    let paper = journal.paper(&digest).map_err(failed)?;
    let paper =
        paper.ok_or_else(|| failed(JournalError::Corrupt(format!("the plan {digest} is missing"))))?;
    let mut work = Work::of(&paper);
    for record in &records {
        work.take(record.entry.at, &record.entry.event);
    }
    let mut simulator = simulator(arguments)?;
    let compared = if simulator.is_some() { Compared::WithPlatform } else { Compared::WithRecords };
    let connector = simulator.as_mut().map(|simulator| -> &mut dyn Connector { simulator });
    let now = instant_of(arguments.moment);
    terminal.note(&format!("as of {}", format_instant(now)));
    let report = RunReport {
        paper: &paper,
        records: &records,
        history: &verified.history,
        status: &status(&paper, &work, connector, now),
        compared,
        company: arguments.company.as_deref(),
    };
    let page = report.to_html().map_err(|found| Failure::of(vec![*found]))?;
    let mut output = Output::open(arguments.output.as_deref())?;
    output.write_all(page.as_bytes())?;
    output.finish()?;
    Ok(Exit::Done)
}

/// The plan that the report is about.
fn wanted(journal: &FileJournal, arguments: &Arguments, terminal: &Terminal) -> Result<Digest, Failure> {
    let mut plans: Vec<Digest> = Vec::new();
    let seen = journal.verified(None, |record| {
        if matches!(record.entry.event, Event::Accepted { .. }) {
            plans.extend(record.entry.plan);
        }
    });
    seen.map_err(|error| of_journal(&arguments.journal, &error))?;
    let help = Some("run `leaver audit show` to see the plans of this journal".to_owned());
    if let Some(wanted) = &arguments.plan {
        plans.retain(|plan| plan.to_string().starts_with(wanted));
        return match &plans[..] {
            [] => Err(Failure::usage(format!("the journal has no plan {wanted}"), help)),
            [plan] => Ok(*plan),
            _ => Err(Failure::usage(format!("the journal has several plans {wanted}…"), help)),
        };
    }
    let Some(last) = plans.last() else {
        return Err(Failure::usage("the journal has no plan that was accepted", help));
    };
    if plans.len() > 1 {
        terminal.note(&format!("the last of {} plans; --plan names another", plans.len()));
    }
    Ok(*last)
}

/// The platform, if there is one to look at.
fn simulator(arguments: &Arguments) -> Result<Option<Simulator>, Failure> {
    let path = arguments.world.clone().unwrap_or_else(|| beside(&arguments.journal));
    match platform::world(&path) {
        Ok(world) => Ok(Some(Simulator::new(world, Faults::none()))),
        Err(_) if arguments.world.is_none() && !path.exists() => Ok(None),
        Err(failure) => Err(failure),
    }
}
