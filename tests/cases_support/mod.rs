//! What the runners of the shared cases have in common: finding the cases and opening their folders.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use leaver::diagnostic::Diagnostic;
use leaver::directory::{BadRecord, Directory, Stream};
use leaver::model::{Id, Moment, Schema, Slot, Subscription, User, parse_instant};
use leaver::policy::{Basis, Evaluator, Names, check, load_sources};
use serde::Deserialize;

/// What a case says of itself: `case.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Description {
    pub(crate) about: String,
    pub(crate) platform: Vec<u8>,
    pub(crate) design: String,
    pub(crate) as_of: String,
    /// Who makes the plan: an administrator of the directory. Given where there is a `plan.json`.
    #[serde(default)]
    pub(crate) actor: Option<String>,
    /// File name of the directory of the run before.
    #[serde(default)]
    pub(crate) previous: Option<String>,
    /// IDs with work open in another plan.
    #[serde(default)]
    pub(crate) open: Vec<Id>,
    /// Users of each class with whom something was done in the 24 hours before.
    #[serde(default)]
    pub(crate) recent: Earlier,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Earlier {
    pub(crate) reversible: u32,
    pub(crate) withdraw: u32,
    pub(crate) irreversible: u32,
}

pub(crate) struct Case {
    folder: PathBuf,
    pub(crate) name: String,
    pub(crate) description: Description,
}

impl Case {
    pub(crate) fn all() -> Vec<Self> {
        let entries = fs::read_dir(root()).expect("the folder of cases");
        let mut folders: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
        folders.retain(|path| path.is_dir());
        folders.sort();
        folders.into_iter().map(Self::read).collect()
    }

    /// The cases that have a file of this name.
    pub(crate) fn with(file: &str) -> Vec<Self> {
        Self::all().into_iter().filter(|case| case.path(file).is_file()).collect()
    }

    fn read(folder: PathBuf) -> Self {
        let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
        let description: Description = serde_json::from_str(&read(&folder.join("case.json")))
            .unwrap_or_else(|error| panic!("{name}/case.json: {error}"));
        let case = Self { folder, name, description };
        let Description { about, design, actor, previous, open, recent, .. } = &case.description;
        assert!(about.ends_with('.'), "{}: `about` is a sentence", case.name);
        assert!(!design.is_empty(), "{}: which sentence does it prove?", case.name);
        let is_plan = case.path("plan.json").is_file();
        let speaks_of_plans =
            actor.is_some() || previous.is_some() || !open.is_empty() || *recent != Earlier::default();
        assert!(is_plan || case.path("expected.json").is_file(), "{}: nothing is expected", case.name);
        assert!(is_plan || !speaks_of_plans, "{}: keys of a plan without `plan.json`", case.name);
        assert!(!is_plan || actor.is_some(), "{}: who makes the plan? `actor` is missing", case.name);
        case
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    pub(crate) fn text(&self, file: &str) -> String {
        read(&self.path(file))
    }

    fn policy(&self) -> PathBuf {
        let folder = self.path("policy");
        if folder.is_dir() { folder } else { self.path("policy.rhai") }
    }

    /// Everything the library needs to decide, or why the case cannot be run.
    pub(crate) fn open(&self) -> Result<Opened, String> {
        let facts = Facts::read(self).map_err(told)?;
        let sources = load_sources(&self.policy()).map_err(told)?;
        let checked = check(sources, &facts.schema, facts.names.as_ref());
        let policy = checked.policy.ok_or_else(|| told(checked.diagnostics))?;
        if let Some(directory) = &facts.directory {
            let missing = policy.missing_fields(&|slot: Slot| directory.provides(slot));
            if !missing.is_empty() {
                return Err(told(missing));
            }
        }
        let as_of = parse_instant(&self.description.as_of).ok_or("`as_of` is no instant")?;
        let moment =
            Moment::new(as_of, facts.subscription.time_zone.clone()).map_err(|error| error.to_string())?;
        let evaluator = policy
            .evaluator(Basis::new(moment, facts.complete))
            .map_err(|diagnostic| diagnostic.to_string())?;
        Ok(Opened { facts, evaluator })
    }
}

/// A case that is ready to be run.
pub(crate) struct Opened {
    pub(crate) facts: Facts,
    pub(crate) evaluator: Evaluator,
}

/// The users of a case, from a directory or from a stream.
pub(crate) struct Facts {
    pub(crate) directory: Option<Directory>,
    subscription: Subscription,
    complete: bool,
    schema: Arc<Schema>,
    names: Option<Names>,
    pub(crate) users: Vec<Result<User, BadRecord>>,
}

impl Facts {
    fn read(case: &Case) -> Result<Self, Vec<Diagnostic>> {
        let stream = case.path("directory.ndjson");
        if stream.is_file() {
            let file = BufReader::new(File::open(stream).expect("the stream"));
            return Stream::ndjson(file, "directory.ndjson").map(Self::of_stream);
        }
        let parts = case.path("directory");
        let path = if parts.is_dir() { parts } else { case.path("directory.json") };
        Directory::read(&path, &mut |_| {}).map(Self::of_directory)
    }

    fn of_stream(stream: Stream<BufReader<File>>) -> Self {
        let header = stream.header().clone();
        Self {
            directory: None,
            subscription: header.subscription,
            complete: header.complete,
            schema: header.schema,
            names: None,
            users: stream.collect(),
        }
    }

    fn of_directory(directory: Directory) -> Self {
        let groups = directory.groups().iter().map(|group| (group.id.clone(), group.name.clone()));
        let lists = directory.lists().iter().map(|list| (list.id.clone(), list.name.clone()));
        Self {
            subscription: directory.subscription().clone(),
            complete: directory.is_complete(),
            schema: directory.schema().clone(),
            names: Some(Names { groups: groups.collect(), lists: lists.collect() }),
            users: directory.users().iter().cloned().map(Ok).collect(),
            directory: Some(directory),
        }
    }
}

/// Diagnostics, one a line.
pub(crate) fn told(diagnostics: impl AsRef<[Diagnostic]>) -> String {
    diagnostics.as_ref().iter().fold(String::new(), |text, diagnostic| format!("{text}\n      {diagnostic}"))
}

/// Panics unless each fact of the platform from 1 to 28 is either named by one of the cases or listed in the
/// table of the readme under this heading, and not both.
pub(crate) fn assert_every_fact_is_shown_or_excused(cases: &[Case], heading: &str) {
    let shown: BTreeSet<u8> = cases.iter().flat_map(|case| case.description.platform.clone()).collect();
    let readme = read(&root().join("README.md"));
    let mut lines = readme.lines().skip_while(|line| line.strip_prefix("## ") != Some(heading));
    assert!(lines.next().is_some(), "the readme has no part {heading:?}");
    let rows = lines.take_while(|line| !line.starts_with("## "));
    let excused: BTreeSet<u8> =
        rows.filter_map(|line| line.strip_prefix("| ")?.split(" |").next()?.parse().ok()).collect();
    let both: Vec<&u8> = shown.intersection(&excused).collect();
    assert!(both.is_empty(), "shown by a case and excused: {both:?}");
    let neither: Vec<u8> = (1..=28).filter(|row| !shown.contains(row) && !excused.contains(row)).collect();
    assert!(neither.is_empty(), "neither shown nor excused: {neither:?}");
}

fn root() -> PathBuf {
    cases_folder()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The tests of the C library run these cases too, from a crate of their own.
fn cases_folder() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let ours = here.ancestors().map(|folder| folder.join("tests/cases")).find(|folder| folder.is_dir());
    ours.expect("the folder of cases")
}
