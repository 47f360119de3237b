//! Tables of users, written as columns of any types and as the records of a stream.

use std::sync::Arc;

use arrow_array::builder::{
    LargeListBuilder, LargeStringBuilder, ListBuilder, StringBuilder, StringViewBuilder,
};
use arrow_array::types::{Int8Type, Int32Type, UInt64Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Date64Array, DictionaryArray, Int64Array, LargeStringArray,
    RecordBatch, StringArray, StringViewArray, TimestampMillisecondArray, TimestampNanosecondArray,
    TimestampSecondArray,
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
    /// With keys of 8 bits; with an entry that no row has and, under nulls, keys of nothing.
    Dictionary,
    /// With keys of 64 bits, over large texts.
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
    /// The users, with a column for each of some fields. What is not known becomes a null.
    pub(super) fn of(users: &[User], schema: &Arc<Schema>, slots: Vec<Slot>) -> Self {
        let datum = |user: &User, slot: &Slot| match user.fact(*slot) {
            Fact::Known(Value::Bool(value)) => Datum::Bool(*value),
            Fact::Known(Value::Int(value)) => Datum::Int(*value),
            Fact::Known(Value::Text(text)) => Datum::Text((**text).to_owned()),
            Fact::Known(Value::Id(id)) => Datum::Text(id.to_string()),
            Fact::Known(Value::Date(date)) => Datum::Date(*date),
            Fact::Known(Value::Instant(instant)) => Datum::Instant(*instant),
            Fact::Known(Value::Texts(texts)) => {
                Datum::List(texts.iter().map(|text| Some((**text).to_owned())).collect())
            }
            _ => Datum::Null,
        };
        let rows = users.iter().map(|user| slots.iter().map(|slot| datum(user, slot)).collect()).collect();
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
            (self.schema.name(*slot), column(&data, &self.schema.field_type(*slot).kind, style), true)
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

/// All fields but those that the moment tells.
pub(super) fn all_slots(schema: &Schema) -> Vec<Slot> {
    schema.slots().filter(|slot| *slot != Field::HasLeft.slot()).collect()
}

fn column(data: &[&Datum], kind: &Kind, style: Style) -> ArrayRef {
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
        Kind::Int => Arc::new(
            data.iter()
                .map(|datum| if let Datum::Int(value) = datum { Some(*value) } else { None })
                .collect::<Int64Array>(),
        ),
        Kind::Date if !all_text => dates(data, style),
        Kind::Instant if !all_text => instants(data, style),
        Kind::Texts if !all_text => lists(data, style),
        _ => texts(&data.iter().map(text).collect::<Vec<_>>(), style),
    }
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

fn texts(data: &[Option<String>], style: Style) -> ArrayRef {
    let all = || data.iter().map(|text| text.as_deref());
    match style {
        Style::Small | Style::AllText => Arc::new(all().collect::<StringArray>()),
        Style::Large => Arc::new(all().collect::<LargeStringArray>()),
        Style::View => Arc::new(all().collect::<StringViewArray>()),
        Style::Dictionary => dictionary(data),
        Style::WideDictionary => {
            let mut words: Vec<&str> = all().flatten().collect();
            words.sort_unstable();
            words.dedup();
            let keys = all().map(|text| Some(words.binary_search(&text?).unwrap() as u64));
            let keys = keys.collect::<arrow_array::UInt64Array>();
            let values = Arc::new(LargeStringArray::from(words.clone()));
            Arc::new(DictionaryArray::<UInt64Type>::new(keys, values))
        }
    }
}

/// Narrow keys as long as they suffice. Nulls stand in the keys and in the values, in turn.
fn dictionary(data: &[Option<String>]) -> ArrayRef {
    let mut words: Vec<Option<&str>> = vec![Some("an entry\0 that no row has"), None];
    for text in data.iter().flatten() {
        if !words.contains(&Some(text)) {
            words.push(Some(text));
        }
    }
    let key = |(row, text): (usize, &Option<String>)| match text {
        Some(text) => words.iter().position(|word| *word == Some(text)),
        None if row % 2 == 0 => Some(1),
        None => None,
    };
    let keys: Vec<Option<usize>> = data.iter().enumerate().map(key).collect();
    let values = Arc::new(StringArray::from(words.clone()));
    if words.len() < 120 {
        // Under a null stands a key of nothing.
        let narrow: Vec<i8> =
            keys.iter().map(|key| key.map_or(-7, |key| i8::try_from(key).unwrap())).collect();
        let nulls = keys.iter().map(Option::is_some).collect::<Vec<_>>().into();
        let keys = arrow_array::PrimitiveArray::<Int8Type>::new(narrow.into(), Some(nulls));
        return Arc::new(DictionaryArray::<Int8Type>::new(keys, values));
    }
    let keys = keys.into_iter().map(|key| key.map(|key| i32::try_from(key).unwrap()));
    Arc::new(DictionaryArray::<Int32Type>::new(keys.collect(), values))
}

fn lists(data: &[&Datum], style: Style) -> ArrayRef {
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
            let plain = arrow_array::cast::AsArray::as_list::<i32>(&plain).clone();
            let (_, offsets, entries, nulls) = plain.into_parts();
            let entries: Vec<Option<String>> = arrow_array::cast::AsArray::as_string::<i32>(&entries)
                .iter()
                .map(|entry| entry.map(str::to_owned))
                .collect();
            let entries = dictionary(&entries);
            let field = arrow_schema::Field::new("item", entries.data_type().clone(), true);
            Arc::new(arrow_array::ListArray::new(Arc::new(field), offsets, entries, nulls))
        }
        _ => lists!(ListBuilder, StringBuilder),
    }
}
