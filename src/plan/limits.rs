//! Guards put to the test: every limit with its value, and a refusal of the whole plan for each that is passed.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use time::{Duration, OffsetDateTime};

use super::guards::Guards;
use super::hazard::Refusal;
use super::schedule::Schedule;
use super::step::ActionClass;

use crate::diagnostic::Code;
use crate::directory::Directory;
use crate::model::format_instant;
use crate::sort::Gather as _;

/// How far clocks of different machines may be apart.
const SKEW: Duration = Duration::minutes(5);

/// A guard, its limit and the plan's value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GuardCheck {
    /// Which one, such as `irreversible.max_count`.
    pub guard: String,
    /// What is allowed; `None` where nothing is limited, or there is nothing to compare with.
    pub limit: Option<u64>,
    /// What the plan has.
    pub value: Option<u64>,
    /// Whether the plan keeps to it.
    pub passed: bool,
}

/// How many users of each class had something done in the 24 hours before the plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recent {
    /// Steps that can be taken back.
    pub reversible: u32,
    /// Withdrawals.
    pub withdraw: u32,
    /// Detaches and revocations.
    pub irreversible: u32,
}

impl Recent {
    /// One user more in a class.
    pub(super) const fn add(&mut self, class: ActionClass) {
        let count = match class {
            ActionClass::Reversible => &mut self.reversible,
            ActionClass::Withdraw => &mut self.withdraw,
            ActionClass::Irreversible => &mut self.irreversible,
        };
        *count = count.saturating_add(1);
    }

    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            reversible: self.reversible.saturating_add(other.reversible),
            withdraw: self.withdraw.saturating_add(other.withdraw),
            irreversible: self.irreversible.saturating_add(other.irreversible),
        }
    }

    const fn of(self, class: ActionClass) -> u32 {
        match class {
            ActionClass::Reversible => self.reversible,
            ActionClass::Withdraw => self.withdraw,
            ActionClass::Irreversible => self.irreversible,
        }
    }
}

/// The guards that were looked at, and the refusals that came of it.
#[derive(Default)]
pub(super) struct Verdict {
    pub(super) checks: Vec<GuardCheck>,
    pub(super) refusals: Vec<Refusal>,
}

impl Verdict {
    /// Looks at one guard: `value` may be at most `limit`.
    fn at_most(
        &mut self,
        guard: String,
        limit: Option<u64>,
        value: u64,
        refuse: impl FnOnce(u64) -> (Code, String, String),
    ) {
        let passed = limit.is_none_or(|limit| value <= limit);
        self.checks.push(GuardCheck { guard: guard.clone(), limit, value: Some(value), passed });
        if let (false, Some(limit)) = (passed, limit) {
            let (code, message, help) = refuse(limit);
            self.refusals.push(Refusal {
                code,
                guard: Some(guard),
                limit: Some(limit),
                value: Some(value),
                message,
                help,
            });
        }
    }

    /// Refuses for something that is no number.
    pub(super) fn refuse(&mut self, code: Code, message: String, help: &str) {
        self.refusals.push(Refusal {
            code,
            guard: None,
            limit: None,
            value: None,
            message,
            help: help.to_owned(),
        });
    }
}

/// Looks at the limits of each class.
pub(super) fn test_classes(
    guards: &Guards,
    schedule: &Schedule,
    directory: &Directory,
    previous: Option<&Directory>,
    recent: Recent,
    verdict: &mut Verdict,
) {
    let counts = users_by_class(schedule);
    let population = directory.users().len() as u64;
    let accepted = previous.map_or(population, |previous| previous.users().len() as u64);
    for class in ActionClass::ALL {
        let limits = guards.limits(*class);
        let count = counts.get(class).copied().unwrap_or(0);
        let name = |key: &str| format!("{class}.{key}");
        let plan_less = "look whether the policy means so many users; if so, raise the limit in guards.toml";
        verdict.at_most(name("max_count"), limits.max_count.map(u64::from), count, |limit| {
            let message = format!("{class} steps for {count} users, and the limit is {limit}");
            (Code::OverCount, message, plan_less.to_owned())
        });
        verdict.at_most(name("max_percent"), limits.percent_limit(accepted), count, |limit| {
            let percent = limits.max_percent.unwrap_or_default();
            let of = if previous.is_some() { "the previous directory" } else { "the directory" };
            let floor = limits.floor;
            let message = format!(
                "{class} steps for {count} users, and the limit is {limit}: {percent} % of the {accepted} users of {of}, \
                 but at least {floor}"
            );
            (Code::OverPercent, message, plan_less.to_owned())
        });
        let day = count + u64::from(recent.of(*class));
        verdict.at_most(name("per_24h"), limits.per_24h.map(u64::from), day, |limit| {
            let message = format!("{class} steps for {day} users within 24 hours, and the limit is {limit}");
            (Code::OverDay, message, "wait until earlier work is a day old, or raise the limit".to_owned())
        });
        let least = u64::from(limits.minimum_population);
        let smaller = population.min(accepted);
        let passed = count == 0 || smaller >= least;
        let guard = name("minimum_population");
        verdict.checks.push(GuardCheck {
            guard: guard.clone(),
            limit: Some(least),
            value: Some(smaller),
            passed,
        });
        if !passed {
            verdict.refusals.push(Refusal {
                code: Code::BelowPopulation,
                guard: Some(guard),
                limit: Some(least),
                value: Some(smaller),
                message: format!(
                    "{class} steps take a directory of at least {least} users, and this has {smaller}"
                ),
                help: "look whether the export is whole".to_owned(),
            });
        }
    }
}

/// How many users have steps of each class. Who shares a deleted credential counts, too.
fn users_by_class(schedule: &Schedule) -> BTreeMap<ActionClass, u64> {
    let mut counts = BTreeMap::new();
    for steps in schedule.of_user.values() {
        let classes: BTreeSet<ActionClass> =
            steps.iter().filter_map(|index| schedule.steps[*index].kind.class()).gather();
        for class in classes {
            *counts.entry(class).or_default() += 1;
        }
    }
    counts
}

/// Looks at how old the directory is, and at what it lost since the one before.
pub(super) fn test_directory(
    guards: &Guards,
    directory: &Directory,
    previous: Option<&Directory>,
    as_of: OffsetDateTime,
    verdict: &mut Verdict,
) {
    let taken_at = directory.taken_at();
    if taken_at > as_of.saturating_add(SKEW) {
        let message = format!(
            "the directory was taken at {}, after the instant of the plan, {}",
            format_instant(taken_at),
            format_instant(as_of)
        );
        verdict.refuse(Code::DirectoryOfTheFuture, message, "set the clock right, or give a later `--as-of`");
    }
    let seconds = (as_of - taken_at).whole_seconds().max(0);
    let hours = u64::try_from(seconds).unwrap_or(0).div_ceil(3_600);
    verdict.at_most("max_age_hours".to_owned(), Some(u64::from(guards.max_age_hours)), hours, |limit| {
        let message = format!("the directory is {hours} hours old, and the limit is {limit}");
        (Code::StaleDirectory, message, "export it again".to_owned())
    });

    let limit = u64::from(guards.max_shrink_percent);
    let Some(previous) = previous else {
        let guard = "max_shrink_percent".to_owned();
        verdict.checks.push(GuardCheck { guard, limit: Some(limit), value: None, passed: true });
        return;
    };
    if previous.subscription().id != directory.subscription().id || previous.taken_at() > taken_at {
        let message = "the previous directory is of another subscription, or later than this one".to_owned();
        verdict.refuse(Code::OtherDirectory, message, "give the directory of the last run with `--previous`");
        return;
    }
    let all = previous.users().len() as u64;
    let missing = previous.users().iter().filter(|user| directory.user(user.id()).is_none()).count() as u64;
    // Rounded up: a share just above the limit is above it.
    let percent = if all == 0 { 0 } else { (missing * 100).div_ceil(all) };
    verdict.at_most("max_shrink_percent".to_owned(), Some(limit), percent, |limit| {
        let message = format!(
            "{missing} of the {all} users of the previous directory are missing, {percent} %, and the limit is {limit} %"
        );
        (Code::ShrunkDirectory, message, "look whether the export is whole; a user who is missing has not left".to_owned())
    });
}

/// Looks whether enough other people could approve.
pub(super) fn test_approvers(needed: u32, possible: u64, verdict: &mut Verdict) {
    let needed = u64::from(needed);
    let passed = possible >= needed;
    let guard = "approvals".to_owned();
    verdict.checks.push(GuardCheck {
        guard: guard.clone(),
        limit: Some(needed),
        value: Some(possible),
        passed,
    });
    if !passed {
        verdict.refusals.push(Refusal {
            code: Code::TooFewApprovers,
            guard: Some(guard),
            limit: Some(needed),
            value: Some(possible),
            message: format!("{needed} people besides the actor must approve, and {possible} could"),
            help: "grant `plan.approve` to more administrators, or lower `approvals` in guards.toml"
                .to_owned(),
        });
    }
}
