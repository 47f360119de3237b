//! Checkpoints: signed statements of how long a history was and what its root was, to be kept elsewhere.
//!
//! The form is that of a signed note: three lines (origin, size, root in base64), an empty line, and a line with
//! name, key hash and ed25519 signature. Only with one can missing records at the end be seen, and only with a
//! public key is a history authentic and not just consistent.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::history::{History, Verified};
use super::key::{Secret, verify_signature};
use crate::diagnostic::Code;
use crate::directory::Digest;
use crate::plan::{PublicKey, Reason};

/// The algorithm byte of ed25519 in a note's key hash.
const ED25519: u8 = 1;

/// How long a history was, and what its root was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Digest,
    signature: Vec<u8>,
    signer: String,
}

impl Checkpoint {
    /// The checkpoint of a history as it is now. `signer` names the key, without spaces or `+`.
    pub fn sign(history: &History, signer: &str, key: &Secret) -> Self {
        let (origin, size, root) = (history.origin(), history.size(), history.root());
        let signature = key.sign(text(&origin, size, &root).as_bytes()).to_vec();
        let signer: String = signer.chars().filter(|c| !c.is_whitespace() && *c != '+').collect();
        let named = [&key_hash(&signer, &key.public())[..], &signature].concat();
        Self { origin, size, root, signature: named, signer }
    }

    /// Reads a checkpoint; `None` if it is none.
    pub fn read(note: &str) -> Option<Self> {
        let (head, signatures) = note.split_once("\n\n")?;
        let mut lines = head.split('\n');
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        let size: u64 = size.parse().ok()?;
        let root: [u8; 32] = STANDARD.decode(root).ok()?.try_into().ok()?;
        let root = Digest::from_bytes(root);
        let line = signatures.strip_suffix('\n')?.strip_prefix("\u{2014} ")?;
        let (signer, signature) = line.split_once(' ')?;
        let signature = STANDARD.decode(signature).ok().filter(|bytes| bytes.len() == 68)?;
        let found = Self { origin: origin.to_owned(), size, root, signature, signer: signer.to_owned() };
        (found.to_note() == note).then_some(found)
    }

    /// The note.
    pub fn to_note(&self) -> String {
        let head = text(&self.origin, self.size, &self.root);
        format!("{head}\n\u{2014} {} {}\n", self.signer, STANDARD.encode(&self.signature))
    }

    /// How many records the history had.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Why this is no proof of a history that was verified with [`Self::size`] asked for.
    pub fn fault(&self, verified: &Verified, key: &PublicKey) -> Option<Reason> {
        let head = text(&self.origin, self.size, &self.root);
        let is_signed = self.signature.split_at_checked(4).is_some_and(|(named, signature)| {
            named == key_hash(&self.signer, key) && verify_signature(key, head.as_bytes(), signature)
        });
        if !is_signed {
            let message = "the checkpoint is not signed by this key";
            return Some(Reason::new(Code::ForgedCheckpoint, message));
        }
        let history = &verified.history;
        if history.size() < self.size {
            let message = format!(
                "the history has {} records, and had {} at the checkpoint: records are missing at its end",
                history.size(),
                self.size
            );
            return Some(Reason::new(Code::CheckpointMismatch, message));
        }
        let same = history.origin() == self.origin && verified.root_at(self.size) == Some(self.root);
        (!same).then(|| {
            let message = "the history is another than the one of the checkpoint";
            Reason::new(Code::CheckpointMismatch, message)
        })
    }
}

fn text(origin: &str, size: u64, root: &Digest) -> String {
    format!("{origin}\n{size}\n{}\n", STANDARD.encode(root.as_bytes()))
}

fn key_hash(signer: &str, key: &PublicKey) -> [u8; 4] {
    let mut hasher = Sha256::new();
    hasher.update(signer.as_bytes());
    hasher.update([b'\n', ED25519]);
    hasher.update(key.as_bytes());
    let hash: [u8; 32] = hasher.finalize().into();
    let [first, second, third, fourth, ..] = hash;
    [first, second, third, fourth]
}
