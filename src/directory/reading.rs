//! Reads nodes as the values a directory is made of, and reports those that are not.
//!
//! Every function takes the name of the key it reads for (`what`) and answers `None` after a report.
//! Free texts (names among them) are never repeated in a report; IDs, dates and words are.

use std::borrow::Cow;
use std::str::FromStr;
use std::sync::Arc;

use time::OffsetDateTime;

use super::excerpt::{Excerpt, Span};
use super::intern::Interner;
use super::judgement::Judgement;
use super::node::{Data, Entry, Node, Object, quoted};
use super::problems::Problems;
use crate::diagnostic::{Code, suggest};
use crate::model::{ClosedSet, Id, Zone, parse_date, parse_instant};

/// Most characters in a text: what the sandbox of policies can hold.
pub(super) const MOST_CHARACTERS: usize = 4_096;
/// Most entries in a list: what the sandbox of policies can hold.
pub(super) const MOST_ENTRIES: usize = 1_024;

/// The excerpt that is being read, and what was found wrong so far.
#[derive(Debug)]
pub(super) struct Reading<'r, 't> {
    pub(super) excerpt: &'r Excerpt<'t>,
    pub(super) problems: &'r mut Problems,
}

/// A closed set written as a Rust enum.
pub(super) trait Word: FromStr + Copy {
    /// The set as data.
    fn set() -> ClosedSet;
}

macro_rules! word {
    ($($name:ty),+) => { $(impl Word for $name {
        fn set() -> ClosedSet {
            Self::closed_set()
        }
    })+ };
}
word!(
    crate::model::AdministratorKind,
    crate::model::CredentialKind,
    crate::model::Edition,
    crate::model::Employment,
    crate::model::Privilege
);

impl<'t> Reading<'_, 't> {
    /// Reports a mistake at `span`.
    pub(super) fn report(
        &mut self,
        span: Span,
        code: Code,
        message: impl Into<String>,
        help: impl Into<Option<String>>,
    ) {
        self.problems.report(self.excerpt, span, code, message, help);
    }

    /// Reports a value of the wrong type.
    pub(super) fn wrong_type(&mut self, span: Span, what: &str, expected: &str, found: &str) {
        let help = match (expected, found) {
            ("text" | "an ID" | "a date" | "an instant", "a number" | "true or false") => {
                Some("write it in double quotes".to_owned())
            }
            ("true or false", "text") => Some("write true or false, without quotes".to_owned()),
            ("a list", _) => Some("write its entries in square brackets: [ … ]".to_owned()),
            _ => None,
        };
        self.report(span, Code::WrongValueType, format!("{what} must be {expected}, this is {found}"), help);
    }

    /// Reports what is wrong with a key, if anything; tells whether it is known.
    pub(super) fn heed(&mut self, span: Span, judgement: Judgement) -> bool {
        match judgement {
            Judgement::Known => true,
            Judgement::Ignored => false,
            Judgement::Refused { code, message, help } => {
                self.report(span, code, message, help);
                false
            }
        }
    }

    /// The entries of an object node.
    pub(super) fn object(&mut self, node: Node<'t>, what: &str) -> Option<Object<'t>> {
        match node.data {
            Data::Object(object) => Some(object),
            _ => self.refuse(&node, what, "an object"),
        }
    }

    /// The items of a list node.
    pub(super) fn list(&mut self, node: Node<'t>, what: &str) -> Option<Vec<Node<'t>>> {
        match node.data {
            Data::List(list) => Some(list),
            _ => self.refuse(&node, what, "a list"),
        }
    }

    /// Reports every key of an object that is not `known`, and gives the others back.
    pub(super) fn known_entries(&mut self, object: Object<'t>, known: &[&str]) -> Vec<Entry<'t>> {
        object
            .into_iter()
            .filter(|entry| {
                let judgement = super::judgement::judge(&entry.key, known);
                self.heed(entry.key_span, judgement)
            })
            .filter(|entry| !entry.value.is_nothing())
            .collect()
    }

    /// Reports that `keys` must be given and are not.
    pub(super) fn require(&mut self, span: Span, owner: &str, keys: &[(&str, bool)]) {
        for (key, given) in keys {
            if !given {
                self.report(
                    span,
                    Code::MissingKey,
                    format!("{owner} needs `{key}`"),
                    format!("add a value for `{key}`"),
                );
            }
        }
    }

    /// A text within the limits.
    pub(super) fn text(&mut self, node: Node<'t>, what: &str) -> Option<Cow<'t, str>> {
        let span = node.span;
        let (Data::Text(text) | Data::Cell(text)) = node.data else {
            return self.refuse(&node, what, "text");
        };
        self.within_limits(span, &text, what).then_some(text)
    }

    /// A list of texts within the limits. A CSV cell is split at `;`.
    pub(super) fn texts(
        &mut self,
        node: Node<'t>,
        what: &str,
        interner: &mut Interner,
    ) -> Option<Vec<(Arc<str>, Span)>> {
        let parts = self.parts(node, what)?;
        let found = parts.len();
        let mut texts = Vec::with_capacity(found);
        for part in parts {
            let span = part.span;
            if part.is_nothing() {
                self.report(
                    span,
                    Code::EmptyListEntry,
                    format!("an empty entry in {what}"),
                    "remove the entry, or the separator too many".to_owned(),
                );
            } else if let Some(text) = self.text(part, &format!("each entry of {what}")) {
                texts.push((interner.intern(&text), span));
            }
        }
        (texts.len() == found).then_some(texts)
    }

    /// A list of IDs.
    pub(super) fn ids(&mut self, node: Node<'t>, what: &str) -> Option<Vec<(Id, Span)>> {
        let parts = self.parts_without_limit(node, what)?;
        Some(
            parts
                .into_iter()
                .filter_map(|part| {
                    let span = part.span;
                    self.id(part, &format!("each entry of {what}")).map(|id| (id, span))
                })
                .collect(),
        )
    }

    /// A list of words of a closed set.
    pub(super) fn words<T: Word>(&mut self, node: Node<'t>, what: &str) -> Option<Vec<T>> {
        let set = T::set();
        let parts = self.parts(node, what)?;
        Some(parts.into_iter().filter_map(|part| self.word(part, what, &set)?.parse().ok()).collect())
    }

    /// One word of a closed set written as a Rust enum.
    pub(super) fn word_of<T: Word>(&mut self, node: Node<'t>, what: &str) -> Option<T> {
        self.word(node, what, &T::set())?.parse().ok()
    }

    /// One word of a closed set.
    pub(super) fn word(&mut self, node: Node<'t>, what: &str, set: &ClosedSet) -> Option<Arc<str>> {
        let span = node.span;
        let (Data::Text(text) | Data::Cell(text)) = node.data else {
            return self.refuse(&node, what, &format!("one of {set}"));
        };
        let word = set.get(&text);
        if word.is_none() {
            let help = match suggest(&text, set.words.iter().map(|word| &**word)) {
                Some(known) => format!("did you mean `{known}`?"),
                None => format!("the words are: {set}"),
            };
            self.report(
                span,
                Code::UnknownWord,
                format!("{} is not one of the words of {what}", quoted(&text)),
                help,
            );
        }
        word
    }

    /// True or false.
    pub(super) fn bool(&mut self, node: &Node<'t>, what: &str) -> Option<bool> {
        match &node.data {
            Data::Bool(value) => Some(*value),
            Data::Cell(text) if text == "true" => Some(true),
            Data::Cell(text) if text == "false" => Some(false),
            Data::Cell(text) => {
                let message = format!("{what} must be true or false, this is {}", quoted(text));
                let help = "write `true` or `false` in small letters, or leave the cell empty";
                self.report(node.span, Code::WrongValueType, message, help.to_owned());
                None
            }
            _ => self.refuse(node, what, "true or false"),
        }
    }

    /// A whole number of 64 bits.
    pub(super) fn integer(&mut self, node: &Node<'t>, what: &str) -> Option<i64> {
        match &node.data {
            Data::Integer(value) => Some(*value),
            Data::Cell(text) => text.parse().ok().or_else(|| {
                let message = format!("{what} must be a whole number of 64 bits, this is {}", quoted(text));
                self.report(
                    node.span,
                    Code::WrongValueType,
                    message,
                    "write digits only, with - in front if negative".to_owned(),
                );
                None
            }),
            _ => self.refuse(node, what, "a whole number of 64 bits"),
        }
    }

    /// A messaging ID.
    pub(super) fn id(&mut self, node: Node<'t>, what: &str) -> Option<Id> {
        let span = node.span;
        let (Data::Text(text) | Data::Cell(text)) = node.data else {
            return self.refuse(&node, what, "an ID");
        };
        match text.parse() {
            Ok(id) => Some(id),
            Err(error) => {
                let looks_alike = text.chars().find(|character| !character.is_ascii());
                let help = match looks_alike {
                    Some(found) => format!(
                        "U+{:04X} is not the letter it may look like; type the ID anew",
                        u32::from(found)
                    ),
                    None => "an ID is 8 of A-Z and 0-9, in capitals, such as ECHOECHO".to_owned(),
                };
                let message = format!("{} is no ID: {error}", quoted(&text));
                self.report(span, Code::InvalidId, message, help);
                None
            }
        }
    }

    /// A calendar date.
    pub(super) fn date(&mut self, node: Node<'t>, what: &str) -> Option<time::Date> {
        self.parsed(
            node,
            what,
            "a date",
            parse_date,
            Code::InvalidDate,
            "dates are written YYYY-MM-DD, such as 2026-11-20, and must be in the calendar",
        )
    }

    /// An instant.
    pub(super) fn instant(&mut self, node: Node<'t>, what: &str) -> Option<OffsetDateTime> {
        self.parsed(
            node,
            what,
            "an instant",
            parse_instant,
            Code::InvalidInstant,
            "instants are RFC 3339 with their offset, such as 2026-11-22T08:00:00Z",
        )
    }

    /// A time zone.
    pub(super) fn zone(&mut self, node: Node<'t>, what: &str) -> Option<Zone> {
        self.parsed(
            node,
            what,
            "a time zone",
            |name| name.parse().ok(),
            Code::UnknownTimeZone,
            "use a name of the IANA database, such as Europe/Zurich",
        )
    }

    /// Whether a text keeps to the limits of length and has no NUL.
    pub(super) fn within_limits(&mut self, span: Span, text: &str, what: &str) -> bool {
        if text.len() > MOST_CHARACTERS && text.chars().count() > MOST_CHARACTERS {
            self.report(
                span,
                Code::TextTooLong,
                format!("{what} has {} characters; the most is {MOST_CHARACTERS}", text.chars().count()),
                "shorten it, or give it under a key that starts with `x-`".to_owned(),
            );
            return false;
        }
        if text.contains('\0') {
            self.report(
                span,
                Code::NulCharacter,
                format!("{what} has a NUL character"),
                "no text has one; look at how the file was made".to_owned(),
            );
            return false;
        }
        true
    }

    fn parsed<T>(
        &mut self,
        node: Node<'t>,
        what: &str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
        code: Code,
        help: &str,
    ) -> Option<T> {
        let span = node.span;
        let (Data::Text(text) | Data::Cell(text)) = node.data else {
            return self.refuse(&node, what, expected);
        };
        let value = parse(&text);
        if value.is_none() {
            let message = format!("{what} must be {expected}, this is {}", quoted(&text));
            self.report(span, code, message, help.to_owned());
        }
        value
    }

    /// The entries of a list, or of a CSV cell split at `;`, at most [`MOST_ENTRIES`].
    fn parts(&mut self, node: Node<'t>, what: &str) -> Option<Vec<Node<'t>>> {
        let span = node.span;
        let parts = self.parts_without_limit(node, what)?;
        if parts.len() > MOST_ENTRIES {
            self.report(
                Span::at(span.start, 1),
                Code::ListTooLong,
                format!("{what} has {} entries; the most is {MOST_ENTRIES}", parts.len()),
                "policies cannot hold longer lists".to_owned(),
            );
            return None;
        }
        Some(parts)
    }

    fn parts_without_limit(&mut self, node: Node<'t>, what: &str) -> Option<Vec<Node<'t>>> {
        let span = node.span;
        let cell = match node.data {
            Data::List(list) => return Some(list),
            Data::Cell(cell) => cell,
            _ => return self.refuse(&node, what, "a list of text"),
        };
        let mut at = span.start;
        let mut parts = Vec::new();
        for part in cell.split(';') {
            let part_span = Span::at(at, part.len()).within(span);
            at += part.len() + 1;
            let data = if part.is_empty() { Data::Nothing } else { Data::Cell(Cow::Owned(part.to_owned())) };
            parts.push(Node::new(part_span, data));
        }
        Some(parts)
    }

    fn refuse<T>(&mut self, node: &Node<'_>, what: &str, expected: &str) -> Option<T> {
        self.wrong_type(node.span, what, expected, node.kind());
        None
    }
}
