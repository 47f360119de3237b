//! A value of an input file with its place, whatever the file's format.
//!
//! JSON, TOML and CSV readers make nodes; everything that knows what a directory is reads nodes. A
//! node lives only as long as its record is being read.

use std::borrow::Cow;

use super::excerpt::Span;

/// A value and where it stands.
#[derive(Debug)]
pub(super) struct Node<'t> {
    pub(super) span: Span,
    pub(super) data: Data<'t>,
}

/// What the value is.
#[derive(Debug)]
pub(super) enum Data<'t> {
    /// JSON `null`, an empty text, or an empty CSV cell: no value.
    Nothing,
    /// True or false.
    Bool(bool),
    /// A whole number of 64 bits.
    Integer(i64),
    /// A number that is no whole number of 64 bits.
    OtherNumber,
    /// A text that is not empty.
    Text(Cow<'t, str>),
    /// A CSV cell that is not empty: what it means depends on the field.
    Cell(Cow<'t, str>),
    /// A list.
    List(Vec<Node<'t>>),
    /// An object or table.
    Object(Object<'t>),
    /// Something that was read past: the value of a key that is ignored.
    Skipped,
}

/// The entries of an object in the order given; no key occurs twice.
pub(super) type Object<'t> = Vec<Entry<'t>>;

/// One key of an object and its value.
#[derive(Debug)]
pub(super) struct Entry<'t> {
    pub(super) key: Cow<'t, str>,
    pub(super) key_span: Span,
    pub(super) value: Node<'t>,
}

impl<'t> Node<'t> {
    pub(super) const fn new(span: Span, data: Data<'t>) -> Self {
        Self { span, data }
    }

    /// A text node, or nothing if the text is empty: `""` and a missing value mean the same in every
    /// format.
    pub(super) fn text(span: Span, text: Cow<'t, str>) -> Self {
        Self::new(span, if text.is_empty() { Data::Nothing } else { Data::Text(text) })
    }

    /// Whether there is no value.
    pub(super) const fn is_nothing(&self) -> bool {
        matches!(self.data, Data::Nothing)
    }

    /// What kind of value this is, for messages.
    pub(super) const fn kind(&self) -> &'static str {
        match &self.data {
            Data::Nothing => "nothing",
            Data::Bool(_) => "true or false",
            Data::Integer(_) => "a number",
            Data::OtherNumber => "a number that is not whole or too large",
            Data::Text(_) | Data::Cell(_) => "text",
            Data::List(_) => "a list",
            Data::Object(_) => "an object",
            Data::Skipped => "something else",
        }
    }
}

/// A text as messages quote it: at most 40 characters, control characters escaped.
pub(super) fn quoted(text: &str) -> String {
    let mut shown: String = text.chars().take(40).flat_map(char::escape_debug).collect();
    if text.chars().nth(40).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}
