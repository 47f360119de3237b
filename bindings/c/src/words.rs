//! The closed sets of words, as numbers and as the words of the formats.
//!
//! Numbers are appended and never changed. A function that takes one takes any: of a number it does not know it
//! says so.

use leaver::plan::{Executor, Purpose, Status, StepKind};
use leaver::policy::{Access, Disposition, Ground, HoldCode, Obligation, Outcome, Verb};

use crate::text::leaver_str;

/// Ties an enum of the header to that of the core.
macro_rules! tied {
    ($c:ident, $core:ident, [$($in_core:ident = $in_c:ident),+]) => {
        impl From<$core> for $c {
            fn from(value: $core) -> Self {
                match value { $($core::$in_core => Self::$in_c),+ }
            }
        }

        impl $c {
            /// The word of a number.
            fn word_of(number: i32) -> leaver_str {
                let known: &[$core] = &[$($core::$in_core),+];
                let found = known.iter().find(|value| Self::from(**value) as i32 == number);
                leaver_str::of_option(found.map(|value| value.word()))
            }
        }
    };
}

/// What a decision comes to.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum leaver_outcome {
    /// Nothing to do.
    LEAVER_OUTCOME_KEEP = 0,
    /// Something happens on an axis, or an obligation does.
    LEAVER_OUTCOME_ACT = 1,
    /// Something is held and nothing acts: a person must look.
    LEAVER_OUTCOME_HOLD = 2,
}

tied!(
    leaver_outcome,
    Outcome,
    [Keep = LEAVER_OUTCOME_KEEP, Act = LEAVER_OUTCOME_ACT, Hold = LEAVER_OUTCOME_HOLD]
);

/// The word of the formats for a leaver_outcome, such as "keep".
///
/// @return Text that lives as long as the library; no text for a number that is not known.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_outcome_word(outcome: i32) -> leaver_str {
    leaver_outcome::word_of(outcome)
}

/// What happens to the ID.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum leaver_disposition {
    /// It stays.
    LEAVER_DISPOSITION_KEEP = 0,
    /// It leaves the subscription; nobody can revoke it any more.
    LEAVER_DISPOSITION_DETACH = 1,
    /// It is destroyed for ever.
    LEAVER_DISPOSITION_REVOKE = 2,
    /// Nothing, until a person has looked.
    LEAVER_DISPOSITION_HOLD = 3,
}

tied!(
    leaver_disposition,
    Disposition,
    [
        Keep = LEAVER_DISPOSITION_KEEP,
        Detach = LEAVER_DISPOSITION_DETACH,
        Revoke = LEAVER_DISPOSITION_REVOKE,
        Hold = LEAVER_DISPOSITION_HOLD
    ]
);

/// The word of the formats for a leaver_disposition, such as "keep".
///
/// @return Text that lives as long as the library; no text for a number that is not known.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_disposition_word(disposition: i32) -> leaver_str {
    leaver_disposition::word_of(disposition)
}

/// What happens to the access.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum leaver_access {
    /// It stays.
    LEAVER_ACCESS_KEEP = 0,
    /// The credential is deleted.
    LEAVER_ACCESS_WITHDRAW = 1,
    /// It moves to the licence of the device management.
    LEAVER_ACCESS_MIGRATE = 2,
    /// Nothing, until a person has looked.
    LEAVER_ACCESS_HOLD = 3,
}

tied!(
    leaver_access,
    Access,
    [
        Keep = LEAVER_ACCESS_KEEP,
        Withdraw = LEAVER_ACCESS_WITHDRAW,
        Migrate = LEAVER_ACCESS_MIGRATE,
        Hold = LEAVER_ACCESS_HOLD
    ]
);

/// The word of the formats for a leaver_access, such as "keep".
///
/// @return Text that lives as long as the library; no text for a number that is not known.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_access_word(access: i32) -> leaver_str {
    leaver_access::word_of(access)
}

/// The fact on which an ID is detached or revoked.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum leaver_ground {
    /// No ID is.
    LEAVER_GROUND_NONE = 0,
    /// The person has left.
    LEAVER_GROUND_HAS_LEFT = 1,
    /// Another ID of the same person stays.
    LEAVER_GROUND_SUPERSEDED_BY = 2,
}

tied!(leaver_ground, Ground, [HasLeft = LEAVER_GROUND_HAS_LEFT, SupersededBy = LEAVER_GROUND_SUPERSEDED_BY]);

/// The word of the formats for a leaver_ground, such as "has_left".
///
/// @return Text that lives as long as the library; no text for a number that is not known or none.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_ground_word(ground: i32) -> leaver_str {
    leaver_ground::word_of(ground)
}

/// Why something is held.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum leaver_hold_code {
    /// Nothing is.
    LEAVER_HOLD_CODE_NONE = 0,
    /// The record could not be read.
    LEAVER_HOLD_CODE_INVALID_RECORD = 1,
    /// No person or no employment.
    LEAVER_HOLD_CODE_UNMATCHED = 2,
    /// A rule needs a fact that nobody told.
    LEAVER_HOLD_CODE_MISSING_FACT = 3,
    /// A rule failed.
    LEAVER_HOLD_CODE_RULE_ERROR = 4,
    /// A rule took more than the limits of scripts allow.
    LEAVER_HOLD_CODE_LIMIT = 5,
    /// Leaving facts contradict each other.
    LEAVER_HOLD_CODE_CONTRADICTION = 6,
    /// A rule asks a person to look.
    LEAVER_HOLD_CODE_REVIEW = 7,
    /// A system ID is never touched.
    LEAVER_HOLD_CODE_SYSTEM_ID = 8,
    /// Vetoes forbid it and no alternative is left.
    LEAVER_HOLD_CODE_VETOED = 9,
    /// The edition does not include it.
    LEAVER_HOLD_CODE_NOT_ENTITLED = 10,
    /// Neither has the person left nor does another ID stay.
    LEAVER_HOLD_CODE_NO_GROUND = 11,
    /// The directory does not say that it is complete.
    LEAVER_HOLD_CODE_INCOMPLETE_DIRECTORY = 12,
    /// The person comes back.
    LEAVER_HOLD_CODE_RETURNS = 13,
    /// There is no leaving instant to count from.
    LEAVER_HOLD_CODE_NO_START = 14,
}

tied!(
    leaver_hold_code,
    HoldCode,
    [
        InvalidRecord = LEAVER_HOLD_CODE_INVALID_RECORD,
        Unmatched = LEAVER_HOLD_CODE_UNMATCHED,
        MissingFact = LEAVER_HOLD_CODE_MISSING_FACT,
        RuleError = LEAVER_HOLD_CODE_RULE_ERROR,
        Limit = LEAVER_HOLD_CODE_LIMIT,
        Contradiction = LEAVER_HOLD_CODE_CONTRADICTION,
        Review = LEAVER_HOLD_CODE_REVIEW,
        SystemId = LEAVER_HOLD_CODE_SYSTEM_ID,
        Vetoed = LEAVER_HOLD_CODE_VETOED,
        NotEntitled = LEAVER_HOLD_CODE_NOT_ENTITLED,
        NoGround = LEAVER_HOLD_CODE_NO_GROUND,
        IncompleteDirectory = LEAVER_HOLD_CODE_INCOMPLETE_DIRECTORY,
        Returns = LEAVER_HOLD_CODE_RETURNS,
        NoStart = LEAVER_HOLD_CODE_NO_START
    ]
);

/// The word of the formats for a leaver_hold_code, such as "invalid_record".
///
/// @return Text that lives as long as the library; no text for a number that is not known or none.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_hold_code_word(hold_code: i32) -> leaver_str {
    leaver_hold_code::word_of(hold_code)
}

/// What a rule wanted.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum leaver_verb {
    /// Nothing changes.
    LEAVER_VERB_KEEP = 0,
    /// Delete the credential.
    LEAVER_VERB_WITHDRAW = 1,
    /// Give the ID up.
    LEAVER_VERB_DETACH = 2,
    /// Destroy the ID.
    LEAVER_VERB_REVOKE = 3,
    /// Move to the licence of the device management.
    LEAVER_VERB_MIGRATE_TO_MDM = 4,
    /// A person must look.
    LEAVER_VERB_REVIEW = 5,
}

tied!(
    leaver_verb,
    Verb,
    [
        Keep = LEAVER_VERB_KEEP,
        Withdraw = LEAVER_VERB_WITHDRAW,
        Detach = LEAVER_VERB_DETACH,
        Revoke = LEAVER_VERB_REVOKE,
        MigrateToMdm = LEAVER_VERB_MIGRATE_TO_MDM,
        Review = LEAVER_VERB_REVIEW
    ]
);

/// The word of the formats for a leaver_verb, such as "keep".
///
/// @return Text that lives as long as the library; no text for a number that is not known.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_verb_word(verb: i32) -> leaver_str {
    leaver_verb::word_of(verb)
}

/// Who carries a step out.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum leaver_executor {
    /// As a filter: anybody.
    LEAVER_EXECUTOR_NONE = 0,
    /// The management cockpit.
    LEAVER_EXECUTOR_COCKPIT = 1,
    /// Broadcast.
    LEAVER_EXECUTOR_BROADCAST = 2,
    /// The device management.
    LEAVER_EXECUTOR_MDM = 3,
    /// The program that uses leaver.
    LEAVER_EXECUTOR_HOST = 4,
}

tied!(
    leaver_executor,
    Executor,
    [
        Cockpit = LEAVER_EXECUTOR_COCKPIT,
        Broadcast = LEAVER_EXECUTOR_BROADCAST,
        Mdm = LEAVER_EXECUTOR_MDM,
        Host = LEAVER_EXECUTOR_HOST
    ]
);

/// The word of the formats for a leaver_executor, such as "cockpit".
///
/// @return Text that lives as long as the library; no text for a number that is not known or none.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_executor_word(executor: i32) -> leaver_str {
    leaver_executor::word_of(executor)
}

/// What a step does.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum leaver_step_kind {
    /// Put an ID on a list.
    LEAVER_STEP_KIND_JOIN_LIST = 0,
    /// Put an ID into a group.
    LEAVER_STEP_KIND_JOIN_GROUP = 1,
    /// Tell somebody.
    LEAVER_STEP_KIND_NOTIFY = 2,
    /// Bring configuration to a device.
    LEAVER_STEP_KIND_STAGE_MDM_CONFIGURATION = 3,
    /// Put one ID in the place of another.
    LEAVER_STEP_KIND_REPLACE_ID = 4,
    /// Leave a group.
    LEAVER_STEP_KIND_LEAVE_GROUP = 5,
    /// Leave a list.
    LEAVER_STEP_KIND_LEAVE_LIST = 6,
    /// Bring the members of a group to everybody in it.
    LEAVER_STEP_KIND_SYNCHRONISE_GROUP = 7,
    /// Take app or configuration off a device.
    LEAVER_STEP_KIND_REMOVE_FROM_DEVICE = 8,
    /// Wait until what the device management was told is observed.
    LEAVER_STEP_KIND_VERIFY = 9,
    /// Delete a credential.
    LEAVER_STEP_KIND_WITHDRAW = 10,
    /// Activate the app under the licence of the device management.
    LEAVER_STEP_KIND_ACTIVATE_MDM_LICENCE = 11,
    /// Destroy an ID for ever.
    LEAVER_STEP_KIND_REVOKE = 12,
    /// Give an ID up.
    LEAVER_STEP_KIND_DETACH = 13,
}

tied!(
    leaver_step_kind,
    StepKind,
    [
        JoinList = LEAVER_STEP_KIND_JOIN_LIST,
        JoinGroup = LEAVER_STEP_KIND_JOIN_GROUP,
        Notify = LEAVER_STEP_KIND_NOTIFY,
        StageMdmConfiguration = LEAVER_STEP_KIND_STAGE_MDM_CONFIGURATION,
        ReplaceId = LEAVER_STEP_KIND_REPLACE_ID,
        LeaveGroup = LEAVER_STEP_KIND_LEAVE_GROUP,
        LeaveList = LEAVER_STEP_KIND_LEAVE_LIST,
        SynchroniseGroup = LEAVER_STEP_KIND_SYNCHRONISE_GROUP,
        RemoveFromDevice = LEAVER_STEP_KIND_REMOVE_FROM_DEVICE,
        Verify = LEAVER_STEP_KIND_VERIFY,
        Withdraw = LEAVER_STEP_KIND_WITHDRAW,
        ActivateMdmLicence = LEAVER_STEP_KIND_ACTIVATE_MDM_LICENCE,
        Revoke = LEAVER_STEP_KIND_REVOKE,
        Detach = LEAVER_STEP_KIND_DETACH
    ]
);

/// The word of the formats for a leaver_step_kind, such as "join_list".
///
/// @return Text that lives as long as the library; no text for a number that is not known.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_step_kind_word(step_kind: i32) -> leaver_str {
    leaver_step_kind::word_of(step_kind)
}

/// How it stands with a user in a plan.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum leaver_user_status {
    /// It has steps.
    LEAVER_USER_STATUS_PLANNED = 0,
    /// Nothing is to happen.
    LEAVER_USER_STATUS_KEPT = 1,
    /// What is decided is the case already.
    LEAVER_USER_STATUS_DONE = 2,
    /// Held, by the decision or by a hazard.
    LEAVER_USER_STATUS_HELD = 3,
    /// Protected, or beyond the actor's privileges or scope.
    LEAVER_USER_STATUS_REFUSED = 4,
    /// Another plan is at work.
    LEAVER_USER_STATUS_OPEN = 5,
}

tied!(
    leaver_user_status,
    Status,
    [
        Planned = LEAVER_USER_STATUS_PLANNED,
        Kept = LEAVER_USER_STATUS_KEPT,
        Done = LEAVER_USER_STATUS_DONE,
        Held = LEAVER_USER_STATUS_HELD,
        Refused = LEAVER_USER_STATUS_REFUSED,
        Open = LEAVER_USER_STATUS_OPEN
    ]
);

/// The word of the formats for a leaver_user_status, such as "planned".
///
/// @return Text that lives as long as the library; no text for a number that is not known.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_user_status_word(user_status: i32) -> leaver_str {
    leaver_user_status::word_of(user_status)
}

/// What a configuration is for.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum leaver_purpose {
    /// There is none.
    LEAVER_PURPOSE_NONE = 0,
    /// App or configuration is taken off. Nothing is set.
    LEAVER_PURPOSE_REMOVE = 1,
    /// The restrictions of a notice period.
    LEAVER_PURPOSE_RESTRICT = 2,
    /// What the app finds when it is activated under the licence of the device management.
    LEAVER_PURPOSE_PREPARE = 3,
    /// That licence.
    LEAVER_PURPOSE_LICENCE = 4,
}

tied!(
    leaver_purpose,
    Purpose,
    [
        Remove = LEAVER_PURPOSE_REMOVE,
        Restrict = LEAVER_PURPOSE_RESTRICT,
        Prepare = LEAVER_PURPOSE_PREPARE,
        Licence = LEAVER_PURPOSE_LICENCE
    ]
);

/// The word of the formats for a leaver_purpose, such as "remove".
///
/// @return Text that lives as long as the library; no text for a number that is not known or none.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_purpose_word(purpose: i32) -> leaver_str {
    leaver_purpose::word_of(purpose)
}

/// What must happen besides.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum leaver_obligation_kind {
    /// Tell the person something: text.
    LEAVER_OBLIGATION_NOTIFY = 0,
    /// Leave every group and list.
    LEAVER_OBLIGATION_LEAVE_GROUPS_AND_LISTS = 1,
    /// Put another ID into groups and lists instead: id.
    LEAVER_OBLIGATION_REPLACE_WITH = 2,
    /// The restrictions of a notice period.
    LEAVER_OBLIGATION_RESTRICT = 3,
}

impl From<&Obligation> for leaver_obligation_kind {
    fn from(obligation: &Obligation) -> Self {
        match obligation {
            Obligation::Notify { .. } => Self::LEAVER_OBLIGATION_NOTIFY,
            Obligation::LeaveGroupsAndLists => Self::LEAVER_OBLIGATION_LEAVE_GROUPS_AND_LISTS,
            Obligation::ReplaceWith { .. } => Self::LEAVER_OBLIGATION_REPLACE_WITH,
            Obligation::Restrict => Self::LEAVER_OBLIGATION_RESTRICT,
        }
    }
}

/// The word of the formats for a leaver_obligation_kind, such as "notify".
///
/// @return Text that lives as long as the library; no text for a number that is not known.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_obligation_word(kind: i32) -> leaver_str {
    const WORDS: [&str; 4] = ["notify", "leave_groups_and_lists", "replace_with", "restrict"];
    leaver_str::of_option(usize::try_from(kind).ok().and_then(|at| WORDS.get(at)).copied())
}
