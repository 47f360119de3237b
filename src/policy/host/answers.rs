//! Actions with their modifiers, vetoes and obligations.
//!
//! Copies share what they hold, and whatever grows an answer is charged to the meter, so that a
//! script cannot fill the host's memory with answers (an action that is its own alternative doubles
//! with every turn of a loop).

use std::sync::Arc;

use rhai::{Dynamic, EvalAltResult, ImmutableString};

use super::super::answer::{Action, Answer, Forbidden, Obligation, Period, Verb};
use super::super::rule_error::RuleError;
use super::super::sandbox::{Meter, raise};
use super::functions::Functions;
use crate::model::Id;

type Outcome<T> = Result<T, Box<EvalAltResult>>;

/// An action, cheap to copy.
#[derive(Clone)]
struct SharedAction(Arc<Action>);

/// What a veto forbids: one place for each of [`Forbidden::ALL`].
#[derive(Clone, Copy)]
struct Veto([bool; Forbidden::ALL.len()]);

/// What `also(…)` gives.
#[derive(Clone)]
struct Obligations(Arc<[Obligation]>);

/// The answer in what a rule returned; `None` for anything that is not an answer.
pub(super) fn of(value: &Dynamic) -> Option<Answer> {
    if value.is_unit() {
        Some(Answer::Nothing)
    } else if let Some(action) = value.read_lock::<SharedAction>() {
        Some(Answer::Action(Action::clone(&action.0)))
    } else if let Some(veto) = value.read_lock::<Veto>() {
        let forbidden = Forbidden::ALL.iter().zip(veto.0).filter(|(_, set)| *set).map(|(word, _)| *word);
        Some(Answer::Veto(forbidden.collect()))
    } else {
        value.read_lock::<Obligations>().map(|obligations| Answer::Obligations(obligations.0.to_vec()))
    }
}

pub(super) fn register(functions: &mut Functions<'_>, meter: &Arc<Meter>) {
    functions.name_type::<SharedAction>("Action");
    functions.name_type::<Veto>("Veto");
    functions.name_type::<Obligation>("Obligation");
    functions.name_type::<Obligations>("Obligations");
    verbs(functions, meter);
    modifiers(functions, meter);
    vetoes(functions);
    obligations(functions, meter);
    also(functions, meter);
}

fn verbs(functions: &mut Functions<'_>, meter: &Arc<Meter>) {
    for verb in [Verb::Keep, Verb::Withdraw, Verb::Detach, Verb::Revoke, Verb::MigrateToMdm] {
        let action = SharedAction(Arc::new(Action::new(verb)));
        functions.put(verb.word(), move || action.clone());
    }
    let meter = Arc::clone(meter);
    functions.put(Verb::Review.word(), move |why: ImmutableString| -> Outcome<SharedAction> {
        meter.charge(size_of::<Action>() + why.len())?;
        Ok(SharedAction(Arc::new(Action::review(&why))))
    });
}

/// A modifier: takes the action's own copy and an argument, and changes the copy.
fn modifier<A: rhai::Variant + Clone>(
    functions: &mut Functions<'_>,
    meter: &Arc<Meter>,
    name: &str,
    change: impl Fn(&mut Action, A) -> Result<(), RuleError> + Send + Sync + 'static,
    weigh: fn(&A) -> usize,
) {
    let meter = Arc::clone(meter);
    functions.put(name, move |action: &mut SharedAction, argument: A| -> Outcome<SharedAction> {
        meter.charge(weight(&action.0) + weigh(&argument))?;
        let mut changed = Action::clone(&action.0);
        change(&mut changed, argument).map_err(raise)?;
        Ok(SharedAction(Arc::new(changed)))
    });
}

/// Roughly how many bytes a copy of an action takes.
fn weight(action: &Action) -> usize {
    size_of::<Action>()
        + action.obligations.len() * size_of::<Obligation>()
        + action.or_else.iter().map(weight).sum::<usize>()
}

fn modifiers(functions: &mut Functions<'_>, meter: &Arc<Meter>) {
    type Text = ImmutableString;
    let text_length = |text: &Text| text.len();
    modifier(
        functions,
        meter,
        "because",
        |action, why: Text| {
            action.because = Some(why.as_str().into());
            Ok(())
        },
        text_length,
    );
    modifier(
        functions,
        meter,
        "notify",
        |action, text: Text| {
            action.obligations.push(Obligation::Notify { text: text.as_str().into() });
            Ok(())
        },
        text_length,
    );
    modifier(
        functions,
        meter,
        "replace_with",
        |action, id: Text| {
            action.obligations.push(Obligation::ReplaceWith { id: readable(&id)? });
            Ok(())
        },
        text_length,
    );
    modifier(
        functions,
        meter,
        "after",
        |action, period: Period| {
            action.after = Some(forward(period)?);
            Ok(())
        },
        |_| 0,
    );
    modifier(
        functions,
        meter,
        "within",
        |action, period: Period| {
            action.within = Some(forward(period)?);
            Ok(())
        },
        |_| 0,
    );
    modifier(
        functions,
        meter,
        "approvals",
        |action, people: i64| {
            let people = u32::try_from(people).ok().filter(|people| *people <= Action::MAX_APPROVALS);
            action.approvals = action.approvals.max(people.ok_or(RuleError::OutOfRange)?);
            Ok(())
        },
        |_| 0,
    );
    modifier(
        functions,
        meter,
        "or_else",
        |action, other: SharedAction| {
            action.or_else.push(Action::clone(&other.0));
            Ok(())
        },
        |other| weight(&other.0),
    );
    let meter = Arc::clone(meter);
    functions.put("keep_access", move |action: &mut SharedAction| -> Outcome<SharedAction> {
        meter.charge(weight(&action.0))?;
        Ok(SharedAction(Arc::new(Action { keep_access: true, ..Action::clone(&action.0) })))
    });
}

fn forward(period: Period) -> Result<Period, RuleError> {
    if period.is_negative() { Err(RuleError::OutOfRange) } else { Ok(period) }
}

fn readable(id: &str) -> Result<Id, RuleError> {
    id.parse().map_err(|_| RuleError::NotReadable)
}

fn vetoes(functions: &mut Functions<'_>) {
    fn forbid(words: &[&str]) -> Outcome<Veto> {
        let mut veto = Veto([false; Forbidden::ALL.len()]);
        for word in words {
            let forbidden = Forbidden::from_word(word).ok_or_else(|| raise(RuleError::NotReadable))?;
            for (known, set) in Forbidden::ALL.iter().zip(&mut veto.0) {
                *set |= *known == forbidden;
            }
        }
        Ok(veto)
    }
    type Text = ImmutableString;
    functions.put("forbid", |a: Text| forbid(&[&a]));
    functions.put("forbid", |a: Text, b: Text| forbid(&[&a, &b]));
    functions.put("forbid", |a: Text, b: Text, c: Text| forbid(&[&a, &b, &c]));
}

fn obligations(functions: &mut Functions<'_>, meter: &Arc<Meter>) {
    functions.put("leave_groups_and_lists", || Obligation::LeaveGroupsAndLists);
    functions.put("restrict", || Obligation::Restrict);
    functions.put("replace_with", |id: ImmutableString| -> Outcome<Obligation> {
        Ok(Obligation::ReplaceWith { id: readable(&id).map_err(raise)? })
    });
    let meter = Arc::clone(meter);
    functions.put("notify", move |text: ImmutableString| -> Outcome<Obligation> {
        meter.charge(text.len())?;
        Ok(Obligation::Notify { text: text.as_str().into() })
    });
}

fn also(functions: &mut Functions<'_>, meter: &Arc<Meter>) {
    type One = Obligation;
    let gather = |meter: &Meter, obligations: &[One]| -> Outcome<Obligations> {
        meter.charge(size_of_val(obligations))?;
        Ok(Obligations(obligations.into()))
    };
    /// `also` with as many parameters as there are names.
    macro_rules! also {
        ($($name:ident)+) => {{
            let meter = Arc::clone(meter);
            functions.put("also", move |$($name: One),+| gather(&meter, &[$($name),+]));
        }};
    }
    also!(a);
    also!(a b);
    also!(a b c);
    also!(a b c d);
    also!(a b c d e);
    also!(a b c d e f);
    also!(a b c d e f g);
    also!(a b c d e f g h);
}
