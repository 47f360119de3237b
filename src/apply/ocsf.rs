//! Records as events of the Open Cybersecurity Schema Framework, for whoever collects them from many systems.
//!
//! In goes a record with the step it is about, out comes an object of OCSF 1.3: an ID or access that changes is an
//! account change (3001), a membership a change of a group (3006), and what is decided about a plan a change of an entity
//! (3004). What the schema has no word for stands under `unmapped`, with the controls that the record is evidence for.

use serde_json::{Value, json};

use super::controls::{controls, signal};
use super::event::Event;
use super::history::Record;
use super::outcome::Outcome;
use super::pseudonyms::Pseudonyms;
use crate::model::{Id, format_instant};
use crate::plan::StepKind;

/// The step that a record is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// What it does.
    pub kind: StepKind,
    /// For whom.
    pub user: Option<Id>,
    /// To what.
    pub target: String,
}

/// Class and activity, by number and word.
struct Class {
    uid: u32,
    name: &'static str,
    activity: u32,
    activity_name: &'static str,
}

fn class(event: &Event, kind: Option<StepKind>) -> Class {
    let account =
        |activity, activity_name| Class { uid: 3001, name: "Account Change", activity, activity_name };
    let group =
        |activity, activity_name| Class { uid: 3006, name: "Group Management", activity, activity_name };
    let entity =
        |activity, activity_name| Class { uid: 3004, name: "Entity Management", activity, activity_name };
    match (event, kind) {
        (_, Some(StepKind::Withdraw | StepKind::RemoveFromDevice)) => account(5, "Disable"),
        (_, Some(StepKind::Revoke)) => account(6, "Delete"),
        (_, Some(StepKind::JoinGroup | StepKind::JoinList)) => group(3, "Add User"),
        (_, Some(StepKind::LeaveGroup | StepKind::LeaveList)) => group(4, "Remove User"),
        (_, Some(StepKind::SynchroniseGroup)) => group(99, "Other"),
        (_, Some(_)) => account(99, "Other"),
        (Event::Opened { .. } | Event::Accepted { .. }, None) => entity(1, "Create"),
        (_, None) => entity(99, "Other"),
    }
}

/// How it ended: number and word.
const fn status(event: &Event) -> (u32, &'static str) {
    match event {
        Event::Outcome { outcome: Outcome::Applied | Outcome::NoOp { .. }, .. } => (1, "Success"),
        Event::Outcome { outcome: Outcome::Refused { .. } | Outcome::Failed { .. }, .. }
        | Event::Refused { .. }
        | Event::Stopped { .. } => (2, "Failure"),
        Event::Approved { .. } | Event::Accepted { .. } | Event::Finished { .. } | Event::Opened { .. } => {
            (1, "Success")
        }
        Event::Resolved { done: true, .. } => (1, "Success"),
        Event::Resolved { done: false, .. } => (2, "Failure"),
        _ => (0, "Unknown"),
    }
}

/// How much somebody should look: number and word.
const fn severity(event: &Event) -> (u32, &'static str) {
    match event {
        Event::Held { .. } | Event::Overridden { .. } => (3, "Medium"),
        Event::Outcome { outcome: Outcome::Unknown { .. }, .. }
        | Event::Refused { .. }
        | Event::Stopped { .. }
        | Event::Interrupted { .. } => (2, "Low"),
        _ => (1, "Informational"),
    }
}

/// The event of a record; with `hidden` without people in it.
pub fn ocsf(record: &Record, about: Option<&About>, hidden: Option<&Pseudonyms>) -> Value {
    let entry = &record.entry;
    let kind = about.map(|about| about.kind);
    let Class { uid: class, name: class_name, activity, activity_name } = class(&entry.event, kind);
    let (status_id, status) = status(&entry.event);
    let (severity_id, severity) = severity(&entry.event);
    let signal = kind.and_then(signal);
    let said = serde_json::to_value(&entry.event).unwrap_or(Value::Null);
    let said = hidden.map_or(said.clone(), |hidden| hidden.record(said));
    let named = |key: &str, name: Option<String>| {
        let plain = json!({key: name});
        let mut shown = hidden.map_or(plain.clone(), |hidden| hidden.record(plain));
        shown.get_mut(key).map_or(Value::Null, Value::take)
    };
    let actor = named("actor", entry.actor.clone());
    let target = named("target", about.map(|about| about.target.clone()));
    let user = named("user", about.and_then(|about| about.user).map(|user| user.to_string()));
    let mut event = json!({
        "activity_id": activity,
        "activity_name": activity_name,
        "category_uid": 3,
        "category_name": "Identity & Access Management",
        "class_uid": class,
        "class_name": class_name,
        "type_uid": class * 100 + activity,
        "type_name": format!("{class_name}: {activity_name}"),
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status_id,
        "status": status,
        "time": entry.at.unix_timestamp() * 1_000,
        "metadata": {
            "version": "1.3.0",
            "uid": record.hash.to_string(),
            "sequence": record.n,
            "product": {"name": "leaver", "vendor_name": "leaver", "version": env!("CARGO_PKG_VERSION")},
        },
        "actor": {"user": {"name": actor, "type_id": 2, "type": "Admin"}},
        "unmapped": {
            "event": entry.event.name(),
            "record": said,
            "step_kind": kind.map(|kind| kind.to_string()),
            "target": target,
            "scim": signal.and_then(|signal| signal.scim),
            "caep": signal.and_then(|signal| signal.caep),
            "controls": controls(&entry.event, kind),
            "recorded_at": format_instant(entry.at),
        },
    });
    let plan = entry.plan.map(|plan| plan.to_string());
    match class {
        3001 => event["user"] = json!({"uid": user}),
        3006 => {
            event["user"] = json!({"uid": user});
            event["group"] = json!({"uid": target});
        }
        _ => event["entity"] = json!({"type": "plan", "uid": plan}),
    }
    event
}
