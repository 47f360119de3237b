//! What decisions are made from: a checked policy, and users from a directory or a stream.

use std::path::Path;
use std::sync::Arc;

use time::OffsetDateTime;

use super::arguments::{AsOf, StreamOptions};
use super::engine::{self, BadRecord, Directory, Stream};
use super::exit::Failure;
use super::progress::Progress;
use super::terminal::Terminal;
use crate::diagnostic::{self, Code, Diagnostic, suggest};
use crate::model::{Id, Moment, Schema, Slot, User, Zone, format_instant};
use crate::policy::{Basis, Policy, Source};

/// Where users come from.
pub(crate) enum Users {
    /// All in memory, and able to be looked up.
    Directory(Directory),
    /// One after the other.
    Stream(Box<Stream>),
}

impl Users {
    /// Opens a directory or stream.
    pub(crate) fn open(path: &Path, options: &StreamOptions, terminal: &Terminal) -> Result<Self, Failure> {
        let is_stream = options.stream
            || path == Path::new("-")
            || (!path.is_dir()
                && path.extension().is_some_and(|extension| extension == "ndjson" || extension == "csv"));
        if is_stream {
            if options.subscription.is_none() && is_csv(path) {
                return Err(csv_alone(path));
            }
            let stream = Stream::open(path, options.subscription.as_deref()).map_err(Failure::of)?;
            return Ok(Self::Stream(Box::new(stream)));
        }
        if options.subscription.is_some() {
            let help = "a directory says itself which subscription it is of".to_owned();
            return Err(Failure::usage("--subscription is for streams", Some(help)));
        }
        Ok(Self::Directory(read_directory(path, terminal)?))
    }

    /// The directory, if all users are in memory.
    pub(crate) const fn directory(&self) -> Option<&Directory> {
        match self {
            Self::Directory(directory) => Some(directory),
            Self::Stream(_) => None,
        }
    }

    fn schema(&self) -> &Arc<Schema> {
        match self {
            Self::Directory(directory) => directory.schema(),
            Self::Stream(stream) => stream.schema(),
        }
    }

    fn provides(&self, slot: Slot) -> bool {
        match self {
            Self::Directory(directory) => directory.provides(slot),
            Self::Stream(stream) => stream.provides(slot),
        }
    }

    fn zone(&self) -> Zone {
        match self {
            Self::Directory(directory) => directory.zone(),
            Self::Stream(stream) => stream.zone(),
        }
    }

    fn is_complete(&self) -> bool {
        match self {
            Self::Directory(directory) => directory.is_complete(),
            Self::Stream(stream) => stream.is_complete(),
        }
    }

    /// The user `id`, or a failure that suggests another.
    pub(crate) fn find(&mut self, id: Id) -> Result<User, Failure> {
        let found = match self {
            Self::Directory(directory) => directory.user(id),
            Self::Stream(stream) => stream.user(id),
        };
        found.ok_or_else(|| self.nobody(id))
    }

    fn nobody(&self, id: Id) -> Failure {
        let help = self.directory().and_then(|directory| {
            let ids: Vec<Id> = directory.users().map(|user| user.id()).collect();
            suggest(id.as_str(), ids.iter().map(Id::as_str)).map(|near| format!("did you mean `{near}`?"))
        });
        Failure::usage(format!("there is no user `{id}`"), help)
    }
}

fn is_csv(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "csv") && path.is_file()
}

/// A table of users says nothing of its subscription.
fn csv_alone(path: &Path) -> Failure {
    let help = "name the folder that has it beside `directory.toml`; or give `--subscription FILE`, and it is a \
                stream";
    Failure::usage(
        format!("{} is not a directory but one table of it", path.display()),
        Some(help.to_owned()),
    )
}

/// Reads a directory, with progress.
pub(crate) fn read_directory(path: &Path, terminal: &Terminal) -> Result<Directory, Failure> {
    if is_csv(path) {
        return Err(csv_alone(path));
    }
    let progress = Progress::new(terminal, "reading", None);
    Directory::read(path, &mut |done, total| progress.set_of(done, total)).map_err(Failure::of)
}

/// Tells that attributes exist, where no directory was given and a policy reads a field that is not known
/// and not like any that is.
pub(crate) fn note_attributes(diagnostics: &[Diagnostic], directory: Option<&Path>, terminal: &Terminal) {
    let misspelt =
        |found: &Diagnostic| found.help.as_ref().is_some_and(|help| help.starts_with("did you mean"));
    let unknown = |found: &Diagnostic| found.code == Code::UnknownField && !misspelt(found);
    if directory.is_none() && diagnostics.iter().any(unknown) {
        terminal.note("note: attributes that a directory declares are known only with --directory DIR");
    }
}

/// A policy without errors, or a failure with all of them.
pub(crate) fn checked_policy(
    sources: Vec<Source>,
    schema: &Arc<Schema>,
    directory: Option<&Directory>,
) -> Result<Policy, Failure> {
    let shown = sources.clone();
    let mut checked = engine::check(sources, schema, directory);
    match checked.policy {
        Some(policy) if !checked.diagnostics.iter().any(Diagnostic::is_error) => Ok(policy),
        _ => {
            diagnostic::sort(&mut checked.diagnostics);
            Err(Failure::Diagnostics { diagnostics: checked.diagnostics, sources: shown })
        }
    }
}

/// A policy, users, and the circumstances in which one decides about the others.
pub(crate) struct Question {
    pub(crate) policy: Policy,
    pub(crate) users: Users,
    pub(crate) basis: Basis,
}

impl Question {
    /// Reads and checks everything a decision rests on, and says which instant is used.
    pub(crate) fn prepare(
        policy: &Path,
        directory: &Path,
        options: &StreamOptions,
        moment: AsOf,
        terminal: &Terminal,
    ) -> Result<Self, Failure> {
        let sources = engine::load_sources(policy).map_err(Failure::of)?;
        let users = Users::open(directory, options, terminal)?;
        let shown = sources.clone();
        let policy = checked_policy(sources, users.schema(), users.directory())?;
        let mut missing = engine::missing_fields(&policy, &|slot| users.provides(slot));
        if !missing.is_empty() {
            diagnostic::sort(&mut missing);
            return Err(Failure::Diagnostics { diagnostics: missing, sources: shown });
        }
        let as_of = moment.as_of.unwrap_or_else(now);
        let moment =
            Moment::new(as_of, users.zone()).map_err(|error| Failure::usage(error.to_string(), None))?;
        terminal.note(&format!("as of {}", format_instant(as_of)));
        let basis = Basis::new(moment, users.is_complete());
        Ok(Self { policy, users, basis })
    }
}

/// The instant that was given, or the present one.
pub(crate) fn instant_of(moment: AsOf) -> OffsetDateTime {
    moment.as_of.unwrap_or_else(now)
}

/// The present instant, in whole seconds. Only the command line reads the clock.
pub(crate) fn now() -> OffsetDateTime {
    let now = OffsetDateTime::now_utc();
    now.replace_nanosecond(0).unwrap_or(now)
}

/// What is wrong with a record, on one line.
pub(crate) fn record_message(bad: &BadRecord) -> String {
    let problem = |found: &Diagnostic| format!("[{}] {}", found.code, found.message);
    let problems: Vec<String> = bad.diagnostics.iter().map(problem).collect();
    format!("line {}: {}", bad.line, problems.join("; "))
}
