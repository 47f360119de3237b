//! What exists on the simulated platform, and what is on its way.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::CREDENTIAL;
use crate::apply::event::utc;
use crate::apply::outcome::Key;
use crate::apply::paper::{PaperStep, PaperWith};
use crate::directory::Directory;
use crate::model::{Fact, Field, Id, Value};
use crate::plan::StepKind;

/// How it stands with an ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum AccountState {
    /// In the list of active users.
    Active,
    /// Out of the subscription, in its holder's hands (PLATFORM 2, 3).
    Detached {
        /// Since when.
        #[serde(with = "utc")]
        at: OffsetDateTime,
    },
    /// Revoked (PLATFORM 5).
    Revoked {
        /// When that was asked for.
        #[serde(with = "utc")]
        at: OffsetDateTime,
    },
}

/// An ID and its holder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// How it stands with the ID.
    pub state: AccountState,
    /// The credential in use.
    pub credential: Option<String>,
    /// The person is back.
    #[serde(default)]
    pub returned: bool,
    /// Somebody put a hold on the person.
    #[serde(default)]
    pub held: bool,
    /// How many messages were sent to it.
    #[serde(default)]
    pub told: u32,
    /// How many times it came back after it was detached (PLATFORM 4).
    #[serde(default)]
    pub reappeared: u32,
    /// How many times it was revoked or detached, each of which happens once.
    #[serde(default)]
    pub ended: u32,
    /// When the device management was told to remove the app.
    #[serde(default, with = "maybe")]
    pub removal: Option<OffsetDateTime>,
    /// When it was told to bring the configuration.
    #[serde(default, with = "maybe")]
    pub staged: Option<OffsetDateTime>,
    /// When it was told to activate the app again.
    #[serde(default, with = "maybe")]
    pub activated: Option<OffsetDateTime>,
}

/// A group or list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Container {
    /// The members as Broadcast has them.
    pub edited: BTreeSet<Id>,
    /// The members as the apps have them: what was synchronised last (PLATFORM 22).
    pub effective: BTreeSet<Id>,
    /// Lists need no synchronisation.
    pub is_list: bool,
    /// Broadcast has it; else it is its members' own, and nobody else can take somebody out of it.
    #[serde(default = "yes")]
    pub is_managed: bool,
}

/// What was saved before this was known was all in Broadcast.
const fn yes() -> bool {
    true
}

/// A step that takes effect later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Coming {
    #[serde(with = "utc")]
    at: OffsetDateTime,
    kind: StepKind,
    user: Option<Id>,
    target: String,
    joins: Option<Id>,
}

/// What exists on the platform.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// The IDs.
    pub users: BTreeMap<Id, Account>,
    /// The credentials, and since when each is deleted.
    #[serde(with = "credentials")]
    pub credentials: BTreeMap<String, Option<OffsetDateTime>>,
    /// Groups and lists.
    pub containers: BTreeMap<String, Container>,
    /// The keys of requests that were done.
    done: BTreeSet<Key>,
    coming: Vec<Coming>,
}

impl World {
    /// The platform as a directory describes it.
    pub fn of(directory: &Directory) -> Self {
        let account = |user: &crate::model::User| {
            let credential = match user.fact(Field::Credential.slot()) {
                Fact::Known(Value::Text(key)) => Some(key.to_string()),
                _ => None,
            };
            Account {
                state: AccountState::Active,
                credential,
                returned: false,
                held: false,
                told: 0,
                reappeared: 0,
                ended: 0,
                removal: None,
                staged: None,
                activated: None,
            }
        };
        let container = |members: &[Id], is_list, is_managed| {
            let edited: BTreeSet<Id> = members.iter().copied().collect();
            Container { effective: edited.clone(), edited, is_list, is_managed }
        };
        let groups = directory
            .groups()
            .iter()
            .map(|group| (group.id.to_string(), container(&group.members, false, group.broadcast.is_some())));
        let lists = directory
            .lists()
            .iter()
            .map(|list| (list.id.to_string(), container(&list.members, true, list.broadcast.is_some())));
        Self {
            users: directory.users().iter().map(|user| (user.id(), account(user))).collect(),
            credentials: directory
                .credentials()
                .iter()
                .map(|credential| (credential.id.to_string(), None))
                .collect(),
            containers: groups.chain(lists).collect(),
            done: BTreeSet::new(),
            coming: Vec::new(),
        }
    }

    /// JSON, to be saved.
    pub fn to_json(&self) -> String {
        crate::model::canonical(self)
    }

    /// Reads what was saved.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn from_json(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    pub(super) fn has_done(&self, key: &Key) -> bool {
        self.done.contains(key)
    }

    /// A step begins to take effect at an instant.
    pub(super) fn begin(&mut self, step: &PaperStep, key: &Key, at: OffsetDateTime) {
        self.done.insert(key.clone());
        let joins = match &step.with {
            Some(PaperWith::Id(id)) => Some(*id),
            _ => None,
        };
        self.coming.push(Coming {
            at,
            kind: step.kind,
            user: step.user,
            target: step.target.to_string(),
            joins,
        });
    }

    /// Time passes until an instant.
    pub fn pass(&mut self, now: OffsetDateTime) {
        let (due, later): (Vec<Coming>, Vec<Coming>) =
            std::mem::take(&mut self.coming).into_iter().partition(|coming| coming.at <= now);
        self.coming = later;
        for coming in due {
            self.happen(&coming);
        }
        self.use_detached(now);
    }

    /// Whoever holds a detached ID uses it with whatever credential still works.
    fn use_detached(&mut self, now: OffsetDateTime) {
        for account in self.users.values_mut() {
            let AccountState::Detached { at } = account.state else { continue };
            let deleted = account.credential.as_ref().and_then(|key| self.credentials.get(key));
            let works_at_detach = match deleted {
                Some(None) => true,
                Some(Some(deleted)) => deleted.saturating_add(CREDENTIAL) > at,
                None => false,
            };
            if works_at_detach && at <= now {
                account.state = AccountState::Active;
                account.reappeared = account.reappeared.saturating_add(1);
            }
        }
    }

    fn happen(&mut self, coming: &Coming) {
        let Coming { at, kind, user, target, joins } = coming;
        let container = self.containers.get_mut(target);
        let account = user.and_then(|user| self.users.get_mut(&user));
        match kind {
            StepKind::Withdraw => {
                if let Some(deleted) = self.credentials.get_mut(target) {
                    deleted.get_or_insert(*at);
                }
            }
            StepKind::Revoke => {
                if let Some(account) = account {
                    account.ended = account.ended.saturating_add(1);
                    account.state = AccountState::Revoked { at: *at };
                }
            }
            StepKind::Detach => {
                if let Some(account) = account {
                    account.ended = account.ended.saturating_add(1);
                    account.state = AccountState::Detached { at: *at };
                }
            }
            StepKind::Notify => {
                if let Some(account) = account {
                    account.told = account.told.saturating_add(1);
                }
            }
            StepKind::RemoveFromDevice => {
                if let Some(account) = account {
                    account.removal.get_or_insert(*at);
                    account.credential = None;
                }
            }
            StepKind::StageMdmConfiguration => {
                if let Some(account) = account {
                    account.staged.get_or_insert(*at);
                }
            }
            StepKind::ActivateMdmLicence => {
                if let Some(account) = account {
                    account.activated.get_or_insert(*at);
                }
            }
            StepKind::JoinGroup | StepKind::JoinList | StepKind::ReplaceId => {
                if let Some(container) = container {
                    if *kind == StepKind::ReplaceId
                        && let Some(user) = user
                    {
                        container.edited.remove(user);
                    }
                    container.edited.extend(joins.or(*user));
                    container.settle();
                }
            }
            StepKind::LeaveGroup | StepKind::LeaveList => {
                if let (Some(container), Some(user)) = (container, user) {
                    container.edited.remove(user);
                    container.settle();
                }
            }
            StepKind::SynchroniseGroup => {
                if let Some(container) = container {
                    container.effective = container.edited.clone();
                }
            }
            StepKind::Verify => {}
        }
    }
}

impl Container {
    fn settle(&mut self) {
        if self.is_list {
            self.effective = self.edited.clone();
        }
    }
}

/// Instants that may be missing.
mod maybe {
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};
    use time::OffsetDateTime;

    use crate::model::parse_instant;

    #[expect(clippy::ref_option, reason = "the signature serde asks for")]
    pub(super) fn serialize<S: Serializer>(
        at: &Option<OffsetDateTime>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        crate::model::instant_or_null(at, serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<OffsetDateTime>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| parse_instant(&text).ok_or_else(|| D::Error::custom("not an instant"))).transpose()
    }
}

/// Credentials and when each was deleted.
mod credentials {
    use std::collections::BTreeMap;

    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};
    use time::OffsetDateTime;

    use crate::model::{format_instant, parse_instant};

    pub(super) fn serialize<S: Serializer>(
        all: &BTreeMap<String, Option<OffsetDateTime>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let texts: BTreeMap<&String, Option<String>> =
            all.iter().map(|(key, at)| (key, at.map(format_instant))).collect();
        texts.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<String, Option<OffsetDateTime>>, D::Error> {
        let texts = BTreeMap::<String, Option<String>>::deserialize(deserializer)?;
        let read = |text: Option<String>| match text {
            Some(text) => parse_instant(&text).map(Some).ok_or_else(|| D::Error::custom("not an instant")),
            None => Ok(None),
        };
        texts.into_iter().map(|(key, text)| Ok((key, read(text)?))).collect()
    }
}
