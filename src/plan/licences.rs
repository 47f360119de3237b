//! Seats: bought, used, and what a plan frees, when (PLATFORM 13, 19).

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use time::OffsetDateTime;

use super::course::{Course, Standing, Way};
use super::schedule::Schedule;
use super::step::StepKind;
use crate::model::Licences;
use crate::sort::Gather as _;

/// Seats of the subscription and what becomes of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Seats {
    /// Seats bought.
    pub bought: u32,
    /// Seats in use before the plan.
    pub used: u32,
    /// Seats that the plan frees, by time. A migration gives one back and takes one.
    pub freed: Vec<Freed>,
}

/// Seats that become free.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Freed {
    /// At the latest; `None` if nothing bounds it.
    #[serde(serialize_with = "crate::model::instant_or_null")]
    pub at: Option<OffsetDateTime>,
    /// How many.
    pub seats: u32,
}

/// What the steps of all courses free.
pub(super) fn seats(licences: Option<Licences>, courses: &[Course], schedule: &Schedule) -> Option<Seats> {
    let licences = licences?;
    // The seat of a credential that somebody on it gives up for another licence goes over with that one.
    let moved: BTreeSet<&str> = courses
        .iter()
        .filter_map(|course| match &course.access {
            Some(Way::Migrate { from: Some(key), .. }) => Some(&**key),
            _ => None,
        })
        .gather();
    // What nothing bounds comes last.
    let mut freed: BTreeMap<(bool, Option<OffsetDateTime>), u32> = BTreeMap::new();
    for (position, steps) in &schedule.of_user {
        let course = &courses[*position];
        if course.standing != Standing::Planned || matches!(course.access, Some(Way::Migrate { .. })) {
            continue;
        }
        for index in steps {
            let step = &schedule.steps[*index];
            // A shared credential is one seat: only the step of its first user counts.
            if step.user != Some(*position) || moved.contains(step.target.as_str()) {
                continue;
            }
            if matches!(step.kind, StepKind::Withdraw | StepKind::RemoveFromDevice) {
                let at = step.effect_by();
                *freed.entry((at.is_none(), at)).or_default() += 1;
            }
        }
    }
    let freed = freed.into_iter().map(|((_, at), seats)| Freed { at, seats }).collect();
    Some(Seats { bought: licences.bought, used: licences.used, freed })
}
