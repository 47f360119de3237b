//! Structures that begin with their own size, so that they can grow.
//!
//! A caller that was compiled with an older header gives fewer fields: the others are zero, which always means
//! what the library did before it knew them. A caller with a newer header gives more: they must be zero, because
//! nobody here knows what they ask for.

use std::mem::{MaybeUninit, size_of};
use std::ptr;

use crate::error::Failure;

/// No structure is this large; who says so has forgotten to set the size.
const MOST: usize = 4_096;

/// A structure of the header whose first field is `size_t struct_size`.
///
/// # Safety
/// `repr(C)`, with `struct_size: usize` first, and all bytes zero are a value of it.
pub(crate) unsafe trait Sized_: Copy {
    /// Its name in messages.
    const NAME: &'static str;
    /// Its size in the first version of the header.
    const FIRST: usize;
}

/// The structure at `given`, or nothing where that is NULL. `spare` holds it if it has another size here.
pub(crate) fn read<T: Sized_>(given: *const T, spare: &mut MaybeUninit<T>) -> Result<Option<&T>, Failure> {
    if given.is_null() {
        return Ok(None);
    }
    if !given.is_aligned() {
        return Err(Failure::argument(format!("{}: the pointer is not aligned", T::NAME)));
    }
    // SAFETY: not null and aligned; the header asks for a structure here that begins with its size.
    let size = unsafe { ptr::read(given.cast::<usize>()) };
    if size == size_of::<T>() {
        // SAFETY: the caller says that there is a whole structure; it stays unchanged during the call.
        return Ok(Some(unsafe { &*given }));
    }
    if !(T::FIRST..=MOST).contains(&size) {
        return Err(Failure::argument(format!(
            "{}: struct_size is {size}; set it to sizeof({})",
            T::NAME,
            T::NAME
        )));
    }
    let known = size.min(size_of::<T>());
    // SAFETY: the caller says that `size` bytes are there.
    let bytes = unsafe { std::slice::from_raw_parts(given.cast::<u8>(), size) };
    if bytes[known..].iter().any(|byte| *byte != 0) {
        return Err(Failure::argument(format!(
            "{}: a field is set that this version of the library does not know",
            T::NAME
        )));
    }
    *spare = MaybeUninit::zeroed();
    // SAFETY: `known` bytes are within both; they do not overlap; the rest is zero, which `Sized_` promises to be
    // a value.
    unsafe {
        ptr::copy_nonoverlapping(bytes.as_ptr(), spare.as_mut_ptr().cast::<u8>(), known);
        Ok(Some(spare.assume_init_ref()))
    }
}

/// The handle behind a pointer in a structure.
pub(crate) fn behind<'a, T>(pointer: *const T) -> Option<&'a T> {
    // SAFETY: null, or a handle of this library that nobody frees during the call.
    unsafe { pointer.as_ref() }
}
