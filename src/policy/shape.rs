//! Shapes: what the decisions of all users of whom the index says the same have in common.
//!
//! Two users for whom the same leaves hold, who can give the same to an action, and whose times are
//! counted from the same instant get the same decision, but for who they are and until when it stays
//! valid. An evaluator keeps such decisions; most users of a company come to a few dozen. Where a
//! decision has something of the user in it (an answer with values in it, an ID that supersedes another,
//! a return), there is no shape, and the decision is made for that user alone.

mod calendar;
mod shelf;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use time::OffsetDateTime;

use super::answer::{Action, Answer};
use super::combine::{Circumstances, Said, combine, held_without_rules, is_entitled, without_rules};
use super::decision::{Decision, HoldCode};
use super::evaluate::Evaluator;
use super::expire::{flips_by_facts, flips_of};
use super::index::Standing;
use super::sandbox::with_stack;
use super::trace::day_number;
use crate::model::{Facts, Field, Id, Leaving, PersonKey, User, View};
use calendar::Calendar;
pub(crate) use shelf::{Kept, Shape};
use shelf::{Key, Shelf};

/// What an evaluator keeps from one user to the next.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// Where the user at hand stands.
    pub(super) standing: Standing,
    calendar: Calendar,
    shelf: Shelf,
    words: Vec<u64>,
}

/// What of a decision belongs to one user alone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Individual<'u> {
    /// The messaging ID.
    pub(crate) user: Id,
    /// The person, if matched.
    pub(crate) person: Option<&'u str>,
    /// Until when the decision stays valid.
    pub(crate) valid_until: Option<OffsetDateTime>,
}

impl Shape {
    /// The decision about a user.
    pub(crate) fn decision(&self, individual: &Individual<'_>) -> Decision {
        Decision {
            user: Some(individual.user),
            person: individual.person.map(PersonKey::from),
            valid_until: individual.valid_until,
            ..self.common().clone()
        }
    }
}

impl Evaluator {
    /// The shape of the decision about a user, and what of it is the user's own; `None` where the
    /// decision is made for the user alone. The decision is that of [`Evaluator::decide`].
    pub(crate) fn shaped<'u>(&self, facts: &'u impl Facts) -> Option<(Arc<Shape>, Individual<'u>)> {
        let index = self.index().filter(|index| index.unlowered().next().is_none())?;
        let moment = &self.basis().moment;
        let mut scratch = self.scratch.try_borrow_mut().ok()?;
        let Scratch { standing, calendar, shelf, words } = &mut *scratch;

        let user = facts.id();
        let person = facts.view(Field::Person.slot()).text();
        let leaving = Leaving::by(facts, moment, |day| calendar.start_of(moment, day));
        match held_without_rules(facts, &leaving) {
            None => {}
            // Nothing of the record but that it is unmatched counts.
            Some(HoldCode::Unmatched) => {
                let shape = shelf.unmatched(|| self.made(facts, &leaving, None))?;
                return Some((shape, Individual { user, person, valid_until: None }));
            }
            Some(_) => return None,
        }
        let gone = leaving.is_gone();
        let superseded = !matches!(facts.view(Field::SupersededBy.slot()), View::Absent | View::Unknown);
        if user.is_system() || leaving.returns.is_some() || superseded && !gone {
            return None;
        }
        index.stand_by_facts(standing, facts, View::of(&leaving.has_left));
        let mut flips = flips_by_facts(self.time_conditions(), facts, moment);
        if index.computes() || flips.is_err() {
            // Expressions look at a whole user.
            let mut user = facts.to_user();
            user.set(Field::HasLeft.slot(), leaving.has_left.clone());
            with_stack(|| {
                if !standing.is_odd() {
                    index.stand_by_conditions(standing, self.policy(), &user, moment);
                }
                flips = flips.or_else(|_| Ok(flips_of(self.time_conditions(), self.policy(), &user, moment)));
            });
        }
        words.clear();
        words.push(u64::from(gone) | u64::from(is_entitled(facts, self.basis())) << 1);
        index.survivors(standing, words)?;
        let key = Key { words, leaves: leaving.leaves };
        let shape = match shelf.find(&key) {
            Some(Kept::Shape(shape)) => shape,
            Some(Kept::Individual) => return None,
            None => {
                let made = self.made(facts, &leaving, Some(standing));
                match shelf.keep(&key, made) {
                    Kept::Shape(shape) => shape,
                    Kept::Individual => return None,
                }
            }
        };
        let midnight = shape.ends_daily().then(|| day_number(moment.today()) + 1);
        let flips = [flips.ok().flatten(), midnight].into_iter().flatten().min();
        let flips = flips.and_then(|day| calendar.first_instant(moment, day));
        let changes = leaving.changes.filter(|at| *at > moment.instant());
        let valid_until = [changes, flips].into_iter().flatten().min();
        Some((shape, Individual { user, person, valid_until }))
    }

    /// The shape of the decision about a user who stands somewhere, or who is held without rules; `None`
    /// if it has something of the user in it.
    #[cold]
    fn made(&self, facts: &impl Facts, leaving: &Leaving, standing: Option<&Standing>) -> Option<Shape> {
        with_stack(|| {
            let mut user: User = facts.to_user();
            user.set(Field::HasLeft.slot(), leaving.has_left.clone());
            let basis = self.basis();
            let circumstances = Circumstances {
                rules: self.titles(),
                user: &user,
                leaving,
                basis,
                successor: None,
                valid_until: None,
            };
            let Some(standing) = standing else {
                return without_rules(&circumstances).map(|decision| Shape::new(decision, false, false));
            };
            let index = self.index()?;
            if index.is_individual(standing) {
                return None;
            }
            let answers = index.answers(standing, self.policy(), &user, &basis.moment);
            let decision = combine(&circumstances, &answers);
            let ends_daily = answers.iter().any(|said| {
                said.answer.is_ok() && said.is_something() && self.time_conditions().is_timely(said.rule)
            });
            Some(Shape::new(decision, answers.iter().any(is_timed), ends_daily))
        })
    }
}

/// Whether an answer counts from the instant at which the user leaves.
fn is_timed(said: &Said) -> bool {
    fn counts(action: &Action) -> bool {
        action.after.is_some() || action.within.is_some() || action.or_else.iter().any(counts)
    }
    matches!(&said.answer, Ok(Answer::Action(action)) if counts(action))
}
