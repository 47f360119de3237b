//! Whether a plan may be carried out at all: everything that is checked before its first step.
//!
//! In go the plan, the approvals, what the journal says of the last day, and the directory as it is now if there is
//! one; out come the entries with which the plan is accepted, or everything that is in the way. Nothing is begun by
//! halves.

use std::collections::{BTreeMap, BTreeSet};

use time::{Duration, OffsetDateTime};

use super::approval::{Counts, Signed};
use super::error::JournalError;
use super::event::{Entry, Event};
use super::journal::Journal;
use super::paper::Paper;
use crate::diagnostic::Code;
use crate::directory::{Digest, Directory};
use crate::model::{Privilege, format_instant};
use crate::plan::{ActionClass, Approvers, Guards, Reason};

/// How far clocks of different machines may be apart.
const SKEW: Duration = Duration::minutes(5);

/// What is looked at before the first step.
#[derive(Clone, Copy, Debug)]
pub struct Admission<'a> {
    /// The plan.
    pub paper: &'a Paper,
    /// The guards in force. Without them the built-in number of approvals counts.
    pub guards: Option<&'a Guards>,
    /// Who may approve.
    pub approvers: Option<&'a Approvers>,
    /// Who did.
    pub approvals: &'a [Signed],
    /// The directory as it is now.
    pub directory: Option<&'a Directory>,
    /// On how many users other plans acted in the last 24 hours, by class.
    pub recent: Counts,
    /// How many users of a class may be acted on within 24 hours, instead of what the plan says.
    pub allowed: &'a BTreeMap<ActionClass, u64>,
    /// The policy of the plan that was accepted last.
    pub last_policy: Option<Digest>,
    /// The instant.
    pub now: OffsetDateTime,
}

/// The entries with which a plan is accepted.
///
/// # Errors
/// Every reason why it may not be carried out.
pub fn admit(admission: &Admission<'_>) -> Result<Vec<Entry>, Vec<Reason>> {
    let Admission { paper, approvals, allowed, last_policy, now, .. } = *admission;
    let mut reasons = times(paper, now);
    reasons.extend(guarded(paper, admission.guards));
    reasons.extend(approved(admission));
    reasons.extend(within_a_day(paper, admission.recent, allowed));
    if let Some(directory) = admission.directory {
        reasons.extend(authorised(paper, directory));
    }
    if !reasons.is_empty() {
        return Err(reasons);
    }
    let entry =
        |event| Entry { at: now, actor: Some(paper.actor().to_owned()), plan: Some(*paper.digest()), event };
    let changed = last_policy.filter(|before| before != paper.policy());
    let mut entries = Vec::new();
    entries.extend(changed.map(|before| entry(Event::PolicyChanged { before, now: *paper.policy() })));
    entries.extend(overrides(paper, admission.recent, allowed).map(entry));
    entries.extend(approvals.iter().map(|approval| entry(Event::Approved { approval: approval.clone() })));
    entries.push(entry(Event::Accepted {
        directory: *paper.directory(),
        policy: *paper.policy(),
        counts: paper.counts(),
        steps: u32::try_from(paper.steps().len()).unwrap_or(u32::MAX),
    }));
    Ok(entries)
}

/// On how many users steps of each class were tried in the 24 hours before an instant, by the journal.
///
/// # Errors
/// If the journal cannot be read.
pub fn day_before(journal: &impl Journal, now: OffsetDateTime) -> Result<Counts, JournalError> {
    let mut users = BTreeSet::new();
    let since = now.saturating_sub(Duration::hours(24));
    journal.replay(&mut |entry| {
        if let Event::Intent { kind, user: Some(user), .. } = entry.event
            && entry.at > since
        {
            users.extend(kind.class().map(|class| (class, user)));
        }
    })?;
    let mut counts = Counts::default();
    for (class, _) in users {
        counts.add(class);
    }
    Ok(counts)
}

/// A plan holds from when it was made until it expires.
fn times(paper: &Paper, now: OffsetDateTime) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if now >= paper.expires_at() {
        let message = format!("the plan expired at {}; make a new one", format_instant(paper.expires_at()));
        reasons.push(Reason::new(Code::PlanExpired, message));
    }
    if now < paper.as_of().saturating_sub(SKEW) {
        let message =
            format!("the plan was made at {}, which is still to come", format_instant(paper.as_of()));
        reasons.push(Reason::new(Code::PlanOfTheFuture, message));
    }
    reasons
}

/// A plan is no authority on how much it may do: guards come from outside.
fn guarded(paper: &Paper, guards: Option<&Guards>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if let Some(guards) = guards {
        let loosened = |class: &&ActionClass| {
            let (said, meant) = (paper.day_limit(**class), guards.limits(**class).per_24h.map(u64::from));
            paper.counts().of(**class) > 0 && meant.is_some() && said != meant
        };
        if *paper.guards() != guards.digest() {
            let message = "the guards are not those that the plan was made with".to_owned();
            reasons.push(Reason::new(Code::OtherGuards, message));
        } else if let Some(class) = ActionClass::ALL.iter().find(loosened) {
            let message = format!("the limit of a day of {class} steps is not the one of the guards");
            reasons.push(Reason::new(Code::OtherGuards, message));
        }
    }
    let least = guards.map_or_else(|| Guards::default().approvals, |guards| guards.approvals);
    let asked = paper.approvals_needed();
    if paper.counts().irreversible > 0 && asked < least {
        let message =
            format!("the plan asks for {asked} approvals, and steps that cannot be taken back need {least}");
        reasons.push(Reason::new(Code::TooFewApprovals, message));
    }
    reasons
}

fn approved(admission: &Admission<'_>) -> Vec<Reason> {
    let Admission { paper, approvers, approvals, now, .. } = *admission;
    let nobody = Approvers::default();
    let approvers = approvers.unwrap_or(&nobody);
    let mut reasons = Vec::new();
    let planned = paper.approvers();
    let matters = paper.approvals_needed() > 0 || !approvals.is_empty() || !paper.resolutions().is_empty();
    if matters && planned.copied() != Some(approvers.digest()) {
        let message = "the approvers are not those that the plan was made with".to_owned();
        reasons.push(Reason::new(Code::OtherApprovers, message));
    }
    reasons.extend(approvals.iter().filter_map(|approval| approval.fault(paper, approvers, now)));
    reasons.extend(paper.resolutions().iter().filter_map(|signed| signed.signed(approvers).err()));
    let people: BTreeSet<&str> = approvals.iter().map(|signed| signed.approval.approver.as_str()).collect();
    if people.len() < approvals.len() {
        let message = "somebody's approval is given twice; it counts once".to_owned();
        reasons.push(Reason::new(Code::ApprovedTwice, message));
    }
    let needed = paper.approvals_needed();
    if people.len() < needed as usize {
        let message = format!("the plan needs {needed} approvals, and there are {}", people.len());
        reasons.push(Reason::new(Code::TooFewApprovals, message));
    }
    reasons
}

/// Many small plans may not do what one large plan may not.
fn within_a_day(
    paper: &Paper,
    recent: Counts,
    allowed: &BTreeMap<ActionClass, u64>,
) -> impl Iterator<Item = Reason> {
    ActionClass::ALL.iter().filter_map(move |class| {
        let planned = paper.day_limit(*class)?;
        let limit = allowed.get(class).copied().unwrap_or(planned);
        let day = in_a_day(paper, recent, *class);
        let message = format!("{class} steps for {day} users within 24 hours, and the limit is {limit}");
        (paper.counts().of(*class) > 0 && day > limit).then(|| Reason::new(Code::OverDayAtWork, message))
    })
}

fn in_a_day(paper: &Paper, recent: Counts, class: ActionClass) -> u64 {
    u64::from(paper.counts().of(class)) + u64::from(recent.of(class))
}

/// The limits that would have been in the way.
fn overrides(
    paper: &Paper,
    recent: Counts,
    allowed: &BTreeMap<ActionClass, u64>,
) -> impl Iterator<Item = Event> {
    allowed.iter().filter_map(move |(class, allowed)| {
        let limit = paper.day_limit(*class)?;
        let is_used = paper.counts().of(*class) > 0 && in_a_day(paper, recent, *class) > limit;
        let event =
            || Event::Overridden { limit: format!("{class}.per_24h"), allowed: *allowed, instead_of: limit };
        is_used.then(event)
    })
}

/// Whether the actor is still an administrator who may do every step, and to whom.
pub(super) fn authorised(paper: &Paper, directory: &Directory) -> Vec<Reason> {
    let refuse = |message: String| vec![Reason::new(Code::ActorLostAuthority, message)];
    let actor = directory.administrators().iter().find(|known| known.name == paper.actor());
    let Some(actor) = actor else {
        return refuse(format!("{} is no administrator any more", paper.actor()));
    };
    let missing: BTreeSet<Privilege> =
        paper.steps().iter().map(|step| step.privilege).filter(|privilege| !actor.may(*privilege)).collect();
    if let Some(privilege) = missing.first() {
        return refuse(format!("{} has no longer the privilege {privilege}", paper.actor()));
    }
    let outside =
        paper.users().iter().filter_map(|user| directory.user(user.id)).find(|user| !actor.reaches(user));
    match outside {
        Some(user) => refuse(format!("{} is no longer in the scope of {}", user.id(), paper.actor())),
        None => Vec::new(),
    }
}
