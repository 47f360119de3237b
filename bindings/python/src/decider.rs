//! Deciders: a policy as of an instant, asked about users, directories and columns.

use std::time::Duration;

use leaver::columns::{Binding, DecisionStream, Defaults};
use leaver::directory::{Directory as CoreDirectory, UserDefaults, parse_user};
use leaver::model::{Edition, Id, Moment, User, Zone, parse_instant};
use leaver::plan::{Approvers, Guards, NoPlan, OpenWork, Recent, Request, plan_watched};
use leaver::policy::{Basis, Deciders, Decision, Evaluator, Policy, Successor};
use pyo3::prelude::*;

use crate::arrow::{ArrowStream, input};
use crate::directory::Directory;
use crate::failure::{self, guarded};

/// Users between two looks at signals.
const PIECE: usize = 2_048;

/// A policy as of an instant. It never changes, and any number of threads may use it at once.
#[pyclass(frozen, module = "leaver._core")]
pub(crate) struct Decider {
    deciders: Deciders,
    basis: Basis,
    edition: Option<Edition>,
    directory: Option<Py<Directory>>,
}

pub(crate) fn broken(found: leaver::diagnostic::Diagnostic) -> PyErr {
    failure::policy([found])
}

impl Decider {
    pub(crate) fn new(
        policy: &Policy,
        as_of: &str,
        time_zone: Option<&str>,
        complete: bool,
        edition: Option<&str>,
        directory: Option<Py<Directory>>,
        patience: Option<f64>,
    ) -> PyResult<Self> {
        let core = directory.as_ref().map(|directory| &directory.get().0);
        let zone: Zone = match (time_zone, core) {
            (Some(name), _) => name.parse().map_err(|error| failure::value(format!("time_zone: {error}")))?,
            (None, Some(directory)) => directory.subscription().time_zone.clone(),
            (None, None) => return Err(failure::value("time_zone is required without a directory")),
        };
        let edition = match (edition, core) {
            (Some(word), _) => {
                Some(word.parse().map_err(|error| failure::value(format!("edition: {error}")))?)
            }
            (None, directory) => directory.map(|directory| directory.subscription().edition),
        };
        if let Some(directory) = core {
            let missing = policy.missing_fields(&|slot| directory.provides(slot));
            if !missing.is_empty() {
                return Err(failure::policy(missing));
            }
            if **policy.schema() != **directory.schema() {
                let message = "the policy was checked with other attributes than the directory has: check it with directory=";
                return Err(failure::value(message));
            }
        }
        let instant = parse_instant(as_of).ok_or_else(|| failure::value("as_of is no instant"))?;
        let moment = Moment::new(instant, zone).map_err(|error| failure::value(error.to_string()))?;
        let mut basis = Basis::new(moment, core.map_or(complete, CoreDirectory::is_complete));
        if let Some(seconds) = patience {
            basis.patience =
                Duration::try_from_secs_f64(seconds).map_err(|_| failure::value("patience is no time"))?;
        }
        let deciders = Deciders::new(policy, basis.clone()).map_err(broken)?;
        Ok(Self { deciders, basis, edition, directory })
    }

    /// The deciders, where an evaluator is wanted by nobody in particular.
    pub(crate) const fn deciders(&self) -> &Deciders {
        &self.deciders
    }

    /// The edition of users who have none.
    pub(crate) const fn edition(&self) -> Option<Edition> {
        self.edition
    }

    fn core(&self) -> Option<&CoreDirectory> {
        self.directory.as_ref().map(|directory| &directory.get().0)
    }

    fn of_directory(&self) -> PyResult<&CoreDirectory> {
        self.core().ok_or_else(|| failure::value("this takes a decider with a directory"))
    }

    fn user(&self, json: &str) -> PyResult<User> {
        let defaults = UserDefaults { edition: self.edition, ..UserDefaults::default() };
        parse_user("user", json, self.deciders.policy().schema(), &defaults).map_err(failure::directory)
    }

    /// The user given as JSON, or the one of the directory with this ID.
    pub(crate) fn somebody(&self, user: &str) -> PyResult<User> {
        if user.starts_with('{') {
            return self.user(user);
        }
        let id: Id = user.parse().map_err(|error| failure::value(format!("id: {error}")))?;
        let found = self.of_directory()?.user(id).cloned();
        found.ok_or_else(|| pyo3::exceptions::PyKeyError::new_err(format!("the directory has no user {id}")))
    }

    /// Does work with an evaluator, and with who finds superseding IDs if there is a directory.
    pub(crate) fn ask<T>(
        &self,
        work: impl FnOnce(&Evaluator, Option<&Successor<'_>>) -> Result<T, leaver::policy::DecideError>,
    ) -> PyResult<T> {
        let find = self.core().map(|directory| move |id| directory.user(id).cloned());
        let find = find.as_ref().map(|find| -> &Successor<'_> { find });
        self.deciders.with(|evaluator| work(evaluator, find)).map_err(broken)?.map_err(failure::limit)
    }

    fn decision(&self, user: &User) -> PyResult<Decision> {
        self.ask(|evaluator, find| match find {
            Some(find) => evaluator.decide_in(find, user),
            None => evaluator.decide(user),
        })
    }
}

fn json(value: &impl serde::Serialize) -> PyResult<String> {
    serde_json::to_string(value).map_err(failure::internal)
}

#[pymethods]
impl Decider {
    /// The decision about a user: a JSON object, or the ID of a user of the directory.
    fn decide(&self, user: &str) -> PyResult<String> {
        guarded(|| json(&self.decision(&self.somebody(user)?)?))
    }

    /// The decisions about the users of the directory from one position to another, without the interpreter's lock.
    fn decide_piece(&self, py: Python<'_>, from: usize) -> PyResult<Vec<String>> {
        guarded(|| {
            let directory = self.of_directory()?;
            let users = directory.users().get(from..).unwrap_or_default();
            let users = users.get(..PIECE).unwrap_or(users);
            py.detach(|| {
                self.ask(|evaluator, _| {
                    let find = |id| directory.user(id).cloned();
                    evaluator.batch(|evaluator| {
                        users
                            .iter()
                            .map(|user| evaluator.decide_in(&find, user))
                            .collect::<Result<Vec<_>, _>>()
                    })
                })
            })?
            .iter()
            .map(json)
            .collect()
        })
    }

    /// Why the decision is what it is: JSON and text.
    fn explain(&self, user: &str) -> PyResult<(String, String)> {
        guarded(|| {
            let user = self.somebody(user)?;
            let found = self.ask(|evaluator, find| evaluator.explain(find, &user))?;
            Ok((json(&found)?, found.to_text()))
        })
    }

    /// Why a rule did not decide: JSON and text.
    fn why_not(&self, user: &str, rule: &str) -> PyResult<(String, String)> {
        guarded(|| {
            let user = self.somebody(user)?;
            let found = self.ask(|evaluator, find| evaluator.why_not(find, &user, rule))?;
            let found =
                found.ok_or_else(|| pyo3::exceptions::PyKeyError::new_err("the policy has no such rule"))?;
            Ok((json(&found)?, found.to_text()))
        })
    }

    /// The fewest facts that would have to be different, as JSON.
    fn counterfactuals(&self, user: &str) -> PyResult<String> {
        guarded(|| {
            let user = self.somebody(user)?;
            json(&self.ask(|evaluator, find| evaluator.counterfactuals(find, &user))?)
        })
    }

    /// Decides about the rows of a stream of Arrow batches, as they are asked for.
    fn decide_arrow(&self, columns: &Bound<'_, PyAny>, dictionaries: bool) -> PyResult<ArrowStream> {
        guarded(|| {
            let reader = input(columns)?;
            let defaults = match (self.edition, self.core()) {
                (Some(edition), _) => Defaults::new().edition(edition),
                _ => Defaults::new(),
            };
            let schema = self.deciders.policy().schema().clone();
            let binding = Binding::new(&schema, &arrow_array::RecordBatchReader::schema(&reader), &defaults)
                .map_err(failure::directory)?;
            let deciders = self.deciders.clone();
            Ok(ArrowStream::of(DecisionStream::new(reader, deciders, binding, dictionaries)))
        })
    }

    /// A plan for the directory: its canonical JSON.
    #[expect(clippy::too_many_arguments, reason = "called by the package alone, which names them")]
    fn plan(
        &self,
        py: Python<'_>,
        actor: &str,
        guards: Option<&str>,
        approvers: Option<&str>,
        previous: Option<Py<Directory>>,
        open_plans: Vec<String>,
        open_work: Vec<(String, String)>,
        recent: (u32, u32, u32),
        simulation: bool,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<String> {
        guarded(|| {
            let directory = self.of_directory()?;
            let guards = match guards {
                None if simulation => Guards::unlimited(),
                None => Guards::default(),
                Some(_) if simulation => {
                    return Err(failure::value("give guards or simulation, not both"));
                }
                Some(text) => Guards::from_toml("guards.toml", text).map_err(failure::directory)?,
            };
            let approvers = approvers
                .map(|text| Approvers::from_toml("approvers.toml", text, directory))
                .transpose()
                .map_err(failure::directory)?;
            let mut open = OpenWork::none();
            for (at, text) in open_plans.iter().enumerate() {
                open.add_plan(&format!("open_plans[{at}]"), text.as_bytes())
                    .map_err(|found| failure::directory([found]))?;
            }
            for (user, plan) in &open_work {
                let of_user =
                    |error: &dyn std::fmt::Display| failure::value(format!("open_work: {user}: {error}"));
                let id = user.parse().map_err(|error: leaver::model::IdError| of_user(&error))?;
                open.insert(
                    id,
                    plan.parse().map_err(|error: leaver::directory::DigestError| of_user(&error))?,
                );
            }
            let total = directory.users().len();
            let find = |id| directory.user(id).cloned();
            let mut decisions = Vec::with_capacity(total);
            for users in directory.users().chunks(PIECE) {
                let decided = py.detach(|| {
                    self.ask(|evaluator, _| {
                        evaluator.batch(|evaluator| {
                            users
                                .iter()
                                .map(|user| evaluator.decide_in(&find, user))
                                .collect::<Result<Vec<_>, _>>()
                        })
                    })
                })?;
                decisions.extend(decided);
                py.check_signals()?;
                if let Some(progress) = &progress {
                    progress.call1(py, (decisions.len(), total))?;
                }
            }
            py.detach(|| {
                let policy = self.deciders.policy();
                let known = open.recent(self.basis.moment.instant());
                let (reversible, withdraw, irreversible) = recent;
                let recent = Recent {
                    reversible: known.reversible.saturating_add(reversible),
                    withdraw: known.withdraw.saturating_add(withdraw),
                    irreversible: known.irreversible.saturating_add(irreversible),
                };
                let request = Request {
                    approvers: approvers.as_ref(),
                    previous: previous.as_ref().map(|previous| &previous.get().0),
                    open: &open,
                    recent,
                    ..Request::new(directory, &policy, decisions, &self.basis, actor, &guards)
                };
                let mut stopped = std::cell::RefCell::new(None);
                let go_on = || {
                    let signals: PyResult<()> = Python::attach(|py| {
                        py.check_signals()?;
                        Ok(())
                    });
                    let goes_on = signals.is_ok();
                    if let Err(error) = signals {
                        *stopped.borrow_mut() = Some(error);
                    }
                    goes_on
                };
                let planned = plan_watched(request, &go_on);
                match (planned, stopped.get_mut().take()) {
                    (_, Some(error)) => Err(error),
                    (Ok(plan), None) => Ok(plan.to_json()),
                    (Err(NoPlan::Refused(refused)), None) => Err(failure::refused(&refused)),
                    (Err(NoPlan::Stopped), None) => Err(failure::internal("a plan that nobody stopped")),
                }
            })
        })
    }
}
