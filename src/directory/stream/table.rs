//! Reads one row of a CSV stream fast, or leaves it to the careful reader.

use memchr::{memchr, memchr2};

use super::bytes::csv_field_end;
use super::record::Held;
use super::rules::Rules;
use super::values::{Reader, Values, has_room, is_within_limits};
use crate::model::{Field, View};

/// The columns of the header row.
#[derive(Debug)]
pub(super) struct Table {
    /// How the values of each are read, and where its field stands.
    columns: Vec<(Reader, usize)>,
    /// Every field that a record must have has a column.
    is_complete: bool,
}

impl Table {
    pub(super) fn of(rules: &Rules, values: &Values) -> Option<Self> {
        let schema = rules.schema();
        let columns: Vec<(Reader, usize)> = rules
            .columns
            .as_ref()?
            .iter()
            .map(|column| match schema.slot(&column.name).filter(|_| column.is_read) {
                Some(slot) => (values.reader(slot), slot.index()),
                None => (Reader::Skip, usize::MAX),
            })
            .collect();
        let has = |slot: usize| columns.iter().any(|(_, known)| *known == slot);
        let is_complete = values.omitted.missing.iter().all(|slot| has(slot.index()));
        Some(Self { columns, is_complete })
    }

    /// Reads the row at `at`; answers the place after its last field.
    #[inline]
    pub(super) fn read<'b>(
        &self,
        values: &'b Values,
        text: &'b str,
        at: usize,
        held: &mut Held<'b>,
    ) -> Option<usize> {
        let bytes = text.as_bytes();
        let (last, others) = self.columns.split_last()?;
        held.begin();
        let mut at = at;
        for (reader, slot) in others {
            let (from, to, end) = field(bytes, at)?;
            if bytes.get(end) != Some(&b',') {
                return None;
            }
            value(values, *reader, *slot, text, from, to, held)?;
            at = end + 1;
        }
        let (from, mut to, end) = field(bytes, at)?;
        if bytes.get(end) == Some(&b',') {
            return None;
        }
        // The carriage return of a line break is no part of the last field.
        if from < to && to == end && bytes.get(to - 1) == Some(&b'\r') {
            to -= 1;
        }
        value(values, last.0, last.1, text, from, to, held)?;
        let itself = matches!(held.get(Field::SupersededBy.slot().index()), View::Id(by) if by == held.id);
        (self.is_complete && !itself).then_some(end)
    }
}

/// The field at `at`: from where to where its text goes, and where it ends.
#[inline]
fn field(bytes: &[u8], at: usize) -> Option<(usize, usize, usize)> {
    let end = csv_field_end(bytes, at)?;
    if bytes.get(end) == Some(&b'"') {
        return quoted(bytes, at, end);
    }
    Some((at, end, end))
}

/// A field that is one text in quotes, without quotes, line breaks and NUL characters in it.
fn quoted(bytes: &[u8], at: usize, quote: usize) -> Option<(usize, usize, usize)> {
    if quote != at {
        return None;
    }
    let inside = bytes.get(at + 1..)?;
    let length = memchr(b'"', inside)?;
    if memchr2(b'\n', 0, inside.get(..length)?).is_some() {
        return None;
    }
    let closing = at + 1 + length;
    let end = match bytes.get(closing + 1)? {
        b'\r' => closing + 2,
        _ => closing + 1,
    };
    // After the carriage return only the line may end, or the input.
    let goes_on = match bytes.get(end)? {
        b',' => end == closing + 1,
        b'\n' | 0 => true,
        _ => false,
    };
    goes_on.then_some((at + 1, closing, end))
}

/// Reads the text from `from` to `to` as the value of a field.
#[inline]
fn value<'b>(
    values: &'b Values,
    reader: Reader,
    slot: usize,
    text: &'b str,
    from: usize,
    to: usize,
    held: &mut Held<'b>,
) -> Option<()> {
    if reader == Reader::Skip {
        return Some(());
    }
    if from == to {
        let fact = values.none.facts.get(slot).filter(|_| values.may_be_empty(slot))?;
        held.set(slot, View::of(fact));
        return Some(());
    }
    let view = match reader {
        Reader::Bool => match text.as_bytes().get(from..to)? {
            b"true" => View::Bool(true),
            b"false" => View::Bool(false),
            _ => return None,
        },
        Reader::Int => View::Int(text.get(from..to)?.parse().ok()?),
        Reader::Texts => return list(slot, text.get(from..to)?, held),
        _ => {
            let view = values.text(reader, text, from, to)?;
            if let (Reader::OwnId, View::Id(id)) = (reader, view) {
                held.id = id;
            }
            view
        }
    };
    held.set(slot, view);
    Some(())
}

/// Reads the entries of a list, separated by semicolons.
#[inline]
fn list<'b>(slot: usize, text: &'b str, held: &mut Held<'b>) -> Option<()> {
    let from = held.entries();
    for entry in text.split(';') {
        if entry.is_empty() || !is_within_limits(entry) || !has_room(held.entries() - from) {
            return None;
        }
        held.push(entry);
    }
    held.end_list(slot, from);
    Some(())
}
