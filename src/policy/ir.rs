//! The intermediate form of a policy: every rule as leaves, each a conjunction of tests and what the
//! rule says where all of them come out so.
//!
//! The leaves of one rule exclude each other, because they are the different ways control can take
//! through it: for a user at most one of them holds, and where none does the rule says nothing.
//! Reading a fact that is not known, and every other way in which a rule can fail, is a leaf too. The
//! form depends on no user and no moment; the [index](super::index) is made from it.

use std::sync::Arc;

use super::answer::Answer;
use super::rule_error::RuleError;
use super::source::Span;
use super::tree::Node;
use crate::model::Slot;

/// All rules of a policy, lowered as far as they can be.
#[derive(Debug, Default)]
pub(crate) struct Lowered {
    /// The leaves, those of a rule together, rules in file order.
    pub(crate) leaves: Vec<Leaf>,
    /// Conditions that are evaluated for each user, by position.
    pub(crate) computed: Vec<Computed>,
    /// Rules that stay with the interpreter.
    pub(crate) unlowered: Vec<Unlowered>,
}

/// A rule that stays with the interpreter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unlowered {
    /// Which rule, by its position in the policy.
    pub rule: usize,
    /// The place in it that cannot be lowered.
    pub span: Span,
    /// Why not.
    pub why: &'static str,
}

/// One way through a rule.
#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    /// Which rule, by its position in the policy.
    pub(crate) rule: usize,
    /// What must hold of the user, all of it.
    pub(crate) when: Vec<Requirement>,
    /// What the rule says then.
    pub(crate) says: Says,
}

/// What a rule says at the end of one way.
#[derive(Clone, Debug)]
pub(crate) enum Says {
    /// The same for every user.
    Constant(Arc<Answer>),
    /// An answer with values of the user in it. Making it can fail.
    Template(Arc<Node>, Lane),
    /// The rule cannot answer.
    Fails(RuleError),
    /// The rule cannot answer, with the error of a computed condition.
    FailsLike(usize),
}

/// What kind of answer a template makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// An action.
    Action,
    /// Obligations.
    Obligations,
}

/// A test and how it must come out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Requirement {
    /// The test.
    pub(crate) atom: Atom,
    /// How it must come out.
    pub(crate) outcome: Outcome,
}

/// How a test comes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It does not hold.
    No,
    /// It holds.
    Yes,
    /// It cannot be told; only a computed condition can come out so.
    Fails,
}

/// A test of one fact, or a computed condition. Tests of a value hold only where there is one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Atom {
    /// What is known of the fact.
    State(Slot, State),
    /// The value is one of these texts; a truth value is `true` or `false`.
    OneOf(Slot, Arc<[Arc<str>]>),
    /// The number, the date, or the length of the list is below the cut.
    Below(Slot, Cut),
    /// The list has the text.
    Member(Slot, Arc<str>),
    /// A condition by its position in [`Lowered::computed`].
    Computed(usize),
}

/// What can be known of a fact besides its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Nobody speaks for it.
    Unknown,
    /// There is no value.
    Absent,
    /// A text longer than a rule may read.
    TooLong,
}

/// A point between two numbers or two days. Days are counted without gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// A number, or a day whatever the moment.
    At(i64),
    /// So many days after today.
    FromToday(i64),
}

impl Cut {
    /// The cut one further; the last one stays.
    pub(crate) const fn next(self) -> Self {
        match self {
            Self::At(at) => Self::At(at.saturating_add(1)),
            Self::FromToday(days) => Self::FromToday(days.saturating_add(1)),
        }
    }

    /// Whether no number is beyond it.
    pub(crate) const fn is_last(self) -> bool {
        matches!(self, Self::At(i64::MAX) | Self::FromToday(i64::MAX))
    }
}

/// A condition that is no test of one fact: two facts compared, a calculation, a closure over a list.
#[derive(Clone, Debug)]
pub(crate) struct Computed {
    /// An expression over fields only.
    pub(crate) node: Arc<Node>,
    /// Whether it is a condition; else the test is only whether it has a value at all.
    pub(crate) condition: bool,
    /// How many variables its closures and helpers use.
    pub(crate) room: usize,
}
