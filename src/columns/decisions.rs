//! Decisions as columns.
//!
//! Decisions go in one after the other; out comes a batch. Most of a company's decisions have all but
//! user, person and end of validity in common with others, so everything else is kept once and put into
//! the columns by number. What comes out depends on the decisions alone, not on what was decided before.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder, StructBuilder, TimestampMicrosecondBuilder};
use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, DictionaryArray, Int32Array, RecordBatch, StringArray};
use arrow_schema::{ArrowError, DataType, Field, Fields};
use time::OffsetDateTime;

use super::output::{action, decision_schema, hold, instant, obligation, when};
use crate::model::Id;
use crate::policy::{Decided, Decision, Hold, Obligation, Overruled, Vetoed, When};

/// Decisions under way to a batch.
///
/// ```
/// use leaver::columns::Decisions;
/// use leaver::policy::Decision;
///
/// let mut decisions = Decisions::new();
/// decisions.push(Decision::invalid_record("ECHOECHO".parse().ok(), "no date").into());
/// let batch = decisions.finish()?;
/// assert_eq!((batch.num_rows(), batch.num_columns()), (1, 16));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct Decisions {
    users: StringBuilder,
    persons: StringBuilder,
    valid_until: Vec<Option<i64>>,
    /// For each row the position of its decision in `common`.
    rows: Vec<u32>,
    common: Vec<Decision>,
    /// Positions in `common` by the number of what decisions have in common.
    by_number: Vec<Option<u32>>,
}

impl Decisions {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Adds a decision. All decisions must be of the same evaluator.
    pub fn push(&mut self, decided: Decided<'_>) {
        self.users.append_option(decided.user().as_ref().map(Id::as_str));
        self.persons.append_option(decided.person());
        self.valid_until.push(decided.valid_until().map(microsecond_before));
        let number = decided.number().and_then(|number| usize::try_from(number).ok());
        if let Some(number) = number {
            if self.by_number.len() <= number {
                self.by_number.resize(number + 1, None);
            }
            if let Some(Some(row)) = self.by_number.get(number) {
                self.rows.push(*row);
                return;
            }
        }
        let row = u32::try_from(self.common.len()).unwrap_or(u32::MAX);
        if let Some(place) = number.and_then(|number| self.by_number.get_mut(number)) {
            *place = Some(row);
        }
        self.common.push(decided.into_decision());
        self.rows.push(row);
    }

    /// The batch of all decisions, with the columns of [`decision_schema`].
    ///
    /// # Errors
    /// If the texts of one column have more than 2 GiB.
    pub fn finish(mut self) -> Result<RecordBatch, ArrowError> {
        let rows = || self.rows.iter().filter_map(|row| self.common.get(*row as usize));
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.users.finish()),
            Arc::new(self.persons.finish()),
            self.words(|decision| Some(decision.outcome.word()))?,
            self.words(|decision| Some(decision.disposition.word()))?,
            self.words(|decision| Some(decision.access.word()))?,
            obligations(rows()),
            self.words(|decision| decision.rule.as_deref())?,
            self.words(|decision| decision.reason.as_deref())?,
            self.words(|decision| decision.ground.map(crate::policy::Ground::word))?,
            whens(rows().map(|decision| decision.after.as_ref()), microsecond_after),
            whens(rows().map(|decision| decision.deadline.as_ref()), microsecond_before),
            Arc::new(rows().map(|decision| i32::try_from(decision.approvals).ok()).collect::<Int32Array>()),
            overruled(rows()),
            vetoed(rows()),
            holds(rows()),
            Arc::new(timestamps(&self.valid_until)),
        ];
        RecordBatch::try_new(decision_schema(), columns)
    }

    /// A column of words: each word that occurs once, in order of first occurrence.
    fn words<'d>(&'d self, word: impl Fn(&'d Decision) -> Option<&'d str>) -> Result<ArrayRef, ArrowError> {
        let words: Vec<Option<&str>> = self.common.iter().map(word).collect();
        dictionary(&self.rows, &words)
    }
}

/// A dictionary array: for each row the word with its number, if there is one.
fn dictionary(rows: &[u32], words: &[Option<&str>]) -> Result<ArrayRef, ArrowError> {
    let mut keys: HashMap<&str, i32> = HashMap::new();
    let mut values: Vec<&str> = Vec::new();
    let mut codes: Vec<Option<i32>> = Vec::with_capacity(words.len());
    for word in words {
        codes.push(match word {
            None => None,
            Some(word) => {
                let next = i32::try_from(values.len()).map_err(|_| ArrowError::DictionaryKeyOverflowError)?;
                let key = *keys.entry(word).or_insert(next);
                if key == next {
                    values.push(word);
                }
                Some(key)
            }
        });
    }
    let key = |row: &u32| codes.get(*row as usize).copied().flatten();
    let keys: Int32Array = if codes.contains(&None) {
        rows.iter().map(key).collect()
    } else {
        rows.iter().map(|row| key(row).unwrap_or(0)).collect::<Vec<i32>>().into()
    };
    let values = Arc::new(StringArray::from_iter_values(values));
    Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(keys, values)?))
}

/// Microseconds from 1970-01-01; of an instant between two the one before.
fn microsecond_before(at: OffsetDateTime) -> i64 {
    let microseconds = at.unix_timestamp_nanos().div_euclid(1_000);
    i64::try_from(microseconds).unwrap_or(i64::MIN)
}

/// The same; of an instant between two the one after.
fn microsecond_after(at: OffsetDateTime) -> i64 {
    let microseconds = -(-at.unix_timestamp_nanos()).div_euclid(1_000);
    i64::try_from(microseconds).unwrap_or(i64::MAX)
}

fn timestamps(at: &[Option<i64>]) -> arrow_array::TimestampMicrosecondArray {
    arrow_array::TimestampMicrosecondArray::from(at.to_vec()).with_timezone("UTC")
}

/// A builder of lists whose entries are never null.
fn list_of(fields: Fields, capacity: usize) -> ListBuilder<StructBuilder> {
    let entry = Field::new("item", DataType::Struct(fields.clone()), false);
    ListBuilder::with_capacity(StructBuilder::from_fields(fields, capacity), capacity)
        .with_field(Arc::new(entry))
}

/// Appends a text to a field of a structure.
fn text(to: &mut StructBuilder, at: usize, text: Option<&str>) {
    if let Some(builder) = to.field_builder::<StringBuilder>(at) {
        builder.append_option(text);
    }
}

fn obligations<'d>(decisions: impl Iterator<Item = &'d Decision>) -> ArrayRef {
    let mut lists = list_of(obligation(), 0);
    for decision in decisions {
        for one in &decision.obligations {
            let entry = lists.values();
            let (kind, words, id) = match one {
                Obligation::Notify { text } => ("notify", Some(&**text), None),
                Obligation::LeaveGroupsAndLists => ("leave_groups_and_lists", None, None),
                Obligation::ReplaceWith { id } => ("replace_with", None, Some(id.as_str())),
                Obligation::Restrict => ("restrict", None, None),
            };
            text(entry, 0, Some(kind));
            text(entry, 1, words);
            text(entry, 2, id);
            entry.append(true);
        }
        lists.append(true);
    }
    Arc::new(lists.finish())
}

fn overruled<'d>(decisions: impl Iterator<Item = &'d Decision>) -> ArrayRef {
    let mut lists = list_of(action(true), 0);
    for decision in decisions {
        for Overruled { rule, action } in &decision.overruled {
            text(lists.values(), 0, Some(rule));
            text(lists.values(), 1, Some(action.word()));
            lists.values().append(true);
        }
        lists.append(true);
    }
    Arc::new(lists.finish())
}

fn vetoed<'d>(decisions: impl Iterator<Item = &'d Decision>) -> ArrayRef {
    let mut lists = list_of(action(false), 0);
    for decision in decisions {
        for Vetoed { rule, action } in &decision.vetoed {
            text(lists.values(), 0, rule.as_deref());
            text(lists.values(), 1, Some(action.word()));
            lists.values().append(true);
        }
        lists.append(true);
    }
    Arc::new(lists.finish())
}

fn holds<'d>(decisions: impl Iterator<Item = &'d Decision>) -> ArrayRef {
    let axis = Field::new("item", DataType::Utf8, false);
    let axes = ListBuilder::new(StringBuilder::new()).with_field(Arc::new(axis));
    let mut holds = StructBuilder::new(
        hold(),
        vec![
            Box::new(StringBuilder::new()),
            Box::new(StringBuilder::new()),
            Box::new(StringBuilder::new()),
            Box::new(axes),
        ],
    );
    for decision in decisions {
        let held = decision.hold.as_ref();
        // What stands under a null must be there, and not be null where the field never is.
        let (code, message, rule) = match held {
            Some(Hold { code, message, rule, .. }) => (code.word(), &**message, rule.as_deref()),
            None => ("", "", None),
        };
        text(&mut holds, 0, Some(code));
        text(&mut holds, 1, Some(message));
        text(&mut holds, 2, rule);
        if let Some(axes) = holds.field_builder::<ListBuilder<StringBuilder>>(3) {
            for axis in held.map(|hold| &*hold.axes).unwrap_or_default() {
                axes.values().append_value(axis.word());
            }
            axes.append(true);
        }
        holds.append(held.is_some());
    }
    Arc::new(holds.finish())
}

fn whens<'d>(
    times: impl Iterator<Item = Option<&'d When>>,
    microsecond: impl Fn(OffsetDateTime) -> i64,
) -> ArrayRef {
    let mut whens = StructBuilder::new(
        when(),
        vec![
            Box::new(TimestampMicrosecondBuilder::new().with_data_type(instant())),
            Box::new(StringBuilder::new()),
            Box::new(StringBuilder::new()),
        ],
    );
    for time in times {
        let (at, from, plus) = match time {
            Some(When::At(at)) => (Some(microsecond(*at)), None, None),
            Some(When::AfterNotify(period)) => (None, Some("notify"), Some(period.to_string())),
            None => (None, None, None),
        };
        if let Some(builder) = whens.field_builder::<TimestampMicrosecondBuilder>(0) {
            builder.append_option(at);
        }
        text(&mut whens, 1, from);
        text(&mut whens, 2, plus.as_deref());
        whens.append(time.is_some());
    }
    Arc::new(whens.finish())
}
