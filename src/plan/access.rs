//! The access axis: how somebody's access can be taken away or moved without hitting anybody else
//! (PLATFORM 1, 13–15, 19).

use std::sync::Arc;

use super::course::{Course, Fate, Way};
use super::hazard::Hazard;
use super::surroundings::{Position, SignIn, Surroundings};
use crate::diagnostic::Code;
use crate::model::{Credential, CredentialKind, Field, Id};
use crate::policy::{Access, Axis, Disposition};

/// What a hazard of the access holds: a detach would not last without the withdrawal (PLATFORM 4).
const fn holds(disposition: Disposition) -> &'static [Axis] {
    match disposition {
        Disposition::Detach => &[Axis::Id, Axis::Access],
        _ => &[Axis::Access],
    }
}

/// Finds the way for a decision that withdraws access.
pub(super) fn withdraw(surroundings: &Surroundings<'_>, position: Position, course: &mut Course) {
    let id = surroundings.user(position).id();
    let holds = holds(surroundings.decision(position).disposition);
    match surroundings.sign_in(position) {
        SignIn::Nothing => {}
        SignIn::Single(key) => course.access = Some(Way::Delete(key.into())),
        SignIn::Unknown => course.endanger(unknown(id, holds)),
        SignIn::Multi(key) if !surroundings.is_managed(position) => {
            let message = format!(
                "{id} signs in with {key}, which all managed devices share, and is not known to be on one of them"
            );
            let fix = "bring the device under management (`mdm_managed`); until then revoking the ID is the only \
                       way to cut off this person alone";
            course.endanger(Hazard::holding(Code::WithdrawOnMulti, id, holds, message, fix));
        }
        SignIn::Multi(_) => course.access = Some(Way::Remove),
    }
}

fn unknown(id: Id, holds: &[Axis]) -> Hazard {
    let message = format!("it is not known which credential {id} has, or of which kind it is");
    let fix = "export `credential` of the users and the section `credentials`, and plan again";
    Hazard::holding(Code::CredentialUnknown, id, holds, message, fix)
}

/// Finds the way for a decision that moves somebody to the licence of the device management.
pub(super) fn migrate(
    surroundings: &Surroundings<'_>,
    licence: &Result<&Credential, &'static str>,
    position: Position,
    course: &mut Course,
) {
    let id = surroundings.user(position).id();
    let holds = &[Axis::Access];
    let from = match surroundings.sign_in(position) {
        SignIn::Multi(_) => return,
        SignIn::Unknown => return course.endanger(unknown(id, holds)),
        SignIn::Single(key) => Some(Arc::from(key)),
        SignIn::Nothing => None,
    };
    if !surroundings.is_managed(position) {
        let message = format!(
            "{id} is to move to the licence of the device management, which does not reach the device"
        );
        let fix = "bring the device under management first (`mdm_managed`)";
        return course.endanger(Hazard::holding(Code::UnmanagedDevice, id, holds, message, fix));
    }
    match licence {
        Ok(credential) => {
            let to = Arc::from(credential.id.as_str());
            course.access = Some(Way::Migrate { from, to });
        }
        Err(why) => {
            let message = format!("{id} is to move to the licence of the device management, and {why}");
            let fix = "keep exactly one `multi` credential in the directory";
            course.endanger(Hazard::holding(Code::NoMdmLicence, id, holds, message, fix));
        }
    }
}

/// Warns of migrations that nobody is told of. Runs when it is settled who migrates.
pub(super) fn warn_untold(surroundings: &Surroundings<'_>, courses: &mut [Course]) {
    for (position, course) in courses.iter_mut().enumerate() {
        if !matches!(course.access, Some(Way::Migrate { .. })) || !course.notices.is_empty() {
            continue;
        }
        let id = surroundings.user(position).id();
        let message = format!("nobody tells {id} that the licence changes and that the app must stay");
        let fix = "add `.notify(\"Please do not delete the app.\")` to the rule";
        course.endanger(Hazard::warning(Code::MigrationUntold, id, message, fix));
    }
}

/// The one credential of the device management, or why there is none to migrate to.
pub(super) fn mdm_licence<'a>(surroundings: &Surroundings<'a>) -> Result<&'a Credential, &'static str> {
    let all = surroundings.directory.credentials();
    let mut found = all.iter().filter(|credential| credential.kind == CredentialKind::Multi);
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err("the directory has no `multi` credential"),
        (Some(_), Some(_)) => Err("the directory has several `multi` credentials"),
    }
}

/// Warns of credentials with which a new internal ID can be made once an ID is revoked (PLATFORM 15). The
/// credential that another ID of the same person goes on using is that person's own seat. Runs when it is settled
/// who is revoked and who loses access.
pub(super) fn warn_of_survivors(surroundings: &Surroundings<'_>, courses: &mut [Course]) {
    for position in 0..courses.len() {
        let user = surroundings.user(position);
        let course = &courses[position];
        let is_left = course.access.is_none() && surroundings.sign_in(position) != SignIn::Nothing;
        if course.fate != Some(Fate::Revoke) || !is_left {
            continue;
        }
        let key = user.text(Field::Credential);
        let is_own_seat = |other: Position| {
            // It stays, and is meant to.
            let decision = surroundings.decision(other);
            let stays = courses[other].access.is_none()
                && decision.access != Access::Withdraw
                && !matches!(decision.disposition, Disposition::Detach | Disposition::Revoke);
            stays && surroundings.user(other).text(Field::Credential) == key
        };
        if key.is_some() && surroundings.others_of_person(position).any(is_own_seat) {
            continue;
        }
        let id = user.id();
        let which =
            key.map_or_else(|| "a credential nobody named".to_owned(), |key| format!("the credential {key}"));
        let message = format!("{id} is revoked, and {which} stays");
        let fix = "withdraw access in the same rule, or hand the credential to somebody else at once";
        courses[position].endanger(Hazard::warning(Code::CredentialSurvives, id, message, fix));
    }
}
