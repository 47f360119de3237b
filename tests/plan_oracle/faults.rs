//! What a wrong planner would do: right plans are made wrong in one place, and the oracle must see it.
//!
//! Each fault knows in which plans it can be made so that it does harm; where it would be harmless it
//! is not made. A fault that is not seen, or that no plan has room for, fails the test: an oracle that
//! never complains proves nothing.

mod omissions;
mod order;
mod statements;
mod targets;

use std::collections::BTreeMap;

use leaver::model::Id;

use crate::facts::World;
use crate::judge::is_wrong;
use crate::planner::parse;
use crate::reading::{Disposition, Kind, PlannedUser, Reading, Status, Step};
use crate::runs::{Made, families, seed};
use crate::seeded::Seeded;
use crate::tally::Tally;

/// How often each fault is made in the plans of one family of policies.
const TIMES: usize = 2;

/// How many families are looked at.
const FAMILIES: u64 = 120;

/// Directories of each family.
const DIRECTORIES: usize = 4;

/// How often each fault must have been made in the end.
const AT_LEAST: usize = 15;

/// A way of being wrong.
#[derive(Clone, Copy)]
struct Fault {
    name: &'static str,
    make: fn(&mut Site<'_>) -> Option<()>,
}

/// A plan about to be made wrong.
struct Site<'a> {
    world: &'a World,
    plan: &'a mut Reading,
    seeded: &'a mut Seeded,
}

impl Site<'_> {
    /// A random step for which a condition holds.
    fn step(&mut self, fits: impl Fn(&Site<'_>, &Step) -> bool) -> Option<usize> {
        let found: Vec<usize> =
            (0..self.plan.steps.len()).filter(|at| fits(self, &self.plan.steps[*at])).collect();
        (!found.is_empty()).then(|| found[self.seeded.below(found.len())])
    }

    /// A random user for whom a condition holds.
    fn user(&mut self, fits: impl Fn(&Site<'_>, &PlannedUser) -> bool) -> Option<Id> {
        let found: Vec<Id> =
            self.plan.users.iter().filter(|user| fits(self, user)).map(|user| user.user).collect();
        (!found.is_empty()).then(|| found[self.seeded.below(found.len())])
    }

    fn of_kind(&mut self, kind: Kind) -> Option<usize> {
        self.step(|_, step| step.kind == kind)
    }

    /// The steps of a kind that a user has.
    fn steps_of(&self, user: Id, kind: Kind) -> Vec<usize> {
        let steps = self.plan.steps.iter().enumerate();
        steps.filter(|(_, step)| step.kind == kind && step.users.contains(&user)).map(|(at, _)| at).collect()
    }

    /// The only step of a kind that a user has.
    fn only(&self, user: Id, kind: Kind) -> Option<usize> {
        match self.steps_of(user, kind)[..] {
            [at] => Some(at),
            _ => None,
        }
    }

    /// Adds a step like another, after all others.
    fn add(&mut self, step: Step) {
        let number = 1 + self.plan.steps.len();
        let batch = 1 + self.plan.steps.iter().map(|step| step.batch).max().unwrap_or(0);
        for user in self.plan.users.iter_mut().filter(|user| step.users.contains(&user.user)) {
            user.steps.push(number);
        }
        self.plan.steps.push(Step { number, batch, ..step });
    }

    fn drop(&mut self, at: usize) {
        self.plan.steps.remove(at);
    }

    /// Takes a wait away; `None` if the step waits all the same, through others, or for steps of the same
    /// kind, which come as late.
    fn forget_wait(&mut self, at: usize, batch: u64) -> Option<()> {
        let step = &mut self.plan.steps[at];
        if !step.waits_for.contains(&batch) {
            return None;
        }
        step.waits_for.retain(|waited| *waited != batch);
        let waits = step.waits_for.clone();
        let kind = self.plan.steps.iter().find(|step| step.batch == batch)?.kind;
        (!self.reaches(&waits, kind)).then_some(())
    }

    fn reaches(&self, waits: &[u64], kind: Kind) -> bool {
        waits.iter().any(|waited| {
            let next = self.plan.steps.iter().find(|step| step.batch == *waited);
            next.is_some_and(|next| next.kind == kind || self.reaches(&next.waits_for, kind))
        })
    }

    /// Whether somebody else has to do with what is done for the user.
    fn has_company(&self, user: Id) -> bool {
        let shares = |step: &Step| step.users.contains(&user) && step.users.len() > 1;
        self.world.users_of_person(user).len() > 1 || self.plan.steps.iter().any(shares)
    }

    fn is_planned(&self, user: Id) -> bool {
        self.plan.user(user).is_some_and(|user| user.status == Status::Planned)
    }

    fn goes(&self, user: Id) -> bool {
        self.plan.steps.iter().any(|step| step.kind.is_irreversible() && step.user == Some(user))
    }

    /// Whether the plan moves the user to the licence of the device management.
    fn migrates(&self, user: Id) -> bool {
        !self.steps_of(user, Kind::ActivateMdmLicence).is_empty()
    }

    fn decided(&self, user: Id) -> Option<Disposition> {
        self.plan.user(user).map(|user| user.decision.disposition)
    }
}

fn all() -> Vec<Fault> {
    [order::ALL, omissions::ALL, targets::ALL, statements::ALL].concat()
}

/// Makes each fault in the plan, once, unless it was made often enough in this family.
fn spoil(made: &Made<'_>, tally: &mut Tally) {
    let plan = Reading::of(&parse(&made.text)).unwrap_or_else(|why| panic!("{}: {why}", made.name));
    if plan.steps.is_empty() {
        return;
    }
    let world = World::of(&made.opened.directory, made.opened.previous.as_ref(), plan.as_of);
    let mut is_right = None;
    for fault in all() {
        if tally.made.get(fault.name).is_some_and(|(made, _)| *made >= TIMES) {
            continue;
        }
        let mut wrong = plan.clone();
        let mut seeded = Seeded::new(made.text.len() as u64);
        let mut site = Site { world: &world, plan: &mut wrong, seeded: &mut seeded };
        if (fault.make)(&mut site).is_none() {
            continue;
        }
        // Only what is right can be made wrong.
        if !*is_right.get_or_insert_with(|| !is_wrong(&world, &plan)) {
            return;
        }
        let (count, caught) = tally.made.entry(fault.name).or_default();
        *count += 1;
        if is_wrong(&world, &wrong) {
            *caught += 1;
        } else {
            let text = format!(
                "{}: {} was not seen\n{}\n{}",
                made.name, fault.name, made.scenario.directory, made.text
            );
            tally.reports.push(text);
        }
    }
}

#[test]
fn every_seeded_fault_is_seen() {
    let first = seed().wrapping_mul(1_000_000).wrapping_add(500_000);
    let tally = families(first..first + FAMILIES, DIRECTORIES, &spoil);
    let faults = all();
    let made: BTreeMap<&str, (usize, usize)> = tally.made.clone();
    let total: usize = made.values().map(|(count, _)| count).sum();
    let seen: usize = made.values().map(|(_, caught)| caught).sum();
    println!("oracle: {} kinds of faults, made {total} times, seen {seen} times", faults.len());
    let unseen: Vec<String> = tally.reports.iter().take(3).cloned().collect();
    for fault in &faults {
        let (count, caught) = made.get(fault.name).copied().unwrap_or_default();
        println!("  {}: {caught} of {count}", fault.name);
    }
    for fault in &faults {
        let (count, caught) = made.get(fault.name).copied().unwrap_or_default();
        assert_eq!(count, caught, "{} is not always seen\n{}", fault.name, unseen.join("\n"));
        assert!(count >= AT_LEAST, "{} was made only {count} times", fault.name);
    }
}
