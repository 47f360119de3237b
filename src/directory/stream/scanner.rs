//! Reads the records of blocks: fast where a record is plain, with care where it is not.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::blocks::{Block, Content, MARGIN};
use super::ndjson::Ndjson;
use super::record::{Form, Held};
use super::rules::Rules;
use super::table::Table;
use super::values::Values;
use super::{BadRecord, Record};
use crate::directory::intern::Interner;
use crate::directory::record_reader::RecordReader;
use crate::model::View;

/// Reads the records of a stream's blocks, for one thread: see [`Blocks::scanner`](super::Blocks::scanner).
///
/// Users and diagnostics are those of [`Stream`](super::Stream), which reads every record that is not
/// understood at once.
#[derive(Debug)]
pub struct Scanner {
    rules: Arc<Rules>,
    values: Values,
    format: Format,
    interner: Interner,
}

#[derive(Debug)]
enum Format {
    Ndjson(Ndjson),
    Csv(Table),
}

/// A scanner for another thread.
impl Clone for Scanner {
    fn clone(&self) -> Self {
        Self::new(&self.rules)
    }
}

impl Scanner {
    pub(super) fn new(rules: &Arc<Rules>) -> Self {
        let values = Values::of(rules);
        let format = match Table::of(rules, &values) {
            Some(table) => Format::Csv(table),
            None => Format::Ndjson(Ndjson::default()),
        };
        Self { rules: rules.clone(), values, format, interner: Interner::bounded() }
    }

    /// Gives each record of `block` to `take`, in order, until that breaks off.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use leaver::directory::Stream;
    /// use leaver::model::Facts;
    ///
    /// let text = r#"{"directory": {"subscription": {"id": "acme", "edition": "enterprise", "time_zone": "UTC"}, "taken_at": "2026-11-22T08:00:00Z"}}
    /// {"id": "ECHOECHO", "person": "E1001", "employment": "staff", "has_left": true}
    /// {"id": "broken"}
    /// "#;
    /// let blocks = Stream::ndjson(text.as_bytes(), "users.ndjson").unwrap().blocks();
    /// let mut scanner = blocks.scanner();
    /// let (mut users, mut bad) = (Vec::new(), Vec::new());
    /// for block in blocks {
    ///     let _ = scanner.each(&block, |record| {
    ///         match record {
    ///             Ok(record) => users.push(record.to_user()),
    ///             Err(record) => bad.push(record.line),
    ///         }
    ///         ControlFlow::<()>::Continue(())
    ///     });
    /// }
    /// assert_eq!(users[0].id().as_str(), "ECHOECHO");
    /// assert_eq!(bad, [3]);
    /// ```
    pub fn each<B>(
        &mut self,
        block: &Block,
        mut take: impl FnMut(Result<&Record<'_>, BadRecord>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let (bytes, end, quotes) = match &block.content {
            Content::Records { bytes, end, quotes } => (bytes, *end, *quotes),
            Content::One { chunk, bytes } => {
                let read = self.rules.read(chunk, bytes, &mut self.interner);
                return hand_over(read, &mut take);
            }
        };
        let Self { rules, values, format, interner } = self;
        let views = values.omitted.facts.iter().map(View::of).collect();
        let nobody = "00000000".parse().expect("eight digits are an ID");
        let mut held = Held::new(nobody, rules.schema(), views);
        if let Format::Ndjson(ndjson) = format {
            ndjson.begin_block();
        }
        let whole = bytes.get(..end + MARGIN).unwrap_or_default();
        let (mut at, mut line) = (0, block.line);
        while at < end {
            // Nearly always the whole block; else what comes before the next bytes that are no text.
            let from = at;
            let text = text_before_mistake(whole.get(from..).unwrap_or_default());
            while at < end && at <= from + text.len() {
                let read = match format {
                    Format::Ndjson(ndjson) => ndjson.read(rules, values, text, at - from, &mut held),
                    Format::Csv(table) => table.read(values, text, at - from, &mut held),
                };
                if let Some(next) = read.and_then(|stop| after_line_end(whole, from + stop, end)) {
                    take(Ok(&Record(Form::Held(&held))))?;
                    (at, line) = (next, line + 1);
                    continue;
                }
                let rest = bytes.get(at..end).unwrap_or_default();
                let mut records = if quotes { RecordReader::csv(rest) } else { RecordReader::lines(rest) };
                let chunk = records.next_chunk();
                at += records.bytes_done();
                if let Some(mut chunk) = chunk {
                    chunk.line += line - 1;
                    hand_over(rules.read(&chunk, records.bytes(), interner), &mut take)?;
                }
                line += records.lines_done();
            }
        }
        ControlFlow::Continue(())
    }
}

fn hand_over<B>(
    read: Result<crate::model::User, BadRecord>,
    take: &mut impl FnMut(Result<&Record<'_>, BadRecord>) -> ControlFlow<B>,
) -> ControlFlow<B> {
    match read {
        Ok(user) => take(Ok(&Record(Form::Read(user)))),
        Err(bad) => take(Err(bad)),
    }
}

/// The place after the line break at `at`, or after the last byte; `None` if the line goes on.
#[inline]
fn after_line_end(bytes: &[u8], at: usize, end: usize) -> Option<usize> {
    if at >= end {
        return Some(end);
    }
    match bytes.get(at)? {
        b'\n' => Some(at + 1),
        b'\r' if bytes.get(at + 1) == Some(&b'\n') && at + 1 < end => Some(at + 2),
        _ => None,
    }
}

/// The bytes up to the first that are no text.
fn text_before_mistake(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_else(|error| {
        let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
        std::str::from_utf8(good).unwrap_or_default()
    })
}
