//! What is left of people whose ID is ended: memberships that no step has ended, and none will.
//!
//! In go a plan, how far it came, and who is a member of what, from a newer directory or from the simulated platform.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::paper::Paper;
use super::simulator::World;
use super::work::Work;
use crate::directory::Directory;
use crate::model::Id;
use crate::plan::StepKind;
use crate::policy::word_enum;

word_enum! {
    /// What somebody is a member of.
    ContainerKind {
        /// A group.
        Group = "group",
        /// A distribution list.
        List = "list",
    }
}

/// A membership of somebody whose ID is ended.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Residual {
    /// The ID.
    pub user: Id,
    /// Of what.
    pub container: ContainerKind,
    /// Its key.
    pub key: String,
    /// Broadcast has it, so somebody could have ended it; else only its members can.
    pub managed: bool,
}

/// Who is a member of what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memberships(BTreeMap<Id, BTreeSet<Membership>>);

/// Of what somebody is a member: kind and key, and whether Broadcast has it.
type Membership = (ContainerKind, String, bool);

impl Memberships {
    /// As a directory has them.
    pub fn of_directory(directory: &Directory) -> Self {
        let mut all = Self::default();
        for group in directory.groups() {
            let of = (ContainerKind::Group, group.id.to_string(), group.broadcast.is_some());
            all.add(&of, group.members.iter().copied());
        }
        for list in directory.lists() {
            let of = (ContainerKind::List, list.id.to_string(), list.broadcast.is_some());
            all.add(&of, list.members.iter().copied());
        }
        all
    }

    /// As the simulated platform has them, in Broadcast or in the apps.
    pub fn of_world(world: &World) -> Self {
        let mut all = Self::default();
        for (key, members) in &world.containers {
            let container = if members.is_list { ContainerKind::List } else { ContainerKind::Group };
            let of = (container, key.clone(), members.is_managed);
            all.add(&of, members.edited.iter().chain(&members.effective).copied());
        }
        all
    }

    fn add(&mut self, of: &Membership, members: impl Iterator<Item = Id>) {
        for member in members {
            self.0.entry(member).or_default().insert(of.clone());
        }
    }
}

/// The memberships of those whom the plan has detached or revoked, but for those that a step of it is still to end. In order.
pub fn residual(paper: &Paper, work: &Work, memberships: &Memberships) -> Vec<Residual> {
    let steps = || paper.steps().iter().enumerate();
    let ended: BTreeSet<Id> = steps()
        .filter(|(at, step)| step.kind.reversible() == Some(false) && work.step(*at).is_done())
        .filter_map(|(_, step)| step.user)
        .collect();
    let leaves = |kind| matches!(kind, StepKind::LeaveGroup | StepKind::LeaveList | StepKind::ReplaceId);
    let coming: BTreeSet<(Id, &str)> = steps()
        .filter(|(at, step)| leaves(step.kind) && !work.step(*at).is_final())
        .filter_map(|(_, step)| Some((step.user?, &*step.target)))
        .collect();
    ended
        .into_iter()
        .flat_map(|user| memberships.0.get(&user).into_iter().flatten().map(move |found| (user, found)))
        .filter(|(user, (_, key, _))| !coming.contains(&(*user, &**key)))
        .map(|(user, (container, key, managed))| Residual {
            user,
            container: *container,
            key: key.clone(),
            managed: *managed,
        })
        .collect()
}
