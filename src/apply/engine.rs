//! The run: what may be done now is done, step by step, and everything is recorded before and after.
//!
//! Nobody waits here. A run does what can be done by the clock and comes back with the instant at which there is
//! more to do; the same call goes on from there, after a crash as well as after a night.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use time::{Duration, OffsetDateTime};

use super::connector::{Connector, Effect, IdSight, Sight};
use super::error::{ApplyError, JournalError};
use super::event::{Entry, Event};
use super::journal::Journal;
use super::outcome::{Key, NoOp, Outcome};
use super::paper::{Paper, PaperStep};
use super::ready::{Readiness, readiness, settle};
use super::work::{Standing, Work};
use crate::diagnostic::Code;
use crate::directory::Digest;
use crate::model::Id;
use crate::plan::{DAILY_QUOTA, Executor, Reason, StepKind};

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
    /// When requests were made, by executor.
    requests: [VecDeque<OffsetDateTime>; 2],
    failures: u32,
    drifted: BTreeSet<Id>,
    /// Users with something irreversible in another plan, and since when that is settled, if it is.
    elsewhere: BTreeMap<Id, Option<OffsetDateTime>>,
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
        let mut requests = [VecDeque::new(), VecDeque::new()];
        let (mut drifted, mut elsewhere) = (BTreeSet::new(), Elsewhere::default());
        journal.replay(&mut |entry| {
            latest = latest.max(entry.at);
            if let Event::Intent { kind, .. } = &entry.event
                && let Some(lane) = lane(kind.executor())
            {
                requests[lane].push_back(entry.at);
            }
            if entry.plan.as_ref() == Some(paper.digest()) {
                if let Event::Stopped { user: Some(user), reason, .. } = &entry.event
                    && is_drift(&reason.code)
                {
                    drifted.insert(*user);
                }
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
            requests,
            failures: 0,
            drifted,
            elsewhere: elsewhere.users,
        })
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

    fn look(
        &mut self,
        at: usize,
        now: OffsetDateTime,
        clock: &mut dyn FnMut() -> OffsetDateTime,
    ) -> Result<Look, JournalError> {
        let paper = self.paper;
        let Some(step) = paper.steps().get(at) else { return Ok(Look::Nothing) };
        match self.work.step(at) {
            Standing::Untouched => self.begin(at, step, now, now, clock),
            Standing::Again { since, attempt } => {
                let doublings = attempt.saturating_sub(1).min(16);
                let wait =
                    if attempt == 0 { Duration::ZERO } else { self.pace.backoff * 2_i32.pow(doublings) };
                self.begin(at, step, now, since.saturating_add(wait), clock)
            }
            Standing::Open { since, attempt } => self.settle(step, since, attempt, now),
            Standing::Pending { since, until, attempt } => {
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
        not_before: OffsetDateTime,
        clock: &mut dyn FnMut() -> OffsetDateTime,
    ) -> Result<Look, JournalError> {
        let from = match readiness(self.paper, &self.work, at) {
            Readiness::Waits => return Ok(Look::Nothing),
            Readiness::Never { because_of } => {
                let message = format!("step {because_of}, which comes before it, was not done");
                return self.stop_steps(vec![step.number], step.user, Code::StepBeforeFailed, message, now);
            }
            Readiness::From(from) => from.max(not_before),
        };
        if from > now {
            return Ok(Look::Later(from));
        }
        // Who cannot do it leaves it to somebody else, who reports.
        let Some(ability) = self.connector.ability(step.kind) else { return Ok(Look::Nothing) };
        if let Some(free) = self.quota(step.kind, now) {
            return Ok(Look::Later(free));
        }
        let sight = self.connector.observe(step, now);
        if let Some((code, message)) = changed(step, &sight) {
            self.drifted.extend(step.user);
            let steps = self.open_steps_of(step);
            return self.stop_steps(steps, step.user, code, message, now);
        }
        if let Some(user) = step.user.filter(|user| self.is_at_work_elsewhere(*user, step, now)) {
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
        if let Some(lane) = lane(step.executor) {
            self.requests[lane].push_back(now);
        }
        let outcome = self.connector.perform(step, &key, now);
        // It may have taken a while, and what waits for it waits from when it was done.
        let now = self.now(clock);
        self.outcome(step, attempt, outcome, false, now)
    }

    /// Whether another plan has begun to end this ID, or has done so a short while ago.
    fn is_at_work_elsewhere(&self, user: Id, step: &PaperStep, now: OffsetDateTime) -> bool {
        let is_open = |settled: &Option<OffsetDateTime>| {
            settled.is_none_or(|at| now < at.saturating_add(Duration::hours(48)))
        };
        step.kind.reversible() == Some(false) && self.elsewhere.get(&user).is_some_and(is_open)
    }

    /// When there is room for one more request; `None` if there is now.
    fn quota(&mut self, kind: StepKind, now: OffsetDateTime) -> Option<OffsetDateTime> {
        let requests = self.requests.get_mut(lane(kind.executor())?)?;
        let day = Duration::hours(24);
        while requests.pop_front_if(|at| at.saturating_add(day) <= now).is_some() {}
        let over = (requests.len() + 1).checked_sub(self.pace.quota.max(1) as usize)?;
        let oldest = requests.get(over.checked_sub(1)?)?;
        Some(oldest.saturating_add(day))
    }

    fn outcome(
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

    /// Finds out what became of a step of which nobody knows whether it was done.
    fn settle(
        &mut self,
        step: &PaperStep,
        since: OffsetDateTime,
        attempt: u32,
        now: OffsetDateTime,
    ) -> Result<Look, JournalError> {
        let Some(ability) = self.connector.ability(step.kind) else { return Ok(Look::Nothing) };
        let irreversible = step.kind.reversible() == Some(false);
        // Under the same key nothing is done twice; but whether it is done at all is asked again.
        let sight = self.connector.observe(step, now);
        if ability.keyed && changed(step, &sight).is_none() {
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
                Effect::Pending(until) if until > now => {
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
    fn confirm(
        &mut self,
        step: &PaperStep,
        since: OffsetDateTime,
        attempt: u32,
        now: OffsetDateTime,
    ) -> Result<Look, JournalError> {
        let readable = self.connector.ability(step.kind).is_some_and(|ability| ability.readable);
        let effect = if readable { self.connector.observe(step, now).effect } else { Effect::Unclear };
        let outcome = match effect {
            Effect::Done => Outcome::Applied,
            Effect::Pending(until) if until > now => Outcome::Pending { until },
            Effect::Unclear if step.kind.reversible() != Some(false) && !readable => Outcome::Applied,
            _ => {
                let late = since.saturating_add(settle(step.kind)) <= now;
                let why = if late { "it has not taken effect in time" } else { "it does not show yet" };
                Outcome::Unknown { why: why.to_owned() }
            }
        };
        self.outcome(step, attempt, outcome, true, now)
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

/// Whether a user was stopped because things are not as they were planned for.
fn is_drift(code: &str) -> bool {
    let drift = [Code::PersonReturned, Code::HeldMeanwhile, Code::CredentialChanged, Code::DecidedOtherwise];
    drift.iter().any(|known| known.as_str() == code)
}

/// What other plans have begun and cannot take back.
#[derive(Default)]
struct Elsewhere {
    users: BTreeMap<Id, Option<OffsetDateTime>>,
    steps: BTreeMap<(Option<Digest>, u32), Id>,
}

impl Elsewhere {
    fn take(&mut self, entry: &Entry) {
        let key = |step: u32| (entry.plan, step);
        match &entry.event {
            Event::Intent { step, kind, user: Some(user), .. } if kind.reversible() == Some(false) => {
                self.steps.insert(key(*step), *user);
                self.users.insert(*user, None);
            }
            Event::Outcome { step, outcome, .. } => {
                let Some(user) = self.steps.get(&key(*step)) else { return };
                match outcome {
                    Outcome::Applied | Outcome::NoOp { .. } => {
                        self.users.insert(*user, Some(entry.at));
                    }
                    Outcome::Refused { .. } | Outcome::Failed { retryable: false, .. } => {
                        self.users.remove(user);
                    }
                    _ => {}
                }
            }
            Event::Resolved { step, done, .. } => {
                let Some(user) = self.steps.get(&key(*step)) else { return };
                if *done {
                    self.users.insert(*user, Some(entry.at));
                } else {
                    self.users.remove(user);
                }
            }
            _ => {}
        }
    }
}

/// The web APIs whose requests are counted.
const fn lane(executor: Executor) -> Option<usize> {
    match executor {
        Executor::Cockpit => Some(0),
        Executor::Broadcast => Some(1),
        Executor::Mdm | Executor::Host => None,
    }
}

/// Why things are not as they were planned for.
fn changed(step: &PaperStep, sight: &Sight) -> Option<(Code, String)> {
    let whose = step.user.map_or_else(|| "the group".to_owned(), |user| user.to_string());
    if sight.returned {
        return Some((Code::PersonReturned, format!("{whose}: the person is back, or stays after all")));
    }
    if sight.held {
        return Some((Code::HeldMeanwhile, format!("{whose}: somebody put a hold on the person")));
    }
    if sight.decided_otherwise {
        return Some((Code::DecidedOtherwise, format!("{whose}: something else is decided by now")));
    }
    let other = match (step.kind, &sight.credential) {
        (StepKind::Withdraw, Some(Some(now))) => step.user.is_some() && **now != *step.target,
        // The credential that is deleted may be somebody else's by now.
        (StepKind::Withdraw, Some(None)) => step.user.is_some() && sight.effect == Effect::NotDone,
        _ => false,
    };
    other.then(|| (Code::CredentialChanged, format!("{whose}: the ID has another credential by now")))
}

/// What a step comes to without doing anything.
fn already(step: &PaperStep, sight: &Sight) -> Option<Outcome> {
    match (sight.effect, sight.id, step.kind) {
        (_, IdSight::Gone, StepKind::Revoke | StepKind::Detach | StepKind::Notify) => {
            Some(Outcome::NoOp { why: NoOp::IdGone })
        }
        (Effect::Done, ..) => Some(Outcome::NoOp { why: NoOp::AlreadySo }),
        (Effect::Pending(until), ..) => Some(Outcome::Pending { until }),
        _ => None,
    }
}
