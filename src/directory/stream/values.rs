//! How the values of each field are read fast, compiled from the schema and what the stream provides.
//!
//! Whatever is not read here without doubt is `None`: the careful reader has a look at the record.

use super::bytes::{Short, date, instant, is_one_of};
use super::rules::{Blank, Rules};
use crate::directory::reading::{MOST_CHARACTERS, MOST_ENTRIES};
use crate::model::{Field, Id, Kind, Slot, View, parse_instant};

/// How the values of one field are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    /// They are none of our business.
    Skip,
    Bool,
    Int,
    Texts,
    Text,
    Id,
    /// The ID of the user.
    OwnId,
    Date,
    Instant,
    Country,
    /// One of the words with this number.
    OneOf(u16),
}

/// The readers of all fields.
#[derive(Debug)]
pub(super) struct Values {
    readers: Vec<Reader>,
    words: Vec<Vec<Short>>,
    /// What a user is of whom a record says nothing.
    pub(super) omitted: Blank,
    /// What a field without a value is.
    pub(super) none: Blank,
    /// By slot: a record must have a value for it.
    needs_value: Vec<bool>,
}

/// Longest word of a closed set that is compared in one step.
const LONGEST_WORD: usize = 16;

impl Values {
    pub(super) fn of(rules: &Rules) -> Self {
        let (omitted, none) = (rules.omitted(), rules.without_values());
        let schema = rules.schema();
        let mut words = Vec::new();
        let mut reader = |slot: Slot| match &schema.field_type(slot).kind {
            Kind::Bool => Reader::Bool,
            Kind::Int => Reader::Int,
            Kind::Texts => Reader::Texts,
            Kind::Text if slot == Field::Country.slot() => Reader::Country,
            Kind::Text => Reader::Text,
            Kind::Id if slot == Field::Id.slot() => Reader::OwnId,
            Kind::Id => Reader::Id,
            Kind::Date => Reader::Date,
            Kind::Instant => Reader::Instant,
            Kind::OneOf(set) => {
                let known = set.words.iter().filter(|word| word.len() <= LONGEST_WORD);
                words.push(known.map(|word| Short::of(word.as_bytes())).collect());
                Reader::OneOf(u16::try_from(words.len() - 1).unwrap_or(u16::MAX))
            }
        };
        let readers = schema.slots().map(&mut reader).collect();
        let needs_value = schema.slots().map(|slot| none.missing.contains(&slot)).collect();
        Self { readers, words, omitted, none, needs_value }
    }

    /// How values of `slot` are read.
    pub(super) fn reader(&self, slot: Slot) -> Reader {
        self.readers.get(slot.index()).copied().unwrap_or(Reader::Skip)
    }

    /// Whether a record may have the field and no value for it.
    #[inline]
    pub(super) fn may_be_empty(&self, slot: usize) -> bool {
        self.needs_value.get(slot) == Some(&false)
    }

    /// The value that is written as `text`, the bytes from `at` to `end`. There is at least one.
    #[inline]
    pub(super) fn text<'b>(&self, reader: Reader, text: &'b str, at: usize, end: usize) -> Option<View<'b>> {
        let bytes = text.as_bytes();
        Some(match reader {
            Reader::Text => {
                let value = text.get(at..end)?;
                is_within_limits(value).then_some(View::Text(value))?
            }
            Reader::OneOf(words) => {
                let known = self.words.get(usize::from(words))?;
                let is_known = is_one_of(known, bytes, at, end - at);
                View::Text(text.get(at..end).filter(|_| is_known)?)
            }
            Reader::Date => View::Date(date(bytes.get(at..end)?)?),
            Reader::OwnId | Reader::Id => View::Id(Id::from_ascii(bytes.get(at..end)?)?),
            Reader::Country => View::Text(text.get(at..end).filter(|text| is_country(text.as_bytes()))?),
            Reader::Instant => {
                let value = text.get(at..end)?;
                View::Instant(instant(value.as_bytes()).or_else(|| parse_instant(value))?)
            }
            Reader::Skip | Reader::Bool | Reader::Int | Reader::Texts => return None,
        })
    }
}

fn is_country(text: &[u8]) -> bool {
    matches!(text, [first, second] if first.is_ascii_uppercase() && second.is_ascii_uppercase())
}

/// Whether a text is certainly not too long. Bytes are no fewer than characters.
#[inline]
pub(super) const fn is_within_limits(text: &str) -> bool {
    text.len() <= MOST_CHARACTERS
}

/// Whether a list has not too many entries.
pub(super) const fn has_room(entries: usize) -> bool {
    entries < MOST_ENTRIES
}
