//! What people decide: resolutions of holds, held steps, limits allowed by number, and newer directories.

use std::collections::BTreeMap;

use time::Duration;

use super::figures::figure;
use super::papers::{Memory, POLICY, alone, directory, morning, paper, policy_of, two_leavers};
use crate::apply::simulator::{Faults, Simulator, World};
use crate::apply::{
    Ability, Acceptance, Anew, ApplyError, Change, Connector as _, Engine, Event, Journal as _, Pace, Paper,
    Run, Secret, SignedResolution, Standing, Watched, Work, accept, resolved,
};
use crate::directory::Directory;
use crate::plan::{ActionClass, Approvers, Guards, Limits, Plan, Request, Resolution, Settled, plan};
use crate::policy::{Access, Basis, Disposition, HoldCode};

const BOARD: &str = "/// The board is looked at by a person.
fn board(user) { if user.has_left && user.employment == \"staff\" { review(\"the board decides\") } }
/// Contractors keep the ID.
fn contractors(user) { if user.has_left && user.employment == \"contractor\" { detach() } }";

fn key(seed: u8) -> Secret {
    Secret::from_bytes([seed; 32])
}

fn keys(directory: &Directory) -> Approvers {
    let lines = format!(
        "[approvers]\nnoah = \"{}\"\n[resolvers]\nlena = \"{}\"\n",
        key(1).public().to_text(),
        key(2).public().to_text()
    );
    Approvers::from_toml("approvers.toml", &lines, directory).expect("keys")
}

fn resolution() -> Resolution {
    Resolution {
        purpose: String::new(),
        subscription: "acme".to_owned(),
        user: "ECHOECHO".parse().expect("an ID"),
        hold: HoldCode::Review,
        disposition: Some(Disposition::Revoke),
        access: Some(Access::Withdraw),
        note: "the board agreed".to_owned(),
        resolver: "lena".to_owned(),
        at: morning(),
        until: morning() + Duration::days(7),
    }
}

fn planned(directory: &Directory, approvers: &Approvers, resolutions: &[Settled]) -> Plan {
    let policy = policy_of(BOARD, directory);
    let basis = Basis::of(directory, morning()).expect("a basis");
    let evaluator = policy.evaluator(basis.clone()).expect("an evaluator");
    let decisions = evaluator.decide_directory(directory).collect::<Result<Vec<_>, _>>().expect("decisions");
    let guards = alone();
    let mut request = Request::new(directory, &policy, decisions, &basis, "mia", &guards);
    request.approvers = Some(approvers);
    request.resolutions = resolutions;
    plan(request).expect("a plan")
}

fn steps_of(plan: &Plan, user: &str) -> usize {
    let users = &plan.content().users;
    users.iter().find(|planned| planned.user.as_str() == user).expect("a user").steps.len()
}

#[test]
fn what_somebody_decides_about_a_hold_is_planned_and_named() {
    let directory = two_leavers();
    let approvers = keys(&directory);
    let without = planned(&directory, &approvers, &[]);
    assert_eq!(steps_of(&without, "ECHOECHO"), 0);
    assert!(!without.to_json().contains("\"resolutions\""));

    let signed = SignedResolution::sign(resolution(), &key(2)).expect("a resolution");
    let signed = SignedResolution::read("x", signed.to_json().as_bytes()).expect("the same");
    let settled = signed.settled(&approvers, "acme", morning()).expect("a good signature");
    let with = planned(&directory, &approvers, std::slice::from_ref(&settled));
    assert_eq!(steps_of(&with, "ECHOECHO"), 2);
    assert_eq!(with.content().resolutions, std::slice::from_ref(&settled));
    // What is written is canonical, and what it is read back as.
    let paper = Paper::read("plan.json", with.to_json().as_bytes()).expect("a plan");
    assert_eq!(paper.resolutions(), [signed]);

    // Decided again, the hold is still settled; another hold is not.
    let policy = policy_of(BOARD, &directory);
    assert_eq!(Anew::of(&paper, &Work::of(&paper), &policy, &directory, morning()), Ok(Anew::default()));
    let unmatched = super::papers::directory(
        r#"{"id": "ECHOECHO", "employment": "staff", "last_day": "2026-11-20", "credential": "c1"}"#,
        r#""credentials": [{"id": "c1", "kind": "single"}],"#,
    );
    let changed = Anew::of(&paper, &Work::of(&paper), &policy, &unmatched, morning()).expect("decisions");
    assert_eq!(
        changed.changes().map(|(_, change)| change).collect::<Vec<_>>(),
        [Change::Held, Change::Missing]
    );

    // A plan of a week later is made without it.
    let late = settled.resolution().until;
    let refused = SignedResolution::sign(resolution(), &key(2)).expect("a resolution");
    assert_eq!(refused.settled(&approvers, "acme", late).unwrap_err().code, "A0213");
}

#[test]
fn a_resolution_that_does_not_fit_the_hold_settles_nothing() {
    let directory = two_leavers();
    let approvers = keys(&directory);
    for change in [
        (|r: &mut Resolution| r.hold = HoldCode::MissingFact) as fn(&mut Resolution),
        |r| r.access = None,
        |r| r.disposition = None,
        |r| r.user = "MIAMIA01".parse().expect("an ID"),
    ] {
        let mut other = resolution();
        change(&mut other);
        let signed = SignedResolution::sign(other, &key(2)).expect("a resolution");
        let settled = signed.settled(&approvers, "acme", morning()).expect("a good signature");
        let plan = planned(&directory, &approvers, &[settled]);
        assert_eq!((steps_of(&plan, "ECHOECHO"), plan.content().resolutions.len()), (0, 0));
    }
    // Two people who decide differently at the same instant settle nothing; the later one counts.
    let mut keeps = resolution();
    (keeps.disposition, keeps.access) = (Some(Disposition::Keep), Some(Access::Keep));
    let settled = |resolution: Resolution| {
        let signed = SignedResolution::sign(resolution, &key(2)).expect("a resolution");
        signed.settled(&approvers, "acme", morning() + Duration::minutes(2)).expect("a good signature")
    };
    let both = [settled(resolution()), settled(keeps.clone())];
    assert!(planned(&directory, &approvers, &both).content().resolutions.is_empty());
    keeps.at = morning() - Duration::hours(1);
    let later = [settled(resolution()), settled(keeps)];
    assert_eq!(planned(&directory, &approvers, &later).content().resolutions, later[..1]);
}

#[test]
fn what_no_person_can_decide_is_not_signed() {
    for (change, said) in [
        ((|r: &mut Resolution| r.hold = HoldCode::SystemId) as fn(&mut Resolution), "never touched"),
        (|r| r.hold = HoldCode::InvalidRecord, "mended"),
        (|r| r.hold = HoldCode::NotEntitled, "edition"),
        (|r| r.disposition = Some(Disposition::Hold), "go on holding"),
        (|r| (r.disposition, r.access) = (None, None), "the ID, the access or both"),
        (|r| r.note = " ".to_owned(), "a note"),
        (|r| r.note = "x".repeat(501), "a note"),
    ] {
        let mut other = resolution();
        change(&mut other);
        let refused = SignedResolution::sign(other, &key(2)).unwrap_err();
        assert!(refused.message.contains(said), "{}", refused.message);
    }
}

/// Every byte of a resolution is changed, in every bit.
#[test]
fn an_altered_resolution_is_none() {
    let approvers = keys(&two_leavers());
    let text = SignedResolution::sign(resolution(), &key(2)).expect("a resolution").to_json().into_bytes();
    let (mut tried, mut accepted) = (0, 0);
    for at in 0..text.len() {
        for bit in 0..8 {
            let mut altered = text.clone();
            altered[at] ^= 1 << bit;
            tried += 1;
            let read = SignedResolution::read("x", &altered).ok();
            accepted +=
                u32::from(read.is_some_and(|signed| signed.settled(&approvers, "acme", morning()).is_ok()));
        }
    }
    figure("bits of a resolution changed", &format!("{tried}: {accepted} accepted"));
    assert!(tried > 2_000 && accepted == 0, "{accepted} of {tried}");
    // Nor by somebody else's key, an approver's included, nor for another subscription.
    let forged = SignedResolution::sign(resolution(), &key(1)).expect("a resolution");
    assert_eq!(forged.settled(&approvers, "acme", morning()).unwrap_err().code, "A0212");
    let mut by_approver = resolution();
    by_approver.resolver = "noah".to_owned();
    let signed = SignedResolution::sign(by_approver, &key(1)).expect("a resolution");
    assert_eq!(signed.settled(&approvers, "acme", morning()).unwrap_err().code, "A0211");
    let signed = SignedResolution::sign(resolution(), &key(2)).expect("a resolution");
    assert_eq!(signed.settled(&approvers, "other", morning()).unwrap_err().code, "A0214");
}

#[test]
fn a_plan_with_a_resolution_that_nobody_signed_is_not_accepted() {
    let directory = two_leavers();
    let approvers = keys(&directory);
    let forged = Settled::new(resolution(), "AAAA".to_owned());
    let plan = planned(&directory, &approvers, &[forged]);
    let paper = Paper::read("plan.json", plan.to_json().as_bytes()).expect("a plan");
    let ask = |approvers| {
        let acceptance = Acceptance {
            guards: Some(&alone()),
            approvers,
            approvals: &[],
            directory: None,
            allowed: &BTreeMap::new(),
            now: morning(),
        };
        match accept(&paper, &mut Memory::default(), &acceptance) {
            Err(ApplyError::Refused { reasons }) => {
                reasons.into_iter().map(|reason| reason.code).collect::<Vec<_>>()
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(ask(Some(&approvers)), ["A0212"]);
    assert_eq!(ask(None), ["A0208", "A0211"]);
}

#[test]
fn a_newer_directory_stops_who_is_decided_about_otherwise() {
    let before = two_leavers();
    let plan = paper(&before, POLICY, &alone());
    let policy = policy_of(POLICY, &before);
    let credentials = r#""credentials": [{"id": "c1", "kind": "single"}, {"id": "c2", "kind": "single"}],"#;
    let now = directory(
        r#"{"id": "ECHOECHO", "person": "E1", "employment": "staff", "credential": "c1"},
           {"id": "MIAMIA01", "person": "E2", "employment": "contractor", "last_day": "2026-11-20", "credential": "c2"}"#,
        credentials,
    );
    let anew = Anew::of(&plan, &Work::of(&plan), &policy, &now, morning()).expect("decisions");
    assert_eq!(anew.changes().map(|(_, change)| change).collect::<Vec<_>>(), [Change::Kept]);
    let other = directory(
        r#"{"id": "ECHOECHO", "person": "E1", "employment": "contractor", "last_day": "2026-11-20", "credential": "c1"},
           {"id": "MIAMIA01", "employment": "contractor", "last_day": "2026-11-20", "credential": "c2"}"#,
        credentials,
    );
    let changes = Anew::of(&plan, &Work::of(&plan), &policy, &other, morning()).expect("decisions");
    assert_eq!(
        changes.changes().map(|(_, change)| change).collect::<Vec<_>>(),
        [Change::Otherwise, Change::Held]
    );
    assert_eq!(Anew::of(&plan, &Work::of(&plan), &policy, &before, morning()), Ok(Anew::default()));
    let another = policy_of(BOARD, &before);
    assert_eq!(Anew::of(&plan, &Work::of(&plan), &another, &before, morning()).unwrap_err().code, "A0105");

    for (anew, codes) in [(anew, vec!["A0302"]), (changes, vec!["A0303", "A0309"])] {
        let mut simulator = Simulator::new(World::of(&before), Faults::none());
        let mut journal = Memory::of(&plan);
        let mut watched = Watched::new(&mut simulator, anew);
        let mut engine = Engine::new(&plan, &mut journal, &mut watched, Pace::default()).expect("an engine");
        engine.run(&mut morning, &mut |_, _| true).expect("a run");
        let mut stopped: Vec<String> = journal
            .entries
            .iter()
            .filter_map(|entry| match &entry.event {
                Event::Stopped { reason, .. } => Some(reason.code.clone()),
                _ => None,
            })
            .collect();
        stopped.sort();
        assert_eq!(stopped, codes);
    }
}

#[test]
fn a_person_says_what_became_of_a_held_step() {
    let before = two_leavers();
    let plan = paper(&before, POLICY, &alone());
    let lena = before.administrators().iter().find(|known| known.name == "lena").expect("lena");
    let (mut found, mut early_enough) = (0, 0);
    for seed in 0..40 {
        let mut journal = Memory::of(&plan);
        let mut simulator =
            Simulator::new(World::of(&before), Faults::seeded(seed, 60)).with_ability(Ability::BLIND);
        let mut now = morning();
        for _ in 0..200 {
            let mut engine =
                Engine::new(&plan, &mut journal, &mut simulator, Pace::default()).expect("an engine");
            let run = engine.run(&mut || now, &mut |_, _| true).expect("a run");
            let work = engine.work().clone();
            match run {
                Run::Waiting { until } => now = until,
                Run::Stopped(_) => now += Duration::minutes(1),
                Run::Finished => break,
                Run::Held => {
                    let is_held = |at: &usize| matches!(work.step(*at), Standing::Held { .. });
                    let held = (0..plan.steps().len()).find(is_held).expect("a held step");
                    let number = u32::try_from(held + 1).expect("a number");
                    // What was sent may still come: it is too early to say that it was not done.
                    if matches!(work.step(held), Standing::Held { since } if now < since + Duration::hours(1))
                    {
                        let early = resolved(&plan, &work, &[number], false, "looked", lena, now);
                        assert_eq!(early.unwrap_err().code, "A0008");
                        early_enough += 1;
                    }
                    now += Duration::hours(25);
                    simulator.observe(&plan.steps()[held], now);
                    // The person looks at the world itself.
                    let user = plan.steps()[held].user.expect("a user");
                    let done = simulator.world().users[&user].ended > 0;
                    let say = |note| resolved(&plan, &work, &[number], done, note, lena, now);
                    assert_eq!(say("").unwrap_err().code, "A0008");
                    journal.record(say("looked at the list").expect("entries")).expect("a record");
                    found += 1;
                }
            }
        }
        let ended = simulator.world().users.values().map(|account| account.ended);
        assert!(ended.clone().all(|ended| ended <= 1), "{seed}: {:?}", ended.collect::<Vec<_>>());
    }
    figure("held steps settled by a person", &format!("{found}: 0 done twice"));
    assert!(found > 10 && early_enough > 0, "{found}, {early_enough}");
}

#[test]
fn a_limit_of_a_day_is_passed_by_a_number_that_is_recorded() {
    let before = two_leavers();
    // Wide enough for the plan, and not for what others did in the same day.
    let limits = Limits { per_24h: Some(3), ..Limits::NONE };
    let guards = Guards { irreversible: limits, ..alone() };
    let first = paper(&before, POLICY, &guards);
    let mut journal = Memory::default();
    for user in ["XXXXXXX1", "XXXXXXX2"] {
        journal.entries.push(crate::apply::Entry {
            at: morning(),
            actor: None,
            plan: None,
            event: Event::Intent {
                step: 1,
                attempt: 1,
                kind: crate::plan::StepKind::Revoke,
                user: user.parse().ok(),
                target: user.to_owned(),
                key: crate::apply::Key::of(first.digest(), 1),
            },
        });
    }
    let ask = |journal: &mut Memory, allowed: &BTreeMap<ActionClass, u64>| {
        let guards = Some(&guards);
        let acceptance =
            Acceptance { guards, approvers: None, approvals: &[], directory: None, allowed, now: morning() };
        accept(&first, journal, &acceptance)
    };
    let number = |most| BTreeMap::from([(ActionClass::Irreversible, most)]);
    for allowed in [BTreeMap::new(), number(3)] {
        let refused = ask(&mut journal, &allowed).unwrap_err();
        assert!(
            matches!(&refused, ApplyError::Refused { reasons } if reasons[0].code == "A0104"),
            "{refused}"
        );
    }
    assert_eq!(ask(&mut journal, &number(4)), Ok(true));
    let recorded = journal.entries.iter().find_map(|entry| match &entry.event {
        Event::Overridden { limit, allowed, instead_of } => Some((limit.clone(), *allowed, *instead_of)),
        _ => None,
    });
    assert_eq!(recorded, Some(("irreversible.per_24h".to_owned(), 4, 3)));
}
