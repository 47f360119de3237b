//! A way through a rule: the tests that lie behind, how they came out, and what variables stand for.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::Slot;
use crate::policy::ir::{Atom, Cut, Outcome, Requirement};
use crate::policy::tree::{LocalId, Node};

/// A way through a rule, up to some point.
#[derive(Clone, Default)]
pub(super) struct Path {
    /// How every test on the way came out, each once.
    pub(super) when: Vec<Requirement>,
    /// What variables stand for: expressions over fields that do not fail on this way.
    locals: BTreeMap<LocalId, Arc<Node>>,
}

impl Path {
    /// The same way, one test further.
    pub(super) fn with(&self, atom: Atom, outcome: Outcome) -> Self {
        let mut longer = self.clone();
        longer.when.push(Requirement { atom, outcome });
        longer
    }

    /// Gives a variable its value.
    pub(super) fn bind(&mut self, local: LocalId, value: Arc<Node>) {
        self.locals.insert(local, value);
    }

    /// What a variable stands for.
    pub(super) fn local(&self, local: LocalId) -> Option<&Arc<Node>> {
        self.locals.get(&local)
    }

    /// How a test must come out after those on the way, if that is certain.
    pub(super) fn implied(&self, atom: &Atom) -> Option<Outcome> {
        self.when
            .iter()
            .find_map(|behind| follows(behind, atom))
            .or_else(|| if let Atom::OneOf(slot, words) = atom { self.left_of(*slot, words) } else { None })
    }

    /// Whether the value is one of `words`, if the tests on the way leave no choice.
    fn left_of(&self, slot: Slot, words: &[Arc<str>]) -> Option<Outcome> {
        let mut left: Option<Vec<&Arc<str>>> = None;
        let behind = |outcome| {
            self.when.iter().filter_map(move |behind| match &behind.atom {
                Atom::OneOf(known, words) if *known == slot && behind.outcome == outcome => Some(words),
                _ => None,
            })
        };
        for allowed in behind(Outcome::Yes) {
            left = Some(match left {
                None => allowed.iter().collect(),
                Some(left) => left.into_iter().filter(|word| allowed.contains(word)).collect(),
            });
        }
        let mut left = left?;
        for excluded in behind(Outcome::No) {
            left.retain(|word| !excluded.contains(word));
        }
        if left.iter().all(|word| words.contains(word)) {
            Some(Outcome::Yes)
        } else if left.iter().all(|word| !words.contains(word)) {
            Some(Outcome::No)
        } else {
            None
        }
    }
}

/// How `atom` must come out given one earlier test.
fn follows(behind: &Requirement, atom: &Atom) -> Option<Outcome> {
    let Requirement { atom: known, outcome } = behind;
    if known == atom {
        return Some(*outcome);
    }
    match (known, outcome, atom) {
        (Atom::State(a, _), Outcome::Yes, other) if slot_of(other) == Some(*a) => Some(Outcome::No),
        (other, Outcome::Yes, Atom::State(b, _)) if slot_of(other) == Some(*b) => Some(Outcome::No),
        (Atom::OneOf(a, excluded), Outcome::No, Atom::OneOf(b, words))
            if a == b && words.iter().all(|word| excluded.contains(word)) =>
        {
            Some(Outcome::No)
        }
        (Atom::Below(a, known), Outcome::Yes, Atom::Below(b, cut)) if a == b && reaches(*known, *cut) => {
            Some(Outcome::Yes)
        }
        (Atom::Below(a, known), Outcome::No, Atom::Below(b, cut)) if a == b && reaches(*cut, *known) => {
            Some(Outcome::No)
        }
        _ => None,
    }
}

/// Whether `left` is at or before `right`, as far as that is certain at every moment.
const fn reaches(left: Cut, right: Cut) -> bool {
    match (left, right) {
        (Cut::At(a), Cut::At(b)) | (Cut::FromToday(a), Cut::FromToday(b)) => a <= b,
        _ => false,
    }
}

const fn slot_of(atom: &Atom) -> Option<Slot> {
    match atom {
        Atom::State(slot, _) | Atom::OneOf(slot, _) | Atom::Below(slot, _) | Atom::Member(slot, _) => {
            Some(*slot)
        }
        Atom::Computed(_) => None,
    }
}
