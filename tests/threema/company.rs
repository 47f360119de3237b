//! A company of which some people leave: its plan, its platform, and the way through both.

use std::path::Path;

use leaver::apply::threema::{Threema, ThreemaSettings};
use leaver::apply::{
    Connector, Engine, Entry, Event, Journal, JournalError, Outcome, Pace, Paper, PaperStep, Run, Standing,
    Stop, Work, reported,
};
use leaver::directory::{Digest, Directory};
use leaver::model::{format_instant, parse_instant};
use leaver::plan::{Guards, Request, StepKind, plan};
use leaver::policy::{Basis, Source, check};
use tempfile::TempDir;
use time::{Duration, OffsetDateTime};

use crate::platform::{BROADCAST_KEY, Platform, WORK_KEY};
use crate::server::Server;

pub(crate) const GUARDS: &str = "approvals = 0
[irreversible]
max_count = 100
max_percent = 100
[withdraw]
max_count = 100
max_percent = 100
[reversible]
max_count = 100
max_percent = 100
";

pub(crate) const POLICY: &str = "/// Staff lose the ID.
fn staff(user) { if user.has_left && user.employment == \"staff\" { revoke() } }
/// Contractors keep it.
fn contractors(user) { if user.has_left && user.employment == \"contractor\" { detach() } }
/// The older of two IDs goes.
fn duplicate(user) {
    if user.superseded_by != () {
        revoke().keep_access().replace_with(user.superseded_by).notify(\"Your old ID goes, says \\\"Acme\\\".\").after(days(7))
    }
}
/// Whoever leaves also leaves every group and list.
fn groups(user) { if user.has_left { also(leave_groups_and_lists()) } }
";

pub(crate) fn morning() -> OffsetDateTime {
    parse_instant("2026-11-22T09:00:00Z").expect("an instant")
}

/// As it is at an instant: two people have left two days before.
pub(crate) fn directory_text(at: OffsetDateTime) -> String {
    let text = r#"{"subscription": {"id": "acme", "edition": "enterprise", "time_zone": "UTC"},
        "taken_at": "2026-11-22T08:00:00Z", "complete": true,
        "users": [
            {"id": "STAFF001", "person": "E1", "employment": "staff", "last_day": "2026-11-20", "credential": "c 1/ä"},
            {"id": "PARTNER1", "person": "E2", "employment": "contractor", "last_day": "2026-11-20", "credential": "17"},
            {"id": "STAYSON1", "person": "E3", "employment": "staff", "credential": "c3"},
            {"id": "OLDPHONE", "person": "E4", "employment": "staff", "credential": "c4", "superseded_by": "NEWPHONE"},
            {"id": "NEWPHONE", "person": "E4", "employment": "staff", "credential": "c5"}],
        "credentials": [{"id": "c 1/ä", "kind": "single"}, {"id": "17", "kind": "single"}, {"id": "c3", "kind": "single"},
                        {"id": "c4", "kind": "single"}, {"id": "c5", "kind": "single"}],
        "groups": [{"id": "g1", "name": "Yard", "broadcast": "*ACMEGRP", "members": ["STAFF001", "PARTNER1", "STAYSON1", "OLDPHONE"]}],
        "lists": [{"id": "l1", "name": "All", "broadcast": "*ACMEGRP", "members": ["STAFF001", "STAYSON1", "OLDPHONE"]}],
        "administrators": [{"name": "mia", "kind": "full"}, {"name": "noah", "kind": "full"}]}"#;
    let left = (at - Duration::days(2)).date();
    let left = format!("{:04}-{:02}-{:02}", left.year(), u8::from(left.month()), left.day());
    text.replace("2026-11-20", &left).replace("2026-11-22T08:00:00Z", &format_instant(at - Duration::HOUR))
}

/// The canonical text of the plan.
pub(crate) fn plan_text() -> String {
    let text = directory_text(morning());
    let directory = Directory::from_json("directory.json", text.as_bytes()).expect("a directory");
    let checked = check(vec![Source::new("acme.rhai", POLICY)], directory.schema(), None);
    let policy = checked.policy.expect("no errors");
    let basis = Basis::of(&directory, morning()).expect("a basis");
    let evaluator = policy.evaluator(basis.clone()).expect("an evaluator");
    let decisions = evaluator.decide_directory(&directory).collect::<Result<Vec<_>, _>>().expect("decisions");
    let guards = Guards::from_toml("guards.toml", GUARDS).expect("guards");
    plan(Request::new(&directory, &policy, decisions, &basis, "mia", &guards)).expect("a plan").to_json()
}

pub(crate) fn paper() -> Paper {
    Paper::read("plan.json", plan_text().as_bytes()).expect("a plan")
}

/// The platform on which these people are.
pub(crate) fn platform() -> Platform {
    let mut platform = Platform::new();
    let set = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
    platform.users = set(&["STAFF001", "PARTNER1", "STAYSON1", "OLDPHONE", "NEWPHONE"]);
    platform.credentials = set(&["c 1/ä", "17", "c3", "c4", "c5"]);
    platform.groups.insert("g1".to_owned(), set(&["STAFF001", "PARTNER1", "STAYSON1", "OLDPHONE"]));
    platform.lists.insert("l1".to_owned(), set(&["STAFF001", "STAYSON1", "OLDPHONE"]));
    platform.lists.insert("notices".to_owned(), set(&[]));
    platform
}

/// A folder with the keys, and the settings of a server.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
    pub(crate) settings: String,
}

/// What the settings may say besides.
pub(crate) const WHOLE: [&str; 2] = [
    "delete_user = \"revoke\"\n",
    "notice_list = \"notices\"\n\
     [broadcast.synchronise]\nmethod = \"POST\"\npath = \"groups/{container}/synchronise\"\n",
];

impl Place {
    pub(crate) fn of(address: std::net::SocketAddr, [work, broadcast]: [&str; 2]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("work.key"), format!("{WORK_KEY}\n")).expect("a file");
        std::fs::write(folder.path().join("broadcast.key"), BROADCAST_KEY).expect("a file");
        let settings = format!(
            "connect_seconds = 2\nreply_seconds = 1\n\
             [work]\nurl = \"http://{address}/acme-work/api/v1/\"\nkey_file = \"work.key\"\n{work}\
             [broadcast]\nurl = \"http://{address}/broadcast/api/v1\"\nkey_file = \"broadcast.key\"\n\
             identity = \"*ACMEGRP\"\n{broadcast}"
        );
        std::fs::write(folder.path().join("threema.toml"), &settings).expect("a file");
        Self { folder, settings }
    }

    pub(crate) fn settings(&self) -> ThreemaSettings {
        let mut settings = ThreemaSettings::from_toml("threema.toml", &self.settings).expect("settings");
        settings.beside(self.folder.path());
        settings
    }

    pub(crate) fn connector(&self, paper: &Paper) -> Threema {
        Threema::new(self.settings(), paper).expect("a connector")
    }

    pub(crate) fn at(&self) -> &Path {
        self.folder.path()
    }
}

/// A server, its settings and a connector to it.
pub(crate) fn alone(more: [&str; 2]) -> (Server, Place, Paper, Threema) {
    let server = Server::new(platform());
    let place = Place::of(server.address, more);
    let paper = paper();
    let connector = place.connector(&paper);
    (server, place, paper, connector)
}

/// The first step of a kind, for somebody.
pub(crate) fn step_of<'p>(paper: &'p Paper, kind: StepKind, user: &str) -> &'p PaperStep {
    let is = |step: &&PaperStep| step.kind == kind && step.user.is_none_or(|id| id.as_str() == user);
    paper.steps().iter().find(is).unwrap_or_else(|| panic!("no {kind} for {user}"))
}

/// Does a step once.
pub(crate) fn perform(
    connector: &mut Threema,
    paper: &Paper,
    step: &PaperStep,
    now: OffsetDateTime,
) -> Outcome {
    connector.perform(step, &leaver::apply::Key::of(paper.digest(), step.number), now)
}

/// A journal in memory.
#[derive(Default)]
pub(crate) struct Memory(pub(crate) Vec<Entry>);

impl Memory {
    pub(crate) fn work(&self, paper: &Paper) -> Work {
        let mut work = Work::of(paper);
        self.0.iter().for_each(|entry| work.take(entry.at, &entry.event));
        work
    }
}

impl Journal for Memory {
    fn record(&mut self, entries: Vec<Entry>) -> Result<(), JournalError> {
        self.0.extend(entries);
        Ok(())
    }

    fn record_plan(&mut self, entries: Vec<Entry>, _: &Digest, _: &str) -> Result<(), JournalError> {
        self.record(entries)
    }

    fn replay(&self, see: &mut dyn FnMut(Entry)) -> Result<(), JournalError> {
        self.0.iter().cloned().for_each(see);
        Ok(())
    }
}

/// Carries a plan out to its end. What the connector cannot do, people do at once and report.
pub(crate) fn to_the_end(paper: &Paper, connector: &mut impl Connector) -> (Run, Memory) {
    let event = Event::Accepted {
        directory: *paper.directory(),
        policy: *paper.policy(),
        counts: paper.counts(),
        steps: u32::try_from(paper.steps().len()).expect("few steps"),
    };
    let accepted = Entry { at: morning(), actor: None, plan: Some(*paper.digest()), event };
    let (mut journal, mut now) = (Memory(vec![accepted]), morning());
    for _ in 0..500 {
        let mut engine = Engine::new(paper, &mut journal, connector, Pace::default()).expect("an engine");
        let run = engine.run(&mut || now, &mut |_, _| true).expect("a run");
        let work = journal.work(paper);
        let by_hand = paper.steps().iter().enumerate().filter(|(at, step)| {
            connector.ability(step.kind).is_none() && matches!(work.step(*at), Standing::Untouched)
        });
        let mut reports = 0;
        for (_, step) in by_hand {
            if let Ok(entries) = reported(paper, &work, &[step.number], true, "noah", None, now) {
                reports += entries.len();
                journal.0.extend(entries);
            }
        }
        match run {
            _ if reports > 0 => {}
            Run::Waiting { until } => now = until.max(now + Duration::SECOND),
            Run::Stopped(Stop::Failures) => now += Duration::minutes(1),
            run => return (run, journal),
        }
    }
    panic!("it goes on for ever");
}
