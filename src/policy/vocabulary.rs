//! The vocabulary: every word a policy can use, in one table.
//!
//! The checker resolves names from here, the interpreter is tested against it, and the policy
//! reference is generated from it. Fields come from [`Field::info`](crate::model::Field::info), so
//! nothing is listed twice.

mod operators;
mod reserved;
mod words;

use super::answer::Verb;
use super::tree::{Builtin, Modifier, ObligationKind};

pub use operators::{OPERATORS, OperatorWord};
pub use reserved::RESERVED_FUNCTIONS;
pub use words::WORDS;

/// What kind of word it is, and so where it may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// An action: what a rule wants done.
    Action,
    /// A modifier, written after an action with a dot.
    Modifier,
    /// A veto.
    Veto,
    /// An obligation, or `also` that carries them.
    Obligation,
    /// A function of dates and periods.
    Time,
    /// A function of texts, written after the text with a dot.
    Text,
    /// A function of lists, written after the list with a dot.
    List,
}

/// What a word means to the checker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// A function with a plain value.
    Builtin(Builtin),
    /// `contains`, of texts and lists.
    Contains,
    /// `some` or `all`.
    Quantifier {
        /// Whether it is `all`.
        all: bool,
    },
    /// An action.
    Action(Verb),
    /// `forbid`.
    Forbid,
    /// `also`.
    Also,
    /// An obligation; after an action with a dot, the modifier of the same name.
    Obligation(ObligationKind),
    /// A modifier.
    Modifier(Modifier),
}

/// One word of the vocabulary.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    /// The word.
    pub name: &'static str,
    /// Its kind.
    pub group: Group,
    /// How it is written, with the types of its arguments and of its value.
    pub signature: &'static str,
    /// What it does, in a sentence.
    pub meaning: &'static str,
    /// The PLATFORM rows it rests on.
    pub platform: &'static [u8],
    /// A body of a rule that uses it.
    pub example: &'static str,
    /// What the checker makes of it.
    pub(crate) is: Meaning,
}

/// Most obligations one `also` takes.
pub const MAX_OBLIGATIONS: usize = 8;

/// Most approvals a rule can ask for.
pub const MAX_APPROVALS: i64 = 100;

impl Word {
    /// How it is written, without the type of its value: `action.after(period)`.
    pub fn usage(&self) -> String {
        let forms = self.signature.split("; ").map(|form| form.split(" ->").next().unwrap_or(form));
        forms.collect::<Vec<_>>().join(" or ")
    }
}

/// The word called `name`.
pub fn find(name: &str) -> Option<&'static Word> {
    WORDS.iter().find(|word| word.name == name)
}

/// The modifier called `name`, with those that share their name with an obligation.
pub(crate) fn modifier(name: &str) -> Option<Modifier> {
    match find(name)?.is {
        Meaning::Modifier(modifier) => Some(modifier),
        Meaning::Obligation(ObligationKind::Notify) => Some(Modifier::Notify),
        Meaning::Obligation(ObligationKind::ReplaceWith) => Some(Modifier::ReplaceWith),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
