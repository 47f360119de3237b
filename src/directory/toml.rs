//! TOML with places: from text to [`Node`]s, or to a table for readers of other small files. Of a directory only
//! `directory.toml` and subscription files are TOML.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::excerpt::Span;
use super::node::{Data, Entry, Node, Object};
use super::reading::Reading;
use crate::diagnostic::Code;
use crate::sort;

/// Largest TOML file. Its parser nests as deeply as its input, and no header is that long.
pub(super) const MOST_BYTES: usize = 256 * 1024;

/// Dots in one line. Dotted keys nest without a limit of the parser's own, and dropping what nests too
/// deeply would overflow the stack; the line is where a key ends for certain, quotes or not.
const MOST_DOTS: usize = 32;

/// Stack for parsing and dropping what the limits above and the parser's own still let nest.
const STACK: usize = 16 << 20;

/// The table that a whole TOML text is; `None` with a report of every syntax error.
pub(super) fn parse<'t>(reading: &mut Reading<'_, 't>) -> Option<Object<'t>> {
    let text = reading.excerpt.text();
    if text.len() > MOST_BYTES {
        reading.problems.report_file(
            reading.excerpt.name(),
            Code::DirectoryTooLarge,
            format!("a TOML file of {} bytes; the most is {MOST_BYTES}", text.len()),
            "users and groups belong into files of their own".to_owned(),
        );
        return None;
    }
    match parse_toml(text) {
        Ok(table) => Some(stacker::maybe_grow(STACK / 4, STACK, || object(table))),
        Err(TomlFault::Dots { at }) => {
            reading.report(
                Span::at(at, 1),
                Code::NestedTooDeeply,
                format!("a line of more than {MOST_DOTS} dots"),
                "no key of a directory has more than two; if this is a comment or text, shorten it"
                    .to_owned(),
            );
            None
        }
        Err(TomlFault::Syntax(errors)) => {
            for (range, message) in errors {
                let span = Span::new(range.start, range.end);
                reading.report(span, Code::TomlSyntax, format!("this is not TOML: {message}"), None);
            }
            None
        }
    }
}

/// Why a text is no table. Places are byte offsets.
pub(crate) enum TomlFault {
    /// A line with more dots than any key has; it begins at `at`.
    Dots { at: usize },
    /// Every syntax error.
    Syntax(Vec<(Range<usize>, String)>),
}

/// The table that a TOML text is, parsed with stack enough for whatever it nests. The caller limits its length.
pub(crate) fn parse_toml(text: &str) -> Result<DeTable<'_>, TomlFault> {
    if let Some(at) = dotted_line(text) {
        return Err(TomlFault::Dots { at });
    }
    stacker::maybe_grow(STACK / 4, STACK, || {
        let (table, errors) = DeTable::parse_recoverable(text);
        if errors.is_empty() {
            return Ok(table.into_inner());
        }
        let told = |error: &toml::de::Error| (error.span().unwrap_or(0..0), error.message().to_owned());
        Err(TomlFault::Syntax(errors.iter().map(told).collect()))
    })
}

/// Where a line with too many dots begins.
fn dotted_line(text: &str) -> Option<usize> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if line.bytes().filter(|byte| *byte == b'.').nth(MOST_DOTS).is_some() {
            return Some(start);
        }
        start += line.len();
    }
    None
}

fn object(table: DeTable<'_>) -> Object<'_> {
    let mut entries: Object<'_> = table
        .into_iter()
        .map(|(key, value)| Entry { key_span: span(&key), key: key.into_inner(), value: node(value) })
        .collect();
    sort::by_key(&mut entries, |entry| entry.key_span.start);
    entries
}

fn node(value: Spanned<DeValue<'_>>) -> Node<'_> {
    let span = span(&value);
    let data = match value.into_inner() {
        DeValue::String(text) => return Node::text(span, text),
        DeValue::Datetime(time) => return Node::text(span, time.to_string().into()),
        DeValue::Boolean(value) => Data::Bool(value),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).map_or(Data::OtherNumber, Data::Integer)
        }
        DeValue::Float(_) => Data::OtherNumber,
        DeValue::Array(items) => Data::List(items.into_iter().map(node).collect()),
        DeValue::Table(table) => Data::Object(object(table)),
    };
    Node::new(span, data)
}

fn span<T>(spanned: &Spanned<T>) -> Span {
    Span::new(spanned.span().start, spanned.span().end)
}
