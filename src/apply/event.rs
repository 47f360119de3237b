//! What is recorded: everything that somebody could ask about afterwards.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::approval::{Counts, Signed};
use super::outcome::{Key, Outcome};
use crate::directory::Digest;
use crate::model::Id;
pub(super) use crate::model::utc;
use crate::plan::{Reason, StepKind};

/// Something that happened, at an instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When, by the clock of the run.
    #[serde(with = "utc")]
    pub at: OffsetDateTime,
    /// On whose behalf: the administrator who owns the plan, or who settles something.
    pub actor: Option<String>,
    /// The plan it is about.
    pub plan: Option<Digest>,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A journal was begun.
    Opened {
        /// The version of leaver.
        leaver_version: String,
        /// The version of this format.
        format: u32,
    },
    /// Decisions are made by another policy than those of the plan before.
    PolicyChanged {
        /// The policy before.
        before: Digest,
        /// The policy now.
        now: Digest,
    },
    /// A plan may be carried out. It is never accepted again.
    Accepted {
        /// Digest of its directory.
        directory: Digest,
        /// Digest of its policy.
        policy: Digest,
        /// How many users it acts on, by class.
        counts: Counts,
        /// How many steps it has.
        steps: u32,
    },
    /// Somebody approved the plan.
    Approved {
        /// The signed statement.
        approval: Signed,
    },
    /// The plan may not be carried out.
    Refused {
        /// Why.
        reason: Reason,
    },
    /// Somebody allowed more than a limit, and named the number.
    Overridden {
        /// Which limit.
        limit: String,
        /// The number that was allowed.
        allowed: u64,
        /// The limit as it was.
        instead_of: u64,
    },
    /// A step is about to be done.
    Intent {
        /// Its number.
        step: u32,
        /// How many times it was tried, this time included.
        attempt: u32,
        /// What it does.
        kind: StepKind,
        /// For whom.
        user: Option<Id>,
        /// To what.
        target: String,
        /// Under which key.
        key: Key,
    },
    /// What became of it.
    Outcome {
        /// Its number.
        step: u32,
        /// Which attempt.
        attempt: u32,
        /// What was told, or found by looking.
        #[serde(flatten)]
        outcome: Outcome,
        /// Whether it was found by looking at the platform, and not told by the connector.
        observed: bool,
    },
    /// A step is left to a person: nobody can say whether it was done, and it cannot be taken back.
    Held {
        /// Its number.
        step: u32,
        /// Why.
        reason: Reason,
    },
    /// A person has found out how it stands with a held step.
    Resolved {
        /// Its number.
        step: u32,
        /// Whether it was done.
        done: bool,
        /// How that was found out, without personal data.
        note: String,
    },
    /// Steps of a user are not done, because things are not as they were planned for.
    Stopped {
        /// The steps, by number.
        steps: Vec<u32>,
        /// The user; nobody for the steps of a group.
        user: Option<Id>,
        /// Why.
        reason: Reason,
    },
    /// The run was stopped before its end. The same command goes on.
    Interrupted {
        /// Why.
        reason: Reason,
    },
    /// Every step is in a final state.
    Finished {
        /// How many steps were done.
        done: u32,
        /// How many there was nothing to do for.
        no_op: u32,
        /// How many were not done.
        not_done: u32,
    },
}

impl Event {
    /// The step it is about, if it is about one.
    pub const fn step(&self) -> Option<u32> {
        match self {
            Self::Intent { step, .. }
            | Self::Outcome { step, .. }
            | Self::Held { step, .. }
            | Self::Resolved { step, .. } => Some(*step),
            _ => None,
        }
    }

    /// Its name in the records.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::PolicyChanged { .. } => "policy_changed",
            Self::Accepted { .. } => "accepted",
            Self::Approved { .. } => "approved",
            Self::Refused { .. } => "refused",
            Self::Overridden { .. } => "overridden",
            Self::Intent { .. } => "intent",
            Self::Outcome { .. } => "outcome",
            Self::Held { .. } => "held",
            Self::Resolved { .. } => "resolved",
            Self::Stopped { .. } => "stopped",
            Self::Interrupted { .. } => "interrupted",
            Self::Finished { .. } => "finished",
        }
    }
}
