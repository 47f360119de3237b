//! The right steps on the wrong user, ID, credential or group, and steps nobody decided on.

use std::collections::BTreeSet;

use super::{Fault, Site};
use crate::facts::Login;
use crate::reading::{Access, Kind, Status, Step};

pub(super) const ALL: &[Fault] = &[
    Fault { name: "detach and revoke for one ID", make: both },
    Fault { name: "the other of detach and revoke", make: other_verb },
    Fault { name: "the credential of somebody who stays is deleted", make: wrong_credential },
    Fault { name: "the shared credential is deleted instead of the app removed", make: shared_credential },
    Fault { name: "a step for somebody whose turn it is not", make: not_planned },
    Fault { name: "a step on a system ID", make: system_id },
    Fault { name: "a group is synchronised twice", make: synchronised_twice },
    Fault { name: "a migration removes the app", make: app_removed },
    Fault { name: "a migration activates a single credential", make: single_activated },
    Fault { name: "the old ID is told instead of the new one", make: old_id_told },
    Fault { name: "somebody else takes the place of the old ID", make: wrong_replacement },
    Fault { name: "the old ID leaves and the new one does not come", make: left_not_replaced },
    Fault { name: "a group made in the app is edited", make: app_made_group },
    Fault { name: "a step on a group in which the user is not", make: wrong_group },
];

fn both(site: &mut Site<'_>) -> Option<()> {
    let at = site.step(|_, step| step.kind.is_irreversible())?;
    let step = site.plan.steps[at].clone();
    let kind = if step.kind == Kind::Detach { Kind::Revoke } else { Kind::Detach };
    site.add(Step { kind, ..step });
    Some(())
}

fn other_verb(site: &mut Site<'_>) -> Option<()> {
    let at = site.step(|_, step| step.kind.is_irreversible())?;
    let step = &mut site.plan.steps[at];
    step.kind = if step.kind == Kind::Detach { Kind::Revoke } else { Kind::Detach };
    Some(())
}

fn wrong_credential(site: &mut Site<'_>) -> Option<()> {
    let other = site.user(|site, user| {
        let has_own =
            site.world.users.get(&user.user).is_some_and(
                |member| matches!(&member.login, Login::With(name) if !site.world.is_multi(name)),
            );
        has_own && user.status == Status::Kept && user.decision.access == Access::Keep
    })?;
    let at = site.of_kind(Kind::Withdraw)?;
    let Login::With(credential) = site.world.users.get(&other)?.login.clone() else { return None };
    site.plan.steps[at].target = credential;
    Some(())
}

fn shared_credential(site: &mut Site<'_>) -> Option<()> {
    let at = site.of_kind(Kind::RemoveFromDevice)?;
    let member = site.world.users.get(&site.plan.steps[at].user?)?;
    let Login::With(credential) = member.login.clone() else { return None };
    site.plan.steps[at].kind = Kind::Withdraw;
    site.plan.steps[at].target = credential;
    Some(())
}

fn not_planned(site: &mut Site<'_>) -> Option<()> {
    let at = site.step(|_, step| step.kind.is_irreversible())?;
    let other = site.user(|_, user| user.status != Status::Planned)?;
    let step = site.plan.steps[at].clone();
    site.add(Step { user: Some(other), users: BTreeSet::from([other]), target: other.to_string(), ..step });
    Some(())
}

fn system_id(site: &mut Site<'_>) -> Option<()> {
    let at = site.step(|_, step| step.user.is_some())?;
    let system = site.user(|_, user| user.user.is_system())?;
    let step = &mut site.plan.steps[at];
    step.user = Some(system);
    step.users = BTreeSet::from([system]);
    Some(())
}

fn synchronised_twice(site: &mut Site<'_>) -> Option<()> {
    let at = site.of_kind(Kind::SynchroniseGroup)?;
    let step = site.plan.steps[at].clone();
    site.add(step);
    Some(())
}

fn app_removed(site: &mut Site<'_>) -> Option<()> {
    let at = site.step(|site, step| {
        step.kind == Kind::StageMdmConfiguration && step.user.is_some_and(|user| site.migrates(user))
    })?;
    site.plan.steps[at].kind = Kind::RemoveFromDevice;
    Some(())
}

fn single_activated(site: &mut Site<'_>) -> Option<()> {
    let at = site.of_kind(Kind::ActivateMdmLicence)?;
    let single = site.world.credentials.keys().find(|name| !site.world.is_multi(name))?;
    site.plan.steps[at].target.clone_from(single);
    Some(())
}

fn old_id_told(site: &mut Site<'_>) -> Option<()> {
    let at = site.step(|site, step| {
        let user = step.user.and_then(|user| site.plan.user(user));
        let is_superseded = user.is_some_and(|user| user.decision.ground.as_deref() == Some("superseded_by"));
        let is_new = step.user.is_some_and(|user| user.as_str() != step.target);
        step.kind == Kind::Notify && is_superseded && is_new
    })?;
    let user = site.plan.steps[at].user?;
    site.plan.steps[at].target = user.to_string();
    Some(())
}

/// A replacement by an ID that is not in that group or list yet, that no other step brings there, and
/// that does nothing itself.
pub(super) fn replaced(site: &mut Site<'_>) -> Option<usize> {
    site.step(|site, step| {
        let world = site.world;
        let container = world.groups.get(&step.target).or_else(|| world.lists.get(&step.target));
        let was_there =
            container.is_some_and(|container| step.with.is_some_and(|new| container.members.contains(&new)));
        let others = site.plan.steps.iter().filter(|other| {
            other.number != step.number && other.with == step.with && other.target == step.target
        });
        let hands_on = step.with.is_some_and(|new| site.is_planned(new));
        step.kind == Kind::ReplaceId && !was_there && !hands_on && others.count() == 0
    })
}

fn wrong_replacement(site: &mut Site<'_>) -> Option<()> {
    let at = replaced(site)?;
    let step = &site.plan.steps[at];
    let not = (step.with, step.user);
    let other = site.user(|site, user| {
        let id = user.user;
        !id.is_system() && Some(id) != not.0 && Some(id) != not.1 && !site.goes(id)
    })?;
    site.plan.steps[at].with = Some(other);
    Some(())
}

fn left_not_replaced(site: &mut Site<'_>) -> Option<()> {
    let at = replaced(site)?;
    let is_group = site.world.groups.contains_key(&site.plan.steps[at].target);
    site.plan.steps[at].kind = if is_group { Kind::LeaveGroup } else { Kind::LeaveList };
    Some(())
}

fn app_made_group(site: &mut Site<'_>) -> Option<()> {
    let at = site.of_kind(Kind::LeaveGroup)?;
    let group = site.world.groups.iter().find(|(_, group)| !group.is_managed)?.0.clone();
    site.plan.steps[at].target = group;
    Some(())
}

fn wrong_group(site: &mut Site<'_>) -> Option<()> {
    let at = site.of_kind(Kind::LeaveGroup)?;
    let user = site.plan.steps[at].user?;
    let groups = &site.world.groups;
    let group = groups.iter().find(|(_, group)| !group.members.contains(&user))?.0.clone();
    site.plan.steps[at].target = group;
    Some(())
}
