//! The history: records that are bound to each other, so that nobody can change one unseen.
//!
//! A record is one line of canonical JSON (RFC 8785). Its `hash` is that of an RFC 6962 leaf over the line without
//! it, and its `prev` the hash of the record before: whoever changes, drops, inserts or swaps a record breaks the
//! chain. A verifier writes each line anew and compares bytes, because the same values can be written in more ways
//! than one. Only a [checkpoint](super::Checkpoint) kept elsewhere shows that records are missing at the end.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::event::{Entry, Event};
use super::merkle::{Tree, leaf};
use crate::diagnostic::Code;
use crate::directory::Digest;
use crate::model::canonical;

/// A line of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Its number, from 1.
    pub n: u64,
    /// The hash of the record before; none for the first.
    pub prev: Option<Digest>,
    /// What happened.
    #[serde(flatten)]
    pub entry: Entry,
    /// The hash of this record.
    pub hash: Digest,
}

#[derive(Serialize)]
struct Unsealed<'a> {
    n: u64,
    prev: Option<Digest>,
    #[serde(flatten)]
    entry: &'a Entry,
}

/// Where a history ends, and where the next record goes.
#[derive(Clone, Debug, Default)]
pub struct History {
    last: Option<Digest>,
    first: Option<Digest>,
    tree: Tree,
}

impl History {
    /// How many records it has.
    pub const fn size(&self) -> u64 {
        self.tree.size()
    }

    /// The Merkle root of its records.
    pub fn root(&self) -> Digest {
        self.tree.root()
    }

    /// What tells it from other histories: made of the hash of its first record.
    pub fn origin(&self) -> String {
        let first = self.first.map_or_else(String::new, |first| first.to_string());
        format!("leaver/history/{}", first.get(..16).unwrap_or_default())
    }

    /// Puts an entry behind the last one; the line to be written comes out.
    pub fn seal(&mut self, entry: Entry) -> String {
        let n = self.size() + 1;
        let prev = self.last;
        let hash = leaf(canonical(&Unsealed { n, prev, entry: &entry }).as_bytes());
        self.push(hash);
        canonical(&Record { n, prev, entry, hash })
    }

    fn push(&mut self, hash: Digest) {
        self.first.get_or_insert(hash);
        self.last = Some(hash);
        self.tree.push(hash);
    }
}

/// What is wrong with a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The record, from 1.
    pub n: u64,
    /// What is wrong with it.
    pub what: &'static str,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "record {}: {}", self.n, self.what)
    }
}

impl Broken {
    /// The stable code.
    pub const CODE: Code = Code::HistoryBroken;
}

/// A history that is consistent in itself.
#[derive(Clone, Debug)]
pub struct Verified {
    /// Its end.
    pub history: History,
    /// The roots that were asked for, by size.
    root_at: Option<(u64, Digest)>,
}

impl Verified {
    /// The root that the history had when it had `size` records, if [`verify`] was asked for it.
    pub fn root_at(&self, size: u64) -> Option<Digest> {
        self.root_at.filter(|(at, _)| *at == size).map(|(_, root)| root)
    }
}

/// Goes through a history, line by line, and gives each record to `see`. The root at `size` is remembered.
///
/// # Errors
/// The first record that is not what was written.
pub fn verify<'l>(
    lines: impl IntoIterator<Item = &'l str>,
    size: Option<u64>,
    mut see: impl FnMut(Record),
) -> Result<Verified, Broken> {
    let mut verifier = Verifier::new(size);
    for line in lines {
        see(verifier.take(line)?);
    }
    Ok(verifier.finish())
}

/// A history on the way past a verifier.
#[derive(Debug)]
pub(super) struct Verifier {
    verified: Verified,
    wanted: Option<u64>,
}

impl Verifier {
    pub(super) fn new(wanted: Option<u64>) -> Self {
        let history = History::default();
        let root_at = (wanted == Some(0)).then(|| (0, history.root()));
        Self { verified: Verified { history, root_at }, wanted }
    }

    /// The next line.
    pub(super) fn take(&mut self, line: &str) -> Result<Record, Broken> {
        let history = &mut self.verified.history;
        let n = history.size() + 1;
        let broken = |what| Broken { n, what };
        let record: Record =
            serde_json::from_str(line).map_err(|_| broken("it is no record that this version knows"))?;
        if canonical(&record) != line {
            return Err(broken("it is not written as it was"));
        }
        if record.n != n {
            return Err(broken("its number is another: a record is missing, or one too many"));
        }
        if record.prev != history.last {
            return Err(broken("it does not follow the record before"));
        }
        let unsealed = Unsealed { n: record.n, prev: record.prev, entry: &record.entry };
        if leaf(canonical(&unsealed).as_bytes()) != record.hash {
            return Err(broken("its content is not what was written"));
        }
        if n == 1 && !matches!(record.entry.event, Event::Opened { .. }) {
            return Err(broken("the history does not begin with its opening"));
        }
        history.push(record.hash);
        if self.wanted == Some(n) {
            self.verified.root_at = Some((n, history.root()));
        }
        Ok(record)
    }

    pub(super) fn finish(self) -> Verified {
        self.verified
    }
}
