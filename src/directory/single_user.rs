//! One resolved user from JSON: for policy tests, for hosts that ask about one user at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::excerpt::{Excerpt, Span};
use super::intern::Interner;
use super::judgement::UserKeys;
use super::problems::Problems;
use super::reading::Reading;
use super::resolve::{Omissions, report_missing};
use super::users::read_user;
use super::{header, json};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{CredentialKind, Edition, Fact, Field, Id, Schema, User, Value};

/// What a field means that the record of a single user leaves out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Omitted {
    /// Nothing is known of it: a policy that reads it holds the user. For hosts.
    #[default]
    Unknown,
    /// It is absent, or its default; no credential, no memberships, no administrator. For policy
    /// tests, where only the fields at issue are written down. `person`, `employment` and attributes
    /// that are not optional stay without a value.
    Absent,
}

/// What a single user gets that its record does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UserDefaults {
    /// The ID of a record without `id`; without this, `id` is required.
    pub id: Option<Id>,
    /// The edition of a record without `edition`.
    pub edition: Option<Edition>,
    /// What other omitted fields mean.
    pub omitted: Omitted,
}

/// Reads one resolved user from JSON. Derived fields, `has_left` among them, are taken as given.
///
/// `name` is what diagnostics call the text. Explicit `null` means that there is no value.
///
/// ```
/// use leaver::directory::{UserDefaults, parse_user};
/// use leaver::model::{Fact, Field, Schema};
///
/// let json = r#"{"id": "ECHOECHO", "person": "E1001", "employment": "staff", "last_day": null}"#;
/// let user = parse_user("user", json, &Schema::default(), &UserDefaults::default()).unwrap();
/// assert_eq!(user.fact(Field::LastDay.slot()), &Fact::Absent);
/// assert_eq!(user.fact(Field::Groups.slot()), &Fact::Unknown);
/// ```
///
/// # Errors
/// Everything that is wrong with the record.
pub fn parse_user(
    name: &str,
    json: &str,
    schema: &Schema,
    defaults: &UserDefaults,
) -> Result<User, Vec<Diagnostic>> {
    let mut problems = Problems::default();
    let excerpt = Excerpt::file(name, json);
    let mut reading = Reading { excerpt: &excerpt, problems: &mut problems };
    let user = read(&mut reading, schema, defaults);
    match user {
        Some(user) if problems.is_empty() => Ok(user),
        _ => Err(problems.into_diagnostics()),
    }
}

/// Reads one resolved user from a JSON object that is parsed already; see [`parse_user`].
///
/// # Errors
/// Everything that is wrong with the record. Places count in the object written on one line.
pub fn parse_user_map(
    name: &str,
    record: &serde_json::Map<String, serde_json::Value>,
    schema: &Schema,
    defaults: &UserDefaults,
) -> Result<User, Vec<Diagnostic>> {
    // A map of JSON values always has a text.
    let json = serde_json::to_string(record).unwrap_or_default();
    parse_user(name, &json, schema, defaults)
}

fn read(reading: &mut Reading<'_, '_>, schema: &Schema, defaults: &UserDefaults) -> Option<User> {
    let raw = json::parse(reading, reading.excerpt.text(), Code::JsonSyntax)?;
    let node = json::node(reading, raw)?;
    let whole = node.span;
    let object = reading.object(node, "a user")?;
    let ignored = BTreeSet::new();
    let keys = UserKeys { schema, ignored: &ignored, derived: true };
    let mut interner = Interner::unbounded();
    let record = read_user(reading, object, whole, keys, defaults.id, &mut interner, &mut |_, _| {})?;
    let mut user = record.user;

    let absent = defaults.omitted == Omitted::Absent;
    if absent {
        derive_nothing(&mut user);
    }
    let given: Vec<bool> = schema
        .slots()
        .map(|slot| absent && schema.field(slot).is_some() && !header::is_derived(schema, slot))
        .collect();
    let assume = BTreeMap::new();
    let omissions = Omissions { schema, given: &given, assume: &assume, no_texts: Arc::from(Vec::new()) };
    for slot in omissions.fill(&mut user) {
        if !record.places.is_flawed {
            report_missing(reading.problems, reading.excerpt, Span::at(whole.start, 1), schema.name(slot));
        }
    }
    if let Some(edition) = defaults.edition {
        default_edition(&mut user, edition);
    }
    Some(user)
}

/// Gives a user without `edition` that of its subscription.
pub(super) fn default_edition(user: &mut User, edition: Edition) {
    if user.text(Field::Edition).is_none() {
        user.set(Field::Edition.slot(), Fact::Known(Value::Text(edition.word().into())));
    }
}

/// The derived facts of a user whom no section names.
fn derive_nothing(user: &mut User) {
    let none = Value::Text(CredentialKind::None.word().into());
    let has_credential = user.text(Field::Credential).is_some();
    for (field, value) in [
        (Field::Administrator, Value::Bool(false)),
        (Field::Groups, Value::Texts(Arc::from(Vec::new()))),
        (Field::Lists, Value::Texts(Arc::from(Vec::new()))),
        (Field::CredentialKind, none),
    ] {
        let is_open = user.fact(field.slot()).known().is_none();
        if is_open && !(field == Field::CredentialKind && has_credential) {
            user.set(field.slot(), Fact::Known(value));
        }
    }
}
