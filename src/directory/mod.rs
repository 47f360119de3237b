//! Directories: who is there, as of when, and how complete that picture is.
//!
//! In goes a snapshot of one subscription: a JSON file, or a folder with `directory.toml` and CSV or
//! NDJSON files. Out comes a [`Directory`] whose users have every field known, absent or unknown, and
//! whose references all lead somewhere; or else everything that is wrong, at once, each mistake with
//! its file, line, column and code. There is nothing in between: a directory read by half would make
//! people look as if they had left. A [`Stream`] brings resolved users one by one in constant memory.
//!
//! Nothing here reads a clock, decides, or keeps a password.

mod attributes;
mod csv;
mod digest;
mod draft;
mod excerpt;
mod field_value;
mod file;
mod findings;
mod folder;
mod gathered;
mod header;
mod import;
mod intern;
mod json;
mod judgement;
mod node;
mod problems;
mod progress;
mod reading;
mod record_reader;
mod records;
mod references;
mod resolve;
#[cfg(feature = "arrow")]
pub(crate) mod resolved;
mod sections;
mod single_user;
mod snapshot;
mod stream;
mod toml;
mod users;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use time::OffsetDateTime;

use self::draft::Draft;
use self::excerpt::Excerpt;
use self::problems::Problems;
use self::progress::Callback;
use self::references::References;
use self::resolve::{Omissions, Provided};
use self::sections::{Container, Placed};
use crate::diagnostic::Diagnostic;
use crate::model::{
    Administrator, Credential, CredentialKind, DistributionList, Fact, Field, Group, Id, Licences, Schema,
    Slot, Subscription, User, format_instant,
};
use crate::sort::Gather as _;

pub use self::attributes::parse_attributes;
pub use self::digest::{Digest, DigestError};
pub use self::findings::{Finding, FindingCode};
pub(crate) use self::gathered::Gathered;
pub use self::header::SubscriptionHeader;
pub use self::import::{
    Import, ImportChoices, ImportFile, ImportFinding, ImportFindingCode, ImportSources, import,
};
pub use self::progress::Progress;
pub use self::single_user::{Omitted, UserDefaults, parse_user, parse_user_map};
pub use self::stream::{BadRecord, Block, Blocks, Record, Scanner, Stream, StreamHeader};
pub(crate) use self::toml::{TomlFault, parse_toml};

/// A snapshot of one subscription. Clones share their content.
///
/// ```
/// use leaver::directory::Directory;
/// use leaver::model::{Fact, Field};
///
/// let directory = Directory::from_json("acme.json", br#"{
///     "subscription": {"id": "acme", "edition": "enterprise", "time_zone": "Europe/Zurich"},
///     "taken_at": "2026-11-22T08:00:00Z",
///     "complete": true,
///     "users": [{"id": "ECHOECHO", "person": "E1001", "employment": "staff", "last_day": "2026-11-20"},
///               {"id": "MIAMIA01", "person": "E1002", "employment": "staff"}]
/// }"#).map_err(|diagnostics| format!("{diagnostics:?}"))?;
///
/// let mia = directory.user("MIAMIA01".parse()?).ok_or("no such user")?;
/// assert_eq!(mia.fact(Field::LastDay.slot()), &Fact::Absent, "provided, and Mia has none");
/// assert_eq!(mia.fact(Field::LegalHold.slot()), &Fact::Unknown, "nobody speaks for it");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Directory(Arc<Content>);

struct Content {
    subscription: Subscription,
    taken_at: OffsetDateTime,
    complete: bool,
    schema: Arc<Schema>,
    /// By ID.
    users: Vec<User>,
    credentials: Vec<Credential>,
    groups: Vec<Group>,
    lists: Vec<DistributionList>,
    administrators: Vec<Administrator>,
    provided: Provided,
    assume: BTreeMap<Slot, Fact>,
    digest: Digest,
}

impl Directory {
    /// Reads a `.json` file, or a folder with `directory.toml`. Tells `progress` how far it is.
    ///
    /// # Errors
    /// Everything that is wrong, in reading order; at most 1,000 mistakes and how many more there are.
    pub fn read(path: &Path, progress: &mut dyn FnMut(Progress<'_>)) -> Result<Self, Vec<Diagnostic>> {
        let mut problems = Problems::default();
        if path.is_dir() {
            let files = folder::read_files(path, &mut problems, progress);
            let excerpts: Vec<Excerpt<'_>> =
                files.iter().map(|file| Excerpt::file(&file.name, &file.text)).collect();
            let draft = folder::read_folder(&files, &excerpts, &mut problems, progress);
            return Self::of_draft(draft, &excerpts, problems, progress);
        }
        let name = path.display().to_string();
        match file::read_text(path, &name, &mut problems, progress) {
            Some(text) => Self::of_json(&name, &text, problems, progress),
            None => Err(problems.into_diagnostics()),
        }
    }

    /// Reads JSON that is in memory. `name` is what diagnostics call it.
    ///
    /// # Errors
    /// Everything that is wrong, as for [`read`](Self::read).
    pub fn from_json(name: &str, text: &[u8]) -> Result<Self, Vec<Diagnostic>> {
        let mut problems = Problems::default();
        match file::check_text(name, text, &mut problems) {
            Some(text) => Self::of_json(name, text, problems, &mut |_| {}),
            None => Err(problems.into_diagnostics()),
        }
    }

    fn of_json(
        name: &str,
        text: &str,
        mut problems: Problems,
        progress: &mut Callback<'_>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let excerpts = [Excerpt::file(name, text)];
        let draft =
            excerpts.first().and_then(|excerpt| snapshot::read_json(excerpt, &mut problems, progress));
        Self::of_draft(draft, &excerpts, problems, progress)
    }

    fn of_draft(
        draft: Option<Draft>,
        excerpts: &[Excerpt<'_>],
        mut problems: Problems,
        progress: &mut Callback<'_>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let directory = draft.and_then(|draft| {
            progress(Progress::Checking { users: draft.users.len() });
            resolved(draft, excerpts, &mut problems)
        });
        match directory {
            Some(directory) if problems.is_empty() => Ok(directory),
            _ => Err(problems.into_diagnostics()),
        }
    }

    /// The subscription.
    pub fn subscription(&self) -> &Subscription {
        &self.0.subscription
    }

    /// When the snapshot was taken, in UTC.
    pub fn taken_at(&self) -> OffsetDateTime {
        self.0.taken_at
    }

    /// Whether it says that nobody is missing. Without that nothing irreversible is decided.
    pub fn is_complete(&self) -> bool {
        self.0.complete
    }

    /// The built-in fields and the host's attributes.
    pub fn schema(&self) -> &Arc<Schema> {
        &self.0.schema
    }

    /// The users, by ID.
    pub fn users(&self) -> &[User] {
        &self.0.users
    }

    /// The user with this ID.
    pub fn user(&self, id: Id) -> Option<&User> {
        let at = self.0.users.binary_search_by_key(&id, User::id).ok()?;
        self.0.users.get(at)
    }

    /// The credentials, in the order given.
    pub fn credentials(&self) -> &[Credential] {
        &self.0.credentials
    }

    /// The groups, in the order given.
    pub fn groups(&self) -> &[Group] {
        &self.0.groups
    }

    /// The distribution lists, in the order given.
    pub fn lists(&self) -> &[DistributionList] {
        &self.0.lists
    }

    /// The administrators, in the order given.
    pub fn administrators(&self) -> &[Administrator] {
        &self.0.administrators
    }

    /// Whether the field at `slot` is given, derived or assumed. A policy that reads any other field
    /// cannot start. `has_left` counts as derived where `last_day` is known.
    pub fn provides(&self, slot: Slot) -> bool {
        self.0.provided.known.get(slot.index()).copied().unwrap_or(false)
    }

    /// What a person should look at: users by ID first, then credentials, containers and licences.
    pub fn findings(&self) -> Vec<Finding> {
        findings::findings(self)
    }

    /// SHA-256 of the normalised content: the same whatever the format of the files and the order of
    /// the users.
    pub fn digest(&self) -> &Digest {
        &self.0.digest
    }

    /// Seats bought and used; `None` if the subscription does not say how many were bought, or the
    /// directory does not provide `credential`.
    ///
    /// A `single` credential in use takes one seat, however many users it has; a `multi` credential
    /// takes one for each of its users. A credential of a kind that is not provided counts as `single`.
    pub fn licences(&self) -> Option<Licences> {
        let bought = self.0.subscription.licences?;
        let is_given = self.0.provided.given.get(Field::Credential.slot().index()).copied();
        if is_given != Some(true) {
            return None;
        }
        let multi = CredentialKind::Multi.word();
        let mut shared = 0_usize;
        let mut single = HashSet::new();
        for user in self.users() {
            if let Some(credential) = user.text(Field::Credential) {
                if user.text(Field::CredentialKind) == Some(multi) {
                    shared += 1;
                } else {
                    single.insert(credential);
                }
            }
        }
        Some(Licences { bought, used: u32::try_from(shared + single.len()).unwrap_or(u32::MAX) })
    }
}

/// Counts only: texts may be personal data.
impl fmt::Debug for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Directory")
            .field("subscription", &self.0.subscription.id)
            .field("taken_at", &format_instant(self.0.taken_at))
            .field("complete", &self.0.complete)
            .field("users", &self.0.users.len())
            .field("credentials", &self.0.credentials.len())
            .field("groups", &self.0.groups.len())
            .field("lists", &self.0.lists.len())
            .field("administrators", &self.0.administrators.len())
            .field("digest", &self.0.digest)
            .finish()
    }
}

/// Compares the records with each other and makes the directory of them; `None` if its header is not
/// enough for one. Whether anything was reported is for the caller to see.
fn resolved(mut draft: Draft, excerpts: &[Excerpt<'_>], problems: &mut Problems) -> Option<Directory> {
    let mut provided = resolve::provided(&draft, excerpts, problems);
    resolve::assume(&mut provided, &draft, excerpts.first(), problems);
    let mut references = References { excerpts, problems };
    references.sort_users(&mut draft);
    references.join_memberships(&mut draft);
    let derived = references.check(&draft, &provided);

    let Draft { header, users: records, credentials, groups, lists, administrators, .. } = draft;
    let schema = header.schema.clone();
    let assume: BTreeMap<Slot, Fact> =
        header.assume.iter().map(|(slot, (fact, _))| (*slot, fact.clone())).gather();
    let omissions = Omissions {
        schema: &schema,
        given: &provided.given,
        assume: &assume,
        no_texts: Arc::from(Vec::new()),
    };
    let edition: Arc<str> = header.edition().map_or("", crate::model::Edition::word).into();
    let mut users = Vec::with_capacity(records.len());
    for (mut record, derived) in records.into_iter().zip(derived) {
        let missing = omissions.fill(&mut record.user);
        if let (false, Some(excerpt)) = (record.places.is_flawed, excerpts.get(record.places.excerpt)) {
            for slot in missing {
                resolve::report_missing(problems, excerpt, record.places.id, schema.name(slot));
            }
        }
        resolve::derive(&mut record.user, derived, &provided, &edition);
        users.push(record.user);
    }

    let header = header.finish()?;
    let mut content = Content {
        subscription: header.subscription,
        taken_at: header.taken_at,
        complete: header.complete,
        schema,
        users,
        credentials: credentials.into_iter().map(|credential| credential.value).collect(),
        groups: groups.into_iter().map(group).collect(),
        lists: lists.into_iter().map(list).collect(),
        administrators: administrators.into_iter().map(|record| record.value.administrator).collect(),
        provided,
        assume,
        digest: Digest::of(b""),
    };
    if problems.is_empty() {
        content.digest = digest::digest(&content);
    }
    Some(Directory(Arc::new(content)))
}

fn members(container: Vec<Placed<Id>>) -> Vec<Id> {
    container.into_iter().map(|member| member.value).collect()
}

fn group(
    Placed { value: Container { id, name, broadcast, members: found, .. }, .. }: Placed<Container>,
) -> Group {
    Group { id, name, broadcast, members: members(found) }
}

fn list(
    Placed { value: Container { id, name, broadcast, members: found, .. }, .. }: Placed<Container>,
) -> DistributionList {
    DistributionList { id, name, broadcast, members: members(found) }
}
