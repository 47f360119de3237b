//! Decisions made anew from a newer directory, beside those of the plan: who is decided about otherwise by now.
//!
//! In go the plan, the policy it was made by, the directory as it is now, and an instant. A connector that is
//! [`Watched`] sees besides what the platform shows what the newer directory says: whoever is kept, held or
//! decided about otherwise is stopped right before the next step, and the others go on.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use time::{Duration, OffsetDateTime};

use super::connector::{Ability, Connector, IdSight, Sight};
use super::outcome::{Key, Outcome};
use super::paper::{Paper, PaperStep, PaperUser};
use super::resolution::SignedResolution;
use super::work::{Standing, Work};
use crate::diagnostic::Code;
use crate::directory::Directory;
use crate::model::{Id, format_instant};
use crate::plan::{Reason, Settled, StepKind, settle};
use crate::policy::{Basis, Decision, Outcome as Decided, Policy};

/// How much older than a plan a directory may be that is looked at besides.
const OLDEST: Duration = Duration::hours(24);

/// What has become of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The user is kept.
    Kept,
    /// The user is held.
    Held,
    /// Something else is to happen.
    Otherwise,
    /// The newer directory does not have the user, and nothing of the plan explains that.
    Missing,
}

impl Change {
    /// Why a user's steps are not done any more.
    pub(super) fn reason(self, user: Id) -> Reason {
        match self {
            Self::Kept => {
                Reason::new(Code::PersonReturned, format!("{user}: the person is back, or stays after all"))
            }
            Self::Held => {
                Reason::new(Code::HeldMeanwhile, format!("{user}: somebody put a hold on the person"))
            }
            Self::Otherwise => {
                Reason::new(Code::DecidedOtherwise, format!("{user}: something else is decided by now"))
            }
            Self::Missing => {
                let message = format!("{user}: the newer directory does not have the user");
                Reason::new(Code::DecidedOtherwise, message)
            }
        }
    }
}

/// The users of a plan about whom is decided otherwise by now.
///
/// A user who is not in the directory any more is among them, unless the plan itself has begun to end that user's ID or access:
/// an export that came back empty stops everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Anew {
    changes: BTreeMap<Id, Change>,
}

impl Anew {
    /// Decides again about every user of a plan.
    ///
    /// # Errors
    /// A policy that is not that of the plan (`A0105`), a directory that is not complete, is older than the plan or does not
    /// give what the policy asks for, and an instant that cannot be decided at (`A0106`).
    pub fn of(
        paper: &Paper,
        work: &Work,
        policy: &Policy,
        directory: &Directory,
        now: OffsetDateTime,
    ) -> Result<Self, Reason> {
        if policy.digest() != *paper.policy() {
            let message = format!(
                "the plan was made by the policy {}, and this is {}",
                paper.policy(),
                policy.digest()
            );
            return Err(Reason::new(Code::OtherPolicy, message));
        }
        let failed = |what: String| Reason::new(Code::NotDecidedAnew, what);
        if directory.digest() != paper.directory() {
            if !directory.is_complete() {
                return Err(failed("the newer directory does not say that it is complete".to_owned()));
            }
            if directory.taken_at() < paper.as_of().saturating_sub(OLDEST) {
                return Err(failed(format!(
                    "the directory was taken at {}, more than a day before the plan was made at {}",
                    format_instant(directory.taken_at()),
                    format_instant(paper.as_of())
                )));
            }
        }
        if let Some(missing) = policy.missing_fields(&|slot| directory.provides(slot)).first() {
            return Err(failed(missing.message.clone()));
        }
        let basis = Basis::of(directory, now).map_err(|error| failed(error.to_string()))?;
        let evaluator = policy.evaluator(basis).map_err(|found| failed(found.message.clone()))?;
        let find = |id| directory.user(id).cloned();
        // Their signatures were checked when the plan was accepted.
        let settled =
            |signed: &SignedResolution| Settled::new(signed.resolution.clone(), signed.signature.clone());
        let resolutions: Vec<Settled> = paper.resolutions().iter().map(settled).collect();
        let mut changes = BTreeMap::new();
        evaluator.batch(|evaluator| {
            for planned in paper.users() {
                let Some(user) = directory.user(planned.id) else {
                    if !is_ending(paper, work, planned.id) {
                        changes.insert(planned.id, Change::Missing);
                    }
                    continue;
                };
                let decision = evaluator.decide_in(&find, user).map_err(|error| failed(error.to_string()))?;
                // What a person decided about a hold still counts, as long as it is the same hold.
                let mut decisions = [decision];
                settle(&mut decisions, &resolutions, paper.as_of());
                let [decision] = &decisions;
                changes.extend(change(planned, decision).map(|change| (planned.id, change)));
            }
            Ok(())
        })?;
        Ok(Self { changes })
    }

    /// What has become of the decision about a user; `None` if it is as planned.
    pub fn change(&self, user: Id) -> Option<Change> {
        self.changes.get(&user).copied()
    }

    /// Everybody about whom is decided otherwise, by ID.
    pub fn changes(&self) -> impl Iterator<Item = (Id, Change)> {
        self.changes.iter().map(|(id, change)| (*id, *change))
    }
}

/// Whether the plan has begun to end an ID or its access.
fn is_ending(paper: &Paper, work: &Work, user: Id) -> bool {
    let ends = |kind| matches!(kind, StepKind::Withdraw | StepKind::Detach | StepKind::Revoke);
    let begun = |at| !matches!(work.step(at), Standing::Untouched | Standing::Stopped { .. });
    let mut steps = paper.steps().iter().enumerate();
    steps.any(|(at, step)| ends(step.kind) && step.owners.contains(&user) && begun(at))
}

fn change(planned: &PaperUser, now: &Decision) -> Option<Change> {
    let obligations = serde_json::to_value(&now.obligations).unwrap_or(Json::Null);
    let same = planned.decided.disposition == now.disposition
        && planned.decided.access == now.access
        && planned.decided.obligations == obligations;
    match now.outcome {
        _ if same => None,
        Decided::Keep => Some(Change::Kept),
        Decided::Hold => Some(Change::Held),
        Decided::Act => Some(Change::Otherwise),
    }
}

/// A connector that sees what a newer directory says, too.
#[derive(Debug)]
pub struct Watched<'a, C> {
    connector: &'a mut C,
    anew: Anew,
}

impl<'a, C: Connector> Watched<'a, C> {
    /// Looks at a newer directory besides.
    pub const fn new(connector: &'a mut C, anew: Anew) -> Self {
        Self { connector, anew }
    }

    /// Looks at another one from now on, or at the same at a later instant.
    pub fn renew(&mut self, anew: Anew) {
        self.anew = anew;
    }
}

impl<C: Connector> Connector for Watched<'_, C> {
    fn name(&self) -> &str {
        self.connector.name()
    }

    fn ability(&self, kind: StepKind) -> Option<Ability> {
        self.connector.ability(kind)
    }

    fn observe(&mut self, step: &PaperStep, now: OffsetDateTime) -> Sight {
        let mut sight = self.connector.observe(step, now);
        match step.user.and_then(|user| self.anew.change(user)) {
            Some(Change::Kept) => sight.returned = true,
            Some(Change::Held) => sight.held = true,
            Some(Change::Otherwise) => sight.decided_otherwise = true,
            // Somebody else has ended the ID: there is nothing left to do.
            Some(Change::Missing) if sight.id == IdSight::Gone => {}
            Some(Change::Missing) => sight.decided_otherwise = true,
            None => {}
        }
        sight
    }

    fn perform(&mut self, step: &PaperStep, key: &Key, now: OffsetDateTime) -> Outcome {
        self.connector.perform(step, key, now)
    }
}
