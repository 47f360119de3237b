//! `leaver._core`: the library of leaver for Python, as thin as it can be.
//!
//! Texts go in and come out: users, decisions and plans as JSON, which the package makes values of; only short answers
//! are given without it. Whatever takes
//! long is done piece by piece, so that Ctrl-C and progress come through, and without the interpreter's lock.
//! Nothing here is public; the package `leaver` is.

mod arrow;
mod carry;
mod connector;
mod decider;
mod desk;
mod directory;
mod failure;
mod journal;
mod keys;
mod plain;
mod policy;
mod record;
mod verdict;
mod views;

use pyo3::prelude::*;

/// The extension module of leaver. Private: use the package `leaver`.
#[pymodule(name = "_core", gil_used = false)]
mod core {
    #[pymodule_export]
    use crate::arrow::ArrowStream;
    #[pymodule_export]
    use crate::carry::{run_command, verify_history};
    #[pymodule_export]
    use crate::connector::Simulator;
    #[pymodule_export]
    use crate::decider::Decider;
    #[pymodule_export]
    use crate::directory::Directory;
    #[pymodule_export]
    use crate::journal::{Journal, approve, key, public_key};
    #[pymodule_export]
    use crate::policy::Policy;
    #[pymodule_export]
    use crate::verdict::Verdicts;

    /// The version of leaver.
    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "its name in Python")]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
