//! A flag with which one thread stops the work of another.

use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{leaver_error, leaver_status};
use crate::guard::{given, guard};

/// Stops long work. Any number of threads may use it; it must outlive the calls it was given to.
pub struct leaver_cancel {
    flag: AtomicBool,
}

impl leaver_cancel {
    pub(crate) fn is_set(&self) -> bool {
        self.flag.load(Ordering::Relaxed)
    }
}

/// A flag that is not set.
///
/// @param out  Owned by the caller; free it with leaver_cancel_free.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_cancel_new(
    out: Option<&mut MaybeUninit<Box<leaver_cancel>>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        given(out, "out")?.write(Box::new(leaver_cancel { flag: AtomicBool::new(false) }));
        Ok(())
    })
}

/// Sets the flag: calls that were given it end with LEAVER_ERR_CANCELLED within milliseconds. NULL is left alone.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_cancel_set(cancel: Option<&leaver_cancel>) {
    if let Some(cancel) = cancel {
        cancel.flag.store(true, Ordering::Relaxed);
    }
}

/// Whether it is set.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_cancel_is_set(cancel: Option<&leaver_cancel>) -> bool {
    cancel.is_some_and(leaver_cancel::is_set)
}

/// Frees a flag. NULL is left alone.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_cancel_free(cancel: Option<Box<leaver_cancel>>) {
    drop(cancel);
}
