//! The first instants of days, remembered: a company leaves on few days, and a calendar is slow.

use time::{Date, OffsetDateTime};

use crate::model::Moment;
use crate::policy::expire::first_instant;

/// Days near each other have places of their own, so that a few years fit.
const PLACES: u16 = 2_048;

/// What was found out about days, of one moment only.
#[derive(Debug)]
pub(super) struct Calendar {
    starts: Memory,
    first_instants: Memory,
}

impl Default for Calendar {
    fn default() -> Self {
        Self {
            starts: Memory(vec![None; usize::from(PLACES)].into()),
            first_instants: Memory(vec![None; usize::from(PLACES)].into()),
        }
    }
}

/// For each place the day that was asked about last and the answer.
#[derive(Debug)]
struct Memory(Box<[Option<Known>]>);

/// A day and the answer about it.
type Known = (i64, Option<OffsetDateTime>);

impl Memory {
    #[inline]
    fn get(&mut self, day: i64, find: impl FnOnce() -> Option<OffsetDateTime>) -> Option<OffsetDateTime> {
        let at = usize::try_from(day.rem_euclid(i64::from(PLACES))).unwrap_or(0);
        match self.0.get_mut(at) {
            Some(Some((known, instant))) if *known == day => *instant,
            Some(place) => {
                let instant = find();
                *place = Some((day, instant));
                instant
            }
            None => find(),
        }
    }
}

impl Calendar {
    /// [`Moment::start_of`].
    #[inline]
    pub(super) fn start_of(&mut self, moment: &Moment, date: Date) -> Option<OffsetDateTime> {
        self.starts.get(i64::from(date.to_julian_day()), || moment.start_of(date))
    }

    /// The first instant of a day after the moment.
    #[inline]
    pub(super) fn first_instant(&mut self, moment: &Moment, day: i64) -> Option<OffsetDateTime> {
        self.first_instants.get(day, || first_instant(moment, day))
    }
}
