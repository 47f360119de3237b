//! When a step may begin, and how long its effect may stay unseen.

use time::{Duration, OffsetDateTime};

use super::paper::{Paper, PaperStep};
use super::work::{Standing, Work};
use crate::plan::{Executor, REVOCATION, StepKind, WITHDRAWAL};

/// How long anything that takes effect at once may be on its way, a lost request included.
const SOON: Duration = Duration::minutes(10);

/// How long after it was due, and after the plan expired, a step that cannot be taken back may still begin.
pub(super) const OVERDUE: Duration = Duration::days(7);

/// Whether a step may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Readiness {
    /// From this instant on.
    From(OffsetDateTime),
    /// Not before another step has come to an end.
    Waits,
    /// Never: a step before it was not done.
    Never {
        /// The number of that step.
        because_of: u32,
    },
}

/// When the step at a position may begin.
pub(super) fn readiness(paper: &Paper, work: &Work, at: usize) -> Readiness {
    let Some(step) = paper.steps().get(at) else { return Readiness::Waits };
    let mut from = step.not_before.unwrap_or(paper.as_of());
    let mut waits = false;
    for before in &step.waits_for {
        let Some(other) = paper.steps().get(*before) else { continue };
        match work.step(*before) {
            Standing::Done { at: done, .. } => {
                from = from.max(done.saturating_add(pause(paper, other, step)));
            }
            // A person will say what became of it.
            Standing::Held { .. } => waits = true,
            standing if standing.is_final() => {
                if depends(other, step) {
                    return Readiness::Never { because_of: other.number };
                }
            }
            _ => waits = true,
        }
    }
    if waits { Readiness::Waits } else { Readiness::From(from) }
}

/// Whether a step makes no sense without an earlier one: one of the same person, or of anybody with whom the step is shared. A
/// credential is not deleted before everybody who signs in with it has moved. What others of a group do not get done does
/// not keep the group from being synchronised.
fn depends(earlier: &PaperStep, step: &PaperStep) -> bool {
    let shares = |user| step.user == Some(user) || step.owners.contains(&user);
    let is_theirs = earlier.user == step.user || earlier.user.is_some_and(shares);
    step.kind != StepKind::SynchroniseGroup && (is_theirs || earlier.kind == StepKind::Withdraw)
}

/// How long after an earlier step was done another one must wait.
fn pause(paper: &Paper, earlier: &PaperStep, step: &PaperStep) -> Duration {
    match (earlier.kind, step.kind) {
        // Else the ID would reappear (PLATFORM 1, 4).
        (StepKind::Withdraw, StepKind::Detach) => WITHDRAWAL,
        (StepKind::Notify, _) if counts_from_notice(paper, step) => {
            let planned = step.not_before.zip(earlier.not_before);
            planned.map_or(Duration::ZERO, |(step, notice)| (step - notice).max(Duration::ZERO))
        }
        _ => Duration::ZERO,
    }
}

fn counts_from_notice(paper: &Paper, step: &PaperStep) -> bool {
    let of = |id| {
        let at = paper.users().binary_search_by(|user| user.id.cmp(&id)).ok()?;
        paper.users().get(at)
    };
    step.user.and_then(of).is_some_and(|user| user.counts_from_notice)
}

/// How long after a step was tried it shows for sure whether it was done: what the platform may take, after a request that
/// may have been on its way.
pub(super) const fn settle(kind: StepKind) -> Duration {
    match kind {
        StepKind::Revoke => REVOCATION.saturating_add(SOON),
        StepKind::Withdraw | StepKind::Detach => WITHDRAWAL.saturating_add(SOON),
        _ => SOON,
    }
}

/// How long it is believed that a step is on its way. Devices may be switched off for weeks; the platform knows its own times.
pub(super) const fn patience(kind: StepKind) -> Duration {
    match kind.executor() {
        Executor::Cockpit | Executor::Broadcast => settle(kind).saturating_add(settle(kind)),
        Executor::Mdm | Executor::Host => Duration::days(30),
    }
}
