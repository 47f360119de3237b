//! When each step of a plan is carried out, exactly as the plan's `not_before` and `waits_for` allow.
//!
//! In goes a plan and a way of carrying it out: everything as early as allowed, with devices that
//! answer at once, late or never, or one kind of step carried out far too late. Out comes the start of
//! every step, or that it never starts. A wait the plan does not state is not made up for here: then a
//! step starts too early, and the platform shows what comes of that.

use std::collections::{BTreeMap, BTreeSet};

use leaver::model::Id;

use crate::facts::{DAY, World};
use crate::reading::{Kind, Reading, Second, Step};

/// Later than anything a plan says.
const FAR_TOO_LATE: Second = 20_000 * DAY;

/// A way of carrying out a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pace {
    /// How long a device takes; `None` is for ever.
    pub(crate) device_delay: Option<Second>,
    /// Steps of this kind are carried out far too late.
    pub(crate) late: Option<Kind>,
}

impl Pace {
    /// Each step at its `not_before`, and no device ever answers: the worst case of the windows.
    pub(crate) const WORST: Self = Self { device_delay: None, late: None };
    /// Devices answer after weeks.
    pub(crate) const SLOW: Self = Self { device_delay: Some(45 * DAY), late: None };
    /// Devices answer at once.
    pub(crate) const FAST: Self = Self { device_delay: Some(0), late: None };

    pub(crate) const fn late(kind: Kind) -> Self {
        Self { device_delay: Some(45 * DAY), late: Some(kind) }
    }
}

/// What a step has to do with: a step waits only for steps that share something with it.
#[derive(Clone, Debug, Default)]
struct Concern {
    users: BTreeSet<Id>,
    target: Option<(bool, String)>,
}

impl Concern {
    fn shares_with(&self, other: &Self) -> bool {
        (self.target.is_some() && self.target == other.target)
            || self.users.iter().any(|user| other.users.contains(user))
    }
}

/// The concern of each step. Users of one person belong together, and who changes a group has to do
/// with its synchronisation.
fn concerns(plan: &Reading, world: &World) -> Vec<Concern> {
    let mut of_groups: BTreeMap<&str, BTreeSet<Id>> = BTreeMap::new();
    for step in plan.steps.iter().filter(|step| step.kind.changes_members()) {
        of_groups.entry(&step.target).or_default().extend(&step.users);
    }
    let concern = |step: &Step| {
        let mut users = step.users.clone();
        if step.kind == Kind::SynchroniseGroup {
            users.extend(of_groups.get(step.target.as_str()).into_iter().flatten());
        }
        let of_persons = users.iter().flat_map(|user| world.users_of_person(*user)).collect();
        let is_container = step.kind.changes_members() || step.kind == Kind::SynchroniseGroup;
        let is_named = is_container || matches!(step.kind, Kind::Withdraw);
        Concern { users: of_persons, target: is_named.then(|| (is_container, step.target.clone())) }
    };
    plan.steps.iter().map(concern).collect()
}

/// The start of each step, in the order of `plan.steps`; `None` if it never starts.
pub(crate) fn starts(plan: &Reading, world: &World, pace: Pace) -> Vec<Option<Second>> {
    let concerns = concerns(plan, world);
    let mut starts: Vec<Option<Second>> = vec![None; plan.steps.len()];
    let mut order: Vec<usize> = (0..plan.steps.len()).collect();
    order.sort_by_key(|at| (plan.steps[*at].batch, plan.steps[*at].number));
    for at in order {
        let step = &plan.steps[at];
        let mut start = Some(step.not_before.unwrap_or(plan.as_of).max(plan.as_of));
        for (other_at, other) in plan.steps.iter().enumerate() {
            if other_at == at
                || !step.waits_for.contains(&other.batch)
                || !concerns[at].shares_with(&concerns[other_at])
            {
                continue;
            }
            let done = starts[other_at].and_then(|start| done(plan, other, step.kind, start, &starts, pace));
            start = start.zip(done).map(|(start, done)| start.max(done));
        }
        if pace.late == Some(step.kind) {
            start = start.map(|start| start + FAR_TOO_LATE);
        }
        starts[at] = start;
    }
    starts
}

/// When a step of the kind `waiter`, which waits for `step`, may go on.
fn done(
    plan: &Reading,
    step: &Step,
    waiter: Kind,
    start: Second,
    starts: &[Option<Second>],
    pace: Pace,
) -> Option<Second> {
    match step.kind {
        // Observed when everything the device was told before has arrived.
        Kind::Verify => {
            let on_device = plan.steps.iter().zip(starts).filter(|(other, _)| {
                other.kind.is_on_device() && other.batch < step.batch && other.user == step.user
            });
            let arrivals =
                on_device.map(|(_, started)| started.zip(pace.device_delay).map(|(at, delay)| at + delay));
            arrivals.chain([Some(start)]).try_fold(start, |latest, arrival| arrival.map(|at| latest.max(at)))
        }
        // Only a detach waits until access is really lost. Early steps have the day in the detach's start;
        // where nobody knew when the credential would be deleted, or it comes too late, it is waited for.
        Kind::Withdraw if waiter == Kind::Detach && (step.effect_by.is_none() || pace.late.is_some()) => {
            Some(start + DAY)
        }
        _ => Some(start),
    }
}
