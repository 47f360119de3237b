//! How a command ends: exit codes, and why a command could not do what was asked.

use std::io;
use std::path::Path;
use std::process::ExitCode;

use crate::diagnostic::{Code, Diagnostic};
use crate::policy::Source;

/// The exit codes of the command line. Scripts rely on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// It is done.
    Done = 0,
    /// Something was found: diagnostics, failed tests, holds with `--strict`.
    Findings = 1,
    /// The command was not understood, or names something that is not there.
    Usage = 2,
    /// Refused, because going on would not be safe.
    Refused = 3,
    /// A file could not be read or written.
    InputOutput = 4,
    /// A fault of leaver itself.
    Bug = 70,
}

impl Exit {
    /// The code as a number.
    pub const fn code(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why a command stopped.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Policy, directory or tests are refused.
    Diagnostics {
        /// What is wrong.
        diagnostics: Vec<Diagnostic>,
        /// The files whose lines may be shown.
        sources: Vec<Source>,
    },
    /// Anything else, in a sentence.
    Message {
        /// What is wrong.
        text: String,
        /// What to do.
        help: Option<String>,
        /// How the command ends.
        exit: Exit,
    },
    /// Nobody reads the output any more, as with `| head`.
    BrokenPipe,
}

impl Failure {
    /// The command names something that is not there.
    pub(crate) fn usage(text: impl Into<String>, help: Option<String>) -> Self {
        Self::Message { text: text.into(), help, exit: Exit::Usage }
    }

    /// Going on would not be safe.
    pub(crate) fn refused(text: impl Into<String>) -> Self {
        Self::Message { text: text.into(), help: None, exit: Exit::Refused }
    }

    /// A fault of leaver itself.
    pub(crate) fn bug(text: impl std::fmt::Display) -> Self {
        Self::Message {
            text: format!("a fault of leaver, please report it: {text}"),
            help: None,
            exit: Exit::Bug,
        }
    }

    /// `path` cannot be read or written.
    pub(crate) fn file(path: &Path, what: &str, error: &io::Error) -> Self {
        Self::Message {
            text: format!("cannot {what} {}: {error}", path.display()),
            help: None,
            exit: Exit::InputOutput,
        }
    }

    /// Diagnostics of files whose lines are not shown.
    pub(crate) fn of(diagnostics: Vec<Diagnostic>) -> Self {
        Self::Diagnostics { diagnostics, sources: Vec::new() }
    }

    /// How the command ends.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Diagnostics { diagnostics, .. } => exit_of(diagnostics),
            Self::Message { exit, .. } => *exit,
            Self::BrokenPipe => Exit::Done,
        }
    }
}

/// Writing the output failed.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::BrokenPipe,
            _ => Self::Message {
                text: format!("cannot write the output: {error}"),
                help: None,
                exit: Exit::InputOutput,
            },
        }
    }
}

/// How a command ends that found `diagnostics`: a file that cannot be read is not a finding about it.
pub(crate) fn exit_of(diagnostics: &[Diagnostic]) -> Exit {
    let unreadable = |found: &Diagnostic| {
        matches!(
            found.code,
            Code::PolicyUnreadable
                | Code::TestsUnreadable
                | Code::DirectoryUnreadable
                | Code::SettingsUnreadable
                | Code::PlanUnreadable
                | Code::JournalUnusable
                | Code::JournalBusy
                | Code::ConnectorUnreadable
                | Code::NoApiKey
                | Code::ApiKeyNotTaken
                | Code::PlatformUnclear
                | Code::NoAuthority
        )
    };
    if diagnostics.iter().any(unreadable) {
        Exit::InputOutput
    } else if diagnostics.iter().any(Diagnostic::is_error) {
        Exit::Findings
    } else {
        Exit::Done
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Place;

    #[test]
    fn warnings_alone_are_fine_errors_are_findings_and_unreadable_files_are_input() {
        let found = |code| Diagnostic::new(code, "x", "f", Place::FILE);
        assert_eq!(exit_of(&[]), Exit::Done);
        assert_eq!(exit_of(&[found(Code::NoRationale)]), Exit::Done);
        assert_eq!(exit_of(&[found(Code::NoRationale), found(Code::Syntax)]), Exit::Findings);
        assert_eq!(exit_of(&[found(Code::Syntax), found(Code::PolicyUnreadable)]), Exit::InputOutput);
    }

    #[test]
    fn a_broken_pipe_is_no_failure() {
        assert_eq!(Failure::from(io::Error::from(io::ErrorKind::BrokenPipe)).exit(), Exit::Done);
        assert_eq!(Failure::from(io::Error::from(io::ErrorKind::StorageFull)).exit(), Exit::InputOutput);
    }
}
