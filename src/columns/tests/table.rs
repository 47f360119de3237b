//! Tables of users, written as columns of any types and as the records of a stream.

use std::sync::Arc;

use arrow_array::builder::{
    LargeListBuilder, LargeStringBuilder, ListBuilder, StringBuilder, StringViewBuilder,
};
use arrow_array::cast::AsArray;
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Date64Array, DictionaryArray, LargeStringArray, RecordBatch,
    StringArray, StringViewArray, TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray,
};
use serde_json::{Map, Value as Json, json};
use time::{Date, OffsetDateTime};

use crate::columns::cells::EPOCH;
use crate::model::{Fact, Field, Kind, Schema, Slot, User, Value, format_date, format_instant};

/// A value of a row.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Datum {
    Null,
    Bool(bool),
    Int(i64),
    Text(String),
    Date(Date),
    Instant(OffsetDateTime),
    List(Vec<Option<String>>),
}

/// How columns are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Small,
    Large,
    View,
    /// With keys of every width.
    Dictionary,
    /// The same over large texts and over views.
    WideDictionary,
    /// Everything that can be as text: dates, instants, lists.
    AllText,
}

impl Style {
    pub(super) const ALL: [Self; 6] =
        [Self::Small, Self::Large, Self::View, Self::Dictionary, Self::WideDictionary, Self::AllText];
}

/// Users as rows.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) schema: Arc<Schema>,
    pub(super) slots: Vec<Slot>,
    pub(super) rows: Vec<Vec<Datum>>,
}

impl Table {
    /// The users, with a column for each of some fields. What is not known becomes a null, or something
    /// where a row must have a value; each row has an ID of its own, countries are such, and lists have no
    /// empty entries.
    pub(super) fn of(users: &[User], schema: &Arc<Schema>, slots: Vec<Slot>) -> Self {
        let datum = |(row, user): (usize, &User), slot: &Slot| match user.fact(*slot) {
            _ if *slot == Field::Id.slot() => Datum::Text(format!("ROW{row:05}")),
            Fact::Known(_) if *slot == Field::Country.slot() => {
                Datum::Text(["CH", "DE", "AT"][row % 3].to_owned())
            }
            Fact::Known(Value::Bool(value)) => Datum::Bool(*value),
            Fact::Known(Value::Int(value)) => Datum::Int(*value),
            Fact::Known(Value::Text(text)) if !text.is_empty() || !is_required(schema, *slot) => {
                Datum::Text((**text).to_owned())
            }
            Fact::Known(Value::Id(id)) => Datum::Text(id.to_string()),
            Fact::Known(Value::Date(date)) => Datum::Date(*date),
            Fact::Known(Value::Instant(instant)) => Datum::Instant(*instant),
            Fact::Known(Value::Texts(texts)) => {
                let texts = texts.iter().filter(|text| !text.is_empty());
                Datum::List(texts.map(|text| Some((**text).to_owned())).collect())
            }
            _ if is_required(schema, *slot) => something(&schema.field_type(*slot).kind),
            _ => Datum::Null,
        };
        let rows = users.iter().enumerate();
        let rows = rows.map(|user| slots.iter().map(|slot| datum(user, slot)).collect()).collect();
        Self { schema: schema.clone(), slots, rows }
    }

    /// The value of a row in the column of a field.
    pub(super) fn set(&mut self, row: usize, slot: Slot, datum: Datum) {
        if let Some(at) = self.slots.iter().position(|known| *known == slot) {
            self.rows[row][at] = datum;
        }
    }

    /// A row as a record of a stream.
    pub(super) fn record(&self, row: usize) -> String {
        let mut record = Map::new();
        for (slot, datum) in self.slots.iter().zip(&self.rows[row]) {
            let value = match datum {
                Datum::Null => Json::Null,
                Datum::Bool(value) => json!(value),
                Datum::Int(value) => json!(value),
                Datum::Text(text) => json!(text),
                Datum::Date(date) => json!(format_date(*date)),
                Datum::Instant(instant) => json!(format_instant(*instant)),
                Datum::List(entries) => json!(entries),
            };
            record.insert(self.schema.name(*slot).to_owned(), value);
        }
        Json::Object(record).to_string()
    }

    /// The rows as a batch.
    pub(super) fn batch(&self, style: Style) -> RecordBatch {
        let columns = self.slots.iter().enumerate().map(|(at, slot)| {
            let data: Vec<&Datum> = self.rows.iter().map(|row| &row[at]).collect();
            let kind = &self.schema.field_type(*slot).kind;
            (self.schema.name(*slot), column(&data, kind, style, at), true)
        });
        RecordBatch::try_from_iter_with_nullable(columns).unwrap()
    }

    /// The rows as a slice in the middle of a larger batch, whose other rows are hostile.
    pub(super) fn slice(&self, style: Style) -> RecordBatch {
        let hostile: Vec<Datum> = self
            .slots
            .iter()
            .map(|slot| match &self.schema.field_type(*slot).kind {
                Kind::Bool => Datum::Bool(true),
                Kind::Int => Datum::Int(i64::MIN),
                Kind::Date => Datum::Date(Date::MIN),
                Kind::Instant => Datum::Instant(OffsetDateTime::UNIX_EPOCH),
                Kind::Texts => Datum::List(vec![None, Some("a\0b".into())]),
                _ => Datum::Text("no\0 word ".repeat(600)),
            })
            .collect();
        let mut padded = self.clone();
        padded.rows.splice(0..0, vec![hostile.clone(); 13]);
        padded.rows.extend(vec![hostile; 5]);
        padded.batch(style).slice(13, self.rows.len())
    }
}

/// Whether a row without a value is no user.
pub(super) fn is_required(schema: &Schema, slot: Slot) -> bool {
    slot == Field::Id.slot() || schema.field(slot).is_none() && !schema.field_type(slot).optional
}

/// A value of an attribute.
fn something(kind: &Kind) -> Datum {
    match kind {
        Kind::Bool => Datum::Bool(false),
        Kind::Int => Datum::Int(3),
        Kind::Texts => Datum::List(Vec::new()),
        _ => Datum::Text("something".to_owned()),
    }
}

/// A column; `turn` takes every layout once within a style.
fn column(data: &[&Datum], kind: &Kind, style: Style, turn: usize) -> ArrayRef {
    let all_text = style == Style::AllText;
    let text = |datum: &&Datum| match datum {
        Datum::Null => None,
        Datum::Text(text) => Some(text.clone()),
        Datum::Date(date) => Some(format_date(*date)),
        Datum::Instant(instant) => Some(format_instant(*instant)),
        Datum::List(entries) => {
            let entries: Vec<&str> = entries.iter().map(|entry| entry.as_deref().unwrap_or("")).collect();
            Some(entries.join(";"))
        }
        other => panic!("{other:?} is no text"),
    };
    match kind {
        Kind::Bool => Arc::new(
            data.iter()
                .map(|datum| if let Datum::Bool(value) = datum { Some(*value) } else { None })
                .collect::<BooleanArray>(),
        ),
        Kind::Int => numbers(
            &data
                .iter()
                .map(|datum| if let Datum::Int(value) = datum { Some(*value) } else { None })
                .collect::<Vec<_>>(),
            turn + style as usize,
        ),
        Kind::Date if !all_text => dates(data, style),
        Kind::Instant if !all_text => instants(data, style),
        Kind::Texts if !all_text => lists(data, style, turn),
        _ => texts(&data.iter().map(text).collect::<Vec<_>>(), style, turn),
    }
}

/// Numbers of the first type, counted from `turn`, into which all of them fit.
fn numbers(data: &[Option<i64>], turn: usize) -> ArrayRef {
    (turn..).find_map(|turn| numbers_of(data, turn)).unwrap()
}

/// Numbers of one of the eight types; `None` if one does not fit.
fn numbers_of(data: &[Option<i64>], turn: usize) -> Option<ArrayRef> {
    macro_rules! array {
        ($ty:ident, $native:ty) => {{
            let cast = |number: &Option<i64>| match number {
                Some(number) => <$native>::try_from(*number).ok().map(Some),
                None => Some(None),
            };
            let numbers: Vec<Option<$native>> = data.iter().map(cast).collect::<Option<_>>()?;
            Arc::new(arrow_array::PrimitiveArray::<arrow_array::types::$ty>::from(numbers)) as ArrayRef
        }};
    }
    #[allow(
        clippy::useless_conversion,
        clippy::unnecessary_fallible_conversions,
        reason = "one of eight types"
    )]
    Some(match turn % 8 {
        0 => array!(Int8Type, i8),
        1 => array!(UInt64Type, u64),
        2 => array!(Int16Type, i16),
        3 => array!(UInt32Type, u32),
        4 => array!(Int32Type, i32),
        5 => array!(UInt16Type, u16),
        6 => array!(Int64Type, i64),
        _ => array!(UInt8Type, u8),
    })
}

fn dates(data: &[&Datum], style: Style) -> ArrayRef {
    let days = data.iter().map(|datum| match datum {
        Datum::Date(date) => Some(date.to_julian_day() - i32::try_from(EPOCH).unwrap()),
        _ => None,
    });
    match style {
        Style::Large => {
            Arc::new(days.map(|days| days.map(|days| i64::from(days) * 86_400_000)).collect::<Date64Array>())
        }
        _ => Arc::new(days.collect::<Date32Array>()),
    }
}

fn instants(data: &[&Datum], style: Style) -> ArrayRef {
    let at = data.iter().map(|datum| match datum {
        Datum::Instant(instant) => Some(instant.unix_timestamp()),
        _ => None,
    });
    let times = |by: i64| at.clone().map(move |at| at.map(|at| at * by)).collect::<Vec<_>>();
    match style {
        Style::Small => Arc::new(TimestampSecondArray::from(times(1)).with_timezone("UTC")),
        Style::Large => {
            Arc::new(TimestampMillisecondArray::from(times(1_000)).with_timezone("Europe/Zurich"))
        }
        Style::View => Arc::new(TimestampNanosecondArray::from(times(1_000_000_000)).with_timezone("+05:00")),
        _ => Arc::new(
            arrow_array::TimestampMicrosecondArray::from(times(1_000_000)).with_timezone("America/New_York"),
        ),
    }
}

fn texts(data: &[Option<String>], style: Style, turn: usize) -> ArrayRef {
    let all = || data.iter().map(|text| text.as_deref());
    match style {
        Style::Small | Style::AllText => Arc::new(all().collect::<StringArray>()),
        Style::Large => Arc::new(all().collect::<LargeStringArray>()),
        Style::View => Arc::new(all().collect::<StringViewArray>()),
        Style::Dictionary => dictionary(data, Style::Small, turn),
        Style::WideDictionary => {
            dictionary(data, if turn.is_multiple_of(2) { Style::Large } else { Style::View }, turn / 2)
        }
    }
}

/// A dictionary with keys of the type whose turn it is, if there is room in it, over texts of a style. It
/// has an entry that no row has; nulls stand in the keys and in the values; and under null keys stand
/// keys of nothing.
fn dictionary(data: &[Option<String>], values: Style, turn: usize) -> ArrayRef {
    let mut words: Vec<Option<String>> = vec![Some("an entry\0 that no row has".to_owned()), None];
    for text in data.iter().flatten() {
        if !words.iter().flatten().any(|word| word == text) {
            words.push(Some(text.clone()));
        }
    }
    let key = |(row, text): (usize, &Option<String>)| match text {
        Some(text) => words.iter().position(|word| word.as_ref() == Some(text)),
        None if row % 2 == 0 => Some(1),
        None => None,
    };
    let keys: Vec<Option<i64>> =
        data.iter().enumerate().map(key).map(|key| key.map(|key| i64::try_from(key).unwrap())).collect();
    let nulls: arrow_buffer::NullBuffer = keys.iter().map(Option::is_some).collect::<Vec<_>>().into();
    let under = |key: &Option<i64>| Some(key.unwrap_or(i64::try_from(words.len()).unwrap() + 7));
    let keys = numbers(&keys.iter().map(under).collect::<Vec<_>>(), turn);
    let values = texts(&words, values, 0);
    macro_rules! coded {
        ($($ty:ident)*) => {
            $(if let Some(keys) = keys.as_primitive_opt::<arrow_array::types::$ty>() {
                let keys = arrow_array::PrimitiveArray::new(keys.values().clone(), Some(nulls));
                return Arc::new(DictionaryArray::<arrow_array::types::$ty>::new(keys, values));
            })*
        };
    }
    coded!(Int8Type Int16Type Int32Type Int64Type UInt8Type UInt16Type UInt32Type UInt64Type);
    unreachable!("keys are whole numbers")
}

fn lists(data: &[&Datum], style: Style, turn: usize) -> ArrayRef {
    macro_rules! lists {
        ($list:ident, $text:ident) => {{
            let mut builder = $list::new($text::new());
            for datum in data {
                if let Datum::List(entries) = datum {
                    for entry in entries {
                        builder.values().append_option(entry.as_deref());
                    }
                }
                builder.append(matches!(datum, Datum::List(_)));
            }
            Arc::new(builder.finish())
        }};
    }
    match style {
        Style::Large => lists!(LargeListBuilder, LargeStringBuilder),
        Style::View => lists!(LargeListBuilder, StringViewBuilder),
        Style::Dictionary | Style::WideDictionary => {
            let plain: ArrayRef = lists!(ListBuilder, StringBuilder);
            let plain = plain.as_list::<i32>().clone();
            let (_, offsets, entries, nulls) = plain.into_parts();
            let entries: Vec<Option<String>> =
                entries.as_string::<i32>().iter().map(|entry| entry.map(str::to_owned)).collect();
            let entries = dictionary(&entries, Style::Small, turn);
            let field = arrow_schema::Field::new("item", entries.data_type().clone(), true);
            Arc::new(arrow_array::ListArray::new(Arc::new(field), offsets, entries, nulls))
        }
        _ => lists!(ListBuilder, StringBuilder),
    }
}
