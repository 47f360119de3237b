//! A user's facts, borrowed: what a policy asks of a user, wherever the user is held.
//!
//! A [`User`] owns its facts; a line of a stream, a row of columns or a structure of a host need not
//! be copied into one to be decided. Whatever can say what it knows of each [`Slot`] is [`Facts`].

use std::sync::Arc;

use time::{Date, OffsetDateTime};

use super::{Fact, Field, Id, Slot, User, Value};

/// What is known of one field, borrowed from whoever holds it. The borrowed form of [`Fact`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum View<'a> {
    /// Nobody speaks for this field.
    Unknown,
    /// The field is provided and there is no value.
    Absent,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Text, or a word of a closed set.
    Text(&'a str),
    /// A messaging ID.
    Id(Id),
    /// A calendar date.
    Date(Date),
    /// An instant.
    Instant(OffsetDateTime),
    /// A list of texts.
    Texts(Texts<'a>),
}

/// A list of texts that a host holds in a form of its own.
pub trait TextList: std::fmt::Debug {
    /// How many there are.
    fn count(&self) -> usize;

    /// The text at a position below [`count`](Self::count).
    fn text(&self, at: usize) -> &str;
}

/// A list of texts, borrowed.
#[derive(Clone, Copy, Debug)]
pub enum Texts<'a> {
    /// As a [`Value`] holds them.
    Shared(&'a [Arc<str>]),
    /// As they stand somewhere else.
    Borrowed(&'a [&'a str]),
    /// As a host holds them.
    Elsewhere(&'a dyn TextList),
}

impl<'a> Texts<'a> {
    /// How many there are.
    pub fn len(self) -> usize {
        match self {
            Self::Shared(texts) => texts.len(),
            Self::Borrowed(texts) => texts.len(),
            Self::Elsewhere(texts) => texts.count(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Each text, in the order given.
    pub fn iter(self) -> impl Iterator<Item = &'a str> {
        let text = move |at: usize| match self {
            Self::Shared(texts) => texts.get(at).map(|text| &**text),
            Self::Borrowed(texts) => texts.get(at).copied(),
            Self::Elsewhere(texts) => Some(texts.text(at)),
        };
        (0..self.len()).filter_map(text)
    }
}

impl PartialEq for Texts<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<'a> View<'a> {
    /// The view of a fact.
    #[inline]
    pub fn of(fact: &'a Fact) -> Self {
        match fact {
            Fact::Unknown => Self::Unknown,
            Fact::Absent => Self::Absent,
            Fact::Known(Value::Bool(value)) => Self::Bool(*value),
            Fact::Known(Value::Int(value)) => Self::Int(*value),
            Fact::Known(Value::Text(text)) => Self::Text(text),
            Fact::Known(Value::Id(id)) => Self::Id(*id),
            Fact::Known(Value::Date(date)) => Self::Date(*date),
            Fact::Known(Value::Instant(instant)) => Self::Instant(*instant),
            Fact::Known(Value::Texts(texts)) => Self::Texts(Texts::Shared(texts)),
        }
    }

    /// The fact, owned.
    pub fn to_fact(self) -> Fact {
        Fact::Known(match self {
            Self::Unknown => return Fact::Unknown,
            Self::Absent => return Fact::Absent,
            Self::Bool(value) => Value::Bool(value),
            Self::Int(value) => Value::Int(value),
            Self::Text(text) => Value::Text(text.into()),
            Self::Id(id) => Value::Id(id),
            Self::Date(date) => Value::Date(date),
            Self::Instant(instant) => Value::Instant(instant),
            Self::Texts(texts) => Value::Texts(texts.iter().map(Arc::from).collect()),
        })
    }

    /// The text of a text or word.
    #[inline]
    pub const fn text(self) -> Option<&'a str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Whoever knows the facts of one user.
///
/// Values have the kinds of their fields: of a date field a [`View::Date`], of a text field or closed
/// set a [`View::Text`], and so on. [`Facts::view`] of the ID is never asked for.
pub trait Facts {
    /// The messaging ID.
    fn id(&self) -> Id;

    /// What is known of a field.
    fn view(&self, slot: Slot) -> View<'_>;

    /// The user, owned: for what looks at more than a few fields.
    fn to_user(&self) -> User;

    /// Whether personnel records know this user: there is a `person` and an `employment`.
    #[inline]
    fn is_matched(&self) -> bool {
        let known = |field: Field| self.view(field.slot()).text().is_some();
        known(Field::Person) && known(Field::Employment)
    }
}

impl Facts for User {
    #[inline]
    fn id(&self) -> Id {
        Self::id(self)
    }

    #[inline]
    fn view(&self, slot: Slot) -> View<'_> {
        View::of(self.fact(slot))
    }

    fn to_user(&self) -> User {
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Schema;

    #[test]
    fn a_view_and_back_is_the_fact() {
        let instant = OffsetDateTime::UNIX_EPOCH;
        let texts: Arc<[Arc<str>]> = ["a".into(), "b".into()].into();
        let facts = [
            Fact::Unknown,
            Fact::Absent,
            Fact::Known(Value::Bool(true)),
            Fact::Known(Value::Int(-3)),
            Fact::Known(Value::Text("staff".into())),
            Fact::Known(Value::Id("ECHOECHO".parse().unwrap())),
            Fact::Known(Value::Date(instant.date())),
            Fact::Known(Value::Instant(instant)),
            Fact::Known(Value::Texts(texts)),
        ];
        for fact in facts {
            assert_eq!(View::of(&fact).to_fact(), fact);
        }
        let borrowed = View::Texts(Texts::Borrowed(&["a", "b"]));
        let shared = borrowed.to_fact();
        assert_eq!(View::of(&shared), borrowed);
        assert_ne!(View::of(&shared), View::Texts(Texts::Borrowed(&["a"])));
    }

    #[test]
    fn a_list_of_a_host_is_as_good_as_any() {
        #[derive(Debug)]
        struct Words(&'static str);
        impl TextList for Words {
            fn count(&self) -> usize {
                self.0.split(' ').count()
            }
            fn text(&self, at: usize) -> &str {
                self.0.split(' ').nth(at).unwrap_or_default()
            }
        }
        let words = Words("a b");
        let view = View::Texts(Texts::Elsewhere(&words));
        assert_eq!(view, View::Texts(Texts::Borrowed(&["a", "b"])));
        assert_eq!(View::of(&view.to_fact()), view);
    }

    #[test]
    fn a_user_is_matched_by_person_and_employment() {
        let mut user = User::new("ECHOECHO".parse().unwrap(), &Schema::default());
        assert!(!Facts::is_matched(&user));
        user.set(Field::Person.slot(), Fact::Known(Value::Text("E1".into())));
        assert!(!Facts::is_matched(&user));
        user.set(Field::Employment.slot(), Fact::Known(Value::Text("staff".into())));
        assert!(Facts::is_matched(&user) && user.is_matched());
    }
}
