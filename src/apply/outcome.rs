//! What became of a step, as a connector tells it.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use super::event::utc;
use crate::directory::Digest;
use crate::policy::word_enum;

word_enum! {
    /// Why nothing had to be done.
    NoOp {
        /// It was the case already.
        AlreadySo = "already_so",
        /// The ID is gone: revoked before, or by its holder (PLATFORM 8).
        IdGone = "id_gone",
    }
}

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case", deny_unknown_fields)]
pub enum Outcome {
    /// It is done.
    Applied,
    /// There was nothing to do.
    NoOp {
        /// Why.
        why: NoOp,
    },
    /// It was accepted and takes effect by an instant; then it is looked at again.
    Pending {
        /// That instant.
        #[serde(with = "utc")]
        until: OffsetDateTime,
    },
    /// The platform would not, and nothing has changed.
    Refused {
        /// Why, without personal data.
        why: String,
    },
    /// It did not work, and nothing has changed.
    Failed {
        /// Why, without personal data.
        why: String,
        /// Whether it may work later.
        retryable: bool,
    },
    /// Nobody can say whether it was done: no reply, a reply that makes no sense, an exception.
    Unknown {
        /// What was seen, without personal data.
        why: String,
    },
}

/// What tells the same request from another, over restarts: a connector that can be given one does nothing
/// twice under the same key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(String);

impl Key {
    /// The key of a step of a plan: the same whenever it is tried.
    pub fn of(plan: &Digest, step: u32) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(b"leaver step\n");
        hasher.update(plan.as_bytes());
        hasher.update(step.to_be_bytes());
        Self(Digest::finish(hasher).to_string())
    }

    /// 64 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
