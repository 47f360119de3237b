//! Collects what is wrong with an input, so that all of it can be told at once.
//!
//! At most [`MOST_LISTED`] diagnostics are kept; the rest are counted. Places are only computed for
//! those that are kept, so that an input with a mistake in every row costs little more than a good one.

use super::excerpt::{Excerpt, Span};
use crate::diagnostic::{self, Code, Diagnostic, Place};

/// How many mistakes are listed before the rest are only counted.
pub(super) const MOST_LISTED: usize = 1_000;

/// The mistakes found so far.
#[derive(Debug, Default)]
pub(super) struct Problems {
    listed: Vec<Diagnostic>,
    more: usize,
}

impl Problems {
    /// Records a mistake at a place of a file.
    pub(super) fn report(
        &mut self,
        excerpt: &Excerpt<'_>,
        span: Span,
        code: Code,
        message: impl Into<String>,
        help: impl Into<Option<String>>,
    ) {
        if self.has_room() {
            self.listed.push(with_help(
                Diagnostic::new(code, message, excerpt.name(), excerpt.place(span)),
                help.into(),
            ));
        }
    }

    /// Records a mistake of a whole file.
    pub(super) fn report_file(
        &mut self,
        file: &str,
        code: Code,
        message: impl Into<String>,
        help: impl Into<Option<String>>,
    ) {
        if self.has_room() {
            self.listed.push(with_help(Diagnostic::new(code, message, file, Place::FILE), help.into()));
        }
    }

    /// Whether nothing is wrong so far.
    pub(super) fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    /// The mistakes in reading order, and a last one that says how many more there are.
    pub(super) fn into_diagnostics(mut self) -> Vec<Diagnostic> {
        diagnostic::sort(&mut self.listed);
        if self.more > 0 {
            let file = self.listed.last().map(|last| last.file.clone()).unwrap_or_default();
            self.listed.push(
                Diagnostic::new(
                    Code::DirectoryTooManyMistakes,
                    format!("{} more mistakes are not listed", self.more),
                    file,
                    Place::FILE,
                )
                .help("mend the listed ones first; often one cause explains most of them"),
            );
        }
        self.listed
    }

    fn has_room(&mut self) -> bool {
        let room = self.listed.len() < MOST_LISTED;
        if !room {
            self.more += 1;
        }
        room
    }
}

fn with_help(diagnostic: Diagnostic, help: Option<String>) -> Diagnostic {
    match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}
