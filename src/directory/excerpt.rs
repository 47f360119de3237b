//! A stretch of an input file, and how byte offsets in it become lines and columns.
//!
//! Readers work with byte offsets ([`Span`]); only a mistake asks for its line and column. The line
//! table is built when first needed, and columns continue from the last answer, so that a thousand
//! mistakes in one long line stay cheap.

use std::cell::{Cell, OnceCell};

use crate::diagnostic::Place;

/// Where something stands: byte offsets from the start of the excerpt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Span {
    pub(super) const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The `length` bytes from `start`.
    pub(super) const fn at(start: usize, length: usize) -> Self {
        Self { start, end: start + length }
    }

    /// The part of this span that lies within `outer`.
    pub(super) const fn within(self, outer: Self) -> Self {
        let start = if self.start < outer.end { self.start } else { outer.start };
        let end = if self.end < outer.end { self.end } else { outer.end };
        Self { start, end }
    }
}

/// A whole file, or one record of a stream.
#[derive(Debug)]
pub(super) struct Excerpt<'t> {
    name: &'t str,
    text: &'t str,
    first_line: usize,
    line_starts: OnceCell<Vec<usize>>,
    /// The last answer: index of the line, byte offset, characters before it on the line.
    last: Cell<(usize, usize, usize)>,
}

impl<'t> Excerpt<'t> {
    /// The whole file `name`.
    pub(super) const fn file(name: &'t str, text: &'t str) -> Self {
        Self::from_line(name, text, 1)
    }

    /// A part of the file `name` that begins at the start of line `first_line`.
    pub(super) const fn from_line(name: &'t str, text: &'t str, first_line: usize) -> Self {
        Self { name, text, first_line, line_starts: OnceCell::new(), last: Cell::new((0, 0, 0)) }
    }

    /// The file as the caller named it.
    pub(super) const fn name(&self) -> &'t str {
        self.name
    }

    /// The text.
    pub(super) const fn text(&self) -> &'t str {
        self.text
    }

    /// Byte offset in the excerpt of `part`, which must be borrowed from it.
    pub(super) fn offset_of(&self, part: &str) -> usize {
        part.as_ptr().addr().saturating_sub(self.text.as_ptr().addr())
    }

    /// Line, column and length of a span. A span over several lines ends with its first one.
    pub(super) fn place(&self, span: Span) -> Place {
        let starts = self.line_starts.get_or_init(|| {
            let after_breaks = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            std::iter::once(0).chain(after_breaks.map(|(at, _)| at + 1)).collect()
        });
        let line = starts.partition_point(|start| *start <= span.start).saturating_sub(1);
        let line_start = starts.get(line).copied().unwrap_or(0);
        let line_end = starts.get(line + 1).map_or(self.text.len(), |next| next.saturating_sub(1));

        let (last_line, last_offset, last_characters) = self.last.get();
        let (from, before) = if last_line == line && (line_start..=span.start).contains(&last_offset) {
            (last_offset, last_characters)
        } else {
            (line_start, 0)
        };
        let characters = before + self.characters(from, span.start);
        self.last.set((line, span.start, characters));

        let length = self.characters(span.start, span.end.min(line_end)).max(1);
        Place::new(self.first_line + line, characters + 1, length)
    }

    fn characters(&self, from: usize, to: usize) -> usize {
        let bytes = self.text.as_bytes();
        let to = to.min(bytes.len());
        let is_first_byte = |byte: &&u8| **byte & 0b1100_0000 != 0b1000_0000;
        bytes.get(from..to).map_or(0, |bytes| bytes.iter().filter(is_first_byte).count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_characters_from_one() {
        let excerpt = Excerpt::file("f", "ä=1\nöö x\n");
        assert_eq!(excerpt.place(Span::at(0, 2)), Place::new(1, 1, 1));
        assert_eq!(excerpt.place(Span::at(2, 1)), Place::new(1, 2, 1));
        assert_eq!(excerpt.place(Span::at(10, 1)), Place::new(2, 4, 1));
        assert_eq!(excerpt.place(Span::at(5, 4)), Place::new(2, 1, 2), "an earlier place after a later one");
    }

    #[test]
    fn a_place_outside_the_text_is_no_panic() {
        let excerpt = Excerpt::from_line("f", "ab", 7);
        assert_eq!(excerpt.place(Span::new(90, 99)), Place::new(7, 3, 1));
        assert_eq!(excerpt.place(Span::new(1, 0)), Place::new(7, 2, 1));
    }
}
