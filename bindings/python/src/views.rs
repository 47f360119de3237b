//! Small tables on the stack, of which only what is used is ever written.

use std::mem::MaybeUninit;

use leaver::model::View;
use pyo3::ffi;

/// Fields and attributes of a schema whose mappings are read in place, at most: a bit for each.
pub(crate) const MOST_PLACES: usize = 64;

/// What is known of the fields of one user.
#[derive(Debug)]
pub(crate) struct Views<'a> {
    /// The fields of which something was put.
    put: u64,
    views: [MaybeUninit<View<'a>>; MOST_PLACES],
}

impl<'a> Views<'a> {
    /// Nothing is known.
    #[inline]
    pub(crate) const fn new() -> Self {
        Self { put: 0, views: [const { MaybeUninit::uninit() }; MOST_PLACES] }
    }

    /// What is known of the field at a position.
    #[inline]
    pub(crate) fn get(&self, field: usize) -> View<'a> {
        match self.views.get(field) {
            // SAFETY: something was put there.
            Some(view) if self.put >> field & 1 == 1 => unsafe { view.assume_init() },
            _ => View::Unknown,
        }
    }

    /// Puts what is known of the field at a position.
    #[inline]
    pub(crate) fn put(&mut self, field: usize, view: View<'a>) {
        if let Some(place) = self.views.get_mut(field) {
            place.write(view);
            self.put |= 1 << field;
        }
    }
}

/// One entry of a mapping, borrowed.
#[derive(Clone, Copy)]
pub(crate) struct Item {
    pub(crate) key: *mut ffi::PyObject,
    pub(crate) value: *mut ffi::PyObject,
    /// The type of the value.
    pub(crate) ty: *mut ffi::PyTypeObject,
}

/// Entries that are looked at together.
const TOGETHER: usize = 16;

/// Some entries of a mapping.
pub(crate) struct Items {
    taken: [MaybeUninit<Item>; TOGETHER],
    count: usize,
    /// Where the mapping goes on.
    at: ffi::Py_ssize_t,
}

impl Items {
    /// None yet.
    #[inline]
    pub(crate) const fn new() -> Self {
        Self { taken: [const { MaybeUninit::uninit() }; TOGETHER], count: 0, at: 0 }
    }

    /// Takes the first entries of a mapping.
    ///
    /// # Safety
    /// `dict` is a `dict` that lives, and that nobody changes while its entries are taken and looked at.
    #[inline]
    pub(crate) unsafe fn first(&mut self, dict: *mut ffi::PyObject) {
        self.at = 0;
        // SAFETY: as the caller promises.
        unsafe { self.next(dict) };
    }

    /// Takes the entries after those.
    ///
    /// # Safety
    /// As [`Items::first`], and it is the same mapping.
    #[inline]
    pub(crate) unsafe fn next(&mut self, dict: *mut ffi::PyObject) {
        self.count = 0;
        let (mut key, mut value) = (std::ptr::null_mut(), std::ptr::null_mut());
        for place in &mut self.taken {
            // SAFETY: as the caller promises; a value of a mapping lives as long as it.
            unsafe {
                if ffi::PyDict_Next(dict, &raw mut self.at, &raw mut key, &raw mut value) == 0 {
                    break;
                }
                place.write(Item { key, value, ty: ffi::Py_TYPE(value) });
            }
            self.count += 1;
        }
    }

    /// Each of them.
    #[inline]
    pub(crate) fn iter(&self) -> impl Iterator<Item = Item> + '_ {
        // SAFETY: the first `count` were written.
        self.taken.iter().take(self.count).map(|item| unsafe { item.assume_init() })
    }

    /// Whether there may be more.
    #[inline]
    pub(crate) const fn are_full(&self) -> bool {
        self.count == TOGETHER
    }
}
