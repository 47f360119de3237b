//! The tracing evaluator: runs one rule for one user over the typed tree and says not only what the
//! rule answers but how it came to it.
//!
//! In go a checked policy, one of its rules, a user whose `has_left` is filled in, and a moment; out
//! come the answer, the clauses that were looked at with the facts they read, and for every place
//! that could have answered but was not reached, the condition that sent control elsewhere. The
//! answer is that of the Rhai interpreter, errors included: the order of evaluation, the limits and
//! the meaning of absent values follow it. It never reads a clock and never repeats personal data.

mod answer;
mod clause;
mod datum;
mod expression;
mod function;
mod narrow;
#[cfg(test)]
pub(crate) mod printed;
mod recorder;
mod statement;
#[cfg(test)]
mod tests;

pub use clause::{Clause, ClauseKind, Failure, Obstacle, Read, ReadState, Taken};
pub(crate) use datum::{Datum, MAX_TEXT};
pub(crate) use expression::is_function_style;
pub(crate) use function::{day_number, plain_date};
pub(crate) use statement::pattern_matches;

use super::answer::Answer;
use super::compiled::Policy;
use super::rule_error::RuleError;
use super::sandbox::with_stack;
use super::tree::{LocalId, Node};
use crate::model::{Moment, User};
use recorder::Recorder;

/// Most steps one rule may take; the interpreter has a counter of its own.
const MAX_STEPS: u32 = 100_000;

/// How a rule came to its answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Traced {
    /// What the rule said, or why it could not.
    pub(crate) answer: Result<Answer, RuleError>,
    /// The conditions that were looked at, in order.
    pub(crate) clauses: Vec<Clause>,
    /// Everything that was read, each once.
    pub(crate) reads: Vec<Read>,
    /// For each place that could have answered and was not reached: what was in the way.
    pub(crate) obstacles: Vec<Obstacle>,
}

/// Evaluates the rule number `rule` of `policy` for `user`, with `has_left` already filled in.
pub(crate) fn trace(policy: &Policy, rule: usize, user: &User, moment: &Moment) -> Traced {
    let Some(rule) = policy.rules.get(rule) else {
        return Traced {
            answer: Err(RuleError::Internal),
            clauses: Vec::new(),
            reads: Vec::new(),
            obstacles: Vec::new(),
        };
    };
    with_stack(|| {
        let mut walk = Walk::new(policy, user, moment, rule.locals);
        let answer = walk.rule(rule);
        let recorder::Finished { clauses, reads, obstacles } = walk.recorder.finish();
        Traced { answer, clauses, reads, obstacles }
    })
}

/// One evaluation under way.
pub(crate) struct Walk<'a> {
    policy: &'a Policy,
    user: &'a User,
    moment: &'a Moment,
    locals: Vec<Local>,
    steps: u32,
    recorder: Recorder,
}

/// A variable: its value and what was read to compute it.
#[derive(Clone)]
struct Local {
    value: Datum,
    reads: Vec<Read>,
}

/// What leaves an expression before it has a value.
enum Leave {
    /// `return`, and the condition that led to it.
    Return(Datum, Cause),
    /// `break`, and the condition that led to it.
    Break(Cause),
    /// `continue`, and the condition that led to it.
    Continue(Cause),
    /// The rule cannot answer.
    Error(RuleError),
}

/// The outermost condition on the way to a `return`, `break` or `continue`.
type Cause = Option<Box<Obstacle>>;

type Evaluated<T> = Result<T, Leave>;

impl From<RuleError> for Leave {
    fn from(error: RuleError) -> Self {
        Self::Error(error)
    }
}

impl<'a> Walk<'a> {
    fn new(policy: &'a Policy, user: &'a User, moment: &'a Moment, locals: usize) -> Self {
        let unset = Local { value: Datum::Unit, reads: Vec::new() };
        Self { policy, user, moment, locals: vec![unset; locals], steps: 0, recorder: Recorder::recording() }
    }

    /// An evaluation that records nothing, of expressions that stand on their own.
    pub(crate) fn quiet(policy: &'a Policy, user: &'a User, moment: &'a Moment, locals: usize) -> Self {
        Self { recorder: Recorder::silent(), ..Self::new(policy, user, moment, locals) }
    }

    /// Gives a variable its value.
    pub(crate) fn bind(&mut self, local: LocalId, value: Datum) {
        if let Some(variable) = self.locals.get_mut(local) {
            variable.value = value;
        }
    }

    /// The value of an expression; `None` if it cannot be evaluated.
    pub(crate) fn value(&mut self, node: &Node) -> Option<Datum> {
        self.evaluate(node).ok()
    }

    /// The value of an expression that stands on its own, or why it has none.
    pub(crate) fn settle(&mut self, node: &Node) -> Result<Datum, RuleError> {
        self.evaluate(node).map_err(|leave| match leave {
            Leave::Error(error) => error,
            Leave::Return(..) | Leave::Break(_) | Leave::Continue(_) => RuleError::Internal,
        })
    }

    /// The answer that an expression gives, or why it gives none.
    pub(crate) fn answer(&mut self, node: &Node) -> Result<Answer, RuleError> {
        self.settle(node).and_then(Datum::into_answer)
    }

    fn step(&mut self) -> Evaluated<()> {
        self.steps += 1;
        if self.steps > MAX_STEPS { Err(RuleError::Limit.into()) } else { Ok(()) }
    }
}
