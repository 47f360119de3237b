//! Makes the index: gives every leaf its bit, every column its classes, every class its row.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use super::column::Column;
use super::dictionary::Dictionary;
use super::joint::Joint;
use super::row::Row;
use super::verdict::vetoed;
use super::{Brief, ComputedColumn, IN_PLACE, Index, Lanes, Members, today_of};
use crate::model::{Moment, Slot, User};
use crate::policy::answer::Answer;
use crate::policy::compiled::Policy;
use crate::policy::ir::{Atom, Computed, Lane, Leaf, Lowered, Outcome, Says, State};
use crate::policy::trace::{Datum, Walk};
use crate::sort::{self, Gather as _};

/// Where a computed condition's row for an outcome stands after its first.
pub(super) const fn place(outcome: Outcome) -> usize {
    match outcome {
        Outcome::No => 0,
        Outcome::Yes => 1,
        Outcome::Fails => 2,
    }
}

/// How a computed condition comes out for a user.
pub(crate) fn outcome(computed: &Computed, policy: &Policy, user: &User, moment: &Moment) -> Outcome {
    match Walk::quiet(policy, user, moment, computed.room).settle(&computed.node) {
        Err(_) => Outcome::Fails,
        Ok(Datum::Bool(true)) => Outcome::Yes,
        Ok(_) if !computed.condition => Outcome::Yes,
        Ok(_) => Outcome::No,
    }
}

impl Index {
    /// The index of a policy at a moment.
    pub(crate) fn new(lowered: &Arc<Lowered>, moment: &Moment, policy: &Policy) -> Self {
        let (lanes, bits) = lanes(lowered);
        let mut making = Making {
            today: today_of(moment),
            width: lanes.fails.end,
            last_resort: lanes.last_resort,
            holding: bits
                .iter()
                .enumerate()
                .filter_map(|(bit, leaf)| Some((bit, lowered.leaves.get((*leaf)?)?)))
                .collect(),
            rows: Vec::new(),
        };
        let mut index = Self {
            lowered: lowered.clone(),
            columns: Vec::new(),
            starts: Vec::new(),
            in_place: 0,
            members: Vec::new(),
            computed: Vec::new(),
            table: Vec::new(),
            width: making.width,
            joint: Joint::default(),
            lanes,
            leaves: bits
                .iter()
                .map(|leaf| leaf.and_then(|leaf| u32::try_from(leaf).ok()).unwrap_or(u32::MAX))
                .collect(),
            briefs: Vec::new(),
            vetoed: Vec::new(),
            only_actions: false,
            fails_always: lowered.leaves.iter().any(|leaf| is_failure(leaf) && !is_trouble(leaf)),
        };
        making.columns(&mut index, policy);
        making.members(&mut index);
        making.computed(&mut index);
        if index.columns.is_empty() {
            // Something to start from where no column tells leaves apart: it must be the first row.
            let all = making.row(&|_| true);
            making.rows.insert(0, all);
            index.shift_rows();
        }
        index.table = making.rows.iter().flat_map(|row| row.blocks().iter().copied()).collect();
        index.briefs = index
            .lanes
            .actions
            .clone()
            .flat_map(|block| block * 128..(block + 1) * 128)
            .map(
                |bit| {
                    if bit == index.lanes.last_resort { Brief::NOTHING } else { Brief::of(index.leaf(bit)) }
                },
            )
            .collect();
        index.finished()
    }

    /// The same, with what follows from its lanes.
    pub(super) fn finished(mut self) -> Self {
        self.joint = Joint::new(&self);
        let lanes = &self.lanes;
        let bits = lanes.vetoes.clone().flat_map(|block| block * 128..(block + 1) * 128);
        self.vetoed = bits.map(|bit| vetoed(self.leaf(bit))).collect();
        self.only_actions = self.lowered.unlowered.is_empty()
            && !self.fails_always
            && [&lanes.vetoes, &lanes.obligations, &lanes.doubtful].iter().all(|lane| lane.is_empty());
        self
    }

    fn shift_rows(&mut self) {
        for members in &mut self.members {
            members.none += 1;
            members.rows.iter_mut().for_each(|row| *row += 1);
        }
        for computed in &mut self.computed {
            computed.row += 1;
        }
    }
}

/// An index under way.
struct Making<'l> {
    today: i64,
    width: usize,
    last_resort: usize,
    /// Every bit that has a leaf, with the leaf.
    holding: Vec<(usize, &'l Leaf)>,
    rows: Vec<Row>,
}

impl Making<'_> {
    /// The row of the leaves that `allows`.
    fn row(&self, allows: &dyn Fn(&Leaf) -> bool) -> Row {
        let mut row = Row::empty(self.width);
        row.set(self.last_resort);
        for (bit, leaf) in &self.holding {
            if allows(leaf) {
                row.set(*bit);
            }
        }
        row
    }

    fn columns(&mut self, index: &mut Index, policy: &Policy) {
        let mut atoms: BTreeMap<Slot, Vec<&Atom>> = BTreeMap::new();
        for (_, leaf) in &self.holding {
            for requirement in &leaf.when {
                if let Atom::State(slot, _) | Atom::OneOf(slot, _) | Atom::Below(slot, _) = &requirement.atom
                {
                    atoms.entry(*slot).or_default().push(&requirement.atom);
                }
            }
        }
        let mut made = Vec::new();
        for (slot, atoms) in atoms {
            let kind = &policy.schema.field_type(slot).kind;
            let column = Column::new(slot, kind, atoms.into_iter(), self.today);
            let rows = self.column_rows(&column);
            let share = rows.iter().map(Row::count).sum::<usize>() / rows.len();
            made.push((share, column, rows));
        }
        sort::by_key(&mut made, |(share, column, _)| (*share, column.slot));
        for (_, column, rows) in made {
            index.starts.push(u32::try_from(self.rows.len()).unwrap_or(u32::MAX));
            index.columns.push(column);
            self.rows.extend(rows);
            let all_fit = self.rows.len() <= 1 << u16::BITS && index.in_place + 1 == index.columns.len();
            if all_fit && index.in_place < IN_PLACE {
                index.in_place += 1;
            }
        }
    }

    fn column_rows(&self, column: &Column) -> Vec<Row> {
        let all = self.row(&|_| true);
        let mut rows = vec![all; column.classes() as usize];
        for (bit, leaf) in &self.holding {
            let own = leaf.when.iter().filter(|requirement| {
                matches!(&requirement.atom, Atom::State(slot, _) | Atom::OneOf(slot, _) | Atom::Below(slot, _)
                    if *slot == column.slot)
            });
            for requirement in own {
                for (row, satisfies) in rows.iter_mut().zip(column.satisfying(requirement, self.today)) {
                    if !satisfies {
                        row.clear(*bit);
                    }
                }
            }
        }
        rows
    }

    fn members(&mut self, index: &mut Index) {
        let mut wanted: BTreeMap<Slot, BTreeSet<Arc<str>>> = BTreeMap::new();
        for (_, leaf) in &self.holding {
            for requirement in &leaf.when {
                if let Atom::Member(slot, word) = &requirement.atom {
                    wanted.entry(*slot).or_default().insert(word.clone());
                }
            }
        }
        for (slot, words) in wanted {
            let words = Dictionary::new(words.into_iter().collect());
            let mut rows = Vec::with_capacity(words.len());
            for number in 0..words.len() {
                let word = u32::try_from(number).ok().and_then(|number| words.word(number));
                rows.push(self.rows.len());
                for has in [Outcome::No, Outcome::Yes] {
                    let row = self.row(&|leaf| {
                        leaf.when.iter().all(|requirement| match &requirement.atom {
                            Atom::Member(other, wanted) if *other == slot && Some(wanted) == word => {
                                requirement.outcome == has
                            }
                            _ => true,
                        })
                    });
                    self.rows.push(row);
                }
            }
            let none = self.rows.len();
            let row = self.row(&|leaf| {
                leaf.when.iter().all(|requirement| match &requirement.atom {
                    Atom::Member(other, _) if *other == slot => requirement.outcome == Outcome::No,
                    _ => true,
                })
            });
            self.rows.push(row);
            index.members.push(Members { slot, words, rows, none });
        }
    }

    fn computed(&mut self, index: &mut Index) {
        let needed: BTreeSet<usize> = self
            .holding
            .iter()
            .flat_map(|(_, leaf)| &leaf.when)
            .filter_map(|requirement| match requirement.atom {
                Atom::Computed(number) => Some(number),
                _ => None,
            })
            .gather();
        for number in needed {
            index.computed.push(ComputedColumn { number, row: self.rows.len() });
            for outcome in [Outcome::No, Outcome::Yes, Outcome::Fails] {
                let row = self.row(&|leaf| {
                    leaf.when.iter().all(|requirement| {
                        requirement.atom != Atom::Computed(number) || requirement.outcome == outcome
                    })
                });
                self.rows.push(row);
            }
        }
    }
}

/// The blocks of every lane, and the leaf of every bit.
fn lanes(lowered: &Lowered) -> (Lanes, Vec<Option<usize>>) {
    let mut bits: Vec<Option<usize>> = Vec::new();
    let mut lane = |belongs: &dyn Fn(&Leaf) -> bool, further: usize| -> Range<usize> {
        let start = bits.len() / 128;
        let leaves = lowered.leaves.iter().enumerate().filter(|(_, leaf)| belongs(leaf));
        bits.extend(leaves.map(|(number, _)| Some(number)));
        bits.resize((bits.len() + further).next_multiple_of(128), None);
        start..bits.len() / 128
    };
    let is_action = |leaf: &Leaf| match &leaf.says {
        Says::Constant(answer) => matches!(**answer, Answer::Action(_)),
        Says::Template(_, lane) => *lane == Lane::Action,
        _ => false,
    };
    let lanes = Lanes {
        last_resort: lowered.leaves.iter().filter(|leaf| is_action(leaf)).count(),
        actions: lane(&is_action, 1),
        vetoes: lane(
            &|leaf| matches!(&leaf.says, Says::Constant(answer) if matches!(**answer, Answer::Veto(_))),
            0,
        ),
        obligations: lane(
            &|leaf| match &leaf.says {
                Says::Constant(answer) => matches!(**answer, Answer::Obligations(_)),
                Says::Template(_, lane) => *lane == Lane::Obligations,
                _ => false,
            },
            0,
        ),
        doubtful: lane(&|leaf| matches!(leaf.says, Says::Template(..)), 0),
        fails: lane(&is_failure, 0),
    };
    (lanes, bits)
}

fn is_failure(leaf: &Leaf) -> bool {
    matches!(leaf.says, Says::Fails(_) | Says::FailsLike(_))
}

/// Whether a leaf needs a fact that is not known, or a condition that cannot be told.
fn is_trouble(leaf: &Leaf) -> bool {
    leaf.when.iter().any(|requirement| {
        matches!(
            (&requirement.atom, requirement.outcome),
            (Atom::State(_, State::Unknown | State::TooLong), Outcome::Yes)
                | (Atom::Computed(_), Outcome::Fails)
        )
    })
}
