//! Directories: read whole, or not at all.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;

use leaver::directory::{Directory as Core, Progress};
use leaver::model::{Field, format_instant};
use pyo3::prelude::*;

use crate::failure::{self, guarded};

/// A directory in memory. It never changes.
#[pyclass(frozen, module = "leaver._core")]
pub(crate) struct Directory(pub(crate) Core);

/// Ends a reading from within.
struct Unwanted;

/// How many bytes were understood, of how many.
fn far(step: Progress<'_>) -> Option<(u64, u64)> {
    match step {
        Progress::Parsing { bytes_done, bytes_total, .. } => Some((bytes_done, bytes_total)),
        _ => None,
    }
}

#[pymethods]
impl Directory {
    /// Reads a folder or a JSON file. `progress` is told how many bytes were read, of how many.
    #[staticmethod]
    fn read(py: Python<'_>, path: PathBuf, progress: Option<Py<PyAny>>) -> PyResult<Self> {
        guarded(|| {
            let mut stopped: Option<PyErr> = None;
            let read = py.detach(|| {
                let stopped = &mut stopped;
                catch_unwind(AssertUnwindSafe(|| {
                    Core::read(&path, &mut |step| {
                        let told = Python::attach(|py| {
                            py.check_signals()?;
                            match (&progress, far(step)) {
                                (Some(progress), Some((done, total))) => {
                                    progress.call1(py, (done, total)).map(drop)
                                }
                                _ => Ok(()),
                            }
                        });
                        if let Err(error) = told {
                            *stopped = Some(error);
                            // Nobody but the lines below sees it: reading ends at once.
                            resume_unwind(Box::new(Unwanted));
                        }
                    })
                }))
            });
            match (read, stopped) {
                (_, Some(error)) => Err(error),
                (Ok(read), None) => read.map(Self).map_err(failure::directory),
                (Err(payload), None) => resume_unwind(payload),
            }
        })
    }

    /// Reads a directory from JSON.
    #[staticmethod]
    fn from_json(py: Python<'_>, name: String, json: Vec<u8>) -> PyResult<Self> {
        guarded(|| py.detach(|| Core::from_json(&name, &json)).map(Self).map_err(failure::directory))
    }

    /// How many users it has.
    fn __len__(&self) -> usize {
        self.0.users().len()
    }

    /// The IDs of its users, in order.
    fn ids(&self) -> Vec<String> {
        self.0.users().iter().map(|user| user.id().to_string()).collect()
    }

    /// Whether it has a user with this ID.
    fn has(&self, id: &str) -> bool {
        id.parse().is_ok_and(|id| self.0.user(id).is_some())
    }

    /// Whether it says that it is complete.
    #[getter]
    fn complete(&self) -> bool {
        self.0.is_complete()
    }

    /// When it was taken.
    #[getter]
    fn taken_at(&self) -> String {
        format_instant(self.0.taken_at())
    }

    /// The time zone of its subscription.
    #[getter]
    fn time_zone(&self) -> String {
        self.0.subscription().time_zone.name().to_owned()
    }

    /// Its digest.
    #[getter]
    fn digest(&self) -> String {
        self.0.digest().to_string()
    }

    /// What people should look at, as JSON.
    fn findings(&self) -> PyResult<String> {
        serde_json::to_string(&self.0.findings()).map_err(failure::internal)
    }

    /// The fields that it provides.
    fn provides(&self) -> Vec<String> {
        let schema = self.0.schema();
        let provided = schema.slots().filter(|slot| *slot == Field::Id.slot() || self.0.provides(*slot));
        provided.map(|slot| schema.name(slot).to_owned()).collect()
    }
}
