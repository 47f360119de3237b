//! Steps at the wrong time, or that forget what they must wait for.

use leaver::model::Id;

use super::{Fault, Site};
use crate::facts::DAY;
use crate::reading::{Kind, When};

pub(super) const ALL: &[Fault] = &[
    Fault { name: "withdraw and detach change places", make: swapped },
    Fault { name: "detach a second before the withdrawal took effect", make: a_second_early },
    Fault { name: "detach forgets to wait for the withdrawal", make: detach_without_wait },
    Fault { name: "detach does not wait until the removal is observed", make: detach_unobserved },
    Fault { name: "detach waits for the removal, not for its observation", make: detach_at_removal },
    Fault { name: "an ID goes before its owner is told", make: gone_before_told },
    Fault { name: "an ID forgets to wait for the notice", make: gone_without_wait },
    Fault { name: "a second less between notice and revoke", make: shorter_notice },
    Fault { name: "an ID goes a second before the decision allows", make: before_the_delay },
    Fault { name: "synchronise forgets to wait for a change", make: hasty_synchronisation },
    Fault { name: "notify forgets to wait until its reader joined", make: told_before_joining },
    Fault { name: "a migration deletes before the configuration has arrived", make: deleted_too_early },
    Fault { name: "a migration activates before the credential is deleted", make: activated_too_early },
];

/// A detach and the only withdrawal it depends on.
fn detached(site: &mut Site<'_>) -> Option<(usize, usize)> {
    let detach = site.of_kind(Kind::Detach)?;
    let user = site.plan.steps[detach].user?;
    let of_person = site.world.users_of_person(user);
    let withdrawals: Vec<usize> =
        of_person.into_iter().flat_map(|user| site.steps_of(user, Kind::Withdraw)).collect();
    match withdrawals[..] {
        [withdrawal] => Some((detach, withdrawal)),
        _ => None,
    }
}

fn swapped(site: &mut Site<'_>) -> Option<()> {
    let (detach, withdrawal) = detached(site)?;
    let (early, late) = (site.plan.steps[withdrawal].clone(), site.plan.steps[detach].clone());
    let steps = &mut site.plan.steps;
    (steps[detach].not_before, steps[detach].batch, steps[detach].waits_for) =
        (early.not_before, early.batch, early.waits_for);
    (steps[withdrawal].not_before, steps[withdrawal].batch, steps[withdrawal].waits_for) =
        (late.not_before, late.batch, late.waits_for);
    Some(())
}

fn a_second_early(site: &mut Site<'_>) -> Option<()> {
    let (detach, withdrawal) = detached(site)?;
    let start = site.plan.steps[detach].not_before?;
    if start != site.plan.steps[withdrawal].not_before? + DAY {
        return None;
    }
    site.plan.steps[detach].not_before = Some(start - 1);
    Some(())
}

fn detach_without_wait(site: &mut Site<'_>) -> Option<()> {
    let (detach, withdrawal) = detached(site)?;
    site.forget_wait(detach, site.plan.steps[withdrawal].batch)
}

/// A detach, and the removal from its device with the observation of it.
fn removed(site: &mut Site<'_>) -> Option<(usize, usize, usize)> {
    let detach = site.of_kind(Kind::Detach)?;
    let user = site.plan.steps[detach].user?;
    Some((detach, site.only(user, Kind::RemoveFromDevice)?, site.only(user, Kind::Verify)?))
}

fn detach_unobserved(site: &mut Site<'_>) -> Option<()> {
    let (detach, _, verify) = removed(site)?;
    site.forget_wait(detach, site.plan.steps[verify].batch)?;
    site.plan.steps[detach].not_before = Some(site.plan.as_of + DAY);
    Some(())
}

fn detach_at_removal(site: &mut Site<'_>) -> Option<()> {
    let (detach, removal, verify) = removed(site)?;
    site.forget_wait(detach, site.plan.steps[verify].batch)?;
    let removal = site.plan.steps[removal].batch;
    site.plan.steps[detach].waits_for.push(removal);
    Some(())
}

/// A step that lets an ID go, and the only notice its owner gets.
fn told(site: &mut Site<'_>) -> Option<(usize, usize, Id)> {
    let gone = site.step(|site, step| {
        let notice = step.user.and_then(|user| site.only(user, Kind::Notify));
        step.kind.is_irreversible() && notice.is_some()
    })?;
    let user = site.plan.steps[gone].user?;
    Some((gone, site.only(user, Kind::Notify)?, user))
}

fn gone_before_told(site: &mut Site<'_>) -> Option<()> {
    let (gone, _, _) = told(site)?;
    let start = site.plan.as_of;
    let step = &mut site.plan.steps[gone];
    step.not_before = Some(start);
    step.batch = 0;
    step.waits_for.clear();
    Some(())
}

fn gone_without_wait(site: &mut Site<'_>) -> Option<()> {
    let (gone, notice, _) = told(site)?;
    site.forget_wait(gone, site.plan.steps[notice].batch)
}

fn shorter_notice(site: &mut Site<'_>) -> Option<()> {
    let (gone, notice, user) = told(site)?;
    let is_counted = matches!(site.plan.user(user)?.decision.after, Some(When::AfterNotify { .. }));
    let (start, told) = (site.plan.steps[gone].not_before?, site.plan.steps[notice].not_before?);
    if !is_counted || site.plan.steps[gone].kind != Kind::Revoke || start <= told {
        return None;
    }
    site.plan.steps[gone].not_before = Some(start - 1);
    Some(())
}

fn before_the_delay(site: &mut Site<'_>) -> Option<()> {
    let gone = site.step(|site, step| {
        let after = step.user.and_then(|user| site.plan.user(user)?.decision.after.clone());
        let delayed = matches!(&after, Some(When::At(at)) if Some(at.0) == step.not_before);
        step.kind.is_irreversible() && delayed && step.not_before > Some(site.plan.as_of + DAY)
    })?;
    let step = &mut site.plan.steps[gone];
    step.not_before = step.not_before.map(|start| start - 1);
    Some(())
}

fn hasty_synchronisation(site: &mut Site<'_>) -> Option<()> {
    let synchronise = site.of_kind(Kind::SynchroniseGroup)?;
    let group = site.plan.steps[synchronise].target.clone();
    let change = site.step(|_, step| step.kind.changes_members() && step.target == group)?;
    let (kind, batch) = (site.plan.steps[change].kind, site.plan.steps[change].batch);
    let of_kind = |step: &&crate::reading::Step| step.kind == kind && step.target == group;
    if site.plan.steps.iter().filter(of_kind).any(|step| step.batch != batch) {
        return None;
    }
    site.forget_wait(synchronise, batch)
}

/// Somebody who is told under a new ID, which joins a list for that, and is in nothing else.
pub(super) fn joined(site: &mut Site<'_>) -> Option<(usize, usize)> {
    let join = site.step(|_, step| matches!(step.kind, Kind::JoinList))?;
    let id = site.plan.steps[join].with?;
    let entering = site.plan.steps.iter().filter(|step| step.with == Some(id)).count();
    let notice = site.only(site.plan.steps[join].user?, Kind::Notify)?;
    (entering == 1 && site.plan.steps[notice].target == id.as_str()).then_some((join, notice))
}

fn told_before_joining(site: &mut Site<'_>) -> Option<()> {
    let (join, notice) = joined(site)?;
    site.forget_wait(notice, site.plan.steps[join].batch)
}

/// The deletion of somebody's own credential, and the activation after it.
fn migrating(site: &mut Site<'_>) -> Option<(usize, usize)> {
    let activate = site.of_kind(Kind::ActivateMdmLicence)?;
    let user = site.plan.steps[activate].user?;
    Some((site.only(user, Kind::Withdraw)?, activate))
}

fn deleted_too_early(site: &mut Site<'_>) -> Option<()> {
    let (withdrawal, _) = migrating(site)?;
    let start = site.plan.as_of;
    let step = &mut site.plan.steps[withdrawal];
    step.not_before = Some(start);
    step.waits_for.clear();
    Some(())
}

fn activated_too_early(site: &mut Site<'_>) -> Option<()> {
    let (withdrawal, activate) = migrating(site)?;
    site.forget_wait(activate, site.plan.steps[withdrawal].batch)
}
