//! Hazards: where a decision would not do what it says on the platform, found before anything runs.
//!
//! Some hold an axis of a user, because going on would be wrong; the others only warn. Each says what
//! would happen and what the cheapest way out is. Refusals are told apart from hazards: they are about
//! the person who plans, or about limits, not about the platform.

use serde::{Deserialize, Serialize};

use crate::diagnostic::Code;
use crate::model::Id;
use crate::policy::{Axis, Hold};

/// Something about a plan that would not do what it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hazard {
    /// Which one: `L02…`.
    pub code: Code,
    /// The user it is about; `None` if it is about the plan.
    pub user: Option<Id>,
    /// The axes that are held because of it.
    pub holds: Vec<Axis>,
    /// What was found, without personal data.
    pub message: String,
    /// What would come of it.
    pub consequence: &'static str,
    /// The cheapest way out.
    pub fix: String,
}

impl Hazard {
    /// A hazard that holds nothing.
    pub(super) fn warning(code: Code, user: Id, message: String, fix: impl Into<String>) -> Self {
        Self::holding(code, user, &[], message, fix)
    }

    /// A hazard that holds axes of the user.
    pub(super) fn holding(
        code: Code,
        user: Id,
        holds: &[Axis],
        message: String,
        fix: impl Into<String>,
    ) -> Self {
        Self {
            code,
            user: Some(user),
            holds: holds.to_vec(),
            message,
            consequence: consequence(code),
            fix: fix.into(),
        }
    }

    /// A hazard of the plan as a whole.
    pub(super) fn of_plan(code: Code, message: String, fix: impl Into<String>) -> Self {
        Self { code, user: None, holds: Vec::new(), message, consequence: consequence(code), fix: fix.into() }
    }
}

/// What would come of it, in a sentence.
fn consequence(code: Code) -> &'static str {
    match code {
        Code::DetachWithWorkingCredential => {
            "the ID would come back into the list of active users as soon as it is used (PLATFORM 4)"
        }
        Code::DetachBeforeRevoke => "nobody can revoke a detached ID any more (PLATFORM 2)",
        Code::WithdrawOnMulti => "deleting the credential would cut off everybody who uses it (PLATFORM 14)",
        Code::CredentialInUse => "deleting the credential would cut off somebody who stays (PLATFORM 13)",
        Code::CredentialSurvives => {
            "the credential is free again: whoever knows it can make a new internal ID (PLATFORM 15)"
        }
        Code::CredentialUnknown => "nobody can say whose access would be withdrawn, or whether it works on",
        Code::NoFreeLicence => {
            "the app could not be activated again and the person would be cut off (PLATFORM 19)"
        }
        Code::NoMdmLicence => "the app could not be activated again and the person would be cut off",
        Code::UnmanagedDevice => "no device management reaches this device (PLATFORM 16)",
        Code::MigrationRemovesApp => {
            "the app must not be deleted while somebody goes on using it (PLATFORM 14, 19)"
        }
        Code::MigrationUntold => {
            "somebody who deletes the app while the licence changes may lose the ID (PLATFORM 19)"
        }
        Code::RevokeNotEntitled => "the cockpit of this edition cannot revoke (PLATFORM 7)",
        Code::NoLeadTime => "a message to a revoked ID is never received (PLATFORM 26)",
        Code::CannotNotify => "only Broadcast can tell, and only members of a group or list (PLATFORM 25)",
        Code::NothingToCountFrom => "the delay would never begin",
        Code::ReplacementLeaving => {
            "groups and lists would be handed to somebody who goes, too (PLATFORM 24)"
        }
        Code::ReplacementUnknown => "groups and lists would be handed to somebody else (PLATFORM 24)",
        Code::DeadlineUnmeetable => "the deadline passes before everything has taken effect",
        Code::Overdue => "the deadline has passed already; going on is still better than waiting",
        Code::QuotaExceeded => "the web API answers no more that day (PLATFORM E)",
        Code::MembershipsUnknown => {
            "nobody leaves a group or list by this plan, and a message may reach nobody (PLATFORM 21, 25)"
        }
        _ => "",
    }
}

/// Why a whole plan is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Which one: `L03…`.
    pub code: Code,
    /// The limit that was hit, such as `irreversible.max_count`; `None` if it is no limit.
    pub guard: Option<String>,
    /// What is allowed, if it is a number.
    pub limit: Option<u64>,
    /// What the plan has, if it is a number.
    pub value: Option<u64>,
    /// What was found.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// Why a user is held, refused or left to another plan: a code and a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The code of a hold (`no_ground`), hazard or refusal (`L0402`).
    pub code: String,
    /// A sentence, without personal data.
    pub message: String,
}

impl Reason {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code: code.as_str().to_owned(), message: message.into() }
    }

    /// The reason of a decision that holds something.
    pub(super) fn of_hold(hold: &Hold) -> Self {
        Self { code: hold.code.word().to_owned(), message: hold.message.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hazard_says_what_comes_of_it() {
        for code in Code::ALL.iter().filter(|code| code.as_str().starts_with("L02")) {
            assert!(!consequence(*code).is_empty(), "{code}");
        }
    }
}
