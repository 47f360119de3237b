//! A history without people in it: keyed pseudonyms in the place of IDs, keys and names.
//!
//! In goes a record as JSON, out comes the same with every name replaced by a part of the HMAC-SHA-256 of it, and with
//! free texts left out, because nobody can tell what they name. The same name has the same pseudonym under one key, and
//! whoever has not the key cannot find the name by trying all of them.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Map, Value};
use sha2::Sha256;

use crate::model::Id;

/// What a key file begins with.
const HEAD: &str = "leaver-pseudonym-key:";
/// In the place of a free text.
const LEFT_OUT: &str = "(left out)";

/// The key of pseudonyms. It is never shown.
#[derive(Clone)]
pub struct Pseudonyms(Hmac<Sha256>);

impl std::fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pseudonyms(..)")
    }
}

impl Pseudonyms {
    /// The key made of 32 random bytes.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Hmac::new_from_slice(bytes).expect("a key of any length will do"))
    }

    /// Reads the text of a key file; `None` if it is none.
    pub fn from_file(text: &str) -> Option<Self> {
        use base64::Engine as _;
        let bytes = base64::engine::general_purpose::STANDARD.decode(text.trim().strip_prefix(HEAD)?).ok()?;
        Some(Self::from_bytes(&bytes.try_into().ok()?))
    }

    /// The text of a key file with these bytes.
    pub fn to_file(bytes: &[u8; 32]) -> String {
        use base64::Engine as _;
        format!("{HEAD}{}\n", base64::engine::general_purpose::STANDARD.encode(bytes))
    }

    /// The pseudonym of a name of a kind: the kind and 16 hexadecimal digits.
    fn of(&self, kind: &str, name: &str) -> String {
        let mut mac = self.0.clone();
        mac.update(kind.as_bytes());
        mac.update(&[0]);
        mac.update(name.as_bytes());
        let mut half = [0; 8];
        half.copy_from_slice(&mac.finalize().into_bytes()[..8]);
        format!("{kind}-{:016x}", u64::from_be_bytes(half))
    }

    /// An ID is the same person wherever it stands; any other target is a key of a credential, group or list.
    fn of_target(&self, target: &str) -> String {
        let kind = if target.parse::<Id>().is_ok() { "user" } else { "key" };
        self.of(kind, target)
    }

    /// The same record without people. Its hash is that of the record as it is.
    pub fn record(&self, record: Value) -> Value {
        self.value("", record)
    }

    fn value(&self, key: &str, value: Value) -> Value {
        match value {
            Value::Object(fields) => {
                let replace = |(key, value): (String, Value)| {
                    let value = self.value(&key, value);
                    (key, value)
                };
                Value::Object(fields.into_iter().map(replace).collect::<Map<_, _>>())
            }
            Value::Array(items) => {
                Value::Array(items.into_iter().map(|item| self.value(key, item)).collect())
            }
            Value::String(text) => Value::String(match key {
                "user" => self.of("user", &text),
                "target" => self.of_target(&text),
                "actor" | "approver" | "resolver" => self.of("administrator", &text),
                "message" | "note" | "why" | "signature" | "details" => LEFT_OUT.to_owned(),
                _ => text,
            }),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_same_name_has_the_same_pseudonym_under_one_key() {
        let (one, other) = (Pseudonyms::from_bytes(&[1; 32]), Pseudonyms::from_bytes(&[2; 32]));
        let record = json!({"actor": "mia", "user": "ECHOECHO", "target": "ECHOECHO", "step": 3,
            "reason": {"code": "A0302", "message": "ECHOECHO: the person is back"}, "users": [{"target": "c1"}]});
        let found = one.record(record.clone());
        assert_eq!(found["user"], found["target"]);
        assert_eq!((&found["step"], &found["reason"]["code"]), (&json!(3), &json!("A0302")));
        assert_eq!(found["reason"]["message"], LEFT_OUT);
        assert!(found["users"][0]["target"].as_str().is_some_and(|key| key.starts_with("key-")));
        assert_eq!(found, one.record(record.clone()));
        assert_ne!(found["user"], other.record(record)["user"]);
        let text = found.to_string();
        assert!(!text.contains("ECHOECHO") && !text.contains("mia") && !text.contains("\"c1\""), "{text}");
    }

    #[test]
    fn a_key_is_read_back_and_never_shown() {
        let text = Pseudonyms::to_file(&[7; 32]);
        let read = Pseudonyms::from_file(&text).expect("a key");
        assert_eq!(read.of("user", "x"), Pseudonyms::from_bytes(&[7; 32]).of("user", "x"));
        assert_eq!(format!("{read:?}"), "Pseudonyms(..)");
        for wrong in [
            "",
            "x",
            "leaver-pseudonym-key:",
            "leaver-pseudonym-key:AAAA",
            &text.replace("pseudonym", "secret"),
        ] {
            assert!(Pseudonyms::from_file(wrong).is_none(), "{wrong}");
        }
    }
}
