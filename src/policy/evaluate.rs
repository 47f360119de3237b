//! Decisions for users, one at a time, by asking every rule.
//!
//! In goes a checked policy and the circumstances of a run; the evaluator that comes out turns a
//! user into a [`Decision`]. It reads nothing but its arguments: the same user gives the same
//! decision. What it cannot find out in time it refuses with an error, never with a decision.

use std::cell::RefCell;
use std::sync::Arc;

use super::answer::Answer;
use super::basis::{Basis, Means};
use super::combine::{Circumstances, RuleTitle, Said, combine, in_order, without_rules};
use super::compiled::Policy;
use super::decision::Decision;
use super::expire::{TimeConditions, valid_until};
use super::explain::{self, Explanation, WhyNot};
use super::index::{Index, Standing};
use super::interpret::Interpreter;
use super::ir::Unlowered;
use super::lower::lower;
use super::rule_error::RuleError;
use super::sandbox::{Interrupted, with_stack};
use super::shape::Scratch;
use crate::diagnostic::Diagnostic;
use crate::model::{Field, Horizon, Leaving, User};

pub use super::combine::Successor;

/// Why there is no decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecideError {
    /// The decision took longer than [`Basis::patience`]. It depends on the machine whether this
    /// happens, so it is an error of the call and never a decision.
    #[error(
        "a decision took longer than the caller's patience; simplify the policy's loops, or allow more time"
    )]
    Deadline,
}

impl From<Interrupted> for DecideError {
    fn from(interrupted: Interrupted) -> Self {
        match interrupted {
            Interrupted::Deadline => Self::Deadline,
        }
    }
}

/// Decides about users by one policy, as of one moment. Used by one thread at a time; every thread
/// makes its own.
#[derive(Debug)]
pub struct Evaluator {
    policy: Policy,
    basis: Basis,
    interpreter: Interpreter,
    rules: Arc<[RuleTitle]>,
    time_conditions: Arc<TimeConditions>,
    /// `None` if every rule runs in the interpreter.
    index: Option<Arc<Index>>,
    /// Which last days are over.
    pub(crate) horizon: Horizon,
    /// Where users are looked up one after the other.
    pub(super) scratch: RefCell<Scratch>,
}

impl Policy {
    /// An evaluator of this policy.
    ///
    /// # Errors
    /// [`Code::SandboxOpen`](crate::diagnostic::Code::SandboxOpen) if this program is built in a way
    /// that switches the limits of the script engine off.
    pub fn evaluator(&self, basis: Basis) -> Result<Evaluator, Diagnostic> {
        let interpreter = Interpreter::new(self, &basis.moment, basis.patience)?;
        let index = match basis.means {
            Means::Index => Some(Arc::new(Index::new(&Arc::new(lower(self)), &basis.moment, self))),
            Means::Interpreter => None,
        };
        let title =
            |rule: &super::Rule| RuleTitle { name: rule.name.clone(), rationale: rule.rationale.clone() };
        let horizon = Horizon::of(&basis.moment);
        Ok(Evaluator {
            policy: self.clone(),
            basis,
            interpreter,
            rules: self.rules.iter().map(title).collect(),
            time_conditions: Arc::new(TimeConditions::of(self)),
            index,
            horizon,
            scratch: RefCell::default(),
        })
    }

    /// The rules that stay with the interpreter, each with the place that cannot be lowered and why.
    pub fn unlowered(&self) -> Vec<Unlowered> {
        lower(self).unlowered
    }
}

impl Evaluator {
    /// The same policy under other circumstances, or under the same for another thread. Much cheaper
    /// than [`Policy::evaluator`], because both share what does not depend on the circumstances.
    ///
    /// # Errors
    /// As [`Policy::evaluator`].
    pub fn again(&self, basis: Basis) -> Result<Self, Diagnostic> {
        let interpreter = self.interpreter.again(&self.policy, &basis.moment, basis.patience)?;
        let index = match (basis.means, &self.index) {
            (Means::Interpreter, _) => None,
            (Means::Index, Some(index)) if basis.moment.today() == self.basis.moment.today() => {
                Some(index.clone())
            }
            (Means::Index, Some(index)) => {
                Some(Arc::new(Index::new(index.lowered(), &basis.moment, &self.policy)))
            }
            (Means::Index, None) => {
                Some(Arc::new(Index::new(&Arc::new(lower(&self.policy)), &basis.moment, &self.policy)))
            }
        };
        Ok(Self {
            policy: self.policy.clone(),
            horizon: Horizon::of(&basis.moment),
            scratch: RefCell::default(),
            basis,
            interpreter,
            rules: self.rules.clone(),
            time_conditions: self.time_conditions.clone(),
            index,
        })
    }

    /// What one rule (by its position in [`Policy::rules`]) says about a user, before anything is
    /// combined.
    ///
    /// # Errors
    /// [`DecideError::Deadline`] if the rule takes longer than the patience.
    pub fn answer(&self, rule: usize, user: &User) -> Result<Result<Answer, RuleError>, DecideError> {
        let (user, _) = self.with_leaving(user);
        Ok(self.interpreter.answer(rule, &user)?)
    }

    /// The user with `has_left` filled in.
    pub(super) fn with_leaving(&self, user: &User) -> (User, Leaving) {
        let leaving = Leaving::of(user, &self.basis.moment);
        let mut user = user.clone();
        if *user.fact(Field::HasLeft.slot()) != leaving.has_left {
            user.set(Field::HasLeft.slot(), leaving.has_left.clone());
        }
        (user, leaving)
    }

    /// The decision about a user without a directory around it: the ID in `superseded_by` is trusted
    /// to be another ID of the same person that stays.
    ///
    /// # Errors
    /// [`DecideError::Deadline`] if the rules take longer than the patience.
    pub fn decide(&self, user: &User) -> Result<Decision, DecideError> {
        self.decide_with(None, user)
    }

    /// The decision about a user of a directory. `successor` finds the user of the directory that
    /// has an ID; it is asked for the ID in `superseded_by` only.
    ///
    /// # Errors
    /// [`DecideError::Deadline`] if the rules take longer than the patience.
    pub fn decide_in(&self, successor: &Successor<'_>, user: &User) -> Result<Decision, DecideError> {
        self.decide_with(Some(successor), user)
    }

    /// Runs `work`, which makes many decisions, on one stack that is large enough for all of them.
    ///
    /// A decision needs 8 MiB of stack. On a thread that has less, each decision makes a stack of its own
    /// and gives it back; within a batch that is done once. Decisions are the same with and without.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use leaver::model::{Moment, Schema, User, Zone, parse_instant};
    /// use leaver::policy::{Basis, Source, check};
    ///
    /// let schema = Arc::new(Schema::default());
    /// let text = "/// Everybody keeps everything.\nfn everybody(user) { keep() }";
    /// let policy = check(vec![Source::new("acme.rhai", text)], &schema, None).policy.ok_or("errors")?;
    /// let moment = Moment::new(parse_instant("2026-11-22T09:00:00Z").ok_or("no instant")?, Zone::UTC)?;
    /// let evaluator = policy.evaluator(Basis::new(moment, true)).map_err(|found| found.message)?;
    /// let users = [User::new("ECHOECHO".parse()?, &schema), User::new("MIAMIA01".parse()?, &schema)];
    /// let decided: Result<Vec<_>, _> =
    ///     evaluator.batch(|evaluator| users.iter().map(|user| evaluator.decide(user)).collect());
    /// assert_eq!(decided?.len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn batch<T>(&self, work: impl FnOnce(&Self) -> T) -> T {
        with_stack(|| work(self))
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The circumstances of the run.
    pub fn basis(&self) -> &Basis {
        &self.basis
    }

    /// Why a user's decision is what it is: what each rule said, and which conditions led there.
    /// `successor` is that of [`Evaluator::decide_in`]; without it the ID in `superseded_by` is trusted.
    ///
    /// # Errors
    /// [`DecideError::Deadline`] if the rules take longer than the patience.
    pub fn explain(
        &self,
        successor: Option<&Successor<'_>>,
        user: &User,
    ) -> Result<Explanation, DecideError> {
        let decision = self.decide_with(successor, user)?;
        let (user, _) = self.with_leaving(user);
        Ok(explain::explain(&self.policy, &user, &self.basis.moment, decision))
    }

    /// Why a rule did not decide about a user; `None` if the policy has no such rule.
    ///
    /// # Errors
    /// [`DecideError::Deadline`] if the rules take longer than the patience.
    pub fn why_not(
        &self,
        successor: Option<&Successor<'_>>,
        user: &User,
        rule: &str,
    ) -> Result<Option<WhyNot>, DecideError> {
        let decision = self.decide_with(successor, user)?;
        let (user, _) = self.with_leaving(user);
        Ok(explain::why_not(&self.policy, rule, &user, &self.basis.moment, &decision))
    }

    fn decide_with(&self, successor: Option<&Successor<'_>>, user: &User) -> Result<Decision, DecideError> {
        match self.shaped(user) {
            Some((shape, individual)) => Ok(shape.decision(&individual)),
            None => self.decide_alone(successor, user),
        }
    }

    /// The decision about a user, made for this user alone.
    pub(super) fn decide_alone(
        &self,
        successor: Option<&Successor<'_>>,
        user: &User,
    ) -> Result<Decision, DecideError> {
        with_stack(|| {
            let (user, leaving) = self.with_leaving(user);
            self.combined(successor, &user, &leaving, None)
        })
    }

    /// The decision about a user whose `has_left` is filled in, and who may have been looked up in the
    /// index already.
    pub(super) fn combined(
        &self,
        successor: Option<&Successor<'_>>,
        user: &User,
        leaving: &Leaving,
        standing: Option<&Standing>,
    ) -> Result<Decision, DecideError> {
        let moment = &self.basis.moment;
        let circumstances = Circumstances {
            rules: &self.rules,
            user,
            leaving,
            basis: &self.basis,
            successor,
            valid_until: valid_until(&self.time_conditions, &self.policy, user, leaving, moment),
        };
        if let Some(decision) = without_rules(&circumstances) {
            return Ok(decision);
        }
        let answers = self.answers(user, standing)?;
        let mut decision = combine(&circumstances, &answers);
        decision.valid_until = self.time_conditions.cap(decision.valid_until, &answers, moment);
        Ok(decision)
    }

    /// What the rules say about a user, in file order.
    fn answers(&self, user: &User, standing: Option<&Standing>) -> Result<Vec<Said>, DecideError> {
        let moment = &self.basis.moment;
        let Some(index) = &self.index else { return self.interpreted(0..self.rules.len(), user) };
        let found;
        let standing = match standing {
            Some(standing) => standing,
            None => {
                found = index.stand(&self.policy, user, moment);
                &found
            }
        };
        if standing.is_odd() {
            return self.interpreted(0..self.rules.len(), user);
        }
        let mut answers = index.answers(standing, &self.policy, user, moment);
        if index.unlowered().next().is_some() {
            answers.extend(self.interpreted(index.unlowered(), user)?);
            in_order(&mut answers);
        }
        Ok(answers)
    }

    /// What some rules, by position, say in the interpreter.
    fn interpreted(
        &self,
        rules: impl Iterator<Item = usize> + Clone,
        user: &User,
    ) -> Result<Vec<Said>, DecideError> {
        let answers = self.interpreter.answers(rules.clone(), user)?;
        let said = rules.zip(answers).map(|(rule, answer)| Said { rule, answer });
        Ok(said.filter(Said::is_something).collect())
    }

    /// What rules are called.
    pub(super) fn titles(&self) -> &[RuleTitle] {
        &self.rules
    }

    /// What in the policy depends on the day.
    pub(super) fn time_conditions(&self) -> &TimeConditions {
        &self.time_conditions
    }

    pub(crate) fn index(&self) -> Option<&Index> {
        self.index.as_deref()
    }

    pub(super) fn shared_index(&self) -> Option<Arc<Index>> {
        self.index.clone()
    }
}

#[cfg(test)]
pub(crate) mod differential;
#[cfg(test)]
mod tests;
