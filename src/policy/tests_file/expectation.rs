//! What a test expects of a decision, and how a decision is held against it.
//!
//! Objects are compared key by key, so that a test names only what it is about; lists are compared
//! element by element and must be equally long; everything else must be equal.

use serde::Serialize;
use serde_json::Value as Json;

use super::located::Located;
use super::{Problems, reject_duplicates};
use crate::policy::decision::{Access, Axis, Disposition, Ground, HoldCode, Outcome};

/// Keys of a decision, in the order in which they are written.
pub const DECISION_KEYS: &[&str] = &[
    "user",
    "person",
    "outcome",
    "disposition",
    "access",
    "obligations",
    "rule",
    "reason",
    "ground",
    "after",
    "deadline",
    "approvals",
    "overruled",
    "vetoed",
    "hold",
    "valid_until",
];

/// One expectation that is not met.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mismatch {
    /// Which value of the decision: `disposition`, `hold.code`, `obligations[0].text`.
    pub path: String,
    /// What the test expects; null also where it expects nothing more.
    pub expected: Json,
    /// What was decided.
    pub got: Json,
}

/// Reads the `expect` of a test.
pub(super) fn read(
    object: &Located<'_>,
    problems: &mut Problems<'_>,
) -> Option<serde_json::Map<String, Json>> {
    let Some(members) = object.members() else {
        problems.add(object.place(), "`expect` is an object of keys of the decision", None);
        return None;
    };
    if members.is_empty() {
        problems.add(object.place(), "`expect` names nothing, so that nothing is tested", None);
    }
    check_keys(object, "", problems);
    Some(members.into_iter().map(|(key, value)| (key.text, value.json())).collect())
}

/// The keys an object may have under a key of the decision.
fn keys_under(path: &str) -> Option<&'static [&'static str]> {
    Some(match path {
        "" => DECISION_KEYS,
        "obligations" => &["kind", "text", "id"],
        "overruled" | "vetoed" => &["rule", "action"],
        "after" | "deadline" => &["from", "plus"],
        "hold" => &["code", "message", "rule", "axes"],
        _ => return None,
    })
}

/// The words a value may have.
fn words_of(path: &str) -> Option<Vec<&'static str>> {
    Some(match path {
        "outcome" => Outcome::ALL.iter().map(|value| value.word()).collect(),
        "disposition" => Disposition::ALL.iter().map(|value| value.word()).collect(),
        "access" => Access::ALL.iter().map(|value| value.word()).collect(),
        "ground" => Ground::ALL.iter().map(|value| value.word()).collect(),
        "hold.code" => HoldCode::ALL.iter().map(|value| value.word()).collect(),
        "hold.axes" => Axis::ALL.iter().map(|value| value.word()).collect(),
        "obligations.kind" => vec!["notify", "leave_groups_and_lists", "replace_with", "restrict"],
        "overruled.action" => vec!["keep", "withdraw", "detach", "revoke", "migrate_to_mdm", "review"],
        "vetoed.action" => vec!["detach", "revoke", "withdraw"],
        _ => return None,
    })
}

/// An expectation that no decision can meet is a slip of the pen, not a failed test.
fn check_keys(value: &Located<'_>, path: &str, problems: &mut Problems<'_>) {
    if let Some(elements) = value.elements() {
        for element in elements {
            check_keys(&element, path, problems);
        }
    } else if let Some(members) = value.members() {
        reject_duplicates(&members, problems);
        let known = keys_under(path).unwrap_or_default();
        for (key, member) in members {
            if known.contains(&key.text.as_str()) {
                let inner = if path.is_empty() { key.text } else { format!("{path}.{}", key.text) };
                check_keys(&member, &inner, problems);
            } else {
                let of =
                    if path.is_empty() { "key of a decision".to_owned() } else { format!("key of `{path}`") };
                problems.unknown_key(key.place, &key.text, &of, known.iter().copied());
            }
        }
    } else if let (Some(words), Some(text)) = (words_of(path), value.text())
        && !words.contains(&text.as_str())
    {
        problems.unknown_key(value.place(), &text, &format!("value of `{path}`"), words.into_iter());
    }
}

/// Holds `got` against the expected members.
pub(super) fn compare_object(expected: &serde_json::Map<String, Json>, got: &Json) -> Vec<Mismatch> {
    let mut mismatches = Vec::new();
    for (key, expected) in expected {
        compare(expected, got.get(key).unwrap_or(&Json::Null), key.clone(), &mut mismatches);
    }
    mismatches
}

fn compare(expected: &Json, got: &Json, path: String, mismatches: &mut Vec<Mismatch>) {
    match (expected, got) {
        (Json::Object(members), Json::Object(_)) => {
            for (key, expected) in members {
                let got = got.get(key).unwrap_or(&Json::Null);
                compare(expected, got, format!("{path}.{key}"), mismatches);
            }
        }
        (Json::Array(elements), Json::Array(found)) if elements.len() == found.len() => {
            for (index, (expected, got)) in elements.iter().zip(found).enumerate() {
                compare(expected, got, format!("{path}[{index}]"), mismatches);
            }
        }
        _ if expected == got => {}
        _ => mismatches.push(Mismatch { path, expected: expected.clone(), got: got.clone() }),
    }
}
