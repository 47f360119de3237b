//! Lists of diagnostics: what is wrong in a file, where, and what to do.

use std::mem::MaybeUninit;
use std::sync::OnceLock;

use leaver::diagnostic::{Diagnostic, Severity};

use crate::error::{Failure, leaver_error, leaver_status};
use crate::guard::{given, guard};
use crate::text::leaver_str;

/// How bad a diagnostic is.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum leaver_severity {
    /// The text is refused.
    LEAVER_SEVERITY_ERROR = 0,
    /// Allowed, but probably not meant.
    LEAVER_SEVERITY_WARNING = 1,
}

/// One diagnostic. Its texts are borrowed from the list. Lines and columns count from 1, columns and lengths in
/// Unicode characters; 0 is the whole file or line.
#[repr(C)]
pub struct leaver_diagnostic {
    /// Stable code, such as "P0102"; docs/errors has a page for each.
    pub code: leaver_str,
    /// Error or warning.
    pub severity: leaver_severity,
    /// What is wrong.
    pub message: leaver_str,
    /// The file, as the caller named it.
    pub file: leaver_str,
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
    /// How many characters are meant.
    pub length: usize,
    /// What to do; no text if there is no advice.
    pub help: leaver_str,
}

/// A list of diagnostics, borrowed from the handle that has it.
#[derive(Debug)]
pub struct leaver_diagnostics {
    list: Vec<Diagnostic>,
    json: OnceLock<String>,
}

impl leaver_diagnostics {
    pub(crate) fn of(list: Vec<Diagnostic>) -> Self {
        Self { list, json: OnceLock::new() }
    }

    pub(crate) fn json(&self) -> &str {
        self.json.get_or_init(|| serde_json::to_string(&self.list).unwrap_or_default())
    }
}

/// How many there are; 0 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_diagnostics_count(list: Option<&leaver_diagnostics>) -> usize {
    list.map_or(0, |list| list.list.len())
}

/// One of them.
///
///     leaver_diagnostic one;
///     for (size_t i = 0; i < leaver_diagnostics_count(list); i++)
///         if (leaver_diagnostics_get(list, i, &one, NULL) == LEAVER_OK)
///             printf("%zu:%zu %.*s\n", one.line, one.column, (int)one.message.len, one.message.data);
///
/// @param index  Below leaver_diagnostics_count, else LEAVER_ERR_NOT_FOUND.
/// @param out    Its texts are borrowed from the list.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_diagnostics_get(
    list: Option<&leaver_diagnostics>,
    index: usize,
    out: Option<&mut MaybeUninit<leaver_diagnostic>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let (list, out) = (given(list, "list")?, given(out, "out")?);
        let one = list.list.get(index);
        let one = one.ok_or_else(|| Failure::not_found(format!("there is no diagnostic {index}")))?;
        out.write(leaver_diagnostic {
            code: leaver_str::of(one.code.as_str()),
            severity: match one.severity {
                Severity::Error => leaver_severity::LEAVER_SEVERITY_ERROR,
                Severity::Warning => leaver_severity::LEAVER_SEVERITY_WARNING,
            },
            message: leaver_str::of(&one.message),
            file: leaver_str::of(&one.file),
            line: one.line,
            column: one.column,
            length: one.length,
            help: leaver_str::of_option(one.help.as_deref()),
        });
        Ok(())
    })
}

/// All of them, as a list of the JSON objects of the formats.
///
/// @return Borrowed from the list; no text for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_diagnostics_json(list: Option<&leaver_diagnostics>) -> leaver_str {
    leaver_str::of_option(list.map(leaver_diagnostics::json))
}
