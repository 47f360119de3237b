//! Policies: Rhai files that are checked like a typed language before they run.

mod answer;
mod basis;
mod combine;
mod compiled;
mod decision;
mod evaluate;
mod host;
mod interpret;
mod rule_error;
mod sandbox;
mod source;
mod text_limits;
mod tree;
mod types;
#[cfg(test)]
mod unchecked;

pub use answer::{Action, Answer, Forbidden, Obligation, Period, Verb};
pub use basis::Basis;
pub use compiled::{Constant, Policy, Rule};
pub use decision::{
    Access, Axis, Decision, Disposition, Ground, Hold, HoldCode, Outcome, Overruled, Vetoed, When,
};
pub use evaluate::{DecideError, Evaluator, Successor};
pub use rule_error::RuleError;
pub use sandbox::{Sandbox, Stopped};
pub use source::{Source, Span};
pub use types::{AnswerKinds, Type};
pub mod syntax {
    //! The typed tree of a checked rule.
    pub use super::tree::*;
}
