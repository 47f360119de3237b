//! The boundary: what fails becomes a status and an error, and no panic goes through.

use std::any::Any;
use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error::{Failure, leaver_error, leaver_status};

/// Where an error goes, if the caller wants one.
pub(crate) type ErrorOut<'a> = Option<&'a mut MaybeUninit<Box<leaver_error>>>;

/// Does the work of an exported function.
#[inline]
pub(crate) fn guard(err: ErrorOut<'_>, work: impl FnOnce() -> Result<(), Failure>) -> leaver_status {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(())) => leaver_status::LEAVER_OK,
        Ok(Err(failure)) => told(err, failure),
        Err(payload) => told(err, panicked(payload)),
    }
}

#[cold]
fn told(err: ErrorOut<'_>, failure: Failure) -> leaver_status {
    let status = failure.status();
    if let Some(err) = err {
        err.write(Box::new(leaver_error::of(failure)));
    }
    status
}

#[cold]
fn panicked(payload: Box<dyn Any + Send>) -> Failure {
    let said = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let said = said.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default();
    // A payload may panic when it is dropped.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(payload)));
    Failure::of(
        leaver_status::LEAVER_ERR_PANIC,
        format!("a bug in leaver, please report it: {}", said.chars().take(200).collect::<String>()),
    )
}

/// The reference behind a pointer that must not be NULL.
#[inline]
pub(crate) fn given<T>(pointer: Option<T>, what: &str) -> Result<T, Failure> {
    pointer.ok_or_else(|| Failure::null(what))
}
