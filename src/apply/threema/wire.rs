//! What the web APIs write, with their traps (PLATFORM 31 to 33).

use serde_json::Value;

use crate::model::Id;

/// Whether an answer says that an ID is among the members or recipients; `None` if it says nothing of the kind.
///
/// A list may be bare or under a key, and an ID a text or under `id`.
pub(super) fn has_member(body: &[u8], who: Id) -> Option<bool> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    let list = match &answer {
        Value::Array(list) => list,
        Value::Object(fields) => {
            if fields.contains_key("error") || fields.contains_key("message") {
                return None;
            }
            ["members", "recipients"].iter().find_map(|key| fields.get(*key)?.as_array())?
        }
        _ => return None,
    };
    // A page that says that there is another one does not say who is not there.
    let is_cut = answer["links"].as_array().is_some_and(|links| {
        links.iter().any(|link| link["rel"] == "next" || link["ref"] == "next")
    });
    let of = |member: &Value| member.as_str().or_else(|| member["id"].as_str()) == Some(who.as_str());
    match list.iter().any(of) {
        true => Some(true),
        false if is_cut => None,
        false => Some(false),
    }
}

/// Whether a user or credential that was asked for is the one that was answered.
pub(super) fn is_record(body: &[u8], id: &str) -> bool {
    serde_json::from_slice::<Value>(body).is_ok_and(|answer| answer["id"] == id)
}
