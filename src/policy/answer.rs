//! What a rule can answer: nothing, an action, a veto, or obligations.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::model::Id;

/// What a rule said about a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Answer {
    /// The rule does not apply.
    #[default]
    Nothing,
    /// An action on the ID, the access, or both.
    Action(Action),
    /// A veto against actions of whatever rule wins.
    Veto(BTreeSet<Forbidden>),
    /// What must happen besides.
    Obligations(Vec<Obligation>),
}

/// The verb of an action: a pair of what happens to the ID and what happens to the access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Nothing changes.
    Keep,
    /// Delete the credential; the ID stays (PLATFORM 1).
    Withdraw,
    /// Give the ID up, and withdraw access (PLATFORM 2–4).
    Detach,
    /// Destroy the ID for ever, and withdraw access (PLATFORM 5).
    Revoke,
    /// Move to the licence of the device management; the ID stays (PLATFORM 19).
    MigrateToMdm,
    /// A person must look.
    Review,
}

impl Verb {
    /// The word in policies and output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Withdraw => "withdraw",
            Self::Detach => "detach",
            Self::Revoke => "revoke",
            Self::MigrateToMdm => "migrate_to_mdm",
            Self::Review => "review",
        }
    }
}

/// An action with its modifiers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What is done.
    pub verb: Verb,
    /// Why a person must look: the text of `review("why")`; empty for other verbs.
    pub why: Arc<str>,
    /// `.because(…)`: replaces the rule's rationale.
    pub because: Option<Arc<str>>,
    /// `.after(…)`: delays the ID axis.
    pub after: Option<Period>,
    /// `.within(…)`: bounds the worst-case effect of both axes.
    pub within: Option<Period>,
    /// `.keep_access()`: a detach or revoke that leaves the credential alone.
    pub keep_access: bool,
    /// `.approvals(n)`: how many people must approve.
    pub approvals: u32,
    /// `.notify(…)` and `.replace_with(…)`, in the order written.
    pub obligations: Vec<Obligation>,
    /// `.or_else(…)`: tried in turn when the ID axis is forbidden.
    pub or_else: Vec<Action>,
}

impl Action {
    /// Most approvals an action may ask for.
    pub const MAX_APPROVALS: u32 = 100;

    /// The bare action.
    pub fn new(verb: Verb) -> Self {
        Self {
            verb,
            why: Arc::from(""),
            because: None,
            after: None,
            within: None,
            keep_access: false,
            approvals: 0,
            obligations: Vec::new(),
            or_else: Vec::new(),
        }
    }

    /// `review(why)`.
    pub fn review(why: &str) -> Self {
        Self { why: why.into(), ..Self::new(Verb::Review) }
    }
}

/// What a veto can forbid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Forbidden {
    /// Detaching the ID.
    Detach,
    /// Revoking the ID.
    Revoke,
    /// Any change of the access axis.
    Withdraw,
}

impl Forbidden {
    /// Everything that can be forbidden.
    pub const ALL: &'static [Self] = &[Self::Detach, Self::Revoke, Self::Withdraw];

    /// The word in policies.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Detach => "detach",
            Self::Revoke => "revoke",
            Self::Withdraw => "withdraw",
        }
    }

    /// The value spelt `word`.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.word() == word)
    }
}

/// Something that must happen besides the action.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Obligation {
    /// Tell the person (PLATFORM 25, 26).
    Notify {
        /// What is said.
        text: Arc<str>,
    },
    /// Leave every group and distribution list (PLATFORM 21).
    LeaveGroupsAndLists,
    /// Put another ID into groups and lists instead (PLATFORM 24).
    ReplaceWith {
        /// The ID that takes over.
        id: Id,
    },
    /// The restrictions of a notice period, through the device management (PLATFORM 17).
    Restrict,
}

/// A length of time: calendar days in the subscription's zone, then hours of 60 minutes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Period {
    /// Calendar days.
    pub days: i64,
    /// Hours.
    pub hours: i64,
}

impl Period {
    /// The largest number of days or hours a period may have, in either direction.
    pub const MAX: i64 = 366_000;

    fn within(number: i64) -> bool {
        (-Self::MAX..=Self::MAX).contains(&number)
    }

    /// A period of whole days; `None` beyond [`Period::MAX`].
    pub fn of_days(days: i64) -> Option<Self> {
        Self::within(days).then_some(Self { days, hours: 0 })
    }

    /// A period of hours; `None` beyond [`Period::MAX`].
    pub fn of_hours(hours: i64) -> Option<Self> {
        Self::within(hours).then_some(Self { days: 0, hours })
    }

    /// The sum; `None` beyond [`Period::MAX`].
    pub fn plus(self, other: Self) -> Option<Self> {
        let sum =
            Self { days: self.days.checked_add(other.days)?, hours: self.hours.checked_add(other.hours)? };
        (Self::within(sum.days) && Self::within(sum.hours)).then_some(sum)
    }

    /// The period as people say it: `7 days`, `1 day and 12 hours`.
    pub fn in_words(self) -> String {
        let count =
            |number: i64, unit: &str| format!("{number} {unit}{}", if number == 1 { "" } else { "s" });
        match (self.days, self.hours) {
            (days, 0) => count(days, "day"),
            (0, hours) => count(hours, "hour"),
            (days, hours) => format!("{} and {}", count(days, "day"), count(hours, "hour")),
        }
    }

    /// Whether either part is below zero.
    pub const fn is_negative(self) -> bool {
        self.days < 0 || self.hours < 0
    }
}

/// ISO 8601: `P7D`, `PT12H`, `P1DT6H`.
impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.days, self.hours) {
            (days, 0) => write!(f, "P{days}D"),
            (0, hours) => write!(f, "PT{hours}H"),
            (days, hours) => write!(f, "P{days}DT{hours}H"),
        }
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
