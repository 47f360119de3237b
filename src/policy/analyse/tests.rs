//! What is found of policies, and that every witness is really decided so.

use std::sync::Arc;

use super::Finding;
use crate::model::Schema;
use crate::policy::unchecked::moment;
use crate::policy::{Basis, Change, Disposition, Policy, Proof, Source, Verb, check};

fn policy(text: &str) -> Policy {
    let checked = check(vec![Source::new("test.rhai", text)], &Arc::new(Schema::default()), None);
    checked.policy.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics))
}

/// The findings, a line each; every witness is decided again.
fn findings(text: &str) -> Vec<String> {
    let policy = policy(text);
    let basis = Basis::new(moment(), true);
    let evaluator = policy.evaluator(basis.clone()).unwrap();
    let name = |rule: usize| &*policy.rules()[rule].name;
    let told = |finding: &Finding| match finding {
        Finding::NeverAnswers { rule } => format!("{} never answers", name(*rule)),
        Finding::AlwaysLoses { rule: loser, to: winner, witness }
        | Finding::Overlap { first: winner, second: loser, witness } => {
            let decision = evaluator.decide(witness).unwrap();
            assert_eq!(decision.rule.as_deref(), Some(name(*winner)));
            assert!(decision.overruled.iter().any(|overruled| &*overruled.rule == name(*loser)));
            let what = if matches!(finding, Finding::Overlap { .. }) { "overlaps" } else { "loses to" };
            format!("{} {what} {}", name(*loser), name(*winner))
        }
    };
    let found = [policy.analyse(&basis).unwrap(), policy.overlaps(&basis).unwrap()].concat();
    found.iter().map(told).collect()
}

#[test]
fn a_rule_whose_days_exclude_each_other_never_answers() {
    assert_eq!(
        findings(
            "/// 1\nfn dead(user) { if user.last_seen != () && days_since(user.last_seen) > 90 && days_since(user.last_seen) < 30 { keep() } }\n\
             /// 2\nfn alive(user) { if user.last_seen != () && days_since(user.last_seen) > 30 && days_since(user.last_seen) < 90 { keep() } }"
        ),
        ["dead never answers"]
    );
}

#[test]
fn a_rule_in_the_shadow_of_others_always_loses() {
    assert_eq!(
        findings(
            "/// 1\nfn staff(user) { if user.has_left && user.employment == \"staff\" { withdraw() } }\n\
             /// 2\nfn others(user) { if user.has_left && user.employment != \"staff\" { withdraw() } }\n\
             /// 3\nfn shadowed(user) { if user.has_left && user.groups.len() > 3 && \"g1\" in user.groups { withdraw() } }"
        ),
        ["shadowed loses to staff"]
    );
}

#[test]
fn one_user_that_the_earlier_rules_leave_is_enough() {
    assert_eq!(
        findings(
            "/// 1\nfn staff(user) { if user.has_left && user.employment == \"staff\" { withdraw() } }\n\
             /// 2\nfn others(user) { if user.has_left && user.employment in [\"contractor\", \"partner\", \"temporary\"] { withdraw() } }\n\
             /// 3\nfn rest(user) { if user.has_left && user.groups.len() > 3 { withdraw() } }"
        ),
        [""; 0]
    );
}

#[test]
fn rules_that_want_different_things_overlap() {
    assert_eq!(
        findings(
            "/// 1\nfn hold(user) { if user.legal_hold { keep() } }\n\
             /// 2\nfn left(user) { if user.has_left { revoke() } }\n\
             /// 3\nfn stays(user) { if !user.has_left { withdraw() } }\n\
             /// 4\nfn veto(user) { if user.mdm_managed { forbid(\"detach\") } }"
        ),
        ["left overlaps hold", "stays overlaps hold"]
    );
}

#[test]
fn computed_conditions_get_witnesses_or_silence() {
    assert_eq!(
        findings(
            "/// 1\nfn grouped(user) { if user.groups.some(|x| x.starts_with(\"other\")) { keep() } }\n\
             /// 2\nfn left(user) { if user.groups.len() > 0 { withdraw() } }"
        ),
        ["left overlaps grouped"]
    );
}

#[test]
fn kinds_of_users_that_no_rule_acts_on() {
    let policy = policy(
        "/// 1\nfn left(user) { if user.has_left && user.employment in [\"staff\", \"partner\", \"temporary\"] { withdraw() } }\n\
         /// 2\nfn service(user) { if user.employment == \"service\" { keep() } }\n\
         /// 3\nfn stays(user) { if !user.has_left { keep() } }",
    );
    let found = policy.uncovered(&Basis::new(moment(), true)).unwrap();
    let kinds: Vec<_> = found.iter().map(|one| (one.employment.word(), one.has_left)).collect();
    assert_eq!(kinds, [("contractor", true)]);
}

/// The changes, a line each, and whether the comparison is whole.
fn changes(old: &str, new: &str) -> (Vec<String>, bool) {
    let [old, new] = [old, new].map(policy);
    let basis = Basis::new(moment(), true);
    let found = old.compare(&new, &basis).unwrap();
    let line = |change: &Change| {
        let again =
            |policy: &Policy| policy.evaluator(basis.clone()).unwrap().decide(&change.witness).unwrap();
        assert_eq!((again(&old), again(&new)), (*change.old.clone(), *change.new.clone()));
        let rule = |name: &Option<Arc<str>>| name.as_deref().unwrap_or("nobody").to_owned();
        format!(
            "{} {} -> {} {}",
            rule(&change.old.rule),
            change.old.disposition,
            rule(&change.new.rule),
            change.new.disposition
        )
    };
    (found.changes.iter().map(line).collect(), found.whole)
}

const STAFF: &str =
    "/// 1\nfn staff(user) { if user.has_left && user.employment == \"staff\" { revoke() } }\n";

#[test]
fn a_policy_decides_like_itself() {
    assert_eq!(changes(STAFF, STAFF), (vec![], true));
    let otherwise = "/// 1\nfn renamed(user) { if user.employment == \"staff\" { if user.has_left { return revoke(); } } }";
    assert_eq!(changes(STAFF, otherwise), (vec![], true));
}

#[test]
fn changes_are_shown_for_each_pair_of_rules() {
    let new = "/// 1\nfn hold(user) { if user.legal_hold { keep() } }\n\
               /// 2\nfn staff(user) { if user.has_left && user.employment in [\"staff\", \"partner\"] { revoke() } }";
    let (changes, whole) = changes(STAFF, new);
    assert_eq!(changes, ["nobody keep -> staff revoke", "staff revoke -> hold keep"]);
    assert!(whole);
}

#[test]
fn vetoes_and_obligations_are_compared_too() {
    let new = format!("{STAFF}/// 2\nfn veto(user) {{ if user.mdm_managed {{ forbid(\"revoke\") }} }}");
    assert_eq!(changes(STAFF, &new), (vec!["staff revoke -> staff hold".to_owned()], true));
}

#[test]
fn a_rule_in_the_interpreter_leaves_the_comparison_open() {
    let new = format!(
        "{STAFF}/// 2\nfn each(user) {{ for g in user.groups {{ if g == \"x\" {{ return keep(); }} }} }}"
    );
    assert!(!changes(STAFF, &new).1);
}

/// Whether an invariant holds: `holds`, `open`, or the employment of somebody who refutes it.
fn proof(text: &str, always: &str, never: Verb) -> String {
    let policy = policy(text);
    let basis = Basis::new(moment(), true);
    match policy.prove(always, never, &basis).unwrap() {
        Proof::Holds => "holds".to_owned(),
        Proof::Open => "open".to_owned(),
        Proof::Refuted { witness, decision } => {
            let again = policy.evaluator(basis).unwrap().decide(&witness).unwrap();
            assert_eq!(again, *decision);
            assert!(never != Verb::Revoke || decision.disposition == Disposition::Revoke);
            witness.text(crate::model::Field::Employment).unwrap().to_owned()
        }
    }
}

#[test]
fn invariants_are_proved_or_refuted() {
    assert_eq!(proof(STAFF, "user.employment == \"contractor\"", Verb::Revoke), "holds");
    assert_eq!(proof(STAFF, "!user.has_left", Verb::Revoke), "holds");
    assert_eq!(proof(STAFF, "user.administrator", Verb::Revoke), "staff");
    assert_eq!(proof(STAFF, "user.employment != \"staff\"", Verb::Withdraw), "holds");
    let spared = format!("/// 0\nfn spare(user) {{ if user.legal_hold {{ keep() }} }}\n{STAFF}");
    assert_eq!(proof(&spared, "user.legal_hold", Verb::Revoke), "holds");
    let alternative = "/// 1\nfn left(user) { if user.has_left { revoke().or_else(detach()) } }\n\
                       /// 2\nfn veto(user) { if user.employment == \"partner\" { forbid(\"revoke\") } }";
    assert_eq!(proof(alternative, "user.employment == \"partner\"", Verb::Detach), "partner");
}

#[test]
fn an_invariant_that_is_no_condition_is_an_error() {
    let errors = policy(STAFF).prove("user.employmet == 1", Verb::Revoke, &Basis::new(moment(), true));
    assert_eq!(errors.unwrap_err()[0].code.as_str(), "P0102");
}

#[test]
fn the_fewest_changes_that_change_the_decision() {
    let policy = policy(
        "/// 1\nfn hold(user) { if user.legal_hold { forbid(\"revoke\") } }\n\
         /// 2\nfn staff(user) { if user.has_left && user.employment == \"staff\" { revoke() } }",
    );
    let evaluator = policy.evaluator(Basis::new(moment(), true)).unwrap();
    let schema = Schema::default();
    let mut user = crate::policy::unchecked::user("ECHOECHO", &schema);
    let changed = |user: &crate::model::User| -> Vec<String> {
        let found = evaluator.counterfactuals(None, user).unwrap();
        let fields = |one: &crate::policy::Counterfactual| {
            let fields: Vec<_> = one.changes.iter().map(|change| &*change.field).collect();
            format!("{} {}", fields.join("+"), one.decision.disposition)
        };
        found.iter().map(fields).collect()
    };
    assert_eq!(changed(&user), ["last_day revoke"]);
    let day = crate::model::Value::Date(time::macros::date!(2026 - 11 - 20));
    crate::policy::unchecked::set(&mut user, crate::model::Field::LastDay, day);
    assert_eq!(changed(&user), ["employment keep", "last_day keep", "legal_hold hold"]);
    let contractor = crate::model::Value::Text("contractor".into());
    crate::policy::unchecked::set(&mut user, crate::model::Field::Employment, contractor);
    user.set(crate::model::Field::LastDay.slot(), crate::model::Fact::Absent);
    assert_eq!(changed(&user), ["employment+last_day revoke"]);
}
