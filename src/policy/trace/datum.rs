//! Values at run time, and what is the same for all of them: equality, order, text form, size.

use std::collections::BTreeSet;
use std::sync::Arc;

use time::{Date, OffsetDateTime};

use crate::model::{Value, format_date, format_instant};
use crate::policy::answer::{Action, Answer, Forbidden, Obligation, Period};
use crate::policy::rule_error::RuleError;
use crate::policy::tree::{Comparison, Literal};

/// Longest text, in bytes; all texts of a list count together, as in the interpreter.
pub(crate) const MAX_TEXT: usize = 4_096;
/// Longest list; lists within lists count together, as in the interpreter.
pub(super) const MAX_LIST: usize = 1_024;

/// A value of the policy language. IDs are texts here, as they are in Rhai.
#[derive(Clone, PartialEq)]
pub(crate) enum Datum {
    Unit,
    Bool(bool),
    Int(i64),
    Text(Arc<str>),
    Date(Date),
    Instant(OffsetDateTime),
    Period(Period),
    List(Arc<[Datum]>),
    Action(Box<Action>),
    Veto(BTreeSet<Forbidden>),
    Obligations(Vec<Obligation>),
    Obligation(Obligation),
}

impl Datum {
    pub(crate) fn of_value(value: &Value) -> Self {
        match value {
            Value::Bool(value) => Self::Bool(*value),
            Value::Int(value) => Self::Int(*value),
            Value::Text(text) => Self::Text(text.clone()),
            Value::Id(id) => Self::Text(id.as_str().into()),
            Value::Date(date) => Self::Date(*date),
            Value::Instant(instant) => Self::Instant(*instant),
            Value::Texts(texts) => Self::List(texts.iter().cloned().map(Self::Text).collect()),
        }
    }

    pub(crate) fn of_literal(literal: &Literal) -> Self {
        match literal {
            Literal::Unit => Self::Unit,
            Literal::Bool(value) => Self::Bool(*value),
            Literal::Int(value) => Self::Int(*value),
            Literal::Text(text) => Self::Text(text.clone()),
            Literal::Id(id) => Self::Text(id.as_str().into()),
            Literal::Date(date) => Self::Date(*date),
            Literal::Instant(instant) => Self::Instant(*instant),
            Literal::Period(period) => Self::Period(*period),
            Literal::List(items) => Self::List(items.iter().map(Self::of_literal).collect()),
        }
    }

    /// What a rule answers whose value this is.
    pub(crate) fn into_answer(self) -> Result<Answer, RuleError> {
        match self {
            Self::Unit => Ok(Answer::Nothing),
            Self::Action(action) => Ok(Answer::Action(*action)),
            Self::Veto(forbidden) => Ok(Answer::Veto(forbidden)),
            Self::Obligations(obligations) => Ok(Answer::Obligations(obligations)),
            _ => Err(RuleError::Internal),
        }
    }

    /// `==`: values of different types are different, `()` equals itself.
    pub(crate) fn equals(&self, other: &Self) -> bool {
        self == other
    }

    /// A comparison. Order is false between different types and between values without an order.
    pub(crate) fn compare(&self, comparison: Comparison, other: &Self) -> bool {
        let ordering = match (comparison, self, other) {
            (Comparison::Equal, ..) => return self.equals(other),
            (Comparison::NotEqual, ..) => return !self.equals(other),
            (_, Self::Int(a), Self::Int(b)) => a.cmp(b),
            (_, Self::Date(a), Self::Date(b)) => a.cmp(b),
            (_, Self::Instant(a), Self::Instant(b)) => a.cmp(b),
            (_, Self::Text(a), Self::Text(b)) => a.cmp(b),
            _ => return false,
        };
        comparison.holds(ordering)
    }

    /// `self in container`: false if either is absent.
    pub(crate) fn is_in(&self, container: &Self) -> Result<bool, RuleError> {
        match (self, container) {
            (Self::Unit, _) | (_, Self::Unit) => Ok(false),
            (_, Self::List(items)) => Ok(items.iter().any(|item| item.equals(self))),
            (Self::Text(part), Self::Text(whole)) => Ok(whole.contains(&**part)),
            _ => Err(RuleError::Internal),
        }
    }

    /// The text that a template makes of the value.
    pub(super) fn to_text(&self) -> Result<Arc<str>, RuleError> {
        Ok(match self {
            Self::Unit => Arc::from(""),
            Self::Bool(value) => value.to_string().into(),
            Self::Int(value) => value.to_string().into(),
            Self::Text(text) => text.clone(),
            Self::Date(date) => format_date(*date).into(),
            Self::Instant(instant) => format_instant(*instant).into(),
            Self::Period(period) => period.to_string().into(),
            _ => return Err(RuleError::Internal),
        })
    }

    /// The value as JSON, for explanations; answers have none.
    pub(super) fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Bool(value) => (*value).into(),
            Self::Int(value) => (*value).into(),
            Self::Text(text) => (&**text).into(),
            Self::List(items) => items.iter().map(Self::to_json).collect(),
            Self::Date(_) | Self::Instant(_) | Self::Period(_) => {
                self.to_text().map_or(serde_json::Value::Null, |text| (&*text).into())
            }
            _ => serde_json::Value::Null,
        }
    }

    /// The value, unless it is larger than a rule may make.
    pub(super) fn within_limits(self) -> Result<Self, RuleError> {
        let (elements, bytes) = self.size();
        if elements > MAX_LIST || bytes > MAX_TEXT { Err(RuleError::Limit) } else { Ok(self) }
    }

    /// Number of list elements and bytes of text, those of inner lists included.
    pub(super) fn size(&self) -> (usize, usize) {
        match self {
            Self::Text(text) => (0, text.len()),
            Self::List(items) => {
                items.iter().map(Self::size).fold((items.len(), 0), |(elements, bytes), (inner, text)| {
                    (elements.saturating_add(inner), bytes.saturating_add(text))
                })
            }
            _ => (0, 0),
        }
    }
}
