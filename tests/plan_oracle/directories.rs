//! Random directories of Acme, as JSON: small companies with everything that makes leaving difficult.
//!
//! In goes a generator and what the policy reads, out comes a directory that can be read: persons with
//! several IDs, credentials shared with whom they should not be, devices managed or not, system IDs,
//! groups that are full or made in the app, administrators of all kinds, seats that are scarce, and
//! columns or sections that nobody provides unless the policy reads them.

use std::collections::BTreeSet;

use leaver::model::format_instant;
use serde_json::{Map, Value, json};
use time::{Duration, OffsetDateTime};

use crate::seeded::Seeded;

/// Which fields the policy reads, by name.
pub(crate) type Needed = BTreeSet<&'static str>;

/// What a directory is made around.
#[derive(Clone, Debug)]
pub(crate) struct Circumstances {
    pub(crate) as_of: OffsetDateTime,
    pub(crate) zone: &'static str,
    pub(crate) needed: Needed,
}

const EDITIONS: &[&str] = &[
    "enterprise",
    "enterprise",
    "enterprise",
    "enterprise",
    "enterprise",
    "professional",
    "professional",
    "business",
    "basic",
    "essential",
    "advanced",
    "edu",
];
const EMPLOYMENTS: &[&str] =
    &["staff", "staff", "staff", "staff", "contractor", "contractor", "temporary", "partner", "service"];
const DEPARTURES: &[&str] = &["voluntary", "involuntary", "contract_end", "retired", "deceased"];
const DEPARTMENTS: &[&str] = &["sales", "legal", "works"];

/// A directory of random size.
pub(crate) fn directory(seeded: &mut Seeded, circumstances: &Circumstances) -> Value {
    let size = match seeded.below(1_000) {
        0 => 258 + seeded.below(6),
        1..=30 => 20 + seeded.below(21),
        31..=200 => 8 + seeded.below(10),
        _ => 5 + seeded.below(3),
    };
    let ids = ids(seeded, size);
    // With two shared credentials nobody can say to which of them somebody migrates.
    let has_two_shared = seeded.chance(12);
    let mut users: Vec<Map<String, Value>> = Vec::new();
    for (at, id) in ids.iter().enumerate() {
        let user = user(seeded, circumstances, id, at, &users, has_two_shared);
        users.push(user);
    }
    supersede(seeded, &mut users);
    drop_columns(seeded, &circumstances.needed, &mut users);

    let used = users.iter().filter(|user| user.contains_key("credential")).count();
    let mut subscription = json!({"id": "acme", "name": "Acme AG", "edition": seeded.one_of(EDITIONS),
        "time_zone": circumstances.zone, "hide_inactive_ids": seeded.chance(50)});
    match seeded.below(10) {
        0 => {}
        1..=4 => subscription["licences"] = json!(used + seeded.below(3)),
        5 => subscription["licences"] = json!(used.saturating_sub(1)),
        _ => subscription["licences"] = json!(used + 50),
    }
    let age = seeded.one_of(&[0, 1, 600, 3_600, 30_000, 80_000, 86_400, 150_000]);
    let taken_at = circumstances.as_of - Duration::seconds(age);
    let mut directory = json!({"subscription": subscription, "taken_at": format_instant(taken_at),
        "complete": seeded.chance(94), "users": users});
    sections(seeded, &circumstances.needed, &ids, has_two_shared, &mut directory);
    directory
}

fn ids(seeded: &mut Seeded, size: usize) -> Vec<String> {
    let letter = |seeded: &mut Seeded| char::from(b'A' + u8::try_from(seeded.below(26)).unwrap_or(0));
    let id = |seeded: &mut Seeded, at: usize| {
        let start = if seeded.chance(3) { '*' } else { letter(seeded) };
        format!("{start}{}{}{at:05}", letter(seeded), letter(seeded))
    };
    (0..size).map(|at| id(seeded, at)).collect()
}

fn text(value: impl Into<String>) -> Value {
    Value::String(value.into())
}

fn user(
    seeded: &mut Seeded,
    circumstances: &Circumstances,
    id: &str,
    at: usize,
    before: &[Map<String, Value>],
    has_two_shared: bool,
) -> Map<String, Value> {
    let shared_credential = if has_two_shared && seeded.chance(40) { "m2" } else { "m1" };
    let mut user = Map::new();
    let mut set = |key: &str, value: Value| {
        user.insert(key.to_owned(), value);
    };
    set("id", text(id));
    let earlier = before.get(seeded.below(before.len().max(1)));
    let twin = earlier.filter(|_| seeded.chance(18));
    if seeded.chance(95) {
        let person = twin.and_then(|twin| twin.get("person")).cloned();
        set("person", person.unwrap_or_else(|| text(format!("E{}", 1_000 + at))));
    }
    if seeded.chance(96) {
        set("employment", text(seeded.one_of(EMPLOYMENTS)));
    }
    let today = circumstances.as_of.date();
    let day = |offset: i64| text((today + Duration::days(offset)).to_string());
    if let Some(twin) = twin.filter(|_| seeded.chance(70)) {
        // Two IDs of one person leave on the same day, mostly.
        for key in ["last_day", "leaves_at", "first_day"] {
            if let Some(value) = twin.get(key) {
                set(key, value.clone());
            }
        }
    } else {
        let offset = if seeded.chance(40) { seeded.between(-2, 1) } else { seeded.between(-40, 10) };
        if seeded.chance(60) {
            set("last_day", day(offset));
        }
        if seeded.chance(10) {
            let leaves = circumstances.as_of + Duration::minutes(seeded.between(-3_000, 3_000));
            set("leaves_at", text(format_instant(leaves)));
        }
        if seeded.chance(6) {
            set("first_day", day(offset + seeded.between(1, 40)));
        }
    }
    if seeded.chance(40) {
        set("departure", text(seeded.one_of(DEPARTURES)));
    }
    if seeded.chance(60) {
        set("last_seen", day(seeded.between(-200, 0)));
    }
    if seeded.chance(70) {
        set("department", text(seeded.one_of(DEPARTMENTS)));
    }
    if seeded.chance(60) {
        set("country", text(seeded.one_of(&["CH", "DE", "FR"])));
    }
    set("categories", json!(seeded.some_of(&["board", "nights"], 20)));
    set("legal_hold", json!(seeded.chance(8)));
    let kind = seeded.below(100);
    let shared = earlier.and_then(|user| user.get("credential")).cloned();
    let credential = match kind {
        0..=55 => Some(text(format!("c{at}"))),
        56..=66 => twin.and_then(|twin| twin.get("credential")).cloned().or(shared),
        67..=87 => Some(text(shared_credential)),
        _ => None,
    };
    let is_multi = matches!(kind, 67..=87);
    set("mdm_managed", json!(seeded.chance(if is_multi { 70 } else { 35 })));
    if let Some(credential) = credential {
        set("credential", credential);
    }
    user
}

/// Says of some persons with several IDs which one stays, and of a few something wrong.
fn supersede(seeded: &mut Seeded, users: &mut [Map<String, Value>]) {
    for at in 0..users.len() {
        let person = users[at].get("person").cloned();
        let twins = (0..users.len()).filter(|other| {
            *other != at && person.is_some() && users[*other].get("person") == person.as_ref()
        });
        let twins: Vec<usize> = twins.collect();
        let newer = twins.into_iter().find(|twin| !users[*twin].contains_key("superseded_by"));
        let named = match newer {
            Some(newer) if seeded.chance(55) => users[newer].get("id").cloned(),
            _ if seeded.chance(1) => users[seeded.below(at)].get("id").cloned(),
            _ if seeded.chance(1) => Some(text("ZZZ99999")),
            _ => None,
        };
        if let Some(named) = named.filter(|named| users[at].get("id") != Some(named)) {
            users[at].insert("superseded_by".to_owned(), named);
            if seeded.chance(60) {
                // Mostly the person stays, with the newer ID.
                for key in ["last_day", "leaves_at", "first_day"] {
                    users[at].remove(key);
                    if let Some(newer) = newer {
                        users[newer].remove(key);
                    }
                }
            }
        }
    }
}

/// Some columns are not there, some only for nobody.
fn drop_columns(seeded: &mut Seeded, needed: &Needed, users: &mut [Map<String, Value>]) {
    let optional = [
        ("last_day", 2),
        ("leaves_at", 10),
        ("first_day", 10),
        ("departure", 10),
        ("last_seen", 10),
        ("department", 3),
        ("country", 5),
        ("categories", 10),
        ("legal_hold", 10),
        ("mdm_managed", 5),
        ("credential", 4),
        ("superseded_by", 5),
    ];
    for (column, percent) in optional {
        let is_derived_from = match column {
            "credential" => needed.contains("credential_kind"),
            "last_day" => needed.contains("has_left"),
            _ => false,
        };
        if needed.contains(column) || is_derived_from {
            // A column that is there speaks for everybody, even without a value.
            if let Some(first) = users.first_mut() {
                first.entry(column).or_insert(Value::Null);
            }
        } else if seeded.chance(percent) {
            for user in users.iter_mut() {
                user.remove(column);
            }
        }
    }
}

/// IDs that take over from others are often new, and in no group or list yet.
fn members(seeded: &mut Seeded, directory: &Value, ids: &[String]) -> Vec<String> {
    let users = directory["users"].as_array().into_iter().flatten();
    let named: BTreeSet<&str> = users.filter_map(|user| user["superseded_by"].as_str()).collect();
    ids.iter().filter(|id| !named.contains(id.as_str()) || seeded.chance(45)).cloned().collect()
}

fn sections(
    seeded: &mut Seeded,
    needed: &Needed,
    ids: &[String],
    has_two_shared: bool,
    directory: &mut Value,
) {
    let shared: &[&str] = if has_two_shared { &["m1", "m2"] } else { &["m1"] };
    let mut credentials: BTreeSet<String> = shared.iter().map(|id| (*id).to_owned()).collect();
    let users = directory["users"].as_array().expect("a list of users");
    credentials.extend(users.iter().filter_map(|user| Some(user["credential"].as_str()?.to_owned())));
    let people: Vec<String> = ids.iter().filter(|id| !id.starts_with('*')).cloned().collect();
    if seeded.chance(20) {
        credentials.insert("orphan".to_owned());
    }
    if needed.contains("credential_kind") || seeded.chance(96) {
        let kind = |id: &String| if id.starts_with('m') { "multi" } else { "single" };
        let rows = credentials.iter().map(|id| json!({"id": id, "kind": kind(id)}));
        directory["credentials"] = rows.collect();
    }
    let possible = members(seeded, directory, ids);
    for (section, letter, most) in [("groups", 'g', 5), ("lists", 'l', 4)] {
        let must = needed.contains(section);
        if !must && seeded.chance(7) {
            continue;
        }
        let without_members = !must && seeded.chance(4);
        let mut containers = Vec::new();
        for at in 0..seeded.below(most) {
            let mut container = json!({"id": format!("{letter}{at}"), "name": format!("Group {at}")});
            if seeded.chance(75) {
                container["broadcast"] = json!("*ACMEGRP");
            }
            let percent = seeded.one_of(&[10, 30, 60]);
            let members: Vec<String> = if ids.len() > 256 && letter == 'g' {
                ids.iter().take(254 + seeded.below(3)).cloned().collect()
            } else {
                seeded.some_of(&possible, percent)
            };
            if !without_members {
                container["members"] = json!(members);
            }
            containers.push(container);
        }
        if must && containers.is_empty() {
            containers.push(json!({"id": format!("{letter}0"), "broadcast": "*ACMEGRP", "members": people}));
        }
        directory[section] = json!(containers);
    }
    directory["administrators"] = json!(administrators(seeded, &people));
}

const PRIVILEGES: &[&str] = &[
    "users.read",
    "users.write",
    "credentials.read",
    "credentials.write",
    "ids.detach",
    "ids.revoke",
    "config.read",
    "config.write",
    "broadcast.read",
    "broadcast.members.write",
    "broadcast.send",
];

fn administrators(seeded: &mut Seeded, people: &[String]) -> Vec<Value> {
    let someone = |seeded: &mut Seeded| people.get(seeded.below(people.len())).cloned();
    let mut mia = json!({"name": "mia", "kind": "full"});
    if seeded.chance(50) {
        mia["user"] = json!(someone(seeded));
    }
    let mut part =
        json!({"name": "part", "kind": "restricted", "privileges": seeded.some_of(PRIVILEGES, 75)});
    if seeded.chance(90) {
        let mut scope = Map::new();
        if seeded.chance(70) {
            scope.insert("departments".to_owned(), json!(seeded.some_of(DEPARTMENTS, 70)));
        }
        if scope.is_empty() || seeded.chance(30) {
            let employments = seeded.some_of(&["staff", "contractor", "temporary", "partner"], 80);
            scope.insert("employments".to_owned(), json!(employments));
        }
        if seeded.chance(10) {
            scope.insert("categories".to_owned(), json!(["board"]));
        }
        part["scope"] = Value::Object(scope);
    }
    let mut administrators = vec![mia, part];
    if seeded.chance(30) {
        administrators.push(json!({"name": "otto", "kind": "full", "user": someone(seeded)}));
    }
    administrators
}

/// The same company some days before: fewer or more users, other credentials.
pub(crate) fn previous(seeded: &mut Seeded, directory: &Value, taken_at: OffsetDateTime) -> Value {
    let mut before = directory.clone();
    before["taken_at"] = text(format_instant(taken_at));
    let ids: BTreeSet<String> = directory["administrators"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|administrator| administrator["user"].as_str().map(str::to_owned))
        .collect();
    let users = before["users"].as_array_mut().expect("a list of users");
    if users.len() < 200 {
        users.retain(|user| seeded.chance(95) || user["id"].as_str().is_some_and(|id| ids.contains(id)));
    }
    for user in users.iter_mut().filter_map(Value::as_object_mut) {
        if seeded.chance(20) && user.contains_key("credential") {
            user.insert("credential".to_owned(), Value::Null);
        } else if seeded.chance(20) && !user.get("credential").is_some_and(Value::is_string) {
            user.insert("credential".to_owned(), text("m1"));
        }
    }
    if seeded.chance(15) {
        let more =
            (0..seeded.below(6)).map(|at| json!({"id": format!("OLD{at:05}"), "person": format!("O{at}")}));
        users.extend(more);
    }
    let left: BTreeSet<String> =
        users.iter().filter_map(|user| user["id"].as_str().map(str::to_owned)).collect();
    for section in ["groups", "lists"] {
        for container in before.get_mut(section).and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(members) = container.get_mut("members").and_then(Value::as_array_mut) {
                members.retain(|member| member.as_str().is_some_and(|id| left.contains(id)));
            }
        }
    }
    before
}
