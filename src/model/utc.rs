//! Instants in serde's formats, as every format of leaver writes them: RFC 3339 in UTC.

use serde::de::Error as _;
use serde::{Deserialize as _, Deserializer, Serializer};
use time::OffsetDateTime;

use super::value::{format_instant, parse_instant};

pub(crate) fn serialize<S: Serializer>(instant: &OffsetDateTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format_instant(*instant))
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<OffsetDateTime, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_instant(&text).ok_or_else(|| D::Error::custom("not an instant"))
}
