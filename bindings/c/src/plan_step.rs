//! The steps of a plan, one after the other, and what the device management is told.

use std::mem::MaybeUninit;
use std::sync::OnceLock;

use leaver::model::{Id, format_instant};
use leaver::plan::{Batch, Configuration, Executor, Plan, Step, With};

use crate::error::{Failure, leaver_error, leaver_status};
use crate::guard::{given, guard};
use crate::plan::leaver_plan;
use crate::text::leaver_str;
use crate::user::leaver_known;
use crate::words::{leaver_executor, leaver_purpose, leaver_step_kind};

/// A step of a plan. Its texts are borrowed from the plan.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct leaver_step {
    /// Its number in the plan, from 1.
    pub number: u32,
    /// The number of its batch, from 1. Batches are carried out in this order.
    pub batch: u32,
    /// What it does.
    pub kind: leaver_step_kind,
    /// Who carries it out.
    pub executor: leaver_executor,
    /// What that takes, such as "config.write".
    pub privilege: leaver_str,
    /// Whether it can be taken back; unknown where there is nothing to take back.
    pub reversible: leaver_known,
    /// Whom it is for; no text where it is for a whole group.
    pub user: leaver_str,
    /// What it acts on: an ID, or the key of a credential, group or list.
    pub target: leaver_str,
    /// When it may begin; no text if that is not known, because it waits for an observation.
    pub not_before: leaver_str,
    /// When it has taken effect at the latest; no text if nothing bounds it.
    pub effect_by: leaver_str,
    /// How many earlier batches it waits for: leaver_plan_wait.
    pub wait_count: usize,
    /// The words of a notification; no text if it is none.
    pub text: leaver_str,
    /// The ID that joins; no text if none does.
    pub id: leaver_str,
    /// What the device management is told: leaver_plan_payload.
    pub purpose: leaver_purpose,
    /// How many keys of the configuration the host has to add, because they are secrets: leaver_plan_supply.
    pub supply_count: usize,
}

/// For which system a payload is.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum leaver_system {
    /// Android Enterprise: the managed configuration, as a JSON object.
    LEAVER_SYSTEM_ANDROID = 0,
    /// iOS: the managed app configuration, as a property list in XML.
    LEAVER_SYSTEM_IOS = 1,
}

/// All steps in order, with the texts that are made of them.
pub(crate) struct Steps(Vec<Texts>);

struct Texts {
    batch: usize,
    step: usize,
    not_before: Option<String>,
    effect_by: Option<String>,
    android: OnceLock<String>,
    ios: OnceLock<String>,
}

impl Steps {
    pub(crate) fn of(plan: &Plan) -> Self {
        let mut steps = Vec::new();
        for (at, batch) in plan.content().batches.iter().enumerate() {
            let texts = |(step, found): (usize, &Step)| Texts {
                batch: at,
                step,
                not_before: batch.not_before.map(format_instant),
                effect_by: found.effect_by.map(format_instant),
                android: OnceLock::new(),
                ios: OnceLock::new(),
            };
            steps.extend(batch.steps.iter().enumerate().map(texts));
        }
        Self(steps)
    }
}

impl leaver_plan {
    /// The step that leaver_plan_next called `at`.
    fn step(&self, at: usize) -> Result<(&Texts, &Batch, &Step), Failure> {
        let found = at.checked_sub(1).and_then(|at| self.steps().0.get(at)).and_then(|texts| {
            let batch = self.plan.content().batches.get(texts.batch)?;
            Some((texts, batch, batch.steps.get(texts.step)?))
        });
        found.ok_or_else(|| Failure::not_found(format!("leaver_plan_next never returned {at}")))
    }
}

fn configuration(step: &Step) -> Option<&Configuration> {
    match &step.with {
        Some(With::Configuration(configuration)) => Some(configuration),
        _ => None,
    }
}

fn told(texts: &Texts, batch: &Batch, step: &Step) -> leaver_step {
    let (text, id) = match &step.with {
        Some(With::Text(text)) => (leaver_str::of(text), leaver_str::NONE),
        Some(With::Id(id)) => (leaver_str::NONE, leaver_str::of(id.as_str())),
        Some(With::Configuration(_)) | None => (leaver_str::NONE, leaver_str::NONE),
    };
    let configuration = configuration(step);
    leaver_step {
        number: step.number,
        batch: batch.number,
        kind: batch.kind.into(),
        executor: batch.executor.into(),
        privilege: leaver_str::of(batch.privilege.word()),
        reversible: match batch.reversible {
            None => leaver_known::LEAVER_UNKNOWN,
            Some(false) => leaver_known::LEAVER_NO,
            Some(true) => leaver_known::LEAVER_YES,
        },
        user: leaver_str::of_option(step.user.as_ref().map(Id::as_str)),
        target: leaver_str::of(step.target.as_str()),
        not_before: leaver_str::of_option(texts.not_before.as_deref()),
        effect_by: leaver_str::of_option(texts.effect_by.as_deref()),
        wait_count: batch.waits_for.len(),
        text,
        id,
        purpose: configuration.map_or(leaver_purpose::LEAVER_PURPOSE_NONE, |found| found.purpose.into()),
        supply_count: configuration.map_or(0, |found| found.supply.len()),
    }
}

/// How many steps the plan has; 0 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_plan_step_count(plan: Option<&leaver_plan>) -> usize {
    plan.map_or(0, |plan| plan.steps().0.len())
}

/// The next step of an executor, in the order in which they are carried out.
///
///     leaver_step step;
///     size_t at = 0;
///     while ((at = leaver_plan_next(plan, at, LEAVER_EXECUTOR_MDM, &step)) != 0)
///         ...
///
/// @param at        0 to begin, then what was returned last.
/// @param executor  A leaver_executor; LEAVER_EXECUTOR_NONE for all steps.
/// @param out       Filled in, if there is a step; its texts are borrowed from the plan.
/// @return 0 if there is no more step (also for NULL and unknown numbers).
#[unsafe(no_mangle)]
pub extern "C" fn leaver_plan_next(
    plan: Option<&leaver_plan>,
    at: usize,
    executor: i32,
    out: Option<&mut MaybeUninit<leaver_step>>,
) -> usize {
    const ANYBODY: i32 = leaver_executor::LEAVER_EXECUTOR_NONE as i32;
    let (Some(plan), Some(out)) = (plan, out) else { return 0 };
    let is_wanted = |found: Executor| executor == ANYBODY || leaver_executor::from(found) as i32 == executor;
    for at in at.saturating_add(1)..=plan.steps().0.len() {
        if let Ok((texts, batch, step)) = plan.step(at)
            && is_wanted(batch.executor)
        {
            out.write(told(texts, batch, step));
            return at;
        }
    }
    0
}

/// A batch that a step waits for.
///
/// @param at     What leaver_plan_next returned for the step.
/// @param index  Below its wait_count.
/// @return The number of the batch; 0 if there is none.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_plan_wait(plan: Option<&leaver_plan>, at: usize, index: usize) -> u32 {
    let step = plan.and_then(|plan| plan.step(at).ok());
    step.and_then(|(_, batch, _)| batch.waits_for.get(index).copied()).unwrap_or(0)
}

/// What the device management is to set for a step. Secrets are never in it: leaver_plan_supply names their keys.
///
/// @param at      What leaver_plan_next returned for the step; LEAVER_ERR_NOT_FOUND if its purpose is none.
/// @param system  A leaver_system.
/// @param out     Borrowed from the plan.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_plan_payload(
    plan: Option<&leaver_plan>,
    at: usize,
    system: i32,
    out: Option<&mut MaybeUninit<leaver_str>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    const ANDROID: i32 = leaver_system::LEAVER_SYSTEM_ANDROID as i32;
    const IOS: i32 = leaver_system::LEAVER_SYSTEM_IOS as i32;
    guard(err, || {
        let (plan, out) = (given(plan, "plan")?, given(out, "out")?);
        let (texts, _, step) = plan.step(at)?;
        let found = configuration(step);
        let found =
            found.ok_or_else(|| Failure::not_found(format!("step {} has no payload", step.number)))?;
        let text = match system {
            ANDROID => texts.android.get_or_init(|| found.android().to_string()),
            IOS => texts.ios.get_or_init(|| found.ios()),
            other => return Err(Failure::argument(format!("{other} is no leaver_system"))),
        };
        out.write(leaver_str::of(text));
        Ok(())
    })
}

/// A key of a step's configuration that the host has to add.
///
/// @param at     What leaver_plan_next returned for the step.
/// @param index  Below its supply_count.
/// @return Text that lives as long as the library; no text if there is none.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_plan_supply(plan: Option<&leaver_plan>, at: usize, index: usize) -> leaver_str {
    let step = plan.and_then(|plan| plan.step(at).ok());
    let supply = step.and_then(|(_, _, step)| configuration(step)).map(|found| &found.supply);
    leaver_str::of_option(supply.and_then(|supply| supply.get(index)).copied())
}
