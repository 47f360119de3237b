//! Promises about all users: "whoever meets this condition never loses the ID".
//!
//! In go a condition in the policy language and what must never happen; out comes that it never does,
//! or somebody to whom it does, who has really been decided about. Where neither can be shown, it
//! says so.

use std::collections::BTreeSet;

use super::search::Found;
use super::{Analysis, lower};
use crate::diagnostic::Diagnostic;
use crate::model::User;
use crate::policy::answer::{Action, Answer, Verb};
use crate::policy::basis::Basis;
use crate::policy::check::check;
use crate::policy::combine::axes;
use crate::policy::compiled::Policy;
use crate::policy::decision::{Access, Decision, Disposition};
use crate::policy::ir::Says;
use crate::policy::sandbox::with_stack;
use crate::policy::source::Source;
use crate::sort::Gather as _;

/// The function that the condition of an invariant stands in while it is checked.
const NAME: &str = "condition_of_the_invariant";

/// Whether an invariant holds.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Proof {
    /// For every user there could be.
    Holds,
    /// Not for this one.
    Refuted {
        /// The user.
        witness: Box<User>,
        /// What is decided.
        decision: Box<Decision>,
    },
    /// Neither could be shown: a rule runs in the interpreter, or a condition has to be computed.
    Open,
}

impl Policy {
    /// Whether what `never` does happens to nobody who meets the condition `always`.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use leaver::model::{Moment, Schema, Zone, parse_instant};
    /// use leaver::policy::{Basis, Proof, Source, Verb, check};
    ///
    /// let text = "/// Staff.\nfn staff(user) { if user.has_left && user.employment == \"staff\" { revoke() } }";
    /// let schema = Arc::new(Schema::default());
    /// let policy = check(vec![Source::new("acme.rhai", text)], &schema, None).policy.ok_or("errors")?;
    /// let moment = Moment::new(parse_instant("2026-11-22T09:00:00Z").ok_or("no instant")?, Zone::UTC)?;
    /// let basis = Basis::new(moment, true);
    /// let proof = policy.prove("user.employment == \"contractor\"", Verb::Revoke, &basis);
    /// assert!(matches!(proof, Ok(Proof::Holds)));
    /// let proof = policy.prove("user.administrator", Verb::Revoke, &basis);
    /// assert!(matches!(proof, Ok(Proof::Refuted { .. })));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// What is wrong with the condition, or as [`Policy::evaluator`].
    pub fn prove(&self, always: &str, never: Verb, basis: &Basis) -> Result<Proof, Vec<Diagnostic>> {
        if matches!(never, Verb::Keep | Verb::Review) {
            // Both also happen to people on whom no rule acts.
            return Ok(Proof::Open);
        }
        let condition = format!("/// The condition.\nfn {NAME}(user) {{ if {always} {{ keep() }} }}");
        let mut sources: Vec<Source> = self.sources.to_vec();
        sources.push(Source::new("invariant", condition));
        let checked = check(sources, &self.schema, None);
        let Some(extended) = checked.policy else {
            return Err(checked.diagnostics.into_iter().filter(Diagnostic::is_error).collect());
        };
        let evaluator = self.evaluator(basis.clone()).map_err(|open| vec![open])?;
        let lowered = lower(&extended);
        Ok(with_stack(|| {
            let mut analysis = Analysis::new(&extended, &lowered, &evaluator);
            let own = extended.rules.iter().position(|rule| &*rule.name == NAME);
            let conditions = own.and_then(|own| analysis.actions.remove(&own)).unwrap_or_default();
            analysis.prove(&conditions, never)
        }))
    }
}

impl Analysis<'_> {
    /// Looks at every action that could do what must not be done.
    fn prove(&self, conditions: &[usize], never: Verb) -> Proof {
        let mut open = !self.lowered.unlowered.is_empty();
        let vetoes: BTreeSet<usize> = (0..self.lowered.leaves.len())
            .filter(|at| match &self.lowered.leaves[*at].says {
                Says::Constant(answer) => matches!(**answer, Answer::Veto(_)),
                _ => false,
            })
            .gather();
        for (rule, leaves) in &self.actions {
            let obstacles = self.obstacles(*rule);
            for leaf in leaves.iter().filter(|leaf| may_do(&self.lowered.leaves[**leaf].says, never)) {
                for condition in conditions {
                    let hold = [*leaf, *condition];
                    if matches!(self.space.find(&hold, &obstacles), Found::Nobody) {
                        continue;
                    }
                    // Vetoed or not: each may be what lets it happen.
                    let free: Vec<usize> = obstacles.iter().chain(&vetoes).copied().collect();
                    let vetoed =
                        vetoes.iter().map(|veto| (vec![*leaf, *condition, *veto], obstacles.clone()));
                    let tries = std::iter::once((hold.to_vec(), free)).chain(vetoed);
                    let refuted = tries.into_iter().find_map(|(hold, avoid)| {
                        let (witness, decision) = self.witness(&hold, &avoid)?;
                        does(&decision, never).then(|| Proof::Refuted {
                            witness: Box::new(witness),
                            decision: Box::new(decision),
                        })
                    });
                    match refuted {
                        Some(refuted) => return refuted,
                        None => open = true,
                    }
                }
            }
        }
        if open { Proof::Open } else { Proof::Holds }
    }
}

/// Whether an action or one of its alternatives could do it.
fn may_do(says: &Says, never: Verb) -> bool {
    fn one(action: &Action, never: Verb) -> bool {
        action.verb == never
            || never == Verb::Withdraw && axes(action).1 == Access::Withdraw
            || action.or_else.iter().any(|other| one(other, never))
    }
    match says {
        Says::Constant(answer) => match &**answer {
            Answer::Action(action) => one(action, never),
            _ => false,
        },
        Says::Template(..) => true,
        _ => false,
    }
}

/// Whether a decision does it.
fn does(decision: &Decision, never: Verb) -> bool {
    match never {
        Verb::Revoke => decision.disposition == Disposition::Revoke,
        Verb::Detach => decision.disposition == Disposition::Detach,
        Verb::Withdraw => decision.access == Access::Withdraw,
        Verb::MigrateToMdm => decision.access == Access::Migrate,
        Verb::Review => decision.hold.as_ref().is_some_and(|hold| hold.code.word() == Verb::Review.word()),
        Verb::Keep => decision.outcome == crate::policy::Outcome::Keep,
    }
}
