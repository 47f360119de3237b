//! Reads one row of a CSV stream fast, or leaves it to the careful reader.

use memchr::{memchr, memchr2};

use super::bytes::{csv_field_end, csv_row_ends};
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
    /// Where the fields of the row at hand end.
    ends: Vec<usize>,
    /// From where to where their texts go, if some are in quotes.
    texts: Vec<(usize, usize)>,
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
        let count = columns.len();
        Some(Self { columns, is_complete, ends: vec![0; count], texts: vec![(0, 0); count] })
    }

    /// Reads the row at `at`; answers the place after its last field.
    #[inline]
    pub(super) fn read<'b>(
        &mut self,
        values: &'b Values,
        text: &'b str,
        at: usize,
        held: &mut Held<'b>,
    ) -> Option<usize> {
        let bytes = text.as_bytes();
        let end = match csv_row_ends(bytes, at, &mut self.ends) {
            Some(()) => self.plain(bytes, at)?,
            None => self.quoted(bytes, at)?,
        };
        held.begin();
        for ((reader, slot), (from, to)) in self.columns.iter().zip(&self.texts) {
            value(values, *reader, *slot, text, *from, *to, held)?;
        }
        let itself = matches!(held.get(Field::SupersededBy.slot().index()), View::Id(by) if by == held.id);
        (self.is_complete && !itself).then_some(end)
    }

    /// The texts of a row without quotes, whose fields end where they end; and where the last one does.
    #[inline]
    fn plain(&mut self, bytes: &[u8], at: usize) -> Option<usize> {
        let mut from = at;
        for (text, end) in self.texts.iter_mut().zip(&self.ends) {
            *text = (from, *end);
            from = end + 1;
        }
        let (last, end) = (self.texts.last_mut()?, *self.ends.last()?);
        last.1 = without_return(bytes, last.0, end);
        Some(end)
    }

    /// The texts of a row of which some are in quotes; and where the last one ends.
    fn quoted(&mut self, bytes: &[u8], at: usize) -> Option<usize> {
        let mut at = at;
        let count = self.texts.len();
        for (number, text) in self.texts.iter_mut().enumerate() {
            let is_last = number + 1 == count;
            let (from, to, end) = field(bytes, at)?;
            if is_last == (bytes.get(end) == Some(&b',')) {
                return None;
            }
            let to = if is_last && to == end { without_return(bytes, from, to) } else { to };
            *text = (from, to);
            at = if is_last { end } else { end + 1 };
        }
        Some(at)
    }
}

/// Where a text ends that goes to the end of its line: the carriage return is no part of it.
#[inline]
fn without_return(bytes: &[u8], from: usize, to: usize) -> usize {
    if from < to && bytes.get(to - 1) == Some(&b'\r') { to - 1 } else { to }
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
    let before = held.entries();
    let mut from = 0;
    // Entries are short: looking at each byte is the fastest way.
    for (at, byte) in text.bytes().chain([b';']).enumerate() {
        if byte == b';' {
            let entry = text.get(from..at).filter(|entry| !entry.is_empty() && is_within_limits(entry))?;
            has_room(held.entries() - before).then(|| held.push(entry))?;
            from = at + 1;
        }
    }
    held.end_list(slot, before);
    Some(())
}
