//! Diagnostics: what is wrong in a policy or directory, where, and what to do about it.
//!
//! Codes are stable and each has a page under `docs/errors/`. Programs look at codes, people read
//! messages; nobody needs to match on text.

use std::fmt;

use crate::sort;
use serde::{Serialize, Serializer};

pub use code::Code;

mod code;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The policy or directory is refused.
    Error,
    /// Allowed, but probably not meant.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

/// One finding about one place of a file.
///
/// Lines and columns count from 1; columns and lengths count Unicode scalar values. A place that is
/// not known (the whole file) has line and column 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Stable code.
    pub code: Code,
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// The file as it was named by the caller.
    pub file: String,
    /// Line, from 1; 0 for the whole file.
    pub line: usize,
    /// Column, from 1; 0 for the whole line or file.
    pub column: usize,
    /// How many characters of the line are meant.
    pub length: usize,
    /// What to do.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A diagnostic of `code` for a place of `file`.
    pub fn new(code: Code, message: impl Into<String>, file: impl Into<String>, place: Place) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            file: file.into(),
            line: place.line,
            column: place.column,
            length: place.length,
            help: None,
        }
    }

    /// The same with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Whether this refuses the input.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// `FILE:LINE:COLUMN: SEVERITY[CODE]: MESSAGE`, on one line.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if self.column > 0 {
            write!(f, ":{}", self.column)?;
        }
        write!(f, ": {}[{}]: {}", self.severity, self.code, self.message)?;
        match &self.help {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}

/// A place in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Line, from 1; 0 for the whole file.
    pub line: usize,
    /// Column in characters, from 1; 0 for the whole line.
    pub column: usize,
    /// Length in characters.
    pub length: usize,
}

impl Place {
    /// The whole file.
    pub const FILE: Self = Self { line: 0, column: 0, length: 0 };

    /// A place on a line.
    pub const fn new(line: usize, column: usize, length: usize) -> Self {
        Self { line, column, length }
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl std::error::Error for Diagnostic {}

/// Puts diagnostics into reading order: by file, line, column, then code.
pub fn sort(diagnostics: &mut [Diagnostic]) {
    sort::by(diagnostics, |a, b| {
        (&a.file, a.line, a.column, a.code, &a.message).cmp(&(&b.file, b.line, b.column, b.code, &b.message))
    });
}

/// The known word nearest to `word`, if one is near enough to be what was meant.
pub fn suggest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = match word.chars().count() {
        0 => return None,
        1..=3 => 1,
        4..=7 => 2,
        _ => 3,
    };
    known
        .into_iter()
        .filter(|candidate| *candidate != word)
        .map(|candidate| {
            (strsim::damerau_levenshtein(&word.to_lowercase(), &candidate.to_lowercase()), candidate)
        })
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}
