//! The users of a plan, and their windows of exposure.

use std::mem::MaybeUninit;

use leaver::model::format_instant;
use leaver::plan::{PlannedUser, Until};

use crate::error::{Failure, leaver_error, leaver_status};
use crate::guard::{given, guard};
use crate::plan::leaver_plan;
use crate::text::leaver_str;
use crate::words::leaver_user_status;

/// A user of a plan. Its texts are borrowed from the plan. The ends of windows are instants, "ended" or
/// "unbounded".
#[repr(C)]
#[derive(Clone, Copy)]
pub struct leaver_planned_user {
    /// The messaging ID.
    pub user: leaver_str,
    /// How it stands.
    pub status: leaver_user_status,
    /// The code of why it is held, refused or left to another plan; no text otherwise.
    pub reason_code: leaver_str,
    /// The same in a sentence.
    pub reason: leaver_str,
    /// Until when, at worst, new messages to the ID can be read.
    pub reads_until: leaver_str,
    /// Until when, at worst, the ID can write.
    pub writes_until: leaver_str,
    /// Until when, at worst, the ID looks like a colleague's.
    pub listed_until: leaver_str,
    /// How many steps the plan has for this user.
    pub step_count: usize,
}

/// The texts of a user's windows.
pub(crate) struct Windows {
    reads: String,
    writes: String,
    listed: String,
}

impl Windows {
    pub(crate) fn of(user: &PlannedUser) -> Self {
        let told = |until: Until| match until {
            Until::Ended => "ended".to_owned(),
            Until::Unbounded => "unbounded".to_owned(),
            Until::At(instant) => format_instant(instant),
        };
        let exposure = user.exposure;
        Self {
            reads: told(exposure.reads_until),
            writes: told(exposure.writes_until),
            listed: told(exposure.listed_until),
        }
    }
}

/// How many users the plan lists: everybody of the directory. 0 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_plan_user_count(plan: Option<&leaver_plan>) -> usize {
    plan.map_or(0, |plan| plan.plan.content().users.len())
}

/// One of the users, in order of their IDs.
///
/// @param index  Below leaver_plan_user_count, else LEAVER_ERR_NOT_FOUND.
/// @param out    Its texts are borrowed from the plan.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_plan_user(
    plan: Option<&leaver_plan>,
    index: usize,
    out: Option<&mut MaybeUninit<leaver_planned_user>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let (plan, out) = (given(plan, "plan")?, given(out, "out")?);
        let (user, windows) = (plan.plan.content().users.get(index), plan.windows().get(index));
        let (Some(user), Some(windows)) = (user, windows) else {
            return Err(Failure::not_found(format!("the plan has no user {index}")));
        };
        let reason = user.reason.as_ref();
        out.write(leaver_planned_user {
            user: leaver_str::of(user.user.as_str()),
            status: user.status.into(),
            reason_code: leaver_str::of_option(reason.map(|reason| reason.code.as_str())),
            reason: leaver_str::of_option(reason.map(|reason| reason.message.as_str())),
            reads_until: leaver_str::of(&windows.reads),
            writes_until: leaver_str::of(&windows.writes),
            listed_until: leaver_str::of(&windows.listed),
            step_count: user.steps.len(),
        });
        Ok(())
    })
}
