//! Reads a directory that is one JSON file.

use super::draft::Draft;
use super::excerpt::{Excerpt, Span};
use super::header::{self, Section, read_header};
use super::json::{self, RawEntry};
use super::judgement::judge;
use super::node::{Entry, Object};
use super::problems::Problems;
use super::progress::Callback;
use super::reading::Reading;
use super::records;
use crate::diagnostic::Code;

/// The records of a JSON directory; `None` if it has no form at all.
pub(super) fn read_json(
    excerpt: &Excerpt<'_>,
    problems: &mut Problems,
    progress: &mut Callback<'_>,
) -> Option<Draft> {
    let mut reading = Reading { excerpt, problems };
    let raw = json::parse(&mut reading, excerpt.text(), Code::JsonSyntax)?;
    let entries = json::entries(&mut reading, raw, "a directory")?;

    let known: Vec<&str> =
        header::KEYS.iter().copied().chain(["users"]).chain(Section::ALL.map(Section::name)).collect();
    let mut head: Object<'_> = Vec::new();
    let mut users = None;
    let mut sections = Vec::new();
    for RawEntry { key, key_span, value } in entries {
        if key == "users" {
            users = Some(value);
        } else if let Some(section) = Section::ALL.into_iter().find(|section| section.name() == key) {
            sections.push((section, key_span, value));
        } else if header::KEYS.contains(&&*key) {
            if let Some(value) = json::node(&mut reading, value) {
                head.push(Entry { key, key_span, value });
            }
        } else {
            reading.heed(key_span, judge(&key, &known));
        }
    }
    let whole = Span::at(json::span_of(&reading, raw).start, 1);
    reading.require(whole, "a directory", &[("users", users.is_some())]);

    let mut draft = Draft::new(read_header(&mut reading, head, whole));
    if let Some(users) = users {
        let is_list =
            records::from_json(&mut reading, users, "`users`", progress, &mut |reading, object, span| {
                draft.take_user(reading, object, span, 0);
            });
        draft.has_users = is_list;
    }
    for (section, span, list) in sections {
        let what = format!("`{}`", section.name());
        let is_list =
            records::from_json(&mut reading, list, &what, progress, &mut |reading, object, span| {
                draft.take(section, reading, object, span, 0);
            });
        if is_list {
            draft.sections.push((section, 0, span));
        }
    }
    Some(draft)
}
