//! Values as functions of the day: a number, date or period that moves by a fixed step each day, a
//! value that stays, or something unknown.

use crate::policy::answer::Period;
use crate::policy::trace::Datum;
use crate::policy::trace::{day_number, pattern_matches, plain_date};
use crate::policy::tree::{Comparison, Literal, Operator, Pattern};

/// A value as a function of the day.
#[derive(Clone)]
pub(super) enum Form {
    /// The same every day.
    Still(Datum),
    /// A whole number, a date or a number of days that is `slope × day + offset`.
    Line(Line),
    /// A list whose elements may move.
    List(Vec<Form>),
    /// It cannot be evaluated for this user: a fact is not known, or a number is out of range.
    Failed,
    /// It depends on the day in a way that is not looked into.
    Opaque,
}

/// `slope × day + offset`.
#[derive(Clone, Copy)]
pub(super) struct Line {
    unit: Unit,
    slope: i128,
    offset: i128,
    /// The first day after today on which computing it leaves the range of its type.
    breaks: Option<i64>,
}

/// What a line counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Number,
    Date,
    Days,
}

impl Unit {
    /// Smallest and largest value.
    fn range(self) -> (i128, i128) {
        match self {
            Self::Number => (i64::MIN.into(), i64::MAX.into()),
            Self::Date => (day_number_of_year_one(), time::Date::MAX.to_julian_day().into()),
            Self::Days => ((-Period::MAX).into(), Period::MAX.into()),
        }
    }
}

fn day_number_of_year_one() -> i128 {
    time::Date::from_ordinal_date(1, 1).map_or(0, |date| date.to_julian_day().into())
}

/// Last day that there is; conditions that flip later never do.
fn last_day() -> i64 {
    day_number(time::Date::MAX)
}

impl Line {
    fn still(unit: Unit, value: i128) -> Self {
        Self { unit, slope: 0, offset: value, breaks: None }
    }

    /// The value on a day.
    fn on(&self, day: i64) -> i128 {
        self.slope.saturating_mul(day.into()).saturating_add(self.offset)
    }

    /// The line as a form, unless it is out of range today already.
    fn form(
        unit: Unit,
        slope: Option<i128>,
        offset: Option<i128>,
        breaks: [Option<i64>; 2],
        today: i64,
    ) -> Form {
        let (Some(slope), Some(offset)) = (slope, offset) else { return Form::Opaque };
        let mut line = Self { unit, slope, offset, breaks: breaks.into_iter().flatten().min() };
        let (least, most) = unit.range();
        let now = line.on(today);
        if now < least || now > most {
            return if slope == 0 { Form::Failed } else { Form::Opaque };
        }
        let left = match slope.signum() {
            1 => Some((most - now) / slope + 1),
            -1 => Some((now - least) / -slope + 1),
            _ => None,
        };
        let left = left.and_then(|days| i64::try_from(days).ok()).and_then(|days| today.checked_add(days));
        line.breaks = [line.breaks, left.filter(|day| *day <= last_day())].into_iter().flatten().min();
        Form::Line(line)
    }
}

impl Form {
    /// The value that never moves.
    pub(super) fn number(value: i64) -> Self {
        Self::Still(Datum::Int(value))
    }

    /// A whole number of a `switch` case.
    pub(super) fn of_number(literal: &Literal) -> Option<Self> {
        match literal {
            Literal::Int(value) => Some(Self::number(*value)),
            _ => None,
        }
    }

    /// `today()`.
    pub(super) fn today() -> Self {
        Self::Line(Line { unit: Unit::Date, slope: 1, offset: 0, breaks: None })
    }

    /// The form of a value that is the same every day.
    pub(super) fn still(datum: Datum) -> Self {
        match datum {
            Datum::List(items) => Self::List(items.iter().cloned().map(Self::still).collect()),
            other => Self::Still(other),
        }
    }

    /// The value, if it is the same every day; else what the whole is then.
    pub(super) fn value(&self) -> Result<Datum, Self> {
        match self {
            Self::Still(datum) => Ok(datum.clone()),
            Self::List(items) => {
                Ok(Datum::List(items.iter().map(Self::value).collect::<Result<Vec<_>, _>>()?.into()))
            }
            Self::Failed => Err(Self::Failed),
            Self::Line(_) | Self::Opaque => Err(Self::Opaque),
        }
    }

    pub(super) fn is_absent(&self) -> bool {
        matches!(self, Self::Still(Datum::Unit))
    }

    /// Nothing if it is absent or cannot be evaluated.
    pub(super) fn unless_absent(&self) -> Option<()> {
        (!self.is_absent() && !matches!(self, Self::Failed)).then_some(())
    }

    fn line(&self) -> Option<Line> {
        match self {
            Self::Line(line) => Some(*line),
            Self::Still(Datum::Int(value)) => Some(Line::still(Unit::Number, (*value).into())),
            Self::Still(Datum::Date(date)) => Some(Line::still(Unit::Date, day_number(*date).into())),
            Self::Still(Datum::Period(Period { days, hours: 0 })) => {
                Some(Line::still(Unit::Days, (*days).into()))
            }
            _ => None,
        }
    }

    /// The value on a day, if it can be told.
    fn on(&self, day: i64) -> Option<Datum> {
        match self {
            Self::Still(datum) => Some(datum.clone()),
            Self::Line(line) => {
                let value = i64::try_from(line.on(day)).ok()?;
                match line.unit {
                    Unit::Number => Some(Datum::Int(value)),
                    Unit::Date => plain_date(value).map(Datum::Date),
                    Unit::Days => Period::of_days(value).map(Datum::Period),
                }
            }
            _ => None,
        }
    }

    /// Whether a comparison holds on a day.
    pub(super) fn compare(&self, comparison: Comparison, other: &Self, day: i64) -> bool {
        match (self.on(day), other.on(day)) {
            (Some(left), Some(right)) => left.compare(comparison, &right),
            _ => false,
        }
    }

    /// Whether the value of a day is one of a `switch` case.
    pub(super) fn matches(&self, pattern: &Pattern, day: i64) -> bool {
        self.on(day).is_some_and(|value| pattern_matches(pattern, &value))
    }

    /// `a + b` and so on.
    pub(super) fn arithmetic(operator: Operator, left: &Self, right: &Self, today: i64) -> Self {
        if matches!(left, Self::Failed) || matches!(right, Self::Failed) {
            return Self::Failed;
        }
        let (Some(a), Some(b)) = (left.line(), right.line()) else {
            return if left.is_absent() || right.is_absent() { Self::Failed } else { Self::Opaque };
        };
        let breaks = [a.breaks, b.breaks];
        let (unit, slope, offset) = match (operator, a.unit, b.unit) {
            (Operator::Add, Unit::Number, Unit::Number)
            | (Operator::Add, Unit::Date | Unit::Days, Unit::Days) => {
                (a.unit, a.slope.checked_add(b.slope), a.offset.checked_add(b.offset))
            }
            (Operator::Subtract, Unit::Number, Unit::Number)
            | (Operator::Subtract, Unit::Date, Unit::Days) => {
                (a.unit, a.slope.checked_sub(b.slope), a.offset.checked_sub(b.offset))
            }
            (Operator::Multiply, Unit::Number, Unit::Number) if a.slope == 0 || b.slope == 0 => {
                let (moving, factor) = if a.slope == 0 { (b, a.offset) } else { (a, b.offset) };
                (Unit::Number, moving.slope.checked_mul(factor), moving.offset.checked_mul(factor))
            }
            _ => return Self::Opaque,
        };
        Line::form(unit, slope, offset, breaks, today)
    }

    /// `-a`.
    pub(super) fn negate(&self, today: i64) -> Self {
        Self::arithmetic(Operator::Subtract, &Self::number(0), self, today)
    }

    /// `days(a)`, and `weeks(a)` with `factor` 7.
    pub(super) fn days(&self, factor: i128, today: i64) -> Self {
        match (self, self.line()) {
            (Self::Opaque, _) => Self::Opaque,
            (_, Some(line)) if line.unit == Unit::Number => Line::form(
                Unit::Days,
                line.slope.checked_mul(factor),
                line.offset.checked_mul(factor),
                [line.breaks, None],
                today,
            ),
            _ => Self::Failed,
        }
    }

    /// `days_since(a)` for a date.
    pub(super) fn days_since(&self, today: i64) -> Self {
        match (self, self.line()) {
            (Self::Opaque, _) => Self::Opaque,
            (_, Some(line)) if line.unit == Unit::Date => Line::form(
                Unit::Number,
                1_i128.checked_sub(line.slope),
                line.offset.checked_neg(),
                [line.breaks, None],
                today,
            ),
            _ => Self::Failed,
        }
    }
}

/// The first day after today on which `holds` differs from today, where it can only change when one
/// of the `pairs` becomes equal, or unequal again. Tomorrow if one of them is opaque.
pub(super) fn first_flip(today: i64, pairs: &[(&Form, &Form)], holds: impl Fn(i64) -> bool) -> Option<i64> {
    let forms = || pairs.iter().flat_map(|(left, right)| [*left, *right]);
    if forms().any(|form| matches!(form, Form::Failed)) {
        return None;
    }
    if forms().any(|form| matches!(form, Form::Opaque)) {
        return Some(today + 1);
    }
    let mut days = vec![today + 1];
    for (left, right) in pairs {
        let (Some(a), Some(b)) = (left.line(), right.line()) else { continue };
        let slope = a.slope.saturating_sub(b.slope);
        if a.unit == b.unit && slope != 0 {
            let root = b.offset.saturating_sub(a.offset).div_euclid(slope);
            // Whole days around the crossing: rounding is towards one side only.
            days.extend((-1..=2).filter_map(|by| i64::try_from(root.saturating_add(by)).ok()));
        }
    }
    days.retain(|day| *day > today && *day <= last_day());
    days.sort_unstable();
    let now = holds(today);
    let flip = days.into_iter().find(|day| holds(*day) != now);
    let breaks =
        forms().filter_map(|form| if let Form::Line(line) = form { line.breaks } else { None }).min();
    [flip, breaks].into_iter().flatten().min()
}
