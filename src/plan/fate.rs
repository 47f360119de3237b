//! The ID axis: what must be true before an ID is detached or revoked (PLATFORM 2–7, 15).

use super::course::{Course, Fate, Start};
use super::hazard::Hazard;
use super::surroundings::{Position, SignIn, Surroundings};
use crate::diagnostic::Code;
use crate::model::{Capability, Entitlements};
use crate::policy::{Axis, Disposition, Forbidden, Verb, When};

/// Puts the ID axis of a decision to the test. The access axis has been found by then, and so have the notices.
pub(super) fn test(
    surroundings: &Surroundings<'_>,
    entitlements: &Entitlements,
    position: Position,
    course: &mut Course,
) {
    let decision = surroundings.decision(position);
    let id = surroundings.user(position).id();
    let edition = surroundings.directory.subscription().edition;
    if decision.vetoed.iter().any(|vetoed| vetoed.rule.is_none() && vetoed.action == Forbidden::Revoke) {
        let message = format!("{id} was to be revoked, which the edition {edition} does not include");
        let fix = "let the rule fall back: `revoke().or_else(detach())`";
        course.endanger(Hazard::warning(Code::RevokeNotEntitled, id, message, fix));
    }
    if course.fate == Some(Fate::Revoke) && !entitlements.allows(edition, Capability::Revoke) {
        let message = format!("{id} is to be revoked, which the edition {edition} does not include");
        let fix = "let the rule fall back: `revoke().or_else(detach())`";
        course.endanger(Hazard::holding(Code::RevokeNotEntitled, id, &[Axis::Id], message, fix));
    }
    if course.fate == Some(Fate::Detach)
        && course.access.is_none()
        && surroundings.sign_in(position) != SignIn::Nothing
    {
        let message = format!("{id} is to be detached while its credential works on");
        let fix = "let the rule withdraw access, too: `detach()` without `.keep_access()`";
        course.endanger(Hazard::holding(Code::DetachWithWorkingCredential, id, &[Axis::Id], message, fix));
    }
    if course.fate.is_none() {
        return;
    }
    course.start = match &decision.after {
        None => Start::Now,
        Some(When::At(instant)) => Start::At(*instant),
        Some(When::AfterNotify(period)) if !course.notices.is_empty() => Start::AfterNotice(*period),
        Some(When::AfterNotify(period)) => {
            let message = format!(
                "{id} is to go {} after its owner was told, and nobody is told anything",
                period.in_words()
            );
            let fix = "add `.notify(\"…\")` to the rule";
            course.endanger(Hazard::holding(Code::NothingToCountFrom, id, &[Axis::Id], message, fix));
            Start::Now
        }
    };
}

/// Warns of detaches after which nobody can revoke (PLATFORM 2). Runs when it is settled who is detached.
pub(super) fn warn_of_detaches(surroundings: &Surroundings<'_>, courses: &mut [Course]) {
    for (position, course) in courses.iter_mut().enumerate() {
        if course.fate != Some(Fate::Detach) {
            continue;
        }
        let id = surroundings.user(position).id();
        let decision = surroundings.decision(position);
        let wanted = decision.overruled.iter().find(|overruled| overruled.action == Verb::Revoke);
        let forbade = decision.vetoed.iter().find(|vetoed| vetoed.action == Forbidden::Revoke);
        // Where a veto stands, the later rule could not revoke either.
        if let Some(rule) = forbade.and_then(|vetoed| vetoed.rule.as_ref()) {
            let message = format!("{id} is detached while the rule `{rule}` forbids to revoke it");
            let fix = format!(
                "if `{rule}` only delays the revocation, withdraw access until then: `.or_else(withdraw())`"
            );
            course.endanger(Hazard::warning(Code::DetachBeforeRevoke, id, message, fix));
        } else if let Some(overruled) = wanted {
            let message =
                format!("{id} is detached, and the later rule `{}` would revoke it", overruled.rule);
            let fix = format!("if `{}` should win, put it first in the policy", overruled.rule);
            course.endanger(Hazard::warning(Code::DetachBeforeRevoke, id, message, fix));
        }
    }
}

/// What a disposition does to the ID.
pub(super) const fn of(disposition: Disposition) -> Option<Fate> {
    match disposition {
        Disposition::Detach => Some(Fate::Detach),
        Disposition::Revoke => Some(Fate::Revoke),
        Disposition::Keep | Disposition::Hold => None,
    }
}
