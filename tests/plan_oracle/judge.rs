//! Whether a plan did what it said: the windows it states, and what it set out to do.
//!
//! In go the facts and a plan, out come all violations of all the ways of carrying it out. A plan
//! without violations states the windows exactly, whatever the devices do, and reaches for each user
//! what was decided, except what it says it holds.

use std::collections::BTreeSet;

use leaver::model::{Id, Moment};
use time::OffsetDateTime;

use crate::deadlines::deadlines;
use crate::execute::{Intent, Run};
use crate::facts::{Login, World};
use crate::platform::{IdState, LISTED, READS, WRITES, Window};
use crate::reading::{Access, Disposition, Kind, Obligation, Reading, Second, Status, Until, When};
use crate::schedule::Pace;
use crate::violation::{Class, Violation};

/// Hazards by which a plan says that a licence survives, or may.
const LICENCE_SURVIVES: &[&str] = &["L0205", "L0206"];

/// Hazards by which a plan says that somebody is not told.
const NOT_TOLD: &[&str] = &["L0214"];

/// Everything that is wrong with a plan, each thing once. `late` says which kinds of steps are also
/// carried out far too late.
pub(crate) fn judge(world: &World, plan: &Reading, late: &[Kind]) -> Vec<Violation> {
    let mut violations: Vec<Violation> = ways(world, plan, late).flatten().collect();
    let mut seen = BTreeSet::new();
    violations.retain(|violation| seen.insert((violation.class, violation.user, violation.detail.clone())));
    violations
}

/// Whether anything is wrong with a plan, whichever kind of steps comes too late.
pub(crate) fn is_wrong(world: &World, plan: &Reading) -> bool {
    ways(world, plan, &Kind::ALL).any(|violations| !violations.is_empty())
}

/// What goes wrong in each of the ways of carrying out a plan.
fn ways<'a>(
    world: &'a World,
    plan: &'a Reading,
    late: &'a [Kind],
) -> impl Iterator<Item = Vec<Violation>> + 'a {
    let prompt = std::iter::once_with(|| {
        let mut unanswered = Run::through(world, plan, Pace::WORST);
        let mut fast = Run::through(world, plan, Pace::FAST);
        windows(&mut unanswered, &fast);
        deadlines(&mut unanswered);
        goals(&mut fast);
        unanswered.violations.append(&mut fast.violations);
        unanswered.violations
    });
    let present = |kind: &&Kind| plan.steps.iter().any(|step| step.kind == **kind);
    let late = late.iter().filter(present).map(|kind| Pace::late(*kind));
    let others = std::iter::once(Pace::SLOW).chain(late).filter(|_| !plan.steps.is_empty());
    prompt.chain(others.map(|pace| {
        let mut run = Run::through(world, plan, pace);
        goals(&mut run);
        run.violations
    }))
}

/// Compares each window with the simulated worst case: that of devices that never answer, or of those
/// that answer at once, whichever is longer.
fn windows(run: &mut Run<'_>, fast: &Run<'_>) {
    for user in &run.plan.users {
        let (Some(found), Some(other)) = (run.platform.windows(user.user), fast.platform.windows(user.user))
        else {
            run.report(Class::StepForOthers, Some(user.user), "no such user");
            continue;
        };
        if run.platform.reappeared.contains_key(&user.user) {
            continue;
        }
        let stated = [
            (READS, user.exposure.reads_until, Class::ReadsLonger),
            (WRITES, user.exposure.writes_until, Class::WritesLonger),
            (LISTED, user.exposure.listed_until, Class::ListedLonger),
        ];
        for (which, stated, longer) in stated {
            let until = |window: Window| match window {
                Window::Never => Until::Ended,
                Window::Open => Until::Unbounded,
                Window::Closed(at) if at <= run.plan.as_of => Until::Ended,
                Window::Closed(at) => Until::At(at),
            };
            let truth = [until(found[which]), until(other[which])].into_iter().max_by_key(|end| rank(*end));
            let Some(truth) = truth.filter(|truth| *truth != stated) else { continue };
            let class = if rank(stated) < rank(truth) { longer } else { Class::WindowTooWide };
            run.report(
                class,
                Some(user.user),
                format!("{longer:?}: stated {stated:?}, worst case {truth:?}"),
            );
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
        When::AfterNotify { .. } if run.pace.late.is_some() => None,
        When::AfterNotify { plus } => {
            let told = run.told.get(&intent.user.user)?;
            Some(plus_period(&run.world.zone, *told, plus).expect("a period of a decision"))
        }
    }
}

/// `start` plus an ISO 8601 period of days and hours.
pub(crate) fn plus_period(zone: &leaver::model::Zone, start: Second, period: &str) -> Option<Second> {
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
        // Who migrates hands a seat in and takes another: that one is not free for anybody.
        let activated = run.plan.steps.iter().filter(|step| step.kind == Kind::ActivateMdmLicence);
        let logins = activated.clone().filter_map(|step| Some(&run.world.users.get(&step.user?)?.login));
        let handed_in: BTreeSet<&String> = logins.filter_map(Login::credential).collect();
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let taken = count(activated.count()) - count(handed_in.len());
        let really = i64::from(used) - i64::from(run.platform.seats_used) + taken;
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
    if keeps_licence && !shares_with_oneself(run, id) && !run.plan.warns(Some(id), LICENCE_SURVIVES) {
        run.report(Class::LicenceUnreported, Some(id), "its credential works for ever");
    }
}

/// Whether another ID of the person, which stays, goes on with the same credential: then the licence is
/// in use, and nobody got it who had it not.
fn shares_with_oneself(run: &Run<'_>, id: Id) -> bool {
    let login = |id| run.world.users.get(&id).map(|member| &member.login);
    let stays =
        |other: &Id| run.platform.accounts.get(other).is_some_and(|found| found.state == IdState::Active);
    let is_named = matches!(login(id), Some(Login::With(_)));
    let others = run.world.users_of_person(id);
    is_named && others.iter().any(|other| *other != id && login(*other) == login(id) && stays(other))
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

fn must_leave(intent: &Intent<'_>) -> bool {
    intent.user.owes(|obligation| matches!(obligation, Obligation::LeaveGroupsAndLists {}))
}

/// Where the user was, and is not to be, or somebody else is to be.
fn memberships(run: &mut Run<'_>, intent: &Intent<'_>) {
    let id = intent.user.user;
    let replacement = intent.replacement().filter(|new| run.may_join(id, *new) && run.stays(*new));
    let leaves_itself =
        |intent: &Intent<'_>| intent.is_planned() && (must_leave(intent) || intent.replacement().is_some());
    let is_there = |new: &Id| !run.intents.get(new).is_some_and(leaves_itself);
    let leaves = replacement.is_some() || must_leave(intent);
    let replacement = replacement.filter(is_there);
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
    if intent.must_be_told() && !run.told.contains_key(&id) && !run.plan.warns(Some(id), NOT_TOLD) {
        run.report(Class::NotDone, Some(id), "never told");
    }
    let is_managed = run.world.users.get(&id).is_some_and(|member| member.is_managed);
    let is_staged = run.platform.accounts.get(&id).is_some_and(|account| account.is_staged);
    if intent.user.owes(|obligation| matches!(obligation, Obligation::Restrict {}))
        && is_managed
        && !is_staged
    {
        run.report(Class::NotDone, Some(id), "never restricted");
    }
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
    let is_untold = intent.must_be_told() && !run.plan.warns(Some(id), NOT_TOLD);
    if goes || leaves_open || is_untold {
        run.report(Class::NotDone, Some(id), "said to be done, and is not");
    }
}
