//! Which word of a closed set each row has, found once for whoever asks.

use std::sync::Arc;

use super::numbers::Numbers;
use super::texts::Plain;
use crate::model::ClosedSet;
use crate::policy::Dictionary;

/// The rows of a column of words that stand for themselves.
#[derive(Debug)]
pub(super) struct Known {
    words: Dictionary,
    /// For each row the number of its word; the number after the last where it has none.
    numbers: Vec<u16>,
}

impl Known {
    /// Finds the words of all rows; `strange` is told the rows with another text. `None` for a set of too
    /// many words.
    pub(super) fn of(texts: Plain<'_>, set: &ClosedSet, mut strange: impl FnMut(usize)) -> Option<Self> {
        let words = Dictionary::new(set.words.iter().map(Arc::clone).collect());
        let none = u16::try_from(words.len()).ok()?;
        let mut numbers = Vec::with_capacity(texts.len());
        texts.each(|text| {
            let number = text.map_or(none, |text| {
                let number = u16::try_from(words.find(text)).unwrap_or(none);
                if number == none {
                    strange(numbers.len());
                }
                number
            });
            numbers.push(number);
        });
        Some(Self { words, numbers })
    }

    /// The words, in the order of their numbers.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        (0..).map_while(|number| self.words.word(number)).map(|word| &**word)
    }

    /// The number of each row.
    pub(super) fn numbers(&self) -> Numbers<'_> {
        Numbers::U16(&self.numbers)
    }
}
