//! The subscription: the contract, its edition, what that edition may do, and its seats.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::closed::closed_set;
use super::{Edition, Zone};
use crate::sort::Gather as _;

/// One subscription of the platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subscription {
    /// Key of the subscription.
    pub id: String,
    /// The company's name for it.
    #[serde(default)]
    pub name: String,
    /// Its edition.
    pub edition: Edition,
    /// Seats bought; absent if not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licences: Option<u32>,
    /// Time zone in which days begin and end.
    pub time_zone: Zone,
    /// Whether apps hide inactive contacts (PLATFORM 6).
    #[serde(default)]
    pub hide_inactive_ids: bool,
}

/// Seats of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Licences {
    /// Seats bought.
    pub bought: u32,
    /// Seats in use.
    pub used: u32,
}

impl Licences {
    /// Seats that nobody uses; zero when more are in use than were bought.
    pub const fn free(self) -> u32 {
        self.bought.saturating_sub(self.used)
    }
}

closed_set! {
    /// Something only some editions may do.
    Capability, "capability" {
        /// Revoke an ID (PLATFORM 7).
        Revoke = "revoke",
        /// Use the web API.
        Api = "api",
    }
}

/// Which edition may do what: data, so that a change of the price list is not a change of code.
///
/// The default is PLATFORM 10: revoke and API for `enterprise` and `professional`.
///
/// ```
/// use leaver::model::{Capability, Edition, Entitlements};
///
/// let entitlements = Entitlements::default();
/// assert!(entitlements.allows(Edition::Enterprise, Capability::Revoke));
/// assert!(!entitlements.allows(Edition::Business, Capability::Revoke));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Entitlements(BTreeMap<Capability, BTreeSet<Edition>>);

impl Entitlements {
    /// Whether `edition` includes `capability`. What is not listed is not allowed.
    pub fn allows(&self, edition: Edition, capability: Capability) -> bool {
        self.0.get(&capability).is_some_and(|editions| editions.contains(&edition))
    }
}

impl Default for Entitlements {
    fn default() -> Self {
        let managing: BTreeSet<_> = [Edition::Enterprise, Edition::Professional].into_iter().gather();
        Self(Capability::ALL.iter().map(|capability| (*capability, managing.clone())).gather())
    }
}
