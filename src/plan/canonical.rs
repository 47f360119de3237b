//! Digests over canonical JSON (RFC 8785).

use serde::Serialize;

use crate::directory::Digest;
pub(super) use crate::model::canonical as text;

/// SHA-256 of the canonical JSON.
pub(super) fn digest_of(value: &impl Serialize) -> Digest {
    Digest::of(text(value).as_bytes())
}
