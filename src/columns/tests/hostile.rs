//! Columns that nobody should send, and what comes of them: a typed error or a hold, never a panic.

use std::sync::Arc;

use arrow_array::types::Int8Type;
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, DictionaryArray, Int8Array, NullArray, RecordBatch, StringArray,
    TimestampSecondArray, new_null_array,
};
use arrow_schema::{DataType, Field, Schema};

use super::{bound, decide, evaluator};
use crate::columns::{Binding, ColumnDecider, ColumnError, Defaults};

const POLICY: &str =
    "/// Why.\nfn one(user) { if user.has_left && user.employment == \"staff\" { withdraw() } }";

fn texts(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

#[test]
fn no_rows_are_no_decisions() {
    let batch = RecordBatch::try_from_iter([("id", texts(&[])), ("person", texts(&[]))]).unwrap();
    assert!(decide(&evaluator(POLICY), &batch).is_empty());
}

#[test]
fn no_columns_and_wrong_ones_are_told_all_at_once() {
    let schema = Arc::new(crate::model::Schema::default());
    let codes = |columns: Vec<(&str, DataType)>| -> Vec<String> {
        let fields: Vec<Field> = columns.into_iter().map(|(name, ty)| Field::new(name, ty, true)).collect();
        let found = Binding::new(&schema, &Arc::new(Schema::new(fields)), &Defaults::new());
        found
            .err()
            .unwrap_or_default()
            .iter()
            .map(|found| format!("{} {}", found.code, found.message))
            .collect()
    };
    assert_eq!(codes(vec![]).len(), 1);
    let found = codes(vec![
        ("id", DataType::Int64),
        ("employmet", DataType::Utf8),
        ("person", DataType::Utf8),
        ("person", DataType::Utf8),
        ("last_day", DataType::Boolean),
        ("legal_hold", DataType::Utf8View),
        ("leaves_at", DataType::Timestamp(arrow_schema::TimeUnit::Second, None)),
        ("groups", DataType::Struct(arrow_schema::Fields::empty())),
    ]);
    assert_eq!(found.len(), 7, "{found:#?}");
    assert!(
        codes(vec![("id", DataType::Utf8), ("x-note", DataType::Struct(arrow_schema::Fields::empty()))])
            .is_empty()
    );
}

#[test]
fn threads_decide_as_one_does() {
    let evaluator = evaluator(POLICY);
    let ids: Vec<String> = (0..500).map(|at| format!("U{at:07}")).collect();
    let words: Vec<_> = (0..500).map(|at| ["staff", "partner", "stuff"].get(at / 3 % 4).copied()).collect();
    let ids: ArrayRef = Arc::new(StringArray::from_iter_values(ids));
    let batch =
        RecordBatch::try_from_iter([("id", ids.clone()), ("person", ids), ("employment", texts(&words))])
            .unwrap();
    let batches: Vec<RecordBatch> = (0..50).map(|at| batch.slice(at * 10, 10)).collect();
    let binding = bound(&evaluator, &batch);
    let decider = ColumnDecider::new(&evaluator, &binding).unwrap();
    let one: Vec<_> = batches.iter().map(|batch| decider.decide(batch).unwrap()).collect();
    let short: Vec<_> = batches.iter().map(|batch| decider.verdicts(batch).unwrap()).collect();
    for threads in [1, 2, 7, 100] {
        let threads = std::num::NonZeroUsize::new(threads).unwrap();
        assert_eq!(decider.decide_all(&batches, threads).unwrap(), one);
        assert_eq!(decider.verdicts_all(&batches, threads).unwrap(), short);
    }
    let mut other = batches;
    other[3] = RecordBatch::new_empty(Arc::new(Schema::empty()));
    let two = std::num::NonZeroUsize::new(2).unwrap();
    assert!(matches!(decider.decide_all(&other, two), Err(ColumnError::OtherColumns)));
}

#[test]
fn nulls_everywhere_hold_every_row() {
    let batch = RecordBatch::try_from_iter([
        ("id", new_null_array(&DataType::Utf8, 3)),
        ("last_day", new_null_array(&DataType::Date32, 3)),
        ("legal_hold", new_null_array(&DataType::Boolean, 3)),
        ("groups", new_null_array(&DataType::new_list(DataType::Utf8, true), 3)),
    ])
    .unwrap();
    for decision in decide(&evaluator(POLICY), &batch) {
        assert_eq!(decision["hold"]["code"], "invalid_record");
        assert_eq!(decision["user"], serde_json::Value::Null);
    }
}

#[test]
fn another_batch_than_the_bound_one_is_refused() {
    let evaluator = evaluator(POLICY);
    let batch = RecordBatch::try_from_iter([("id", texts(&[Some("ECHOECHO")]))]).unwrap();
    let binding = bound(&evaluator, &batch);
    let decider = ColumnDecider::new(&evaluator, &binding).unwrap();
    for other in [
        RecordBatch::try_from_iter([("person", texts(&[Some("E1")]))]).unwrap(),
        RecordBatch::try_from_iter([("id", Arc::new(NullArray::new(1)) as ArrayRef)]).unwrap(),
        RecordBatch::new_empty(Arc::new(Schema::empty())),
    ] {
        assert!(matches!(decider.decide(&other), Err(ColumnError::OtherColumns)));
    }
}

#[test]
fn keys_under_nulls_and_days_beyond_the_calendar_hold_one_row() {
    let keys = Int8Array::new(vec![0, 77, 1].into(), Some(vec![true, false, true].into()));
    let words: ArrayRef = Arc::new(StringArray::from(vec!["staff", "stuff"]));
    let employment = DictionaryArray::<Int8Type>::try_new(keys, words).unwrap();
    let instants = TimestampSecondArray::from(vec![Some(0), Some(i64::MAX), None]).with_timezone("UTC");
    let batch = RecordBatch::try_from_iter([
        ("id", texts(&[Some("ECHOECHO"), Some("ECHOECH1"), Some("ECHOECH2")])),
        ("person", texts(&[Some("E1"), Some("E2"), Some("E3")])),
        ("employment", Arc::new(employment) as ArrayRef),
        ("last_day", Arc::new(Date32Array::from(vec![Some(20_000), Some(i32::MAX), None]))),
        ("leaves_at", Arc::new(instants)),
        ("legal_hold", Arc::new(BooleanArray::from(vec![Some(false), None, Some(true)]))),
    ])
    .unwrap();
    let decided = decide(&evaluator(POLICY), &batch);
    let codes: Vec<_> = decided.iter().map(|decision| decision["hold"]["code"].clone()).collect();
    assert_eq!(codes, [serde_json::Value::Null, "invalid_record".into(), "invalid_record".into()]);
    assert_eq!(decided[0]["access"], "withdraw");
    assert_eq!(decide(&evaluator(POLICY), &batch.slice(0, 1)), decided[..1]);
}

#[test]
fn a_policy_checked_against_other_fields_is_refused() {
    let evaluator = evaluator(POLICY);
    let site = crate::model::FieldType::from_text("text?").expect("a type");
    let schema = crate::model::Schema::new([("site".to_owned(), site)].into()).unwrap();
    let fields = Schema::new(vec![Field::new("id", DataType::Utf8, true)]);
    let binding = Binding::new(&Arc::new(schema), &Arc::new(fields), &Defaults::new()).unwrap();
    assert!(matches!(ColumnDecider::new(&evaluator, &binding), Err(ColumnError::OtherFields)));
}
