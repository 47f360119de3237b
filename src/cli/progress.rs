//! A progress bar on standard error, only where somebody sees it, and only for what takes a while.

use std::cell::Cell;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::terminal::Terminal;

/// What is done within this time needs no bar.
const PATIENCE: Duration = Duration::from_millis(500);

/// How far a step is.
pub(crate) struct Progress {
    bar: ProgressBar,
    /// When the bar may be shown; none if never, or if it is already.
    shown_from: Cell<Option<Instant>>,
}

impl Progress {
    /// A bar for `what`, towards `total` if that is known.
    pub(crate) fn new(terminal: &Terminal, what: &'static str, total: Option<u64>) -> Self {
        let template = match total {
            Some(_) => "{msg} {wide_bar} {percent:>3} % {eta}",
            None => "{msg} {spinner} {human_pos}",
        };
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden()).with_message(what);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        let shown_from = terminal.shows_progress.then(|| Instant::now().checked_add(PATIENCE)).flatten();
        Self { bar, shown_from: Cell::new(shown_from) }
    }

    fn show_in_time(&self) {
        if self.shown_from.get().is_some_and(|instant| instant <= Instant::now()) {
            self.shown_from.set(None);
            self.bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
        }
    }

    /// So much is done.
    pub(crate) fn set(&self, done: u64) {
        self.show_in_time();
        self.bar.set_position(done);
    }

    /// So much is done, of so much.
    pub(crate) fn set_of(&self, done: u64, total: Option<u64>) {
        self.show_in_time();
        if let Some(total) = total {
            self.bar.set_length(total);
        }
        self.bar.set_position(done);
    }

    /// Takes the bar away while something else writes to the terminal.
    pub(crate) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
