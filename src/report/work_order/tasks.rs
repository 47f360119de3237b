//! The tasks of a work order: one for each batch, in the order in which they are carried out.

use std::collections::{BTreeMap, BTreeSet};

use super::page::{Page, clock};
use super::shortened;
use crate::directory::Directory;
use crate::model::Moment;
use crate::plan::{Batch, Content, Executor, Step, StepKind, Target, With};
use crate::report::visible;
use crate::sort::Gather as _;

/// Groups and lists by key: what people call them.
type Names<'a> = BTreeMap<&'a str, &'a str>;

/// The users of each deletion of a credential.
type Sharing = BTreeMap<u32, Vec<String>>;

/// Writes all tasks.
pub(super) fn write(content: &Content, directory: &Directory, moment: &Moment, page: &mut Page) {
    if content.batches.is_empty() {
        page.section("Nothing to do");
        return;
    }
    let groups = directory.groups().iter().map(|group| (&*group.id, &*group.name));
    let lists = directory.lists().iter().map(|list| (&*list.id, &*list.name));
    let names: Names<'_> = groups.chain(lists).gather();
    let sharing = sharing(content);
    let mut heading = None;
    for batch in &content.batches {
        let from = match batch.not_before {
            Some(instant) if instant == content.made.as_of => "At once".to_owned(),
            Some(instant) if batch.steps.iter().all(|step| step.effect_by.is_none()) => {
                format!("From {}, once the steps before are observed", clock(moment, instant))
            }
            Some(instant) => format!("From {}", clock(moment, instant)),
            None => "When the steps before are observed".to_owned(),
        };
        if heading.as_ref() != Some(&from) {
            page.section(&from);
            heading = Some(from);
        }
        task(batch, &sharing, &names, page);
    }
    let calls: u32 = content.batches.iter().map(|batch| batch.api_calls).sum();
    if calls > 0 {
        page.line(&format!("  ({calls} calls of the web APIs in all)"));
    }
}

fn task(batch: &Batch, sharing: &Sharing, names: &Names<'_>, page: &mut Page) {
    let number = batch.number;
    let mut title = format!("{number}. {}: {}", place(batch.executor), what(batch, names));
    if batch.reversible == Some(false) {
        title += " — CANNOT BE UNDONE";
    }
    // Numbers end in one column.
    page.item(&title, 4_usize.saturating_sub(number.to_string().len()), 6);
    let mut remarks = vec![format!("privilege {}", batch.privilege)];
    remarks.extend(lasts(batch.kind).map(str::to_owned));
    if !batch.waits_for.is_empty() {
        let awaited: Vec<String> = batch.waits_for.iter().map(u32::to_string).collect();
        remarks.push(format!("waits for {}", awaited.join(", ")));
    }
    page.item(&remarks.join("; "), 6, 6);
    let mut users: Vec<String> =
        batch.steps.iter().filter_map(|step| who(step, batch.kind, sharing)).collect();
    // The rest of a batch with several steps for one user.
    let mut seen = BTreeSet::new();
    users.retain(|user| seen.insert(user.clone()));
    if !users.is_empty() {
        page.ids(&users, 6);
    }
}

const fn place(executor: Executor) -> &'static str {
    match executor {
        Executor::Cockpit => "Cockpit",
        Executor::Broadcast => "Broadcast",
        Executor::Mdm => "Device management",
        Executor::Host => "Host",
    }
}

/// What is to be done, as an instruction.
fn what(batch: &Batch, names: &Names<'_>) -> String {
    let first = batch.steps.first();
    let container = || {
        let key = first.map_or("", |step| step.target.as_str());
        let key = visible(key);
        match names.get(&*key).filter(|name| !name.is_empty()) {
            Some(name) => format!("{key} ({})", visible(name)),
            None => key.into_owned(),
        }
    };
    let count = batch.steps.len();
    let ids = if count == 1 { "1 ID".to_owned() } else { format!("{count} IDs") };
    match batch.kind {
        StepKind::JoinList => format!("put {ids} on the list {}", container()),
        StepKind::JoinGroup => format!("put {ids} into the group {}", container()),
        StepKind::Notify => match first.and_then(|step| step.with.as_ref()) {
            Some(With::Text(text)) => format!("tell {ids}: “{}”", shortened(text)),
            _ => format!("tell {ids}"),
        },
        StepKind::StageMdmConfiguration => match first.and_then(|step| step.with.as_ref()) {
            Some(With::Configuration(configuration)) if !configuration.settings.is_empty() => {
                format!("bring the configuration “{}” to the devices of {ids}", configuration.purpose)
            }
            _ => format!("bring the configuration to the devices of {ids}"),
        },
        StepKind::ReplaceId => format!("replace {ids} in {}", container()),
        StepKind::LeaveGroup => format!("take {ids} out of the group {}", container()),
        StepKind::LeaveList => format!("take {ids} off the list {}", container()),
        StepKind::SynchroniseGroup => format!("synchronise the group {}", container()),
        StepKind::RemoveFromDevice => format!("take the app or its configuration off the devices of {ids}"),
        StepKind::Verify => format!("wait until the step before is seen on the devices of {ids}"),
        StepKind::Withdraw => match count {
            1 => "withdraw access: delete 1 credential".to_owned(),
            count => format!("withdraw access: delete {count} credentials"),
        },
        StepKind::ActivateMdmLicence => {
            format!("activate the app of {ids} under the licence {}", container())
        }
        StepKind::Revoke => format!("revoke {ids}"),
        StepKind::Detach => format!("detach {ids}"),
    }
}

/// How long the effect takes at worst.
const fn lasts(kind: StepKind) -> Option<&'static str> {
    match kind {
        StepKind::Withdraw => Some("takes up to 24 h"),
        StepKind::Revoke => Some("takes up to 1 h, shows within 24 h more"),
        StepKind::Detach => Some("at once in the list, within 24 h at contacts"),
        StepKind::RemoveFromDevice | StepKind::ActivateMdmLicence | StepKind::StageMdmConfiguration => {
            Some("nothing bounds how long it takes")
        }
        _ => None,
    }
}

/// For whom a step is, with what besides.
fn who(step: &Step, kind: StepKind, sharing: &Sharing) -> Option<String> {
    let user = step.user?;
    Some(match (kind, &step.target, &step.with) {
        (StepKind::Notify, Target::Id(told), _) if *told != user => format!("{told} (about {user})"),
        (StepKind::ReplaceId, _, Some(With::Id(by))) => format!("{user} by {by}"),
        (StepKind::JoinList | StepKind::JoinGroup, _, Some(With::Id(joins))) => {
            format!("{joins} (about {user})")
        }
        (StepKind::Withdraw, Target::Key(key), _) => {
            let users = sharing.get(&step.number).map(|users| users.join("+")).unwrap_or_default();
            format!("{users} {}", visible(key))
        }
        _ => user.to_string(),
    })
}

/// Everybody who loses access by each deletion.
fn sharing(content: &Content) -> Sharing {
    let deletions = content.batches.iter().filter(|batch| batch.kind == StepKind::Withdraw);
    let mut sharing: Sharing =
        deletions.flat_map(|batch| &batch.steps).map(|step| (step.number, Vec::new())).gather();
    for user in &content.users {
        for number in &user.steps {
            if let Some(users) = sharing.get_mut(number) {
                users.push(user.user.to_string());
            }
        }
    }
    sharing
}
