//! `leaver apply`: a plan is carried out, as far as that can be done now.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use serde::Serialize;
use time::OffsetDateTime;

use super::arguments::{
    Allowance, Apply as Arguments, ChecklistFormat, ConnectorName, Limit, Steps, TextOrJson,
};
use super::engine::load_sources;
use super::exit::{Exit, Failure};
use super::files::{named_plan, of_apply, of_journal, read};
use super::input::{checked_policy, instant_of, now, read_directory};
use super::output::Output;
use super::plan::{approvers_in, guards_in};
use super::platform::Platform;
use super::progress::Progress;
use super::terminal::{INTERRUPTED, Terminal};
use super::threema;
use crate::apply::simulator::Faults;
use crate::apply::{
    Acceptance, Anew, Connector, Engine, Entry, Event, FileJournal, Journal, JournalError, Pace, Paper, Run,
    Signed, Standing, Stop, Watched, Work, accept, checklist, reported, standing, stopped,
};
use crate::diagnostic::Code;
use crate::directory::Digest;
use crate::model::format_instant;
use crate::plan::ActionClass;
use crate::policy::Policy;

/// Largest approval that is read.
const MOST_APPROVAL_BYTES: u64 = 64 * 1_024;

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let paper = named_plan(&arguments.plan)?;
    let start = instant_of(arguments.moment);
    let threema = threema::settings(arguments)?;
    if arguments.dry_run {
        return threema::dry_run(arguments, &paper, threema.unwrap_or_default(), start);
    }
    let directory = match &arguments.directory {
        Some(path) => Some(read_directory(path, terminal)?),
        None => None,
    };
    let snapshot = directory.as_ref().map(super::engine::Directory::snapshot);
    let approvals = arguments.approvals.iter().map(|path| approval(path)).collect::<Result<Vec<_>, _>>()?;
    let approvers = match (&directory, &arguments.directory) {
        (Some(directory), Some(path)) => {
            approvers_in(arguments.approvers.as_ref(), path, directory, terminal)?
        }
        _ => None,
    };
    let guards = guards_in(arguments.guards.as_ref(), arguments.directory.as_ref(), terminal)?;
    let journal_failed = |error: JournalError| of_journal(&arguments.journal, &error);
    let mut journal = FileJournal::open(&arguments.journal, start).map_err(journal_failed)?;
    let (allowed, pace) = allowances(&arguments.allowed);
    let acceptance = Acceptance {
        guards: guards.as_ref(),
        approvers: approvers.as_ref(),
        approvals: &approvals,
        directory: snapshot,
        allowed: &allowed,
        now: start,
    };
    accept(&paper, &mut journal, &acceptance).map_err(|error| of_apply(&arguments.journal, error))?;

    let policy = match (&arguments.policy, &directory) {
        (Some(path), Some(directory)) => {
            let sources = load_sources(path).map_err(Failure::of)?;
            Some(checked_policy(sources, directory.snapshot().schema(), Some(directory))?)
        }
        _ => None,
    };
    let course =
        Course { arguments, paper: &paper, policy: policy.as_ref(), snapshot, pace, terminal, start };
    if arguments.connector == ConnectorName::Checklist {
        let (work, _) =
            standing(&paper, &journal, start).map_err(|error| of_apply(&arguments.journal, error))?;
        let anew = course.decided_anew(&work, start)?;
        return by_hand(arguments, &paper, &mut journal, snapshot, &anew, start);
    }
    if arguments.connector == ConnectorName::Threema {
        let mut platform = threema::connect(threema.unwrap_or_default(), &paper, start)?;
        return course.run(&mut journal, &mut platform, Some(now))?.print(arguments);
    }
    let world = arguments.world.clone().unwrap_or_else(|| beside(&arguments.journal));
    let faults = match arguments.faults {
        0 => Faults::none(),
        per_cent => Faults::seeded(arguments.seed, per_cent),
    };
    let mut platform = Platform::open(&world, snapshot, faults)?;
    let report = course.run(&mut journal, &mut platform, None)?;
    if let Some(failure) = platform.failure() {
        return Err(failure);
    }
    report.print(arguments)
}

/// What is carried out, and how.
struct Course<'a> {
    arguments: &'a Arguments,
    paper: &'a Paper,
    policy: Option<&'a Policy>,
    snapshot: Option<&'a crate::directory::Directory>,
    pace: Pace,
    terminal: &'a Terminal,
    start: OffsetDateTime,
}

impl Course<'_> {
    /// What is decided by a newer directory, if there is one.
    fn decided_anew(&self, work: &Work, now: OffsetDateTime) -> Result<Anew, Failure> {
        match (self.policy, self.snapshot) {
            (Some(policy), Some(directory)) => Anew::of(self.paper, work, policy, directory, now)
                .map_err(|reason| Failure::refused(format!("[{}] {}", reason.code, reason.message))),
            _ => Ok(Anew::default()),
        }
    }

    /// Carries the plan out as far as that can be done now. Without a clock time stands still, but for `--until`.
    fn run<C: Connector>(
        &self,
        journal: &mut FileJournal,
        platform: &mut C,
        clock: Option<fn() -> OffsetDateTime>,
    ) -> Result<Report, Failure> {
        let Self { arguments, paper, pace, .. } = *self;
        let journal_failed = |error: JournalError| of_journal(&arguments.journal, &error);
        journal.record(overrides(paper, pace, self.start)).map_err(journal_failed)?;
        let steps = u64::try_from(paper.steps().len()).ok();
        let progress = Progress::new(self.terminal, "carrying out", steps);
        let mut now = self.start;
        let mut watched = Watched::new(platform, Anew::default());
        let mut engine = Engine::new(paper, journal, &mut watched, pace).map_err(journal_failed)?;
        loop {
            let anew = self.decided_anew(engine.work(), now)?;
            engine.connector().renew(anew);
            let mut done = engine.work().steps().iter().filter(|standing| standing.is_final()).count() as u64;
            let ended = engine
                .run(&mut || clock.map_or(now, |clock| clock()), &mut |_, standing| {
                    done += u64::from(standing.is_final());
                    progress.set(done);
                    !INTERRUPTED.load(Ordering::Relaxed)
                })
                .map_err(|error| of_apply(&arguments.journal, error))?;
            match (ended, arguments.until) {
                // Only a simulated platform has a clock that can be put forward.
                (Run::Waiting { until }, Some(end)) if clock.is_none() && until <= end && until > now => {
                    now = until;
                }
                _ => {
                    let at = clock.map_or(now, |clock| clock());
                    return Ok(Report::of(paper, engine.work(), ended, at));
                }
            }
        }
    }
}

/// What people did is recorded, and what they do next is listed.
fn by_hand(
    arguments: &Arguments,
    paper: &Paper,
    journal: &mut FileJournal,
    directory: Option<&crate::directory::Directory>,
    anew: &Anew,
    now: OffsetDateTime,
) -> Result<Exit, Failure> {
    let failed = |error: JournalError| of_journal(&arguments.journal, &error);
    let standing = |journal: &FileJournal| {
        standing(paper, journal, now).map_err(|error| of_apply(&arguments.journal, error))
    };
    let (work, latest) = standing(journal)?;
    journal.record(stopped(paper, &work, anew, latest)).map_err(failed)?;
    let by = arguments.by.as_deref().unwrap_or_default();
    for (steps, done) in [(&arguments.done, true), (&arguments.not_done, false)] {
        let Some(Steps(steps)) = steps else { continue };
        let known = match directory {
            Some(directory) => Some(administrator(directory, by)?),
            None => None,
        };
        let (work, now) = standing(journal)?;
        let entries = reported(paper, &work, steps, done, by, known, now)
            .map_err(|reason| Failure::refused(format!("[{}] {}", reason.code, reason.message)))?;
        journal.record(entries).map_err(failed)?;
    }
    let (work, now) = standing(journal)?;
    let list = checklist(paper, &work, now);
    let mut output = Output::open(arguments.output.as_deref())?;
    match arguments.format {
        TextOrJson::Json => {
            serde_json::to_writer(&mut output, &list).map_err(Failure::bug)?;
            output.write_all(b"\n")?;
        }
        TextOrJson::Text => output.write_all(&match arguments.checklist_format {
            ChecklistFormat::Markdown => list.to_markdown().into_bytes(),
            ChecklistFormat::Html => super::checklist::html(&list).into_bytes(),
            ChecklistFormat::Csv => super::checklist::csv(&list)?,
        })?,
    }
    output.finish()?;
    Ok(Exit::Done)
}

/// More than the limits: of a day by class, and of the run.
fn allowances(allowed: &[Allowance]) -> (BTreeMap<ActionClass, u64>, Pace) {
    let (mut day, mut pace) = (BTreeMap::new(), Pace::default());
    for Allowance { limit, number } in allowed {
        match limit {
            Limit::Day(class) => {
                day.insert(*class, u64::from(*number));
            }
            Limit::Drift => pace.drift = *number,
            Limit::Failures => pace.failures = (*number).max(1),
        }
    }
    (day, pace)
}

/// The records of what a run is allowed besides.
fn overrides(paper: &Paper, pace: Pace, now: OffsetDateTime) -> Vec<Entry> {
    let usual = Pace::default();
    let limits = [("drift", pace.drift, usual.drift), ("failures", pace.failures, usual.failures)];
    let entry = |(limit, allowed, instead_of): (&str, u32, u32)| Entry {
        at: now,
        actor: Some(paper.actor().to_owned()),
        plan: Some(*paper.digest()),
        event: Event::Overridden {
            limit: limit.to_owned(),
            allowed: u64::from(allowed),
            instead_of: u64::from(instead_of),
        },
    };
    limits.into_iter().filter(|(_, allowed, instead_of)| allowed != instead_of).map(entry).collect()
}

pub(super) fn administrator<'d>(
    directory: &'d crate::directory::Directory,
    name: &str,
) -> Result<&'d crate::model::Administrator, Failure> {
    let found = directory.administrators().iter().find(|known| known.name == name);
    found.ok_or_else(|| Failure::usage(format!("{name} is no administrator of the directory"), None))
}

/// The world of a journal, if nobody names another.
pub(crate) fn beside(journal: &Path) -> PathBuf {
    let mut name = journal.file_name().unwrap_or_default().to_os_string();
    name.push(".world.json");
    journal.with_file_name(name)
}

fn approval(path: &Path) -> Result<Signed, Failure> {
    let text = read(path, Code::NotAnApproval, MOST_APPROVAL_BYTES)?;
    Signed::read(&path.display().to_string(), &text).map_err(|found| Failure::of(vec![*found]))
}

/// How a run ended, for people and programs.
#[derive(Debug, Serialize)]
struct Report {
    plan: Digest,
    ended: &'static str,
    #[serde(serialize_with = "crate::model::instant")]
    at: OffsetDateTime,
    #[serde(serialize_with = "crate::model::instant_or_null")]
    next: Option<OffsetDateTime>,
    steps: usize,
    done: usize,
    no_op: usize,
    waiting: usize,
    held: usize,
    not_done: usize,
    #[serde(skip)]
    run: Run,
}

impl Report {
    fn of(paper: &Paper, work: &Work, run: Run, at: OffsetDateTime) -> Self {
        let count =
            |wanted: fn(&Standing) -> bool| work.steps().iter().filter(|standing| wanted(standing)).count();
        let (ended, next) = match run {
            Run::Finished => ("finished", None),
            Run::Waiting { until } => ("waiting", Some(until)),
            Run::Held => ("held", None),
            Run::Stopped(Stop::Cancelled) => ("cancelled", None),
            Run::Stopped(Stop::Failures) => ("stopped_after_failures", None),
            Run::Stopped(Stop::Drift) => ("stopped_after_drift", None),
        };
        Self {
            plan: *paper.digest(),
            ended,
            at,
            next,
            steps: work.steps().len(),
            done: count(|standing| matches!(standing, Standing::Done { no_op: false, .. })),
            no_op: count(|standing| matches!(standing, Standing::Done { no_op: true, .. })),
            waiting: count(|standing| !standing.is_final()),
            held: count(|standing| matches!(standing, Standing::Held { .. })),
            not_done: count(|standing| {
                matches!(standing, Standing::Failed { .. } | Standing::Stopped { .. })
            }),
            run,
        }
    }

    fn print(&self, arguments: &Arguments) -> Result<Exit, Failure> {
        let mut output = Output::standard();
        match arguments.format {
            TextOrJson::Json => {
                serde_json::to_writer(&mut output, self).map_err(Failure::bug)?;
                output.write_all(b"\n")?;
            }
            TextOrJson::Text => output.write_all(self.text(arguments).as_bytes())?,
        }
        output.finish()?;
        Ok(self.exit())
    }

    fn exit(&self) -> Exit {
        match self.run {
            Run::Finished | Run::Waiting { .. } if self.not_done == 0 => Exit::Done,
            Run::Stopped(Stop::Cancelled) => Exit::Done,
            Run::Stopped(_) => Exit::Refused,
            _ => Exit::Findings,
        }
    }

    fn text(&self, arguments: &Arguments) -> String {
        let journal = arguments.journal.display();
        let mut text = format!("{} steps: {} done", self.steps, self.done);
        for (count, what) in [
            (self.no_op, "had nothing to do"),
            (self.waiting, "still to come"),
            (self.held, "wait for a person"),
            (self.not_done, "not done"),
        ] {
            if count > 0 {
                text += &format!(", {count} {what}");
            }
        }
        text += &match (self.run, self.next) {
            (Run::Finished, _) => ". The plan is carried out.\n".to_owned(),
            (_, Some(next)) => {
                format!(". More from {} on: run the same command then.\n", format_instant(next))
            }
            (Run::Held, _) => ". Somebody must look at the held steps.\n".to_owned(),
            (Run::Stopped(Stop::Cancelled), _) => ". Stopped; the same command goes on.\n".to_owned(),
            (Run::Stopped(_), _) => {
                ". Stopped, because too much went wrong; the same command goes on when that is mended.\n"
                    .to_owned()
            }
            (Run::Waiting { .. }, None) => ".\n".to_owned(),
        };
        if self.held + self.not_done > 0 {
            text += &format!("Look at them with: leaver status --journal {journal}\n");
        }
        text
    }
}
