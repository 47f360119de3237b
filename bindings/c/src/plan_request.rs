//! What a plan is made from, and making it.

use std::mem::MaybeUninit;

use leaver::directory::{Digest, Directory};
use leaver::plan::{
    Approvers, Guards, MOST_PLAN_BYTES, NoPlan, OpenWork, Plan, Recent, Request, plan_watched,
};
use leaver::policy::Decision;

use crate::decider::{Deciding, leaver_decider, user_at};
use crate::decisions::decide_all;
use crate::directory::leaver_directory;
use crate::error::{Failure, leaver_error, leaver_status};
use crate::guard::{given, guard};
use crate::plan::leaver_plan;
use crate::run::{Run, leaver_run_options};
use crate::single::Single;
use crate::sized::{self, Sized_, behind};
use crate::text::{items, leaver_str};
use crate::user::leaver_user;

/// Somebody with steps in an earlier plan that is still at work.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct leaver_open {
    /// The messaging ID.
    pub id: leaver_str,
    /// The digest of that plan, in hexadecimal.
    pub plan: leaver_str,
}

/// What a plan is made from. Begin with LEAVER_PLAN_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct leaver_plan_options {
    /// sizeof(leaver_plan_options).
    pub struct_size: usize,
    /// The name of the administrator who owns the plan; required. For one user without a directory: whose full
    /// rights are assumed.
    pub actor: leaver_str,
    /// The text of guards.toml. Empty: the built-in limits; for one user without a directory none.
    pub guards: leaver_str,
    /// 1 for a simulation: no limits, nobody protected but system IDs and oneself. Not together with guards.
    pub simulation: i32,
    /// The text of approvers.toml; empty: there is none.
    pub approvers: leaver_str,
    /// The directory of the last run, which was accepted, or NULL.
    pub previous: *const leaver_directory,
    /// The JSON of earlier plans that are still at work.
    pub open_plans: *const leaver_str,
    /// How many of them.
    pub open_plan_count: usize,
    /// Users with steps in earlier plans, where the plans themselves are not at hand.
    pub open: *const leaver_open,
    /// How many of them.
    pub open_count: usize,
    /// Users with whom something reversible was done in the 24 hours before, besides those of open_plans.
    pub recent_reversible: u32,
    /// Users whose access was withdrawn in the 24 hours before, besides those of open_plans.
    pub recent_withdraw: u32,
    /// Users whose ID was detached or revoked in the 24 hours before, besides those of open_plans.
    pub recent_irreversible: u32,
    /// For one user without a directory: the key of the licence of the device management, where there is one.
    pub mdm_credential: leaver_str,
    /// Its username; empty: the host adds it.
    pub mdm_username: leaver_str,
    /// Cancellation and deadline, and progress of deciding; or NULL.
    pub run: *const leaver_run_options,
}

// SAFETY: `repr(C)`, the size first, and zero is empty texts, empty lists and no directory.
unsafe impl Sized_ for leaver_plan_options {
    const NAME: &'static str = "leaver_plan_options";
    const FIRST: usize = size_of::<Self>();
}

fn guards(options: &leaver_plan_options, usual: fn() -> Guards) -> Result<Guards, Failure> {
    match (options.guards.text("guards")?, options.simulation) {
        ("", 0) => Ok(usual()),
        ("", 1) => Ok(Guards::unlimited()),
        (text, 0) => Guards::from_toml("guards.toml", text)
            .map_err(|found| Failure::diagnosed(leaver_status::LEAVER_ERR_SETTINGS, found)),
        (_, 1) => Err(Failure::argument("give guards or simulation, not both")),
        (_, other) => Err(Failure::argument(format!("simulation is {other}; it is 0 or 1"))),
    }
}

fn open_work(options: &leaver_plan_options) -> Result<OpenWork, Failure> {
    let mut open = OpenWork::none();
    for (at, text) in items(options.open_plans, options.open_plan_count, "open_plans")?.iter().enumerate() {
        let bytes = text.bytes();
        if u64::try_from(bytes.len()).is_ok_and(|length| length > MOST_PLAN_BYTES) {
            return Err(Failure::argument(format!("open_plans[{at}] has more than {MOST_PLAN_BYTES} bytes")));
        }
        open.add_plan(&format!("open_plans[{at}]"), bytes)
            .map_err(|found| Failure::diagnosed(leaver_status::LEAVER_ERR_SETTINGS, vec![found]))?;
    }
    for one in items(options.open, options.open_count, "open")? {
        let id = one.id.text("id")?.parse().map_err(|error| Failure::argument(format!("id: {error}")))?;
        let digest: Digest =
            one.plan.text("plan")?.parse().map_err(|error| Failure::argument(format!("plan: {error}")))?;
        open.insert(id, digest);
    }
    Ok(open)
}

/// The whole way from decisions to a plan.
fn planned(
    deciding: &Deciding,
    directory: &Directory,
    decisions: Vec<Decision>,
    options: &leaver_plan_options,
    usual: fn() -> Guards,
    run: &Run<'_>,
) -> Result<Plan, Failure> {
    let guards = guards(options, usual)?;
    let approvers = match options.approvers.text("approvers")? {
        "" => None,
        text => Some(
            Approvers::from_toml("approvers.toml", text, directory)
                .map_err(|found| Failure::diagnosed(leaver_status::LEAVER_ERR_SETTINGS, found))?,
        ),
    };
    let open = open_work(options)?;
    let actor = options.actor.text("actor")?;
    let known = open.recent(deciding.basis.moment.instant());
    let recent = Recent {
        reversible: known.reversible.saturating_add(options.recent_reversible),
        withdraw: known.withdraw.saturating_add(options.recent_withdraw),
        irreversible: known.irreversible.saturating_add(options.recent_irreversible),
    };
    let request = Request {
        approvers: approvers.as_ref(),
        previous: behind(options.previous).map(|previous| &previous.directory),
        open: &open,
        recent,
        ..Request::new(directory, &deciding.policy, decisions, &deciding.basis, actor, &guards)
    };
    plan_watched(request, &|| run.check().is_ok()).map_err(|none| match none {
        NoPlan::Refused(refused) => (*refused).into(),
        NoPlan::Stopped => run.stopped(),
    })
}

/// Decides about every user of the decider's directory and makes a plan of it.
///
///     leaver_plan_options options = LEAVER_PLAN_OPTIONS_INIT;
///     options.actor = leaver_text("mia");
///     leaver_plan *plan;
///     leaver_status status = leaver_decider_plan(decider, &options, &plan, &err);
///     if (status == LEAVER_ERR_REFUSED) ... leaver_error_json(err) ...
///
/// @param options  Required: actor has no default.
/// @param out      Owned by the caller; free it with leaver_plan_free.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decider_plan(
    decider: Option<&leaver_decider>,
    options: *const leaver_plan_options,
    out: Option<&mut MaybeUninit<Box<leaver_plan>>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let (decider, out) = (given(decider, "decider")?, given(out, "out")?);
        let mut spare = MaybeUninit::uninit();
        let options = given(sized::read(options, &mut spare)?, "options")?;
        let deciding = &*decider.shared;
        let directory = deciding.directory.as_ref();
        let directory = directory.ok_or_else(|| Failure::argument("the decider has no directory"))?;
        let run = Run::begin(options.run)?;
        let decisions = decide_all(deciding, directory, &run)?;
        let plan = planned(deciding, directory, decisions, options, Guards::default, &run)?;
        out.write(Box::new(leaver_plan::of(plan)));
        Ok(())
    })
}

/// Decides about one user and makes a plan for that user alone: what a device-management agent asks. The rest of
/// the company is not looked at; the decider needs no directory, and one that it has is left alone. The user needs
/// an edition, of its own or of the decider. A superseding ID is trusted to stay.
///
///     if (leaver_decider_plan_user(decider, &user, &options, &plan, &err) == LEAVER_OK) {
///         leaver_step step;
///         size_t at = 0;
///         while ((at = leaver_plan_next(plan, at, LEAVER_EXECUTOR_MDM, &step)) != 0) ...
///     }
///
/// @param user     Begins with LEAVER_USER_INIT.
/// @param options  Required: actor has no default.
/// @param out      Owned by the caller; free it with leaver_plan_free.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decider_plan_user(
    decider: Option<&leaver_decider>,
    user: *const leaver_user,
    options: *const leaver_plan_options,
    out: Option<&mut MaybeUninit<Box<leaver_plan>>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let (decider, out) = (given(decider, "decider")?, given(out, "out")?);
        let mut spare = MaybeUninit::uninit();
        let facts = decider.shared.facts(user_at(user, &mut spare)?)?;
        let plan = plan_one(&decider.shared, &leaver::model::Facts::to_user(&facts), options)?;
        out.write(Box::new(leaver_plan::of(plan)));
        Ok(())
    })
}

/// The same for a user given as a JSON object.
///
/// @param options  Required: actor has no default.
/// @param out      Owned by the caller; free it with leaver_plan_free.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decider_plan_json(
    decider: Option<&leaver_decider>,
    json: leaver_str,
    options: *const leaver_plan_options,
    out: Option<&mut MaybeUninit<Box<leaver_plan>>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let (decider, out) = (given(decider, "decider")?, given(out, "out")?);
        let plan = plan_one(&decider.shared, &decider.shared.user_of_json(json)?, options)?;
        out.write(Box::new(leaver_plan::of(plan)));
        Ok(())
    })
}

fn plan_one(
    deciding: &Deciding,
    user: &leaver::model::User,
    options: *const leaver_plan_options,
) -> Result<Plan, Failure> {
    let mut spare = MaybeUninit::uninit();
    let options = given(sized::read(options, &mut spare)?, "options")?;
    let run = Run::begin(options.run)?;
    run.check()?;
    let decision = deciding.with(|evaluator| evaluator.decide(user))??;
    let single = Single {
        user,
        schema: deciding.policy.schema(),
        basis: &deciding.basis,
        actor: options.actor.text("actor")?,
        mdm_credential: options.mdm_credential.text("mdm_credential")?,
        mdm_username: options.mdm_username.text("mdm_username")?,
    };
    let directory = single.directory()?;
    let decisions = single.decisions(decision);
    planned(deciding, &directory, decisions, options, Guards::unlimited, &run)
}
