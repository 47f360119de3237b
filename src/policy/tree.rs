//! The typed tree of a checked rule: what the checker makes of a Rhai function.
//!
//! Helpers are inlined with their arguments, names are resolved, every node has its type and its
//! place in the source. The tracing evaluator walks this tree, `valid_until` reads its time
//! conditions, and later the index is lowered from it. A tree is only made of policies without
//! errors, so evaluating it cannot meet a wrong type; it can meet an unknown fact or a number out of
//! range.

use std::sync::Arc;

use super::answer::{Forbidden, Period, Verb};
use super::source::Span;
use super::types::Type;
use crate::model::{Id, Slot};
use time::{Date, OffsetDateTime};

/// A variable of one rule: parameter, `let`, loop variable or closure parameter. Numbered from 0 in
/// the order in which they come into being; an inlined helper gets fresh ones at each call.
pub type LocalId = usize;

/// A constant of the policy, by position in [`Policy::constants`](super::Policy::constants).
pub type ConstantId = usize;

/// An expression with its type and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Its type.
    pub ty: Type,
    /// Where it stands.
    pub span: Span,
}

/// A literal, or the value of a constant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// `()`.
    Unit,
    /// `true`, `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Text, or a word of a closed set.
    Text(Arc<str>),
    /// Text that stands for an ID. At run time in Rhai it is text.
    Id(Id),
    /// `date("2026-11-22")`.
    Date(Date),
    /// An instant (only from fields and attributes; kept for completeness of comparisons).
    Instant(OffsetDateTime),
    /// `days(7)`, `hours(2)`.
    Period(Period),
    /// A list of literals.
    List(Arc<[Literal]>),
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeKind {
    /// A literal.
    Literal(Literal),
    /// `user.field`.
    Field(Slot),
    /// `user` itself (only as argument of a helper).
    User,
    /// A variable.
    Local(LocalId),
    /// A constant of the policy.
    Constant(ConstantId),
    /// `` `Bye ${user.id}` ``: pieces that are joined as text.
    Template(Vec<Node>),
    /// `[a, b]`.
    List(Vec<Node>),
    /// `!a`.
    Not(Box<Node>),
    /// `a && b && …`, left to right until one is false.
    And(Vec<Node>),
    /// `a || b || …`, left to right until one is true.
    Or(Vec<Node>),
    /// `a ?? b ?? …`: the first that is not absent, else the last.
    Coalesce(Vec<Node>),
    /// A comparison. `==` and `!=` also with `()`; order on numbers, dates and instants.
    Compare(Comparison, Box<Node>, Box<Node>),
    /// `element in list`; false if either is absent. On texts: substring.
    In {
        /// What is looked for.
        element: Box<Node>,
        /// Where.
        container: Box<Node>,
    },
    /// `a + b` and so on, see [`Operator`].
    Arithmetic(Operator, Box<Node>, Box<Node>),
    /// `-a`.
    Negate(Box<Node>),
    /// A function of the vocabulary.
    Call(Builtin, Vec<Node>),
    /// `list.some(|x| …)` and `list.all(|x| …)`.
    Quantifier {
        /// `all` instead of `some`.
        all: bool,
        /// The list.
        list: Box<Node>,
        /// The closure's parameter.
        parameter: LocalId,
        /// The closure's body; `return` leaves the closure.
        body: Block,
    },
    /// A helper, inlined: arguments are bound to fresh locals, then the body runs; `return` in it
    /// leaves the helper.
    Helper {
        /// Its name.
        name: Arc<str>,
        /// Parameter and argument, in order; an argument of type [`Type::User`] is not evaluated.
        arguments: Vec<(LocalId, Node)>,
        /// Its body.
        body: Block,
    },
    /// `keep()`, `withdraw()`, `detach()`, `revoke()`, `migrate_to_mdm()`, `review("why")`.
    Action(Verb, Vec<Node>),
    /// An action with a modifier.
    Modify(Box<Node>, Modifier, Vec<Node>),
    /// `forbid("revoke", …)`.
    Forbid(Vec<Forbidden>),
    /// `notify("…")`, `leave_groups_and_lists()`, `replace_with(id)`, `restrict()`.
    Obligation(ObligationKind, Vec<Node>),
    /// `also(obligation, …)`.
    Also(Vec<Node>),
    /// `if`; without `else` the other value is `()`.
    If {
        /// The condition.
        condition: Box<Node>,
        /// Taken when it is true.
        then: Block,
        /// Taken when it is false.
        otherwise: Option<Block>,
    },
    /// `switch`: the first case that matches, else `default`, else `()`.
    Switch {
        /// What is looked at.
        subject: Box<Node>,
        /// Exact values before ranges, each in source order.
        cases: Vec<Case>,
        /// `_ => …`.
        default: Option<Block>,
    },
    /// `{ … }`.
    Block(Block),
}

/// Statements; the value is that of the last one if it is an expression, else `()`.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// The statements.
    pub statements: Vec<Statement>,
    /// From brace to brace, or the expression where there are no braces.
    pub span: Span,
}

/// One statement.
#[derive(Clone, Debug, PartialEq)]
pub enum Statement {
    /// `let x = …;`
    Let(LocalId, Node),
    /// `x = …;` (`x += 1` arrives as `x = x + 1`).
    Assign(LocalId, Node),
    /// An expression.
    Expression(Node),
    /// `for x in list { … }`; its value is `()`.
    For {
        /// The loop variable.
        variable: LocalId,
        /// The list.
        list: Node,
        /// The body.
        body: Block,
        /// Where the loop stands.
        span: Span,
    },
    /// `return …;`: leaves the rule, helper or closure.
    Return(Option<Node>, Span),
    /// `break;`
    Break,
    /// `continue;`
    Continue,
}

/// A case of a `switch`.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// What it matches.
    pub pattern: Pattern,
    /// `if …` after the pattern; a case whose guard is false is passed over.
    pub guard: Option<Node>,
    /// What it gives.
    pub body: Block,
}

/// What a case matches.
#[derive(Clone, Debug, PartialEq)]
pub enum Pattern {
    /// Any one of these values.
    Values(Vec<Literal>),
    /// Whole numbers from `start` to before `end`, or to and with `end`.
    Range {
        /// First number.
        start: i64,
        /// Last number, or the one after it.
        end: i64,
        /// Whether `end` belongs to it.
        inclusive: bool,
    },
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Comparison {
    /// Whether the comparison holds for operands ordered so.
    pub fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::NotEqual => ordering.is_ne(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }

    /// As written in policies.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

/// Arithmetic. On whole numbers all five (errors: overflow, division by zero); `+` joins texts;
/// date `+`/`-` days gives a date (error: outside the years 1 to 9999); date `-` date is not there
/// (use `days_since`); period `+` period gives a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`, towards zero
    Divide,
    /// `%`, with the sign of the left operand
    Remainder,
}

/// A function of the vocabulary that gives a plain value. Method calls have the receiver as their
/// first argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Builtin {
    /// `today()`: the local date of the decision.
    Today,
    /// `date("YYYY-MM-DD")`; with a literal it is a [`Literal::Date`] already.
    Date,
    /// `days(n)`.
    Days,
    /// `weeks(n)`: seven times as many days.
    Weeks,
    /// `hours(n)`.
    Hours,
    /// `days_since(date)`: whole days from the date (or the local date of an instant) to today.
    DaysSince,
    /// `days_until(date)`: whole days from today to the date (or the local date of an instant).
    DaysUntil,
    /// `text.starts_with(text)`.
    StartsWith,
    /// `text.ends_with(text)`.
    EndsWith,
    /// `text.to_lower()`.
    ToLower,
    /// `text.len()`, in characters, or `list.len()`.
    Len,
}

/// A modifier of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Modifier {
    /// `.because("…")`
    Because,
    /// `.after(period)`
    After,
    /// `.within(period)`
    Within,
    /// `.notify("…")`
    Notify,
    /// `.replace_with(id)`
    ReplaceWith,
    /// `.keep_access()`
    KeepAccess,
    /// `.or_else(action)`; several are tried in the order written
    OrElse,
    /// `.approvals(n)`; the largest counts
    Approvals,
}

/// An obligation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ObligationKind {
    /// `notify("…")`
    Notify,
    /// `leave_groups_and_lists()`
    LeaveGroupsAndLists,
    /// `replace_with(id)`
    ReplaceWith,
    /// `restrict()`
    Restrict,
}
