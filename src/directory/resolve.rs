//! From records to users of whom every field is known, absent or unknown.
//!
//! Here stands what an omitted value means. A field the directory provides is absent, or its default,
//! where a record leaves it out. A field it does not provide is unknown, unless the header assumes a
//! value. Derived fields come from the sections; `has_left` is never set, because it depends on the
//! instant of each decision.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::draft::Draft;
use super::excerpt::{Excerpt, Span};
use super::header::{Section, always_provided, is_derived};
use super::problems::Problems;
use crate::diagnostic::Code;
use crate::model::{CredentialKind, Fact, Field, FieldSource, Kind, Schema, Slot, User, Value};
use crate::sort;

/// Which fields and sections a directory speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Provided {
    /// By slot: given by the records.
    pub(super) given: Vec<bool>,
    /// By slot: given, derived or assumed.
    pub(super) known: Vec<bool>,
    pub(super) sections: BTreeSet<Section>,
    pub(super) group_members: bool,
    pub(super) list_members: bool,
}

impl Provided {
    fn gives(&self, field: Field) -> bool {
        self.given.get(field.slot().index()).copied().unwrap_or(false)
    }
}

/// Finds out what `draft` speaks for, and reports where it contradicts itself about that.
pub(super) fn provided(draft: &Draft, excerpts: &[Excerpt<'_>], problems: &mut Problems) -> Provided {
    let schema = draft.schema();
    let listed = draft.header.provides.as_ref();
    let mut given = Vec::with_capacity(schema.width());
    for slot in schema.slots() {
        let seen = draft.seen.get(slot.index()).copied().flatten();
        let is_given = always_provided(schema, slot)
            || listed.map_or(seen.is_some(), |provides| provides.slots.contains(&slot));
        let place = seen.and_then(|(at, span)| Some((excerpts.get(at)?, span)));
        if let (false, Some((excerpt, span))) = (is_given, place) {
            problems.report(excerpt, span, Code::NotListedInProvides, not_listed(schema.name(slot)), add());
        }
        given.push(is_given);
    }
    let mut sections: BTreeSet<Section> =
        listed.map(|provides| provides.sections.clone()).unwrap_or_default();
    for (section, at, span) in &draft.sections {
        if listed.is_some() && !sections.contains(section) {
            if let Some(excerpt) = excerpts.get(*at) {
                let message = not_listed(section.name());
                problems.report(excerpt, *span, Code::NotListedInProvides, message, add());
            }
        } else if listed.is_none() {
            sections.insert(*section);
        }
    }
    let speaks_of_members = |section, mut has_members: std::slice::Iter<'_, _>| {
        sections.contains(&section)
            && (listed.is_some()
                || draft.has_membership_file
                || has_members.len() == 0
                || has_members.any(|container: &super::sections::Placed<super::sections::Container>| {
                    container.value.has_members
                }))
    };
    let group_members = speaks_of_members(Section::Groups, draft.groups.iter());
    let list_members = speaks_of_members(Section::Lists, draft.lists.iter());
    let mut provided = Provided { known: given.clone(), given, sections, group_members, list_members };
    for field in Field::ALL.iter().filter(|field| is_derived(schema, field.slot())) {
        let derives = match field {
            Field::CredentialKind => {
                provided.gives(Field::Credential) && provided.sections.contains(&Section::Credentials)
            }
            Field::Administrator => provided.sections.contains(&Section::Administrators),
            Field::Groups => group_members,
            Field::Lists => list_members,
            Field::Edition => true,
            _ => false,
        };
        set(&mut provided.known, field.slot(), derives);
    }
    provided
}

/// Adds what the header assumes, and reports what it need not assume. `header` is its excerpt.
pub(super) fn assume(
    provided: &mut Provided,
    draft: &Draft,
    header: Option<&Excerpt<'_>>,
    problems: &mut Problems,
) {
    for (slot, (_, span)) in &draft.header.assume {
        let is_known = provided.known.get(slot.index()).copied().unwrap_or(false);
        if let (true, Some(header)) = (is_known, header) {
            let name = draft.schema().name(*slot);
            problems.report(
                header,
                *span,
                Code::BadAssumption,
                format!("`{name}` cannot be assumed: the directory provides it"),
                "remove it from `assume`".to_owned(),
            );
        }
        set(&mut provided.known, *slot, true);
    }
    // The end of `last_day` tells of everybody whether they have left (`model::Leaving`).
    let tells_leaving = provided.known.get(Field::LastDay.slot().index()).copied().unwrap_or(false);
    set(&mut provided.known, Field::HasLeft.slot(), tells_leaving);
}

/// Whose record leaves out what.
#[derive(Debug)]
pub(super) struct Omissions<'p> {
    pub(super) schema: &'p Schema,
    /// By slot: an omitted value means that there is none.
    pub(super) given: &'p [bool],
    /// What is assumed of the other fields.
    pub(super) assume: &'p BTreeMap<Slot, Fact>,
    /// The list without entries, shared by all users.
    pub(super) no_texts: Arc<[Arc<str>]>,
}

impl Omissions<'_> {
    /// Sets every fact that the record left out. Answers the attributes that must have a value and
    /// have none.
    pub(super) fn fill(&self, user: &mut User) -> Vec<Slot> {
        let mut missing = Vec::new();
        for slot in self.schema.slots() {
            let is_given = self.given.get(slot.index()).copied().unwrap_or(false);
            match user.fact(slot) {
                Fact::Known(_) => continue,
                Fact::Absent => {}
                Fact::Unknown if is_given => {}
                Fact::Unknown => {
                    if let Some(assumed) = self.assume.get(&slot) {
                        user.set(slot, assumed.clone());
                    }
                    continue;
                }
            }
            let fact = self.without_value(slot);
            if fact == Fact::Unknown && self.schema.field(slot).is_none() {
                missing.push(slot);
            }
            user.set(slot, fact);
        }
        missing
    }

    /// What a provided field is of a user without a value.
    fn without_value(&self, slot: Slot) -> Fact {
        let ty = self.schema.field_type(slot);
        let source = self.schema.field(slot).map(|field| field.info().source);
        match (source, &ty.kind) {
            (Some(FieldSource::Defaulted), Kind::Bool) => Fact::Known(Value::Bool(false)),
            (Some(FieldSource::Defaulted | FieldSource::Derived), Kind::Texts) => {
                Fact::Known(Value::Texts(self.no_texts.clone()))
            }
            (Some(FieldSource::Matching), _) => Fact::Absent,
            _ if ty.optional => Fact::Absent,
            _ => Fact::Unknown,
        }
    }
}

/// What the sections say of one user.
#[derive(Debug, Default)]
pub(super) struct Derived {
    pub(super) groups: Vec<Arc<str>>,
    pub(super) lists: Vec<Arc<str>>,
    pub(super) is_administrator: bool,
    /// Kind of the credential the user names; `None` if there is no such credential.
    pub(super) credential_kind: Option<CredentialKind>,
}

/// Sets the derived facts of `user`, whose other facts are complete.
pub(super) fn derive(user: &mut User, derived: Derived, provided: &Provided, edition: &Arc<str>) {
    let texts = |mut texts: Vec<Arc<str>>| {
        sort::ascending(&mut texts);
        Fact::Known(Value::Texts(texts.into()))
    };
    if provided.group_members {
        user.set(Field::Groups.slot(), texts(derived.groups));
    }
    if provided.list_members {
        user.set(Field::Lists.slot(), texts(derived.lists));
    }
    if provided.sections.contains(&Section::Administrators) {
        user.set(Field::Administrator.slot(), Fact::Known(Value::Bool(derived.is_administrator)));
    }
    if provided.gives(Field::Credential) && provided.sections.contains(&Section::Credentials) {
        let kind = match user.fact(Field::Credential.slot()) {
            Fact::Absent => Some(CredentialKind::None),
            _ => derived.credential_kind,
        };
        if let Some(kind) = kind {
            user.set(Field::CredentialKind.slot(), Fact::Known(Value::Text(kind.word().into())));
        }
    }
    user.set(Field::Edition.slot(), Fact::Known(Value::Text(edition.clone())));
}

fn set(flags: &mut [bool], slot: Slot, value: bool) {
    if let Some(flag) = flags.get_mut(slot.index()) {
        *flag = value;
    }
}

/// Reports an attribute that every user must have and one has not.
pub(super) fn report_missing(problems: &mut Problems, excerpt: &Excerpt<'_>, user: Span, name: &str) {
    problems.report(
        excerpt,
        user,
        Code::MissingKey,
        format!("the user needs `{name}`, which is not optional"),
        format!("give `{name}` to every user, or declare it with `?`"),
    );
}

fn not_listed(name: &str) -> String {
    format!("`{name}` is given, but `provides` does not list it")
}

fn add() -> String {
    "add it to `provides`, or leave `provides` out: then what is given is what is provided".to_owned()
}
