//! `leaver decide`: decisions about the users of a directory or stream.
//!
//! Users are dealt out to threads in chunks, those of a stream as blocks of records that nobody has
//! looked into; each thread decides and [renders](super::rendering) its chunks, and the chunks are
//! written in the order of the users. The bytes do not depend on the number of threads.

use std::fmt::Write as _;
use std::io::Write;
use std::num::NonZeroUsize;

use super::arguments::{Decide, DecideFormat};
use super::engine::Decider;
use super::exit::{Exit, Failure};
use super::input::{Question, Users};
use super::lines::{csv_header, write_tabs};
use super::output::Output;
use super::parallel::in_order;
use super::progress::Progress;
use super::rendering::{Buffers, Chunk, Rendering, Style, Wanted, Work};
use super::scope::Scope;
use super::summary::Summary;
use super::table::{self, Line, Shape};
use super::terminal::Terminal;
use crate::model::User;
use crate::report::visible;

/// Users in one chunk.
pub(crate) const CHUNK: usize = 512;

/// Rows of a table that are drawn together. The first of them give the table its shape.
const PAGE: usize = 1_000;

/// Findings of the directory that are listed; the others are counted.
const FINDINGS: usize = 5;

/// Runs the command.
pub(crate) fn run(arguments: &Decide, terminal: &Terminal) -> Result<Exit, Failure> {
    let Question { policy, mut users, basis } = Question::prepare(
        &arguments.policy,
        &arguments.directory,
        &arguments.stream,
        arguments.moment,
        terminal,
    )?;
    let scope = Scope::of(&users, &arguments.actor)?;
    let only = match arguments.user {
        Some(id) => Some(scope.require(users.find(id)?)?),
        None => None,
    };
    let to_terminal = terminal.shows_output && arguments.output.is_none();
    let style = match arguments.format {
        DecideFormat::Table if to_terminal && (users.directory().is_some() || only.is_some()) => Style::Table,
        DecideFormat::Table if to_terminal => Style::SummaryOnly,
        DecideFormat::Table => Style::Tabs,
        DecideFormat::Json => Style::Json,
        DecideFormat::Ndjson => Style::Ndjson,
        DecideFormat::Csv => Style::Csv,
        DecideFormat::Arrow => arrow(to_terminal)?,
    };
    // Whoever asks for one user wants to see it.
    let wanted = Wanted { style, to_terminal, all: arguments.all || only.is_some() };

    let total = match (&only, users.directory()) {
        (Some(_), _) => Some(1),
        (None, Some(directory)) => u64::try_from(directory.len()).ok(),
        (None, None) => None,
    };
    let progress = Progress::new(terminal, "deciding", total);
    let mut writer = Writer {
        output: Output::open(arguments.output.as_deref())?,
        style,
        buffers: Buffers::default(),
        terminal,
        page: Vec::new(),
        shape: None,
        summary: Summary::default(),
        users: 0,
    };
    writer.begin()?;

    let single = only.is_some();
    let scanner = match &users {
        Users::Stream(stream) => Some(stream.scanner()),
        Users::Directory(_) => None,
    };
    let (directory, work): (_, Box<dyn Iterator<Item = Work>>) = match (&mut users, only) {
        (Users::Directory(directory), Some(user)) => (Some(&*directory), Box::new(one(user))),
        (Users::Directory(directory), None) => {
            let seen = directory.users().filter(|user| scope.includes(user));
            (Some(&*directory), Box::new(chunks(seen)))
        }
        (Users::Stream(_), Some(user)) => (None, Box::new(one(user))),
        (Users::Stream(stream), None) => (None, Box::new(stream.map(Work::Block))),
    };
    let buffers = writer.buffers.clone();
    let worker = || {
        let decider = Decider::new(&policy, basis.clone(), directory)?;
        let mut rendering = Rendering::new(wanted, decider, scanner.clone(), buffers.clone());
        Ok(move |work: Work| rendering.chunk(work))
    };
    let consume = |chunk: Chunk| -> Result<(), Failure> {
        writer.add(chunk, &progress)?;
        progress.set(writer.users);
        Ok(())
    };
    in_order(threads(arguments.threads), work, worker, consume)?;
    drop(progress);

    let findings = directory.map(|directory| directory.findings(&scope)).unwrap_or_default();
    let mut summary = writer.summary.to_text(policy.rules().iter().map(|rule| &*rule.name));
    summary += &listed(&findings, arguments.all);
    let held = writer.summary.held();
    writer.end((!single).then_some(summary.as_str()))?;
    Ok(if arguments.strict && held > 0 { Exit::Findings } else { Exit::Done })
}

/// Arrow's format, unless a person would have to read it.
fn arrow(to_terminal: bool) -> Result<Style, Failure> {
    let refuse =
        |help: &str| Err(Failure::usage("--format arrow cannot be written here", Some(help.to_owned())));
    if to_terminal {
        return refuse(
            "it is for programs: write it to a file with `-o decisions.arrows`, or pipe it into one",
        );
    }
    #[cfg(feature = "arrow")]
    return Ok(Style::Arrow);
    #[cfg(not(feature = "arrow"))]
    refuse("this `leaver` was built without Arrow; build it with the feature `arrow`, or use --format ndjson")
}

/// The number of threads asked for; 0 is one for each core.
pub(crate) fn threads(asked: usize) -> usize {
    match asked {
        0 => std::thread::available_parallelism().map_or(1, NonZeroUsize::get),
        asked => asked.min(1_024),
    }
}

/// Users in chunks.
fn chunks<'a>(mut users: impl Iterator<Item = User> + 'a) -> impl Iterator<Item = Work> + 'a {
    std::iter::from_fn(move || {
        let chunk: Vec<User> = users.by_ref().take(CHUNK).collect();
        (!chunk.is_empty()).then_some(Work::Users(chunk))
    })
}

fn one(user: User) -> impl Iterator<Item = Work> {
    std::iter::once(Work::Users(vec![user]))
}

fn listed(findings: &[String], all: bool) -> String {
    let shown = if all { findings.len() } else { FINDINGS.min(findings.len()) };
    let mut text = match findings.len() {
        0 => return String::new(),
        1 => "\n1 finding in the directory:\n".to_owned(),
        count => format!("\n{count} findings in the directory:\n"),
    };
    for finding in findings.iter().take(shown) {
        let _ = writeln!(text, "  {}", visible(finding));
    }
    if shown < findings.len() {
        let _ = writeln!(text, "  and {} more: --all lists them", findings.len() - shown);
    }
    text
}

/// Writes chunks in the order in which they come.
struct Writer<'a> {
    output: Output,
    style: Style,
    buffers: Buffers,
    terminal: &'a Terminal,
    page: Vec<Line>,
    shape: Option<Shape>,
    summary: Summary,
    users: u64,
}

impl Writer<'_> {
    fn begin(&mut self) -> Result<(), Failure> {
        let mut header = Vec::new();
        match self.style {
            Style::Json => header.push(b'['),
            Style::Csv => header = csv_header(),
            Style::Tabs => write_tabs(&mut header, table::names()),
            #[cfg(feature = "arrow")]
            Style::Arrow => header = super::arrow::beginning()?,
            Style::Table | Style::SummaryOnly | Style::Ndjson => {}
        }
        Ok(self.output.write_all(&header)?)
    }

    fn add(&mut self, chunk: Chunk, progress: &Progress) -> Result<(), Failure> {
        let first = self.users == 0;
        let bytes = match chunk.bytes.as_slice() {
            // The comma before the first element of a list.
            [b',', rest @ ..] if first && self.style == Style::Json => rest,
            bytes => bytes,
        };
        self.output.write_all(bytes)?;
        self.buffers.give(chunk.bytes);
        drop(chunk.spent);
        self.users += chunk.users;
        self.summary.merge(chunk.summary);
        self.page.extend(chunk.lines);
        if self.page.len() >= PAGE {
            progress.aside(|| self.turn_page())?;
        }
        chunk.failure.map_or(Ok(()), Err)
    }

    fn turn_page(&mut self) -> Result<(), Failure> {
        let lines = std::mem::take(&mut self.page);
        let header = self.shape.is_none();
        let shape = self.shape.get_or_insert_with(|| Shape::of(&lines, self.terminal.width));
        let page = shape.page(&lines, header, self.terminal.coloured);
        Ok(self.output.write_all(page.as_bytes())?)
    }

    fn end(mut self, summary: Option<&str>) -> Result<(), Failure> {
        match self.style {
            Style::Table => {
                if !self.page.is_empty() {
                    self.turn_page()?;
                }
                if let Some(summary) = summary {
                    let gap = if self.shape.is_some() { "\n" } else { "" };
                    write!(self.output, "{gap}{summary}")?;
                }
            }
            Style::SummaryOnly => self.output.write_all(summary.unwrap_or_default().as_bytes())?,
            Style::Json => self.output.write_all(b"\n]\n")?,
            #[cfg(feature = "arrow")]
            Style::Arrow => self.output.write_all(&super::arrow::END)?,
            Style::Tabs | Style::Ndjson | Style::Csv => {}
        }
        self.output.finish()?;
        if let (Style::Tabs, Some(summary)) = (self.style, summary) {
            self.terminal.note(summary.trim_end());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Id, Schema};

    #[test]
    fn chunks_hold_every_user_in_order() {
        let schema = Schema::default();
        let id = |index: usize| format!("{index:08}").parse::<Id>().unwrap();
        let count = 2 * CHUNK + 3;
        let users = (0..count).map(|index| User::new(id(index), &schema));
        let chunks: Vec<Vec<User>> = chunks(users)
            .map(|work| match work {
                Work::Users(users) => users,
                Work::Block(_) => Vec::new(),
            })
            .collect();
        assert_eq!(chunks.iter().map(Vec::len).collect::<Vec<_>>(), [CHUNK, CHUNK, 3]);
        let ids: Vec<_> = chunks.iter().flatten().map(User::id).collect();
        assert_eq!(ids, (0..count).map(id).collect::<Vec<_>>());
    }

    #[cfg(feature = "arrow")]
    #[test]
    fn no_terminal_is_given_columns() {
        assert!(matches!(arrow(false), Ok(Style::Arrow)));
        assert!(arrow(true).is_err());
    }

    #[test]
    fn many_findings_are_counted() {
        let findings: Vec<String> = (0..7).map(|index| format!("finding {index}")).collect();
        assert_eq!(listed(&[], false), "");
        assert!(listed(&findings, false).ends_with("finding 4\n  and 2 more: --all lists them\n"));
        assert!(listed(&findings, true).ends_with("finding 6\n"));
        assert_eq!(listed(&findings[..1], false), "\n1 finding in the directory:\n  finding 0\n");
    }
}
