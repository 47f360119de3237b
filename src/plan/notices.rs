//! Telling people: who is told, and whether Broadcast reaches them (PLATFORM 24–26).

use std::collections::{HashMap, HashSet};

use super::course::{Course, Notice};
use super::hazard::Hazard;
use super::surroundings::{Position, Surroundings};
use crate::diagnostic::Code;
use crate::model::{Fact, Field, Value};
use crate::policy::{Axis, Obligation};

/// Whether and how an ID can be told something.
enum Reach {
    /// It is in a group or list, or nobody knows the members.
    Direct,
    /// It has to join this container first.
    Through(usize),
    /// Not at all.
    Nowhere,
}

/// Finds out who is told what by a decision.
pub(super) fn find(surroundings: &Surroundings<'_>, position: Position, course: &mut Course) {
    let told = addressee(surroundings, position);
    for obligation in &surroundings.decision(position).obligations {
        let Obligation::Notify { text } = obligation else { continue };
        let join = match reach(surroundings, position, told) {
            Reach::Direct => None,
            Reach::Through(container) => Some(container),
            Reach::Nowhere => return cannot_be_told(surroundings, position, told, course),
        };
        course.notices.push(Notice { told, text: text.clone(), join });
    }
}

/// Nobody is told: the ID must not go then, and an obligation is not met.
fn cannot_be_told(surroundings: &Surroundings<'_>, position: Position, told: Position, course: &mut Course) {
    let id = surroundings.user(position).id();
    let holds: &[Axis] = if course.fate.is_some() { &[Axis::Id] } else { &[] };
    let told = surroundings.user(told).id();
    let message = format!("{id} is to be told something, and {told} is in no group or list of Broadcast");
    let fix = format!("put {told} on a distribution list in Broadcast, and export the directory again");
    course.notices.clear();
    course.fail(Hazard::holding(Code::CannotNotify, id, holds, message, fix));
}

/// Groups have room for so many, whoever joins them by this plan (PLATFORM 22). Rooms go to users in order of ID.
pub(super) fn settle_rooms(surroundings: &Surroundings<'_>, courses: &mut [Course]) {
    let mut joined: HashSet<(usize, Position)> = HashSet::new();
    let mut more: HashMap<usize, usize> = HashMap::new();
    for (position, course) in courses.iter_mut().enumerate() {
        let Some((container, told)) =
            course.notices.first().and_then(|notice| Some((notice.join?, notice.told)))
        else {
            continue;
        };
        if joined.contains(&(container, told)) {
            continue;
        }
        let joins = more.entry(container).or_default();
        if surroundings.containers[container].has_room_for(*joins + 1) {
            *joins += 1;
            joined.insert((container, told));
        } else {
            cannot_be_told(surroundings, position, told, course);
            course.conclude();
        }
    }
}

/// Who is told: the ID that replaces this one where the person stays with it, else the ID itself.
fn addressee(surroundings: &Surroundings<'_>, position: Position) -> Position {
    let Fact::Known(Value::Id(by)) = surroundings.user(position).fact(Field::SupersededBy.slot()) else {
        return position;
    };
    let heir = surroundings.position(*by).filter(|heir| {
        !by.is_system()
            && surroundings.others_of_person(position).any(|other| other == *heir)
            && !surroundings.is_leaving(*heir)
    });
    heir.unwrap_or(position)
}

fn reach(surroundings: &Surroundings<'_>, own: Position, told: Position) -> Reach {
    let managed = |container: &&usize| surroundings.containers[**container].is_managed;
    if surroundings.memberships(told).iter().any(|container| managed(&container)) {
        return Reach::Direct;
    }
    if !(surroundings.knows_groups && surroundings.knows_lists) {
        return Reach::Direct;
    }
    // Lists rather than groups: nobody sees who else is on a list. Only where the person is anyway.
    let containers = || surroundings.memberships(own).iter().filter(managed);
    let list = containers().find(|container| !surroundings.containers[**container].is_group);
    let group = || containers().find(|container| surroundings.containers[**container].has_room_for(1));
    match list.or_else(group) {
        Some(container) if told != own => Reach::Through(*container),
        _ => Reach::Nowhere,
    }
}
