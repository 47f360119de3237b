//! What a plan may not say of itself, and what a connector may not be believed: who must approve, how much is allowed, who may
//! do it, and whether something that nobody can see has come.

use std::collections::BTreeMap;

use serde_json::json;
use time::Duration;

use super::doubts::altered;
use super::limits::{Soon, until};
use super::papers::{Memory, POLICY, alone, morning, paper, text, text_of_two_leavers, two_leavers};
use crate::apply::{Ability, Acceptance, ApplyError, Event, Paper, Standing, Work, accept};
use crate::directory::Directory;
use crate::plan::{Guards, Limits, StepKind};

/// The codes with which a plan is refused.
fn refused(
    plan: &Paper,
    journal: &mut Memory,
    guards: Option<&Guards>,
    directory: Option<&Directory>,
) -> Vec<String> {
    let allowed = BTreeMap::new();
    let acceptance =
        Acceptance { guards, approvers: None, approvals: &[], directory, allowed: &allowed, now: morning() };
    match accept(plan, journal, &acceptance) {
        Ok(_) => Vec::new(),
        Err(ApplyError::Refused { reasons }) => reasons.into_iter().map(|reason| reason.code).collect(),
        Err(other) => panic!("{other}"),
    }
}

const NOTHING: [&str; 0] = [];

#[test]
fn what_cannot_be_taken_back_needs_approvals_whatever_the_plan_says() {
    let plan = paper(&two_leavers(), POLICY, &alone());
    let ask = |guards: Option<&Guards>| refused(&plan, &mut Memory::default(), guards, None);
    assert_eq!(ask(Some(&alone())), NOTHING);
    assert_eq!(ask(None), ["A0209"]);
    assert_eq!(ask(Some(&Guards::default())), ["A0109", "A0209"]);
}

#[test]
fn a_plan_that_loosens_a_limit_of_its_guards_is_refused() {
    let limits = Limits { per_24h: Some(2), ..Limits::NONE };
    let guards = Guards { irreversible: limits, ..alone() };
    let made = text(&two_leavers(), POLICY, &guards, None);
    let ask = |plan: &Paper| refused(plan, &mut Memory::default(), Some(&guards), None);
    assert_eq!(ask(&altered(&made, |_| {}).expect("the plan as it was made")), NOTHING);
    for limit in [json!(200), json!(null)] {
        let loosened = altered(&made, |plan| {
            let rows = plan["guards"].as_array_mut().expect("guards");
            let row = rows.iter_mut().find(|row| row["guard"] == "irreversible.per_24h").expect("a limit");
            row["limit"] = limit;
        });
        assert_eq!(ask(&loosened.expect("a plan")), ["A0109"]);
    }
}

/// Who lost the privileges does not go on with what was accepted before.
#[test]
fn an_accepted_plan_stops_when_its_owner_may_not_do_it_any_more() {
    let company = two_leavers();
    let plan = paper(&company, POLICY, &alone());
    let mut journal = Memory::of(&plan);
    assert_eq!(refused(&plan, &mut journal, Some(&alone()), Some(&company)), NOTHING);
    let gone = text_of_two_leavers().replace(r#"{"name": "mia", "kind": "full"}, "#, "");
    let gone = Directory::from_json("directory.json", gone.as_bytes()).expect("a directory");
    assert_eq!(refused(&plan, &mut journal, Some(&alone()), Some(&gone)), ["A0103"]);
    let recorded = journal.entries.last().map(|entry| &entry.event);
    assert!(matches!(recorded, Some(Event::Refused { reason }) if reason.code == "A0103"));
}

/// A detach that waits until the app was seen to be gone is not begun because nobody can look.
#[test]
fn what_is_there_to_be_seen_is_not_done_because_nobody_can_look() {
    const CASE: &str =
        include_str!("../../../tests/cases/plan-a-detach-and-a-migration-on-one-credential/directory.json");
    const RULES: &str =
        include_str!("../../../tests/cases/plan-a-detach-and-a-migration-on-one-credential/policy.rhai");
    let company = Directory::from_json("directory.json", CASE.as_bytes()).expect("a directory");
    let plan = paper(&company, RULES, &alone());
    let mut journal = Memory::of(&plan);
    let mut connector = Soon { ability: Some(Ability::BLIND), performed: 0 };
    until(&plan, &mut journal, &mut connector, morning(), morning() + Duration::days(200));
    let mut work = Work::of(&plan);
    journal.entries.iter().for_each(|entry| work.take(entry.at, &entry.event));
    let of = |kind| plan.steps().iter().position(|step| step.kind == kind).map(|at| work.step(at));
    let verified = of(StepKind::Verify).expect("a step that looks");
    assert!(!verified.is_done(), "{verified:?}");
    // What was staged counts as done after its time; what waits for seeing it is not begun.
    assert!(of(StepKind::StageMdmConfiguration).is_some_and(Standing::is_done));
    assert!(of(StepKind::Withdraw).is_some_and(|standing| !standing.is_done()));
}
