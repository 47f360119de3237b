//! `leaver resolve`: what a person decides about a hold, and finds out about held steps.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use time::Duration;

use super::apply::administrator;
use super::arguments::{Resolve, ResolveHold, ResolvePlan, ResolveStep, Steps};
use super::exit::{Exit, Failure};
use super::files::{named_plan, of_apply, of_journal, read};
use super::input::{instant_of, read_directory};
use super::keys::secret;
use super::output::Output;
use super::terminal::Terminal;
use crate::apply::{
    FileJournal, Journal as _, JournalError, Paper, SignedResolution, Work, called_off, resolved, standing,
};
use crate::diagnostic::Code;
use crate::directory::Directory;
use crate::model::{Privilege, format_instant};
use crate::plan::{Approvers, Reason, Resolution, Settled};

/// Largest resolution that is read.
const MOST_RESOLUTION_BYTES: u64 = 64 * 1_024;

/// Runs the command.
pub(crate) fn run(resolve: &Resolve, terminal: &Terminal) -> Result<Exit, Failure> {
    match resolve {
        Resolve::Hold(arguments) => hold(arguments, terminal),
        Resolve::Step(arguments) => step(arguments, terminal),
        Resolve::Plan(arguments) => call_off(arguments, terminal),
    }
}

fn refused(reason: &Reason) -> Failure {
    Failure::refused(format!("[{}] {}", reason.code, reason.message))
}

fn hold(arguments: &ResolveHold, terminal: &Terminal) -> Result<Exit, Failure> {
    let key = secret(&arguments.key)?;
    let directory = read_directory(&arguments.directory, terminal)?;
    let directory = directory.snapshot();
    let by = administrator(directory, &arguments.name)?;
    if !by.may(Privilege::HoldManage) {
        let text = format!("{} has not the privilege {}", by.name, Privilege::HoldManage);
        return Err(Failure::refused(text));
    }
    if directory.user(arguments.user).is_none() {
        return Err(Failure::usage(format!("the directory has no user {}", arguments.user), None));
    }
    let at = instant_of(arguments.moment);
    let resolution = Resolution {
        purpose: String::new(),
        subscription: directory.subscription().id.clone(),
        user: arguments.user,
        hold: arguments.hold,
        disposition: arguments.id,
        access: arguments.access,
        note: arguments.note.trim().to_owned(),
        resolver: arguments.name.clone(),
        at,
        until: at.saturating_add(Duration::days(i64::from(arguments.days))),
    };
    let signed = SignedResolution::sign(resolution, &key).map_err(|reason| refused(&reason))?;
    let Resolution { user, hold, until, resolver, .. } = &signed.resolution;
    terminal.note(&format!(
        "{resolver} settles the hold {hold} of {user}; plans may be made with it until {}",
        format_instant(*until)
    ));
    let mut output = Output::open(arguments.output.as_deref())?;
    writeln!(output, "{}", signed.to_json())?;
    output.finish()?;
    Ok(Exit::Done)
}

fn step(arguments: &ResolveStep, terminal: &Terminal) -> Result<Exit, Failure> {
    let failed = |error: JournalError| of_journal(&arguments.journal, &error);
    let paper = named_plan(&arguments.plan)?;
    let directory = read_directory(&arguments.directory, terminal)?;
    let by = administrator(directory.snapshot(), &arguments.by)?;
    let (mut journal, work, latest) = at_work(&arguments.journal, &paper, instant_of(arguments.moment))?;
    let Steps(steps) = &arguments.step;
    let entries = resolved(&paper, &work, steps, arguments.done, &arguments.note, by, latest)
        .map_err(|reason| refused(&reason))?;
    journal.record(entries).map_err(failed)?;
    let then = if arguments.done { "goes on with what comes after" } else { "tries again" };
    terminal.note(&format!("recorded; `leaver apply` {then}"));
    Ok(Exit::Done)
}

fn call_off(arguments: &ResolvePlan, terminal: &Terminal) -> Result<Exit, Failure> {
    let paper = named_plan(&arguments.plan)?;
    let directory = read_directory(&arguments.directory, terminal)?;
    let by = administrator(directory.snapshot(), &arguments.by)?;
    let (mut journal, work, latest) = at_work(&arguments.journal, &paper, instant_of(arguments.moment))?;
    let entries =
        called_off(&paper, &work, &arguments.note, by, latest).map_err(|reason| refused(&reason))?;
    journal.record(entries).map_err(|error| of_journal(&arguments.journal, &error))?;
    terminal.note(
        "recorded: nothing more of the plan is begun. `leaver apply` follows what has begun to its end",
    );
    Ok(Exit::Done)
}

/// The journal of a plan, how far that came, and the instant to record.
fn at_work(
    path: &Path,
    paper: &Paper,
    now: time::OffsetDateTime,
) -> Result<(FileJournal, Work, time::OffsetDateTime), Failure> {
    if !path.exists() {
        let text = format!("there is no journal {}", path.display());
        return Err(Failure::usage(text, Some("name the journal of the plan".to_owned())));
    }
    let journal = FileJournal::open(path, now).map_err(|error| of_journal(path, &error))?;
    let (work, latest) = standing(paper, &journal, now).map_err(|error| of_apply(path, error))?;
    Ok((journal, work, latest))
}

/// The resolutions in files, each with a signature that is good.
pub(crate) fn resolutions_in(
    files: &[PathBuf],
    approvers: Option<&Approvers>,
    directory: &Directory,
    now: time::OffsetDateTime,
) -> Result<Vec<Settled>, Failure> {
    let nobody = Approvers::default();
    let approvers = approvers.unwrap_or(&nobody);
    let one = |path: &PathBuf| {
        let signed = signed(path)?;
        let settled = signed.settled(approvers, &directory.subscription().id, now);
        settled.map_err(|reason| {
            Failure::refused(format!("{}: [{}] {}", path.display(), reason.code, reason.message))
        })
    };
    files.iter().map(one).collect()
}

fn signed(path: &Path) -> Result<SignedResolution, Failure> {
    let text = read(path, Code::NotAResolution, MOST_RESOLUTION_BYTES)?;
    SignedResolution::read(&path.display().to_string(), &text).map_err(|found| Failure::of(vec![*found]))
}
