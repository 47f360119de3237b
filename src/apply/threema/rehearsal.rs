//! The run without the platform: which requests would be sent, in which order, and when.
//!
//! The same engine goes through the same plan, with the same requests, on a clock that is put forward. Everything is assumed to
//! succeed at once, what people do as well. Nothing is sent, no key is read and nothing is written.

use std::collections::BTreeSet;

use serde::Serialize;
use time::OffsetDateTime;

use super::call::Call;
use super::calls::Book;
use super::settings::ThreemaSettings;
use crate::apply::connector::{Ability, Connector, Effect, Sight};
use crate::apply::engine::{Engine, Pace, Run};
use crate::apply::error::{ApplyError, JournalError};
use crate::apply::event::{Entry, Event};
use crate::apply::journal::Journal;
use crate::apply::outcome::{Key, Outcome};
use crate::apply::paper::{Paper, PaperStep};
use crate::apply::work::{Standing, Work};
use crate::directory::Digest;
use crate::model::Id;
use crate::plan::StepKind;

/// What would be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rehearsal {
    /// The plan.
    pub plan: Digest,
    /// The requests before the first step: whether the APIs are there.
    pub greetings: Vec<Call>,
    /// The steps, in the order in which they come.
    pub steps: Vec<Rehearsed>,
}

/// A step as it would be carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rehearsed {
    /// When, at the earliest.
    #[serde(serialize_with = "crate::model::instant")]
    pub at: OffsetDateTime,
    /// Its number.
    pub step: u32,
    /// What it does.
    pub kind: StepKind,
    /// For whom.
    pub user: Option<Id>,
    /// To what.
    pub target: String,
    /// People do it, and report: no API does, or the settings do not let it.
    pub by_hand: bool,
    /// The request that looks before. Its answer may bring further ones: next pages, or the list of all.
    pub look: Option<Call>,
    /// The requests that do it.
    pub calls: Vec<Call>,
    /// Why there are none, although it is not done by hand.
    pub refused: Option<&'static str>,
}

/// Goes through a plan, from what is recorded of it on.
///
/// # Errors
/// None that is not a fault of the engine: nothing is written here.
pub fn rehearse(
    settings: ThreemaSettings,
    paper: &Paper,
    recorded: Vec<Entry>,
    start: OffsetDateTime,
) -> Result<Rehearsal, ApplyError> {
    let book = Book::new(settings, paper);
    let mut journal = Memory(recorded);
    let mut work = Work::of(paper);
    for entry in journal.0.iter().filter(|entry| entry.plan.as_ref() == Some(paper.digest())) {
        work.take(entry.at, &entry.event);
    }
    if !work.is_accepted() {
        journal.0.push(accepted(paper, start));
    }
    let begun = paper
        .steps()
        .iter()
        .enumerate()
        .filter(|(at, _)| matches!(work.step(*at), Standing::Open { .. } | Standing::Pending { .. }));
    let begun = begun.map(|(_, step)| step.number).collect();
    let greetings = book.greetings();
    let mut stage = Stage { book, begun, steps: Vec::new() };
    let mut now = start;
    loop {
        let mut engine = Engine::new(paper, &mut journal, &mut stage, Pace::default())?;
        match engine.run(&mut || now, &mut |_, _| true)? {
            Run::Waiting { until } if until > now => now = until,
            _ => break,
        }
    }
    Ok(Rehearsal { plan: *paper.digest(), greetings, steps: stage.steps })
}

/// A rehearsal needs no approvals.
fn accepted(paper: &Paper, at: OffsetDateTime) -> Entry {
    let event = Event::Accepted {
        directory: *paper.directory(),
        policy: *paper.policy(),
        counts: paper.counts(),
        steps: u32::try_from(paper.steps().len()).unwrap_or(u32::MAX),
    };
    Entry { at, actor: Some(paper.actor().to_owned()), plan: Some(*paper.digest()), event }
}

/// A platform on which everything succeeds at once.
struct Stage {
    book: Book,
    /// Steps that were under way.
    begun: BTreeSet<u32>,
    steps: Vec<Rehearsed>,
}

impl Connector for Stage {
    fn name(&self) -> &'static str {
        "rehearsal"
    }

    fn ability(&self, kind: StepKind) -> Option<Ability> {
        Some(self.book.ability(kind).unwrap_or(Ability::BLIND))
    }

    fn observe(&mut self, step: &PaperStep, _: OffsetDateTime) -> Sight {
        let effect = if self.begun.contains(&step.number) { Effect::Done } else { Effect::NotDone };
        Sight { effect, ..Sight::default() }
    }

    fn perform(&mut self, step: &PaperStep, _: &Key, now: OffsetDateTime) -> Outcome {
        let by_hand = self.book.ability(step.kind).is_none();
        let calls = if by_hand { Ok(Vec::new()) } else { self.book.calls(step) };
        self.steps.push(Rehearsed {
            at: now,
            step: step.number,
            kind: step.kind,
            user: step.user,
            target: step.target.to_string(),
            by_hand,
            look: self.book.look(step),
            refused: calls.as_ref().err().map(|none| none.words()),
            calls: calls.unwrap_or_default(),
        });
        Outcome::Applied
    }
}

/// What is recorded, and gone afterwards.
struct Memory(Vec<Entry>);

impl Journal for Memory {
    fn record(&mut self, entries: Vec<Entry>) -> Result<(), JournalError> {
        self.0.extend(entries);
        Ok(())
    }

    fn record_plan(&mut self, entries: Vec<Entry>, _: &Digest, _: &str) -> Result<(), JournalError> {
        self.record(entries)
    }

    fn replay(&self, see: &mut dyn FnMut(Entry)) -> Result<(), JournalError> {
        self.0.iter().cloned().for_each(see);
        Ok(())
    }
}
