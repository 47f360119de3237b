//! What the platform is like before a plan begins, as far as a directory tells; where it does not
//! tell, the worst that it allows.
//!
//! In goes a directory (and the one before, if there is one), out come users with what they log in
//! with, credentials, groups, lists and seats. Nothing here knows of decisions or plans.

use std::collections::{BTreeMap, BTreeSet};

use leaver::directory::Directory;
use leaver::model::{CredentialKind, Edition, Fact, Field, Id, Leaving, Moment, User, Value, Zone};
use time::OffsetDateTime;

use crate::reading::Second;

pub(crate) const HOUR: Second = 3_600;
pub(crate) const DAY: Second = 24 * HOUR;

/// The most members a group can have (PLATFORM 22).
pub(crate) const MOST_MEMBERS: usize = 256;

#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) users: BTreeMap<Id, Member>,
    /// The users of each person.
    pub(crate) persons: BTreeMap<String, Vec<Id>>,
    /// Every credential somebody uses or the directory lists; `None` if its kind is not known.
    pub(crate) credentials: BTreeMap<String, Option<CredentialKind>>,
    pub(crate) groups: BTreeMap<String, Container>,
    pub(crate) lists: BTreeMap<String, Container>,
    /// Whether the directory says who is in its groups and in its lists.
    pub(crate) knows_members: bool,
    /// Seats bought and used, if both are known.
    pub(crate) seats: Option<(u32, u32)>,
    /// Whether the edition includes revoking (PLATFORM 7, 10).
    pub(crate) may_revoke: bool,
    pub(crate) zone: Zone,
}

#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) person: Option<String>,
    pub(crate) login: Login,
    pub(crate) is_managed: bool,
    /// The ID of the same person that replaces this one.
    pub(crate) successor: Option<Id>,
    pub(crate) has_left: bool,
}

/// What somebody logs in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Login {
    /// Nobody says: it may be a credential that works for ever.
    Unknown,
    /// Nothing since the directory was taken; what was deleted just before works for a day (PLATFORM 1).
    NothingSince(Second),
    /// Nothing any more.
    Nothing,
    With(String),
}

impl Login {
    pub(crate) fn credential(&self) -> Option<&String> {
        match self {
            Self::With(credential) => Some(credential),
            Self::Unknown | Self::NothingSince(_) | Self::Nothing => None,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Container {
    /// Managed through Broadcast; what was made in an app is not (PLATFORM 23).
    pub(crate) is_managed: bool,
    pub(crate) members: BTreeSet<Id>,
}

impl World {
    /// The platform at the instant of a plan.
    pub(crate) fn of(directory: &Directory, previous: Option<&Directory>, as_of: Second) -> Self {
        let instant = OffsetDateTime::from_unix_timestamp(as_of).expect("an instant");
        let zone = directory.subscription().time_zone.clone();
        let moment = Moment::new(instant, zone.clone()).expect("a moment");
        let mut users = BTreeMap::new();
        let mut persons: BTreeMap<String, Vec<Id>> = BTreeMap::new();
        let mut credentials: BTreeMap<String, Option<CredentialKind>> = directory
            .credentials()
            .iter()
            .map(|credential| (credential.id.to_string(), Some(credential.kind)))
            .collect();
        for user in directory.users() {
            let person = user.text(Field::Person).map(str::to_owned);
            if let Some(person) = &person {
                persons.entry(person.clone()).or_default().push(user.id());
            }
            let login = login(user, directory, previous);
            if let Login::With(credential) = &login {
                credentials.entry(credential.clone()).or_insert(None);
            }
            let is_managed = *user.fact(Field::MdmManaged.slot()) == Fact::Known(Value::Bool(true));
            let successor = successor(user, directory);
            let has_left = Leaving::of(user, &moment).is_gone();
            users.insert(user.id(), Member { person, login, is_managed, successor, has_left });
        }
        let groups = directory.groups().iter().map(|group| {
            let members = group.members.iter().copied().collect();
            (group.id.to_string(), Container { is_managed: group.broadcast.is_some(), members })
        });
        let lists = directory.lists().iter().map(|list| {
            let members = list.members.iter().copied().collect();
            (list.id.to_string(), Container { is_managed: list.broadcast.is_some(), members })
        });
        let (groups, lists) = (groups.collect(), lists.collect());
        let subscription = directory.subscription();
        let mut world = Self {
            users,
            persons,
            credentials,
            groups,
            lists,
            knows_members: [Field::Groups, Field::Lists].iter().all(|field| directory.provides(field.slot())),
            seats: None,
            may_revoke: matches!(subscription.edition, Edition::Enterprise | Edition::Professional),
            zone,
        };
        let tells_logins = world.users.values().all(|member| member.login != Login::Unknown);
        if let (Some(bought), true) = (subscription.licences, tells_logins) {
            world.seats = Some((bought, world.seats_used()));
        }
        world
    }

    /// Each credential of one person is a seat, and each user of a shared one.
    fn seats_used(&self) -> u32 {
        let mut single = BTreeSet::new();
        let mut multi = 0;
        for member in self.users.values() {
            if let Login::With(credential) = &member.login {
                if self.is_multi(credential) {
                    multi += 1;
                } else {
                    single.insert(credential);
                }
            }
        }
        u32::try_from(single.len() + multi).expect("few users")
    }

    pub(crate) fn is_multi(&self, credential: &str) -> bool {
        self.credentials.get(credential) == Some(&Some(CredentialKind::Multi))
    }

    /// The users of the same person, the user included.
    pub(crate) fn users_of_person(&self, id: Id) -> Vec<Id> {
        let person = self.users.get(&id).and_then(|member| member.person.as_ref());
        person.and_then(|person| self.persons.get(person)).cloned().unwrap_or_else(|| vec![id])
    }

    pub(crate) fn is_same_person(&self, one: Id, other: Id) -> bool {
        one == other || self.users_of_person(one).contains(&other)
    }

    pub(crate) fn users_of_credential<'a>(&'a self, credential: &'a str) -> impl Iterator<Item = Id> + 'a {
        self.users
            .iter()
            .filter(move |(_, member)| matches!(&member.login, Login::With(found) if found == credential))
            .map(|(id, _)| *id)
    }
}

fn login(user: &User, directory: &Directory, previous: Option<&Directory>) -> Login {
    match user.fact(Field::Credential.slot()) {
        Fact::Known(Value::Text(credential)) => Login::With(credential.to_string()),
        Fact::Absent => {
            let had_none_before = |before: &&Directory| {
                before
                    .user(user.id())
                    .is_some_and(|user| *user.fact(Field::Credential.slot()) == Fact::Absent)
            };
            let since = previous.filter(had_none_before).unwrap_or(directory);
            Login::NothingSince(since.taken_at().unix_timestamp())
        }
        _ => Login::Unknown,
    }
}

/// The ID named in `superseded_by`, if it is another ID of the same person.
fn successor(user: &User, directory: &Directory) -> Option<Id> {
    let Fact::Known(Value::Id(named)) = user.fact(Field::SupersededBy.slot()) else { return None };
    let other = directory.user(*named)?;
    let is_same = other.person().is_some() && other.person() == user.person();
    (is_same && !named.is_system() && *named != user.id()).then_some(*named)
}
