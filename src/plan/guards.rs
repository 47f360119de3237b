//! Guards: what no policy can switch off. Limits for each class of action, protected users, and how old
//! or shrunken a directory may be.
//!
//! They are read from `guards.toml` ([`Guards::from_toml`]), live outside the policy author's reach, and
//! their digest is part of the plan. Without a file the defaults hold, which are meant to be too strict
//! rather than too lax.

use std::collections::BTreeSet;

use serde::Serialize;

use super::step::ActionClass;
use crate::directory::Digest;
use crate::model::{Id, PersonKey};

/// Limits of one class of action. A user counts once in each class in which anything is planned for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// Most users in one plan.
    pub max_count: Option<u32>,
    /// Most users in percent of the last accepted directory, rounded down.
    pub max_percent: Option<u32>,
    /// So many are allowed whatever the percentage says.
    pub floor: u32,
    /// Where fewer users than this are in the directory, nothing of the class is planned.
    pub minimum_population: u32,
    /// Most users in any 24 hours, earlier plans included.
    pub per_24h: Option<u32>,
}

impl Limits {
    /// No limit.
    pub const NONE: Self =
        Self { max_count: None, max_percent: None, floor: 0, minimum_population: 0, per_24h: None };

    /// The most that the percentage allows of a directory of so many users.
    ///
    /// ```
    /// use leaver::plan::Limits;
    ///
    /// let limits = Limits { max_percent: Some(5), floor: 3, ..Limits::NONE };
    /// assert_eq!(limits.percent_limit(199), Some(9));
    /// assert_eq!(limits.percent_limit(20), Some(3), "never below the floor");
    /// ```
    pub fn percent_limit(&self, population: u64) -> Option<u64> {
        let percent = u64::from(self.max_percent?);
        Some(u64::from(self.floor).max(percent.saturating_mul(population) / 100))
    }
}

/// Users whom no plan may touch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Protected {
    /// By ID.
    pub ids: BTreeSet<Id>,
    /// By person.
    #[serde(serialize_with = "keys")]
    pub persons: BTreeSet<PersonKey>,
    /// Whether the last full administrators are protected.
    pub last_full_administrator: bool,
}

fn keys<S: serde::Serializer>(keys: &BTreeSet<PersonKey>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(keys.iter().map(PersonKey::as_str))
}

/// All guards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Guards {
    /// Limits of steps that can be taken back.
    pub reversible: Limits,
    /// Limits of withdrawals.
    pub withdraw: Limits,
    /// Limits of detaches and revocations.
    pub irreversible: Limits,
    /// How many people besides the actor must approve a plan with irreversible steps.
    pub approvals: u32,
    /// Users whom no plan may touch.
    pub protected: Protected,
    /// Most users of the previous directory, in percent, that may be missing from this one.
    pub max_shrink_percent: u32,
    /// Most hours between the taking of the directory and the instant of the plan.
    pub max_age_hours: u32,
}

impl Default for Guards {
    fn default() -> Self {
        let limits = |max_count, max_percent, floor| Limits {
            max_count: Some(max_count),
            max_percent: Some(max_percent),
            floor,
            minimum_population: 0,
            per_24h: None,
        };
        Self {
            reversible: limits(5_000, 20, 10),
            withdraw: limits(500, 5, 5),
            irreversible: limits(25, 1, 2),
            approvals: 2,
            protected: Protected {
                ids: BTreeSet::new(),
                persons: BTreeSet::new(),
                last_full_administrator: true,
            },
            max_shrink_percent: 10,
            max_age_hours: 24,
        }
    }
}

impl Guards {
    /// The guards of a simulation: no limits, nobody protected but system IDs and oneself, any age.
    pub fn unlimited() -> Self {
        let default = Self::default();
        Self {
            reversible: Limits::NONE,
            withdraw: Limits::NONE,
            irreversible: Limits::NONE,
            approvals: 0,
            protected: Protected { last_full_administrator: false, ..default.protected },
            max_shrink_percent: 100,
            max_age_hours: super::guards_file::MOST_HOURS,
        }
    }

    /// The limits of a class.
    pub const fn limits(&self, class: ActionClass) -> &Limits {
        match class {
            ActionClass::Reversible => &self.reversible,
            ActionClass::Withdraw => &self.withdraw,
            ActionClass::Irreversible => &self.irreversible,
        }
    }

    /// SHA-256 of their canonical JSON, defaults written out.
    pub fn digest(&self) -> Digest {
        super::canonical::digest_of(self)
    }
}
