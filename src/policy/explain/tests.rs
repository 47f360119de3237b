//! Explanations of a small policy, as data and as text.

use super::{Explanation, Part, WhyNot, explain, why_not};
use crate::model::{Fact, Field, User, Value};
use crate::policy::answer::{Forbidden, Verb};
use crate::policy::compiled::Policy;
use crate::policy::decision::{
    Access, Decision, Disposition, Ground, Hold, HoldCode, Outcome, Overruled, Vetoed,
};
use crate::policy::trace::printed::*;
use crate::policy::tree::*;

fn rules() -> Policy {
    let when = |condition, answer| only(branch(condition, only(answer), None));
    let staff = and(vec![field(Field::HasLeft), equal(field(Field::Employment), text("staff"))]);
    let named = or(vec![
        equal(field(Field::Nickname), text("x")),
        is_in(field(Field::Department), texts(&["sales", "legal"])),
        quantifier(
            false,
            field(Field::Groups),
            0,
            only(equal(local(0, crate::policy::Type::Text), text("g2"))),
        ),
    ]);
    policy(vec![
        ("legal_hold", when(field(Field::LegalHold), forbid(vec![Forbidden::Revoke, Forbidden::Detach]))),
        (
            "staff_leave",
            when(
                staff,
                modify(
                    modify(action(Verb::Revoke), Modifier::After, vec![days(7)]),
                    Modifier::OrElse,
                    vec![action(Verb::Withdraw)],
                ),
            ),
        ),
        (
            "contractors_leave",
            when(
                and(vec![
                    field(Field::HasLeft),
                    is_in(field(Field::Employment), texts(&["contractor", "partner"])),
                ]),
                action(Verb::Detach),
            ),
        ),
        ("late", when(field(Field::HasLeft), action(Verb::Withdraw))),
        ("named", when(named, also(vec![obligation(ObligationKind::Notify, vec![text("Bye")])]))),
        (
            "idle",
            block(vec![
                Statement::Expression(branch(
                    equal(field(Field::LastSeen), unit()),
                    block(vec![give_back(None)]),
                    None,
                )),
                Statement::Expression(branch(
                    greater(days_since(field(Field::LastSeen)), int(90)),
                    only(review(text("unused"))),
                    None,
                )),
            ]),
        ),
    ])
}

fn leaver() -> User {
    someone(&[
        (Field::HasLeft, Value::Bool(true)),
        (Field::Person, known_text("E1001")),
        (Field::Nickname, known_text("Secret Name")),
        (Field::Department, known_text("ops\u{1b}[31m\u{202e}")),
        (Field::Groups, known_texts(&["g1", "g2"])),
    ])
}

fn decision() -> Decision {
    Decision {
        user: "ECHOECHO".parse().ok(),
        person: None,
        outcome: Outcome::Act,
        disposition: Disposition::Revoke,
        access: Access::Withdraw,
        obligations: Vec::new(),
        rule: Some("staff_leave".into()),
        reason: Some("Rationale of staff_leave.".into()),
        ground: Some(Ground::HasLeft),
        after: None,
        deadline: None,
        approvals: 0,
        overruled: vec![Overruled { rule: "late".into(), action: Verb::Withdraw }],
        vetoed: Vec::new(),
        hold: None,
        valid_until: None,
    }
}

fn explained(user: &User) -> Explanation {
    explain(&rules(), user, &noon(), decision())
}

fn ask(rule: &str, user: &User, decision: &Decision) -> WhyNot {
    why_not(&rules(), rule, user, &noon(), decision).expect("a rule of the policy")
}

#[test]
fn a_decision_explained() {
    insta::assert_snapshot!(explained(&leaver()).to_text());
}

#[test]
fn a_decision_explained_as_data() {
    insta::assert_json_snapshot!(explained(&leaver()));
}

#[test]
fn personal_data_and_hostile_text_do_not_get_out() {
    let text = explained(&leaver()).to_text();
    let data = serde_json::to_string(&explained(&leaver())).expect("json");
    for told in [&text, &data] {
        assert!(!told.contains("Secret"));
    }
    assert!(!text.contains(['\u{1b}', '\u{202e}']));
    assert!(text.lines().all(|line| line.chars().count() <= 100));
}

#[test]
fn what_became_of_each_answer() {
    let parts = |decision: Decision, user: &User| {
        explain(&rules(), user, &noon(), decision).rules.into_iter().map(|rule| rule.part).collect::<Vec<_>>()
    };
    assert_eq!(
        parts(decision(), &leaver()),
        [Part::Silent, Part::Decides, Part::Silent, Part::Overruled, Part::Obliges, Part::Silent]
    );
    let mut held = leaver();
    held.set(Field::LegalHold.slot(), Fact::Known(Value::Bool(true)));
    held.set(Field::Nickname.slot(), Fact::Unknown);
    let nothing = Decision { rule: None, overruled: Vec::new(), ..decision() };
    assert_eq!(
        parts(nothing, &held),
        [Part::Forbids, Part::Suspended, Part::Silent, Part::Suspended, Part::Fails, Part::Silent]
    );
    let vetoed = Vetoed { rule: Some("legal_hold".into()), action: Forbidden::Revoke };
    let struck = Decision { vetoed: vec![vetoed], ..decision() };
    assert_eq!(parts(struck, &held)[0], Part::Vetoes);
}

#[test]
fn no_rule_runs_for_the_unmatched() {
    let mut user = leaver();
    user.set(Field::Person.slot(), Fact::Absent);
    assert!(explained(&user).rules.is_empty());
}

#[test]
fn reasons_against_each_rule() {
    let mut held = leaver();
    held.set(Field::LegalHold.slot(), Fact::Known(Value::Bool(true)));
    let vetoed = Decision {
        vetoed: vec![
            Vetoed { rule: Some("legal_hold".into()), action: Forbidden::Revoke },
            Vetoed { rule: None, action: Forbidden::Revoke },
        ],
        hold: Some(Hold {
            code: HoldCode::Vetoed,
            message: "revoke is forbidden".to_owned(),
            rule: Some("legal_hold".into()),
            axes: vec![crate::policy::Axis::Id],
        }),
        ..decision()
    };
    let mut unknown = leaver();
    unknown.set(Field::LastSeen.slot(), Fact::Unknown);
    let text = [
        ask("contractors_leave", &leaver(), &decision()),
        ask("legal_hold", &leaver(), &decision()),
        ask("late", &leaver(), &decision()),
        ask("staff_leave", &held, &vetoed),
        ask("idle", &leaver(), &decision()),
        ask("idle", &unknown, &decision()),
        ask("named", &someone(&[]), &decision()),
    ]
    .map(|why| why.to_text())
    .join("\n");
    insta::assert_snapshot!(text);
    assert_eq!(why_not(&rules(), "nobody", &leaver(), &noon(), &decision()), None);
}

#[test]
fn long_lines_break_between_words() {
    let words = vec![text("a long word or two"); 12];
    let policy = policy(vec![(
        "wide",
        only(branch(is_in(field(Field::Department), list(words)), only(action(Verb::Keep)), None)),
    )]);
    let text = explain(&policy, &leaver(), &noon(), Decision { rule: None, ..decision() }).to_text();
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    insta::assert_snapshot!(text);
}
