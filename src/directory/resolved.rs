//! Resolved users whose records are no text: rows of columns.
//!
//! In go the cells of a row, each with its field; out comes the user that a line of a
//! [stream](super::Stream) with these values would give, or everything that is wrong with the row. What
//! values mean and how mistakes are called is asked of the same code that reads streams.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::excerpt::{Excerpt, Span};
use super::header::{self, SubscriptionHeader};
use super::intern::Interner;
use super::judgement::{Judgement, UserKeys};
use super::node::{Data, Entry, Node};
use super::problems::Problems;
use super::reading::Reading;
use super::resolve::{Omissions, report_missing};
use super::single_user::default_edition;
use super::stream::judge_column;
use super::users::read_user;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::model::{Edition, Fact, Field, Id, Schema, Slot, User};

/// What diagnostics call the columns.
pub(crate) const NAME: &str = "columns";

/// What a row has of one field.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell<'t> {
    /// No value.
    Nothing,
    /// True or false.
    Bool(bool),
    /// A whole number of 64 bits.
    Integer(i64),
    /// A larger number.
    OtherNumber,
    /// A text; a date or an instant as text.
    Text(Cow<'t, str>),
    /// Texts separated by `;`.
    Separated(&'t str),
    /// A list.
    List(Vec<Self>),
}

/// A row that is no user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BadRow {
    /// Its ID, if that much could be read.
    pub(crate) id: Option<Id>,
    /// Everything that is wrong with it, on one line.
    pub(crate) message: String,
}

/// What a set of columns speaks for, and what a row without a value means.
#[derive(Clone, Debug)]
pub(crate) struct Resolution {
    schema: Arc<Schema>,
    /// By slot: an omitted value means that there is none.
    given: Vec<bool>,
    assume: BTreeMap<Slot, Fact>,
    edition: Option<Edition>,
    no_texts: Arc<[Arc<str>]>,
}

/// The field of a column by its name; `None` for a column that is ignored, and the mistake for one that
/// does not belong here.
pub(crate) fn field_of_column(
    name: &str,
    schema: &Schema,
    header: Option<&SubscriptionHeader>,
) -> Result<Option<Slot>, Diagnostic> {
    let ignored = BTreeSet::new();
    let keys = UserKeys { schema, ignored: &ignored, derived: true };
    match judge_column(name, keys, header.and_then(|header| header.provides.as_ref())) {
        Judgement::Known => Ok(schema.slot(name)),
        Judgement::Ignored => Ok(None),
        Judgement::Refused { code, message, help } => {
            let found = Diagnostic::new(code, message, NAME, Place::FILE);
            Err(match help {
                Some(help) => found.help(help),
                None => found,
            })
        }
    }
}

impl Resolution {
    /// What `columns` speak for, with what a subscription file says of the rest.
    pub(crate) fn new(
        schema: &Arc<Schema>,
        columns: &[Slot],
        header: Option<&SubscriptionHeader>,
        edition: Option<Edition>,
    ) -> Self {
        let listed = |slot| {
            header.and_then(|header| header.provides.as_ref()).is_some_and(|p| p.slots.contains(&slot))
        };
        let given = schema
            .slots()
            .map(|slot| header::always_provided(schema, slot) || columns.contains(&slot) || listed(slot))
            .collect();
        Self {
            schema: schema.clone(),
            given,
            assume: header.map(|header| header.assume.clone()).unwrap_or_default(),
            edition: edition.or_else(|| header.map(|header| header.subscription.edition)),
            no_texts: Arc::from(Vec::new()),
        }
    }

    fn omissions(&self) -> Omissions<'_> {
        Omissions {
            schema: &self.schema,
            given: &self.given,
            assume: &self.assume,
            no_texts: self.no_texts.clone(),
        }
    }

    /// What is known of a field of a user whose row has no value for it; `None` if such a row is bad.
    pub(crate) fn omitted(&self, slot: Slot) -> Option<Fact> {
        let nobody = "00000000".parse().ok()?;
        let mut user = User::new(nobody, &self.schema);
        let missing = self.omissions().fill(&mut user);
        if missing.contains(&slot) || slot == Field::Id.slot() {
            return None;
        }
        if let Some(edition) = self.edition {
            default_edition(&mut user, edition);
        }
        Some(user.fact(slot).clone())
    }

    /// The user of a row.
    pub(crate) fn user<'t>(&self, cells: impl Iterator<Item = (Slot, Cell<'t>)>) -> Result<User, BadRow> {
        let mut problems = Problems::default();
        let excerpt = Excerpt::file(NAME, "");
        let mut reading = Reading { excerpt: &excerpt, problems: &mut problems };
        let object = cells
            .map(|(slot, cell)| Entry {
                key: Cow::Owned(self.schema.name(slot).to_owned()),
                key_span: Span::default(),
                value: node(cell),
            })
            .collect();
        let ignored = BTreeSet::new();
        let keys = UserKeys { schema: &self.schema, ignored: &ignored, derived: true };
        let mut interner = Interner::unbounded();
        let whole = Span::default();
        let record = read_user(&mut reading, object, whole, keys, None, &mut interner, &mut |_, _| {});
        let Some(record) = record else {
            return Err(BadRow { id: None, message: message(problems) });
        };
        let mut user = record.user;
        for slot in self.omissions().fill(&mut user) {
            if !record.places.is_flawed {
                report_missing(reading.problems, &excerpt, record.places.id, self.schema.name(slot));
            }
        }
        if let Some(edition) = self.edition {
            default_edition(&mut user, edition);
        }
        if problems.is_empty() {
            Ok(user)
        } else {
            Err(BadRow { id: Some(user.id()), message: message(problems) })
        }
    }
}

fn node(cell: Cell<'_>) -> Node<'_> {
    let span = Span::default();
    match cell {
        Cell::Nothing => Node::new(span, Data::Nothing),
        Cell::Bool(value) => Node::new(span, Data::Bool(value)),
        Cell::Integer(value) => Node::new(span, Data::Integer(value)),
        Cell::OtherNumber => Node::new(span, Data::OtherNumber),
        Cell::Text(text) => Node::text(span, text),
        Cell::Separated("") => Node::new(span, Data::Nothing),
        Cell::Separated(text) => Node::new(span, Data::Cell(Cow::Borrowed(text))),
        Cell::List(cells) => Node::new(span, Data::List(cells.into_iter().map(node).collect())),
    }
}

/// What is wrong with a row, on one line, as a bad record of a stream says it.
fn message(problems: Problems) -> String {
    let problem = |found: &Diagnostic| format!("[{}] {}", found.code, found.message);
    problems.into_diagnostics().iter().map(problem).collect::<Vec<_>>().join("; ")
}

/// A diagnostic about a column of the wrong type.
pub(crate) fn wrong_column(message: String, help: String) -> Diagnostic {
    Diagnostic::new(Code::WrongValueType, message, NAME, Place::FILE).help(help)
}

/// A diagnostic about a field that must have a column.
pub(crate) fn missing_column(field: &str) -> Diagnostic {
    Diagnostic::new(Code::MissingKey, format!("the columns need `{field}`"), NAME, Place::FILE)
        .help(format!("add a column `{field}`"))
}

/// A diagnostic about a field that has two columns.
pub(crate) fn repeated_column(field: &str) -> Diagnostic {
    Diagnostic::new(Code::DuplicateColumn, format!("the column `{field}` is given twice"), NAME, Place::FILE)
        .help("keep one of them")
}
