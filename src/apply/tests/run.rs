//! Runs on the simulated platform.

use time::{Duration, OffsetDateTime};

use super::figures::figure;
use super::papers::{Memory, POLICY, alone, directory, morning, paper, two_leavers};
use crate::apply::ready::{Readiness, readiness};
use crate::apply::simulator::{AccountState, Faults, Simulator, World};
use crate::apply::{
    Ability, Connector, Engine, Entry, Event, Key, Outcome, Pace, Paper, PaperStep, Run, Sight, Standing,
    State, Stop, Work, status,
};
use crate::model::Id;
use crate::plan::StepKind;

/// Carries a plan out to its end, or until nothing more happens by itself.
fn to_the_end(
    paper: &Paper,
    journal: &mut Memory,
    simulator: &mut Simulator,
    pace: Pace,
    start: OffsetDateTime,
) -> (Run, OffsetDateTime) {
    let mut now = start;
    for _ in 0..10_000 {
        let mut engine = Engine::new(paper, journal, simulator, pace).expect("an engine");
        match engine.run(&mut || now, &mut |_, _| true).expect("a run") {
            Run::Waiting { until } => {
                assert!(until > now, "it waits for the past: {until} at {now}");
                now = until;
            }
            Run::Stopped(Stop::Failures) => now += Duration::minutes(1),
            run => return (run, now),
        }
    }
    panic!("it goes on for ever");
}

fn id(text: &str) -> Id {
    text.parse().expect("an ID")
}

#[test]
fn two_leavers_are_revoked_and_detached_and_nobody_comes_back() {
    let directory = two_leavers();
    let paper = paper(&directory, POLICY, &alone());
    let mut journal = Memory::of(&paper);
    let mut simulator = Simulator::new(World::of(&directory), Faults::none());
    let (run, end) = to_the_end(&paper, &mut journal, &mut simulator, Pace::default(), morning());
    assert_eq!(run, Run::Finished);
    // The detach waits a day for the withdrawal.
    assert_eq!(end, morning() + Duration::hours(24));
    let world = simulator.world();
    assert_eq!(world.users[&id("ECHOECHO")].state, AccountState::Revoked { at: morning() });
    assert_eq!(world.users[&id("MIAMIA01")].state, AccountState::Detached { at: end });
    assert!(world.users.values().all(|account| account.reappeared == 0 && account.ended == 1));
    assert!(matches!(
        journal.entries.last().map(|entry| &entry.event),
        Some(Event::Finished { done: 4, .. })
    ));
    let friday = world.view(end + Duration::hours(48));
    assert!(friday.users.iter().all(|user| !user.abilities.reads && !user.abilities.listed));
}

#[test]
fn a_withdrawal_that_comes_late_makes_the_detach_wait_longer() {
    let directory = two_leavers();
    let paper = paper(&directory, POLICY, &alone());
    let mut journal = Memory::of(&paper);
    let mut simulator = Simulator::new(World::of(&directory), Faults::none());
    let late = morning() + Duration::hours(7);
    let (run, end) = to_the_end(&paper, &mut journal, &mut simulator, Pace::default(), late);
    assert_eq!((run, end), (Run::Finished, late + Duration::hours(24)));
    assert!(simulator.world().users.values().all(|account| account.reappeared == 0));
}

#[test]
fn a_person_who_is_back_stops_and_the_others_go_on() {
    let directory = two_leavers();
    let paper = paper(&directory, POLICY, &alone());
    let mut journal = Memory::of(&paper);
    let mut world = World::of(&directory);
    world.users.get_mut(&id("ECHOECHO")).expect("a user").returned = true;
    let mut simulator = Simulator::new(world, Faults::none());
    let (run, _) = to_the_end(&paper, &mut journal, &mut simulator, Pace::default(), morning());
    assert_eq!(run, Run::Finished);
    assert_eq!(simulator.world().users[&id("ECHOECHO")].state, AccountState::Active);
    assert_eq!(simulator.world().credentials["c1"], None);
    assert!(matches!(simulator.world().users[&id("MIAMIA01")].state, AccountState::Detached { .. }));
    let stopped = journal.entries.iter().find_map(|entry| match &entry.event {
        Event::Stopped { steps, reason, .. } => Some((steps.clone(), reason.code.clone())),
        _ => None,
    });
    let (steps, code) = stopped.expect("a user that stopped");
    assert_eq!((steps.len(), code.as_str()), (2, "A0302"));
}

#[test]
fn who_revoked_the_own_id_is_no_failure() {
    let directory = two_leavers();
    let paper = paper(&directory, POLICY, &alone());
    let mut journal = Memory::of(&paper);
    let mut world = World::of(&directory);
    let before = morning() - Duration::hours(30);
    world.users.get_mut(&id("ECHOECHO")).expect("a user").state = AccountState::Revoked { at: before };
    let mut simulator = Simulator::new(world, Faults::none());
    let (run, _) = to_the_end(&paper, &mut journal, &mut simulator, Pace::default(), morning());
    assert_eq!(run, Run::Finished);
    assert_eq!(simulator.world().users[&id("ECHOECHO")].ended, 0);
    let outcome = journal.entries.iter().find_map(|entry| match &entry.event {
        Event::Outcome { step, outcome: outcome @ Outcome::NoOp { .. }, .. } => {
            Some((*step, outcome.clone()))
        }
        _ => None,
    });
    let (step, _) = outcome.expect("a step with nothing to do");
    assert_eq!(paper.step(step).map(|step| step.kind), Some(StepKind::Revoke));
}

#[test]
fn another_credential_than_planned_for_is_left_alone() {
    let directory = two_leavers();
    let paper = paper(&directory, POLICY, &alone());
    let mut journal = Memory::of(&paper);
    let mut world = World::of(&directory);
    world.users.get_mut(&id("MIAMIA01")).expect("a user").credential = Some("c9".to_owned());
    let mut simulator = Simulator::new(world, Faults::none());
    to_the_end(&paper, &mut journal, &mut simulator, Pace::default(), morning());
    assert_eq!(simulator.world().users[&id("MIAMIA01")].state, AccountState::Active);
    let codes = journal.entries.iter().filter_map(|entry| match &entry.event {
        Event::Stopped { reason, .. } => Some(reason.code.as_str()),
        _ => None,
    });
    assert_eq!(codes.collect::<Vec<_>>(), ["A0304"]);
}

#[test]
fn what_cannot_be_known_nor_taken_back_is_left_to_a_person() {
    let directory = two_leavers();
    let paper = paper(&directory, POLICY, &alone());
    let mut held = 0;
    for seed in 0..40 {
        let mut journal = Memory::of(&paper);
        let mut simulator =
            Simulator::new(World::of(&directory), Faults::seeded(seed, 60)).with_ability(Ability::BLIND);
        let pace = Pace { failures: 100, ..Pace::default() };
        let (run, now) = to_the_end(&paper, &mut journal, &mut simulator, pace, morning());
        assert!(simulator.world().users.values().all(|account| account.ended <= 1), "seed {seed}");
        let mut work = Work::of(&paper);
        journal.entries.iter().for_each(|entry| work.take(entry.at, &entry.event));
        let is_held = |standing: &Standing| matches!(standing, Standing::Held { .. });
        let all_held: Vec<usize> =
            work.steps().iter().enumerate().filter(|(_, step)| is_held(step)).map(|(at, _)| at).collect();
        held += all_held.len();
        assert_eq!(run == Run::Held, !all_held.is_empty(), "seed {seed}: {run:?}");
        // Somebody looks, when it must show, and says so; then the run ends.
        let now = now + Duration::hours(2);
        simulator.world_mut().pass(now);
        for at in all_held {
            let step = &paper.steps()[at];
            let done = step.user.is_some_and(|user| simulator.world().users[&user].ended > 0);
            let event = Event::Resolved { step: step.number, done, note: "looked".to_owned() };
            let plan = Some(*paper.digest());
            journal.entries.push(crate::apply::Entry {
                at: now,
                actor: Some("noah".to_owned()),
                plan,
                event,
            });
        }
        let simulator = &mut simulator.with_ability(Ability::READABLE);
        let (run, _) = to_the_end(&paper, &mut journal, simulator, pace, now);
        assert_eq!(run, Run::Finished, "seed {seed}");
        assert!(simulator.world().users.values().all(|account| account.ended <= 1), "seed {seed}");
    }
    assert!(held >= 10, "{held}");
}

#[test]
fn a_run_stops_when_it_is_asked_to_and_goes_on_afterwards() {
    let directory = two_leavers();
    let paper = paper(&directory, POLICY, &alone());
    let mut journal = Memory::of(&paper);
    let mut simulator = Simulator::new(World::of(&directory), Faults::none());
    let mut engine = Engine::new(&paper, &mut journal, &mut simulator, Pace::default()).expect("an engine");
    let run = engine.run(&mut morning, &mut |_, _| false).expect("a run");
    assert_eq!(run, Run::Stopped(Stop::Cancelled));
    assert_eq!(simulator.world().credentials.values().filter(|deleted| deleted.is_some()).count(), 1);
    let (run, _) = to_the_end(&paper, &mut journal, &mut simulator, Pace::default(), morning());
    assert_eq!(run, Run::Finished);
}

#[test]
fn failures_one_after_the_other_stop_the_run() {
    let directory = many(12);
    let paper = paper(&directory, POLICY, &alone());
    let mut journal = Memory::of(&paper);
    let mut simulator = Simulator::new(World::of(&directory), Faults::seeded(3, 100));
    let mut engine = Engine::new(&paper, &mut journal, &mut simulator, Pace::default()).expect("an engine");
    let run = engine.run(&mut morning, &mut |_, _| true).expect("a run");
    assert_eq!(run, Run::Stopped(Stop::Failures));
    let tried = journal.entries.iter().filter(|entry| matches!(entry.event, Event::Intent { .. })).count();
    assert_eq!(tried, 3);
}

#[test]
fn too_many_who_changed_stop_the_run() {
    let directory = many(6);
    let paper = paper(&directory, POLICY, &alone());
    let mut journal = Memory::of(&paper);
    let mut world = World::of(&directory);
    world.users.values_mut().for_each(|account| account.held = true);
    let mut simulator = Simulator::new(world, Faults::none());
    let pace = Pace { drift: 3, ..Pace::default() };
    let mut engine = Engine::new(&paper, &mut journal, &mut simulator, pace).expect("an engine");
    assert_eq!(engine.run(&mut morning, &mut |_, _| true).expect("a run"), Run::Stopped(Stop::Drift));
}

#[test]
fn a_quota_that_is_used_up_waits_for_the_next_day() {
    let directory = many(6);
    let paper = paper(&directory, POLICY, &alone());
    let mut journal = Memory::of(&paper);
    let mut simulator = Simulator::new(World::of(&directory), Faults::none());
    // Each step is two requests: it is looked at, and done.
    let pace = Pace { quota: 8, ..Pace::default() };
    let mut engine = Engine::new(&paper, &mut journal, &mut simulator, pace).expect("an engine");
    let run = engine.run(&mut morning, &mut |_, _| true).expect("a run");
    assert_eq!(run, Run::Waiting { until: morning() + Duration::hours(24) });
    assert_eq!(journal.entries.iter().filter(|entry| matches!(entry.event, Event::Intent { .. })).count(), 4);
    let (run, _) = to_the_end(&paper, &mut journal, &mut simulator, pace, morning());
    assert_eq!(run, Run::Finished);
    // Never more than four within a day.
    let tried: Vec<OffsetDateTime> = journal
        .entries
        .iter()
        .filter(|entry| matches!(entry.event, Event::Intent { .. }))
        .map(|entry| entry.at)
        .collect();
    assert!(tried.windows(5).all(|five| five[4] - five[0] >= Duration::hours(24)), "{tried:?}");
}

#[test]
fn a_clock_that_goes_backwards_stands_still() {
    let directory = two_leavers();
    let paper = paper(&directory, POLICY, &alone());
    let mut journal = Memory::of(&paper);
    let mut simulator = Simulator::new(World::of(&directory), Faults::none());
    let mut now = morning() + Duration::hours(3);
    let mut engine = Engine::new(&paper, &mut journal, &mut simulator, Pace::default()).expect("an engine");
    let mut clock = || {
        now -= Duration::hours(1);
        now
    };
    engine.run(&mut clock, &mut |_, _| true).expect("a run");
    assert!(journal.entries.windows(2).all(|pair| pair[0].at <= pair[1].at));
    let (run, end) = to_the_end(&paper, &mut journal, &mut simulator, Pace::default(), morning());
    assert_eq!(run, Run::Finished);
    assert!(end >= morning() + Duration::hours(26));
    assert!(simulator.world().users.values().all(|account| account.reappeared == 0));
}

/// A clock that once was in the future must not make every wait seem to be over.
#[test]
fn a_record_from_the_future_stops_everything_until_the_clock_is_there() {
    let directory = two_leavers();
    let paper = paper(&directory, POLICY, &alone());
    let mut journal = Memory::of(&paper);
    let future = morning() + Duration::days(365);
    journal.entries.push(Entry {
        at: future,
        actor: None,
        plan: None,
        event: Event::Finished { done: 0, no_op: 0, not_done: 0 },
    });
    let mut simulator = Simulator::new(World::of(&directory), Faults::none());
    let mut engine = Engine::new(&paper, &mut journal, &mut simulator, Pace::default()).expect("an engine");
    assert_eq!(engine.run(&mut morning, &mut |_, _| true), Ok(Run::Waiting { until: future }));
    assert_eq!(journal.entries.len(), 2);
    // Clocks that are a little apart do not matter.
    let mut nearly = || future - Duration::minutes(4);
    let mut engine = Engine::new(&paper, &mut journal, &mut simulator, Pace::default()).expect("an engine");
    engine.run(&mut nearly, &mut |_, _| true).expect("a run");
    assert!(journal.entries.len() > 2);
}

/// A request that was lost, and a person who came back before it could be sent again.
struct Lost {
    asked: u32,
    returned: bool,
}

impl Connector for Lost {
    fn name(&self) -> &'static str {
        "lost"
    }

    fn ability(&self, kind: StepKind) -> Option<Ability> {
        (kind == StepKind::Revoke).then_some(Ability::KEYED)
    }

    fn observe(&mut self, _: &PaperStep, _: time::OffsetDateTime) -> Sight {
        Sight { returned: self.returned, ..Sight::default() }
    }

    fn perform(&mut self, _: &PaperStep, _: &Key, _: time::OffsetDateTime) -> Outcome {
        self.asked += 1;
        self.returned = true;
        Outcome::Unknown { why: "no reply".to_owned() }
    }
}

#[test]
fn a_request_is_not_sent_again_for_a_person_who_is_back() {
    let directory = two_leavers();
    let paper = paper(&directory, POLICY, &alone());
    let mut journal = Memory::of(&paper);
    // Somebody has withdrawn the access by hand.
    for step in paper.steps().iter().filter(|step| step.kind == StepKind::Withdraw) {
        let outcome = Outcome::Applied;
        let event = Event::Outcome { step: step.number, attempt: 1, outcome, observed: true };
        journal.entries.push(Entry { at: morning(), actor: None, plan: Some(*paper.digest()), event });
    }
    let mut connector = Lost { asked: 0, returned: false };
    let mut now = morning();
    for _ in 0..10 {
        let mut engine =
            Engine::new(&paper, &mut journal, &mut connector, Pace::default()).expect("an engine");
        engine.run(&mut || now, &mut |_, _| true).expect("a run");
        now += Duration::hours(2);
    }
    assert_eq!(connector.asked, 1);
    let held = journal.entries.iter().filter(|entry| matches!(entry.event, Event::Held { .. })).count();
    assert_eq!(held, 1);
}

/// What a person will settle keeps later steps waiting; it does not stop them for good.
#[test]
fn a_step_after_a_held_one_waits() {
    let directory = two_leavers();
    let paper = paper(&directory, POLICY, &alone());
    let at = paper.steps().iter().position(|step| step.kind == StepKind::Detach).expect("a detach");
    let before = *paper.steps()[at].waits_for.iter().max().expect("a step before it");
    let number = paper.steps()[before].number;
    let stands = |event: Event| {
        let mut work = Work::of(&paper);
        for other in &paper.steps()[at].waits_for {
            let step = paper.steps()[*other].number;
            work.take(
                morning(),
                &Event::Outcome { step, attempt: 1, outcome: Outcome::Applied, observed: true },
            );
        }
        work.take(morning(), &event);
        readiness(&paper, &work, at)
    };
    let reason = crate::plan::Reason::new(crate::diagnostic::Code::OutcomeUnknown, "nobody knows");
    assert_eq!(stands(Event::Held { step: number, reason }), Readiness::Waits);
    let refused = Outcome::Refused { why: "no".to_owned() };
    let refused = Event::Outcome { step: number, attempt: 1, outcome: refused, observed: false };
    assert_eq!(stands(refused), Readiness::Never { because_of: number });
}

/// Ten thousand steps, of which one in twenty meets a fault, come to a final and true state.
#[test]
fn many_steps_with_faults_end_true() {
    let directory = many(if std::env::var_os("LEAVER_PROOF").is_some() { 5_000 } else { 400 });
    let paper = paper(&directory, POLICY, &alone());
    let mut journal = Memory::of(&paper);
    let mut simulator = Simulator::new(World::of(&directory), Faults::seeded(11, 5));
    let pace = Pace { failures: 50, quota: 1_000_000, ..Pace::default() };
    let (run, end) = to_the_end(&paper, &mut journal, &mut simulator, pace, morning());
    assert_eq!(run, Run::Finished);
    let mut work = Work::of(&paper);
    journal.entries.iter().for_each(|entry| work.take(entry.at, &entry.event));
    let mut undone = 0;
    for (step, standing) in paper.steps().iter().zip(work.steps()) {
        assert!(standing.is_final(), "step {}: {standing:?}", step.number);
        undone += usize::from(!standing.is_done());
        let Some(user) = step.user else { continue };
        let account = &simulator.world().users[&user];
        assert!(account.ended <= 1 && account.reappeared == 0, "{user}");
        match step.kind {
            StepKind::Revoke | StepKind::Detach => {
                assert_eq!(account.ended == 1, standing.is_done(), "{user}");
            }
            StepKind::Withdraw => {
                assert_eq!(
                    simulator.world().credentials[&*step.target].is_some(),
                    standing.is_done(),
                    "{user}"
                );
            }
            _ => {}
        }
    }
    let seen = status(&paper, &work, Some(&mut simulator), end + Duration::hours(1));
    assert_eq!(seen.count(State::Regressed), 0);
    assert_eq!(seen.count(State::Confirmed), paper.steps().len() - undone);
    let steps = paper.steps().len();
    figure(
        "steps with 5 % faults",
        &format!("{steps}: {undone} refused or stopped, every state final and true"),
    );
}

fn many(count: usize) -> crate::directory::Directory {
    let users: Vec<String> = (0..count)
        .map(|n| {
            let employment = if n % 2 == 0 { "staff" } else { "contractor" };
            format!(
                r#"{{"id": "U{n:07}", "person": "E{n}", "employment": "{employment}", "last_day": "2026-11-20", "credential": "c{n}"}}"#
            )
        })
        .collect();
    let credentials: Vec<String> =
        (0..count).map(|n| format!(r#"{{"id": "c{n}", "kind": "single"}}"#)).collect();
    directory(&users.join(","), &format!(r#""credentials": [{}],"#, credentials.join(",")))
}
