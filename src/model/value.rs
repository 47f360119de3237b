//! Values of user fields, and what is known of them.

use std::fmt;
use std::sync::Arc;

use serde::Serializer;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime, UtcOffset};

use super::Id;

/// A value of a user field. Words of closed sets are texts.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Text, or a word of a closed set.
    Text(Arc<str>),
    /// A messaging ID.
    Id(Id),
    /// A calendar date.
    Date(Date),
    /// An instant, kept in UTC.
    Instant(OffsetDateTime),
    /// A list of texts, in the order given.
    Texts(Arc<[Arc<str>]>),
}

impl Value {
    /// The text of a text or word.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value as JSON, with the names and forms of the directory format.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Bool(value) => (*value).into(),
            Self::Int(value) => (*value).into(),
            Self::Text(text) => (&**text).into(),
            Self::Id(id) => id.as_str().into(),
            Self::Date(date) => format_date(*date).into(),
            Self::Instant(instant) => format_instant(*instant).into(),
            Self::Texts(texts) => texts.iter().map(|text| serde_json::Value::from(&**text)).collect(),
        }
    }
}

/// Values are shown with their type only: texts may be personal data, which no log or error repeats.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Text(_) => f.write_str("text"),
            Self::Id(id) => write!(f, "{id}"),
            Self::Date(date) => f.write_str(&format_date(*date)),
            Self::Instant(instant) => f.write_str(&format_instant(*instant)),
            Self::Texts(texts) => write!(f, "list of {} texts", texts.len()),
        }
    }
}

/// What is known of one field of one user.
///
/// Absence and ignorance are different things: a person without `last_day` stays, a person whose
/// `last_day` nobody provides may have left long ago.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fact {
    /// Nobody speaks for this field. A rule that reads it holds the user.
    #[default]
    Unknown,
    /// The field is provided and this user has no value.
    Absent,
    /// The value.
    Known(Value),
}

impl Fact {
    /// The value, if there is one.
    pub const fn known(&self) -> Option<&Value> {
        match self {
            Self::Known(value) => Some(value),
            _ => None,
        }
    }
}

/// `YYYY-MM-DD`.
pub fn format_date(date: Date) -> String {
    date.format(format_description!("[year]-[month]-[day]")).expect("a date has year, month and day")
}

/// RFC 3339 in UTC with whole seconds unless there is a fraction: `2026-11-22T08:00:00Z`.
pub fn format_instant(instant: OffsetDateTime) -> String {
    instant.to_offset(UtcOffset::UTC).format(&Rfc3339).expect("years 0 to 9999 are checked on input")
}

/// Appends an instant as [`format_instant`] writes it, in a fraction of the time.
pub(crate) fn write_instant(to: &mut Vec<u8>, instant: OffsetDateTime) {
    let utc = instant.to_offset(UtcOffset::UTC);
    let Some(year) = u32::try_from(utc.year()).ok().filter(|year| *year <= 9_999 && utc.nanosecond() == 0)
    else {
        return to.extend_from_slice(format_instant(instant).as_bytes());
    };
    let [hour, minute, second] = [utc.hour(), utc.minute(), utc.second()].map(u32::from);
    let (month, day) = (u32::from(u8::from(utc.month())), u32::from(utc.day()));
    let digits = [
        (year / 100, b'\0'),
        (year % 100, b'-'),
        (month, b'-'),
        (day, b'T'),
        (hour, b':'),
        (minute, b':'),
        (second, b'Z'),
    ];
    let mut text = [0; 20];
    let mut at = 0;
    for (number, after) in digits {
        // Each is below 100, so that a digit is a byte.
        text[at] = b'0' + u8::try_from(number / 10).unwrap_or(0);
        text[at + 1] = b'0' + u8::try_from(number % 10).unwrap_or(0);
        at += 2;
        if after != b'\0' {
            text[at] = after;
            at += 1;
        }
    }
    to.extend_from_slice(&text);
}

/// Serialises an instant as [`format_instant`] writes it.
pub(crate) fn instant<S: Serializer>(instant: &OffsetDateTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format_instant(*instant))
}

/// The same for an instant that may be missing.
#[expect(clippy::ref_option, reason = "the signature serde asks for")]
pub(crate) fn instant_or_null<S: Serializer>(
    instant: &Option<OffsetDateTime>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match instant {
        Some(instant) => serializer.serialize_str(&format_instant(*instant)),
        None => serializer.serialize_none(),
    }
}

/// Reads `YYYY-MM-DD`; `None` for anything else, such as 30 February or a year outside 0001–9999.
pub fn parse_date(text: &str) -> Option<Date> {
    let exact = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let date = exact.then(|| Date::parse(text, format_description!("[year]-[month]-[day]")).ok())??;
    (1..=9999).contains(&date.year()).then_some(date)
}

/// Reads an RFC 3339 instant with its offset; `None` for anything else or a year outside 0001–9999.
pub fn parse_instant(text: &str) -> Option<OffsetDateTime> {
    let instant = OffsetDateTime::parse(text, &Rfc3339).ok()?.to_offset(UtcOffset::UTC);
    (1..=9999).contains(&instant.year()).then_some(instant)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn instants_are_written_as_they_are_formatted(
            seconds in -62_135_596_800_i64..253_402_300_800, nanos in 0_i128..3, hours in -12_i8..14,
        ) {
            let instant = OffsetDateTime::from_unix_timestamp_nanos(i128::from(seconds) * 1_000_000_000 + nanos).unwrap();
            let instant = instant.to_offset(UtcOffset::from_hms(hours, 0, 0).unwrap());
            prop_assume!((0..=9999).contains(&instant.to_offset(UtcOffset::UTC).year()));
            let mut text = b"x".to_vec();
            write_instant(&mut text, instant);
            prop_assert_eq!(String::from_utf8(text).unwrap(), format!("x{}", format_instant(instant)));
        }
    }
}
