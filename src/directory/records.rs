//! The records of one section, from whichever format they come in.
//!
//! A record is an object with its place. Readers of users, credentials, groups and so on take records
//! and do not know of formats.

use super::csv;
use super::excerpt::Span;
use super::json;
use super::judgement::Judgement;
use super::node::{Node, Object};
use super::progress::{self, Callback, Ticker};
use super::reading::Reading;
use super::record_reader::{Chunk, ChunkKind, MOST_RECORD_BYTES, RecordReader};
use crate::diagnostic::Code;

/// Takes a record and its place.
pub(super) type Take<'f> = dyn for<'t> FnMut(&mut Reading<'_, 't>, Object<'t>, Span) + 'f;

/// The records of a JSON list; false after a report if it is no list.
pub(super) fn from_json<'t>(
    reading: &mut Reading<'_, 't>,
    list: &'t serde_json::value::RawValue,
    what: &str,
    progress: &mut Callback<'_>,
    take: &mut Take<'_>,
) -> bool {
    let name = reading.excerpt.name();
    let total = reading.excerpt.text().len();
    let mut ticker = Ticker::default();
    let Some(items) = json::items(reading, list, what) else { return false };
    for item in items {
        if let Some(node) = json::node(reading, item) {
            take_object(reading, node, &format!("each entry of {what}"), take);
        }
        ticker.tick(progress, name, json::span_of(reading, item).end, total);
    }
    progress::finish(progress, name, total);
    true
}

/// The records of an NDJSON file: one object a line.
pub(super) fn from_ndjson(reading: &mut Reading<'_, '_>, progress: &mut Callback<'_>, take: &mut Take<'_>) {
    let text = reading.excerpt.text();
    let mut lines = RecordReader::lines(text.as_bytes());
    let mut ticker = Ticker::default();
    while let Some(Chunk { offset, kind, .. }) = lines.next_chunk() {
        let ChunkKind::Whole { terminated } = kind else {
            report_too_long(reading, offset);
            continue;
        };
        let end = offset + lines.bytes().len();
        let line = text.get(offset..end).unwrap_or_default();
        if let Some(node) = json_line(reading, line, terminated) {
            take_object(reading, node, "each line", take);
        }
        ticker.tick(progress, reading.excerpt.name(), end, text.len());
    }
    progress::finish(progress, reading.excerpt.name(), text.len());
}

/// The value of one NDJSON line.
pub(super) fn json_line<'t>(
    reading: &mut Reading<'_, 't>,
    line: &'t str,
    terminated: bool,
) -> Option<Node<'t>> {
    let cut_off = if terminated { Code::JsonSyntax } else { Code::RecordCutOff };
    let raw = json::parse(reading, line, cut_off)?;
    json::node(reading, raw)
}

/// The records of a CSV file. `judge` judges a column and is told where it stands.
pub(super) fn from_csv(
    reading: &mut Reading<'_, '_>,
    judge: &mut dyn FnMut(&str) -> Judgement,
    progress: &mut Callback<'_>,
    take: &mut Take<'_>,
) -> Option<Vec<csv::Column>> {
    let text = reading.excerpt.text();
    let mut rows = RecordReader::csv(text.as_bytes());
    let mut ticker = Ticker::default();
    let mut columns: Option<Vec<csv::Column>> = None;
    while let Some(Chunk { offset, kind, .. }) = rows.next_chunk() {
        let end = offset + rows.bytes().len();
        let record = text.get(offset..end).unwrap_or_default();
        match (kind, &columns) {
            (ChunkKind::Whole { .. }, Some(columns)) => {
                let mut reading = Reading { excerpt: reading.excerpt, problems: reading.problems };
                if let Some(object) = csv::row(&mut reading, record, offset, columns) {
                    take(&mut reading, object, Span::at(offset, record.len()));
                }
            }
            (ChunkKind::Whole { .. }, None) => {
                // Without its header row the rest of the file means nothing.
                columns = Some(csv::columns(reading, record, offset, judge)?);
            }
            (ChunkKind::Unclosed, columns) => {
                let line = record.trim_end_matches(['\r', '\n']);
                csv::report_quote(reading, csv::unclosed_quote(line, offset));
                columns.as_ref()?;
            }
            _ => report_too_long(reading, offset),
        }
        ticker.tick(progress, reading.excerpt.name(), end, text.len());
    }
    progress::finish(progress, reading.excerpt.name(), text.len());
    columns
}

/// Reports a record that is longer than any may be.
pub(super) fn report_too_long(reading: &mut Reading<'_, '_>, offset: usize) {
    reading.report(
        Span::at(offset, 1),
        Code::RecordTooLong,
        format!("a record of more than {MOST_RECORD_BYTES} bytes"),
        "a quote that is not closed can cause this, or the wrong kind of line breaks".to_owned(),
    );
}

fn take_object<'t>(reading: &mut Reading<'_, 't>, node: Node<'t>, what: &str, take: &mut Take<'_>) {
    let span = node.span;
    if let Some(object) = reading.object(node, what) {
        take(reading, object, span);
    }
}
