//! Users who are looked up once and asked about many times, by whatever thread.
//!
//! In goes a user, out comes a [`KeptUser`], which owns what a [`Prepared`](super::Prepared) borrows: for hosts
//! that hand it around. Its short answer takes no lock; both answers are those of
//! [`Evaluator::decide`](super::Evaluator::decide).

use std::sync::Arc;

use super::deciders::Deciders;
use super::decision::{Decision, HoldCode};
use super::evaluate::{DecideError, Evaluator, Successor};
use super::index::{Grants, Index, Standing, Verdict};
use super::prepare::Prepared;
use super::sandbox::with_stack;
use crate::diagnostic::Diagnostic;
use crate::model::{Leaving, User};

/// A user as the evaluators of a [`Deciders`] see it.
///
/// ```
/// use std::sync::Arc;
/// use leaver::model::{Moment, Schema, User, Zone, parse_instant};
/// use leaver::policy::{Basis, Deciders, HoldCode, Source, check};
///
/// let schema = Arc::new(Schema::default());
/// let text = "/// Everybody keeps everything.\nfn everybody(user) { keep() }";
/// let policy = check(vec![Source::new("acme.rhai", text)], &schema, None).policy.ok_or("errors")?;
/// let moment = Moment::new(parse_instant("2026-11-22T09:00:00Z").ok_or("no instant")?, Zone::UTC)?;
/// let deciders = Deciders::new(&policy, Basis::new(moment, true)).map_err(|found| found.message)?;
/// let kept = deciders.keep(&User::new("ECHOECHO".parse()?, &schema)).map_err(|found| found.message)?;
/// assert_eq!(kept.short().and_then(|verdict| verdict.hold), Some(HoldCode::Unmatched));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct KeptUser {
    index: Option<Arc<Index>>,
    standing: Option<Standing>,
    grants: Grants,
    held: Option<HoldCode>,
    user: User,
    leaving: Leaving,
}

impl Deciders {
    /// Looks a user up.
    ///
    /// # Errors
    /// As [`Policy::evaluator`](super::Policy::evaluator), where an evaluator has to be made.
    pub fn keep(&self, user: &User) -> Result<KeptUser, Diagnostic> {
        self.with(|evaluator| evaluator.keep(user))
    }
}

impl Evaluator {
    /// Looks a user up, for as long as anybody likes. It is asked about with this evaluator or one of the same
    /// policy and circumstances.
    pub fn keep(&self, user: &User) -> KeptUser {
        let Prepared { standing, grants, held, person, .. } = self.prepare(user);
        let (user, leaving) = *person;
        KeptUser { index: self.shared_index(), standing, grants, held, user, leaving }
    }

    /// The whole decision about a kept user. `successor` is that of [`Evaluator::decide_in`].
    ///
    /// # Errors
    /// As [`Evaluator::decide`].
    pub fn decide_kept(
        &self,
        kept: &KeptUser,
        successor: Option<&Successor<'_>>,
    ) -> Result<Decision, DecideError> {
        with_stack(|| self.combined(successor, &kept.user, &kept.leaving, kept.standing.as_ref()))
    }

    /// What [`Evaluator::decide_kept`] comes to.
    ///
    /// # Errors
    /// As [`Evaluator::decide`].
    pub fn kept_verdict(
        &self,
        kept: &KeptUser,
        successor: Option<&Successor<'_>>,
    ) -> Result<Verdict, DecideError> {
        match kept.short() {
            Some(verdict) => Ok(verdict),
            None => Ok(self.verdict_of(&self.decide_kept(kept, successor)?)),
        }
    }
}

impl KeptUser {
    /// The verdict where it takes no decision to tell; a few nanoseconds, and no lock.
    #[inline]
    pub fn short(&self) -> Option<Verdict> {
        if let Some(code) = self.held {
            return Some(Verdict::held(code));
        }
        self.index.as_ref()?.verdict(self.standing.as_ref()?, |needs| self.grants.cover(needs))
    }

    /// The user, with `has_left` filled in.
    pub const fn user(&self) -> &User {
        &self.user
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Fact, Field, Schema, Value};
    use crate::policy::unchecked::{moment, user};
    use crate::policy::{Basis, Source, check};

    const TEXT: &str =
        "/// Staff.\nfn staff(user) { if user.has_left && user.employment == \"staff\" { revoke() } }
        /// Nobody in the hall.\nfn hall(user) { if (user.department ?? \"\") == \"hall\" { forbid(\"revoke\") } }";

    #[test]
    fn a_kept_user_is_decided_as_any() {
        let checked = check(vec![Source::new("test.rhai", TEXT)], &Arc::default(), None);
        let deciders =
            Deciders::new(&checked.policy.expect("no errors"), Basis::new(moment(), true)).unwrap();
        for (department, left) in [("hall", true), ("yard", true), ("yard", false)] {
            let mut user = user("ECHOECHO", &Schema::default());
            user.set(Field::Department.slot(), Fact::Known(Value::Text(department.into())));
            let day = if left { "2020-01-01" } else { "2030-01-01" };
            let day = crate::model::parse_date(day).unwrap();
            user.set(Field::LastDay.slot(), Fact::Known(Value::Date(day)));
            let kept = deciders.keep(&user).unwrap();
            let expected = deciders.with(|evaluator| evaluator.decide(&user)).unwrap().unwrap();
            let decided = deciders.with(|evaluator| evaluator.decide_kept(&kept, None)).unwrap().unwrap();
            assert_eq!(decided, expected);
            let verdict = deciders.with(|evaluator| evaluator.kept_verdict(&kept, None)).unwrap().unwrap();
            let wanted = deciders.with(|evaluator| evaluator.verdict(&user)).unwrap().unwrap();
            assert_eq!(verdict, wanted);
        }
    }

    #[test]
    fn kept_users_and_deciders_go_between_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<KeptUser>();
        shared::<Deciders>();
    }
}
