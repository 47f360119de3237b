//! Passes over a JSON value that nobody reads, and makes sure that it is one.

use super::bytes::json_text_end;

/// How deeply a value that is passed over may nest here. The careful reader allows more.
const MOST_NESTED: usize = 32;

/// The place after the value at `at`; `None` if it is not plain JSON without white space but blanks.
pub(super) fn after_value(bytes: &[u8], at: usize) -> Option<usize> {
    nested(bytes, at, 0)
}

fn nested(bytes: &[u8], at: usize, depth: usize) -> Option<usize> {
    match bytes.get(at)? {
        b'"' => after_text(bytes, at),
        b'n' => after_word(bytes, at, b"null"),
        b't' => after_word(bytes, at, b"true"),
        b'f' => after_word(bytes, at, b"false"),
        b'[' | b'{' if depth == MOST_NESTED => None,
        b'[' => after_entries(bytes, at, b']', |at| nested(bytes, at, depth + 1)),
        b'{' => after_entries(bytes, at, b'}', |at| {
            let colon = after_blanks(bytes, after_text(bytes, at)?);
            let value = (bytes.get(colon) == Some(&b':')).then(|| after_blanks(bytes, colon + 1))?;
            nested(bytes, value, depth + 1)
        }),
        _ => after_number(bytes, at),
    }
}

/// The place after a list or object whose entries `entry` passes over.
fn after_entries(
    bytes: &[u8],
    at: usize,
    closing: u8,
    entry: impl Fn(usize) -> Option<usize>,
) -> Option<usize> {
    let mut at = after_blanks(bytes, at + 1);
    if bytes.get(at) == Some(&closing) {
        return Some(at + 1);
    }
    loop {
        at = after_blanks(bytes, entry(at)?);
        match bytes.get(at)? {
            b',' => at = after_blanks(bytes, at + 1),
            found if *found == closing => return Some(at + 1),
            _ => return None,
        }
    }
}

fn after_text(bytes: &[u8], at: usize) -> Option<usize> {
    let end = json_text_end(bytes, at + 1)?;
    (bytes.get(at) == Some(&b'"') && bytes.get(end) == Some(&b'"')).then_some(end + 1)
}

fn after_word(bytes: &[u8], at: usize, word: &[u8]) -> Option<usize> {
    (bytes.get(at..at + word.len()) == Some(word)).then_some(at + word.len())
}

fn after_blanks(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\t')) {
        at += 1;
    }
    at
}

fn after_digits(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    at
}

fn after_number(bytes: &[u8], at: usize) -> Option<usize> {
    let first = at + usize::from(bytes.get(at) == Some(&b'-'));
    let mut end = after_digits(bytes, first);
    if end == first || end > first + 1 && bytes.get(first) == Some(&b'0') {
        return None;
    }
    if bytes.get(end) == Some(&b'.') {
        let fraction = end + 1;
        end = after_digits(bytes, fraction);
        if end == fraction {
            return None;
        }
    }
    if let Some(b'e' | b'E') = bytes.get(end) {
        let exponent = end + 1 + usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        end = after_digits(bytes, exponent);
        if end == exponent {
            return None;
        }
    }
    Some(end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::value::RawValue;

    use super::*;

    fn skipped(text: &str) -> Option<usize> {
        let mut bytes = text.as_bytes().to_vec();
        bytes.resize(bytes.len() + 32, 0);
        after_value(&bytes, 0)
    }

    #[test]
    fn values_are_passed_over_to_their_end() {
        for value in [
            "null",
            "true",
            "false",
            "0",
            "-1.5e+3",
            "\"ä, ]\"",
            "[]",
            "[1, [2,{}]]",
            "{\"a\" : {\"b\": []}}",
        ] {
            assert_eq!(skipped(value), Some(value.len()), "{value}");
        }
        for odd in
            ["", "nul", "01", "1.", "1e", "-", "\"a", "\"\\n\"", "[1,]", "[1 2]", "{\"a\"}", "{a:1}", "{,}"]
        {
            assert_eq!(skipped(odd), None, "{odd}");
        }
        assert_eq!(skipped(&format!("{}{}", "[".repeat(33), "]".repeat(33))), None);
    }

    proptest! {
        /// Nothing is passed over that is no JSON.
        #[test]
        fn what_is_passed_over_is_json(text in "[\\[\\]{}\":,a01.eE+\\-ntrufalse ]{0,12}") {
            if let Some(end) = skipped(&text) {
                prop_assert!(serde_json::from_str::<&RawValue>(&text[..end]).is_ok(), "{}", text);
            }
        }
    }
}
