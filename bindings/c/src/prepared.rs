//! Users who are looked up once and asked about many times.

use std::mem::MaybeUninit;
use std::sync::Arc;

use leaver::model::{Facts, User};
use leaver::policy::{Decision, KeptUser, Successor};

use crate::decider::{Deciding, leaver_decider, leaver_verdict, user_at};
use crate::decision::leaver_decision;
use crate::error::{Failure, leaver_error, leaver_status};
use crate::guard::{given, guard};
use crate::text::leaver_str;
use crate::user::leaver_user;

/// A user as one decider sees it. It never changes, and any number of threads may use it at once.
pub struct leaver_prepared {
    pub(crate) deciding: Arc<Deciding>,
    pub(crate) kept: KeptUser,
    /// As it was given; what is kept has `has_left` filled in.
    pub(crate) user: User,
}

impl leaver_prepared {
    fn of(deciding: &Arc<Deciding>, user: User) -> Result<Box<Self>, Failure> {
        let kept = deciding.with(|evaluator| evaluator.keep(&user))?;
        Ok(Box::new(Self { deciding: deciding.clone(), kept, user }))
    }

    fn decide(&self) -> Result<Decision, Failure> {
        let find = self.deciding.finder();
        let find = find.as_ref().map(|find| -> &Successor<'_> { find });
        Ok(self.deciding.with(|evaluator| evaluator.decide_kept(&self.kept, find))??)
    }
}

/// Prepares a user given as a structure: whoever asks about somebody more than once looks the user up once.
///
/// @param user  Begins with LEAVER_USER_INIT; copied.
/// @param out   Owned by the caller; free it with leaver_prepared_free.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decider_prepare(
    decider: Option<&leaver_decider>,
    user: *const leaver_user,
    out: Option<&mut MaybeUninit<Box<leaver_prepared>>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let (decider, out) = (given(decider, "decider")?, given(out, "out")?);
        let mut spare = MaybeUninit::uninit();
        let user = decider.shared.facts(user_at(user, &mut spare)?)?.to_user();
        out.write(leaver_prepared::of(&decider.shared, user)?);
        Ok(())
    })
}

/// Prepares a user given as a JSON object.
///
/// @param out  Owned by the caller; free it with leaver_prepared_free.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decider_prepare_json(
    decider: Option<&leaver_decider>,
    json: leaver_str,
    out: Option<&mut MaybeUninit<Box<leaver_prepared>>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let (decider, out) = (given(decider, "decider")?, given(out, "out")?);
        out.write(leaver_prepared::of(&decider.shared, decider.shared.user_of_json(json)?)?);
        Ok(())
    })
}

/// Prepares a user of the decider's directory.
///
/// @param id   The messaging ID; LEAVER_ERR_NOT_FOUND if nobody has it.
/// @param out  Owned by the caller; free it with leaver_prepared_free.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decider_prepare_id(
    decider: Option<&leaver_decider>,
    id: leaver_str,
    out: Option<&mut MaybeUninit<Box<leaver_prepared>>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let (decider, out) = (given(decider, "decider")?, given(out, "out")?);
        out.write(leaver_prepared::of(&decider.shared, decider.shared.user_of_id(id)?.clone())?);
        Ok(())
    })
}

/// Frees a prepared user. NULL is left alone.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_prepared_free(prepared: Option<Box<leaver_prepared>>) {
    drop(prepared);
}

/// The short answer, in a few nanoseconds: what leaver_decider_verdict says.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_prepared_verdict(
    prepared: Option<&leaver_prepared>,
    out: Option<&mut MaybeUninit<leaver_verdict>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let (prepared, out) = (given(prepared, "prepared")?, given(out, "out")?);
        let verdict = match prepared.kept.short() {
            Some(verdict) => verdict,
            None => {
                let find = prepared.deciding.finder();
                let find = find.as_ref().map(|find| -> &Successor<'_> { find });
                prepared.deciding.with(|evaluator| evaluator.kept_verdict(&prepared.kept, find))??
            }
        };
        out.write(verdict.into());
        Ok(())
    })
}

/// The whole decision.
///
/// @param out  Owned by the caller; free it with leaver_decision_free.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_prepared_decide(
    prepared: Option<&leaver_prepared>,
    out: Option<&mut MaybeUninit<Box<leaver_decision>>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let (prepared, out) = (given(prepared, "prepared")?, given(out, "out")?);
        out.write(Box::new(leaver_decision::of(prepared.decide()?)));
        Ok(())
    })
}
