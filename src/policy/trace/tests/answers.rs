//! What rules answer: statements, modifiers, loops, cases, constants, and the order of errors.

use super::*;

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
