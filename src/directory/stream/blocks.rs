//! Cuts a stream into blocks of whole records, so that threads can understand them at the same time.
//!
//! Only record ends are looked for here: line breaks, for CSV outside quotes. Wherever that is not
//! plain (a line longer than any record may be, a quote that is not closed, an input that breaks off
//! with an error) the [`RecordReader`] takes over, record by record, until it is plain again. Memory
//! does not grow with the stream: buffers are used again.

use std::fmt;
use std::io::BufRead;
use std::sync::{Arc, Mutex, PoisonError};

use memchr::{memchr, memchr_iter, memrchr};

use super::rules::Rules;
use super::source::{Source, Stop};
use super::{Scanner, StreamHeader};
use crate::directory::record_reader::{Chunk, MOST_RECORD_BYTES, RecordReader};

/// How much of a stream is in one block, if nobody says otherwise.
const USUAL_BYTES: usize = 256 << 10;

/// Bytes of zero after the last record of a block, so that readers can look a little ahead.
pub(super) const MARGIN: usize = 32;

/// Blocks whose buffers wait to be used again.
const KEPT: usize = 64;

/// The records of a stream in blocks: see [`Stream::blocks`](super::Stream::blocks).
pub struct Blocks<R> {
    records: RecordReader<Source<R>>,
    rules: Arc<Rules>,
    size: usize,
    spare: Arc<Spare>,
    /// Records are taken one by one for now.
    careful: bool,
    ended: bool,
}

/// Some records of a stream, one after the other, and where they stand.
pub struct Block {
    pub(super) content: Content,
    /// Line of the first record.
    pub(super) line: usize,
    spare: Arc<Spare>,
}

/// What a block holds.
pub(super) enum Content {
    /// Whole records, the first `end` of the bytes, and a [`MARGIN`].
    Records { bytes: Vec<u8>, end: usize, quotes: bool },
    /// One record that was taken with care.
    One { chunk: Chunk, bytes: Vec<u8> },
}

impl<R: BufRead> Blocks<R> {
    pub(super) fn new(records: RecordReader<R>, rules: Arc<Rules>) -> Self {
        Self {
            careful: !records.is_level(),
            records: records.map_reader(Source::new),
            rules,
            size: USUAL_BYTES,
            spare: Arc::default(),
            ended: false,
        }
    }

    /// Makes blocks of about so many bytes. A block has at least one record.
    #[must_use]
    pub fn with_size(mut self, bytes: usize) -> Self {
        self.size = bytes.clamp(1, MOST_RECORD_BYTES);
        self
    }

    /// What the stream says of itself.
    pub fn header(&self) -> &StreamHeader {
        &self.rules.header
    }

    /// Reads the records of this stream's blocks, for one thread.
    pub fn scanner(&self) -> Scanner {
        Scanner::new(&self.rules)
    }

    /// A block that ends with the last record end read so far; `None` if there is none and care is needed.
    fn whole_records(&mut self) -> Option<Block> {
        let quotes = self.records.has_quotes();
        let line = self.records.lines_done() + 1;
        let mut bytes = self.spare.take();
        let mut filled = 0;
        let source = self.records.reader_mut();
        let mut room = self.size.max(source.given_back()).min(MOST_RECORD_BYTES);
        loop {
            if bytes.len() < room + MARGIN {
                bytes.resize(room + MARGIN, 0);
            }
            let stop = source.fill(bytes.get_mut(..room).unwrap_or_default(), &mut filled);
            let read = bytes.get(..filled).unwrap_or_default();
            let (last, open) = if quotes { last_record_end(read) } else { (last_line_end(read), false) };
            let end = if stop == Stop::End && !open { filled } else { last };
            if end > 0 {
                source.give_back(read.get(end..).unwrap_or_default());
                let lines = memchr_iter(b'\n', read.get(..end).unwrap_or_default()).count();
                self.records.passed(lines, end);
                bytes.iter_mut().skip(end).take(MARGIN).for_each(|byte| *byte = 0);
                let content = Content::Records { bytes, end, quotes };
                return Some(Block { content, line, spare: self.spare.clone() });
            }
            if stop == Stop::Enough && room < MOST_RECORD_BYTES {
                room = (room * 2).min(MOST_RECORD_BYTES);
                continue;
            }
            source.give_back(read);
            self.ended = stop == Stop::End && filled == 0;
            self.spare.give(bytes);
            return None;
        }
    }

    fn one_record(&mut self) -> Option<Block> {
        let chunk = self.records.next_chunk()?;
        let line = chunk.line;
        let content = Content::One { chunk, bytes: self.records.bytes().to_vec() };
        Some(Block { content, line, spare: self.spare.clone() })
    }
}

impl<R: BufRead> Iterator for Blocks<R> {
    type Item = Block;

    fn next(&mut self) -> Option<Block> {
        if self.ended {
            return None;
        }
        if !self.careful {
            match self.whole_records() {
                Some(block) => return Some(block),
                None if self.ended => return None,
                None => self.careful = true,
            }
        }
        let block = self.one_record();
        self.ended = block.is_none();
        self.careful = !self.records.is_level();
        block
    }
}

/// Where the last line ends, its break included; 0 if none does.
fn last_line_end(bytes: &[u8]) -> usize {
    memrchr(b'\n', bytes).map_or(0, |at| at + 1)
}

/// Where the last record of CSV ends, and whether a quote is open at the end of `bytes`.
///
/// Only quotes are looked at, because only they tell a line break in a text from the end of a record:
/// a quote opens a text at the start of a field and nowhere else.
fn last_record_end(bytes: &[u8]) -> (usize, bool) {
    let find = |from: usize| Some(from + memchr(b'"', bytes.get(from..)?)?);
    let plain_end = |from: usize, to: usize| {
        let end = last_line_end(bytes.get(from..to).unwrap_or_default());
        (end > 0).then_some(from + end)
    };
    let mut last = 0;
    let mut from = 0;
    // A quote in the middle of a field means nothing.
    let mut seen = 0;
    while let Some(quote) = find(seen) {
        let opens = quote == 0 || matches!(bytes.get(quote - 1), Some(b',' | b'\n'));
        if !opens {
            seen = quote + 1;
            continue;
        }
        last = plain_end(from, quote).unwrap_or(last);
        // To the quote that closes the text: one that is not doubled.
        let mut inside = quote + 1;
        loop {
            let Some(quote) = find(inside) else { return (last, true) };
            if bytes.get(quote + 1) != Some(&b'"') {
                from = quote + 1;
                break;
            }
            inside = quote + 2;
        }
        seen = from;
    }
    (plain_end(from, bytes.len()).unwrap_or(last), false)
}

/// Buffers that wait to be used again.
#[derive(Default)]
struct Spare(Mutex<Vec<Vec<u8>>>);

impl Spare {
    fn take(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    fn give(&self, buffer: Vec<u8>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT {
            kept.push(buffer);
        }
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        if let Content::Records { bytes, .. } = &mut self.content {
            self.spare.give(std::mem::take(bytes));
        }
    }
}

/// Places only: records may be personal data.
impl fmt::Debug for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Block").field("line", &self.line).finish_non_exhaustive()
    }
}

impl<R> fmt::Debug for Blocks<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blocks")
            .field("size", &self.size)
            .field("careful", &self.careful)
            .finish_non_exhaustive()
    }
}
