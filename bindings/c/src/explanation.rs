//! Why a decision is what it is, as text and as data.

use std::mem::MaybeUninit;

use leaver::policy::{Counterfactual, Evaluator, Successor};

use crate::error::{Failure, leaver_error, leaver_status};
use crate::guard::{given, guard};
use crate::prepared::leaver_prepared;
use crate::text::leaver_str;

/// An explanation: text for people, and the same as JSON.
pub struct leaver_explanation {
    text: String,
    json: String,
}

fn explained<T>(
    prepared: &leaver_prepared,
    ask: impl FnOnce(&Evaluator, Option<&Successor<'_>>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let find = prepared.deciding.finder();
    let find = find.as_ref().map(|find| -> &Successor<'_> { find });
    prepared.deciding.with(|evaluator| ask(evaluator, find))?
}

fn json(value: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string(value)
        .map_err(|error| Failure::of(leaver_status::LEAVER_ERR_PANIC, error.to_string()))
}

/// Explains the decision about a user: what each rule said, and which conditions led there.
///
///     leaver_explanation *why;
///     if (leaver_prepared_explain(prepared, &why, &err) == LEAVER_OK) {
///         leaver_str text = leaver_explanation_text(why);
///         fwrite(text.data, 1, text.len, stdout);
///         leaver_explanation_free(why);
///     }
///
/// @param out  Owned by the caller; free it with leaver_explanation_free.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_prepared_explain(
    prepared: Option<&leaver_prepared>,
    out: Option<&mut MaybeUninit<Box<leaver_explanation>>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let (prepared, out) = (given(prepared, "prepared")?, given(out, "out")?);
        let found = explained(prepared, |evaluator, find| Ok(evaluator.explain(find, &prepared.user)?))?;
        out.write(Box::new(leaver_explanation { text: found.to_text(), json: json(&found)? }));
        Ok(())
    })
}

/// Why a rule did not decide: the conditions that failed first, or what won instead.
///
/// @param rule  Its name; LEAVER_ERR_NOT_FOUND if the policy has no such rule.
/// @param out   Owned by the caller; free it with leaver_explanation_free.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_prepared_why_not(
    prepared: Option<&leaver_prepared>,
    rule: leaver_str,
    out: Option<&mut MaybeUninit<Box<leaver_explanation>>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let (prepared, out) = (given(prepared, "prepared")?, given(out, "out")?);
        let rule = rule.text("rule")?;
        let found =
            explained(prepared, |evaluator, find| Ok(evaluator.why_not(find, &prepared.user, rule)?))?;
        let found = found.ok_or_else(|| Failure::not_found("the policy has no such rule"))?;
        out.write(Box::new(leaver_explanation { text: found.to_text(), json: json(&found)? }));
        Ok(())
    })
}

/// The fewest facts that would have to be different for another decision, up to two of them.
///
/// @param out  Owned by the caller; free it with leaver_explanation_free.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_prepared_counterfactuals(
    prepared: Option<&leaver_prepared>,
    out: Option<&mut MaybeUninit<Box<leaver_explanation>>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let (prepared, out) = (given(prepared, "prepared")?, given(out, "out")?);
        let found =
            explained(prepared, |evaluator, find| Ok(evaluator.counterfactuals(find, &prepared.user)?))?;
        out.write(Box::new(leaver_explanation { text: told(&found), json: json(&found)? }));
        Ok(())
    })
}

/// One line for each.
fn told(found: &[Counterfactual]) -> String {
    let line = |one: &Counterfactual| {
        let change = |change: &leaver::policy::FactChange| {
            format!("{} were {} and not {}", change.field, change.to, change.from)
        };
        let changes: Vec<String> = one.changes.iter().map(change).collect();
        format!("{}: {}, {}\n", changes.join(" and "), one.decision.disposition, one.decision.access)
    };
    found.iter().map(line).collect()
}

/// The text, in lines.
///
/// @return Borrowed from the explanation; no text for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_explanation_text(explanation: Option<&leaver_explanation>) -> leaver_str {
    leaver_str::of_option(explanation.map(|explanation| explanation.text.as_str()))
}

/// The same as JSON.
///
/// @return Borrowed from the explanation; no text for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_explanation_json(explanation: Option<&leaver_explanation>) -> leaver_str {
    leaver_str::of_option(explanation.map(|explanation| explanation.json.as_str()))
}

/// Frees an explanation. NULL is left alone.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_explanation_free(explanation: Option<Box<leaver_explanation>>) {
    drop(explanation);
}
