//! The keys of a mapping: which field of the policy each one names.
//!
//! Most keys are literals of a program, which Python keeps once: those are found by their address. Others
//! (read from a file, made at run time) are found by their text.

use leaver::model::Schema;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::plain::text;

/// What a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// The name of the field at a position.
    Of(usize),
    /// It starts with `x-`: nobody's business.
    Ignored,
}

/// The names of a schema.
#[derive(Debug)]
pub(crate) struct Keys {
    /// What the addresses belong to; as long as it lives no other object has one of them.
    names: Vec<Py<PyString>>,
    /// Addresses of names, with open addressing; a power of two in length, at most a quarter full.
    by_address: Vec<(usize, usize)>,
    /// Names, with open addressing by their ends.
    by_text: Vec<(Box<str>, usize)>,
}

/// No key has this address, and no field this position.
const NONE: usize = usize::MAX;

impl Keys {
    /// The keys of the fields and attributes of a schema.
    pub(crate) fn of(py: Python<'_>, schema: &Schema) -> Self {
        let size = (schema.width() * 4).next_power_of_two();
        let mut keys = Self {
            names: Vec::new(),
            by_address: vec![(NONE, NONE); size],
            by_text: vec![(Box::default(), NONE); size],
        };
        for slot in schema.slots() {
            let name = schema.name(slot);
            let interned = PyString::intern(py, name);
            let address = interned.as_ptr() as usize;
            let mut at = spread(address as u64) & (size - 1);
            while keys.by_address[at].0 != NONE {
                at = (at + 1) & (size - 1);
            }
            keys.by_address[at] = (address, slot.index());
            let mut at = ends(name) & (size - 1);
            while keys.by_text[at].1 != NONE {
                at = (at + 1) & (size - 1);
            }
            keys.by_text[at] = (name.into(), slot.index());
            keys.names.push(interned.unbind());
        }
        keys
    }

    /// What a key is; `None` where the whole reader has to say what is wrong with it.
    ///
    /// # Safety
    /// `key` is an object that stays alive during the call.
    #[inline]
    pub(crate) unsafe fn find(&self, key: *mut ffi::PyObject) -> Option<Key> {
        let mask = self.by_address.len() - 1;
        let mut at = spread(key as u64) & mask;
        loop {
            let (address, slot) = self.by_address[at & mask];
            if address == key as usize {
                return Some(Key::Of(slot));
            }
            if address == NONE {
                // SAFETY: as the caller promises.
                return self.find_text(unsafe { text(key) }?);
            }
            at += 1;
        }
    }

    fn find_text(&self, key: &str) -> Option<Key> {
        let mask = self.by_text.len() - 1;
        let mut at = ends(key) & mask;
        loop {
            let (name, slot) = &self.by_text[at & mask];
            if *slot == NONE {
                return is_ignored(key).then_some(Key::Ignored);
            }
            if **name == *key {
                return Some(Key::Of(*slot));
            }
            at += 1;
        }
    }
}

/// Whether a key is certainly ignored: it starts with `x-`, and nobody could take it for that of a password.
fn is_ignored(key: &str) -> bool {
    let key = key.as_bytes();
    key.starts_with(b"x-")
        && key.is_ascii()
        && !key.windows(5).any(|some| some.eq_ignore_ascii_case(b"passw"))
}

#[inline]
fn spread(number: u64) -> usize {
    usize::try_from(number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40).unwrap_or(0)
}

/// A number of the ends of a text and its length.
#[inline]
fn ends(text: &str) -> usize {
    let bytes = text.as_bytes();
    let one = |at: usize| bytes.get(at).map_or(0, |byte| u64::from(*byte));
    let last = bytes.len().wrapping_sub(1);
    spread(one(0) | one(1) << 8 | one(5) << 16 | one(last) << 24 | (bytes.len() as u64) << 32)
}
