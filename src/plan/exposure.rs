//! Exposure windows: until when, at worst, somebody can still receive new messages, write, and be seen as a
//! colleague.
//!
//! Worst case means: every step begins at its `not_before` and takes as long as the platform may take. What
//! is on a device already is not new, and no plan takes it away.

use serde::{Serialize, Serializer};
use time::OffsetDateTime;

use super::schedule::{Begin, Index, Schedule};
use super::step::{DISPLAY, LABEL, REVOCATION, StepKind, WITHDRAWAL};
use super::surroundings::{Position, SignIn, Surroundings};
use crate::model::format_instant;

/// The end of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Until {
    /// It is over already.
    Ended,
    /// At this instant at the latest.
    At(OffsetDateTime),
    /// Nothing bounds it.
    Unbounded,
}

impl Until {
    fn after(start: Begin, worst: time::Duration) -> Self {
        match start {
            Begin::At(start) => start.checked_add(worst).map_or(Self::Unbounded, Self::At),
            Begin::Observed(_) => Self::Unbounded,
        }
    }
}

impl Serialize for Until {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Ended => serializer.serialize_str("ended"),
            Self::At(instant) => serializer.serialize_str(&format_instant(*instant)),
            Self::Unbounded => serializer.serialize_str("unbounded"),
        }
    }
}

/// The windows of one user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Exposure {
    /// Until when new messages to the ID can be read.
    pub reads_until: Until,
    /// Until when the ID can write.
    pub writes_until: Until,
    /// Until when the ID looks like a colleague's to others.
    pub listed_until: Until,
}

impl Exposure {
    /// Nothing is known to end it.
    pub const UNBOUNDED: Self = Self {
        reads_until: Until::Unbounded,
        writes_until: Until::Unbounded,
        listed_until: Until::Unbounded,
    };
}

/// The windows of a user, given what is scheduled.
pub(super) fn exposure(surroundings: &Surroundings<'_>, schedule: &Schedule, position: Position) -> Exposure {
    let mut uses = without_a_plan(surroundings, position);
    let mut listed = Until::Unbounded;
    let steps = schedule.of_user.get(&position).map_or(&[][..], Vec::as_slice);
    let step = |index: &Index| &schedule.steps[*index];
    // Whoever moves to another licence goes on as before, whatever is deleted on the way.
    let is_migrated = steps.iter().any(|index| step(index).kind == StepKind::ActivateMdmLicence);
    if is_migrated {
        uses = Until::Unbounded;
    }
    for step in steps.iter().map(step) {
        match step.kind {
            StepKind::Withdraw if !is_migrated => uses = uses.min(Until::after(step.begin, WITHDRAWAL)),
            StepKind::Revoke => {
                uses = uses.min(Until::after(step.begin, REVOCATION));
                listed = Until::after(step.begin, REVOCATION + DISPLAY);
            }
            StepKind::Detach => {
                // The holder may go on using the ID, elsewhere (PLATFORM 3).
                uses = Until::Unbounded;
                listed = Until::after(step.begin, LABEL);
            }
            _ => {}
        }
    }
    Exposure { reads_until: uses, writes_until: uses, listed_until: listed }
}

/// Until when the ID can be used if nothing is done.
fn without_a_plan(surroundings: &Surroundings<'_>, position: Position) -> Until {
    let user = surroundings.user(position);
    if user.id().is_system() || surroundings.sign_in(position) != SignIn::Nothing {
        return Until::Unbounded;
    }
    match surroundings.access_ended_by(position) {
        Some(ended) if ended <= surroundings.moment.instant() => Until::Ended,
        Some(ended) => Until::At(ended),
        None => Until::Unbounded,
    }
}
