//! After a step was tried: what became of it, found out by waiting and looking, never by doing it again on a guess.

use time::OffsetDateTime;

use super::drift::changed;
use super::{Engine, Look};
use crate::apply::connector::{Connector, Effect};
use crate::apply::error::JournalError;
use crate::apply::event::Event;
use crate::apply::journal::Journal;
use crate::apply::outcome::{Key, Outcome};
use crate::apply::paper::PaperStep;
use crate::apply::ready::{patience, settle};
use crate::diagnostic::Code;
use crate::plan::{Reason, StepKind};

impl<J: Journal, C: Connector> Engine<'_, J, C> {
    /// Finds out what became of a step of which nobody knows whether it was done.
    pub(super) fn settle(
        &mut self,
        step: &PaperStep,
        since: OffsetDateTime,
        attempt: u32,
        now: OffsetDateTime,
    ) -> Result<Look, JournalError> {
        let Some(ability) = self.connector.ability(step.kind) else { return Ok(Look::Nothing) };
        if let Some(free) = self.quota(step, now) {
            return Ok(Look::Later(free));
        }
        let irreversible = step.kind.reversible() == Some(false);
        // Under the same key nothing is done twice; but whether it is done at all is asked again.
        let sight = self.see(step, now);
        if ability.keyed && changed(self.paper, step, &sight).is_none() {
            self.lately.asked(step.executor, now);
            let outcome = self.connector.perform(step, &Key::of(self.paper.digest(), step.number), now);
            if !matches!(outcome, Outcome::Unknown { .. }) {
                return self.outcome(step, attempt, outcome, false, now);
            }
            if !ability.readable {
                let again = since.saturating_add(settle(step.kind));
                if again > now {
                    return Ok(Look::Later(again));
                }
                return self.give_up(step, irreversible, attempt, now);
            }
        }
        if ability.readable {
            match sight.effect {
                Effect::Done => return self.outcome(step, attempt, Outcome::Applied, true, now),
                Effect::Pending(until) if until > now && !is_late(step, since, now) => {
                    return self.outcome(step, attempt, Outcome::Pending { until }, true, now);
                }
                // What does not show yet may still come.
                _ if now < since.saturating_add(settle(step.kind)) => {
                    return Ok(Look::Later(since.saturating_add(settle(step.kind))));
                }
                Effect::NotDone => {
                    let why = "it was not done".to_owned();
                    return self.outcome(step, attempt, Outcome::Failed { why, retryable: true }, true, now);
                }
                Effect::Pending(_) | Effect::Unclear => {}
            }
        }
        self.give_up(step, irreversible, attempt, now)
    }

    /// Nothing tells whether a step was done: it is left to a person, or tried again where that does no harm.
    fn give_up(
        &mut self,
        step: &PaperStep,
        irreversible: bool,
        attempt: u32,
        now: OffsetDateTime,
    ) -> Result<Look, JournalError> {
        if irreversible {
            let message = "nobody can say whether it was done, and it cannot be taken back: look, and say so";
            let reason = Reason::new(Code::OutcomeUnknown, message);
            self.note(now, Event::Held { step: step.number, reason })?;
            return Ok(Look::Moved);
        }
        let why = "nobody can say whether it was done; doing it again does no harm".to_owned();
        self.outcome(step, attempt, Outcome::Failed { why, retryable: true }, true, now)
    }

    /// Looks whether what was accepted has taken effect.
    pub(super) fn confirm(
        &mut self,
        step: &PaperStep,
        since: OffsetDateTime,
        attempt: u32,
        now: OffsetDateTime,
    ) -> Result<Look, JournalError> {
        // Who cannot do it leaves it to somebody else, who reports.
        let Some(ability) = self.connector.ability(step.kind) else { return Ok(Look::Nothing) };
        if let Some(free) = self.quota(step, now).filter(|_| ability.readable) {
            return Ok(Look::Later(free));
        }
        let effect = if ability.readable { self.see(step, now).effect } else { Effect::Unclear };
        let outcome = match effect {
            Effect::Done => Outcome::Applied,
            Effect::Pending(until) if until > now && !is_late(step, since, now) => Outcome::Pending { until },
            // What was accepted counts as done when its time is over, if nobody can look and nothing waits for seeing it.
            Effect::Unclear if !ability.readable && can_be_assumed(step.kind) => {
                return self.outcome(step, attempt, Outcome::Applied, false, now);
            }
            _ => {
                let late = since.saturating_add(settle(step.kind)) <= now;
                let why = if late { "it has not taken effect in time" } else { "it does not show yet" };
                Outcome::Unknown { why: why.to_owned() }
            }
        };
        self.outcome(step, attempt, outcome, true, now)
    }
}

/// Whether something has been on its way for longer than is believed.
fn is_late(step: &PaperStep, since: OffsetDateTime, now: OffsetDateTime) -> bool {
    since.saturating_add(patience(step.kind)) <= now
}

/// Whether a step that nobody can look at counts as done after its time. Never what cannot be taken back, and never what
/// is there to be seen.
fn can_be_assumed(kind: StepKind) -> bool {
    kind.reversible() != Some(false) && kind != StepKind::Verify
}
