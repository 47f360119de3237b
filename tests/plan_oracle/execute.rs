//! Carries out a plan on the platform, step by step, and notes what is wrong about each step.
//!
//! In go the facts, a plan and a pace, out comes the platform afterwards with everything that went
//! wrong on the way. Whether the plan reached what it set out for is judged afterwards.

use std::collections::{BTreeMap, BTreeSet};

use leaver::model::Id;

use crate::facts::{Login, MOST_MEMBERS, World};
use crate::platform::{IdState, Platform};
use crate::reading::{
    Access, Axis, Disposition, Kind, Obligation, PlannedUser, Reading, Second, Status, Step,
};
use crate::schedule::{Pace, starts};
use crate::violation::{Class, Violation};

/// The hazard that says that nobody knows who is in groups and lists.
const MEMBERS_UNKNOWN: &[&str] = &["L0221"];

/// What the plan sets out to do with a user, without what is held.
#[derive(Clone, Debug)]
pub(crate) struct Intent<'p> {
    pub(crate) user: &'p PlannedUser,
    pub(crate) disposition: Disposition,
    pub(crate) access: Access,
    /// Whether something is to happen to the ID or the access that is not the case already.
    acts: bool,
    /// Whether one of both is held, by the decision or a hazard.
    is_held: bool,
}

impl<'p> Intent<'p> {
    fn of(world: &World, plan: &Reading, user: &'p PlannedUser) -> Self {
        let is_planned = user.status == Status::Planned;
        let goes_on = |axis| is_planned && !plan.holds(user.user, axis);
        let disposition = if goes_on(Axis::Id) { user.decision.disposition } else { Disposition::Hold };
        let access = if goes_on(Axis::Access) { user.decision.access } else { Access::Hold };
        let login = world.users.get(&user.user).map(|member| &member.login);
        let access_acts = match access {
            Access::Withdraw => !matches!(login, Some(Login::NothingSince(_))),
            Access::Migrate => !matches!(login, Some(Login::With(credential)) if world.is_multi(credential)),
            Access::Keep | Access::Hold => false,
        };
        let acts = access_acts || matches!(disposition, Disposition::Detach | Disposition::Revoke);
        let is_held = disposition == Disposition::Hold || access == Access::Hold;
        Self { user, disposition, access, acts, is_held }
    }

    pub(crate) fn is_planned(&self) -> bool {
        self.user.status == Status::Planned
    }

    /// Whether the person is to be told, and what is told is to happen. Who was told once, when it did,
    /// is not told again.
    pub(crate) fn must_be_told(&self) -> bool {
        let decision = &self.user.decision;
        let is_about_nothing = (decision.disposition, decision.access) == (Disposition::Keep, Access::Keep);
        (self.acts || is_about_nothing && !self.is_held)
            && self.user.owes(|obligation| matches!(obligation, Obligation::Notify {}))
    }

    /// The ID that takes over; none while what it is about is held.
    pub(crate) fn replacement(&self) -> Option<Id> {
        if self.is_held && !self.acts {
            return None;
        }
        self.user.decision.obligations.iter().find_map(|obligation| match obligation {
            Obligation::ReplaceWith { id } => Some(*id),
            _ => None,
        })
    }

    pub(crate) fn goes(&self) -> bool {
        matches!(self.disposition, Disposition::Detach | Disposition::Revoke)
    }
}

/// A plan being carried out.
pub(crate) struct Run<'a> {
    pub(crate) world: &'a World,
    pub(crate) plan: &'a Reading,
    pub(crate) pace: Pace,
    pub(crate) platform: Platform,
    pub(crate) intents: BTreeMap<Id, Intent<'a>>,
    pub(crate) told: BTreeMap<Id, Second>,
    pub(crate) violations: Vec<Violation>,
    irreversible: BTreeSet<Id>,
    withdrawn: BTreeSet<String>,
}

impl<'a> Run<'a> {
    /// Carries out the whole plan, and lets everything take effect.
    pub(crate) fn through(world: &'a World, plan: &'a Reading, pace: Pace) -> Self {
        let intents = plan.users.iter().map(|user| (user.user, Intent::of(world, plan, user))).collect();
        let mut run = Self {
            world,
            plan,
            pace,
            platform: Platform::new(world, plan.as_of, pace.device_delay),
            intents,
            told: BTreeMap::new(),
            violations: Vec::new(),
            irreversible: BTreeSet::new(),
            withdrawn: BTreeSet::new(),
        };
        let starts = starts(plan, world, pace);
        let mut timed: Vec<(Second, &Step)> = Vec::new();
        for (step, start) in plan.steps.iter().zip(starts) {
            match start {
                Some(start) => timed.push((start, step)),
                None if pace.device_delay.is_some() => {
                    run.report(Class::StartsNever, step.user, format!("step {}", step.number));
                }
                None => {}
            }
        }
        timed.sort_by_key(|(start, step)| (*start, step.batch, step.number));
        for (start, step) in timed {
            run.platform.advance(start);
            run.carry_out(step);
        }
        run.platform.finish();
        for (id, at) in run.platform.reappeared.clone() {
            run.violations.push(Violation {
                class: Class::Reappears,
                user: Some(id),
                at,
                detail: "a credential of its person works".to_owned(),
            });
        }
        run
    }

    pub(crate) fn report(&mut self, class: Class, user: Option<Id>, detail: impl Into<String>) {
        let at = self.platform.clock;
        self.violations.push(Violation { class, user, at, detail: detail.into() });
    }

    fn complain(&mut self, step: &Step, class: Class) {
        let detail = format!("step {}, {:?} {}", step.number, step.kind, step.target);
        self.report(class, step.user, detail);
    }

    fn carry_out(&mut self, step: &Step) {
        for user in &step.users {
            if user.is_system() {
                self.complain(step, Class::SystemId);
            }
            if !self.intents.get(user).is_some_and(Intent::is_planned) {
                self.complain(step, Class::StepForOthers);
            }
        }
        match (step.kind, step.user) {
            (Kind::Withdraw, _) => self.withdraw(step),
            (Kind::SynchroniseGroup, _) => self.synchronise(step),
            (_, None) => self.complain(step, Class::StepForOthers),
            (Kind::Notify, Some(user)) => self.notify(step, user),
            (Kind::Detach | Kind::Revoke, Some(user)) => self.let_go(step, user),
            (Kind::Verify, Some(user)) => self.expect_target(step, user),
            (Kind::StageMdmConfiguration | Kind::RemoveFromDevice | Kind::ActivateMdmLicence, Some(user)) => {
                self.on_device(step, user);
            }
            (Kind::JoinList | Kind::JoinGroup, Some(user)) => self.edit(step, user, false, true),
            (Kind::ReplaceId, Some(user)) => self.edit(step, user, true, true),
            (Kind::LeaveGroup | Kind::LeaveList, Some(user)) => self.edit(step, user, true, false),
        }
    }

    fn expect_target(&mut self, step: &Step, user: Id) {
        if step.target != user.as_str() {
            self.complain(step, Class::NotDecided);
        }
    }

    fn withdraw(&mut self, step: &Step) {
        let credential = step.target.as_str();
        let users: Vec<Id> = self.world.users_of_credential(credential).collect();
        if users.is_empty() || !step.users.iter().all(|user| users.contains(user)) || step.users.is_empty() {
            self.complain(step, Class::WrongCredential);
        }
        if self.world.is_multi(credential) {
            self.complain(step, Class::SharedCredentialDeleted);
        }
        if !self.withdrawn.insert(credential.to_owned()) {
            self.complain(step, Class::WrongCredential);
        }
        for user in users {
            match self.intents.get(&user).map(|intent| intent.access) {
                Some(Access::Withdraw) => {}
                Some(Access::Migrate) => {
                    let is_staged = self.platform.accounts.get(&user).is_some_and(|found| found.is_staged);
                    if !is_staged {
                        self.report(Class::MigrationOutOfOrder, Some(user), "deleted before it is staged");
                    }
                }
                _ => self.report(Class::OthersLoseAccess, Some(user), format!("uses {credential}")),
            }
        }
        self.platform.delete_credential(credential);
    }

    fn on_device(&mut self, step: &Step, user: Id) {
        let Some(member) = self.world.users.get(&user) else { return };
        if !member.is_managed {
            self.complain(step, Class::NotManaged);
        }
        let access = self.intents.get(&user).map(|intent| intent.access);
        match step.kind {
            Kind::RemoveFromDevice => {
                self.expect_target(step, user);
                match access {
                    Some(Access::Withdraw) => {}
                    Some(Access::Migrate) => self.complain(step, Class::AppRemovedWhileMigrating),
                    _ => self.complain(step, Class::OthersLoseAccess),
                }
                self.platform.remove_from_device(user);
            }
            Kind::StageMdmConfiguration => {
                self.expect_target(step, user);
                self.platform.stage(user);
            }
            _ => self.activate(step, user, access),
        }
    }

    fn activate(&mut self, step: &Step, user: Id, access: Option<Access>) {
        if access != Some(Access::Migrate) {
            self.complain(step, Class::NotDecided);
        }
        if !self.world.is_multi(&step.target) {
            self.complain(step, Class::WrongCredential);
        }
        let Some(account) = self.platform.accounts.get(&user) else { return };
        let still_has_its_own = match &account.login {
            Login::With(credential) => !self.platform.is_deleted(credential),
            Login::Unknown => true,
            Login::NothingSince(_) | Login::Nothing => false,
        };
        if still_has_its_own || !account.is_staged {
            self.complain(step, Class::MigrationOutOfOrder);
        }
        self.platform.activate(user, &step.target);
        if self.world.seats.is_some_and(|(bought, _)| self.platform.seats_used > bought) {
            self.complain(step, Class::NoSeat);
        }
    }

    fn notify(&mut self, step: &Step, user: Id) {
        let Ok(told) = step.target.parse::<Id>() else {
            return self.complain(step, Class::ToldNobody);
        };
        let state = self.platform.accounts.get(&told).map(|account| account.state);
        if state != Some(IdState::Active) {
            self.complain(step, Class::ToldNobody);
        }
        let superseded = self
            .intents
            .get(&user)
            .is_some_and(|intent| intent.user.decision.ground.as_deref() == Some("superseded_by"));
        let successor = self.world.users.get(&user).and_then(|member| member.successor);
        let is_new = !superseded || successor.is_none_or(|new| new == told || !self.stays(new));
        let is_reached = self.platform.receives_broadcasts(self.world, told)
            || !self.world.knows_members && self.plan.warns(None, MEMBERS_UNKNOWN);
        if !is_new || !is_reached || !self.world.is_same_person(user, told) {
            self.complain(step, Class::ToldElsewhere);
        }
        self.told.entry(user).or_insert(self.platform.clock);
    }

    fn let_go(&mut self, step: &Step, user: Id) {
        self.expect_target(step, user);
        if !self.irreversible.insert(user) {
            self.complain(step, Class::BothDetachAndRevoke);
        }
        let Some(intent) = self.intents.get(&user).cloned() else { return };
        let wanted = if step.kind == Kind::Detach { Disposition::Detach } else { Disposition::Revoke };
        if intent.disposition != wanted {
            self.complain(step, Class::NotDecided);
        }
        if step.kind == Kind::Revoke && !self.world.may_revoke {
            self.complain(step, Class::NotEntitled);
        }
        if intent.must_be_told() && !self.told.contains_key(&user) {
            self.complain(step, Class::NotToldBefore);
        }
        let earliest = crate::judge::earliest(self, &intent);
        if earliest.is_some_and(|earliest| self.platform.clock < earliest) {
            self.complain(step, Class::TooEarly);
        }
        if step.kind == Kind::Detach { self.platform.detach(user) } else { self.platform.revoke(user) }
    }

    /// A member leaves, another joins, or both in one.
    fn edit(&mut self, step: &Step, user: Id, leaves: bool, joins: bool) {
        let in_groups = self.world.groups.get(&step.target);
        let found = match step.kind {
            Kind::JoinGroup | Kind::LeaveGroup => in_groups,
            Kind::JoinList | Kind::LeaveList => self.world.lists.get(&step.target),
            _ => in_groups.or_else(|| self.world.lists.get(&step.target)),
        };
        let Some(container) = found else { return self.complain(step, Class::WrongContainer) };
        if !container.is_managed {
            self.complain(step, Class::AppMadeContainer);
        }
        let joining = step.with.filter(|_| joins);
        if joins && !joining.is_some_and(|id| self.may_join(user, id)) {
            self.complain(step, Class::JoinsWhoLeaves);
        }
        let is_group = container_is_group(self.world, step);
        let members = if is_group {
            self.platform.groups.get_mut(&step.target).map(|group| &mut group.edited)
        } else {
            self.platform.lists.get_mut(&step.target)
        };
        let Some(members) = members else { return };
        let was_member = !leaves || members.remove(&user);
        members.extend(joining);
        let is_too_large = is_group && members.len() > MOST_MEMBERS;
        if !was_member {
            self.complain(step, Class::WrongContainer);
        }
        if is_too_large {
            self.complain(step, Class::GroupTooLarge);
        }
    }

    /// Whether `id` can take the place of `user`: it is there, and it does not go itself.
    pub(crate) fn may_join(&self, user: Id, id: Id) -> bool {
        let is_active =
            self.platform.accounts.get(&id).is_some_and(|account| account.state == IdState::Active);
        let goes = self.intents.get(&id).is_some_and(Intent::goes);
        id != user && !id.is_system() && is_active && !goes && self.world.is_same_person(user, id)
    }

    /// Whether nobody has decided that the ID, or who has it, goes.
    pub(crate) fn stays(&self, id: Id) -> bool {
        let has_left = self.world.users.get(&id).is_some_and(|member| member.has_left);
        let decision = self.intents.get(&id).map(|intent| &intent.user.decision);
        let is_to_go = decision.is_some_and(|decision| {
            let ends = matches!(decision.disposition, Disposition::Detach | Disposition::Revoke);
            ends || decision.access == Access::Withdraw
        });
        !has_left && !is_to_go
    }

    fn synchronise(&mut self, step: &Step) {
        if self.world.groups.get(&step.target).is_some_and(|group| !group.is_managed) {
            self.complain(step, Class::AppMadeContainer);
        }
        let Some(group) = self.platform.groups.get_mut(&step.target) else {
            return self.complain(step, Class::WrongContainer);
        };
        group.effective.clone_from(&group.edited);
        group.synchronised += 1;
        if group.synchronised > 1 {
            self.complain(step, Class::SynchronisedTwice);
        }
    }
}

/// Groups and lists may have the same key; what is done tells which is meant.
fn container_is_group(world: &World, step: &Step) -> bool {
    match step.kind {
        Kind::JoinGroup | Kind::LeaveGroup => true,
        Kind::JoinList | Kind::LeaveList => false,
        _ => world.groups.contains_key(&step.target),
    }
}
