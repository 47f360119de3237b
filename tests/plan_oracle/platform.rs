//! The platform on a virtual clock: what exists, what is on its way, and who can do what meanwhile.
//!
//! Written from the facts of the platform alone. In go commands with the instant at which they are
//! given; out comes, for every user, until when the person could read, write and be seen, at the
//! latest that the platform allows: deleting a credential takes a day, revoking an hour and a day for
//! the display, and a device answers after `device_delay`, which may be never. The person reads and
//! writes whenever that is possible, and uses a detached ID with any credential that still works.
//!
//! It obeys every command. Whether a command was wise is judged elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use leaver::model::Id;

use crate::facts::{DAY, HOUR, Login, World};
use crate::reading::Second;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IdState {
    Active,
    /// Out of the subscription, in its holder's hands (PLATFORM 2, 3).
    Detached,
    /// To be destroyed within the hour.
    Revoking,
    /// Destroyed (PLATFORM 5).
    Revoked,
}

#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) state: IdState,
    pub(crate) login: Login,
    /// App and configuration are on the person's device.
    pub(crate) has_app: bool,
    /// The configuration of the device management has arrived.
    pub(crate) is_staged: bool,
    /// Contacts see it as internal, or the administrators' list has it.
    is_seen: bool,
    windows: [Window; 3],
}

/// Until when something was possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Window {
    /// It never was, from the beginning.
    Never,
    /// It is.
    Open,
    Closed(Second),
}

/// The three abilities, in the order of [`Platform::windows`].
pub(crate) const READS: usize = 0;
pub(crate) const WRITES: usize = 1;
pub(crate) const LISTED: usize = 2;

#[derive(Clone, Debug)]
pub(crate) struct Group {
    /// As Broadcast has it.
    pub(crate) edited: BTreeSet<Id>,
    /// As the members' apps have it: what was synchronised last (PLATFORM 22).
    pub(crate) effective: BTreeSet<Id>,
    pub(crate) synchronised: usize,
}

#[derive(Clone, Debug)]
enum Effect {
    CredentialDies(String),
    LoginDies(Id),
    IdDies(Id),
    DisappearsFromContacts(Id),
    AppIsRemoved(Id),
    ConfigurationArrives(Id),
    Activates(Id, String),
}

#[derive(Clone, Debug)]
pub(crate) struct Platform {
    pub(crate) clock: Second,
    device_delay: Option<Second>,
    pub(crate) accounts: BTreeMap<Id, Account>,
    persons: BTreeMap<Id, Vec<Id>>,
    deleted: BTreeSet<String>,
    dead: BTreeSet<String>,
    multi: BTreeSet<String>,
    pub(crate) groups: BTreeMap<String, Group>,
    pub(crate) lists: BTreeMap<String, BTreeSet<Id>>,
    pub(crate) seats_used: u32,
    pending: BTreeMap<(Second, usize), Effect>,
    scheduled: usize,
    detached: BTreeSet<Id>,
    /// Detached IDs that were used again, and when.
    pub(crate) reappeared: BTreeMap<Id, Second>,
}

impl Platform {
    /// The platform at `start`. Devices do what they are told after `device_delay`; `None` is never.
    pub(crate) fn new(world: &World, start: Second, device_delay: Option<Second>) -> Self {
        let account = |login: &Login| Account {
            state: IdState::Active,
            login: login.clone(),
            has_app: true,
            is_staged: false,
            is_seen: true,
            windows: [Window::Never; 3],
        };
        let group = |members: &BTreeSet<Id>| Group {
            edited: members.clone(),
            effective: members.clone(),
            synchronised: 0,
        };
        let mut platform = Self {
            clock: start,
            device_delay,
            accounts: world.users.iter().map(|(id, user)| (*id, account(&user.login))).collect(),
            persons: world.users.keys().map(|id| (*id, world.users_of_person(*id))).collect(),
            deleted: BTreeSet::new(),
            dead: BTreeSet::new(),
            multi: world.credentials.keys().filter(|name| world.is_multi(name)).cloned().collect(),
            groups: world.groups.iter().map(|(id, found)| (id.clone(), group(&found.members))).collect(),
            lists: world.lists.iter().map(|(id, found)| (id.clone(), found.members.clone())).collect(),
            seats_used: world.seats.map_or(0, |(_, used)| used),
            pending: BTreeMap::new(),
            scheduled: 0,
            detached: BTreeSet::new(),
            reappeared: BTreeMap::new(),
        };
        for (id, member) in &world.users {
            if let Login::NothingSince(since) = member.login {
                platform.schedule(since + DAY, Effect::LoginDies(*id));
            }
        }
        platform.advance(start);
        for id in world.users.keys() {
            platform.look_at(*id);
        }
        platform
    }

    fn schedule(&mut self, at: Second, effect: Effect) {
        self.scheduled += 1;
        self.pending.insert((at, self.scheduled), effect);
    }

    /// Lets time pass until `to`; everything due by then has happened.
    pub(crate) fn advance(&mut self, to: Second) {
        while let Some(entry) = self.pending.first_entry().filter(|entry| entry.key().0 <= to) {
            let ((at, _), effect) = entry.remove_entry();
            self.clock = self.clock.max(at);
            self.happen(effect);
        }
        self.clock = self.clock.max(to);
    }

    /// Lets everything happen that is still to come.
    pub(crate) fn finish(&mut self) {
        if let Some((last, _)) = self.pending.last_key_value().map(|(key, _)| *key) {
            self.advance(last);
        }
    }

    fn happen(&mut self, effect: Effect) {
        match effect {
            Effect::CredentialDies(credential) => {
                self.dead.insert(credential.clone());
                if !self.multi.contains(&credential) {
                    self.seats_used = self.seats_used.saturating_sub(1);
                }
                let is_its = |account: &Account| account.login == Login::With(credential.clone());
                let its: Vec<Id> =
                    self.accounts.iter().filter(|(_, found)| is_its(found)).map(|(id, _)| *id).collect();
                for id in its {
                    self.look_at(id);
                }
            }
            Effect::LoginDies(id) => self.change(id, |account| {
                if matches!(account.login, Login::NothingSince(_)) {
                    account.login = Login::Nothing;
                }
            }),
            Effect::IdDies(id) => self.change(id, |account| account.state = IdState::Revoked),
            Effect::DisappearsFromContacts(id) => self.change(id, |account| account.is_seen = false),
            Effect::AppIsRemoved(id) => {
                let had_shared_seat = self.accounts.get(&id).is_some_and(|account| {
                    account.has_app
                        && matches!(&account.login, Login::With(name) if self.multi.contains(name))
                });
                self.seats_used = self.seats_used.saturating_sub(u32::from(had_shared_seat));
                self.change(id, |account| account.has_app = false);
            }
            Effect::ConfigurationArrives(id) => self.change(id, |account| account.is_staged = true),
            Effect::Activates(id, credential) => {
                self.change(id, |account| account.login = Login::With(credential));
                self.use_detached_ids();
            }
        }
    }

    fn change(&mut self, id: Id, change: impl FnOnce(&mut Account)) {
        if let Some(account) = self.accounts.get_mut(&id) {
            change(account);
            self.look_at(id);
        }
    }

    /// Whether what the user logs in with still works for the person.
    pub(crate) fn login_works(&self, id: Id) -> bool {
        self.accounts.get(&id).is_some_and(|account| {
            account.has_app
                && match &account.login {
                    Login::Unknown | Login::NothingSince(_) => true,
                    Login::Nothing => false,
                    Login::With(credential) => !self.dead.contains(credential),
                }
        })
    }

    /// Whether the credential the user had is gone for good, or on its way.
    pub(crate) fn is_deleted(&self, credential: &str) -> bool {
        self.deleted.contains(credential)
    }

    /// Notes what the person can do now.
    fn look_at(&mut self, id: Id) {
        let works = self.login_works(id);
        let clock = self.clock;
        let Some(account) = self.accounts.get_mut(&id) else { return };
        let uses = match account.state {
            _ if id.is_system() => true,
            IdState::Active | IdState::Revoking => works,
            IdState::Detached => true,
            IdState::Revoked => false,
        };
        for (window, can) in account.windows.iter_mut().zip([uses, uses, account.is_seen]) {
            *window = match (*window, can) {
                (_, true) => Window::Open,
                (Window::Open, false) => Window::Closed(clock),
                (before, false) => before,
            };
        }
    }

    pub(crate) fn windows(&self, id: Id) -> Option<[Window; 3]> {
        self.accounts.get(&id).map(|account| account.windows)
    }

    /// The person uses each detached ID with whatever still works (PLATFORM 4).
    fn use_detached_ids(&mut self) {
        for id in self.detached.clone() {
            let others = self.persons.get(&id).cloned().unwrap_or_default();
            if others.into_iter().any(|other| self.login_works(other)) {
                self.reappeared.entry(id).or_insert(self.clock);
                self.change(id, |account| account.is_seen = true);
            }
        }
    }

    pub(crate) fn delete_credential(&mut self, credential: &str) {
        if self.deleted.insert(credential.to_owned()) {
            self.schedule(self.clock + DAY, Effect::CredentialDies(credential.to_owned()));
        }
    }

    pub(crate) fn detach(&mut self, id: Id) {
        self.detached.insert(id);
        self.change(id, |account| account.state = IdState::Detached);
        self.schedule(self.clock + DAY, Effect::DisappearsFromContacts(id));
        self.use_detached_ids();
    }

    pub(crate) fn revoke(&mut self, id: Id) {
        self.change(id, |account| account.state = IdState::Revoking);
        self.schedule(self.clock + HOUR, Effect::IdDies(id));
        self.schedule(self.clock + HOUR + DAY, Effect::DisappearsFromContacts(id));
    }

    fn tell_device(&mut self, effect: Effect) {
        if let Some(delay) = self.device_delay {
            self.schedule(self.clock + delay, effect);
        }
    }

    pub(crate) fn remove_from_device(&mut self, id: Id) {
        self.tell_device(Effect::AppIsRemoved(id));
    }

    pub(crate) fn stage(&mut self, id: Id) {
        self.tell_device(Effect::ConfigurationArrives(id));
    }

    /// Takes a seat at once; the app logs in when the device answers.
    pub(crate) fn activate(&mut self, id: Id, credential: &str) {
        self.seats_used += 1;
        self.tell_device(Effect::Activates(id, credential.to_owned()));
    }

    /// Whether the ID is in a group, as the apps have it, or in a list.
    pub(crate) fn receives_broadcasts(&self, world: &World, id: Id) -> bool {
        let managed = |found: Option<&crate::facts::Container>| found.is_some_and(|found| found.is_managed);
        self.groups.iter().any(|(key, group)| managed(world.groups.get(key)) && group.effective.contains(&id))
            || self.lists.iter().any(|(key, list)| managed(world.lists.get(key)) && list.contains(&id))
    }
}
