//! What the platform looks like at an instant, to the people it is about.

use serde::Serialize;
use time::OffsetDateTime;

use super::world::{Account, AccountState, World};
use super::{CREDENTIAL, DEVICE};
use crate::model::Id;
use crate::plan::{DISPLAY, LABEL, REVOCATION};

/// What somebody can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Abilities {
    /// Receive new messages.
    pub reads: bool,
    /// Write.
    pub writes: bool,
    /// Be seen as one of the company.
    pub listed: bool,
}

/// A user at an instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UserView {
    /// The ID.
    pub user: Id,
    /// How it stands with the ID: `active`, `detached` or `revoked`.
    pub id: &'static str,
    /// What its holder can do, at worst.
    pub abilities: Abilities,
    /// The groups and lists that still have it.
    pub member_of: Vec<String>,
}

/// The platform at an instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct View {
    /// The instant.
    #[serde(serialize_with = "crate::model::instant")]
    pub at: OffsetDateTime,
    /// Every user, by ID.
    pub users: Vec<UserView>,
}

impl World {
    /// What it looks like at an instant, if nobody does anything more.
    pub fn view(&self, at: OffsetDateTime) -> View {
        let mut then = self.clone();
        then.pass(at);
        let users = then.users.iter().map(|(id, account)| UserView {
            user: *id,
            id: match account.state {
                AccountState::Active => "active",
                AccountState::Detached { .. } => "detached",
                AccountState::Revoked { .. } => "revoked",
            },
            abilities: then.abilities(account, at),
            member_of: then
                .containers
                .iter()
                .filter(|(_, container)| container.effective.contains(id))
                .map(|(key, _)| key.clone())
                .collect(),
        });
        View { at, users: users.collect() }
    }

    fn abilities(&self, account: &Account, at: OffsetDateTime) -> Abilities {
        let deleted =
            account.credential.as_ref().and_then(|key| self.credentials.get(key)).copied().flatten();
        let has_login = deleted.is_none_or(|deleted| at < deleted.saturating_add(CREDENTIAL));
        let has_app = account.removal.is_none_or(|told| at < told.saturating_add(DEVICE));
        let (alive, listed) = match account.state {
            AccountState::Active => (true, true),
            AccountState::Detached { at: since } => (true, at < since.saturating_add(LABEL)),
            AccountState::Revoked { at: since } => {
                let dead = since.saturating_add(REVOCATION);
                (at < dead, at < dead.saturating_add(DISPLAY))
            }
        };
        let uses = alive && has_login && has_app;
        Abilities { reads: uses, writes: uses, listed }
    }
}
