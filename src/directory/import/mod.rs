//! Makes a directory of what two systems know: the IDs from saved answers of the Work API (PLATFORM 30–32), the people
//! from a table of the personnel department, joined by the personnel number (`csi`).
//!
//! In go the bytes of files, out come the files of a directory and findings, or everything that is wrong. An ID without
//! a row and a row without an ID are findings, never left out; nobody is matched by a name or a likeness. Passwords in
//! the answers are passed over and never become a value.

mod answers;
mod findings;
mod join;
mod people;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::excerpt::Excerpt;
use super::file::check_text;
use super::header::SubscriptionHeader;
use super::problems::Problems;
use crate::diagnostic::Diagnostic;
use crate::model::{CredentialKind, Employment};

pub use findings::{ImportFinding, ImportFindingCode};

/// A file in memory.
#[derive(Clone, Copy)]
pub struct ImportFile<'f> {
    /// What diagnostics call it.
    pub name: &'f str,
    /// Its bytes.
    pub bytes: &'f [u8],
}

/// Names and sizes only: the content is personal data, and may hold passwords.
impl std::fmt::Debug for ImportFile<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ImportFile").field("name", &self.name).field("bytes", &self.bytes.len()).finish()
    }
}

/// What a directory is made of.
#[derive(Clone, Debug)]
pub struct ImportSources<'f> {
    /// Answers of `/users`: pages, lists of pages, or lists of users.
    pub users: Vec<ImportFile<'f>>,
    /// Answers of `/credentials`.
    pub credentials: Vec<ImportFile<'f>>,
    /// The table of the personnel department: CSV.
    pub hr: ImportFile<'f>,
    /// The head of the directory: what becomes `directory.toml`.
    pub subscription: ImportFile<'f>,
}

/// What the files do not say by themselves.
#[derive(Clone, Debug, Default)]
pub struct ImportChoices {
    /// Columns of the table, by field. A field that is not named here has the column of its own name.
    pub columns: BTreeMap<String, String>,
    /// Words of the table for `employment`, besides leaver's own.
    pub employments: BTreeMap<String, Employment>,
    /// The kind of the credentials, which no answer tells.
    pub credential_kind: Option<CredentialKind>,
    /// Credentials of the other kind, by their id.
    pub other_credentials: BTreeSet<String>,
}

/// A directory as files, and what a person should look at.
#[derive(Clone, PartialEq, Eq)]
pub struct Import {
    /// Names and texts of the files of the folder.
    pub files: Vec<(&'static str, String)>,
    /// How many IDs there are.
    pub users: usize,
    /// How many of them have a row of the table.
    pub matched: usize,
    /// How many rows the table has.
    pub rows: usize,
    /// What a person should look at: by ID, then by line of the table.
    pub findings: Vec<ImportFinding>,
}

/// Counts only: the files are personal data.
impl std::fmt::Debug for Import {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Import")
            .field("users", &self.users)
            .field("matched", &self.matched)
            .field("rows", &self.rows)
            .field("findings", &self.findings.len())
            .finish_non_exhaustive()
    }
}

/// Joins the files.
///
/// # Errors
/// Everything that is wrong with the files, in reading order.
pub fn import(sources: &ImportSources<'_>, choices: &ImportChoices) -> Result<Import, Vec<Diagnostic>> {
    let mut problems = Problems::default();
    let subscription = check_text(sources.subscription.name, sources.subscription.bytes, &mut problems);
    let header = subscription.map(|text| SubscriptionHeader::from_toml(sources.subscription.name, text));
    let (header, mut wrong) = match header {
        Some(Ok(header)) => (Some(header), Vec::new()),
        Some(Err(wrong)) => (None, wrong),
        None => (None, Vec::new()),
    };
    // Without a head the answers are still read: all mistakes are told at once.
    let schema = header.as_ref().map(|header| header.schema.clone()).unwrap_or_default();
    let zone = header.as_ref().map(|header| &header.subscription.time_zone);
    let accounts = answers::accounts(&sources.users, zone, &mut problems);
    let credentials = answers::credentials(&sources.credentials, choices, &mut problems);
    let people = check_text(sources.hr.name, sources.hr.bytes, &mut problems).and_then(|text| {
        let excerpt = Excerpt::file(sources.hr.name, text);
        people::people(&excerpt, &schema, choices, &mut problems)
    });
    match (people, subscription) {
        (Some(people), Some(head)) if problems.is_empty() && wrong.is_empty() => {
            Ok(join::join(head, accounts, credentials, &people, &schema))
        }
        _ => {
            wrong.extend(problems.into_diagnostics());
            Err(wrong)
        }
    }
}
