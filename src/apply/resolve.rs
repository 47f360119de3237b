//! What a person settles: held steps, of which nobody could say whether they were done, and whole plans that are called off.

use std::collections::BTreeMap;

use time::{Duration, OffsetDateTime};

use super::event::{Entry, Event};
use super::paper::Paper;
use super::ready::settle;
use super::work::{Standing, Work};
use crate::diagnostic::Code;
use crate::model::{Administrator, Id, Privilege, format_instant};
use crate::plan::Reason;

/// Longest note that is recorded, in characters.
const MOST_NOTE: usize = 500;

/// The entries for what somebody with the privilege `hold.manage` found out about held steps.
///
/// A step that was not done is tried again from the beginning; that can be said once nothing of it may be on its way any
/// more. One that was done counts from `now`, which is never before the deed.
///
/// # Errors
/// `A0008` for a step that is not held or that the plan has not, for an administrator without the privilege, and for a
/// note that is empty or too long.
pub fn resolved(
    paper: &Paper,
    work: &Work,
    steps: &[u32],
    done: bool,
    note: &str,
    by: &Administrator,
    now: OffsetDateTime,
) -> Result<Vec<Entry>, Reason> {
    let refuse = |message: String| Reason::new(Code::NotToBeResolved, message);
    if !by.may(Privilege::HoldManage) {
        return Err(refuse(format!("{} has not the privilege {}", by.name, Privilege::HoldManage)));
    }
    let note = noted(note)?;
    let wait = |number: u32| paper.step(number).map_or(Duration::ZERO, |step| settle(step.kind));
    let entry = |number: &u32| {
        let at = (*number as usize).wrapping_sub(1);
        match paper.step(*number).map(|_| work.step(at)) {
            None => Err(refuse(format!("the plan has no step {number}"))),
            Some(Standing::Held { since }) if !done && now < since.saturating_add(wait(*number)) => {
                let from = format_instant(since.saturating_add(wait(*number)));
                Err(refuse(format!(
                    "before {from} nobody can say that step {number} was not done: it may still come"
                )))
            }
            Some(Standing::Held { .. }) => Ok(Entry {
                at: now,
                actor: Some(by.name.clone()),
                plan: Some(*paper.digest()),
                event: Event::Resolved { step: *number, done, note: note.to_owned() },
            }),
            Some(_) => Err(refuse(format!("step {number} is not held"))),
        }
    };
    steps.iter().map(entry).collect()
}

/// The entries with which somebody calls a plan off: what has not begun is not done any more, user by user. What has begun is
/// followed to its end.
///
/// # Errors
/// `A0008` for an administrator who neither owns the plan nor has the privilege `hold.manage`, for a plan of which nothing is
/// left to begin, and for a note that is empty or too long.
pub fn called_off(
    paper: &Paper,
    work: &Work,
    note: &str,
    by: &Administrator,
    now: OffsetDateTime,
) -> Result<Vec<Entry>, Reason> {
    if by.name != paper.actor() && !by.may(Privilege::HoldManage) {
        let message =
            format!("{} neither owns the plan nor has the privilege {}", by.name, Privilege::HoldManage);
        return Err(Reason::new(Code::NotToBeResolved, message));
    }
    let note = noted(note)?;
    let mut open: BTreeMap<Option<Id>, Vec<u32>> = BTreeMap::new();
    for (at, step) in paper.steps().iter().enumerate() {
        if matches!(work.step(at), Standing::Untouched | Standing::Again { .. }) {
            open.entry(step.user).or_default().push(step.number);
        }
    }
    if open.is_empty() {
        let message = "nothing of the plan is left to begin";
        return Err(Reason::new(Code::NotToBeResolved, message));
    }
    let reason = Reason::new(Code::PlanCalledOff, format!("called off by {}: {note}", by.name));
    let entry = |(user, steps)| Entry {
        at: now,
        actor: Some(by.name.clone()),
        plan: Some(*paper.digest()),
        event: Event::Stopped { steps, user, reason: reason.clone() },
    };
    Ok(open.into_iter().map(entry).collect())
}

/// A note as it is recorded.
fn noted(note: &str) -> Result<&str, Reason> {
    let note = note.trim();
    if note.is_empty() || note.chars().count() > MOST_NOTE {
        let message = format!("a note says how it was found out, or why, in at most {MOST_NOTE} characters");
        return Err(Reason::new(Code::NotToBeResolved, message));
    }
    Ok(note)
}
