//! Limits that hold over several plans and over long times, and files that somebody has prepared.

use std::collections::{BTreeMap, BTreeSet};

use time::{Duration, OffsetDateTime};

use super::papers::{Memory, POLICY, accepted, alone, directory, morning, paper, policy_of, two_leavers};
use crate::apply::simulator::{Faults, Simulator, World};
use crate::apply::{
    Ability, Acceptance, Anew, Change, Connector, Effect, Engine, Event, FileJournal, Journal as _,
    JournalError, Key, Outcome, Pace, Paper, PaperStep, Run, Sight, Standing, Work, accept, called_off,
};
use crate::directory::Directory;
use crate::model::Id;
use crate::plan::{Guards, Limits, StepKind};

fn id(text: &str) -> Id {
    text.parse().expect("an ID")
}

/// Staff who left, with a credential each, named after a letter.
fn leavers(letter: char, count: usize) -> Directory {
    let user = |n: usize| {
        format!(
            r#"{{"id": "{letter}LEAVE{n:02}", "person": "{letter}{n}", "employment": "staff", "last_day": "2026-11-20", "credential": "{letter}c{n}"}}"#
        )
    };
    let credential = |n: usize| format!(r#"{{"id": "{letter}c{n}", "kind": "single"}}"#);
    let users: Vec<String> = (0..count).map(user).collect();
    let credentials: Vec<String> = (0..count).map(credential).collect();
    directory(&users.join(","), &format!(r#""credentials": [{}],"#, credentials.join(",")))
}

/// Goes on with a plan until nothing more happens before an instant.
pub(super) fn until(
    paper: &Paper,
    journal: &mut Memory,
    connector: &mut impl Connector,
    start: OffsetDateTime,
    end: OffsetDateTime,
) -> (Run, OffsetDateTime) {
    let mut now = start;
    for _ in 0..1_000 {
        let mut engine = Engine::new(paper, journal, connector, Pace::default()).expect("an engine");
        match engine.run(&mut || now, &mut |_, _| true).expect("a run") {
            Run::Waiting { until } if until <= end => {
                assert!(until > now, "it waits for the past");
                now = until;
            }
            Run::Stopped(_) if now < end => now += Duration::hours(1),
            run => return (run, now),
        }
    }
    panic!("it goes on for ever");
}

/// Three plans, each within its limit, are accepted before anything is done: together they keep to the limit of a day.
#[test]
fn plans_that_are_accepted_together_keep_to_the_limit_of_a_day() {
    let limits = Limits { per_24h: Some(3), ..Limits::NONE };
    let guards = Guards { irreversible: limits, ..alone() };
    let companies: Vec<Directory> = ['A', 'B', 'C'].into_iter().map(|letter| leavers(letter, 2)).collect();
    let papers: Vec<Paper> = companies.iter().map(|company| paper(company, POLICY, &guards)).collect();
    let mut journal = Memory::default();
    for paper in &papers {
        let allowed = BTreeMap::new();
        let acceptance = Acceptance {
            guards: Some(&guards),
            approvers: None,
            approvals: &[],
            directory: None,
            allowed: &allowed,
            now: morning(),
        };
        assert_eq!(accept(paper, &mut journal, &acceptance), Ok(true));
    }
    let mut end = morning();
    for (paper, company) in papers.iter().zip(&companies) {
        let mut simulator = Simulator::new(World::of(company), Faults::none());
        let (run, ended) = until(paper, &mut journal, &mut simulator, end, end + Duration::days(9));
        assert_eq!(run, Run::Finished);
        end = ended;
    }
    let revoked: Vec<(OffsetDateTime, Option<Id>)> = journal
        .entries
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::Intent { kind: StepKind::Revoke, user, .. } => Some((entry.at, *user)),
            _ => None,
        })
        .collect();
    assert_eq!(revoked.len(), 6);
    for (at, _) in &revoked {
        let day: BTreeSet<_> = revoked
            .iter()
            .filter(|(other, _)| *other <= *at && *other > *at - Duration::hours(24))
            .map(|(_, user)| *user)
            .collect();
        assert!(day.len() <= 3, "{} users within a day", day.len());
    }
}

/// A company of which somebody gave a detached person another credential in between.
#[test]
fn who_was_given_access_again_is_not_detached() {
    let company = two_leavers();
    let paper = paper(&company, POLICY, &alone());
    let mut journal = Memory::of(&paper);
    let mut simulator = Simulator::new(World::of(&company), Faults::none());
    until(&paper, &mut journal, &mut simulator, morning(), morning());
    let mut world = simulator.world().clone();
    world.users.get_mut(&id("MIAMIA01")).expect("a user").credential = Some("c9".to_owned());
    let mut simulator = Simulator::new(world, Faults::none());
    let later = morning() + Duration::days(3);
    let (run, _) = until(&paper, &mut journal, &mut simulator, later, later);
    assert_eq!(run, Run::Finished);
    assert_eq!(simulator.world().users[&id("MIAMIA01")].ended, 0);
    let stopped = journal.entries.iter().find_map(|entry| match &entry.event {
        Event::Stopped { reason, .. } => Some(reason.code.clone()),
        _ => None,
    });
    assert_eq!(stopped.as_deref(), Some("A0304"));
}

#[test]
fn what_was_decided_long_ago_is_not_begun_if_it_cannot_be_taken_back() {
    let company = two_leavers();
    let paper = paper(&company, POLICY, &alone());
    for (late, ended) in [(Duration::days(6), 1), (Duration::days(30), 0)] {
        let mut journal = Memory::of(&paper);
        let mut simulator = Simulator::new(World::of(&company), Faults::none());
        let start = morning() + late;
        let (run, _) = until(&paper, &mut journal, &mut simulator, start, start + Duration::days(3));
        assert_eq!(run, Run::Finished);
        let echo = &simulator.world().users[&id("ECHOECHO")];
        assert_eq!(echo.ended, ended, "{late}");
        let too_old = journal
            .entries
            .iter()
            .any(|entry| matches!(&entry.event, Event::Stopped { reason, .. } if reason.code == "A0101"));
        assert_eq!(too_old, ended == 0);
    }
}

/// Says of everything that it will be there soon.
pub(super) struct Soon {
    pub(super) ability: Option<Ability>,
    pub(super) performed: u32,
}

impl Connector for Soon {
    fn name(&self) -> &'static str {
        "soon"
    }

    fn ability(&self, _: StepKind) -> Option<Ability> {
        self.ability
    }

    fn observe(&mut self, _: &PaperStep, now: OffsetDateTime) -> Sight {
        let effect =
            if self.performed == 0 { Effect::NotDone } else { Effect::Pending(now + Duration::hours(1)) };
        Sight { effect, ..Sight::default() }
    }

    fn perform(&mut self, _: &PaperStep, _: &Key, now: OffsetDateTime) -> Outcome {
        self.performed += 1;
        Outcome::Pending { until: now + Duration::hours(1) }
    }
}

#[test]
fn a_platform_that_says_soon_for_ever_is_not_believed_for_ever() {
    let company = two_leavers();
    let paper = paper(&company, POLICY, &alone());
    let mut journal = Memory::of(&paper);
    let mut connector = Soon { ability: Some(Ability::READABLE), performed: 0 };
    let (run, end) = until(&paper, &mut journal, &mut connector, morning(), morning() + Duration::days(60));
    assert_eq!(run, Run::Held);
    assert!(end < morning() + Duration::days(30), "{end}");
    let mut work = Work::of(&paper);
    journal.entries.iter().for_each(|entry| work.take(entry.at, &entry.event));
    let revoke = paper.steps().iter().position(|step| step.kind == StepKind::Revoke).expect("a revocation");
    assert!(matches!(work.step(revoke), Standing::Held { .. }));
}

/// What was accepted, of which the connector can then say nothing at all, is not taken to be done.
#[test]
fn a_connector_that_forgets_what_it_can_do_has_done_nothing() {
    let company = two_leavers();
    let paper = paper(&company, POLICY, &alone());
    let mut journal = Memory::of(&paper);
    let mut connector = Soon { ability: Some(Ability::READABLE), performed: 0 };
    until(&paper, &mut journal, &mut connector, morning(), morning());
    let recorded = journal.entries.len();
    connector.ability = None;
    let (run, _) = until(&paper, &mut journal, &mut connector, morning() + Duration::days(5), morning());
    assert_eq!((run, journal.entries.len()), (Run::Held, recorded));
}

#[test]
fn an_export_that_came_back_empty_stops_everybody() {
    let before = two_leavers();
    let plan = paper(&before, POLICY, &alone());
    let policy = policy_of(POLICY, &before);
    let one = directory(
        r#"{"id": "MIAMIA01", "person": "E2", "employment": "contractor", "last_day": "2026-11-20"}"#,
        "",
    );
    let untouched = Work::of(&plan);
    let anew = Anew::of(&plan, &untouched, &policy, &one, morning()).expect("decisions");
    assert_eq!(anew.change(id("ECHOECHO")), Some(Change::Missing));
    assert_eq!(
        anew.change(id("ECHOECHO")).map(|change| change.reason(id("ECHOECHO")).code),
        Some("A0309".to_owned())
    );
    // Whose access the plan itself has begun to end may be missing.
    let mut begun = untouched.clone();
    let step = plan.steps().iter().find(|step| step.user == Some(id("ECHOECHO"))).expect("a step");
    begun.take(
        morning(),
        &Event::Intent {
            step: step.number,
            attempt: 1,
            kind: step.kind,
            user: step.user,
            target: step.target.to_string(),
            key: Key::of(plan.digest(), step.number),
        },
    );
    let anew = Anew::of(&plan, &begun, &policy, &one, morning()).expect("decisions");
    assert_eq!(anew.change(id("ECHOECHO")), None);
    // Neither what is not complete nor what is older says anything of now.
    for (what, instead) in
        [(r#""complete": true"#, r#""complete": false"#), ("2026-11-22T08", "2026-11-20T08")]
    {
        let text = super::papers::text_of_two_leavers().replace(what, instead);
        let other = Directory::from_json("directory.json", text.as_bytes()).expect("a directory");
        let refused = Anew::of(&plan, &untouched, &policy, &other, morning()).unwrap_err();
        assert_eq!(refused.code, "A0106", "{instead}");
    }
}

#[test]
fn a_plan_that_is_called_off_begins_nothing_more() {
    let company = two_leavers();
    let plan = paper(&company, POLICY, &alone());
    let mut journal = Memory::of(&plan);
    let mut simulator = Simulator::new(World::of(&company), Faults::none());
    until(&plan, &mut journal, &mut simulator, morning(), morning());
    let work = |journal: &Memory| {
        let mut work = Work::of(&plan);
        journal.entries.iter().for_each(|entry| work.take(entry.at, &entry.event));
        work
    };
    let by = company.administrators().iter().find(|known| known.name == "lena").expect("lena");
    assert_eq!(called_off(&plan, &work(&journal), " ", by, morning()).unwrap_err().code, "A0008");
    let entries = called_off(&plan, &work(&journal), "the wrong directory", by, morning()).expect("records");
    journal.record(entries).expect("a journal");
    let later = morning() + Duration::days(2);
    let (run, _) = until(&plan, &mut journal, &mut simulator, later, later + Duration::days(2));
    assert_eq!(run, Run::Finished);
    // The detach had not begun; the revocation had, and is what it is.
    assert_eq!(simulator.world().users[&id("MIAMIA01")].ended, 0);
    assert_eq!(simulator.world().users[&id("ECHOECHO")].ended, 1);
    assert_eq!(called_off(&plan, &work(&journal), "again", by, later).unwrap_err().code, "A0008");
}

#[test]
fn a_journal_that_somebody_prepared_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("acme.journal");
    let plan = paper(&two_leavers(), POLICY, &alone());
    let mut journal = FileJournal::open(&path, morning()).expect("a journal");
    journal.record_plan(vec![accepted(&plan)], plan.digest(), plan.text()).expect("records");
    assert_eq!(journal.works().expect("plans").len(), 1);
    drop(journal);
    let other = paper(&leavers('X', 1), POLICY, &alone());
    let instead = format!("UPDATE plans SET text = '{}'", other.text().replace('\'', "''"));
    for change in [
        "CREATE TRIGGER x AFTER INSERT ON records BEGIN DELETE FROM records WHERE n = new.n; END",
        "CREATE VIEW x AS SELECT 1",
        "CREATE INDEX x ON records (line)",
        "CREATE TABLE x (y)",
        "DELETE FROM plans",
        "UPDATE plans SET digest = 'x'",
        "INSERT INTO plans VALUES ('x', 'y')",
        &*instead,
    ] {
        let copy = path.with_extension("copy");
        std::fs::copy(&path, &copy).expect("a copy");
        let raw = rusqlite::Connection::open(&copy).expect("a database");
        raw.execute_batch(change).expect(change);
        drop(raw);
        // What is kept of a plan is read when it is asked for.
        let found = FileJournal::open(&copy, morning()).and_then(|journal| journal.works().map(drop));
        assert!(matches!(found, Err(JournalError::Corrupt(_))), "{change}: {found:?}");
        let looked = FileJournal::look(&copy).and_then(|journal| journal.works().map(drop));
        assert!(matches!(looked, Err(JournalError::Corrupt(_))), "{change}: {looked:?}");
        std::fs::remove_file(&copy).expect("removed");
    }
}
