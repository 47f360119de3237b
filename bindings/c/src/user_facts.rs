//! What a structure of texts says, read in place: nothing is copied, and no memory is asked for.

use std::str::FromStr;

use leaver::model::{
    CredentialKind, Departure, Edition, Employment, Facts, Field, Id, Kind, Schema, Slot, TextList, Texts,
    User, View, parse_date, parse_instant,
};

use crate::error::Failure;
use crate::text::{items, leaver_list, leaver_str};
use crate::user::{leaver_attribute, leaver_user, leaver_value_kind};

const FIELDS: usize = Field::ALL.len();
/// The limits of the formats.
const MOST_CHARACTERS: usize = 4_096;
const MOST_ENTRIES: usize = 1_024;

/// The facts of a structure whose texts have been looked through.
pub(crate) struct UserFacts<'a> {
    id: Id,
    fields: [View<'a>; FIELDS],
    attributes: &'a [leaver_attribute],
    schema: &'a Schema,
}

impl TextList for leaver_list {
    fn count(&self) -> usize {
        self.len
    }

    fn text(&self, at: usize) -> &str {
        let items = self.items("a list").unwrap_or_default();
        items.get(at).and_then(|item| std::str::from_utf8(item.bytes()).ok()).unwrap_or_default()
    }
}

impl<'a> UserFacts<'a> {
    /// Reads the structure. `edition` is that of a user who has none.
    pub(crate) fn of(
        user: &'a leaver_user,
        schema: &'a Schema,
        edition: Option<Edition>,
    ) -> Result<Self, Failure> {
        let id = user.id.text("id")?;
        let id = Id::from_str(id).map_err(|error| Failure::argument(format!("id: {error}")))?;
        let mut fields = [View::Unknown; FIELDS];
        let mut put = |field: Field, view: View<'a>| fields[field.slot().index()] = view;
        put(Field::Id, View::Id(id));
        for (field, given) in [
            (Field::Person, user.person),
            (Field::Department, user.department),
            (Field::JobTitle, user.job_title),
            (Field::Country, user.country),
            (Field::FirstName, user.first_name),
            (Field::LastName, user.last_name),
            (Field::Nickname, user.nickname),
            (Field::Credential, user.credential),
        ] {
            if !given.data.is_null() {
                put(field, text(given, field.name())?);
            }
        }
        for (field, given) in [
            (Field::LastDay, user.last_day),
            (Field::FirstDay, user.first_day),
            (Field::Created, user.created),
            (Field::LastSeen, user.last_seen),
        ] {
            if !given.data.is_null() {
                put(field, date(given, field.name())?);
            }
        }
        for (field, given, is_word) in [
            (Field::Employment, user.employment, word::<Employment> as fn(&str) -> bool),
            (Field::Departure, user.departure, word::<Departure>),
            (Field::CredentialKind, user.credential_kind, word::<CredentialKind>),
            (Field::Edition, user.edition, word::<Edition>),
        ] {
            if !given.data.is_null() {
                put(field, closed(given, field.name(), is_word)?);
            }
        }
        for (field, given) in [
            (Field::Categories, &user.categories),
            (Field::Groups, &user.groups),
            (Field::Lists, &user.lists),
        ] {
            put(field, list(given, field.name())?);
        }
        for (field, given) in [
            (Field::MdmManaged, user.mdm_managed),
            (Field::LegalHold, user.legal_hold),
            (Field::Administrator, user.administrator),
            (Field::HasLeft, user.has_left),
        ] {
            put(field, known(given, field.name())?);
        }
        if !user.leaves_at.data.is_null() {
            put(Field::LeavesAt, instant(user.leaves_at, Field::LeavesAt.name())?);
        }
        if !user.superseded_by.data.is_null() {
            put(Field::SupersededBy, successor(user.superseded_by, id)?);
        }
        // These cannot be absent: not to have them is not to know them.
        for field in [Field::CredentialKind, Field::Edition] {
            let view = &mut fields[field.slot().index()];
            if matches!(view, View::Absent) {
                *view = View::Unknown;
            }
        }
        if let (View::Unknown, Some(edition)) = (fields[Field::Edition.slot().index()], edition) {
            fields[Field::Edition.slot().index()] = View::Text(edition.word());
        }
        let attributes = items(user.attributes, user.attribute_count, "attributes")?;
        for attribute in attributes {
            check(attribute, schema)?;
        }
        Ok(Self { id, fields, attributes, schema })
    }
}

impl Facts for UserFacts<'_> {
    #[inline]
    fn id(&self) -> Id {
        self.id
    }

    #[inline]
    fn view(&self, slot: Slot) -> View<'_> {
        match self.fields.get(slot.index()) {
            Some(view) => *view,
            None => self.attribute(slot),
        }
    }

    fn to_user(&self) -> User {
        let mut user = User::new(self.id, self.schema);
        for slot in self.schema.slots() {
            user.set(slot, self.view(slot).to_fact());
        }
        user
    }
}

impl UserFacts<'_> {
    #[cold]
    fn attribute(&self, slot: Slot) -> View<'_> {
        let name = self.schema.name(slot).as_bytes();
        let attribute = self.attributes.iter().find(|attribute| attribute.name.bytes() == name);
        // All of them were checked.
        attribute
            .and_then(|attribute| value(attribute, &self.schema.field_type(slot).kind).ok())
            .unwrap_or(View::Unknown)
    }
}

fn check(attribute: &leaver_attribute, schema: &Schema) -> Result<(), Failure> {
    let name = attribute.name.text("attribute name")?;
    let slot = schema.slot(name).filter(|slot| schema.field(*slot).is_none());
    let slot = slot.ok_or_else(|| {
        Failure::argument(format!(
            "no attribute {:?} was declared",
            name.chars().take(64).collect::<String>()
        ))
    })?;
    let ty = schema.field_type(slot);
    if value(attribute, &ty.kind)? == View::Absent && !ty.optional {
        return Err(Failure::argument(format!("attribute `{name}` must have a value")));
    }
    Ok(())
}

fn value<'a>(attribute: &'a leaver_attribute, kind: &Kind) -> Result<View<'a>, Failure> {
    const UNKNOWN: i32 = leaver_value_kind::LEAVER_VALUE_UNKNOWN as i32;
    const NONE: i32 = leaver_value_kind::LEAVER_VALUE_NONE as i32;
    const BOOL: i32 = leaver_value_kind::LEAVER_VALUE_BOOL as i32;
    const INTEGER: i32 = leaver_value_kind::LEAVER_VALUE_INTEGER as i32;
    const TEXT: i32 = leaver_value_kind::LEAVER_VALUE_TEXT as i32;
    const LIST: i32 = leaver_value_kind::LEAVER_VALUE_LIST as i32;
    let given = attribute.text;
    let what = "an attribute";
    match (attribute.kind, kind) {
        (UNKNOWN, _) => Ok(View::Unknown),
        (NONE, _) => Ok(View::Absent),
        (BOOL, Kind::Bool) if matches!(attribute.number, 0 | 1) => Ok(View::Bool(attribute.number == 1)),
        (INTEGER, Kind::Int) => Ok(View::Int(attribute.number)),
        // A text of an attribute may be empty: that it is there, its kind says.
        (TEXT, Kind::Text) if given.len == 0 => Ok(View::Absent),
        (TEXT, Kind::Text) => text(given, what),
        (TEXT, Kind::Date) => date(given, what),
        (TEXT, Kind::OneOf(set)) => match given.text(what)? {
            word if set.contains(word) => Ok(View::Text(word)),
            _ => Err(Failure::argument(format!("an attribute is not one of: {set}"))),
        },
        (LIST, Kind::Texts) if attribute.list.len == 0 => Ok(View::Texts(Texts::Borrowed(&[]))),
        (LIST, Kind::Texts) => list(&attribute.list, what),
        (kind, declared) => Err(Failure::argument(format!(
            "an attribute of type `{declared}` has kind {kind} and number {}",
            attribute.number
        ))),
    }
}

#[inline]
fn text<'a>(given: leaver_str, what: &str) -> Result<View<'a>, Failure> {
    if given.len == 0 {
        return Ok(View::Absent);
    }
    let text = within_limits(given, what)?;
    let is_country = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    if what == "country" && !is_country(text) {
        return Err(Failure::argument("country is not two capital letters of ISO 3166"));
    }
    Ok(View::Text(text))
}

fn within_limits<'a>(given: leaver_str, what: &str) -> Result<&'a str, Failure> {
    let text = given.text(what)?;
    if text.len() > MOST_CHARACTERS && text.chars().count() > MOST_CHARACTERS {
        return Err(Failure::argument(format!("{what} has more than {MOST_CHARACTERS} characters")));
    }
    if text.bytes().any(|byte| byte == 0) {
        return Err(Failure::argument(format!("{what} has a NUL character")));
    }
    Ok(text)
}

fn date<'a>(given: leaver_str, what: &str) -> Result<View<'a>, Failure> {
    if given.len == 0 {
        return Ok(View::Absent);
    }
    let date = parse_date(given.text(what)?);
    date.map(View::Date).ok_or_else(|| Failure::argument(format!("{what} is not a date written YYYY-MM-DD")))
}

fn instant<'a>(given: leaver_str, what: &str) -> Result<View<'a>, Failure> {
    if given.len == 0 {
        return Ok(View::Absent);
    }
    let instant = parse_instant(given.text(what)?);
    instant
        .map(View::Instant)
        .ok_or_else(|| Failure::argument(format!("{what} is not an instant of RFC 3339")))
}

fn word<T: FromStr>(text: &str) -> bool {
    text.parse::<T>().is_ok()
}

fn closed<'a>(given: leaver_str, what: &str, is_word: fn(&str) -> bool) -> Result<View<'a>, Failure> {
    if given.len == 0 {
        return Ok(View::Absent);
    }
    let text = given.text(what)?;
    if is_word(text) {
        return Ok(View::Text(text));
    }
    Err(Failure::argument(format!("{what} is not a word of its closed set")))
}

fn successor<'a>(given: leaver_str, id: Id) -> Result<View<'a>, Failure> {
    if given.len == 0 {
        return Ok(View::Absent);
    }
    let by = Id::from_str(given.text("superseded_by")?);
    let by = by.map_err(|error| Failure::argument(format!("superseded_by: {error}")))?;
    if by == id {
        return Err(Failure::argument(format!("{id} cannot be superseded by itself")));
    }
    Ok(View::Id(by))
}

fn list<'a>(given: &'a leaver_list, what: &str) -> Result<View<'a>, Failure> {
    if given.items.is_null() {
        return if given.len == 0 { Ok(View::Unknown) } else { Err(Failure::null(what)) };
    }
    if given.len > MOST_ENTRIES {
        return Err(Failure::argument(format!("{what} has more than {MOST_ENTRIES} entries")));
    }
    for item in given.items(what)? {
        if within_limits(*item, what)?.is_empty() {
            return Err(Failure::argument(format!("{what} has an empty entry")));
        }
    }
    Ok(View::Texts(Texts::Elsewhere(given)))
}

fn known<'a>(given: i32, what: &str) -> Result<View<'a>, Failure> {
    match given {
        0 => Ok(View::Unknown),
        1 => Ok(View::Bool(false)),
        2 => Ok(View::Bool(true)),
        other => Err(Failure::argument(format!("{what} is {other}, which is no leaver_known"))),
    }
}
