//! `leaver decide`: decisions about the users of a directory or stream.
//!
//! Users are dealt out to threads in chunks; each thread decides and renders its chunks, and the
//! chunks are written in the order of the users. The bytes do not depend on the number of threads.

use std::fmt::Write as _;
use std::io::Write;
use std::num::NonZeroUsize;

use super::arguments::{Decide, DecideFormat};
use super::engine::{self, BadRecord, Decider};
use super::exit::{Exit, Failure};
use super::input::{Question, Users, record_message};
use super::lines::{csv_header, write_csv, write_json, write_tabs};
use super::output::Output;
use super::parallel::in_order;
use super::progress::Progress;
use super::scope::Scope;
use super::summary::Summary;
use super::table::{self, Line, Shape};
use super::terminal::Terminal;
use crate::model::User;
use crate::policy::{Decision, Outcome};
use crate::report::visible;

/// Users in one chunk.
pub(crate) const CHUNK: usize = 512;

/// Rows of a table that are drawn together. The first of them give the table its shape.
const PAGE: usize = 1_000;

/// Findings of the directory that are listed; the others are counted.
const FINDINGS: usize = 5;

/// How decisions are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// A table on a terminal.
    Table,
    /// Only the summary: a stream on a terminal.
    SummaryOnly,
    /// Fields separated by tabs.
    Tabs,
    Json,
    Ndjson,
    Csv,
}

type Record = Result<User, BadRecord>;

/// What a thread made of a chunk.
struct Chunk {
    users: u64,
    bytes: Vec<u8>,
    lines: Vec<Line>,
    summary: Summary,
    failure: Option<Failure>,
    /// The records go back to the thread that made them and end there: memory that is given back by
    /// other threads than it was taken by makes the threads wait for each other.
    spent: Vec<Record>,
}

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
    };
    // Whoever asks for one user wants to see it.
    let renderer = Renderer { style, to_terminal, all: arguments.all || only.is_some() };

    let total = match (&only, users.directory()) {
        (Some(_), _) => Some(1),
        (None, Some(directory)) => u64::try_from(directory.len()).ok(),
        (None, None) => None,
    };
    let progress = Progress::new(terminal, "deciding", total);
    let mut writer = Writer {
        output: Output::open(arguments.output.as_deref())?,
        renderer,
        terminal,
        page: Vec::new(),
        shape: None,
        summary: Summary::default(),
        users: 0,
    };
    writer.begin()?;

    let single = only.is_some();
    let (directory, records): (_, Box<dyn Iterator<Item = Record>>) = match (&mut users, only) {
        (Users::Directory(directory), Some(user)) => (Some(&*directory), Box::new([Ok(user)].into_iter())),
        (Users::Directory(directory), None) => {
            let seen = directory.users().filter(|user| scope.includes(user));
            (Some(&*directory), Box::new(seen.map(Ok)))
        }
        (Users::Stream(_), Some(user)) => (None, Box::new([Ok(user)].into_iter())),
        (Users::Stream(stream), None) => (None, Box::new(stream)),
    };
    let worker = || {
        let decider = Decider::new(&policy, basis.clone(), directory)?;
        Ok(move |records: Vec<Record>| decider.batch(|| renderer.chunk(&decider, records)))
    };
    let consume = |chunk: Chunk| -> Result<(), Failure> {
        writer.add(chunk, &progress)?;
        progress.set(writer.users);
        Ok(())
    };
    in_order(threads(arguments.threads), chunks(records), worker, consume)?;
    drop(progress);

    let findings = directory.map(|directory| directory.findings(&scope)).unwrap_or_default();
    let mut summary = writer.summary.to_text(policy.rules().iter().map(|rule| &*rule.name));
    summary += &listed(&findings, arguments.all);
    let held = writer.summary.held();
    writer.end((!single).then_some(summary.as_str()))?;
    Ok(if arguments.strict && held > 0 { Exit::Findings } else { Exit::Done })
}

/// The number of threads asked for; 0 is one for each core.
pub(crate) fn threads(asked: usize) -> usize {
    match asked {
        0 => std::thread::available_parallelism().map_or(1, NonZeroUsize::get),
        asked => asked.min(1_024),
    }
}

/// The records in chunks.
fn chunks<'a>(mut records: impl Iterator<Item = Record> + 'a) -> impl Iterator<Item = Vec<Record>> + 'a {
    std::iter::from_fn(move || {
        let chunk: Vec<Record> = records.by_ref().take(CHUNK).collect();
        (!chunk.is_empty()).then_some(chunk)
    })
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

/// Turns decisions into bytes or rows.
#[derive(Clone, Copy)]
struct Renderer {
    style: Style,
    to_terminal: bool,
    all: bool,
}

impl Renderer {
    fn chunk(self, decider: &Decider<'_>, records: Vec<Record>) -> Chunk {
        let users = records.len() as u64;
        let mut chunk = Chunk {
            users,
            bytes: Vec::new(),
            lines: Vec::new(),
            summary: Summary::default(),
            failure: None,
            spent: Vec::new(),
        };
        for record in &records {
            match decision_of(decider, record) {
                Ok(decision) => {
                    chunk.summary.add(&decision);
                    self.render(&decision, &mut chunk);
                }
                Err(failure) => {
                    chunk.failure = Some(failure);
                    break;
                }
            }
        }
        chunk.spent = records;
        chunk
    }

    fn render(self, decision: &Decision, chunk: &mut Chunk) {
        let listed = self.all || decision.outcome != Outcome::Keep || decision.hold.is_some();
        match self.style {
            Style::Table if listed => chunk.lines.push(Line::of(decision)),
            Style::Tabs if listed => write_tabs(&mut chunk.bytes, Line::of(decision).cells()),
            Style::Table | Style::Tabs | Style::SummaryOnly => {}
            Style::Json => {
                chunk.bytes.extend_from_slice(b",\n");
                write_json(&mut chunk.bytes, decision, self.to_terminal);
            }
            Style::Ndjson => {
                write_json(&mut chunk.bytes, decision, self.to_terminal);
                chunk.bytes.push(b'\n');
            }
            Style::Csv => write_csv(&mut chunk.bytes, decision, self.to_terminal),
        }
    }
}

fn decision_of(decider: &Decider<'_>, record: &Record) -> Result<Decision, Failure> {
    match record {
        Ok(user) => decider.decide(user),
        Err(bad) => Ok(engine::invalid_record(bad.id, record_message(bad))),
    }
}

/// Writes chunks in the order in which they come.
struct Writer<'a> {
    output: Output,
    renderer: Renderer,
    terminal: &'a Terminal,
    page: Vec<Line>,
    shape: Option<Shape>,
    summary: Summary,
    users: u64,
}

impl Writer<'_> {
    fn begin(&mut self) -> Result<(), Failure> {
        let mut header = Vec::new();
        match self.renderer.style {
            Style::Json => header.push(b'['),
            Style::Csv => header = csv_header(),
            Style::Tabs => write_tabs(&mut header, table::names()),
            Style::Table | Style::SummaryOnly | Style::Ndjson => {}
        }
        Ok(self.output.write_all(&header)?)
    }

    fn add(&mut self, chunk: Chunk, progress: &Progress) -> Result<(), Failure> {
        let first = self.users == 0;
        let bytes = match chunk.bytes.as_slice() {
            // The comma before the first element of a list.
            [b',', rest @ ..] if first && self.renderer.style == Style::Json => rest,
            bytes => bytes,
        };
        self.output.write_all(bytes)?;
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
        match self.renderer.style {
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
            Style::Tabs | Style::Ndjson | Style::Csv => {}
        }
        self.output.finish()?;
        if let (Style::Tabs, Some(summary)) = (self.renderer.style, summary) {
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
    fn chunks_hold_every_record_in_order() {
        let schema = Schema::default();
        let id = |index: usize| format!("{index:08}").parse::<Id>().unwrap();
        let count = 2 * CHUNK + 3;
        let records = (0..count).map(|index| Ok(User::new(id(index), &schema)));
        let chunks: Vec<_> = chunks(records).collect();
        assert_eq!(chunks.iter().map(Vec::len).collect::<Vec<_>>(), [CHUNK, CHUNK, 3]);
        let ids: Vec<_> =
            chunks.iter().flatten().filter_map(|record| record.as_ref().ok().map(User::id)).collect();
        assert_eq!(ids, (0..count).map(id).collect::<Vec<_>>());
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
