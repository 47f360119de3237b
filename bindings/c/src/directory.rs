//! Directories: read whole, or not at all.

use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;

use leaver::directory::{Directory, Progress};
use leaver::model::format_instant;

use crate::error::{Failure, leaver_error, leaver_status};
use crate::guard::{given, guard};
use crate::run::{Run, leaver_run_options};
use crate::text::leaver_str;

/// A snapshot of a subscription: its users, credentials, groups, lists and administrators. It never changes, and
/// any number of threads may use it.
pub struct leaver_directory {
    pub(crate) directory: Directory,
    digest: String,
    taken_at: String,
}

impl leaver_directory {
    fn of(directory: Directory) -> Self {
        let digest = directory.digest().to_string();
        let taken_at = format_instant(directory.taken_at());
        Self { directory, digest, taken_at }
    }
}

/// Reads a directory: a JSON file, or a folder with directory.toml. All errors are reported at once.
///
/// @param path  UTF-8.
/// @param out   Owned by the caller; free it with leaver_directory_free.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_directory_read(
    path: leaver_str,
    out: Option<&mut MaybeUninit<Box<leaver_directory>>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let out = given(out, "out")?;
        let directory = Directory::read(Path::new(path.text("path")?), &mut |_| {})
            .map_err(|found| Failure::diagnosed(leaver_status::LEAVER_ERR_DIRECTORY, found))?;
        out.write(Box::new(leaver_directory::of(directory)));
        Ok(())
    })
}

/// Ends a reading from within: nobody but [`read_watched`] sees it.
struct Unwanted;

/// The directory at a path, as long as the run goes on.
fn read_watched(path: &Path, run: &Run<'_>) -> Result<Directory, Failure> {
    let read = || {
        Directory::read(path, &mut |step| {
            let told = match step {
                Progress::Parsing { bytes_done, bytes_total, .. } => {
                    let bytes = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
                    run.progress(bytes(bytes_done), bytes(bytes_total))
                }
                _ => run.check(),
            };
            if told.is_err() {
                resume_unwind(Box::new(Unwanted));
            }
        })
    };
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(read) => read.map_err(|found| Failure::diagnosed(leaver_status::LEAVER_ERR_DIRECTORY, found)),
        Err(payload) if payload.is::<Unwanted>() => Err(run.stopped()),
        Err(payload) => resume_unwind(payload),
    }
}

/// Reads a directory as leaver_directory_read does, and can be stopped.
///
/// @param path  UTF-8.
/// @param run   Cancellation, deadline, and progress in bytes of a file; or NULL.
/// @param out   Owned by the caller; free it with leaver_directory_free.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_directory_read_watched(
    path: leaver_str,
    run: *const leaver_run_options,
    out: Option<&mut MaybeUninit<Box<leaver_directory>>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let out = given(out, "out")?;
        let run = Run::begin(run)?;
        run.check()?;
        let directory = read_watched(Path::new(path.text("path")?), &run)?;
        out.write(Box::new(leaver_directory::of(directory)));
        Ok(())
    })
}

/// Reads a directory from JSON that is in memory.
///
/// @param name  What diagnostics call it.
/// @param json  The text.
/// @param out   Owned by the caller; free it with leaver_directory_free.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_directory_parse(
    name: leaver_str,
    json: leaver_str,
    out: Option<&mut MaybeUninit<Box<leaver_directory>>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let out = given(out, "out")?;
        if json.data.is_null() {
            return Err(Failure::null("json"));
        }
        let directory = Directory::from_json(name.text("name")?, json.bytes())
            .map_err(|found| Failure::diagnosed(leaver_status::LEAVER_ERR_DIRECTORY, found))?;
        out.write(Box::new(leaver_directory::of(directory)));
        Ok(())
    })
}

/// Frees a directory. NULL is left alone. Deciders made with it go on working.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_directory_free(directory: Option<Box<leaver_directory>>) {
    drop(directory);
}

/// How many users it has; 0 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_directory_user_count(directory: Option<&leaver_directory>) -> usize {
    directory.map_or(0, |directory| directory.directory.users().len())
}

/// The ID of a user, by its position: users stand in order of their IDs.
///
/// @param id     Eight bytes for the ID and one for a NUL, which is written too.
/// @return Whether there is such a user; if not, nothing is written.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_directory_user_id(
    directory: Option<&leaver_directory>,
    index: usize,
    id: Option<&mut MaybeUninit<[u8; 9]>>,
) -> bool {
    let user = directory.and_then(|directory| directory.directory.users().get(index));
    let (Some(user), Some(id)) = (user, id) else { return false };
    let mut text = [0; 9];
    text[..8].copy_from_slice(user.id().as_str().as_bytes());
    id.write(text);
    true
}

/// Whether it says that nobody is missing. Without that nothing irreversible is decided.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_directory_is_complete(directory: Option<&leaver_directory>) -> bool {
    directory.is_some_and(|directory| directory.directory.is_complete())
}

/// When it was taken, in UTC.
///
/// @return Borrowed from the directory; no text for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_directory_taken_at(directory: Option<&leaver_directory>) -> leaver_str {
    leaver_str::of_option(directory.map(|directory| directory.taken_at.as_str()))
}

/// SHA-256 of its content, in hexadecimal: the same whatever the format of its files.
///
/// @return Borrowed from the directory; no text for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_directory_digest(directory: Option<&leaver_directory>) -> leaver_str {
    leaver_str::of_option(directory.map(|directory| directory.digest.as_str()))
}
