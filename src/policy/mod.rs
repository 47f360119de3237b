//! Policies: Rhai files that are checked like a typed language before they run.
//!
//! Text goes in ([`load_sources`]), comes out checked ([`check`]) as a [`Policy`], and is asked about
//! users by an [`Evaluator`], which gives a [`Decision`] or an [`Explanation`]. Nothing here reads a
//! clock, keeps anything global, or changes anything.

mod analyse;
mod answer;
mod basis;
mod check;
mod combine;
mod compiled;
mod decided;
mod deciders;
mod decision;
mod evaluate;
mod expire;
mod explain;
mod host;
mod index;
mod interpret;
mod ir;
mod keep;
mod load;
mod lower;
mod over_directory;
mod parse;
mod prepare;
mod rule_error;
mod sandbox;
mod shape;
mod source;
pub mod tests_file;
mod text_limits;
mod token;
mod trace;
mod tree;
mod types;
#[cfg(test)]
mod unchecked;
mod visit;
pub mod vocabulary;

pub use analyse::{Change, Comparison, Counterfactual, FactChange, Finding, Proof, Uncovered, witness_facts};
pub use answer::{Action, Answer, Forbidden, Obligation, Period, Verb};
pub use basis::{Basis, Means};
pub use check::{Checked, Names, check};
pub use compiled::{Constant, Policy, Rule};
pub use decided::Decided;
pub use deciders::Deciders;
pub(crate) use decision::word_enum;
pub use decision::{
    Access, Axis, Decision, Disposition, Ground, Hold, HoldCode, Outcome, Overruled, Vetoed, When,
};
#[cfg(all(test, feature = "arrow"))]
pub(crate) use evaluate::differential::compiled::random;
pub use evaluate::{DecideError, Evaluator, Successor};
pub use explain::{Explanation, Part, RuleExplanation, Told, ToldAction, WhyNot};
pub use index::Verdict;
#[cfg(feature = "arrow")]
pub(crate) use index::{
    ALONE, Batch, Column as IndexColumn, Dictionary, Index, Part as BatchPart, Source as BatchSource,
};
pub use ir::Unlowered;
pub use keep::KeptUser;
pub use load::load_sources;
pub use prepare::Prepared;
pub use rule_error::RuleError;
pub use sandbox::{Sandbox, Stopped};
pub use source::{Source, Span};
pub use trace::{Clause, ClauseKind, Failure, Obstacle, Read, ReadState, Taken};
pub use types::{AnswerKinds, Type};

/// The typed tree of a checked rule.
pub mod syntax {
    pub use super::tree::*;
}
