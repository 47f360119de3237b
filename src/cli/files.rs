//! Files that are read whole, within limits.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::exit::Failure;
use crate::apply::{ApplyError, FileJournal, JournalError, Paper};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::plan::MOST_PLAN_BYTES;

/// The bytes of a file, of which no more than `most` are read.
pub(crate) fn read(path: &Path, code: Code, most: u64) -> Result<Vec<u8>, Failure> {
    let refuse = |message: String, help: &str| {
        let found = Diagnostic::new(code, message, path.display().to_string(), Place::FILE);
        Failure::of(vec![found.help(help)])
    };
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(most + 1).read_to_end(&mut bytes)).map_err(|error| {
        refuse(format!("the file cannot be read: {error}"), "check that it exists and that you may read it")
    })?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= most) {
        return Ok(bytes);
    }
    Err(refuse(format!("the file has more than {most} bytes"), "is this the right file?"))
}

/// The plan in a file.
pub(crate) fn named_plan(path: &Path) -> Result<Paper, Failure> {
    let text = read(path, Code::PlanUnreadable, MOST_PLAN_BYTES)?;
    Paper::read(&path.display().to_string(), &text).map_err(|found| Failure::of(vec![*found]))
}

/// The journal in a file, to look at.
pub(crate) fn journal_to_look_at(path: &Path) -> Result<FileJournal, Failure> {
    FileJournal::look(path).map_err(|error| of_journal(path, &error))
}

/// Why a journal cannot be used.
pub(crate) fn of_journal(path: &Path, error: &JournalError) -> Failure {
    let found = Diagnostic::new(error.code(), error.to_string(), path.display().to_string(), Place::FILE);
    Failure::of(vec![found.help(error.help())])
}

/// Why a plan is not carried out, or not further.
pub(crate) fn of_apply(path: &Path, error: ApplyError) -> Failure {
    match error {
        ApplyError::Plan(found) => Failure::of(vec![*found]),
        ApplyError::Journal(error) => of_journal(path, &error),
        ApplyError::Refused { reasons } => {
            let reasons: Vec<String> =
                reasons.iter().map(|reason| format!("[{}] {}", reason.code, reason.message)).collect();
            Failure::refused(format!("the plan may not be carried out: {}", reasons.join("; ")))
        }
    }
}
