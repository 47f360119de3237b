use std::time::Duration;

use time::macros::date;

use super::super::decision::{Access, Disposition, Ground, HoldCode, Outcome};
use super::super::unchecked::{moment, policy, set, user};
use super::*;
use crate::model::{Fact, Id, Schema, Value};
use crate::policy::{Source, check};

const POLICY: &str = r#"
    /// Why legal_hold.
    fn legal_hold(user) { if user.legal_hold { forbid("revoke", "detach") } }
    /// Why staff_leave.
    fn staff_leave(user) { if user.has_left && user.employment == "staff" { revoke() } }
    /// Why duplicate_id.
    fn duplicate_id(user) {
        if user.superseded_by != () {
            revoke().keep_access().replace_with(user.superseded_by).notify(`${user.id} will be deleted.`).after(days(7))
        }
    }
    /// Why leave_groups.
    fn leave_groups(user) { if user.has_left { also(leave_groups_and_lists()) } }
"#;

fn basis(patience: Duration) -> Basis {
    Basis { patience, ..Basis::new(moment(), true) }
}

fn evaluator(text: &str) -> Evaluator {
    let checked = check(vec![Source::new("test.rhai", text)], &Arc::new(Schema::default()), None);
    checked.policy.expect("no errors").evaluator(basis(Duration::from_secs(20))).unwrap()
}

/// An evaluator of a policy that the checker has not seen, so that only the interpreter knows it.
fn unchecked_evaluator(text: &str, patience: Duration) -> Evaluator {
    let basis = Basis { means: Means::Interpreter, ..basis(patience) };
    policy(text, &[], Schema::default()).evaluator(basis).unwrap()
}

fn leaver() -> User {
    let mut user = user("ECHOECHO", &Schema::default());
    set(&mut user, Field::LastDay, Value::Date(date!(2026 - 11 - 20)));
    user
}

fn superseded() -> User {
    let mut user = user("ECHOECHO", &Schema::default());
    set(&mut user, Field::SupersededBy, Value::Id("NEWNEWID".parse().unwrap()));
    user
}

#[test]
fn a_decision_serialises_to_the_documented_object() {
    let decision = evaluator(POLICY).decide(&leaver()).unwrap();
    let expected = serde_json::json!({
        "user": "ECHOECHO", "person": "E1001", "outcome": "act", "disposition": "revoke", "access": "withdraw",
        "obligations": [{"kind": "leave_groups_and_lists"}], "rule": "staff_leave", "reason": "Why staff_leave.",
        "ground": "has_left", "after": null, "deadline": null, "approvals": 0, "overruled": [], "vetoed": [],
        "hold": null, "valid_until": null
    });
    assert_eq!(serde_json::to_value(&decision).unwrap(), expected);
}

#[test]
fn a_veto_keeps_the_id_and_not_the_access() {
    let mut user = leaver();
    set(&mut user, Field::LegalHold, Value::Bool(true));
    let decision = evaluator(POLICY).decide(&user).unwrap();
    assert_eq!((decision.disposition, decision.access), (Disposition::Hold, Access::Withdraw));
    let hold = serde_json::to_value(decision.hold.unwrap()).unwrap();
    assert_eq!((&hold["code"], &hold["axes"]), (&"vetoed".into(), &serde_json::json!(["id"])));
}

#[test]
fn an_unknown_fact_holds_the_user() {
    let mut user = leaver();
    user.set(Field::LegalHold.slot(), Fact::Unknown);
    let decision = evaluator(POLICY).decide(&user).unwrap();
    assert_eq!((decision.outcome, decision.disposition), (Outcome::Hold, Disposition::Hold));
    assert_eq!(decision.hold.unwrap().code, HoldCode::MissingFact);
    assert_eq!(decision.obligations.len(), 1, "what other rules oblige to is listed");
}

#[test]
fn an_unmatched_user_asks_no_rule() {
    let mut user = leaver();
    user.set(Field::Person.slot(), Fact::Unknown);
    let spin = unchecked_evaluator("fn spin(user) { for i in 0..9_000_000 {} }", Duration::from_secs(20));
    let decision = spin.decide(&user).unwrap();
    assert_eq!(decision.hold.unwrap().code, HoldCode::Unmatched);
}

#[test]
fn a_superseding_id_is_trusted_alone_and_looked_up_in_a_directory() {
    let evaluator = evaluator(POLICY);
    let trusted = evaluator.decide(&superseded()).unwrap();
    assert_eq!((trusted.ground, trusted.access), (Some(Ground::SupersededBy), Access::Keep));
    let json = serde_json::to_value(&trusted).unwrap();
    assert_eq!(json["after"], serde_json::json!({"from": "notify", "plus": "P7D"}));
    let heir = user("NEWNEWID", &Schema::default());
    let found = |id: Id| (id == heir.id()).then(|| heir.clone());
    assert_eq!(evaluator.decide_in(&found, &superseded()).unwrap(), trusted);
    let lost = evaluator.decide_in(&|_| None, &superseded()).unwrap();
    assert_eq!(lost.hold.unwrap().code, HoldCode::NoGround);
}

#[test]
fn a_deadline_is_an_error_and_no_decision() {
    let evaluator = unchecked_evaluator("fn spin(user) { for i in 0..9_000_000 {} }", Duration::ZERO);
    assert_eq!(evaluator.decide(&leaver()), Err(DecideError::Deadline));
}

#[test]
fn an_evaluator_made_again_decides_the_same_on_another_thread() {
    let first = evaluator(POLICY);
    let second = first.again(first.basis().clone()).unwrap();
    let decisions: Vec<_> = std::thread::scope(|scope| {
        let other = scope.spawn(move || second.decide(&leaver()));
        vec![first.decide(&leaver()), other.join().unwrap()]
    });
    assert_eq!(decisions[0], decisions[1]);
}

#[test]
fn a_batch_decides_the_same_on_one_stack() {
    let evaluator = evaluator(POLICY);
    let alone = evaluator.decide(&leaver()).unwrap();
    let small = std::thread::Builder::new().stack_size(256 << 10);
    let batch = move || {
        let before = stacker::remaining_stack();
        let decisions = evaluator.batch(|evaluator| {
            assert!(stacker::remaining_stack() > Some(8 << 20), "decisions within need no further stack");
            [evaluator.decide(&leaver()).unwrap(), evaluator.decide(&superseded()).unwrap()]
        });
        assert_eq!(stacker::remaining_stack(), before);
        decisions
    };
    let [first, second] = small.spawn(batch).unwrap().join().unwrap();
    assert_eq!(first, alone);
    assert_eq!(second.ground, Some(Ground::SupersededBy));
}

#[test]
fn single_rules_can_be_asked() {
    let evaluator = evaluator(POLICY);
    assert_eq!(evaluator.answer(0, &leaver()), Ok(Ok(Answer::Nothing)));
    assert!(matches!(evaluator.answer(1, &leaver()), Ok(Ok(Answer::Action(_)))));
    assert_eq!(evaluator.answer(99, &leaver()), Ok(Err(RuleError::Internal)));
}

#[test]
fn evaluators_can_be_sent_to_threads() {
    const fn sendable<T: Send>() {}
    const { sendable::<Evaluator>() }
}
