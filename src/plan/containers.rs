//! Groups and lists: who takes whose place, who leaves, and what remains (PLATFORM 21–24).

use std::collections::HashSet;

use super::course::Course;
use super::hazard::Hazard;
use super::step::StepKind;
use super::surroundings::{Position, Surroundings};
use crate::diagnostic::Code;
use crate::directory::{Finding, FindingCode};
use crate::model::{Id, format_instant};
use crate::policy::Axis;

/// What happens to one membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Somebody joins, to be told something.
    Join(Position),
    /// Somebody takes the user's place.
    Replace(Position),
    /// The user leaves.
    Leave,
}

impl Change {
    /// The kind of step that makes the change in a group, or in a list.
    pub(super) const fn kind(self, is_group: bool) -> StepKind {
        match (self, is_group) {
            (Self::Join(_), true) => StepKind::JoinGroup,
            (Self::Join(_), false) => StepKind::JoinList,
            (Self::Replace(_), _) => StepKind::ReplaceId,
            (Self::Leave, true) => StepKind::LeaveGroup,
            (Self::Leave, false) => StepKind::LeaveList,
        }
    }
}

/// Who is in which container by changes that were made for earlier users.
pub(super) type Joined = HashSet<(usize, Position)>;

/// The changes of memberships that a course comes to, each with its container.
pub(super) fn changes(
    surroundings: &Surroundings<'_>,
    position: Position,
    course: &Course,
    joined: &mut Joined,
) -> Vec<(usize, Change)> {
    let mut changes = Vec::new();
    for notice in &course.notices {
        if let Some(container) = notice.join
            && joined.insert((container, notice.told))
        {
            changes.push((container, Change::Join(notice.told)));
        }
    }
    if course.heir.is_none() && !course.leaves_containers {
        return changes;
    }
    for container in surroundings.memberships(position) {
        if !surroundings.containers[*container].is_managed {
            continue;
        }
        let change = match course.heir {
            Some(heir)
                if !surroundings.memberships(heir).contains(container)
                    && joined.insert((*container, heir)) =>
            {
                Change::Replace(heir)
            }
            _ => Change::Leave,
        };
        changes.push((*container, change));
    }
    changes
}

/// Who is to take the user's places, put to the test. Without a sound heir the ID is held, too: whoever
/// depends on the replacement would be cut off.
pub(super) fn find_heir(surroundings: &Surroundings<'_>, position: Position, by: Id, course: &mut Course) {
    let id = surroundings.user(position).id();
    let holds: &[Axis] = if course.fate.is_some() { &[Axis::Id] } else { &[] };
    let same_person = |other: Position| surroundings.others_of_person(position).any(|found| found == other);
    let Some(heir) = surroundings.position(by).filter(|heir| !by.is_system() && same_person(*heir)) else {
        let message = format!("{id} is to be replaced by {by}, which is no other ID of the same person");
        let fix = "name the ID that the person goes on using, in `superseded_by`";
        course.fail(Hazard::holding(Code::ReplacementUnknown, id, holds, message, fix));
        return;
    };
    if surroundings.is_leaving(heir) {
        let message = format!("{id} is to be replaced by {by}, which is itself leaving");
        let fix = "name an ID that stays, or leave groups and lists with `also(leave_groups_and_lists())`";
        course.fail(Hazard::holding(Code::ReplacementLeaving, id, holds, message, fix));
        return;
    }
    if let Some(leaves) = surroundings.leaves_later(heir) {
        let message = format!("{id} is replaced by {by}, which leaves on {}", format_instant(leaves));
        let fix = "name somebody who stays, or be ready to do this again";
        course.endanger(Hazard::warning(Code::ReplacementLeaving, id, message, fix));
    }
    course.heir = Some(heir);
}

/// Memberships that somebody has after losing the ID or the access.
pub(super) fn residual(
    surroundings: &Surroundings<'_>,
    position: Position,
    changes: &[(usize, Change)],
) -> Vec<Finding> {
    let user = surroundings.user(position);
    let remaining = surroundings.memberships(position).iter().filter(|container| {
        !changes.iter().any(|(changed, change)| changed == *container && !matches!(change, Change::Join(_)))
    });
    remaining
        .map(|at| {
            let container = &surroundings.containers[*at];
            let (id, word, key) = (user.id(), container.word(), container.key);
            let why = if container.is_managed {
                "nothing in this plan leaves it"
            } else {
                "it was made in the app and has to be left there by hand"
            };
            Finding {
                code: FindingCode::ResidualMembership,
                user: Some(id),
                person: user.person(),
                credential: None,
                container: Some(key.clone()),
                message: format!("{id} is still in the {word} {key}: {why}"),
            }
        })
        .collect()
}
