//! Streams of record batches in, streams of decisions out, batch by batch as they are asked for.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, RecordBatch, RecordBatchReader, StringArray};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};

use super::binding::Binding;
use super::decider::ColumnDecider;
use super::output::decision_schema;
use crate::policy::Deciders;

/// Decisions about the rows of a stream.
///
/// A bad row is a hold with its error in the row. What ends the stream is an error of the stream that comes in, or a
/// policy that no evaluator can be made of.
pub struct DecisionStream<R> {
    reader: R,
    deciders: Deciders,
    binding: Binding,
    dictionaries: bool,
}

impl<R: RecordBatchReader> DecisionStream<R> {
    /// Decides about the rows of `reader`, which `binding` was made for. `dictionaries` keeps repeated words in
    /// dictionaries, which is smaller and which not everybody takes.
    pub const fn new(reader: R, deciders: Deciders, binding: Binding, dictionaries: bool) -> Self {
        Self { reader, deciders, binding, dictionaries }
    }

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

impl<R: RecordBatchReader> Iterator for DecisionStream<R> {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.reader.next()?;
        Some(batch.and_then(|batch| self.decide(&batch)))
    }
}

impl<R: RecordBatchReader> RecordBatchReader for DecisionStream<R> {
    fn schema(&self) -> SchemaRef {
        if self.dictionaries { decision_schema() } else { plain_schema() }
    }
}

/// The columns of decisions with texts where they have dictionaries.
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
