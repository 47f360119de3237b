//! What must not be believed: crafted plans, plans that nobody accepted, eyes that see nothing, other plans at work.

use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use time::{Duration, OffsetDateTime};

use super::papers::{Memory, POLICY, accepted, alone, directory, morning, paper, text, two_leavers};
use crate::apply::simulator::{Faults, Simulator, World};
use crate::apply::{
    Ability, ApplyError, Connector, Engine, Entry, Event, FileJournal, JournalError, Key, Outcome, Pace,
    Paper, PaperStep, Run, Sight, Standing, standing,
};
use crate::directory::Digest;
use crate::model::canonical;
use crate::plan::StepKind;

/// A plan that somebody wrote, with a digest that fits.
fn crafted(change: impl FnOnce(&mut Json)) -> Result<Paper, String> {
    altered(&text(&two_leavers(), POLICY, &alone(), None), change)
}

/// A plan that somebody changed, with a digest that fits.
pub(super) fn altered(plan: &str, change: impl FnOnce(&mut Json)) -> Result<Paper, String> {
    let mut plan: Json = serde_json::from_str(plan).expect("JSON");
    change(&mut plan);
    plan.as_object_mut().expect("an object").remove("digest");
    let mut hasher = Sha256::new();
    hasher.update(canonical(&plan));
    plan["digest"] = json!(Digest::finish(hasher).to_string());
    Paper::read("plan.json", canonical(&plan).as_bytes()).map_err(|found| found.message.clone())
}

/// What somebody does to a plan.
type Change = Box<dyn FnOnce(&mut Json)>;

/// The batch with steps of a kind.
fn batch<'p>(plan: &'p mut Json, kind: &str) -> &'p mut Json {
    let batches = plan["batches"].as_array_mut().expect("batches");
    batches.iter_mut().find(|batch| batch["kind"] == kind).expect("such a batch")
}

#[test]
fn a_digest_makes_no_plan_of_a_text() {
    let counts = crafted(|_| {}).expect("the plan as it was made").counts();
    assert_eq!((counts.withdraw, counts.irreversible), (2, 2));
    let changes: Vec<(&str, Change)> = vec![
        (
            "nobody",
            Box::new(|plan| {
                for user in plan["users"].as_array_mut().expect("users") {
                    user["steps"] = json!([]);
                }
            }),
        ),
        ("executor", Box::new(|plan| batch(plan, "revoke")["executor"] = json!("host"))),
        ("privilege", Box::new(|plan| batch(plan, "revoke")["privilege"] = json!("users.read"))),
        ("another ID", Box::new(|plan| batch(plan, "revoke")["steps"][0]["target"] = json!("NOBODY01"))),
        (
            "a system ID",
            Box::new(|plan| {
                batch(plan, "revoke")["steps"][0]["target"] = json!("*SYSTEM1");
                batch(plan, "revoke")["steps"][0]["user"] = json!("*SYSTEM1");
            }),
        ),
        ("both", Box::new(|plan| batch(plan, "detach")["kind"] = json!("revoke"))),
        ("no wait", Box::new(|plan| batch(plan, "detach")["waits_for"] = json!([]))),
        ("a later wait", Box::new(|plan| batch(plan, "withdraw")["waits_for"] = json!([9]))),
        ("order", Box::new(|plan| plan["users"].as_array_mut().expect("users").reverse())),
        (
            "twice",
            Box::new(|plan| {
                let users = plan["users"].as_array_mut().expect("users");
                let again = users[0].clone();
                users.insert(0, again);
            }),
        ),
    ];
    for (what, change) in changes {
        let refused = crafted(change);
        // A detach that has become a revocation is a plan, if a strange one: everything else is none.
        assert!(refused.is_err() || what == "both", "{what}");
    }
}

/// Two people sign in with one credential: whoever keeps the ID waits until it is deleted, whosever step that is.
#[test]
fn waits_between_people_who_share_a_credential_are_kept() {
    let shared = directory(
        r#"{"id": "ALPHA001", "person": "E1", "employment": "staff", "last_day": "2026-11-20", "credential": "c1"},
           {"id": "BRAVO001", "person": "E2", "employment": "contractor", "last_day": "2026-11-20", "credential": "c1"}"#,
        r#""credentials": [{"id": "c1", "kind": "single"}],"#,
    );
    let paper = paper(&shared, POLICY, &alone());
    let at = |kind| paper.steps().iter().position(|step| step.kind == kind).expect("a step");
    let withdraw = at(StepKind::Withdraw);
    assert_eq!(paper.steps()[withdraw].owners.len(), 2);
    assert!(paper.steps()[at(StepKind::Detach)].waits_for.contains(&withdraw));
    assert_eq!(paper.counts().withdraw, 2);
}

#[test]
fn a_plan_that_nobody_accepted_is_not_carried_out() {
    let directory = two_leavers();
    let paper = paper(&directory, POLICY, &alone());
    let mut journal = Memory::default();
    let mut simulator = Simulator::new(World::of(&directory), Faults::none());
    let before = simulator.world().clone();
    let mut engine = Engine::new(&paper, &mut journal, &mut simulator, Pace::default()).expect("an engine");
    let code = |error: ApplyError| match error {
        ApplyError::Refused { reasons } => reasons[0].code.clone(),
        other => panic!("{other}"),
    };
    assert_eq!(code(engine.run(&mut morning, &mut |_, _| true).unwrap_err()), "A0107");
    assert_eq!(*simulator.world(), before);
    assert_eq!(code(standing(&paper, &journal, morning()).unwrap_err()), "A0107");
    journal.entries.push(accepted(&paper));
    assert!(standing(&paper, &journal, morning()).is_ok());
    let late = Entry { at: morning() + Duration::days(30), ..accepted(&paper) };
    journal.entries.push(late);
    assert_eq!(code(standing(&paper, &journal, morning()).unwrap_err()), "A0108");
}

/// It could look, and sees nothing.
struct Blinded {
    asked: u32,
}

impl Connector for Blinded {
    fn name(&self) -> &'static str {
        "blinded"
    }

    fn ability(&self, _: StepKind) -> Option<Ability> {
        Some(Ability::READABLE)
    }

    fn observe(&mut self, _: &PaperStep, _: OffsetDateTime) -> Sight {
        Sight::default()
    }

    fn perform(&mut self, _: &PaperStep, _: &Key, _: OffsetDateTime) -> Outcome {
        self.asked += 1;
        Outcome::Applied
    }
}

#[test]
fn who_could_look_and_sees_nothing_does_nothing() {
    let directory = two_leavers();
    let paper = paper(&directory, POLICY, &alone());
    let mut journal = Memory::of(&paper);
    let mut connector = Blinded { asked: 0 };
    let mut now = morning();
    for _ in 0..50 {
        let mut engine =
            Engine::new(&paper, &mut journal, &mut connector, Pace::default()).expect("an engine");
        match engine.run(&mut || now, &mut |_, _| true).expect("a run") {
            Run::Finished => break,
            _ => now += Duration::hours(1),
        }
    }
    assert_eq!(connector.asked, 0);
    let (work, _) = standing(&paper, &journal, now).expect("a standing");
    assert!(
        work.steps()
            .iter()
            .all(|standing| matches!(standing, Standing::Failed { .. } | Standing::Stopped { .. }))
    );
}

#[test]
fn what_another_plan_has_begun_is_not_begun_again() {
    let directory = two_leavers();
    let first = paper(&directory, POLICY, &alone());
    let second = crafted(|plan| plan["made"]["leaver_version"] = json!("0.0.9")).expect("another plan");
    assert_ne!(first.digest(), second.digest());
    let mut journal = Memory::of(&first);
    journal.entries.push(accepted(&second));
    let revoke = first.steps().iter().find(|step| step.kind == StepKind::Revoke).expect("a revocation");
    journal.entries.push(Entry {
        at: morning(),
        actor: None,
        plan: Some(*first.digest()),
        event: Event::Intent {
            step: revoke.number,
            attempt: 1,
            kind: revoke.kind,
            user: revoke.user,
            target: revoke.target.to_string(),
            key: Key::of(first.digest(), revoke.number),
        },
    });
    let mut simulator = Simulator::new(World::of(&directory), Faults::none());
    let mut now = morning();
    for _ in 0..20 {
        let mut engine =
            Engine::new(&second, &mut journal, &mut simulator, Pace::default()).expect("an engine");
        match engine.run(&mut || now, &mut |_, _| true).expect("a run") {
            Run::Waiting { until } => now = until,
            _ => break,
        }
    }
    let stopped = journal.entries.iter().find_map(|entry| match &entry.event {
        Event::Stopped { user, reason, .. } => Some((*user, reason.code.clone())),
        _ => None,
    });
    assert_eq!(stopped, Some((revoke.user, "L0406".to_owned())));
    let user = revoke.user.expect("a user");
    assert_eq!(simulator.world().users[&user].ended, 0);
}

/// Closing any other handle of a file takes away the locks that `SQLite` has on it.
#[test]
fn the_lock_of_a_journal_outlives_other_handles_of_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("acme.journal");
    let journal = FileJournal::open(&path, morning()).expect("a journal");
    drop(std::fs::read(&path).expect("the file"));
    assert!(matches!(FileJournal::open(&path, morning()), Err(JournalError::Busy)));
    assert!(matches!(FileJournal::open(&path, morning()), Err(JournalError::Busy)));
    drop(journal);
    FileJournal::open(&path, morning()).expect("nobody has it any more");
}
