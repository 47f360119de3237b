//! What is to happen to one user: the steps a decision comes to, before they are put into an order.
//!
//! A course starts as what the decision says and is then put to the tests of the platform, of the actor's
//! authority and of the seats; each can strike an axis out. What survives becomes steps.

use std::collections::BTreeSet;
use std::sync::Arc;

use time::OffsetDateTime;

use super::hazard::{Hazard, Reason};
use super::step::StepKind;
use super::surroundings::Position;
use crate::model::Id;
use crate::policy::{Access, Axis, Decision, Disposition, Period};
use crate::sort::Gather as _;

/// How access is taken away or moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Delete the single credential with this key.
    Delete(Arc<str>),
    /// Let the device management take the app or its configuration off the device.
    Remove,
    /// Move to the licence of the device management.
    Migrate {
        /// The single credential that goes, if there is one.
        from: Option<Arc<str>>,
        /// The credential of the device management.
        to: Arc<str>,
    },
}

/// What happens to the ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Detach,
    Revoke,
}

impl Fate {
    pub(super) const fn kind(self) -> StepKind {
        match self {
            Self::Detach => StepKind::Detach,
            Self::Revoke => StepKind::Revoke,
        }
    }
}

/// From when the ID axis may be carried out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Start {
    /// At once.
    #[default]
    Now,
    /// Not before an instant.
    At(OffsetDateTime),
    /// So long after the person was told.
    AfterNotice(Period),
}

/// Somebody is told something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Notice {
    /// Who is told.
    pub(super) told: Position,
    /// The words.
    pub(super) text: Arc<str>,
    /// The container that the told ID joins first, so that Broadcast reaches it.
    pub(super) join: Option<usize>,
}

/// How it stands with a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// There are steps, unless nothing is left to do.
    Planned,
    /// The decision is that nothing happens.
    Kept,
    /// Held by the decision or by hazards.
    Held,
    /// Nothing may happen by this actor, or at all.
    Refused,
    /// Another plan is at work.
    Open,
}

impl Start {
    /// Whether nothing has to be awaited.
    pub(super) fn is_immediate(self, now: OffsetDateTime) -> bool {
        match self {
            Self::Now => true,
            Self::At(instant) => instant <= now,
            Self::AfterNotice(_) => false,
        }
    }
}

/// What is to happen to one user.
#[derive(Clone, Debug)]
pub(super) struct Course {
    pub(super) standing: Standing,
    pub(super) reason: Option<Reason>,
    pub(super) access: Option<Way>,
    pub(super) fate: Option<Fate>,
    pub(super) start: Start,
    pub(super) notices: Vec<Notice>,
    /// Who takes the user's places in groups and lists.
    pub(super) heir: Option<Position>,
    pub(super) leaves_containers: bool,
    pub(super) restricts: bool,
    pub(super) hazards: Vec<Hazard>,
    /// The first reason why an axis is held.
    pub(super) held: Option<Reason>,
    /// The first obligation that cannot be met.
    unmet: Option<Reason>,
    held_axes: BTreeSet<Axis>,
    /// Whether the decision wants something on an axis.
    acts_on_an_axis: bool,
}

impl Course {
    /// A course on which nothing happens.
    pub(super) fn idle(standing: Standing, reason: Option<Reason>) -> Self {
        Self {
            standing,
            reason,
            access: None,
            fate: None,
            start: Start::Now,
            notices: Vec::new(),
            heir: None,
            leaves_containers: false,
            restricts: false,
            hazards: Vec::new(),
            held: None,
            unmet: None,
            held_axes: BTreeSet::new(),
            acts_on_an_axis: false,
        }
    }

    /// A course that is being worked out. What the decision holds is held here, too.
    pub(super) fn started(decision: &Decision) -> Self {
        let hold = decision.hold.as_ref();
        Self {
            acts_on_an_axis: matches!(decision.disposition, Disposition::Detach | Disposition::Revoke)
                || matches!(decision.access, Access::Withdraw | Access::Migrate),
            held: hold.map(Reason::of_hold),
            held_axes: hold.into_iter().flat_map(|hold| hold.axes.iter().copied()).gather(),
            ..Self::idle(Standing::Planned, None)
        }
    }

    /// Strikes out what a hazard holds, and remembers it.
    pub(super) fn endanger(&mut self, hazard: Hazard) {
        if hazard.holds.contains(&Axis::Access) {
            self.access = None;
        }
        if hazard.holds.contains(&Axis::Id) {
            self.fate = None;
        }
        self.held_axes.extend(&hazard.holds);
        if !hazard.holds.is_empty() && self.held.is_none() {
            self.held = Some(Reason::new(hazard.code, hazard.message.clone()));
        }
        self.hazards.push(hazard);
    }

    /// An obligation cannot be met.
    pub(super) fn fail(&mut self, hazard: Hazard) {
        if self.unmet.is_none() {
            self.unmet = Some(Reason::new(hazard.code, hazard.message.clone()));
        }
        self.endanger(hazard);
    }

    /// Why there may be nothing to do although not everything is done.
    pub(super) fn shortfall(&self) -> Option<&Reason> {
        self.held.as_ref().or(self.unmet.as_ref())
    }

    /// Once everything is tested: obligations of somebody held on both axes are not planned (FORMATS). Where one
    /// axis is held and nothing happens on the other, nobody is told and nobody is replaced: that speaks of
    /// what is held. Leaving groups and restrictions go on.
    pub(super) fn conclude(&mut self) {
        if self.standing != Standing::Planned || self.access.is_some() || self.fate.is_some() {
            return;
        }
        let Some(reason) = self.held.clone() else {
            // What the decision wanted on an axis is the case already: nobody is told again and again.
            if self.acts_on_an_axis {
                self.notices.clear();
            }
            return;
        };
        let is_held_on_both = self.held_axes.len() == Axis::ALL.len();
        if is_held_on_both || !self.leaves_containers && !self.restricts {
            self.stop(Standing::Held, reason);
        } else {
            self.notices.clear();
            self.heir = None;
        }
    }

    /// Nothing happens, for a reason. The hazards of a user who is held stay: they are the way out. Those of
    /// users who are left to somebody else are not this plan's.
    pub(super) fn stop(&mut self, standing: Standing, reason: Reason) {
        let hazards = if standing == Standing::Held { std::mem::take(&mut self.hazards) } else { Vec::new() };
        *self = Self { hazards, ..Self::idle(standing, Some(reason)) };
    }

    /// The kinds of steps this comes to, beside the changes of groups and lists.
    pub(super) fn kinds(&self) -> Vec<StepKind> {
        let mut kinds = Vec::new();
        if !self.notices.is_empty() {
            kinds.push(StepKind::Notify);
        }
        if self.restricts {
            kinds.push(StepKind::StageMdmConfiguration);
        }
        match &self.access {
            Some(Way::Delete(_)) => kinds.push(StepKind::Withdraw),
            Some(Way::Remove) => {
                kinds.push(StepKind::RemoveFromDevice);
                if self.fate == Some(Fate::Detach) {
                    kinds.push(StepKind::Verify);
                }
            }
            Some(Way::Migrate { from, .. }) => {
                kinds.extend([
                    StepKind::StageMdmConfiguration,
                    StepKind::Verify,
                    StepKind::ActivateMdmLicence,
                ]);
                kinds.extend(from.is_some().then_some(StepKind::Withdraw));
            }
            None => {}
        }
        kinds.extend(self.fate.map(Fate::kind));
        kinds
    }

    /// The other users this touches.
    pub(super) fn touched(&self) -> impl Iterator<Item = Position> + '_ {
        self.notices.iter().map(|notice| notice.told).chain(self.heir)
    }
}

/// IDs as a sentence lists them: at most three, then how many more.
pub(super) fn listed(ids: &[Id]) -> String {
    let shown: Vec<&str> = ids.iter().take(3).map(Id::as_str).collect();
    match ids.len().saturating_sub(3) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
