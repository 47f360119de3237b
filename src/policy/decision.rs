//! The decision for one user: two axes, obligations, and how it came about.

use std::sync::Arc;

use serde::{Serialize, Serializer};
use time::OffsetDateTime;

use super::answer::{Obligation, Period};
use crate::model::{Id, PersonKey, format_instant};

/// What is decided for one user. Serialises to the JSON object of the format, keys in this order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// The user's ID; `None` only for a stream record whose ID could not be read.
    pub user: Option<Id>,
    /// The person, if matched.
    pub person: Option<PersonKey>,
    /// Nothing to do, something to do, or only a person can go on.
    pub outcome: Outcome,
    /// The ID axis.
    pub disposition: Disposition,
    /// The access axis.
    pub access: Access,
    /// What must happen besides, duplicates removed. Listed but not planned when both axes are held.
    pub obligations: Vec<Obligation>,
    /// The rule that won.
    pub rule: Option<Arc<str>>,
    /// Its reason: `.because(…)`, else its doc comment.
    pub reason: Option<Arc<str>>,
    /// The fact on which an ID is detached or revoked.
    pub ground: Option<Ground>,
    /// Not before: when the ID axis may be carried out at the earliest.
    pub after: Option<When>,
    /// Until when both axes must have taken effect in the worst case.
    pub deadline: Option<When>,
    /// How many people must approve.
    pub approvals: u32,
    /// Actions of later rules that lost.
    pub overruled: Vec<Overruled>,
    /// Actions that vetoes, or the edition, struck out.
    pub vetoed: Vec<Vetoed>,
    /// What is held and why.
    pub hold: Option<Hold>,
    /// The earliest instant at which a time condition flips for this user; `None` is never.
    #[serde(serialize_with = "crate::model::instant_or_null")]
    pub valid_until: Option<OffsetDateTime>,
}

/// Declares an enum whose values are fixed words in every format.
macro_rules! word_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$doc])* #[serde(rename = $word)] $variant,)+ }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word in every format.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.word())
            }
        }
    };
}
pub(crate) use word_enum;

word_enum! {
    /// The outcome of a decision.
    Outcome {
        /// Nothing to do.
        Keep = "keep",
        /// Something happens on an axis, or an obligation does.
        Act = "act",
        /// Something is held and nothing acts: a person must look.
        Hold = "hold",
    }
}

word_enum! {
    /// What happens to the ID.
    Disposition {
        /// It stays.
        Keep = "keep",
        /// It leaves the subscription; nobody can revoke it any more (PLATFORM 2).
        Detach = "detach",
        /// It is destroyed for ever (PLATFORM 5).
        Revoke = "revoke",
        /// Nothing, until a person has looked.
        Hold = "hold",
    }
}

word_enum! {
    /// What happens to the access.
    Access {
        /// It stays.
        Keep = "keep",
        /// The credential is deleted (PLATFORM 1).
        Withdraw = "withdraw",
        /// It moves to the licence of the device management (PLATFORM 19).
        Migrate = "migrate",
        /// Nothing, until a person has looked.
        Hold = "hold",
    }
}

word_enum! {
    /// The positive fact without which no ID is detached or revoked.
    Ground {
        /// The person has left.
        HasLeft = "has_left",
        /// Another ID of the same person stays.
        SupersededBy = "superseded_by",
    }
}

word_enum! {
    /// One of the two things a decision is about.
    Axis {
        /// The messaging ID.
        Id = "id",
        /// The access to the app.
        Access = "access",
    }
}

word_enum! {
    /// Why something is held.
    HoldCode {
        /// The record could not be read.
        InvalidRecord = "invalid_record",
        /// Personnel records do not know this user: no `person` or no `employment`.
        Unmatched = "unmatched",
        /// A rule needs a fact nobody provides.
        MissingFact = "missing_fact",
        /// A rule failed.
        RuleError = "rule_error",
        /// A rule took more than the script limits allow.
        Limit = "limit",
        /// Leaving facts contradict each other.
        Contradiction = "contradiction",
        /// A rule asks a person to look.
        Review = "review",
        /// A system ID is never touched (PLATFORM 12).
        SystemId = "system_id",
        /// Vetoes forbid it and no alternative is left.
        Vetoed = "vetoed",
        /// The edition does not include it (PLATFORM 7, 10).
        NotEntitled = "not_entitled",
        /// Neither has the person left nor does another ID stay.
        NoGround = "no_ground",
        /// The directory does not say that it is complete.
        IncompleteDirectory = "incomplete_directory",
        /// The person comes back.
        Returns = "returns",
        /// There is no leaving instant to count `.after` or `.within` from.
        NoStart = "no_start",
    }
}

/// What is held, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hold {
    /// Stable code.
    pub code: HoldCode,
    /// A sentence for people.
    pub message: String,
    /// The rule that led to it, if one did.
    pub rule: Option<Arc<str>>,
    /// Which axes are held, in the order `id`, `access`.
    pub axes: Vec<Axis>,
}

/// An action that lost to an earlier rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Overruled {
    /// The rule that lost.
    pub rule: Arc<str>,
    /// What it wanted.
    pub action: super::answer::Verb,
}

/// An action that was struck out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Vetoed {
    /// The rule whose veto it was; `None` if the edition does not include the action.
    pub rule: Option<Arc<str>>,
    /// What was struck out: `detach`, `revoke` or `withdraw`.
    pub action: super::answer::Forbidden,
}

/// An instant, or a length of time after the person was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// At an instant.
    At(OffsetDateTime),
    /// So long after the notification was confirmed.
    AfterNotify(Period),
}

impl Serialize for When {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        match self {
            Self::At(instant) => serializer.serialize_str(&format_instant(*instant)),
            Self::AfterNotify(period) => {
                let mut object = serializer.serialize_struct("When", 2)?;
                object.serialize_field("from", "notify")?;
                object.serialize_field("plus", period)?;
                object.end()
            }
        }
    }
}
