//! What the tracing evaluator must agree on with the interpreter, node by node, and what it records.

use std::sync::Arc;

use super::printed::*;
use super::{ClauseKind, Obstacle, ReadState, Taken, Traced, trace};
use crate::model::{Fact, Field, User};
use crate::policy::answer::{Action, Answer, Forbidden, Obligation, Period, Verb};
use crate::policy::rule_error::RuleError;
use crate::policy::tree::*;
use crate::policy::types::Type;

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
fn a_rule_answers_with_the_value_of_its_last_statement() {
    let someone = someone(&[]);
    assert_eq!(run(block(vec![]), &someone).answer, Ok(Answer::Nothing));
    assert_eq!(
        run(only(action(Verb::Revoke)), &someone).answer,
        Ok(Answer::Action(Action::new(Verb::Revoke)))
    );
    assert_eq!(
        run(only(forbid(vec![Forbidden::Revoke, Forbidden::Detach])), &someone).answer,
        Ok(Answer::Veto([Forbidden::Detach, Forbidden::Revoke].into()))
    );
    let leave = obligation(ObligationKind::LeaveGroupsAndLists, vec![]);
    let restrict = obligation(ObligationKind::Restrict, vec![]);
    assert_eq!(
        run(only(also(vec![leave, restrict])), &someone).answer,
        Ok(Answer::Obligations(vec![Obligation::LeaveGroupsAndLists, Obligation::Restrict]))
    );
    let shadowed = block(vec![
        Statement::Expression(branch(truth(true), only(action(Verb::Revoke)), None)),
        Statement::Let(0, int(1)),
    ]);
    assert_eq!(run(shadowed, &someone).answer, Ok(Answer::Nothing));
}

#[test]
fn modifiers() {
    let made = modify(
        modify(
            modify(
                modify(
                    modify(
                        modify(
                            modify(action(Verb::Revoke), Modifier::Approvals, vec![int(2)]),
                            Modifier::Approvals,
                            vec![int(1)],
                        ),
                        Modifier::After,
                        vec![days(7)],
                    ),
                    Modifier::After,
                    vec![days(3)],
                ),
                Modifier::Notify,
                vec![text("Bye")],
            ),
            Modifier::ReplaceWith,
            vec![text("ABCDEFGH")],
        ),
        Modifier::OrElse,
        vec![action(Verb::Detach)],
    );
    let made = modify(modify(made, Modifier::KeepAccess, vec![]), Modifier::Because, vec![text("why")]);
    let made = modify(made, Modifier::Within, vec![hours(24)]);
    let Ok(Answer::Action(action)) = run(only(made), &someone(&[])).answer else { panic!("no action") };
    assert_eq!(action.approvals, 2);
    assert_eq!(action.after, Period::of_days(3));
    assert_eq!(action.within, Period::of_hours(24));
    assert_eq!(action.because.as_deref(), Some("why"));
    assert!(action.keep_access);
    assert_eq!(action.or_else, vec![Action::new(Verb::Detach)]);
    assert_eq!(
        action.obligations,
        vec![
            Obligation::Notify { text: "Bye".into() },
            Obligation::ReplaceWith { id: "ABCDEFGH".parse().expect("an ID") }
        ]
    );
}

#[test]
fn modifiers_out_of_range() {
    let answer = |modifier, argument| {
        run(only(modify(action(Verb::Revoke), modifier, vec![argument])), &someone(&[])).answer
    };
    assert_eq!(answer(Modifier::After, days(-1)), Err(RuleError::OutOfRange));
    assert_eq!(answer(Modifier::Within, hours(-1)), Err(RuleError::OutOfRange));
    assert_eq!(answer(Modifier::Approvals, int(101)), Err(RuleError::OutOfRange));
    assert_eq!(answer(Modifier::Approvals, int(-1)), Err(RuleError::OutOfRange));
    assert_eq!(answer(Modifier::ReplaceWith, text("echoecho")), Err(RuleError::NotReadable));
    assert!(answer(Modifier::Approvals, int(100)).is_ok());
}

#[test]
fn arguments_of_a_chain_come_before_its_action_and_its_errors() {
    // `review(user.country).because(user.department).after(days(-1))`
    let chain = modify(
        modify(review(field(Field::Country)), Modifier::After, vec![days(-1)]),
        Modifier::Because,
        vec![field(Field::Department)],
    );
    let answer = |user: &User| run(only(chain.clone()), user).answer;
    assert_eq!(answer(&without(&[Field::Country, Field::Department])), Err(missing(Field::Department)));
    assert_eq!(answer(&without(&[Field::Country])), Err(missing(Field::Country)));
}

#[test]
fn containers_come_before_elements_and_arguments_before_receivers() {
    let user = without(&[Field::Country, Field::Department]);
    assert_eq!(
        holds(is_in(field(Field::Country), list(vec![field(Field::Department)])), &user),
        Err(missing(Field::Department))
    );
    assert_eq!(
        holds(call(Builtin::StartsWith, vec![field(Field::Country), field(Field::Department)]), &user),
        Err(missing(Field::Department))
    );
    assert_eq!(
        holds(equal(field(Field::Country), field(Field::Department)), &user),
        Err(missing(Field::Country))
    );
}

#[test]
fn early_return_leaves_the_rule_and_only_the_helper() {
    let body = block(vec![
        Statement::Expression(branch(
            not(field(Field::HasLeft)),
            block(vec![give_back(Some(action(Verb::Keep)))]),
            None,
        )),
        Statement::Expression(action(Verb::Revoke)),
    ]);
    assert_eq!(run(body, &someone(&[])).answer, Ok(Answer::Action(Action::new(Verb::Keep))));
    let gone = helper(
        "gone",
        vec![(1, int(3))],
        block(vec![
            Statement::Expression(branch(
                greater(local(1, Type::Int), int(2)),
                block(vec![give_back(Some(truth(true)))]),
                None,
            )),
            Statement::Expression(truth(false)),
        ]),
        Type::Bool,
    );
    yes(gone);
}

#[test]
fn loops() {
    let user = someone(&[(Field::Groups, known_texts(&["a", "b", "c"]))]);
    let count = |stop: Vec<Statement>| {
        let mut inside = stop;
        inside.push(Statement::Assign(1, arithmetic(local(1, Type::Int), Operator::Add, int(1))));
        block(vec![
            Statement::Let(1, int(0)),
            each(0, field(Field::Groups), block(inside)),
            Statement::Expression(modify(action(Verb::Keep), Modifier::Approvals, vec![local(1, Type::Int)])),
        ])
    };
    let at_b =
        |then| Statement::Expression(branch(equal(local(0, Type::Text), text("b")), block(vec![then]), None));
    for (stop, rounds) in
        [(vec![], 3), (vec![at_b(Statement::Continue)], 2), (vec![at_b(Statement::Break)], 1)]
    {
        let Ok(Answer::Action(action)) = run(count(stop), &user).answer else { panic!("no action") };
        assert_eq!(action.approvals, rounds);
    }
    let leaves = run(count(vec![at_b(give_back(None))]), &user).answer;
    assert_eq!(leaves, Ok(Answer::Nothing));
}

#[test]
fn quantifiers() {
    let user = someone(&[(Field::Groups, known_texts(&["a", "b"]))]);
    let is = |word: &str| only(equal(local(0, Type::Text), text(word)));
    let groups = || field(Field::Groups);
    assert_eq!(holds(quantifier(false, groups(), 0, is("b")), &user), Ok(true));
    assert_eq!(holds(quantifier(false, groups(), 0, is("c")), &user), Ok(false));
    assert_eq!(holds(quantifier(true, groups(), 0, is("a")), &user), Ok(false));
    assert_eq!(holds(quantifier(true, groups(), 0, is("a")), &someone(&[])), Ok(true));
    assert_eq!(holds(quantifier(false, groups(), 0, is("a")), &someone(&[])), Ok(false));
}

#[test]
fn switches_take_the_first_case_that_matches_and_whose_guard_holds() {
    let verb = |subject: Node, guard: bool| {
        let cases = vec![
            case(vec![Literal::Int(1), Literal::Int(2)], Some(truth(guard)), only(action(Verb::Revoke))),
            range(0, 2, false, only(action(Verb::Detach))),
            range(2, 5, true, only(action(Verb::Withdraw))),
        ];
        match run(only(switch(subject, cases, Some(only(action(Verb::Keep))))), &someone(&[])).answer {
            Ok(Answer::Action(action)) => action.verb,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(verb(int(1), true), Verb::Revoke);
    assert_eq!(verb(int(2), true), Verb::Revoke);
    assert_eq!(verb(int(1), false), Verb::Detach);
    assert_eq!(verb(int(2), false), Verb::Withdraw);
    assert_eq!(verb(int(5), true), Verb::Withdraw);
    assert_eq!(verb(int(6), true), Verb::Keep);
    assert_eq!(verb(text("1"), true), Verb::Keep);
    let absent = vec![case(vec![Literal::Unit], None, only(action(Verb::Keep)))];
    assert!(matches!(
        run(only(switch(field(Field::Country), absent, None)), &someone(&[])).answer,
        Ok(Answer::Action(_))
    ));
}

#[test]
fn constants() {
    let body = only(branch(equal(constant(0, Type::Int), int(30)), only(action(Verb::Keep)), None));
    let policy = policy_with(vec![("GRACE", Literal::Int(30))], vec![("rule", body)]);
    assert!(matches!(trace(&policy, 0, &someone(&[]), &noon()).answer, Ok(Answer::Action(_))));
}

#[test]
fn clauses_have_values_reads_and_places() {
    let condition = and(vec![
        field(Field::HasLeft),
        equal(field(Field::Employment), text("staff")),
        field(Field::LegalHold),
    ]);
    let body = only(branch(condition, only(action(Verb::Revoke)), None));
    let user = someone(&[
        (Field::HasLeft, crate::model::Value::Bool(true)),
        (Field::Employment, known_text("partner")),
    ]);
    let traced = run(body, &user);
    let [clause] = &traced.clauses[..] else { panic!("one clause: {:?}", traced.clauses) };
    assert_eq!(clause.kind, ClauseKind::And);
    assert_eq!((clause.value, clause.taken), (Some(false), Some(Taken::Past)));
    assert_eq!((clause.line, clause.column), (3, 8));
    assert_eq!(clause.text, "user.has_left && user.employment == \"staff\" && user.legal_hold");
    let values: Vec<Option<bool>> = clause.clauses.iter().map(|part| part.value).collect();
    assert_eq!(values, [Some(true), Some(false), None]);
    assert_eq!(clause.clauses[1].reads[0].value, "partner");
    assert!(clause.reads.is_empty());
    assert_eq!(traced.reads.len(), 2);
    let failed: Vec<(&str, bool)> =
        traced.obstacles.iter().map(|o| (o.clause.text.as_str(), o.needed)).collect();
    assert_eq!(failed, [("user.employment == \"staff\"", true)]);
}

#[test]
fn personal_values_are_withheld_also_through_variables() {
    let user = someone(&[(Field::Nickname, known_text("Secret Name"))]);
    let body = block(vec![
        Statement::Let(0, field(Field::Nickname)),
        Statement::Let(1, list(vec![local(0, Type::Text)])),
        Statement::Expression(branch(
            quantifier(
                false,
                local(1, Type::list(Type::Text)),
                2,
                only(equal(local(2, Type::Text), text("x"))),
            ),
            only(action(Verb::Keep)),
            None,
        )),
        each(
            3,
            local(1, Type::list(Type::Text)),
            only(branch(equal(local(3, Type::Text), text("x")), block(vec![]), None)),
        ),
    ]);
    let traced = run(body, &user);
    assert!(!serde_json::to_string(&traced.clauses).expect("json").contains("Secret"));
    assert!(!serde_json::to_string(&traced.reads).expect("json").contains("Secret"));
    assert!(traced.reads.iter().all(|read| read.state == ReadState::Withheld));
}

#[test]
fn errors_are_shown_where_they_arose() {
    let user = without(&[Field::LegalHold]);
    let body = only(branch(
        and(vec![truth(true), not(field(Field::LegalHold)), truth(true)]),
        only(action(Verb::Keep)),
        None,
    ));
    let traced = run(body, &user);
    let outer = &traced.clauses[0];
    assert_eq!((outer.value, outer.error.is_some()), (None, true));
    let inner = &outer.clauses[1].clauses[0];
    assert_eq!(inner.text, "user.legal_hold");
    assert!(inner.error.as_ref().is_some_and(|error| error.message.contains("legal_hold")));
    assert_eq!(inner.reads[0].state, ReadState::Unknown);
}

#[test]
fn long_lists_show_the_first_and_the_deciding_elements() {
    let names: Vec<String> = (0..40).map(|n| format!("g{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let user = someone(&[(Field::Groups, known_texts(&names))]);
    let body = only(branch(
        quantifier(false, field(Field::Groups), 0, only(equal(local(0, Type::Text), text("g30")))),
        only(action(Verb::Keep)),
        None,
    ));
    let traced = run(body, &user);
    let clause = &traced.clauses[0];
    assert_eq!((clause.clauses.len(), clause.omitted), (16, 15));
    let last = clause.clauses.last().expect("an element");
    assert_eq!(last.value, Some(true));
    assert_eq!(last.clauses[0].reads[0].value, "g30");
}

fn obstacles(body: Block, user: &User) -> Vec<(String, bool)> {
    let traced = run(body, user);
    assert_eq!(traced.answer, Ok(Answer::Nothing));
    traced.obstacles.into_iter().map(|Obstacle { needed, clause }| (clause.text, needed)).collect()
}

fn told(expected: &[(&str, bool)]) -> Vec<(String, bool)> {
    expected.iter().map(|(text, needed)| ((*text).to_owned(), *needed)).collect()
}

#[test]
fn an_early_return_is_in_the_way_of_what_follows() {
    let body = block(vec![
        Statement::Expression(branch(
            or(vec![not(field(Field::HasLeft)), field(Field::LegalHold)]),
            block(vec![give_back(None)]),
            None,
        )),
        Statement::Expression(action(Verb::Revoke)),
    ]);
    assert_eq!(obstacles(body, &someone(&[])), told(&[("user.has_left", true)]));
}

#[test]
fn every_place_that_could_answer_has_its_outermost_obstacle() {
    let body = block(vec![Statement::Expression(branch(
        or(vec![field(Field::HasLeft), field(Field::LegalHold)]),
        only(branch(field(Field::MdmManaged), only(action(Verb::Revoke)), None)),
        Some(only(branch(
            field(Field::Administrator),
            only(forbid(vec![Forbidden::Revoke])),
            Some(only(branch(truth(false), only(also(vec![])), None))),
        ))),
    ))]);
    assert_eq!(
        obstacles(body, &someone(&[])),
        told(&[
            ("user.has_left", true),
            ("user.legal_hold", true),
            ("user.administrator", true),
            ("false", true),
        ])
    );
}

#[test]
fn cases_are_obstacles() {
    let body = only(switch(
        field(Field::Employment),
        vec![
            case(vec![word("contractor"), word("partner")], None, only(action(Verb::Detach))),
            case(vec![word("staff")], Some(field(Field::HasLeft)), only(action(Verb::Revoke))),
        ],
        Some(block(vec![])),
    ));
    assert_eq!(
        obstacles(body, &someone(&[])),
        told(&[("user.employment in [\"contractor\", \"partner\"]", true), ("user.has_left", true)])
    );
}

#[test]
fn an_empty_list_is_in_the_way_of_a_loop() {
    let body = block(vec![each(0, field(Field::Groups), block(vec![give_back(Some(action(Verb::Revoke)))]))]);
    assert_eq!(obstacles(body, &someone(&[])), told(&[("user.groups is not empty", true)]));
}

#[test]
fn helpers_come_down_to_their_one_condition() {
    let gone = helper(
        "gone",
        vec![(31, user())],
        only(and(vec![field(Field::HasLeft), not(field(Field::LegalHold))])),
        Type::Bool,
    );
    let body = only(branch(gone, only(action(Verb::Revoke)), None));
    assert_eq!(obstacles(body, &someone(&[])), told(&[("user.has_left", true)]));
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
