//! From decisions to courses: each user's decision, put to the tests of the platform.
//!
//! What a user cannot be helped with alone (credentials that several use, seats) is settled afterwards over
//! all courses.

use std::collections::HashMap;
use std::sync::Arc;

use super::course::{Course, Fate, Standing, Way, listed};
use super::hazard::{Hazard, Reason};
use super::surroundings::{Position, Surroundings};
use super::{access, containers, fate, notices};
use crate::diagnostic::Code;
use crate::model::{Credential, Entitlements, Id, Licences};
use crate::policy::{Access, Axis, Obligation, Outcome};
use crate::sort;

/// The course of one user, before anybody's authority is looked at.
pub(super) fn course(
    surroundings: &Surroundings<'_>,
    entitlements: &Entitlements,
    licence: &Result<&Credential, &'static str>,
    position: Position,
) -> Course {
    let decision = surroundings.decision(position);
    let user = surroundings.user(position);
    match decision.outcome {
        Outcome::Keep => return Course::idle(Standing::Kept, None),
        Outcome::Hold => {
            let reason = decision.hold.as_ref().map(Reason::of_hold);
            let mut course = Course::idle(Standing::Held, reason);
            fate::test(surroundings, entitlements, position, &mut course);
            return course;
        }
        Outcome::Act => {}
    }
    if user.id().is_system() {
        let message = format!("{} is a gateway or system ID, which is never touched", user.id());
        return Course::idle(Standing::Refused, Some(Reason::new(Code::ProtectedUser, message)));
    }
    let mut course = Course::started(decision);
    course.fate = fate::of(decision.disposition);
    notices::find(surroundings, position, &mut course);
    match decision.access {
        Access::Withdraw => access::withdraw(surroundings, position, &mut course),
        Access::Migrate => access::migrate(surroundings, licence, position, &mut course),
        Access::Keep | Access::Hold => {}
    }
    fate::test(surroundings, entitlements, position, &mut course);
    for obligation in &decision.obligations {
        match obligation {
            Obligation::LeaveGroupsAndLists => course.leaves_containers = true,
            Obligation::ReplaceWith { id } => containers::find_heir(surroundings, position, *id, &mut course),
            Obligation::Restrict => restrict(surroundings, position, &mut course),
            Obligation::Notify { .. } => {}
        }
    }
    course.conclude();
    course
}

fn restrict(surroundings: &Surroundings<'_>, position: Position, course: &mut Course) {
    if surroundings.is_managed(position) {
        course.restricts = true;
        return;
    }
    let id = surroundings.user(position).id();
    let message = format!("the device of {id} is to be restricted, and device management does not reach it");
    let fix = "bring the device under management, or ask for `restrict()` only where `user.mdm_managed`";
    course.fail(Hazard::warning(Code::UnmanagedDevice, id, message, fix));
}

/// Settles what users need in common: credentials first, then seats, and what is held for want of a seat may be
/// the credential of somebody else.
pub(super) fn settle(surroundings: &Surroundings<'_>, licences: Option<Licences>, courses: &mut [Course]) {
    settle_shared_credentials(surroundings, courses);
    settle_seats(surroundings, licences, courses);
    settle_shared_credentials(surroundings, courses);
}

/// A single credential is deleted only if every one of its users is to lose access or to move (PLATFORM 13).
fn settle_shared_credentials(surroundings: &Surroundings<'_>, courses: &mut [Course]) {
    let mut going: HashMap<Arc<str>, Vec<Position>> = HashMap::new();
    for (position, course) in courses.iter().enumerate() {
        if let Some(key) = course.access.as_ref().and_then(deleted) {
            going.entry(key.clone()).or_default().push(position);
        }
    }
    let mut keys: Vec<_> = going.into_iter().collect();
    sort::ascending(&mut keys);
    for (key, positions) in keys {
        let users = surroundings.users_of(&key);
        if users.len() == positions.len() {
            continue;
        }
        let staying: Vec<Id> = users
            .iter()
            .filter(|user| !positions.contains(user))
            .map(|user| surroundings.user(*user).id())
            .collect();
        for position in positions {
            let id = surroundings.user(position).id();
            let course = &mut courses[position];
            let holds: &[Axis] = match course.fate {
                Some(Fate::Detach) => &[Axis::Id, Axis::Access],
                _ => &[Axis::Access],
            };
            let message = format!("{id} signs in with {key}, which {} goes on using", listed(&staying));
            let fix = "give whoever stays a credential of the own, and export the directory again";
            course.endanger(Hazard::holding(Code::CredentialInUse, id, holds, message, fix));
            course.conclude();
        }
    }
}

/// The credential that a way deletes.
fn deleted(way: &Way) -> Option<&Arc<str>> {
    match way {
        Way::Delete(key) => Some(key),
        Way::Migrate { from, .. } => from.as_ref(),
        Way::Remove => None,
    }
}

/// A migration needs a seat that is free when it begins (PLATFORM 19): its own is not back before the old
/// credential has lost its effect. Seats go to users in order of ID.
fn settle_seats(surroundings: &Surroundings<'_>, licences: Option<Licences>, courses: &mut [Course]) {
    let freed = courses.iter().filter(|course| matches!(course.access, Some(Way::Delete(_)))).count();
    let mut free = licences.map(Licences::free);
    for (position, course) in courses.iter_mut().enumerate() {
        if !matches!(course.access, Some(Way::Migrate { .. })) {
            continue;
        }
        if let Some(seats) = free.filter(|seats| *seats > 0) {
            free = Some(seats - 1);
            continue;
        }
        let id = surroundings.user(position).id();
        let (message, fix) = match licences {
            Some(licences) => (
                format!(
                    "{id} is to move to another licence, and all {} that were bought are in use or given away by this plan",
                    licences.bought
                ),
                match freed {
                    0 => "buy one licence more for each such user".to_owned(),
                    freed => {
                        format!("carry out the withdrawals first, which free up to {freed}, or buy more")
                    }
                },
            ),
            None => (
                format!("{id} is to move to another licence, and it is not known how many are free"),
                "state `licences` of the subscription and export `credential` of the users".to_owned(),
            ),
        };
        course.endanger(Hazard::holding(Code::NoFreeLicence, id, &[Axis::Access], message, fix));
        course.conclude();
    }
}
