//! What the journal says of the last day, whatever the plan: requests, users acted on, and what cannot be taken back.

use std::collections::{BTreeMap, VecDeque};

use time::{Duration, OffsetDateTime};

use crate::apply::event::{Entry, Event};
use crate::apply::outcome::Outcome;
use crate::directory::Digest;
use crate::model::Id;
use crate::plan::{ActionClass, Executor, StepKind};

/// How long what was done counts: quotas and limits are those of a day (PLATFORM E).
const DAY: Duration = Duration::hours(24);
/// How long a plan keeps off an ID that another one has just ended.
const ELSEWHERE: Duration = Duration::hours(48);
/// Requests that a step is counted with when only its intent is on record: it was looked at, and done.
const PER_INTENT: usize = 2;

/// What was done lately.
#[derive(Debug, Default)]
pub(super) struct Lately {
    /// When requests were made, by web API.
    requests: [VecDeque<OffsetDateTime>; 2],
    /// Who was acted on, and when.
    acted: BTreeMap<ActionClass, VecDeque<(OffsetDateTime, Id)>>,
}

impl Lately {
    /// Takes a record in.
    pub(super) fn take(&mut self, entry: &Entry) {
        if let Event::Intent { kind, user, .. } = &entry.event {
            for _ in 0..PER_INTENT {
                self.asked(kind.executor(), entry.at);
            }
            self.acted(*kind, *user, entry.at);
        }
    }

    /// A request was made.
    pub(super) fn asked(&mut self, executor: Executor, at: OffsetDateTime) {
        if let Some(lane) = lane(executor) {
            self.requests[lane].push_back(at);
        }
    }

    /// Somebody was acted on.
    pub(super) fn acted(&mut self, kind: StepKind, user: Option<Id>, at: OffsetDateTime) {
        if let (Some(class), Some(user)) = (kind.class(), user) {
            self.acted.entry(class).or_default().push_back((at, user));
        }
    }

    /// When there is room for one more request; `None` if there is now.
    pub(super) fn room(
        &mut self,
        executor: Executor,
        quota: u32,
        now: OffsetDateTime,
    ) -> Option<OffsetDateTime> {
        let requests = self.requests.get_mut(lane(executor)?)?;
        while requests.pop_front_if(|at| at.saturating_add(DAY) <= now).is_some() {}
        let over = (requests.len() + 1).checked_sub(quota.max(1) as usize)?;
        let oldest = requests.get(over.checked_sub(1)?)?;
        Some(oldest.saturating_add(DAY))
    }

    /// When one more user may be acted on by steps of a class; `None` if now.
    pub(super) fn turn(
        &mut self,
        class: ActionClass,
        user: Id,
        limit: u64,
        now: OffsetDateTime,
    ) -> Option<OffsetDateTime> {
        let acted = self.acted.entry(class).or_default();
        while acted.pop_front_if(|(at, _)| at.saturating_add(DAY) <= now).is_some() {}
        if acted.len() as u64 <= limit.saturating_sub(1) {
            return None;
        }
        let last: BTreeMap<Id, OffsetDateTime> = acted.iter().map(|(at, user)| (*user, *at)).collect();
        if last.contains_key(&user) {
            return None;
        }
        let over = (last.len() as u64 + 1).checked_sub(limit).filter(|over| *over > 0)?;
        let mut instants: Vec<OffsetDateTime> = last.into_values().collect();
        instants.sort_unstable();
        // A limit of nobody is one for ever: it is looked at again in a day.
        let free = usize::try_from(over - 1).ok().and_then(|at| instants.get(at).copied()).unwrap_or(now);
        Some(free.saturating_add(DAY))
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

/// What other plans have begun and cannot take back.
#[derive(Debug, Default)]
pub(super) struct Elsewhere {
    users: BTreeMap<Id, Option<OffsetDateTime>>,
    steps: BTreeMap<(Option<Digest>, u32), Id>,
}

impl Elsewhere {
    /// Takes a record of another plan in.
    pub(super) fn take(&mut self, entry: &Entry) {
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

    /// Whether another plan has begun to end this ID, or has done so a short while ago.
    pub(super) fn is_at_work_on(&self, user: Id, now: OffsetDateTime) -> bool {
        let is_open =
            |settled: &Option<OffsetDateTime>| settled.is_none_or(|at| now < at.saturating_add(ELSEWHERE));
        self.users.get(&user).is_some_and(is_open)
    }
}

/// More users of a class than a plan says, as somebody allowed when it was accepted.
pub(super) fn allowance(event: &Event) -> Option<(ActionClass, u64)> {
    let Event::Overridden { limit, allowed, .. } = event else { return None };
    let class = limit.strip_suffix(".per_24h")?;
    let class = ActionClass::ALL.iter().find(|known| known.word() == class)?;
    Some((*class, *allowed))
}
