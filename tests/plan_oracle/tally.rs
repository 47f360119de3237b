//! What a run has seen, in figures: without them nobody knows whether a run without violations means
//! anything.

use std::collections::BTreeMap;
use std::fmt;

use crate::reading::{Kind, Reading, Status};
use crate::violation::Class;

#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) plans: usize,
    pub(crate) empty: usize,
    pub(crate) users: usize,
    pub(crate) refused: BTreeMap<String, usize>,
    pub(crate) steps: BTreeMap<Kind, usize>,
    pub(crate) statuses: BTreeMap<Status, usize>,
    pub(crate) hazards: BTreeMap<String, usize>,
    pub(crate) violations: BTreeMap<Class, usize>,
    /// Properties that did not hold.
    pub(crate) broken: BTreeMap<String, usize>,
    /// How often each fault was made, and how often it was seen.
    pub(crate) made: BTreeMap<&'static str, (usize, usize)>,
    /// What went wrong, and where the plan was written to: some of each kind.
    pub(crate) reports: Vec<String>,
}

impl Tally {
    pub(crate) fn see(&mut self, plan: &Reading) {
        self.plans += 1;
        self.users += plan.users.len();
        self.empty += usize::from(plan.steps.is_empty());
        for step in &plan.steps {
            *self.steps.entry(step.kind).or_default() += 1;
        }
        for user in &plan.users {
            *self.statuses.entry(user.status).or_default() += 1;
        }
        for hazard in &plan.hazards {
            *self.hazards.entry(hazard.code.clone()).or_default() += 1;
        }
    }

    pub(crate) fn add(&mut self, other: Self) {
        fn join<K: Ord>(into: &mut BTreeMap<K, usize>, from: BTreeMap<K, usize>) {
            for (key, count) in from {
                *into.entry(key).or_default() += count;
            }
        }
        self.plans += other.plans;
        self.empty += other.empty;
        self.users += other.users;
        join(&mut self.refused, other.refused);
        join(&mut self.steps, other.steps);
        join(&mut self.statuses, other.statuses);
        join(&mut self.hazards, other.hazards);
        join(&mut self.violations, other.violations);
        join(&mut self.broken, other.broken);
        for (fault, (made, seen)) in other.made {
            let entry = self.made.entry(fault).or_default();
            *entry = (entry.0 + made, entry.1 + seen);
        }
        self.reports.extend(other.reports);
    }

    pub(crate) fn all_refused(&self) -> usize {
        self.refused.values().sum()
    }

    pub(crate) fn all_violations(&self) -> usize {
        self.violations.values().sum()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn each<K: fmt::Debug>(counts: &BTreeMap<K, usize>) -> String {
            counts.iter().map(|(key, count)| format!("{key:?} {count}")).collect::<Vec<_>>().join(", ")
        }
        write!(
            f,
            "{} plans ({} without steps) for {} users, {} refused ({}); steps: {}; users: {}; hazards: {}; {} violations",
            self.plans,
            self.empty,
            self.users,
            self.all_refused(),
            each(&self.refused),
            each(&self.steps),
            each(&self.statuses),
            each(&self.hazards),
            self.all_violations(),
        )?;
        if !self.violations.is_empty() {
            write!(f, " ({})", each(&self.violations))?;
        }
        if !self.broken.is_empty() {
            write!(f, "; broken: {}", each(&self.broken))?;
        }
        Ok(())
    }
}
