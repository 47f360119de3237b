//! Many batches by several threads: each has an evaluator of its own, results stay in the order of the
//! batches and are the same for any number of threads.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow_array::RecordBatch;

use super::{ColumnDecider, ColumnError};

/// What is asked about a batch.
type Ask = fn(&ColumnDecider<'_>, &RecordBatch) -> Result<RecordBatch, ColumnError>;

/// Batches with their position.
type Done = Vec<(usize, Result<RecordBatch, ColumnError>)>;

#[allow(
    clippy::redundant_closure_for_method_calls,
    reason = "a method is of one lifetime, what is asked of any"
)]
impl ColumnDecider<'_> {
    /// [`decide`](Self::decide) of many batches.
    ///
    /// # Errors
    /// As [`decide`](Self::decide), of the first batch that has one; [`ColumnError::ThreadLost`] if a
    /// thread panics.
    pub fn decide_all(
        &self,
        batches: &[RecordBatch],
        threads: NonZeroUsize,
    ) -> Result<Vec<RecordBatch>, ColumnError> {
        self.ask_all(batches, threads, |decider, batch| decider.decide(batch))
    }

    /// [`verdicts`](Self::verdicts) of many batches.
    ///
    /// # Errors
    /// As [`decide_all`](Self::decide_all).
    pub fn verdicts_all(
        &self,
        batches: &[RecordBatch],
        threads: NonZeroUsize,
    ) -> Result<Vec<RecordBatch>, ColumnError> {
        self.ask_all(batches, threads, |decider, batch| decider.verdicts(batch))
    }

    fn ask_all(
        &self,
        batches: &[RecordBatch],
        threads: NonZeroUsize,
        ask: Ask,
    ) -> Result<Vec<RecordBatch>, ColumnError> {
        let evaluator = self.evaluator();
        let further = threads.get().min(batches.len()).saturating_sub(1);
        // Where no further evaluator can be made, fewer threads do the same.
        let evaluators: Vec<_> =
            (0..further).map_while(|_| evaluator.again(evaluator.basis().clone()).ok()).collect();
        let next = AtomicUsize::new(0);
        let work = |decider: &ColumnDecider<'_>| -> Done {
            let claim = || next.fetch_add(1, Ordering::Relaxed);
            std::iter::from_fn(|| {
                let at = claim();
                Some((at, ask(decider, batches.get(at)?)))
            })
            .collect()
        };
        let binding = self.binding();
        let mut done = std::thread::scope(|scope| {
            let start = |evaluator| {
                scope.spawn(|| {
                    let evaluator = evaluator;
                    ColumnDecider::new(&evaluator, binding).map(|decider| work(&decider))
                })
            };
            let others: Vec<_> = evaluators.into_iter().map(start).collect();
            let mut done = work(self);
            for other in others {
                done.extend(other.join().map_err(|_| ColumnError::ThreadLost)??);
            }
            Ok::<_, ColumnError>(done)
        })?;
        done.sort_unstable_by_key(|(at, _)| *at);
        done.into_iter().map(|(_, result)| result).collect()
    }
}
