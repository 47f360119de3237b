//! Reads the records of the sections: credentials, groups, lists and administrators.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::excerpt::Span;
use super::intern::Interner;
use super::node::{Data, Entry, Object};
use super::reading::Reading;
use crate::model::{
    Administrator, AdministratorKind, Credential, CredentialId, CredentialKind, Id, Privilege, Scope,
};
use crate::sort::Gather as _;

/// Something that was read and where its key stands.
#[derive(Clone, Debug)]
pub(super) struct Placed<T> {
    pub(super) value: T,
    pub(super) excerpt: usize,
    pub(super) span: Span,
}

/// A group or distribution list as read.
#[derive(Clone, Debug)]
pub(super) struct Container {
    pub(super) id: Arc<str>,
    pub(super) name: Arc<str>,
    pub(super) broadcast: Option<Id>,
    pub(super) members: Vec<Placed<Id>>,
    /// Whether the record speaks of members at all.
    pub(super) has_members: bool,
}

/// A row of `members.csv`.
#[derive(Clone, Debug)]
pub(super) struct Membership {
    pub(super) container: Placed<Arc<str>>,
    pub(super) member: Placed<Id>,
}

/// An administrator and where its own ID stands.
#[derive(Clone, Debug)]
pub(super) struct AdministratorRecord {
    pub(super) administrator: Administrator,
    pub(super) user_span: Span,
}

pub(super) const CREDENTIAL_KEYS: &[&str] = &["id", "username", "kind"];
pub(super) const CONTAINER_KEYS: &[&str] = &["id", "name", "broadcast", "members"];
pub(super) const MEMBERSHIP_KEYS: &[&str] = &["container", "id"];
pub(super) const ADMINISTRATOR_KEYS: &[&str] = &["name", "kind", "user", "privileges", "scope"];
/// In CSV a scope is spread over columns.
pub(super) const ADMINISTRATOR_COLUMNS: &[&str] = &[
    "name",
    "kind",
    "user",
    "privileges",
    "scope.departments",
    "scope.employments",
    "scope.countries",
    "scope.categories",
];
const SCOPE_KEYS: &[&str] = &["departments", "employments", "countries", "categories"];

pub(super) fn read_credential<'t>(
    reading: &mut Reading<'_, 't>,
    object: Object<'t>,
    whole: Span,
) -> Option<(Credential, Span)> {
    let (mut id, mut username, mut kind) = (None, None, None);
    let (mut has_id, mut has_kind) = (false, false);
    for Entry { key, value, .. } in reading.known_entries(object, CREDENTIAL_KEYS) {
        let span = value.span;
        match &*key {
            "id" => {
                has_id = true;
                id = reading.text(value, "`id` of a credential").map(|id| (CredentialId::from(&*id), span));
            }
            "username" => username = reading.text(value, "`username`").map(String::from),
            _ => {
                has_kind = true;
                kind = reading.word_of::<CredentialKind>(value, "`kind` of a credential");
                if kind == Some(CredentialKind::None) {
                    reading.report(
                        span,
                        crate::diagnostic::Code::UnknownWord,
                        "a credential of the kind `none` does not exist",
                        "the kind is single or multi; a user without credential has no `credential`"
                            .to_owned(),
                    );
                    kind = None;
                }
            }
        }
    }
    reading.require(Span::at(whole.start, 1), "a credential", &[("id", has_id), ("kind", has_kind)]);
    let (id, span) = id?;
    // A credential of unknown kind is still there for users to name; the report refuses the directory.
    let kind = kind.unwrap_or(CredentialKind::Single);
    Some((Credential { id, username, kind }, span))
}

/// Reads a group or list; `what` is `a group` or `a list`.
pub(super) fn read_container<'t>(
    reading: &mut Reading<'_, 't>,
    object: Object<'t>,
    whole: Span,
    excerpt: usize,
    what: &str,
    interner: &mut Interner,
) -> Option<(Container, Span)> {
    // An empty cell or null for `members` still says that there are none.
    let has_members = object.iter().any(|entry| entry.key == "members");
    let mut id = None;
    let mut has_id = false;
    let mut container =
        Container { id: "".into(), name: "".into(), broadcast: None, members: Vec::new(), has_members };
    for Entry { key, value, .. } in reading.known_entries(object, CONTAINER_KEYS) {
        let span = value.span;
        match &*key {
            "id" => {
                has_id = true;
                id = reading.text(value, &format!("`id` of {what}")).map(|id| (interner.intern(&id), span));
            }
            "name" => {
                if let Some(name) = reading.text(value, &format!("`name` of {what}")) {
                    container.name = interner.intern(&name);
                }
            }
            "broadcast" => container.broadcast = reading.id(value, "`broadcast`"),
            _ => {
                let ids = reading.ids(value, "`members`").unwrap_or_default();
                container.members =
                    ids.into_iter().map(|(value, span)| Placed { value, excerpt, span }).collect();
            }
        }
    }
    reading.require(Span::at(whole.start, 1), what, &[("id", has_id)]);
    let (id, span) = id?;
    container.id = id;
    Some((container, span))
}

pub(super) fn read_membership<'t>(
    reading: &mut Reading<'_, 't>,
    object: Object<'t>,
    whole: Span,
    excerpt: usize,
    interner: &mut Interner,
) -> Option<Membership> {
    let (mut container, mut member) = (None, None);
    let (mut has_container, mut has_member) = (false, false);
    for Entry { key, value, .. } in reading.known_entries(object, MEMBERSHIP_KEYS) {
        let span = value.span;
        if key == "container" {
            has_container = true;
            container = reading.text(value, "`container`").map(|text| Placed {
                value: interner.intern(&text),
                excerpt,
                span,
            });
        } else {
            has_member = true;
            member = reading.id(value, "`id`").map(|value| Placed { value, excerpt, span });
        }
    }
    let needed = [("container", has_container), ("id", has_member)];
    reading.require(Span::at(whole.start, 1), "a membership", &needed);
    Some(Membership { container: container?, member: member? })
}

pub(super) fn read_administrator<'t>(
    reading: &mut Reading<'_, 't>,
    object: Object<'t>,
    whole: Span,
) -> Option<(AdministratorRecord, Span)> {
    let is_row = object.iter().any(|entry| matches!(entry.value.data, Data::Cell(_)));
    let known = if is_row { ADMINISTRATOR_COLUMNS } else { ADMINISTRATOR_KEYS };
    let (mut name, mut kind, mut user, mut scope) = (None, None, None, None);
    let (mut has_name, mut has_kind) = (false, false);
    let mut user_span = Span::default();
    let mut privileges: Vec<Privilege> = Vec::new();
    let mut scope_columns = Vec::new();
    for mut entry in reading.known_entries(object, known) {
        let span = entry.value.span;
        if let Some(key) = entry.key.strip_prefix("scope.") {
            entry.key = key.to_owned().into();
            scope_columns.push(entry);
            continue;
        }
        match &*entry.key {
            "name" => {
                has_name = true;
                name = reading
                    .text(entry.value, "`name` of an administrator")
                    .map(|name| (name.into_owned(), span));
            }
            "kind" => {
                has_kind = true;
                kind = reading.word_of::<AdministratorKind>(entry.value, "`kind` of an administrator");
            }
            "user" => {
                user = reading.id(entry.value, "`user` of an administrator");
                user_span = span;
            }
            "privileges" => privileges = reading.words(entry.value, "`privileges`").unwrap_or_default(),
            _ => {
                scope = reading
                    .object(entry.value, "`scope`")
                    .map(|object| reading.known_entries(object, SCOPE_KEYS))
                    .map(|entries| read_scope(reading, entries));
            }
        }
    }
    if !scope_columns.is_empty() {
        scope = Some(read_scope(reading, scope_columns));
    }
    reading.require(Span::at(whole.start, 1), "an administrator", &[("name", has_name), ("kind", has_kind)]);
    let (name, span) = name?;
    let mut administrator = Administrator::restricted(&name);
    administrator.kind = kind.unwrap_or(AdministratorKind::Restricted);
    administrator.user = user;
    administrator.privileges = privileges.into_iter().gather();
    administrator.scope = scope;
    Some((AdministratorRecord { administrator, user_span }, span))
}

fn read_scope<'t>(reading: &mut Reading<'_, 't>, entries: Vec<Entry<'t>>) -> Scope {
    let mut scope = Scope::default();
    for Entry { key, value, .. } in entries {
        let what = format!("`{key}` of a scope");
        if key == "employments" {
            scope.employments = reading.words(value, &what).map(|words| words.into_iter().collect());
            continue;
        }
        let texts = reading.texts(value, &what, &mut Interner::unbounded());
        let texts: Option<BTreeSet<String>> =
            texts.map(|texts| texts.into_iter().map(|(text, _)| text.to_string()).gather());
        match &*key {
            "departments" => scope.departments = texts,
            "countries" => scope.countries = texts,
            _ => scope.categories = texts,
        }
    }
    scope
}
