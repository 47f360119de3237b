//! Right steps, and something wrong said about them.

use leaver::model::Id;

use super::{Fault, Site};
use crate::facts::Login;
use crate::reading::{Disposition, Exposure, Kind, Status, Until, When};

pub(super) const ALL: &[Fault] = &[
    Fault {
        name: "reads a second longer than stated",
        make: |site| moved(site, |found| &mut found.reads_until, -1),
    },
    Fault {
        name: "writes a second longer than stated",
        make: |site| moved(site, |found| &mut found.writes_until, -1),
    },
    Fault {
        name: "is listed a second longer than stated",
        make: |site| moved(site, |found| &mut found.listed_until, -1),
    },
    Fault { name: "a window a second too wide", make: |site| moved(site, |found| &mut found.reads_until, 1) },
    Fault { name: "an unbounded window said to have ended", make: said_ended },
    Fault { name: "a window said to be unbounded", make: said_unbounded },
    Fault { name: "a surviving licence is not mentioned", make: silent_licence },
    Fault { name: "a missed deadline is not mentioned", make: silent_deadline },
    Fault { name: "a seat too many is said to be freed", make: seat_too_many },
    Fault { name: "somebody planned is said to be kept", make: said_kept },
    Fault { name: "somebody who is to go is said to be done", make: said_done },
];

fn exposure<'s>(site: &'s mut Site<'_>, id: Id) -> Option<&'s mut Exposure> {
    site.plan.users.iter_mut().find(|user| user.user == id).map(|user| &mut user.exposure)
}

/// Moves a window of somebody by some seconds.
fn moved(site: &mut Site<'_>, window: fn(&mut Exposure) -> &mut Until, seconds: i64) -> Option<()> {
    let id = site.user(|_, user| {
        let mut exposure = user.exposure;
        matches!(window(&mut exposure), Until::At(_))
    })?;
    let window = window(exposure(site, id)?);
    if let Until::At(at) = window {
        *at += seconds;
    }
    Some(())
}

fn said_ended(site: &mut Site<'_>) -> Option<()> {
    let id = site.user(|_, user| user.exposure.reads_until == Until::Unbounded)?;
    exposure(site, id)?.reads_until = Until::Ended;
    Some(())
}

fn said_unbounded(site: &mut Site<'_>) -> Option<()> {
    let id = site.user(|_, user| user.exposure.reads_until != Until::Unbounded)?;
    exposure(site, id)?.reads_until = Until::Unbounded;
    Some(())
}

/// A revoked user whose own credential nobody deletes.
fn silent_licence(site: &mut Site<'_>) -> Option<()> {
    let id = site.user(|site, user| {
        let revoked = !site.steps_of(user.user, Kind::Revoke).is_empty();
        let untouched = [Kind::Withdraw, Kind::RemoveFromDevice]
            .into_iter()
            .all(|kind| site.steps_of(user.user, kind).is_empty());
        let login = site.world.users.get(&user.user).map(|member| member.login.clone());
        let survives = matches!(&login, Some(Login::With(name)) if site.plan.steps.iter()
            .all(|step| step.kind != Kind::Withdraw || step.target != *name));
        let is_alone = site.world.users_of_person(user.user).len() == 1;
        revoked && untouched && survives && is_alone
    })?;
    site.plan.hazards.retain(|hazard| hazard.user != Some(id) || !hazard.holds.is_empty());
    let is_silent = site.plan.hazards.iter().all(|hazard| hazard.user != Some(id));
    (is_silent && site.decided(id) == Some(Disposition::Revoke)).then_some(())
}

/// Somebody whose ID goes after the deadline, which is the only thing the plan warns of.
fn silent_deadline(site: &mut Site<'_>) -> Option<()> {
    let id = site.user(|site, user| {
        let goes_late = site.plan.steps.iter().any(|step| {
            let deadline = match &user.decision.deadline {
                Some(When::At(at)) => at.0,
                _ => return false,
            };
            step.kind.is_irreversible()
                && step.user == Some(user.user)
                && step.effect_by.is_some_and(|effect| effect > deadline)
        });
        goes_late && site.plan.warns(Some(user.user), &["L0218", "L0219"])
    })?;
    site.plan
        .hazards
        .retain(|hazard| hazard.user != Some(id) || !["L0218", "L0219"].contains(&hazard.code.as_str()));
    Some(())
}

fn seat_too_many(site: &mut Site<'_>) -> Option<()> {
    site.world.seats?;
    *site.plan.freed.as_mut()? += 1;
    Some(())
}

fn said_kept(site: &mut Site<'_>) -> Option<()> {
    let id = site.user(|site, user| site.is_planned(user.user))?;
    let user = site.plan.users.iter_mut().find(|user| user.user == id)?;
    user.status = Status::Kept;
    Some(())
}

/// Somebody whose ID is to go, and of whom the plan says that it has gone.
fn said_done(site: &mut Site<'_>) -> Option<()> {
    let id = site.user(|site, user| site.goes(user.user))?;
    site.plan.steps.retain(|step| !step.users.contains(&id));
    let user = site.plan.users.iter_mut().find(|user| user.user == id)?;
    user.status = Status::Done;
    (!site.plan.steps.is_empty()).then_some(())
}
