//! Arrow's streams in and out, by the `PyCapsule` interface: pyarrow, polars, pandas and duckdb speak it.
//!
//! The one place where pointers of others are followed.

use std::ffi::CStr;
use std::sync::{Arc, Mutex};

use arrow_array::cast::AsArray;
use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, RecordBatch, RecordBatchReader, StringArray};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use leaver::columns::{Binding, ColumnDecider, decision_schema};
use leaver::policy::Deciders;
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

/// Decisions about the rows of a stream, batch by batch.
pub(crate) struct Deciding {
    pub(crate) reader: RecordBatchStreamReader,
    pub(crate) deciders: Deciders,
    pub(crate) binding: Binding,
    pub(crate) dictionaries: bool,
}

impl Deciding {
    fn decide(&self, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        let other = |error: String| ArrowError::ExternalError(error.into());
        let decided = self
            .deciders
            .with(|evaluator| ColumnDecider::new(evaluator, &self.binding)?.decide(batch))
            .map_err(|found| other(found.to_string()))?
            .map_err(|error| other(error.to_string()))?;
        if self.dictionaries { Ok(decided) } else { plain(&decided) }
    }
}

impl Iterator for Deciding {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.reader.next()?;
        Some(batch.and_then(|batch| self.decide(&batch)))
    }
}

impl RecordBatchReader for Deciding {
    fn schema(&self) -> SchemaRef {
        if self.dictionaries { decision_schema() } else { plain_schema() }
    }
}

/// The columns of decisions with texts where they have dictionaries, which not everybody takes.
fn plain_schema() -> SchemaRef {
    let schema = decision_schema();
    let field = |field: &Arc<Field>| match field.data_type() {
        DataType::Dictionary(_, values) => {
            Arc::new(Field::new(field.name(), (**values).clone(), field.is_nullable()))
        }
        _ => field.clone(),
    };
    Arc::new(Schema::new(schema.fields().iter().map(field).collect::<Vec<_>>()))
}

fn plain(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let columns = batch.columns().iter().map(|column| {
        let Some(dictionary) = column.as_dictionary_opt::<Int32Type>() else { return column.clone() };
        let Some(words) = dictionary.downcast_dict::<StringArray>() else { return column.clone() };
        Arc::new(words.into_iter().collect::<StringArray>()) as ArrayRef
    });
    RecordBatch::try_new(plain_schema(), columns.collect())
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
