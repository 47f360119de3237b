//! The Work API: users and credentials (PLATFORM 30–32).
//!
//! Deleting a credential is documented. Deleting a user is, too, but not whether that detaches or revokes, so it is done only
//! where the settings say which. An answer "not found" alone is no evidence that something is gone, because an address
//! that is a little wrong answers the same: the whole list is read then.

use std::collections::BTreeSet;

use time::OffsetDateTime;

use super::call::{Absent, Api, Call, Method, join};
use super::calls::NoCall;
use super::connector::{Line, MOST_ON_A_PAGE};
use super::settings::{DeleteUser, WorkSettings};
use super::wire;
use crate::apply::connector::{Ability, Effect, IdSight, Sight};
use crate::apply::paper::PaperStep;
use crate::plan::StepKind;

impl WorkSettings {
    pub(super) const fn ability(&self, kind: StepKind) -> Option<Ability> {
        match (kind, self.delete_user) {
            (StepKind::Withdraw, _) | (StepKind::Detach, DeleteUser::Detach) => Some(Ability::READABLE),
            // Nothing in an answer tells a revoked ID from a detached one (PLATFORM 31).
            (StepKind::Revoke, DeleteUser::Revoke) => Some(Ability::BLIND),
            _ => None,
        }
    }

    pub(super) fn calls(&self, step: &PaperStep) -> Result<Vec<Call>, NoCall> {
        if self.ability(step.kind).is_none() {
            return Err(NoCall::NotHere);
        }
        let delete = |url, repeatable| Call::change(Api::Work, Method::Delete, url, None, repeatable);
        let url = self.url_of(step)?;
        Ok(vec![match step.kind {
            StepKind::Withdraw => delete(url, true).absent(Absent::LookedAt),
            StepKind::Detach => delete(url, false).absent(Absent::AlreadySo),
            _ => delete(url, false).absent(Absent::LookedAt),
        }])
    }

    pub(super) fn look(&self, step: &PaperStep) -> Option<Call> {
        self.ability(step.kind)?;
        Some(Call::get(Api::Work, self.url_of(step).ok()?))
    }

    fn url_of(&self, step: &PaperStep) -> Result<String, NoCall> {
        let url = if step.kind == StepKind::Withdraw {
            join(&self.url, &["credentials", &step.target])
        } else {
            let user = step.user.ok_or(NoCall::Incomplete)?;
            if user.is_system() {
                return Err(NoCall::SystemId);
            }
            join(&self.url, &["users", user.as_str()])
        };
        url.ok_or(NoCall::OddKey)
    }

    /// What is seen of a step.
    pub(super) fn see(&self, step: &PaperStep, line: &mut Line, now: OffsetDateTime) -> Sight {
        let (list, name) = match step.kind {
            StepKind::Withdraw => ("credentials", &*step.target),
            _ => ("users", step.user.as_ref().map_or("", |user| user.as_str())),
        };
        let there = self.look(step).and_then(|look| self.is_there(&look, list, name, line, now));
        let effect = |there| if there { Effect::NotDone } else { Effect::Done };
        match (step.kind, there) {
            (_, None) => Sight::default(),
            (StepKind::Withdraw, Some(there)) => Sight { effect: effect(there), ..Sight::default() },
            (kind, Some(there)) => Sight {
                effect: if kind == StepKind::Revoke && !there { Effect::Unclear } else { effect(there) },
                id: if there { IdSight::Active } else { IdSight::NotListed },
                ..Sight::default()
            },
        }
    }

    /// Whether there is such a thing; `None` if nobody can tell.
    fn is_there(
        &self,
        look: &Call,
        list: &str,
        name: &str,
        line: &mut Line,
        now: OffsetDateTime,
    ) -> Option<bool> {
        let reply = line.ask(look, now).ok()?;
        match reply.status {
            200 => (wire::id_of(&reply.body)? == name).then_some(true),
            404 => {
                let first = Call::get(Api::Work, format!("{}/{list}?pageSize={MOST_ON_A_PAGE}", self.url));
                let all: BTreeSet<String> = line.list(first, list, now)?;
                // A list with nothing on it is what a key sees that may not look.
                (!all.is_empty()).then(|| all.contains(name))
            }
            _ => None,
        }
    }
}
