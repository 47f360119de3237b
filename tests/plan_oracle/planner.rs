//! The one place that calls the planner: in goes a scenario, out comes the plan's JSON as text.

use leaver::directory::{Digest, Directory};
use leaver::model::Id;
use leaver::plan::{Guards, OpenWork, Request, plan};
use leaver::policy::Decision;
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
}

impl Opened {
    pub(crate) fn of(scenario: &Scenario) -> Result<Self, String> {
        let directory = read(&scenario.directory)?;
        let previous = scenario.previous.as_ref().map(read).transpose()?;
        Ok(Self { directory, previous })
    }

    /// Plans what was decided.
    pub(crate) fn plan(&self, prepared: &Prepared, decisions: &[Decision], scenario: &Scenario) -> Answer {
        let guards = match &scenario.guards {
            None => Guards::unlimited(),
            Some(text) => Guards::from_toml("guards.toml", text).expect("random guards are guards"),
        };
        let mut open = OpenWork::none();
        let other: Digest = "ab".repeat(32).parse().expect("64 digits");
        for user in self.directory.users().iter().take(scenario.open) {
            open.insert(user.id(), other);
        }
        let basis = prepared.basis(&self.directory);
        let mut request = Request::new(
            &self.directory,
            &prepared.policy,
            decisions.to_vec(),
            basis,
            scenario.actor,
            &guards,
        );
        request.previous = self.previous.as_ref();
        request.open = &open;
        match plan(request) {
            Ok(plan) => Answer::Plan(plan.to_json()),
            Err(refused) => {
                let codes = refused.refusals.iter().map(|refusal| refusal.code.to_string());
                Answer::Refused(codes.collect())
            }
        }
    }

    /// Whether work on the user is open in another plan.
    pub(crate) fn is_open(&self, id: Id, scenario: &Scenario) -> bool {
        self.directory.users().iter().take(scenario.open).any(|user| user.id() == id)
    }
}

/// The plan as a JSON value.
pub(crate) fn parse(text: &str) -> Value {
    serde_json::from_str(text).expect("a plan is JSON")
}
