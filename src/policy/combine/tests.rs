//! One test for each sentence of the rules of combination.

use std::collections::BTreeSet;
use std::time::Duration;

use time::macros::{date, datetime};

use super::super::unchecked::{self, moment, set};
use super::*;
use crate::model::Schema;

/// A user, what each rule says of him, and the circumstances.
struct Case {
    user: User,
    basis: Basis,
    answers: Vec<Result<Answer, RuleError>>,
    directory: Option<Vec<User>>,
}

/// A staff user of a complete enterprise directory who left on 20 November.
fn case(answers: impl IntoIterator<Item = Answer>) -> Case {
    let mut user = unchecked::user("ECHOECHO", &Schema::default());
    set(&mut user, Field::LastDay, Value::Date(date!(2026 - 11 - 20)));
    let basis = Basis { patience: Duration::from_secs(20), ..Basis::new(moment(), true) };
    Case { user, basis, answers: answers.into_iter().map(Ok).collect(), directory: None }
}

impl Case {
    fn set(mut self, field: Field, value: Value) -> Self {
        set(&mut self.user, field, value);
        self
    }

    fn fact(mut self, field: Field, fact: Fact) -> Self {
        self.user.set(field.slot(), fact);
        self
    }

    /// Somebody who stays and has a newer ID.
    fn superseded(self) -> Self {
        self.fact(Field::LastDay, Fact::Absent).set(Field::SupersededBy, Value::Id(id("NEWNEWID")))
    }

    fn directory(mut self, users: impl IntoIterator<Item = User>) -> Self {
        self.directory = Some(users.into_iter().collect());
        self
    }

    fn decide(&self) -> Decision {
        let leaving = Leaving::of(&self.user, &self.basis.moment);
        let mut user = self.user.clone();
        user.set(Field::HasLeft.slot(), leaving.has_left.clone());
        let rules: Vec<_> = (0..self.answers.len())
            .map(|n| RuleTitle { name: format!("r{n}").into(), rationale: Some(format!("Why {n}.").into()) })
            .collect();
        let find = |id: Id| self.directory.iter().flatten().find(|user| user.id() == id).cloned();
        let successor: Option<&Successor<'_>> = if self.directory.is_some() { Some(&find) } else { None };
        let said: Vec<Said> = self
            .answers
            .iter()
            .enumerate()
            .map(|(rule, answer)| Said { rule, answer: answer.clone() })
            .collect();
        let decision = combine(
            &Circumstances {
                rules: &rules,
                user: &user,
                leaving: &leaving,
                basis: &self.basis,
                successor,
                valid_until: leaving.changes,
            },
            &said,
        );
        consistent(&decision);
        decision
    }
}

/// What holds of every decision.
fn consistent(decision: &Decision) {
    let axes = decision.hold.as_ref().map_or(&[][..], |hold| &hold.axes);
    assert_eq!(axes.contains(&Axis::Id), decision.disposition == Disposition::Hold);
    assert_eq!(axes.contains(&Axis::Access), decision.access == Access::Hold);
    assert!(decision.hold.as_ref().is_none_or(|hold| !hold.axes.is_empty() && !hold.message.is_empty()));
    let destroys = matches!(decision.disposition, Disposition::Detach | Disposition::Revoke);
    assert_eq!(destroys, decision.ground.is_some());
    assert!(destroys || decision.after.is_none());
}

fn id(text: &str) -> Id {
    text.parse().unwrap()
}

fn heir() -> User {
    unchecked::user("NEWNEWID", &Schema::default())
}

fn act(verb: Verb) -> Answer {
    Answer::Action(Action::new(verb))
}

fn with(verb: Verb, change: impl FnOnce(&mut Action)) -> Answer {
    let mut action = Action::new(verb);
    change(&mut action);
    Answer::Action(action)
}

fn or_else(verb: Verb, alternatives: impl IntoIterator<Item = Answer>) -> Answer {
    with(verb, |action| {
        action.or_else = alternatives
            .into_iter()
            .map(|answer| match answer {
                Answer::Action(action) => action,
                other => panic!("{other:?}"),
            })
            .collect();
    })
}

fn veto(forbidden: impl IntoIterator<Item = Forbidden>) -> Answer {
    Answer::Veto(forbidden.into_iter().collect::<BTreeSet<_>>())
}

fn also(obligations: impl IntoIterator<Item = Obligation>) -> Answer {
    Answer::Obligations(obligations.into_iter().collect())
}

fn days(days: i64) -> Option<Period> {
    Period::of_days(days)
}

fn axes_of(decision: &Decision) -> (Outcome, Disposition, Access) {
    (decision.outcome, decision.disposition, decision.access)
}

/// Code, rule and axes of the hold.
fn hold(decision: &Decision) -> (HoldCode, Option<&str>, &[Axis]) {
    let hold = decision.hold.as_ref().expect("something is held");
    (hold.code, hold.rule.as_deref(), &hold.axes)
}

fn vetoed(decision: &Decision) -> Vec<(Option<&str>, Forbidden)> {
    decision.vetoed.iter().map(|vetoed| (vetoed.rule.as_deref(), vetoed.action)).collect()
}

const BOTH: &[Axis] = &[Axis::Id, Axis::Access];
const HELD: (Outcome, Disposition, Access) = (Outcome::Hold, Disposition::Hold, Access::Hold);

#[test]
fn a_record_that_cannot_be_read_is_held() {
    let decision = Decision::invalid_record(None, "line 3: not an ID");
    assert_eq!(axes_of(&decision), HELD);
    assert_eq!(hold(&decision), (HoldCode::InvalidRecord, None, BOTH));
    consistent(&decision);
}

#[test]
fn an_unmatched_user_is_held() {
    for field in [Field::Person, Field::Employment] {
        let decision = case([act(Verb::Revoke)]).fact(field, Fact::Absent).decide();
        assert_eq!((axes_of(&decision), hold(&decision)), (HELD, (HoldCode::Unmatched, None, BOTH)));
        assert_eq!(decision.rule, None);
    }
}

#[test]
fn contradicting_leaving_facts_are_held() {
    let decision = case([act(Verb::Revoke)]).set(Field::HasLeft, Value::Bool(false)).decide();
    assert_eq!((axes_of(&decision), hold(&decision)), (HELD, (HoldCode::Contradiction, None, BOTH)));
}

#[test]
fn nothing_said_is_nothing_done() {
    let decision = case([Answer::Nothing, veto([Forbidden::Revoke])]).decide();
    assert_eq!(axes_of(&decision), (Outcome::Keep, Disposition::Keep, Access::Keep));
    assert_eq!((decision.rule, decision.reason, decision.hold), (None, None, None));
}

#[test]
fn the_first_error_in_file_order_holds_both_axes_whatever_else_was_said() {
    let mut failing =
        case([act(Verb::Revoke), Answer::Nothing, Answer::Nothing, also([Obligation::Restrict])]);
    failing.answers[1] = Err(RuleError::Limit);
    failing.answers[2] = Err(RuleError::MissingFact { field: "last_seen".into() });
    let decision = failing.decide();
    assert_eq!((axes_of(&decision), hold(&decision)), (HELD, (HoldCode::Limit, Some("r1"), BOTH)));
    assert_eq!((&decision.rule, &decision.reason), (&None, &None));
    assert_eq!(decision.obligations, [Obligation::Restrict]);
    failing.answers[1] = Ok(Answer::Nothing);
    let decision = failing.decide();
    assert_eq!(hold(&decision), (HoldCode::MissingFact, Some("r2"), BOTH));
    assert!(decision.hold.unwrap().message.contains("`last_seen`"));
    failing.answers[2] = Err(RuleError::Arithmetic);
    assert_eq!(hold(&failing.decide()), (HoldCode::RuleError, Some("r2"), BOTH));
}

#[test]
fn the_first_action_wins_and_later_ones_are_overruled() {
    let decision = case([
        Answer::Nothing,
        act(Verb::Keep),
        with(Verb::Revoke, |action| {
            action.approvals = 5;
            action.obligations = vec![Obligation::Restrict];
        }),
        Answer::Action(Action::review("why")),
    ])
    .decide();
    assert_eq!(axes_of(&decision), (Outcome::Keep, Disposition::Keep, Access::Keep));
    assert_eq!(decision.rule.as_deref(), Some("r1"));
    assert_eq!(decision.reason.as_deref(), Some("Why 1."));
    let overruled: Vec<_> = decision.overruled.iter().map(|lost| (&*lost.rule, lost.action)).collect();
    assert_eq!(overruled, [("r2", Verb::Revoke), ("r3", Verb::Review)]);
    assert_eq!((decision.approvals, decision.obligations), (0, vec![]), "modifiers of losers die");
}

#[test]
fn every_verb_has_its_two_axes() {
    let keep_access = |verb| with(verb, |action| action.keep_access = true);
    for (answer, axes) in [
        (act(Verb::Keep), (Outcome::Keep, Disposition::Keep, Access::Keep)),
        (act(Verb::Withdraw), (Outcome::Act, Disposition::Keep, Access::Withdraw)),
        (act(Verb::Detach), (Outcome::Act, Disposition::Detach, Access::Withdraw)),
        (act(Verb::Revoke), (Outcome::Act, Disposition::Revoke, Access::Withdraw)),
        (act(Verb::MigrateToMdm), (Outcome::Act, Disposition::Keep, Access::Migrate)),
        (keep_access(Verb::Detach), (Outcome::Act, Disposition::Detach, Access::Keep)),
        (keep_access(Verb::Revoke), (Outcome::Act, Disposition::Revoke, Access::Keep)),
        (Answer::Action(Action::review("x")), HELD),
    ] {
        assert_eq!(axes_of(&case([answer.clone()]).decide()), axes, "{answer:?}");
    }
}

#[test]
fn a_review_holds_both_axes_and_says_why() {
    let decision = case([Answer::Action(Action::review("look at it"))]).decide();
    assert_eq!(hold(&decision), (HoldCode::Review, Some("r0"), BOTH));
    assert_eq!(decision.hold.unwrap().message, "look at it");
    assert_eq!(decision.rule.as_deref(), Some("r0"));
}

#[test]
fn because_replaces_the_rationale() {
    let decision = case([with(Verb::Revoke, |action| action.because = Some("so".into()))]).decide();
    assert_eq!(decision.reason.as_deref(), Some("so"));
}

#[test]
fn a_vetoed_id_axis_is_held_and_the_access_axis_goes_on() {
    let decision = case([
        act(Verb::Revoke),
        veto([Forbidden::Detach]),
        veto([Forbidden::Revoke, Forbidden::Detach]),
        veto([Forbidden::Revoke]),
    ])
    .decide();
    assert_eq!(axes_of(&decision), (Outcome::Act, Disposition::Hold, Access::Withdraw));
    assert_eq!(hold(&decision), (HoldCode::Vetoed, Some("r2"), &[Axis::Id][..]));
    assert_eq!(vetoed(&decision), [(Some("r2"), Forbidden::Revoke)]);
}

#[test]
fn a_vetoed_id_axis_without_access_change_is_a_hold() {
    let answer = with(Verb::Detach, |action| action.keep_access = true);
    let decision = case([veto([Forbidden::Detach]), answer]).decide();
    assert_eq!(axes_of(&decision), (Outcome::Hold, Disposition::Hold, Access::Keep));
}

#[test]
fn alternatives_are_tried_depth_first_and_replace_the_winner_whole() {
    let primary = with(Verb::Revoke, |action| {
        action.because = Some("first".into());
        action.approvals = 3;
        action.obligations = vec![Obligation::Restrict];
        action.after = days(7);
        let mut inner = Action::new(Verb::Detach);
        inner.or_else.push(Action {
            because: Some("second".into()),
            approvals: 1,
            ..Action::new(Verb::Withdraw)
        });
        action.or_else = vec![inner, Action::new(Verb::Keep)];
    });
    let decision = case([primary.clone(), veto([Forbidden::Revoke, Forbidden::Detach])]).decide();
    assert_eq!(axes_of(&decision), (Outcome::Act, Disposition::Keep, Access::Withdraw));
    assert_eq!((decision.reason.as_deref(), decision.approvals), (Some("second"), 1));
    assert_eq!((&decision.obligations, &decision.after, &decision.hold), (&vec![], &None, &None));
    assert_eq!(vetoed(&decision), [(Some("r1"), Forbidden::Revoke), (Some("r1"), Forbidden::Detach)]);
    let decision = case([primary, veto([Forbidden::Revoke])]).decide();
    assert_eq!(axes_of(&decision), (Outcome::Act, Disposition::Detach, Access::Withdraw));
    assert_eq!(decision.reason.as_deref(), Some("Why 0."), "the primary's reason died");
}

#[test]
fn an_exhausted_chain_goes_back_to_the_primary() {
    let keep_access = with(Verb::Detach, |action| action.keep_access = true);
    let decision = case([
        or_else(Verb::Revoke, [act(Verb::Revoke), keep_access]),
        veto([Forbidden::Detach, Forbidden::Revoke]),
    ])
    .decide();
    assert_eq!(axes_of(&decision), (Outcome::Act, Disposition::Hold, Access::Withdraw));
    assert_eq!(vetoed(&decision).len(), 2, "the same action is listed once");
}

#[test]
fn an_alternative_may_be_keep_migrate_or_review() {
    let alternatives = [
        (act(Verb::Keep), (Outcome::Keep, Disposition::Keep, Access::Keep)),
        (act(Verb::MigrateToMdm), (Outcome::Act, Disposition::Keep, Access::Migrate)),
        (Answer::Action(Action::review("look")), HELD),
    ];
    for (alternative, axes) in alternatives {
        let decision = case([or_else(Verb::Revoke, [alternative]), veto([Forbidden::Revoke])]).decide();
        assert_eq!(axes_of(&decision), axes);
    }
}

#[test]
fn a_revoke_needs_the_entitlement_of_the_edition() {
    for (fact, entitled) in [
        (Fact::Known(Value::Text("enterprise".into())), true),
        (Fact::Known(Value::Text("professional".into())), true),
        (Fact::Known(Value::Text("basic".into())), false),
        (Fact::Known(Value::Text("nonsense".into())), false),
        (Fact::Unknown, false),
    ] {
        let decision = case([act(Verb::Revoke)]).fact(Field::Edition, fact.clone()).decide();
        if entitled {
            assert_eq!(decision.disposition, Disposition::Revoke);
            continue;
        }
        assert_eq!(axes_of(&decision), (Outcome::Act, Disposition::Hold, Access::Withdraw), "{fact:?}");
        assert_eq!(hold(&decision), (HoldCode::NotEntitled, Some("r0"), &[Axis::Id][..]));
        assert_eq!(vetoed(&decision), [(None, Forbidden::Revoke)]);
        let other = case([or_else(Verb::Revoke, [act(Verb::Detach)])]).fact(Field::Edition, fact);
        assert_eq!(axes_of(&other.decide()), (Outcome::Act, Disposition::Detach, Access::Withdraw));
    }
}

#[test]
fn a_veto_counts_before_the_entitlement_and_the_primary_gives_the_code() {
    let basic =
        |answers: Vec<Answer>| case(answers).set(Field::Edition, Value::Text("basic".into())).decide();
    let decision = basic(vec![act(Verb::Revoke), veto([Forbidden::Revoke])]);
    assert_eq!(hold(&decision).0, HoldCode::Vetoed);
    assert_eq!(vetoed(&decision), [(Some("r1"), Forbidden::Revoke)]);
    let decision = basic(vec![or_else(Verb::Revoke, [act(Verb::Detach)]), veto([Forbidden::Detach])]);
    assert_eq!(hold(&decision).0, HoldCode::NotEntitled);
    assert_eq!(vetoed(&decision), [(None, Forbidden::Revoke), (Some("r1"), Forbidden::Detach)]);
}

#[test]
fn a_forbidden_withdrawal_holds_the_access_axis_of_whatever_wins() {
    for (answer, axes, held) in [
        (act(Verb::Withdraw), (Outcome::Hold, Disposition::Keep, Access::Hold), &[Axis::Access][..]),
        (act(Verb::MigrateToMdm), (Outcome::Hold, Disposition::Keep, Access::Hold), &[Axis::Access]),
        (act(Verb::Revoke), (Outcome::Act, Disposition::Revoke, Access::Hold), &[Axis::Access]),
        (act(Verb::Detach), HELD, BOTH),
    ] {
        let decision = case([veto([Forbidden::Withdraw]), answer.clone()]).decide();
        assert_eq!(
            (axes_of(&decision), hold(&decision)),
            (axes, (HoldCode::Vetoed, Some("r0"), held)),
            "{answer:?}"
        );
        assert_eq!(vetoed(&decision), [(Some("r0"), Forbidden::Withdraw)]);
    }
    for answer in [act(Verb::Keep), with(Verb::Detach, |action| action.keep_access = true)] {
        let decision = case([veto([Forbidden::Withdraw]), answer]).decide();
        assert_eq!((decision.hold, decision.vetoed), (None, vec![]), "untouched");
    }
}

#[test]
fn the_access_of_an_exhausted_primary_can_be_forbidden_too() {
    let decision = case([act(Verb::Revoke), veto([Forbidden::Withdraw, Forbidden::Revoke])]).decide();
    assert_eq!((axes_of(&decision), hold(&decision)), (HELD, (HoldCode::Vetoed, Some("r1"), BOTH)));
}

#[test]
fn no_id_is_touched_without_a_ground() {
    for verb in [Verb::Detach, Verb::Revoke] {
        for fact in [Fact::Absent, Fact::Unknown, Fact::Known(Value::Date(date!(2026 - 11 - 30)))] {
            let decision = case([act(verb)]).fact(Field::LastDay, fact).decide();
            assert_eq!((axes_of(&decision), hold(&decision)), (HELD, (HoldCode::NoGround, Some("r0"), BOTH)));
        }
    }
    let withdraw = case([act(Verb::Withdraw)]).fact(Field::LastDay, Fact::Absent).decide();
    assert_eq!(axes_of(&withdraw), (Outcome::Act, Disposition::Keep, Access::Withdraw), "needs none");
}

#[test]
fn the_ground_is_named_when_the_id_axis_acts() {
    assert_eq!(case([act(Verb::Revoke)]).decide().ground, Some(Ground::HasLeft));
    assert_eq!(case([act(Verb::Withdraw)]).decide().ground, None);
    let superseded = case([act(Verb::Revoke)]).superseded();
    assert_eq!(superseded.decide().ground, Some(Ground::SupersededBy), "trusted without a directory");
    assert_eq!(superseded.directory([heir()]).decide().ground, Some(Ground::SupersededBy));
}

#[test]
fn a_superseding_id_must_stay() {
    let changed = |field: Field, fact: Fact| {
        let mut heir = heir();
        heir.set(field.slot(), fact);
        heir
    };
    let known = |value| Fact::Known(value);
    let wrong: Vec<(&str, Vec<User>)> = vec![
        ("not in the directory", vec![]),
        ("another person", vec![changed(Field::Person, known(Value::Text("E2002".into())))]),
        ("nobody's", vec![changed(Field::Person, Fact::Absent)]),
        ("superseded itself", vec![changed(Field::SupersededBy, known(Value::Id(id("THIRDID1"))))]),
        ("perhaps superseded", vec![changed(Field::SupersededBy, Fact::Unknown)]),
        ("has left", vec![changed(Field::LastDay, known(Value::Date(date!(2026 - 11 - 01))))]),
        ("has perhaps left", vec![changed(Field::LastDay, Fact::Unknown)]),
    ];
    for (what, users) in wrong {
        let decision = case([act(Verb::Revoke)]).superseded().directory(users).decide();
        // A person who is nobody's cannot have another ID: the first user's person is known.
        assert_eq!((axes_of(&decision), hold(&decision).0), (HELD, HoldCode::NoGround), "{what}");
    }
    for other in ["ECHOECHO", "*SUPPORT"] {
        let decision =
            case([act(Verb::Revoke)]).superseded().set(Field::SupersededBy, Value::Id(id(other))).decide();
        assert_eq!(hold(&decision).0, HoldCode::NoGround, "{other}");
    }
}

#[test]
fn an_incomplete_directory_holds_both_axes() {
    let mut incomplete = case([act(Verb::Detach)]);
    incomplete.basis.complete = false;
    let decision = incomplete.decide();
    assert_eq!(
        (axes_of(&decision), hold(&decision)),
        (HELD, (HoldCode::IncompleteDirectory, Some("r0"), BOTH))
    );
    incomplete.answers = vec![Ok(act(Verb::Withdraw))];
    assert_eq!(incomplete.decide().outcome, Outcome::Act, "a withdrawal can be undone");
    incomplete.answers = vec![Ok(act(Verb::Detach))];
    let without = incomplete.fact(Field::LastDay, Fact::Absent).decide();
    assert_eq!(hold(&without).0, HoldCode::NoGround, "the ground is looked at first");
}

#[test]
fn somebody_who_comes_back_keeps_the_id_and_loses_access() {
    let decision =
        case([act(Verb::Revoke)]).set(Field::FirstDay, Value::Date(date!(2027 - 01 - 04))).decide();
    assert_eq!(axes_of(&decision), (Outcome::Act, Disposition::Hold, Access::Withdraw));
    assert_eq!(hold(&decision), (HoldCode::Returns, Some("r0"), &[Axis::Id][..]));
}

#[test]
fn system_ids_are_never_touched() {
    let system = |answers: Vec<Answer>| {
        let case = case(answers);
        let mut user = unchecked::user("*SUPPORT", &Schema::default());
        set(&mut user, Field::LastDay, Value::Date(date!(2026 - 11 - 20)));
        Case { user, ..case }.decide()
    };
    for answer in [act(Verb::Revoke), act(Verb::Withdraw), also([Obligation::Restrict])] {
        let decision = system(vec![answer]);
        assert_eq!((axes_of(&decision), hold(&decision).0), (HELD, HoldCode::SystemId));
    }
    let vetoed = system(vec![act(Verb::Revoke), veto([Forbidden::Revoke])]);
    assert_eq!((axes_of(&vetoed), hold(&vetoed).0), (HELD, HoldCode::SystemId), "access would act");
    assert_eq!(system(vec![act(Verb::Keep)]).hold, None);
    assert_eq!(system(vec![Answer::Nothing]).outcome, Outcome::Keep);
}

#[test]
fn obligations_are_joined_in_rule_order_without_duplicates() {
    let notify = |text: &str| Obligation::Notify { text: text.into() };
    let decision = case([
        also([notify("a"), Obligation::Restrict]),
        with(Verb::Withdraw, |action| action.obligations = vec![notify("b"), Obligation::Restrict]),
        also([notify("a"), Obligation::LeaveGroupsAndLists]),
    ])
    .decide();
    assert_eq!(
        decision.obligations,
        [notify("a"), Obligation::Restrict, notify("b"), Obligation::LeaveGroupsAndLists]
    );
}

#[test]
fn obligations_alone_are_an_act_unless_both_axes_are_held() {
    let alone = case([also([Obligation::Restrict])]).decide();
    assert_eq!((axes_of(&alone).0, alone.rule), (Outcome::Act, None));
    let beside_one_hold =
        case([act(Verb::Withdraw), veto([Forbidden::Withdraw]), also([Obligation::Restrict])]).decide();
    assert_eq!(axes_of(&beside_one_hold), (Outcome::Act, Disposition::Keep, Access::Hold));
    let beside_both = case([Answer::Action(Action::review("x")), also([Obligation::Restrict])]).decide();
    assert_eq!((axes_of(&beside_both), beside_both.obligations.len()), (HELD, 1), "listed, not planned");
}

#[test]
fn after_counts_from_the_leaving_instant_in_calendar_days() {
    let after = |period| with(Verb::Revoke, |action| action.after = Some(period));
    let decision = case([after(Period { days: 7, hours: 2 })]).decide();
    // The end of 20 November in Zurich is 23:00 UTC.
    assert_eq!(decision.after, Some(When::At(datetime!(2026-11-28 01:00 UTC))));
    let instant = case([after(Period { days: 0, hours: 2 })])
        .set(Field::LeavesAt, Value::Instant(datetime!(2026-11-20 12:00 UTC)))
        .decide();
    assert_eq!(instant.after, Some(When::At(datetime!(2026-11-20 14:00 UTC))));
}

#[test]
fn after_counts_from_the_notification_for_a_superseded_id() {
    let after = with(Verb::Revoke, |action| action.after = days(7));
    let decision = case([after]).superseded().decide();
    assert_eq!(decision.after, days(7).map(When::AfterNotify));
    let after = with(Verb::Revoke, |action| action.after = days(7));
    let leaves_later = case([after]).superseded().set(Field::LastDay, Value::Date(date!(2026 - 12 - 31)));
    assert_eq!(leaves_later.decide().after, days(7).map(When::AfterNotify), "a future leaving is no ground");
}

#[test]
fn after_is_dropped_where_the_id_axis_does_not_act() {
    let after = with(Verb::Revoke, |action| action.after = days(7));
    assert_eq!(case([after.clone(), veto([Forbidden::Revoke])]).decide().after, None);
    let returns = case([after]).set(Field::FirstDay, Value::Date(date!(2027 - 01 - 04))).decide();
    assert_eq!((returns.after, returns.access), (None, Access::Withdraw));
}

#[test]
fn within_bounds_both_axes_from_a_leaving_instant_even_a_future_one() {
    let within = |verb| with(verb, |action| action.within = Period::of_hours(24));
    let left = case([within(Verb::Revoke)]).decide();
    assert_eq!(left.deadline, Some(When::At(datetime!(2026-11-21 23:00 UTC))));
    let future =
        case([within(Verb::Withdraw)]).set(Field::LastDay, Value::Date(date!(2026 - 11 - 30))).decide();
    assert_eq!(future.deadline, Some(When::At(datetime!(2026-12-01 23:00 UTC))));
    let superseded = case([within(Verb::Withdraw)]).superseded().decide();
    assert_eq!(superseded.deadline, Period::of_hours(24).map(When::AfterNotify));
    let vetoed = case([within(Verb::Revoke), veto([Forbidden::Revoke])]).decide();
    assert!(vetoed.deadline.is_some(), "access still acts");
    let held = case([within(Verb::Detach), veto([Forbidden::Withdraw])]).decide();
    assert_eq!(held.deadline, None);
    let nothing = case([within(Verb::Keep)]).fact(Field::LastDay, Fact::Absent).decide();
    assert_eq!((nothing.deadline, nothing.hold), (None, None), "nothing to bound");
}

#[test]
fn without_an_instant_to_count_from_both_axes_are_held() {
    let streamed = |answer| {
        case([answer]).fact(Field::LastDay, Fact::Unknown).set(Field::HasLeft, Value::Bool(true)).decide()
    };
    assert_eq!(streamed(act(Verb::Revoke)).ground, Some(Ground::HasLeft));
    for answer in [
        with(Verb::Revoke, |action| action.after = days(7)),
        with(Verb::Revoke, |action| action.within = days(7)),
        with(Verb::Withdraw, |action| action.within = days(7)),
    ] {
        let decision = streamed(answer);
        assert_eq!((axes_of(&decision), hold(&decision)), (HELD, (HoldCode::NoStart, Some("r0"), BOTH)));
    }
    let stays =
        case([with(Verb::Withdraw, |action| action.within = days(7))]).fact(Field::LastDay, Fact::Absent);
    assert_eq!(hold(&stays.decide()).0, HoldCode::NoStart);
}

#[test]
fn a_time_beyond_the_calendar_is_held() {
    let far = with(Verb::Revoke, |action| action.after = days(366_000));
    let decision = case([far]).set(Field::LastDay, Value::Date(date!(2026 - 11 - 20))).decide();
    assert_eq!(decision.disposition, Disposition::Revoke, "year 3028 is in the calendar");
    let far = with(Verb::Withdraw, |action| action.within = days(366_000));
    let decision = case([far]).set(Field::LastDay, Value::Date(date!(9990 - 01 - 01))).decide();
    assert_eq!((axes_of(&decision), hold(&decision).0), (HELD, HoldCode::RuleError));
}

#[test]
fn of_two_reasons_the_id_axis_gives_the_code() {
    let decision = case([act(Verb::Revoke), veto([Forbidden::Withdraw])])
        .set(Field::FirstDay, Value::Date(date!(2027 - 01 - 04)))
        .decide();
    assert_eq!((axes_of(&decision), hold(&decision)), (HELD, (HoldCode::Returns, Some("r0"), BOTH)));
}

#[test]
fn approvals_are_the_final_winners() {
    let asks = |verb, approvals| with(verb, |action| action.approvals = approvals);
    assert_eq!(case([asks(Verb::Revoke, 2), asks(Verb::Detach, 9)]).decide().approvals, 2);
}

#[test]
fn valid_until_is_passed_on() {
    let decision = case([act(Verb::Keep)]).set(Field::LastDay, Value::Date(date!(2026 - 11 - 30))).decide();
    assert_eq!(decision.valid_until, Some(datetime!(2026-11-30 23:00 UTC)));
}
