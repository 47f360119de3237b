//! The steps a plan is made of: who carries each kind out, what it takes, and how long it lasts at worst.
//!
//! One table, true to PLATFORM; everything that speaks of step kinds asks it.

use std::sync::Arc;

use serde::{Serialize, Serializer};
use time::{Duration, OffsetDateTime};

use super::payload::Configuration;
use crate::model::{Capability, Id, Privilege};
use crate::policy::word_enum;

/// How long a deleted credential may still let somebody into the app (PLATFORM 1).
pub const WITHDRAWAL: Duration = Duration::hours(24);
/// How long a revoked ID may still send and receive (PLATFORM 6).
pub const REVOCATION: Duration = Duration::hours(1);
/// How long after its revocation an ID may still look valid to others (PLATFORM 6).
pub const DISPLAY: Duration = Duration::hours(24);
/// How long a detached ID may still be labelled internal at contacts (PLATFORM 2, 18).
pub const LABEL: Duration = Duration::hours(24);
/// Requests a day that each web API answers (PLATFORM E).
pub const DAILY_QUOTA: u32 = 10_000;

word_enum! {
    /// Who carries a step out.
    Executor {
        /// The management cockpit, or its web API (PLATFORM 30).
        Cockpit = "cockpit",
        /// Broadcast, or its web API (PLATFORM 33).
        Broadcast = "broadcast",
        /// The device management (PLATFORM 16).
        Mdm = "mdm",
        /// The program that embeds leaver.
        Host = "host",
    }
}

word_enum! {
    /// How much harm a step can do: what limits are set for.
    ActionClass {
        /// Can be taken back.
        Reversible = "reversible",
        /// Takes access away; only a new credential gives it back.
        Withdraw = "withdraw",
        /// Cannot be taken back: detach and revoke.
        Irreversible = "irreversible",
    }
}

word_enum! {
    /// What a step does. In the order in which the steps of one user follow each other.
    StepKind {
        /// Put an ID on a distribution list, so that it can be told something (PLATFORM 25).
        JoinList = "join_list",
        /// Put an ID into a group, so that it can be told something (PLATFORM 25).
        JoinGroup = "join_group",
        /// Tell somebody (PLATFORM 25, 26).
        Notify = "notify",
        /// Bring configuration to a managed device: before a migration, or the restrictions of a notice
        /// period (PLATFORM 17, 19).
        StageMdmConfiguration = "stage_mdm_configuration",
        /// Put one ID in the place of another in a group or list (PLATFORM 24).
        ReplaceId = "replace_id",
        /// Leave a group (PLATFORM 21).
        LeaveGroup = "leave_group",
        /// Leave a distribution list (PLATFORM 21).
        LeaveList = "leave_list",
        /// Bring the changed members of a group to everybody in it (PLATFORM 22).
        SynchroniseGroup = "synchronise_group",
        /// Take app or configuration off the device of somebody on a shared credential (PLATFORM 14).
        RemoveFromDevice = "remove_from_device",
        /// Wait until what the device management was told is observed (PLATFORM 14, 18).
        Verify = "verify",
        /// Delete a credential (PLATFORM 1).
        Withdraw = "withdraw",
        /// Activate the app again under the licence of the device management (PLATFORM 19).
        ActivateMdmLicence = "activate_mdm_licence",
        /// Destroy an ID for ever (PLATFORM 5).
        Revoke = "revoke",
        /// Give an ID up (PLATFORM 2).
        Detach = "detach",
    }
}

impl StepKind {
    /// Who carries it out.
    pub const fn executor(self) -> Executor {
        match self {
            Self::JoinList
            | Self::JoinGroup
            | Self::Notify
            | Self::ReplaceId
            | Self::LeaveGroup
            | Self::LeaveList
            | Self::SynchroniseGroup => Executor::Broadcast,
            Self::StageMdmConfiguration
            | Self::RemoveFromDevice
            | Self::ActivateMdmLicence
            | Self::Verify => Executor::Mdm,
            Self::Withdraw | Self::Detach | Self::Revoke => Executor::Cockpit,
        }
    }

    /// What an administrator must be allowed to do.
    pub const fn privilege(self) -> Privilege {
        match self {
            Self::Notify => Privilege::BroadcastSend,
            Self::JoinList
            | Self::JoinGroup
            | Self::ReplaceId
            | Self::LeaveGroup
            | Self::LeaveList
            | Self::SynchroniseGroup => Privilege::BroadcastMembersWrite,
            Self::StageMdmConfiguration | Self::RemoveFromDevice | Self::ActivateMdmLicence => {
                Privilege::ConfigWrite
            }
            Self::Verify => Privilege::UsersRead,
            Self::Withdraw => Privilege::CredentialsWrite,
            Self::Detach => Privilege::IdsDetach,
            Self::Revoke => Privilege::IdsRevoke,
        }
    }

    /// What the subscription's edition must include.
    pub const fn entitlement(self) -> Option<Capability> {
        match self {
            Self::Revoke => Some(Capability::Revoke),
            _ => None,
        }
    }

    /// Whether it can be taken back; `None` where there is nothing to take back.
    pub const fn reversible(self) -> Option<bool> {
        match self {
            Self::Notify | Self::Verify => None,
            Self::Detach | Self::Revoke => Some(false),
            _ => Some(true),
        }
    }

    /// The class whose limits count it; `None` for what changes nothing.
    pub const fn class(self) -> Option<ActionClass> {
        match self {
            Self::Notify | Self::Verify => None,
            Self::Detach | Self::Revoke => Some(ActionClass::Irreversible),
            Self::Withdraw | Self::RemoveFromDevice => Some(ActionClass::Withdraw),
            _ => Some(ActionClass::Reversible),
        }
    }

    /// When it has taken effect at the latest, if it is begun at `start`; `None` if nothing bounds it.
    ///
    /// The effect of a revocation is that the ID is dead; how it looks to others follows [`DISPLAY`] later.
    pub fn effect_by(self, start: OffsetDateTime) -> Option<OffsetDateTime> {
        let worst = match self {
            Self::StageMdmConfiguration
            | Self::RemoveFromDevice
            | Self::ActivateMdmLicence
            | Self::Verify => return None,
            Self::Withdraw => WITHDRAWAL,
            Self::Detach => LABEL,
            Self::Revoke => REVOCATION,
            _ => Duration::ZERO,
        };
        start.checked_add(worst)
    }

    /// Whether one API call serves all steps of a batch: members are removed and added as a list (PLATFORM 33).
    pub(super) const fn calls(self) -> Calls {
        match self {
            Self::JoinList
            | Self::JoinGroup
            | Self::LeaveGroup
            | Self::LeaveList
            | Self::SynchroniseGroup => Calls::PerBatch(1),
            // Old members out, new members in (PLATFORM 34).
            Self::ReplaceId => Calls::PerBatch(2),
            Self::Notify | Self::Withdraw => Calls::PerStep(1),
            // By hand in the cockpit, where one selection is one action (PLATFORM 28, 30); by the device management.
            Self::Detach
            | Self::Revoke
            | Self::StageMdmConfiguration
            | Self::RemoveFromDevice
            | Self::ActivateMdmLicence
            | Self::Verify => Calls::PerStep(0),
        }
    }
}

/// How many web API calls a kind costs.
pub(super) enum Calls {
    /// So many for each step.
    PerStep(u32),
    /// So many for a whole batch.
    PerBatch(u32),
}

/// What a step acts on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// An ID.
    Id(Id),
    /// A credential, group or list, by its key.
    Key(Arc<str>),
}

impl Target {
    /// As text.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Id(id) => id.as_str(),
            Self::Key(key) => key,
        }
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// What a step needs besides its target.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum With {
    /// The words of a notification.
    Text(Arc<str>),
    /// The ID that joins.
    Id(Id),
    /// What the device management is to set.
    Configuration(Arc<Configuration>),
}

/// One step of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Its number in the plan, from 1.
    #[serde(rename = "step")]
    pub number: u32,
    /// Whom it is for; `None` where it is for a whole group.
    pub user: Option<Id>,
    /// What it acts on.
    pub target: Target,
    /// When it has taken effect at the latest if it is begun at its batch's `not_before`; `None` if
    /// nothing bounds it.
    #[serde(serialize_with = "crate::model::instant_or_null")]
    pub effect_by: Option<OffsetDateTime>,
    /// What it needs besides.
    pub with: Option<With>,
}

/// Steps with the same action: one task in the cockpit (PLATFORM 28).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Batch {
    /// Its number, from 1. Batches are carried out in this order.
    #[serde(rename = "n")]
    pub number: u32,
    /// What its steps do.
    pub kind: StepKind,
    /// Who carries it out.
    pub executor: Executor,
    /// What that takes.
    pub privilege: Privilege,
    /// Whether it can be taken back.
    pub reversible: Option<bool>,
    /// When it may begin; `None` if that is not known yet, because it waits for an observation.
    #[serde(serialize_with = "crate::model::instant_or_null")]
    pub not_before: Option<OffsetDateTime>,
    /// Earlier batches: each step waits for the steps of its own user, group or credential in them.
    pub waits_for: Vec<u32>,
    /// The steps.
    pub steps: Vec<Step>,
    /// Calls of the executor's web API; 0 where it has none, or the edition does not include it.
    pub api_calls: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::parse_instant;

    /// The table of step kinds in the formats, row by row.
    #[test]
    fn kinds_are_as_the_formats_say() {
        use StepKind as K;
        let start = parse_instant("2026-11-22T09:00:00Z").unwrap();
        let hours = |hours| start.checked_add(Duration::hours(hours));
        let table = [
            (K::Notify, "broadcast", "broadcast.send", None, hours(0)),
            (K::JoinGroup, "broadcast", "broadcast.members.write", Some(true), hours(0)),
            (K::JoinList, "broadcast", "broadcast.members.write", Some(true), hours(0)),
            (K::ReplaceId, "broadcast", "broadcast.members.write", Some(true), hours(0)),
            (K::LeaveGroup, "broadcast", "broadcast.members.write", Some(true), hours(0)),
            (K::LeaveList, "broadcast", "broadcast.members.write", Some(true), hours(0)),
            (K::SynchroniseGroup, "broadcast", "broadcast.members.write", Some(true), hours(0)),
            (K::Withdraw, "cockpit", "credentials.write", Some(true), hours(24)),
            (K::RemoveFromDevice, "mdm", "config.write", Some(true), None),
            (K::StageMdmConfiguration, "mdm", "config.write", Some(true), None),
            (K::ActivateMdmLicence, "mdm", "config.write", Some(true), None),
            (K::Detach, "cockpit", "ids.detach", Some(false), hours(24)),
            (K::Revoke, "cockpit", "ids.revoke", Some(false), hours(1)),
            (K::Verify, "mdm", "users.read", None, None),
        ];
        assert_eq!(table.len(), K::ALL.len());
        for (kind, executor, privilege, reversible, effect) in table {
            assert_eq!(kind.executor().word(), executor, "{kind}");
            assert_eq!(kind.privilege().word(), privilege, "{kind}");
            assert_eq!(kind.reversible(), reversible, "{kind}");
            assert_eq!(kind.effect_by(start), effect, "{kind}");
            assert_eq!(kind.entitlement().is_some(), kind == K::Revoke, "{kind}");
        }
    }

    #[test]
    fn what_cannot_be_undone_is_irreversible_and_nothing_else() {
        for kind in StepKind::ALL {
            let irreversible = kind.class() == Some(ActionClass::Irreversible);
            assert_eq!(irreversible, kind.reversible() == Some(false), "{kind}");
        }
    }
}
