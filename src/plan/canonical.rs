//! Canonical JSON (RFC 8785) and digests over it.

use serde::Serialize;

use crate::directory::Digest;

/// The canonical JSON of a value that has whole numbers and ASCII keys only.
pub(super) fn text(value: &impl Serialize) -> String {
    // Only numbers with fractions and keys that are no text have none, and there are none.
    serde_json_canonicalizer::to_string(value).expect("plain data has a canonical form")
}

/// SHA-256 of the canonical JSON.
pub(super) fn digest_of(value: &impl Serialize) -> Digest {
    Digest::of(text(value).as_bytes())
}
