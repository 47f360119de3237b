//! Makes a plan: the whole way from decisions to a value that was put to every guard.

use std::collections::HashMap;

use time::{Duration, OffsetDateTime};

use super::approvers::Approvers;
use super::course::{Course, Standing};
use super::deadlines::{Deadlines, over_quota};
use super::exposure::exposure;
use super::guards::Guards;
use super::hazard::{Hazard, Reason};
use super::limits::{Recent, Verdict, test_approvers, test_classes, test_directory};
use super::open::OpenWork;
use super::resolution::{self, Settled};
use super::schedule::{Schedule, schedule};
use super::step::{Batch, StepKind};
use super::surroundings::Surroundings;
use super::value::{Content, Made, Plan, PlanRefused, PlannedUser, Status};
use super::{access, assess, authority, batches, canonical, containers, fate, licences, notices, persons};
use crate::diagnostic::Code;
use crate::directory::{Digest, Directory, Finding};
use crate::model::{Capability, Id, TZDATA_VERSION, User};
use crate::policy::{Basis, Decision, Policy};
use crate::sort;

/// How long after its instant a plan may be begun at the most.
const LIFE: Duration = Duration::hours(24);

/// What a plan is made from.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The directory.
    pub directory: &'a Directory,
    /// The policy.
    pub policy: &'a Policy,
    /// The decision about each user of the directory. A user without one is held.
    pub decisions: Vec<Decision>,
    /// The circumstances of the decisions: above all their instant, which is that of the plan.
    pub basis: &'a Basis,
    /// The name of the administrator who owns the plan.
    pub actor: &'a str,
    /// The guards.
    pub guards: &'a Guards,
    /// Who may approve, where a list of them is kept.
    pub approvers: Option<&'a Approvers>,
    /// The directory of the last run, which was accepted.
    pub previous: Option<&'a Directory>,
    /// Users with work still open in earlier plans.
    pub open: &'a OpenWork,
    /// What happened in the 24 hours before.
    pub recent: Recent,
    /// Digest of the configuration of the connectors that will carry the plan out.
    pub connectors: Option<Digest>,
    /// What somebody decided about holds.
    pub resolutions: &'a [Settled],
}

const NOTHING_OPEN: &OpenWork = &OpenWork::none();

impl<'a> Request<'a> {
    /// A request without approvers, previous directory, open work or recent steps.
    pub fn new(
        directory: &'a Directory,
        policy: &'a Policy,
        decisions: Vec<Decision>,
        basis: &'a Basis,
        actor: &'a str,
        guards: &'a Guards,
    ) -> Self {
        Self {
            directory,
            policy,
            decisions,
            basis,
            actor,
            guards,
            approvers: None,
            previous: None,
            open: NOTHING_OPEN,
            recent: Recent::default(),
            connectors: None,
            resolutions: &[],
        }
    }
}

/// Makes a plan.
///
/// ```
/// use leaver::directory::Directory;
/// use leaver::model::parse_instant;
/// use leaver::plan::{Guards, Request, StepKind, plan};
/// use leaver::policy::{Basis, Source, check};
///
/// let directory = Directory::from_json("acme.json", br#"{
///     "subscription": {"id": "acme", "edition": "enterprise", "time_zone": "Europe/Zurich"},
///     "taken_at": "2026-11-22T08:00:00Z", "complete": true,
///     "users": [{"id": "ECHOECHO", "person": "E1001", "employment": "staff", "last_day": "2026-11-20", "credential": "c1"}],
///     "credentials": [{"id": "c1", "kind": "single"}],
///     "administrators": [{"name": "mia", "kind": "full"}]}"#).expect("a directory");
/// let text = "/// Staff lose the ID.\nfn staff(user) { if user.has_left { revoke() } }";
/// let policy = check(vec![Source::new("acme.rhai", text)], directory.schema(), None).policy.expect("no errors");
/// let basis = Basis::of(&directory, parse_instant("2026-11-22T09:00:00Z").expect("an instant"))?;
/// let evaluator = policy.evaluator(basis.clone())?;
/// let decisions = evaluator.decide_directory(&directory).collect::<Result<Vec<_>, _>>()?;
///
/// let guards = Guards { approvals: 0, ..Guards::default() };
/// let plan = plan(Request::new(&directory, &policy, decisions, &basis, "mia", &guards))?;
/// let kinds: Vec<StepKind> = plan.content().batches.iter().map(|batch| batch.kind).collect();
/// assert_eq!(kinds, [StepKind::Withdraw, StepKind::Revoke]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`PlanRefused`] with every refusal, if the actor may not own a plan or a guard is not kept.
pub fn plan(request: Request<'_>) -> Result<Plan, PlanRefused> {
    plan_watched(request, &|| true).map_err(|none| match none {
        NoPlan::Refused(refused) => *refused,
        NoPlan::Stopped => unreachable!("nobody stops it"),
    })
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoPlan {
    /// It is refused.
    Refused(Box<PlanRefused>),
    /// Whoever watched did not want it any more.
    Stopped,
}

impl From<PlanRefused> for NoPlan {
    fn from(refused: PlanRefused) -> Self {
        Self::Refused(Box::new(refused))
    }
}

/// How many users come between two questions whether to go on.
const STRIDE: usize = 512;

/// Makes a plan as [`plan`] does, as long as `go_on` says so: it is asked every few milliseconds.
///
/// # Errors
/// [`NoPlan`], if it is refused or was stopped.
pub fn plan_watched(request: Request<'_>, go_on: &dyn Fn() -> bool) -> Result<Plan, NoPlan> {
    let goes_on = || if go_on() { Ok(()) } else { Err(NoPlan::Stopped) };
    let at_stride = |position: usize| if position.is_multiple_of(STRIDE) { goes_on() } else { Ok(()) };
    let Request {
        directory,
        policy,
        decisions,
        basis,
        actor,
        guards,
        approvers,
        previous,
        open,
        recent,
        connectors,
        resolutions,
    } = request;
    let mut decisions = one_for_each(directory, decisions);
    let resolutions = resolution::settle(&mut decisions, resolutions, basis.moment.instant());
    let surroundings = Surroundings::of(directory, previous, &decisions, &basis.moment);
    let actor = authority::actor(&surroundings, actor)
        .map_err(|refusal| NoPlan::from(PlanRefused { refusals: vec![refusal], content: None }))?;
    let licence = access::mdm_licence(&surroundings);
    let mut courses: Vec<Course> = (0..decisions.len())
        .map(|position| {
            at_stride(position)?;
            let mut course = assess::course(&surroundings, &basis.entitlements, &licence, position);
            if course.standing == Standing::Planned
                && open.plan_of(surroundings.user(position).id()).is_some()
            {
                let message = format!(
                    "{} has steps in an earlier plan that is still at work",
                    surroundings.user(position).id()
                );
                course.stop(Standing::Open, Reason::new(Code::OpenElsewhere, message));
            }
            Ok(course)
        })
        .collect::<Result<_, NoPlan>>()?;
    authority::enforce(&surroundings, guards, actor, &mut courses);
    notices::settle_rooms(&surroundings, &mut courses);
    let seats = directory.licences();
    assess::settle(&surroundings, seats, &mut courses);
    persons::settle(&surroundings, &mut courses);
    goes_on()?;
    access::warn_untold(&surroundings, &mut courses);
    access::warn_of_survivors(&surroundings, &mut courses);
    fate::warn_of_detaches(&surroundings, &mut courses);

    goes_on()?;
    let schedule = schedule(&surroundings, licence.ok(), &courses);
    let has_api = basis.entitlements.allows(directory.subscription().edition, Capability::Api);
    let numbered = batches::batches(&surroundings, &schedule, has_api);
    goes_on()?;
    let deadlines = Deadlines {
        surroundings: &surroundings,
        entitlements: &basis.entitlements,
        actor,
        schedule: &schedule,
    };
    for (position, course) in courses.iter_mut().enumerate() {
        at_stride(position)?;
        deadlines.test(position, course);
    }

    let approvals_needed = approvals(guards, &schedule, &decisions, &numbered.batches);
    let mut verdict = Verdict::default();
    test_directory(guards, directory, previous, basis.moment.instant(), &mut verdict);
    test_classes(guards, &schedule, directory, previous, recent, &mut verdict);
    let possible = authority::possible_approvers(&surroundings, actor, approvers);
    test_approvers(approvals_needed, possible, &mut verdict);

    let expires_at = expiry(guards, directory, basis.moment.instant(), &decisions, &schedule);
    let findings = findings(&surroundings, &schedule, &courses);
    let hazards = hazards(&surroundings, &courses, &numbered.batches);
    let licences = licences::seats(seats, &courses, &schedule);
    let made = Made {
        as_of: basis.moment.instant(),
        actor: actor.name.clone(),
        leaver_version: env!("CARGO_PKG_VERSION"),
        tzdata: TZDATA_VERSION,
        directory: *directory.digest(),
        policy: policy.digest(),
        guards: guards.digest(),
        approvers: approvers.map(Approvers::digest),
        entitlements: canonical::digest_of(&basis.entitlements),
        connectors,
    };
    let mut users = Vec::with_capacity(decisions.len());
    for (position, course) in courses.into_iter().enumerate() {
        at_stride(position)?;
        let user = surroundings.user(position).id();
        let steps = numbered.of_user(&schedule, position);
        users.push(PlannedUser {
            user,
            decision: Decision::clone(surroundings.decision(position)),
            status: status(&course, &steps),
            reason: reason(course, &steps),
            exposure: exposure(&surroundings, &schedule, position),
            open_in: open.plan_of(user).copied(),
            steps,
        });
    }
    let content = Content {
        made,
        expires_at,
        users,
        batches: numbered.batches,
        hazards,
        findings,
        guards: verdict.checks,
        licences,
        resolutions,
        approvals_needed,
    };
    if verdict.refusals.is_empty() {
        Plan::watched(content, &go_on).ok_or(NoPlan::Stopped)
    } else {
        Err(PlanRefused { refusals: verdict.refusals, content: Some(Box::new(content)) }.into())
    }
}

/// The decision about each user, in the order of the directory. Nothing is planned for whom nothing was decided.
fn one_for_each(directory: &Directory, decisions: Vec<Decision>) -> Vec<Decision> {
    let ids = || directory.users().iter().map(User::id);
    if ids().map(Some).eq(decisions.iter().map(|decision| decision.user)) {
        return decisions;
    }
    let mut by_id: HashMap<Id, Decision> = HashMap::new();
    for decision in decisions {
        if let Some(id) = decision.user {
            by_id.entry(id).or_insert(decision);
        }
    }
    let undecided =
        |id| Decision::invalid_record(Some(id), "nothing was decided about this user; decide again");
    ids().map(|id| by_id.remove(&id).unwrap_or_else(|| undecided(id))).collect()
}

fn status(course: &Course, steps: &[u32]) -> Status {
    match course.standing {
        Standing::Planned if steps.is_empty() && course.shortfall().is_some() => Status::Held,
        Standing::Planned if steps.is_empty() => Status::Done,
        Standing::Planned => Status::Planned,
        Standing::Kept => Status::Kept,
        Standing::Held => Status::Held,
        Standing::Refused => Status::Refused,
        Standing::Open => Status::Open,
    }
}

fn reason(course: Course, steps: &[u32]) -> Option<Reason> {
    let shortfall = course.shortfall().filter(|_| steps.is_empty()).cloned();
    course.reason.or(shortfall)
}

/// The larger of what the rules of users with steps and the guards ask for.
fn approvals(guards: &Guards, schedule: &Schedule, decisions: &[Decision], batches: &[Batch]) -> u32 {
    let users = schedule.of_user.keys();
    let by_rules = users.map(|position| decisions[*position].approvals).max().unwrap_or(0);
    let is_irreversible = batches.iter().any(|batch| batch.reversible == Some(false));
    if is_irreversible { by_rules.max(guards.approvals) } else { by_rules }
}

/// A plan may be begun while its directory is fresh and every decision it carries out still holds.
fn expiry(
    guards: &Guards,
    directory: &Directory,
    as_of: OffsetDateTime,
    decisions: &[Decision],
    schedule: &Schedule,
) -> OffsetDateTime {
    let fresh = directory.taken_at().saturating_add(Duration::hours(i64::from(guards.max_age_hours)));
    let valid = schedule.of_user.keys().filter_map(|position| decisions[*position].valid_until);
    valid.chain([fresh, as_of.saturating_add(LIFE)]).min().unwrap_or(fresh)
}

fn findings(surroundings: &Surroundings<'_>, schedule: &Schedule, courses: &[Course]) -> Vec<Finding> {
    let mut findings = surroundings.directory.findings();
    for (position, course) in courses.iter().enumerate() {
        let goes = course.fate.is_some()
            || schedule.of_user.get(&position).is_some_and(|steps| {
                let mut kinds = steps.iter().map(|index| schedule.steps[*index].kind);
                !matches!(course.access, Some(super::course::Way::Migrate { .. }))
                    && kinds.any(|kind| matches!(kind, StepKind::Withdraw | StepKind::RemoveFromDevice))
            });
        if goes && course.standing == Standing::Planned {
            let changes = schedule.changes.get(&position).map_or(&[][..], Vec::as_slice);
            findings.extend(containers::residual(surroundings, position, changes));
        }
    }
    findings
}

/// Hazards of users by ID and code, then those of the plan.
fn hazards(surroundings: &Surroundings<'_>, courses: &[Course], batches: &[Batch]) -> Vec<Hazard> {
    let mut hazards: Vec<Hazard> = courses.iter().flat_map(|course| course.hazards.iter().cloned()).collect();
    sort::by_key(&mut hazards, |hazard| (hazard.user, hazard.code));
    let asks_for_memberships = |course: &Course| {
        course.standing == Standing::Planned
            && (course.leaves_containers || course.heir.is_some() || !course.notices.is_empty())
    };
    let unknown: Vec<&str> = [(surroundings.knows_groups, "groups"), (surroundings.knows_lists, "lists")]
        .iter()
        .filter_map(|(known, word)| (!known).then_some(*word))
        .collect();
    if !unknown.is_empty() && courses.iter().any(asks_for_memberships) {
        let message = format!("the directory does not say who is in its {}", unknown.join(" and "));
        let fix = "export them with their members, and plan again";
        hazards.push(Hazard::of_plan(Code::MembershipsUnknown, message, fix));
    }
    hazards.extend(over_quota(batches));
    hazards
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_was_not_decided_about_is_held_and_the_order_does_not_matter() {
        let directory = Directory::from_json(
            "directory.json",
            br#"{"subscription": {"id": "acme", "edition": "enterprise", "time_zone": "UTC"},
                 "taken_at": "2026-11-22T08:00:00Z", "users": [{"id": "ALPHA001"}, {"id": "BRAVO001"}, {"id": "DELTA001"}]}"#,
        )
        .unwrap();
        let kept = |id: &str| Decision::nothing(Some(id.parse().unwrap()));
        let given = vec![kept("DELTA001"), kept("ZULU0001"), kept("ALPHA001"), kept("DELTA001")];
        let decisions = one_for_each(&directory, given);
        let told: Vec<_> = decisions
            .iter()
            .map(|decision| (decision.user.unwrap().to_string(), decision.hold.is_some()))
            .collect();
        let expected = [("ALPHA001", false), ("BRAVO001", true), ("DELTA001", false)];
        assert_eq!(told, expected.map(|(id, held)| (id.to_owned(), held)));
    }
}
