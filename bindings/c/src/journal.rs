//! Journals: plans accepted and reported, and the history.

use std::collections::BTreeMap;
use std::mem::MaybeUninit;
use std::path::Path;
use std::sync::Mutex;

use leaver::apply::{
    Acceptance, ApplyError, Approval, FileJournal, Journal as _, JournalError, Paper, Secret, Signed, Work,
    accept, checklist, reported, standing, status,
};
use leaver::model::parse_instant;
use leaver::plan::{Approvers, Guards, Reason};
use time::{Duration, OffsetDateTime};

use crate::directory::leaver_directory;
use crate::document::leaver_document;
use crate::error::{Failure, leaver_error, leaver_status};
use crate::guard::{given, guard};
use crate::sized::{self, Sized_, behind};
use crate::text::{items, leaver_str};

/// A journal in a file: what was planned, approved, intended and done, and the history of all of it. No other process
/// works on it meanwhile. Any number of threads may hold it; one at a time is served, the others get
/// LEAVER_ERR_JOURNAL.
pub struct leaver_journal {
    file: Mutex<FileJournal>,
}

impl leaver_journal {
    pub(crate) fn with<T>(
        &self,
        work: impl FnOnce(&mut FileJournal) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let busy = || Failure::of(leaver_status::LEAVER_ERR_JOURNAL, "the journal is at work already");
        work(&mut *self.file.try_lock().map_err(|_| busy())?)
    }
}

pub(crate) fn of_journal(error: &JournalError) -> Failure {
    let message = format!("[{}] {error}; {}", error.code(), error.help());
    Failure::of(leaver_status::LEAVER_ERR_JOURNAL, message)
}

pub(crate) fn refused(reasons: &[Reason]) -> Failure {
    let told: Vec<String> =
        reasons.iter().map(|reason| format!("[{}] {}", reason.code, reason.message)).collect();
    Failure::refused(told.join("; "), &reasons)
}

pub(crate) fn of_apply(error: ApplyError) -> Failure {
    match error {
        ApplyError::Plan(found) => Failure::diagnosed(leaver_status::LEAVER_ERR_SETTINGS, vec![*found]),
        ApplyError::Refused { reasons } => refused(&reasons),
        ApplyError::Journal(error) => of_journal(&error),
        other => Failure::of(leaver_status::LEAVER_ERR_PANIC, other.to_string()),
    }
}

pub(crate) fn paper(plan: leaver_str) -> Result<Paper, Failure> {
    Paper::read("plan", plan.bytes())
        .map_err(|found| Failure::diagnosed(leaver_status::LEAVER_ERR_SETTINGS, vec![*found]))
}

pub(crate) fn instant(text: leaver_str) -> Result<OffsetDateTime, Failure> {
    parse_instant(text.text("now")?)
        .ok_or_else(|| Failure::argument("now is not an instant of RFC 3339, such as 2026-11-22T09:00:00Z"))
}

/// Opens a journal, or begins one. Everything in it is verified.
///
/// @param path  UTF-8.
/// @param now   The instant, for the first record of a new journal.
/// @param out   Owned by the caller; free it with leaver_journal_free, which gives the file back.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_journal_open(
    path: leaver_str,
    now: leaver_str,
    out: Option<&mut MaybeUninit<Box<leaver_journal>>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let out = given(out, "out")?;
        let file = FileJournal::open(Path::new(path.text("path")?), instant(now)?)
            .map_err(|error| of_journal(&error))?;
        out.write(Box::new(leaver_journal { file: Mutex::new(file) }));
        Ok(())
    })
}

/// Gives the file of a journal back. NULL is left alone.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_journal_free(journal: Option<Box<leaver_journal>>) {
    drop(journal);
}

/// With what a plan is to be accepted. Begin with LEAVER_ACCEPT_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct leaver_accept_options {
    /// sizeof(leaver_accept_options).
    pub struct_size: usize,
    /// The texts of approvals, as `leaver approve` writes them.
    pub approvals: *const leaver_str,
    /// How many of them.
    pub approval_count: usize,
    /// The text of the approvers.toml that the plan was made with; empty: there is none. Needs a directory.
    pub approvers: leaver_str,
    /// The directory as it is now, or NULL: whether the actor may still do everything.
    pub directory: *const leaver_directory,
    /// The instant; required.
    pub now: leaver_str,
    /// The text of the guards.toml that the plan was made with; empty: what cannot be taken back needs two approvals.
    pub guards: leaver_str,
}

// SAFETY: `repr(C)`, the size first, and zero is empty texts, empty lists and no directory.
unsafe impl Sized_ for leaver_accept_options {
    const NAME: &'static str = "leaver_accept_options";
    const FIRST: usize = size_of::<Self>();
}

/// Accepts a plan, once, with everything it takes. A refusal is recorded, too.
///
/// @param plan     The JSON of a plan, byte for byte.
/// @param options  Required: now has no default.
/// @param fresh    Whether it was accepted now and not before, or NULL.
/// @return LEAVER_ERR_REFUSED if it may not be carried out; leaver_error_json has every reason.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_journal_accept(
    journal: Option<&leaver_journal>,
    plan: leaver_str,
    options: *const leaver_accept_options,
    fresh: Option<&mut MaybeUninit<bool>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let journal = given(journal, "journal")?;
        let mut spare = MaybeUninit::uninit();
        let options = given(sized::read(options, &mut spare)?, "options")?;
        let paper = paper(plan)?;
        let settings = |found| Failure::diagnosed(leaver_status::LEAVER_ERR_SETTINGS, found);
        let approvals = items(options.approvals, options.approval_count, "approvals")?
            .iter()
            .map(|text| Signed::read("approval", text.bytes()).map_err(|found| settings(vec![*found])))
            .collect::<Result<Vec<_>, _>>()?;
        let directory = behind(options.directory).map(|directory| &directory.directory);
        let approvers = match (options.approvers.text("approvers")?, directory) {
            ("", _) => None,
            (_, None) => {
                return Err(Failure::argument("approvers are administrators of a directory: give it"));
            }
            (text, Some(directory)) => {
                Some(Approvers::from_toml("approvers.toml", text, directory).map_err(settings)?)
            }
        };
        let guards = match options.guards.text("guards")? {
            "" => None,
            text => Some(Guards::from_toml("guards.toml", text).map_err(settings)?),
        };
        let acceptance = Acceptance {
            guards: guards.as_ref(),
            approvers: approvers.as_ref(),
            approvals: &approvals,
            directory,
            allowed: &BTreeMap::new(),
            now: instant(options.now)?,
        };
        let is_new = journal.with(|file| accept(&paper, file, &acceptance).map_err(of_apply))?;
        if let Some(fresh) = fresh {
            fresh.write(is_new);
        }
        Ok(())
    })
}

/// Approves a plan: a signed statement about its digest and its numbers, as `leaver approve` writes it.
///
/// @param plan   The JSON of a plan, byte for byte.
/// @param name   The administrator who approves, as approvers.toml names them; not the owner of the plan.
/// @param key    The text of the private key, as `leaver keygen` writes it. It is not kept.
/// @param now    The instant.
/// @param hours  For how long the approval holds, 1 to 72, but never beyond the plan.
/// @param out    The statement as JSON. Owned by the caller; free it with leaver_document_free.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_approve(
    plan: leaver_str,
    name: leaver_str,
    key: leaver_str,
    now: leaver_str,
    hours: u32,
    out: Option<&mut MaybeUninit<Box<leaver_document>>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let (out, paper, now) = (given(out, "out")?, paper(plan)?, instant(now)?);
        let name = name.text("name")?;
        if name.is_empty() {
            return Err(Failure::argument("name says who approves"));
        }
        if name == paper.actor() {
            return Err(Failure::argument(format!("{name} owns the plan and cannot approve it, too")));
        }
        if !(1..=72).contains(&hours) {
            return Err(Failure::argument(format!("hours is {hours}; it is 1 to 72")));
        }
        let key = Secret::from_file(key.text("key")?).ok_or_else(|| Failure::argument("this is no key"))?;
        let approval = Approval::new(&paper, name, now, Duration::hours(i64::from(hours)));
        out.write(Box::new(leaver_document::of(approval.sign(&key).to_json())));
        Ok(())
    })
}

/// Records that somebody, or an agent, did these steps, or could not do them: what a device-management agent says after
/// `remove_from_device`.
///
/// @param plan       The JSON of a plan that was accepted.
/// @param steps      Their numbers.
/// @param done       1 if they were done, 0 if they could not be done.
/// @param by         Who did them, as it is recorded.
/// @param directory  The directory of which `by` must be an administrator with the privileges, or NULL.
/// @param now        The instant; time counts from the report.
/// @return LEAVER_ERR_REFUSED for a step that is not to be done now.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_journal_report(
    journal: Option<&leaver_journal>,
    plan: leaver_str,
    steps: *const u32,
    step_count: usize,
    done: i32,
    by: leaver_str,
    directory: Option<&leaver_directory>,
    now: leaver_str,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let (journal, paper, now) = (given(journal, "journal")?, paper(plan)?, instant(now)?);
        let steps = items(steps, step_count, "steps")?;
        let by = by.text("by")?;
        if by.is_empty() {
            return Err(Failure::argument("by says who did it"));
        }
        let done = match done {
            0 => false,
            1 => true,
            other => return Err(Failure::argument(format!("done is {other}; it is 0 or 1"))),
        };
        let known = match directory {
            None => None,
            Some(directory) => {
                let all = directory.directory.administrators();
                let found = all.iter().find(|known| known.name == by);
                let unknown = || Failure::not_found(format!("{by} is no administrator of the directory"));
                Some(found.ok_or_else(unknown)?)
            }
        };
        journal.with(|file| {
            let (work, latest) = standing(&paper, file, now).map_err(of_apply)?;
            let entries = reported(&paper, &work, steps, done, by, known, latest)
                .map_err(|reason| refused(&[reason]))?;
            file.record(entries).map_err(|error| of_journal(&error))
        })
    })
}

/// What was planned beside what is on record, as JSON: {"at": ..., "steps": [{"step", "kind", "user", "target", "state",
/// "until"}]}.
///
/// @param out  Owned by the caller; free it with leaver_document_free.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_journal_status(
    journal: Option<&leaver_journal>,
    plan: leaver_str,
    now: leaver_str,
    out: Option<&mut MaybeUninit<Box<leaver_document>>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let (journal, out) = (given(journal, "journal")?, given(out, "out")?);
        let (paper, now) = (paper(plan)?, instant(now)?);
        let work = journal.with(|file| {
            let mut work = Work::of(&paper);
            let seen = file.replay(&mut |entry| {
                if entry.plan.as_ref() == Some(paper.digest()) {
                    work.take(entry.at, &entry.event);
                }
            });
            seen.map(|()| work).map_err(|error| of_journal(&error))
        })?;
        let found = status(&paper, &work, None, now);
        let text = serde_json::to_string(&found)
            .map_err(|error| Failure::of(leaver_status::LEAVER_ERR_PANIC, error.to_string()))?;
        out.write(Box::new(leaver_document::of(text)));
        Ok(())
    })
}

/// What people do next, in the words of the cockpit, as Markdown.
///
/// @param out  Owned by the caller; free it with leaver_document_free.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_journal_checklist(
    journal: Option<&leaver_journal>,
    plan: leaver_str,
    now: leaver_str,
    out: Option<&mut MaybeUninit<Box<leaver_document>>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let (journal, out) = (given(journal, "journal")?, given(out, "out")?);
        let (paper, now) = (paper(plan)?, instant(now)?);
        let (work, latest) = journal.with(|file| standing(&paper, file, now).map_err(of_apply))?;
        out.write(Box::new(leaver_document::of(checklist(&paper, &work, latest).to_markdown())));
        Ok(())
    })
}

/// Verifies the history of a journal that no other process works on.
///
/// @param path     UTF-8.
/// @param records  How many records it has, or NULL.
/// @param root     The Merkle root of its records in hexadecimal, or NULL; owned by the caller.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_history_verify(
    path: leaver_str,
    records: Option<&mut MaybeUninit<u64>>,
    root: Option<&mut MaybeUninit<Box<leaver_document>>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let journal = FileJournal::look(Path::new(path.text("path")?)).map_err(|error| of_journal(&error))?;
        let verified = journal.verified(None, |_| {}).map_err(|error| of_journal(&error))?;
        // The plans are bound to the history by their digests, which are looked at here.
        journal.works().map_err(|error| of_journal(&error))?;
        if let Some(records) = records {
            records.write(verified.history.size());
        }
        if let Some(root) = root {
            root.write(Box::new(leaver_document::of(verified.history.root().to_string())));
        }
        Ok(())
    })
}
