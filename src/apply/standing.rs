//! How far a plan has come, for whoever reports, lists and settles: from the journal, at an instant.

use time::{Duration, OffsetDateTime};

use super::error::ApplyError;
use super::journal::Journal;
use super::paper::Paper;
use super::work::Work;
use crate::diagnostic::Code;
use crate::model::format_instant;
use crate::plan::Reason;

/// How far clocks of different machines may be apart.
const SKEW: Duration = Duration::minutes(5);

/// How it stands with a plan that was accepted, and the instant to record: never before what is on record.
///
/// # Errors
/// `A0107` for a plan that was not accepted, and `A0108` for a clock that is more than five minutes behind what is on
/// record, with which every wait would seem to be over. And those of the journal.
pub fn standing(
    paper: &Paper,
    journal: &impl Journal,
    now: OffsetDateTime,
) -> Result<(Work, OffsetDateTime), ApplyError> {
    let (mut work, mut latest) = (Work::of(paper), now);
    journal.replay(&mut |entry| {
        latest = latest.max(entry.at);
        if entry.plan.as_ref() == Some(paper.digest()) {
            work.take(entry.at, &entry.event);
        }
    })?;
    let refuse =
        |code, message: String| Err(ApplyError::Refused { reasons: vec![Reason::new(code, message)] });
    if !work.is_accepted() {
        return refuse(
            Code::NotAccepted,
            "the plan was not accepted: nothing of it is carried out".to_owned(),
        );
    }
    if now.saturating_add(SKEW) < latest {
        let message = format!(
            "it is {}, and the journal has a record of {}",
            format_instant(now),
            format_instant(latest)
        );
        return refuse(Code::ClockBehind, message);
    }
    Ok((work, latest))
}
