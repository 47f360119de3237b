//! The journal: one `SQLite` file that holds the history and the plans it is about.
//!
//! What [`Journal::record`] was given is on the disk when it returns: write-ahead log, full synchronisation, one
//! connection. The file is locked for as long as it is open, so a second process cannot work on it; the lock goes
//! with the process. On opening, everything is verified; what is broken is refused, never cut off.

use std::collections::{BTreeSet, HashMap};
use std::fs::{File, TryLockError};
use std::io::{self, Read};
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, params};

use super::error::JournalError;
use super::event::{Entry, Event};
use super::history::{History, Record, Verified, Verifier};
use super::paper::Paper;
use super::work::{Standing, Work};
use crate::directory::Digest;
use crate::plan::OpenWork;

/// What marks the file as a journal: "lvr1".
const APPLICATION: i64 = 0x6c76_7231;
/// The version of the records.
const FORMAT: u32 = 1;
/// Everything there is in the file. A trigger could undo what is written, without an error.
const TABLES: [&str; 2] = [
    "CREATE TABLE records (n INTEGER PRIMARY KEY, line TEXT NOT NULL) STRICT",
    "CREATE TABLE plans (digest TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID",
];

/// Where is recorded what is about to be done, and what was.
pub trait Journal {
    /// Records entries, all or none. When it returns they survive any crash.
    ///
    /// # Errors
    /// If that cannot be promised. Then nothing may be done.
    fn record(&mut self, entries: Vec<Entry>) -> Result<(), JournalError>;

    /// Records entries together with the plan they are about, all or none.
    ///
    /// # Errors
    /// As [`Self::record`].
    fn record_plan(&mut self, entries: Vec<Entry>, digest: &Digest, text: &str) -> Result<(), JournalError>;

    /// Goes through everything that was recorded, in order.
    ///
    /// # Errors
    /// If it cannot be read.
    fn replay(&self, see: &mut dyn FnMut(Entry)) -> Result<(), JournalError>;
}

/// A journal in a file.
#[derive(Debug)]
pub struct FileJournal {
    connection: Connection,
    /// Locked for as long as the journal is open. `SQLite`'s own locks go when this process closes any other handle of the
    /// file, so they are not enough.
    _lock: Option<File>,
    history: History,
    /// A write failed, and nobody can say how far it came.
    broken: bool,
}

impl FileJournal {
    /// Opens the journal at `path`, or begins one there.
    ///
    /// # Errors
    /// If another process works on it, if it is no journal, if it is not what was written, or if the file cannot be
    /// used.
    pub fn open(path: &Path, now: time::OffsetDateTime) -> Result<Self, JournalError> {
        let lock = locked(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = opened(path, flags)?;
        let mut journal = Self { connection, _lock: Some(lock), history: History::default(), broken: false };
        let is_new = journal.lock()?;
        if is_new {
            journal.begin(now)?;
        } else {
            journal.history = journal.verified(None, |_| {})?.history;
        }
        Ok(journal)
    }

    /// Opens a journal to look at it. Nothing is written.
    ///
    /// # Errors
    /// As [`Self::open`]; a file that is not there is an error.
    pub fn look(path: &Path) -> Result<Self, JournalError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = opened(path, flags)?;
        let journal = Self { connection, _lock: None, history: History::default(), broken: true };
        journal.check_kind()?;
        Ok(journal)
    }

    /// Takes the file for this process; whether it is empty comes out.
    fn lock(&self) -> Result<bool, JournalError> {
        let pragma =
            |name: &str, value: &str| self.connection.pragma_update(None, name, value).map_err(unusable);
        pragma("locking_mode", "EXCLUSIVE")?;
        pragma("fullfsync", "ON")?;
        pragma("checkpoint_fullfsync", "ON")?;
        let is_new = self.is_empty()?;
        if !is_new {
            self.check_kind()?;
        }
        pragma("journal_mode", "WAL")?;
        pragma("synchronous", "FULL")?;
        self.connection.execute_batch("BEGIN EXCLUSIVE; COMMIT").map_err(unusable)?;
        Ok(is_new)
    }

    fn is_empty(&self) -> Result<bool, JournalError> {
        let tables = "SELECT count(*) FROM sqlite_schema";
        let count: i64 = self.connection.query_row(tables, [], |row| row.get(0)).map_err(unusable)?;
        Ok(count == 0)
    }

    fn check_kind(&self) -> Result<(), JournalError> {
        let number = |name: &str| -> Result<i64, JournalError> {
            self.connection.pragma_query_value(None, name, |row| row.get(0)).map_err(unusable)
        };
        if number("application_id")? != APPLICATION {
            return Err(JournalError::Foreign(FOREIGN.to_owned()));
        }
        let format = number("user_version")?;
        if format != i64::from(FORMAT) {
            return Err(JournalError::Foreign(format!(
                "this journal has format {format}, and this version of leaver knows {FORMAT}"
            )));
        }
        self.check_tables()?;
        let check: String =
            self.connection.pragma_query_value(None, "quick_check", |row| row.get(0)).map_err(unusable)?;
        if check == "ok" { Ok(()) } else { Err(JournalError::Corrupt(check)) }
    }

    /// The tables are those of a journal, and there is nothing else.
    fn check_tables(&self) -> Result<(), JournalError> {
        let mut statement =
            self.connection.prepare("SELECT type, sql FROM sqlite_schema").map_err(unusable)?;
        let rows = statement.query_map([], |row| {
            let (kind, sql): (String, Option<String>) = (row.get(0)?, row.get(1)?);
            Ok((kind, sql))
        });
        let mut tables = 0;
        for row in rows.map_err(unusable)? {
            match row.map_err(unusable)? {
                (kind, Some(sql)) if kind == "table" && TABLES.contains(&&*sql) => tables += 1,
                // What SQLite makes of a primary key by itself.
                (kind, None) if kind == "index" => {}
                (kind, _) => {
                    return Err(JournalError::Corrupt(format!("it has a {kind} that no journal has")));
                }
            }
        }
        if tables == TABLES.len() {
            Ok(())
        } else {
            Err(JournalError::Corrupt("a table of it is missing".to_owned()))
        }
    }

    fn begin(&mut self, now: time::OffsetDateTime) -> Result<(), JournalError> {
        let batch = format!(
            "BEGIN EXCLUSIVE;
             {};
             {};
             PRAGMA application_id = {APPLICATION};
             PRAGMA user_version = {FORMAT};",
            TABLES[0], TABLES[1]
        );
        self.connection.execute_batch(&batch).map_err(unusable)?;
        let event = Event::Opened { leaver_version: env!("CARGO_PKG_VERSION").to_owned(), format: FORMAT };
        let line = self.history.seal(Entry { at: now, actor: None, plan: None, event });
        let inserted = self.connection.execute("INSERT INTO records VALUES (1, ?1)", params![line]);
        inserted.and_then(|_| self.connection.execute_batch("COMMIT")).map_err(unusable)
    }

    /// Verifies the whole history. The root at `size` is remembered, and each record given to `see`.
    ///
    /// # Errors
    /// If it is not what was written, or cannot be read.
    pub fn verified(&self, size: Option<u64>, mut see: impl FnMut(Record)) -> Result<Verified, JournalError> {
        let mut verifier = Verifier::new(size);
        let mut accepted: BTreeSet<String> = BTreeSet::new();
        self.lines(|line| {
            let record = verifier.take(line).map_err(|broken| JournalError::Corrupt(broken.to_string()))?;
            if matches!(record.entry.event, Event::Accepted { .. }) {
                accepted.extend(record.entry.plan.map(|plan| plan.to_string()));
            }
            see(record);
            Ok(())
        })?;
        let verified = verifier.finish();
        if verified.history.size() == 0 {
            return Err(JournalError::Corrupt("it has no records".to_owned()));
        }
        if self.kept_plans()? != accepted {
            let what = "the plans in it are not those that were accepted";
            return Err(JournalError::Corrupt(what.to_owned()));
        }
        Ok(verified)
    }

    /// Goes through the lines of the history, in order.
    ///
    /// # Errors
    /// If they cannot be read, and those of `see`.
    pub fn lines(&self, mut see: impl FnMut(&str) -> Result<(), JournalError>) -> Result<(), JournalError> {
        let mut statement =
            self.connection.prepare("SELECT line FROM records ORDER BY n").map_err(unusable)?;
        let mut rows = statement.query([]).map_err(unusable)?;
        while let Some(row) = rows.next().map_err(unusable)? {
            let line = row.get_ref(0).map_err(unusable)?;
            let line = line.as_str().map_err(|error| JournalError::Corrupt(error.to_string()))?;
            see(line)?;
        }
        Ok(())
    }

    /// The digests of the plans that are kept.
    fn kept_plans(&self) -> Result<BTreeSet<String>, JournalError> {
        let mut statement = self.connection.prepare("SELECT digest FROM plans").map_err(unusable)?;
        let rows = statement.query_map([], |row| row.get(0)).map_err(unusable)?;
        rows.collect::<rusqlite::Result<_>>().map_err(unusable)
    }

    /// The plans that were accepted, in order, and how far each came. The history is verified on the way.
    ///
    /// # Errors
    /// If the file cannot be read, or is not what was written.
    pub fn works(&self) -> Result<Vec<(Paper, Work)>, JournalError> {
        let mut accepted: Vec<Digest> = Vec::new();
        self.verified(None, |record| {
            if matches!(record.entry.event, Event::Accepted { .. }) {
                accepted.extend(record.entry.plan);
            }
        })?;
        let mut papers = Vec::with_capacity(accepted.len());
        for digest in accepted {
            let missing = || JournalError::Corrupt(format!("the plan {digest} is missing"));
            papers.push(self.paper(&digest)?.ok_or_else(missing)?);
        }
        let mut works: HashMap<Digest, Work> =
            papers.iter().map(|paper| (*paper.digest(), Work::of(paper))).collect();
        self.replay(&mut |entry| {
            if let Some(work) = entry.plan.and_then(|plan| works.get_mut(&plan)) {
                work.take(entry.at, &entry.event);
            }
        })?;
        let of = |paper: Paper| {
            let work = works.remove(paper.digest()).unwrap_or_else(|| Work::of(&paper));
            (paper, work)
        };
        Ok(papers.into_iter().map(of).collect())
    }

    /// Adds the users whose steps are still open, and what was done lately.
    ///
    /// # Errors
    /// If the file cannot be read, or a plan in it is not what was written.
    pub fn open_work(&self, open: &mut OpenWork) -> Result<(), JournalError> {
        for (paper, work) in self.works()? {
            let is_open = |at: &usize| {
                let standing = work.step(*at);
                !standing.is_final() || matches!(standing, Standing::Held { .. })
            };
            for user in paper.users().iter().filter(|user| user.steps.iter().any(is_open)) {
                open.insert(user.id, *paper.digest());
            }
        }
        self.replay(&mut |entry| {
            if let Event::Intent { kind, user: Some(user), .. } = entry.event
                && let Some(class) = kind.class()
            {
                open.did(entry.at, user, class);
            }
        })
    }

    /// A plan that was accepted. What is kept under its digest must be it.
    ///
    /// # Errors
    /// If the file cannot be read, or the plan is not what was accepted.
    pub fn paper(&self, digest: &Digest) -> Result<Option<Paper>, JournalError> {
        use rusqlite::OptionalExtension as _;
        let text: Option<String> = self
            .connection
            .query_row("SELECT text FROM plans WHERE digest = ?1", params![digest.to_string()], |row| {
                row.get(0)
            })
            .optional()
            .map_err(unusable)?;
        let Some(text) = text else { return Ok(None) };
        let altered = || JournalError::Corrupt(format!("the plan {digest} is not what was accepted"));
        let paper = Paper::read("a plan in the journal", text.as_bytes()).map_err(|_| altered())?;
        if paper.digest() == digest { Ok(Some(paper)) } else { Err(altered()) }
    }

    /// Leaves the file no room to grow, as a full disk does.
    #[cfg(test)]
    pub(super) fn limit_pages(&self) {
        self.connection.pragma_update(None, "max_page_count", 4).expect("a limit");
    }

    /// Its end, as far as this connection has read and written it.
    pub const fn history(&self) -> &History {
        &self.history
    }

    fn write(&mut self, entries: Vec<Entry>, plan: Option<(&Digest, &str)>) -> Result<(), JournalError> {
        if self.broken {
            return Err(JournalError::Unusable("an earlier write failed; open it again".to_owned()));
        }
        let mut history = self.history.clone();
        let mut lines = Vec::with_capacity(entries.len());
        for entry in entries {
            let n = history.size() + 1;
            lines.push((n, history.seal(entry)));
        }
        let written = self.commit(&lines, plan);
        // After a failure nobody knows what is on the disk: only opening again finds out.
        self.broken = written.is_err();
        written.map_err(unusable)?;
        self.history = history;
        Ok(())
    }

    fn commit(&mut self, lines: &[(u64, String)], plan: Option<(&Digest, &str)>) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction()?;
        if let Some((digest, text)) = plan {
            let insert = "INSERT OR IGNORE INTO plans VALUES (?1, ?2)";
            // Once, whenever it is accepted: nothing to insert is no fault.
            transaction.execute(insert, params![digest.to_string(), text])?;
        }
        for (n, line) in lines {
            let n = i64::try_from(*n).unwrap_or(i64::MAX);
            let mut insert = transaction.prepare_cached("INSERT INTO records VALUES (?1, ?2)")?;
            match insert.execute(params![n, line])? {
                1 => {}
                other => return Err(rusqlite::Error::StatementChangedRows(other)),
            }
        }
        transaction.commit()
    }
}

impl Journal for FileJournal {
    fn record(&mut self, entries: Vec<Entry>) -> Result<(), JournalError> {
        self.write(entries, None)
    }

    fn record_plan(&mut self, entries: Vec<Entry>, digest: &Digest, text: &str) -> Result<(), JournalError> {
        self.write(entries, Some((digest, text)))
    }

    fn replay(&self, see: &mut dyn FnMut(Entry)) -> Result<(), JournalError> {
        self.lines(|line| {
            let record: Record = serde_json::from_str(line)
                .map_err(|_| JournalError::Corrupt("a record that this version does not know".to_owned()))?;
            see(record.entry);
            Ok(())
        })
    }
}

/// A connection that believes nothing of what a file says of itself: no triggers, no views, no functions in its schema.
fn opened(path: &Path, flags: OpenFlags) -> Result<Connection, JournalError> {
    let connection = Connection::open_with_flags(path, flags).map_err(unusable)?;
    for (what, on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
    ] {
        connection.set_db_config(what, on).map_err(unusable)?;
    }
    Ok(connection)
}

/// What every `SQLite` file begins with.
const HEAD: &[u8; 16] = b"SQLite format 3\0";

/// The file, which nobody else has open as a journal: whoever comes second is told so.
///
/// `SQLite` takes a short file of anything for a new database, and would write over it: that is refused here.
fn locked(path: &Path) -> Result<File, JournalError> {
    let unusable = |error: io::Error| JournalError::Unusable(error.to_string());
    let file = File::options().read(true).write(true).create(true).truncate(false).open(path);
    let file = file.map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(JournalError::Busy),
        Err(TryLockError::Error(error)) => return Err(unusable(error)),
    }
    let mut head = Vec::new();
    (&file).take(HEAD.len() as u64).read_to_end(&mut head).map_err(unusable)?;
    if head.is_empty() || head == HEAD { Ok(file) } else { Err(JournalError::Foreign(FOREIGN.to_owned())) }
}

const FOREIGN: &str = "this file is no journal of leaver";

#[expect(clippy::needless_pass_by_value, reason = "what `map_err` hands over")]
fn unusable(error: rusqlite::Error) -> JournalError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => JournalError::Busy,
        Some(ErrorCode::NotADatabase) => JournalError::Foreign(FOREIGN.to_owned()),
        Some(ErrorCode::DatabaseCorrupt) => JournalError::Corrupt(error.to_string()),
        _ => JournalError::Unusable(error.to_string()),
    }
}
