//! The command line, and the history, in this process.

use std::ffi::OsString;
use std::path::PathBuf;

use leaver::apply::FileJournal;
use leaver::cli::{Exit, run};
use pyo3::prelude::*;

use crate::failure::{guarded, value};

/// Runs the command line; the first argument is the name of the program. The exit code comes out.
#[pyfunction]
pub(crate) fn run_command(py: Python<'_>, arguments: Vec<OsString>) -> PyResult<u8> {
    guarded(|| Ok(py.detach(|| Exit::code(run(arguments)))))
}

/// Verifies the history of a journal: how many records it has, and its root.
#[pyfunction]
pub(crate) fn verify_history(py: Python<'_>, path: PathBuf) -> PyResult<(u64, String)> {
    guarded(|| {
        let verified = py.detach(|| {
            let journal = FileJournal::look(&path)?;
            // The plans are bound to the history by their digests, which are looked at here.
            journal.works()?;
            journal.verified(None, |_| {})
        });
        let verified = verified.map_err(|error| value(format!("[{}] {error}", error.code())))?;
        Ok((verified.history.size(), verified.history.root().to_string()))
    })
}
