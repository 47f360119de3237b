//! What a person found out about held steps: a step of which nobody could say whether it was done.

use time::{Duration, OffsetDateTime};

use super::event::{Entry, Event};
use super::paper::Paper;
use super::ready::settle;
use super::work::{Standing, Work};
use crate::diagnostic::Code;
use crate::model::{Administrator, Privilege, format_instant};
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
    let note = note.trim();
    if note.is_empty() || note.chars().count() > MOST_NOTE {
        return Err(refuse(format!("a note says how it was found out, in at most {MOST_NOTE} characters")));
    }
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
