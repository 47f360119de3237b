use std::collections::BTreeMap;

use time::macros::{date, datetime};

use super::super::answer::{Action, Forbidden, Obligation, Period, Verb};
use super::super::tree::Literal;
use super::super::unchecked::{moment, policy, set, user};
use super::*;
use crate::model::{Fact, Field, FieldType, Schema, Value};

const PATIENCE: Duration = Duration::from_secs(20);

fn interpreter(text: &str, constants: &[(&str, Literal)]) -> Interpreter {
    Interpreter::new(&policy(text, constants, Schema::default()), &moment(), PATIENCE).expect("limits")
}

/// A user with a last day, groups and an heir.
fn leaver() -> User {
    let mut user = user("ECHOECHO", &Schema::default());
    set(&mut user, Field::HasLeft, Value::Bool(true));
    set(&mut user, Field::LastDay, Value::Date(date!(2026 - 11 - 20)));
    set(&mut user, Field::LeavesAt, Value::Instant(datetime!(2026-11-20 22:30 UTC)));
    set(&mut user, Field::SupersededBy, Value::Id("ZULUZULU".parse().unwrap()));
    set(&mut user, Field::Groups, Value::Texts(["g1".into(), "g2".into()].into()));
    set(&mut user, Field::Department, Value::Text("sales".into()));
    user
}

fn ask(text: &str, user: &User) -> Result<Answer, RuleError> {
    interpreter(text, &[]).answer(0, user).expect("in time")
}

/// What a rule with this body says about [`leaver`].
fn body(body: &str) -> Result<Answer, RuleError> {
    ask(&format!("fn rule(user) {{ {body} }}"), &leaver())
}

/// Whether a condition holds for [`leaver`].
fn holds(condition: &str) -> bool {
    match body(&format!("if {condition} {{ keep() }} else {{ revoke() }}")) {
        Ok(Answer::Action(action)) => action.verb == Verb::Keep,
        other => panic!("{condition}: {other:?}"),
    }
}

fn action(text: &str) -> Action {
    match body(text) {
        Ok(Answer::Action(action)) => action,
        other => panic!("{text}: {other:?}"),
    }
}

fn obligations(text: &str) -> Vec<Obligation> {
    match body(text) {
        Ok(Answer::Obligations(obligations)) => obligations,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn conditions_about_fields_hold() {
    for condition in [
        r#"user.id == "ECHOECHO""#,
        r#"user.employment == "staff" && user.has_left && !user.legal_hold"#,
        r#"user.employment in ["staff", "partner"]"#,
        r#"!(user.employment in ["contractor", "partner"])"#,
        "user.last_seen == () && () == user.last_seen && !(user.last_seen != ())",
        "user.last_day != () && () != user.last_day && !(user.last_day == ())",
        r#"(user.country ?? "CH") == "CH""#,
        r#"!(user.country in ["CH", "DE"])"#,
        r#""g1" in user.groups && !("g3" in user.groups)"#,
        "!(user.country in user.groups) && !(user.country in user.department)",
        r#"!("g1" in user.country)"#,
        r#"user.groups.contains("g2") && user.groups.len() == 2 && user.groups.len == 2"#,
        r#"user.groups.some(|g| g == "g1") && !user.groups.all(|g| g == "g1")"#,
        r#"user.groups.all(|g| g.starts_with("g")) && !user.categories.some(|g| true)"#,
        r#"user.groups == ["g1", "g2"] && ["g1"] != user.groups && user.groups != ()"#,
        r#"["a", "b"].some(|x| x == "b") && !["a", "b"].all(|x| x == "b")"#,
        r#"user.department.starts_with("sa") && user.department.ends_with("es") && user.department.contains("ale")"#,
        r#""al" in user.department && "ÄÖ".to_lower() == "äö" && "äö".len() == 2"#,
        r#"user.superseded_by in ["ZULUZULU"]"#,
    ] {
        assert!(holds(condition), "{condition}");
    }
}

#[test]
fn conditions_about_time_hold() {
    for condition in [
        r#"user.last_day == date("2026-11-20") && user.last_day != today()"#,
        "user.last_day < today() && user.last_day <= today() && today() > user.last_day && today() >= user.last_day",
        r#"today() == date("2026-11-22")"#,
        "days_since(user.last_day) == 2 && days_until(user.last_day) == -2",
        // 22:30 UTC is 23:30 of the same day in Zurich.
        "days_since(user.leaves_at) == 2 && days_until(user.leaves_at) == -2",
        r#"user.last_day + days(3) > today() && today() - weeks(1) == date("2026-11-15")"#,
        "days(7) == weeks(1) && days(1) != hours(24) && days(1) + hours(2) == hours(2) + days(1)",
        r#"user.last_day in [date("2026-11-20")] && !(user.last_seen in [today()])"#,
        "user.leaves_at == user.leaves_at && user.leaves_at <= user.leaves_at",
    ] {
        assert!(holds(condition), "{condition}");
    }
}

#[test]
fn a_captured_variable_can_be_used_in_a_closure() {
    let text = r#"let d = "g2"; if user.groups.some(|g| g == d) && d == "g2" { keep() }"#;
    assert_eq!(action(text).verb, Verb::Keep);
}

#[test]
fn values_stand_in_text_in_their_usual_form() {
    let text =
        "review(`${user.id} ${user.last_day} ${user.leaves_at} ${1} ${true} ${days(7)} ${user.groups}`)";
    assert_eq!(&*action(text).why, r#"ECHOECHO 2026-11-20 2026-11-20T22:30:00Z 1 true P7D ["g1", "g2"]"#);
}

#[test]
fn a_rule_says_nothing_an_action_a_veto_or_obligations() {
    assert_eq!(body("if user.legal_hold { revoke() }"), Ok(Answer::Nothing));
    for (text, verb) in [
        ("keep()", Verb::Keep),
        ("withdraw()", Verb::Withdraw),
        ("detach()", Verb::Detach),
        ("revoke()", Verb::Revoke),
        ("migrate_to_mdm()", Verb::MigrateToMdm),
    ] {
        assert_eq!(body(text), Ok(Answer::Action(Action::new(verb))));
    }
    assert_eq!(body(r#"review("look")"#), Ok(Answer::Action(Action::review("look"))));
    assert_eq!(
        body(r#"forbid("revoke", "detach")"#),
        Ok(Answer::Veto([Forbidden::Revoke, Forbidden::Detach].into()))
    );
    assert_eq!(
        body(r#"forbid("withdraw", "detach", "revoke")"#),
        Ok(Answer::Veto(Forbidden::ALL.iter().copied().collect()))
    );
    assert_eq!(
        obligations(
            r#"also(notify("Bye"), leave_groups_and_lists(), restrict(), replace_with(user.superseded_by))"#
        ),
        [
            Obligation::Notify { text: "Bye".into() },
            Obligation::LeaveGroupsAndLists,
            Obligation::Restrict,
            Obligation::ReplaceWith { id: "ZULUZULU".parse().unwrap() }
        ]
    );
    for count in 1..=8 {
        let list = vec!["restrict()"; count].join(", ");
        assert_eq!(obligations(&format!("also({list})")).len(), count);
    }
}

#[test]
fn modifiers_change_the_action_they_are_said_of() {
    let text = r#"revoke().keep_access().because("a").because("b").after(days(1)).after(days(2) + hours(3))
        .within(weeks(1)).within(hours(5)).notify("x").replace_with("ZULUZULU").approvals(3).approvals(2)
        .or_else(detach().or_else(keep())).or_else(withdraw())"#;
    let expected = Action {
        because: Some("b".into()),
        after: Some(Period { days: 2, hours: 3 }),
        within: Some(Period { days: 0, hours: 5 }),
        keep_access: true,
        approvals: 3,
        obligations: vec![
            Obligation::Notify { text: "x".into() },
            Obligation::ReplaceWith { id: "ZULUZULU".parse().unwrap() },
        ],
        or_else: vec![
            Action { or_else: vec![Action::new(Verb::Keep)], ..Action::new(Verb::Detach) },
            Action::new(Verb::Withdraw),
        ],
        ..Action::new(Verb::Revoke)
    };
    assert_eq!(action(text), expected);
}

#[test]
fn errors_are_typed() {
    for (text, error) in [
        ("review(`${9223372036854775807 + 1}`)", RuleError::Arithmetic),
        ("review(`${1 / (user.categories.len())}`)", RuleError::Arithmetic),
        ("review(`${-(-9223372036854775807 - 1)}`)", RuleError::Arithmetic),
        ("if date(\"9999-12-31\") + days(1) > today() { keep() }", RuleError::OutOfRange),
        ("if date(\"0001-01-01\") - days(1) > today() { keep() }", RuleError::OutOfRange),
        ("if today() + hours(1) > today() { keep() }", RuleError::OutOfRange),
        ("revoke().after(days(366_001))", RuleError::OutOfRange),
        ("revoke().after(weeks(9223372036854775807))", RuleError::OutOfRange),
        ("revoke().after(days(366_000) + days(1))", RuleError::OutOfRange),
        ("revoke().after(days(-1))", RuleError::OutOfRange),
        ("revoke().within(hours(-1))", RuleError::OutOfRange),
        ("revoke().approvals(101)", RuleError::OutOfRange),
        ("revoke().approvals(-1)", RuleError::OutOfRange),
        ("if date(\"2026-02-30\") > today() { keep() }", RuleError::NotReadable),
        ("revoke().replace_with(\"zuluzulu\")", RuleError::NotReadable),
        ("also(replace_with(\"ZULU\"))", RuleError::NotReadable),
        ("forbid(\"keep\")", RuleError::NotReadable),
        ("5", RuleError::Internal),
        ("user", RuleError::Internal),
        ("notify(\"bare\")", RuleError::Internal),
        ("nobody()", RuleError::Internal),
        ("user.legal_hold = false", RuleError::Internal),
    ] {
        assert_eq!(body(text), Err(error), "{text}");
    }
    for text in ["revoke().approvals(100)", "revoke().approvals(0)", "revoke().after(days(366_000))"] {
        assert!(body(text).is_ok(), "{text}");
    }
}

#[test]
fn errors_in_helpers_and_closures_keep_their_type() {
    let text =
        "fn rule(user) { helper(user) } private fn helper(u) { if u.groups.some(|g| 1 / 0 == 1) { keep() } }";
    assert_eq!(ask(text, &leaver()), Err(RuleError::Arithmetic));
    let mut nobody = leaver();
    nobody.set(Field::Groups.slot(), Fact::Unknown);
    assert_eq!(ask(text, &nobody), Err(RuleError::MissingFact { field: "groups".into() }));
}

#[test]
fn every_field_and_attribute_can_be_read_and_an_unknown_one_is_an_error() {
    let attributes: BTreeMap<String, FieldType> =
        [("cost_center", "text?"), ("level", "integer"), ("moved", "date")]
            .map(|(name, ty)| (name.to_owned(), FieldType::from_text(ty).unwrap()))
            .into();
    let schema = Schema::new(attributes).unwrap();
    let known = {
        let mut user = user("ECHOECHO", &schema);
        user.set(schema.slot("cost_center").unwrap(), Fact::Absent);
        user.set(schema.slot("level").unwrap(), Fact::Known(Value::Int(3)));
        user.set(schema.slot("moved").unwrap(), Fact::Known(Value::Date(date!(2026 - 01 - 31))));
        user
    };
    for slot in schema.slots() {
        let name = schema.name(slot);
        let policy = policy(&format!("fn rule(user) {{ let x = user.{name}; }}"), &[], schema.clone());
        let interpreter = Interpreter::new(&policy, &moment(), PATIENCE).unwrap();
        let ask = |user: &User| interpreter.answer(0, user).unwrap();
        let mut known = known.clone();
        if *known.fact(slot) == Fact::Unknown {
            known.set(slot, Fact::Absent);
        }
        assert_eq!(ask(&known), Ok(Answer::Nothing), "{name}");
        let mut unknown = known.clone();
        unknown.set(slot, Fact::Unknown);
        if slot != Field::Id.slot() {
            assert_eq!(ask(&unknown), Err(RuleError::MissingFact { field: name.into() }));
        }
    }
    let policy = policy(
        "fn rule(user) { if user.level + 1 == 4 && user.moved < today() && user.cost_center == () { keep() } }",
        &[],
        schema,
    );
    let interpreter = Interpreter::new(&policy, &moment(), PATIENCE).unwrap();
    assert_eq!(interpreter.answer(0, &known).unwrap(), Ok(Answer::Action(Action::new(Verb::Keep))));
}

#[test]
fn constants_are_visible_in_rules_helpers_and_closures() {
    let constants = [
        ("GRACE", Literal::Period(Period { days: 30, hours: 0 })),
        ("EU", Literal::List([Literal::Text("CH".into()), Literal::Text("DE".into())].into())),
        ("LEVELS", Literal::List([Literal::Int(1), Literal::Int(2)].into())),
        ("START", Literal::Date(date!(2026 - 01 - 31))),
        ("GATE", Literal::Id("*SUPPORT".parse().unwrap())),
        ("TEXT", Literal::Text("g1".into())),
        ("NOTHING", Literal::Unit),
        ("YES", Literal::Bool(true)),
    ];
    let text = r#"
        fn rule(user) {
            if helper() && "CH" in EU && 2 in LEVELS && START < today() && GATE == "*SUPPORT" && NOTHING == ()
                && user.groups.some(|g| g == TEXT) && EU.some(|c| c == "DE") && EU == ["CH", "DE"] && EU.len() == 2 {
                revoke().after(GRACE)
            }
        }
        private fn helper() { let all = true; for c in EU { if c == "FR" { all = false; } } all && YES }"#;
    let interpreter = interpreter(text, &constants);
    let expected = Action { after: Some(Period { days: 30, hours: 0 }), ..Action::new(Verb::Revoke) };
    assert_eq!(interpreter.answer(0, &leaver()).unwrap(), Ok(Answer::Action(expected)));
}

#[test]
fn a_member_of_very_many_groups_is_no_error() {
    let mut member = leaver();
    let groups: Vec<Arc<str>> = (0..5_000).map(|n| format!("group-{n}").into()).collect();
    set(&mut member, Field::Groups, Value::Texts(groups.into()));
    let text = r#"fn rule(user) { if "group-4999" in user.groups && user.groups.len() == 5000 { keep() } }"#;
    assert_eq!(ask(text, &member), Ok(Answer::Action(Action::new(Verb::Keep))));
}

#[test]
fn rules_cannot_leave_anything_behind() {
    let text = "fn first(user) { let x = 1; user = 5; x += 1; keep() } fn second(user) { if user.has_left { revoke() } }";
    let interpreter = interpreter(text, &[]);
    for _ in 0..3 {
        let answers = interpreter.answers(0..interpreter.rules.len(), &leaver()).unwrap();
        assert_eq!(
            answers,
            [Ok(Answer::Action(Action::new(Verb::Keep))), Ok(Answer::Action(Action::new(Verb::Revoke)))]
        );
    }
}

#[test]
fn the_operation_limit_is_one_rules_and_a_later_rule_is_unharmed() {
    let text = "fn spin(user) { for i in 0..9_000_000 {} keep() } fn calm(user) { keep() }";
    let interpreter = interpreter(text, &[]);
    let keep = Ok(Answer::Action(Action::new(Verb::Keep)));
    assert_eq!(
        interpreter.answers(0..interpreter.rules.len(), &leaver()).unwrap(),
        [Err(RuleError::Limit), keep]
    );
}

#[test]
fn a_passed_deadline_aborts_the_call() {
    let spin = policy("fn rule(user) { for i in 0..9_000_000 {} keep() }", &[], Schema::default());
    let interpreter = Interpreter::new(&spin, &moment(), Duration::ZERO).unwrap();
    assert_eq!(interpreter.answer(0, &leaver()), Err(Interrupted::Deadline));
    assert_eq!(interpreter.answers(0..interpreter.rules.len(), &leaver()), Err(Interrupted::Deadline));
}

#[test]
fn answers_cannot_grow_without_bound() {
    for text in [
        "let a = keep(); for i in 0..1000 { a = a.or_else(a); } a",
        "let a = keep(); for i in 0..100000 { a = a.notify(\"x\"); } a",
        "let t = \"x\"; for i in 0..12 { t += t; } let a = keep(); for i in 0..1000 { a = a.because(t); } a",
    ] {
        assert_eq!(body(text), Err(RuleError::Limit), "{text}");
    }
}

/// Prints what the interpreter costs. The self test must stay below 100 µs in a release build, so a
/// fault that makes it many times slower fails here in any build.
#[test]
fn costs() {
    use std::time::Instant;
    const TURNS: u32 = 200;
    fn each(turn: impl Fn()) -> Duration {
        turn();
        let start = Instant::now();
        for _ in 0..TURNS {
            turn();
        }
        start.elapsed() / TURNS
    }
    let text = r#"fn a(user) { if user.has_left && user.employment == "staff" { revoke() } }"#;
    let policy = policy(text, &[], Schema::default());
    let first = Interpreter::new(&policy, &moment(), PATIENCE).unwrap();
    let user = leaver();
    let ask = || assert!(first.answer(0, &user).unwrap().is_ok());
    let tested = each(|| sandbox::self_test(&first.engine, &first.meter).unwrap());
    println!(
        "interpreter {:?}, another {:?}, self test {tested:?}, one rule on the host's stack {:?}, on a large one {:?}",
        each(|| drop(Interpreter::new(&policy, &moment(), PATIENCE).unwrap())),
        each(|| drop(first.again(&policy, &moment(), PATIENCE).unwrap())),
        each(ask),
        with_stack(|| each(ask)),
    );
    assert!(tested < Duration::from_millis(10));
}
