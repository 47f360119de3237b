//! Whether a plan did what it said: the windows it states, and what it set out to do.
//!
//! In go the facts and a plan, out come all violations of all the ways of carrying it out. A plan
//! without violations states the windows exactly, whatever the devices do, and reaches for each user
//! what was decided, except what it says it holds.

use std::collections::BTreeSet;

use leaver::model::{Id, Moment};
use time::OffsetDateTime;

use crate::execute::{Intent, Run};
use crate::facts::{Login, World};
use crate::platform::{IdState, LISTED, READS, WRITES, Window};
use crate::reading::{Access, Disposition, Kind, Obligation, Reading, Second, Status, Until, When};
use crate::schedule::Pace;
use crate::violation::{Class, Violation};

/// Everything that is wrong with a plan. `paces` says which kinds of steps are also carried out far
/// too late.
pub(crate) fn judge(world: &World, plan: &Reading, late: &[Kind]) -> Vec<Violation> {
    let mut run = Run::through(world, plan, Pace::WORST);
    windows(&mut run);
    let mut violations = run.violations;
    let present: BTreeSet<Kind> = plan.steps.iter().map(|step| step.kind).collect();
    let late = late.iter().filter(|kind| present.contains(kind)).map(|kind| Pace::late(*kind));
    for pace in [Pace::SLOW, Pace::FAST].into_iter().chain(late) {
        if plan.steps.is_empty() {
            break;
        }
        let mut run = Run::through(world, plan, pace);
        goals(&mut run);
        violations.append(&mut run.violations);
    }
    violations
}

/// Compares each window with the simulated worst case.
fn windows(run: &mut Run<'_>) {
    for user in &run.plan.users {
        let Some(found) = run.platform.windows(user.user) else {
            run.report(Class::StepForOthers, Some(user.user), "no such user");
            continue;
        };
        let stated = [
            (READS, user.exposure.reads_until, Class::ReadsLonger),
            (WRITES, user.exposure.writes_until, Class::WritesLonger),
            (LISTED, user.exposure.listed_until, Class::ListedLonger),
        ];
        for (which, stated, longer) in stated {
            let truth = match found[which] {
                Window::Never => Until::Ended,
                Window::Open => Until::Unbounded,
                Window::Closed(at) if at <= run.plan.as_of => Until::Ended,
                Window::Closed(at) => Until::At(at),
            };
            if stated == truth {
                continue;
            }
            let class = if rank(stated) < rank(truth) { longer } else { Class::WindowTooWide };
            run.report(class, Some(user.user), format!("{longer:?}: stated {stated:?}, worst case {truth:?}"));
        }
    }
}

fn rank(until: Until) -> (u8, Second) {
    match until {
        Until::Ended => (0, 0),
        Until::At(at) => (1, at),
        Until::Unbounded => (2, 0),
    }
}

/// The earliest instant at which the user's ID may go, by the decision.
pub(crate) fn earliest(run: &Run<'_>, intent: &Intent<'_>) -> Option<Second> {
    match intent.user.decision.after.as_ref()? {
        When::At(instant) => Some(instant.0),
        // Somebody told too late has less time; a plan cannot say that, so it is asked of early steps only.
        When::AfterNotify { .. } if run.pace.late == Some(Kind::Notify) => None,
        When::AfterNotify { plus } => {
            let told = run.told.get(&intent.user.user)?;
            Some(plus_period(&run.world.zone, *told, plus).expect("a period of a decision"))
        }
    }
}

/// `start` plus an ISO 8601 period of days and hours.
fn plus_period(zone: &leaver::model::Zone, start: Second, period: &str) -> Option<Second> {
    let (days, hours) = match period.strip_prefix('P')?.split_once('T') {
        Some((days, hours)) => (days, hours.strip_suffix('H')?.parse().ok()?),
        None => (period.strip_prefix('P')?, 0),
    };
    let days = if days.is_empty() { 0 } else { days.strip_suffix('D')?.parse().ok()? };
    let start = OffsetDateTime::from_unix_timestamp(start).ok()?;
    let moment = Moment::new(start, zone.clone()).ok()?;
    Some(moment.add(start, days, hours)?.unix_timestamp())
}

/// What must be true when everything has been carried out and has taken effect.
fn goals(run: &mut Run<'_>) {
    let intents: Vec<Intent<'_>> = run.intents.values().cloned().collect();
    for intent in &intents {
        if intent.is_planned() {
            id_axis(run, intent);
            access_axis(run, intent);
            memberships(run, intent);
            obligations(run, intent);
        } else if intent.user.status == Status::Done {
            done_before(run, intent);
        }
    }
    let unsynchronised: Vec<String> = run
        .platform
        .groups
        .iter()
        .filter(|(_, group)| group.edited != group.effective)
        .map(|(key, _)| key.clone())
        .collect();
    for key in unsynchronised {
        run.report(Class::NotSynchronised, None, key);
    }
    if let (Some(freed), Some((_, used))) = (run.plan.freed, run.world.seats) {
        let taken = run.plan.steps.iter().filter(|step| step.kind == Kind::ActivateMdmLicence).count();
        let really = i64::from(used) - i64::from(run.platform.seats_used) + i64::try_from(taken).unwrap_or(0);
        if i64::try_from(freed).ok() != Some(really) {
            let detail = format!("{freed} seats are said to be freed, {really} are");
            run.report(Class::NotDone, None, detail);
        }
    }
}

fn id_axis(run: &mut Run<'_>, intent: &Intent<'_>) {
    let id = intent.user.user;
    let Some(state) = run.platform.accounts.get(&id).map(|account| account.state) else { return };
    let wanted = match intent.disposition {
        Disposition::Keep | Disposition::Hold => IdState::Active,
        Disposition::Detach => IdState::Detached,
        Disposition::Revoke => IdState::Revoked,
    };
    if state != wanted {
        run.report(Class::NotDone, Some(id), format!("decided {:?}, ends {state:?}", intent.disposition));
    }
    let keeps_licence = state == IdState::Revoked && run.platform.login_works(id);
    let is_reported = run.plan.hazards.iter().any(|hazard| hazard.user == Some(id));
    if keeps_licence && !is_reported {
        run.report(Class::LicenceUnreported, Some(id), "its credential works for ever");
    }
}

fn access_axis(run: &mut Run<'_>, intent: &Intent<'_>) {
    let id = intent.user.user;
    let works = run.platform.login_works(id);
    let Some(account) = run.platform.accounts.get(&id) else { return };
    let began_with = run.world.users.get(&id).map(|member| &member.login);
    let wrong = match intent.access {
        Access::Withdraw => works.then_some(Class::NotDone),
        Access::Migrate => {
            let on_shared =
                matches!(&account.login, Login::With(credential) if run.world.is_multi(credential));
            (!works || !on_shared).then_some(Class::MigrationUnfinished)
        }
        Access::Keep | Access::Hold => {
            let had_one = matches!(began_with, Some(Login::With(_) | Login::Unknown));
            (had_one && !works).then_some(Class::OthersLoseAccess)
        }
    };
    if let Some(class) = wrong {
        run.report(class, Some(id), format!("decided {:?}, ends with {:?}", intent.access, account.login));
    }
}

/// Where the user was, and is not to be, or somebody else is to be.
fn memberships(run: &mut Run<'_>, intent: &Intent<'_>) {
    let id = intent.user.user;
    let replacement = intent.replacement().filter(|new| run.may_join(id, *new));
    let leaves = replacement.is_some()
        || intent.user.owes(|obligation| matches!(obligation, Obligation::LeaveGroupsAndLists {}));
    if !leaves {
        return;
    }
    let mut wrong = Vec::new();
    let groups = run.world.groups.iter().map(|(key, group)| (key, group, true));
    for (key, container, is_group) in
        groups.chain(run.world.lists.iter().map(|(key, list)| (key, list, false)))
    {
        if !container.is_managed || !container.members.contains(&id) {
            continue;
        }
        let now = if is_group {
            run.platform.groups.get(key).map(|group| &group.effective)
        } else {
            run.platform.lists.get(key)
        };
        let Some(now) = now else { continue };
        if now.contains(&id) {
            wrong.push((Class::StillMember, key.clone()));
        }
        if replacement.is_some_and(|new| !now.contains(&new)) {
            wrong.push((Class::NotReplaced, key.clone()));
        }
    }
    for (class, key) in wrong {
        run.report(class, Some(id), key);
    }
}

fn obligations(run: &mut Run<'_>, intent: &Intent<'_>) {
    let id = intent.user.user;
    if intent.must_be_told() && !run.told.contains_key(&id) && !is_warned_of(run, id) {
        run.report(Class::NotDone, Some(id), "never told");
    }
    let is_managed = run.world.users.get(&id).is_some_and(|member| member.is_managed);
    let is_staged = run.platform.accounts.get(&id).is_some_and(|account| account.is_staged);
    if intent.user.owes(|obligation| matches!(obligation, Obligation::Restrict {})) && is_managed && !is_staged
    {
        run.report(Class::NotDone, Some(id), "never restricted");
    }
}

/// Whether some hazard speaks of the user.
fn is_warned_of(run: &Run<'_>, id: Id) -> bool {
    run.plan.hazards.iter().any(|hazard| hazard.user == Some(id))
}

/// Nothing was left to do: the login was gone before.
fn done_before(run: &mut Run<'_>, intent: &Intent<'_>) {
    let id = intent.user.user;
    let member = run.world.users.get(&id);
    let decision = &intent.user.decision;
    let login_is_gone = member.is_some_and(|member| matches!(member.login, Login::NothingSince(_)));
    let leaves_open = match decision.access {
        Access::Withdraw => !login_is_gone,
        Access::Migrate => !member.is_some_and(
            |member| matches!(&member.login, Login::With(credential) if run.world.is_multi(credential)),
        ),
        Access::Keep | Access::Hold => false,
    };
    let goes = matches!(decision.disposition, Disposition::Detach | Disposition::Revoke);
    if goes || leaves_open || intent.must_be_told() {
        run.report(Class::NotDone, Some(id), "said to be done, and is not");
    }
}
