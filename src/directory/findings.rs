//! What a person should look at although no rule asked for it.
//!
//! A finding refuses nothing: the directory is what it is. Decisions test what matters to them again;
//! a `superseded_by` that names somebody else's ID, for example, is no ground.

use std::sync::Arc;

use serde::Serialize;

use super::Directory;
use super::gathered::Gathered;
use super::header::Section;
use crate::model::{CredentialId, CredentialKind, Fact, Field, Id, PersonKey, User, Value};
use crate::sort;

/// What kind of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FindingCode {
    /// A person has several IDs, and no `superseded_by` says which of them goes (PLATFORM 24).
    SeveralIds,
    /// A user without `person` or `employment`: no rule runs.
    Unmatched,
    /// `superseded_by` names an ID that is not in the directory.
    SupersededByUnknown,
    /// `superseded_by` names an ID of another person, or of nobody known.
    SupersededByOther,
    /// `superseded_by` names an ID that is itself superseded.
    SupersededByLeaving,
    /// A credential that no user has: a licence that somebody could use.
    OrphanedCredential,
    /// A `single` credential that several users have (PLATFORM 13).
    SharedCredential,
    /// A group or list made in the app, which administrators cannot manage (PLATFORM 23).
    UnmanagedContainer,
    /// More licences in use than bought.
    TooFewLicences,
    /// Somebody whose access or ID goes by a plan is still in a group or list afterwards (PLATFORM 21, 23).
    ResidualMembership,
}

/// Something a person should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What kind of finding.
    pub code: FindingCode,
    /// The user it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<Id>,
    /// The person it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonKey>,
    /// The credential it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<CredentialId>,
    /// The group or list it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<Arc<str>>,
    /// What was found, without personal data.
    pub message: String,
}

impl Finding {
    fn new(code: FindingCode, message: String) -> Self {
        Self { code, user: None, person: None, credential: None, container: None, message }
    }

    fn of_user(code: FindingCode, user: &User, message: String) -> Self {
        Self { user: Some(user.id()), person: user.person(), ..Self::new(code, message) }
    }
}

/// All findings: those of users by ID first, then those of credentials, containers (both by key) and licences.
pub(super) fn findings(directory: &Directory) -> Vec<Finding> {
    let mut findings = of_users(directory);
    findings.extend(of_credentials(directory));
    let groups = directory.groups().iter().map(|group| ("group", &group.id, group.broadcast));
    let lists = directory.lists().iter().map(|list| ("list", &list.id, list.broadcast));
    let mut containers: Vec<_> = groups.chain(lists).collect();
    sort::ascending(&mut containers);
    for (what, id, broadcast) in containers {
        if broadcast.is_none() {
            let message =
                format!("the {what} {id} has no Broadcast ID: who leaves it must be seen to by hand");
            findings.push(Finding {
                container: Some(id.clone()),
                ..Finding::new(FindingCode::UnmanagedContainer, message)
            });
        }
    }
    if let Some(licences) = directory.licences().filter(|licences| licences.used > licences.bought) {
        let message = format!("{} licences are in use and {} were bought", licences.used, licences.bought);
        findings.push(Finding::new(FindingCode::TooFewLicences, message));
    }
    findings
}

fn of_users(directory: &Directory) -> Vec<Finding> {
    // The IDs of each person that nothing supersedes.
    let current = directory.users().iter().filter(|user| successor(user).is_none());
    let staying: Gathered<'_, Id> =
        current.filter_map(|user| Some((user.text(Field::Person)?, user.id()))).collect();
    let mut findings = Vec::new();
    for user in directory.users() {
        let id = user.id();
        if !user.is_matched() && !id.is_system() {
            let message = format!("{id} has no person or no employment: no rule runs for it");
            findings.push(Finding::of_user(FindingCode::Unmatched, user, message));
        }
        if let Some(by) = successor(user) {
            findings.extend(
                of_successor(directory, user, by)
                    .map(|(code, message)| Finding::of_user(code, user, message)),
            );
        } else if let Some(person) = user.text(Field::Person) {
            let ids = staying.get(person);
            let others: Vec<String> = ids.iter().filter(|other| **other != id).map(Id::to_string).collect();
            if !others.is_empty() {
                let message = format!(
                    "the person of {id} also has {}, and no `superseded_by` says which ID goes",
                    others.join(", ")
                );
                findings.push(Finding::of_user(FindingCode::SeveralIds, user, message));
            }
        }
    }
    findings
}

fn of_successor(directory: &Directory, user: &User, by: Id) -> Option<(FindingCode, String)> {
    let id = user.id();
    let Some(other) = directory.user(by) else {
        return Some((
            FindingCode::SupersededByUnknown,
            format!("{id} is superseded by {by}, which is not in the directory"),
        ));
    };
    if other.person().is_none() || other.person() != user.person() {
        return Some((
            FindingCode::SupersededByOther,
            format!("{id} is superseded by {by}, which is not known to be the same person's"),
        ));
    }
    successor(other).map(|next| {
        (
            FindingCode::SupersededByLeaving,
            format!("{id} is superseded by {by}, which is itself superseded by {next}"),
        )
    })
}

fn of_credentials(directory: &Directory) -> Vec<Finding> {
    if !directory.0.provided.sections.contains(&Section::Credentials)
        || !directory.provides(Field::Credential.slot())
    {
        return Vec::new();
    }
    let all = directory.users().iter();
    let users: Gathered<'_, Id> =
        all.filter_map(|user| Some((user.text(Field::Credential)?, user.id()))).collect();
    let mut findings = Vec::new();
    let mut credentials: Vec<_> = directory.credentials().iter().collect();
    sort::by_key(&mut credentials, |credential| &credential.id);
    for credential in credentials {
        let key = &credential.id;
        let finding = match users.get(key.as_str()) {
            [] => Finding::new(
                FindingCode::OrphanedCredential,
                format!("no user has the credential {key}: whoever knows it can make a new internal ID"),
            ),
            ids if ids.len() > 1 && credential.kind == CredentialKind::Single => {
                let ids: Vec<String> = ids.iter().map(Id::to_string).collect();
                Finding::new(
                    FindingCode::SharedCredential,
                    format!("the credential {key} is one person's and is used by {}", ids.join(", ")),
                )
            }
            _ => continue,
        };
        findings.push(Finding { credential: Some(key.clone()), ..finding });
    }
    findings
}

/// The ID that replaces the user's.
fn successor(user: &User) -> Option<Id> {
    match user.fact(Field::SupersededBy.slot()) {
        Fact::Known(Value::Id(id)) => Some(*id),
        _ => None,
    }
}
