//! What goes wrong, as exceptions of the package; no panic goes through as anything else.

use std::panic::{AssertUnwindSafe, catch_unwind};

use leaver::diagnostic::Diagnostic;
use leaver::policy::DecideError;
use pyo3::prelude::*;

pyo3::import_exception!(leaver.errors, ApplyRefused);
pyo3::import_exception!(leaver.errors, DirectoryError);
pyo3::import_exception!(leaver.errors, InternalError);
pyo3::import_exception!(leaver.errors, JournalError);
pyo3::import_exception!(leaver.errors, LimitError);
pyo3::import_exception!(leaver.errors, PlanRefused);
pyo3::import_exception!(leaver.errors, PolicyError);

/// The diagnostics as JSON, and in a sentence.
fn told(found: &[Diagnostic]) -> (String, String) {
    let json = serde_json::to_string(found).unwrap_or_else(|_| "[]".to_owned());
    let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
    (lines.join("\n"), json)
}

/// A policy that is refused.
pub(crate) fn policy(found: impl AsRef<[Diagnostic]>) -> PyErr {
    PolicyError::new_err(told(found.as_ref()))
}

/// A directory, user or settings file that is refused.
pub(crate) fn directory(found: impl AsRef<[Diagnostic]>) -> PyErr {
    DirectoryError::new_err(told(found.as_ref()))
}

/// A limit that was reached.
pub(crate) fn limit(error: DecideError) -> PyErr {
    LimitError::new_err((error.to_string(),))
}

/// A plan that is refused: the message, and the refusal as JSON.
pub(crate) fn refused(refused: &leaver::plan::PlanRefused) -> PyErr {
    PlanRefused::new_err((refused.to_string(), refused.to_json()))
}

/// A value that makes no sense.
pub(crate) fn value(message: impl Into<String>) -> PyErr {
    pyo3::exceptions::PyValueError::new_err(message.into())
}

/// A fault of leaver.
pub(crate) fn internal(what: impl std::fmt::Display) -> PyErr {
    InternalError::new_err((format!("a fault of leaver, please report it: {what}"),))
}

/// Does the work of an exported function.
pub(crate) fn guarded<T>(work: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result,
        Err(payload) => {
            let said = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let said = said.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default();
            Err(internal(said.chars().take(200).collect::<String>()))
        }
    }
}
