//! A plan as its JSON says, read without the library that wrote it.
//!
//! In goes the JSON value, out come its users and a flat list of steps, each with what its batch says
//! of it, so that one step can be changed without the others. Nothing is judged here; a plan that
//! cannot be read is a text that says why.

use std::collections::BTreeSet;

use leaver::model::{Id, parse_instant};
use serde::Deserialize;
use serde_json::Value;

/// Seconds since 1970 in UTC.
pub(crate) type Second = i64;

#[derive(Clone, Debug)]
pub(crate) struct Reading {
    pub(crate) as_of: Second,
    pub(crate) users: Vec<PlannedUser>,
    pub(crate) steps: Vec<Step>,
    pub(crate) hazards: Vec<Hazard>,
    pub(crate) freed: Option<u64>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct PlannedUser {
    pub(crate) user: Id,
    pub(crate) decision: Decision,
    pub(crate) status: Status,
    pub(crate) steps: Vec<usize>,
    pub(crate) exposure: Exposure,
    pub(crate) open_in: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    Planned,
    Kept,
    Done,
    Held,
    Refused,
    Open,
}

impl Status {
    pub(crate) const ALL: [Self; 6] =
        [Self::Planned, Self::Kept, Self::Done, Self::Held, Self::Refused, Self::Open];
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Decision {
    pub(crate) disposition: Disposition,
    pub(crate) access: Access,
    pub(crate) obligations: Vec<Obligation>,
    pub(crate) after: Option<When>,
    pub(crate) deadline: Option<When>,
    pub(crate) ground: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Disposition {
    Keep,
    Detach,
    Revoke,
    Hold,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Access {
    Keep,
    Withdraw,
    Migrate,
    Hold,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Obligation {
    Notify {},
    LeaveGroupsAndLists {},
    ReplaceWith { id: Id },
    Restrict {},
}

/// Not before an instant, or so long after the user was told.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum When {
    At(Instant),
    AfterNotify { plus: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Instant(pub(crate) Second);

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let instant = parse_instant(&text)
            .ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no instant")))?;
        Ok(Self(instant.unix_timestamp()))
    }
}

/// How long somebody reads, writes or is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Until {
    Ended,
    At(Second),
    Unbounded,
}

impl<'de> Deserialize<'de> for Until {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.as_str() {
            "ended" => Ok(Self::Ended),
            "unbounded" => Ok(Self::Unbounded),
            _ => parse_instant(&text)
                .map(|instant| Self::At(instant.unix_timestamp()))
                .ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no window"))),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the words of the format")]
pub(crate) struct Exposure {
    pub(crate) reads_until: Until,
    pub(crate) writes_until: Until,
    pub(crate) listed_until: Until,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Hazard {
    pub(crate) code: String,
    pub(crate) user: Option<Id>,
    pub(crate) holds: Vec<Axis>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Axis {
    Id,
    Access,
}

/// In the order in which steps of one user follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    JoinList,
    JoinGroup,
    Notify,
    StageMdmConfiguration,
    ReplaceId,
    LeaveGroup,
    LeaveList,
    SynchroniseGroup,
    Withdraw,
    RemoveFromDevice,
    Verify,
    ActivateMdmLicence,
    Revoke,
    Detach,
}

impl Kind {
    pub(crate) const ALL: [Self; 14] = [
        Self::JoinList,
        Self::JoinGroup,
        Self::Notify,
        Self::StageMdmConfiguration,
        Self::ReplaceId,
        Self::LeaveGroup,
        Self::LeaveList,
        Self::SynchroniseGroup,
        Self::Withdraw,
        Self::RemoveFromDevice,
        Self::Verify,
        Self::ActivateMdmLicence,
        Self::Revoke,
        Self::Detach,
    ];

    /// Changes who is in a group or list.
    pub(crate) const fn changes_members(self) -> bool {
        matches!(
            self,
            Self::JoinList | Self::JoinGroup | Self::ReplaceId | Self::LeaveGroup | Self::LeaveList
        )
    }

    /// Reaches a device, which may answer at any time or never.
    pub(crate) const fn is_on_device(self) -> bool {
        matches!(self, Self::StageMdmConfiguration | Self::RemoveFromDevice | Self::ActivateMdmLicence)
    }

    pub(crate) const fn is_irreversible(self) -> bool {
        matches!(self, Self::Detach | Self::Revoke)
    }
}

/// A step together with what its batch says of it.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) number: usize,
    pub(crate) batch: u64,
    pub(crate) kind: Kind,
    pub(crate) not_before: Option<Second>,
    pub(crate) waits_for: Vec<u64>,
    /// Whose step it is; `None` for what is done to a group.
    pub(crate) user: Option<Id>,
    /// Everybody in whose list it is, and whose it is.
    pub(crate) users: BTreeSet<Id>,
    pub(crate) target: String,
    pub(crate) effect_by: Option<Second>,
    /// The ID that joins.
    pub(crate) with: Option<Id>,
}

#[derive(Deserialize)]
struct WholePlan {
    made: Made,
    users: Vec<PlannedUser>,
    batches: Vec<Batch>,
    hazards: Vec<Hazard>,
    licences: Option<Licences>,
}

#[derive(Deserialize)]
struct Made {
    as_of: Instant,
}

#[derive(Deserialize)]
struct Batch {
    n: u64,
    kind: Kind,
    not_before: Option<Instant>,
    waits_for: Vec<u64>,
    steps: Vec<BatchStep>,
}

#[derive(Deserialize)]
struct BatchStep {
    step: usize,
    user: Option<Id>,
    target: String,
    effect_by: Option<Instant>,
    with: Option<With>,
}

#[derive(Deserialize)]
struct With {
    id: Option<Id>,
}

#[derive(Deserialize)]
struct Licences {
    freed: Vec<Freed>,
}

#[derive(Deserialize)]
struct Freed {
    seats: u64,
}

impl Reading {
    pub(crate) fn of(plan: &Value) -> Result<Self, String> {
        let WholePlan { made, users, batches, hazards, licences } =
            WholePlan::deserialize(plan).map_err(|error| error.to_string())?;
        let mut steps = Vec::new();
        for batch in batches {
            for step in batch.steps {
                let listed = users.iter().filter(|user| user.steps.contains(&step.step));
                steps.push(Step {
                    number: step.step,
                    batch: batch.n,
                    kind: batch.kind,
                    not_before: batch.not_before.map(|Instant(at)| at),
                    waits_for: batch.waits_for.clone(),
                    user: step.user,
                    users: listed.map(|user| user.user).chain(step.user).collect(),
                    target: step.target,
                    effect_by: step.effect_by.map(|Instant(at)| at),
                    with: step.with.and_then(|with| with.id),
                });
            }
        }
        let freed = licences.map(|licences| licences.freed.iter().map(|freed| freed.seats).sum());
        Ok(Self { as_of: made.as_of.0, users, steps, hazards, freed })
    }

    pub(crate) fn user(&self, id: Id) -> Option<&PlannedUser> {
        self.users.iter().find(|user| user.user == id)
    }

    /// Whether one of these hazards is told of the user, or of the whole plan.
    pub(crate) fn warns(&self, id: Option<Id>, codes: &[&str]) -> bool {
        self.hazards.iter().any(|hazard| hazard.user == id && codes.contains(&hazard.code.as_str()))
    }

    /// Whether a hazard holds this axis of the user.
    pub(crate) fn holds(&self, id: Id, axis: Axis) -> bool {
        self.hazards.iter().any(|hazard| hazard.user == Some(id) && hazard.holds.contains(&axis))
    }
}

impl PlannedUser {
    pub(crate) fn owes(&self, obligation: impl Fn(&Obligation) -> bool) -> bool {
        self.decision.obligations.iter().any(obligation)
    }
}
