//! What waits for people: steps that are not as planned, and users whom the plan leaves to somebody.

use std::collections::HashMap;

use super::html::Html;
use super::model::{Shown, User};
use super::summary::ALARMING;
use super::words;
use crate::plan::Status;

/// Rows of one list; the rest is counted.
pub(super) const MOST_ROWS: usize = 1_000;

pub(super) fn write(shown: &Shown<'_>, page: &mut Html) {
    page.section(
        "waiting",
        "Waiting for people",
        "Nothing here goes on by itself. Each line says why, by which code the documentation explains it, and what to do.",
    );
    let is_left = |user: &&User| matches!(user.status, Status::Held | Status::Refused | Status::Open);
    let users: Vec<&User> = shown.plan.users.iter().filter(is_left).collect();
    let count = steps(shown, page);
    if users.is_empty() && count == 0 {
        page.raw("<p class=\"empty\">Nothing waits for anybody.</p>\n");
    } else {
        left(shown, &users, page);
    }
    page.raw("</section>\n");
}

/// Steps that are not as planned; how many comes out.
fn steps(shown: &Shown<'_>, page: &mut Html) -> usize {
    let mut steps = Vec::new();
    for state in ALARMING {
        steps.extend(shown.steps.iter().filter(|step| step.state == state));
    }
    if steps.is_empty() {
        page.raw("<p>No step was held, refused, stopped or undone.</p>\n");
        return 0;
    }
    page.raw("<h3>Steps that are not as planned</h3>\n");
    page.raw("<div class=\"scroll\" role=\"region\" aria-label=\"Steps that are not as planned\" tabindex=\"0\"><table>\n<thead><tr>");
    page.raw("<th scope=\"col\">Step</th><th scope=\"col\">State</th><th scope=\"col\">Why</th>");
    page.raw("<th scope=\"col\">What to do</th></tr></thead>\n<tbody>\n");
    for step in steps.iter().take(MOST_ROWS) {
        page.raw("<tr><td>")
            .count(step.paper.number as usize)
            .raw(": ")
            .raw(words::kind(step.paper.kind))
            .raw("<br>");
        match step.paper.user {
            Some(user) => page.code(user.as_str()),
            None => page.code(&step.paper.target),
        };
        page.raw("</td><td><span class=\"state ").raw(words::tone(step.state)).raw("\">");
        page.raw(words::state(step.state)).raw("</span>");
        if let Some(since) = step.since {
            page.raw("<br><span class=\"muted\">").instant(since).raw("</span>");
        }
        page.raw("</td><td>");
        match &step.why {
            Some(why) => reason(&why.code, &why.message, page),
            None => {
                page.raw("<span class=\"muted\">seen by comparing records and platform</span>");
            }
        }
        page.raw("</td><td>").raw(words::advice(step.state)).raw("</td></tr>\n");
    }
    page.raw("</tbody>\n</table></div>\n");
    left_out(steps.len(), page);
    steps.len()
}

/// Users for whom the plan does nothing, or not everything.
fn left(shown: &Shown<'_>, users: &[&User], page: &mut Html) {
    if users.is_empty() {
        return;
    }
    let hazards = shown.plan.hazards.iter();
    let fixes: HashMap<_, _> =
        hazards.map(|hazard| ((hazard.user, hazard.code.as_str()), hazard.fix.as_str())).collect();
    page.raw("<h3>Users whom the plan leaves to people</h3>\n");
    page.raw("<div class=\"scroll\" role=\"region\" aria-label=\"Users whom the plan leaves to people\" tabindex=\"0\"><table>\n<thead><tr>");
    page.raw("<th scope=\"col\">User</th><th scope=\"col\">Person</th><th scope=\"col\">State</th>");
    page.raw("<th scope=\"col\">Why, and what to do</th></tr></thead>\n<tbody>\n");
    for user in users.iter().take(MOST_ROWS) {
        page.raw("<tr><td>").code(user.id.as_str()).raw("</td><td>");
        page.text(user.decision.person.as_deref().unwrap_or("unknown"));
        page.raw("</td><td><span class=\"state warn\">").raw(match user.status {
            Status::Refused => "refused",
            Status::Open => "in another plan",
            _ => "held",
        });
        page.raw("</span></td><td>");
        if let Some(why) = &user.reason {
            reason(&why.code, &why.message, page);
            let of_user = fixes.get(&(Some(user.id), why.code.as_str()));
            if let Some(fix) = of_user {
                page.raw("<br>Way out: ").prose(fix);
            }
        }
        page.raw("</td></tr>\n");
    }
    page.raw("</tbody>\n</table></div>\n");
    left_out(users.len(), page);
}

fn reason(code: &str, message: &str, page: &mut Html) {
    page.prose(message);
    if !code.is_empty() {
        page.raw(" ").code(code);
    }
}

/// Says how many rows of a list are not there.
pub(super) fn left_out(count: usize, page: &mut Html) {
    if count > MOST_ROWS {
        page.raw("<p class=\"muted\">And ")
            .count(count - MOST_ROWS)
            .raw(" more, which are not listed here.</p>\n");
    }
}
