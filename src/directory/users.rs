//! Reads one user: only what its record says, before the rest of the directory is known.

use super::excerpt::Span;
use super::field_value::field_value;
use super::intern::Interner;
use super::judgement::UserKeys;
use super::node::Object;
use super::reading::Reading;
use crate::diagnostic::Code;
use crate::model::{Fact, Field, Id, Slot, User, Value};

/// A user as its record gives it. [`Fact::Unknown`] is a key that is not there, [`Fact::Absent`] one
/// without a value.
#[derive(Debug)]
pub(super) struct UserRecord {
    pub(super) user: User,
    pub(super) places: UserPlaces,
}

/// Where a record says what the rest of the directory must agree with.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct UserPlaces {
    /// Which excerpt of the directory.
    pub(super) excerpt: usize,
    pub(super) id: Span,
    pub(super) credential: Span,
    /// Whether a value was reported: then what is missing is not reported as well.
    pub(super) is_flawed: bool,
}

/// Reads the record `object`, which stands at `whole`.
///
/// `default_id` is the ID of a record without one. `seen` is told each field that occurs and where.
/// `None` means that there is no ID to speak of; other mistakes are reported and leave the fact out.
pub(super) fn read_user<'t>(
    reading: &mut Reading<'_, 't>,
    object: Object<'t>,
    whole: Span,
    keys: UserKeys<'_>,
    default_id: Option<Id>,
    interner: &mut Interner,
    seen: &mut dyn FnMut(Slot, Span),
) -> Option<UserRecord> {
    let mut id = default_id;
    let mut id_given = false;
    let mut facts = Vec::with_capacity(object.len());
    let mut places = UserPlaces { id: Span::at(whole.start, 1), ..UserPlaces::default() };
    let mut superseded_by = None;
    for entry in object {
        let slot = match keys.judge(&entry.key) {
            Ok(slot) => slot,
            Err(judgement) => {
                reading.heed(entry.key_span, judgement);
                continue;
            }
        };
        seen(slot, entry.key_span);
        let span = entry.value.span;
        let given = !entry.value.is_nothing();
        let fact = field_value(reading, entry.value, keys.schema, slot, interner);
        match (keys.schema.field(slot), &fact) {
            (Some(Field::Id), _) if given => {
                id_given = true;
                id = match fact {
                    Some(Fact::Known(Value::Id(id))) => Some(id),
                    _ => None,
                };
                places.id = span;
                continue;
            }
            (Some(Field::Credential), _) => places.credential = span,
            (Some(Field::SupersededBy), Some(Fact::Known(Value::Id(by)))) => {
                superseded_by = Some((*by, span));
            }
            _ => {}
        }
        match fact {
            Some(fact) => facts.push((slot, fact)),
            None => places.is_flawed = true,
        }
    }
    if !id_given && id.is_none() {
        reading.require(places.id, "a user", &[("id", false)]);
    }
    let id = id?;
    if let Some((_, span)) = superseded_by.filter(|(by, _)| *by == id) {
        reading.report(
            span,
            Code::SupersededByItself,
            format!("{id} cannot be superseded by itself"),
            "name the other ID of the same person, the one that stays".to_owned(),
        );
    }
    let mut user = User::new(id, keys.schema);
    for (slot, fact) in facts {
        user.set(slot, fact);
    }
    Some(UserRecord { user, places })
}
