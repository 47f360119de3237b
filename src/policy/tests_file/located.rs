//! JSON values that know where they stand in their file.
//!
//! `serde_json` forgets places once a text is read, but lends the raw text of each value; its
//! distance from the beginning of the file is its place.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::diagnostic::Place;

/// A JSON value and its place in `file`.
#[derive(Clone, Copy)]
pub(super) struct Located<'a> {
    file: &'a str,
    raw: &'a RawValue,
}

/// A key of an object.
pub(super) struct Key {
    pub(super) text: String,
    pub(super) place: Place,
}

impl<'a> Located<'a> {
    /// Reads the JSON text of a whole file; the place and message of the first syntax error.
    pub(super) fn parse(file: &'a str) -> Result<Self, (Place, String)> {
        // Read to the bottom once, so that a syntax error cannot hide in a value that is only lent.
        let syntax = |error: serde_json::Error| {
            let line = file.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
            let before = line.get(..error.column().saturating_sub(1)).unwrap_or(line);
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default();
            let place = Place::new(error.line().max(1), before.chars().count() + 1, 1);
            (place, format!("not JSON: {message}"))
        };
        serde_json::from_str::<serde_json::Value>(file).map_err(syntax)?;
        let raw = serde_json::from_str(file).map_err(syntax)?;
        Ok(Self { file, raw })
    }

    /// The elements of a list.
    pub(super) fn elements(&self) -> Option<Vec<Self>> {
        let raws: Vec<&RawValue> = serde_json::from_str(self.raw.get()).ok()?;
        Some(raws.into_iter().map(|raw| Self { file: self.file, raw }).collect())
    }

    /// The members of an object in the order written, repeated keys included.
    pub(super) fn members(&self) -> Option<Vec<(Key, Self)>> {
        let Members(members) = serde_json::from_str(self.raw.get()).ok()?;
        let member = |(text, raw): (String, &'a RawValue)| {
            let value = Self { file: self.file, raw };
            (Key { place: value.place_of_key(&text), text }, value)
        };
        Some(members.into_iter().map(member).collect())
    }

    /// The text of a JSON string.
    pub(super) fn text(&self) -> Option<String> {
        serde_json::from_str(self.raw.get()).ok()
    }

    /// The value without places.
    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_str(self.raw.get()).unwrap_or_default()
    }

    /// Where the value begins, and how long its first line is.
    pub(super) fn place(&self) -> Place {
        let length = self.raw.get().lines().next().unwrap_or_default().chars().count();
        self.place_at(self.start(), length)
    }

    /// Where the key before this value stands.
    fn place_of_key(&self, key: &str) -> Place {
        let before = self.file.get(..self.start()).unwrap_or_default();
        let quoted = serde_json::Value::from(key).to_string();
        match before.rfind(&quoted) {
            Some(at) => self.place_at(at, quoted.chars().count()),
            None => self.place(),
        }
    }

    /// The byte of the file at which the value begins: the raw value is a part of the file's text.
    fn start(&self) -> usize {
        (self.raw.get().as_ptr() as usize).saturating_sub(self.file.as_ptr() as usize)
    }

    fn place_at(&self, byte: usize, length: usize) -> Place {
        let before = self.file.get(..byte).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = before.matches('\n').count() + 1;
        Place::new(line, before[line_start..].chars().count() + 1, length)
    }
}

/// The members of an object: `serde_json`'s maps would silently drop a repeated key.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}
