//! The first section: who planned what and when, how far it came, and what the history can prove.

use super::Compared;
use super::html::Html;
use super::model::{Shown, Step, User};
use crate::apply::State;
use crate::plan::{Status, StepKind};
use crate::policy::Disposition;

/// States in which somebody should look.
pub(super) const ALARMING: [State; 5] =
    [State::Regressed, State::Failed, State::Held, State::Stopped, State::Overdue];

pub(super) fn write(shown: &Shown<'_>, page: &mut Html) {
    page.raw("<header>\n<p class=\"kicker\">Offboarding report</p>\n<h1>");
    match shown.input.company {
        Some(company) => page.text(company),
        None => page.raw("Who left, and what was done"),
    };
    page.raw("</h1>\n<p class=\"lead\">People left the company, and something had to happen to their messaging IDs. ");
    page.raw("This page says what was planned, what was done, and what still waits for somebody. ");
    page.raw("It shows how things stood on ")
        .instant(shown.input.status.at)
        .raw("; all times are UTC.</p>\n");
    page.raw("<nav aria-label=\"Sections\"><ul>\n");
    page.raw(
        "<li><a href=\"#summary\">Summary</a></li>\n<li><a href=\"#windows\">Who could still read</a></li>\n",
    );
    page.raw(
        "<li><a href=\"#waiting\">Waiting for people</a></li>\n<li><a href=\"#hazards\">Hazards</a></li>\n",
    );
    page.raw("<li><a href=\"#people\">User by user</a></li>\n<li><a href=\"#guards\">Guards</a></li>\n");
    page.raw("<li><a href=\"#records\">Records</a></li>\n</ul></nav>\n</header>\n<main>\n");
    page.section("summary", "Summary", "How far the plan came, what was to happen, and who answers for it.");
    verdict(shown, page);
    tiles(shown, page);
    page.raw("<div class=\"pair\">\n");
    outcomes(shown, page);
    facts(shown, page);
    page.raw("</div>\n</section>\n");
}

/// The one sentence for whoever reads no further.
fn verdict(shown: &Shown<'_>, page: &mut Html) {
    let alarming = shown.count(&ALARMING);
    let open = shown.count(&[State::Open, State::Pending]);
    if alarming > 0 {
        page.raw("<p class=\"verdict bad\"><strong>Somebody should look:</strong> ");
        page.counted(alarming, "step is", "steps are")
            .raw(" not as planned. See <a href=\"#waiting\">what waits for people</a>.</p>\n");
    } else if open > 0 {
        page.raw("<p class=\"verdict calm\"><strong>Under way:</strong> ").counted(
            open,
            "step is",
            "steps are",
        );
        page.raw(" still to come, and nothing has gone wrong so far.</p>\n");
    } else {
        page.raw("<p class=\"verdict good\"><strong>Done:</strong> everything that was planned is done");
        page.raw(match shown.input.compared {
            Compared::WithPlatform => ", and still so on the platform.</p>\n",
            Compared::WithRecords => ", as far as the records say.</p>\n",
        });
    }
}

/// How many steps stand how.
fn tiles(shown: &Shown<'_>, page: &mut Html) {
    let tile = |page: &mut Html, tone: &'static str, states: &[State], label: &'static str| {
        let count = shown.count(states);
        page.raw("<li class=\"").raw(if count == 0 { "none" } else { tone }).raw("\"><b>").count(count);
        page.raw("</b> ").raw(label).raw("</li>\n");
    };
    page.raw("<ul class=\"tiles\">\n<li><b>").count(shown.steps.len()).raw("</b> steps in all</li>\n");
    tile(page, "good", &[State::Confirmed], "done");
    tile(page, "calm", &[State::Open, State::Pending], "to come or under way");
    tile(page, "warn", &[State::Held, State::Overdue], "held or overdue");
    tile(page, "bad", &[State::Failed, State::Stopped, State::Regressed], "not done, or undone again");
    page.raw("</ul>\n");
}

/// What was to happen to how many users, and to how many it has.
fn outcomes(shown: &Shown<'_>, page: &mut Html) {
    page.raw(
        "<div class=\"scroll\" role=\"region\" aria-label=\"What was to happen\" tabindex=\"0\"><table>\n",
    );
    page.raw(
        "<caption>What was to happen, in numbers of users</caption>\n<thead><tr><th scope=\"col\">What</th>",
    );
    page.raw("<th scope=\"col\" class=\"number\">planned</th><th scope=\"col\" class=\"number\">done</th></tr></thead>\n");
    page.raw("<tbody>\n<tr><th scope=\"rowgroup\" colspan=\"3\" class=\"group\">The ID</th></tr>\n");
    acted(shown, &[StepKind::Revoke], "revoked: destroyed for good", page);
    let detached = "detached: it stays with its holder, and is the company\u{2019}s no more";
    acted(shown, &[StepKind::Detach], detached, page);
    for (fate, label, instead) in [
        (Fate::Kept, "kept", "nothing to do"),
        (Fate::Held, "held: a person decides first", "waits"),
        (Fate::Refused, "refused: protected, or beyond what the planner may do", "waits"),
        (Fate::Open, "left to another plan that is at work", "waits"),
    ] {
        let count = shown.plan.users.iter().filter(|user| fate_of(shown, user) == fate).count();
        row(label, count, Err(instead), page);
    }
    page.raw("</tbody>\n<tbody>\n<tr><th scope=\"rowgroup\" colspan=\"3\" class=\"group\">Access and the rest</th></tr>\n");
    acted(shown, &[StepKind::Withdraw], "access withdrawn: the credential for the app is deleted", page);
    acted(shown, &[StepKind::RemoveFromDevice], "access withdrawn: the app is removed from the device", page);
    acted(
        shown,
        &[StepKind::ActivateMdmLicence],
        "moved to another licence: the person goes on as before",
        page,
    );
    acted(shown, &[StepKind::LeaveGroup, StepKind::LeaveList], "taken out of groups and lists", page);
    acted(shown, &[StepKind::ReplaceId], "replaced in groups and lists", page);
    acted(shown, &[StepKind::Notify], "told beforehand", page);
    page.raw("</tbody>\n</table></div>\n");
}

/// What becomes of an ID; every user has one fate.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Ends,
    Kept,
    Held,
    Refused,
    Open,
}

fn fate_of(shown: &Shown<'_>, user: &User) -> Fate {
    let ends = |step: &Step<'_>| matches!(step.paper.kind, StepKind::Revoke | StepKind::Detach);
    match user.status {
        _ if shown.steps_of(user).any(ends) => Fate::Ends,
        Status::Held => Fate::Held,
        Status::Refused => Fate::Refused,
        Status::Open => Fate::Open,
        Status::Planned | Status::Kept | Status::Done if user.decision.disposition == Disposition::Hold => {
            Fate::Held
        }
        Status::Planned | Status::Kept | Status::Done => Fate::Kept,
    }
}

/// How many users have such steps, and for how many all of them are done.
fn acted(shown: &Shown<'_>, kinds: &[StepKind], label: &'static str, page: &mut Html) {
    let (mut planned, mut done) = (0, 0);
    for user in &shown.plan.users {
        let mut steps = shown.steps_of(user).filter(|step| kinds.contains(&step.paper.kind)).peekable();
        if steps.peek().is_some() {
            planned += 1;
            done += usize::from(steps.all(|step| step.state == State::Confirmed));
        }
    }
    row(label, planned, Ok(done), page);
}

/// A line of numbers, unless there are none.
fn row(label: &'static str, planned: usize, done: Result<usize, &'static str>, page: &mut Html) {
    if planned == 0 {
        return;
    }
    page.raw("<tr><th scope=\"row\">").raw(label).raw("</th><td class=\"number\">").count(planned);
    page.raw("</td><td class=\"number\">");
    match done {
        Ok(done) => page.count(done),
        Err(instead) => page.raw("<span class=\"muted\">").raw(instead).raw("</span>"),
    };
    page.raw("</td></tr>\n");
}

/// Who answers for it, and what proves it.
fn facts(shown: &Shown<'_>, page: &mut Html) {
    let (made, history) = (&shown.plan.made, shown.input.history);
    page.raw("<dl>\n<dt>Planned by</dt><dd>").text(&made.actor).raw(", ").instant(made.as_of);
    page.raw(", to be begun before ").instant(shown.plan.expires_at).raw("</dd>\n<dt>For</dt><dd>");
    match shown.input.company {
        Some(company) => page.text(company).raw(", by the directory "),
        None => page.raw("the company of the directory "),
    };
    short(&made.directory.to_string(), page).raw(" and the policy ");
    short(&made.policy.to_string(), page).raw(", with leaver ").text(&made.leaver_version);
    page.raw("</dd>\n<dt>Approved by</dt><dd>");
    if shown.approvals.is_empty() {
        page.raw(if shown.plan.approvals_needed == 0 { "nobody; none was needed" } else { "nobody yet" });
    }
    for (index, signed) in shown.approvals.iter().enumerate() {
        page.raw(if index > 0 { "; " } else { "" }).text(&signed.approval.approver).raw(", ");
        page.instant(signed.approval.at);
    }
    page.raw("</dd>\n<dt>Carried out</dt><dd>");
    match (shown.accepted, shown.finished) {
        (None, _) => page.raw("not begun"),
        (Some(begun), None) => page.raw("since ").instant(begun).raw(", not finished"),
        (Some(begun), Some(finished)) => page.raw("from ").instant(begun).raw(" to ").instant(finished),
    };
    page.raw("</dd>\n<dt>Compared with</dt><dd>");
    page.raw(match shown.input.compared {
        Compared::WithPlatform => "the records, and what is seen on the platform",
        Compared::WithRecords => "the records alone: nobody looked at the platform for this page",
    });
    page.raw("</dd>\n<dt>Plan</dt><dd>").code(&shown.input.paper.digest().to_string());
    page.raw("</dd>\n<dt>History</dt><dd>whole and consistent: ");
    page.counted(usize::try_from(history.size()).unwrap_or(usize::MAX), "record", "records").raw(", root ");
    page.code(&history.root().to_string());
    page.raw("<br><span class=\"muted\">No record was changed, left out or put in between. Whether records are missing at ");
    page.raw("the end, or all were made anew, only a checkpoint kept elsewhere can tell: <code>leaver audit verify</code>.");
    page.raw("</span></dd>\n</dl>\n");
}

/// The beginning of a digest; the whole of it where one points.
pub(super) fn short<'p>(digest: &str, page: &'p mut Html) -> &'p mut Html {
    page.raw("<code title=\"").text(digest).raw("\">").text(digest.get(..12).unwrap_or(digest)).raw("</code>")
}
