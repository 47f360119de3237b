//! Why a plan is not carried out, or not further.

use crate::diagnostic::{Code, Diagnostic};
use crate::plan::Reason;

/// Why the journal cannot be written or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The file cannot be opened, read or written: not there, no right, a full disk.
    #[error("the journal cannot be used: {0}")]
    Unusable(String),
    /// Another process is at work on it.
    #[error("another process is at work on this journal")]
    Busy,
    /// It is not what was written.
    #[error("the journal is not what was written: {0}")]
    Corrupt(String),
    /// It is no journal, or one of a later version.
    #[error("{0}")]
    Foreign(String),
}

impl JournalError {
    /// The stable code.
    pub const fn code(&self) -> Code {
        match self {
            Self::Unusable(_) => Code::JournalUnusable,
            Self::Busy => Code::JournalBusy,
            Self::Corrupt(_) => Code::JournalCorrupt,
            Self::Foreign(_) => Code::NotAJournal,
        }
    }

    /// What to do.
    pub const fn help(&self) -> &'static str {
        match self {
            Self::Unusable(_) => {
                "nothing was begun that is not recorded; mend the cause and run the same command again"
            }
            Self::Busy => "wait until it ends, or stop it; then run the same command again",
            Self::Corrupt(_) => {
                "nothing is repaired by cutting: take the journal from a backup, and find out who or what changed it"
            }
            Self::Foreign(_) => {
                "name a journal that this version of leaver made, or a file that is not there yet"
            }
        }
    }
}

/// Why a run ends with an error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ApplyError {
    /// The plan is no plan, or was altered.
    #[error("{0}")]
    Plan(Box<Diagnostic>),
    /// The plan may not be carried out; nothing was done.
    #[error("the plan may not be carried out: {}", reasons.iter().map(|reason| reason.message.as_str()).collect::<Vec<_>>().join("; "))]
    Refused {
        /// Everything that is in the way.
        reasons: Vec<Reason>,
    },
    /// The journal cannot be written, so nothing more is done.
    #[error(transparent)]
    Journal(#[from] JournalError),
}
