//! `valid_until` against a search day by day, and the cases that the search cannot reach.

use proptest::prelude::*;
use time::OffsetDateTime;

use super::{TimeConditions, valid_until};
use crate::model::{Fact, Field, Leaving, Moment, User, Value, parse_instant};
use crate::policy::answer::{Action, Answer, Verb};
use crate::policy::compiled::Policy;
use crate::policy::trace::printed::*;
use crate::policy::trace::{day_number, plain_date, trace};
use crate::policy::tree::*;
use crate::policy::types::Type;

fn ask(policy: &Policy, user: &User, moment: &Moment) -> Option<OffsetDateTime> {
    valid_until(&TimeConditions::of(policy), policy, user, &Leaving::of(user, moment), moment)
}

fn rule_if(condition: Node) -> Policy {
    policy(vec![("rule", only(branch(condition, only(action(Verb::Keep)), None)))])
}

/// The local date, in Zurich, on which the truth flips.
fn flips(condition: Node, user: &User) -> Option<String> {
    shown(&rule_if(condition), user)
}

fn shown(policy: &Policy, user: &User) -> Option<String> {
    let moment = noon();
    ask(policy, user, &moment).map(|at| {
        let date = moment.date_of(at).expect("in range");
        assert_eq!(moment.start_of(date), Some(at), "it is the first instant of its date");
        crate::model::format_date(date)
    })
}

fn seen(date: &str) -> User {
    someone(&[(Field::LastSeen, known_date(date))])
}

fn idle() -> Node {
    days_since(field(Field::LastSeen))
}

#[expect(clippy::unnecessary_wraps, reason = "expected values are written as what is compared")]
fn day(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn comparisons_flip_on_their_day() {
    // Today is 22 November 2026; last seen 22 days ago.
    let user = seen("2026-10-31");
    for (comparison, limit, expected) in [
        (Comparison::Greater, 30, day("2026-12-01")),
        (Comparison::GreaterOrEqual, 30, day("2026-11-30")),
        (Comparison::Less, 30, day("2026-11-30")),
        (Comparison::LessOrEqual, 30, day("2026-12-01")),
        (Comparison::Equal, 30, day("2026-11-30")),
        (Comparison::Equal, 22, day("2026-11-23")),
        (Comparison::NotEqual, 30, day("2026-11-30")),
        (Comparison::Greater, 21, None),
        (Comparison::Equal, 21, None),
        (Comparison::Less, 22, None),
        (Comparison::LessOrEqual, 22, day("2026-11-23")),
    ] {
        assert_eq!(flips(compare(idle(), comparison, int(limit)), &user), expected, "{comparison:?} {limit}");
    }
}

#[test]
fn absent_and_unknown_facts_never_flip() {
    assert_eq!(flips(greater(idle(), int(30)), &someone(&[])), None);
    let mut unknown = someone(&[]);
    unknown.set(Field::LastSeen.slot(), Fact::Unknown);
    assert_eq!(flips(greater(idle(), int(30)), &unknown), None);
    let fallback = days_since(coalesce(vec![field(Field::LastSeen), date("2026-11-20")]));
    assert_eq!(flips(greater(fallback, int(3)), &someone(&[])), day("2026-11-24"));
    let now = days_since(coalesce(vec![field(Field::LastSeen), today()]));
    assert_eq!(flips(greater(now.clone(), int(3)), &someone(&[])), None);
    assert_eq!(flips(greater(now, int(3)), &seen("2026-11-20")), day("2026-11-24"));
}

#[test]
fn lists_and_cases() {
    let user = seen("2026-10-31");
    let among = |numbers: &[i64]| is_in(idle(), list(numbers.iter().copied().map(int).collect()));
    assert_eq!(flips(among(&[60, 30]), &user), day("2026-11-30"));
    assert_eq!(flips(among(&[22, 23, 40]), &user), day("2026-11-24"));
    assert_eq!(flips(among(&[]), &user), None);
    let dates =
        is_in(field(Field::LastSeen), list(vec![today(), arithmetic(today(), Operator::Subtract, days(30))]));
    assert_eq!(flips(dates, &user), day("2026-11-30"));
    let cases = |end| {
        let cases = vec![
            range(0, end, false, only(action(Verb::Keep))),
            range(60, 61, true, only(action(Verb::Revoke))),
        ];
        policy(vec![("rule", only(switch(idle(), cases, None)))])
    };
    assert_eq!(shown(&cases(30), &user), day("2026-11-30"));
    assert_eq!(shown(&cases(10), &user), day("2026-12-30"));
    let exact = vec![case(vec![Literal::Int(25), Literal::Int(26)], None, only(action(Verb::Keep)))];
    assert_eq!(shown(&policy(vec![("rule", only(switch(idle(), exact, None)))]), &user), day("2026-11-25"));
}

#[test]
fn conditions_behind_a_short_circuit_count() {
    let user = seen("2026-10-31");
    let hidden = and(vec![truth(false), greater(idle(), int(30))]);
    assert_eq!(flips(hidden, &user), day("2026-12-01"));
    let both = or(vec![greater(idle(), int(60)), greater(idle(), int(30))]);
    assert_eq!(flips(both, &user), day("2026-12-01"));
}

#[test]
fn variables_constants_and_helpers_are_looked_through() {
    let user = seen("2026-10-31");
    let through = block(vec![
        Statement::Let(0, field(Field::LastSeen)),
        Statement::Let(1, arithmetic(days_since(local(0, Type::Date)), Operator::Multiply, int(2))),
        Statement::Expression(branch(
            greater(local(1, Type::Int), constant(0, Type::Int)),
            only(action(Verb::Keep)),
            None,
        )),
    ]);
    let made = policy_with(vec![("LIMIT", Literal::Int(60))], vec![("rule", through)]);
    assert_eq!(shown(&made, &user), day("2026-12-01"));

    let grace = helper(
        "grace",
        vec![(1, user_argument())],
        only(switch(
            field(Field::Employment),
            vec![case(vec![word("staff")], None, only(int(30)))],
            Some(only(int(7))),
        )),
        Type::Int,
    );
    let idle_days = helper(
        "idle_days",
        vec![(2, field(Field::LastSeen))],
        block(vec![
            Statement::Expression(branch(
                equal(local(2, Type::Date), unit()),
                block(vec![give_back(Some(int(0)))]),
                None,
            )),
            Statement::Expression(days_since(local(2, Type::Date))),
        ]),
        Type::Int,
    );
    let condition = greater(idle_days, grace);
    assert_eq!(flips(condition.clone(), &user), day("2026-12-01"));
    assert_eq!(flips(condition, &someone(&[])), None);
}

fn user_argument() -> Node {
    user()
}

#[test]
fn what_is_not_linear_lasts_until_midnight() {
    let user = seen("2026-10-31");
    let tomorrow = day("2026-11-23");
    let weeks = arithmetic(idle(), Operator::Divide, int(7));
    assert_eq!(flips(greater(weeks, int(10)), &user), tomorrow);
    let square = arithmetic(idle(), Operator::Multiply, idle());
    assert_eq!(flips(greater(square, int(1_000)), &user), tomorrow);
    // A division of what is absent never flips.
    let weeks = arithmetic(idle(), Operator::Divide, int(7));
    assert_eq!(flips(greater(weeks, int(10)), &someone(&[])), None);

    let reassigned = block(vec![
        Statement::Let(0, int(30)),
        Statement::Expression(branch(
            field(Field::LegalHold),
            block(vec![Statement::Assign(0, int(60))]),
            None,
        )),
        Statement::Expression(branch(greater(idle(), local(0, Type::Int)), only(action(Verb::Keep)), None)),
    ]);
    assert_eq!(shown(&policy(vec![("rule", reassigned)]), &user), tomorrow);

    let in_closure = quantifier(false, field(Field::Groups), 0, only(greater(idle(), int(90))));
    assert_eq!(flips(in_closure, &user), tomorrow);
    let timeless = quantifier(false, field(Field::Groups), 0, only(equal(local(0, Type::Text), text("a"))));
    assert_eq!(flips(timeless, &user), None);
}

#[test]
fn an_answer_that_contains_a_time_lasts_until_midnight() {
    let until = call(Builtin::Days, vec![days_until(date("2027-01-01"))]);
    let body = only(modify(action(Verb::Detach), Modifier::After, vec![until]));
    let policy = policy(vec![("rule", body)]);
    assert_eq!(shown(&policy, &someone(&[])), None, "no condition flips");
    let conditions = TimeConditions::of(&policy);
    let cap = |answer| {
        conditions
            .cap(None, &[crate::policy::combine::Said { rule: 0, answer: Ok(answer) }], &noon())
            .and_then(|at| noon().date_of(at))
            .map(crate::model::format_date)
    };
    assert_eq!(cap(Answer::Action(Action::new(Verb::Detach))), day("2026-11-23"));
    assert_eq!(cap(Answer::Nothing), None, "who is not answered keeps the decision");
}

#[test]
fn truth_values_flip_with_what_is_in_them() {
    let old = greater(idle(), int(30));
    let condition = equal(old, field(Field::LegalHold));
    assert_eq!(flips(condition, &seen("2026-10-31")), day("2026-12-01"));
}

#[test]
fn a_number_that_leaves_its_range_flips() {
    let near_the_end = arithmetic(idle(), Operator::Add, int(i64::MAX - 25));
    assert_eq!(flips(greater(near_the_end, int(0)), &seen("2026-10-31")), day("2026-11-26"));
}

#[test]
fn leaving_counts_even_without_time_conditions() {
    let user = someone(&[(Field::LastDay, known_date("2026-12-24"))]);
    assert_eq!(flips(truth(true), &user), day("2026-12-25"));
    assert!(TimeConditions::of(&rule_if(truth(true))).is_empty());
    let sooner = greater(days_until(field(Field::LastDay)), int(30));
    assert_eq!(flips(sooner, &user), day("2026-11-24"));
}

#[test]
fn midnight_is_that_of_the_zone() {
    let condition = || rule_if(equal(today(), date("2026-11-24")));
    let user = someone(&[]);
    for (zone, expected) in [
        ("Europe/Zurich", "2026-11-23T23:00:00Z"),
        ("Pacific/Auckland", "2026-11-23T11:00:00Z"),
        ("UTC", "2026-11-24T00:00:00Z"),
    ] {
        let moment = moment("2026-11-22T06:00:00Z", zone);
        assert_eq!(ask(&condition(), &user, &moment), parse_instant(expected), "{zone}");
    }
}

#[test]
fn a_midnight_that_clocks_skip_is_the_first_instant_after() {
    let user = someone(&[]);
    for (zone, as_of, date_text, expected) in [
        // Clocks went from 24:00 to 01:00.
        ("America/Sao_Paulo", "2018-11-01T12:00:00Z", "2018-11-04", "2018-11-04T03:00:00Z"),
        ("Africa/Cairo", "2026-04-20T12:00:00Z", "2026-04-24", "2026-04-23T22:00:00Z"),
        // Clocks go back at 24:00: the date before has 25 hours.
        ("Africa/Cairo", "2026-10-29T12:00:00Z", "2026-10-30", "2026-10-29T22:00:00Z"),
    ] {
        let moment = moment(as_of, zone);
        let at = ask(&rule_if(equal(today(), date(date_text))), &user, &moment);
        assert_eq!(at, parse_instant(expected), "{zone}");
        let before = at.expect("it flips") - time::Duration::SECOND;
        assert_ne!(moment.date_of(before).map(crate::model::format_date).as_deref(), Some(date_text));
    }
}

#[test]
fn a_date_that_begins_twice_does_not_lie_in_the_past() {
    // Clocks in St. John's went back from 00:01 to 23:01: the 7th began twice.
    let moment = moment("2010-11-07T03:00:00Z", "America/St_Johns");
    assert_eq!(crate::model::format_date(moment.today()), "2010-11-06");
    let at = ask(&rule_if(equal(today(), date("2010-11-07"))), &someone(&[]), &moment);
    assert_eq!(at, parse_instant("2010-11-07T03:30:00Z"));
}

/// A linear expression over the days since last contact, and the days until the last day.
fn side() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        (-40_i64..200).prop_map(int),
        Just(()).prop_map(|()| idle()),
        Just(()).prop_map(|()| days_until(field(Field::LastDay))),
        (-30_i64..30).prop_map(|by| days_until(arithmetic(today(), Operator::Add, days(by)))),
        (-30_i64..30).prop_map(|by| days_since(arithmetic(
            field(Field::Created),
            Operator::Subtract,
            days(by)
        ))),
    ];
    leaf.prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| arithmetic(a, Operator::Add, b)),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| arithmetic(a, Operator::Subtract, b)),
            (inner.clone(), -3_i64..4).prop_map(|(a, by)| arithmetic(a, Operator::Multiply, int(by))),
            inner.prop_map(negate),
        ]
    })
}

fn comparison() -> impl Strategy<Value = Comparison> {
    prop_oneof![
        Just(Comparison::Equal),
        Just(Comparison::NotEqual),
        Just(Comparison::Less),
        Just(Comparison::LessOrEqual),
        Just(Comparison::Greater),
        Just(Comparison::GreaterOrEqual),
    ]
}

fn condition() -> impl Strategy<Value = Node> {
    prop_oneof![
        (side(), comparison(), side()).prop_map(|(a, by, b)| compare(a, by, b)),
        (side(), proptest::collection::vec(side(), 0..4)).prop_map(|(a, items)| is_in(a, list(items))),
        (comparison(), -200_i64..200).prop_map(|(by, moved)| compare(
            arithmetic(today(), Operator::Add, days(moved)),
            by,
            field(Field::LastSeen)
        )),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_same_as_a_search_day_by_day(
        condition in condition(),
        seen in 0_i64..400,
        last in 1_i64..400,
        created in 0_i64..400,
    ) {
        let moment = moment("2026-11-22T11:00:00Z", "UTC");
        let today = day_number(moment.today());
        let on = |day| Value::Date(plain_date(day).expect("a date"));
        let user = someone(&[
            (Field::LastSeen, on(today - seen)),
            (Field::LastDay, on(today + last)),
            (Field::Created, on(today - created)),
        ]);
        let policy = rule_if(condition);
        let truth = |day: i64| {
            let date = plain_date(day).expect("a date");
            let noon = Moment::new(date.midnight().assume_utc() + time::Duration::hours(11), moment.zone().clone());
            trace(&policy, 0, &user, &noon.expect("in range")).answer.map(|answer| answer != Answer::Nothing)
        };
        let now = truth(today);
        let searched = (today + 1..=today + 400).find(|day| truth(*day) != now);
        // Without what leaving itself changes.
        let nothing = Leaving { has_left: Fact::Absent, leaves: None, returns: None, changes: None, contradiction: false };
        let found = valid_until(&TimeConditions::of(&policy), &policy, &user, &nothing, &moment)
            .map(|at| day_number(at.date()))
            .filter(|day| *day <= today + 400);
        prop_assert_eq!(found, searched);
    }
}
