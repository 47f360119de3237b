//! Hazards of time, which show only once everything is scheduled: deadlines that cannot be met or have passed,
//! messages without time to be read, more API calls than a day allows.

use std::collections::BTreeMap;

use time::OffsetDateTime;

use super::course::{Course, Standing};
use super::hazard::Hazard;
use super::schedule::{Begin, Schedule, Scheduled};
use super::step::{Batch, DAILY_QUOTA, Executor, REVOCATION, StepKind, Target};
use super::surroundings::{Position, Surroundings};
use crate::diagnostic::Code;
use crate::model::{Administrator, Capability, Entitlements, Privilege, format_instant};
use crate::policy::When;

/// Looks for hazards of time in what is scheduled for a user.
pub(super) struct Deadlines<'a, 's> {
    pub(super) surroundings: &'s Surroundings<'a>,
    pub(super) entitlements: &'s Entitlements,
    pub(super) actor: &'s Administrator,
    pub(super) schedule: &'s Schedule,
}

impl Deadlines<'_, '_> {
    /// Adds the hazards of one user to its course.
    pub(super) fn test(&self, position: Position, course: &mut Course) {
        let steps = self.steps(position);
        self.test_lead_time(position, &steps, course);
        let is_done = course.standing == Standing::Planned && steps.is_empty();
        let now = self.surroundings.moment.instant();
        if is_done || course.standing == Standing::Kept {
            return;
        }
        let deadline = self.instant(self.surroundings.decision(position).deadline.as_ref());
        let Some(deadline) = deadline else { return };
        let id = self.surroundings.user(position).id();
        if deadline <= now {
            let message =
                format!("everything about {id} was to have taken effect by {}", format_instant(deadline));
            let fix = "carry the plan out at once, and look why nobody did before";
            course.endanger(Hazard::warning(Code::Overdue, id, message, fix));
            return;
        }
        for step in steps.iter().filter(|step| is_of_an_axis(step.kind)) {
            let effect = step.effect_by();
            if effect.is_some_and(|effect| effect <= deadline) {
                continue;
            }
            let when = effect.map_or_else(
                || "has no bound".to_owned(),
                |effect| format!("may take until {}", format_instant(effect)),
            );
            let message = format!(
                "the step `{}` for {id} {when}, and the deadline is {}",
                step.kind,
                format_instant(deadline)
            );
            let fix = self.cheapest(position, step, &steps, deadline);
            course.endanger(Hazard::warning(Code::DeadlineUnmeetable, id, message, fix));
        }
    }

    /// The instant of a time of a decision; everybody is told at once.
    fn instant(&self, when: Option<&When>) -> Option<OffsetDateTime> {
        let moment = self.surroundings.moment;
        match when? {
            When::At(instant) => Some(*instant),
            When::AfterNotify(period) => moment.add(moment.instant(), period.days, period.hours),
        }
    }

    fn steps(&self, position: Position) -> Vec<&Scheduled> {
        let indexes = self.schedule.of_user.get(&position).map_or(&[][..], Vec::as_slice);
        indexes.iter().map(|index| &self.schedule.steps[*index]).collect()
    }

    /// The step that would meet the deadline, or what else would.
    fn cheapest(
        &self,
        position: Position,
        late: &Scheduled,
        steps: &[&Scheduled],
        deadline: OffsetDateTime,
    ) -> String {
        let now = self.surroundings.moment.instant();
        let revoke = steps.iter().find(|step| step.kind == StepKind::Revoke);
        let after = self.instant(self.surroundings.decision(position).after.as_ref());
        if let Some(after) = after.filter(|_| late.kind.reversible() == Some(false))
            && after.checked_add(REVOCATION).is_some_and(|effect| effect > deadline)
        {
            return format!("`.after` lets nothing begin before {}: shorten it", format_instant(after));
        }
        if let Some(Begin::At(start)) = revoke.map(|step| step.begin)
            && let Some(effect) = start.checked_add(REVOCATION).filter(|effect| *effect <= deadline)
        {
            return format!(
                "no step withdraws access sooner; `revoke` ends reading and writing by {} all the same",
                format_instant(effect)
            );
        }
        let edition = self.surroundings.directory.subscription().edition;
        let may_revoke = self.entitlements.allows(edition, Capability::Revoke)
            && self.actor.may(Privilege::IdsRevoke)
            && self.surroundings.decision(position).ground.is_some();
        let effect = now.checked_add(REVOCATION).filter(|effect| may_revoke && *effect <= deadline);
        match effect {
            Some(effect) => format!(
                "`revoke` would end reading and writing by {}, if no rule forbids it",
                format_instant(effect)
            ),
            None => "no step that is allowed is sooner: set a later deadline with `.within(…)`".to_owned(),
        }
    }

    /// A revoked ID may be dead before a message that was sent at the same time is read (PLATFORM 26).
    fn test_lead_time(&self, position: Position, steps: &[&Scheduled], course: &mut Course) {
        let id = self.surroundings.user(position).id();
        let Some(revoke) = steps.iter().find(|step| step.kind == StepKind::Revoke) else { return };
        let told_at_once = steps.iter().any(|step| {
            step.kind == StepKind::Notify && step.target == Target::Id(id) && step.begin == revoke.begin
        });
        if told_at_once {
            let message = format!("{id} is told and may be revoked in the same minute");
            let fix = "send the message before the last day; `.after(…)` counts from that day, not from the message";
            course.endanger(Hazard::warning(Code::NoLeadTime, id, message, fix));
        }
    }
}

const fn is_of_an_axis(kind: StepKind) -> bool {
    matches!(
        kind,
        StepKind::Withdraw
            | StepKind::RemoveFromDevice
            | StepKind::ActivateMdmLicence
            | StepKind::Detach
            | StepKind::Revoke
    )
}

/// More calls than a web API answers in a day (PLATFORM E). Each executor has an API of its own.
pub(super) fn over_quota(batches: &[Batch]) -> Vec<Hazard> {
    let mut days: BTreeMap<(Executor, Option<time::Date>), u32> = BTreeMap::new();
    for batch in batches {
        let day = batch.not_before.map(OffsetDateTime::date);
        let calls = days.entry((batch.executor, day)).or_default();
        *calls = calls.saturating_add(batch.api_calls);
    }
    let over = days.into_iter().filter(|(_, calls)| *calls > DAILY_QUOTA);
    over.map(|((executor, _), calls)| {
        let message = format!("{calls} calls of the web API of {executor} would be made on one day");
        let days = calls.div_ceil(DAILY_QUOTA);
        let fix = format!(
            "a day allows {DAILY_QUOTA}: expect it to take {days} days, or plan fewer users at a time"
        );
        Hazard::of_plan(Code::QuotaExceeded, message, fix)
    })
    .collect()
}
