//! The page a work order is written on: sections, and items that wrap.

use time::OffsetDateTime;

use super::Layout;
use crate::model::{Id, Moment};
use crate::report::visible;

/// IDs that are listed before the rest is counted.
const LISTED: usize = 12;

/// Narrower than this nothing is readable.
const LEAST_WIDTH: usize = 40;

/// A page that is being written.
pub(super) struct Page {
    text: String,
    layout: Layout,
}

impl Page {
    pub(super) fn new(layout: Layout) -> Self {
        Self { text: String::new(), layout: Layout { width: layout.width.max(LEAST_WIDTH), ..layout } }
    }

    /// Columns there are.
    pub(super) const fn width(&self) -> usize {
        self.layout.width
    }

    /// How many of so many entries are listed.
    pub(super) const fn shown(&self, count: usize, few: usize) -> usize {
        if self.layout.all || count <= few { count } else { few }
    }

    /// Begins a section.
    pub(super) fn section(&mut self, title: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text += &visible(title);
        self.text.push('\n');
    }

    /// A line that is written as it is.
    pub(super) fn line(&mut self, text: &str) {
        self.text += visible(text).trim_end();
        self.text.push('\n');
    }

    /// A text that wraps: its first line is indented by `first`, the others by `rest`.
    pub(super) fn item(&mut self, text: &str, first: usize, rest: usize) {
        let mut line = " ".repeat(first);
        let mut used = first;
        let mut is_empty = true;
        for word in visible(text).split(' ').filter(|word| !word.is_empty()) {
            let length = word.chars().count();
            if !is_empty && used + 1 + length > self.layout.width {
                self.text += &line;
                self.text.push('\n');
                (line, used, is_empty) = (" ".repeat(rest), rest, true);
            }
            if !is_empty {
                line.push(' ');
                used += 1;
            }
            line += word;
            used += length;
            is_empty = false;
        }
        self.text += &line;
        self.text.push('\n');
    }

    /// IDs, the first of them or all, and how many more there are.
    pub(super) fn ids(&mut self, ids: &[String], indent: usize) {
        let shown = self.shown(ids.len(), LISTED);
        let mut text = ids[..shown].join(", ");
        if shown < ids.len() {
            text += &format!(" and {} more", ids.len() - shown);
        }
        self.item(&text, indent, indent);
    }

    /// What was written.
    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// What the clocks show at an instant.
pub(super) fn clock(moment: &Moment, instant: OffsetDateTime) -> String {
    match moment.local(instant) {
        Some(local) if local.second() == 0 => {
            format!("{} {:02}:{:02}", local.date(), local.hour(), local.minute())
        }
        Some(local) => {
            format!("{} {:02}:{:02}:{:02}", local.date(), local.hour(), local.minute(), local.second())
        }
        None => crate::model::format_instant(instant),
    }
}

/// IDs as texts.
pub(super) fn as_texts(ids: impl IntoIterator<Item = Id>) -> Vec<String> {
    ids.into_iter().map(|id| id.to_string()).collect()
}
