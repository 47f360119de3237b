//! Which keys the records of an NDJSON stream have, as far as they have been seen, in what order.
//!
//! Records of one stream look alike: after a key comes mostly the key that came after it before. So
//! the next key is not looked up but compared with what is expected; only a key that was never seen
//! is judged.

use std::collections::BTreeSet;

use super::bytes::{Short, json_text_end};
use super::rules::Rules;
use super::values::{Reader, Values};
use crate::directory::judgement::Judgement;

/// Most keys that are remembered: one bit of a word for each.
pub(super) const MOST_KEYS: usize = 64;

/// A key that records have.
#[derive(Debug)]
pub(super) struct Key {
    /// The beginning of [`Self::text`].
    begins: Short,
    /// The key in quotes, with the colon after it.
    text: Vec<u8>,
    pub(super) reader: Reader,
    /// Where its field stands; nowhere if it is skipped.
    pub(super) slot: usize,
}

/// The keys seen so far, each once.
#[derive(Debug, Default)]
pub(super) struct Layout {
    keys: Vec<Key>,
    /// The keys without which a record is not complete.
    needed: u64,
    /// All that must be given have been seen.
    has_needed: bool,
}

impl Key {
    /// The place after this key, if it stands at `at`.
    #[inline]
    fn end_at(&self, bytes: &[u8], at: usize) -> Option<usize> {
        if !self.begins.is_at(bytes, at) {
            return None;
        }
        let end = at + self.text.len();
        (self.text.len() <= 16 || bytes.get(at..end) == Some(self.text.as_slice())).then_some(end)
    }
}

impl Layout {
    /// Number of the key that stands at `at`, and the place after it. `expected` is the likely number.
    #[inline]
    pub(super) fn find(&self, bytes: &[u8], at: usize, expected: usize) -> Option<(usize, &Key, usize)> {
        if let Some(key) = self.keys.get(expected)
            && let Some(end) = key.end_at(bytes, at)
        {
            return Some((expected, key, end));
        }
        self.search(bytes, at, expected)
    }

    /// Keys are mostly left out; so those that come later are tried first.
    fn search(&self, bytes: &[u8], at: usize, expected: usize) -> Option<(usize, &Key, usize)> {
        let (before, after) = self.keys.split_at_checked(expected)?;
        let later = (expected..).zip(after).skip(1).chain((0..).zip(before));
        later.into_iter().find_map(|(number, key)| Some((number, key, key.end_at(bytes, at)?)))
    }

    /// Learns the key that stands at `at`, to be expected at `expected`. `None` if it may not stand
    /// there, is not written plainly, or is too near to the end to be found again.
    #[cold]
    pub(super) fn learn(
        &mut self,
        rules: &Rules,
        values: &Values,
        text: &str,
        at: usize,
        expected: usize,
    ) -> Option<()> {
        let bytes = text.as_bytes();
        let end = json_text_end(bytes, at + 1)?;
        let key = text.get(at + 1..end).filter(|_| bytes.get(at) == Some(&b'"'))?;
        if bytes.get(end..end + 2) != Some(b"\":") {
            return None;
        }
        let ignored = BTreeSet::new();
        let (reader, slot) = match rules.keys(&ignored).judge(key) {
            Ok(slot) => (values.reader(slot), slot.index()),
            Err(Judgement::Ignored) => (Reader::Skip, usize::MAX),
            Err(_) => return None,
        };
        let text = bytes.get(at..end + 2)?.to_vec();
        let key = Key { begins: Short::of(&text), text, reader, slot };
        key.end_at(bytes, at)?;
        if self.keys.len() == MOST_KEYS {
            self.keys.clear();
        }
        self.keys.insert(expected.min(self.keys.len()), key);
        let bits = self
            .keys
            .iter()
            .enumerate()
            .filter(|(_, key)| values.omitted.missing.iter().any(|slot| slot.index() == key.slot));
        self.needed = bits.fold(0, |needed, (number, _)| needed | 1 << number);
        self.has_needed = self.needed.count_ones() as usize == values.omitted.missing.len();
        Some(())
    }

    /// Whether a record with the keys `seen` has all that it must have.
    #[inline]
    pub(super) const fn is_complete(&self, seen: u64) -> bool {
        self.has_needed && seen & self.needed == self.needed
    }

    /// Where the fields of the keys stand whose bits are set.
    pub(super) fn slots(&self, mut keys: u64) -> impl Iterator<Item = usize> + '_ {
        std::iter::from_fn(move || {
            let number = (keys != 0).then(|| keys.trailing_zeros() as usize)?;
            keys &= keys - 1;
            Some(self.keys.get(number)?.slot)
        })
    }
}
