//! Whole plans on a platform that keeps to its documents.

use std::collections::BTreeSet;
use std::process::Command;

use leaver::apply::{Connector as _, Event, Outcome, Paper, Run, Standing};
use leaver::plan::StepKind;

use crate::company::{Place, WHOLE, alone, morning, paper, platform, to_the_end};
use crate::platform::Platform;
use crate::server::{Answer, Fault, Server};

fn set(ids: &[&str]) -> BTreeSet<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

#[test]
fn a_whole_plan_is_carried_out() {
    let (server, _place, paper, mut connector) = alone(WHOLE);
    connector.greet(morning()).expect("it is there");
    let (run, journal) = to_the_end(&paper, &mut connector);
    assert_eq!(run, Run::Finished);
    let work = journal.work(&paper);
    assert!(work.steps().iter().all(|standing| matches!(standing, Standing::Done { .. })), "{work:?}");
    let platform = server.platform();
    assert_eq!(platform.credentials, set(&["c3", "c4", "c5"]));
    // Who keeps the ID is detached by hand: deleting a user revokes here.
    assert_eq!(platform.users, set(&["PARTNER1", "STAYSON1", "NEWPHONE"]));
    assert_eq!(platform.groups["g1"], set(&["STAYSON1", "NEWPHONE"]));
    assert_eq!(platform.lists["l1"], set(&["STAYSON1", "NEWPHONE"]));
    assert_eq!(platform.synchronised, ["g1"]);
    let told = ("Your old ID goes, says \"Acme\".".to_owned(), set(&["NEWPHONE"]));
    assert_eq!(platform.messages, [told]);
    assert_eq!(platform.lists["notices"], set(&[]));
}

#[test]
fn what_nobody_documented_is_left_to_people() {
    let (server, _place, paper, mut connector) = alone(["", ""]);
    for kind in
        [StepKind::Detach, StepKind::Revoke, StepKind::SynchroniseGroup, StepKind::Notify, StepKind::Verify]
    {
        assert_eq!(connector.ability(kind), None, "{kind}");
    }
    let (run, _) = to_the_end(&paper, &mut connector);
    assert_eq!(run, Run::Finished);
    let platform = server.platform();
    assert_eq!(platform.users.len(), 5, "nobody was deleted");
    assert!(platform.messages.is_empty() && platform.synchronised.is_empty());
    assert_eq!(platform.credentials, set(&["c3", "c4", "c5"]));
    drop(platform);
    assert!(server.changes().iter().all(|received| !received.path.contains("/users/")));
}

#[test]
fn pages_links_and_objects_are_read() {
    for (link, objects) in [("rel", false), ("ref", true)] {
        let mut pages = platform();
        (pages.page, pages.link, pages.members_as_objects) = (1, link, objects);
        let server = Server::new(pages);
        let place = Place::of(server.address, WHOLE);
        let paper = paper();
        let (run, _) = to_the_end(&paper, &mut place.connector(&paper));
        assert_eq!(run, Run::Finished);
        assert_eq!(server.platform().groups["g1"], set(&["STAYSON1", "NEWPHONE"]));
        let second = server.received().iter().any(|received| received.path.ends_with("pageSize=1&page=1"));
        assert!(second, "no second page was asked for");
    }
}

#[test]
fn lost_replies_and_refusals_do_not_lose_anybody() {
    let (server, _place, paper, mut connector) = alone(WHOLE);
    server.fail([
        Fault::DoneAndClosed,
        Fault::Closed,
        Fault::Instead(Answer::new(503, "")),
        Fault::Instead(Answer::new(429, "{}").header("retry-after", "30")),
        Fault::DoneAndBytes(b"HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{".to_vec()),
        Fault::DoneBut(Answer::new(500, "")),
    ]);
    let (run, journal) = to_the_end(&paper, &mut connector);
    assert_eq!(run, Run::Finished);
    let work = journal.work(&paper);
    assert!(work.steps().iter().all(|standing| matches!(standing, Standing::Done { .. })), "{work:?}");
    let platform = server.platform();
    assert_eq!(platform.credentials, set(&["c3", "c4", "c5"]));
    assert_eq!(platform.groups["g1"], set(&["STAYSON1", "NEWPHONE"]));
    assert_eq!(platform.users, set(&["PARTNER1", "STAYSON1", "NEWPHONE"]));
    let tried = |entry: &&leaver::apply::Entry| {
        matches!(
            &entry.event,
            Event::Outcome { outcome: Outcome::Unknown { .. } | Outcome::Failed { .. }, .. }
        )
    };
    assert!(journal.0.iter().filter(tried).count() >= 5, "the faults were met");
}

/// The example company: what the APIs can do is done by them, the rest by hand.
#[test]
fn the_plan_of_the_example_company_is_carried_out() {
    let output = Command::new(env!("CARGO_BIN_EXE_leaver"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["plan", "examples/acme/policy.rhai", "examples/acme", "--actor", "mia"])
        .args(["--as-of", "2026-11-22T09:00:00Z", "--format", "json", "--quiet"])
        .output()
        .expect("it runs");
    let paper = Paper::read("plan.json", &output.stdout).expect("a plan");
    assert!(paper.steps().len() > 200, "{} steps", paper.steps().len());
    let mut platform = Platform::new();
    // Somebody is always left, so that the lists are not empty.
    platform.users.insert("STAYSON1".to_owned());
    platform.credentials.insert("of-somebody".to_owned());
    for step in paper.steps() {
        let user = step.user.map(|user| user.to_string());
        let target = step.target.to_string();
        platform.users.extend(user.clone());
        match step.kind {
            StepKind::Withdraw => drop(platform.credentials.insert(target)),
            StepKind::LeaveGroup => platform.groups.entry(target).or_default().extend(user),
            StepKind::LeaveList => platform.lists.entry(target).or_default().extend(user),
            _ => {}
        }
    }
    for members in platform.groups.values_mut().chain(platform.lists.values_mut()) {
        members.insert("STAYSON1".to_owned());
    }
    let server = Server::new(platform);
    let place = Place::of(server.address, ["", ""]);
    let mut connector = place.connector(&paper);
    let (run, journal) = to_the_end(&paper, &mut connector);
    assert_eq!(run, Run::Finished);
    let done = |standing: &&Standing| matches!(standing, Standing::Done { no_op: false, .. });
    assert_eq!(journal.work(&paper).steps().iter().filter(done).count(), paper.steps().len());
    let platform = server.platform();
    assert_eq!(platform.credentials, set(&["of-somebody"]));
    let alone = set(&["STAYSON1"]);
    assert!(platform.groups.values().chain(platform.lists.values()).all(|members| *members == alone));
    let by_api = paper.steps().iter().filter(|step| connector.ability(step.kind).is_some()).count();
    println!(
        "threema: {by_api} of {} steps by the APIs, {} requests",
        paper.steps().len(),
        server.received().len()
    );
}
