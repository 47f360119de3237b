//! Whether a plan says so when a deadline is missed.
//!
//! In go the facts and a plan, out come the users whose axes have not taken effect by the deadline of
//! their decision in the worst case, and of whom the plan says nothing. A deadline that is missed is no
//! mistake of the plan; keeping silent about it is.

use leaver::model::Id;

use crate::execute::Run;
use crate::facts::{DAY, HOUR, World};
use crate::judge::plus_period;
use crate::reading::{Kind, Reading, Second, When};
use crate::schedule::{Pace, starts};
use crate::violation::Class;

/// Hazards by which a plan says that a deadline cannot be met, or has passed.
const MISSED: &[&str] = &["L0218", "L0219"];

/// Reports silence about missed deadlines.
pub(crate) fn deadlines(run: &mut Run<'_>) {
    let begun = starts(run.plan, run.world, Pace::WORST);
    let missed: Vec<Id> = run
        .plan
        .users
        .iter()
        .filter(|user| {
            let deadline = user.decision.deadline.as_ref().and_then(|when| instant(run, user.user, when));
            deadline.is_some_and(|deadline| is_late(run.plan, &begun, user.user, deadline))
        })
        .map(|user| user.user)
        .filter(|user| !run.plan.warns(Some(*user), MISSED))
        .collect();
    for user in missed {
        run.report(Class::DeadlineUnmentioned, Some(user), "an axis takes effect after it");
    }
}

fn instant(run: &Run<'_>, user: Id, when: &When) -> Option<Second> {
    let World { zone, .. } = run.world;
    match when {
        When::At(at) => Some(at.0),
        When::AfterNotify { plus } => plus_period(zone, *run.told.get(&user)?, plus),
    }
}

/// Whether one of the user's axes takes effect after the deadline, or nobody knows when.
fn is_late(plan: &Reading, begun: &[Option<Second>], user: Id, deadline: Second) -> bool {
    let steps = plan.steps.iter().zip(begun).filter(|(step, _)| step.users.contains(&user));
    let mut effects = steps.filter_map(|(step, start)| match step.kind {
        Kind::Withdraw | Kind::Detach => Some(start.map(|start| start + DAY)),
        Kind::Revoke => Some(start.map(|start| start + HOUR)),
        Kind::RemoveFromDevice | Kind::ActivateMdmLicence => Some(None),
        _ => None,
    });
    effects.any(|effect| effect.is_none_or(|effect| effect > deadline))
}
