//! The directory as a planner looks at it: who else uses a credential, which other IDs a person has, which
//! groups and lists an ID is in, and what is decided about each.
//!
//! Built once for a plan; every later look-up is cheap. Users are named by their position in the directory.

use std::sync::Arc;

use time::OffsetDateTime;

use super::step::WITHDRAWAL;
use crate::directory::{Directory, Gathered};
use crate::model::{CredentialKind, Fact, Field, Id, Leaving, Moment, User, Value};
use crate::policy::{Access, Decision, Disposition};
use crate::sort;

/// Position of a user in the directory.
pub(super) type Position = usize;

/// Most members of a group (PLATFORM 22).
const MOST_MEMBERS: usize = 256;

/// A group or distribution list.
pub(super) struct Container<'a> {
    pub(super) key: &'a Arc<str>,
    pub(super) is_group: bool,
    /// Whether Broadcast manages it; one made in the app cannot be managed (PLATFORM 23).
    pub(super) is_managed: bool,
    pub(super) members: usize,
}

impl Container<'_> {
    /// Whether so many more may join.
    pub(super) const fn has_room_for(&self, more: usize) -> bool {
        !self.is_group || self.members + more <= MOST_MEMBERS
    }

    pub(super) const fn word(&self) -> &'static str {
        if self.is_group { "group" } else { "list" }
    }
}

/// What a user signs in with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SignIn<'a> {
    /// Nobody knows, or not of which kind it is.
    Unknown,
    /// With nothing: there is no credential in use.
    Nothing,
    /// With a credential of one's own.
    Single(&'a str),
    /// With the credential of all managed devices.
    Multi(&'a str),
}

/// Everything a plan needs to know of the directory besides a user's own facts.
pub(super) struct Surroundings<'a> {
    pub(super) directory: &'a Directory,
    pub(super) previous: Option<&'a Directory>,
    pub(super) decisions: &'a [Decision],
    pub(super) moment: &'a Moment,
    /// Groups by key, then lists by key.
    pub(super) containers: Vec<Container<'a>>,
    /// Whether the directory speaks for the members of groups, and of lists.
    pub(super) knows_groups: bool,
    pub(super) knows_lists: bool,
    memberships: Vec<Vec<usize>>,
    by_credential: Gathered<'a, Position>,
    by_person: Gathered<'a, Position>,
}

impl<'a> Surroundings<'a> {
    pub(super) fn of(
        directory: &'a Directory,
        previous: Option<&'a Directory>,
        decisions: &'a [Decision],
        moment: &'a Moment,
    ) -> Self {
        let by = |field: Field| {
            let users = directory.users().iter().enumerate();
            users.filter_map(move |(position, user)| Some((user.text(field)?, position))).collect()
        };
        let mut surroundings = Self {
            directory,
            previous,
            decisions,
            moment,
            containers: Vec::new(),
            knows_groups: directory.provides(Field::Groups.slot()),
            knows_lists: directory.provides(Field::Lists.slot()),
            memberships: vec![Vec::new(); directory.users().len()],
            by_credential: by(Field::Credential),
            by_person: by(Field::Person),
        };
        surroundings.enter_containers();
        surroundings
    }

    fn enter_containers(&mut self) {
        let mut groups: Vec<_> = self.directory.groups().iter().collect();
        sort::by_key(&mut groups, |group| &group.id);
        let mut lists: Vec<_> = self.directory.lists().iter().collect();
        sort::by_key(&mut lists, |list| &list.id);
        let groups = groups.iter().map(|group| (&group.id, true, group.broadcast, &group.members));
        let lists = lists.iter().map(|list| (&list.id, false, list.broadcast, &list.members));
        for (key, is_group, broadcast, members) in groups.chain(lists) {
            let at = self.containers.len();
            for member in members {
                if let Some(position) = self.position(*member) {
                    self.memberships[position].push(at);
                }
            }
            self.containers.push(Container {
                key,
                is_group,
                is_managed: broadcast.is_some(),
                members: members.len(),
            });
        }
    }

    /// The user at a position.
    pub(super) fn user(&self, position: Position) -> &'a User {
        &self.directory.users()[position]
    }

    /// What is decided about the user at a position.
    pub(super) fn decision(&self, position: Position) -> &'a Decision {
        &self.decisions[position]
    }

    /// Where the user with this ID stands.
    pub(super) fn position(&self, id: Id) -> Option<Position> {
        self.directory.users().binary_search_by_key(&id, User::id).ok()
    }

    /// The containers the user is in: groups by key, then lists by key.
    pub(super) fn memberships(&self, position: Position) -> &[usize] {
        &self.memberships[position]
    }

    /// Everybody who uses a credential, by ID.
    pub(super) fn users_of(&self, credential: &str) -> &[Position] {
        self.by_credential.get(credential)
    }

    /// The other IDs of the user's person, by ID.
    pub(super) fn others_of_person(&self, position: Position) -> impl Iterator<Item = Position> + '_ {
        let person = self.user(position).text(Field::Person);
        let all = person.map_or(&[][..], |person| self.by_person.get(person));
        all.iter().copied().filter(move |other| *other != position)
    }

    /// What the user signs in with.
    pub(super) fn sign_in(&self, position: Position) -> SignIn<'a> {
        let user = self.user(position);
        match user.fact(Field::Credential.slot()) {
            Fact::Absent => return SignIn::Nothing,
            Fact::Unknown => return SignIn::Unknown,
            Fact::Known(_) => {}
        }
        let kind = user.text(Field::CredentialKind).and_then(|word| word.parse::<CredentialKind>().ok());
        match (user.text(Field::Credential), kind) {
            (Some(key), Some(CredentialKind::Single)) => SignIn::Single(key),
            (Some(key), Some(CredentialKind::Multi)) => SignIn::Multi(key),
            _ => SignIn::Unknown,
        }
    }

    /// Whether device management certainly reaches the user's device.
    pub(super) fn is_managed(&self, position: Position) -> bool {
        *self.user(position).fact(Field::MdmManaged.slot()) == Fact::Known(Value::Bool(true))
    }

    /// When somebody without a credential has lost access at the latest: a day after the first directory known
    /// to have shown none (PLATFORM 1).
    pub(super) fn access_ended_by(&self, position: Position) -> Option<OffsetDateTime> {
        let id = self.user(position).id();
        let had_none_before = |previous: &&Directory| {
            let before = previous.user(id).map(|user| user.fact(Field::Credential.slot()));
            before == Some(&Fact::Absent) && previous.taken_at() <= self.directory.taken_at()
        };
        let since = self.previous.filter(had_none_before).unwrap_or(self.directory).taken_at();
        since.checked_add(WITHDRAWAL)
    }

    /// Whether the user goes, or goes by what is decided: nothing may be handed to such an ID.
    pub(super) fn is_leaving(&self, position: Position) -> bool {
        let decision = self.decision(position);
        matches!(decision.disposition, Disposition::Detach | Disposition::Revoke)
            || decision.access == Access::Withdraw
            || Leaving::of(self.user(position), self.moment).is_gone()
    }

    /// When the user will leave, if that is known and in the future.
    pub(super) fn leaves_later(&self, position: Position) -> Option<OffsetDateTime> {
        let leaving = Leaving::of(self.user(position), self.moment);
        leaving.leaves.filter(|leaves| *leaves > self.moment.instant())
    }
}
