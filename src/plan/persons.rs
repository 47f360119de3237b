//! People with several IDs: what is done to one ID must not hit another one that stays, and a detached ID comes
//! back as soon as its holder uses it with *any* credential of the subscription (PLATFORM 4), and so with that of
//! another of the own IDs.

use super::course::{Course, Fate, Way, listed};
use super::hazard::Hazard;
use super::surroundings::{Position, SignIn, Surroundings};
use crate::diagnostic::Code;
use crate::model::Id;
use crate::policy::Axis;

/// Settles what the IDs of one person do to each other. Runs when the access axis of everybody is settled.
pub(super) fn settle(surroundings: &Surroundings<'_>, courses: &mut [Course]) {
    // What is held for one ID of a person may hold another: until nothing changes.
    let mut removed = positions(courses, |course| course.access == Some(Way::Remove));
    loop {
        let before = removed.len();
        removed.retain(|position| !spare_the_app(surroundings, courses, *position));
        if removed.len() == before {
            break;
        }
    }
    for position in positions(courses, |course| course.fate == Some(Fate::Detach)) {
        await_credentials(surroundings, courses, position);
    }
}

fn positions(courses: &[Course], wanted: impl Fn(&Course) -> bool) -> Vec<Position> {
    (0..courses.len()).filter(|position| wanted(&courses[*position])).collect()
}

/// Holds a removal that would take the app from an ID of the same person that goes on being used (PLATFORM 14,
/// 19); tells whether it did.
fn spare_the_app(surroundings: &Surroundings<'_>, courses: &mut [Course], position: Position) -> bool {
    // An ID that goes later is used until then.
    let now = surroundings.moment.instant();
    let goes_now = |course: &Course| course.fate == Some(Fate::Revoke) && course.start.is_immediate(now);
    let stays = |other: &Position| !goes_now(&courses[*other]) && keeps_access(surroundings, courses, *other);
    let staying: Vec<Id> = surroundings
        .others_of_person(position)
        .filter(stays)
        .map(|other| surroundings.user(other).id())
        .collect();
    if staying.is_empty() {
        return false;
    }
    let id = surroundings.user(position).id();
    let message = format!(
        "taking the app off the device of {id} would hit {} of the same person, too",
        listed(&staying)
    );
    let fix =
        "withdraw access from all IDs of the person; if only this ID is to go, `revoke().keep_access()`";
    let course = &mut courses[position];
    let holds: &[Axis] =
        if course.fate == Some(Fate::Detach) { &[Axis::Id, Axis::Access] } else { &[Axis::Access] };
    course.endanger(Hazard::holding(Code::MigrationRemovesApp, id, holds, message, fix));
    course.conclude();
    true
}

/// Whether an ID has a credential after the plan.
fn keeps_access(surroundings: &Surroundings<'_>, courses: &[Course], position: Position) -> bool {
    match courses[position].access {
        Some(Way::Delete(_) | Way::Remove) => false,
        Some(Way::Migrate { .. }) => true,
        None => surroundings.sign_in(position) != SignIn::Nothing,
    }
}

/// Holds a detach of somebody who keeps another credential.
fn await_credentials(surroundings: &Surroundings<'_>, courses: &mut [Course], position: Position) {
    let keeps = |other: &Position| keeps_access(surroundings, courses, *other);
    let Some(other) = surroundings.others_of_person(position).find(keeps) else { return };
    let id = surroundings.user(position).id();
    let other = surroundings.user(other).id();
    let message = format!("{id} is to be detached while its holder keeps the credential of {other}");
    let fix = "revoke the ID instead, or withdraw the access of the other ID, too";
    let course = &mut courses[position];
    course.endanger(Hazard::holding(Code::DetachWithWorkingCredential, id, &[Axis::Id], message, fix));
    course.conclude();
}

/// Whether the removal of an app has to be observed: somebody of the same person is detached after it.
pub(super) fn awaits_removal(
    surroundings: &Surroundings<'_>,
    position: Position,
    courses: &[Course],
) -> bool {
    let is_detached = |position: Position| courses[position].fate == Some(Fate::Detach);
    is_detached(position) || surroundings.others_of_person(position).any(is_detached)
}
