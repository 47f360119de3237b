//! Policies: Rhai files that are checked like a typed language before they run.

mod answer;
mod basis;
mod compiled;
mod decision;
mod expire;
mod explain;
mod rule_error;
mod source;
mod trace;
mod tree;
mod types;
mod visit;

pub use answer::{Action, Answer, Forbidden, Obligation, Period, Verb};
pub use basis::Basis;
pub use compiled::{Constant, Policy, Rule};
pub use decision::{
    Access, Axis, Decision, Disposition, Ground, Hold, HoldCode, Outcome, Overruled, Vetoed, When,
};
pub use explain::{Explanation, Part, RuleExplanation, Told, ToldAction, WhyNot};
pub use rule_error::RuleError;
pub use source::{Source, Span};
pub use trace::{Clause, ClauseKind, Failure, Obstacle, Read, ReadState, Taken};
pub use types::{AnswerKinds, Type};
pub mod syntax {
    //! The typed tree of a checked rule.
    pub use super::tree::*;
}
