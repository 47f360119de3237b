//! What a plan can do wrong on the platform, each with the fact of the platform that it offends.

use std::fmt;

use leaver::model::Id;

use crate::reading::Second;

macro_rules! classes {
    ($($variant:ident, $row:literal, $meaning:literal;)+) => {
        /// A kind of violation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Class { $(#[doc = $meaning] $variant),+ }

        impl Class {
            /// The row of the platform's facts, and what is wrong.
            pub(crate) const fn about(self) -> (u8, &'static str) {
                match self { $(Self::$variant => ($row, $meaning)),+ }
            }
        }
    };
}

classes! {
    ReadsLonger, 1, "reads longer than the stated window";
    WritesLonger, 1, "writes longer than the stated window";
    ListedLonger, 2, "is listed longer than the stated window";
    WindowTooWide, 1, "a window is stated wider than the worst case";
    Reappears, 4, "a detached ID is used again with a credential that works and reappears";
    OthersLoseAccess, 14, "somebody loses access who was not to lose it";
    SharedCredentialDeleted, 14, "a credential shared by all managed devices is deleted";
    AppRemovedWhileMigrating, 19, "the app of somebody who migrates is removed";
    MigrationOutOfOrder, 19, "a migration does not go stage, delete, activate";
    MigrationUnfinished, 19, "somebody who migrates is left without access";
    NoSeat, 19, "an activation without a free seat";
    WrongCredential, 13, "a step names a credential that is not the user's";
    NotManaged, 16, "a step for the device management about a device it does not manage";
    BothDetachAndRevoke, 2, "an ID is detached and revoked";
    NotDecided, 28, "an axis is acted on otherwise than decided";
    NotEntitled, 7, "a revoke in an edition without it";
    TooEarly, 26, "an ID goes earlier than the decision says";
    NotToldBefore, 26, "an ID goes before its owner was told";
    ToldNobody, 26, "a message to an ID that receives nothing";
    ToldElsewhere, 25, "a message to an ID in no group or list, or not to the new ID";
    StillMember, 21, "somebody who leaves is still in a group or list";
    NotReplaced, 24, "the new ID is not where the old one was";
    NotSynchronised, 22, "a change of a group that was never synchronised";
    SynchronisedTwice, 22, "a group is synchronised more than once";
    GroupTooLarge, 22, "a group of more than 256 members";
    AppMadeContainer, 23, "a step on a group or list made in the app";
    WrongContainer, 21, "a step on a group or list in which the user is not";
    JoinsWhoLeaves, 24, "an ID joins that goes itself or does not exist";
    SystemId, 12, "a system ID is touched";
    StepForOthers, 28, "a step for a user who is not planned";
    NotDone, 21, "what was decided is not carried out";
    LicenceUnreported, 15, "a revoked user keeps a credential and no hazard says so";
    DeadlineUnmentioned, 1, "a deadline is missed and no hazard says so";
    StartsNever, 1, "a step that waits for ever";
}

/// Something that goes wrong when the plan is carried out.
#[derive(Clone, Debug)]
pub(crate) struct Violation {
    pub(crate) class: Class,
    pub(crate) user: Option<Id>,
    pub(crate) at: Second,
    pub(crate) detail: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (row, meaning) = self.class.about();
        let user = self.user.map_or_else(|| "nobody".to_owned(), |user| user.to_string());
        let at = time::OffsetDateTime::from_unix_timestamp(self.at);
        let at = at.map_or_else(|_| self.at.to_string(), leaver::model::format_instant);
        write!(f, "{:?} (PLATFORM {row}): {meaning}: {user}, {at}: {}", self.class, self.detail)
    }
}
