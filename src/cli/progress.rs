//! A progress bar on standard error, only where somebody sees it.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::terminal::Terminal;

/// How far a step is.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A bar for `what`, towards `total` if that is known.
    pub(crate) fn new(terminal: &Terminal, what: &'static str, total: Option<u64>) -> Self {
        let target = if terminal.shows_progress {
            ProgressDrawTarget::stderr_with_hz(10)
        } else {
            ProgressDrawTarget::hidden()
        };
        let template = match total {
            Some(_) => "{msg} {wide_bar} {percent:>3} % {eta}",
            None => "{msg} {spinner} {human_pos}",
        };
        let bar = ProgressBar::with_draw_target(total, target).with_message(what);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// So much is done.
    pub(crate) fn set(&self, done: u64) {
        self.0.set_position(done);
    }

    /// So much is done, of so much.
    pub(crate) fn set_of(&self, done: u64, total: Option<u64>) {
        if let Some(total) = total {
            self.0.set_length(total);
        }
        self.0.set_position(done);
    }

    /// Takes the bar away while something else writes to the terminal.
    pub(crate) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.0.suspend(write)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
