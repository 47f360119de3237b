//! The decisions about all users of a directory.

use std::mem::MaybeUninit;

use leaver::directory::Directory;
use leaver::model::User;

use crate::decider::{Deciding, leaver_decider};
use crate::decision::leaver_decision;
use crate::error::{Failure, leaver_error, leaver_status};
use crate::guard::{given, guard};
use crate::run::{CHUNK, Run, leaver_run_options};

/// The decisions about all users of a directory, in order of their IDs.
pub struct leaver_decisions {
    decisions: Vec<leaver_decision>,
}

/// The decision about each user of a directory.
pub(crate) fn decide_all(
    deciding: &Deciding,
    directory: &Directory,
    run: &Run<'_>,
) -> Result<Vec<leaver::policy::Decision>, Failure> {
    let total = directory.users().len();
    let find = |id| directory.user(id).cloned();
    let mut decisions = Vec::with_capacity(total);
    run.progress(0, total)?;
    for users in directory.users().chunks(CHUNK) {
        let decide = |user: &User| {
            run.check()?;
            deciding.with(|evaluator| evaluator.decide_in(&find, user))?.map_err(Failure::from)
        };
        for user in users {
            decisions.push(decide(user)?);
        }
        run.progress(decisions.len(), total)?;
    }
    Ok(decisions)
}

/// Decides about every user of the decider's directory.
///
///     leaver_decisions *all;
///     if (leaver_decider_decide_all(decider, NULL, &all, &err) == LEAVER_OK) {
///         for (size_t i = 0; i < leaver_decisions_count(all); i++)
///             print(leaver_decisions_get(all, i));
///         leaver_decisions_free(all);
///     }
///
/// @param run  Cancellation, deadline and progress, or NULL.
/// @param out  Owned by the caller; free it with leaver_decisions_free.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decider_decide_all(
    decider: Option<&leaver_decider>,
    run: *const leaver_run_options,
    out: Option<&mut MaybeUninit<Box<leaver_decisions>>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let (decider, out) = (given(decider, "decider")?, given(out, "out")?);
        let run = Run::begin(run)?;
        let deciding = &*decider.shared;
        let directory = deciding.directory.as_ref();
        let directory = directory.ok_or_else(|| Failure::argument("the decider has no directory"))?;
        let decisions = decide_all(deciding, directory, &run)?;
        let decisions = decisions.into_iter().map(leaver_decision::of).collect();
        out.write(Box::new(leaver_decisions { decisions }));
        Ok(())
    })
}

/// How many there are; 0 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decisions_count(decisions: Option<&leaver_decisions>) -> usize {
    decisions.map_or(0, |decisions| decisions.decisions.len())
}

/// One of them.
///
/// @return Borrowed from the list: not to be freed. NULL if there is no such decision.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decisions_get(
    decisions: Option<&leaver_decisions>,
    index: usize,
) -> Option<&leaver_decision> {
    decisions.and_then(|decisions| decisions.decisions.get(index))
}

/// Frees all of them. NULL is left alone.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decisions_free(decisions: Option<Box<leaver_decisions>>) {
    drop(decisions);
}
