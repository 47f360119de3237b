//! What is shown: the plan as it was written, and with each step how it stands, since when, and why.
//!
//! In goes a [`RunReport`], out comes [`Shown`]. The plan is read from its canonical text, which the paper has
//! verified; records are gone through once.

use std::collections::HashMap;

use serde::{Deserialize, Deserializer};
use time::OffsetDateTime;

use super::{Compared, RunReport};
use crate::apply::event::utc;
use crate::apply::{Event, Outcome, PaperStep, Signed, Standing, State, Work};
use crate::diagnostic::Diagnostic;
use crate::directory::Digest;
use crate::model::{Id, parse_instant};
use crate::plan::{Reason, Status, StepKind, Until, not_a_plan};
use crate::policy::{Access, Disposition};

/// The parts of a plan that a report shows.
#[derive(Debug, Deserialize)]
pub(super) struct Plan {
    pub(super) made: Made,
    #[serde(with = "utc")]
    pub(super) expires_at: OffsetDateTime,
    pub(super) approvals_needed: usize,
    pub(super) users: Vec<User>,
    pub(super) hazards: Vec<Hazard>,
    pub(super) findings: Vec<Finding>,
    pub(super) guards: Vec<Guard>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Made {
    #[serde(with = "utc")]
    pub(super) as_of: OffsetDateTime,
    pub(super) actor: String,
    pub(super) leaver_version: String,
    pub(super) directory: Digest,
    pub(super) policy: Digest,
}

#[derive(Debug, Deserialize)]
pub(super) struct User {
    #[serde(rename = "user")]
    pub(super) id: Id,
    pub(super) decision: Decision,
    pub(super) status: Status,
    pub(super) reason: Option<Reason>,
    pub(super) steps: Vec<u32>,
    pub(super) exposure: Windows,
}

impl User {
    /// Whether ID or access is taken by the plan. Nobody else has windows that are to end.
    pub(super) fn goes(&self) -> bool {
        let decision = &self.decision;
        !self.steps.is_empty()
            && (matches!(decision.disposition, Disposition::Detach | Disposition::Revoke)
                || decision.access == Access::Withdraw)
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Decision {
    pub(super) person: Option<String>,
    pub(super) disposition: Disposition,
    pub(super) access: Access,
    pub(super) rule: Option<String>,
    pub(super) reason: Option<String>,
}

/// Until when, at worst.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Windows {
    #[serde(rename = "reads_until", deserialize_with = "until")]
    pub(super) reads: Until,
    #[serde(rename = "writes_until", deserialize_with = "until")]
    pub(super) writes: Until,
    #[serde(rename = "listed_until", deserialize_with = "until")]
    pub(super) listed: Until,
}

fn until<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Until, D::Error> {
    let text = String::deserialize(deserializer)?;
    match &*text {
        "ended" => Ok(Until::Ended),
        "unbounded" => Ok(Until::Unbounded),
        text => parse_instant(text).map(Until::At).ok_or_else(|| serde::de::Error::custom("not an instant")),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Hazard {
    pub(super) code: String,
    pub(super) user: Option<Id>,
    pub(super) holds: Vec<String>,
    pub(super) message: String,
    pub(super) consequence: String,
    pub(super) fix: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Finding {
    pub(super) code: String,
    pub(super) message: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Guard {
    #[serde(rename = "guard")]
    pub(super) name: String,
    pub(super) limit: Option<usize>,
    pub(super) value: Option<usize>,
    pub(super) passed: bool,
}

/// A step with how it stands.
#[derive(Debug)]
pub(super) struct Step<'a> {
    pub(super) paper: &'a PaperStep,
    pub(super) state: State,
    /// Since when, as recorded.
    pub(super) since: Option<OffsetDateTime>,
    /// Until when it is expected.
    pub(super) until: Option<OffsetDateTime>,
    /// There was nothing to do.
    pub(super) no_op: bool,
    /// It was seen on the platform to be so, not only told.
    pub(super) seen: bool,
    /// Why it is not done.
    pub(super) why: Option<Reason>,
}

/// Everything that a report shows.
#[derive(Debug)]
pub(super) struct Shown<'a> {
    pub(super) input: &'a RunReport<'a>,
    pub(super) plan: Plan,
    /// The steps, by number less one.
    pub(super) steps: Vec<Step<'a>>,
    pub(super) approvals: Vec<&'a Signed>,
    pub(super) accepted: Option<OffsetDateTime>,
    pub(super) finished: Option<OffsetDateTime>,
}

impl<'a> Shown<'a> {
    pub(super) fn of(input: &'a RunReport<'a>) -> Result<Self, Box<Diagnostic>> {
        let lacks = |error: serde_json::Error| {
            Box::new(not_a_plan("the plan of the report", &format!("part that a report shows: {error}")))
        };
        let plan: Plan = serde_json::from_str(input.paper.text()).map_err(lacks)?;
        let mut work = Work::of(input.paper);
        let mut told: HashMap<u32, (Option<Reason>, bool)> = HashMap::new();
        let (mut approvals, mut accepted, mut finished) = (Vec::new(), None, None);
        for record in input.records {
            let at = record.entry.at;
            work.take(at, &record.entry.event);
            match &record.entry.event {
                Event::Approved { approval } => approvals.push(approval),
                Event::Accepted { .. } => accepted = Some(at),
                Event::Finished { .. } => finished = Some(at),
                Event::Outcome { step, outcome, observed, .. } => {
                    told.insert(*step, (why(outcome), *observed));
                }
                Event::Held { step, reason } => {
                    told.insert(*step, (Some(reason.clone()), false));
                }
                Event::Resolved { step, .. } => {
                    told.insert(*step, (None, false));
                }
                Event::Stopped { steps, reason, .. } => {
                    told.extend(steps.iter().map(|step| (*step, (Some(reason.clone()), false))));
                }
                _ => {}
            }
        }
        let steps = input.paper.steps().iter().enumerate().map(|(at, paper)| {
            let standing = work.step(at);
            let status = input.status.steps.get(at);
            let state = status.map_or(State::Open, |status| status.state);
            let (why, observed) = told.remove(&paper.number).unwrap_or_default();
            let is_visible = input.compared == Compared::WithPlatform && paper.kind != StepKind::Notify;
            Step {
                paper,
                state,
                since: since(standing),
                until: status.and_then(|status| status.until),
                no_op: matches!(standing, Standing::Done { no_op: true, .. }),
                seen: state == State::Confirmed && (observed || is_visible),
                why,
            }
        });
        let steps = steps.collect();
        Ok(Self { input, plan, steps, approvals, accepted, finished })
    }

    /// The steps of a user.
    pub(super) fn steps_of<'s>(&'s self, user: &'s User) -> impl Iterator<Item = &'s Step<'a>> {
        user.steps.iter().filter_map(|number| self.steps.get((*number as usize).checked_sub(1)?))
    }

    /// How many steps stand so.
    pub(super) fn count(&self, states: &[State]) -> usize {
        self.steps.iter().filter(|step| states.contains(&step.state)).count()
    }
}

fn why(outcome: &Outcome) -> Option<Reason> {
    match outcome {
        Outcome::Refused { why } | Outcome::Failed { why, .. } | Outcome::Unknown { why } => {
            Some(Reason { code: String::new(), message: why.clone() })
        }
        Outcome::Applied | Outcome::NoOp { .. } | Outcome::Pending { .. } => None,
    }
}

const fn since(standing: Standing) -> Option<OffsetDateTime> {
    match standing {
        Standing::Untouched => None,
        Standing::Open { since, .. }
        | Standing::Pending { since, .. }
        | Standing::Again { since, .. }
        | Standing::Held { since } => Some(since),
        Standing::Done { at, .. } | Standing::Failed { at } | Standing::Stopped { at } => Some(at),
    }
}
