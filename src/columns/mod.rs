//! Users as Arrow columns in, decisions as Arrow columns out.
//!
//! A [`Binding`] says once which column is which field; a [`ColumnDecider`] then takes record batches.
//! Columns are those of a stream of resolved users: derived fields are given, and a row that could not be
//! a record of a stream becomes a hold with its error, never the end of a batch. Decisions are those of
//! [`Evaluator::decide`](crate::policy::Evaluator::decide), whatever types the columns have, however they
//! are sliced and divided into batches.
//!
//! Nothing here reads a file; batches come from the caller and go back to the caller.

mod binding;
mod cells;
mod classes;
mod decider;
mod decisions;
mod known;
mod lists;
mod numbers;
mod output;
mod plan;
mod rows;
mod stream;
mod summand;
mod suspects;
#[cfg(test)]
mod tests;
mod texts;
mod threads;
mod verdicts;

/// The example of the page about columns.
#[cfg(doctest)]
#[doc = include_str!("../../docs/columns.md")]
struct Page;

pub use binding::{Binding, Defaults};
pub use decider::{ColumnDecider, ColumnError};
pub use decisions::Decisions;
pub use output::{decision_schema, verdict_schema};
pub use stream::DecisionStream;
