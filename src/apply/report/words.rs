//! Plain words for what the formats abbreviate, and times as people write them. All times are UTC.

use time::OffsetDateTime;

use crate::apply::State;
use crate::plan::StepKind;

/// A day, such as `22 Nov 2026`.
pub(super) fn day(instant: OffsetDateTime) -> String {
    let date = instant.to_offset(time::UtcOffset::UTC).date();
    format!("{} {} {}", date.day(), month(date.month()), date.year())
}

/// An instant to the minute, such as `22 Nov 2026, 09:00`.
pub(super) fn clock(instant: OffsetDateTime) -> String {
    let utc = instant.to_offset(time::UtcOffset::UTC);
    format!("{}, {:02}:{:02}", day(utc), utc.hour(), utc.minute())
}

/// The same without the year, for where it is known.
pub(super) fn short_clock(instant: OffsetDateTime) -> String {
    let utc = instant.to_offset(time::UtcOffset::UTC);
    format!("{} {}, {:02}:{:02}", utc.day(), month(utc.month()), utc.hour(), utc.minute())
}

fn month(month: time::Month) -> &'static str {
    const NAMES: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    NAMES[usize::from(u8::from(month)) - 1]
}

/// What a step does.
pub(super) const fn kind(kind: StepKind) -> &'static str {
    match kind {
        StepKind::JoinList => "put on a distribution list",
        StepKind::JoinGroup => "put into a group",
        StepKind::Notify => "tell the person",
        StepKind::StageMdmConfiguration => "configure the device",
        StepKind::ReplaceId => "replace the ID",
        StepKind::LeaveGroup => "leave a group",
        StepKind::LeaveList => "leave a list",
        StepKind::SynchroniseGroup => "synchronise a group",
        StepKind::RemoveFromDevice => "remove from the device",
        StepKind::Verify => "wait for the device",
        StepKind::Withdraw => "delete the credential",
        StepKind::ActivateMdmLicence => "activate under another licence",
        StepKind::Revoke => "revoke the ID",
        StepKind::Detach => "detach the ID",
    }
}

/// How a step stands.
pub(super) const fn state(state: State) -> &'static str {
    match state {
        State::Open => "to come",
        State::Confirmed => "done",
        State::Pending => "under way",
        State::Overdue => "overdue",
        State::Regressed => "undone again",
        State::Held => "held",
        State::Failed => "refused",
        State::Stopped => "stopped",
    }
}

/// What a person does about a step in this state.
pub(super) const fn advice(state: State) -> &'static str {
    match state {
        State::Held => {
            "Look on the platform whether it was done. Until somebody has found out, nothing more is done for this user."
        }
        State::Failed => "Read the reason, remove the cause, and plan this user again.",
        State::Stopped => {
            "Things are not as they were planned for. Look at the user as it is today, and plan again."
        }
        State::Overdue => {
            "It takes longer than the platform may take. Look on the platform, and run the same command again."
        }
        State::Regressed => {
            "It was done and is not so any more. Find out who or what brought it back, and plan again."
        }
        State::Open | State::Confirmed | State::Pending => "",
    }
}

/// What a state looks like: the class of the style.
pub(super) const fn tone(state: State) -> &'static str {
    match state {
        State::Confirmed => "good",
        State::Open | State::Pending => "calm",
        State::Overdue | State::Held | State::Stopped => "warn",
        State::Regressed | State::Failed => "bad",
    }
}

/// What a guard looks at, with the unit of its numbers.
pub(super) fn guard(name: &str) -> &'static str {
    match name {
        "max_age_hours" => "Age of the directory, in hours, at most",
        "max_shrink_percent" => "Users missing since the run before, in percent, at most",
        "approvals" => "People who must approve, and how many could",
        "reversible.max_count" => "Users for whom something is done that can be taken back, at most",
        "withdraw.max_count" => "Users who lose access, at most",
        "irreversible.max_count" => "Users whose ID is revoked or detached, at most",
        "reversible.max_percent" | "withdraw.max_percent" | "irreversible.max_percent" => {
            "The same as a share of all users: so many users, at most"
        }
        "reversible.per_24h" | "withdraw.per_24h" | "irreversible.per_24h" => {
            "The same within 24 hours, at most"
        }
        "reversible.minimum_population"
        | "withdraw.minimum_population"
        | "irreversible.minimum_population" => "Users that there must be in all, at least",
        _ => "Another guard",
    }
}

/// A sentence without its references to the list of platform facts, which only the documentation has.
pub(super) fn plain(text: &str) -> String {
    let mut rest = text;
    let mut plain = String::with_capacity(text.len());
    while let Some(start) = rest.find(" (PLATFORM ") {
        let Some(end) = rest[start..].find(')') else { break };
        plain.push_str(&rest[..start]);
        rest = &rest[start + end + 1..];
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::parse_instant;

    #[test]
    fn times_are_written_as_people_do() {
        let instant = parse_instant("2026-01-02T23:04:05+01:00").expect("an instant");
        assert_eq!(clock(instant), "2 Jan 2026, 22:04");
        assert_eq!(short_clock(instant), "2 Jan, 22:04");
    }

    #[test]
    fn references_are_left_out() {
        assert_eq!(plain("gone (PLATFORM 2, 18), and (so) on (PLATFORM E)"), "gone, and (so) on");
        assert_eq!(plain("open (PLATFORM 2"), "open (PLATFORM 2");
    }
}
