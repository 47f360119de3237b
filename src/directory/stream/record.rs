//! A user of a stream as its record stands in memory, borrowed.

use std::fmt;

use crate::model::{Facts, Field, Id, Schema, Slot, Texts, User, View};

/// One user of a stream. Borrows from the block it stands in; the next record takes its place.
///
/// See [`Scanner::each`](super::Scanner::each).
pub struct Record<'r>(pub(super) Form<'r>);

pub(super) enum Form<'r> {
    /// As it stands in the block.
    Held(&'r Held<'r>),
    /// From the careful reader.
    Read(User),
}

/// What the record at hand says, by slot.
#[derive(Debug)]
pub(super) struct Held<'b> {
    schema: &'b Schema,
    pub(super) id: Id,
    views: Vec<View<'b>>,
    /// The entries of all its lists.
    texts: Vec<&'b str>,
    /// Which list has which entries: slot, from, to.
    lists: Vec<(usize, usize, usize)>,
}

impl<'b> Held<'b> {
    /// A user of whom the `views` are known.
    pub(super) fn new(id: Id, schema: &'b Schema, views: Vec<View<'b>>) -> Self {
        Self { schema, id, views, texts: Vec::new(), lists: Vec::new() }
    }

    /// Forgets the lists of the record before.
    #[inline]
    pub(super) fn begin(&mut self) {
        self.texts.clear();
        self.lists.clear();
    }

    #[inline]
    pub(super) fn set(&mut self, slot: usize, view: View<'b>) {
        if let Some(place) = self.views.get_mut(slot) {
            *place = view;
        }
    }

    #[inline]
    pub(super) fn get(&self, slot: usize) -> View<'b> {
        self.views.get(slot).copied().unwrap_or(View::Unknown)
    }

    /// How many entries the lists of the record have so far.
    #[inline]
    pub(super) fn entries(&self) -> usize {
        self.texts.len()
    }

    /// Adds an entry to the list that is being read.
    #[inline]
    pub(super) fn push(&mut self, text: &'b str) {
        self.texts.push(text);
    }

    /// The entries since there were `from` are the list at `slot`.
    #[inline]
    pub(super) fn end_list(&mut self, slot: usize, from: usize) {
        self.lists.push((slot, from, self.texts.len()));
        self.set(slot, View::Texts(Texts::Borrowed(&[])));
    }

    #[inline]
    fn view(&self, slot: usize) -> View<'_> {
        match self.get(slot) {
            View::Texts(Texts::Borrowed([])) => self.list(slot),
            view => view,
        }
    }

    fn list(&self, slot: usize) -> View<'_> {
        let entries = self.lists.iter().find(|(at, ..)| *at == slot);
        let entries = entries.and_then(|(_, from, to)| self.texts.get(*from..*to));
        View::Texts(Texts::Borrowed(entries.unwrap_or_default()))
    }
}

impl Facts for Record<'_> {
    #[inline]
    fn id(&self) -> Id {
        match &self.0 {
            Form::Held(held) => held.id,
            Form::Read(user) => user.id(),
        }
    }

    #[inline]
    fn view(&self, slot: Slot) -> View<'_> {
        match &self.0 {
            Form::Held(held) => held.view(slot.index()),
            Form::Read(user) => View::of(user.fact(slot)),
        }
    }

    fn to_user(&self) -> User {
        match &self.0 {
            Form::Held(held) => {
                let mut user = User::new(held.id, held.schema);
                for slot in held.schema.slots().filter(|slot| *slot != Field::Id.slot()) {
                    user.set(slot, held.view(slot.index()).to_fact());
                }
                user
            }
            Form::Read(user) => user.clone(),
        }
    }
}

/// The ID only: the rest may be personal data.
impl fmt::Debug for Record<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Record").field(&self.id()).finish()
    }
}
