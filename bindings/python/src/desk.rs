//! What one thread at a time may use, and others do without: never waited for.

use std::cell::UnsafeCell;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};

/// Something that one thread at a time uses.
pub(crate) struct Desk<T> {
    taken: AtomicBool,
    /// Whether Python runs one thread at a time, and only such threads come here: then nobody comes in between.
    alone: bool,
    thing: UnsafeCell<T>,
}

// SAFETY: whoever reaches the thing has taken the desk, and nobody else has it then.
unsafe impl<T: Send> Sync for Desk<T> {}

/// The desk while it is taken.
pub(crate) struct Taken<'d, T>(&'d Desk<T>);

impl<T> Desk<T> {
    pub(crate) const fn new(thing: T, alone: bool) -> Self {
        Self { taken: AtomicBool::new(false), alone, thing: UnsafeCell::new(thing) }
    }

    /// Takes the desk, if nobody has it. Whoever has it is attached to the interpreter and stays so.
    #[inline]
    pub(crate) fn take(&self, _: pyo3::Python<'_>) -> Option<Taken<'_, T>> {
        // Where threads come one after the other, the look and the taking need not be one step, which costs more.
        let taken = if self.alone {
            let taken = self.taken.load(Ordering::Acquire);
            self.taken.store(true, Ordering::Relaxed);
            taken
        } else {
            self.taken.swap(true, Ordering::Acquire)
        };
        (!taken).then_some(Taken(self))
    }
}

impl<T> Deref for Taken<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: the desk is taken, so no other thread uses the thing.
        unsafe { &*self.0.thing.get() }
    }
}

impl<T> Drop for Taken<'_, T> {
    #[inline]
    fn drop(&mut self) {
        // After a panic nobody takes it again.
        if !std::thread::panicking() {
            self.0.taken.store(false, Ordering::Release);
        }
    }
}
