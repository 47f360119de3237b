//! Takes a text apart into records, one line each, or for CSV one or more lines with balanced quotes.
//!
//! At most [`MOST_RECORD_BYTES`] are held at a time, whatever the input does. A quote that is never
//! closed costs its own line only: what it swallowed is read again, line by line.

use std::io::{self, BufRead};

/// Longest record.
pub(super) const MOST_RECORD_BYTES: usize = 1 << 20;

/// One record, or why there is none.
#[derive(Debug)]
pub(super) struct Chunk {
    /// Line at which it begins, from 1.
    pub(super) line: usize,
    /// Byte at which it begins.
    pub(super) offset: usize,
    pub(super) kind: ChunkKind,
}

/// What was found.
#[derive(Debug)]
pub(super) enum ChunkKind {
    /// A record; [`RecordReader::bytes`] has it, without its line break.
    Whole {
        /// Whether a line break follows.
        terminated: bool,
    },
    /// A line with a quote that is never closed; [`RecordReader::bytes`] has the line.
    Unclosed,
    /// Longer than [`MOST_RECORD_BYTES`], and passed over.
    TooLong,
    /// The input could not be read. Nothing follows.
    Failed(io::Error),
}

/// Reads records from `reader`.
#[derive(Debug)]
pub(super) struct RecordReader<R> {
    reader: R,
    /// Whether quotes may hold line breaks.
    quotes: bool,
    /// The record at hand.
    buffer: Vec<u8>,
    /// What was read too far and comes again, before anything new.
    again: Vec<u8>,
    again_from: usize,
    /// How many bytes from here on are read without quotes that hold line breaks.
    line_by_line: usize,
    lines_done: usize,
    bytes_done: usize,
    failed: bool,
}

/// How reading one line ended.
enum Line {
    Ended { terminated: bool },
    Full,
    NoMore,
}

impl<R: BufRead> RecordReader<R> {
    /// Records of one line each.
    pub(super) const fn lines(reader: R) -> Self {
        Self::new(reader, false)
    }

    /// Records of CSV.
    pub(super) const fn csv(reader: R) -> Self {
        Self::new(reader, true)
    }

    const fn new(reader: R, quotes: bool) -> Self {
        Self {
            reader,
            quotes,
            buffer: Vec::new(),
            again: Vec::new(),
            again_from: 0,
            line_by_line: 0,
            lines_done: 0,
            bytes_done: 0,
            failed: false,
        }
    }

    /// The same records, and what is left of the input in other hands.
    pub(super) fn map_reader<S>(self, map: impl FnOnce(R) -> S) -> RecordReader<S> {
        RecordReader {
            reader: map(self.reader),
            quotes: self.quotes,
            buffer: self.buffer,
            again: self.again,
            again_from: self.again_from,
            line_by_line: self.line_by_line,
            lines_done: self.lines_done,
            bytes_done: self.bytes_done,
            failed: self.failed,
        }
    }

    /// Whether quotes may hold line breaks.
    pub(super) const fn has_quotes(&self) -> bool {
        self.quotes
    }

    /// Whether the next record begins where the input stands, and nothing read before matters to it.
    pub(super) fn is_level(&self) -> bool {
        !self.failed && self.again.is_empty() && self.line_by_line == 0
    }

    /// What the records are read from. Whoever takes anything says so with [`passed`](Self::passed).
    pub(super) const fn reader_mut(&mut self) -> &mut R {
        &mut self.reader
    }

    /// So many lines and bytes were taken from the input by somebody else.
    pub(super) const fn passed(&mut self, lines: usize, bytes: usize) {
        self.lines_done += lines;
        self.bytes_done += bytes;
    }

    /// How many lines were read.
    pub(super) const fn lines_done(&self) -> usize {
        self.lines_done
    }

    /// How many bytes were read.
    pub(super) const fn bytes_done(&self) -> usize {
        self.bytes_done
    }

    /// The record that [`next_chunk`](Self::next_chunk) found last.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer
    }

    /// The next record that is not a blank line.
    pub(super) fn next_chunk(&mut self) -> Option<Chunk> {
        loop {
            let (line, offset) = (self.lines_done + 1, self.bytes_done);
            if self.failed {
                return None;
            }
            let kind = match self.read_record() {
                Ok(kind) => kind?,
                Err(error) => {
                    self.failed = true;
                    ChunkKind::Failed(error)
                }
            };
            if matches!(kind, ChunkKind::Whole { .. }) {
                let end = self.buffer.strip_suffix(b"\n").unwrap_or(&self.buffer);
                let end = end.strip_suffix(b"\r").unwrap_or(end).len();
                self.buffer.truncate(end);
                if self.buffer.iter().all(u8::is_ascii_whitespace) {
                    continue;
                }
            }
            return Some(Chunk { line, offset, kind });
        }
    }

    fn read_record(&mut self) -> io::Result<Option<ChunkKind>> {
        self.buffer.clear();
        let mut quotes = Quotes::default();
        let mut first_line_end = None;
        loop {
            let start = self.buffer.len();
            match self.read_line()? {
                Line::NoMore if self.buffer.is_empty() => return Ok(None),
                Line::NoMore => return Ok(Some(self.give_back(first_line_end, true))),
                Line::Full if first_line_end.is_none() => {
                    self.skip_line()?;
                    return Ok(Some(ChunkKind::TooLong));
                }
                Line::Full => return Ok(Some(self.give_back(first_line_end, false))),
                Line::Ended { terminated } => {
                    if !self.quotes {
                        return Ok(Some(ChunkKind::Whole { terminated }));
                    }
                    quotes.feed(self.buffer.get(start..).unwrap_or_default());
                    if !quotes.are_open() {
                        return Ok(Some(ChunkKind::Whole { terminated }));
                    }
                    if self.line_by_line > 0 {
                        return Ok(Some(ChunkKind::Unclosed));
                    }
                    first_line_end.get_or_insert(self.buffer.len());
                }
            }
        }
    }

    /// Keeps the first line of the buffer and has the others come again. `whole_lines` tells whether
    /// the buffer ends with a line and not within one.
    fn give_back(&mut self, first_line_end: Option<usize>, whole_lines: bool) -> ChunkKind {
        let end = first_line_end.unwrap_or(self.buffer.len()).min(self.buffer.len());
        let mut again = self.buffer.split_off(end);
        let lines = again.split(|byte| *byte == b'\n').count().saturating_sub(1);
        let unfinished = usize::from(whole_lines && again.last().is_some_and(|byte| *byte != b'\n'));
        self.lines_done = self.lines_done.saturating_sub(lines + unfinished);
        self.bytes_done = self.bytes_done.saturating_sub(again.len());
        self.line_by_line = again.len();
        again.extend_from_slice(self.again.get(self.again_from..).unwrap_or_default());
        self.again = again;
        self.again_from = 0;
        ChunkKind::Unclosed
    }

    /// Appends one line, with its break, to the buffer.
    fn read_line(&mut self) -> io::Result<Line> {
        let mut any = false;
        loop {
            let room = MOST_RECORD_BYTES.saturating_sub(self.buffer.len());
            let available = available(&mut self.reader, &self.again, self.again_from)?;
            if available.is_empty() {
                if !any {
                    return Ok(Line::NoMore);
                }
                self.lines_done += 1;
                return Ok(Line::Ended { terminated: false });
            }
            any = true;
            let line_end = available.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
            let wanted = line_end.unwrap_or(available.len());
            let taken = wanted.min(room);
            self.buffer.extend_from_slice(available.get(..taken).unwrap_or_default());
            self.consume(taken);
            if taken < wanted {
                return Ok(Line::Full);
            }
            if line_end.is_some() {
                self.lines_done += 1;
                return Ok(Line::Ended { terminated: true });
            }
        }
    }

    /// Passes over the rest of a line.
    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let available = available(&mut self.reader, &self.again, self.again_from)?;
            let line_end = available.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
            let taken = line_end.unwrap_or(available.len());
            self.consume(taken);
            if line_end.is_some() || taken == 0 {
                self.lines_done += 1;
                return Ok(());
            }
        }
    }

    fn consume(&mut self, count: usize) {
        self.bytes_done += count;
        self.line_by_line = self.line_by_line.saturating_sub(count);
        if self.again_from < self.again.len() {
            self.again_from += count;
            if self.again_from >= self.again.len() {
                self.again = Vec::new();
                self.again_from = 0;
            }
        } else {
            self.reader.consume(count);
        }
    }
}

/// What can be read next without waiting for more.
fn available<'b>(reader: &'b mut impl BufRead, again: &'b [u8], from: usize) -> io::Result<&'b [u8]> {
    match again.get(from..) {
        Some(rest) if !rest.is_empty() => Ok(rest),
        _ => loop {
            // Asked twice because the answer cannot be kept over the retry; but not at the end, where asking
            // is trying to read on.
            match reader.fill_buf() {
                Ok([]) => return Ok(&[]),
                Ok(_) => return reader.fill_buf(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        },
    }
}

/// Whether a CSV record is within quotes: they open at the start of a field only.
#[derive(Debug, Default)]
struct Quotes(State);

#[derive(Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    FieldStart,
    Plain,
    Quoted,
    /// After a quote within quotes: the end of the field, or the first half of a doubled quote.
    QuoteInQuoted,
}

impl Quotes {
    fn feed(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = match (&self.0, byte) {
                (State::Quoted, b'"') => State::QuoteInQuoted,
                (State::Quoted, _) | (State::FieldStart | State::QuoteInQuoted, b'"') => State::Quoted,
                (_, b',' | b'\n') => State::FieldStart,
                _ => State::Plain,
            };
        }
    }

    fn are_open(&self) -> bool {
        self.0 == State::Quoted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunks(mut reader: RecordReader<&[u8]>) -> Vec<(usize, usize, String)> {
        let mut found = Vec::new();
        while let Some(chunk) = reader.next_chunk() {
            let text = match chunk.kind {
                ChunkKind::Whole { .. } => String::from_utf8_lossy(reader.bytes()).into_owned(),
                ChunkKind::Unclosed => {
                    format!("unclosed {}", String::from_utf8_lossy(reader.bytes()).trim_end())
                }
                ChunkKind::TooLong => "too long".to_owned(),
                ChunkKind::Failed(error) => error.to_string(),
            };
            found.push((chunk.line, chunk.offset, text));
        }
        found
    }

    #[test]
    fn quotes_hold_line_breaks_and_blank_lines_are_no_records() {
        let found = chunks(RecordReader::csv("a,b\r\n\n\"x\ny\",\"q\"\"\"\nlast".as_bytes()));
        let expected = [(1, 0, "a,b"), (3, 6, "\"x\ny\",\"q\"\"\""), (5, 18, "last")]
            .map(|(l, o, t)| (l, o, t.to_owned()));
        assert_eq!(found, expected);
    }

    #[test]
    fn an_unclosed_quote_costs_its_own_line_only() {
        let found = chunks(RecordReader::csv("h\n\"open\nb\nc".as_bytes()));
        let expected = [(1, 0, "h"), (2, 2, "unclosed \"open"), (3, 8, "b"), (4, 10, "c")]
            .map(|(l, o, t)| (l, o, t.to_owned()));
        assert_eq!(found, expected);
    }

    #[test]
    fn a_long_line_is_passed_over() {
        let text = format!("a\n{}\nb\n", "x".repeat(MOST_RECORD_BYTES + 1));
        let found = chunks(RecordReader::lines(text.as_bytes()));
        assert_eq!(
            found.iter().map(|(line, _, text)| (*line, text.as_str())).collect::<Vec<_>>(),
            [(1, "a"), (2, "too long"), (3, "b")]
        );
    }

    #[test]
    fn a_quote_open_for_more_than_a_record_costs_its_own_line_only() {
        let lines = MOST_RECORD_BYTES / 8 + 10;
        let text = format!("\"open\n{}end\n", "filler7\n".repeat(lines));
        let found = chunks(RecordReader::csv(text.as_bytes()));
        assert_eq!(found.len(), lines + 2);
        assert_eq!(found.first().map(|chunk| chunk.2.as_str()), Some("unclosed \"open"));
        assert_eq!(found.last().map(|chunk| (chunk.0, chunk.2.as_str())), Some((lines + 2, "end")));
    }

    #[test]
    fn lines_that_open_quotes_again_and_again_take_linear_time() {
        let text = ",\"x\",\"\n".repeat(400_000);
        assert!(chunks(RecordReader::csv(text.as_bytes())).len() > 1_000);
    }
}
