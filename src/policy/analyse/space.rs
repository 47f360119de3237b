//! The space of all users, as a policy sees them: for each fact the classes its value can be in.
//!
//! Everything a lowered policy can tell apart is an axis with finitely many options, so questions
//! about all users become questions about sets of options. Facts that are not known are left out: a
//! user with such a fact is decided like some user without, or held. Computed conditions are taken
//! for free, so what is found impossible here is impossible; what is found possible is only so once a
//! real user [shows](super::witness) it.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::search::MAX_LOOKS;
use crate::model::{Kind, Moment, Schema, Slot};
use crate::policy::index::Column;
use crate::policy::ir::{Atom, Leaf, Outcome, Requirement};
use crate::policy::trace::day_number;

/// A set of options of one axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Options(Vec<u64>);

impl Options {
    fn of(count: u32, allowed: impl Fn(u32) -> bool) -> Self {
        let mut options = Self(vec![0; (count as usize).div_ceil(64)]);
        for option in (0..count).filter(|option| allowed(*option)) {
            options.0[option as usize / 64] |= 1 << (option % 64);
        }
        options
    }

    /// Those in both.
    pub(super) fn and(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(a, b)| a & b).collect())
    }

    /// Those not in the other.
    pub(super) fn without(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(a, b)| a & !b).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    pub(super) fn contains(&self, option: u32) -> bool {
        self.0.get(option as usize / 64).is_some_and(|word| word >> (option % 64) & 1 == 1)
    }

    /// The options, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        let count = u32::try_from(self.0.len() * 64).unwrap_or(u32::MAX);
        (0..count).filter(|option| self.contains(*option))
    }
}

/// Something that leaves tell apart.
#[derive(Debug)]
pub(super) enum Axis {
    /// The value of a field, by class.
    Column(Column),
    /// Whether a list has a text: no, yes.
    Member(Slot, Arc<str>),
    /// A computed condition: no, yes.
    Computed(usize),
}

/// All users.
pub(super) struct Space {
    pub(super) axes: Vec<Axis>,
    /// Every option that a user of a directory can have.
    pub(super) everybody: Vec<Options>,
    /// For each leaf the axes it looks at, each with the options it allows.
    pub(super) leaves: Vec<Vec<(usize, Options)>>,
    /// How many leaves searches may still look at.
    pub(super) looks: Cell<usize>,
}

impl Space {
    /// The space of the users that these leaves tell apart.
    pub(super) fn new(leaves: &[&Leaf], schema: &Schema, moment: &Moment) -> Self {
        let today = day_number(moment.today());
        let requirements = || leaves.iter().flat_map(|leaf| &leaf.when);
        let mut columns: BTreeMap<Slot, Vec<&Atom>> = BTreeMap::new();
        let mut members: BTreeSet<(Slot, Arc<str>)> = BTreeSet::new();
        let mut computed: BTreeSet<usize> = BTreeSet::new();
        for Requirement { atom, .. } in requirements() {
            match atom {
                Atom::State(slot, _) | Atom::OneOf(slot, _) | Atom::Below(slot, _) => {
                    columns.entry(*slot).or_default().push(atom);
                }
                Atom::Member(slot, word) => {
                    members.insert((*slot, word.clone()));
                }
                Atom::Computed(number) => {
                    computed.insert(*number);
                }
            }
        }
        let looks = Cell::new(MAX_LOOKS);
        let mut space = Self { axes: Vec::new(), everybody: Vec::new(), leaves: Vec::new(), looks };
        for (slot, atoms) in columns {
            let field = schema.field_type(slot);
            let column = Column::new(slot, &field.kind, atoms.into_iter(), today);
            let possible = |class: u32| {
                column.is_possible(class, field.optional) && !is_unheard_of(&column, class, &field.kind)
            };
            space.everybody.push(Options::of(column.classes(), possible));
            space.axes.push(Axis::Column(column));
        }
        for (slot, word) in members {
            space.axes.push(Axis::Member(slot, word));
            space.everybody.push(Options::of(2, |_| true));
        }
        for number in computed {
            space.axes.push(Axis::Computed(number));
            space.everybody.push(Options::of(2, |_| true));
        }
        space.leaves = leaves.iter().map(|leaf| space.allowed(leaf, today)).collect();
        space
    }

    /// The options of each axis that a leaf looks at.
    fn allowed(&self, leaf: &Leaf, today: i64) -> Vec<(usize, Options)> {
        let mut all = Vec::new();
        for (at, axis) in self.axes.iter().enumerate() {
            let own: Vec<&Requirement> =
                leaf.when.iter().filter(|requirement| axis.belongs(&requirement.atom)).collect();
            if own.is_empty() {
                continue;
            }
            let options = match axis {
                Axis::Column(column) => {
                    let own: Vec<Vec<bool>> =
                        own.iter().map(|requirement| column.satisfying(requirement, today)).collect();
                    Options::of(column.classes(), |class| {
                        own.iter().all(|satisfying| satisfying[class as usize])
                    })
                }
                Axis::Member(..) | Axis::Computed(_) => Options::of(2, |option| {
                    let wanted = if option == 1 { Outcome::Yes } else { Outcome::No };
                    own.iter().all(|requirement| requirement.outcome == wanted)
                }),
            };
            all.push((at, options.and(&self.everybody[at])));
        }
        all
    }
}

impl Axis {
    fn belongs(&self, atom: &Atom) -> bool {
        match (self, atom) {
            (Self::Column(column), Atom::State(slot, _) | Atom::OneOf(slot, _) | Atom::Below(slot, _)) => {
                column.slot() == *slot
            }
            (Self::Member(own, word), Atom::Member(slot, wanted)) => own == slot && word == wanted,
            (Self::Computed(own), Atom::Computed(number)) => own == number,
            _ => false,
        }
    }
}

/// Whether a class stands for words outside a closed set.
fn is_unheard_of(column: &Column, class: u32, kind: &Kind) -> bool {
    match kind {
        Kind::OneOf(set) => match column.word(class) {
            Some(word) => !set.contains(word),
            None => column.is_other(class) && set.words.iter().all(|word| column.knows(word)),
        },
        _ => false,
    }
}
