//! What lowering makes of rules, written down as text: one line for each leaf.

use std::fmt::Write as _;
use std::sync::Arc;

use super::lower;
use crate::model::{ClosedSet, FieldType, Kind, Schema, Slot};
use crate::policy::answer::Answer;
use crate::policy::ir::{Atom, Cut, Outcome, Says, State};
use crate::policy::{Policy, Source, check};

fn policy(text: &str) -> Policy {
    let attributes = [
        ("number", Kind::Int, false),
        ("maybe_number", Kind::Int, true),
        ("vip", Kind::Bool, true),
        ("site", Kind::OneOf(ClosedSet::new("site", ["zurich", "berlin"])), true),
    ]
    .map(|(name, kind, optional)| (name.to_owned(), FieldType { kind, optional }));
    let schema = Arc::new(Schema::new(attributes.into()).unwrap());
    let checked = check(vec![Source::new("test.rhai", text)], &schema, None);
    checked.policy.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics))
}

/// The leaves of a policy on which its rules answer, then a count of those on which they fail.
fn leaves(text: &str) -> String {
    let policy = policy(text);
    let lowered = lower(&policy);
    assert_eq!(lowered.unlowered, [], "{text}");
    let name = |slot: Slot| policy.schema().name(slot);
    let mut told = String::new();
    let mut failures = 0;
    for leaf in &lowered.leaves {
        let says = match &leaf.says {
            Says::Constant(answer) => match &**answer {
                Answer::Action(action) => action.verb.word(),
                Answer::Veto(_) => "veto",
                Answer::Obligations(_) => "obligations",
                Answer::Nothing => "nothing",
            },
            Says::Template(..) => "template",
            Says::Fails(_) | Says::FailsLike(_) => {
                failures += 1;
                continue;
            }
        };
        let mut tests = Vec::new();
        for requirement in &leaf.when {
            let test = match &requirement.atom {
                Atom::State(_, State::Unknown | State::TooLong) => continue,
                Atom::State(slot, State::Absent) => format!("{} absent", name(*slot)),
                Atom::OneOf(slot, words) => format!("{} in {words:?}", name(*slot)),
                Atom::Below(slot, Cut::At(at)) => format!("{} < {at}", name(*slot)),
                Atom::Below(slot, Cut::FromToday(days)) => format!("{} < today {days:+}", name(*slot)),
                Atom::Member(slot, word) => format!("{} has {word:?}", name(*slot)),
                Atom::Computed(number) => format!("computed {number}"),
            };
            tests.push(if requirement.outcome == Outcome::Yes { test } else { format!("not {test}") });
        }
        writeln!(told, "{} => {says}", tests.join(" & ")).unwrap();
    }
    write!(told, "{failures} fail").unwrap();
    told
}

/// The leaves of one rule with this body.
fn rule(body: &str) -> String {
    leaves(&format!("/// Why.\nfn rule(user) {{ {body} }}"))
}

#[test]
fn a_conjunction_is_one_leaf() {
    assert_eq!(
        rule("if user.has_left && user.employment == \"staff\" { revoke() }"),
        "has_left in [\"true\"] & employment in [\"staff\"] => revoke\n2 fail"
    );
}

#[test]
fn a_disjunction_is_leaves_that_exclude_each_other() {
    assert_eq!(
        rule("if user.legal_hold || user.mdm_managed { keep() }"),
        "legal_hold in [\"true\"] => keep\nnot legal_hold in [\"true\"] & mdm_managed in [\"true\"] => keep\n2 fail"
    );
}

#[test]
fn what_follows_from_earlier_tests_is_not_tested_again() {
    assert_eq!(
        rule(
            "if user.employment in [\"staff\", \"partner\"] { \
             if user.employment != \"staff\" { if user.employment == \"partner\" { detach() } } \
             else { revoke() } } else if user.employment == \"partner\" { keep() }"
        ),
        "employment in [\"partner\", \"staff\"] & employment in [\"staff\"] => revoke\n\
         employment in [\"partner\", \"staff\"] & not employment in [\"staff\"] => detach\n1 fail"
    );
}

#[test]
fn days_are_cuts_counted_from_today() {
    assert_eq!(
        rule("if user.last_seen != () && days_since(user.last_seen) > 90 { withdraw() }"),
        "not last_seen absent & last_seen < today -90 => withdraw\n1 fail"
    );
    assert_eq!(
        rule("if user.last_day != () && days_until(user.last_day) <= 7 { withdraw() }"),
        "not last_day absent & last_day < today +8 => withdraw\n1 fail"
    );
    assert_eq!(
        rule("if user.last_day != () && today() <= user.last_day { withdraw() }"),
        "not last_day absent & not last_day < today +0 => withdraw\n1 fail"
    );
    assert_eq!(
        rule("if (user.created ?? date(\"2026-01-01\")) == date(\"2026-01-02\") { withdraw() }"),
        "not created absent & not created < 2461043 & created < 2461044 => withdraw\n1 fail"
    );
}

#[test]
fn numbers_are_cuts_and_lists_are_lengths_and_members() {
    assert_eq!(
        rule("if user.number >= 3 && user.groups.len() == 2 && \"g1\" in user.groups { withdraw() }"),
        "not number absent & not number < 3 & not groups < 2 & groups < 3 & groups has \"g1\" => withdraw\n2 fail"
    );
    assert_eq!(
        rule("if user.number <= 9223372036854775807 { withdraw() }"),
        "not number absent => withdraw\n1 fail"
    );
}

#[test]
fn a_switch_tries_its_cases_in_order() {
    assert_eq!(
        rule(
            "switch user.employment { \"staff\" if user.legal_hold => keep(), \"staff\" | \"partner\" => revoke(), _ => () }"
        ),
        "employment in [\"staff\"] & legal_hold in [\"true\"] => keep\n\
         employment in [\"staff\"] & not legal_hold in [\"true\"] => revoke\n\
         not employment in [\"staff\"] & employment in [\"partner\", \"staff\"] => revoke\n2 fail"
    );
    assert_eq!(
        rule("switch user.maybe_number { () => keep(), 1..=3 => withdraw(), _ => () }"),
        "maybe_number absent => keep\n\
         not maybe_number absent & not maybe_number < 1 & maybe_number < 4 => withdraw\n1 fail"
    );
}

#[test]
fn variables_constants_and_helpers_are_looked_through() {
    assert_eq!(
        leaves(
            "const KINDS = [\"staff\", \"partner\"];\n\
             private fn old(day, n) { if day == () { return false; } days_since(day) > n }\n\
             /// Why.\nfn rule(user) { let kind = user.employment; let n = 10; n += 20; \
             if kind in KINDS && old(user.created, n) { withdraw() } }"
        ),
        "employment in [\"partner\", \"staff\"] & not created absent & created < today -30 => withdraw\n2 fail"
    );
}

#[test]
fn an_early_return_ends_the_way() {
    assert_eq!(
        rule("if user.department == () { return; } if user.department == \"sales\" { keep() }"),
        "not department absent & department in [\"sales\"] => keep\n2 fail"
    );
}

#[test]
fn what_is_no_test_of_one_fact_is_computed() {
    assert_eq!(
        rule("if user.groups.some(|x| x.len() > 3) && user.number + 1 > 3 { keep() }"),
        "computed 0 & computed 1 & computed 2 => keep\n3 fail"
    );
    assert_eq!(
        rule("if user.first_day != () && user.last_day != () && user.first_day < user.last_day { keep() }"),
        "not first_day absent & not last_day absent & computed 0 => keep\n2 fail"
    );
}

#[test]
fn answers_with_facts_in_them_are_templates() {
    assert_eq!(
        rule("if user.has_left { revoke().notify(`Bye ${user.id}`) }"),
        "has_left in [\"true\"] => template\n1 fail"
    );
    assert_eq!(
        rule("if user.has_left { also(notify(`Bye`)) }"),
        "has_left in [\"true\"] => obligations\n1 fail"
    );
}

#[test]
fn an_answer_that_always_fails_is_a_failure() {
    assert_eq!(rule("let days = days(400000 - user.groups.len() * 0); keep()"), "computed 0 => keep\n1 fail");
    assert_eq!(
        rule("if user.has_left { revoke().approvals(2 / 1) }"),
        "has_left in [\"true\"] => revoke\n1 fail"
    );
}

#[test]
fn a_condition_with_very_many_ways_is_computed_as_a_whole() {
    let group = |of: usize| {
        let members: Vec<String> = (0..10).map(|n| format!("\"g{}\" in user.groups", of + n)).collect();
        members.join(" && ")
    };
    let text = format!("if !(({}) || ({}) || ({})) {{ keep() }}", group(0), group(10), group(20));
    assert_eq!(rule(&text), "not computed 0 => keep\n1 fail");
}

#[test]
fn a_loop_stays_with_the_interpreter_and_says_where() {
    let policy = policy(
        "/// Why.\nfn first(user) { if user.has_left { keep() } }\n\
         /// Why.\nfn second(user) { for group in user.groups { if group == \"g1\" { return keep(); } } }",
    );
    let unlowered = policy.unlowered();
    assert_eq!(unlowered.len(), 1);
    assert_eq!((unlowered[0].rule, unlowered[0].why), (1, "it goes through a list with `for`"));
    let place = policy.sources()[0].excerpt(unlowered[0].span);
    assert_eq!(place, "for");
}

#[test]
fn a_helper_with_a_loop_is_computed() {
    assert_eq!(
        leaves(
            "private fn longest(list) { let n = 0; for x in list { if x.len() > n { n = x.len(); } } n }\n\
             /// Why.\nfn rule(user) { if longest(user.groups) > 3 { keep() } }"
        ),
        "computed 0 & computed 1 => keep\n1 fail"
    );
}
