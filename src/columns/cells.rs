//! The values of one column of a batch, read as values of a field.

use std::borrow::Cow;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType,
};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use arrow_schema::{DataType, TimeUnit};
use time::{Date, OffsetDateTime};

use super::lists::Lists;
use super::numbers::Numbers;
use super::texts::{Texts, is_text};
use crate::directory::resolved::Cell;
use crate::model::{Id, Kind, View, format_date, parse_date, parse_instant};

/// Days from the beginning of the Julian count to 1970-01-01.
pub(super) const EPOCH: i64 = 2_440_588;
/// 0001-01-01 and 9999-12-31, in days from 1970-01-01.
pub(super) const FIRST_DAY: i64 = -719_162;
pub(super) const LAST_DAY: i64 = 2_932_896;
const MILLISECONDS_A_DAY: i64 = 86_400_000;

/// The values of a column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cells<'b> {
    pub(super) values: Values<'b>,
    pub(super) nulls: Option<&'b NullBuffer>,
}

/// The values of a column by how they are held.
#[derive(Clone, Copy, Debug)]
pub(super) enum Values<'b> {
    /// A column of nulls.
    Nothing,
    Truths(&'b BooleanBuffer),
    Numbers(Numbers<'b>),
    /// Days from 1970-01-01.
    Days(&'b [i32]),
    /// Milliseconds from 1970-01-01, whole days only.
    Milliseconds(&'b [i64]),
    /// Instants: how many units from 1970-01-01, and how many nanoseconds a unit has.
    Instants(&'b [i64], i64),
    Texts(Texts<'b>),
    Lists(Lists<'b>),
}

/// Whether a column of type `ty` can hold values of `kind`; the error is what to do about it.
pub(super) fn accept(kind: &Kind, ty: &DataType) -> Result<(), String> {
    let fits = match kind {
        Kind::Bool => matches!(ty, DataType::Boolean),
        Kind::Int => Numbers::has(ty),
        Kind::Text | Kind::Id | Kind::OneOf(_) => is_text(ty),
        Kind::Date => matches!(ty, DataType::Date32 | DataType::Date64) || is_text(ty),
        Kind::Instant => matches!(ty, DataType::Timestamp(_, Some(_))) || is_text(ty),
        Kind::Texts => Lists::has(ty) || is_text(ty),
    };
    if fits || *ty == DataType::Null {
        return Ok(());
    }
    Err(match (kind, ty) {
        (Kind::Instant, DataType::Timestamp(_, None)) => {
            "a timestamp without a time zone is no instant; say in which zone its clock stood, such as UTC"
                .to_owned()
        }
        (Kind::Date, DataType::Timestamp(..)) => "cast it to Date32".to_owned(),
        (Kind::Bool, _) => "cast it to Boolean".to_owned(),
        (Kind::Int, _) => "cast it to a whole number, such as Int64".to_owned(),
        (Kind::Date, _) => "give Date32, Date64, or text in the form 2026-11-20".to_owned(),
        (Kind::Instant, _) => {
            "give a timestamp with a time zone, or text in the form 2026-11-22T08:00:00Z".to_owned()
        }
        (Kind::Texts, _) => "give a list of text, or text separated by `;`".to_owned(),
        (Kind::Text | Kind::Id | Kind::OneOf(_), _) => "cast it to Utf8".to_owned(),
    })
}

impl<'b> Cells<'b> {
    /// The values of an array of a type that was [accepted](accept); `None` for another.
    pub(super) fn of(array: &'b dyn Array) -> Option<Self> {
        let nulls = array.nulls().filter(|nulls| nulls.null_count() > 0);
        let values = match array.data_type() {
            DataType::Null => Values::Nothing,
            DataType::Boolean => Values::Truths(array.as_boolean_opt()?.values()),
            DataType::Date32 => Values::Days(array.as_primitive_opt::<Date32Type>()?.values().as_ref()),
            DataType::Date64 => {
                Values::Milliseconds(array.as_primitive_opt::<Date64Type>()?.values().as_ref())
            }
            DataType::Timestamp(unit, _) => instants(array, *unit)?,
            DataType::List(_) | DataType::LargeList(_) => Values::Lists(Lists::of(array)?),
            ty if Numbers::has(ty) => Values::Numbers(Numbers::of(array)?),
            _ => Values::Texts(Texts::of(array)?),
        };
        Some(Self { values, nulls })
    }

    /// Whether a row is null. A text or dictionary value may be null or empty besides.
    #[inline]
    pub(super) fn is_null(&self, row: usize) -> bool {
        self.nulls.is_some_and(|nulls| nulls.is_null(row))
    }

    /// The value of a row of which the record reader has nothing to complain; `None` for no value. Lists
    /// are put into `list`.
    pub(super) fn view<'v>(&self, row: usize, kind: &Kind) -> Option<View<'v>>
    where
        'b: 'v,
    {
        if self.is_null(row) {
            return None;
        }
        match self.values {
            Values::Nothing | Values::Lists(_) => None,
            Values::Truths(values) => Some(View::Bool(values.value(row))),
            Values::Numbers(numbers) => numbers.get(row).map(View::Int),
            Values::Days(days) => date(i64::from(*days.get(row)?)).map(View::Date),
            Values::Milliseconds(values) => date(whole_days(*values.get(row)?)?).map(View::Date),
            Values::Instants(values, unit) => instant(*values.get(row)?, unit).map(View::Instant),
            Values::Texts(texts) => text_view(texts.get(row)?, kind),
        }
    }

    /// The entries of the list of a row; `None` for no value.
    pub(super) fn list(&self, row: usize, entries: &mut Vec<&'b str>) -> Option<()> {
        entries.clear();
        if self.is_null(row) {
            return None;
        }
        match self.values {
            Values::Lists(lists) => lists.put(row, entries),
            Values::Texts(texts) => entries.extend(texts.get(row)?.split(';')),
            _ => return None,
        }
        Some(())
    }

    /// What the record reader is given of a row.
    pub(super) fn cell(&self, row: usize, kind: &Kind) -> Cell<'b> {
        if self.is_null(row) {
            return Cell::Nothing;
        }
        let text = |text: String| Cell::Text(Cow::Owned(text));
        match self.values {
            Values::Nothing => Cell::Nothing,
            Values::Truths(values) => Cell::Bool(values.value(row)),
            Values::Numbers(numbers) => numbers.get(row).map_or(Cell::OtherNumber, Cell::Integer),
            Values::Days(days) => {
                let days = days.get(row).copied().map_or(0, i64::from);
                text(date(days).map_or_else(|| format!("day {days} of Date32"), format_date))
            }
            Values::Milliseconds(values) => {
                let at = values.get(row).copied().unwrap_or(0);
                let date = whole_days(at).and_then(date);
                text(date.map_or_else(|| format!("millisecond {at} of Date64"), format_date))
            }
            Values::Instants(values, unit) => {
                let at = values.get(row).copied().unwrap_or(0);
                let instant = instant(at, unit).map(crate::model::format_instant);
                text(instant.unwrap_or_else(|| format!("timestamp {at}")))
            }
            Values::Texts(texts) => match (texts.get(row), kind) {
                (None, _) => Cell::Nothing,
                (Some(text), Kind::Texts) => Cell::Separated(text),
                (Some(text), _) => Cell::Text(Cow::Borrowed(text)),
            },
            Values::Lists(lists) => lists.cell(row),
        }
    }
}

/// A text as a value of a kind; `None` if it is none.
#[inline]
pub(super) fn text_view<'v>(text: &'v str, kind: &Kind) -> Option<View<'v>> {
    match kind {
        Kind::Id => text.parse::<Id>().ok().map(View::Id),
        Kind::Date => parse_date(text).map(View::Date),
        Kind::Instant => parse_instant(text).map(View::Instant),
        _ => Some(View::Text(text)),
    }
}

fn instants(array: &dyn Array, unit: TimeUnit) -> Option<Values<'_>> {
    Some(match unit {
        TimeUnit::Second => Values::Instants(
            array.as_primitive_opt::<TimestampSecondType>()?.values().as_ref(),
            1_000_000_000,
        ),
        TimeUnit::Millisecond => Values::Instants(
            array.as_primitive_opt::<TimestampMillisecondType>()?.values().as_ref(),
            1_000_000,
        ),
        TimeUnit::Microsecond => {
            Values::Instants(array.as_primitive_opt::<TimestampMicrosecondType>()?.values().as_ref(), 1_000)
        }
        TimeUnit::Nanosecond => {
            Values::Instants(array.as_primitive_opt::<TimestampNanosecondType>()?.values().as_ref(), 1)
        }
    })
}

/// The days of a Date64, which counts whole days only.
pub(super) const fn whole_days(milliseconds: i64) -> Option<i64> {
    if milliseconds % MILLISECONDS_A_DAY == 0 { Some(milliseconds / MILLISECONDS_A_DAY) } else { None }
}

/// The date so many days from 1970-01-01; `None` outside the years 1 to 9999.
pub(super) fn date(days: i64) -> Option<Date> {
    if !(FIRST_DAY..=LAST_DAY).contains(&days) {
        return None;
    }
    Date::from_julian_day(i32::try_from(days + EPOCH).ok()?).ok()
}

/// The instant so many units from 1970-01-01; `None` outside the years 1 to 9999.
pub(super) fn instant(at: i64, unit: i64) -> Option<OffsetDateTime> {
    let instant = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at) * i128::from(unit)).ok()?;
    (1..=9999).contains(&instant.year()).then_some(instant)
}
