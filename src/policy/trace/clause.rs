//! What an explanation is made of: clauses, the facts they read, and obstacles.

use std::sync::Arc;

use serde::Serialize;

use crate::policy::decision::HoldCode;
use crate::policy::rule_error::RuleError;
use crate::policy::source::{Source, Span};

/// Longest excerpt of a policy that a clause repeats, in characters.
const MAX_EXCERPT: usize = 160;

/// A condition that was looked at. Serialises with its keys in this order.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Clause {
    /// What kind of condition it is.
    pub kind: ClauseKind,
    /// Its text in the policy, on one line and without comments.
    pub text: String,
    /// The file it stands in.
    pub file: Arc<str>,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Whether it held; `None` if it was not evaluated, or could not be.
    pub value: Option<bool>,
    /// The facts it read itself, not those of its parts.
    pub reads: Vec<Read>,
    /// Its parts: operands, conditions of a helper, elements of a list.
    pub clauses: Vec<Clause>,
    /// How many further parts are not listed.
    #[serde(skip_serializing_if = "is_zero")]
    pub omitted: usize,
    /// Which way control went because of it.
    pub taken: Option<Taken>,
    /// Why it could not be evaluated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
const fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// The kind of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClauseKind {
    /// A comparison, `in`, a field, a call: anything without parts.
    Test,
    /// `a && b`.
    And,
    /// `a || b`.
    Or,
    /// `!a`.
    Not,
    /// A helper that answers true or false.
    Helper,
    /// `list.some(…)`.
    Some,
    /// `list.all(…)`.
    All,
    /// One element of a list in `some` or `all`.
    Element,
    /// A case of a `switch`.
    Case,
    /// Whether a list that `for` goes through has elements.
    Loop,
}

/// Which way control went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Taken {
    /// Into the block after `if`.
    Then,
    /// Into the block after `else`.
    Else,
    /// Past an `if` without `else`.
    Past,
    /// Into the block of the case.
    Case,
    /// On to the next case.
    NextCase,
}

/// A fact that was read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Read {
    /// Name of the field, of the variable, or `today()`.
    pub field: Arc<str>,
    /// What is known of it.
    pub state: ReadState,
    /// The value; null unless it is known.
    pub value: serde_json::Value,
}

/// What is known of something that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadState {
    /// It has a value.
    Known,
    /// It has none.
    Absent,
    /// Nobody says.
    Unknown,
    /// It has a value that is personal data and is not repeated.
    Withheld,
}

/// Why something could not be evaluated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The code of the hold it leads to.
    pub code: HoldCode,
    /// A sentence for people.
    pub message: String,
}

/// A condition in the way of an answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Obstacle {
    /// What the condition would have to be.
    pub needed: bool,
    /// The condition.
    pub clause: Clause,
}

impl Failure {
    pub(crate) fn of(error: &RuleError) -> Self {
        Self { code: error.hold_code(), message: error.to_string() }
    }
}

impl Clause {
    /// A condition at `span` that was not evaluated.
    pub(super) fn at(kind: ClauseKind, span: Span, sources: &[Source]) -> Self {
        let (file, text, (line, column)) = sources.get(usize::from(span.file)).map_or_else(
            || (Arc::from(""), String::new(), (0, 0)),
            |source| {
                (source.shared_name(), one_line(source.excerpt(span)), source.position(span.start as usize))
            },
        );
        Self {
            kind,
            text,
            file,
            line,
            column,
            value: None,
            reads: Vec::new(),
            clauses: Vec::new(),
            omitted: 0,
            taken: None,
            error: None,
        }
    }

    /// Everything read by it and its parts, each once.
    pub(super) fn all_reads(&self, into: &mut Vec<Read>) {
        for read in &self.reads {
            add_read(into, read);
        }
        for clause in &self.clauses {
            clause.all_reads(into);
        }
    }
}

/// Adds `read` unless the same is there already.
pub(super) fn add_read(reads: &mut Vec<Read>, read: &Read) {
    if !reads.contains(read) {
        reads.push(read.clone());
    }
}

/// Whether nothing has to be done to bring a stretch on one line, as with most of them.
fn is_one_line(text: &str) -> bool {
    let mut before = b' ';
    for byte in text.bytes() {
        // Comments begin with a stroke.
        if !matches!(byte, b' '..=b'~') || byte == b'/' || byte == b' ' && before == b' ' {
            return false;
        }
        before = byte;
    }
    before != b' ' && text.len() <= MAX_EXCERPT
}

/// A stretch of a policy on one line: without comments, white space outside texts reduced to one
/// blank, and cut when it is very long.
pub(super) fn one_line(text: &str) -> String {
    if is_one_line(text) { text.to_owned() } else { brought_on_one_line(text) }
}

fn brought_on_one_line(text: &str) -> String {
    let mut line = String::new();
    let mut characters = text.chars().peekable();
    let mut quote = None;
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(_), '\\') => {
                line.push(character);
                line.extend(characters.next());
            }
            (Some(open), _) => {
                if open == character {
                    quote = None;
                }
                line.push(if character == '\n' { ' ' } else { character });
            }
            (None, '"' | '`') => {
                quote = Some(character);
                line.push(character);
            }
            (None, '/') if characters.peek() == Some(&'/') => {
                while characters.peek().is_some_and(|next| *next != '\n') {
                    characters.next();
                }
            }
            (None, '/') if characters.peek() == Some(&'*') => {
                let mut previous = ' ';
                characters.next();
                for inner in characters.by_ref() {
                    if previous == '*' && inner == '/' {
                        break;
                    }
                    previous = inner;
                }
            }
            (None, _) if character.is_whitespace() => {
                if !line.is_empty() && !line.ends_with(' ') {
                    line.push(' ');
                }
            }
            (None, _) => line.push(character),
        }
    }
    let line = line.trim_end();
    match line.char_indices().nth(MAX_EXCERPT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_on_one_line_stays_as_it_is(text in "[a /\\n\\t\"`\\\\ä*]{0,12}", long in 150_usize..170) {
            prop_assert_eq!(one_line(&text), brought_on_one_line(&text));
            let long = format!("{}{text}", "x".repeat(long));
            prop_assert_eq!(one_line(&long), brought_on_one_line(&long));
        }
    }

    #[test]
    fn comments_blanks_and_length_are_brought_on_one_line() {
        for (text, line) in [
            ("user.a == 1", "user.a == 1"),
            ("a &&\n    b", "a && b"),
            ("a  && b", "a && b"),
            ("a // why\n|| b /* not */ ", "a || b"),
            ("\"a  b // c\"", "\"a  b // c\""),
            (" a", "a"),
            ("", ""),
        ] {
            assert_eq!(one_line(text), line);
        }
        assert_eq!(one_line(&"x".repeat(160)), "x".repeat(160));
        assert_eq!(one_line(&"x".repeat(161)), "x".repeat(160) + "…");
    }
}
