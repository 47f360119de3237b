//! Decisions as a table that fits the terminal.
//!
//! Columns are as wide as their contents need; where the terminal is too narrow, texts wrap, and
//! columns that matter less are left out. A long table is written in pages of equal shape, so that
//! its memory does not grow with the number of users.

use std::fmt::Write as _;

use comfy_table::presets::NOTHING;
use comfy_table::{Attribute, Cell, Color, ColumnConstraint, ContentArrangement, Row, Table, Width};
use unicode_width::UnicodeWidthStr;

use crate::policy::{Decision, Obligation, Outcome, When};
use crate::report::visible;

/// Columns between two columns of a table.
const GAP: usize = 2;

/// Most lines of one row; what does not fit is in the other formats.
const HEIGHT: usize = 6;

/// Columns up to this rank are dispensable: they show where there is room and they have contents.
const DISPENSABLE: u8 = 4;

/// A column of the table of decisions.
struct Column {
    name: &'static str,
    /// The least width at which it is readable.
    least: usize,
    /// The width for which columns of low rank give way.
    fair: usize,
    /// The greatest width it asks for.
    most: usize,
    /// Columns of low rank are left out first.
    rank: u8,
}

const COLUMNS: [Column; 9] = [
    Column { name: "user", least: 8, fair: 8, most: 8, rank: 9 },
    Column { name: "person", least: 8, fair: 8, most: 20, rank: 4 },
    Column { name: "outcome", least: 7, fair: 7, most: 7, rank: 3 },
    Column { name: "disposition", least: 11, fair: 11, most: 11, rank: 8 },
    Column { name: "access", least: 8, fair: 8, most: 8, rank: 7 },
    Column { name: "rule", least: 10, fair: 16, most: 30, rank: 6 },
    Column { name: "reason", least: 14, fair: 36, most: 60, rank: 5 },
    Column { name: "after", least: 20, fair: 20, most: 22, rank: 2 },
    Column { name: "obligations", least: 16, fair: 20, most: 60, rank: 1 },
];

/// The names of all columns.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    COLUMNS.iter().map(|column| column.name)
}

/// One row: the cells of all columns.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    cells: [String; COLUMNS.len()],
    outcome: Outcome,
}

impl Line {
    /// The row of a decision.
    pub(crate) fn of(decision: &Decision) -> Self {
        let hold = decision.hold.as_ref();
        let rule = decision.rule.as_deref().or_else(|| hold.and_then(|hold| hold.rule.as_deref()));
        let mut reason = decision.reason.as_deref().unwrap_or_default().to_owned();
        if let Some(hold) = hold {
            if !reason.is_empty() {
                reason.push(' ');
            }
            let _ = write!(reason, "[{}] {}", hold.code, hold.message);
        }
        let obligations: Vec<String> = decision.obligations.iter().map(obligation).collect();
        let cells = [
            decision.user.map_or_else(String::new, |id| id.to_string()),
            decision.person.as_ref().map_or_else(String::new, ToString::to_string),
            decision.outcome.to_string(),
            decision.disposition.to_string(),
            decision.access.to_string(),
            rule.unwrap_or_default().to_owned(),
            reason,
            decision.after.as_ref().map_or_else(String::new, when),
            obligations.join("; "),
        ];
        Self { cells: cells.map(|cell| visible(&cell).into_owned()), outcome: decision.outcome }
    }

    /// The cells, in the order of [`names`].
    pub(crate) fn cells(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().map(String::as_str)
    }
}

fn when(when: &When) -> String {
    match when {
        When::At(instant) => crate::model::format_instant(*instant),
        When::AfterNotify(period) => format!("{} after notify", period.in_words()),
    }
}

fn obligation(obligation: &Obligation) -> String {
    match obligation {
        Obligation::Notify { text } => format!("notify: {text}"),
        Obligation::LeaveGroupsAndLists => "leave groups and lists".to_owned(),
        Obligation::ReplaceWith { id } => format!("replace with {id}"),
        Obligation::Restrict => "restrict".to_owned(),
    }
}

/// The shape of a table: which columns it has and how wide they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shape(Vec<(usize, usize)>);

impl Shape {
    /// A shape of at most `width` columns for `lines`, which stand for all others.
    pub(crate) fn of(lines: &[Line], width: usize) -> Self {
        let natural = |index: usize| {
            let column = &COLUMNS[index];
            let contents = lines.iter().map(|line| line.cells[index].width()).max().unwrap_or_default();
            contents.max(column.name.width()).clamp(column.least.min(column.most), column.most)
        };
        let empty = |index: usize| lines.iter().all(|line| line.cells[index].is_empty());
        let mut kept: Vec<usize> =
            (0..COLUMNS.len()).filter(|index| COLUMNS[*index].rank > DISPENSABLE || !empty(*index)).collect();
        // Columns of low rank are there as long as the others have a fair width, those of high rank
        // as long as all are readable.
        let needed = |kept: &[usize]| -> usize {
            let dispensable = kept.iter().any(|index| COLUMNS[*index].rank <= DISPENSABLE);
            let width = |index: &usize| match &COLUMNS[*index] {
                column if dispensable => column.fair,
                column => column.least,
            };
            kept.iter().map(width).sum::<usize>() + GAP * (kept.len() - 1)
        };
        while kept.len() > 1 && needed(&kept) > width {
            if let Some(first_out) = kept.iter().copied().min_by_key(|index| COLUMNS[*index].rank) {
                kept.retain(|index| *index != first_out);
            }
        }
        let least: usize = kept.iter().map(|index| COLUMNS[*index].least).sum();
        let mut left = width.saturating_sub(least + GAP * (kept.len() - 1));
        let mut columns: Vec<(usize, usize)> =
            kept.into_iter().map(|index| (index, COLUMNS[index].least.min(width.max(1)))).collect();
        // What is left goes to the columns in order of rank: first up to a fair width, then up to
        // what their contents ask for.
        let mut by_rank: Vec<usize> = (0..columns.len()).collect();
        by_rank.sort_by_key(|at| std::cmp::Reverse(COLUMNS[columns[*at].0].rank));
        for only_fair in [true, false] {
            for at in &by_rank {
                let (index, width) = &mut columns[*at];
                let asked = natural(*index);
                let goal = if only_fair { asked.min(COLUMNS[*index].fair) } else { asked };
                let more = goal.saturating_sub(*width).min(left);
                *width += more;
                left -= more;
            }
        }
        Self(columns)
    }

    /// A page of the table, with or without the names of the columns above it.
    pub(crate) fn page(&self, lines: &[Line], header: bool, coloured: bool) -> String {
        let mut table = Table::new();
        table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic).force_no_tty();
        if coloured {
            table.enforce_styling();
        }
        if header {
            let cell = |name| Cell::new(name).add_attribute(Attribute::Bold);
            table.set_header(self.0.iter().map(|(index, _)| cell(COLUMNS[*index].name)));
        }
        for line in lines {
            let mut row = Row::from(self.0.iter().map(|(index, _)| {
                let cell = Cell::new(&line.cells[*index]);
                match colour(COLUMNS[*index].name, line) {
                    Some(colour) => cell.fg(colour),
                    None => cell,
                }
            }));
            row.max_height(HEIGHT);
            table.add_row(row);
        }
        let last = self.0.len().saturating_sub(1);
        for (at, (_, width)) in self.0.iter().enumerate() {
            let gap = if at == last { 0 } else { GAP };
            if let Some(column) = table.column_mut(at) {
                let fixed = |columns: usize| u16::try_from(columns).unwrap_or(u16::MAX);
                column.set_padding((0, fixed(gap)));
                column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(fixed(width + gap))));
            }
        }
        let mut page = String::new();
        for line in table.lines() {
            page += line.trim_end();
            page.push('\n');
        }
        page
    }
}

/// The eye should find what cannot be undone and what is held.
fn colour(column: &str, line: &Line) -> Option<Color> {
    let cell = match column {
        "outcome" => line.outcome.word(),
        "disposition" => line.cells[3].as_str(),
        "access" => line.cells[4].as_str(),
        _ => return None,
    };
    match cell {
        "revoke" | "detach" => Some(Color::Red),
        "hold" => Some(Color::Yellow),
        "withdraw" | "migrate" | "act" => Some(Color::Cyan),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::sample;

    fn lines() -> Vec<Line> {
        let mut wide = sample::act();
        wide.reason = Some("日本語の理由がここにあります。とても長いので折り返されます。".repeat(3).into());
        wide.person = Some("Ünï\u{1b}[2J-0001-with-a-very-long-key".into());
        wide.rule = Some("a_rule_with_a_name_that_is_longer_than_its_column_will_ever_be".into());
        [sample::act(), sample::hold(), sample::keep(), wide].iter().map(Line::of).collect()
    }

    fn drawn(width: usize) -> String {
        Shape::of(&lines(), width).page(&lines(), true, false)
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for width in (8..60).chain([60, 79, 80, 81, 100, 120, 200, 400]) {
            for line in drawn(width).lines() {
                assert!(line.width() <= width, "{} > {width}: {line}", line.width());
            }
        }
    }

    #[test]
    fn what_matters_stays_in_a_narrow_terminal() {
        insta::assert_snapshot!("width_60", drawn(60));
    }

    #[test]
    fn width_80() {
        insta::assert_snapshot!(drawn(80));
    }

    #[test]
    fn width_120() {
        insta::assert_snapshot!(drawn(120));
    }

    #[test]
    fn a_wide_terminal_shows_every_column_that_has_contents() {
        insta::assert_snapshot!("width_200", drawn(200));
    }

    #[test]
    fn pages_have_the_shape_of_the_first() {
        let shape = Shape::of(&lines(), 100);
        let whole = shape.page(&lines(), true, false);
        let lines = lines();
        let (first, rest) = lines.split_at(2);
        assert_eq!(shape.page(first, true, false) + shape.page(rest, false, false).as_str(), whole);
    }

    #[test]
    fn colours_change_nothing_but_colours() {
        let coloured = Shape::of(&lines(), 100).page(&lines(), true, true);
        assert!(coloured.contains("\u{1b}["));
        assert!(!drawn(100).contains('\u{1b}'), "neither colours nor hostile characters");
    }

    #[test]
    fn a_table_of_nobody_has_a_header() {
        assert!(Shape::of(&[], 80).page(&[], true, false).starts_with("user"));
    }
}
