//! What went wrong: a status for the program, an error for people.

use leaver::diagnostic::Diagnostic;
use leaver::plan::PlanRefused;
use leaver::policy::DecideError;

use crate::diagnostics::leaver_diagnostics;
use crate::text::leaver_str;

/// How a call ended. Later versions may add numbers at the end: treat what you do not know as a failure.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum leaver_status {
    /// It did what it says.
    LEAVER_OK = 0,
    /// A pointer is NULL that must not be.
    LEAVER_ERR_NULL = 1,
    /// An argument is not what the comment asks for: a wrong struct_size, an unknown number, no UTF-8, no date.
    LEAVER_ERR_ARGUMENT = 2,
    /// The policy has errors. The error has diagnostics.
    LEAVER_ERR_POLICY = 3,
    /// The directory has errors. The error has diagnostics.
    LEAVER_ERR_DIRECTORY = 4,
    /// A user given as JSON has errors. The error has diagnostics.
    LEAVER_ERR_USER = 5,
    /// Guards, approvers or an open plan have errors. The error has diagnostics.
    LEAVER_ERR_SETTINGS = 6,
    /// The plan passes a guard, or the actor may not own it. leaver_error_json tells everything.
    LEAVER_ERR_REFUSED = 7,
    /// It took longer than the caller allows.
    LEAVER_ERR_DEADLINE = 8,
    /// The caller cancelled it.
    LEAVER_ERR_CANCELLED = 9,
    /// There is no such user, rule or step.
    LEAVER_ERR_NOT_FOUND = 10,
    /// A bug in leaver. Free the handles of the call; the process is fine.
    LEAVER_ERR_PANIC = 11,
    /// A journal that cannot be used: another process works on it, it is not what was written, it is no journal, or the
    /// file cannot be written. Nothing was begun that is not recorded.
    #[cfg_attr(not(feature = "apply"), expect(dead_code, reason = "a number of the interface"))]
    LEAVER_ERR_JOURNAL = 12,
}

/// Why a call failed, for people and logs. It repeats no personal data but IDs.
///
///     leaver_error *err = NULL;
///     if (leaver_policy_load(path, NULL, &policy, &err) != LEAVER_OK) {
///         leaver_str why = leaver_error_message(err);
///         fprintf(stderr, "%.*s\n", (int)why.len, why.data);
///         leaver_error_free(err);
///     }
pub struct leaver_error {
    status: leaver_status,
    message: String,
    json: String,
    diagnostics: leaver_diagnostics,
}

/// A failure on its way to the caller.
#[derive(Debug)]
pub(crate) struct Failure(Box<Content>);

#[derive(Debug)]
struct Content {
    status: leaver_status,
    message: String,
    json: Option<String>,
    diagnostics: Vec<Diagnostic>,
}

impl Failure {
    #[cold]
    pub(crate) fn of(status: leaver_status, message: impl Into<String>) -> Self {
        Self(Box::new(Content { status, message: message.into(), json: None, diagnostics: Vec::new() }))
    }

    #[cold]
    pub(crate) fn null(what: &str) -> Self {
        Self::of(leaver_status::LEAVER_ERR_NULL, format!("{what} is NULL"))
    }

    #[cold]
    pub(crate) fn argument(message: impl Into<String>) -> Self {
        Self::of(leaver_status::LEAVER_ERR_ARGUMENT, message)
    }

    #[cold]
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::of(leaver_status::LEAVER_ERR_NOT_FOUND, message)
    }

    /// The message is the first error, and how many more there are.
    #[cold]
    pub(crate) fn diagnosed(status: leaver_status, diagnostics: Vec<Diagnostic>) -> Self {
        let first = diagnostics.iter().find(|found| found.is_error()).or_else(|| diagnostics.first());
        let mut message = first.map(ToString::to_string).unwrap_or_default();
        if diagnostics.len() > 1 {
            message.push_str(&format!(", and {} more", diagnostics.len() - 1));
        }
        Self(Box::new(Content { status, message, json: None, diagnostics }))
    }

    /// A refusal with its reasons, as JSON.
    #[cfg(feature = "apply")]
    #[cold]
    pub(crate) fn refused(message: String, reasons: &impl serde::Serialize) -> Self {
        let mut failure = Self::of(leaver_status::LEAVER_ERR_REFUSED, message);
        failure.0.json =
            serde_json::to_string(&reasons).ok().map(|reasons| format!("{{\"refusals\":{reasons}}}"));
        failure
    }

    pub(crate) fn status(&self) -> leaver_status {
        self.0.status
    }
}

impl From<DecideError> for Failure {
    fn from(error: DecideError) -> Self {
        Self::of(leaver_status::LEAVER_ERR_DEADLINE, error.to_string())
    }
}

impl From<PlanRefused> for Failure {
    fn from(refused: PlanRefused) -> Self {
        let mut failure = Self::of(leaver_status::LEAVER_ERR_REFUSED, refused.to_string());
        failure.0.json = Some(refused.to_json());
        failure
    }
}

impl leaver_error {
    pub(crate) fn of(Failure(content): Failure) -> Self {
        let Content { status, message, json, diagnostics } = *content;
        let diagnostics = leaver_diagnostics::of(diagnostics);
        let json = json.unwrap_or_else(|| diagnostics.json().to_owned());
        Self { status, message, json, diagnostics }
    }
}

/// Frees an error. NULL is left alone.
///
/// @param error  Owned by the caller until now.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_error_free(error: Option<Box<leaver_error>>) {
    drop(error);
}

/// The status that the call returned; LEAVER_OK for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_error_status(error: Option<&leaver_error>) -> leaver_status {
    error.map_or(leaver_status::LEAVER_OK, |error| error.status)
}

/// A sentence.
///
/// @return Borrowed from the error; no text for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_error_message(error: Option<&leaver_error>) -> leaver_str {
    leaver_str::of_option(error.map(|error| error.message.as_str()))
}

/// Everything that was found, as JSON: the list of diagnostics, or what a refused plan is
/// ({"refusals": [...], and the keys of the plan that was refused}).
///
/// @return Borrowed from the error; no text for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_error_json(error: Option<&leaver_error>) -> leaver_str {
    leaver_str::of_option(error.map(|error| error.json.as_str()))
}

/// What was found, in the order of the text; an empty list where a call failed for another reason.
///
/// @return Borrowed from the error; NULL for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_error_diagnostics(error: Option<&leaver_error>) -> Option<&leaver_diagnostics> {
    error.map(|error| &error.diagnostics)
}
