//! Reads decisions back from columns, as JSON.

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::DataType;
use serde_json::{Map, Value as Json, json};
use time::OffsetDateTime;

use crate::columns::decision_schema;
use crate::model::format_instant;

/// The decisions of a batch, with the keys in the order of the format.
pub(super) fn decisions(batch: &RecordBatch) -> Vec<Json> {
    assert_eq!(batch.schema(), decision_schema());
    (0..batch.num_rows())
        .map(|row| {
            let mut decision = Map::new();
            for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
                let mut value = value(column, row);
                match &**field.name() {
                    "after" | "deadline" => value = when(&value),
                    "obligations" => value = obligations(value),
                    _ => {}
                }
                decision.insert(field.name().clone(), value);
            }
            Json::Object(decision)
        })
        .collect()
}

fn when(value: &Json) -> Json {
    match value {
        Json::Null => Json::Null,
        value if value["at"].is_null() => json!({"from": value["from"], "plus": value["plus"]}),
        value => value["at"].clone(),
    }
}

/// Without the keys that a kind of obligation does not have.
fn obligations(mut value: Json) -> Json {
    for one in value.as_array_mut().into_iter().flatten() {
        if let Json::Object(one) = one {
            one.retain(|_, value| !value.is_null());
        }
    }
    value
}

/// A value of any of the types that decisions have.
pub(super) fn value(column: &ArrayRef, row: usize) -> Json {
    if column.is_null(row) {
        return Json::Null;
    }
    match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().value(row).into(),
        DataType::Int32 => column.as_primitive::<Int32Type>().value(row).into(),
        DataType::Timestamp(..) => {
            let at = column.as_primitive::<TimestampMicrosecondType>().value(row);
            let instant = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at) * 1_000).unwrap();
            format_instant(instant).into()
        }
        DataType::Dictionary(..) => {
            let dictionary = column.as_any_dictionary();
            value(dictionary.values(), dictionary.normalized_keys()[row])
        }
        DataType::List(_) => {
            let entries = column.as_list::<i32>().value(row);
            (0..entries.len()).map(|entry| value(&entries, entry)).collect()
        }
        DataType::Struct(fields) => {
            let parts = fields.iter().zip(column.as_struct().columns());
            parts.map(|(field, part)| (field.name().clone(), value(part, row))).collect()
        }
        other => panic!("no column has {other}"),
    }
}
