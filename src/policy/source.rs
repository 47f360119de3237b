//! The text of policy files, and places in it.

use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::Place;

/// One policy file: its name as the caller knows it, and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    name: Arc<str>,
    text: Arc<str>,
    line_starts: Arc<[usize]>,
}

/// A stretch of one file of a policy, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// Which file of the policy, from 0.
    pub file: u16,
    /// First byte.
    pub start: u32,
    /// Byte after the last.
    pub end: u32,
}

impl Span {
    /// The smallest stretch that holds both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The bytes as a range.
    pub const fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl Source {
    /// Largest policy file, in bytes.
    pub const MAX_BYTES: usize = 64 * 1024;

    /// A file called `name` with `text`.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { name: name.into(), text, line_starts }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name, without a copy of it.
    pub(crate) fn shared_name(&self) -> Arc<str> {
        self.name.clone()
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of a line, from 1, without its line break.
    pub fn line(&self, line: usize) -> Option<&str> {
        let start = *self.line_starts.get(line.checked_sub(1)?)?;
        self.text[start..].lines().next().or(Some(""))
    }

    /// Line and column (characters, from 1) of a byte; past the end it is the end.
    pub fn position(&self, byte: usize) -> (usize, usize) {
        let byte = byte.min(self.text.len());
        let line = self.line_starts.partition_point(|start| *start <= byte);
        let start = self.line_starts[line - 1];
        (line, self.text[start..byte].chars().count() + 1)
    }

    /// The byte at a line and column (characters, from 1); past a line's end it is that end.
    pub fn byte(&self, line: usize, column: usize) -> usize {
        let Some(start) = line.checked_sub(1).and_then(|index| self.line_starts.get(index)) else {
            return self.text.len();
        };
        let rest = self.line(line).unwrap_or_default();
        start + rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at)
    }

    /// The place of a span: its line and column, and its length up to the end of that line.
    pub fn place(&self, span: Span) -> Place {
        let (line, column) = self.position(span.start as usize);
        let meant = self.text.get(span.range()).unwrap_or_default();
        Place::new(line, column, meant.lines().next().unwrap_or_default().chars().count().max(1))
    }

    /// The text of a span.
    pub fn excerpt(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }
}
