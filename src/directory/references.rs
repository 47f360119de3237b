//! Compares the records of a directory with each other: keys given twice, and names of users,
//! credentials and containers that nobody defined.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::draft::Draft;
use super::excerpt::{Excerpt, Span};
use super::header::Section;
use super::node::quoted;
use super::problems::Problems;
use super::resolve::{Derived, Provided};
use super::sections::{AdministratorRecord, Container, Placed};
use crate::diagnostic::{Code, suggest};
use crate::model::{Credential, Field, Id};
use crate::sort;

/// Most members of a group (PLATFORM 22).
pub(super) const MOST_GROUP_MEMBERS: usize = 256;

/// Checks a draft against itself.
#[derive(Debug)]
pub(super) struct References<'d, 't> {
    pub(super) excerpts: &'d [Excerpt<'t>],
    pub(super) problems: &'d mut Problems,
}

impl References<'_, '_> {
    /// Sorts the users by ID, and reports and removes those whose ID came before.
    pub(super) fn sort_users(&mut self, draft: &mut Draft) {
        sort::by_key(&mut draft.users, |record| record.user.id());
        let mut last = None;
        let mut repeated = Vec::new();
        draft.users.retain(|record| {
            let is_repeated = last == Some(record.user.id());
            if is_repeated {
                repeated.push((record.user.id(), record.places));
            }
            last = Some(record.user.id());
            !is_repeated
        });
        for (id, places) in repeated {
            self.report(
                places.excerpt,
                places.id,
                Code::DuplicateId,
                format!("the ID {id} is given twice"),
                "an ID is one user; keep one record and remove the other",
            );
        }
    }

    /// Adds the rows of the `members` file to their groups and lists.
    pub(super) fn join_memberships(&mut self, draft: &mut Draft) {
        let mut owners: HashMap<Arc<str>, Vec<(Section, usize)>> = HashMap::new();
        for (section, containers) in [(Section::Groups, &draft.groups), (Section::Lists, &draft.lists)] {
            for (at, container) in containers.iter().enumerate() {
                owners.entry(container.value.id.clone()).or_default().push((section, at));
            }
        }
        for membership in std::mem::take(&mut draft.memberships) {
            let Placed { value: id, excerpt, span } = membership.container;
            let found = owners.get(&id).map(Vec::as_slice).unwrap_or_default();
            let container = match found.first() {
                Some((Section::Groups, at)) => draft.groups.get_mut(*at),
                Some((_, at)) => draft.lists.get_mut(*at),
                None => None,
            };
            let both = found.iter().any(|(section, _)| Some(*section) != found.first().map(|first| first.0));
            match container {
                Some(_) if both => self.report(
                    excerpt,
                    span,
                    Code::DuplicateKey,
                    format!("{} is the key of a group and of a list", quoted(&id)),
                    "give the members in the files of groups and lists, or change one of the keys",
                ),
                Some(container) => container.value.members.push(membership.member),
                None => {
                    let known = owners.keys().map(|key| &**key);
                    let help = suggest(&id, known).map_or_else(
                        || "define it in the groups or lists, or remove the row".to_owned(),
                        |known| format!("did you mean `{known}`?"),
                    );
                    let message = format!("{} is no group and no list", quoted(&id));
                    self.report(excerpt, span, Code::UndefinedContainer, message, &help);
                }
            }
        }
    }

    /// Checks sections and users against each other; answers what they say of each user, in the
    /// order of the (sorted) users.
    pub(super) fn check(&mut self, draft: &Draft, provided: &Provided) -> Vec<Derived> {
        let mut derived: Vec<Derived> = draft.users.iter().map(|_| Derived::default()).collect();
        self.check_credentials(draft, provided, &mut derived);
        // A membership names its container by the key alone, so groups and lists share their keys.
        let mut keys = HashSet::new();
        for (containers, is_group) in [(&draft.groups, true), (&draft.lists, false)] {
            self.check_containers(draft, containers, is_group, &mut keys, &mut derived);
        }
        self.check_administrators(draft, &mut derived);
        derived
    }

    fn check_credentials(&mut self, draft: &Draft, provided: &Provided, derived: &mut [Derived]) {
        let mut by_id: BTreeMap<&str, &Credential> = BTreeMap::new();
        for Placed { value, excerpt, span } in &draft.credentials {
            if by_id.insert(value.id.as_str(), value).is_some() {
                self.report_duplicate("credential", value.id.as_str(), *excerpt, *span);
            }
        }
        if !provided.sections.contains(&Section::Credentials) {
            return;
        }
        for (record, derived) in draft.users.iter().zip(derived) {
            let Some(named) = record.user.text(Field::Credential) else { continue };
            if let Some(credential) = by_id.get(named) {
                derived.credential_kind = Some(credential.kind);
                continue;
            }
            let help = suggest(named, by_id.keys().copied()).map_or_else(
                || "add it to the credentials, or remove it from the user".to_owned(),
                |known| format!("did you mean `{known}`?"),
            );
            self.report(
                record.places.excerpt,
                record.places.credential,
                Code::UnknownCredential,
                format!("no credential has the key {}", quoted(named)),
                &help,
            );
        }
    }

    fn check_containers<'d>(
        &mut self,
        draft: &Draft,
        containers: &'d [Placed<Container>],
        is_group: bool,
        keys: &mut HashSet<&'d str>,
        derived: &mut [Derived],
    ) {
        let what = if is_group { "group" } else { "list" };
        for Placed { value: container, excerpt, span } in containers {
            if !keys.insert(&*container.id) {
                self.report_duplicate(what, &container.id, *excerpt, *span);
                continue;
            }
            let mut members = HashSet::new();
            for Placed { value: member, excerpt, span } in &container.members {
                if !members.insert(*member) {
                    self.report(
                        *excerpt,
                        *span,
                        Code::DuplicateMember,
                        format!("{member} is twice in the {what} {}", quoted(&container.id)),
                        "remove one of the two",
                    );
                } else if let Some(derived) =
                    position(draft, *member).and_then(|position| derived.get_mut(position))
                {
                    let containers = if is_group { &mut derived.groups } else { &mut derived.lists };
                    containers.push(container.id.clone());
                } else if draft.has_users {
                    self.report(
                        *excerpt,
                        *span,
                        Code::UnknownMember,
                        format!("{member} is in the {what} {} and is not a user", quoted(&container.id)),
                        "add the user, or remove the member: leaver would not see it leave",
                    );
                }
            }
            if is_group && members.len() > MOST_GROUP_MEMBERS {
                self.report(
                    *excerpt,
                    *span,
                    Code::GroupTooLarge,
                    format!(
                        "the group {} has {} members; the most is {MOST_GROUP_MEMBERS}",
                        quoted(&container.id),
                        members.len()
                    ),
                    "the platform has no such group; look at how the members were exported",
                );
            }
        }
    }

    fn check_administrators(&mut self, draft: &Draft, derived: &mut [Derived]) {
        let mut names = HashSet::new();
        for Placed { value: AdministratorRecord { administrator, user_span }, excerpt, span } in
            &draft.administrators
        {
            if !names.insert(administrator.name.as_str()) {
                self.report_duplicate("administrator", &administrator.name, *excerpt, *span);
            }
            let Some(user) = administrator.user else { continue };
            if let Some(derived) = position(draft, user).and_then(|position| derived.get_mut(position)) {
                derived.is_administrator = true;
            } else if draft.has_users {
                self.report(
                    *excerpt,
                    *user_span,
                    Code::UnknownAdministratorUser,
                    format!("{user} is the ID of an administrator and is not a user"),
                    "add the user, or leave `user` out for an administrator without an ID",
                );
            }
        }
    }

    fn report_duplicate(&mut self, what: &str, key: &str, excerpt: usize, span: Span) {
        self.report(
            excerpt,
            span,
            Code::DuplicateKey,
            format!("the {what} {} is given twice", quoted(key)),
            "keep one of the two",
        );
    }

    fn report(&mut self, excerpt: usize, span: Span, code: Code, message: String, help: &str) {
        if let Some(excerpt) = self.excerpts.get(excerpt) {
            self.problems.report(excerpt, span, code, message, help.to_owned());
        }
    }
}

/// Where the user with this ID stands among the sorted users.
fn position(draft: &Draft, id: Id) -> Option<usize> {
    draft.users.binary_search_by_key(&id, |record| record.user.id()).ok()
}
