//! What one column adds to the numbers of many rows, in loops without ways out.

use arrow_buffer::{BooleanBuffer, NullBuffer};

use super::lists::Offsets;
use super::numbers::{Numbers, of_any_width};

/// What a column adds to the number of each row.
#[derive(Debug)]
pub(super) enum Summand<'b> {
    /// The same to all.
    All(u16),
    /// By the key of a dictionary.
    Coded(Coded<'b>),
    /// By false and true.
    Truths { values: &'b BooleanBuffer, nulls: Option<&'b NullBuffer>, adds: [u16; 2], of_null: u16 },
    /// By day.
    Days { days: &'b [i32], nulls: Option<&'b NullBuffer>, ladder: Ladder, of_null: u16 },
    /// By the length of a list.
    Lengths { offsets: Offsets<'b>, ladder: Ladder },
    /// What was found out row by row.
    Found(Vec<u16>),
}

/// What the keys of a dictionary add.
#[derive(Debug)]
pub(super) struct Coded<'b> {
    keys: Numbers<'b>,
    nulls: Option<&'b NullBuffer>,
    adds: Vec<u16>,
    of_null: u16,
}

/// What numbers add that stand close together.
#[derive(Debug)]
pub(super) struct Ladder {
    first: i32,
    last: i32,
    steps: Vec<u16>,
}

impl<'b> Coded<'b> {
    /// Keys, and what each value of the dictionary adds.
    pub(super) fn new(
        keys: Numbers<'b>,
        nulls: Option<&'b NullBuffer>,
        adds: impl Iterator<Item = u16>,
        of_null: u16,
    ) -> Self {
        let mut adds: Vec<u16> = adds.collect();
        // So that a key of 8 bits always finds something.
        adds.resize(adds.len().max(256), of_null);
        Self { keys, nulls: nulls.filter(|nulls| nulls.null_count() > 0), adds, of_null }
    }
}

impl Ladder {
    /// Steps from `first` on; there must be one.
    pub(super) fn new(first: i32, steps: impl Iterator<Item = u16>) -> Self {
        let steps: Vec<u16> = steps.collect();
        let last = i32::try_from(steps.len()).unwrap_or(i32::MAX).saturating_add(first).saturating_sub(1);
        Self { first, last, steps }
    }

    /// What a number adds: beyond the ends what the ends add.
    #[inline]
    fn get(&self, number: i32) -> u16 {
        let step = number.clamp(self.first, self.last).abs_diff(self.first);
        self.steps.get(step as usize).copied().unwrap_or_default()
    }
}

impl Summand<'_> {
    /// Adds to the numbers of the rows from `from` on.
    pub(super) fn add(&self, from: usize, numbers: &mut [u16]) {
        let to = from + numbers.len();
        match self {
            Self::All(adds) => numbers.iter_mut().for_each(|number| *number += adds),
            Self::Found(found) => {
                for (number, adds) in numbers.iter_mut().zip(found.get(from..to).unwrap_or_default()) {
                    *number += adds;
                }
            }
            Self::Coded(coded) => coded.add(from, numbers),
            Self::Truths { values, nulls, adds, of_null } => {
                let [no, yes] = *adds;
                each_bit(values, from, numbers, |number, value| *number += if value { yes } else { no });
                if let Some(nulls) = nulls {
                    let mut rows = (from..to).map(|row| values.value(row));
                    each_bit(nulls.inner(), from, numbers, |number, valid| {
                        let added = if rows.next().unwrap_or_default() { yes } else { no };
                        if !valid {
                            *number = *number - added + of_null;
                        }
                    });
                }
            }
            Self::Days { days, nulls, ladder, of_null } => {
                let days = days.get(from..to).unwrap_or_default();
                match nulls {
                    None => {
                        for (number, day) in numbers.iter_mut().zip(days) {
                            *number += ladder.get(*day);
                        }
                    }
                    Some(nulls) => {
                        let mut days = days.iter();
                        each_bit(nulls.inner(), from, numbers, |number, valid| {
                            let adds = ladder.get(days.next().copied().unwrap_or_default());
                            *number += if valid { adds } else { *of_null };
                        });
                    }
                }
            }
            Self::Lengths { offsets: Offsets::Small(offsets), ladder } => {
                let offsets = offsets.get(from..=to).unwrap_or_default();
                for (number, pair) in numbers.iter_mut().zip(offsets.windows(2)) {
                    *number += ladder.get(pair[1].saturating_sub(pair[0]));
                }
            }
            Self::Lengths { offsets: Offsets::Large(offsets), ladder } => {
                let offsets = offsets.get(from..=to).unwrap_or_default();
                for (number, pair) in numbers.iter_mut().zip(offsets.windows(2)) {
                    let length = pair[1].saturating_sub(pair[0]);
                    *number += ladder.get(i32::try_from(length).unwrap_or(i32::MAX));
                }
            }
        }
    }
}

impl Coded<'_> {
    #[allow(
        clippy::unnecessary_fallible_conversions,
        clippy::useless_conversion,
        reason = "written once for every width, and only some can fail"
    )]
    fn add(&self, from: usize, numbers: &mut [u16]) {
        let to = from + numbers.len();
        of_any_width!(self.keys, keys => {
            let keys = keys.get(from..to).unwrap_or_default();
            let adds = self.adds.as_slice();
            let of_key = |key| {
                let key = usize::try_from(key).unwrap_or(usize::MAX);
                adds.get(key).copied().unwrap_or(self.of_null)
            };
            match self.nulls {
                None => {
                    for (number, key) in numbers.iter_mut().zip(keys) {
                        *number += of_key(*key);
                    }
                }
                Some(nulls) => {
                    let mut keys = keys.iter();
                    each_bit(nulls.inner(), from, numbers, |number, valid| {
                        let adds = keys.next().map_or(self.of_null, |key| of_key(*key));
                        *number += if valid { adds } else { self.of_null };
                    });
                }
            }
        });
    }
}

/// Each number with the bit of its row, 64 rows at a time.
#[inline]
fn each_bit(bits: &BooleanBuffer, from: usize, numbers: &mut [u16], mut with: impl FnMut(&mut u16, bool)) {
    let bits = bits.slice(from, numbers.len());
    let chunks = bits.bit_chunks();
    for (numbers, word) in numbers.chunks_mut(64).zip(chunks.iter_padded()) {
        for (at, number) in numbers.iter_mut().enumerate() {
            with(number, word >> at & 1 == 1);
        }
    }
}
