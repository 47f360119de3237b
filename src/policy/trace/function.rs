//! The functions and operators of the vocabulary that give plain values.

use std::sync::Arc;

use time::Date;

use super::clause::{Read, ReadState};
use super::datum::Datum;
use super::{Evaluated, Walk};
use crate::model::{format_date, parse_date};
use crate::policy::answer::Period;
use crate::policy::rule_error::RuleError;
use crate::policy::tree::{Builtin, Node, Operator};

impl Walk<'_> {
    /// A call of a function of the vocabulary.
    pub(super) fn call(&mut self, node: &Node, builtin: Builtin, arguments: &[Node]) -> Evaluated<Datum> {
        if matches!(builtin, Builtin::Today | Builtin::DaysSince | Builtin::DaysUntil) {
            self.recorder.read(&Read {
                field: Arc::from("today()"),
                state: ReadState::Known,
                value: format_date(self.moment.today()).into(),
            });
        }
        let arguments = match (builtin, arguments) {
            // Rhai evaluates the arguments of a method before its receiver.
            (Builtin::StartsWith | Builtin::EndsWith, [receiver, argument]) => {
                let name = if builtin == Builtin::StartsWith { "starts_with" } else { "ends_with" };
                if self.is_function_style(node, name) {
                    self.arguments(arguments)?
                } else {
                    let argument = self.evaluate(argument)?;
                    vec![self.evaluate(receiver)?, argument]
                }
            }
            _ => self.arguments(arguments)?,
        };
        Ok(self.apply(builtin, &arguments)?)
    }

    fn apply(&self, builtin: Builtin, arguments: &[Datum]) -> Result<Datum, RuleError> {
        Ok(match (builtin, arguments) {
            (Builtin::Today, []) => Datum::Date(self.moment.today()),
            (Builtin::Date, [Datum::Text(text)]) => {
                Datum::Date(parse_date(text).ok_or(RuleError::NotReadable)?)
            }
            (Builtin::Days, [Datum::Int(number)]) => period(Period::of_days(*number))?,
            (Builtin::Weeks, [Datum::Int(number)]) => {
                period(number.checked_mul(7).and_then(Period::of_days))?
            }
            (Builtin::Hours, [Datum::Int(number)]) => period(Period::of_hours(*number))?,
            (Builtin::DaysSince, [then]) => {
                Datum::Int(day_number(self.moment.today()) - day_number(self.local_date(then)?))
            }
            (Builtin::DaysUntil, [then]) => {
                Datum::Int(day_number(self.local_date(then)?) - day_number(self.moment.today()))
            }
            (Builtin::StartsWith, [Datum::Text(text), Datum::Text(start)]) => {
                Datum::Bool(text.starts_with(&**start))
            }
            (Builtin::EndsWith, [Datum::Text(text), Datum::Text(end)]) => Datum::Bool(text.ends_with(&**end)),
            (Builtin::ToLower, [Datum::Text(text)]) => {
                Datum::Text(text.to_lowercase().into()).within_limits()?
            }
            (Builtin::Len, [Datum::Text(text)]) => Datum::Int(length(text.chars().count())?),
            (Builtin::Len, [Datum::List(items)]) => Datum::Int(length(items.len())?),
            _ => return Err(RuleError::Internal),
        })
    }

    /// A date, or the local date of an instant.
    fn local_date(&self, datum: &Datum) -> Result<Date, RuleError> {
        match datum {
            Datum::Date(date) => Ok(*date),
            Datum::Instant(instant) => self.moment.date_of(*instant).ok_or(RuleError::OutOfRange),
            _ => Err(RuleError::Internal),
        }
    }
}

/// `a + b` and so on.
pub(super) fn arithmetic(operator: Operator, left: &Datum, right: &Datum) -> Result<Datum, RuleError> {
    Ok(match (operator, left, right) {
        (operator, Datum::Int(a), Datum::Int(b)) => Datum::Int(
            match operator {
                Operator::Add => a.checked_add(*b),
                Operator::Subtract => a.checked_sub(*b),
                Operator::Multiply => a.checked_mul(*b),
                Operator::Divide => a.checked_div(*b),
                Operator::Remainder => a.checked_rem(*b),
            }
            .ok_or(RuleError::Arithmetic)?,
        ),
        (Operator::Add, Datum::Text(a), Datum::Text(b)) => {
            Datum::Text(format!("{a}{b}").into()).within_limits()?
        }
        (Operator::Add, Datum::Date(date), Datum::Period(by)) => moved(*date, *by, 1)?,
        (Operator::Subtract, Datum::Date(date), Datum::Period(by)) => moved(*date, *by, -1)?,
        (Operator::Add, Datum::Period(a), Datum::Period(b)) => period(a.plus(*b))?,
        _ => return Err(RuleError::Internal),
    })
}

/// `-a`.
pub(super) fn negate(value: &Datum) -> Result<Datum, RuleError> {
    match value {
        Datum::Int(number) => number.checked_neg().map(Datum::Int).ok_or(RuleError::Arithmetic),
        _ => Err(RuleError::Internal),
    }
}

fn moved(date: Date, by: Period, direction: i64) -> Result<Datum, RuleError> {
    if by.hours != 0 {
        return Err(RuleError::OutOfRange);
    }
    let days = by.days.checked_mul(direction).ok_or(RuleError::OutOfRange)?;
    plain_date(day_number(date).checked_add(days).ok_or(RuleError::OutOfRange)?)
        .map(Datum::Date)
        .ok_or(RuleError::OutOfRange)
}

/// The number of a date, counted in days without gaps.
pub(crate) fn day_number(date: Date) -> i64 {
    i64::from(date.to_julian_day())
}

/// The date with a number; `None` outside the years 1 to 9999.
pub(crate) fn plain_date(number: i64) -> Option<Date> {
    let date = Date::from_julian_day(i32::try_from(number).ok()?).ok()?;
    (1..=9999).contains(&date.year()).then_some(date)
}

fn period(made: Option<Period>) -> Result<Datum, RuleError> {
    made.map(Datum::Period).ok_or(RuleError::OutOfRange)
}

fn length(count: usize) -> Result<i64, RuleError> {
    i64::try_from(count).map_err(|_| RuleError::Arithmetic)
}
