//! What is seen right before a step: whether things are as they were planned for, and whether there is anything to do.

use crate::apply::connector::{Effect, IdSight, Sight};
use crate::apply::outcome::{NoOp, Outcome};
use crate::apply::paper::{Paper, PaperStep};
use crate::diagnostic::Code;
use crate::plan::StepKind;

/// Whether a user was stopped because things are not as they were planned for.
pub(super) fn is_drift(code: &str) -> bool {
    let drift = [Code::PersonReturned, Code::HeldMeanwhile, Code::CredentialChanged, Code::DecidedOtherwise];
    drift.iter().any(|known| known.as_str() == code)
}

/// Why things are not as they were planned for.
pub(super) fn changed(paper: &Paper, step: &PaperStep, sight: &Sight) -> Option<(Code, String)> {
    let whose = step.user.map_or_else(|| "the group".to_owned(), |user| user.to_string());
    if sight.returned {
        return Some((Code::PersonReturned, format!("{whose}: the person is back, or stays after all")));
    }
    if sight.held {
        return Some((Code::HeldMeanwhile, format!("{whose}: somebody put a hold on the person")));
    }
    if sight.decided_otherwise {
        return Some((Code::DecidedOtherwise, format!("{whose}: something else is decided by now")));
    }
    let other = match (step.kind, &sight.credential) {
        (StepKind::Withdraw, Some(Some(now))) => step.user.is_some() && **now != *step.target,
        // The credential that is deleted may be somebody else's by now.
        (StepKind::Withdraw, Some(None)) => step.user.is_some() && sight.effect == Effect::NotDone,
        // Somebody gave the person access again: the ID would come back (PLATFORM 4).
        (StepKind::Detach, Some(Some(now))) => was_withdrawn(paper, step).is_some_and(|own| own != *now),
        _ => false,
    };
    other.then(|| (Code::CredentialChanged, format!("{whose}: the ID has another credential by now")))
}

/// The credential that the plan takes from the user of a step, if it takes one alone.
fn was_withdrawn<'p>(paper: &'p Paper, step: &PaperStep) -> Option<&'p str> {
    let user = step.user?;
    let mut own = step
        .waits_for
        .iter()
        .filter_map(|before| paper.steps().get(*before))
        .filter(|before| before.kind == StepKind::Withdraw && before.owners.contains(&user));
    let first = own.next()?;
    own.all(|other| other.target == first.target).then_some(&*first.target)
}

/// What a step comes to without doing anything.
pub(super) fn already(step: &PaperStep, sight: &Sight) -> Option<Outcome> {
    match (sight.effect, sight.id, step.kind) {
        (_, IdSight::Gone, StepKind::Revoke | StepKind::Detach | StepKind::Notify) => {
            Some(Outcome::NoOp { why: NoOp::IdGone })
        }
        (Effect::Done, ..) => Some(Outcome::NoOp { why: NoOp::AlreadySo }),
        (Effect::Pending(until), ..) => Some(Outcome::Pending { until }),
        _ => None,
    }
}
