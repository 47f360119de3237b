//! Types of the policy language.

use std::fmt;

use crate::model::{ClosedSet, FieldType, Kind};

/// The type of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// Something is wrong with the expression and has been reported; fits everywhere.
    Broken,
    /// Control never gets past it: `return`.
    Never,
    /// No value: `()`.
    Unit,
    /// True or false.
    Bool,
    /// Whole number.
    Int,
    /// Text.
    Text,
    /// Messaging ID.
    Id,
    /// A word of a closed set.
    OneOf(ClosedSet),
    /// Calendar date.
    Date,
    /// Instant.
    Instant,
    /// Length of time of whole days, which may be added to a date.
    Days,
    /// Any length of time.
    Period,
    /// List of one type.
    List(Box<Type>),
    /// The user a rule is asked about.
    User,
    /// A value that may be absent; never nested.
    Optional(Box<Type>),
    /// Something a rule answers with.
    Answer(AnswerKinds),
}

/// Which kinds of answer an expression can have.
#[expect(clippy::struct_excessive_bools, reason = "a small set, each of whose members is asked by name")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AnswerKinds {
    /// It may be nothing.
    pub nothing: bool,
    /// It may be an action.
    pub action: bool,
    /// It may be a veto.
    pub veto: bool,
    /// It may be obligations (`also(…)`).
    pub obligations: bool,
    /// It may be a bare obligation, which only `also(…)` takes.
    pub bare: bool,
}

impl AnswerKinds {
    /// No kind at all.
    pub const NONE: Self =
        Self { nothing: false, action: false, veto: false, obligations: false, bare: false };

    /// Either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self {
            nothing: self.nothing || other.nothing,
            action: self.action || other.action,
            veto: self.veto || other.veto,
            obligations: self.obligations || other.obligations,
            bare: self.bare || other.bare,
        }
    }
}

impl Type {
    /// An action.
    pub const ACTION: Self = Self::Answer(AnswerKinds { action: true, ..AnswerKinds::NONE });
    /// A veto.
    pub const VETO: Self = Self::Answer(AnswerKinds { veto: true, ..AnswerKinds::NONE });
    /// Obligations.
    pub const OBLIGATIONS: Self = Self::Answer(AnswerKinds { obligations: true, ..AnswerKinds::NONE });
    /// A bare obligation.
    pub const OBLIGATION: Self = Self::Answer(AnswerKinds { bare: true, ..AnswerKinds::NONE });

    /// The type of a user field.
    pub fn of_field(field: &FieldType) -> Self {
        let plain = match &field.kind {
            Kind::Bool => Self::Bool,
            Kind::Int => Self::Int,
            Kind::Text => Self::Text,
            Kind::Id => Self::Id,
            Kind::Date => Self::Date,
            Kind::Instant => Self::Instant,
            Kind::Texts => Self::list(Self::Text),
            Kind::OneOf(set) => Self::OneOf(set.clone()),
        };
        if field.optional { plain.optional() } else { plain }
    }

    /// A list of `element`.
    pub fn list(element: Self) -> Self {
        Self::List(Box::new(element))
    }

    /// The same, possibly absent.
    #[must_use]
    pub fn optional(self) -> Self {
        match self {
            Self::Unit | Self::Optional(_) | Self::Broken | Self::Never => self,
            Self::Answer(kinds) => Self::Answer(AnswerKinds { nothing: true, ..kinds }),
            plain => Self::Optional(Box::new(plain)),
        }
    }

    /// The same, certainly there.
    #[must_use]
    pub fn present(self) -> Self {
        match self {
            Self::Optional(plain) => *plain,
            other => other,
        }
    }

    /// Whether the value may be absent.
    pub const fn is_optional(&self) -> bool {
        matches!(self, Self::Optional(_) | Self::Unit)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Broken => "an expression with an error",
            Self::Never => "nothing, because control has left",
            Self::Unit => "no value `()`",
            Self::Bool => "true or false",
            Self::Int => "a whole number",
            Self::Text => "text",
            Self::Id => "an ID",
            Self::OneOf(set) => return write!(f, "a word of `{}`", set.name),
            Self::Date => "a date",
            Self::Instant => "an instant",
            Self::Days => "a number of days",
            Self::Period => "a length of time",
            Self::List(element) => return write!(f, "a list of {}", element.plural()),
            Self::User => "the user",
            Self::Optional(plain) => return write!(f, "{plain}, or absent"),
            Self::Answer(kinds) if kinds.action => "an action",
            Self::Answer(kinds) if kinds.veto => "a veto",
            Self::Answer(kinds) if kinds.obligations => "obligations",
            Self::Answer(_) => "an obligation",
        })
    }
}

impl Type {
    fn plural(&self) -> String {
        match self {
            Self::Bool => "truth values".to_owned(),
            Self::Int => "whole numbers".to_owned(),
            Self::Text => "texts".to_owned(),
            Self::Id => "IDs".to_owned(),
            Self::Date => "dates".to_owned(),
            Self::Instant => "instants".to_owned(),
            Self::OneOf(set) => format!("words of `{}`", set.name),
            Self::Broken | Self::Never => "anything".to_owned(),
            other => format!("({other})"),
        }
    }
}
