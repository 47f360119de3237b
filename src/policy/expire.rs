//! Until when a decision stays valid: the earliest instant after the moment at which a time condition
//! of any rule, or `has_left`, flips for a user.
//!
//! [`TimeConditions::of`] looks through a policy once for what depends on the day: comparisons, `in`
//! and `switch` over `today()`, `days_since` and `days_until`, through variables and helpers.
//! [`valid_until`] then puts a user's facts in. Nearly everything is linear in the day, so the day
//! of a flip is calculated; where it is not, or where a loop is involved, the decision is valid until
//! the next local midnight. Too early is safe, too late would not be. An answer that itself contains a
//! time ends the decisions it is part of at midnight, see [`TimeConditions::cap`].

mod collect;
mod form;
mod linear;
mod term;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use time::OffsetDateTime;

use super::combine::Said;
use super::compiled::Policy;
use super::sandbox::with_stack;
use super::trace::{day_number, plain_date};
use super::tree::{Comparison, Pattern};
use crate::model::{Facts, Leaving, Moment, User};
use form::{Form, first_flip};
use linear::Linear;
use term::{Evaluation, Terms};

/// What in a policy depends on the day. Does not depend on users, so it is made once.
#[derive(Clone, Debug, Default)]
pub(crate) struct TimeConditions {
    terms: Terms,
    /// Conditions on one date of the user.
    linear: Linear,
    /// All others.
    conditions: Vec<Condition>,
    /// Something depends on the day in a way that is not looked into.
    daily: bool,
    /// Rules, by position, whose answers can contain a time.
    daily_answers: BTreeSet<usize>,
}

/// A condition whose operands depend on the day; numbers are those of terms.
#[derive(Clone, Debug)]
enum Condition {
    /// A comparison.
    Compare(Comparison, usize, usize),
    /// `element in container`.
    In { element: usize, container: usize },
    /// One case of a `switch`.
    Case { subject: usize, pattern: Pattern },
}

impl TimeConditions {
    /// Everything in `policy` that depends on the day.
    pub(crate) fn of(policy: &Policy) -> Self {
        with_stack(|| collect::collect(policy))
    }

    /// `until`, but not past the next local midnight if a rule answered that can put a time into its
    /// answer: tomorrow the answer would be another.
    pub(crate) fn cap(
        &self,
        until: Option<OffsetDateTime>,
        answers: &[Said],
        moment: &Moment,
    ) -> Option<OffsetDateTime> {
        let timely = |said: &Said| {
            said.answer.is_ok() && said.is_something() && self.daily_answers.contains(&said.rule)
        };
        if self.daily_answers.is_empty() || !answers.iter().any(timely) {
            return until;
        }
        let midnight = first_instant(moment, day_number(moment.today()) + 1);
        [until, midnight].into_iter().flatten().min()
    }

    /// Whether a rule can put a time into its answer.
    pub(crate) fn is_timely(&self, rule: usize) -> bool {
        self.daily_answers.contains(&rule)
    }

    /// Whether no condition in the policy depends on the day.
    pub(crate) fn is_empty(&self) -> bool {
        self.conditions.is_empty() && self.linear.is_empty() && !self.daily
    }
}

/// Facts alone do not tell: expressions have to be evaluated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NeedsExpressions;

/// Until when a decision stays valid, as far as the facts alone tell: the day on which some time
/// condition flips, if one does.
pub(crate) fn flips_by_facts(
    conditions: &TimeConditions,
    user: &impl Facts,
    moment: &Moment,
) -> Result<Option<i64>, NeedsExpressions> {
    let today = day_number(moment.today());
    match (conditions.daily, conditions.conditions.is_empty()) {
        (true, _) => Ok(Some(today + 1)),
        (false, true) => Ok(conditions.linear.next(user, today)),
        (false, false) => Err(NeedsExpressions),
    }
}

/// The day on which some time condition flips for a user whose `has_left` is filled in, if one does.
pub(crate) fn flips_of(
    conditions: &TimeConditions,
    policy: &Policy,
    user: &User,
    moment: &Moment,
) -> Option<i64> {
    let today = day_number(moment.today());
    if conditions.daily {
        return Some(today + 1);
    }
    let others = || {
        let evaluation = conditions.terms.evaluate(policy, user, moment);
        conditions.conditions.iter().filter_map(|condition| condition.flips(&evaluation, today)).min()
    };
    let others = if conditions.conditions.is_empty() { None } else { with_stack(others) };
    [conditions.linear.next(user, today), others].into_iter().flatten().min()
}

/// Until when a decision for `user` stays valid; `None` is for ever. `has_left` is filled in.
pub(crate) fn valid_until(
    conditions: &TimeConditions,
    policy: &Policy,
    user: &User,
    leaving: &Leaving,
    moment: &Moment,
) -> Option<OffsetDateTime> {
    let leaving = leaving.changes.filter(|at| *at > moment.instant());
    if conditions.is_empty() {
        return leaving;
    }
    let flips = flips_of(conditions, policy, user, moment);
    let flips = flips.and_then(|day| first_instant(moment, day));
    [leaving, flips].into_iter().flatten().min()
}

impl Condition {
    /// The first day after today on which its truth differs; `None` if it never does.
    fn flips(&self, evaluation: &Evaluation, today: i64) -> Option<i64> {
        match self {
            Self::Compare(comparison, left, right) => {
                let (left, right) = (evaluation.form(*left), evaluation.form(*right));
                first_flip(today, &[(left, right)], |day| left.compare(*comparison, right, day))
            }
            Self::In { element, container } => {
                let element = evaluation.form(*element);
                match evaluation.form(*container) {
                    Form::List(items) => {
                        let pairs: Vec<_> = items.iter().map(|item| (element, item)).collect();
                        first_flip(today, &pairs, |day| {
                            !element.is_absent()
                                && items.iter().any(|item| element.compare(Comparison::Equal, item, day))
                        })
                    }
                    Form::Opaque => element.unless_absent().map(|()| today + 1),
                    _ => None,
                }
            }
            Self::Case { subject, pattern } => {
                let subject = evaluation.form(*subject);
                if matches!(subject, Form::Opaque) {
                    return Some(today + 1);
                }
                let limits: Vec<Form> = match pattern {
                    Pattern::Values(values) => values.iter().filter_map(Form::of_number).collect(),
                    Pattern::Range { start, end, .. } => vec![Form::number(*start), Form::number(*end)],
                };
                let pairs: Vec<_> = limits.iter().map(|limit| (subject, limit)).collect();
                first_flip(today, &pairs, |day| subject.matches(pattern, day))
            }
        }
    }
}

/// The first instant of a local day, after the moment.
///
/// Where clocks are turned back over midnight a date begins twice, and its first beginning may lie
/// before the moment; then it is the first later instant on which the calendar shows it.
pub(crate) fn first_instant(moment: &Moment, day: i64) -> Option<OffsetDateTime> {
    let date = plain_date(day)?;
    let start = moment.start_of(date)?;
    let now = moment.instant();
    if start > now {
        return Some(start);
    }
    let (mut before, mut after) = (now, now.checked_add(time::Duration::days(2))?);
    while after - before > time::Duration::SECOND {
        let middle = before + (after - before) / 2;
        if moment.date_of(middle)? >= date { after = middle } else { before = middle }
    }
    after.replace_nanosecond(0).ok()
}
