//! Columns: the classes into which a policy divides the values of a field.
//!
//! All values of a class are alike to every leaf of the policy. Texts have a class for each word some
//! leaf names and one for all others; numbers, dates and lengths of lists have one between each two
//! cuts. Not known, absent and too long are classes of their own.

use super::dictionary::Dictionary;
use crate::model::{Fact, Kind, Slot, Value};
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
    /// Numbers by cut, in ascending order.
    Numbers(Vec<i64>),
    /// Dates by cut.
    Days(Vec<i64>),
    /// Lists by cuts of their length.
    Lengths(Vec<i64>),
    /// Only whether there is a value.
    Presence,
}

/// The class of a fact.
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
        cuts.sort_unstable();
        cuts.dedup();
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

    /// The class of a fact.
    #[inline]
    pub(crate) fn class(&self, fact: &Fact) -> Class {
        let value = match fact {
            Fact::Unknown => return Class::Of(UNKNOWN),
            Fact::Absent => return Class::Of(ABSENT),
            Fact::Known(value) => value,
        };
        let class = match (&self.scale, value) {
            (Scale::Truth, Value::Bool(value)) => u32::from(*value),
            (Scale::Words(words, long), Value::Text(text)) => {
                if text.len() > MAX_TEXT {
                    return if *long { Class::Of(TOO_LONG) } else { Class::Odd };
                }
                words.find(text)
            }
            (Scale::Words(words, _), Value::Id(id)) => words.find(id.as_str()),
            (Scale::Numbers(cuts), Value::Int(number)) => between(cuts, *number),
            (Scale::Days(cuts), Value::Date(date)) => between(cuts, day_number(*date)),
            (Scale::Lengths(cuts), Value::Texts(texts)) => {
                between(cuts, i64::try_from(texts.len()).unwrap_or(i64::MAX))
            }
            (Scale::Presence, Value::Instant(_)) => 0,
            _ => return Class::Odd,
        };
        Class::Of(VALUES + class)
    }

    /// Whether facts of a class satisfy a requirement on this field.
    pub(crate) fn satisfies(&self, class: u32, requirement: &Requirement, today: i64) -> bool {
        let value = class.checked_sub(VALUES);
        let holds = match (&requirement.atom, &self.scale) {
            (Atom::State(_, State::Unknown), _) => class == UNKNOWN,
            (Atom::State(_, State::Absent), _) => class == ABSENT,
            (Atom::State(_, State::TooLong), _) => class == TOO_LONG,
            (Atom::OneOf(_, some), Scale::Truth) => value.is_some_and(|value| {
                let word = if value == 1 { "true" } else { "false" };
                some.iter().any(|known| &**known == word)
            }),
            (Atom::OneOf(_, some), Scale::Words(words, _)) => {
                value.and_then(|value| words.word(value)).is_some_and(|word| some.contains(word))
            }
            (Atom::Below(_, cut), Scale::Numbers(cuts) | Scale::Days(cuts) | Scale::Lengths(cuts)) => {
                // A class is below a cut if the cut is one of those after it.
                let cut = resolved(*cut, today);
                let at = cuts.partition_point(|known| *known < cut);
                value.is_some_and(|value| value as usize <= at)
            }
            _ => false,
        };
        holds == (requirement.outcome == Outcome::Yes)
    }
}

/// How many cuts a number has reached.
#[inline]
fn between(cuts: &[i64], number: i64) -> u32 {
    let reached = if cuts.len() <= 16 {
        cuts.iter().map(|cut| usize::from(*cut <= number)).sum()
    } else {
        cuts.partition_point(|cut| *cut <= number)
    };
    u32::try_from(reached).unwrap_or(u32::MAX)
}

fn resolved(cut: Cut, today: i64) -> i64 {
    match cut {
        Cut::At(at) => at,
        Cut::FromToday(days) => today.saturating_add(days),
    }
}
