//! Texts and lists that cross the boundary: pointer and length.
//!
//! The one place where memory of the caller is looked at. What comes in is checked to be UTF-8; what goes out is
//! borrowed from a handle.

use std::slice;

use crate::error::Failure;

/// A text: UTF-8, not terminated. `data` may be NULL: as an input that is the empty text (in a leaver_user: not
/// told), as an output it is no text at all, which is null in JSON.
///
///     printf("%.*s\n", (int)text.len, text.data);
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct leaver_str {
    /// The first byte.
    pub data: *const u8,
    /// How many bytes.
    pub len: usize,
}

/// A list of texts. NULL and 0 is the empty list (in a leaver_user: not told).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct leaver_list {
    /// The first text.
    pub items: *const leaver_str,
    /// How many texts.
    pub len: usize,
}

impl leaver_str {
    /// No text.
    pub(crate) const NONE: Self = Self { data: std::ptr::null(), len: 0 };

    /// A text of a handle, which the caller borrows.
    pub(crate) const fn of(text: &str) -> Self {
        Self { data: text.as_ptr(), len: text.len() }
    }

    /// The same where there may be none.
    pub(crate) fn of_option(text: Option<&str>) -> Self {
        text.map_or(Self::NONE, Self::of)
    }

    /// The bytes.
    pub(crate) fn bytes<'a>(self) -> &'a [u8] {
        if self.len == 0 || self.data.is_null() {
            return &[];
        }
        // SAFETY: the header asks for `len` bytes at `data` that stay unchanged during the call; no caller of
        // this keeps them longer.
        unsafe { slice::from_raw_parts(self.data, self.len) }
    }

    /// The text; `what` names it if it is none.
    pub(crate) fn text<'a>(self, what: &str) -> Result<&'a str, Failure> {
        if self.data.is_null() && self.len > 0 {
            return Err(Failure::null(what));
        }
        if self.len > isize::MAX as usize {
            return Err(Failure::argument(format!("{what}: no text has {} bytes", self.len)));
        }
        std::str::from_utf8(self.bytes()).map_err(|_| Failure::argument(format!("{what} is not UTF-8")))
    }
}

impl leaver_list {
    /// The texts.
    pub(crate) fn items<'a>(self, what: &str) -> Result<&'a [leaver_str], Failure> {
        items(self.items, self.len, what)
    }
}

/// What a pointer and a length stand for; nothing where the length is 0.
pub(crate) fn items<'a, T>(first: *const T, len: usize, what: &str) -> Result<&'a [T], Failure> {
    if len == 0 {
        return Ok(&[]);
    }
    if first.is_null() {
        return Err(Failure::null(what));
    }
    if !first.is_aligned()
        || len.checked_mul(size_of::<T>().max(1)).is_none_or(|size| size > isize::MAX as usize)
    {
        return Err(Failure::argument(format!("{what}: there is no list of {len} at this place")));
    }
    // SAFETY: not null, aligned, and not larger than memory; the header asks for `len` elements that stay
    // unchanged during the call, and no caller of this keeps them longer.
    Ok(unsafe { slice::from_raw_parts(first, len) })
}
