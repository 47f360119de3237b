//! The platform as its documents have it, traps included, written from them and not from the connector.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::server::{Answer, Received};

/// Keys of the two APIs. Whatever prints one of them fails a test.
pub(crate) const WORK_KEY: &str = "work-key-5e3c2f-never-shown";
pub(crate) const BROADCAST_KEY: &str = "broadcast-key-77aa01-never-shown";
/// A password in answers about credentials.
pub(crate) const PASSWORD: &str = "hunter2-never-shown";

const BROADCAST: &str = "/broadcast/api/v1/identities/*ACMEGRP";
const WORK: &str = "/acme-work/api/v1";

#[derive(Debug)]
pub(crate) struct Platform {
    pub(crate) users: BTreeSet<String>,
    pub(crate) credentials: BTreeSet<String>,
    pub(crate) groups: BTreeMap<String, BTreeSet<String>>,
    pub(crate) lists: BTreeMap<String, BTreeSet<String>>,
    /// Text and who was on the list.
    pub(crate) messages: Vec<(String, BTreeSet<String>)>,
    pub(crate) synchronised: Vec<String>,
    /// Entries of a page, whatever is asked for.
    pub(crate) page: usize,
    /// How the links of pages are called.
    pub(crate) link: &'static str,
    /// Where the next page is said to be, instead of where it is.
    pub(crate) next_elsewhere: Option<String>,
    /// Personnel numbers of users.
    pub(crate) numbers: BTreeMap<String, String>,
    /// Whether members come as objects.
    pub(crate) members_as_objects: bool,
}

impl Platform {
    pub(crate) fn new() -> Self {
        Self {
            users: BTreeSet::new(),
            credentials: BTreeSet::new(),
            groups: BTreeMap::new(),
            lists: BTreeMap::new(),
            messages: Vec::new(),
            synchronised: Vec::new(),
            page: 5_000,
            link: "rel",
            next_elsewhere: None,
            numbers: BTreeMap::new(),
            members_as_objects: false,
        }
    }

    /// What is answered to a request, after it was done.
    pub(crate) fn answer(&mut self, received: &Received) -> Answer {
        let (path, query) = received.path.split_once('?').unwrap_or((&received.path, ""));
        let key = received.header("x-api-key").unwrap_or_default();
        let (right, rest) = if let Some(rest) = path.strip_prefix(BROADCAST) {
            (BROADCAST_KEY, rest)
        } else if let Some(rest) = path.strip_prefix(WORK) {
            (WORK_KEY, rest)
        } else {
            return Answer::new(404, "<html>nothing here</html>");
        };
        if key != right {
            // As badly as it can be done: the answer repeats the key.
            return error(401, &format!("the key {key} is wrong"));
        }
        let segments: Vec<String> = rest.split('/').skip(1).map(decoded).collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        if right == WORK_KEY {
            self.work(&received.method, &segments, query)
        } else {
            self.broadcast(received, &segments, query)
        }
    }

    fn work(&mut self, method: &str, segments: &[&str], query: &str) -> Answer {
        match (method, segments) {
            ("GET", [""]) => json_answer(&json!({"name": "Acme AG", "links": []})),
            ("GET", ["users"]) => {
                let numbered = |id: &String| {
                    let mut user = user(id);
                    user["csi"] = json!(self.numbers.get(id));
                    user
                };
                let users: Vec<Value> = self.users.iter().map(numbered).collect();
                self.page_of("users", users, &format!("{WORK}/users"), query)
            }
            ("GET", ["credentials"]) => {
                let all: Vec<Value> = self.credentials.iter().map(|id| credential(id)).collect();
                self.page_of("credentials", all, &format!("{WORK}/credentials"), query)
            }
            ("GET", ["users", id]) if self.users.contains(*id) => json_answer(&user(id)),
            ("GET", ["credentials", id]) if self.credentials.contains(*id) => json_answer(&credential(id)),
            ("DELETE", ["credentials", id]) if self.credentials.remove(*id) => Answer::new(204, ""),
            ("DELETE", ["users", id]) if self.users.remove(*id) => Answer::new(204, ""),
            _ => error(404, "not found"),
        }
    }

    fn broadcast(&mut self, received: &Received, segments: &[&str], query: &str) -> Answer {
        let body: Value = serde_json::from_slice(&received.body).unwrap_or_default();
        match (&*received.method, segments) {
            ("GET", ["groups"]) => {
                let groups = self.groups.keys().map(|id| json!({"id": id, "name": "x"})).collect();
                self.page_of("groups", groups, &format!("{BROADCAST}/groups"), query)
            }
            ("POST", ["groups", group, "synchronise"]) if self.groups.contains_key(*group) => {
                self.synchronised.push((*group).to_owned());
                Answer::new(202, "")
            }
            ("POST", ["distribution_lists", list, "chat"]) if self.lists.contains_key(*list) => {
                let text = match (body["type"].as_str(), body["body"]["en"].as_str()) {
                    (Some("text"), Some(text)) => text.to_owned(),
                    _ => return error(422, "no text"),
                };
                self.messages.push((text, self.lists[*list].clone()));
                Answer::new(204, "")
            }
            (method, [kind @ ("groups" | "distribution_lists"), key, what]) => {
                let is_group = *kind == "groups";
                let name = if is_group { "members" } else { "recipients" };
                let containers = if is_group { &mut self.groups } else { &mut self.lists };
                let (true, Some(members)) = (*what == name, containers.get_mut(*key)) else {
                    return error(404, "not found");
                };
                // Members are taken out by a bare list, everything else is an object.
                let ids = if is_group && method == "DELETE" { &body } else { &body[name] };
                let ids: Option<Vec<String>> = serde_json::from_value(ids.clone()).ok();
                match (method, ids) {
                    ("GET", _) => {
                        let member = |id: &String| {
                            if self.members_as_objects {
                                json!({"id": id, "nickname": "Zoë"})
                            } else {
                                json!(id)
                            }
                        };
                        let all = members.iter().map(member).collect();
                        let path = format!("{BROADCAST}/{kind}/{key}/{name}");
                        self.page_of(name, all, &path, query)
                    }
                    ("POST", Some(ids)) => {
                        members.extend(ids);
                        json_answer(&json!({}))
                    }
                    ("DELETE", Some(ids)) => {
                        members.retain(|id| !ids.contains(id));
                        Answer::new(204, "")
                    }
                    _ => error(422, "that body is not understood"),
                }
            }
            _ => error(404, "not found"),
        }
    }

    fn page_of(&self, name: &str, all: Vec<Value>, path: &str, query: &str) -> Answer {
        let number = |key: &str| {
            query.split('&').find_map(|part| part.strip_prefix(key)?.strip_prefix('=')?.parse::<usize>().ok())
        };
        let (asked, page) = (number("pageSize").unwrap_or(10), number("page").unwrap_or(0));
        if asked > 5_000 || asked == 0 {
            return error(400, "pageSize");
        }
        let size = asked.min(self.page);
        let rest = all.len().saturating_sub(page * size);
        let items: Vec<Value> = all.into_iter().skip(page * size).take(size).collect();
        let mut links = vec![json!({self.link: "self", "link": path})];
        if rest > size {
            let next = format!("{path}?pageSize={size}&page={}", page + 1);
            let next = self.next_elsewhere.clone().unwrap_or(next);
            links.push(json!({self.link: "next", "link": next}));
        }
        json_answer(&json!({name: items, "links": links}))
    }
}

/// Numbers come as texts, and keys that are digits as numbers.
fn credential(id: &str) -> Value {
    let id = id.parse::<u64>().map_or_else(|_| json!(id), |number| json!(number));
    json!({"id": id, "username": "acme-0001", "password": PASSWORD, "usage": "1", "hashed": false, "locked": "0"})
}

/// Fields may be missing, and there is none for a status.
fn user(id: &str) -> Value {
    json!({"id": id, "nickname": "Zoë", "category": "a,b", "lastCheck": "2017-01-01T00:00:00+0100"})
}

fn json_answer(value: &Value) -> Answer {
    Answer::new(200, value.to_string()).header("content-type", "application/json")
}

/// Errors stand under `error` or under `message`.
fn error(status: u16, text: &str) -> Answer {
    let key = if status == 404 { "message" } else { "error" };
    Answer::new(status, json!({key: text}).to_string())
}

fn decoded(segment: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let hex: Vec<u8> = rest.by_ref().take(2).collect();
            let hex = std::str::from_utf8(&hex).expect("hexadecimal");
            bytes.push(u8::from_str_radix(hex, 16).expect("hexadecimal"));
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).expect("text")
}
