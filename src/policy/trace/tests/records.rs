//! What is recorded on the way to an answer: clauses, what they read, and what was in the way.

use super::*;

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
