//! Builds the user of a test: what the test does not name is absent or has its default.

use std::sync::Arc;

use super::located::Located;
use super::{Problems, TEST_ID, TEST_PERSON, reject_duplicates};
use crate::diagnostic::suggest;
use crate::model::{
    CredentialKind, Edition, Fact, Field, FieldSource, Id, Kind, Schema, User, Value, parse_date,
    parse_instant,
};

/// Reads the `user` of a test.
pub(super) fn read(object: &Located<'_>, schema: &Schema, problems: &mut Problems<'_>) -> Option<User> {
    let Some(members) = object.members() else {
        problems.add(object.place(), "`user` is an object of user fields", None);
        return None;
    };
    reject_duplicates(&members, problems);
    let before = problems.found.len();
    let mut id = TEST_ID.parse::<Id>().ok();
    let mut given = Vec::new();
    for (key, value) in &members {
        if key.text.starts_with("x-") {
            continue;
        }
        let Some(slot) = schema.slot(&key.text) else {
            problems.unknown_key(key.place, &key.text, "field or attribute", schema.names());
            continue;
        };
        let ty = schema.field_type(slot);
        let json = value.json();
        // Only `null` says that a person is unmatched: FORMATS lets other fields simply be left out.
        let may_be_absent = ty.optional || slot == Field::Person.slot();
        let fact = if json.is_null() && may_be_absent {
            Fact::Absent
        } else {
            match read_value(&json, &ty.kind) {
                Ok(value) => Fact::Known(value),
                Err(help) => {
                    let message = format!("`{}` is not {}", key.text, described(&ty.kind));
                    problems.add(value.place(), message, help);
                    continue;
                }
            }
        };
        if let (true, Fact::Known(Value::Id(given))) = (slot == Field::Id.slot(), &fact) {
            id = Some(*given);
        }
        given.push((slot, fact));
    }
    if !members.iter().any(|(key, _)| key.text == Field::Employment.name()) {
        let help = "without `employment` no rule would run".to_owned();
        problems.add(object.place(), "the user has no `employment`", Some(help));
    }
    if problems.found.len() > before {
        return None;
    }

    let mut user = User::new(id?, schema);
    for slot in schema.slots() {
        user.set(slot, default_of(schema.field(slot), schema.field_type(slot).optional));
    }
    // A test that says `has_left` itself says nothing of the last day: an absent one would contradict it.
    if given.iter().any(|(slot, _)| *slot == Field::HasLeft.slot()) {
        user.set(Field::LastDay.slot(), Fact::Unknown);
    }
    for (slot, fact) in given {
        user.set(slot, fact);
    }
    let kind_slot = Field::CredentialKind.slot();
    if *user.fact(kind_slot) == Fact::Unknown {
        let kind = match user.text(Field::Credential) {
            Some(_) => CredentialKind::Single,
            None => CredentialKind::None,
        };
        user.set(kind_slot, Fact::Known(Value::Text(kind.word().into())));
    }
    Some(user)
}

/// What is known of a field the test does not name.
fn default_of(field: Option<Field>, optional: bool) -> Fact {
    if optional {
        return Fact::Absent;
    }
    // An attribute that every user has, and that the test leaves out: a rule that needs it holds
    // the user, which the report of the test then says. Nothing is guessed.
    let Some(field) = field else { return Fact::Unknown };
    let info = field.info();
    match (field, info.source, info.kind) {
        (Field::Person, ..) => Fact::Known(Value::Text(TEST_PERSON.into())),
        (Field::Edition, ..) => Fact::Known(Value::Text(Edition::Enterprise.word().into())),
        // Both follow from other fields.
        (Field::HasLeft | Field::CredentialKind, ..) => Fact::Unknown,
        (_, FieldSource::Defaulted | FieldSource::Derived, Kind::Bool) => Fact::Known(Value::Bool(false)),
        (_, FieldSource::Defaulted | FieldSource::Derived, Kind::Texts) => {
            Fact::Known(Value::Texts(Arc::new([])))
        }
        _ => Fact::Unknown,
    }
}

/// Reads a value of `kind`; the error is advice, where there is any.
fn read_value(json: &serde_json::Value, kind: &Kind) -> Result<Value, Option<String>> {
    let text = || json.as_str().ok_or(None);
    match kind {
        Kind::Bool => json.as_bool().map(Value::Bool).ok_or(None),
        Kind::Int => json.as_i64().map(Value::Int).ok_or(None),
        Kind::Text => Ok(Value::Text(text()?.into())),
        Kind::Id => text()?.parse().map(Value::Id).map_err(|error| Some(error.to_string())),
        Kind::Date => parse_date(text()?)
            .map(Value::Date)
            .ok_or_else(|| Some("write it like \"2026-11-22\"".to_owned())),
        Kind::Instant => parse_instant(text()?)
            .map(Value::Instant)
            .ok_or_else(|| Some("write it like \"2026-11-22T09:00:00Z\"".to_owned())),
        Kind::Texts => {
            let texts = json.as_array().ok_or(None)?;
            let texts: Option<Arc<[Arc<str>]>> =
                texts.iter().map(|text| text.as_str().map(Arc::from)).collect();
            texts.map(Value::Texts).ok_or(None)
        }
        Kind::OneOf(set) => {
            let word = text()?;
            set.get(word)
                .map(Value::Text)
                .ok_or_else(|| suggest(word, set.words.iter().map(|word| &**word)).map(did_you_mean))
        }
    }
}

fn did_you_mean(word: &str) -> String {
    format!("did you mean `{word}`?")
}

fn described(kind: &Kind) -> String {
    match kind {
        Kind::Bool => "true or false".to_owned(),
        Kind::Int => "a whole number".to_owned(),
        Kind::Text => "a text".to_owned(),
        Kind::Id => "an ID".to_owned(),
        Kind::Date => "a date".to_owned(),
        Kind::Instant => "an instant".to_owned(),
        Kind::Texts => "a list of texts".to_owned(),
        Kind::OneOf(set) => format!("one of: {set}"),
    }
}
