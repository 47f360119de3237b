//! The windows of exposure as a picture: until when, at worst, somebody can read, write and be seen.
//!
//! Users with the same windows share two lines. The picture has no even scale: the first day takes as much
//! room as the first month, because that is where plans differ.

use std::collections::BTreeMap;

use time::OffsetDateTime;

use super::page::{Page, as_texts, clock};
use crate::model::{Id, Moment};
use crate::plan::{Content, Exposure, Status, Until};

/// Hours after the plan's instant at which the marks of the scale stand, and what is written there.
const MARKS: [(u32, &str); 8] =
    [(0, "now"), (1, "1h"), (6, "6h"), (24, "1d"), (48, "2d"), (168, "1w"), (720, "30d"), (2_160, "90d")];

/// Columns between two marks.
const STEP: usize = 5;

/// Columns of the names of the lines.
const LABEL: usize = 19;

/// Writes the picture of everybody who does not simply stay.
pub(super) fn write(content: &Content, moment: &Moment, page: &mut Page) {
    let mut groups: BTreeMap<(Exposure, Status), Vec<Id>> = BTreeMap::new();
    for user in content.users.iter().filter(|user| user.status != Status::Kept) {
        groups.entry((user.exposure, user.status)).or_default().push(user.user);
    }
    if groups.is_empty() {
        return;
    }
    page.section("Until when, at worst");
    let mut scale = " ".repeat(LABEL);
    for (_, mark) in MARKS {
        scale += &format!("{mark:<STEP$}");
    }
    page.line(&scale);
    for ((exposure, status), ids) in groups {
        let count = ids.len();
        page.line(&format!("  {count} user{}, {status}", if count == 1 { "" } else { "s" }));
        let as_of = content.made.as_of;
        if exposure.reads_until == exposure.writes_until {
            bar("reads, writes", exposure.reads_until, as_of, moment, page);
        } else {
            bar("reads", exposure.reads_until, as_of, moment, page);
            bar("writes", exposure.writes_until, as_of, moment, page);
        }
        bar("is seen", exposure.listed_until, as_of, moment, page);
        page.ids(&as_texts(ids), 4);
    }
}

fn bar(what: &str, until: Until, as_of: OffsetDateTime, moment: &Moment, page: &mut Page) {
    let widest = (MARKS.len() - 1) * STEP;
    let (picture, words) = match until {
        Until::Ended => ("|".to_owned(), "ended".to_owned()),
        Until::At(instant) => {
            let length = columns(as_of, instant).min(widest);
            (format!("{}|", "=".repeat(length)), clock(moment, instant))
        }
        Until::Unbounded => (format!("{}>", "=".repeat(widest)), "no end".to_owned()),
    };
    let (label, room) = (LABEL - 4, widest + 1);
    let text = format!("    {what:<label$}{picture:<room$}  {words}");
    if text.chars().count() <= page.width() {
        page.line(&text);
    } else {
        page.line(&format!("    {what:<label$}{words}"));
    }
}

/// How long the bar to an instant is: even between two marks.
fn columns(as_of: OffsetDateTime, until: OffsetDateTime) -> usize {
    let minutes = usize::try_from((until - as_of).whole_minutes().max(0)).unwrap_or(usize::MAX);
    let mut columns = 0;
    for pair in MARKS.windows(2) {
        let [(from, _), (to, _)] = pair else { continue };
        let [from, to] = [*from, *to].map(|hours| usize::try_from(hours).unwrap_or(0) * 60);
        if minutes >= to {
            columns += STEP;
        } else {
            return columns + (minutes.saturating_sub(from) * STEP).div_ceil(to - from);
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::Duration;

    #[test]
    fn marks_stand_where_their_time_is() {
        let start = OffsetDateTime::UNIX_EPOCH;
        for (at, (hours, _)) in MARKS.into_iter().enumerate() {
            assert_eq!(columns(start, start + Duration::hours(i64::from(hours))), at * STEP, "{hours} hours");
        }
        assert_eq!(columns(start, start + Duration::minutes(1)), 1, "a little is more than nothing");
        assert_eq!(columns(start, start + Duration::days(9_999)), (MARKS.len() - 1) * STEP);
        assert_eq!(columns(start, start - Duration::days(1)), 0);
    }
}
