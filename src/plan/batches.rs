//! Batches: steps with the same action at the same time, numbered in the order in which they are carried out
//! (PLATFORM 28).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::payload::Purpose;
use super::schedule::{Begin, Index, Schedule, Scheduled};
use super::step::{Batch, Calls, Step, StepKind, Target, With};
use super::surroundings::{Position, Surroundings};
use crate::sort;

/// What makes steps one batch, in the order of the batches: when, what, and with what.
type Key = (Begin, u8, Alike);

/// Steps of one batch are alike in this.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Alike {
    /// Their kind is enough.
    Kind,
    /// The same group, list or credential.
    Target(Target),
    /// The same words.
    Text(Arc<str>),
    /// The same sort of configuration.
    Purpose(Purpose),
}

/// Batches, and the numbers that the steps have got in them.
pub(super) struct Numbered {
    pub(super) batches: Vec<Batch>,
    /// By index of the schedule.
    numbers: Vec<u32>,
}

impl Numbered {
    /// The numbers of a user's steps, in order.
    pub(super) fn of_user(&self, schedule: &Schedule, position: Position) -> Vec<u32> {
        let steps = schedule.of_user.get(&position).map_or(&[][..], Vec::as_slice);
        let mut numbers: Vec<u32> = steps.iter().map(|index| self.numbers[*index]).collect();
        sort::ascending(&mut numbers);
        numbers
    }
}

/// Puts all steps into batches.
pub(super) fn batches(surroundings: &Surroundings<'_>, schedule: &Schedule, has_api: bool) -> Numbered {
    let mut groups: BTreeMap<Key, Vec<Index>> = BTreeMap::new();
    for (index, step) in schedule.steps.iter().enumerate() {
        groups.entry(key(step)).or_default().push(index);
    }
    let mut batch_of = vec![0; schedule.steps.len()];
    for (number, members) in (1..).zip(groups.values()) {
        for index in members {
            batch_of[*index] = number;
        }
    }
    let mut numbered = Numbered { batches: Vec::new(), numbers: vec![0; schedule.steps.len()] };
    let mut next = 1;
    for (number, ((begin, _, _), mut members)) in (1..).zip(groups) {
        sort::by_key(&mut members, |index| {
            let step = &schedule.steps[*index];
            (step.user, step.target.clone(), *index)
        });
        let Some(kind) = members.first().map(|index| schedule.steps[*index].kind) else { continue };
        let not_before = match begin {
            Begin::At(instant) => Some(instant),
            Begin::Observed(instant) => Some(instant).filter(|at| *at > surroundings.moment.instant()),
        };
        let mut waits_for = BTreeSet::new();
        let mut steps = Vec::with_capacity(members.len());
        for index in members {
            let step = &schedule.steps[index];
            waits_for.extend(step.waits_for.iter().map(|awaited| batch_of[*awaited]));
            numbered.numbers[index] = next;
            steps.push(numbered_step(surroundings, step, next));
            next += 1;
        }
        let calls = match kind.calls() {
            _ if !has_api => 0,
            Calls::PerStep(calls) => calls.saturating_mul(u32::try_from(steps.len()).unwrap_or(u32::MAX)),
            Calls::PerBatch(calls) => calls,
        };
        numbered.batches.push(Batch {
            number,
            kind,
            executor: kind.executor(),
            privilege: kind.privilege(),
            reversible: kind.reversible(),
            not_before,
            waits_for: waits_for.into_iter().collect(),
            steps,
            api_calls: calls,
        });
    }
    numbered
}

fn numbered_step(surroundings: &Surroundings<'_>, step: &Scheduled, number: u32) -> Step {
    Step {
        number,
        user: step.user.map(|position| surroundings.user(position).id()),
        target: step.target.clone(),
        effect_by: step.effect_by(),
        with: step.with.clone(),
    }
}

fn key(step: &Scheduled) -> Key {
    // Kinds are declared in the order in which steps follow each other; who is told through a group that has
    // to be synchronised first is told after that.
    let rank = if step.is_late { StepKind::SynchroniseGroup as u8 * 2 + 1 } else { step.kind as u8 * 2 };
    let alike = match (&step.with, step.kind) {
        (Some(With::Text(text)), _) => Alike::Text(text.clone()),
        (Some(With::Configuration(configuration)), _) => Alike::Purpose(configuration.purpose),
        (
            _,
            StepKind::JoinList
            | StepKind::JoinGroup
            | StepKind::ReplaceId
            | StepKind::LeaveGroup
            | StepKind::LeaveList
            | StepKind::SynchroniseGroup,
        ) => Alike::Target(step.target.clone()),
        _ => Alike::Kind,
    };
    (step.begin, rank, alike)
}
