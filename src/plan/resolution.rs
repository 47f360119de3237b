//! Resolutions: what somebody decided about a hold, in the place of the policy.
//!
//! A hold says that a person must look. What the person then decides is a statement about one user and one hold,
//! for a time; it is signed with a key of somebody who may settle holds, and checked where keys are known. A plan takes
//! it in the place of the hold and names it, so whoever approves the plan sees it.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::model::{Id, utc};
use crate::policy::{Access, Axis, Decision, Disposition, HoldCode, Outcome};
use crate::sort;

/// What somebody decided about a held user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resolution {
    /// Always the same words, so that no signature for something else can pass for this.
    pub purpose: String,
    /// The key of the subscription.
    pub subscription: String,
    /// The user.
    pub user: Id,
    /// Why the user is held. If that has changed by the time of a plan, nothing is resolved.
    pub hold: HoldCode,
    /// What happens to the ID, where that is held.
    pub disposition: Option<Disposition>,
    /// What happens to the access, where that is held.
    pub access: Option<Access>,
    /// Why, without personal data.
    pub note: String,
    /// The administrator who decides.
    pub resolver: String,
    /// When.
    #[serde(with = "utc")]
    pub at: OffsetDateTime,
    /// Until when a plan may be made with it.
    #[serde(with = "utc")]
    pub until: OffsetDateTime,
}

/// A resolution with the signature that was found to be good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Settled {
    resolution: Resolution,
    signature: String,
}

impl Settled {
    /// A resolution whose signature was checked.
    #[cfg(feature = "apply")]
    pub(crate) const fn new(resolution: Resolution, signature: String) -> Self {
        Self { resolution, signature }
    }

    /// What was decided.
    pub const fn resolution(&self) -> &Resolution {
        &self.resolution
    }

    /// Whether this is about what is held in a decision, and about all of it.
    fn fits(&self, decision: &Decision) -> bool {
        let Resolution { user, hold, disposition, access, .. } = &self.resolution;
        let Some(held) = &decision.hold else { return false };
        let is_held = |axis| held.axes.contains(&axis);
        decision.user == Some(*user)
            && held.code == *hold
            && disposition.is_some() == is_held(Axis::Id)
            && access.is_some() == is_held(Axis::Access)
    }

    /// The decision with what was decided in the place of the hold.
    fn settle(&self, decision: &mut Decision) {
        let Resolution { disposition, access, note, .. } = &self.resolution;
        decision.disposition = disposition.unwrap_or(decision.disposition);
        decision.access = access.unwrap_or(decision.access);
        decision.hold = None;
        decision.reason = Some(note.as_str().into());
        let nothing = decision.disposition == Disposition::Keep && decision.access == Access::Keep;
        decision.outcome =
            if nothing && decision.obligations.is_empty() { Outcome::Keep } else { Outcome::Act };
    }
}

/// Settles what can be settled at an instant; the resolutions that were used come out, by user.
pub(crate) fn settle(
    decisions: &mut [Decision],
    resolutions: &[Settled],
    at: OffsetDateTime,
) -> Vec<Settled> {
    let mut used: Vec<Settled> = Vec::new();
    if resolutions.is_empty() {
        return used;
    }
    for decision in decisions {
        let holds = |settled: &&Settled| settled.resolution.until > at && settled.fits(decision);
        // Who decided last is right; what was decided at once by two is settled by none.
        let mut latest: Vec<&Settled> = resolutions.iter().filter(holds).collect();
        sort::by_key(&mut latest, |settled| settled.resolution.at);
        let Some(last) = latest.pop() else { continue };
        let differs = |other: &&Settled| {
            other.resolution.at == last.resolution.at
                && (other.resolution.disposition, other.resolution.access)
                    != (last.resolution.disposition, last.resolution.access)
        };
        if !latest.iter().any(differs) {
            last.settle(decision);
            used.push(last.clone());
        }
    }
    used
}
