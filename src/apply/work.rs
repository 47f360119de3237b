//! How it stands with each step of a plan, by what is recorded: entries in, standings out.
//!
//! Whatever was recorded before a crash is all that is known after it. An intent without an outcome means that
//! nobody knows whether the step was done.

use time::OffsetDateTime;

use super::event::Event;
use super::outcome::Outcome;
use super::paper::Paper;

/// How it stands with a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// Nothing was tried.
    #[default]
    Untouched,
    /// It was tried, and nobody knows whether it was done.
    Open {
        /// Since when.
        since: OffsetDateTime,
        /// How many times it was tried.
        attempt: u32,
    },
    /// It takes effect by an instant.
    Pending {
        /// Since when.
        since: OffsetDateTime,
        /// That instant.
        until: OffsetDateTime,
        /// How many times it was tried.
        attempt: u32,
    },
    /// It was tried in vain, or found not to have been done, and may be tried again.
    Again {
        /// When that was known.
        since: OffsetDateTime,
        /// How many times it was tried.
        attempt: u32,
    },
    /// It is done.
    Done {
        /// Since when, at the latest.
        at: OffsetDateTime,
        /// There was nothing to do.
        no_op: bool,
    },
    /// It was refused, or failed for good.
    Failed {
        /// When.
        at: OffsetDateTime,
    },
    /// A person must find out how it stands.
    Held {
        /// Since when.
        since: OffsetDateTime,
    },
    /// It is not done, because things are not as they were planned for.
    Stopped {
        /// Since when.
        at: OffsetDateTime,
    },
}

impl Standing {
    /// Whether nothing will change by itself any more. A held step is final until it is resolved.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Done { .. } | Self::Failed { .. } | Self::Held { .. } | Self::Stopped { .. })
    }

    /// Whether it is done.
    pub const fn is_done(self) -> bool {
        matches!(self, Self::Done { .. })
    }

    /// How many times it was tried.
    pub(super) const fn attempts(self) -> u32 {
        match self {
            Self::Open { attempt, .. } | Self::Pending { attempt, .. } | Self::Again { attempt, .. } => {
                attempt
            }
            _ => 0,
        }
    }
}

/// The standings of the steps of one plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    accepted: bool,
    finished: bool,
    steps: Vec<Standing>,
}

impl Work {
    /// Nothing was done of a plan yet.
    pub fn of(paper: &Paper) -> Self {
        Self { accepted: false, finished: false, steps: vec![Standing::Untouched; paper.steps().len()] }
    }

    /// Whether the plan was accepted.
    pub const fn is_accepted(&self) -> bool {
        self.accepted
    }

    /// Whether the run has ended.
    pub const fn is_finished(&self) -> bool {
        self.finished
    }

    /// The standings, in the order of the steps.
    pub fn steps(&self) -> &[Standing] {
        &self.steps
    }

    /// How it stands with the step at a position.
    pub fn step(&self, at: usize) -> Standing {
        self.steps.get(at).copied().unwrap_or_default()
    }

    /// How a plan of which every step is in a final state has ended.
    pub(super) fn ending(&self) -> Event {
        let count = |wanted: fn(&Standing) -> bool| {
            let count = self.steps.iter().filter(|standing| wanted(standing)).count();
            u32::try_from(count).unwrap_or(u32::MAX)
        };
        Event::Finished {
            done: count(|standing| matches!(standing, Standing::Done { no_op: false, .. })),
            no_op: count(|standing| matches!(standing, Standing::Done { no_op: true, .. })),
            not_done: count(|standing| !standing.is_done()),
        }
    }

    /// Takes an event of this plan in. Events about steps that the plan has not are left alone.
    pub fn take(&mut self, at: OffsetDateTime, event: &Event) {
        match event {
            Event::Accepted { .. } => self.accepted = true,
            Event::Finished { .. } => self.finished = true,
            Event::Intent { step, attempt, .. } => {
                self.set(*step, Standing::Open { since: at, attempt: *attempt });
            }
            Event::Outcome { step, attempt, outcome, observed } => {
                let before = self.step((*step as usize).wrapping_sub(1));
                self.set(*step, after(before, at, *attempt, outcome, *observed));
            }
            Event::Held { step, .. } => self.set(*step, Standing::Held { since: at }),
            Event::Resolved { step, done, .. } => {
                // What a person found not to be done is tried again from the beginning.
                let resolved = if *done {
                    Standing::Done { at, no_op: false }
                } else {
                    Standing::Again { since: at, attempt: 0 }
                };
                self.set(*step, resolved);
                self.finished = false;
            }
            Event::Stopped { steps, .. } => {
                for step in steps {
                    self.set(*step, Standing::Stopped { at });
                }
            }
            Event::Opened { .. }
            | Event::PolicyChanged { .. }
            | Event::Approved { .. }
            | Event::Refused { .. }
            | Event::Overridden { .. }
            | Event::Interrupted { .. } => {}
        }
    }

    fn set(&mut self, number: u32, standing: Standing) {
        let place = (number as usize).checked_sub(1).and_then(|at| self.steps.get_mut(at));
        if let Some(place) = place {
            *place = standing;
        }
    }
}

fn after(before: Standing, at: OffsetDateTime, attempt: u32, outcome: &Outcome, observed: bool) -> Standing {
    match outcome {
        Outcome::Applied => Standing::Done { at, no_op: false },
        Outcome::NoOp { .. } => Standing::Done { at, no_op: true },
        // What is still on its way has been so since it was tried.
        Outcome::Pending { until } => match before {
            Standing::Open { since, .. } | Standing::Pending { since, .. } if observed => {
                Standing::Pending { since, until: *until, attempt }
            }
            _ => Standing::Pending { since: at, until: *until, attempt },
        },
        Outcome::Refused { .. } | Outcome::Failed { retryable: false, .. } => Standing::Failed { at },
        Outcome::Failed { retryable: true, .. } => Standing::Again { since: at, attempt },
        // It is not known since it was tried, not since that was noticed; a connector that says so has just tried it.
        Outcome::Unknown { .. } => match before {
            Standing::Open { since, .. } | Standing::Pending { since, .. } if observed => {
                Standing::Open { since, attempt }
            }
            _ => Standing::Open { since: at, attempt },
        },
    }
}
