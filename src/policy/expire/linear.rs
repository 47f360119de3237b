//! Time conditions on one date of a user: by far the most frequent ones, and the only ones of which
//! policies have hundreds.
//!
//! Such a condition flips a fixed number of days after the date. All that a policy has on one field
//! are kept as these numbers, sorted, so that the next flip is found without going through them.

use std::collections::BTreeMap;

use super::Condition;
use super::term::{Term, Terms};
use crate::model::{Facts, Slot, View};
use crate::policy::trace::day_number;
use crate::policy::tree::{Comparison, Literal};
use crate::sort;

/// For each date field the days after the date on which some condition flips.
#[derive(Clone, Debug, Default)]
pub(super) struct Linear(BTreeMap<Slot, Vec<i64>>);

/// Beyond every calendar: conditions with larger numbers never flip.
const BEYOND: i64 = 10_000_000;

impl Linear {
    /// Takes the conditions that are of this kind out of `conditions`.
    pub(super) fn take(
        conditions: &mut Vec<Condition>,
        terms: &Terms,
        is_date: impl Fn(Slot) -> bool,
    ) -> Self {
        let mut linear = Self::default();
        conditions.retain(|condition| {
            let Condition::Compare(comparison, left, right) = condition else { return true };
            let (left, right) = (terms.term(*left), terms.term(*right));
            let found = flips(*comparison, left, right, terms)
                .or_else(|| flips(mirrored(*comparison), right, left, terms))
                .filter(|(slot, _)| is_date(*slot));
            let Some((slot, days)) = found else { return true };
            linear.0.entry(slot).or_default().extend(days);
            false
        });
        for days in linear.0.values_mut() {
            sort::ascending(days);
            days.dedup();
        }
        linear
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first day after today on which some condition flips for a user.
    pub(super) fn next(&self, user: &impl Facts, today: i64) -> Option<i64> {
        let next = |(slot, days): (&Slot, &Vec<i64>)| {
            let View::Date(date) = user.view(*slot) else { return None };
            let date = day_number(date);
            let at = days.partition_point(|after| date + after <= today);
            days.get(at).map(|after| date + after)
        };
        self.0.iter().filter_map(next).min()
    }
}

/// The field, and how many days after its date a comparison flips, if it is of this kind.
fn flips(comparison: Comparison, left: &Term, right: &Term, terms: &Terms) -> Option<(Slot, Vec<i64>)> {
    // Everything as `days since the date`, compared with a number.
    let (slot, comparison, number) = match (left, right) {
        (Term::Field(slot), Term::Today) => (*slot, mirrored(comparison), 0),
        (Term::DaysSince(date), Term::Literal(Literal::Int(number))) => {
            (field(terms.term(*date))?, comparison, *number)
        }
        (Term::DaysUntil(date), Term::Literal(Literal::Int(number))) => {
            (field(terms.term(*date))?, mirrored(comparison), number.checked_neg()?)
        }
        _ => return None,
    };
    if !(-BEYOND..=BEYOND).contains(&number) {
        return None;
    }
    let days = match comparison {
        Comparison::Greater | Comparison::LessOrEqual => vec![number + 1],
        Comparison::GreaterOrEqual | Comparison::Less => vec![number],
        Comparison::Equal | Comparison::NotEqual => vec![number, number + 1],
    };
    Some((slot, days))
}

const fn field(term: &Term) -> Option<Slot> {
    match term {
        Term::Field(slot) => Some(*slot),
        _ => None,
    }
}

/// The comparison with its operands exchanged.
const fn mirrored(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        other => other,
    }
}
