//! Closed sets: the words a field may hold, as Rust enums and as data for the policy language.

use std::fmt;
use std::sync::Arc;

/// A closed set as data: its name and its words, in the order in which they are declared.
///
/// Built-in sets come from the enums of this module, others from host attributes (`one_of`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedSet {
    /// What the set is called in messages: the name of the field that has it.
    pub name: Arc<str>,
    /// The words, in declaration order.
    pub words: Arc<[Arc<str>]>,
}

impl ClosedSet {
    /// A set of the given words.
    pub fn new<'a>(name: &str, words: impl IntoIterator<Item = &'a str>) -> Self {
        Self { name: name.into(), words: words.into_iter().map(Arc::from).collect() }
    }

    /// Whether `word` belongs to the set.
    pub fn contains(&self, word: &str) -> bool {
        self.words.iter().any(|known| &**known == word)
    }

    /// The set's own copy of `word`, shared by all users that have it.
    pub fn get(&self, word: &str) -> Option<Arc<str>> {
        self.words.iter().find(|known| &***known == word).cloned()
    }
}

impl fmt::Display for ClosedSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, word) in self.words.iter().enumerate() {
            write!(f, "{}{word}", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

/// A word that is not in the closed set it was meant for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is not one of: {allowed}")]
pub struct UnknownWord {
    /// The word that was found.
    pub word: String,
    /// The words there are, separated by commas.
    pub allowed: String,
}

/// Declares an enum whose variants are spelt as fixed words in every format.
macro_rules! closed_set {
    ($(#[$meta:meta])* $name:ident, $field:literal { $($(#[$doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$doc])* #[serde(rename = $word)] $variant,)+ }

        impl $name {
            /// Every value, in declaration order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word used in files, policies and output.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The set as data.
            pub fn closed_set() -> $crate::model::ClosedSet {
                $crate::model::ClosedSet::new($field, Self::ALL.iter().map(|value| value.word()))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.word())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::model::UnknownWord;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|value| value.word() == word).ok_or_else(|| {
                    $crate::model::UnknownWord {
                        word: word.to_owned(),
                        allowed: Self::closed_set().to_string(),
                    }
                })
            }
        }
    };
}
pub(crate) use closed_set;

closed_set! {
    /// How a person works for the company.
    Employment, "employment" {
        /// Permanent staff.
        Staff = "staff",
        /// An external on a contract of their own.
        Contractor = "contractor",
        /// Employed for a limited time.
        Temporary = "temporary",
        /// Belongs to another company.
        Partner = "partner",
        /// Not a human: a shared or technical account.
        Service = "service",
    }
}

closed_set! {
    /// Why somebody left or leaves.
    Departure, "departure" {
        /// The person resigned.
        Voluntary = "voluntary",
        /// The company ended the employment.
        Involuntary = "involuntary",
        /// The contract ran out.
        ContractEnd = "contract_end",
        /// The person retired.
        Retired = "retired",
        /// The person died.
        Deceased = "deceased",
    }
}

closed_set! {
    /// The edition of a subscription. Three generations of names live side by side (PLATFORM 10);
    /// what an edition may do is data, see [`Entitlements`](crate::model::Entitlements).
    Edition, "edition" {
        /// Basic.
        Basic = "basic",
        /// Business.
        Business = "business",
        /// Enterprise: may revoke (PLATFORM 7).
        Enterprise = "enterprise",
        /// Essential.
        Essential = "essential",
        /// Advanced.
        Advanced = "advanced",
        /// Professional: successor that manages IDs (PLATFORM 10).
        Professional = "professional",
        /// For schools.
        Edu = "edu",
    }
}

closed_set! {
    /// What kind of credential a user has (PLATFORM 13).
    CredentialKind, "credential_kind" {
        /// One person's own username and password.
        Single = "single",
        /// One username and password shared by all managed devices.
        Multi = "multi",
        /// No credential in use.
        None = "none",
    }
}
