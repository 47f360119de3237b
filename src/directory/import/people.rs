//! Reads the table of the personnel department: one row for each person, with columns that are named by the choices.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::ImportChoices;
use super::findings::{ImportFinding, ImportFindingCode};
use crate::diagnostic::{Code, suggest};
use crate::directory::excerpt::{Excerpt, Span};
use crate::directory::field_value::field_value;
use crate::directory::intern::Interner;
use crate::directory::judgement::{Judgement, judge};
use crate::directory::node::{Data, quoted};
use crate::directory::problems::Problems;
use crate::directory::reading::Reading;
use crate::directory::records;
use crate::model::{Fact, Field, FieldSource, Schema, Slot, Value};
use crate::sort::Gather as _;

/// A row.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) line: usize,
    pub(super) number: String,
    /// What it says, by field: null for an empty cell.
    pub(super) facts: BTreeMap<String, Json>,
}

/// What was read.
#[derive(Debug, Default)]
pub(super) struct People {
    pub(super) rows: Vec<Row>,
    /// The fields for which there is a column.
    pub(super) fields: BTreeSet<String>,
    pub(super) findings: Vec<ImportFinding>,
}

/// The rows of the table; `None` after a report that leaves none.
pub(super) fn people(
    excerpt: &Excerpt<'_>,
    schema: &Schema,
    choices: &ImportChoices,
    problems: &mut Problems,
) -> Option<People> {
    let slots = columns(excerpt.name(), schema, choices, problems);
    let known: Vec<&str> = slots.keys().map(String::as_str).collect();
    let mut ignored = Vec::new();
    let mut rows = Vec::new();
    let mut interner = Interner::unbounded();
    let mut reading = Reading { excerpt, problems };
    let found = records::from_csv(
        &mut reading,
        &mut |column| match judge(column, &known) {
            Judgement::Refused { code: Code::UnknownKey, .. } => {
                ignored.push(column.to_owned());
                Judgement::Ignored
            }
            other => other,
        },
        &mut |_| {},
        &mut |reading, object, whole| {
            let mut row = Row {
                line: reading.excerpt.place(whole).line,
                number: String::new(),
                facts: BTreeMap::new(),
            };
            for mut entry in object {
                let Some(&slot) = slots.get(&*entry.key) else { continue };
                let field = schema.field(slot);
                if let (Some(Field::Employment), Data::Cell(word)) = (field, &entry.value.data)
                    && let Some(ours) = choices.employments.get(&**word)
                {
                    entry.value.data = Data::Cell(ours.word().into());
                }
                let span = entry.value.span;
                match (field, field_value(reading, entry.value, schema, slot, &mut interner)) {
                    (Some(Field::Person), Some(Fact::Known(Value::Text(number)))) => {
                        row.number = number.to_string();
                    }
                    (Some(Field::Person), Some(_)) => reading.report(
                        span,
                        Code::MissingKey,
                        "a row without a personnel number",
                        "nobody is matched by a name: add the number, or remove the row".to_owned(),
                    ),
                    (_, Some(Fact::Known(value))) => {
                        row.facts.insert(schema.name(slot).to_owned(), value.to_json());
                    }
                    (_, Some(_)) => {
                        row.facts.insert(schema.name(slot).to_owned(), Json::Null);
                    }
                    (_, None) => {}
                }
            }
            rows.push(row);
        },
    )?;
    let given: Vec<&str> = found.iter().map(|column| column.name.as_str()).collect();
    let mut people = People { rows, ..People::default() };
    for (column, slot) in &slots {
        let name = schema.name(*slot);
        if given.contains(&column.as_str()) {
            people.fields.insert(name.to_owned());
        } else if choices.columns.contains_key(name) || matches!(name, "person" | "employment") {
            let near = suggest(column, given.iter().copied());
            let help = match near {
                Some(near) => {
                    format!("is it the column {}? Say so with --column {name}=COLUMN", quoted(near))
                }
                None => format!("say which column it is with --column {name}=COLUMN"),
            };
            let message = format!("the table has no column {} for `{name}`", quoted(column));
            reading.report(Span::at(0, 1), Code::MissingKey, message, help);
        }
    }
    people.findings.extend(ignored.into_iter().map(|column| {
        let message = format!("nothing reads the column {}", quoted(&column));
        ImportFinding::new(ImportFindingCode::IgnoredColumn, message)
    }));
    Some(people)
}

/// Which column says what.
fn columns(
    file: &str,
    schema: &Schema,
    choices: &ImportChoices,
    problems: &mut Problems,
) -> BTreeMap<String, Slot> {
    let is_ours = |slot: Slot| match schema.field(slot) {
        // What the platform knows better, or what is computed, no table says.
        Some(Field::Id | Field::Created | Field::LastSeen) => false,
        Some(field) => field.info().source != FieldSource::Derived,
        None => true,
    };
    let ours: Vec<Slot> = schema.slots().filter(|slot| is_ours(*slot)).collect();
    let mut columns: BTreeMap<String, Slot> = ours
        .iter()
        .filter(|slot| !choices.columns.contains_key(schema.name(**slot)))
        .map(|slot| (schema.name(*slot).to_owned(), *slot))
        .gather();
    for (field, column) in &choices.columns {
        match ours.iter().find(|slot| schema.name(**slot) == field) {
            Some(slot) => {
                columns.insert(column.clone(), *slot);
            }
            None => {
                let near = suggest(field, ours.iter().map(|slot| schema.name(*slot)));
                let help = near.map(|near| format!("did you mean `{near}`?"));
                let message = format!("{} is no field that a table can say", quoted(field));
                problems.report_file(file, Code::UnknownKey, message, help);
            }
        }
    }
    columns
}
