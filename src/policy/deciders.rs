//! Evaluators for many threads: each call borrows one, and only as many are made as are needed at once.
//!
//! An [`Evaluator`] is used by one thread at a time. A host that is asked by many threads, a library
//! behind a C or Python interface for one, keeps a [`Deciders`] instead.

use std::sync::{Arc, Mutex, PoisonError};

use super::basis::Basis;
use super::compiled::Policy;
use super::evaluate::Evaluator;
use crate::diagnostic::Diagnostic;

/// Evaluators of one policy under the same circumstances, shared by threads.
///
/// ```
/// use std::sync::Arc;
/// use leaver::model::{Moment, Schema, User, Zone, parse_instant};
/// use leaver::policy::{Basis, Deciders, Source, check};
///
/// let schema = Arc::new(Schema::default());
/// let text = "/// Everybody keeps everything.\nfn everybody(user) { keep() }";
/// let policy = check(vec![Source::new("acme.rhai", text)], &schema, None).policy.ok_or("errors")?;
/// let moment = Moment::new(parse_instant("2026-11-22T09:00:00Z").ok_or("no instant")?, Zone::UTC)?;
/// let deciders = Deciders::new(&policy, Basis::new(moment, true)).map_err(|found| found.message)?;
/// let user = User::new("ECHOECHO".parse()?, &schema);
/// std::thread::scope(|scope| {
///     for _ in 0..8 {
///         scope.spawn(|| deciders.with(|evaluator| evaluator.decide(&user)).map_err(|found| found.message));
///     }
/// });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Deciders(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// What all others are made from. Never lent.
    pattern: Mutex<Evaluator>,
    idle: Mutex<Vec<Evaluator>>,
}

/// Idle evaluators that are kept; more than threads that ask at once are not needed.
const KEPT: usize = 64;

impl Deciders {
    /// Evaluators of `policy` under `basis`.
    ///
    /// # Errors
    /// As [`Policy::evaluator`].
    pub fn new(policy: &Policy, basis: Basis) -> Result<Self, Diagnostic> {
        Ok(Self::of(policy.evaluator(basis)?))
    }

    /// The same policy under other circumstances; much cheaper than [`Deciders::new`].
    ///
    /// # Errors
    /// As [`Policy::evaluator`].
    pub fn again(&self, basis: Basis) -> Result<Self, Diagnostic> {
        Ok(Self::of(held(&self.0.pattern).again(basis)?))
    }

    fn of(evaluator: Evaluator) -> Self {
        Self(Arc::new(Shared { pattern: Mutex::new(evaluator), idle: Mutex::default() }))
    }

    /// Does `work` with an evaluator that nobody else uses meanwhile. Where `work` panics, its evaluator
    /// is not used again.
    ///
    /// # Errors
    /// As [`Policy::evaluator`], where an evaluator has to be made.
    pub fn with<T>(&self, work: impl FnOnce(&Evaluator) -> T) -> Result<T, Diagnostic> {
        let idle = held(&self.0.idle).pop();
        let evaluator = match idle {
            Some(evaluator) => evaluator,
            None => {
                let pattern = held(&self.0.pattern);
                pattern.again(pattern.basis().clone())?
            }
        };
        let result = work(&evaluator);
        let mut idle = held(&self.0.idle);
        if idle.len() < KEPT {
            idle.push(evaluator);
        }
        Ok(result)
    }

    /// The policy.
    pub fn policy(&self) -> Policy {
        held(&self.0.pattern).policy().clone()
    }

    /// The circumstances.
    pub fn basis(&self) -> Basis {
        held(&self.0.pattern).basis().clone()
    }
}

/// Nothing is left half-done while a lock is held, so one that was poisoned is as good as any.
fn held<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::unchecked::{moment, user};
    use crate::policy::{Source, check};

    fn deciders() -> Deciders {
        let text = "/// Everybody.\nfn everybody(user) { if user.has_left { revoke() } else { keep() } }";
        let checked = check(vec![Source::new("test.rhai", text)], &Arc::default(), None);
        Deciders::new(&checked.policy.expect("no errors"), Basis::new(moment(), true)).unwrap()
    }

    #[test]
    fn threads_get_the_same_decisions() {
        let deciders = deciders();
        let user = user("ECHOECHO", &crate::model::Schema::default());
        let expected = deciders.with(|evaluator| evaluator.decide(&user)).unwrap().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let decided = deciders.with(|evaluator| evaluator.decide(&user)).unwrap().unwrap();
                        assert_eq!(decided, expected);
                    }
                });
            }
        });
        assert!(held(&deciders.0.idle).len() <= 8);
    }

    #[test]
    fn an_evaluator_whose_work_panicked_is_not_used_again() {
        let deciders = deciders();
        deciders.with(|_| ()).unwrap();
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            deciders.with(|_| panic!("on purpose"))
        }));
        assert!(caught.is_err());
        assert_eq!(held(&deciders.0.idle).len(), 0);
        deciders.with(|_| ()).unwrap();
    }

    #[test]
    fn other_circumstances_make_other_deciders() {
        let deciders = deciders();
        let basis = Basis { complete: false, ..deciders.basis() };
        let again = deciders.again(basis).unwrap();
        assert!(deciders.basis().complete && !again.basis().complete);
    }
}
