//! Who may do what, to whom: the actor's privileges and scope, and users whom nobody may touch.
//!
//! A user the actor may not act on gets no step at all and is listed with the reason; the others are planned.
//! Nothing is planned by halves: whoever may detach but not withdraw does neither.

use std::collections::{BTreeMap, BTreeSet};

use super::approvers::Approvers;
use super::containers::{Joined, changes};
use super::course::{Course, Standing, Way};
use super::guards::Guards;
use super::hazard::{Reason, Refusal};
use super::step::StepKind;
use super::surroundings::{Position, Surroundings};
use crate::diagnostic::Code;
use crate::model::{Administrator, AdministratorKind, Field, Id, Privilege};
use crate::sort::Gather as _;

/// The administrator called `name`, or why nobody of that name may own a plan.
pub(super) fn actor<'a>(surroundings: &Surroundings<'a>, name: &str) -> Result<&'a Administrator, Refusal> {
    let administrators = surroundings.directory.administrators();
    let refuse = |code, message: String, help: String| {
        Err(Refusal { code, guard: None, limit: None, value: None, message, help })
    };
    let Some(actor) = administrators.iter().find(|administrator| administrator.name == name) else {
        let known: Vec<&str> =
            administrators.iter().map(|administrator| administrator.name.as_str()).collect();
        let help = match crate::diagnostic::suggest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => "export the section `administrators`".to_owned(),
            None => format!("the administrators are: {}", known.join(", ")),
        };
        return refuse(Code::UnknownActor, "the actor is no administrator of the directory".to_owned(), help);
    };
    let owns = StepKind::ALL
        .iter()
        .map(|kind| kind.privilege())
        .any(|privilege| privilege != Privilege::UsersRead && actor.may(privilege));
    if !owns || !actor.may(Privilege::UsersRead) {
        let message = format!("the administrator {name} may look and explain, but not own a plan");
        let help =
            "it takes `users.read` and a privilege to change something; ask an administrator who has them";
        return refuse(Code::ActorMayNotPlan, message, help.to_owned());
    }
    Ok(actor)
}

/// Stops the courses that the actor may not take, and those of protected users.
pub(super) fn enforce(
    surroundings: &Surroundings<'_>,
    guards: &Guards,
    actor: &Administrator,
    courses: &mut [Course],
) {
    let last = last_full_administrators(surroundings, guards, courses);
    let oneself = own_ids(surroundings, actor);
    let mut verdicts = BTreeMap::new();
    for (position, course) in courses.iter().enumerate() {
        if course.standing != Standing::Planned {
            continue;
        }
        let reason = protection(surroundings, guards, position, &last, &oneself)
            .or_else(|| beyond_authority(surroundings, actor, position, course));
        verdicts.extend(reason.map(|reason| (position, reason)));
    }
    for (position, reason) in verdicts {
        courses[position].stop(Standing::Refused, reason);
    }
}

fn protection(
    surroundings: &Surroundings<'_>,
    guards: &Guards,
    position: Position,
    last: &BTreeSet<Id>,
    oneself: &BTreeSet<Id>,
) -> Option<Reason> {
    let user = surroundings.user(position);
    let id = user.id();
    if oneself.contains(&id) {
        let message = format!("{id} belongs to whoever makes this plan; let another administrator plan it");
        return Some(Reason::new(Code::Oneself, message));
    }
    let person = user.person();
    if guards.protected.ids.contains(&id)
        || person.is_some_and(|person| guards.protected.persons.contains(&person))
    {
        let message = format!("{id} is protected by the guards; take it off their list if that is over");
        return Some(Reason::new(Code::ProtectedUser, message));
    }
    last.contains(&id).then(|| {
        let message = format!("{id} is a full administrator, and no other would be left; appoint one first");
        Reason::new(Code::LastFullAdministrator, message)
    })
}

fn beyond_authority(
    surroundings: &Surroundings<'_>,
    actor: &Administrator,
    position: Position,
    course: &Course,
) -> Option<Reason> {
    if actor.kind == AdministratorKind::Full {
        return None;
    }
    let user = surroundings.user(position);
    let mut kinds = course.kinds();
    for (container, change) in changes(surroundings, position, course, &mut Joined::new()) {
        kinds.push(change.kind(surroundings.containers[container].is_group));
    }
    let touches = !kinds.is_empty();
    if touches && !actor.reaches(user) {
        let message = format!("{} is outside the scope of {}", user.id(), actor.name);
        return Some(Reason::new(Code::OutOfScope, message));
    }
    let mut others = course.touched().chain(sharing(surroundings, course));
    if let Some(other) = others.find(|other| !actor.reaches(surroundings.user(*other))) {
        let other = surroundings.user(other).id();
        let message =
            format!("the steps for {} touch {other}, who is outside the scope of {}", user.id(), actor.name);
        return Some(Reason::new(Code::OutOfScope, message));
    }
    let missing: BTreeSet<Privilege> =
        kinds.iter().map(|kind| kind.privilege()).filter(|privilege| !actor.may(*privilege)).gather();
    if missing.is_empty() {
        return None;
    }
    let missing: Vec<String> = missing.iter().map(|privilege| format!("`{privilege}`")).collect();
    let missing = match missing.as_slice() {
        [all @ .., last] if !all.is_empty() => format!("{} and {last}", all.join(", ")),
        one => one.concat(),
    };
    let message = format!("the steps for {} take {missing}, which {} has not", user.id(), actor.name);
    Some(Reason::new(Code::MissingPrivilege, message))
}

/// Everybody on the credential that a course deletes.
fn sharing<'s>(surroundings: &'s Surroundings<'_>, course: &Course) -> impl Iterator<Item = Position> + 's {
    let key = match &course.access {
        Some(Way::Delete(key) | Way::Migrate { from: Some(key), .. }) => Some(key),
        _ => None,
    };
    key.map_or(&[][..], |key| surroundings.users_of(key)).iter().copied()
}

/// The IDs of the administrator's person.
fn own_ids(surroundings: &Surroundings<'_>, actor: &Administrator) -> BTreeSet<Id> {
    let Some(own) = actor.user else { return BTreeSet::new() };
    let others = surroundings.position(own).into_iter().flat_map(|position| {
        let others: Vec<Position> = surroundings.others_of_person(position).collect();
        others
    });
    others.map(|other| surroundings.user(other).id()).chain([own]).gather()
}

/// The IDs of full administrators, if every one of them would lose the ID or the access. A login without an
/// ID is one that stays.
fn last_full_administrators(
    surroundings: &Surroundings<'_>,
    guards: &Guards,
    courses: &[Course],
) -> BTreeSet<Id> {
    let full = surroundings.directory.administrators().iter();
    let full = full.filter(|administrator| administrator.kind == AdministratorKind::Full);
    if !guards.protected.last_full_administrator {
        return BTreeSet::new();
    }
    let mut going = BTreeSet::new();
    for administrator in full {
        let goes = |id: &Id| {
            surroundings.position(*id).is_some_and(|position| {
                let course = &courses[position];
                let goes =
                    course.fate.is_some() || matches!(course.access, Some(Way::Delete(_) | Way::Remove));
                // Another plan is at work on what is decided.
                goes || course.standing == Standing::Open && surroundings.is_leaving(position)
            })
        };
        match administrator.user.filter(goes) {
            Some(id) => going.insert(id),
            None => return BTreeSet::new(),
        };
    }
    going
}

/// How many people could approve a plan of the actor: whoever holds `plan.approve`, is in the list of approvers
/// if there is one, and is somebody else.
pub(super) fn possible_approvers(
    surroundings: &Surroundings<'_>,
    actor: &Administrator,
    approvers: Option<&Approvers>,
) -> u64 {
    let own = own_ids(surroundings, actor);
    let mut persons = BTreeSet::new();
    let mut without_person = 0;
    for administrator in surroundings.directory.administrators() {
        let is_listed = approvers.is_none_or(|approvers| approvers.contains(&administrator.name));
        let is_actor =
            administrator.name == actor.name || administrator.user.is_some_and(|user| own.contains(&user));
        if !is_listed || is_actor || !administrator.may(Privilege::PlanApprove) {
            continue;
        }
        // Nobody counts twice, whatever logins or IDs there are.
        let user = administrator.user.and_then(|id| surroundings.directory.user(id));
        match user.map(|user| user.text(Field::Person).unwrap_or(user.id().as_str()).to_owned()) {
            Some(person) => {
                persons.insert(person);
            }
            None => without_person += 1,
        }
    }
    without_person + persons.len() as u64
}
