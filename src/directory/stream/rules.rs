//! What holds of every record of a stream, and the careful reader of one record.
//!
//! The careful reader is the reference: it makes a [`User`] of a record or says everything that is
//! wrong with it. Faster readers give it every record they do not fully understand.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{BadRecord, StreamHeader, text_of};
use crate::diagnostic::Code;
use crate::directory::csv::{self, Column};
use crate::directory::excerpt::Span;
use crate::directory::header::SubscriptionHeader;
use crate::directory::intern::Interner;
use crate::directory::judgement::UserKeys;
use crate::directory::node::{Node, Object};
use crate::directory::problems::Problems;
use crate::directory::reading::Reading;
use crate::directory::record_reader::{Chunk, ChunkKind};
use crate::directory::records::{json_line, report_too_long};
use crate::directory::resolve::{Omissions, report_missing};
use crate::directory::single_user::default_edition;
use crate::directory::users::read_user;
use crate::model::{Fact, Field, Id, Schema, Slot, User};
use crate::sort::Gather as _;

/// What holds of every record.
#[derive(Debug)]
pub(super) struct Rules {
    /// What diagnostics call the stream.
    name: String,
    pub(super) header: StreamHeader,
    assume: BTreeMap<Slot, Fact>,
    /// By slot: an omitted value means that there is none.
    given: Vec<bool>,
    /// Of CSV.
    pub(super) columns: Option<Vec<Column>>,
    no_texts: Arc<[Arc<str>]>,
}

/// What a user is of whom a record says nothing.
#[derive(Debug)]
pub(super) struct Blank {
    /// By slot.
    pub(super) facts: Vec<Fact>,
    /// What a record must not leave open like this.
    pub(super) missing: Vec<Slot>,
}

impl Rules {
    pub(super) fn new(
        name: &str,
        header: &SubscriptionHeader,
        given: Vec<bool>,
        columns: Option<Vec<Column>>,
    ) -> Self {
        let is_given = |slot: &Slot| given.get(slot.index()).copied().unwrap_or(false);
        let mut provided: BTreeSet<Slot> = header.schema.slots().filter(is_given).gather();
        provided.extend(header.assume.keys().copied());
        provided.insert(Field::Edition.slot());
        if provided.contains(&Field::LastDay.slot()) {
            provided.insert(Field::HasLeft.slot());
        }
        Self {
            name: name.to_owned(),
            header: StreamHeader {
                subscription: header.subscription.clone(),
                taken_at: header.taken_at,
                complete: header.complete,
                schema: header.schema.clone(),
                provided,
            },
            assume: header.assume.clone(),
            given,
            columns,
            no_texts: Arc::from(Vec::new()),
        }
    }

    pub(super) fn schema(&self) -> &Schema {
        &self.header.schema
    }

    /// The keys that records may have.
    pub(super) fn keys<'s>(&'s self, ignored: &'s BTreeSet<String>) -> UserKeys<'s> {
        UserKeys { schema: self.schema(), ignored, derived: true }
    }

    fn omissions(&self) -> Omissions<'_> {
        Omissions {
            schema: self.schema(),
            given: &self.given,
            assume: &self.assume,
            no_texts: self.no_texts.clone(),
        }
    }

    /// The user whose record has none of the fields.
    pub(super) fn omitted(&self) -> Blank {
        self.blank(&Fact::Unknown)
    }

    /// The user whose record has all fields and a value for none.
    pub(super) fn without_values(&self) -> Blank {
        self.blank(&Fact::Absent)
    }

    fn blank(&self, fact: &Fact) -> Blank {
        // Any ID will do: it stands in no fact but its own.
        let id = "00000000".parse().expect("eight digits are an ID");
        let mut user = User::new(id, self.schema());
        for slot in self.schema().slots() {
            user.set(slot, fact.clone());
        }
        let mut missing = self.omissions().fill(&mut user);
        missing.push(Field::Id.slot());
        default_edition(&mut user, self.header.subscription.edition);
        let facts = self.schema().slots().map(|slot| user.fact(slot).clone()).collect();
        Blank { facts, missing }
    }

    /// The user of the record `bytes`, or what is wrong with it.
    pub(super) fn read(
        &self,
        chunk: &Chunk,
        bytes: &[u8],
        interner: &mut Interner,
    ) -> Result<User, BadRecord> {
        let mut problems = Problems::default();
        self.user_of(chunk, bytes, interner, &mut problems).map_err(|id| BadRecord {
            line: chunk.line,
            id,
            diagnostics: problems.into_diagnostics(),
        })
    }

    /// The user of a record, or its ID if that is all, with what is wrong in `problems`.
    fn user_of(
        &self,
        chunk: &Chunk,
        bytes: &[u8],
        interner: &mut Interner,
        problems: &mut Problems,
    ) -> Result<User, Option<Id>> {
        let Chunk { line, kind, .. } = chunk;
        let excerpt = text_of(&self.name, bytes, *line, problems).ok_or(None)?;
        let mut reading = Reading { excerpt: &excerpt, problems };
        let text = excerpt.text();
        let object: Option<Object<'_>> = match (kind, &self.columns) {
            (ChunkKind::Whole { .. }, Some(columns)) => csv::row(&mut reading, text, 0, columns),
            (ChunkKind::Whole { terminated }, None) => json_line(&mut reading, text, *terminated)
                .and_then(|node: Node<'_>| reading.object(node, "each line")),
            (ChunkKind::Unclosed, _) => {
                let line = text.trim_end_matches(['\r', '\n']);
                csv::report_quote(&mut reading, csv::unclosed_quote(line, 0));
                None
            }
            (ChunkKind::TooLong, _) => {
                report_too_long(&mut reading, 0);
                None
            }
            (ChunkKind::Failed(error), _) => {
                reading.problems.report_file(
                    &self.name,
                    Code::DirectoryUnreadable,
                    format!("the stream cannot be read on: {error}"),
                    "what follows is not known; start again".to_owned(),
                );
                None
            }
        };
        let object = object.ok_or(None)?;
        let ignored = BTreeSet::new();
        let whole = Span::at(0, text.len());
        let record =
            read_user(&mut reading, object, whole, self.keys(&ignored), None, interner, &mut |_, _| {})
                .ok_or(None)?;
        let mut user = record.user;
        for slot in self.omissions().fill(&mut user) {
            if !record.places.is_flawed {
                report_missing(reading.problems, &excerpt, record.places.id, self.schema().name(slot));
            }
        }
        default_edition(&mut user, self.header.subscription.edition);
        if problems.is_empty() { Ok(user) } else { Err(Some(user.id())) }
    }
}
