//! What is known of the terminal, and the one place that writes to standard error.

use std::io::{IsTerminal, Write, stderr, stdout};
use std::sync::atomic::AtomicBool;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use super::arguments::{ColorWhen, Common};
use super::exit::{Exit, Failure};
use crate::report::{Drawing, draw, visible_lines};

/// Width where there is no terminal to ask.
const DEFAULT_WIDTH: usize = 100;

/// Somebody asked the command to come to an end.
pub(crate) static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Where the command runs and how it may write there.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about the process")]
pub(crate) struct Terminal {
    /// Standard output is a terminal.
    pub(crate) shows_output: bool,
    /// Standard error is a terminal, and nobody asked for quiet.
    pub(crate) shows_progress: bool,
    /// Colours on standard output.
    pub(crate) coloured: bool,
    /// Columns of the terminal.
    pub(crate) width: usize,
    coloured_errors: bool,
    quiet: bool,
}

impl Terminal {
    /// The terminal of this process.
    pub(crate) fn of_process(common: Common) -> Self {
        let coloured = |automatic: ColorChoice| match common.color {
            ColorWhen::Auto => automatic != ColorChoice::Never,
            ColorWhen::Always => true,
            ColorWhen::Never => false,
        };
        let width = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        Self {
            shows_output: stdout().is_terminal(),
            shows_progress: stderr().is_terminal() && !common.quiet,
            coloured: coloured(AutoStream::choice(&stdout())),
            width: width.filter(|width| *width > 0).unwrap_or(DEFAULT_WIDTH),
            coloured_errors: coloured(AutoStream::choice(&stderr())),
            quiet: common.quiet,
        }
    }

    /// Neither a terminal nor colours.
    #[cfg(test)]
    pub(crate) const fn plain() -> Self {
        Self {
            shows_output: false,
            shows_progress: false,
            coloured: false,
            width: DEFAULT_WIDTH,
            coloured_errors: false,
            quiet: true,
        }
    }

    /// How diagnostics are drawn on standard output.
    pub(crate) const fn drawing(&self) -> Drawing {
        Drawing { coloured: self.coloured, width: self.width }
    }

    /// `text` in a style, if there are colours on standard output.
    pub(crate) fn styled(&self, text: &str, style: Style) -> String {
        if self.coloured { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// Tells something beside the output, such as the instant used.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            write_error(&format!("{}\n", visible_lines(text)));
        }
    }

    /// Says why the command stopped.
    pub(crate) fn complain(&self, failure: &Failure) -> Exit {
        match failure {
            Failure::BrokenPipe => {}
            Failure::Message { text, help, .. } => {
                let label = |word: &str, colour: AnsiColor| {
                    let style = colour.on_default().bold();
                    if self.coloured_errors { format!("{style}{word}{style:#}") } else { word.to_owned() }
                };
                write_error(&format!("{}: {}\n", label("error", AnsiColor::Red), visible_lines(text)));
                if let Some(help) = help {
                    write_error(&format!("{}: {}\n", label("help", AnsiColor::Cyan), visible_lines(help)));
                }
            }
            Failure::Diagnostics { diagnostics, sources } => {
                let drawing = Drawing { coloured: self.coloured_errors, width: self.width };
                write_error(&draw(diagnostics, sources, drawing));
            }
        }
        failure.exit()
    }
}

/// Writes to standard error. If even that fails there is nobody left to tell.
fn write_error(text: &str) {
    let _ = stderr().lock().write_all(text.as_bytes());
}
