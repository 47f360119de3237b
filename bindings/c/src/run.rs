//! How long work is watched: cancellation, deadline, progress.

use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::time::{Duration, Instant};

use crate::cancel::leaver_cancel;
use crate::error::{Failure, leaver_status};
use crate::sized::{self, Sized_, behind};

/// How long work is watched. Begin with LEAVER_RUN_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct leaver_run_options {
    /// sizeof(leaver_run_options).
    pub struct_size: usize,
    /// A flag that stops the work, or NULL.
    pub cancel: *const leaver_cancel,
    /// After how many milliseconds the work is given up with LEAVER_ERR_DEADLINE; 0: never.
    pub deadline_ms: u64,
    /// Called now and then on the calling thread with the number of users done and of all, or NULL. Must not
    /// throw, longjmp or free a handle of the call; other calls are allowed. What it returns other than 0 ends the
    /// work with LEAVER_ERR_CANCELLED.
    pub progress: Option<extern "C" fn(user_data: *mut c_void, done: usize, total: usize) -> i32>,
    /// Passed to progress; not kept after the call.
    pub user_data: *mut c_void,
}

// SAFETY: `repr(C)`, the size first, and zero is no flag, no deadline and no function.
unsafe impl Sized_ for leaver_run_options {
    const NAME: &'static str = "leaver_run_options";
    const FIRST: usize = size_of::<Self>();
}

/// What watches one call.
pub(crate) struct Run<'a> {
    options: Option<leaver_run_options>,
    cancel: Option<&'a leaver_cancel>,
    deadline: Option<Instant>,
}

/// Users between two looks at the clock.
pub(crate) const CHUNK: usize = 256;

impl Run<'_> {
    pub(crate) fn begin(given: *const leaver_run_options) -> Result<Self, Failure> {
        let mut spare = MaybeUninit::uninit();
        let options = sized::read(given, &mut spare)?.copied();
        let wait = options.map(|options| options.deadline_ms).filter(|wait| *wait > 0);
        let deadline = wait.and_then(|wait| Instant::now().checked_add(Duration::from_millis(wait)));
        Ok(Self { cancel: options.and_then(|options| behind(options.cancel)), options, deadline })
    }

    /// Goes on, or not.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        if self.cancel.is_some_and(leaver_cancel::is_set) {
            return Err(cancelled());
        }
        if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            let message = "the work took longer than its deadline";
            return Err(Failure::of(leaver_status::LEAVER_ERR_DEADLINE, message));
        }
        Ok(())
    }

    /// Why it does not go on.
    pub(crate) fn stopped(&self) -> Failure {
        self.check().err().unwrap_or_else(cancelled)
    }

    /// The same as [`Self::check`], and tells how far the work is.
    pub(crate) fn progress(&self, done: usize, total: usize) -> Result<(), Failure> {
        self.check()?;
        if let Some(options) = &self.options
            && let Some(progress) = options.progress
            && progress(options.user_data, done, total) != 0
        {
            return Err(cancelled());
        }
        Ok(())
    }
}

fn cancelled() -> Failure {
    Failure::of(leaver_status::LEAVER_ERR_CANCELLED, "the work was cancelled")
}
