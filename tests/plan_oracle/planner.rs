//! The one place that calls the planner: in goes a scenario, out comes the plan's JSON as text.

use leaver::directory::{Digest, Directory};
use leaver::plan::{Guards, OpenWork, Request, plan};
use serde_json::Value;

use crate::scenarios::{Prepared, Scenario, read};

/// What the planner made of a scenario.
pub(crate) enum Answer {
    Plan(String),
    /// The codes of the refusals.
    Refused(Vec<String>),
}

/// Directories of a scenario as the library reads them, so that several policies share the reading.
pub(crate) struct Opened {
    pub(crate) directory: Directory,
    pub(crate) previous: Option<Directory>,
    guards: Guards,
    open: OpenWork,
}

impl Opened {
    pub(crate) fn of(scenario: &Scenario) -> Result<Self, String> {
        let directory = read(&scenario.directory)?;
        let previous = scenario.previous.as_ref().map(read).transpose()?;
        let guards = match &scenario.guards {
            None => Guards::unlimited(),
            Some(text) => {
                Guards::from_toml("guards.toml", text).map_err(|diagnostics| format!("{diagnostics:?}"))?
            }
        };
        let mut open = OpenWork::none();
        let other: Digest = "ab".repeat(32).parse().map_err(|error| format!("{error:?}"))?;
        for user in directory.users().iter().take(scenario.open) {
            open.insert(user.id(), other);
        }
        Ok(Self { directory, previous, guards, open })
    }

    /// Decides by the policy, and plans.
    pub(crate) fn plan(&self, prepared: &Prepared, scenario: &Scenario) -> Answer {
        let decisions = prepared.decide(&self.directory);
        let basis = prepared.basis(&self.directory);
        let mut request = Request::new(
            &self.directory,
            &prepared.policy,
            decisions,
            basis,
            scenario.actor,
            &self.guards,
        );
        request.previous = self.previous.as_ref();
        request.open = &self.open;
        match plan(request) {
            Ok(plan) => Answer::Plan(plan.to_json()),
            Err(refused) => {
                let codes = refused.refusals.iter().map(|refusal| refusal.code.to_string());
                Answer::Refused(codes.collect())
            }
        }
    }

    /// Whether work on the user is open in another plan.
    pub(crate) fn is_open(&self, id: leaver::model::Id) -> bool {
        self.open.plan_of(id).is_some()
    }
}

/// The plan as a JSON value.
pub(crate) fn parse(text: &str) -> Value {
    serde_json::from_str(text).expect("a plan is JSON")
}
