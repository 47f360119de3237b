//! Policies: Rhai files that are checked like a typed language before they run.

mod answer;
mod basis;
mod compiled;
mod decision;
mod rule_error;
mod source;
pub mod tests_file;
mod tree;
mod types;

pub use answer::{Action, Answer, Forbidden, Obligation, Period, Verb};
pub use basis::Basis;
pub use compiled::{Constant, Policy, Rule};
pub use decision::{
    Access, Axis, Decision, Disposition, Ground, Hold, HoldCode, Outcome, Overruled, Vetoed, When,
};
pub use rule_error::RuleError;
pub use source::{Source, Span};
pub use types::{AnswerKinds, Type};
pub mod syntax {
    //! The typed tree of a checked rule.
    pub use super::tree::*;
}
