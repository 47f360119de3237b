//! Carrying plans out, so that no crash, drift or mistake does harm, and keeping a history nobody can alter.
//!
//! In goes a [`Paper`], which is a plan read back from its file, and a [`Connector`] that can act on the platform.
//! Before anything is done its intent is durable in a [`Journal`], afterwards its outcome. Whatever is not known
//! for sure (a lost reply, a crash between the two) is found out by waiting as long as the platform may take and
//! reading back; it is never done again on a guess. Where nothing can be read back, and the step cannot be taken
//! back, a person decides.
//!
//! The records of the journal, each bound to the one before by its digest, are the history.
//!
//! | module | for |
//! |---|---|
//! | `paper` | plans as they are carried out |
//! | `approval`, `key` | who agreed, by ed25519 signatures |
//! | `connector`, `outcome` | what acts, and what it may answer |
//! | `event`, `work` | what is recorded, and how it then stands with each step |
//! | `accept`, `admission` | everything that is looked at before the first step |
//! | `engine`, `ready` | the run |
//! | `anew` | decisions from a newer directory, beside those of the plan |
//! | `resolution`, `resolve` | what a person decides about holds, and finds out about held steps |
//! | `history`, `merkle`, `checkpoint` | the chain of records, and its proof |
//! | `journal` | the file |
//! | `simulator` | the platform on a virtual clock |
//! | `threema` | the web APIs of the platform (feature `threema`) |
//! | `checklist` | what people do by hand, and report back |
//! | `status`, `residual` | what was planned beside what is observed, and what is left of people who are gone |
//! | `ocsf`, `controls`, `pseudonyms` | the history for other systems, for auditors, and without people in it |
//! | `report` | the same for people, as a page for a browser |

mod accept;
mod admission;
mod anew;
mod approval;
mod checklist;
mod checkpoint;
mod connector;
mod controls;
mod engine;
mod error;
mod event;
mod history;
mod journal;
mod key;
mod merkle;
mod ocsf;
mod outcome;
mod paper;
mod pseudonyms;
mod ready;
mod report;
mod residual;
mod resolution;
mod resolve;
pub mod simulator;
mod standing;
mod status;
#[cfg(test)]
mod tests;
#[cfg(feature = "threema")]
pub mod threema;
mod work;

pub use accept::{Acceptance, accept};
pub use admission::{Admission, admit, day_before};
pub use anew::{Anew, Change, Watched};
pub use approval::{Approval, Counts, Signed};
pub use checklist::{Checklist, Task, TaskStep, checklist, reported, stopped};
pub use checkpoint::Checkpoint;
pub use connector::{Ability, Connector, Effect, IdSight, Sight};
pub use controls::{Signal, controls, signal};
pub use engine::{Engine, Pace, Run, Stop};
pub use error::{ApplyError, JournalError};
pub use event::{Entry, Event};
pub use history::{History, Record, Verified, verify};
pub use journal::{FileJournal, Journal};
pub use key::{Secret, verify_signature};
pub use ocsf::{About, ocsf};
pub use outcome::{Key, NoOp, Outcome};
pub use paper::{Paper, PaperDecision, PaperStep, PaperUser, PaperWith};
pub use pseudonyms::Pseudonyms;
pub use report::{Compared, RunReport};
pub use residual::{ContainerKind, Memberships, Residual, residual};
pub use resolution::SignedResolution;
pub use resolve::{called_off, resolved};
pub use standing::standing;
pub use status::{State, Status, StepStatus, status};
pub use work::{Standing, Work};
