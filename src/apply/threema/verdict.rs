//! What became of a request, by what came back.
//!
//! Whatever cannot be told for sure is `unknown`: it is found out by looking, never by sending again. "Nothing has changed" is
//! said only where the request cannot have been carried out, or where carrying it out twice is the same as once.

use time::format_description::FormatItem;
use time::macros::format_description;
use time::{Duration, OffsetDateTime, PrimitiveDateTime};

use super::call::{Absent, Call};
use super::connector::Silence;
use super::http::{Broken, Reply};
use super::wire::{Said, said};
use crate::apply::outcome::{NoOp, Outcome};
use crate::model::format_instant;

/// How long is waited after "too many requests" that says no time.
const USUAL_WAIT: Duration = Duration::minutes(1);
/// Longest wait that is believed: the quota is one of a day (PLATFORM E).
const MOST_WAIT: Duration = Duration::hours(24);
/// When what was only accepted is looked at.
const ACCEPTED: Duration = Duration::minutes(10);

/// How a date of HTTP is written.
const HTTP_DATE: &[FormatItem<'_>] =
    format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");

/// From when on the API may be asked again, if it said so.
pub(super) fn not_before(reply: &Reply, now: OffsetDateTime) -> Option<OffsetDateTime> {
    let told = reply.retry_after.as_deref().and_then(|text| wait(text.trim(), now));
    let wait = match reply.status {
        429 => told.unwrap_or(USUAL_WAIT),
        503 => told?,
        _ => return None,
    };
    Some(now.saturating_add(wait.clamp(Duration::SECOND, MOST_WAIT)))
}

/// Seconds, or a date.
fn wait(text: &str, now: OffsetDateTime) -> Option<Duration> {
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(Duration::seconds(i64::from(seconds)));
    }
    let until = PrimitiveDateTime::parse(text, HTTP_DATE).ok()?;
    Some(until.assume_utc() - now)
}

/// What became of a request that changes something.
///
/// `readable`: whether it can be looked at. `proven`: whether the API has answered as documented before.
pub(super) fn verdict(
    call: &Call,
    reply: Result<Reply, Silence>,
    now: OffsetDateTime,
    readable: bool,
    proven: bool,
) -> Outcome {
    let again = |why: String| Outcome::Failed { why, retryable: true };
    let unknown = |why: String| Outcome::Unknown { why };
    let reply = match reply {
        Ok(reply) => reply,
        Err(Silence::Waits(until)) => {
            return again(format!("429: nothing is sent before {}", format_instant(until)));
        }
        Err(Silence::Broken(Broken::BeforeSending(why))) => {
            return again(format!("nothing was sent: {why}"));
        }
        Err(Silence::Broken(Broken::AfterSending(why))) => return unknown(why.to_owned()),
    };
    let status = reply.status;
    let uncertain = |why: String| if call.repeatable { again(why) } else { unknown(why) };
    match (status, said(&reply.body)) {
        (200 | 201 | 202 | 204, Said::Error) => unknown(format!("{status}, and an error in the reply")),
        (200 | 201 | 202 | 204, Said::Senseless) => unknown(format!("{status}, and a reply that is no JSON")),
        (202, Said::Fine) if readable => Outcome::Pending { until: now.saturating_add(ACCEPTED) },
        (200 | 201 | 202 | 204, Said::Fine) => Outcome::Applied,
        (300..=399, _) => {
            uncertain(format!("{status}: it is said to be elsewhere; look at `url` in the settings"))
        }
        (401 | 403, _) => Outcome::Refused { why: format!("{status}: the key may not do this") },
        (404 | 410, _) => match call.absent {
            Absent::Refused => Outcome::Refused { why: format!("{status}: there is no such thing") },
            Absent::AlreadySo if proven => Outcome::NoOp { why: NoOp::AlreadySo },
            Absent::LookedAt | Absent::AlreadySo => unknown(format!("{status}: there is no such thing")),
        },
        (408, _) => uncertain("408: the platform gave up waiting".to_owned()),
        (429, _) => {
            let told = reply.retry_after.is_some();
            let until = format_instant(not_before(&reply, now).unwrap_or(now));
            let source = if told { "Retry-After" } else { "no Retry-After" };
            again(format!("429: too many requests ({source}): nothing is sent before {until}"))
        }
        (400..=499, _) => Outcome::Refused { why: format!("{status}: the platform refused it") },
        (500..=599, _) => uncertain(format!("{status}: the platform could not")),
        _ => unknown(format!("{status}, which means nothing here")),
    }
}
