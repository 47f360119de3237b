//! How the verdicts of batches are found by columns: made once for a binding and an evaluator.
//!
//! What no column says is the same for everybody and goes into the tables of the index at once. What
//! columns say is found class by class in [`classes`](super::classes).

use super::binding::Binding;
use crate::model::{Capability, Edition, Fact, Field, Slot, View};
use crate::policy::{Batch, BatchPart, BatchSource, Evaluator, Index};

/// Where a part of a number comes from: positions of columns of the binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// A column, whose field has this position in the index.
    Column(usize, usize),
    /// The last day.
    LastDay(usize),
    /// A column of lists, whose field has this position among the lists of the index.
    Members(usize, usize),
    /// The edition.
    Edition(usize),
}

/// How verdicts are found by columns.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) batch: Batch,
    pub(super) parts: Vec<(BatchPart, From)>,
}

impl Plan {
    /// The plan; `None` where each row has to be decided for itself.
    pub(super) fn new(evaluator: &Evaluator, binding: &Binding) -> Option<Self> {
        let index = evaluator.index()?;
        let position = |field: Field| binding.position(field.slot());
        // Who has no person is held without rules, and is looked at alone.
        if position(Field::Person).is_none() || position(Field::Employment).is_none() {
            return None;
        }
        let assumes = |field: Field| {
            position(field).is_none() && matches!(binding.omitted(field.slot()), Fact::Known(_))
        };
        if [Field::LastDay, Field::FirstDay, Field::LeavesAt, Field::HasLeft].into_iter().any(assumes) {
            return None;
        }
        let constant = |slot: Slot| {
            if slot == Field::HasLeft.slot() {
                return match (position(Field::LastDay), binding.omitted(Field::LastDay.slot())) {
                    (Some(_), _) => None,
                    (None, Fact::Absent) => Some(View::Bool(false)),
                    (None, _) => Some(View::Unknown),
                };
            }
            binding.position(slot).is_none().then(|| View::of(binding.omitted(slot)))
        };
        let entitled = match position(Field::Edition) {
            Some(_) => None,
            None => Some(is_entitled(evaluator, View::of(binding.omitted(Field::Edition.slot())).text())),
        };
        let batch = index.batch(&constant, evaluator.basis().complete, entitled)?;
        let parts = batch.parts.iter().map(|part| Some((*part, from(*part, index, binding)?)));
        let parts = parts.collect::<Option<_>>()?;
        Some(Self { batch, parts })
    }
}

fn from(part: BatchPart, index: &Index, binding: &Binding) -> Option<From> {
    Some(match part.source {
        BatchSource::Field(at) => From::Column(binding.position(index.column(at)?.slot())?, at),
        BatchSource::HasLeft => From::LastDay(binding.position(Field::LastDay.slot())?),
        BatchSource::Members(at) => From::Members(binding.position(index.list_slot(at)?)?, at),
        BatchSource::Entitled => From::Edition(binding.position(Field::Edition.slot())?),
    })
}

/// Whether an edition includes revoking.
pub(super) fn is_entitled(evaluator: &Evaluator, edition: Option<&str>) -> bool {
    let edition = edition.and_then(|word| word.parse::<Edition>().ok());
    edition.is_some_and(|edition| evaluator.basis().entitlements.allows(edition, Capability::Revoke))
}
