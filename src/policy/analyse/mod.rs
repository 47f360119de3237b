//! What a policy can and cannot decide, over all users there could be.
//!
//! In goes a policy and the circumstances of a run; out come rules that never answer, rules that only
//! ever lose, and pairs of rules that want different things for the same user. What is said to be
//! impossible is so for every user; what is said to be possible comes with a witness who has really
//! been decided. Where a rule cannot be looked into, or a search takes too long, nothing is said.

mod counterfactual;
mod difference;
mod invariant;
mod search;
mod space;
#[cfg(test)]
mod tests;
mod told;
mod witness;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::answer::{Action, Answer};
use super::basis::Basis;
use super::compiled::Policy;
use super::evaluate::Evaluator;
use super::ir::{Atom, Lane, Leaf, Lowered, Outcome, Requirement, Says};
use super::lower::lower;
use super::tree::{Node, NodeKind};
use super::{Decision, Verb};
use crate::diagnostic::Diagnostic;
use crate::model::{Employment, Field, User};
pub use counterfactual::{Counterfactual, FactChange};
pub use difference::{Change, Comparison};
pub use invariant::Proof;
use search::Found;
use space::Space;
use witness::Maker;

/// Something that holds of a policy whoever it decides about.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Finding {
    /// The rule says nothing about anybody.
    NeverAnswers {
        /// Which rule, by its position in the policy.
        rule: usize,
    },
    /// The rule's action loses to that of an earlier rule, whoever it is for.
    AlwaysLoses {
        /// Which rule.
        rule: usize,
        /// The rule that wins for the witness.
        to: usize,
        /// Somebody for whom it loses.
        witness: Box<User>,
    },
    /// Both rules act on somebody, and want different things; the first wins.
    Overlap {
        /// The rule that wins.
        first: usize,
        /// The rule that loses.
        second: usize,
        /// Somebody on whom both act.
        witness: Box<User>,
    },
}

impl Policy {
    /// Rules that never answer and rules that always lose, whoever the policy decides about.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use leaver::model::{Moment, Schema, Zone, parse_instant};
    /// use leaver::policy::{Basis, Finding, Source, check};
    ///
    /// let text = "/// All.\nfn leavers(user) { if user.has_left { withdraw() } }\n\
    ///             /// Some.\nfn some_of(user) { if user.has_left && user.legal_hold { keep() } }";
    /// let schema = Arc::new(Schema::default());
    /// let policy = check(vec![Source::new("acme.rhai", text)], &schema, None).policy.ok_or("errors")?;
    /// let moment = Moment::new(parse_instant("2026-11-22T09:00:00Z").ok_or("no instant")?, Zone::UTC)?;
    /// let findings = policy.analyse(&Basis::new(moment, true)).map_err(|found| found.message)?;
    /// assert!(matches!(findings[0], Finding::AlwaysLoses { rule: 1, to: 0, .. }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Policy::evaluator`].
    pub fn analyse(&self, basis: &Basis) -> Result<Vec<Finding>, Diagnostic> {
        let evaluator = self.evaluator(basis.clone())?;
        let lowered = lower(self);
        Ok(super::sandbox::with_stack(|| Analysis::new(self, &lowered, &evaluator).findings()))
    }

    /// The pairs of rules that act on the same user and want different things. That is often what is
    /// meant, because the first in file order wins.
    ///
    /// # Errors
    /// As [`Policy::evaluator`].
    pub fn overlaps(&self, basis: &Basis) -> Result<Vec<Finding>, Diagnostic> {
        let evaluator = self.evaluator(basis.clone())?;
        let lowered = lower(self);
        Ok(super::sandbox::with_stack(|| Analysis::new(self, &lowered, &evaluator).overlaps()))
    }
}

/// A kind of users of whom somebody is acted on by no rule.
#[derive(Clone, Debug)]
pub struct Uncovered {
    /// How they work for the company.
    pub employment: Employment,
    /// Whether they have left.
    pub has_left: bool,
    /// One of them.
    pub witness: Box<User>,
}

impl Policy {
    /// The kinds of users, by employment and by whether they have left, of whom somebody is acted on
    /// by no rule. A policy with a rule that stays with the interpreter may act on more.
    ///
    /// # Errors
    /// As [`Policy::evaluator`].
    pub fn uncovered(&self, basis: &Basis) -> Result<Vec<Uncovered>, Diagnostic> {
        let evaluator = self.evaluator(basis.clone())?;
        let lowered = lower(self);
        let kinds: Vec<(Employment, bool)> = [true, false]
            .into_iter()
            .flat_map(|has_left| Employment::ALL.iter().map(move |employment| (*employment, has_left)))
            .collect();
        let extra: Vec<Leaf> =
            kinds.iter().map(|(employment, has_left)| kind(*employment, *has_left)).collect();
        Ok(super::sandbox::with_stack(|| {
            let analysis = Analysis::with(self, &lowered, &evaluator, &extra);
            let actions: Vec<usize> = analysis.actions.values().flatten().copied().collect();
            let first = lowered.leaves.len();
            let one = |(at, (employment, has_left)): (usize, (Employment, bool))| {
                let (witness, decision) = analysis.witness(&[first + at], &actions)?;
                let spared = decision.rule.is_none() && decision.hold.is_none();
                spared.then(|| Uncovered { employment, has_left, witness: Box::new(witness) })
            };
            kinds.into_iter().enumerate().filter_map(one).collect()
        }))
    }
}

/// A leaf that holds for a kind of users.
fn kind(employment: Employment, has_left: bool) -> Leaf {
    let word = |field: Field, word: &str, outcome: Outcome| Requirement {
        atom: Atom::OneOf(field.slot(), [Arc::from(word)].into()),
        outcome,
    };
    let left = if has_left { Outcome::Yes } else { Outcome::No };
    let when =
        vec![word(Field::Employment, employment.word(), Outcome::Yes), word(Field::HasLeft, "true", left)];
    Leaf { rule: usize::MAX, when, says: Says::Constant(Arc::new(Answer::Nothing)) }
}

/// A witness as a policy test tells of a user: the facts that are not plain.
pub fn witness_facts(user: &User, policy: &Policy) -> serde_json::Value {
    witness::told(user, &policy.schema)
}

/// An analysis under way.
struct Analysis<'a> {
    policy: &'a Policy,
    lowered: &'a Lowered,
    evaluator: &'a Evaluator,
    space: Space,
    /// For each rule its actions, by leaf.
    actions: BTreeMap<usize, Vec<usize>>,
    /// Ways on which a rule fails though everything is known.
    failures: Vec<usize>,
}

impl<'a> Analysis<'a> {
    fn new(policy: &'a Policy, lowered: &'a Lowered, evaluator: &'a Evaluator) -> Self {
        Self::with(policy, lowered, evaluator, &[])
    }

    /// With leaves that belong to no rule; they come after those of the policy.
    fn with(policy: &'a Policy, lowered: &'a Lowered, evaluator: &'a Evaluator, extra: &[Leaf]) -> Self {
        let leaves: Vec<&Leaf> = lowered.leaves.iter().chain(extra).collect();
        let space = Space::new(&leaves, &policy.schema, &evaluator.basis().moment);
        let mut actions: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut failures = Vec::new();
        for (number, leaf) in leaves.iter().enumerate() {
            if verb(&leaf.says).is_some() {
                actions.entry(leaf.rule).or_default().push(number);
            }
            let possible = space.leaves[number].iter().all(|(_, options)| !options.is_empty());
            if matches!(leaf.says, Says::Fails(_) | Says::FailsLike(_)) && possible {
                failures.push(number);
            }
        }
        Self { policy, lowered, evaluator, space, actions, failures }
    }

    fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for rule in 0..self.policy.rules.len() {
            if self.lowered.unlowered.iter().any(|unlowered| unlowered.rule == rule) {
                continue;
            }
            if self.never_answers(rule) {
                findings.push(Finding::NeverAnswers { rule });
            } else if let Some(found) = self.always_loses(rule) {
                findings.push(found);
            }
        }
        findings
    }

    fn never_answers(&self, rule: usize) -> bool {
        let leaves = self.lowered.leaves.iter().enumerate();
        let mut answers = leaves.filter(|(_, leaf)| {
            leaf.rule == rule && matches!(leaf.says, Says::Constant(_) | Says::Template(..))
        });
        answers.all(|(number, _)| matches!(self.space.find(&[number], &[]), Found::Nobody))
    }

    /// Earlier actions than those of a rule, and failures: with them in the way it cannot decide.
    fn obstacles(&self, rule: usize) -> Vec<usize> {
        let earlier = self.actions.range(..rule).flat_map(|(_, leaves)| leaves);
        earlier.chain(&self.failures).copied().collect()
    }

    fn always_loses(&self, rule: usize) -> Option<Finding> {
        let leaves = self.actions.get(&rule)?;
        let obstacles = self.obstacles(rule);
        if !leaves.iter().all(|leaf| matches!(self.space.find(&[*leaf], &obstacles), Found::Nobody)) {
            return None;
        }
        leaves.iter().find_map(|leaf| {
            let earlier = self.actions.range(..rule).flat_map(|(_, leaves)| leaves);
            earlier.into_iter().find_map(|winner| {
                let (witness, decision) = self.witness(&[*leaf, *winner], &self.failures)?;
                let to = self.winner(&decision)?;
                self.is_overruled(&decision, rule).then(|| Finding::AlwaysLoses {
                    rule,
                    to,
                    witness: Box::new(witness),
                })
            })
        })
    }

    fn overlaps(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        for (first, winners) in &self.actions {
            let obstacles = self.obstacles(*first);
            for (second, losers) in self.actions.range(first + 1..) {
                let pairs =
                    winners.iter().flat_map(|winner| losers.iter().map(move |loser| (*winner, *loser)));
                let mut different = pairs.filter(|(winner, loser)| {
                    verb(&self.lowered.leaves[*winner].says) != verb(&self.lowered.leaves[*loser].says)
                });
                let witness = different.find_map(|(winner, loser)| {
                    let (witness, decision) = self.witness(&[winner, loser], &obstacles)?;
                    let real =
                        self.winner(&decision) == Some(*first) && self.is_overruled(&decision, *second);
                    real.then_some(witness)
                });
                if let Some(witness) = witness {
                    found.push(Finding::Overlap {
                        first: *first,
                        second: *second,
                        witness: Box::new(witness),
                    });
                }
            }
        }
        found
    }

    /// Somebody for whom some leaves hold and others do not, and what is decided about them.
    fn witness(&self, hold: &[usize], avoid: &[usize]) -> Option<(User, Decision)> {
        let Found::Users(region) = self.space.find(hold, avoid) else { return None };
        let maker = Maker {
            policy: self.policy,
            computed: &self.lowered.computed,
            moment: &self.evaluator.basis().moment,
        };
        let user = maker.user(&self.space, &region)?;
        let decision = self.evaluator.decide(&user).ok()?;
        Some((user, decision))
    }

    fn winner(&self, decision: &Decision) -> Option<usize> {
        winner_of(self.policy, decision)
    }

    fn is_overruled(&self, decision: &Decision, rule: usize) -> bool {
        decision.overruled.iter().any(|overruled| overruled.rule == self.policy.rules[rule].name)
    }
}

/// The rule that decided.
fn winner_of(policy: &Policy, decision: &Decision) -> Option<usize> {
    let name = decision.rule.as_ref()?;
    policy.rules.iter().position(|rule| rule.name == *name)
}

/// What an answer wants done, if it is an action.
fn verb(says: &Says) -> Option<(Verb, bool)> {
    match says {
        Says::Constant(answer) => match &**answer {
            Answer::Action(Action { verb, keep_access, .. }) => Some((*verb, *keep_access)),
            _ => None,
        },
        Says::Template(node, Lane::Action) => verb_of(node),
        _ => None,
    }
}

fn verb_of(node: &Node) -> Option<(Verb, bool)> {
    match &node.kind {
        NodeKind::Action(verb, _) => Some((*verb, false)),
        NodeKind::Modify(inner, modifier, _) => {
            let (verb, keep) = verb_of(inner)?;
            Some((verb, keep || *modifier == super::tree::Modifier::KeepAccess))
        }
        _ => None,
    }
}
