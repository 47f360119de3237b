//! Arrow's streams in and out, by the `PyCapsule` interface: pyarrow, polars, pandas and duckdb speak it.
//!
//! The one place where pointers of others are followed.

use std::ffi::CStr;
use std::sync::Mutex;

use arrow_array::RecordBatchReader;
use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::failure::guarded;

const STREAM: &CStr = c"arrow_array_stream";

/// The stream of whatever has `__arrow_c_stream__`.
pub(crate) fn input(columns: &Bound<'_, PyAny>) -> PyResult<RecordBatchStreamReader> {
    if !columns.hasattr("__arrow_c_stream__")? {
        let message = "this has no Arrow stream (`__arrow_c_stream__`): give a table of pyarrow, polars, pandas or duckdb";
        return Err(PyTypeError::new_err(message));
    }
    let capsule = columns.call_method0("__arrow_c_stream__")?;
    let capsule = capsule.cast::<PyCapsule>()?;
    let pointer = capsule.pointer_checked(Some(STREAM))?.cast::<FFI_ArrowArrayStream>();
    // SAFETY: the capsule has the name that the interface gives to a valid stream; it is moved out, which leaves a
    // released one behind, as the interface asks for.
    let reader = unsafe { RecordBatchStreamReader::from_raw(pointer.as_ptr()) };
    reader.map_err(|error| PyValueError::new_err(error.to_string()))
}

/// A stream of record batches that is read once.
#[pyclass(frozen, module = "leaver._core")]
pub(crate) struct ArrowStream(Mutex<Option<Box<dyn RecordBatchReader + Send>>>);

impl ArrowStream {
    pub(crate) fn of(reader: impl RecordBatchReader + Send + 'static) -> Self {
        Self(Mutex::new(Some(Box::new(reader))))
    }
}

#[pymethods]
impl ArrowStream {
    /// The stream, for whoever speaks Arrow's `PyCapsule` interface. It can be taken once.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // The interface leaves it to us whether a wish is heeded.
        drop(requested_schema);
        guarded(|| {
            let reader = self.0.lock().ok().and_then(|mut reader| reader.take());
            let reader = reader.ok_or_else(|| PyValueError::new_err("the stream was read already"))?;
            PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(reader), STREAM)
        })
    }
}
