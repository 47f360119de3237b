//! The picture of exposure: for each person who goes, a bar for each thing that they can still do, from the instant
//! of the plan to its latest end, and marks for what was done in truth.
//!
//! Windows last an hour or a month. The axis is logarithmic, so that both can be seen; its ticks say which instant
//! is where. Colours are the style's; the same figures stand in the table of users.

use time::{Duration, OffsetDateTime};

use super::html::Html;
use super::model::{Shown, Step, User};
use super::words;
use crate::apply::State;
use crate::plan::{StepKind, Until};
use crate::policy::{Access, Disposition};

/// Rows of the picture; those with the longest windows are drawn.
const MOST_ROWS: usize = 60;
/// Where the bars begin and where they end.
const LEFT: f64 = 212.0;
const RIGHT: f64 = 950.0;
/// How wide the whole is.
const WIDTH: f64 = 1000.0;
/// Height of the axis above, and of a row.
const TOP: f64 = 46.0;
const ROW: f64 = 24.0;
/// Ticks are at least so far from each other.
const TICK_GAP: f64 = 78.0;

/// Where ticks may stand: hours after the plan, and how that is said.
const TICKS: [(i64, &str); 14] = [
    (1, "1 hour"),
    (6, "6 hours"),
    (24, "1 day"),
    (48, "2 days"),
    (96, "4 days"),
    (168, "1 week"),
    (336, "2 weeks"),
    (720, "30 days"),
    (1_440, "60 days"),
    (2_160, "90 days"),
    (4_320, "180 days"),
    (8_760, "1 year"),
    (26_280, "3 years"),
    (87_600, "10 years"),
];

/// From instants to places.
struct Axis {
    start: OffsetDateTime,
    hours: f64,
}

impl Axis {
    fn of(start: OffsetDateTime, ends: impl Iterator<Item = OffsetDateTime>) -> Self {
        let longest = ends.map(|end| hours(end - start)).fold(24.0, f64::max);
        Self { start, hours: longest * 1.15 }
    }

    fn place_of_hours(&self, hours: f64) -> f64 {
        LEFT + (RIGHT - LEFT) * hours.clamp(0.0, self.hours).ln_1p() / self.hours.ln_1p()
    }

    fn place(&self, instant: OffsetDateTime) -> f64 {
        self.place_of_hours(hours(instant - self.start))
    }

    fn covers(&self, instant: OffsetDateTime) -> bool {
        (0.0..=self.hours).contains(&hours(instant - self.start))
    }
}

fn hours(duration: Duration) -> f64 {
    duration.as_seconds_f64() / 3600.0
}

pub(super) fn write(shown: &Shown<'_>, page: &mut Html) {
    page.section(
        "windows",
        "Who could still read, write, or look like a colleague",
        "One row for each person who goes. The bars show how long, at worst, the person can still do something after the plan was made; the marks show when it was really done.",
    );
    let mut users: Vec<&User> = shown.plan.users.iter().filter(|user| user.goes()).collect();
    let is_staying = |user: &&User| !user.steps.is_empty() && !user.goes();
    let staying = shown.plan.users.iter().filter(is_staying).count();
    let longest = |user: &User| {
        let windows = &user.exposure;
        let mut ends = [windows.reads, windows.writes, windows.listed];
        ends.sort_unstable_by(|a, b| b.cmp(a));
        std::cmp::Reverse(ends)
    };
    users.sort_by_key(|user| (longest(user), user.id));
    let count = users.len();
    users.truncate(MOST_ROWS);
    if users.is_empty() {
        page.raw("<p class=\"empty\">By this plan nobody loses ID or access.</p>\n");
    } else {
        legend(page);
        drawing(shown, &users, page);
        notes(count, staying, page);
    }
    page.raw("</section>\n");
}

fn legend(page: &mut Html) {
    const BARS: [(&str, &str); 3] = [
        ("reads", "can read new messages"),
        ("writes", "can write"),
        ("listed", "looks like a colleague to others"),
    ];
    page.raw("<ul class=\"legend\">\n");
    for (class, label) in BARS {
        page.raw("<li><svg width=\"28\" height=\"10\" aria-hidden=\"true\"><rect class=\"");
        page.raw(class).raw("\" y=\"2\" width=\"28\" height=\"6\"></rect></svg> ").raw(label).raw("</li>\n");
    }
    page.raw("<li><svg width=\"28\" height=\"10\" aria-hidden=\"true\"><path class=\"endless\" d=\"M0 5H20\"></path>");
    page.raw("<path class=\"head\" d=\"M20 0L28 5L20 10Z\"></path></svg> without an end</li>\n");
    page.raw("<li><svg width=\"14\" height=\"14\" aria-hidden=\"true\"><circle class=\"mark\" cx=\"7\" cy=\"7\" r=\"5\"></circle></svg> access withdrawn</li>\n");
    page.raw("<li><svg width=\"14\" height=\"14\" aria-hidden=\"true\"><path class=\"mark\" d=\"M7 1L13 7L7 13L1 7Z\"></path></svg> ID revoked or detached</li>\n");
    page.raw("<li><svg width=\"14\" height=\"14\" aria-hidden=\"true\"><circle class=\"mark told\" cx=\"7\" cy=\"7\" r=\"5\"></circle></svg> the same, told but not seen on the platform</li>\n");
    page.raw("<li><svg width=\"14\" height=\"14\" aria-hidden=\"true\"><path class=\"wrong\" d=\"M2 2L12 12M12 2L2 12\"></path></svg> not done, or undone again</li>\n</ul>\n");
}

fn drawing(shown: &Shown<'_>, users: &[&User], page: &mut Html) {
    let start = shown.plan.made.as_of;
    let ends = users.iter().flat_map(|user| {
        let windows = [user.exposure.reads, user.exposure.writes, user.exposure.listed];
        let planned = windows.into_iter().filter_map(|until| match until {
            Until::At(instant) => Some(instant),
            Until::Ended | Until::Unbounded => None,
        });
        planned.chain(marks(shown, user).filter_map(|step| step.since))
    });
    let axis = Axis::of(start, ends);
    #[allow(clippy::cast_precision_loss, reason = "there are sixty rows at most")]
    let height = TOP + ROW * users.len() as f64 + 8.0;
    page.raw("<div class=\"scroll\" role=\"region\" aria-label=\"Picture of the windows\" tabindex=\"0\">\n<svg class=\"picture\" role=\"img\" aria-labelledby=\"picture-title picture-text\" viewBox=\"0 0 ");
    page.length(WIDTH).raw(" ").length(height).raw(
        "\">\n<title id=\"picture-title\">How long people could still read, write and be listed</title>\n",
    );
    page.raw("<desc id=\"picture-text\">").counted(users.len(), "bar chart row", "bar chart rows");
    page.raw(" from ")
        .text(&words::clock(start))
        .raw(" UTC on. The table of users has the same figures.</desc>\n");
    ticks(&axis, height, shown.input.status.at, page);
    for (index, user) in users.iter().enumerate() {
        #[allow(clippy::cast_precision_loss, reason = "there are sixty rows at most")]
        row(shown, user, &axis, TOP + ROW * index as f64, page);
    }
    page.raw("</svg>\n</div>\n");
}

fn ticks(axis: &Axis, height: f64, now: OffsetDateTime, page: &mut Html) {
    let mut last = f64::NEG_INFINITY;
    let places = [(0, "plan made")].into_iter().chain(TICKS);
    for (after, label) in places {
        let instant = axis.start.saturating_add(Duration::hours(after));
        let x = axis.place(instant);
        if !axis.covers(instant) || x - last < TICK_GAP {
            continue;
        }
        last = x;
        page.raw("<path class=\"tick\" d=\"M").length(x).raw(" 38V").length(height).raw("\"></path>");
        // The first label stands more to the left, or that of the first hour would run into it.
        let (after_class, date_class, x) =
            if after == 0 { ("after first", "date first", x + 24.0) } else { ("after", "date", x) };
        page.raw("<text class=\"").raw(after_class).raw("\" x=\"").length(x).raw("\" y=\"14\">");
        page.raw(label)
            .raw("</text><text class=\"")
            .raw(date_class)
            .raw("\" x=\"")
            .length(x)
            .raw("\" y=\"31\">");
        page.text(&words::short_clock(instant)).raw("</text>\n");
    }
    if axis.covers(now) && now > axis.start {
        let x = axis.place(now);
        page.raw("<path class=\"now\" d=\"M")
            .length(x)
            .raw(" 38V")
            .length(height)
            .raw("\"><title>This report: ");
        page.text(&words::clock(now)).raw("</title></path>\n");
    }
}

fn row(shown: &Shown<'_>, user: &User, axis: &Axis, y: f64, page: &mut Html) {
    page.raw("<g><title>").text(user.id.as_str());
    let windows = [
        ("reads", ": reads ", user.exposure.reads),
        ("writes", ", writes ", user.exposure.writes),
        ("listed", ", listed ", user.exposure.listed),
    ];
    for (_, verb, until) in windows {
        page.raw(verb);
        match until {
            Until::Ended => page.raw("no more"),
            Until::At(instant) => page.raw("until ").text(&words::clock(instant)),
            Until::Unbounded => page.raw("without an end"),
        };
    }
    page.raw("</title><path class=\"line\" d=\"M0 ").length(y).raw("H").length(WIDTH).raw("\"></path>");
    page.raw("<text class=\"id\" x=\"4\" y=\"")
        .length(y + 16.0)
        .raw("\">")
        .text(user.id.as_str())
        .raw("</text>");
    page.raw("<text class=\"verb\" x=\"88\" y=\"").length(y + 16.0).raw("\">").raw(verb(user)).raw("</text>");
    for ((class, _, until), top) in windows.into_iter().zip([4.0, 10.0, 16.0]) {
        bar(class, until, axis, y + top, page);
    }
    for step in marks(shown, user) {
        mark(step, axis, y + ROW / 2.0, page);
    }
    page.raw("</g>\n");
}

const fn verb(user: &User) -> &'static str {
    match (user.decision.disposition, user.decision.access) {
        (Disposition::Revoke, _) => "ID revoked",
        (Disposition::Detach, _) => "ID detached",
        (_, Access::Withdraw) => "access withdrawn",
        _ => "",
    }
}

fn bar(class: &'static str, until: Until, axis: &Axis, y: f64, page: &mut Html) {
    let end = match until {
        Until::Ended => return,
        Until::At(instant) => axis.place(instant),
        Until::Unbounded => RIGHT,
    };
    page.raw("<rect class=\"").raw(class).raw("\" x=\"").length(LEFT).raw("\" y=\"").length(y);
    page.raw("\" width=\"").length((end - LEFT).max(1.0)).raw("\" height=\"4\"></rect>");
    if until == Until::Unbounded {
        page.raw("<path class=\"").raw(class).raw("\" d=\"M").length(RIGHT + 3.0).raw(" ").length(y);
        page.raw("h6v4h-6zm10 0h6v4h-6zm10 -1.5l9 3.5l-9 3.5z\"></path>");
    }
}

/// The steps that take something from a user.
fn marks<'s>(shown: &'s Shown<'_>, user: &'s User) -> impl Iterator<Item = &'s Step<'s>> {
    shown.steps_of(user).filter(|step| {
        matches!(
            step.paper.kind,
            StepKind::Withdraw | StepKind::RemoveFromDevice | StepKind::Revoke | StepKind::Detach
        )
    })
}

fn mark(step: &Step<'_>, axis: &Axis, y: f64, page: &mut Html) {
    let is_wrong = matches!(step.state, State::Failed | State::Stopped | State::Held | State::Regressed);
    let Some(since) = step.since.filter(|_| is_wrong || step.state == State::Confirmed) else { return };
    let x = axis.place(since);
    let class = if step.seen { "mark" } else { "mark told" };
    if is_wrong {
        page.raw("<path class=\"wrong\" d=\"M").length(x - 5.0).raw(" ").length(y - 5.0);
        page.raw("l10 10m0 -10l-10 10\">");
    } else if matches!(step.paper.kind, StepKind::Revoke | StepKind::Detach) {
        page.raw("<path class=\"").raw(class).raw("\" d=\"M").length(x).raw(" ").length(y - 6.5);
        page.raw("l6.5 6.5l-6.5 6.5l-6.5 -6.5z\">");
    } else {
        page.raw("<path class=\"").raw(class).raw("\" d=\"M").length(x - 5.0).raw(" ").length(y);
        page.raw("a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z\">");
    }
    page.raw("<title>").raw(words::kind(step.paper.kind)).raw(": ").raw(words::state(step.state)).raw(", ");
    page.text(&words::clock(since)).raw("</title></path>");
}

fn notes(count: usize, staying: usize, page: &mut Html) {
    page.raw("<p class=\"muted\">The axis is stretched at its beginning, so that an hour can be seen beside a month. ");
    page.raw("A detached ID belongs to its holder, who may go on using it outside the company: its reading and writing have no end. ");
    if count > MOST_ROWS {
        page.raw("Drawn are the ").count(MOST_ROWS).raw(" people with the longest windows; ");
        page.counted(count - MOST_ROWS, "more is", "more are").raw(" in the table only. ");
    }
    if staying > 0 {
        page.counted(staying, "person", "people");
        page.raw(" for whom something is done and who keep ID and access are not drawn. ");
    }
    page.raw("</p>\n");
}
