//! The fingerprint of a directory: what a plan is bound to.
//!
//! It is the SHA-256 of the canonical JSON (RFC 8785) of the directory's content, normalised: users
//! by ID, sections by key, members sorted, derived fields left out, defaults written out. So it does
//! not depend on the format of the files, on the order of anything in them, or on spelling out what
//! would be the default. Whole numbers that JSON numbers cannot hold exactly are written as text.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::Content;
use super::header::{Section, is_derived};
use crate::model::{
    Fact, Field, Id, Kind, Slot, User, Value, canonical, format_instant, write_canonical,
    write_canonical_text,
};
use crate::sort::{self, Gather as _};

/// A SHA-256, written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The digest of what `hasher` was given.
    pub(crate) fn finish(hasher: Sha256) -> Self {
        Self(hasher.finalize().into())
    }

    /// The digest that is written as these bytes.
    #[cfg(feature = "apply")]
    pub(crate) const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is not 64 hexadecimal digits in small letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a digest is 64 hexadecimal digits in small letters")]
pub struct DigestError;

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        let mut bytes = [0; 32];
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(DigestError),
        };
        if text.len() != 64 {
            return Err(DigestError);
        }
        let (pairs, _) = text.as_bytes().as_chunks::<2>();
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

/// The digest of a directory, whose users are sorted by ID already.
///
/// The keys are written in canonical order and the users one by one, so that the canonical text of a
/// large directory never stands in memory as a whole.
pub(super) fn digest(directory: &Content) -> Digest {
    let mut hasher = Sha256::new();
    let mut first = true;
    let mut entry = |hasher: &mut Sha256, key: &str, value: &Json| {
        hasher.update(if first { "{" } else { "," });
        first = false;
        hasher.update(canonical(&key));
        hasher.update(":");
        hasher.update(canonical(value));
    };
    let head: BTreeMap<String, Json> = head(directory).into_iter().gather();
    for (key, value) in &head {
        entry(&mut hasher, key, value);
    }
    // `users` is the last key in canonical order.
    hasher.update(if head.is_empty() { "{" } else { "," });
    hasher.update("\"users\":[");
    let fields = given_fields(directory);
    let mut text = String::new();
    for (index, user) in directory.users.iter().enumerate() {
        text.clear();
        text.push_str(if index == 0 { "" } else { "," });
        write_user(user, &fields, &mut text);
        hasher.update(&text);
    }
    hasher.update("]}");
    Digest::finish(hasher)
}

/// Everything but the users.
fn head(directory: &Content) -> Map<String, Json> {
    let schema = &directory.schema;
    let attributes: Map<String, Json> = schema
        .attributes()
        .map(|slot| {
            let ty = schema.field_type(slot);
            let declared = match &ty.kind {
                Kind::OneOf(set) => {
                    let words: BTreeSet<&str> = set.words.iter().map(|word| &**word).gather();
                    json!({"one_of": words, "optional": ty.optional})
                }
                _ => ty.to_string().into(),
            };
            (schema.name(slot).to_owned(), declared)
        })
        .collect();
    let speaks_for = &directory.provided;
    let fields = schema.slots().filter(|slot| speaks_for.given.get(slot.index()).copied().unwrap_or(false));
    let mut provides: BTreeSet<&str> = fields.map(|slot| schema.name(slot)).gather();
    provides.extend(speaks_for.sections.iter().map(|section| section.name()));
    if speaks_for.group_members {
        provides.insert("groups.members");
    }
    if speaks_for.list_members {
        provides.insert("lists.members");
    }
    let assume: Map<String, Json> = directory
        .assume
        .iter()
        .map(|(slot, fact)| (schema.name(*slot).to_owned(), fact.known().map_or(Json::Null, exact)))
        .collect();

    let sorted = |mut entries: Vec<(String, Json)>| {
        sort::by(&mut entries, |a, b| a.0.cmp(&b.0));
        entries.into_iter().map(|(_, entry)| entry).collect::<Json>()
    };
    let container = |id: &str, name: &str, broadcast: Option<Id>, members: &[Id]| {
        let members: BTreeSet<&str> = members.iter().map(Id::as_str).gather();
        let broadcast = broadcast.map(|id| id.to_string());
        (id.to_owned(), json!({"id": id, "name": name, "broadcast": broadcast, "members": members}))
    };
    let section = |section: Section| {
        let entries = match section {
            Section::Credentials => directory
                .credentials
                .iter()
                .map(|credential| (credential.id.to_string(), as_json(credential)))
                .collect(),
            Section::Groups => directory
                .groups
                .iter()
                .map(|group| container(&group.id, &group.name, group.broadcast, &group.members))
                .collect(),
            Section::Lists => directory
                .lists
                .iter()
                .map(|list| container(&list.id, &list.name, list.broadcast, &list.members))
                .collect(),
            Section::Administrators => directory
                .administrators
                .iter()
                .map(|administrator| (administrator.name.clone(), as_json(administrator)))
                .collect(),
        };
        (section.name().to_owned(), sorted(entries))
    };
    let mut head: Map<String, Json> = Section::ALL.into_iter().map(section).collect();
    head.insert("subscription".into(), as_json(&directory.subscription));
    head.insert("taken_at".into(), format_instant(directory.taken_at).into());
    head.insert("complete".into(), directory.complete.into());
    head.insert("attributes".into(), attributes.into());
    head.insert("assume".into(), assume.into());
    head.insert("provides".into(), json!(provides));
    head
}

/// The fields of users that the directory gives, defaults included, in canonical order: each key as it is
/// written, and its slot.
fn given_fields(directory: &Content) -> Vec<(String, Slot)> {
    let schema = &directory.schema;
    let given = schema
        .slots()
        .filter(|slot| !is_derived(schema, *slot) && !directory.assume.contains_key(slot))
        .map(|slot| (schema.name(slot).to_owned(), slot));
    let by_name: BTreeMap<String, Slot> = given.gather();
    by_name.into_iter().map(|(name, slot)| (canonical(&name), slot)).collect()
}

/// Writes the canonical object of what is known of a user. Field by field: a tree for each of many users would
/// take most of the time.
fn write_user(user: &User, fields: &[(String, Slot)], text: &mut String) {
    text.push('{');
    let empty = text.len();
    for (key, slot) in fields {
        let Fact::Known(value) = user.fact(*slot) else { continue };
        if text.len() > empty {
            text.push(',');
        }
        text.push_str(key);
        text.push(':');
        match value {
            Value::Text(value) => write_canonical_text(value, text),
            _ if *slot == Field::Id.slot() => write_canonical_text(user.id().as_str(), text),
            other => write_canonical(&exact(other), text),
        }
    }
    text.push('}');
}

/// A value as JSON that survives JSON numbers, which are exact up to 2⁵³ only.
fn exact(value: &Value) -> Json {
    match value {
        Value::Int(number) if number.unsigned_abs() > 1 << 53 => number.to_string().into(),
        _ => value.to_json(),
    }
}

/// Plain data of the model as JSON; it always can be.
fn as_json(value: &impl Serialize) -> Json {
    serde_json::to_value(value).unwrap_or(Json::Null)
}
