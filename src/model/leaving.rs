//! When somebody leaves, has left, and returns.

use time::{Date, OffsetDateTime};

use super::{Fact, Facts, Field, Moment, Value, View};

/// The leaving facts of one user, as of a moment.
///
/// Sources: `leaves_at`, else the end of `last_day` in the subscription's time zone; a `first_day`
/// after `last_day` is a rehire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaving {
    /// Whether the person has left; [`Fact::Unknown`] if the facts to tell are not provided.
    pub has_left: Fact,
    /// The instant at which the person leaves or left; `None` if no such fact is known.
    pub leaves: Option<OffsetDateTime>,
    /// A return that is announced for the future.
    pub returns: Option<OffsetDateTime>,
    /// The earliest instant after the moment at which `has_left` changes.
    pub changes: Option<OffsetDateTime>,
    /// A given `has_left` says otherwise than `leaves_at`, `last_day` and `first_day` do.
    pub contradiction: bool,
}

impl Leaving {
    /// What `user`'s facts say at `moment`.
    pub fn of(user: &impl Facts, moment: &Moment) -> Self {
        Self::by(user, moment, |day| moment.start_of(day))
    }

    /// The same by a calendar of the moment's zone: `start_of` gives the first instant of a date.
    pub(crate) fn by(
        user: &impl Facts,
        moment: &Moment,
        mut start_of: impl FnMut(Date) -> Option<OffsetDateTime>,
    ) -> Self {
        let date = |field: Field| match user.view(field.slot()) {
            View::Date(date) => Some(date),
            _ => None,
        };
        let instant = match user.view(Field::LeavesAt.slot()) {
            View::Instant(instant) => Some(instant),
            _ => None,
        };
        let last_day = date(Field::LastDay);
        let leaves = instant.or_else(|| last_day.and_then(Date::next_day).and_then(&mut start_of));
        let returns_at =
            rehired(last_day.or_else(|| instant.and_then(|at| moment.date_of(at))), date(Field::FirstDay))
                .and_then(start_of);

        let now = moment.instant();
        let gone = |at: OffsetDateTime| {
            leaves.is_some_and(|leaves| leaves <= at) && returns_at.is_none_or(|returns| returns > at)
        };
        let computed = gone(now);
        let given = match user.view(Field::HasLeft.slot()) {
            View::Bool(given) => Some(given),
            _ => None,
        };
        let told = |field: Field| !matches!(user.view(field.slot()), View::Unknown);
        let has_left = if leaves.is_some() || told(Field::LastDay) {
            Fact::Known(Value::Bool(computed))
        } else {
            given.map_or(Fact::Unknown, |given| Fact::Known(Value::Bool(given)))
        };
        let contradiction =
            (leaves.is_some() || told(Field::LastDay)) && given.is_some_and(|given| given != computed);
        let changes =
            [leaves, returns_at].into_iter().flatten().filter(|at| *at > now && gone(*at) != computed).min();
        Self {
            has_left,
            leaves,
            returns: returns_at.filter(|returns| *returns > now),
            changes,
            contradiction,
        }
    }

    /// Whether the person has certainly left.
    pub fn is_gone(&self) -> bool {
        self.has_left == Fact::Known(Value::Bool(true))
    }
}

/// Which last days are over at a moment: enough to tell of most people whether they have left, without
/// looking into the calendar again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Horizon {
    /// The latest day that is over.
    over: Option<Date>,
}

impl Horizon {
    /// The horizon of a moment.
    pub(crate) fn of(moment: &Moment) -> Self {
        let is_over = |day: &Date| moment.end_of(*day).is_some_and(|end| end <= moment.instant());
        let mut days = std::iter::successors(moment.today().next_day(), |day| day.previous_day());
        Self { over: days.find(is_over) }
    }

    /// The latest day that is over.
    #[cfg(feature = "arrow")]
    pub(crate) const fn over(self) -> Option<Date> {
        self.over
    }

    /// Whether somebody has left and does not come back; `None` where only [`Leaving`] tells: with an
    /// instant of leaving, a rehire, or a given `has_left`.
    #[inline]
    pub(crate) fn has_left(self, user: &impl Facts) -> Option<View<'static>> {
        if matches!(user.view(Field::LeavesAt.slot()), View::Instant(_))
            || matches!(user.view(Field::HasLeft.slot()), View::Bool(_))
        {
            return None;
        }
        match user.view(Field::LastDay.slot()) {
            View::Unknown => Some(View::Unknown),
            View::Absent => Some(View::Bool(false)),
            View::Date(last) => match user.view(Field::FirstDay.slot()) {
                View::Date(first) if first > last => None,
                _ => Some(View::Bool(self.over.is_some_and(|over| last <= over))),
            },
            _ => None,
        }
    }
}

/// The day of a rehire: a `first_day` after the last day.
fn rehired(last_day: Option<Date>, first_day: Option<Date>) -> Option<Date> {
    first_day.filter(|first| last_day.is_some_and(|last| *first > last))
}
