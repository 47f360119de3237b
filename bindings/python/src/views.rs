//! Small tables on the stack, of which only what is used is ever written.

use std::mem::MaybeUninit;

use leaver::model::View;
use pyo3::ffi;

/// Fields and attributes of a schema whose mappings are read in place, at most.
pub(crate) const MOST_PLACES: usize = 64;
/// No view was put.
const NONE: u8 = u8::MAX;

/// What is known of the fields of one user.
#[derive(Debug)]
pub(crate) struct Views<'a> {
    /// For each field which of what is known is its own.
    of: [u8; MOST_PLACES],
    known: [MaybeUninit<View<'a>>; MOST_PLACES],
    count: u8,
}

impl<'a> Views<'a> {
    /// Nothing is known.
    #[inline]
    pub(crate) const fn new() -> Self {
        Self { of: [NONE; MOST_PLACES], known: [const { MaybeUninit::uninit() }; MOST_PLACES], count: 0 }
    }

    /// What is known of the field at a position.
    #[inline]
    pub(crate) fn get(&self, field: usize) -> View<'a> {
        let Some(at) = self.of.get(field).filter(|at| **at < self.count) else { return View::Unknown };
        // SAFETY: the first `count` views were put.
        self.known.get(usize::from(*at)).map_or(View::Unknown, |view| unsafe { view.assume_init() })
    }

    /// Puts what is known of the field at a position. There is room for each field once, and twice for none.
    #[inline]
    pub(crate) fn put(&mut self, field: usize, view: View<'a>) {
        let Some(of) = self.of.get_mut(field) else { return };
        if *of == NONE {
            *of = self.count;
            self.count += 1;
        }
        if let Some(place) = self.known.get_mut(usize::from(*of)) {
            place.write(view);
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
    items: [MaybeUninit<Item>; TOGETHER],
    count: usize,
}

impl Items {
    /// None yet.
    #[inline]
    pub(crate) const fn new() -> Self {
        Self { items: [const { MaybeUninit::uninit() }; TOGETHER], count: 0 }
    }

    /// Takes the next entries of a mapping from `at` on, instead of those it has.
    ///
    /// # Safety
    /// `dict` is a `dict` that lives, and that nobody changes while its entries are taken and looked at.
    #[inline]
    pub(crate) unsafe fn take(&mut self, dict: *mut ffi::PyObject, at: &mut ffi::Py_ssize_t) {
        self.count = 0;
        let (mut key, mut value) = (std::ptr::null_mut(), std::ptr::null_mut());
        for place in &mut self.items {
            // SAFETY: as the caller promises; a value of a mapping lives as long as it.
            unsafe {
                if ffi::PyDict_Next(dict, at, &raw mut key, &raw mut value) == 0 {
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
        self.items.iter().take(self.count).map(|item| unsafe { item.assume_init() })
    }

    /// Whether there may be more.
    #[inline]
    pub(crate) const fn are_full(&self) -> bool {
        self.count == TOGETHER
    }
}
