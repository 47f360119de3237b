//! Batches of users through Arrow's C stream interface.
//!
//! The one place where streams of others are followed.

use std::mem::MaybeUninit;

use arrow_array::RecordBatchReader as _;
use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use leaver::columns::{Binding, DecisionStream, Defaults};

use crate::decider::leaver_decider;
use crate::error::{Failure, leaver_error, leaver_status};
use crate::guard::{given, guard};

/// Decides about the rows of a stream of Arrow batches, as they are asked for. Columns are called as the fields of a user;
/// a bad row is a hold with its error in the row, never the end of the stream. Columns that come out are those of a
/// decision, with plain texts. The decider may be freed before the stream is read; a superseding ID is trusted.
///
/// leaver.h declares `struct ArrowArrayStream` and no more: the definition is that of Arrow, as in its abi.h.
///
/// @param users  The stream; moved, whatever the call returns: `users->release` is NULL afterwards.
/// @param out    An empty structure, which becomes a stream that the caller releases.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decider_decide_stream(
    decider: Option<&leaver_decider>,
    users: *mut FFI_ArrowArrayStream,
    out: *mut FFI_ArrowArrayStream,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let decider = given(decider, "decider")?;
        if users.is_null() || out.is_null() {
            return Err(Failure::null("users or out"));
        }
        if !users.is_aligned() || !out.is_aligned() {
            return Err(Failure::argument("users or out is not aligned"));
        }
        // SAFETY: not null and aligned; the header asks for a structure of Arrow here. It is moved out, which leaves a
        // released one behind.
        let stream = unsafe { FFI_ArrowArrayStream::from_raw(users) };
        let reader = RecordBatchStreamReader::try_new(stream)
            .map_err(|error| Failure::argument(format!("users: {error}")))?;
        let deciding = &*decider.shared;
        let defaults = match deciding.edition {
            Some(edition) => Defaults::new().edition(edition),
            None => Defaults::new(),
        };
        let binding = Binding::new(deciding.policy.schema(), &reader.schema(), &defaults)
            .map_err(|found| Failure::diagnosed(leaver_status::LEAVER_ERR_USER, found))?;
        let decided = DecisionStream::new(reader, deciding.deciders().clone(), binding, false);
        // SAFETY: not null and aligned; the header asks for room for a structure of Arrow here.
        unsafe { out.write(FFI_ArrowArrayStream::new(Box::new(decided))) };
        Ok(())
    })
}
