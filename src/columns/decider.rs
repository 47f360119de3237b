//! Decides about the rows of record batches.

use std::cell::OnceCell;

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;

use super::binding::Binding;
use super::classes::Classes;
use super::decisions::Decisions;
use super::plan::Plan;
use super::rows::{Entries, Rows};
use super::verdicts::{Codes, Words};
use crate::policy::{ALONE, DecideError, Decided, Decision, Evaluator, HoldCode, Verdict};

/// Rows whose numbers are kept at a time, so that they stay near the processor.
const CHUNK: usize = 1_024;

/// Why there are no decisions about a batch.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ColumnError {
    /// The batch has other columns than the binding was made for.
    #[error("the batch has other columns than those that were bound; bind the schema of this batch")]
    OtherColumns,
    /// Rules took too long.
    #[error("row {row}: {error}")]
    Undecided {
        /// Which row of the batch, from 0.
        row: usize,
        /// Why there is no decision about it.
        error: DecideError,
    },
    /// The policy was checked against other fields than the binding.
    #[error("the policy was checked against other fields or attributes than the columns were bound to")]
    OtherFields,
    /// The result does not fit into Arrow's arrays.
    #[error("the decisions do not fit into one batch: {0}; decide about fewer rows at a time")]
    TooLarge(#[from] ArrowError),
    /// A panic in another thread, which is a fault of leaver itself.
    #[error("a thread that decided has ended before its time")]
    ThreadLost,
}

/// Decides about record batches with the columns of one [`Binding`].
///
/// ```
/// use std::sync::Arc;
/// use arrow_array::{ArrayRef, RecordBatch, StringArray, cast::AsArray};
/// use leaver::columns::{Binding, ColumnDecider, Defaults};
/// use leaver::model::{Moment, Schema, Zone, parse_instant};
/// use leaver::policy::{Basis, Source, check};
///
/// let schema = Arc::new(Schema::default());
/// let text = "/// Staff stay.\nfn staff(user) { if user.employment == \"staff\" { keep() } else { withdraw() } }";
/// let policy = check(vec![Source::new("acme.rhai", text)], &schema, None).policy.ok_or("errors")?;
/// let moment = Moment::new(parse_instant("2026-11-22T09:00:00Z").ok_or("no instant")?, Zone::UTC)?;
/// let evaluator = policy.evaluator(Basis::new(moment, true))?;
///
/// let column = |values: [&str; 2]| Arc::new(StringArray::from(values.to_vec())) as ArrayRef;
/// let users = RecordBatch::try_from_iter([
///     ("id", column(["ECHOECHO", "echoecho"])),
///     ("person", column(["E1001", "E1002"])),
///     ("employment", column(["contractor", "staff"])),
/// ])?;
/// let binding = Binding::new(&schema, &users.schema(), &Defaults::new()).map_err(|found| format!("{found:?}"))?;
/// let decisions = ColumnDecider::new(&evaluator, &binding)?.decide(&users)?;
///
/// let access = decisions["access"].as_any_dictionary();
/// let words = access.values().as_string::<i32>();
/// assert_eq!(words.value(access.normalized_keys()[0]), "withdraw");
/// let hold = decisions["hold"].as_struct();
/// let message = hold.column(1).as_string::<i32>().value(1);
/// assert!(message.starts_with("[D0402] `echoecho` is no ID"), "{message}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ColumnDecider<'e> {
    evaluator: &'e Evaluator,
    binding: Binding,
    /// How verdicts are found by columns, if they can be; made when it is first needed.
    plan: OnceCell<Option<Plan>>,
    words: OnceCell<Words>,
}

impl<'e> ColumnDecider<'e> {
    /// A decider by `evaluator` about batches with the columns of `binding`.
    ///
    /// # Errors
    /// [`ColumnError::OtherFields`] if the policy was checked against another schema of users.
    pub fn new(evaluator: &'e Evaluator, binding: &Binding) -> Result<Self, ColumnError> {
        if evaluator.policy().schema() != binding.schema() {
            return Err(ColumnError::OtherFields);
        }
        Ok(Self { evaluator, binding: binding.clone(), plan: OnceCell::new(), words: OnceCell::new() })
    }

    /// The decisions about the rows of a batch, one a row, with the columns of
    /// [`decision_schema`](super::decision_schema).
    ///
    /// # Errors
    /// [`ColumnError::OtherColumns`] for a batch that is not of the binding, [`ColumnError::Undecided`] if
    /// the rules take longer than the patience. A bad row is no error but a hold.
    pub fn decide(&self, batch: &RecordBatch) -> Result<RecordBatch, ColumnError> {
        let rows = self.rows(batch)?;
        let mut decisions = Decisions::new();
        self.evaluator.batch(|_| {
            let mut lists = Entries::default();
            (0..rows.len).try_for_each(|at| {
                let row = if rows.suspects.has(at) { None } else { rows.row(at, &mut lists) };
                match row {
                    Some(row) => {
                        let decided = self.evaluator.decided(&row, None);
                        decisions.push(decided.map_err(|error| ColumnError::Undecided { row: at, error })?);
                    }
                    None => decisions.push(self.decide_suspect(&rows, at)?.into()),
                }
                Ok::<_, ColumnError>(())
            })
        })?;
        Ok(decisions.finish()?)
    }

    /// Verdicts about the rows of a batch, one a row, with the columns of
    /// [`verdict_schema`](super::verdict_schema): what [`Self::decide`] comes to, for those who need no
    /// more.
    ///
    /// # Errors
    /// As [`Self::decide`].
    pub fn verdicts(&self, batch: &RecordBatch) -> Result<RecordBatch, ColumnError> {
        let rows = self.rows(batch)?;
        let plan = self.plan.get_or_init(|| Plan::new(self.evaluator, &self.binding));
        let by_columns = plan.as_ref().and_then(|plan| self.codes_by_columns(plan, &rows));
        let (codes, mut verdicts) = by_columns.unwrap_or_else(|| (vec![ALONE; rows.len], Codes::default()));
        let codes = self.settle(&rows, codes, &mut verdicts)?;
        let words = self.words.get_or_init(|| Words::of(self.evaluator.policy()));
        Ok(verdicts.batch(&codes, words)?)
    }

    /// The codes of all rows as far as columns tell.
    fn codes_by_columns(&self, plan: &Plan, rows: &Rows<'_>) -> Option<(Vec<u32>, Codes)> {
        let mut classes = Classes::new(self.evaluator, rows);
        let summands = classes.summands(plan)?;
        let mut codes = vec![ALONE; rows.len];
        let mut numbers = vec![Vec::with_capacity(CHUNK); plan.batch.groups()];
        for (number, codes) in codes.chunks_mut(CHUNK).enumerate() {
            for numbers in &mut numbers {
                numbers.clear();
                numbers.resize(codes.len(), 0);
            }
            for ((part, _), summand) in plan.parts.iter().zip(&summands) {
                if let Some(numbers) = numbers.get_mut(part.group) {
                    summand.add(number * CHUNK, numbers);
                }
            }
            plan.batch.codes(&numbers, codes);
        }
        for row in classes.alone.into_iter().chain(rows.suspects.all()) {
            if let Some(code) = codes.get_mut(row) {
                *code = ALONE;
            }
        }
        Some((codes, Codes::of(plan.batch.verdicts())))
    }

    /// How many rows columns tell enough of.
    #[cfg(test)]
    pub(super) fn told_by_columns(&self, batch: &RecordBatch) -> usize {
        let rows = self.rows(batch).unwrap();
        let plan = Plan::new(self.evaluator, &self.binding);
        let codes = plan.and_then(|plan| self.codes_by_columns(&plan, &rows));
        codes.map_or(0, |(codes, _)| codes.iter().filter(|code| **code != ALONE).count())
    }

    /// Decides about the rows of which columns do not tell enough.
    fn settle(
        &self,
        rows: &Rows<'_>,
        mut codes: Vec<u32>,
        verdicts: &mut Codes,
    ) -> Result<Vec<u32>, ColumnError> {
        if !codes.contains(&ALONE) {
            return Ok(codes);
        }
        self.evaluator.batch(|_| {
            let mut lists = Entries::default();
            let mut last = None;
            for (at, code) in codes.iter_mut().enumerate().filter(|(_, code)| **code == ALONE) {
                let verdict = self.verdict(rows, at, &mut lists)?;
                *code = match last {
                    Some((known, code)) if known == verdict => code,
                    _ => verdicts.code(verdict),
                };
                last = Some((verdict, *code));
            }
            Ok::<_, ColumnError>(())
        })?;
        Ok(codes)
    }

    /// The verdict about one row.
    fn verdict<'b>(
        &self,
        rows: &Rows<'b>,
        at: usize,
        lists: &mut Entries<'b>,
    ) -> Result<Verdict, ColumnError> {
        let row = if rows.suspects.has(at) { None } else { rows.row(at, lists) };
        let verdict = match row {
            Some(row) => self.evaluator.verdict(&row),
            None => match rows.read(at) {
                Ok(user) => self.evaluator.verdict(&user),
                Err(_) => Ok(Verdict::held(HoldCode::InvalidRecord)),
            },
        };
        verdict.map_err(|error| ColumnError::Undecided { row: at, error })
    }

    pub(super) const fn evaluator(&self) -> &'e Evaluator {
        self.evaluator
    }

    pub(super) const fn binding(&self) -> &Binding {
        &self.binding
    }

    fn rows<'b>(&'b self, batch: &'b RecordBatch) -> Result<Rows<'b>, ColumnError> {
        if !self.binding.fits(batch.schema_ref()) {
            return Err(ColumnError::OtherColumns);
        }
        Rows::of(&self.binding, batch).ok_or(ColumnError::OtherColumns)
    }

    /// The decision about a row that the record reader has to look at.
    fn decide_suspect(&self, rows: &Rows<'_>, at: usize) -> Result<Decision, ColumnError> {
        match rows.read(at) {
            Ok(user) => {
                let decided = self.evaluator.decided(&user, None).map(Decided::into_decision);
                decided.map_err(|error| ColumnError::Undecided { row: at, error })
            }
            Err(bad) => Ok(Decision::invalid_record(bad.id, bad.message)),
        }
    }
}
