//! Decisions as a stream of Arrow's interprocess format, made in pieces by several threads.
//!
//! A stream is a schema, batches, and an end. Each batch brings its own dictionaries, so the bytes of a
//! batch depend on its decisions alone and can be made anywhere; they only have to be put in order.

use arrow_ipc::writer::StreamWriter;
use arrow_schema::ArrowError;

use super::exit::Failure;
use crate::columns::{Decisions, decision_schema};

/// How every stream begins.
pub(crate) fn beginning() -> Result<Vec<u8>, Failure> {
    let writer = StreamWriter::try_new(Vec::new(), &decision_schema()).map_err(|error| fault(&error))?;
    writer.into_inner().map(without_end).map_err(|error| fault(&error))
}

/// A batch of a stream.
pub(crate) fn batch(decisions: Decisions) -> Result<Vec<u8>, Failure> {
    if decisions.is_empty() {
        return Ok(Vec::new());
    }
    let batch = decisions.finish().map_err(|error| fault(&error))?;
    let mut writer = StreamWriter::try_new(Vec::new(), &decision_schema()).map_err(|error| fault(&error))?;
    writer.write(&batch).map_err(|error| fault(&error))?;
    let bytes = writer.into_inner().map(without_end).map_err(|error| fault(&error))?;
    Ok(bytes.get(beginning()?.len()..).unwrap_or_default().to_vec())
}

/// How every stream ends: a message of no length.
pub(crate) const END: [u8; 8] = [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0];

fn without_end(mut bytes: Vec<u8>) -> Vec<u8> {
    if bytes.ends_with(&END) {
        bytes.truncate(bytes.len() - END.len());
    }
    bytes
}

fn fault(error: &ArrowError) -> Failure {
    Failure::bug(format!("decisions as columns: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::sample;

    #[test]
    fn pieces_make_the_stream_that_a_writer_makes() {
        let decisions = |which: usize| {
            let mut decisions = Decisions::new();
            for _ in 0..which {
                decisions.push(sample::act().into());
                decisions.push(sample::hold().into());
            }
            decisions
        };
        let mut pieces = beginning().unwrap();
        let mut whole = StreamWriter::try_new(Vec::new(), &decision_schema()).unwrap();
        for which in [1, 2, 0, 3] {
            pieces.extend(batch(decisions(which)).unwrap());
            if which > 0 {
                whole.write(&decisions(which).finish().unwrap()).unwrap();
            }
        }
        pieces.extend(END);
        whole.finish().unwrap();
        let read = |bytes: &[u8]| -> Vec<_> {
            let reader = arrow_ipc::reader::StreamReader::try_new(std::io::Cursor::new(bytes.to_vec()), None);
            reader.unwrap().collect::<Result<Vec<_>, _>>().unwrap()
        };
        assert_eq!(read(&pieces), read(&whole.into_inner().unwrap()));
        assert_eq!(
            read(&pieces).iter().map(arrow_array::RecordBatch::num_rows).collect::<Vec<_>>(),
            [2, 4, 6]
        );
    }
}
