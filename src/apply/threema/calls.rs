//! Which requests a step makes: asked for the rehearsal and for the real thing alike.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::call::{Api, Call};
use super::settings::ThreemaSettings;
use crate::apply::connector::Ability;
use crate::apply::paper::{Paper, PaperStep};
use crate::plan::{Executor, StepKind};

/// Why a step makes no request. In words without personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoCall {
    /// No API does it, or the settings do not let it.
    NotHere,
    /// A key of the directory cannot stand in an address.
    OddKey,
    /// The plan does not say for whom, or what.
    Incomplete,
    /// It would touch a system ID (PLATFORM 12).
    SystemId,
}

impl NoCall {
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::NotHere => "no API does this, or the settings do not let it",
            Self::OddKey => "a key of the directory cannot stand in an address",
            Self::Incomplete => "the plan does not say for whom, or what",
            Self::SystemId => "a system ID is never touched",
        }
    }
}

/// The settings, and what the plan tells of groups.
#[derive(Debug)]
pub(super) struct Book {
    pub(super) settings: ThreemaSettings,
    /// Containers that are groups; a plan synchronises every group it changes (PLATFORM 22).
    groups: BTreeSet<Arc<str>>,
}

impl Book {
    pub(super) fn new(settings: ThreemaSettings, paper: &Paper) -> Self {
        let of_groups = |step: &&PaperStep| {
            matches!(step.kind, StepKind::SynchroniseGroup | StepKind::JoinGroup | StepKind::LeaveGroup)
        };
        let groups = paper.steps().iter().filter(of_groups).map(|step| step.target.clone()).collect();
        Self { settings, groups }
    }

    pub(super) fn is_group(&self, step: &PaperStep) -> bool {
        self.groups.contains(&step.target)
    }

    /// What can be done with a kind of step.
    pub(super) fn ability(&self, kind: StepKind) -> Option<Ability> {
        match kind.executor() {
            Executor::Cockpit => self.settings.work.as_ref()?.ability(kind),
            Executor::Broadcast => self.settings.broadcast.as_ref()?.ability(kind),
            Executor::Mdm | Executor::Host => None,
        }
    }

    /// The requests that do a step, in order.
    pub(super) fn calls(&self, step: &PaperStep) -> Result<Vec<Call>, NoCall> {
        match (step.kind.executor(), &self.settings.work, &self.settings.broadcast) {
            (Executor::Cockpit, Some(work), _) => work.calls(step),
            (Executor::Broadcast, _, Some(broadcast)) => broadcast.calls(step, self.is_group(step)),
            _ => Err(NoCall::NotHere),
        }
    }

    /// The request that is made before, to see how things stand. Further ones may follow from its answer.
    pub(super) fn look(&self, step: &PaperStep) -> Option<Call> {
        match step.kind.executor() {
            Executor::Cockpit => self.settings.work.as_ref()?.look(step),
            Executor::Broadcast => self.settings.broadcast.as_ref()?.look(step, self.is_group(step)),
            Executor::Mdm | Executor::Host => None,
        }
    }

    /// The requests before everything else: whether the APIs are there and take their keys.
    pub(super) fn greetings(&self) -> Vec<Call> {
        let work = self.settings.work.as_ref().map(|work| Call::get(Api::Work, format!("{}/", work.url)));
        let broadcast =
            self.settings.broadcast.as_ref().map(|broadcast| {
                Call::get(Api::Broadcast, format!("{}/groups?pageSize=1", broadcast.base()))
            });
        work.into_iter().chain(broadcast).collect()
    }
}
