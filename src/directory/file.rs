//! Reads a file as text: bounded, UTF-8, without byte order mark, not empty.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::excerpt::{Excerpt, Span};
use super::problems::Problems;
use super::progress::{Callback, Progress};
use crate::diagnostic::Code;

/// Largest file of a directory.
pub(super) const MOST_BYTES: u64 = 1 << 30;

const STEP: usize = 1 << 20;

/// The text of the file at `path`; `None` after a report.
pub(super) fn read_text(
    path: &Path,
    name: &str,
    problems: &mut Problems,
    progress: &mut Callback<'_>,
) -> Option<String> {
    let bytes = match read_bytes(path, name, progress) {
        Ok(bytes) => bytes,
        Err(error) => {
            problems.report_file(
                name,
                Code::DirectoryUnreadable,
                format!("the file cannot be read: {error}"),
                "check that it exists and that you may read it".to_owned(),
            );
            return None;
        }
    };
    let Some(bytes) = bytes else {
        report_size(name, problems);
        return None;
    };
    check_text(name, &bytes, problems)?;
    String::from_utf8(bytes).ok()
}

/// The bytes of a file; `Ok(None)` if there are too many.
fn read_bytes(path: &Path, name: &str, progress: &mut Callback<'_>) -> std::io::Result<Option<Vec<u8>>> {
    let mut file = File::open(path)?;
    let bytes_total = file.metadata()?.len();
    if bytes_total > MOST_BYTES {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(bytes_total).unwrap_or(0));
    loop {
        let step = u64::try_from(STEP).unwrap_or(u64::MAX);
        let read = file.by_ref().take(step).read_to_end(&mut bytes)?;
        let bytes_done = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        progress(Progress::Reading { file: name, bytes_done, bytes_total: bytes_total.max(bytes_done) });
        if bytes_done > MOST_BYTES {
            return Ok(None);
        }
        if read < STEP {
            return Ok(Some(bytes));
        }
    }
}

/// The text that `bytes` are; `None` after a report.
pub(super) fn check_text<'b>(name: &str, bytes: &'b [u8], problems: &mut Problems) -> Option<&'b str> {
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MOST_BYTES) {
        report_size(name, problems);
        return None;
    }
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        problems.report_file(
            name,
            Code::DirectoryByteOrderMark,
            "the file begins with a byte order mark",
            "save it as UTF-8 without a byte order mark".to_owned(),
        );
        return None;
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let (good, _) = bytes.split_at(error.valid_up_to());
            let good = std::str::from_utf8(good).unwrap_or_default();
            problems.report(
                &Excerpt::file(name, good),
                Span::at(good.len(), 1),
                Code::DirectoryNotUtf8,
                "the bytes from here on are not UTF-8",
                "save the file as UTF-8".to_owned(),
            );
            return None;
        }
    };
    if text.trim().is_empty() {
        problems.report_file(
            name,
            Code::DirectoryEmptyFile,
            "the file is empty",
            "an export that failed leaves an empty file; a section without entries is `[]`, or a header row alone"
                .to_owned(),
        );
        return None;
    }
    Some(text)
}

fn report_size(name: &str, problems: &mut Problems) {
    problems.report_file(
        name,
        Code::DirectoryTooLarge,
        format!("the file is larger than {} MiB", MOST_BYTES >> 20),
        "read it as a stream, or leave out what policies do not need".to_owned(),
    );
}
