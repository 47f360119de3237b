//! The run: what may be done now is done, step by step, and everything is recorded before and after.
//!
//! Nobody waits here. A run does what can be done by the clock and comes back with the instant at which there is
//! more to do; the same call goes on from there, after a crash as well as after a night.

mod after;
mod drift;
mod lately;
mod step;

use std::collections::{BTreeMap, BTreeSet};

use time::{Duration, OffsetDateTime};

use self::drift::is_drift;
use self::lately::{Elsewhere, Lately, allowance};
use super::connector::Connector;
use super::error::{ApplyError, JournalError};
use super::event::{Entry, Event};
use super::journal::Journal;
use super::paper::{Paper, PaperStep};
use super::work::{Standing, Work};
use crate::diagnostic::Code;
use crate::model::Id;
use crate::plan::{ActionClass, DAILY_QUOTA, Reason};

/// How far clocks of different machines may be apart.
const SKEW: Duration = Duration::minutes(5);

/// How a run goes about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How many times a step is tried.
    pub attempts: u32,
    /// How long to wait after the first attempt; twice as long after each further one.
    pub backoff: Duration,
    /// After so many failures one after the other the run stops.
    pub failures: u32,
    /// How many users may have changed since the plan was made before the run stops.
    pub drift: u32,
    /// How many requests each executor takes in 24 hours (PLATFORM E).
    pub quota: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self { attempts: 5, backoff: Duration::minutes(1), failures: 3, drift: 25, quota: DAILY_QUOTA }
    }
}

/// Why a run stopped before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Somebody asked for it.
    Cancelled,
    /// Too many failures one after the other.
    Failures,
    /// Too many users are not as they were planned for.
    Drift,
}

/// How far a run came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run {
    /// Every step is in a final state.
    Finished,
    /// There is more to do from an instant on.
    Waiting {
        /// That instant.
        until: OffsetDateTime,
    },
    /// What is left waits for a person: held steps, or somebody's report.
    Held,
    /// It was stopped. The same call goes on.
    Stopped(Stop),
}

/// Carries a plan out that was accepted.
pub struct Engine<'a, J, C> {
    paper: &'a Paper,
    journal: &'a mut J,
    connector: &'a mut C,
    pace: Pace,
    work: Work,
    /// The latest instant that was recorded: a clock that goes backwards a little stands still.
    latest: OffsetDateTime,
    /// The clock is so far behind what was recorded that one of the two is wrong.
    behind: bool,
    /// What was done in the last day.
    lately: Lately,
    /// How many users of a class somebody allowed, instead of what the plan says.
    allowed: BTreeMap<ActionClass, u64>,
    failures: u32,
    drifted: BTreeSet<Id>,
    elsewhere: Elsewhere,
}

/// What became of looking at a step.
enum Look {
    /// Something was recorded.
    Moved,
    /// There is something to do from an instant on.
    Later(OffsetDateTime),
    /// There is nothing to do by itself.
    Nothing,
}

impl<'a, J: Journal, C: Connector> Engine<'a, J, C> {
    /// An engine for a plan of which the journal says how far it came.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn new(
        paper: &'a Paper,
        journal: &'a mut J,
        connector: &'a mut C,
        pace: Pace,
    ) -> Result<Self, JournalError> {
        let mut work = Work::of(paper);
        let mut latest = paper.as_of();
        let (mut lately, mut allowed) = (Lately::default(), BTreeMap::new());
        let (mut drifted, mut elsewhere) = (BTreeSet::new(), Elsewhere::default());
        journal.replay(&mut |entry| {
            latest = latest.max(entry.at);
            lately.take(&entry);
            if entry.plan.as_ref() == Some(paper.digest()) {
                if let Event::Stopped { user: Some(user), reason, .. } = &entry.event
                    && is_drift(&reason.code)
                {
                    drifted.insert(*user);
                }
                allowed.extend(allowance(&entry.event));
                work.take(entry.at, &entry.event);
            } else {
                elsewhere.take(&entry);
            }
        })?;
        Ok(Self {
            paper,
            journal,
            connector,
            pace,
            work,
            latest,
            behind: false,
            lately,
            allowed,
            failures: 0,
            drifted,
            elsewhere,
        })
    }

    /// The connector, for whoever has to tell it something between two runs.
    pub const fn connector(&mut self) -> &mut C {
        self.connector
    }

    /// How it stands.
    pub const fn work(&self) -> &Work {
        &self.work
    }

    /// Does what can be done now. `clock` is asked before each step, `go_on` after each: whether to go on, given
    /// the step and how it stands.
    ///
    /// # Errors
    /// If the journal cannot be written. Nothing is done without a record.
    pub fn run(
        &mut self,
        clock: &mut dyn FnMut() -> OffsetDateTime,
        go_on: &mut dyn FnMut(&PaperStep, Standing) -> bool,
    ) -> Result<Run, ApplyError> {
        if !self.work.is_accepted() {
            let message = "the plan was not accepted: nothing of it is carried out";
            return Err(ApplyError::Refused { reasons: vec![Reason::new(Code::NotAccepted, message)] });
        }
        self.failures = 0;
        if self.drifted.len() > self.pace.drift as usize {
            let now = self.now(clock);
            return self.stop(Stop::Drift, now);
        }
        loop {
            let (mut moved, mut next) = (false, None::<OffsetDateTime>);
            for at in 0..self.paper.steps().len() {
                let now = self.now(clock);
                if self.behind {
                    // Every wait would seem to be over: nothing is done before the clock is there.
                    next = Some(self.latest);
                    break;
                }
                match self.look(at, now, clock)? {
                    Look::Nothing => continue,
                    Look::Later(then) => {
                        next = Some(next.map_or(then, |next| next.min(then)));
                        continue;
                    }
                    Look::Moved => moved = true,
                }
                let stop = if self.failures >= self.pace.failures {
                    Some(Stop::Failures)
                } else if self.drifted.len() > self.pace.drift as usize {
                    Some(Stop::Drift)
                } else {
                    let step = self.paper.steps().get(at);
                    let goes_on = step.is_none_or(|step| go_on(step, self.work.step(at)));
                    (!goes_on).then_some(Stop::Cancelled)
                };
                if let Some(stop) = stop {
                    return self.stop(stop, now);
                }
            }
            if moved {
                continue;
            }
            if let Some(until) = next {
                return Ok(Run::Waiting { until });
            }
            let is_over =
                |standing: &Standing| standing.is_final() && !matches!(standing, Standing::Held { .. });
            if !self.work.steps().iter().all(is_over) {
                return Ok(Run::Held);
            }
            if !self.work.is_finished() {
                let now = self.now(clock);
                self.finish(now)?;
            }
            return Ok(Run::Finished);
        }
    }

    fn now(&mut self, clock: &mut dyn FnMut() -> OffsetDateTime) -> OffsetDateTime {
        let told = clock();
        self.behind = told.saturating_add(SKEW) < self.latest;
        self.latest = self.latest.max(told);
        self.latest
    }

    fn note(&mut self, at: OffsetDateTime, event: Event) -> Result<(), JournalError> {
        let actor = Some(self.paper.actor().to_owned());
        let entry = Entry { at, actor, plan: Some(*self.paper.digest()), event };
        self.journal.record(vec![entry.clone()])?;
        self.work.take(at, &entry.event);
        Ok(())
    }

    fn stop(&mut self, stop: Stop, now: OffsetDateTime) -> Result<Run, ApplyError> {
        let reason = match stop {
            Stop::Cancelled => Reason::new(Code::RunCancelled, "somebody asked for it"),
            Stop::Failures => {
                let message = format!("{} steps one after the other were not done", self.failures);
                Reason::new(Code::TooManyFailures, message)
            }
            Stop::Drift => {
                let message = format!("{} users are not as they were planned for", self.drifted.len());
                Reason::new(Code::TooMuchDrift, message)
            }
        };
        self.note(now, Event::Interrupted { reason })?;
        Ok(Run::Stopped(stop))
    }

    fn finish(&mut self, now: OffsetDateTime) -> Result<(), JournalError> {
        let ending = self.work.ending();
        self.note(now, ending)
    }
}
