//! The table of users: decision, reason, steps and windows of each. It is a plain table; the script adds search and
//! sorting, for which cells carry what they are sorted by.

use time::OffsetDateTime;

use super::html::Html;
use super::model::{Shown, Step, User};
use super::words;
use crate::apply::State;
use crate::plan::{Status, Until};
use crate::policy::{Access, Disposition};

/// Rows of the table. Those for whom nothing is to be done come last, and are the first to be left out.
const MOST_ROWS: usize = 10_000;

pub(super) fn write(shown: &Shown<'_>, page: &mut Html) {
    page.section(
        "people",
        "User by user",
        "What was decided for each user and why, which steps came of it, and until when, at worst, the person could still read, write and look like a colleague.",
    );
    let mut users: Vec<&User> = shown.plan.users.iter().collect();
    users.sort_by_key(|user| (rank(user), user.id));
    page.raw("<p class=\"search\" id=\"search\" hidden><label for=\"query\">Search</label> ");
    page.raw("<input id=\"query\" type=\"search\" autocomplete=\"off\" spellcheck=\"false\" placeholder=\"ID, person, rule, state \u{2026}\"> ");
    page.raw("<output for=\"query\" id=\"found\" aria-live=\"polite\"></output></p>\n");
    page.raw("<div class=\"scroll\" role=\"region\" aria-label=\"User by user\" tabindex=\"0\"><table id=\"users\">\n<thead><tr><th scope=\"col\">User</th>");
    page.raw(
        "<th scope=\"col\">Person</th><th scope=\"col\">Decision</th><th scope=\"col\">Rule and reason</th>",
    );
    page.raw("<th scope=\"col\">Steps</th><th scope=\"col\">At worst until</th></tr></thead>\n<tbody>\n");
    for user in users.iter().take(MOST_ROWS) {
        row(shown, user, page);
    }
    page.raw("</tbody>\n</table></div>\n");
    if users.len() > MOST_ROWS {
        page.raw("<p class=\"muted\">").count(users.len() - MOST_ROWS);
        page.raw(" more users are in the plan and not in this table; the plan itself has them all.</p>\n");
    }
    page.raw("</section>\n");
}

/// Who comes first.
const fn rank(user: &User) -> u8 {
    match user.status {
        Status::Planned => 0,
        Status::Held | Status::Refused => 1,
        Status::Open => 2,
        Status::Done => 3,
        Status::Kept => 4,
    }
}

fn row(shown: &Shown<'_>, user: &User, page: &mut Html) {
    let decision = &user.decision;
    page.raw("<tr><th scope=\"row\">").code(user.id.as_str()).raw("</th><td>");
    page.text(decision.person.as_deref().unwrap_or("")).raw("</td><td>");
    page.raw(match decision.disposition {
        Disposition::Keep if decision.access == Access::Keep => "ID and access kept",
        Disposition::Hold if decision.access == Access::Hold => "ID and access held",
        Disposition::Keep => "ID kept",
        Disposition::Detach => "ID detached",
        Disposition::Revoke => "ID revoked",
        Disposition::Hold => "ID held",
    });
    page.raw(match (decision.disposition, decision.access) {
        (Disposition::Keep, Access::Keep) | (Disposition::Hold, Access::Hold) => "",
        (_, Access::Keep) => ",<br>access kept",
        (_, Access::Withdraw) => ",<br>access withdrawn",
        (_, Access::Migrate) => ",<br>access moved",
        (_, Access::Hold) => ",<br>access held",
    });
    page.raw(match user.status {
        Status::Held => "<br><span class=\"state warn\">held</span>",
        Status::Refused => "<br><span class=\"state warn\">refused</span>",
        Status::Open => "<br><span class=\"state warn\">in another plan</span>",
        Status::Done => "<br><span class=\"muted\">is so already</span>",
        Status::Planned | Status::Kept => "",
    });
    page.raw("</td><td>");
    if let Some(rule) = &decision.rule {
        page.code(rule).raw(" ");
    }
    if let Some(reason) = &decision.reason {
        page.text(reason);
    }
    steps(shown, user, page);
    windows(user, page);
    page.raw("</tr>\n");
}

/// What the column of steps is sorted by: the worst first.
const fn order(state: State) -> usize {
    match state {
        State::Regressed => 0,
        State::Failed => 1,
        State::Held => 2,
        State::Stopped => 3,
        State::Overdue => 4,
        State::Pending => 5,
        State::Open => 6,
        State::Confirmed => 7,
    }
}

fn steps(shown: &Shown<'_>, user: &User, page: &mut Html) {
    let worst = shown.steps_of(user).map(|step| order(step.state)).min().unwrap_or(8);
    page.raw("</td><td data-sort=\"").count(worst).raw("\">");
    if user.steps.is_empty() {
        page.raw("<span class=\"muted\">none</span></td>");
        return;
    }
    page.raw("<ul>");
    for step in shown.steps_of(user) {
        page.raw("<li><span class=\"state ").raw(words::tone(step.state)).raw("\">");
        page.raw(words::state(step.state)).raw("</span> ").raw(words::kind(step.paper.kind));
        if step.paper.user.is_none_or(|user| *step.paper.target != *user.as_str()) {
            page.raw(" ").code(&step.paper.target);
        }
        page.raw(if step.no_op { " (nothing to do)" } else { "" });
        when(step, shown.plan.made.as_of, page);
        page.raw("</li>");
    }
    page.raw("</ul></td>");
}

/// Since when a step stands so, or until when it is expected.
fn when(step: &Step<'_>, planned: OffsetDateTime, page: &mut Html) {
    let (before, instant) = match (step.state, step.until, step.since, step.paper.not_before) {
        (State::Pending | State::Overdue, Some(until), _, _) => (", until ", Some(until)),
        (State::Open, _, None, Some(not_before)) => (", from ", Some(not_before)),
        (_, _, since, _) => (", ", since),
    };
    if let Some(instant) = instant {
        page.raw("<span class=\"muted\">").raw(before).instant_near(instant, planned).raw("</span>");
    }
}

fn windows(user: &User, page: &mut Html) {
    let windows = &user.exposure;
    page.raw("<td data-sort=\"");
    page.text(&sorted_by(windows.reads.max(windows.writes).max(windows.listed))).raw("\">");
    if user.goes() {
        for (name, until) in
            [("read ", windows.reads), ("write ", windows.writes), ("be listed ", windows.listed)]
        {
            page.raw("<span class=\"window\"><span class=\"muted\">").raw(name).raw("</span>");
            match until {
                Until::Ended => page.raw("ended"),
                Until::At(instant) => page.instant(instant),
                Until::Unbounded => page.raw("no end"),
            };
            page.raw("</span> ");
        }
    } else {
        page.raw(match user.status {
            Status::Kept | Status::Planned => "<span class=\"muted\">stays</span>",
            _ => "<span class=\"muted\">as before</span>",
        });
    }
    page.raw("</td>");
}

/// Instants sort as text; what is over comes first, what has no end last.
fn sorted_by(until: Until) -> String {
    match until {
        Until::Ended => "0".to_owned(),
        Until::At(instant) => sortable(instant),
        Until::Unbounded => "9".repeat(13),
    }
}

fn sortable(instant: OffsetDateTime) -> String {
    format!("{:012}", instant.unix_timestamp().max(1))
}
