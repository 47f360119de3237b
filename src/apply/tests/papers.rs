//! Plans to carry out, made the usual way, and a journal in memory.

use time::OffsetDateTime;

use crate::apply::{Entry, Event, Journal, JournalError, Paper};
use crate::directory::{Digest, Directory};
use crate::model::parse_instant;
use crate::plan::{Guards, Request, plan};
use crate::policy::{Basis, Policy, Source, check};

/// The instant of the plans.
pub(in crate::apply) fn morning() -> OffsetDateTime {
    parse_instant("2026-11-22T09:00:00Z").expect("an instant")
}

pub(in crate::apply) const POLICY: &str = "/// Staff lose the ID.
fn staff(user) { if user.has_left && user.employment == \"staff\" { revoke() } }
/// Contractors keep it.
fn contractors(user) { if user.has_left && user.employment == \"contractor\" { detach() } }";

pub(in crate::apply) fn directory(users: &str, more: &str) -> Directory {
    Directory::from_json("directory.json", written(users, more).as_bytes()).expect("a directory")
}

fn written(users: &str, more: &str) -> String {
    format!(
        r#"{{"subscription": {{"id": "acme", "edition": "enterprise", "time_zone": "UTC"}},
            "taken_at": "2026-11-22T08:00:00Z", "complete": true, "users": [{users}], {more}
            "administrators": [{{"name": "mia", "kind": "full"}}, {{"name": "noah", "kind": "full"}},
                               {{"name": "lena", "kind": "full"}}]}}"#
    )
}

const TWO_LEAVERS: &str = r#"{"id": "ECHOECHO", "person": "E1", "employment": "staff", "last_day": "2026-11-20", "credential": "c1"},
       {"id": "MIAMIA01", "person": "E2", "employment": "contractor", "last_day": "2026-11-20", "credential": "c2"}"#;
const TWO_CREDENTIALS: &str =
    r#""credentials": [{"id": "c1", "kind": "single"}, {"id": "c2", "kind": "single"}],"#;

/// Two leavers, one of whom keeps the ID: two withdrawals, a revocation, and a detach a day later.
pub(in crate::apply) fn two_leavers() -> Directory {
    directory(TWO_LEAVERS, TWO_CREDENTIALS)
}

/// The same as text.
pub(in crate::apply) fn text_of_two_leavers() -> String {
    written(TWO_LEAVERS, TWO_CREDENTIALS)
}

/// A policy that was checked for a directory.
pub(in crate::apply) fn policy_of(policy: &str, directory: &Directory) -> Policy {
    let checked = check(vec![Source::new("acme.rhai", policy)], directory.schema(), None);
    checked.policy.expect("no errors")
}

/// The plan about a directory by a policy.
pub(in crate::apply) fn paper(directory: &Directory, policy: &str, guards: &Guards) -> Paper {
    Paper::read("plan.json", text(directory, policy, guards, None).as_bytes()).expect("a plan")
}

pub(in crate::apply) fn text(
    directory: &Directory,
    policy: &str,
    guards: &Guards,
    approvers: Option<&crate::plan::Approvers>,
) -> String {
    let policy = policy_of(policy, directory);
    let basis = Basis::of(directory, morning()).expect("a basis");
    let evaluator = policy.evaluator(basis.clone()).expect("an evaluator");
    let decisions = evaluator.decide_directory(directory).collect::<Result<Vec<_>, _>>().expect("decisions");
    let mut request = Request::new(directory, &policy, decisions, &basis, "mia", guards);
    request.approvers = approvers;
    plan(request).expect("a plan").to_json()
}

/// Guards that limit nothing and ask for no approvals.
pub(in crate::apply) fn alone() -> Guards {
    Guards { approvals: 0, ..Guards::unlimited() }
}

/// A journal in memory, for what is not about files.
#[derive(Debug, Default)]
pub(in crate::apply) struct Memory {
    pub(in crate::apply) entries: Vec<Entry>,
}

impl Memory {
    /// A journal in which a plan was accepted.
    pub(in crate::apply) fn of(paper: &Paper) -> Self {
        Self { entries: vec![accepted(paper)] }
    }
}

/// The record that a plan was accepted.
pub(in crate::apply) fn accepted(paper: &Paper) -> Entry {
    let event = Event::Accepted {
        directory: *paper.directory(),
        policy: *paper.policy(),
        counts: paper.counts(),
        steps: u32::try_from(paper.steps().len()).expect("few steps"),
    };
    let actor = Some(paper.actor().to_owned());
    Entry { at: paper.as_of(), actor, plan: Some(*paper.digest()), event }
}

impl Journal for Memory {
    fn record(&mut self, entries: Vec<Entry>) -> Result<(), JournalError> {
        self.entries.extend(entries);
        Ok(())
    }

    fn record_plan(&mut self, entries: Vec<Entry>, _: &Digest, _: &str) -> Result<(), JournalError> {
        self.record(entries)
    }

    fn replay(&self, see: &mut dyn FnMut(Entry)) -> Result<(), JournalError> {
        self.entries.iter().cloned().for_each(see);
        Ok(())
    }
}
