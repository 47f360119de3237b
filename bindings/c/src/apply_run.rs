//! Carrying a plan out through a connector of the host.

use std::mem::MaybeUninit;

use leaver::apply::{Engine, Pace, Run as Ended, Standing, Stop};
use time::OffsetDateTime;

use crate::connector::{Foreign, leaver_connector};
use crate::error::{leaver_error, leaver_status};
use crate::guard::{given, guard};
use crate::journal::{instant, leaver_journal, of_apply, of_journal, paper};
use crate::run::{Run, leaver_run_options};
use crate::sized;
use crate::text::leaver_str;

/// How a run ended.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum leaver_run_end {
    /// Every step is in a final state.
    LEAVER_RUN_FINISHED = 0,
    /// There is more to do from `next` on: call again then.
    LEAVER_RUN_WAITING = 1,
    /// What is left waits for a person, or for somebody's report.
    LEAVER_RUN_HELD = 2,
    /// The cancel flag, the deadline or progress stopped it. The same call goes on.
    LEAVER_RUN_CANCELLED = 3,
    /// Too many failures one after the other.
    LEAVER_RUN_FAILURES = 4,
    /// Too many users are not as they were planned for.
    LEAVER_RUN_DRIFT = 5,
}

/// How far a run came.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct leaver_run_result {
    /// How it ended.
    pub end: leaver_run_end,
    /// From when on there is more to do, in seconds since 1970; 0 if that is not known.
    pub next: i64,
    /// How many steps are done.
    pub done: usize,
    /// For how many there was nothing to do.
    pub no_op: usize,
    /// How many are still to come, or wait for somebody's report.
    pub open: usize,
    /// How many a person must settle.
    pub held: usize,
    /// How many were refused, failed, or were stopped.
    pub not_done: usize,
}

/// Does what can be done now of a plan that was accepted. However it was stopped, the same call goes on: before a step its
/// intent is durable in the journal, afterwards its outcome, and nothing that cannot be taken back is done twice.
///
/// @param plan       The JSON of the plan.
/// @param connector  Required.
/// @param now        The instant; empty: the clock of the machine before each step.
/// @param run        Cancellation, deadline, and progress with steps done and all; or NULL.
/// @param out        Filled in.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_journal_run(
    journal: Option<&leaver_journal>,
    plan: leaver_str,
    connector: *const leaver_connector,
    now: leaver_str,
    run: *const leaver_run_options,
    out: Option<&mut MaybeUninit<leaver_run_result>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let (journal, out) = (given(journal, "journal")?, given(out, "out")?);
        let mut spare = MaybeUninit::uninit();
        let table = given(sized::read(connector, &mut spare)?, "connector")?;
        let mut foreign = Foreign::of(table)?;
        let paper = paper(plan)?;
        let fixed = if now.len == 0 { None } else { Some(instant(now)?) };
        let mut clock = || {
            fixed.unwrap_or_else(|| {
                let now = OffsetDateTime::now_utc();
                now.replace_nanosecond(0).unwrap_or(now)
            })
        };
        let watch = Run::begin(run)?;
        watch.check()?;
        let total = paper.steps().len();
        let (ended, work) = journal.with(|file| {
            let mut engine = Engine::new(&paper, file, &mut foreign, Pace::default())
                .map_err(|error| of_journal(&error))?;
            let mut done = engine.work().steps().iter().filter(|standing| standing.is_final()).count();
            let ended = engine
                .run(&mut clock, &mut |_, standing| {
                    done += usize::from(standing.is_final());
                    watch.progress(done.min(total), total).is_ok()
                })
                .map_err(of_apply)?;
            Ok((ended, engine.work().clone()))
        })?;
        let count = |is: fn(&Standing) -> bool| work.steps().iter().filter(|standing| is(standing)).count();
        let (end, next) = match ended {
            Ended::Finished => (leaver_run_end::LEAVER_RUN_FINISHED, 0),
            Ended::Waiting { until } => (leaver_run_end::LEAVER_RUN_WAITING, until.unix_timestamp()),
            Ended::Held => (leaver_run_end::LEAVER_RUN_HELD, 0),
            Ended::Stopped(Stop::Cancelled) => (leaver_run_end::LEAVER_RUN_CANCELLED, 0),
            Ended::Stopped(Stop::Failures) => (leaver_run_end::LEAVER_RUN_FAILURES, 0),
            Ended::Stopped(Stop::Drift) => (leaver_run_end::LEAVER_RUN_DRIFT, 0),
        };
        out.write(leaver_run_result {
            end,
            next,
            done: count(|standing| matches!(standing, Standing::Done { no_op: false, .. })),
            no_op: count(|standing| matches!(standing, Standing::Done { no_op: true, .. })),
            open: count(|standing| !standing.is_final()),
            held: count(|standing| matches!(standing, Standing::Held { .. })),
            not_done: count(|standing| {
                matches!(standing, Standing::Failed { .. } | Standing::Stopped { .. })
            }),
        });
        Ok(())
    })
}
