//! `leaver plan`: how decisions are carried out, as a work order or as the plan itself.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::arguments::{Plan as Arguments, StreamOptions, TextOrJson};
use super::decide::{CHUNK, threads};
use super::engine::{Decider, Directory};
use super::exit::{Exit, Failure};
use super::files::{journal_to_look_at, of_journal, read};
use super::input::{Question, Users, read_directory};
use super::output::Output;
use super::parallel::in_order;
use super::payloads;
use super::progress::Progress;
use super::resolve::resolutions_in;
use super::terminal::Terminal;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::model::User;
use crate::plan::{Approvers, Guards, MOST_PLAN_BYTES, MOST_SETTINGS_BYTES, OpenWork, Request, plan};
use crate::policy::{Decision, Source};
use crate::report::{Layout, refused_order, work_order};

/// The file of guards that counts if it lies in the directory.
const GUARDS: &str = "guards.toml";
/// The file of approvers that counts if it lies in the directory.
const APPROVERS: &str = "approvers.toml";

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let no_stream = StreamOptions { stream: false, subscription: None };
    let Question { policy, users, basis } =
        Question::prepare(&arguments.policy, &arguments.directory, &no_stream, arguments.moment, terminal)?;
    let Users::Directory(directory) = users else {
        let help = "a plan needs credentials, groups, lists and administrators: give a folder or a JSON file";
        return Err(Failure::usage("a stream cannot be planned", Some(help.to_owned())));
    };
    let guards = guards(arguments, terminal)?;
    let approvers = approvers_in(arguments.approvers.as_ref(), &arguments.directory, &directory, terminal)?;
    let previous = match &arguments.previous {
        Some(path) => Some(read_directory(path, terminal)?),
        None => None,
    };
    let mut open = open_work(&arguments.open)?;
    if let Some(path) = &arguments.journal
        && path.exists()
    {
        journal_to_look_at(path)?.open_work(&mut open).map_err(|error| of_journal(path, &error))?;
    }

    let worker = || Decider::new(&policy, basis.clone(), Some(&directory));
    let decisions = decide(&directory, threads(arguments.threads), worker, terminal)?;
    let mut request =
        Request::new(directory.snapshot(), &policy, decisions, &basis, &arguments.actor, &guards);
    request.approvers = approvers.as_ref();
    request.previous = previous.as_ref().map(Directory::snapshot);
    let resolutions = resolutions_in(
        &arguments.resolutions,
        approvers.as_ref(),
        directory.snapshot(),
        basis.moment.instant(),
    )?;
    request.resolutions = &resolutions;
    request.open = &open;
    request.recent = open.recent(basis.moment.instant());
    let planned = plan(request);
    if let Ok(plan) = &planned {
        let unused = resolutions.len().saturating_sub(plan.content().resolutions.len());
        if unused > 0 {
            terminal.note(&format!("{unused} resolutions settle nothing: nobody is held so any more"));
        }
    }

    let mut output = Output::open(arguments.output.as_deref())?;
    let layout = Layout { width: terminal.width, all: arguments.all };
    let exit = match (&planned, arguments.format) {
        (Ok(plan), TextOrJson::Json) => {
            plan.write_json(&mut output)?;
            output.write_all(b"\n")?;
            Exit::Done
        }
        (Ok(plan), TextOrJson::Text) => {
            let text = work_order(plan, directory.snapshot(), layout).map_err(Failure::bug)?;
            output.write_all(text.as_bytes())?;
            Exit::Done
        }
        (Err(refused), TextOrJson::Json) => {
            output.write_all(refused.to_json().as_bytes())?;
            output.write_all(b"\n")?;
            Exit::Refused
        }
        (Err(refused), TextOrJson::Text) => {
            let text = refused_order(refused, directory.snapshot(), layout).map_err(Failure::bug)?;
            output.write_all(text.as_bytes())?;
            Exit::Refused
        }
    };
    output.finish()?;
    if let (Ok(plan), Some(folder)) = (&planned, &arguments.payloads) {
        let written = payloads::write(plan, folder)?;
        terminal.note(&format!("{written} payloads in {}", folder.display()));
    }
    if let Err(refused) = &planned {
        let reasons: Vec<&str> = refused.refusals.iter().map(|refusal| refusal.message.as_str()).collect();
        match arguments.format {
            // They stand at the top of the text already.
            TextOrJson::Text if arguments.output.is_none() => terminal.note("the plan is refused"),
            _ => terminal.note(&format!("the plan is refused: {}", reasons.join("; "))),
        }
    }
    Ok(exit)
}

/// The decisions about all users, in order.
fn decide<'a>(
    directory: &Directory,
    threads: usize,
    worker: impl Fn() -> Result<Decider<'a>, Failure> + Sync,
    terminal: &Terminal,
) -> Result<Vec<Decision>, Failure> {
    let progress = Progress::new(terminal, "deciding", u64::try_from(directory.len()).ok());
    let mut decisions = Vec::with_capacity(directory.len());
    let chunks = directory.snapshot().users().chunks(CHUNK);
    let worker = || -> Result<_, Failure> {
        let decider = worker()?;
        Ok(move |users: &[User]| {
            decider.batch(|| users.iter().map(|user| decider.decide(user)).collect::<Result<Vec<_>, _>>())
        })
    };
    let consume = |decided: Result<Vec<Decision>, Failure>| -> Result<(), Failure> {
        decisions.extend(decided?);
        progress.set(decisions.len() as u64);
        Ok(())
    };
    in_order(threads, chunks, worker, consume)?;
    Ok(decisions)
}

/// A file that was named, or the one that lies in the directory.
fn settings_file(
    named: Option<&PathBuf>,
    directory: &Path,
    usual: &str,
    terminal: &Terminal,
) -> Option<PathBuf> {
    if let Some(path) = named {
        return Some(path.clone());
    }
    let path = directory.join(usual);
    let is_there = directory.is_dir() && path.is_file();
    is_there.then(|| {
        terminal.note(&format!("using {}", path.display()));
        path
    })
}

fn guards(arguments: &Arguments, terminal: &Terminal) -> Result<Guards, Failure> {
    let found = guards_in(arguments.guards.as_ref(), Some(&arguments.directory), terminal)?;
    Ok(found.unwrap_or_else(|| {
        terminal.note("no guards were given: the built-in limits count");
        Guards::default()
    }))
}

/// The guards of a file, or else of a directory, if there are any.
pub(crate) fn guards_in(
    named: Option<&PathBuf>,
    directory: Option<&PathBuf>,
    terminal: &Terminal,
) -> Result<Option<Guards>, Failure> {
    let file = match (named, directory) {
        (Some(path), _) => Some(path.clone()),
        (None, Some(directory)) => settings_file(None, directory, GUARDS, terminal),
        (None, None) => None,
    };
    let Some(path) = file else { return Ok(None) };
    let (name, text) = settings_text(&path)?;
    let read = Guards::from_toml(&name, &text);
    read.map(Some).map_err(|diagnostics| of_settings(diagnostics, name, text))
}

/// Those who may approve, if there is a list of them.
pub(crate) fn approvers_in(
    named: Option<&PathBuf>,
    path: &Path,
    directory: &Directory,
    terminal: &Terminal,
) -> Result<Option<Approvers>, Failure> {
    let file = settings_file(named, path, APPROVERS, terminal);
    let Some(path) = file else { return Ok(None) };
    let (name, text) = settings_text(&path)?;
    let read = Approvers::from_toml(&name, &text, directory.snapshot());
    read.map(Some).map_err(|diagnostics| of_settings(diagnostics, name, text))
}

fn of_settings(diagnostics: Vec<Diagnostic>, name: String, text: String) -> Failure {
    Failure::Diagnostics { diagnostics, sources: vec![Source::new(name, text)] }
}

fn settings_text(path: &Path) -> Result<(String, String), Failure> {
    let name = path.display().to_string();
    let bytes = read(path, Code::SettingsUnreadable, MOST_SETTINGS_BYTES)?;
    String::from_utf8(bytes).map(|text| (name.clone(), text)).map_err(|_| {
        let message = "the file is not UTF-8";
        Failure::of(vec![
            Diagnostic::new(Code::SettingsUnreadable, message, name, Place::FILE).help("save it as UTF-8"),
        ])
    })
}

/// The users of plans that are still at work.
fn open_work(plans: &[PathBuf]) -> Result<OpenWork, Failure> {
    let mut open = OpenWork::none();
    for path in plans {
        let text = read(path, Code::PlanUnreadable, MOST_PLAN_BYTES)?;
        open.add_plan(&path.display().to_string(), &text).map_err(|found| Failure::of(vec![found]))?;
    }
    Ok(open)
}
