//! Two policies compared over all users there could be.
//!
//! In go an old and a new policy over the same fields; out come the regions in which they decide
//! differently, one for each pair of rules that decide there, each with a witness whom both have
//! really decided about. An empty comparison that is whole means that they decide alike about
//! everybody; where a rule is not looked into, or a search is given up, it says that it is not whole.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::search::Found;
use super::space::{Options, Space};
use super::witness::Maker;
use super::{verb, winner_of};
use crate::diagnostic::Diagnostic;
use crate::model::{Moment, User};
use crate::policy::answer::{Action, Answer, Verb};
use crate::policy::basis::Basis;
use crate::policy::compiled::Policy;
use crate::policy::decision::Decision;
use crate::policy::evaluate::Evaluator;
use crate::policy::ir::{Atom, Leaf, Lowered, Says};
use crate::policy::lower::lower;
use crate::policy::sandbox::with_stack;

/// What two policies decide differently.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// One change for each pair of rules that decide there.
    pub changes: Vec<Change>,
    /// Whether everything was looked into: without changes, both decide alike about everybody.
    pub whole: bool,
}

/// A region in which two policies decide differently.
#[derive(Clone, Debug)]
pub struct Change {
    /// Somebody in it.
    pub witness: Box<User>,
    /// What the old policy decides about the witness.
    pub old: Box<Decision>,
    /// What the new policy decides.
    pub new: Box<Decision>,
}

impl Policy {
    /// What `newer` decides differently from this policy, over all users there could be.
    ///
    /// # Errors
    /// As [`Policy::evaluator`].
    pub fn compare(&self, newer: &Self, basis: &Basis) -> Result<Comparison, Diagnostic> {
        let (old, new) = (lower(self), lower(newer));
        let leaves: Vec<Leaf> = old.leaves.iter().cloned().chain(shifted(&new, old.computed.len())).collect();
        let sides = [
            Side::new(self, &old, self.evaluator(basis.clone())?, 0),
            Side::new(newer, &new, newer.evaluator(basis.clone())?, old.leaves.len()),
        ];
        Ok(with_stack(|| {
            let all: Vec<&Leaf> = leaves.iter().collect();
            let space = Space::new(&all, &self.schema, &basis.moment);
            let mut both = Both {
                space,
                leaves,
                sides,
                moment: &basis.moment,
                changes: BTreeMap::new(),
                whole: old.unlowered.is_empty() && new.unlowered.is_empty(),
            };
            both.pairs();
            Comparison { changes: both.changes.into_values().collect(), whole: both.whole }
        }))
    }
}

/// The leaves of the newer policy, whose computed conditions come after those of the older.
fn shifted(lowered: &Lowered, by: usize) -> impl Iterator<Item = Leaf> + '_ {
    lowered.leaves.iter().cloned().map(move |mut leaf| {
        for requirement in &mut leaf.when {
            if let Atom::Computed(number) = &mut requirement.atom {
                *number += by;
            }
        }
        leaf
    })
}

/// One of the two policies.
struct Side<'a> {
    policy: &'a Policy,
    lowered: &'a Lowered,
    evaluator: Evaluator,
    /// Where its leaves begin among those of both.
    first: usize,
    /// Its actions, in file order.
    actions: Vec<usize>,
}

impl<'a> Side<'a> {
    fn new(policy: &'a Policy, lowered: &'a Lowered, evaluator: Evaluator, first: usize) -> Self {
        let leaves = lowered.leaves.iter().enumerate();
        let actions = leaves.filter(|(_, leaf)| verb(&leaf.says).is_some()).map(|(at, _)| first + at);
        Self { policy, lowered, evaluator, first, actions: actions.collect() }
    }

    /// The leaf that decides, or none; with the actions that must not hold for it to decide.
    fn deciders(&self, leaves: &[Leaf]) -> Vec<(Option<usize>, Vec<usize>)> {
        let earlier = |rule: usize| self.actions.iter().copied().filter(move |at| leaves[*at].rule < rule);
        let mut all: Vec<_> =
            self.actions.iter().map(|at| (Some(*at), earlier(leaves[*at].rule).collect())).collect();
        all.push((None, self.actions.clone()));
        all
    }
}

/// The names of the rules that decide in a region, and what else tells it apart.
type Key = (Option<usize>, Option<usize>, String);

struct Both<'a> {
    space: Space,
    leaves: Vec<Leaf>,
    sides: [Side<'a>; 2],
    moment: &'a Moment,
    changes: BTreeMap<Key, Change>,
    whole: bool,
}

impl Both<'_> {
    /// Every pair of actions that can win for the same user, none included: users for whom they are
    /// different, and users for whom something else of one side comes in between.
    fn pairs(&mut self) {
        let [old, new] = [0, 1].map(|side: usize| self.sides[side].deciders(&self.leaves));
        let holding: Vec<usize> = (0..self.leaves.len()).filter(|at| holds(&self.leaves[*at])).collect();
        let others = self.others();
        for (left, left_avoids) in &old {
            for (right, right_avoids) in &new {
                let hold: Vec<usize> = [left, right].into_iter().flatten().copied().collect();
                let avoid: Vec<usize> = left_avoids.iter().chain(right_avoids).copied().collect();
                if !self.somebody(&hold, &avoid) {
                    continue;
                }
                let says = |leaf: &Option<usize>| leaf.map(|leaf| &self.leaves[leaf].says);
                if !alike(says(left), says(right)) {
                    // Users whom nothing else holds show a difference best.
                    let free: Vec<usize> = avoid.iter().chain(&holding).copied().collect();
                    if !self.look(&hold, &free) && !self.look(&hold, &avoid) {
                        self.whole = false;
                    }
                }
                for (leaf, same) in &others {
                    let hold: Vec<usize> = hold.iter().copied().chain([*leaf]).collect();
                    let avoid: Vec<usize> = avoid.iter().chain(same).copied().collect();
                    self.look(&hold, &avoid);
                }
            }
        }
    }

    /// Vetoes, obligations and failures of one side, each with those of the other that say the same.
    fn others(&self) -> Vec<(usize, Vec<usize>)> {
        let range = |side: &Side<'_>| side.first..side.first + side.lowered.leaves.len();
        let [old, new] = &self.sides;
        let mut all = Vec::new();
        for (one, other) in [(old, new), (new, old)] {
            for leaf in range(one).filter(|at| verb(&self.leaves[*at].says).is_none()) {
                if !self.somebody(&[leaf], &[]) {
                    continue;
                }
                let says = Some(&self.leaves[leaf].says);
                let same = range(other).filter(|at| alike(Some(&self.leaves[*at].says), says));
                all.push((leaf, same.collect()));
            }
        }
        all
    }

    /// Whether there is anybody in a region.
    fn somebody(&self, hold: &[usize], avoid: &[usize]) -> bool {
        !matches!(self.space.find(hold, avoid), Found::Nobody)
    }

    /// Looks for somebody in a region about whom both decide differently; whether there is one.
    fn look(&mut self, hold: &[usize], avoid: &[usize]) -> bool {
        let region = match self.space.find(hold, avoid) {
            Found::Nobody => return false,
            Found::Unknown => {
                self.whole = false;
                return false;
            }
            Found::Users(region) => region,
        };
        let Some(change) = self.witness(&region) else {
            self.whole = false;
            return false;
        };
        let different = differs(&change.old, &change.new);
        if different {
            let key = self.key(&change);
            self.changes.entry(key).or_insert(change);
        }
        different
    }

    fn key(&self, change: &Change) -> Key {
        let [old, new] = &self.sides;
        let kind = format!("{:?} {:?}", told(&change.old), told(&change.new));
        (winner_of(old.policy, &change.old), winner_of(new.policy, &change.new), kind)
    }

    fn witness(&self, region: &[Options]) -> Option<Change> {
        let [old, new] = &self.sides;
        let computed: Vec<_> = old.lowered.computed.iter().chain(&new.lowered.computed).cloned().collect();
        let maker = Maker { policy: old.policy, computed: &computed, moment: self.moment };
        let witness = maker.user(&self.space, region)?;
        let decide = |side: &Side<'_>| side.evaluator.decide(&witness).ok();
        Some(Change { old: Box::new(decide(old)?), new: Box::new(decide(new)?), witness: Box::new(witness) })
    }
}

/// Whether two leaves certainly do the same; no leaf does what `keep()` does.
fn alike(left: Option<&Says>, right: Option<&Says>) -> bool {
    let answer = |says: Option<&Says>| match says {
        None => Some(Answer::Action(Action::new(Verb::Keep))),
        Some(Says::Constant(answer)) => Some(without_reason(answer)),
        Some(_) => None,
    };
    answer(left).is_some_and(|left| Some(left) == answer(right))
}

/// Whether a leaf can hold what another would do.
fn holds(leaf: &Leaf) -> bool {
    match &leaf.says {
        Says::Constant(answer) => matches!(**answer, Answer::Veto(_)),
        Says::Fails(_) | Says::FailsLike(_) => true,
        Says::Template(..) => false,
    }
}

/// An answer without the reasons it gives, which change nothing.
fn without_reason(answer: &Answer) -> Answer {
    match answer {
        Answer::Action(action) => {
            Answer::Action(Action { because: None, why: Arc::from(""), ..action.clone() })
        }
        other => other.clone(),
    }
}

/// What a decision does, whatever rule it comes from.
fn told(decision: &Decision) -> (String, Option<&'static str>) {
    let axes = format!("{} {} {}", decision.outcome, decision.disposition, decision.access);
    (axes, decision.hold.as_ref().map(|hold| hold.code.word()))
}

/// Whether two decisions do different things. Rules and reasons may have other names.
pub(super) fn differs(old: &Decision, new: &Decision) -> bool {
    told(old) != told(new)
        || old.obligations != new.obligations
        || old.after != new.after
        || old.deadline != new.deadline
        || old.approvals != new.approvals
}

impl Change {
    /// Whether two decisions about one user do different things; rules and reasons may have other names.
    pub fn is_one(old: &Decision, new: &Decision) -> bool {
        differs(old, new)
    }
}
