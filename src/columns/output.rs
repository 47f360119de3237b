//! The columns of decisions: which there are, and of which types.
//!
//! The names are the keys of a decision, in their order. Words, rules and reasons repeat, so they stand
//! in dictionaries; nested values are lists and structures; instants count microseconds in UTC.

use std::sync::{Arc, LazyLock};

use arrow_schema::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit};

/// The type of a text that repeats.
pub(super) fn word() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

/// The type of an instant.
pub(super) fn instant() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// The type of a word of a closed set, each of which has few.
fn short_word() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Utf8))
}

fn list(entry: DataType) -> DataType {
    DataType::List(Arc::new(Field::new("item", entry, false)))
}

/// The fields of an obligation: its kind, and the text or ID that some kinds have.
pub(super) fn obligation() -> Fields {
    vec![
        Field::new("kind", DataType::Utf8, false),
        Field::new("text", DataType::Utf8, true),
        Field::new("id", DataType::Utf8, true),
    ]
    .into()
}

/// The fields of an action that lost or was struck out.
pub(super) fn action(always_of_a_rule: bool) -> Fields {
    vec![Field::new("rule", DataType::Utf8, !always_of_a_rule), Field::new("action", DataType::Utf8, false)]
        .into()
}

/// The fields of a hold.
pub(super) fn hold() -> Fields {
    vec![
        Field::new("code", DataType::Utf8, false),
        Field::new("message", DataType::Utf8, false),
        Field::new("rule", DataType::Utf8, true),
        Field::new("axes", list(DataType::Utf8), false),
    ]
    .into()
}

/// The fields of a time: an instant, or from what and how much later.
pub(super) fn when() -> Fields {
    vec![
        Field::new("at", instant(), true),
        Field::new("from", DataType::Utf8, true),
        Field::new("plus", DataType::Utf8, true),
    ]
    .into()
}

static DECISIONS: LazyLock<SchemaRef> = LazyLock::new(|| {
    let actions = |always_of_a_rule| list(DataType::Struct(action(always_of_a_rule)));
    Arc::new(Schema::new(vec![
        Field::new("user", DataType::Utf8, true),
        Field::new("person", DataType::Utf8, true),
        Field::new("outcome", word(), false),
        Field::new("disposition", word(), false),
        Field::new("access", word(), false),
        Field::new("obligations", list(DataType::Struct(obligation())), false),
        Field::new("rule", word(), true),
        Field::new("reason", word(), true),
        Field::new("ground", word(), true),
        Field::new("after", DataType::Struct(when()), true),
        Field::new("deadline", DataType::Struct(when()), true),
        Field::new("approvals", DataType::Int32, false),
        Field::new("overruled", actions(true), false),
        Field::new("vetoed", actions(false), false),
        Field::new("hold", DataType::Struct(hold()), true),
        Field::new("valid_until", instant(), true),
    ]))
});

static VERDICTS: LazyLock<SchemaRef> = LazyLock::new(|| {
    Arc::new(Schema::new(vec![
        Field::new("outcome", short_word(), false),
        Field::new("disposition", short_word(), false),
        Field::new("access", short_word(), false),
        Field::new("rule", word(), true),
        Field::new("hold", short_word(), true),
    ]))
});

/// The columns of whole decisions.
///
/// ```
/// let columns = leaver::columns::decision_schema();
/// assert_eq!(columns.field(0).name(), "user");
/// assert_eq!(columns.field(15).name(), "valid_until");
/// ```
pub fn decision_schema() -> SchemaRef {
    DECISIONS.clone()
}

/// The columns of verdicts: `outcome`, `disposition`, `access`, `rule`, and the code of a `hold`.
///
/// ```
/// assert_eq!(leaver::columns::verdict_schema().fields().len(), 5);
/// ```
pub fn verdict_schema() -> SchemaRef {
    VERDICTS.clone()
}
