//! Verdicts as columns: outcome, both axes, rule and hold code, and nothing else.
//!
//! Few verdicts are different, so each row has the code of one. The dictionaries of the columns are the
//! closed sets and the rules of the policy, in their order, whatever the batch: batches of one policy can
//! be put together without a look at their dictionaries.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::types::{Int8Type, Int32Type};
use arrow_array::{ArrayRef, DictionaryArray, PrimitiveArray, RecordBatch, StringArray};
use arrow_buffer::{ArrowNativeType, BooleanBuffer, NullBuffer};
use arrow_schema::ArrowError;

use super::output::verdict_schema;
use crate::policy::{Access, Disposition, HoldCode, Outcome, Policy, Verdict};

/// Verdicts with a code each.
#[derive(Debug, Default)]
pub(super) struct Codes {
    verdicts: Vec<Verdict>,
    numbers: HashMap<Verdict, u32>,
}

impl Codes {
    /// Verdicts that have their position as code. Some may be the same.
    pub(super) fn of(verdicts: Vec<Verdict>) -> Self {
        Self { verdicts, numbers: HashMap::new() }
    }

    /// The code of a verdict, which need not be among the first.
    pub(super) fn code(&mut self, verdict: Verdict) -> u32 {
        let Self { verdicts, numbers } = self;
        *numbers.entry(verdict).or_insert_with(|| {
            verdicts.push(verdict);
            u32::try_from(verdicts.len() - 1).unwrap_or(u32::MAX)
        })
    }

    /// The batch of the verdicts of rows, with the columns of [`verdict_schema`].
    pub(super) fn batch(&self, rows: &[u32], words: &Words) -> Result<RecordBatch, ArrowError> {
        let closed = |key: &dyn Fn(&Verdict) -> Option<usize>, values: &ArrayRef| -> Result<ArrayRef, _> {
            let keys = self.keys(rows, |verdict| key(verdict)?.try_into().ok());
            Ok::<_, ArrowError>(Arc::new(DictionaryArray::<Int8Type>::try_new(keys, values.clone())?))
        };
        let rule = self.keys(rows, |verdict| i32::try_from(verdict.rule?).ok());
        let columns = vec![
            closed(&|verdict| place(Outcome::ALL, verdict.outcome), &words.outcomes)?,
            closed(&|verdict| place(Disposition::ALL, verdict.disposition), &words.dispositions)?,
            closed(&|verdict| place(Access::ALL, verdict.access), &words.accesses)?,
            Arc::new(DictionaryArray::<Int32Type>::try_new(rule, words.rules.clone())?),
            closed(&|verdict| place(HoldCode::ALL, verdict.hold?), &words.holds)?,
        ];
        RecordBatch::try_new(verdict_schema(), columns)
    }

    /// The keys of rows by those of verdicts; a verdict without one makes a null.
    fn keys<T>(&self, rows: &[u32], key: impl Fn(&Verdict) -> Option<T::Native>) -> PrimitiveArray<T>
    where
        T: arrow_array::ArrowPrimitiveType,
        T::Native: ArrowNativeType,
    {
        let given: Vec<Option<T::Native>> = self.verdicts.iter().map(key).collect();
        let keys: Vec<T::Native> = given.iter().map(|key| key.unwrap_or_default()).collect();
        let of_row = |row: &u32| keys.get(*row as usize).copied().unwrap_or_default();
        let values: Vec<T::Native> = rows.iter().map(of_row).collect();
        let nulls = given.contains(&None).then(|| {
            let valid: Vec<bool> = given.iter().map(Option::is_some).collect();
            let is_valid = |at: usize| rows.get(at).and_then(|row| valid.get(*row as usize)) == Some(&true);
            NullBuffer::new(BooleanBuffer::collect_bool(rows.len(), is_valid))
        });
        PrimitiveArray::new(values.into(), nulls.filter(|nulls| nulls.null_count() > 0))
    }
}

/// The dictionaries of the columns.
#[derive(Debug)]
pub(super) struct Words {
    outcomes: ArrayRef,
    dispositions: ArrayRef,
    accesses: ArrayRef,
    rules: ArrayRef,
    holds: ArrayRef,
}

impl Words {
    /// Those of a policy.
    pub(super) fn of(policy: &Policy) -> Self {
        let rules = policy.rules().iter().map(|rule| &*rule.name);
        Self {
            outcomes: words(Outcome::ALL.iter().map(|outcome| outcome.word())),
            dispositions: words(Disposition::ALL.iter().map(|disposition| disposition.word())),
            accesses: words(Access::ALL.iter().map(|access| access.word())),
            rules: words(rules),
            holds: words(HoldCode::ALL.iter().map(|code| code.word())),
        }
    }
}

fn words<'w>(words: impl Iterator<Item = &'w str>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(words))
}

fn place<T: Copy + PartialEq>(all: &[T], one: T) -> Option<usize> {
    all.iter().position(|known| *known == one)
}
