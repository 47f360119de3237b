//! Reads one NDJSON record fast, or leaves it to the careful reader.
//!
//! A record is taken only if every byte of it is understood and means what the careful reader would
//! make of it. Escapes, unusual numbers, other white space, keys given twice, unknown keys, bad values
//! and mistakes of any kind are not: one answer, `None`, for all of them.

use super::bytes::{after_spaces, integer, json_text_end};
use super::layout::{Layout, MOST_KEYS};
use super::record::Held;
use super::rules::Rules;
use super::skip::after_value;
use super::values::{Reader, Values, has_room, is_within_limits};
use crate::model::{Field, View};

/// What is remembered from one record to the next.
#[derive(Debug, Default)]
pub(super) struct Ndjson {
    layout: Layout,
    /// The keys whose fields may hold something of a record before.
    dirty: u64,
}

/// Why a record was not read.
enum Stopped {
    /// At a key that was not seen before: its place, and where it was expected.
    NewKey(usize, usize),
    /// The careful reader must look.
    Unsure,
}

impl Ndjson {
    /// Before the first record of a block: no field holds anything yet.
    pub(super) const fn begin_block(&mut self) {
        self.dirty = 0;
    }

    /// Reads the record at `at`; answers the place after its last brace.
    #[inline]
    pub(super) fn read<'b>(
        &mut self,
        rules: &Rules,
        values: &'b Values,
        text: &'b str,
        at: usize,
        held: &mut Held<'b>,
    ) -> Option<usize> {
        // A record with more keys than are remembered would never come to an end.
        for _ in 0..=MOST_KEYS {
            let (mut seen, before) = (0, self.dirty);
            let result = self.object(values, text, at, held, &mut seen);
            self.dirty |= seen;
            match result {
                Ok(end) => {
                    if before & !seen != 0 {
                        self.clean(before & !seen, values, held);
                    }
                    self.dirty = seen;
                    let itself =
                        matches!(held.get(Field::SupersededBy.slot().index()), View::Id(by) if by == held.id);
                    return (self.layout.is_complete(seen) && !itself).then_some(end);
                }
                Err(Stopped::NewKey(at, expected)) => {
                    // The keys get other numbers.
                    self.clean(self.dirty, values, held);
                    self.dirty = 0;
                    self.layout.learn(rules, values, text, at, expected)?;
                }
                Err(Stopped::Unsure) => return None,
            }
        }
        None
    }

    /// Fields that the record at hand leaves out are what they are without a record.
    fn clean<'b>(&self, keys: u64, values: &'b Values, held: &mut Held<'b>) {
        for slot in self.layout.slots(keys) {
            if let Some(fact) = values.omitted.facts.get(slot) {
                held.set(slot, View::of(fact));
            }
        }
    }

    #[inline]
    fn object<'b>(
        &self,
        values: &'b Values,
        text: &'b str,
        at: usize,
        held: &mut Held<'b>,
        seen: &mut u64,
    ) -> Result<usize, Stopped> {
        let bytes = text.as_bytes();
        if bytes.get(at) != Some(&b'{') {
            return Err(Stopped::Unsure);
        }
        held.begin();
        let mut at = after_spaces(bytes, at + 1);
        let mut expected = 0;
        loop {
            let (number, key, end) =
                self.layout.find(bytes, at, expected).ok_or(Stopped::NewKey(at, expected))?;
            if *seen >> number & 1 != 0 {
                return Err(Stopped::Unsure);
            }
            *seen |= 1 << number;
            at = after_spaces(bytes, end);
            at = value(values, key.reader, key.slot, text, at, held).ok_or(Stopped::Unsure)?;
            if !matches!(bytes.get(at), Some(b',' | b'}')) {
                at = after_spaces(bytes, at);
            }
            match bytes.get(at) {
                Some(b',') => at = after_spaces(bytes, at + 1),
                Some(b'}') => return Ok(at + 1),
                _ => return Err(Stopped::Unsure),
            }
            expected = number + 1;
        }
    }
}

/// Reads the value at `at` of a field; answers the place after it.
#[inline]
fn value<'b>(
    values: &'b Values,
    reader: Reader,
    slot: usize,
    text: &'b str,
    at: usize,
    held: &mut Held<'b>,
) -> Option<usize> {
    let bytes = text.as_bytes();
    let (view, end) = match (reader, bytes.get(at)?) {
        (Reader::Skip, _) => return after_value(bytes, at),
        (_, b'n') => return nothing(values, slot, after_word(bytes, at, b"null")?, held),
        (Reader::Bool, b't') => (View::Bool(true), after_word(bytes, at, b"true")?),
        (Reader::Bool, b'f') => (View::Bool(false), after_word(bytes, at, b"false")?),
        (Reader::Int, b'-' | b'0'..=b'9') => {
            let (number, end) = integer(bytes, at)?;
            (View::Int(number), end)
        }
        (Reader::Texts, b'[') => return list(slot, text, at + 1, held),
        (_, b'"') => {
            let end = json_text_end(bytes, at + 1)?;
            if bytes.get(end) != Some(&b'"') {
                return None;
            }
            if end == at + 1 {
                return nothing(values, slot, end + 1, held);
            }
            let view = values.text(reader, text, at + 1, end)?;
            if let (Reader::OwnId, View::Id(id)) = (reader, view) {
                held.id = id;
            }
            (view, end + 1)
        }
        _ => return None,
    };
    held.set(slot, view);
    Some(end)
}

/// No value is given for a field.
fn nothing<'b>(values: &'b Values, slot: usize, end: usize, held: &mut Held<'b>) -> Option<usize> {
    let fact = values.none.facts.get(slot).filter(|_| values.may_be_empty(slot))?;
    held.set(slot, View::of(fact));
    Some(end)
}

/// The place after `word`, which has five bytes at most.
#[inline]
fn after_word(bytes: &[u8], at: usize, word: &[u8]) -> Option<usize> {
    (bytes.get(at..at + word.len()) == Some(word)).then_some(at + word.len())
}

/// Reads the entries of a list from after its bracket.
#[inline]
fn list<'b>(slot: usize, text: &'b str, at: usize, held: &mut Held<'b>) -> Option<usize> {
    let bytes = text.as_bytes();
    let from = held.entries();
    let mut at = after_spaces(bytes, at);
    if bytes.get(at) == Some(&b']') {
        held.end_list(slot, from);
        return Some(at + 1);
    }
    loop {
        let end = json_text_end(bytes, at + 1)?;
        let entry = text.get(at + 1..end).filter(|entry| !entry.is_empty() && is_within_limits(entry))?;
        if bytes.get(at) != Some(&b'"') || bytes.get(end) != Some(&b'"') || !has_room(held.entries() - from) {
            return None;
        }
        held.push(entry);
        at = after_spaces(bytes, end + 1);
        match bytes.get(at)? {
            b',' => at = after_spaces(bytes, at + 1),
            b']' => {
                held.end_list(slot, from);
                return Some(at + 1);
            }
            _ => return None,
        }
    }
}
