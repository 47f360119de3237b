//! Reads saved answers of the Work API (PLATFORM 31, 32): users and credentials, in pages or not.
//!
//! Only the keys that a directory has a field for are looked at; an interface may grow, so other keys are passed over,
//! and a `password` above all. An answer that tells of an error, and answers that stop before the last page, are refused:
//! a list that was cut off would look like people who are gone.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Place;

use serde_json::value::RawValue;
use serde_json::{Value as Json, json};

use super::findings::{ImportFinding, ImportFindingCode};
use super::{ImportChoices, ImportFile};
use crate::diagnostic::Code;
use crate::directory::excerpt::{Excerpt, Span};
use crate::directory::file::check_text;
use crate::directory::json::{self, RawEntry};
use crate::directory::node::{Data, quoted};
use crate::directory::problems::Problems;
use crate::directory::reading::Reading;
use crate::model::{CredentialKind, Field, Id, Moment, Zone, format_date, parse_instant};

/// How deep lists of pages may stand in lists.
const MOST_LISTS: usize = 2;

/// A user as the interface knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Account {
    /// The personnel number, if the user has one.
    pub(super) number: Option<String>,
    /// What else is known, by field, in the form of a directory.
    pub(super) facts: BTreeMap<&'static str, Json>,
}

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    pub(super) by_id: BTreeMap<Id, Account>,
    pub(super) findings: Vec<ImportFinding>,
}

/// A credential, and what is to be looked at.
#[derive(Debug, Default)]
pub(super) struct Credentials {
    /// The records of the directory; `None` if no answer was given.
    pub(super) records: Option<BTreeMap<String, Json>>,
    pub(super) findings: Vec<ImportFinding>,
}

/// How far the pages of one kind of answer reach.
#[derive(Debug, Default)]
struct Pages {
    all: usize,
    with_next: usize,
}

type TakeRecord<'f> = dyn for<'t> FnMut(&mut Reading<'_, 't>, Vec<RawEntry<'t>>, Span) + 'f;

/// The users of all files.
pub(super) fn accounts(files: &[ImportFile<'_>], zone: Option<&Zone>, problems: &mut Problems) -> Accounts {
    let mut accounts = Accounts::default();
    read_files(files, "users", problems, &mut |reading, entries, whole| {
        let Some((id, span, account)) = account(reading, entries, whole, zone) else { return };
        match accounts.by_id.entry(id) {
            Place::Vacant(place) => {
                place.insert(account);
            }
            Place::Occupied(place) if *place.get() == account => {
                let message = format!("{id} is twice in the answers, with the same content");
                let found = ImportFinding::new(ImportFindingCode::IdTwice, message);
                accounts.findings.push(ImportFinding { user: Some(id), ..found });
            }
            Place::Occupied(_) => reading.report(
                span,
                Code::DuplicateId,
                format!("{id} is twice in the answers, with different content"),
                "ask for all pages again, one after the other; give only the newest answers".to_owned(),
            ),
        }
    });
    if accounts.by_id.is_empty() && problems.is_empty() {
        let name = files.last().map_or("", |file| file.name);
        problems.report_file(
            name,
            Code::NoInterfaceAnswer,
            "there is no user in the answers",
            "a subscription without users is nothing to decide about; ask for the users again".to_owned(),
        );
    }
    accounts
}

/// The credentials of all files.
pub(super) fn credentials(
    files: &[ImportFile<'_>],
    choices: &ImportChoices,
    problems: &mut Problems,
) -> Credentials {
    let mut records = BTreeMap::new();
    let mut findings = Vec::new();
    let usual = choices.credential_kind.unwrap_or(CredentialKind::Single);
    read_files(files, "credentials", problems, &mut |reading, entries, whole| {
        let (mut id, mut username, mut usage) = (None, Json::Null, None);
        for RawEntry { key, value, .. } in entries {
            let span = json::span_of(reading, value);
            match &*key {
                "id" => {
                    id = key_of(reading, value, "`id`").map(|text| (text, span));
                }
                "username" => username = text_of(reading, value, "`username`").map_or(Json::Null, Json::from),
                "usage" => {
                    usage = json::node(reading, value).and_then(|node| match node.data {
                        Data::Integer(number) => Some(number),
                        Data::Text(text) => text.parse().ok(),
                        _ => None,
                    });
                }
                _ => {}
            }
        }
        let Some((id, span)) = id else {
            return reading.require(Span::at(whole.start, 1), "a credential", &[("id", false)]);
        };
        let kind = match (usual, choices.other_credentials.contains(&id)) {
            (CredentialKind::Multi, false) | (CredentialKind::Single, true) => CredentialKind::Multi,
            _ => CredentialKind::Single,
        };
        if kind == CredentialKind::Single && usage.is_some_and(|usage| usage > 1) {
            let message =
                format!("the credential {} is said to be one person's and has several uses", quoted(&id));
            findings.push(ImportFinding::new(ImportFindingCode::UsedBySeveral, message));
        }
        let record = json!({"id": id, "username": username, "kind": kind.word()});
        if records.insert(id.clone(), record.clone()).is_some_and(|before| before != record) {
            let message = format!("the credential {} is twice in the answers", quoted(&id));
            reading.report(span, Code::DuplicateKey, message, "give only the newest answers".to_owned());
        }
    });
    for other in choices.other_credentials.iter().filter(|other| !records.contains_key(*other)) {
        let name = files.last().map_or("", |file| file.name);
        let message = format!("no credential of the answers is called {}", quoted(other));
        problems.report_file(name, Code::UnknownCredential, message, "name it by its `id`".to_owned());
    }
    Credentials { records: (!files.is_empty()).then_some(records), findings }
}

fn read_files(files: &[ImportFile<'_>], what: &str, problems: &mut Problems, take: &mut TakeRecord<'_>) {
    let mut pages = Pages::default();
    for file in files {
        let Some(text) = check_text(file.name, file.bytes, problems) else { continue };
        let excerpt = Excerpt::file(file.name, text);
        let mut reading = Reading { excerpt: &excerpt, problems };
        if let Some(raw) = json::parse(&mut reading, text, Code::JsonSyntax) {
            read_part(&mut reading, raw, what, 0, &mut pages, take);
        }
    }
    if pages.all > 0 && pages.all == pages.with_next {
        problems.report_file(
            files.last().map_or("", |file| file.name),
            Code::AnswersMissing,
            format!("every page of {what} leads to a next one: the last page is not here"),
            "follow `next` until an answer has none, and give all answers".to_owned(),
        );
    }
}

/// A list of parts, a page, or a record.
fn read_part<'t>(
    reading: &mut Reading<'_, 't>,
    raw: &'t RawValue,
    what: &str,
    depth: usize,
    pages: &mut Pages,
    take: &mut TakeRecord<'_>,
) {
    let whole = json::span_of(reading, raw);
    if raw.get().starts_with('[') && depth < MOST_LISTS {
        for item in json::items(reading, raw, "an answer").unwrap_or_default() {
            read_part(reading, item, what, depth + 1, pages, take);
        }
        return;
    }
    let Some(entries) = json::entries(reading, raw, "an answer") else { return };
    let is_given = |key: &str| entries.iter().any(|entry| entry.key == key && entry.value.get() != "null");
    let tells = entries.iter().find(|entry| {
        (entry.key == "error" || (entry.key == "message" && !is_given("id") && !is_given(what)))
            && entry.value.get() != "null"
    });
    if let Some(tells) = tells {
        // What the interface says is not repeated: it may quote the request with its key.
        return reading.report(
            tells.key_span,
            Code::AnswerIsError,
            format!("the interface answered with an error, under `{}`, not with {what}", tells.key),
            "read it, ask again, and give only answers that succeeded".to_owned(),
        );
    }
    if let Some(list) = entries.iter().find(|entry| entry.key == what) {
        pages.all += 1;
        let links = entries.iter().find(|entry| matches!(&*entry.key, "links" | "_links"));
        pages.with_next += usize::from(links.is_some_and(|links| has_next(links.value.get())));
        for item in json::items(reading, list.value, &format!("`{what}`")).unwrap_or_default() {
            let span = json::span_of(reading, item);
            if let Some(entries) = json::entries(reading, item, &format!("each entry of `{what}`")) {
                take(reading, entries, span);
            }
        }
        return;
    }
    if is_given("id") {
        return take(reading, entries, whole);
    }
    reading.report(
        Span::at(whole.start, 1),
        Code::NoInterfaceAnswer,
        format!("this is neither a page of {what} nor one of them"),
        format!("save the answer of `/{what}` as it came"),
    );
}

/// Whether one of the links leads to a next page. The key is `ref` in documents and `rel` in answers (PLATFORM 32).
fn has_next(links: &str) -> bool {
    let links: Json = serde_json::from_str(links).unwrap_or_default();
    let named = |link: &Json| ["rel", "ref"].iter().any(|key| link[*key] == "next");
    match &links {
        Json::Array(links) => links.iter().any(named),
        Json::Object(links) => links.get("next").is_some_and(|next| !next.is_null()),
        _ => false,
    }
}

fn account<'t>(
    reading: &mut Reading<'_, 't>,
    entries: Vec<RawEntry<'t>>,
    whole: Span,
    zone: Option<&Zone>,
) -> Option<(Id, Span, Account)> {
    let mut account = Account::default();
    let (mut id, mut id_given) = (None, false);
    for RawEntry { key, value, .. } in entries {
        let field = match &*key {
            "id" => {
                id_given = true;
                let span = json::span_of(reading, value);
                let read = json::node(reading, value).and_then(|node| reading.id(node, "`id`"));
                id = read.map(|id| (id, span));
                continue;
            }
            "csi" => {
                account.number = text_of(reading, value, "`csi`");
                continue;
            }
            "category" => {
                let text = text_of(reading, value, "`category`").unwrap_or_default();
                let tags = text.split(',').map(str::trim).filter(|tag| !tag.is_empty());
                account.facts.insert(Field::Categories.name(), tags.collect());
                continue;
            }
            "lastCheck" | "createdAt" => {
                let field = if key == "createdAt" { Field::Created } else { Field::LastSeen };
                let date = date_of(reading, value, &key, zone);
                account.facts.insert(field.name(), date.map_or(Json::Null, Json::from));
                continue;
            }
            "nickname" => Field::Nickname,
            "firstName" => Field::FirstName,
            "lastName" => Field::LastName,
            "jobTitle" => Field::JobTitle,
            "department" => Field::Department,
            _ => continue,
        };
        let text = text_of(reading, value, &format!("`{key}`"));
        account.facts.insert(field.name(), text.map_or(Json::Null, Json::from));
    }
    if !id_given {
        reading.require(Span::at(whole.start, 1), "a user", &[("id", false)]);
    }
    let (id, span) = id?;
    Some((id, span, account))
}

/// A key of the platform, which may come as a number if it is one. Not so a number of the personnel department: leading
/// zeros would be lost.
fn key_of<'t>(reading: &mut Reading<'_, 't>, raw: &'t RawValue, what: &str) -> Option<String> {
    let node = json::node(reading, raw).filter(|node| !node.is_nothing())?;
    match node.data {
        Data::Integer(number @ 0..) => Some(number.to_string()),
        _ => reading.text(node, what).map(String::from),
    }
}

/// A text that is not empty; nothing for null, an empty text, and after a report.
fn text_of<'t>(reading: &mut Reading<'_, 't>, raw: &'t RawValue, what: &str) -> Option<String> {
    let node = json::node(reading, raw).filter(|node| !node.is_nothing())?;
    reading.text(node, what).map(String::from)
}

/// The day of an instant in the time zone of the subscription.
fn date_of<'t>(
    reading: &mut Reading<'_, 't>,
    raw: &'t RawValue,
    key: &str,
    zone: Option<&Zone>,
) -> Option<String> {
    let what = format!("`{key}`");
    let span = json::span_of(reading, raw);
    let text = text_of(reading, raw, &what)?;
    let Some(instant) = parse_instant(&with_colon(&text)) else {
        let message = format!("{what} must be an instant, this is {}", quoted(&text));
        let help = "the interface writes 2017-01-01T00:00:00+0100; save its answers as they come";
        reading.report(span, Code::InvalidInstant, message, help.to_owned());
        return None;
    };
    let moment = Moment::new(instant, zone.cloned().unwrap_or(Zone::UTC)).ok()?;
    moment.date_of(instant).map(format_date)
}

/// The interface leaves the colon of an offset out (PLATFORM 32).
fn with_colon(text: &str) -> String {
    let (head, tail) = text.split_at_checked(text.len().saturating_sub(5)).unwrap_or((text, ""));
    match tail.split_at_checked(3) {
        Some((hours, minutes))
            if hours.starts_with(['+', '-']) && tail.bytes().skip(1).all(|byte| byte.is_ascii_digit()) =>
        {
            format!("{head}{hours}:{minutes}")
        }
        _ => text.to_owned(),
    }
}
