//! The platform on a virtual clock, as a connector: what would happen, and what it would look like on Friday.
//!
//! It keeps to the latencies of the platform at their worst: a deleted credential works for a day (PLATFORM 1), a
//! revoked ID for an hour and looks alive for another day (PLATFORM 6), and a detached ID that is used again with
//! a credential that still works comes back (PLATFORM 4). Its state is plain data that can be saved and shown.

mod faults;
mod view;
mod world;

pub use faults::Faults;
pub use view::{Abilities, UserView, View};
pub use world::{Account, AccountState, Container, World};

use time::{Duration, OffsetDateTime};

use super::connector::{Ability, Connector, Effect, IdSight, Sight};
use super::outcome::{Key, Outcome};
use super::paper::{PaperStep, PaperWith};
use crate::plan::{REVOCATION, StepKind, WITHDRAWAL};
use faults::Fault;

/// How long the device management takes to reach a device here; in truth nothing bounds it.
const DEVICE: Duration = Duration::hours(2);

/// A connector to a [`World`].
///
/// ```
/// use leaver::apply::simulator::{Faults, Simulator, World};
/// use leaver::directory::Directory;
///
/// let directory = Directory::from_json("directory.json", br#"{
///     "subscription": {"id": "acme", "edition": "enterprise", "time_zone": "UTC"},
///     "taken_at": "2026-11-22T08:00:00Z", "complete": true,
///     "users": [{"id": "ECHOECHO", "person": "E1001", "employment": "staff", "credential": "c1"}],
///     "credentials": [{"id": "c1", "kind": "single"}]}"#).map_err(|found| format!("{found:?}"))?;
/// let simulator = Simulator::new(World::of(&directory), Faults::none());
/// let view = simulator.world().view(directory.taken_at());
/// assert!(view.users[0].abilities.reads);
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug)]
pub struct Simulator {
    world: World,
    faults: Faults,
    ability: Ability,
}

impl Simulator {
    /// A connector to a world.
    pub const fn new(world: World, faults: Faults) -> Self {
        Self { world, faults, ability: Ability::READABLE }
    }

    /// The same, with other abilities than those of the platform.
    #[must_use]
    pub const fn with_ability(mut self, ability: Ability) -> Self {
        self.ability = ability;
        self
    }

    /// The world as it is.
    pub const fn world(&self) -> &World {
        &self.world
    }

    /// The world, to change what nobody planned.
    pub const fn world_mut(&mut self) -> &mut World {
        &mut self.world
    }

    /// The world, for good.
    pub fn into_world(self) -> World {
        self.world
    }

    fn effect(&self, step: &PaperStep, now: OffsetDateTime) -> Effect {
        let world = &self.world;
        let yes = |is_so: bool| if is_so { Effect::Done } else { Effect::NotDone };
        let since = |since: Option<OffsetDateTime>, wait: Duration| match since {
            Some(at) if at.saturating_add(wait) > now => Effect::Pending(at.saturating_add(wait)),
            Some(_) => Effect::Done,
            None => Effect::NotDone,
        };
        let user = step.user.and_then(|user| world.users.get(&user));
        match step.kind {
            StepKind::Withdraw => match world.credentials.get(&*step.target) {
                // Who reads the list of credentials sees at once that it is deleted.
                Some(deleted) => yes(deleted.is_some()),
                None => Effect::Done,
            },
            StepKind::Revoke => match user.map(|user| user.state) {
                Some(AccountState::Revoked { at }) => since(Some(at), REVOCATION),
                Some(_) => Effect::NotDone,
                None => Effect::Done,
            },
            StepKind::Detach => match user.map(|user| user.state) {
                Some(AccountState::Active) => Effect::NotDone,
                _ => Effect::Done,
            },
            StepKind::LeaveGroup | StepKind::LeaveList => {
                let members = world.containers.get(&*step.target).map(|container| &container.edited);
                yes(!members.zip(step.user).is_some_and(|(members, user)| members.contains(&user)))
            }
            StepKind::JoinGroup | StepKind::JoinList | StepKind::ReplaceId => {
                let members = world.containers.get(&*step.target).map(|container| &container.edited);
                let joins = match &step.with {
                    Some(PaperWith::Id(id)) => Some(*id),
                    _ => step.user,
                };
                let joined = members.zip(joins).is_some_and(|(members, id)| members.contains(&id));
                let left = step.kind != StepKind::ReplaceId
                    || !members.zip(step.user).is_some_and(|(members, id)| members.contains(&id));
                yes(joined && left)
            }
            StepKind::SynchroniseGroup => {
                let container = world.containers.get(&*step.target);
                yes(container.is_none_or(|container| container.edited == container.effective))
            }
            StepKind::Notify => Effect::Unclear,
            StepKind::RemoveFromDevice => since(user.and_then(|user| user.removal), DEVICE),
            StepKind::StageMdmConfiguration => since(user.and_then(|user| user.staged), DEVICE),
            StepKind::ActivateMdmLicence => since(user.and_then(|user| user.activated), DEVICE),
            StepKind::Verify => match user.map(|user| (user.removal, user.staged)) {
                Some((removal, staged)) => since(removal.max(staged), DEVICE),
                None => Effect::Done,
            },
        }
    }
}

impl Connector for Simulator {
    fn name(&self) -> &'static str {
        "simulator"
    }

    fn ability(&self, kind: StepKind) -> Option<Ability> {
        Some(if kind == StepKind::Notify { Ability::BLIND } else { self.ability })
    }

    fn observe(&mut self, step: &PaperStep, now: OffsetDateTime) -> Sight {
        self.world.pass(now);
        let user = step.user.and_then(|user| self.world.users.get(&user));
        let id = match user.map(|user| user.state) {
            Some(AccountState::Active) => IdSight::Active,
            Some(AccountState::Detached { .. }) | None => IdSight::NotListed,
            Some(AccountState::Revoked { .. }) => IdSight::Gone,
        };
        Sight {
            effect: self.effect(step, now),
            id: if step.user.is_some() { id } else { IdSight::Unclear },
            credential: user.map(|user| user.credential.clone()),
            returned: user.is_some_and(|user| user.returned),
            held: user.is_some_and(|user| user.held),
            decided_otherwise: false,
        }
    }

    fn perform(&mut self, step: &PaperStep, key: &Key, now: OffsetDateTime) -> Outcome {
        self.world.pass(now);
        if self.ability.keyed && self.world.has_done(key) {
            return Outcome::Applied;
        }
        let fault = self.faults.next(step.number);
        match fault {
            Some(Fault::Refused) => return Outcome::Refused { why: "the platform refused it".to_owned() },
            Some(Fault::TooMany) => {
                return Outcome::Failed { why: "429: too many requests".to_owned(), retryable: true };
            }
            Some(Fault::LostRequest) => return Outcome::Unknown { why: "no reply".to_owned() },
            Some(Fault::LostReply | Fault::Delayed) | None => {}
        }
        let when = if fault == Some(Fault::Delayed) { now.saturating_add(Duration::minutes(5)) } else { now };
        self.world.begin(step, key, when);
        self.world.pass(now);
        if fault.is_some() {
            return Outcome::Unknown { why: "no reply".to_owned() };
        }
        match step.kind {
            StepKind::Revoke => Outcome::Pending { until: now.saturating_add(REVOCATION) },
            StepKind::RemoveFromDevice | StepKind::StageMdmConfiguration | StepKind::ActivateMdmLicence => {
                Outcome::Pending { until: now.saturating_add(DEVICE) }
            }
            StepKind::Verify => match self.effect(step, now) {
                Effect::Pending(until) => Outcome::Pending { until },
                Effect::Done => Outcome::Applied,
                _ => Outcome::Failed { why: "it is not observed yet".to_owned(), retryable: true },
            },
            _ => Outcome::Applied,
        }
    }
}

/// How long a credential still works after it was deleted, at worst.
pub(super) const CREDENTIAL: Duration = WITHDRAWAL;
