//! One step: whether it may begin, what is seen before, what is recorded before and after.

use time::{Duration, OffsetDateTime};

use super::drift::{already, changed};
use super::{Engine, Look};
use crate::apply::connector::{Connector, Effect, IdSight, Sight};
use crate::apply::error::JournalError;
use crate::apply::event::Event;
use crate::apply::journal::Journal;
use crate::apply::outcome::{Key, Outcome};
use crate::apply::paper::PaperStep;
use crate::apply::ready::{OVERDUE, Readiness, patience, readiness};
use crate::apply::work::Standing;
use crate::diagnostic::Code;
use crate::model::{Id, format_instant};
use crate::plan::{Executor, Reason};

impl<J: Journal, C: Connector> Engine<'_, J, C> {
    pub(super) fn look(
        &mut self,
        at: usize,
        now: OffsetDateTime,
        clock: &mut dyn FnMut() -> OffsetDateTime,
    ) -> Result<Look, JournalError> {
        let paper = self.paper;
        let Some(step) = paper.steps().get(at) else { return Ok(Look::Nothing) };
        match self.work.step(at) {
            Standing::Untouched => self.begin(at, step, now, None, clock),
            Standing::Again { since, attempt } => {
                let doublings = attempt.saturating_sub(1).min(16);
                let wait = if attempt == 0 { Duration::ZERO } else { doubled(self.pace.backoff, doublings) };
                self.begin(at, step, now, Some(since.saturating_add(wait)), clock)
            }
            Standing::Open { since, attempt } => self.settle(step, since, attempt, now),
            Standing::Pending { since, until, attempt } => {
                // Whoever says "soon" again and again is not believed for ever.
                let until = until.min(since.saturating_add(patience(step.kind)));
                if now < until {
                    return Ok(Look::Later(until));
                }
                self.confirm(step, since, attempt, now)
            }
            _ => Ok(Look::Nothing),
        }
    }

    /// Begins a step, if it may begin.
    fn begin(
        &mut self,
        at: usize,
        step: &PaperStep,
        now: OffsetDateTime,
        again: Option<OffsetDateTime>,
        clock: &mut dyn FnMut() -> OffsetDateTime,
    ) -> Result<Look, JournalError> {
        let paper = self.paper;
        let from = match readiness(paper, &self.work, at) {
            Readiness::Waits => return Ok(Look::Nothing),
            Readiness::Never { because_of } => {
                let message = format!("step {because_of}, which comes before it, was not done");
                return self.stop_steps(vec![step.number], step.user, Code::StepBeforeFailed, message, now);
            }
            Readiness::From(from) => again.map_or(from, |again| from.max(again)),
        };
        if from > now {
            return Ok(Look::Later(from));
        }
        let is_final = step.kind.reversible() == Some(false);
        if is_final && now > from.max(paper.expires_at()).saturating_add(OVERDUE) {
            let whose = step.user.map_or_else(String::new, |user| format!("{user}: "));
            let message = format!(
                "{whose}due since {}: what was decided so long ago is not begun any more if it cannot be taken back",
                format_instant(from)
            );
            let steps = self.open_steps_of(step);
            return self.stop_steps(steps, step.user, Code::PlanExpired, message, now);
        }
        // Who cannot do it leaves it to somebody else, who reports.
        let Some(ability) = self.connector.ability(step.kind) else { return Ok(Look::Nothing) };
        if let Some(free) = self.quota(step, now).or_else(|| self.turn(step, now)) {
            return Ok(Look::Later(free));
        }
        let sight = self.see(step, now);
        if let Some((code, message)) = changed(paper, step, &sight) {
            self.drifted.extend(step.user);
            let steps = self.open_steps_of(step);
            return self.stop_steps(steps, step.user, code, message, now);
        }
        if let Some(user) = step.user.filter(|user| is_final && self.elsewhere.is_at_work_on(*user, now)) {
            let message = format!("{user}: something that cannot be taken back was begun by another plan");
            let steps = self.open_steps_of(step);
            return self.stop_steps(steps, step.user, Code::OpenElsewhere, message, now);
        }
        let attempt = self.work.step(at).attempts().saturating_add(1);
        let sees_nothing = sight.effect == Effect::Unclear && sight.id == IdSight::Unclear;
        if ability.readable && sees_nothing && step.executor == Executor::Cockpit {
            // Whoever could look and sees nothing cannot say that nobody is back.
            let why = "the platform could not be looked at".to_owned();
            return self.outcome(step, attempt, Outcome::Failed { why, retryable: true }, true, now);
        }
        if let Some(outcome) = already(step, &sight) {
            return self.outcome(step, attempt, outcome, true, now);
        }
        let key = Key::of(self.paper.digest(), step.number);
        self.note(
            now,
            Event::Intent {
                step: step.number,
                attempt,
                kind: step.kind,
                user: step.user,
                target: step.target.to_string(),
                key: key.clone(),
            },
        )?;
        self.lately.asked(step.executor, now);
        self.lately.acted(step.kind, step.user, now);
        let outcome = self.connector.perform(step, &key, now);
        // It may have taken a while, and what waits for it waits from when it was done.
        let now = self.now(clock);
        self.outcome(step, attempt, outcome, false, now)
    }

    /// Looks at what a step would act on, which is a request as well.
    pub(super) fn see(&mut self, step: &PaperStep, now: OffsetDateTime) -> Sight {
        self.lately.asked(step.executor, now);
        self.connector.observe(step, now)
    }

    /// When there is room for one more request; `None` if there is now.
    pub(super) fn quota(&mut self, step: &PaperStep, now: OffsetDateTime) -> Option<OffsetDateTime> {
        self.lately.room(step.executor, self.pace.quota, now)
    }

    /// When the limit of a day lets the user of a step be acted on; `None` if it does now.
    ///
    /// Plans are accepted by what was done before; several that were accepted together are held to it here.
    fn turn(&mut self, step: &PaperStep, now: OffsetDateTime) -> Option<OffsetDateTime> {
        let class = step.kind.class()?;
        let planned = self.paper.day_limit(class)?;
        let limit = self.allowed.get(&class).map_or(planned, |allowed| planned.max(*allowed));
        self.lately.turn(class, step.user?, limit, now)
    }

    pub(super) fn outcome(
        &mut self,
        step: &PaperStep,
        attempt: u32,
        outcome: Outcome,
        observed: bool,
        now: OffsetDateTime,
    ) -> Result<Look, JournalError> {
        let outcome = match outcome {
            Outcome::Failed { why, retryable: true } if attempt >= self.pace.attempts => {
                Outcome::Failed { why, retryable: false }
            }
            outcome => outcome,
        };
        match &outcome {
            Outcome::Applied | Outcome::NoOp { .. } | Outcome::Pending { .. } => self.failures = 0,
            Outcome::Refused { .. } | Outcome::Failed { .. } | Outcome::Unknown { .. } => self.failures += 1,
        }
        self.note(now, Event::Outcome { step: step.number, attempt, outcome, observed })?;
        Ok(Look::Moved)
    }

    /// The steps of the same user that have not begun.
    fn open_steps_of(&self, step: &PaperStep) -> Vec<u32> {
        let begun = |at: usize| !matches!(self.work.step(at), Standing::Untouched | Standing::Again { .. });
        let same = |other: &PaperStep| match step.user {
            Some(user) => other.user == Some(user),
            None => other.number == step.number,
        };
        let steps = self.paper.steps().iter().enumerate();
        steps.filter(|(at, other)| same(other) && !begun(*at)).map(|(_, other)| other.number).collect()
    }

    fn stop_steps(
        &mut self,
        steps: Vec<u32>,
        user: Option<Id>,
        code: Code,
        message: String,
        now: OffsetDateTime,
    ) -> Result<Look, JournalError> {
        self.note(now, Event::Stopped { steps, user, reason: Reason::new(code, message) })?;
        Ok(Look::Moved)
    }
}

/// A pause, doubled so many times; a pause that is longer than time is the longest there is.
fn doubled(pause: Duration, times: u32) -> Duration {
    pause.checked_mul(2_i32.saturating_pow(times)).unwrap_or(Duration::MAX)
}
