//! A mapping read in place: what a `dict` says of a user, without JSON and without a copy.
//!
//! Only what is plain is read here: a `dict` of texts, truths, whole numbers, dates, `None` and lists of texts, each
//! of the very type, each as the reader of records takes it. Of anything else nothing is said, and the whole reader
//! is asked, whose answer counts: it knows what is wrong and how to say so.
//!
//! No code of Python runs while a mapping is read and asked about, so nothing that is borrowed from it can go away.

use std::mem::MaybeUninit;

use leaver::model::{
    Edition, Facts, Field, FieldSource, Id, Kind, Schema, Slot, Texts, User, View, parse_instant,
};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::critical_section::with_critical_section;
use pyo3::types::{PyDate, PyDict};

use crate::keys::{Key, Keys};
use crate::plain::{MOST_ENTRIES, Room, Words, date, day, is_plain, is_within_limits, list, number, utf8};
use crate::views::{Item, Items, MOST_PLACES, Views};

/// Texts of all lists together that are kept on the stack, and that are kept at all.
const FEW_TEXTS: usize = 16;
const MANY_TEXTS: usize = 4 * MOST_ENTRIES;

/// How values of one field are read.
#[derive(Debug)]
enum Reads {
    Id,
    Successor,
    Text,
    Country,
    Word(Words),
    Truth,
    Number,
    Day,
    Instant,
    Texts,
}

/// What a field is of a user without a value.
#[derive(Clone, Copy, Debug)]
enum Without {
    /// There must be one.
    Refused,
    Unknown,
    Absent,
    False,
    NoTexts,
}

/// One field: how its values are read, and what it is without one.
#[derive(Debug)]
struct Place {
    reads: Reads,
    without: Without,
}

/// What mappings are read by.
#[derive(Debug)]
pub(crate) struct Form {
    keys: Keys,
    places: Vec<Place>,
    /// The edition of a user who has none.
    edition: Option<&'static str>,
    /// The type of dates; no type at all where somebody has put another into its place.
    date: usize,
    /// Whether one thread at a time runs Python, so that lists stay as they are while they are read.
    pub(crate) alone: bool,
}

/// The facts of a mapping that was looked through.
#[derive(Debug)]
pub(crate) struct Record<'a> {
    id: Id,
    views: &'a Views<'a>,
    schema: &'a Schema,
}

impl Facts for Record<'_> {
    #[inline]
    fn id(&self) -> Id {
        self.id
    }

    #[inline]
    fn view(&self, slot: Slot) -> View<'_> {
        self.views.get(slot.index())
    }

    fn to_user(&self) -> User {
        let mut user = User::new(self.id, self.schema);
        for slot in self.schema.slots() {
            user.set(slot, self.view(slot).to_fact());
        }
        user
    }
}

/// Why a mapping was not read here.
pub(crate) enum Unread {
    /// It is for the whole reader.
    Unsure,
    /// There was no room for the texts of its lists.
    Full,
}

impl Place {
    fn of(py: Python<'_>, schema: &Schema, slot: Slot) -> Self {
        let ty = schema.field_type(slot);
        let field = schema.field(slot);
        let reads = match &ty.kind {
            Kind::Id if field == Some(Field::Id) => Reads::Id,
            Kind::Id => Reads::Successor,
            Kind::Text if field == Some(Field::Country) => Reads::Country,
            Kind::Text => Reads::Text,
            Kind::OneOf(set) => Reads::Word(Words::of(py, set)),
            Kind::Bool => Reads::Truth,
            Kind::Int => Reads::Number,
            Kind::Date => Reads::Day,
            Kind::Instant => Reads::Instant,
            Kind::Texts => Reads::Texts,
        };
        let without = match (field.map(|field| field.info().source), &ty.kind) {
            (Some(FieldSource::Defaulted), Kind::Bool) => Without::False,
            (Some(FieldSource::Defaulted | FieldSource::Derived), Kind::Texts) => Without::NoTexts,
            (Some(FieldSource::Matching), _) => Without::Absent,
            _ if ty.optional => Without::Absent,
            (Some(FieldSource::Required) | None, _) => Without::Refused,
            (Some(_), _) => Without::Unknown,
        };
        Self { reads, without }
    }

    #[inline]
    const fn nothing(&self) -> Option<View<'static>> {
        match self.without {
            Without::Refused => None,
            Without::Unknown => Some(View::Unknown),
            Without::Absent => Some(View::Absent),
            Without::False => Some(View::Bool(false)),
            Without::NoTexts => Some(View::Texts(Texts::Borrowed(&[]))),
        }
    }
}

impl Form {
    /// The form of mappings for a schema. `edition` is that of a user who has none.
    pub(crate) fn of(py: Python<'_>, schema: &Schema, edition: Option<Edition>) -> Self {
        Self {
            keys: Keys::of(py, schema),
            places: schema.slots().map(|slot| Place::of(py, schema, slot)).collect(),
            edition: edition.map(Edition::word),
            date: date_type(py),
            alone: runs_alone(py),
        }
    }

    /// Does `work` with the facts of a mapping; `None` where the whole reader is to be asked. `work` runs no Python.
    #[inline]
    pub(crate) fn read<T>(
        &self,
        dict: &Bound<'_, PyDict>,
        schema: &Schema,
        work: impl FnOnce(&Record<'_>) -> T,
    ) -> Option<T> {
        if self.places.len() > MOST_PLACES {
            return None;
        }
        with_critical_section(dict.as_any(), || {
            let mut few = [const { MaybeUninit::uninit() }; FEW_TEXTS];
            let mut views = Views::new();
            let mut items = Items::new();
            // First every value is touched, then the first is looked at: so the processor waits for all of
            // them at once.
            // SAFETY: the mapping lives, and nobody changes it (see the head).
            unsafe { items.first(dict.as_ptr()) };
            match self.fill(dict, &mut items, &mut views, Room::of(&mut few)) {
                Ok(id) => return Some(work(&Record { id, views: &views, schema })),
                Err(Unread::Unsure) => return None,
                Err(Unread::Full) => {}
            }
            let mut many = vec![MaybeUninit::uninit(); MANY_TEXTS];
            let mut views = Views::new();
            // SAFETY: as before.
            unsafe { items.first(dict.as_ptr()) };
            let id = self.fill(dict, &mut items, &mut views, Room::of(&mut many)).ok()?;
            Some(work(&Record { id, views: &views, schema }))
        })
    }

    /// Puts what a mapping says, of which the first `items` are taken, into `views`, which know nothing yet,
    /// and the texts of its lists into `room`.
    #[inline]
    fn fill<'a>(
        &'a self,
        dict: &'a Bound<'_, PyDict>,
        items: &mut Items,
        views: &mut Views<'a>,
        mut room: Room<'a>,
    ) -> Result<Id, Unread> {
        let (mut id, mut superseded_by) = (None, None);
        loop {
            for Item { key, value, ty } in items.iter() {
                // SAFETY: a key of the mapping lives as long as it.
                let Key::Of(number) = unsafe { self.keys.find(key) }.ok_or(Unread::Unsure)? else {
                    // SAFETY: so does a value.
                    if unsafe { is_plain(value) } {
                        continue;
                    }
                    return Err(Unread::Unsure);
                };
                let place = self.places.get(number).ok_or(Unread::Unsure)?;
                // SAFETY: so does a value, and that is its type.
                let view = unsafe { self.value(dict.py(), place, value, ty, &mut room) }?;
                if let View::Id(found) = view {
                    match place.reads {
                        Reads::Id => id = Some(found),
                        _ => superseded_by = Some(found),
                    }
                }
                views.put(number, view);
            }
            if !items.are_full() {
                break;
            }
            // SAFETY: the mapping lives, and nobody changes it (see the head).
            unsafe { items.next(dict.as_ptr()) };
        }
        let edition = Field::Edition.slot().index();
        if let (View::Unknown, Some(word)) = (views.get(edition), self.edition) {
            views.put(edition, View::Text(word));
        }
        id.filter(|_| superseded_by.is_none() || superseded_by != id).ok_or(Unread::Unsure)
    }

    /// What a value says of a field.
    ///
    /// # Safety
    /// `value` is an object of type `ty` that lives for `'a`.
    #[inline]
    unsafe fn value<'a>(
        &'a self,
        py: Python<'_>,
        place: &'a Place,
        value: *mut ffi::PyObject,
        ty: *mut ffi::PyTypeObject,
        room: &mut Room<'a>,
    ) -> Result<View<'a>, Unread> {
        // SAFETY: `None` lives for ever.
        if value == unsafe { ffi::Py_None() } {
            return place.nothing().ok_or(Unread::Unsure);
        }
        if ty == &raw mut ffi::PyUnicode_Type {
            if let Reads::Word(words) = &place.reads
                && let Some(word) = words.at(value)
            {
                return Ok(View::Text(word));
            }
            // SAFETY: the object is a text of the very type.
            let text = unsafe { utf8(value) }.ok_or(Unread::Unsure)?;
            return if text.is_empty() { place.nothing() } else { said(&place.reads, text) }
                .ok_or(Unread::Unsure);
        }
        let view = match place.reads {
            // SAFETY: both live for ever.
            Reads::Truth if value == unsafe { ffi::Py_True() } => Some(View::Bool(true)),
            // SAFETY: both live for ever.
            Reads::Truth if value == unsafe { ffi::Py_False() } => Some(View::Bool(false)),
            // SAFETY: the object is a whole number of the very type.
            Reads::Number if ty == &raw mut ffi::PyLong_Type => unsafe { number(value) }.map(View::Int),
            // SAFETY: the object is a date of the very type.
            Reads::Day if ty as usize == self.date => unsafe { day(py, value) }.map(View::Date),
            // SAFETY: the object is a list or tuple of the very type.
            Reads::Texts if self.alone => return unsafe { list(value, ty, room) },
            _ => None,
        };
        view.ok_or(Unread::Unsure)
    }
}

/// What a text that is not empty says of a field.
#[inline]
fn said<'a>(reads: &Reads, text: &'a str) -> Option<View<'a>> {
    match reads {
        Reads::Text => is_within_limits(text).then_some(View::Text(text)),
        Reads::Word(words) => words.have(text).then_some(View::Text(text)),
        Reads::Day => date(text.as_bytes()).map(View::Date),
        Reads::Id | Reads::Successor => Id::from_ascii(text.as_bytes()).map(View::Id),
        Reads::Country => (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase()))
            .then_some(View::Text(text)),
        Reads::Instant => parse_instant(text).map(View::Instant),
        Reads::Truth | Reads::Number | Reads::Texts => None,
    }
}

/// Where the type of dates stands, if it is the one that is written in C.
fn date_type(py: Python<'_>) -> usize {
    let ty = py.get_type::<PyDate>();
    // SAFETY: the type lives.
    let flags = unsafe { ffi::PyType_GetFlags(ty.as_type_ptr()) };
    if flags & ffi::Py_TPFLAGS_HEAPTYPE == 0 { ty.as_type_ptr() as usize } else { 0 }
}

/// Whether Python runs one thread at a time, which stays so once it is so.
fn runs_alone(py: Python<'_>) -> bool {
    let Ok(sys) = py.import("sys") else { return false };
    match sys.getattr("_is_gil_enabled") {
        Ok(asked) => asked.call0().and_then(|told| told.extract()).unwrap_or(false),
        // Before 3.13 there was nothing to ask.
        Err(_) => true,
    }
}
