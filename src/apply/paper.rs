//! A plan as it is carried out: read back from its file, and only if it is what was written, byte for byte.
//!
//! In goes the canonical JSON that `leaver plan` wrote, out comes a [`Paper`]: its steps, and what each waits for.
//! Users of one person belong together, and whoever changes a group has to do with its synchronisation: a step
//! waits for those steps of earlier batches that share a person, a group, a list or a credential with it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value as Json;
use time::OffsetDateTime;

use super::approval::Counts;
use super::event::utc;
use super::resolution::SignedResolution;
use crate::diagnostic::Diagnostic;
use crate::directory::Digest;
use crate::model::{Id, Privilege};
use crate::plan::{ActionClass, Executor, StepKind, not_a_plan, verified_plan};
use crate::policy::{Access, Disposition};

/// A plan that can be carried out.
///
/// ```
/// use leaver::apply::Paper;
///
/// let refused = Paper::read("plan.json", b"{}").unwrap_err();
/// assert_eq!(refused.code.as_str(), "L0102");
/// ```
#[derive(Clone, Debug)]
pub struct Paper {
    digest: Digest,
    text: Arc<str>,
    made: Made,
    expires_at: OffsetDateTime,
    approvals_needed: u32,
    resolutions: Vec<SignedResolution>,
    users: Vec<PaperUser>,
    steps: Vec<PaperStep>,
    counts: Counts,
    day_limits: BTreeMap<ActionClass, u64>,
}

/// What a plan was made from, as far as carrying it out asks for it.
#[derive(Clone, Debug, Deserialize)]
struct Made {
    #[serde(with = "utc")]
    as_of: OffsetDateTime,
    actor: String,
    directory: Digest,
    policy: Digest,
    guards: Digest,
    approvers: Option<Digest>,
}

/// A user with steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaperUser {
    /// The ID.
    pub id: Id,
    /// The key of the human.
    pub person: Option<Arc<str>>,
    /// What is decided.
    pub decided: PaperDecision,
    /// What is done counts from when the person was told.
    pub counts_from_notice: bool,
    /// The steps, as positions in [`Paper::steps`].
    pub steps: Vec<usize>,
}

/// What a plan says was decided about a user, as far as it is compared with what is decided later.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PaperDecision {
    /// The rule that won.
    pub rule: Option<Arc<str>>,
    /// The ID axis.
    pub disposition: Disposition,
    /// The access axis.
    pub access: Access,
    /// What must happen besides, as JSON.
    pub obligations: Json,
}

/// What a step needs besides its target.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum PaperWith {
    /// The words of a notification.
    Text(Arc<str>),
    /// The ID that joins.
    Id(Id),
    /// What the device management is to set.
    Configuration(Json),
}

/// A step that can be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaperStep {
    /// Its number, from 1.
    pub number: u32,
    /// The number of its batch.
    pub batch: u32,
    /// What it does.
    pub kind: StepKind,
    /// Who carries it out.
    pub executor: Executor,
    /// What that takes.
    pub privilege: Privilege,
    /// For whom; nobody where it is for a whole group.
    pub user: Option<Id>,
    /// Everybody whose step it is: several share the deletion of a credential.
    pub owners: Vec<Id>,
    /// To what: an ID, or the key of a credential, group or list.
    pub target: Arc<str>,
    /// What it needs besides.
    pub with: Option<PaperWith>,
    /// When it may begin at the earliest; not known where it waits for an observation.
    pub not_before: Option<OffsetDateTime>,
    /// The steps before it, as positions in [`Paper::steps`].
    pub waits_for: Vec<usize>,
}

#[derive(Deserialize)]
struct RawPlan {
    made: Made,
    #[serde(with = "utc")]
    expires_at: OffsetDateTime,
    approvals_needed: u32,
    #[serde(default)]
    resolutions: Vec<SignedResolution>,
    users: Vec<RawUser>,
    batches: Vec<RawBatch>,
    guards: Vec<RawGuard>,
}

#[derive(Deserialize)]
struct RawGuard {
    guard: String,
    limit: Option<u64>,
}

#[derive(Deserialize)]
struct RawUser {
    user: Id,
    steps: Vec<u32>,
    decision: RawDecision,
}

#[derive(Deserialize)]
struct RawDecision {
    person: Option<Arc<str>>,
    after: Json,
    #[serde(flatten)]
    decided: PaperDecision,
}

#[derive(Deserialize)]
struct RawBatch {
    n: u32,
    kind: StepKind,
    executor: Executor,
    privilege: Privilege,
    not_before: Option<String>,
    waits_for: Vec<u32>,
    steps: Vec<RawStep>,
}

#[derive(Deserialize)]
struct RawStep {
    step: u32,
    user: Option<Id>,
    target: Arc<str>,
    with: Option<PaperWith>,
}

impl Paper {
    /// Reads a plan. `name` is what diagnostics call the file.
    ///
    /// # Errors
    /// `L0102` for what is no plan, `L0103` for a plan that is not what was written.
    pub fn read(name: &str, text: &[u8]) -> Result<Self, Box<Diagnostic>> {
        let (digest, plan) = verified_plan(name, text).map_err(Box::new)?;
        let lacks = |what: &str| Box::new(not_a_plan(name, what));
        let raw =
            RawPlan::deserialize(&plan).map_err(|error| lacks(&format!("plan to carry out: {error}")))?;
        let written = text.strip_suffix(b"\n").unwrap_or(text);
        let text = std::str::from_utf8(written).map_err(|_| lacks("text"))?;
        if !raw.users.is_sorted_by(|before, after| before.user < after.user) {
            return Err(lacks("users in order, each once"));
        }
        let (users, persons) = users(&raw);
        let owners = owners(&raw);
        let steps = steps(raw.batches, &persons, &owners)
            .ok_or_else(|| lacks("steps that are numbered from 1 and wait for earlier ones"))?;
        if owners.keys().any(|step| *step == 0 || *step as usize > steps.len()) {
            return Err(lacks("steps that its users name"));
        }
        if let Some(fault) = fault(&steps) {
            return Err(lacks(fault));
        }
        let counts = counts(&steps);
        let day_limits = raw.guards.iter().filter_map(|guard| {
            let class = guard.guard.strip_suffix(".per_24h")?;
            let class = ActionClass::ALL.iter().find(|known| known.word() == class)?;
            Some((*class, guard.limit?))
        });
        Ok(Self {
            digest,
            text: text.into(),
            day_limits: day_limits.collect(),
            made: raw.made,
            expires_at: raw.expires_at,
            approvals_needed: raw.approvals_needed,
            resolutions: raw.resolutions,
            users,
            steps,
            counts,
        })
    }

    /// The digest.
    pub const fn digest(&self) -> &Digest {
        &self.digest
    }

    /// The canonical JSON.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The instant of the plan.
    pub const fn as_of(&self) -> OffsetDateTime {
        self.made.as_of
    }

    /// The administrator who owns it.
    pub fn actor(&self) -> &str {
        &self.made.actor
    }

    /// Digest of its directory.
    pub const fn directory(&self) -> &Digest {
        &self.made.directory
    }

    /// Digest of its policy.
    pub const fn policy(&self) -> &Digest {
        &self.made.policy
    }

    /// Digest of its guards.
    pub const fn guards(&self) -> &Digest {
        &self.made.guards
    }

    /// Digest of those who may approve.
    pub const fn approvers(&self) -> Option<&Digest> {
        self.made.approvers.as_ref()
    }

    /// Until when it may be begun.
    pub const fn expires_at(&self) -> OffsetDateTime {
        self.expires_at
    }

    /// How many people besides the actor must approve.
    pub const fn approvals_needed(&self) -> u32 {
        self.approvals_needed
    }

    /// What somebody decided about holds, in the place of the policy.
    pub fn resolutions(&self) -> &[SignedResolution] {
        &self.resolutions
    }

    /// Users with steps, by ID.
    pub fn users(&self) -> &[PaperUser] {
        &self.users
    }

    /// The steps, by number.
    pub fn steps(&self) -> &[PaperStep] {
        &self.steps
    }

    /// The step with a number.
    pub fn step(&self, number: u32) -> Option<&PaperStep> {
        self.steps.get((number as usize).checked_sub(1)?)
    }

    /// How many users it acts on, by class.
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// How many users of a class may be acted on within 24 hours, if that is limited.
    pub fn day_limit(&self, class: ActionClass) -> Option<u64> {
        self.day_limits.get(&class).copied()
    }
}

/// Users with steps, and the person of each user.
fn users(raw: &RawPlan) -> (Vec<PaperUser>, HashMap<Id, Arc<str>>) {
    let persons = raw.users.iter().filter_map(|user| Some((user.user, user.decision.person.clone()?)));
    let with_steps = raw.users.iter().filter(|user| !user.steps.is_empty());
    let users = with_steps.map(|user| PaperUser {
        id: user.user,
        person: user.decision.person.clone(),
        decided: user.decision.decided.clone(),
        counts_from_notice: user.decision.after["from"] == "notify",
        steps: user.steps.iter().map(|step| (*step as usize).saturating_sub(1)).collect(),
    });
    (users.collect(), persons.collect())
}

/// Whose step each is.
fn owners(raw: &RawPlan) -> HashMap<u32, Vec<Id>> {
    let mut owners: HashMap<u32, Vec<Id>> = HashMap::new();
    for user in &raw.users {
        for step in &user.steps {
            owners.entry(*step).or_default().push(user.user);
        }
    }
    owners
}

/// What no plan of leaver has, whatever its digest: a plan is believed by nobody who reads it.
fn fault(steps: &[PaperStep]) -> Option<&'static str> {
    let mut ended: BTreeSet<Id> = BTreeSet::new();
    for step in steps {
        if step.executor != step.kind.executor() || step.privilege != step.kind.privilege() {
            return Some("steps that are done by whom, and with what privilege, their kind says");
        }
        if step.kind == StepKind::Withdraw && !step.user.is_some_and(|user| step.owners.contains(&user)) {
            return Some("withdrawals that are those of their users");
        }
        if step.kind.reversible() != Some(false) {
            continue;
        }
        let Some(user) = step.user.filter(|user| step.owners == [*user] && user.as_str() == &*step.target)
        else {
            return Some("steps that end the ID of their user, and of nobody else");
        };
        if user.is_system() || !ended.insert(user) {
            return Some("steps that end an ID once, and no system ID");
        }
        let withdrawn = steps
            .iter()
            .enumerate()
            .filter(|(_, other)| other.kind == StepKind::Withdraw && other.owners.contains(&user));
        let waits_for_all = withdrawn.into_iter().all(|(at, _)| step.waits_for.contains(&at));
        if step.kind == StepKind::Detach && !waits_for_all {
            return Some("detaches that wait for the withdrawal of access");
        }
    }
    None
}

/// What a step has to do with.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Concern {
    Person(Arc<str>),
    /// An ID of which no person is known.
    User(Id),
    Container(Arc<str>),
    Credential(Arc<str>),
}

/// The steps with what they wait for; `None` if they are not numbered one after the other, or wait for later ones.
fn steps(
    batches: Vec<RawBatch>,
    persons: &HashMap<Id, Arc<str>>,
    owners: &HashMap<u32, Vec<Id>>,
) -> Option<Vec<PaperStep>> {
    let mut steps = Vec::new();
    let mut of_groups: HashMap<Arc<str>, BTreeSet<Concern>> = HashMap::new();
    let mut concerned: HashMap<(u32, Concern), Vec<usize>> = HashMap::new();
    for batch in batches {
        let not_before = match &batch.not_before {
            Some(text) => Some(crate::model::parse_instant(text)?),
            None => None,
        };
        if batch.waits_for.iter().any(|earlier| *earlier >= batch.n) {
            return None;
        }
        let first = steps.len();
        let mut own: Vec<(Concern, usize)> = Vec::new();
        for raw in batch.steps {
            let at = steps.len();
            if raw.step as usize != at + 1 {
                return None;
            }
            let owners = owners.get(&raw.step).cloned().unwrap_or_default();
            let concerns = concerns(batch.kind, &raw, &owners, persons, &mut of_groups);
            let mut waits_for: BTreeSet<usize> = BTreeSet::new();
            for earlier in &batch.waits_for {
                for concern in &concerns {
                    waits_for.extend(concerned.get(&(*earlier, concern.clone())).into_iter().flatten());
                }
            }
            own.extend(concerns.into_iter().map(|concern| (concern, at)));
            steps.push(PaperStep {
                number: raw.step,
                batch: batch.n,
                kind: batch.kind,
                executor: batch.executor,
                privilege: batch.privilege,
                user: raw.user,
                owners,
                target: raw.target,
                with: raw.with,
                not_before,
                waits_for: waits_for.into_iter().filter(|before| *before < first).collect(),
            });
        }
        for (concern, at) in own {
            concerned.entry((batch.n, concern)).or_default().push(at);
        }
    }
    Some(steps)
}

/// What a step has to do with. Those who change a group's members are collected in `of_groups`.
fn concerns(
    kind: StepKind,
    step: &RawStep,
    owners: &[Id],
    persons: &HashMap<Id, Arc<str>>,
    of_groups: &mut HashMap<Arc<str>, BTreeSet<Concern>>,
) -> Vec<Concern> {
    let whose = |id: Id| match persons.get(&id) {
        Some(person) => Concern::Person(person.clone()),
        None => Concern::User(id),
    };
    let joins = match &step.with {
        Some(PaperWith::Id(id)) => Some(*id),
        _ => None,
    };
    // A deletion that several share concerns each of them.
    let all = step.user.into_iter().chain(joins).chain(owners.iter().copied());
    let mut who: BTreeSet<Concern> = all.map(whose).collect();
    let changes_members = matches!(
        kind,
        StepKind::JoinGroup
            | StepKind::JoinList
            | StepKind::ReplaceId
            | StepKind::LeaveGroup
            | StepKind::LeaveList
    );
    let mut concerns = Vec::new();
    if changes_members {
        of_groups.entry(step.target.clone()).or_default().extend(who.iter().cloned());
        concerns.push(Concern::Container(step.target.clone()));
    } else if kind == StepKind::SynchroniseGroup {
        who.extend(of_groups.get(&step.target).into_iter().flatten().cloned());
        concerns.push(Concern::Container(step.target.clone()));
    } else if kind == StepKind::Withdraw {
        concerns.push(Concern::Credential(step.target.clone()));
    }
    concerns.extend(who);
    concerns
}

/// On how many users steps of each class act, by the steps themselves.
fn counts(steps: &[PaperStep]) -> Counts {
    let mut users: BTreeSet<(ActionClass, Id)> = BTreeSet::new();
    for step in steps {
        if let Some(class) = step.kind.class() {
            users.extend(step.owners.iter().copied().chain(step.user).map(|user| (class, user)));
        }
    }
    let mut counts = Counts::default();
    for (class, _) in users {
        counts.add(class);
    }
    counts
}
