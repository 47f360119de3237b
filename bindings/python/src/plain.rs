//! Values of Python as they stand: texts, whole numbers, dates and lists of texts, each of the very type.

use std::mem::MaybeUninit;

use leaver::model::{ClosedSet, Texts, View};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyString;
use time::{Date, Month};

use crate::record::Unread;

/// The limits of the formats.
const MOST_CHARACTERS: usize = 4_096;
pub(crate) const MOST_ENTRIES: usize = 1_024;

/// Where the texts of lists are put.
pub(crate) struct Room<'a>(&'a mut [MaybeUninit<&'a str>]);

impl<'a> Room<'a> {
    #[inline]
    pub(crate) fn of(places: &'a mut [MaybeUninit<&'a str>]) -> Self {
        Self(places)
    }

    /// The next places, if there are so many.
    fn take(&mut self, count: usize) -> Option<&'a mut [MaybeUninit<&'a str>]> {
        let (taken, rest) = std::mem::take(&mut self.0).split_at_mut_checked(count)?;
        self.0 = rest;
        Some(taken)
    }
}

/// The words of a closed set.
#[derive(Debug)]
pub(crate) struct Words {
    /// As Python keeps them once: most values are these very objects.
    known: Box<[(Py<PyString>, Box<str>)]>,
    /// Short ones by their ends, which are all of them.
    short: Box<[Ends]>,
}

/// The first and last eight bytes of a text of at most 16, and its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ends(u64, u64, usize);

impl Ends {
    #[inline]
    fn of(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
            let (first, last) = (u64::from_le_bytes(*first), u64::from_le_bytes(*last));
            return (bytes.len() <= 16).then_some(Self(first, last, bytes.len()));
        }
        if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
            let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
            return Some(Self(first.into(), last.into(), bytes.len()));
        }
        Some(Self(bytes.iter().fold(0, |all, byte| all << 8 | u64::from(*byte)), 0, bytes.len()))
    }
}

impl Words {
    pub(crate) fn of(py: Python<'_>, set: &ClosedSet) -> Self {
        let words = || set.words.iter();
        let known = |word| (PyString::intern(py, word).unbind(), Box::from(word));
        Self {
            known: words().map(|word| known(&**word)).collect(),
            short: words().filter_map(|word| Ends::of(word)).collect(),
        }
    }

    /// The word that is the very object at an address.
    #[inline]
    pub(crate) fn at(&self, object: *mut ffi::PyObject) -> Option<&str> {
        self.known.iter().find(|(known, _)| known.as_ptr() == object).map(|(_, word)| &**word)
    }

    /// Whether a text is one of the words.
    #[inline]
    pub(crate) fn have(&self, text: &str) -> bool {
        match Ends::of(text) {
            Some(ends) => self.short.contains(&ends),
            None => self.known.iter().any(|(_, word)| **word == *text),
        }
    }
}

/// Whether a text is certainly within the limits of the formats; of others the whole reader says it.
#[inline]
pub(crate) fn is_within_limits(text: &str) -> bool {
    text.len() <= MOST_CHARACTERS && !has_nul(text.as_bytes())
}

/// Whether some byte is zero.
#[inline]
fn has_nul(bytes: &[u8]) -> bool {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let zero = |word: u64| word.wrapping_sub(EACH) & !word & (EACH << 7) != 0;
    if bytes.len() > 16 {
        return bytes.contains(&0);
    }
    // The first and the last bytes are all of them.
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        return zero(u64::from_le_bytes(*first)) || zero(u64::from_le_bytes(*last));
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
        return zero(u64::from(first) | u64::from(last) << 32);
    }
    bytes.contains(&0)
}

/// `YYYY-MM-DD`; of anything odd the whole reader says what it is.
#[inline]
pub(crate) fn date(text: &[u8]) -> Option<Date> {
    let text: &[u8; 10] = text.try_into().ok()?;
    let mut odd = text[4] != b'-' || text[7] != b'-';
    let mut two = |at: usize| {
        let (tens, ones) = (text[at].wrapping_sub(b'0'), text[at + 1].wrapping_sub(b'0'));
        odd |= tens > 9 || ones > 9;
        tens.wrapping_mul(10).wrapping_add(ones)
    };
    let (century, year, month, day) = (two(0), two(2), two(5), two(8));
    let year = i32::from(century) * 100 + i32::from(year);
    if odd || year == 0 {
        return None;
    }
    Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()
}

/// The text of an object of the very type of texts; `None` for others, and where it has no UTF-8.
///
/// # Safety
/// `object` is an object that lives for `'a`.
#[inline]
pub(crate) unsafe fn text<'a>(object: *mut ffi::PyObject) -> Option<&'a str> {
    // SAFETY: the object lives, and is a text where it is asked for its bytes.
    unsafe { if ffi::Py_TYPE(object) == &raw mut ffi::PyUnicode_Type { utf8(object) } else { None } }
}

/// The text of an object; `None` where it has no UTF-8.
///
/// # Safety
/// `object` is a text of the very type that lives for `'a`.
#[inline]
pub(crate) unsafe fn utf8<'a>(object: *mut ffi::PyObject) -> Option<&'a str> {
    let mut length = 0;
    // SAFETY: the object is a text.
    let bytes = unsafe { ffi::PyUnicode_AsUTF8AndSize(object, &raw mut length) };
    if bytes.is_null() {
        // SAFETY: what has no UTF-8 (a lone surrogate) is told by an exception, which the whole reader raises again.
        unsafe { ffi::PyErr_Clear() };
        return None;
    }
    let length = usize::try_from(length).unwrap_or(0);
    // SAFETY: Python gives bytes of UTF-8 that live and stay as they are as long as the text does.
    Some(unsafe { std::str::from_utf8_unchecked(std::slice::from_raw_parts(bytes.cast(), length)) })
}

/// A whole number of 64 bits.
///
/// # Safety
/// `object` is a whole number of the very type.
pub(crate) unsafe fn number(object: *mut ffi::PyObject) -> Option<i64> {
    let mut overflow = 0;
    // SAFETY: a whole number of the very type has a value, so no exception is raised.
    let number = unsafe { ffi::PyLong_AsLongLongAndOverflow(object, &raw mut overflow) };
    (overflow == 0).then_some(number)
}

/// A date, by how many days it comes after the last one before the calendar begins.
///
/// # Safety
/// `object` is a date of the very type, which lives.
pub(crate) unsafe fn day(py: Python<'_>, object: *mut ffi::PyObject) -> Option<Date> {
    /// The Julian day before 1 January of the year 1.
    const BEFORE: i32 = 1_721_425;
    // SAFETY: the object lives. The method is that of the library written in C, and runs no Python.
    let object = unsafe { Borrowed::from_ptr(py, object) };
    let days: i32 = object.call_method0(pyo3::intern!(py, "toordinal")).ok()?.extract().ok()?;
    Date::from_julian_day(BEFORE + days).ok()
}

/// A list of texts.
///
/// # Safety
/// `object` is an object of type `ty` that stays as it is for `'a`.
pub(crate) unsafe fn list<'a>(
    object: *mut ffi::PyObject,
    ty: *mut ffi::PyTypeObject,
    room: &mut Room<'a>,
) -> Result<View<'a>, Unread> {
    // SAFETY: only a list is asked as one, only a tuple as one, and no further than it reaches.
    let (length, item): (_, unsafe extern "C" fn(_, _) -> _) = unsafe {
        if ty == &raw mut ffi::PyList_Type {
            (ffi::PyList_Size(object), ffi::PyList_GetItem)
        } else if ty == &raw mut ffi::PyTuple_Type {
            (ffi::PyTuple_Size(object), ffi::PyTuple_GetItem)
        } else {
            return Err(Unread::Unsure);
        }
    };
    let count = usize::try_from(length).ok().filter(|count| *count <= MOST_ENTRIES).ok_or(Unread::Unsure)?;
    let places = room.take(count).ok_or(Unread::Full)?;
    for (at, place) in (0..length).zip(places.iter_mut()) {
        // SAFETY: the item lives as long as the list stays as it is.
        let found = unsafe { text(item(object, at)) };
        place.write(found.filter(|text| !text.is_empty() && is_within_limits(text)).ok_or(Unread::Unsure)?);
    }
    // SAFETY: there is a text in every place.
    Ok(View::Texts(Texts::Borrowed(unsafe { std::slice::from_raw_parts(places.as_ptr().cast(), count) })))
}

/// Whether a value that is ignored can certainly be written as JSON.
///
/// # Safety
/// `object` is an object that lives during the call.
pub(crate) unsafe fn is_plain(object: *mut ffi::PyObject) -> bool {
    // SAFETY: as the caller promises; the others live for ever.
    unsafe {
        object == ffi::Py_None()
            || object == ffi::Py_True()
            || object == ffi::Py_False()
            || text(object).is_some()
            || ffi::Py_TYPE(object) == &raw mut ffi::PyLong_Type && number(object).is_some()
    }
}
