//! Canonical JSON (RFC 8785): the bytes over which digests are taken.
//!
//! The library for it writes every object several times over, which is most of the time that a large directory
//! or plan takes. What leaver digests has whole numbers and plain texts only, for which the form is simple: keys
//! in the order of their UTF-16 code units, no spaces, and the escapes that JSON demands. Every other number is
//! left to the library, and a property test compares the two.

use std::cmp::Ordering;

use serde::Serialize;
use serde_json::{Map, Number, Value};

/// Whole numbers up to here are written as they are; beyond, JSON numbers are not exact.
const EXACT: u64 = 1 << 53;

/// The canonical JSON of plain data.
pub(crate) fn canonical(value: &impl Serialize) -> String {
    // Only keys that are no text have none, and there are none.
    let value = serde_json::to_value(value).expect("plain data is JSON");
    canonical_value(&value)
}

/// The canonical JSON of a value.
pub(crate) fn canonical_value(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(true) => text.push_str("true"),
        Value::Bool(false) => text.push_str("false"),
        Value::Number(number) => write_number(number, text),
        Value::String(string) => write_canonical_text(string, text),
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write(item, text);
            }
            text.push(']');
        }
        Value::Object(map) => write_object(map, text),
    }
}

fn write_object(map: &Map<String, Value>, text: &mut String) {
    let mut entries: Vec<(&String, &Value)> = map.iter().collect();
    if !entries.is_sorted_by(|(a, _), (b, _)| in_order(a, b) != Ordering::Greater) {
        entries.sort_by(|(a, _), (b, _)| in_order(a, b));
    }
    text.push('{');
    for (index, (key, value)) in entries.into_iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        write_canonical_text(key, text);
        text.push(':');
        write(value, text);
    }
    text.push('}');
}

fn in_order(a: &str, b: &str) -> Ordering {
    if a.is_ascii() && b.is_ascii() { a.cmp(b) } else { a.encode_utf16().cmp(b.encode_utf16()) }
}

fn write_number(number: &Number, text: &mut String) {
    let whole = number.as_i64().filter(|number| number.unsigned_abs() <= EXACT);
    match whole {
        Some(whole) => text.push_str(&whole.to_string()),
        None => {
            text.push_str(&serde_json_canonicalizer::to_string(number).expect("a JSON number has a form"))
        }
    }
}

/// Writes a text as canonical JSON.
pub(crate) fn write_canonical_text(string: &str, text: &mut String) {
    text.push('"');
    let mut rest = string;
    while let Some(at) = rest.find(|c: char| c < ' ' || matches!(c, '"' | '\\')) {
        let (plain, special) = rest.split_at(at);
        text.push_str(plain);
        let Some(c) = special.chars().next() else { break };
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\u{8}' => text.push_str("\\b"),
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            '\u{c}' => text.push_str("\\f"),
            '\r' => text.push_str("\\r"),
            other => text.push_str(&format!("\\u{:04x}", u32::from(other))),
        }
        rest = special.get(c.len_utf8()..).unwrap_or_default();
    }
    text.push_str(rest);
    text.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn value() -> impl Strategy<Value = Value> {
        let text = prop_oneof![".{0,12}", "[\\x00-\\x1f\"\\\\\u{7f}\u{80}\u{2028}]{0,6}"];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-(1_i64 << 53)..=(1_i64 << 53)).prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            text.clone().prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 5, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec((text.clone(), inner), 0..5)
                    .prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_is_what_the_library_makes(value in value()) {
            prop_assert_eq!(canonical_value(&value), serde_json_canonicalizer::to_string(&value).unwrap());
        }
    }

    #[test]
    fn keys_are_in_the_order_of_their_code_units() {
        // U+FB33 comes after U+1F600 in code units, and before it in bytes.
        let value = json!({"\u{fb33}": 1, "\u{1f600}": 2, "b": 3, "a": 4});
        assert_eq!(canonical_value(&value), "{\"a\":4,\"b\":3,\"\u{1f600}\":2,\"\u{fb33}\":1}");
    }
}
