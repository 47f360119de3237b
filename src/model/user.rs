//! A user: one messaging ID with what is known of it and of its person.

use std::sync::Arc;

use super::{Fact, Field, Id, PersonKey, Schema, Slot, Value};

/// One row of a directory: the unit a policy decides on.
///
/// A user holds one [`Fact`] for each field of its [`Schema`]. `has_left` is never stored by a
/// directory: it depends on the moment, see [`Leaving`](super::Leaving). Clones share their facts.
///
/// ```
/// use leaver::model::{Fact, Field, Schema, User, Value};
///
/// let schema = Schema::default();
/// let mut user = User::new("ECHOECHO".parse()?, &schema);
/// user.set(Field::Employment.slot(), Fact::Known(Value::Text("staff".into())));
/// assert_eq!(user.fact(Field::LastDay.slot()), &Fact::Unknown);
/// # Ok::<(), leaver::model::IdError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    id: Id,
    facts: Arc<[Fact]>,
}

impl User {
    /// A user of whom only the ID is known.
    pub fn new(id: Id, schema: &Schema) -> Self {
        let mut facts = vec![Fact::Unknown; schema.width()];
        facts[Field::Id.slot().index()] = Fact::Known(Value::Id(id));
        Self { id, facts: facts.into() }
    }

    /// The messaging ID.
    pub const fn id(&self) -> Id {
        self.id
    }

    /// What is known of a field.
    pub fn fact(&self, slot: Slot) -> &Fact {
        &self.facts[slot.index()]
    }

    /// Records what is known of a field. The ID stays what it was.
    pub fn set(&mut self, slot: Slot, fact: Fact) {
        if slot != Field::Id.slot() {
            Arc::make_mut(&mut self.facts)[slot.index()] = fact;
        }
    }

    /// The key of the person; `None` if the user is unmatched.
    pub fn person(&self) -> Option<PersonKey> {
        self.text(Field::Person).map(PersonKey::from)
    }

    /// Whether personnel records know this user: there is a `person` and an `employment`.
    pub fn is_matched(&self) -> bool {
        self.text(Field::Person).is_some() && self.text(Field::Employment).is_some()
    }

    /// The value of a text field, if known.
    pub fn text(&self, field: Field) -> Option<&str> {
        self.fact(field.slot()).known().and_then(Value::as_text)
    }
}
