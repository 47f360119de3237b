//! What scripts can call: the policy language as the script engine sees it.
//!
//! In goes an engine of the sandbox, a moment and a schema; the engine then knows `user`, its
//! fields, dates and periods, actions, vetoes and obligations. Texts, words of closed sets and IDs
//! are plain text to a script; an absent value is `()`; an unknown fact raises an error. Nothing
//! here has an effect: every function gives a value or fails.

mod answers;
mod fields;
mod functions;
mod values;

use std::sync::Arc;

use rhai::{Dynamic, Engine};

use super::answer::Answer;
use super::rule_error::RuleError;
use super::sandbox::Meter;
use super::tree::Literal;
use crate::model::{Moment, Schema};
pub(super) use functions::Functions;

/// Makes the values and answers of the policy language known to `engine`.
pub(super) fn register(engine: &mut Engine, meter: &Arc<Meter>, moment: &Moment) {
    let mut functions = Functions::of(engine);
    values::register(&mut functions, moment);
    answers::register(&mut functions, meter);
    functions.finish();
}

/// Makes the fields and attributes of `schema` known to `engine`, as properties of a user.
pub(super) fn register_fields(engine: &mut Engine, schema: &Schema) {
    let mut functions = Functions::of(engine);
    fields::register(&mut functions, schema);
    functions.finish();
}

/// A literal as scripts see it.
pub(super) fn literal(literal: &Literal) -> Dynamic {
    match literal {
        Literal::Unit => Dynamic::UNIT,
        Literal::Bool(value) => (*value).into(),
        Literal::Int(value) => (*value).into(),
        Literal::Text(text) => text.as_ref().into(),
        Literal::Id(id) => id.as_str().into(),
        Literal::Date(date) => Dynamic::from(*date),
        Literal::Instant(instant) => Dynamic::from(*instant),
        Literal::Period(period) => Dynamic::from(*period),
        Literal::List(elements) => values::Texts::of_literals(elements)
            .map_or_else(|| elements.iter().map(self::literal).collect(), Dynamic::from),
    }
}

/// What a rule gave back. Anything but the four kinds of answers is a fault: the checker lets no
/// other type out of a rule.
pub(super) fn answer(value: &Dynamic) -> Result<Answer, RuleError> {
    answers::of(value).ok_or(RuleError::Internal)
}
