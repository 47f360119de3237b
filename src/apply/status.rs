//! What was planned beside what is observed: for people, and for whoever watches.

use serde::Serialize;
use time::OffsetDateTime;

use super::connector::{Connector, Effect, IdSight};
use super::paper::{Paper, PaperStep};
use super::ready::settle;
use super::work::{Standing, Work};
use crate::model::Id;
use crate::plan::StepKind;
use crate::policy::word_enum;

word_enum! {
    /// How it stands with a step.
    State {
        /// Not begun.
        Open = "open",
        /// Done, and seen to be so; or done where nothing can be seen.
        Confirmed = "confirmed",
        /// Under way, within the time the platform may take.
        Pending = "pending",
        /// Under way for longer than that.
        Overdue = "overdue",
        /// It was done and is not so any more: a detached ID came back (PLATFORM 4), a member is in a group again.
        Regressed = "regressed",
        /// A person must find out how it stands.
        Held = "held",
        /// Refused, or failed for good.
        Failed = "failed",
        /// Not done, because things are not as they were planned for.
        Stopped = "stopped",
    }
}

/// A step and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepStatus {
    /// Its number.
    pub step: u32,
    /// What it does.
    pub kind: StepKind,
    /// For whom.
    pub user: Option<Id>,
    /// To what.
    pub target: String,
    /// How it stands.
    pub state: State,
    /// Until when it is expected, where it is under way.
    #[serde(serialize_with = "crate::model::instant_or_null")]
    pub until: Option<OffsetDateTime>,
}

/// How it stands with a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Status {
    /// The instant.
    #[serde(serialize_with = "crate::model::instant")]
    pub at: OffsetDateTime,
    /// Its steps.
    pub steps: Vec<StepStatus>,
}

impl Status {
    /// How many steps stand so.
    pub fn count(&self, state: State) -> usize {
        self.steps.iter().filter(|step| step.state == state).count()
    }

    /// Whether somebody should look.
    pub fn is_alarming(&self) -> bool {
        let alarming = |step: &StepStatus| {
            matches!(
                step.state,
                State::Overdue | State::Regressed | State::Held | State::Failed | State::Stopped
            )
        };
        self.steps.iter().any(alarming)
    }
}

/// Compares a plan with what was recorded, and with what a connector sees if there is one.
pub fn status(
    paper: &Paper,
    work: &Work,
    mut connector: Option<&mut dyn Connector>,
    now: OffsetDateTime,
) -> Status {
    let steps = paper.steps().iter().enumerate().map(|(at, step)| {
        let (state, until) = match (work.step(at), &mut connector) {
            (Standing::Done { .. }, Some(connector)) => (seen(step, &mut **connector, now), None),
            (standing, _) => recorded(step, standing, now),
        };
        StepStatus {
            step: step.number,
            kind: step.kind,
            user: step.user,
            target: step.target.to_string(),
            state,
            until,
        }
    });
    Status { at: now, steps: steps.collect() }
}

fn recorded(step: &PaperStep, standing: Standing, now: OffsetDateTime) -> (State, Option<OffsetDateTime>) {
    let under_way =
        |until: OffsetDateTime| (if now <= until { State::Pending } else { State::Overdue }, Some(until));
    match standing {
        Standing::Untouched | Standing::Again { .. } => (State::Open, None),
        Standing::Open { since, .. } => under_way(since.saturating_add(settle(step.kind))),
        Standing::Pending { until, .. } => under_way(until),
        Standing::Done { .. } => (State::Confirmed, None),
        Standing::Failed { .. } => (State::Failed, None),
        Standing::Held { .. } => (State::Held, None),
        Standing::Stopped { .. } => (State::Stopped, None),
    }
}

/// Whether what was done is still so.
fn seen(step: &PaperStep, connector: &mut dyn Connector, now: OffsetDateTime) -> State {
    if !connector.ability(step.kind).is_some_and(|ability| ability.readable) {
        return State::Confirmed;
    }
    let sight = connector.observe(step, now);
    match sight.effect {
        Effect::NotDone if sight.id == IdSight::Gone && step.kind == StepKind::Detach => State::Confirmed,
        Effect::NotDone => State::Regressed,
        Effect::Done | Effect::Pending(_) | Effect::Unclear => State::Confirmed,
    }
}
