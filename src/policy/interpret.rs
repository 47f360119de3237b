//! The reference path: the rules of a checked policy run as the Rhai functions they are.
//!
//! In goes a user whose `has_left` has been filled in; out comes what each rule says, or why it
//! could not say it. What other paths compute must be equal to this. It never decides anything
//! (that is [`combine`](super::combine)) and never touches the user.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use rhai::{AST, Dynamic, Engine, FnPtr};

use super::answer::Answer;
use super::compiled::Policy;
use super::host;
use super::rule_error::RuleError;
use super::sandbox::{self, Failure, Interrupted, Library, MAX_OPERATIONS, Meter, Stop, with_stack};
use crate::diagnostic::Diagnostic;
use crate::model::{Moment, User};
use crate::sort::Gather as _;

/// Runs the rules of one policy at one moment. Used by one thread at a time, hence not `Sync`.
pub(crate) struct Interpreter {
    engine: Engine,
    library: Library,
    ast: AST,
    /// `None` for a name that no function can have, which the checker does not let through.
    rules: Vec<Option<FnPtr>>,
    meter: Arc<Meter>,
    patience: Duration,
    one_thread: PhantomData<Cell<()>>,
}

impl Interpreter {
    /// An interpreter of `policy`, whose `today()` is the day of `moment`.
    ///
    /// # Errors
    /// If the limits of the script engine turn out to be switched off.
    pub(crate) fn new(policy: &Policy, moment: &Moment, patience: Duration) -> Result<Self, Diagnostic> {
        Self::with_library(Library::new(), policy, moment, patience)
    }

    /// The same at another moment or for another thread, at a fraction of the cost.
    pub(crate) fn again(
        &self,
        policy: &Policy,
        moment: &Moment,
        patience: Duration,
    ) -> Result<Self, Diagnostic> {
        Self::with_library(self.library.clone(), policy, moment, patience)
    }

    fn with_library(
        library: Library,
        policy: &Policy,
        moment: &Moment,
        patience: Duration,
    ) -> Result<Self, Diagnostic> {
        let meter = Meter::new();
        let mut engine = sandbox::interpreter(&library, &meter);
        host::register(&mut engine, &meter, moment);
        host::register_fields(&mut engine, &policy.schema);
        sandbox::self_test(&engine, &meter).map_err(|mut open| {
            policy.sources.first().map_or("", |source| source.name()).clone_into(&mut open.file);
            open
        })?;
        resolve_constants(&mut engine, policy);
        let rules = policy.rules.iter().map(|rule| FnPtr::new(&*rule.name).ok()).collect();
        Ok(Self { engine, library, ast: policy.ast.clone(), rules, meter, patience, one_thread: PhantomData })
    }

    /// What some rules, by position, say about a user, in the order given. The patience is for all of
    /// them together.
    pub(crate) fn answers(
        &self,
        rules: impl Iterator<Item = usize>,
        user: &User,
    ) -> Result<Vec<Result<Answer, RuleError>>, Interrupted> {
        self.meter.begin(self.patience);
        with_stack(|| {
            rules.map(|rule| self.ask(self.rules.get(rule).and_then(Option::as_ref), user)).collect()
        })
    }

    /// What one rule says about a user.
    pub(crate) fn answer(&self, rule: usize, user: &User) -> Result<Result<Answer, RuleError>, Interrupted> {
        self.meter.begin(self.patience);
        with_stack(|| self.ask(self.rules.get(rule).and_then(Option::as_ref), user))
    }

    fn ask(&self, rule: Option<&FnPtr>, user: &User) -> Result<Result<Answer, RuleError>, Interrupted> {
        let Some(rule) = rule else { return Ok(Err(RuleError::Internal)) };
        self.meter.restart(MAX_OPERATIONS);
        let call = || {
            rule.call::<Dynamic>(&self.engine, &self.ast, (user.clone(),))
                .map(|value| host::answer(&value))
                .map_err(|error| sandbox::failure(*error))
        };
        let result = catch_unwind(AssertUnwindSafe(call));
        // A callback may have swallowed the stop, so the meter has the last word.
        match (self.meter.stopped(), result) {
            (Some(Stop::Deadline), _) | (_, Ok(Err(Failure::Interrupted(Interrupted::Deadline)))) => {
                Err(Interrupted::Deadline)
            }
            (Some(Stop::Limit), _) => Ok(Err(RuleError::Limit)),
            (None, Ok(Ok(answer))) => Ok(answer),
            (None, Ok(Err(Failure::Rule(error)))) => Ok(Err(error)),
            (None, Err(_panic)) => Ok(Err(RuleError::Internal)),
        }
    }
}

impl std::fmt::Debug for Interpreter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Interpreter").field("rules", &self.rules.len()).finish_non_exhaustive()
    }
}

/// Lets the functions of the policy see its constants, which functions of plain Rhai do not.
fn resolve_constants(engine: &mut Engine, policy: &Policy) {
    if policy.constants.is_empty() {
        return;
    }
    let values: BTreeMap<String, Dynamic> = policy
        .constants
        .iter()
        .map(|constant| (constant.name.to_string(), host::literal(&constant.value).into_read_only()))
        .gather();
    #[expect(
        deprecated,
        reason = "how the script engine marks interfaces that may change; its version is pinned"
    )]
    engine.on_var(move |name, _, _| Ok(values.get(name).cloned()));
}

#[cfg(test)]
mod tests;
