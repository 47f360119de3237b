//! Small plans written by hand, right ones and wrong ones: the simulation itself is put to the test
//! before it tests anything.

use leaver::model::{Id, format_instant};
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::facts::{DAY, HOUR, World};
use crate::judge::judge;
use crate::reading::{Kind, Reading, Second};
use crate::scenarios::read;
use crate::violation::Class;

const NOW: Second = 1_795_338_000;

fn at(second: Second) -> Value {
    json!(format_instant(OffsetDateTime::from_unix_timestamp(second).expect("an instant")))
}

fn world() -> World {
    let directory = json!({
        "subscription": {"id": "acme", "edition": "enterprise", "licences": 5, "time_zone": "UTC"},
        "taken_at": at(NOW - HOUR), "complete": true,
        "users": [
            {"id": "AAAA0001", "person": "E1", "employment": "staff", "credential": "c1"},
            {"id": "AAAA0002", "person": "E2", "employment": "staff", "credential": "m1", "mdm_managed": true},
            {"id": "AAAA0003", "person": "E3", "employment": "staff"},
            {"id": "AAAA0004", "person": "E4", "employment": "staff", "credential": "c4"},
            {"id": "AAAA0005", "person": "E4", "employment": "staff", "superseded_by": "AAAA0004", "credential": "c5"},
        ],
        "credentials": [{"id": "c1", "kind": "single"}, {"id": "c4", "kind": "single"},
                        {"id": "c5", "kind": "single"}, {"id": "m1", "kind": "multi"}],
        "groups": [{"id": "g1", "broadcast": "*ACMEGRP", "members": ["AAAA0001", "AAAA0005"]}],
        "lists": [], "administrators": [],
    });
    World::of(&read(&directory).expect("a directory"), None, NOW)
}

fn decision(disposition: &str, access: &str, obligations: &Value) -> Value {
    json!({"disposition": disposition, "access": access, "obligations": obligations, "after": null, "deadline": null,
           "ground": "has_left"})
}

/// A plan in which `planned` has the steps of all batches, and everybody else is kept.
fn plan(planned: &str, decision: &Value, windows: [&Value; 2], batches: &[Value]) -> Reading {
    let ended = at(NOW - HOUR + DAY);
    plan_for(5, planned, decision, windows, &[("AAAA0003", &ended)], batches)
}

/// The same for the first `count` IDs. `others` names who of them cannot read for ever.
fn plan_for(
    count: usize,
    planned: &str,
    decision: &Value,
    windows: [&Value; 2],
    others: &[(&str, &Value)],
    batches: &[Value],
) -> Reading {
    let keep = self::decision("keep", "keep", &json!([]));
    let unbounded = json!("unbounded");
    let users = (1..=count).map(|number| {
        let id = format!("AAAA{number:04}");
        let is_planned = id == planned;
        let other = others.iter().find(|(other, _)| *other == id).map_or(&unbounded, |(_, until)| until);
        let uses = if is_planned { windows[0] } else { other };
        let listed = if is_planned { windows[1] } else { &unbounded };
        json!({"user": id, "decision": if is_planned { decision } else { &keep },
               "status": if is_planned { "planned" } else { "kept" }, "reason": null,
               "steps": if is_planned { (1..=batches.len()).collect() } else { Vec::new() },
               "exposure": {"reads_until": uses, "writes_until": uses, "listed_until": listed},
               "open_in": null})
    });
    let users: Vec<Value> = users.collect();
    let plan = json!({"made": {"as_of": at(NOW)}, "users": users, "batches": batches, "hazards": [],
                      "licences": null});
    Reading::of(&plan).expect("a plan")
}

fn batch(
    n: usize,
    kind: &str,
    user: &str,
    target: &str,
    not_before: Option<Second>,
    waits_for: &[usize],
) -> Value {
    let hours = match kind {
        "withdraw" | "detach" => DAY,
        "revoke" => HOUR,
        _ => 0,
    };
    let user = if user.is_empty() { Value::Null } else { json!(user) };
    json!({"n": n, "kind": kind, "not_before": not_before.map(at), "waits_for": waits_for, "steps": [
        {"step": n, "user": user, "target": target, "effect_by": not_before.map(|start| at(start + hours)),
         "with": null}]})
}

fn classes(plan: &Reading) -> Vec<Class> {
    classes_in(&world(), plan)
}

fn classes_in(world: &World, plan: &Reading) -> Vec<Class> {
    let mut classes: Vec<Class> =
        judge(world, plan, &Kind::ALL).into_iter().map(|violation| violation.class).collect();
    classes.sort();
    classes.dedup();
    classes
}

fn detached(detach_at: Second, waits_for: &[usize]) -> Reading {
    plan(
        "AAAA0001",
        &decision("detach", "withdraw", &json!([])),
        [&json!("unbounded"), &at(detach_at + DAY)],
        &[
            batch(1, "withdraw", "AAAA0001", "c1", Some(NOW), &[]),
            batch(2, "detach", "AAAA0001", "AAAA0001", Some(detach_at), waits_for),
        ],
    )
}

#[test]
fn a_detach_lasts_only_when_the_withdrawal_has_taken_effect() {
    assert_eq!(classes(&detached(NOW + DAY, &[1])), []);
    assert_eq!(classes(&detached(NOW + DAY - 1, &[1])), [Class::Reappears]);
    assert_eq!(classes(&detached(NOW + DAY, &[])), [Class::Reappears], "if the withdrawal comes late");
}

#[test]
fn windows_are_the_worst_case_to_the_second() {
    let revoked = |uses: Value, listed: Value| {
        let decision = decision("revoke", "withdraw", &json!([]));
        let batches = [
            batch(1, "withdraw", "AAAA0001", "c1", Some(NOW), &[]),
            batch(2, "revoke", "AAAA0001", "AAAA0001", Some(NOW), &[]),
        ];
        classes(&plan("AAAA0001", &decision, [&uses, &listed], &batches))
    };
    assert_eq!(revoked(at(NOW + HOUR), at(NOW + HOUR + DAY)), []);
    assert_eq!(revoked(at(NOW + HOUR - 1), at(NOW + HOUR + DAY)), [Class::ReadsLonger, Class::WritesLonger]);
    assert_eq!(revoked(at(NOW + HOUR), at(NOW + HOUR + DAY - 1)), [Class::ListedLonger]);
    assert_eq!(revoked(at(NOW + DAY), at(NOW + HOUR + DAY)), [Class::WindowTooWide]);
    assert_eq!(revoked(json!("unbounded"), json!("unbounded")), [Class::WindowTooWide]);
    assert_eq!(
        revoked(json!("ended"), json!("ended")),
        [Class::ReadsLonger, Class::WritesLonger, Class::ListedLonger]
    );
}

#[test]
fn a_device_may_never_answer() {
    let detached = |waits_for: &[usize], not_before| {
        let decision = decision("detach", "withdraw", &json!([]));
        let listed = if let Some(start) = not_before { at(start + DAY) } else { json!("unbounded") };
        let batches = [
            batch(1, "remove_from_device", "AAAA0002", "AAAA0002", Some(NOW), &[]),
            batch(2, "verify", "AAAA0002", "AAAA0002", None, &[1]),
            batch(3, "detach", "AAAA0002", "AAAA0002", not_before, waits_for),
        ];
        classes(&plan("AAAA0002", &decision, [&json!("unbounded"), &listed], &batches))
    };
    assert_eq!(detached(&[2], None), []);
    assert_eq!(detached(&[1], None), [Class::Reappears]);
    assert_eq!(detached(&[], Some(NOW + 30 * DAY)), [Class::Reappears]);
}

#[test]
fn a_group_is_left_when_it_is_synchronised() {
    let left = |batches: &[Value]| {
        let decision = decision("keep", "withdraw", &json!([{"kind": "leave_groups_and_lists"}]));
        classes(&plan("AAAA0001", &decision, [&at(NOW + DAY), &json!("unbounded")], batches))
    };
    let leave = batch(1, "leave_group", "AAAA0001", "g1", Some(NOW), &[]);
    let synchronise = batch(2, "synchronise_group", "", "g1", Some(NOW), &[1]);
    let withdraw = batch(3, "withdraw", "AAAA0001", "c1", Some(NOW), &[]);
    assert_eq!(left(&[leave.clone(), synchronise.clone(), withdraw.clone()]), []);
    assert_eq!(left(&[leave.clone(), withdraw.clone()]), [Class::StillMember, Class::NotSynchronised]);
    assert_eq!(left(&[synchronise.clone(), withdraw.clone()]), [Class::StillMember]);
    let hasty = batch(2, "synchronise_group", "", "g1", Some(NOW), &[]);
    assert_eq!(left(&[leave.clone(), hasty, withdraw.clone()]), [Class::StillMember, Class::NotSynchronised]);
    let again = batch(4, "synchronise_group", "", "g1", Some(NOW), &[1]);
    assert_eq!(left(&[leave, synchronise, withdraw, again]), [Class::SynchronisedTwice]);
}

#[test]
fn a_working_credential_of_another_id_brings_a_detached_one_back() {
    let decision = decision("detach", "withdraw", &json!([]));
    let batches = [
        batch(1, "withdraw", "AAAA0005", "c5", Some(NOW), &[]),
        batch(2, "detach", "AAAA0005", "AAAA0005", Some(NOW + DAY), &[1]),
    ];
    let listed = at(NOW + 2 * DAY);
    let plan = plan("AAAA0005", &decision, [&json!("unbounded"), &listed], &batches);
    assert!(classes(&plan).contains(&Class::Reappears));
}

#[test]
fn who_lost_access_before_is_known_to_the_second() {
    let keep = decision("keep", "keep", &json!([]));
    let fine = plan("AAAA0001", &keep, [&json!("unbounded"), &json!("unbounded")], &[]);
    assert_eq!(classes(&fine), []);
    let mut hasty = fine.clone();
    let third: Id = "AAAA0003".parse().expect("an ID");
    for user in hasty.users.iter_mut().filter(|user| user.user == third) {
        user.exposure.reads_until = crate::reading::Until::At(NOW + 22 * HOUR);
    }
    assert_eq!(classes(&hasty), [Class::ReadsLonger]);
}

/// Somebody migrates from a credential of their own to the shared one.
#[test]
fn an_activation_needs_a_seat() {
    let migrated = |licences: usize, batches: &[Value]| {
        let directory = json!({
            "subscription": {"id": "acme", "edition": "enterprise", "licences": licences, "time_zone": "UTC"},
            "taken_at": at(NOW - HOUR), "complete": true,
            "users": [{"id": "AAAA0001", "person": "E1", "employment": "staff", "credential": "c1",
                       "mdm_managed": true}],
            "credentials": [{"id": "c1", "kind": "single"}, {"id": "m1", "kind": "multi"}],
            "groups": [], "lists": [], "administrators": [],
        });
        let world = World::of(&read(&directory).expect("a directory"), None, NOW);
        let decision = decision("keep", "migrate", &json!([]));
        let unbounded = json!("unbounded");
        classes_in(&world, &plan_for(1, "AAAA0001", &decision, [&unbounded, &unbounded], &[], batches))
    };
    let stage = batch(1, "stage_mdm_configuration", "AAAA0001", "AAAA0001", Some(NOW), &[]);
    let verify = batch(2, "verify", "AAAA0001", "AAAA0001", Some(NOW), &[1]);
    let withdraw = batch(3, "withdraw", "AAAA0001", "c1", None, &[2]);
    let activate = batch(4, "activate_mdm_licence", "AAAA0001", "m1", None, &[3]);
    let right = [stage.clone(), verify.clone(), withdraw.clone(), activate.clone()];
    assert_eq!(migrated(2, &right), []);
    assert_eq!(migrated(1, &right), [Class::NoSeat], "the old seat is free a day later");
    let hasty = batch(3, "withdraw", "AAAA0001", "c1", None, &[]);
    assert!(migrated(2, &[stage, verify, hasty, activate]).contains(&Class::MigrationOutOfOrder));
    assert!(migrated(2, &right[..3]).contains(&Class::MigrationUnfinished));
}

#[test]
fn a_group_holds_256_members() {
    let joined = |members: usize| {
        let ids: Vec<String> = (1..=258).map(|number| format!("AAAA{number:04}")).collect();
        let users = ids.iter().enumerate().map(|(at, id)| {
            let person = if at == 257 { "E0".to_owned() } else { format!("E{at}") };
            json!({"id": id, "person": person, "employment": "staff", "credential": format!("c{at}")})
        });
        let users: Vec<Value> = users.collect();
        let directory = json!({
            "subscription": {"id": "acme", "edition": "enterprise", "time_zone": "UTC"},
            "taken_at": at(NOW - HOUR), "complete": true, "users": users,
            "groups": [{"id": "g1", "broadcast": "*ACMEGRP", "members": ids[..members]}],
            "lists": [], "administrators": [],
        });
        let world = World::of(&read(&directory).expect("a directory"), None, NOW);
        let mut join = batch(1, "join_group", "AAAA0001", "g1", Some(NOW), &[]);
        join["steps"][0]["with"] = json!({"id": "AAAA0258"});
        let batches = [join, batch(2, "synchronise_group", "", "g1", Some(NOW), &[1])];
        let unbounded = json!("unbounded");
        let keep = decision("keep", "keep", &json!([]));
        classes_in(&world, &plan_for(258, "AAAA0001", &keep, [&unbounded, &unbounded], &[], &batches))
    };
    assert_eq!(joined(255), []);
    assert_eq!(joined(256), [Class::GroupTooLarge]);
}
