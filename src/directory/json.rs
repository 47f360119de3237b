//! JSON with places: from text to [`Node`]s.
//!
//! Objects and lists are taken apart one level at a time as raw slices of the input, whose address in
//! it is their place. That finds keys given twice, which a map would swallow, and never recurses
//! deeper than [`MOST_NESTED`] levels, whatever the input does.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::excerpt::Span;
use super::judgement::is_extension;
use super::node::{Data, Entry, Node, Object, quoted};
use super::reading::Reading;
use crate::diagnostic::Code;

/// No part of a directory nests deeper than half of this.
const MOST_NESTED: usize = 16;

/// An entry of an object whose value is not taken apart yet.
#[derive(Debug)]
pub(super) struct RawEntry<'t> {
    pub(super) key: Cow<'t, str>,
    pub(super) key_span: Span,
    pub(super) value: &'t RawValue,
}

/// Checks the syntax of a whole JSON text. `part` is borrowed from the excerpt.
///
/// `cut_off` is the code for a text that ends too early.
pub(super) fn parse<'t>(reading: &mut Reading<'_, 't>, part: &'t str, cut_off: Code) -> Option<&'t RawValue> {
    match serde_json::from_str::<&RawValue>(part) {
        Ok(raw) => Some(raw),
        Err(error) => {
            let offset = reading.excerpt.offset_of(part) + error_offset(part, &error);
            let code = if error.is_eof() { cut_off } else { Code::JsonSyntax };
            let message = describe(&error);
            let help = match code {
                Code::RecordCutOff => "the file ends in the middle of this record; write it again, complete",
                _ => "keys and texts stand in double quotes, entries are separated by one comma",
            };
            reading.report(Span::at(offset, 1), code, message, help.to_owned());
            None
        }
    }
}

/// Where a raw value stands.
pub(super) fn span_of(reading: &Reading<'_, '_>, raw: &RawValue) -> Span {
    Span::at(reading.excerpt.offset_of(raw.get()), raw.get().len())
}

/// The entries of an object; `None` with a report if it is no object. Of a key given twice the first
/// is kept, and the rest reported.
pub(super) fn entries<'t>(
    reading: &mut Reading<'_, 't>,
    raw: &'t RawValue,
    what: &str,
) -> Option<Vec<RawEntry<'t>>> {
    let RawObject(pairs) = take_apart(reading, raw, what, b'{', "an object")?;
    let mut seen = HashSet::new();
    let many = pairs.len() > 32;
    let mut entries: Vec<RawEntry<'t>> = Vec::with_capacity(pairs.len());
    for (Key(key), value) in pairs {
        let key_span = key_span(reading, value);
        let repeated =
            if many { !seen.insert(key.clone()) } else { entries.iter().any(|entry| entry.key == key) };
        if repeated {
            reading.report(
                key_span,
                Code::DuplicateJsonKey,
                format!("the key {} is given twice in one object", quoted(&key)),
                "keep one of them".to_owned(),
            );
        } else {
            entries.push(RawEntry { key, key_span, value });
        }
    }
    Some(entries)
}

/// The items of a list; `None` with a report if it is no list.
pub(super) fn items<'t>(
    reading: &mut Reading<'_, 't>,
    raw: &'t RawValue,
    what: &str,
) -> Option<Vec<&'t RawValue>> {
    take_apart::<Vec<&'t RawValue>>(reading, raw, what, b'[', "a list")
}

/// A whole value, taken apart to the bottom; `None` with a report if it nests too deeply.
pub(super) fn node<'t>(reading: &mut Reading<'_, 't>, raw: &'t RawValue) -> Option<Node<'t>> {
    nested(reading, raw, 0)
}

fn nested<'t>(reading: &mut Reading<'_, 't>, raw: &'t RawValue, depth: usize) -> Option<Node<'t>> {
    let span = span_of(reading, raw);
    let text = raw.get();
    if depth > MOST_NESTED {
        reading.report(
            Span::at(span.start, 1),
            Code::NestedTooDeeply,
            format!("nested more than {MOST_NESTED} levels deep"),
            "no part of a directory needs this; other data belongs under a key that starts with `x-`"
                .to_owned(),
        );
        return None;
    }
    let data = match text.as_bytes().first() {
        Some(b'n') => Data::Nothing,
        Some(b't') => Data::Bool(true),
        Some(b'f') => Data::Bool(false),
        Some(b'"') => return string(reading, raw).map(|text| Node::text(span, text)),
        Some(b'[') => {
            let mut list = Vec::new();
            for item in items(reading, raw, "this")? {
                list.push(nested(reading, item, depth + 1)?);
            }
            Data::List(list)
        }
        Some(b'{') => {
            let mut object: Object<'t> = Vec::new();
            for RawEntry { key, key_span, value } in entries(reading, raw, "this")? {
                let value = if is_extension(&key) {
                    Node::new(span_of(reading, value), Data::Skipped)
                } else {
                    nested(reading, value, depth + 1)?
                };
                object.push(Entry { key, key_span, value });
            }
            Data::Object(object)
        }
        _ => text.parse().map_or(Data::OtherNumber, Data::Integer),
    };
    Some(Node::new(span, data))
}

/// The text of a JSON string, borrowed where it has no escapes.
fn string<'t>(reading: &mut Reading<'_, 't>, raw: &'t RawValue) -> Option<Cow<'t, str>> {
    let text = raw.get();
    let plain = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    if let Some(plain) = plain.filter(|plain| !plain.contains('\\')) {
        return Some(Cow::Borrowed(plain));
    }
    if let Ok(text) = serde_json::from_str::<String>(text) {
        return Some(Cow::Owned(text));
    }
    let span = span_of(reading, raw);
    reading.report(
        span,
        Code::JsonSyntax,
        "a text with an escape that stands for no character",
        "half of a surrogate pair, such as \\ud800, is no text".to_owned(),
    );
    None
}

/// One level of an object or list.
fn take_apart<'t, T: Deserialize<'t>>(
    reading: &mut Reading<'_, 't>,
    raw: &'t RawValue,
    what: &str,
    opening: u8,
    expected: &str,
) -> Option<T> {
    let text = raw.get();
    if text.as_bytes().first() != Some(&opening) {
        let span = span_of(reading, raw);
        let found = match text.as_bytes().first() {
            Some(b'n') => "null",
            Some(b't' | b'f') => "true or false",
            Some(b'"') => "text",
            Some(b'[') => "a list",
            Some(b'{') => "an object",
            _ => "a number",
        };
        reading.wrong_type(span, what, expected, found);
        return None;
    }
    match serde_json::from_str::<T>(text) {
        Ok(parts) => Some(parts),
        Err(error) => {
            let offset = reading.excerpt.offset_of(text) + error_offset(text, &error);
            reading.report(Span::at(offset, 1), Code::JsonSyntax, describe(&error), None);
            None
        }
    }
}

/// Where the key before `value` stands: the string that ends before the colon before it.
fn key_span(reading: &Reading<'_, '_>, value: &RawValue) -> Span {
    let end = reading.excerpt.offset_of(value.get());
    let bytes = reading.excerpt.text().as_bytes();
    let before = bytes.get(..end).unwrap_or_default().trim_ascii_end();
    let before = before.strip_suffix(b":").unwrap_or(before).trim_ascii_end();
    let Some(inside) = before.strip_suffix(b"\"") else { return Span::at(end, 1) };
    // Inside a string every quote is escaped, so its opening quote is the nearest unescaped one.
    let mut at = inside.len();
    while let Some(quote) = inside.get(..at).and_then(|head| head.iter().rposition(|byte| *byte == b'"')) {
        let backslashes = inside.iter().take(quote).rev().take_while(|byte| **byte == b'\\').count();
        if backslashes % 2 == 0 {
            return Span::new(quote, before.len());
        }
        at = quote;
    }
    Span::at(end, 1)
}

/// Byte offset of a syntax error: `serde_json` counts lines from 1 and bytes in them from 1. A text
/// that ends too early is wrong behind its last character.
fn error_offset(text: &str, error: &serde_json::Error) -> usize {
    if error.is_eof() {
        return text.trim_end().len();
    }
    let before_line: usize =
        text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    (before_line + error.column().saturating_sub(1)).min(text.len())
}

/// The message of a syntax error without its own line and column.
fn describe(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    format!("this is not JSON: {message}")
}

struct Key<'t>(Cow<'t, str>);

impl<'t> Deserialize<'t> for Key<'t> {
    fn deserialize<D: Deserializer<'t>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl<'t> Visitor<'t> for KeyVisitor {
            type Value = Key<'t>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }
            fn visit_borrowed_str<E: serde::de::Error>(self, key: &'t str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Borrowed(key)))
            }
            fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Owned(key.to_owned())))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}

struct RawObject<'t>(Vec<(Key<'t>, &'t RawValue)>);

impl<'t> Deserialize<'t> for RawObject<'t> {
    fn deserialize<D: Deserializer<'t>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectVisitor;
        impl<'t> Visitor<'t> for ObjectVisitor {
            type Value = RawObject<'t>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(RawObject(pairs))
            }
        }
        deserializer.deserialize_map(ObjectVisitor)
    }
}
