//! Verdicts as columns: outcome, both axes, rule and hold code, and nothing else.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;

use super::decisions::dictionary;
use super::output::verdict_schema;
use crate::policy::{HoldCode, Policy, Verdict};

/// Verdicts under way to a batch. Few are different, so each row has the number of one.
#[derive(Debug, Default)]
pub(super) struct Verdicts {
    rows: Vec<u32>,
    different: Vec<Verdict>,
    numbers: HashMap<Verdict, u32>,
    last: Option<(Verdict, u32)>,
}

impl Verdicts {
    pub(super) fn with_capacity(rows: usize) -> Self {
        Self { rows: Vec::with_capacity(rows), ..Self::default() }
    }

    #[inline]
    pub(super) fn push(&mut self, verdict: Verdict) {
        if let Some((last, number)) = self.last
            && last == verdict
        {
            self.rows.push(number);
            return;
        }
        let Self { different, numbers, .. } = self;
        let number = *numbers.entry(verdict).or_insert_with(|| {
            different.push(verdict);
            u32::try_from(different.len() - 1).unwrap_or(u32::MAX)
        });
        self.last = Some((verdict, number));
        self.rows.push(number);
    }

    /// The batch of all verdicts, with the columns of [`verdict_schema`].
    pub(super) fn finish(self, policy: &Policy) -> Result<RecordBatch, ArrowError> {
        let words = |word: &dyn Fn(&Verdict) -> Option<&'static str>| {
            let words: Vec<_> = self.different.iter().map(word).collect();
            dictionary(&self.rows, &words)
        };
        let rules: Vec<Option<&str>> = self
            .different
            .iter()
            .map(|verdict| policy.rules().get(verdict.rule? as usize).map(|rule| &*rule.name))
            .collect();
        let columns = vec![
            words(&|verdict| Some(verdict.outcome.word()))?,
            words(&|verdict| Some(verdict.disposition.word()))?,
            words(&|verdict| Some(verdict.access.word()))?,
            dictionary(&self.rows, &rules)?,
            words(&|verdict| verdict.hold.map(HoldCode::word))?,
        ];
        RecordBatch::try_new(Arc::clone(&verdict_schema()), columns)
    }
}
