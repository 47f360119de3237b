//! Users one by one, in constant memory: NDJSON that brings its header along, or CSV with a
//! subscription file.
//!
//! The users of a stream are resolved: derived fields are given like any other, and nobody compares
//! records with each other (an ID given twice is two users). A bad record is an item of the stream,
//! never its end, so that whoever reads can hold that user and go on.

mod blocks;
mod bytes;
mod layout;
mod ndjson;
mod record;
mod rules;
mod scanner;
mod skip;
mod source;
mod table;
#[cfg(test)]
mod tests;
mod values;

use std::collections::BTreeSet;
use std::io::BufRead;
use std::sync::Arc;

use time::OffsetDateTime;

use super::csv;
use super::excerpt::{Excerpt, Span};
use super::header::{self, Provides, SubscriptionHeader, read_header};
use super::intern::Interner;
use super::judgement::{Judgement, UserKeys};
use super::problems::Problems;
use super::reading::Reading;
use super::record_reader::{Chunk, ChunkKind, RecordReader};
use super::records::{json_line, report_too_long};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Field, Id, Schema, Slot, Subscription, User};
pub use blocks::{Block, Blocks};
pub use record::Record;
use rules::Rules;
pub use scanner::Scanner;

/// What a stream says before its first user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamHeader {
    /// The subscription.
    pub subscription: Subscription,
    /// When the stream was made, in UTC.
    pub taken_at: OffsetDateTime,
    /// Whether it says that nobody is missing.
    pub complete: bool,
    /// The built-in fields and the host's attributes.
    pub schema: Arc<Schema>,
    /// The fields it speaks for: the columns of CSV, what `provides` lists, and what is assumed. An
    /// NDJSON stream without `provides` speaks only for what each record has.
    pub provided: BTreeSet<Slot>,
}

/// A record that is no user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRecord {
    /// Line at which it begins.
    pub line: usize,
    /// Its ID, if that much could be read.
    pub id: Option<Id>,
    /// Everything that is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
}

/// Resolved users, one by one.
///
/// ```
/// use leaver::directory::Stream;
///
/// let text = r#"{"directory": {"subscription": {"id": "acme", "edition": "enterprise", "time_zone": "UTC"}, "taken_at": "2026-11-22T08:00:00Z"}}
/// {"id": "ECHOECHO", "person": "E1001", "employment": "staff", "has_left": true}
/// {"id": "broken"}
/// "#;
/// let users: Vec<_> = Stream::ndjson(text.as_bytes(), "users.ndjson").unwrap().collect();
/// assert_eq!(users[0].as_ref().unwrap().id().as_str(), "ECHOECHO");
/// assert_eq!(users[1].as_ref().unwrap_err().line, 3);
/// ```
#[derive(Debug)]
pub struct Stream<R> {
    records: RecordReader<R>,
    rules: Arc<Rules>,
    interner: Interner,
}

impl<R: BufRead> Stream<R> {
    /// NDJSON whose first line is `{"directory": {…}}`, with the keys of `directory.toml`. `name` is
    /// what diagnostics call it.
    ///
    /// # Errors
    /// Everything that is wrong with the first line.
    pub fn ndjson(reader: R, name: &str) -> Result<Self, Vec<Diagnostic>> {
        let mut records = RecordReader::lines(reader);
        let header = first_record(&mut records, name, |reading, line, _| {
            let node = json_line(reading, line, true)?;
            let object = reading.object(node, "the first line")?;
            let whole = Span::at(0, 1);
            let mut entries = reading.known_entries(object, &["directory"]);
            let Some(entry) = entries.pop() else {
                reading.require(whole, "the first line of a stream", &[("directory", false)]);
                return None;
            };
            let object = reading.object(entry.value, "`directory`")?;
            read_header(reading, object, whole).finish()
        })?;
        let schema = &header.schema;
        let given = schema
            .slots()
            .map(|slot| {
                header::always_provided(schema, slot)
                    || header.provides.as_ref().is_some_and(|provides| provides.slots.contains(&slot))
            })
            .collect();
        Ok(Self::new(records, Rules::new(name, &header, given, None)))
    }

    /// CSV with a header row, and what its subscription file says.
    ///
    /// # Errors
    /// Everything that is wrong with the header row.
    pub fn csv(reader: R, name: &str, header: &SubscriptionHeader) -> Result<Self, Vec<Diagnostic>> {
        let mut records = RecordReader::csv(reader);
        let schema = &header.schema;
        let ignored = BTreeSet::new();
        let keys = UserKeys { schema, ignored: &ignored, derived: true };
        let columns = first_record(&mut records, name, |reading, record, _| {
            let columns = csv::columns(reading, record, 0, &mut |key| {
                judge_column(key, keys, header.provides.as_ref())
            })?;
            let has_id = columns.iter().any(|column| column.name == Field::Id.name());
            reading.require(Span::at(0, 1), "the header row", &[("id", has_id)]);
            Some(columns)
        })?;
        let given = schema
            .slots()
            .map(|slot| {
                header::always_provided(schema, slot)
                    || columns.iter().any(|column| column.is_read && column.name == schema.name(slot))
                    || header.provides.as_ref().is_some_and(|provides| provides.slots.contains(&slot))
            })
            .collect();
        Ok(Self::new(records, Rules::new(name, header, given, Some(columns))))
    }

    fn new(records: RecordReader<R>, rules: Rules) -> Self {
        Self { records, rules: Arc::new(rules), interner: Interner::bounded() }
    }

    /// The rest of the stream in blocks of records, which threads can read at the same time, and which
    /// each of them reads several times as fast. Users and diagnostics are the same.
    ///
    /// See [`Scanner::each`].
    pub fn blocks(self) -> Blocks<R> {
        Blocks::new(self.records, self.rules)
    }

    /// What the stream says of itself.
    pub fn header(&self) -> &StreamHeader {
        &self.rules.header
    }
}

impl<R: BufRead> Iterator for Stream<R> {
    type Item = Result<User, BadRecord>;

    fn next(&mut self) -> Option<Self::Item> {
        let chunk = self.records.next_chunk()?;
        Some(self.rules.read(&chunk, self.records.bytes(), &mut self.interner))
    }
}

/// Judges a column of a CSV stream; `provides` of its subscription file must list it, if it lists any.
pub(super) fn judge_column(key: &str, keys: UserKeys<'_>, provides: Option<&Provides>) -> Judgement {
    let slot = match keys.judge(key) {
        Ok(slot) => slot,
        Err(judgement) => return judgement,
    };
    match provides {
        Some(provides) if !provides.slots.contains(&slot) && !header::is_derived(keys.schema, slot) => {
            Judgement::Refused {
                code: Code::NotListedInProvides,
                message: format!("`{key}` is given, but `provides` does not list it"),
                help: Some("add it to `provides` in the subscription file".to_owned()),
            }
        }
        _ => Judgement::Known,
    }
}

/// Reads the first record, without which the others mean nothing.
fn first_record<R: BufRead, T>(
    records: &mut RecordReader<R>,
    name: &str,
    read: impl for<'t> FnOnce(&mut Reading<'_, 't>, &'t str, usize) -> Option<T>,
) -> Result<T, Vec<Diagnostic>> {
    let mut problems = Problems::default();
    let value = match records.next_chunk() {
        None => {
            problems.report_file(
                name,
                Code::DirectoryEmptyFile,
                "the stream is empty",
                "it begins with its header: `{\"directory\": {…}}`, or a row of field names".to_owned(),
            );
            None
        }
        Some(Chunk { kind: ChunkKind::Failed(error), .. }) => {
            problems.report_file(
                name,
                Code::DirectoryUnreadable,
                format!("the stream cannot be read: {error}"),
                None,
            );
            None
        }
        Some(_) if records.bytes().starts_with(b"\xEF\xBB\xBF") => {
            problems.report_file(
                name,
                Code::DirectoryByteOrderMark,
                "the stream begins with a byte order mark",
                "write it as UTF-8 without a byte order mark".to_owned(),
            );
            None
        }
        Some(Chunk { line, kind, .. }) => {
            text_of(name, records.bytes(), line, &mut problems).and_then(|excerpt| {
                let mut reading = Reading { excerpt: &excerpt, problems: &mut problems };
                match kind {
                    ChunkKind::Whole { .. } => read(&mut reading, excerpt.text(), line),
                    ChunkKind::Unclosed => {
                        csv::report_quote(&mut reading, csv::unclosed_quote(excerpt.text().trim_end(), 0));
                        None
                    }
                    _ => {
                        report_too_long(&mut reading, 0);
                        None
                    }
                }
            })
        }
    };
    match value {
        Some(value) if problems.is_empty() => Ok(value),
        _ => Err(problems.into_diagnostics()),
    }
}

/// A record as text; `None` after a report.
fn text_of<'b>(name: &'b str, bytes: &'b [u8], line: usize, problems: &mut Problems) -> Option<Excerpt<'b>> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(Excerpt::from_line(name, text, line)),
        Err(error) => {
            let (good, _) = bytes.split_at(error.valid_up_to());
            let good = std::str::from_utf8(good).unwrap_or_default();
            problems.report(
                &Excerpt::from_line(name, good, line),
                Span::at(good.len(), 1),
                Code::DirectoryNotUtf8,
                "the bytes from here on are not UTF-8",
                "write the stream as UTF-8".to_owned(),
            );
            None
        }
    }
}
