//! What holds of every plan, whatever the platform does with it.
//!
//! In goes a plan as JSON with what it was made from, out comes the first property that does not hold,
//! as a text without particulars, so that equal failures count together.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use leaver::model::{Administrator, Id, Privilege};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::planner::{Answer, Opened};
use crate::reading::{Kind, Reading, Status};
use crate::runs::Made;
use crate::scenarios::Scenario;
use crate::seeded::Seeded;

type Held = Result<(), String>;

fn expect(holds: bool, what: &str) -> Held {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}

/// Everything that must hold of a plan.
pub(crate) fn of(made: &Made<'_>, value: &Value, plan: &Reading) -> Held {
    // Hashing, and planning again, take as long as all the rest: some plans are enough for that.
    let sample = made.text.len() % 16;
    if sample < 4 {
        bytes(&made.text, value)?;
    }
    accounted(made, value, plan)?;
    batches(value, plan)?;
    waits(plan)?;
    one_way(plan)?;
    entitled(made, value, plan)?;
    if sample == 5 {
        any_order(made)?;
    }
    Ok(())
}

/// Canonical JSON, with the digest of everything else.
fn bytes(text: &str, value: &Value) -> Held {
    let canonical = |value: &Value| serde_json_canonicalizer::to_string(value).expect("JSON");
    expect(canonical(value) == text, "the text is canonical JSON")?;
    let mut rest = value.clone();
    let stated = rest.as_object_mut().and_then(|plan| plan.remove("digest"));
    let digest = Sha256::digest(canonical(&rest).as_bytes());
    let digest = digest.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a text takes everything");
        text
    });
    expect(stated == Some(Value::String(digest)), "the digest is that of the rest")
}

/// Each user of the directory is there once, with its decision, its status and its steps.
fn accounted(made: &Made<'_>, value: &Value, plan: &Reading) -> Held {
    let directory = &made.opened.directory;
    let ids: Vec<Id> = plan.users.iter().map(|user| user.user).collect();
    let expected: Vec<Id> = directory.users().iter().map(leaver::model::User::id).collect();
    expect(ids == expected, "the users are those of the directory, by ID, once each")?;
    let decisions = serde_json::to_value(made.decisions).expect("JSON");
    let stated: Vec<&Value> =
        value["users"].as_array().into_iter().flatten().map(|user| &user["decision"]).collect();
    let decided: Vec<&Value> = decisions.as_array().into_iter().flatten().collect();
    expect(stated == decided, "the decisions are those that were made")?;

    let numbers: BTreeMap<usize, Option<Id>> =
        plan.steps.iter().map(|step| (step.number, step.user)).collect();
    let count = plan.steps.len();
    expect(numbers.len() == count, "no step number is given twice")?;
    expect(numbers.keys().copied().eq(1..=count), "steps are numbered from 1 without gaps")?;
    let mut listed = BTreeSet::new();
    for user in &plan.users {
        expect(user.steps.is_empty() != (user.status == Status::Planned), "planned is who has steps")?;
        expect(user.steps.is_sorted_by(|one, next| one < next), "the steps of a user are in order")?;
        let is_open = made.opened.is_open(user.user, made.scenario);
        expect(!is_open || user.steps.is_empty(), "nobody with open work has steps")?;
        expect(user.status != Status::Open || is_open, "open is who has open work")?;
        expect(user.open_in.is_some() == is_open, "open work is named")?;
        for number in &user.steps {
            expect(numbers.contains_key(number), "the steps of users are there")?;
            listed.insert(*number);
        }
    }
    for step in &plan.steps {
        let own = step.user.and_then(|id| plan.user(id));
        expect(own.is_none_or(|user| user.steps.contains(&step.number)), "who has a step lists it")?;
        let is_listed = listed.contains(&step.number) || step.kind == Kind::SynchroniseGroup;
        expect(is_listed, "every step is somebody's, or synchronises a group")?;
    }
    for (user, stated) in plan.users.iter().zip(value["users"].as_array().into_iter().flatten()) {
        let is_explained = matches!(user.status, Status::Held | Status::Refused | Status::Open);
        expect(!is_explained || stated["reason"].is_object(), "who is held or refused is told why")?;
        let decision = &stated["decision"];
        let reason = stated["reason"]["code"].as_str().unwrap_or_default();
        let is_held = decision["hold"]["code"] == reason || plan.warns(Some(user.user), &[reason]);
        expect(user.status != Status::Held || is_held, "held is whom the decision or a hazard holds")?;
        expect(user.status != Status::Kept || decision["outcome"] == "keep", "kept is who is to be kept")?;
        expect(user.status != Status::Done || decision["outcome"] == "act", "done is what was to be done")?;
    }
    Ok(())
}

const COCKPIT: &str = "cockpit";
const BROADCAST: &str = "broadcast";
const MDM: &str = "mdm";

/// Executor, privilege and reversibility of each kind, as the format says.
fn nature(kind: Kind) -> (&'static str, Privilege, Option<bool>) {
    match kind {
        Kind::Notify => (BROADCAST, Privilege::BroadcastSend, None),
        Kind::JoinList
        | Kind::JoinGroup
        | Kind::ReplaceId
        | Kind::LeaveGroup
        | Kind::LeaveList
        | Kind::SynchroniseGroup => (BROADCAST, Privilege::BroadcastMembersWrite, Some(true)),
        Kind::Withdraw => (COCKPIT, Privilege::CredentialsWrite, Some(true)),
        Kind::StageMdmConfiguration | Kind::RemoveFromDevice | Kind::ActivateMdmLicence => {
            (MDM, Privilege::ConfigWrite, Some(true))
        }
        Kind::Verify => (MDM, Privilege::UsersRead, None),
        Kind::Detach => (COCKPIT, Privilege::IdsDetach, Some(false)),
        Kind::Revoke => (COCKPIT, Privilege::IdsRevoke, Some(false)),
    }
}

fn kind_of(batch: &Value) -> Result<Kind, String> {
    serde_json::from_value(batch["kind"].clone()).map_err(|error| error.to_string())
}

/// Batches are homogeneous, numbered from 1, and in order.
fn batches(value: &Value, plan: &Reading) -> Held {
    let batches: Vec<&Value> = value["batches"].as_array().into_iter().flatten().collect();
    let mut last: Option<(bool, i128)> = None;
    for (at, batch) in batches.iter().enumerate() {
        expect(batch["n"] == at + 1, "batches are numbered from 1")?;
        expect(batch["steps"].as_array().is_some_and(|steps| !steps.is_empty()), "a batch has steps")?;
        let (executor, privilege, reversible) = nature(kind_of(batch)?);
        expect(batch["executor"] == executor, "a batch has the executor of its kind")?;
        expect(batch["privilege"] == privilege.word(), "a batch has the privilege of its kind")?;
        let stated = batch.get("reversible").and_then(Value::as_bool);
        expect(stated == reversible, "a batch is as reversible as its kind")?;
        expect(batch["api_calls"].is_u64(), "a batch says how many calls it costs")?;
        let instant = batch["not_before"].as_str().and_then(leaver::model::parse_instant);
        expect(instant.is_some() != batch["not_before"].is_null(), "a start is an instant or not known")?;
        // What waits until a device has answered comes last, whenever it may begin at the earliest.
        let is_observed = waits_for_devices(plan, at as u64 + 1);
        let start = instant.map_or(0, time::OffsetDateTime::unix_timestamp_nanos);
        let key = if is_observed { (true, 0) } else { (false, start) };
        expect(is_observed || instant.is_some(), "a start that depends on no device is known")?;
        expect(last.is_none_or(|last| last <= key), "batches are in the order of their start")?;
        last = Some(key);
    }
    Ok(())
}

/// Waits name earlier batches, and the latency of each kind is stated.
fn waits(plan: &Reading) -> Held {
    for step in &plan.steps {
        expect(step.waits_for.iter().all(|n| *n < step.batch), "a batch waits for earlier ones only")?;
        expect(step.waits_for.is_sorted_by(|one, next| one < next), "waits are in order")?;
        expect(step.not_before.is_none_or(|start| start >= plan.as_of), "nothing starts before the plan")?;
        let hours = match step.kind {
            Kind::Withdraw | Kind::Detach => Some(24),
            Kind::Revoke => Some(1),
            Kind::Verify => None,
            kind if kind.is_on_device() => None,
            _ => Some(0),
        };
        let hours = hours.filter(|_| !waits_for_devices(plan, step.batch));
        let effect = hours.and_then(|hours| step.not_before.map(|start| start + hours * 3_600));
        expect(step.effect_by == effect, "the worst effect is that of the kind")?;
    }
    Ok(())
}

/// Detach and revoke exclude each other, and come after what the person is told.
fn one_way(plan: &Reading) -> Held {
    let mut gone = BTreeSet::new();
    for step in plan.steps.iter().filter(|step| step.kind.is_irreversible()) {
        expect(step.user.is_some_and(|user| gone.insert(user)), "an ID goes once")?;
        let told = plan.steps.iter().filter(|other| other.kind == Kind::Notify && other.user == step.user);
        for notify in told {
            expect(notify.batch < step.batch, "telling comes before what cannot be undone")?;
            let waits = reaches(plan, &step.waits_for, notify.batch);
            expect(waits, "what cannot be undone waits for telling")?;
        }
    }
    Ok(())
}

/// Whether the batch begins only when some device has answered.
fn waits_for_devices(plan: &Reading, batch: u64) -> bool {
    let waits = plan.steps.iter().find(|step| step.batch == batch).map(|step| &step.waits_for[..]);
    waits.unwrap_or_default().iter().any(|waited| {
        let is_verify = |step: &crate::reading::Step| step.batch == *waited && step.kind == Kind::Verify;
        plan.steps.iter().any(is_verify) || waits_for_devices(plan, *waited)
    })
}

/// Whether who waits for `waits` waits for the batch, at least through others.
fn reaches(plan: &Reading, waits: &[u64], batch: u64) -> bool {
    waits.contains(&batch)
        || waits.iter().any(|waited| {
            let next = plan.steps.iter().find(|step| step.batch == *waited);
            next.is_some_and(|next| reaches(plan, &next.waits_for, batch))
        })
}

/// The actor may do what the plan says, to those it says it of.
fn entitled(made: &Made<'_>, value: &Value, plan: &Reading) -> Held {
    let directory = &made.opened.directory;
    let named = |administrator: &&Administrator| administrator.name == made.scenario.actor;
    let actor = directory.administrators().iter().find(named);
    let Some(actor) = actor else { return Err("the actor is an administrator".to_owned()) };
    for step in &plan.steps {
        expect(actor.may(nature(step.kind).1), "the actor has the privilege of every step")?;
        for id in &step.users {
            let is_reached = directory.user(*id).is_some_and(|user| actor.reaches(user));
            expect(is_reached, "every user with steps is in the actor's scope")?;
            expect(actor.user != Some(*id), "nobody plans about oneself")?;
        }
    }
    let guards = value["guards"].as_array().into_iter().flatten();
    expect(guards.into_iter().all(|guard| guard["passed"] == true), "a plan passes its guards")
}

/// The same facts in another order are the same plan, byte for byte.
fn any_order(made: &Made<'_>) -> Held {
    let mut seeded = Seeded::new(made.text.len() as u64);
    let mut scenario = made.scenario.clone();
    shuffle(&mut seeded, &mut scenario);
    let opened = Opened::of(&scenario).map_err(|_| "a shuffled directory can be read".to_owned())?;
    let same = opened.directory.digest() == made.opened.directory.digest();
    expect(same, "a directory has the same digest in any order")?;
    let decisions = made.prepared.decide(&opened.directory);
    match opened.plan(made.prepared, &decisions, &scenario) {
        Answer::Plan(text) => expect(text == made.text, "a plan is the same whatever the order of users"),
        Answer::Refused(_) => Err("a plan is made whatever the order of users".to_owned()),
    }
}

fn shuffle(seeded: &mut Seeded, scenario: &mut Scenario) {
    for directory in std::iter::once(&mut scenario.directory).chain(&mut scenario.previous) {
        for section in ["users", "credentials", "groups", "lists", "administrators"] {
            if let Some(items) = directory.get_mut(section).and_then(Value::as_array_mut) {
                seeded.shuffle(items);
                for members in items.iter_mut().filter_map(|item| item.get_mut("members")) {
                    if let Some(members) = members.as_array_mut() {
                        seeded.shuffle(members);
                    }
                }
            }
        }
    }
}
