//! What is left of people whose ID is ended.

use time::Duration;

use super::papers::{Memory, POLICY, alone, directory, morning, paper};
use crate::apply::simulator::{Faults, Simulator, World};
use crate::apply::{ContainerKind, Engine, Event, Memberships, Outcome, Pace, Run, Work, residual};
use crate::plan::StepKind;

const LEAVING: &str = "/// Whoever leaves also leaves every group and list.
fn groups(user) { if user.has_left { also(leave_groups_and_lists()) } }";

#[test]
fn memberships_that_no_step_ends_are_left() {
    let company = directory(
        r#"{"id": "ECHOECHO", "person": "E1", "employment": "staff", "last_day": "2026-11-20"},
           {"id": "STAYSHER", "person": "E2", "employment": "staff"}"#,
        r#""groups": [{"id": "g1", "name": "Yard", "broadcast": "*ACMEGRP", "members": ["ECHOECHO", "STAYSHER"]}],
           "lists": [{"id": "l1", "name": "News", "broadcast": "*ACMEGRP", "members": ["ECHOECHO"]}],"#,
    );
    let before = Memberships::of_directory(&company);
    assert_eq!(before, Memberships::of_world(&World::of(&company)));
    for (policy, left) in [(POLICY.to_owned(), 2), (format!("{POLICY}\n{LEAVING}"), 0)] {
        let paper = paper(&company, &policy, &alone());
        let mut journal = Memory::of(&paper);
        let mut simulator = Simulator::new(World::of(&company), Faults::none());
        let mut now = morning();
        assert_eq!(residual(&paper, &Work::of(&paper), &before), [], "nobody's ID is ended");
        // The ID is ended, and whatever a step is still to end is not left.
        let mut ended = Work::of(&paper);
        let revoke = paper.steps().iter().find(|step| step.kind == StepKind::Revoke).expect("a revocation");
        let outcome = Outcome::Applied;
        ended.take(now, &Event::Outcome { step: revoke.number, attempt: 1, outcome, observed: false });
        assert_eq!(residual(&paper, &ended, &before).len(), left);
        loop {
            let mut engine =
                Engine::new(&paper, &mut journal, &mut simulator, Pace::default()).expect("an engine");
            match engine.run(&mut || now, &mut |_, _| true).expect("a run") {
                Run::Waiting { until } => now = until,
                run => break assert_eq!(run, Run::Finished),
            }
        }
        simulator.world().view(now + Duration::hours(1));
        let mut work = Work::of(&paper);
        journal.entries.iter().for_each(|entry| work.take(entry.at, &entry.event));
        let found = residual(&paper, &work, &Memberships::of_world(simulator.world()));
        let found: Vec<_> = found.iter().map(|one| (one.user.as_str(), one.container, &*one.key)).collect();
        let expected = [("ECHOECHO", ContainerKind::Group, "g1"), ("ECHOECHO", ContainerKind::List, "l1")];
        assert_eq!(found, expected[..left]);
        // By a directory of before, everything is still there.
        assert_eq!(residual(&paper, &work, &before).len(), 2);
    }
}
