//! How far reading a directory has come, for those who show it to somebody.

/// A step of [`Directory::read`](super::Directory::read). Steps come at most once per MiB or 10,000
/// records, so that a callback may be slow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress<'p> {
    /// A file is being read from the disk.
    Reading {
        /// The file as messages name it.
        file: &'p str,
        /// Bytes read so far.
        bytes_done: u64,
        /// Bytes there are.
        bytes_total: u64,
    },
    /// The records of a file are being understood.
    Parsing {
        /// The file as messages name it.
        file: &'p str,
        /// Bytes understood so far.
        bytes_done: u64,
        /// Bytes there are.
        bytes_total: u64,
    },
    /// All records are there and are compared with each other.
    Checking {
        /// Users of the directory.
        users: usize,
    },
}

/// Where steps go.
pub(super) type Callback<'c> = dyn FnMut(Progress<'_>) + 'c;

/// Tells of parsing one file now and then.
#[derive(Debug, Default)]
pub(super) struct Ticker {
    records: usize,
}

impl Ticker {
    /// A record ends at byte `done` of `total`.
    pub(super) fn tick(&mut self, callback: &mut Callback<'_>, file: &str, done: usize, total: usize) {
        self.records += 1;
        if self.records.is_multiple_of(10_000) && done < total {
            tell(callback, file, done, total);
        }
    }
}

/// All records of a file of `total` bytes are understood.
pub(super) fn finish(callback: &mut Callback<'_>, file: &str, total: usize) {
    tell(callback, file, total, total);
}

fn tell(callback: &mut Callback<'_>, file: &str, done: usize, total: usize) {
    callback(Progress::Parsing {
        file,
        bytes_done: u64::try_from(done).unwrap_or(u64::MAX),
        bytes_total: u64::try_from(total).unwrap_or(u64::MAX),
    });
}
