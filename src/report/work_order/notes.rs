//! What a work order says besides the work: who is not planned, hazards, findings, guards and licences.

use std::collections::BTreeMap;

use super::page::{Page, as_texts, clock};
use crate::diagnostic::Code;
use crate::model::{Id, Moment};
use crate::plan::{Content, Hazard, Status};
use crate::policy::Axis;

/// Entries that are listed before the rest is counted.
const LISTED: usize = 3;
/// Findings that are listed before the rest is counted.
const FINDINGS: usize = 5;

/// Users for whom nothing is planned, or not everything, although something was to happen; by reason.
pub(super) fn not_planned(content: &Content, page: &mut Page) {
    let mut reasons: BTreeMap<(&str, &str), Vec<(Id, &str)>> = BTreeMap::new();
    for user in &content.users {
        let (how, code, message) = match (user.status, &user.reason, &user.decision.hold) {
            (Status::Held | Status::Refused | Status::Open, Some(reason), _) => {
                (user.status.word(), reason.code.as_str(), reason.message.as_str())
            }
            (Status::Planned, _, Some(hold)) => ("held in part", hold.code.word(), hold.message.as_str()),
            _ => continue,
        };
        reasons.entry((how, code)).or_default().push((user.user, message));
    }
    if reasons.is_empty() {
        return;
    }
    page.section("Not planned");
    for ((how, code), users) in reasons {
        let count = users.len();
        page.item(&format!("{how} [{code}]: {count} user{}", plural(count)), 2, 4);
        let shown = page.shown(count, LISTED);
        for (id, message) in &users[..shown] {
            let message = message.strip_prefix(&format!("{id} ")).unwrap_or(message);
            page.item(&format!("{id}: {message}"), 4, 6);
        }
        if shown < count {
            page.ids(&as_texts(users[shown..].iter().map(|(id, _)| *id)), 4);
        }
    }
}

/// Hazards by code, those that hold something first.
pub(super) fn hazards(content: &Content, page: &mut Page) {
    let mut groups: BTreeMap<(bool, Code), Vec<&Hazard>> = BTreeMap::new();
    for hazard in &content.hazards {
        groups.entry((hazard.holds.is_empty(), hazard.code)).or_default().push(hazard);
    }
    if groups.is_empty() {
        return;
    }
    page.section("Hazards");
    for ((only_warns, code), hazards) in groups {
        let first = hazards[0];
        let held = if only_warns { "" } else { ", held" };
        page.item(&format!("[{code}] {}{held}: {}", code.title(), first.consequence), 2, 4);
        let shown = page.shown(hazards.len(), LISTED);
        let is_same_fix = hazards.iter().all(|hazard| hazard.fix == first.fix);
        for hazard in &hazards[..shown] {
            page.item(&format!("{}{}", hazard.message, holds(&hazard.holds)), 4, 6);
            if !is_same_fix {
                page.item(&format!("do: {}", hazard.fix), 6, 10);
            }
        }
        if shown < hazards.len() {
            page.ids(&as_texts(hazards[shown..].iter().filter_map(|hazard| hazard.user)), 4);
        }
        if is_same_fix {
            page.item(&format!("do: {}", first.fix), 4, 8);
        }
    }
}

fn holds(axes: &[Axis]) -> &'static str {
    match axes {
        [] => "",
        [Axis::Id] => " (the ID is held)",
        [Axis::Access] => " (the access is held)",
        _ => " (the ID and the access are held)",
    }
}

/// What a person should look at besides.
pub(super) fn findings(content: &Content, page: &mut Page) {
    let count = content.findings.len();
    if count == 0 {
        return;
    }
    page.section(&format!("{count} finding{} to look at", plural(count)));
    let shown = page.shown(count, FINDINGS);
    for finding in &content.findings[..shown] {
        page.item(&finding.message, 2, 4);
    }
    if shown < count {
        page.item(&format!("and {} more: --all lists them", count - shown), 2, 4);
    }
}

/// Every guard that limits something.
pub(super) fn guards(content: &Content, page: &mut Page) {
    page.section("Guards");
    page.line(&format!("  {:<34}{:>8}{:>8}", "guard", "value", "limit"));
    let number = |number: Option<u64>| number.map_or_else(|| "–".to_owned(), |number| number.to_string());
    for check in content.guards.iter().filter(|check| check.limit.is_some()) {
        let verdict = if check.passed { "" } else { "  REFUSED" };
        let (value, limit) = (number(check.value), number(check.limit));
        page.line(&format!("  {:<34}{value:>8}{limit:>8}{verdict}", check.guard));
    }
}

/// Seats, and when more become free.
pub(super) fn licences(content: &Content, moment: &Moment, page: &mut Page) {
    let Some(seats) = &content.licences else { return };
    page.section("Licences");
    page.item(&format!("{} bought, {} used", seats.bought, seats.used), 2, 4);
    for freed in &seats.freed {
        let when = match freed.at {
            Some(instant) => format!("by {}", clock(moment, instant)),
            None => "once it is observed".to_owned(),
        };
        page.item(&format!("{} more free {when}", freed.seats), 2, 4);
    }
}

const fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
