//! What the tracing evaluator must agree on with the interpreter, node by node: values, their errors
//! and limits. `answers` goes on with statements, `records` with what is remembered of the way.

use std::sync::Arc;

use super::printed::*;
use super::{ClauseKind, Obstacle, ReadState, Taken, Traced, trace};
use crate::model::{Fact, Field, User};
use crate::policy::answer::{Action, Answer, Forbidden, Obligation, Period, Verb};
use crate::policy::rule_error::RuleError;
use crate::policy::tree::*;
use crate::policy::types::Type;

mod answers;
mod records;

fn run(body: Block, user: &User) -> Traced {
    trace(&policy(vec![("rule", body)]), 0, user, &noon())
}

/// Whether a condition holds for a user.
fn holds(condition: Node, user: &User) -> Result<bool, RuleError> {
    let body = only(branch(condition, only(action(Verb::Keep)), None));
    run(body, user).answer.map(|answer| answer != Answer::Nothing)
}

fn yes(condition: Node) {
    let shown = format!("{:?}", condition.kind);
    assert_eq!(holds(condition, &someone(&[])), Ok(true), "{shown}");
}

fn no(condition: Node) {
    let shown = format!("{:?}", condition.kind);
    assert_eq!(holds(condition, &someone(&[])), Ok(false), "{shown}");
}

fn fails(condition: Node, error: RuleError) {
    let shown = format!("{:?}", condition.kind);
    assert_eq!(holds(condition, &someone(&[])), Err(error), "{shown}");
}

fn missing(field: Field) -> RuleError {
    RuleError::MissingFact { field: field.name().into() }
}

fn without(fields: &[Field]) -> User {
    let mut user = someone(&[]);
    for field in fields {
        user.set(field.slot(), Fact::Unknown);
    }
    user
}

fn text_of(node: Node) -> Result<String, RuleError> {
    match run(only(review(node)), &someone(&[(Field::FirstName, known_text("Zoë"))])).answer {
        Ok(Answer::Action(action)) => Ok(action.why.to_string()),
        Ok(_) => Err(RuleError::Internal),
        Err(error) => Err(error),
    }
}

#[test]
fn facts_are_values_absent_or_errors() {
    yes(equal(field(Field::Employment), text("staff")));
    yes(equal(field(Field::Id), text("ECHOECHO")));
    yes(equal(field(Field::LastDay), unit()));
    no(compare(field(Field::LastDay), Comparison::NotEqual, unit()));
    assert_eq!(holds(field(Field::LegalHold), &without(&[Field::LegalHold])), Err(missing(Field::LegalHold)));
}

#[test]
fn and_or_stop_at_the_deciding_operand() {
    let user = without(&[Field::LegalHold]);
    assert_eq!(holds(and(vec![truth(false), field(Field::LegalHold)]), &user), Ok(false));
    assert_eq!(holds(or(vec![truth(true), field(Field::LegalHold)]), &user), Ok(true));
    assert_eq!(holds(and(vec![truth(true), field(Field::LegalHold)]), &user), Err(missing(Field::LegalHold)));
    no(not(or(vec![truth(false), truth(true)])));
}

#[test]
fn different_types_are_different_and_without_order() {
    no(equal(int(1), text("1")));
    yes(compare(int(1), Comparison::NotEqual, text("1")));
    no(compare(int(1), Comparison::Less, text("2")));
    no(compare(unit(), Comparison::LessOrEqual, unit()));
    no(compare(field(Field::LastDay), Comparison::Less, today()));
    no(compare(days(1), Comparison::Less, days(2)));
    yes(equal(list(vec![int(1)]), list(vec![int(1)])));
}

#[test]
fn order_on_numbers_dates_and_instants() {
    yes(compare(int(-1), Comparison::Less, int(0)));
    yes(compare(date("2026-11-22"), Comparison::GreaterOrEqual, today()));
    no(compare(date("2026-11-22"), Comparison::Greater, today()));
    let user = someone(&[(
        Field::LeavesAt,
        crate::model::Value::Instant(crate::model::parse_instant("2026-11-21T23:30:00Z").expect("instant")),
    )]);
    assert_eq!(
        holds(compare(field(Field::LeavesAt), Comparison::LessOrEqual, field(Field::LeavesAt)), &user),
        Ok(true)
    );
    // 23:30 UTC is the 22nd in Zurich already.
    assert_eq!(holds(equal(days_since(field(Field::LeavesAt)), int(0)), &user), Ok(true));
}

#[test]
fn membership_is_false_for_what_is_absent() {
    yes(is_in(text("b"), texts(&["a", "b"])));
    no(is_in(field(Field::Country), texts(&["CH"])));
    no(is_in(text("x"), field(Field::Department)));
    no(is_in(unit(), list(vec![unit()])));
    yes(is_in(text("lph"), text("alpha")));
    no(is_in(text("Alpha"), text("alpha")));
    no(is_in(int(1), list(Vec::new())));
}

#[test]
fn whole_numbers_do_not_overflow() {
    for (left, operator, right) in [
        (i64::MAX, Operator::Add, 1),
        (i64::MIN, Operator::Subtract, 1),
        (i64::MAX, Operator::Multiply, 2),
        (1, Operator::Divide, 0),
        (1, Operator::Remainder, 0),
        (i64::MIN, Operator::Divide, -1),
        (i64::MIN, Operator::Remainder, -1),
    ] {
        fails(equal(arithmetic(int(left), operator, int(right)), int(0)), RuleError::Arithmetic);
    }
    fails(equal(negate(int(i64::MIN)), int(0)), RuleError::Arithmetic);
    yes(equal(arithmetic(int(-7), Operator::Divide, int(2)), int(-3)));
    yes(equal(arithmetic(int(-7), Operator::Remainder, int(2)), int(-1)));
}

#[test]
fn dates_and_periods_stay_in_range() {
    yes(equal(arithmetic(date("2026-02-27"), Operator::Add, days(2)), date("2026-03-01")));
    yes(equal(arithmetic(date("2024-03-01"), Operator::Subtract, days(1)), date("2024-02-29")));
    fails(equal(arithmetic(date("9999-12-31"), Operator::Add, days(1)), today()), RuleError::OutOfRange);
    fails(equal(arithmetic(date("0001-01-01"), Operator::Subtract, days(1)), today()), RuleError::OutOfRange);
    fails(equal(arithmetic(today(), Operator::Add, hours(24)), today()), RuleError::OutOfRange);
    yes(equal(call(Builtin::Weeks, vec![int(2)]), days(14)));
    yes(equal(arithmetic(days(1), Operator::Add, days(2)), days(3)));
    for builtin in [Builtin::Days, Builtin::Weeks, Builtin::Hours] {
        fails(equal(call(builtin, vec![int(i64::MIN)]), days(0)), RuleError::OutOfRange);
        fails(equal(call(builtin, vec![int(366_001)]), days(0)), RuleError::OutOfRange);
    }
    fails(equal(arithmetic(days(366_000), Operator::Add, days(1)), days(0)), RuleError::OutOfRange);
    fails(equal(call(Builtin::Date, vec![text("2026-02-30")]), today()), RuleError::NotReadable);
    yes(equal(days_until(date("2026-11-30")), int(8)));
    yes(equal(days_since(date("2026-11-30")), int(-8)));
}

#[test]
fn functions_of_text() {
    yes(call(Builtin::StartsWith, vec![text("alpha"), text("al")]));
    yes(call(Builtin::EndsWith, vec![text("alpha"), text("ha")]));
    yes(equal(call(Builtin::ToLower, vec![text("ÄB")]), text("äb")));
    yes(equal(call(Builtin::Len, vec![text("äöü")]), int(3)));
    yes(equal(call(Builtin::Len, vec![texts(&["a", "b"])]), int(2)));
    yes(equal(arithmetic(text("a"), Operator::Add, text("b")), text("ab")));
    assert_eq!(
        text_of(template(vec![
            text("a"),
            int(-1),
            truth(true),
            today(),
            field(Field::FirstName),
            field(Field::Id)
        ])),
        Ok("a-1true2026-11-22ZoëECHOECHO".to_owned())
    );
}

#[test]
fn texts_and_lists_have_limits() {
    let long = "x".repeat(4_096);
    assert!(text_of(text(&long)).is_ok());
    assert_eq!(text_of(arithmetic(text(&long), Operator::Add, text("x"))), Err(RuleError::Limit));
    assert_eq!(text_of(template(vec![text(&long), text("x")])), Err(RuleError::Limit));
    fails(is_in(int(0), list((0..1_025).map(int).collect())), RuleError::Limit);
    no(is_in(int(-1), list((0..1_024).map(int).collect())));
    // The limit is met before the later piece, which is not known.
    let body = only(review(template(vec![text(&long), text("x"), field(Field::Country)])));
    assert_eq!(run(body, &without(&[Field::Country])).answer, Err(RuleError::Limit));
}

#[test]
fn too_many_steps_are_a_limit() {
    let numbers = || list((0..1_000).map(int).collect());
    let body = block(vec![each(
        0,
        numbers(),
        block(vec![each(
            1,
            numbers(),
            only(branch(equal(local(0, Type::Int), int(-1)), block(vec![]), None)),
        )]),
    )]);
    assert_eq!(run(body, &someone(&[])).answer, Err(RuleError::Limit));
}

#[test]
fn the_first_that_is_not_absent() {
    yes(equal(coalesce(vec![field(Field::Country), text("CH")]), text("CH")));
    yes(equal(coalesce(vec![field(Field::Country), field(Field::Department)]), unit()));
    let user = someone(&[(Field::Country, known_text("DE"))]);
    assert_eq!(holds(equal(coalesce(vec![field(Field::Country), text("CH")]), text("DE")), &user), Ok(true));
}

#[test]
fn deep_trees_fit_a_small_stack() {
    let mut condition = field(Field::LegalHold);
    for _ in 0..250 {
        condition = not(condition);
    }
    // Only the evaluation runs on the small stack, not the printer that these tests build trees with.
    let policy = Arc::new(policy(vec![("rule", only(branch(condition, only(action(Verb::Keep)), None)))]));
    let shared = policy.clone();
    let thread = std::thread::Builder::new().stack_size(128 << 10);
    let handle = thread.spawn(move || {
        let traced = trace(&shared, 0, &someone(&[]), &noon());
        let answer = traced.answer.clone();
        (answer, traced, shared)
    });
    let (answer, ..) = handle.expect("a thread").join().expect("no overflow");
    assert_eq!(answer, Ok(Answer::Nothing));
}
