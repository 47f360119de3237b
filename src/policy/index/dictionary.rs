//! Words by number: the one question asked of a text is which of a few known words it is.
//!
//! A table with open addressing, at most half full, keyed by the length and the first and last bytes
//! of a word, because those tell nearly all words of a policy apart and cost nearly nothing.

use crate::sort;
use std::sync::Arc;

/// Known words, numbered from 0 in their own order; every other text has the number after the last.
#[derive(Debug)]
pub(crate) struct Dictionary {
    words: Vec<Arc<str>>,
    /// A power of two in length.
    table: Vec<Place>,
}

/// A place of the table: a word by its ends and its number, or [`EMPTY`].
#[derive(Clone, Copy, Debug)]
struct Place {
    ends: Ends,
    number: u32,
}

const EMPTY: u32 = u32::MAX;

impl Dictionary {
    pub(crate) fn new(mut words: Vec<Arc<str>>) -> Self {
        sort::ascending(&mut words);
        words.dedup();
        let size = (words.len() * 2).next_power_of_two().max(4);
        let mut table = vec![Place { ends: Ends::of(""), number: EMPTY }; size];
        for (number, word) in words.iter().enumerate() {
            let ends = Ends::of(word);
            let mut at = ends.key() & (size - 1);
            while table[at].number != EMPTY {
                at = (at + 1) & (size - 1);
            }
            table[at] = Place { ends, number: u32::try_from(number).unwrap_or(EMPTY) };
        }
        Self { words, table }
    }

    /// How many words are known.
    pub(crate) fn len(&self) -> usize {
        self.words.len()
    }

    /// The word with a number.
    pub(crate) fn word(&self, number: u32) -> Option<&Arc<str>> {
        self.words.get(number as usize)
    }

    /// The number of a text.
    #[inline]
    pub(crate) fn find(&self, text: &str) -> u32 {
        let ends = Ends::of(text);
        let mask = self.table.len() - 1;
        let mut at = ends.key() & mask;
        loop {
            let place = self.table[at & mask];
            if place.number == EMPTY {
                return u32::try_from(self.words.len()).unwrap_or(EMPTY);
            }
            if place.ends == ends
                && (ends.are_all() || self.word(place.number).is_some_and(|word| **word == *text))
            {
                return place.number;
            }
            at = (at + 1) & mask;
        }
    }
}

/// The first and last eight bytes of a text and its length: all of a text of up to 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ends {
    first: u64,
    last: u64,
    length: usize,
}

impl Ends {
    #[inline]
    fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let (first, last) = match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
            (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
            _ => match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
                (Some(first), Some(last)) => {
                    (u64::from(u32::from_le_bytes(*first)), u64::from(u32::from_le_bytes(*last)))
                }
                _ => {
                    let one = |at: usize| bytes.get(at).map_or(0, |byte| u64::from(*byte));
                    (one(0) | one(1) << 8 | one(2) << 16, 0)
                }
            },
        };
        Self { first, last, length: bytes.len() }
    }

    /// Whether they tell every byte of the text.
    #[inline]
    const fn are_all(self) -> bool {
        self.length <= 16
    }

    /// Where a text with these ends is looked for first.
    #[inline]
    fn key(self) -> usize {
        let mixed =
            (self.first ^ self.last.rotate_left(29) ^ self.length as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        usize::try_from(mixed >> 40).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_words_have_their_number_and_others_the_last() {
        let words = [
            "",
            "a",
            "b",
            "ab",
            "abc",
            "abcd",
            "abcdefgh",
            "abcdefgi",
            "straße",
            "a longer word",
            "sixteen  letters",
            "seventeen letters",
            "seventeen  etters",
        ];
        let dictionary = Dictionary::new(words.iter().map(|word| Arc::from(*word)).collect());
        assert_eq!(dictionary.len(), words.len());
        for word in words {
            let number = dictionary.find(word);
            assert_eq!(dictionary.word(number).map(|found| &**found), Some(word));
        }
        for other in
            ["c", "abcdefgj", "abcdefg", "A", "a longer wore", "sixteen  lettert", "seventeen-letters"]
        {
            assert_eq!(dictionary.find(other) as usize, words.len(), "{other}");
        }
        assert_eq!(Dictionary::new(Vec::new()).find("anything"), 0);
    }
}
