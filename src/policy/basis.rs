//! What decisions rest on besides the user and the policy.

use std::time::Duration;

use crate::model::{Entitlements, Moment};

/// The circumstances of a run: everything a decision depends on besides the user and the policy.
#[derive(Clone, Debug)]
pub struct Basis {
    /// As of when, in which zone.
    pub moment: Moment,
    /// Whether the directory says that it is complete. Without that no ID is detached or revoked.
    pub complete: bool,
    /// Which edition may do what.
    pub entitlements: Entitlements,
    /// How long one decision may take before the call is given up with an error.
    pub patience: Duration,
    /// How rules are evaluated.
    pub means: Means,
}

/// How rules are evaluated. Decisions are the same by either.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Means {
    /// By the index; a rule that cannot be lowered runs in the interpreter.
    #[default]
    Index,
    /// All rules in the interpreter: the reference that the index is compared with.
    Interpreter,
}

impl Basis {
    /// The default patience. The limit of operations ends runaway rules long before; this is the
    /// backstop behind it, and long enough that a busy machine does not run into it.
    pub const PATIENCE: Duration = Duration::from_secs(5);

    /// A basis with the default entitlements, patience and means.
    pub fn new(moment: Moment, complete: bool) -> Self {
        Self {
            moment,
            complete,
            entitlements: Entitlements::default(),
            patience: Self::PATIENCE,
            means: Means::default(),
        }
    }
}
