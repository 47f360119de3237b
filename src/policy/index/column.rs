//! Columns: the classes into which a policy divides the values of a field.
//!
//! All values of a class are alike to every leaf of the policy. Texts have a class for each word some
//! leaf names and one for all others; numbers, dates and lengths of lists have one between each two
//! cuts. Not known, absent and too long are classes of their own.

use super::cuts::Cuts;
use super::dictionary::Dictionary;
use crate::model::{Kind, Slot, View};
use crate::policy::ir::{Atom, Cut, Outcome, Requirement, State};
use crate::policy::trace::{MAX_TEXT, day_number};

/// A field that some leaf tests.
#[derive(Debug)]
pub(crate) struct Column {
    pub(super) slot: Slot,
    pub(super) scale: Scale,
}

/// How values are told apart.
#[derive(Debug)]
pub(super) enum Scale {
    /// True and false.
    Truth,
    /// Texts by word, words of closed sets and IDs included; whether texts may be too long.
    Words(Dictionary, bool),
    /// Numbers by cut.
    Numbers(Cuts),
    /// Dates by cut.
    Days(Cuts),
    /// Lists by cuts of their length.
    Lengths(Cuts),
    /// Only whether there is a value.
    Presence,
}

/// The class of what is known of a field.
#[derive(Clone, Copy)]
pub(crate) enum Class {
    /// One of the column.
    Of(u32),
    /// The value is not of the kind of its field, so the leaves say nothing about it.
    Odd,
}

pub(super) const UNKNOWN: u32 = 0;
pub(super) const ABSENT: u32 = 1;
pub(super) const TOO_LONG: u32 = 2;
/// The first class of values.
pub(super) const VALUES: u32 = 3;

impl Column {
    /// The column of a field that has these tests. Days are counted from `today`.
    pub(crate) fn new<'a>(
        slot: Slot,
        kind: &Kind,
        atoms: impl Iterator<Item = &'a Atom>,
        today: i64,
    ) -> Self {
        let (mut words, mut cuts) = (Vec::new(), Vec::new());
        for atom in atoms {
            match atom {
                Atom::OneOf(_, some) => words.extend(some.iter().cloned()),
                Atom::Below(_, cut) => cuts.push(resolved(*cut, today)),
                _ => {}
            }
        }
        let cuts = Cuts::new(cuts);
        let scale = match kind {
            Kind::Bool => Scale::Truth,
            Kind::Text => Scale::Words(Dictionary::new(words), true),
            Kind::Id | Kind::OneOf(_) => Scale::Words(Dictionary::new(words), false),
            Kind::Int => Scale::Numbers(cuts),
            Kind::Date => Scale::Days(cuts),
            Kind::Texts => Scale::Lengths(cuts),
            Kind::Instant => Scale::Presence,
        };
        Self { slot, scale }
    }

    /// The first and the last number or day at which the class changes; `None` if there is none.
    #[cfg(feature = "arrow")]
    pub(crate) fn span(&self) -> Option<(i64, i64)> {
        match &self.scale {
            Scale::Numbers(cuts) | Scale::Days(cuts) | Scale::Lengths(cuts) => {
                let cuts = cuts.as_slice();
                Some((*cuts.first()?, *cuts.last()?))
            }
            _ => None,
        }
    }

    /// How many classes there are.
    pub(crate) fn classes(&self) -> u32 {
        let values = match &self.scale {
            Scale::Truth => 2,
            Scale::Words(words, _) => words.len() + 1,
            Scale::Numbers(cuts) | Scale::Days(cuts) | Scale::Lengths(cuts) => cuts.len() + 1,
            Scale::Presence => 1,
        };
        VALUES + u32::try_from(values).unwrap_or(u32::MAX - VALUES)
    }

    /// The class of what is known of the field.
    #[inline]
    pub(crate) fn class(&self, view: View<'_>) -> Class {
        match view {
            View::Unknown => Class::Of(UNKNOWN),
            View::Absent => Class::Of(ABSENT),
            View::Bool(value) => self.class_of_truth(value),
            View::Int(number) => self.class_of_number(number),
            View::Text(text) => self.class_of_text(text),
            View::Id(id) => self.class_of_text(id.as_str()),
            View::Date(date) => self.class_of_day(day_number(date)),
            View::Instant(_) if matches!(self.scale, Scale::Presence) => Class::Of(VALUES),
            View::Instant(_) => Class::Odd,
            View::Texts(texts) => self.class_of_length(texts.len()),
        }
    }

    /// The class of a truth.
    #[inline]
    pub(crate) fn class_of_truth(&self, value: bool) -> Class {
        match self.scale {
            Scale::Truth => Class::Of(VALUES + u32::from(value)),
            _ => Class::Odd,
        }
    }

    /// The class of a text, word or ID.
    #[inline]
    pub(crate) fn class_of_text(&self, text: &str) -> Class {
        match &self.scale {
            Scale::Words(_, long) if text.len() > MAX_TEXT => {
                if *long {
                    Class::Of(TOO_LONG)
                } else {
                    Class::Odd
                }
            }
            Scale::Words(words, _) => Class::Of(VALUES + words.find(text)),
            _ => Class::Odd,
        }
    }

    /// The class of a number.
    #[inline]
    pub(crate) fn class_of_number(&self, number: i64) -> Class {
        match &self.scale {
            Scale::Numbers(cuts) => Class::Of(VALUES + cuts.reached(number)),
            _ => Class::Odd,
        }
    }

    /// The class of a date, by its [number](day_number).
    #[inline]
    pub(crate) fn class_of_day(&self, day: i64) -> Class {
        match &self.scale {
            Scale::Days(cuts) => Class::Of(VALUES + cuts.reached(day)),
            _ => Class::Odd,
        }
    }

    /// The class of a list, by its length.
    #[inline]
    pub(crate) fn class_of_length(&self, length: usize) -> Class {
        match &self.scale {
            Scale::Lengths(cuts) => {
                Class::Of(VALUES + cuts.reached(i64::try_from(length).unwrap_or(i64::MAX)))
            }
            _ => Class::Odd,
        }
    }

    /// For each class whether its facts satisfy a requirement on this field.
    pub(crate) fn satisfying(&self, requirement: &Requirement, today: i64) -> Vec<bool> {
        let is_wanted = requirement.outcome == Outcome::Yes;
        let mut satisfying = vec![!is_wanted; self.classes() as usize];
        let mut holds = |class: u32| satisfying[class as usize] = is_wanted;
        match (&requirement.atom, &self.scale) {
            (Atom::State(_, State::Unknown), _) => holds(UNKNOWN),
            (Atom::State(_, State::Absent), _) => holds(ABSENT),
            (Atom::State(_, State::TooLong), _) => holds(TOO_LONG),
            (Atom::OneOf(_, some), Scale::Truth) => {
                for (value, word) in (0..).zip(["false", "true"]) {
                    if some.iter().any(|known| &**known == word) {
                        holds(VALUES + value);
                    }
                }
            }
            (Atom::OneOf(_, some), Scale::Words(words, _)) => {
                let numbers = some.iter().map(|word| words.find(word));
                numbers
                    .filter(|number| words.word(*number).is_some())
                    .for_each(|number| holds(VALUES + number));
            }
            (Atom::Below(_, cut), Scale::Numbers(cuts) | Scale::Days(cuts) | Scale::Lengths(cuts)) => {
                // A class is below a cut if the cut is one of those after it.
                let below = cuts.before(resolved(*cut, today));
                (0..=u32::try_from(below).unwrap_or(0)).for_each(|value| holds(VALUES + value));
            }
            _ => {}
        }
        satisfying
    }
}

fn resolved(cut: Cut, today: i64) -> i64 {
    match cut {
        Cut::At(at) => at,
        Cut::FromToday(days) => today.saturating_add(days),
    }
}
