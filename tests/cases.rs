//! The shared cases: a policy, a directory and the decisions that follow, one folder each.
//!
//! The expected decisions were derived by hand from the design and the formats, never copied from a
//! run. Decisions are compared as JSON text, byte by byte, so that names, order of keys and forms of
//! values are part of what is tested. `tests/cases/README.md` says how a case is made.

mod cases_support;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use cases_support::{Case, Opened, assert_every_fact_is_shown_or_excused};
use leaver::directory::BadRecord;
use leaver::model::{Field, Id, User};
use leaver::policy::{Decision, Explanation, HoldCode, Overruled, Part, Told};
use serde_json::Value;
use serde_json::value::RawValue;

/// The expected decisions: each as compact JSON, its keys in the order written.
fn expected(case: &Case) -> Vec<String> {
    let text = case.text("expected.json");
    let decisions: Vec<&RawValue> =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}/expected.json: {error}", case.name));
    decisions.into_iter().map(|decision| compact(decision.get())).collect()
}

impl Opened {
    fn successor(&self, id: Id) -> Option<User> {
        self.facts.directory.as_ref()?.user(id).cloned()
    }

    fn decide(&self, user: &Result<User, BadRecord>) -> Decision {
        let decided = match user {
            Err(bad) => {
                let first = bad.diagnostics.first().expect("a bad record says what is wrong with it");
                return Decision::invalid_record(bad.id, first.message.clone());
            }
            Ok(user) if self.facts.directory.is_some() => {
                self.evaluator.decide_in(&|id| self.successor(id), user)
            }
            Ok(user) => self.evaluator.decide(user),
        };
        decided.expect("a case takes no longer than the patience")
    }

    fn explain(&self, user: &User) -> Explanation {
        let successor = |id: Id| self.successor(id);
        let explained = match &self.facts.directory {
            Some(_) => self.evaluator.explain(Some(&successor), user),
            None => self.evaluator.explain(None, user),
        };
        explained.expect("a case takes no longer than the patience")
    }
}

#[test]
fn every_case_is_decided_exactly_as_expected() {
    let cases = Case::with("expected.json");
    let (mut failures, mut users) = (String::new(), 0);
    for case in &cases {
        match differences(case) {
            Ok((decided, differences)) => {
                users += decided;
                if !differences.is_empty() {
                    writeln!(failures, "  {}: {}{differences}", case.name, case.description.about).unwrap();
                }
            }
            Err(why) => writeln!(failures, "  {} cannot be run: {why}", case.name).unwrap(),
        }
    }
    println!("{} cases, {users} users", cases.len());
    assert!(failures.is_empty(), "\n{failures}");
    assert!(cases.len() >= 60, "only {} cases", cases.len());
}

/// How many users a case has, and where their decisions are others than expected.
fn differences(case: &Case) -> Result<(usize, String), String> {
    let opened = case.open()?;
    let expected = expected(case);
    let users = &opened.facts.users;
    let mut text = String::new();
    if users.len() != expected.len() {
        write!(text, "\n    {} decisions expected, {} users found", expected.len(), users.len()).unwrap();
    }
    for (user, expected) in users.iter().zip(&expected) {
        let mut decision = opened.decide(user);
        if let Some(hold) = &mut decision.hold {
            if hold.message.is_empty() {
                write!(text, "\n    {:?}: the hold says nothing", decision.user).unwrap();
            }
            if let Some(repeated) = user.as_ref().ok().and_then(|user| personal_data_in(&hold.message, user))
            {
                write!(text, "\n    {:?}: the hold repeats `{repeated}`", decision.user).unwrap();
            }
            if expected.contains(r#""message":"*""#) {
                "*".clone_into(&mut hold.message);
            }
        }
        let found = serde_json::to_string(&decision).expect("a decision is JSON");
        text.push_str(&difference(expected, &found));
    }
    Ok((users.len(), text))
}

/// The name of a personal field of which `text` repeats the value.
fn personal_data_in(text: &str, user: &User) -> Option<&'static str> {
    Field::ALL
        .iter()
        .filter(|field| field.info().personal)
        .find(|field| user.text(**field).is_some_and(|value| text.contains(value)))
        .map(|field| field.name())
}

/// The keys in which two decisions differ, or that they have the same in another order.
fn difference(expected: &str, found: &str) -> String {
    if expected == found {
        return String::new();
    }
    let parse = |text: &str| serde_json::from_str::<Value>(text).expect("a decision is JSON");
    let (wanted, got) = (parse(expected), parse(found));
    let keys =
        |value: &Value| value.as_object().into_iter().flat_map(|object| object.keys().cloned()).collect();
    let (mut all, more): (BTreeSet<String>, BTreeSet<String>) = (keys(&wanted), keys(&got));
    all.extend(more);
    let mut text = format!("\n    {}", wanted["user"]);
    let differing: Vec<_> = all.into_iter().filter(|key| wanted.get(key) != got.get(key)).collect();
    for key in &differing {
        let [wanted, got] = [&wanted, &got]
            .map(|value| value.get(key).map_or_else(|| "no such key".to_owned(), Value::to_string));
        write!(text, "\n      {key}\n        expected {wanted}\n        found    {got}").unwrap();
    }
    if differing.is_empty() {
        write!(text, "\n      keys in another order\n        expected {expected}\n        found    {found}")
            .unwrap();
    }
    text
}

/// Explanations come from another evaluator than decisions; what it says of each rule must lead to
/// the decision that the interpreter led to.
#[test]
fn every_explanation_tells_the_answers_that_led_to_the_decision() {
    let mut failures = String::new();
    let mut rules = 0;
    for case in Case::all() {
        let opened = case.open().unwrap_or_else(|why| panic!("{} cannot be run: {why}", case.name));
        for user in opened.facts.users.iter().flatten() {
            let decision = opened.decide(&Ok(user.clone()));
            let explanation = opened.explain(user);
            rules += explanation.rules.len();
            if let Err(why) = agrees(&explanation, &decision) {
                writeln!(failures, "  {} {}: {why}", case.name, user.id()).unwrap();
            }
        }
    }
    println!("{rules} answers explained");
    assert!(failures.is_empty(), "\n{failures}");
}

fn agrees(explanation: &Explanation, decision: &Decision) -> Result<(), String> {
    if explanation.decision != *decision {
        return Err("another decision".to_owned());
    }
    let code = decision.hold.as_ref().map(|hold| hold.code);
    if matches!(code, Some(HoldCode::Unmatched | HoldCode::Contradiction)) {
        return if explanation.rules.iter().all(|rule| rule.part != Part::Decides) {
            Ok(())
        } else {
            Err("a rule decides where none runs".to_owned())
        };
    }
    let failed = explanation.rules.iter().find(|rule| matches!(rule.answer, Told::Error(_)));
    if let Some(failed) = failed {
        let named = decision.hold.as_ref().and_then(|hold| hold.rule.as_deref());
        return if named == Some(&*failed.rule) {
            Ok(())
        } else {
            Err(format!("`{}` fails, {named:?} is named", failed.rule))
        };
    }
    let mut actions = explanation.rules.iter().filter_map(|rule| match &rule.answer {
        Told::Action(action) => Some((rule, action)),
        _ => None,
    });
    let winner = actions.next().map(|(rule, _)| rule.rule.clone());
    if winner != decision.rule {
        return Err(format!("{winner:?} acts first, {:?} is named", decision.rule));
    }
    let overruled: Vec<Overruled> =
        actions.map(|(rule, action)| Overruled { rule: rule.rule.clone(), action: action.verb }).collect();
    if overruled != decision.overruled {
        return Err(format!("{overruled:?} act later, {:?} are named", decision.overruled));
    }
    for vetoed in &decision.vetoed {
        let forbids = explanation.rules.iter().any(|rule| {
            let named = vetoed.rule.as_ref() == Some(&rule.rule);
            named && matches!(&rule.answer, Told::Veto { forbidden } if forbidden.contains(&vetoed.action))
        });
        if vetoed.rule.is_some() && !forbids {
            return Err(format!("{vetoed:?} and no such veto"));
        }
    }
    for rule in &explanation.rules {
        if let Told::Obligations { obligations } = &rule.answer
            && !obligations.iter().all(|obligation| decision.obligations.contains(obligation))
        {
            return Err(format!("`{}` obliges, and the decision does not", rule.rule));
        }
    }
    Ok(())
}

/// Each fact of the platform is either shown by a case, or the readme says why no decision can show it.
#[test]
fn every_fact_of_the_platform_has_a_case_or_a_reason() {
    assert_every_fact_is_shown_or_excused(
        &Case::with("expected.json"),
        "Facts of the platform that no decision shows",
    );
}

/// Each way a rule can answer and each of the five rules of combination has a case that says so.
#[test]
fn every_sentence_of_the_combination_has_a_case() {
    let cases = Case::all();
    let sentences = [
        "A rule answers with nothing",
        "An action",
        "obligation (`also`)",
        "1. ",
        "2. ",
        "3. ",
        "4. ",
        "5. ",
    ];
    for sentence in sentences {
        assert!(
            cases.iter().any(|case| case.description.design.contains(sentence)),
            "no case for {sentence:?}"
        );
    }
}

/// JSON without the white space between its parts.
fn compact(text: &str) -> String {
    let (mut within_text, mut escaped) = (false, false);
    let keep = |letter: &char| {
        let kept = within_text || !letter.is_ascii_whitespace();
        if *letter == '"' && !escaped {
            within_text = !within_text;
        }
        escaped = *letter == '\\' && !escaped;
        kept
    };
    text.chars().filter(keep).collect()
}
