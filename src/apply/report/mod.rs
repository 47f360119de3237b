//! The report of a run: what was planned, what was done, and what waits for people, as one page for a browser.
//!
//! In goes what the journal holds of a plan, and how its steps stand; out comes a whole HTML document that loads
//! nothing from anywhere: style, script and picture are in it, and its security policy forbids everything else. It is
//! read without the script as well, which only searches and sorts. The same input gives the same bytes.
//!
//! Whatever comes from data is escaped, and characters that a reader would not see are written out; markup is only
//! ever a constant of the program (see [`html`]). Nothing is read or written here, and nothing is decided.
//!
//! | module | for |
//! |---|---|
//! | `html` | the only way to write a page |
//! | `model` | what is shown, put together from plan, records and status |
//! | `words` | plain words for what the formats abbreviate |
//! | `summary`, `picture`, `waiting`, `notes`, `table`, `records` | the sections |

mod html;
mod model;
mod notes;
mod picture;
mod records;
mod summary;
mod table;
#[cfg(test)]
mod tests;
mod waiting;
mod words;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::history::{History, Record};
use super::paper::Paper;
use super::status::Status;
use crate::diagnostic::Diagnostic;
use html::Html;
use model::Shown;

/// The looks of the page.
const STYLE: &str = include_str!("style.css");
/// Searching and sorting.
const SCRIPT: &str = include_str!("page.js");

/// What the steps were compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// The records, and what is seen on the platform.
    WithPlatform,
    /// The records alone.
    WithRecords,
}

/// What a report is made from.
#[derive(Clone, Copy, Debug)]
pub struct RunReport<'a> {
    /// The plan.
    pub paper: &'a Paper,
    /// The records about this plan, in their order.
    pub records: &'a [Record],
    /// The history that they are from.
    pub history: &'a History,
    /// How the steps stand.
    pub status: &'a Status,
    /// What that was found out by.
    pub compared: Compared,
    /// The name of the company; a plan only has the digest of its directory.
    pub company: Option<&'a str>,
}

impl RunReport<'_> {
    /// The page.
    ///
    /// # Errors
    /// `L0102` if the plan lacks what a report shows.
    pub fn to_html(&self) -> Result<String, Box<Diagnostic>> {
        let shown = Shown::of(self)?;
        let mut page = Html::new();
        head(&shown, &mut page);
        summary::write(&shown, &mut page);
        picture::write(&shown, &mut page);
        waiting::write(&shown, &mut page);
        notes::hazards(&shown, &mut page);
        table::write(&shown, &mut page);
        notes::guards(&shown, &mut page);
        records::write(&shown, &mut page);
        page.raw("</main>\n<footer><p>Made by leaver ").text(env!("CARGO_PKG_VERSION"));
        page.raw(
            " from the journal alone. This page loads nothing and sends nothing.</p></footer>\n<script>",
        );
        page.raw(SCRIPT).raw("</script>\n</body>\n</html>\n");
        Ok(page.finish())
    }
}

/// The document up to its first section.
fn head(shown: &Shown<'_>, page: &mut Html) {
    page.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-");
    page.text(&sha256(STYLE)).raw("'; script-src 'sha256-").text(&sha256(SCRIPT));
    page.raw("'; base-uri 'none'; form-action 'none'\">\n");
    page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.raw("<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"color-scheme\" content=\"light dark\">\n");
    page.raw("<title>Offboarding report");
    if let Some(company) = shown.input.company {
        page.raw(" of ").text(company);
    }
    page.raw(", ").text(&words::day(shown.plan.made.as_of)).raw("</title>\n<style>").raw(STYLE);
    page.raw("</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#summary\">To the summary</a>\n");
}

/// What the security policy of the page calls a style or script by.
fn sha256(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text.as_bytes()))
}
