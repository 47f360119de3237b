//! Reading answers: no more of them than is needed, and nothing on trust (PLATFORM 31–33).
//!
//! Numbers may come as texts and texts as numbers, lists bare or in an object, members as IDs or as objects with one;
//! links are named by `rel` in answers and by `ref` in documents, errors stand under `error` or `message`. Passwords are in
//! the answers about credentials: they are passed over and never become a value.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value as Json;
use serde_json::value::RawValue;

/// A key or ID, written as a text or as a number.
#[derive(Deserialize)]
#[serde(untagged)]
enum Name {
    Text(String),
    Number(u64),
}

impl Name {
    fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Number(number) => number.to_string(),
        }
    }
}

/// An entry of a list: a name, or an object with one.
#[derive(Deserialize)]
#[serde(untagged)]
enum Item {
    Name(Name),
    Object { id: Name },
}

/// What every object is looked at for.
#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    id: Option<Name>,
    #[serde(default)]
    error: Option<IgnoredAny>,
    #[serde(default)]
    message: Option<IgnoredAny>,
    #[serde(default, alias = "_links")]
    links: Option<Json>,
}

/// One page of a list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page {
    /// The names on it.
    pub(super) names: BTreeSet<String>,
    /// Where the next one is: `None` if this is the last.
    pub(super) next: Option<Next>,
}

/// Where the next page of a list is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// At an address, whole or from the root of the host.
    At(String),
    /// There is one, and no address is told.
    Somewhere,
}

/// The head of an object that tells of no error; a list is no object, although it could be read as one.
fn head_of(body: &[u8]) -> Option<Head> {
    let head: Head =
        body.trim_ascii_start().starts_with(b"{").then(|| serde_json::from_slice(body).ok())??;
    head.error.is_none().then_some(head)
}

/// The `id` of an object that is one thing; `None` for everything else.
pub(super) fn id_of(body: &[u8]) -> Option<String> {
    head_of(body)?.id.map(Name::into_text)
}

/// A page of the list that is called `name`; `None` for everything else.
pub(super) fn page_of(body: &[u8], name: &str) -> Option<Page> {
    if body.trim_ascii_start().starts_with(b"[") {
        return Some(Page { names: names(body)?, next: None });
    }
    let head = head_of(body)?;
    let entries: std::collections::HashMap<String, &RawValue> = serde_json::from_slice(body).ok()?;
    let names = names(entries.get(name)?.get().as_bytes())?;
    Some(Page { names, next: head.links.as_ref().and_then(next) })
}

fn names(list: &[u8]) -> Option<BTreeSet<String>> {
    let items: Vec<Item> = serde_json::from_slice(list).ok()?;
    let name = |item| match item {
        Item::Name(name) | Item::Object { id: name } => name.into_text(),
    };
    Some(items.into_iter().map(name).collect())
}

fn next(links: &Json) -> Option<Next> {
    let link = match links {
        Json::Array(links) => {
            links.iter().find(|link| ["rel", "ref"].iter().any(|key| link[*key] == "next"))?
        }
        Json::Object(links) => links.get("next").filter(|next| !next.is_null())?,
        _ => return None,
    };
    let address =
        link.as_str().or_else(|| ["href", "link", "url"].iter().find_map(|key| link[*key].as_str()));
    Some(address.map_or(Next::Somewhere, |address| Next::At(address.to_owned())))
}

/// What the body of a reply to a change says by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// Nothing against it.
    Fine,
    /// It tells of an error.
    Error,
    /// It is nothing an API answers with.
    Senseless,
}

/// Looks at the body of a reply to a change. What it says is not repeated anywhere: it may quote the request.
pub(super) fn said(body: &[u8]) -> Said {
    let body = body.trim_ascii();
    if body.is_empty() {
        return Said::Fine;
    }
    match body.first() {
        Some(b'{') => match serde_json::from_slice::<Head>(body) {
            Ok(head) if head.error.is_some() || (head.message.is_some() && head.id.is_none()) => Said::Error,
            Ok(_) => Said::Fine,
            Err(_) => Said::Senseless,
        },
        Some(_) if serde_json::from_slice::<IgnoredAny>(body).is_ok() => Said::Fine,
        _ => Said::Senseless,
    }
}

/// Whether this is what an API answers with: an object without an error, or a list.
pub(super) fn is_answer(body: &[u8]) -> bool {
    match body.trim_ascii().first() {
        Some(b'{') => head_of(body).is_some(),
        Some(b'[') => serde_json::from_slice::<IgnoredAny>(body).is_ok(),
        _ => false,
    }
}
