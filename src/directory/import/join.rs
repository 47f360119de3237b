//! Joins accounts and rows on the personnel number, and writes the files of the directory.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::Import;
use super::answers::{Accounts, Credentials};
use super::findings::{ImportFinding, ImportFindingCode as Found};
use super::people::{People, Row};
use crate::model::{Field, Id, Schema};
use crate::sort::{self, Gather as _};

/// The directory and what to look at. `head` becomes `directory.toml`.
pub(super) fn join(
    head: &str,
    accounts: Accounts,
    credentials: Credentials,
    people: &People,
    schema: &Schema,
) -> Import {
    let mut rows: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in &people.rows {
        rows.entry(&row.number).or_default().push(row);
    }
    let mut ids: BTreeMap<&str, Vec<Id>> = BTreeMap::new();
    for (id, account) in &accounts.by_id {
        if let Some(number) = &account.number {
            ids.entry(number).or_default().push(*id);
        }
    }
    let told: BTreeSet<&str> =
        accounts.by_id.values().flat_map(|account| account.facts.keys().copied()).gather();

    let mut findings = accounts.findings;
    let mut users = String::new();
    let mut matched = 0;
    for (id, account) in &accounts.by_id {
        let number = account.number.as_deref();
        let row = match (number, number.and_then(|number| rows.get(number)).map(Vec::as_slice)) {
            (_, Some([row])) => Some(*row),
            (number, found) => {
                findings.extend(without_row(*id, number, found.unwrap_or_default()));
                None
            }
        };
        matched += usize::from(row.is_some());
        if let Some(others) = number.and_then(|number| ids.get(number)).filter(|ids| ids.len() > 1) {
            let others: Vec<&str> = others.iter().filter(|other| *other != id).map(Id::as_str).collect();
            let message = format!("the person of {id} also has {}", others.join(", "));
            findings.push(of_id(Found::SeveralIds, *id, number, message));
        }
        let mut user = Map::new();
        user.insert(Field::Id.name().to_owned(), id.as_str().into());
        user.insert(Field::Person.name().to_owned(), number.map_or(Json::Null, Json::from));
        for name in schema.names().filter(|name| !matches!(*name, "id" | "person")) {
            let value = if people.fields.contains(name) {
                row.and_then(|row| row.facts.get(name))
            } else if told.contains(name) {
                account.facts.get(name)
            } else {
                continue;
            };
            user.insert(name.to_owned(), value.cloned().unwrap_or(Json::Null));
        }
        users.push_str(&Json::Object(user).to_string());
        users.push('\n');
    }
    sort::ascending(&mut findings);
    findings.extend(of_rows(people, &rows, &ids));
    findings.extend(people.findings.iter().cloned());
    findings.extend(credentials.findings);

    let mut files = vec![("directory.toml", head.to_owned()), ("users.ndjson", users)];
    if let Some(records) = credentials.records.filter(|records| !records.is_empty()) {
        let lines: Vec<String> = records.values().map(|record| format!("{record}\n")).collect();
        files.push(("credentials.ndjson", lines.concat()));
    }
    Import { files, users: accounts.by_id.len(), matched, rows: people.rows.len(), findings }
}

fn of_id(code: Found, id: Id, number: Option<&str>, message: String) -> ImportFinding {
    let found = ImportFinding::new(code, message);
    ImportFinding { user: Some(id), person: number.map(str::to_owned), ..found }
}

/// Why an ID has no row that counts.
fn without_row(id: Id, number: Option<&str>, rows: &[&Row]) -> Option<ImportFinding> {
    let (code, message) = match (number, rows) {
        // Nobody's: gateways and the platform's own (PLATFORM 12).
        (None, _) if id.is_system() => return None,
        (None, _) => (Found::IdWithoutNumber, format!("{id} has no personnel number: no rule runs for it")),
        (Some(number), []) => {
            (Found::IdWithoutRow, format!("no row has the number {number} of {id}: no rule runs for it"))
        }
        (Some(number), rows) => {
            let lines: Vec<String> = rows.iter().map(|row| row.line.to_string()).collect();
            let lines = lines.join(" and ");
            let message = format!("the rows {lines} have the number {number} of {id}: none of them is taken");
            (Found::IdWithSeveralRows, message)
        }
    };
    Some(of_id(code, id, number, message))
}

fn of_rows(
    people: &People,
    rows: &BTreeMap<&str, Vec<&Row>>,
    ids: &BTreeMap<&str, Vec<Id>>,
) -> Vec<ImportFinding> {
    let mut findings = Vec::new();
    for row in &people.rows {
        let number = row.number.as_str();
        let mut find = |code, message| {
            let found = ImportFinding::new(code, message);
            findings.push(ImportFinding { line: Some(row.line), person: Some(number.to_owned()), ..found });
        };
        if rows.get(number).is_some_and(|rows| rows.len() > 1) {
            find(Found::NumberTwice, format!("another row has the number {number}, too"));
        }
        if !ids.contains_key(number) {
            find(Found::RowWithoutId, format!("no ID has the number {number}"));
        }
    }
    findings
}
