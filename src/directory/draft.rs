//! A directory while it is being read: every record that made sense, before they are compared.

use std::sync::Arc;

use super::excerpt::Span;
use super::header::{HeaderDraft, Section};
use super::intern::Interner;
use super::judgement::{Judgement, UserKeys, judge};
use super::node::Object;
use super::reading::Reading;
use super::sections::{
    self, AdministratorRecord, Container, Membership, Placed, read_administrator, read_container,
    read_credential, read_membership,
};
use super::users::{UserRecord, read_user};
use crate::model::{Credential, Schema, Slot};

/// What was read so far.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) header: HeaderDraft,
    pub(super) users: Vec<UserRecord>,
    /// Whether the users could be read as a whole: without them, nothing is said of who is none.
    pub(super) has_users: bool,
    /// For each field where it first occurs: excerpt and place.
    pub(super) seen: Vec<Option<(usize, Span)>>,
    pub(super) credentials: Vec<Placed<Credential>>,
    pub(super) groups: Vec<Placed<Container>>,
    pub(super) lists: Vec<Placed<Container>>,
    pub(super) administrators: Vec<Placed<AdministratorRecord>>,
    pub(super) memberships: Vec<Membership>,
    /// Whether there is a `members` file.
    pub(super) has_membership_file: bool,
    /// Which sections there are, and where: excerpt and place.
    pub(super) sections: Vec<(Section, usize, Span)>,
    pub(super) interner: Interner,
}

impl Draft {
    pub(super) fn new(header: HeaderDraft) -> Self {
        let width = header.schema.width();
        Self {
            header,
            users: Vec::new(),
            has_users: false,
            seen: vec![None; width],
            credentials: Vec::new(),
            groups: Vec::new(),
            lists: Vec::new(),
            administrators: Vec::new(),
            memberships: Vec::new(),
            has_membership_file: false,
            sections: Vec::new(),
            interner: Interner::unbounded(),
        }
    }

    pub(super) fn schema(&self) -> &Arc<Schema> {
        &self.header.schema
    }

    /// Notes that the field at `slot` occurs.
    pub(super) fn see(&mut self, slot: Slot, excerpt: usize, span: Span) {
        if let Some(seen) = self.seen.get_mut(slot.index()) {
            seen.get_or_insert((excerpt, span));
        }
    }

    /// Adds a user.
    pub(super) fn take_user<'t>(
        &mut self,
        reading: &mut Reading<'_, 't>,
        object: Object<'t>,
        whole: Span,
        excerpt: usize,
    ) {
        let Self { header, seen, interner, .. } = self;
        let keys = UserKeys { schema: &header.schema, ignored: &header.ignored, derived: false };
        let mut see = |slot: Slot, span| {
            if let Some(seen) = seen.get_mut(slot.index()) {
                seen.get_or_insert((excerpt, span));
            }
        };
        if let Some(mut record) = read_user(reading, object, whole, keys, None, interner, &mut see) {
            record.places.excerpt = excerpt;
            self.users.push(record);
        }
    }

    /// Adds a record of a section.
    pub(super) fn take<'t>(
        &mut self,
        section: Section,
        reading: &mut Reading<'_, 't>,
        object: Object<'t>,
        whole: Span,
        excerpt: usize,
    ) {
        let interner = &mut self.interner;
        match section {
            Section::Credentials => {
                let read = read_credential(reading, object, whole);
                self.credentials.extend(read.map(|(value, span)| Placed { value, excerpt, span }));
            }
            Section::Groups => {
                let read = read_container(reading, object, whole, excerpt, "a group", interner);
                self.groups.extend(read.map(|(value, span)| Placed { value, excerpt, span }));
            }
            Section::Lists => {
                let read = read_container(reading, object, whole, excerpt, "a list", interner);
                self.lists.extend(read.map(|(value, span)| Placed { value, excerpt, span }));
            }
            Section::Administrators => {
                let read = read_administrator(reading, object, whole);
                self.administrators.extend(read.map(|(value, span)| Placed { value, excerpt, span }));
            }
        }
    }

    /// Adds a row of the `members` file.
    pub(super) fn take_membership<'t>(
        &mut self,
        reading: &mut Reading<'_, 't>,
        object: Object<'t>,
        whole: Span,
        excerpt: usize,
    ) {
        let membership = read_membership(reading, object, whole, excerpt, &mut self.interner);
        self.memberships.extend(membership);
    }
}

/// Judges a column of a section's CSV file.
pub(super) fn judge_section_column(section: Section, key: &str) -> Judgement {
    let known = match section {
        Section::Credentials => sections::CREDENTIAL_KEYS,
        Section::Groups | Section::Lists => sections::CONTAINER_KEYS,
        Section::Administrators => sections::ADMINISTRATOR_COLUMNS,
    };
    judge(key, known)
}
