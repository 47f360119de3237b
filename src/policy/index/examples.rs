//! Examples of values: for each class of a column facts that are in it. The analysis makes its
//! witnesses of them.

use time::Duration;

use super::column::{ABSENT, Column, Scale, TOO_LONG, UNKNOWN, VALUES};
use crate::model::{Fact, Kind, Slot, Value};
use crate::policy::trace::plain_date;

impl Column {
    /// The field.
    pub(crate) const fn slot(&self) -> Slot {
        self.slot
    }

    /// Whether a user of a directory that provides everything can have a value of this class.
    pub(crate) fn is_possible(&self, class: u32, optional: bool) -> bool {
        match class {
            UNKNOWN | TOO_LONG => false,
            ABSENT => optional,
            // No list is shorter than nothing, and no list longer than the longest.
            class => match &self.scale {
                Scale::Lengths(cuts) => {
                    cuts.as_slice().get((class - VALUES) as usize).is_none_or(|cut| *cut > 0)
                }
                _ => true,
            },
        }
    }

    /// The word a class stands for.
    pub(crate) fn word(&self, class: u32) -> Option<&str> {
        match &self.scale {
            Scale::Words(words, _) => words.word(class.checked_sub(VALUES)?).map(|word| &**word),
            _ => None,
        }
    }

    /// Whether a class stands for all words that no leaf names.
    pub(crate) fn is_other(&self, class: u32) -> bool {
        matches!(&self.scale, Scale::Words(words, _) if class >= VALUES && (class - VALUES) as usize == words.len())
    }

    /// Whether some leaf names the word.
    pub(crate) fn knows(&self, word: &str) -> bool {
        matches!(&self.scale, Scale::Words(words, _) if (words.find(word) as usize) < words.len())
    }

    /// Facts of a class, the plainest first.
    pub(crate) fn examples(&self, class: u32, kind: &Kind) -> Vec<Fact> {
        let known = |value| Fact::Known(value);
        let Some(value) = class.checked_sub(VALUES) else {
            return if class == ABSENT { vec![Fact::Absent] } else { Vec::new() };
        };
        match &self.scale {
            Scale::Truth => vec![known(Value::Bool(value == 1))],
            Scale::Words(..) => self.words(class, kind).into_iter().map(known).collect(),
            Scale::Numbers(cuts) => inside(cuts.as_slice(), value, 0)
                .into_iter()
                .map(|number| known(Value::Int(number)))
                .collect(),
            Scale::Days(cuts) => {
                let near = cuts.as_slice().first().map_or(2_461_000, |cut| cut - 30);
                let dates = inside(cuts.as_slice(), value, near).into_iter().filter_map(plain_date);
                dates.map(|date| known(Value::Date(date))).collect()
            }
            Scale::Lengths(cuts) => {
                let lengths = inside(cuts.as_slice(), value, 0)
                    .into_iter()
                    .filter_map(|length| usize::try_from(length).ok());
                let list = |length: usize| (0..length).map(|_| std::sync::Arc::from("")).collect();
                lengths
                    .filter(|length| *length <= 1_000)
                    .map(|length| known(Value::Texts(list(length))))
                    .collect()
            }
            Scale::Presence => {
                let instant = time::OffsetDateTime::UNIX_EPOCH + Duration::days(20_000);
                vec![known(Value::Instant(instant))]
            }
        }
    }

    /// Texts of a class.
    fn words(&self, class: u32, kind: &Kind) -> Vec<Value> {
        if let Some(word) = self.word(class) {
            return match kind {
                Kind::Id => word.parse().map(Value::Id).into_iter().collect(),
                _ => vec![Value::Text(word.into())],
            };
        }
        match kind {
            Kind::Id => ["WITNESS0", "WITNESS1", "OTHER000"]
                .into_iter()
                .filter(|id| !self.knows(id))
                .filter_map(|id| id.parse().ok().map(Value::Id))
                .collect(),
            Kind::OneOf(set) => set
                .words
                .iter()
                .filter(|word| !self.knows(word))
                .map(|word| Value::Text(word.clone()))
                .collect(),
            _ => ["other", "x", "a longer text", ""]
                .into_iter()
                .filter(|text| !self.knows(text))
                .map(|text| Value::Text(text.into()))
                .collect(),
        }
    }
}

/// Numbers between two cuts, or beyond the first or last; `near` where there are no cuts.
fn inside(cuts: &[i64], value: u32, near: i64) -> Vec<i64> {
    let value = value as usize;
    let (from, to) = (value.checked_sub(1).and_then(|at| cuts.get(at)), cuts.get(value));
    let mut numbers = match (from, to) {
        (None, None) => vec![near],
        (Some(from), None) => vec![*from, from.saturating_add(1), from.saturating_add(30)],
        (None, Some(to)) => vec![to.saturating_sub(1), to.saturating_sub(2), near],
        (Some(from), Some(to)) => vec![*from, to.saturating_sub(1), from + (to - from) / 2],
    };
    numbers.retain(|number| from.is_none_or(|from| from <= number) && to.is_none_or(|to| number < to));
    numbers.dedup();
    numbers
}
