//! Users who are looked up in the index once and asked about many times.
//!
//! In goes an evaluator and a user, out comes a [`Prepared`] user, which gives the short answer of a
//! [`Verdict`] in a few nanoseconds and the whole [`Decision`] where that is wanted. Both are those of
//! [`Evaluator::decide`].

use super::combine::{held_without_rules, is_entitled};
use super::decision::{Decision, HoldCode};
use super::evaluate::{DecideError, Evaluator, Successor};
use super::index::{Grants, Standing, Verdict};
use super::sandbox::with_stack;
use crate::model::{Facts, Leaving, User, View};

/// A user as one evaluator sees it.
///
/// ```
/// use std::sync::Arc;
/// use leaver::model::{Fact, Field, Moment, Schema, User, Value, Zone, parse_instant};
/// use leaver::policy::{Basis, Outcome, Source, check};
///
/// let schema = Arc::new(Schema::default());
/// let text = "/// Everybody keeps everything.\nfn everybody(user) { keep() }";
/// let policy = check(vec![Source::new("acme.rhai", text)], &schema, None).policy.ok_or("errors")?;
/// let moment = Moment::new(parse_instant("2026-11-22T09:00:00Z").ok_or("no instant")?, Zone::UTC)?;
/// let evaluator = policy.evaluator(Basis::new(moment, true)).map_err(|found| found.message)?;
///
/// let mut user = User::new("ECHOECHO".parse()?, &schema);
/// user.set(Field::Person.slot(), Fact::Known(Value::Text("E1001".into())));
/// user.set(Field::Employment.slot(), Fact::Known(Value::Text("staff".into())));
/// let verdict = evaluator.prepare(&user).verdict()?;
/// assert_eq!((verdict.outcome, verdict.rule), (Outcome::Keep, Some(0)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Prepared<'e> {
    evaluator: &'e Evaluator,
    pub(super) standing: Option<Standing>,
    pub(super) grants: Grants,
    /// Why everything is held without any rule.
    pub(super) held: Option<HoldCode>,
    /// What only a whole decision needs.
    pub(super) person: Box<(User, Leaving)>,
}

impl Evaluator {
    /// Looks a user up in the index.
    pub fn prepare(&self, user: &User) -> Prepared<'_> {
        let (user, leaving) = self.with_leaving(user);
        let basis = self.basis();
        let standing = self.index().map(|index| {
            let stand = || index.stand(self.policy(), &user, &basis.moment);
            // Only expressions need the large stack.
            if index.computes() { with_stack(stand) } else { stand() }
        });
        let ground = leaving.is_gone() && basis.complete && leaving.returns.is_none();
        let grants = Grants::GROUND
            .when(ground)
            .and(Grants::ENTITLED.when(is_entitled(&user, basis)))
            .and(Grants::ORDINARY.when(!user.id().is_system()));
        let held = held_without_rules(&user, &leaving);
        Prepared { evaluator: self, standing, grants, held, person: Box::new((user, leaving)) }
    }

    /// What [`Evaluator::decide`] would come to, for a user who is asked about once.
    ///
    /// # Errors
    /// [`DecideError::Deadline`] if rules in the interpreter take longer than the patience.
    pub fn verdict(&self, user: &impl Facts) -> Result<Verdict, DecideError> {
        match self.short_verdict(user) {
            Some(verdict) => Ok(verdict),
            None => self.prepare(&user.to_user()).verdict(),
        }
    }

    /// What a decision comes to.
    pub(super) fn verdict_of(&self, decision: &Decision) -> Verdict {
        let rules = self.policy().rules();
        let position = |name: &str| {
            let found = rules.iter().position(|rule| &*rule.name == name)?;
            u32::try_from(found).ok()
        };
        Verdict::of(decision, position)
    }

    /// The verdict about a user of whom facts alone tell everything: what [`Evaluator::verdict`] says, or
    /// nothing. It never rests on an ID in `superseded_by`, so it holds within a directory too.
    pub fn short_verdict(&self, user: &impl Facts) -> Option<Verdict> {
        let index = self.index().filter(|index| !index.computes())?;
        let has_left = self.horizon.has_left(user)?;
        if !user.is_matched() {
            return None;
        }
        let gone = has_left == View::Bool(true);
        let mut scratch = self.scratch.try_borrow_mut().ok()?;
        index.stand_by_facts(&mut scratch.standing, user, has_left);
        index.verdict(&scratch.standing, |needs| {
            let basis = self.basis();
            let grants = Grants::GROUND
                .when(gone && basis.complete)
                .and(Grants::ORDINARY.when(!user.id().is_system()))
                .and(Grants::ENTITLED);
            grants.cover(needs) && (!needs.cover(Grants::ENTITLED) || is_entitled(user, basis))
        })
    }
}

impl Prepared<'_> {
    /// What [`Evaluator::decide`] would come to.
    ///
    /// # Errors
    /// [`DecideError::Deadline`] if rules in the interpreter take longer than the patience.
    #[inline]
    pub fn verdict(&self) -> Result<Verdict, DecideError> {
        match self.short() {
            Some(verdict) => Ok(verdict),
            None => self.long(None),
        }
    }

    /// What [`Evaluator::decide_in`] would come to.
    ///
    /// # Errors
    /// As [`Prepared::verdict`].
    pub fn verdict_in(&self, successor: &Successor<'_>) -> Result<Verdict, DecideError> {
        match self.short() {
            Some(verdict) => Ok(verdict),
            None => self.long(Some(successor)),
        }
    }

    /// The decision of [`Evaluator::decide`].
    ///
    /// # Errors
    /// As [`Prepared::verdict`].
    pub fn decide(&self) -> Result<Decision, DecideError> {
        self.whole(None)
    }

    /// The decision of [`Evaluator::decide_in`].
    ///
    /// # Errors
    /// As [`Prepared::verdict`].
    pub fn decide_in(&self, successor: &Successor<'_>) -> Result<Decision, DecideError> {
        self.whole(Some(successor))
    }

    #[inline]
    fn short(&self) -> Option<Verdict> {
        if let Some(code) = self.held {
            return Some(Verdict::held(code));
        }
        self.evaluator.index()?.verdict(self.standing.as_ref()?, |needs| self.grants.cover(needs))
    }

    #[cold]
    fn long(&self, successor: Option<&Successor<'_>>) -> Result<Verdict, DecideError> {
        Ok(self.evaluator.verdict_of(&self.whole(successor)?))
    }

    fn whole(&self, successor: Option<&Successor<'_>>) -> Result<Decision, DecideError> {
        let (user, leaving) = &*self.person;
        with_stack(|| self.evaluator.combined(successor, user, leaving, self.standing.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::model::{Fact, Field, Schema, Value, parse_date};
    use crate::policy::unchecked::{moment, user};
    use crate::policy::{Basis, Source, check};

    const TEXT: &str =
        "/// Staff.\nfn staff(user) { if user.has_left && user.employment == \"staff\" { revoke() } }
        /// The older ID.\nfn older(user) { if user.superseded_by != () { detach().keep_access() } }";

    #[test]
    fn a_short_verdict_is_that_of_the_decision_with_and_without_a_directory() {
        let checked = check(vec![Source::new("test.rhai", TEXT)], &Arc::default(), None);
        let evaluator = checked
            .policy
            .expect("no errors")
            .evaluator(Basis::new(moment(), true))
            .expect("no open sandbox");
        let mut told = 0;
        for by in [None, Some("MIAMIA01")] {
            for day in ["2020-01-01", "2030-01-01"] {
                let mut user = user("ECHOECHO", &Schema::default());
                let day = parse_date(day).expect("a date");
                user.set(Field::LastDay.slot(), Fact::Known(Value::Date(day)));
                let by = by.map_or(Fact::Absent, |by| Fact::Known(Value::Id(by.parse().expect("an ID"))));
                user.set(Field::SupersededBy.slot(), by);
                let Some(short) = evaluator.short_verdict(&user) else { continue };
                told += 1;
                assert_eq!(short, evaluator.prepare(&user).verdict().expect("in time"));
                assert_eq!(short, evaluator.prepare(&user).verdict_in(&|_| None).expect("in time"));
            }
        }
        assert_eq!(told, 3, "all but the one who only has another ID");
    }

    #[test]
    fn what_vetoes_leave_is_told_without_a_decision() {
        let words = ["detach", "revoke", "withdraw"];
        let mut told = 0;
        for action in [
            "keep()",
            "withdraw()",
            "detach()",
            "detach().keep_access()",
            "revoke()",
            "revoke().keep_access()",
            "migrate_to_mdm()",
            "revoke().or_else(detach())",
        ] {
            for (own, also) in
                [("", ""), (".notify(\"Bye.\")", ""), ("", "/// More.\nfn more(user) { also(restrict()) }")]
            {
                for set in 0..1_usize << words.len() {
                    let mut vetoes = String::new();
                    for (at, word) in words.iter().enumerate().filter(|(at, _)| set >> at & 1 == 1) {
                        vetoes += &format!("/// No.\nfn veto_{at}(user) {{ forbid(\"{word}\") }}\n");
                    }
                    let text = format!(
                        "{vetoes}/// All.\nfn leavers(user) {{ if user.has_left {{ {action}{own} }} }}\n{also}"
                    );
                    let checked = check(vec![Source::new("test.rhai", text)], &Arc::default(), None);
                    let policy = checked.policy.unwrap_or_else(|| panic!("{:?}", checked.diagnostics));
                    let evaluator = policy.evaluator(Basis::new(moment(), true)).expect("no open sandbox");
                    let mut user = user("ECHOECHO", &Schema::default());
                    for (field, value) in [
                        (Field::LastDay, Value::Date(parse_date("2020-01-01").expect("a date"))),
                        (Field::Edition, Value::Text("enterprise".into())),
                    ] {
                        user.set(field.slot(), Fact::Known(value));
                    }
                    let expected = evaluator.verdict_of(&evaluator.decide(&user).expect("in time"));
                    let short = evaluator.short_verdict(&user);
                    // Where another action may take its place, only a decision tells.
                    assert!(short.is_some() || action.contains("or_else"), "{action}{own} {also} {set:b}");
                    told += usize::from(short.is_some());
                    assert!(short.is_none_or(|short| short == expected), "{action}{own} {also} {set:b}");
                }
            }
        }
        assert!(told > 7 * 3 * 8, "{told}");
    }
}
