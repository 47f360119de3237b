//! Canonical JSON (RFC 8785): the bytes over which digests are taken.
//!
//! The library for it writes every object several times over, which is most of the time that a large directory
//! or plan takes. What leaver digests has whole numbers and plain texts only, for which the form is simple: keys
//! in the order of their UTF-16 code units, no spaces, and the escapes that JSON demands. Every other number is
//! left to the library, and a property test compares the two.

mod writer;

use std::cmp::Ordering;

use serde::Serialize;

use writer::Writer;

/// The canonical JSON of plain data.
pub(crate) fn canonical(value: &impl Serialize) -> String {
    let mut text = String::new();
    write_canonical(value, &mut text);
    text
}

/// Writes the canonical JSON of plain data behind `text`.
pub(crate) fn write_canonical(value: &(impl Serialize + ?Sized), text: &mut String) {
    // Only keys that are no text and numbers that are none have no form, and there are none.
    value.serialize(Writer(text)).expect("plain data is JSON");
}

/// Writes a text as canonical JSON.
pub(crate) fn write_canonical_text(string: &str, text: &mut String) {
    text.push('"');
    let mut rest = string;
    while let Some(at) = rest.bytes().position(|byte| byte < b' ' || matches!(byte, b'"' | b'\\')) {
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

/// The order of keys: that of their UTF-16 code units.
fn in_order(a: &str, b: &str) -> Ordering {
    if a.is_ascii() && b.is_ascii() { a.cmp(b) } else { a.encode_utf16().cmp(b.encode_utf16()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

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
            prop_assert_eq!(canonical(&value), serde_json_canonicalizer::to_string(&value).unwrap());
        }
    }

    #[test]
    fn keys_are_in_the_order_of_their_code_units() {
        // U+FB33 comes after U+1F600 in code units, and before it in bytes.
        let value = json!({"\u{fb33}": 1, "\u{1f600}": 2, "b": 3, "a": 4});
        assert_eq!(canonical(&value), "{\"a\":4,\"b\":3,\"\u{1f600}\":2,\"\u{fb33}\":1}");
    }

    /// Every shape that data of Rust can have.
    #[derive(Serialize)]
    enum Shape {
        Unit,
        Newtype(u8),
        Tuple(i16, char),
        Struct { z: Option<u32>, a: () },
    }

    #[derive(Serialize)]
    #[serde(tag = "kind", rename_all = "snake_case")]
    enum Tagged {
        Empty,
        Full { id: &'static str },
    }

    #[derive(Serialize)]
    struct Whole {
        z: Vec<Shape>,
        tagged: [Tagged; 2],
        #[serde(flatten)]
        flat: std::collections::BTreeMap<u8, i64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        absent: Option<bool>,
        bytes: (f32, u64, i8),
    }

    #[test]
    fn every_shape_of_data_is_what_the_library_makes() {
        let whole = Whole {
            z: vec![Shape::Unit, Shape::Newtype(1), Shape::Tuple(-2, 'é'), Shape::Struct { z: None, a: () }],
            tagged: [Tagged::Empty, Tagged::Full { id: "x" }],
            flat: [(10, 1), (9, -1)].into(),
            absent: None,
            bytes: (1.5, u64::MAX, -1),
        };
        assert_eq!(canonical(&whole), serde_json_canonicalizer::to_string(&whole).unwrap());
        assert_eq!(canonical(&Some(Shape::Struct { z: Some(7), a: () })), r#"{"Struct":{"a":null,"z":7}}"#);
    }
}
