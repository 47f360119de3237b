//! Decides about users and turns the decisions into bytes or rows, for one thread.
//!
//! In goes some work, users in memory or a block of a stream; out comes a [`Chunk`]. What a chunk
//! holds depends on its users alone, not on the thread that made it or on what that did before.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use super::engine::{self, BadRecord, Block, Decider, Scanner};
use super::exit::Failure;
use super::input::record_message;
use super::lines::{Rows, write_csv, write_json, write_tabs};
use super::summary::{Summary, Tally};
use super::table::Line;
use crate::model::{Facts, Id, User};
use crate::policy::{Decided, Decision, Outcome};

/// How decisions are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// A table on a terminal.
    Table,
    /// Only the summary: a stream on a terminal.
    SummaryOnly,
    /// Fields separated by tabs.
    Tabs,
    Json,
    Ndjson,
    Csv,
    #[cfg(feature = "arrow")]
    Arrow,
}

/// What is asked of each thread.
#[derive(Clone, Copy)]
pub(crate) struct Wanted {
    pub(crate) style: Style,
    pub(crate) to_terminal: bool,
    /// Also users who keep everything.
    pub(crate) all: bool,
}

/// Users to decide about.
pub(crate) enum Work {
    Users(Vec<User>),
    Block(Block),
}

/// What a thread made of some work.
pub(crate) struct Chunk {
    pub(crate) users: u64,
    pub(crate) bytes: Vec<u8>,
    pub(crate) lines: Vec<Line>,
    pub(crate) summary: Summary,
    pub(crate) failure: Option<Failure>,
    /// Users go back to the thread that made them and end there: memory that is given back by other
    /// threads than it was taken by makes the threads wait for each other.
    pub(crate) spent: Work,
}

/// Decides and renders.
pub(crate) struct Rendering<'a> {
    wanted: Wanted,
    decider: Decider<'a>,
    /// Of a stream.
    scanner: Option<Scanner>,
    buffers: Buffers,
    making: Making,
}

/// A chunk under way, and what is remembered from one to the next.
#[derive(Default)]
struct Making {
    users: u64,
    bytes: Vec<u8>,
    lines: Vec<Line>,
    tally: Tally,
    rows: Rows,
    #[cfg(feature = "arrow")]
    decisions: crate::columns::Decisions,
}

impl<'a> Rendering<'a> {
    pub(crate) fn new(
        wanted: Wanted,
        decider: Decider<'a>,
        scanner: Option<Scanner>,
        buffers: Buffers,
    ) -> Self {
        Self { wanted, decider, scanner, buffers, making: Making::default() }
    }

    /// Does some work.
    pub(crate) fn chunk(&mut self, work: Work) -> Chunk {
        let Self { wanted, decider, scanner, buffers, making } = self;
        making.bytes = buffers.take();
        let mut failure = decider.batch(|| match &work {
            Work::Users(users) => users.iter().find_map(|user| making.user(*wanted, decider, user).err()),
            Work::Block(block) => {
                let scanner = scanner.as_mut()?;
                let done = scanner.each(block, |record| {
                    let done = match record {
                        Ok(record) => making.user(*wanted, decider, record),
                        Err(bad) => {
                            making.bad(*wanted, &bad);
                            Ok(())
                        }
                    };
                    done.map_or_else(ControlFlow::Break, ControlFlow::Continue)
                });
                done.break_value()
            }
        });
        if let Err(fault) = making.finish() {
            failure.get_or_insert(fault);
        }
        Chunk {
            users: std::mem::take(&mut making.users),
            bytes: std::mem::take(&mut making.bytes),
            lines: std::mem::take(&mut making.lines),
            summary: making.tally.take(),
            failure,
            spent: work,
        }
    }
}

impl Making {
    #[inline]
    fn user(&mut self, wanted: Wanted, decider: &Decider<'_>, facts: &impl Facts) -> Result<(), Failure> {
        let decided = decider.decided(facts)?;
        self.users += 1;
        self.tally.add(&decided);
        self.write(wanted, Some(facts.id()), decided);
        Ok(())
    }

    #[cold]
    fn bad(&mut self, wanted: Wanted, bad: &BadRecord) {
        let decided = Decided::from(engine::invalid_record(bad.id, record_message(bad)));
        self.users += 1;
        self.tally.add(&decided);
        self.write(wanted, bad.id, decided);
    }

    /// Puts into bytes what is written only when all decisions of a chunk are there.
    #[cfg(feature = "arrow")]
    fn finish(&mut self) -> Result<(), Failure> {
        let decisions = std::mem::take(&mut self.decisions);
        self.bytes.extend(super::arrow::batch(decisions)?);
        Ok(())
    }

    #[cfg(not(feature = "arrow"))]
    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "columns can be wrong, lines cannot")]
    fn finish(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    fn write(&mut self, wanted: Wanted, id: Option<Id>, decided: Decided<'_>) {
        let Self { bytes, lines, rows, .. } = self;
        let common: &Decision = decided.common();
        let listed = wanted.all || common.outcome != Outcome::Keep || common.hold.is_some();
        match (wanted.style, wanted.to_terminal) {
            (Style::Table, _) if listed => lines.push(Line::of(&decided.into_decision())),
            (Style::Tabs, _) if listed => write_tabs(bytes, Line::of(&decided.into_decision()).cells()),
            (Style::Table | Style::Tabs | Style::SummaryOnly, _) => {}
            (Style::Json | Style::Ndjson, to_terminal) => {
                if wanted.style == Style::Json {
                    bytes.extend_from_slice(b",\n");
                }
                if to_terminal {
                    write_json(bytes, &decided.into_decision(), true);
                } else {
                    decided.write_json(bytes);
                }
                if wanted.style == Style::Ndjson {
                    bytes.push(b'\n');
                }
            }
            #[cfg(feature = "arrow")]
            (Style::Arrow, _) => self.decisions.push(decided),
            (Style::Csv, true) => write_csv(bytes, &decided.into_decision(), true),
            (Style::Csv, false) => rows.write(bytes, id, decided),
        }
    }
}

/// Buffers that were written out and wait to be filled again, whichever thread filled them before.
#[derive(Clone, Default)]
pub(crate) struct Buffers(Arc<Mutex<Vec<Vec<u8>>>>);

/// Buffers that are kept.
const KEPT: usize = 64;

impl Buffers {
    fn take(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Gives back a buffer whose contents are no longer needed.
    pub(crate) fn give(&self, mut buffer: Vec<u8>) {
        buffer.clear();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT {
            kept.push(buffer);
        }
    }
}
