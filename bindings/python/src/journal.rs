//! Journals: plans accepted, carried out and reported, and the history.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::Ordering;

use leaver::apply::{
    Acceptance, Anew, ApplyError, Engine, Event, FileJournal, Journal as _, JournalError, Pace, Paper, Run,
    Secret, Signed, Standing, Stop, Watched, Work, accept, checklist, reported, resolved, standing, status,
};
use leaver::directory::Directory as CoreDirectory;
use leaver::model::{Administrator, format_instant, parse_instant};
use leaver::plan::{ActionClass, Approvers, Guards, Reason};
use pyo3::prelude::*;
use serde_json::json;
use time::OffsetDateTime;

use crate::connector::Someone;
use crate::directory::Directory;
use crate::failure::{self, ApplyRefused, guarded};
use crate::policy::Policy;

/// A journal in a file, which no other process uses meanwhile.
#[pyclass(frozen, module = "leaver._core")]
pub(crate) struct Journal(Mutex<Option<FileJournal>>);

pub(crate) fn instant(text: &str) -> PyResult<OffsetDateTime> {
    parse_instant(text).ok_or_else(|| failure::value("this is no instant"))
}

pub(crate) fn paper(plan: &str) -> PyResult<Paper> {
    Paper::read("plan", plan.as_bytes()).map_err(|found| failure::directory([*found]))
}

fn of_journal(error: &JournalError) -> PyErr {
    failure::JournalError::new_err((format!("{error}; {}", error.help()), error.code().as_str()))
}

fn refused(reasons: &[Reason]) -> PyErr {
    let told: Vec<(String, String)> =
        reasons.iter().map(|reason| (reason.code.clone(), reason.message.clone())).collect();
    ApplyRefused::new_err((told,))
}

fn of_apply(error: ApplyError) -> PyErr {
    match error {
        ApplyError::Plan(found) => failure::directory([*found]),
        ApplyError::Refused { reasons } => refused(&reasons),
        ApplyError::Journal(error) => of_journal(&error),
        other => failure::internal(other),
    }
}

fn approvers(text: Option<&str>, directory: Option<&CoreDirectory>) -> PyResult<Option<Approvers>> {
    match (text, directory) {
        (None, _) => Ok(None),
        (Some(_), None) => {
            Err(failure::value("approvers are administrators of a directory: give directory="))
        }
        (Some(text), Some(directory)) => {
            Approvers::from_toml("approvers.toml", text, directory).map(Some).map_err(failure::directory)
        }
    }
}

/// How it stands with a step, in a word.
fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Untouched | Standing::Again { .. } => "open",
        Standing::Open { .. } | Standing::Pending { .. } => "pending",
        Standing::Done { no_op: false, .. } => "done",
        Standing::Done { no_op: true, .. } => "no_op",
        Standing::Failed { .. } => "failed",
        Standing::Held { .. } => "held",
        Standing::Stopped { .. } => "stopped",
    }
}

fn administrator<'d>(directory: &'d CoreDirectory, name: &str) -> PyResult<&'d Administrator> {
    let found = directory.administrators().iter().find(|known| known.name == name);
    found.ok_or_else(|| failure::value(format!("{name} is no administrator of the directory")))
}

fn json_of(value: &impl serde::Serialize) -> PyResult<String> {
    serde_json::to_string(value).map_err(failure::internal)
}

impl Journal {
    fn with<T>(&self, work: impl FnOnce(&mut FileJournal) -> PyResult<T>) -> PyResult<T> {
        let mut file = self.0.try_lock().map_err(|_| failure::value("the journal is at work already"))?;
        let file = file.as_mut().ok_or_else(|| failure::value("the journal was closed"))?;
        work(file)
    }
}

#[pymethods]
impl Journal {
    /// Opens a journal, or begins one.
    #[staticmethod]
    fn open(py: Python<'_>, path: PathBuf, now: &str) -> PyResult<Self> {
        guarded(|| {
            let now = instant(now)?;
            let opened = py.detach(|| FileJournal::open(&path, now)).map_err(|error| of_journal(&error))?;
            Ok(Self(Mutex::new(Some(opened))))
        })
    }

    /// Gives the file back.
    fn close(&self) -> PyResult<()> {
        let mut file = self.0.try_lock().map_err(|_| failure::value("the journal is at work"))?;
        *file = None;
        Ok(())
    }

    /// Accepts a plan once; whether it was new.
    #[expect(clippy::too_many_arguments, reason = "called by the package alone, which names them")]
    fn accept(
        &self,
        py: Python<'_>,
        plan: &str,
        directory: Option<Py<Directory>>,
        approvers_toml: Option<&str>,
        guards_toml: Option<&str>,
        approvals: Vec<String>,
        allowed: Vec<(String, u64)>,
        now: &str,
    ) -> PyResult<bool> {
        guarded(|| {
            let (paper, now) = (paper(plan)?, instant(now)?);
            let directory = directory.as_ref().map(|directory| &directory.get().0);
            let approvers = approvers(approvers_toml, directory)?;
            let read = |text: &String| Signed::read("approval", text.as_bytes());
            let approvals = approvals.iter().map(read).collect::<Result<Vec<_>, _>>();
            let approvals = approvals.map_err(|found| failure::directory([*found]))?;
            let class = |(name, most): (String, u64)| {
                let known = ActionClass::ALL.iter().find(|class| class.word() == name);
                known.map(|class| (*class, most)).ok_or_else(|| failure::value(format!("no class {name}")))
            };
            let allowed = allowed.into_iter().map(class).collect::<PyResult<BTreeMap<_, _>>>()?;
            let guards = guards_toml.map(|text| Guards::from_toml("guards.toml", text)).transpose();
            let guards = guards.map_err(failure::directory)?;
            let acceptance = Acceptance {
                guards: guards.as_ref(),
                approvers: approvers.as_ref(),
                approvals: &approvals,
                directory,
                allowed: &allowed,
                now,
            };
            self.with(|file| py.detach(|| accept(&paper, file, &acceptance)).map_err(of_apply))
        })
    }

    /// Does what can be done now: how it ended, from when on there is more, and how it stands with each step.
    #[expect(clippy::too_many_arguments, reason = "called by the package alone, which names them")]
    fn run(
        &self,
        py: Python<'_>,
        plan: &str,
        connector: Bound<'_, PyAny>,
        clock: Py<PyAny>,
        progress: Option<Py<PyAny>>,
        policy: Option<Py<Policy>>,
        directory: Option<Py<Directory>>,
        pace: (u32, f64, u32, u32, u32),
    ) -> PyResult<String> {
        guarded(|| {
            let paper = paper(plan)?;
            let (attempts, backoff, failures, drift, quota) = pace;
            let backoff = time::Duration::checked_seconds_f64(backoff)
                .ok_or_else(|| failure::value("backoff is no time"))?;
            let pace = Pace { attempts, backoff, failures, drift, quota };
            let now = |py: Python<'_>| -> PyResult<OffsetDateTime> {
                instant(&clock.call0(py)?.extract::<String>(py)?)
            };
            let start = now(py)?;
            let mut someone = Someone::of(&connector)?;
            let interrupted = someone.flag();
            let mut stopped: Option<PyErr> = None;
            let ended = self.with(|file| {
                py.detach(|| {
                    let mut latest = start;
                    let broken: std::cell::RefCell<Option<PyErr>> = std::cell::RefCell::new(None);
                    let mut clock = || {
                        match Python::attach(now) {
                            Ok(now) => latest = now,
                            Err(error) => {
                                broken.borrow_mut().get_or_insert(error);
                            }
                        }
                        latest
                    };
                    let mut go_on = |step: &leaver::apply::PaperStep, standing: Standing| {
                        let told = Python::attach(|py| {
                            py.check_signals()?;
                            let Some(progress) = &progress else { return Ok(true) };
                            let answer = progress.call1(py, (step.number, word(standing)))?;
                            Ok(!answer.bind(py).is(pyo3::types::PyBool::new(py, false)))
                        });
                        let goes_on = told.unwrap_or_else(|error| {
                            broken.borrow_mut().get_or_insert(error);
                            false
                        });
                        goes_on && broken.borrow().is_none() && !interrupted.load(Ordering::Relaxed)
                    };
                    let mut watched = Watched::new(&mut someone, Anew::default());
                    let run = Engine::new(&paper, file, &mut watched, pace)
                        .map_err(ApplyError::from)
                        .and_then(|mut engine| {
                            if let (Some(policy), Some(directory)) = (&policy, &directory) {
                                let (policy, directory) = (&policy.get().core, &directory.get().0);
                                let anew = Anew::of(&paper, engine.work(), policy, directory, start)
                                    .map_err(|reason| ApplyError::Refused { reasons: vec![reason] })?;
                                engine.connector().renew(anew);
                            }
                            let run = engine.run(&mut clock, &mut go_on)?;
                            Ok((run, engine.work().clone()))
                        });
                    stopped = broken.into_inner();
                    run
                })
                .map_err(of_apply)
            });
            // What interrupted the run goes on its way; what it was about is on record.
            if let Some(error) = someone.end(&connector).or(stopped) {
                return Err(error);
            }
            let (run, work) = ended?;
            let (word_of, next) = match run {
                Run::Finished => ("finished", None),
                Run::Waiting { until } => ("waiting", Some(format_instant(until))),
                Run::Held => ("held", None),
                Run::Stopped(Stop::Cancelled) => ("cancelled", None),
                Run::Stopped(Stop::Failures) => ("stopped_after_failures", None),
                Run::Stopped(Stop::Drift) => ("stopped_after_drift", None),
            };
            let steps: Vec<&str> = work.steps().iter().map(|standing| word(*standing)).collect();
            Ok(json!({"ended": word_of, "next": next, "steps": steps}).to_string())
        })
    }

    /// What people do next, as JSON and as Markdown.
    fn checklist(&self, plan: &str, now: &str) -> PyResult<(String, String)> {
        guarded(|| {
            let (paper, now) = (paper(plan)?, instant(now)?);
            let (work, latest) = self.with(|file| standing(&paper, file, now).map_err(of_apply))?;
            let list = checklist(&paper, &work, latest);
            Ok((json_of(&list)?, list.to_markdown()))
        })
    }

    /// Records what somebody or some agent did: these steps were done, or could not be done.
    fn report(
        &self,
        plan: &str,
        steps: Vec<u32>,
        done: bool,
        by: &str,
        directory: Option<Py<Directory>>,
        now: &str,
    ) -> PyResult<()> {
        guarded(|| {
            let (paper, now) = (paper(plan)?, instant(now)?);
            let known = match &directory {
                Some(directory) => Some(administrator(&directory.get().0, by)?),
                None => None,
            };
            self.with(|file| {
                let (work, latest) = standing(&paper, file, now).map_err(of_apply)?;
                let entries = reported(&paper, &work, &steps, done, by, known, latest)
                    .map_err(|reason| refused(&[reason]))?;
                file.record(entries).map_err(|error| of_journal(&error))
            })
        })
    }

    /// Records what somebody found out about held steps.
    #[expect(clippy::too_many_arguments, reason = "called by the package alone, which names them")]
    fn resolve(
        &self,
        plan: &str,
        steps: Vec<u32>,
        done: bool,
        note: &str,
        by: &str,
        directory: Py<Directory>,
        now: &str,
    ) -> PyResult<()> {
        guarded(|| {
            let (paper, now) = (paper(plan)?, instant(now)?);
            let by = administrator(&directory.get().0, by)?;
            self.with(|file| {
                let (work, latest) = standing(&paper, file, now).map_err(of_apply)?;
                let entries = resolved(&paper, &work, &steps, done, note, by, latest)
                    .map_err(|reason| refused(&[reason]))?;
                file.record(entries).map_err(|error| of_journal(&error))
            })
        })
    }

    /// What was planned beside what was done, and what a connector sees, as JSON.
    fn status(&self, plan: &str, connector: Option<Bound<'_, PyAny>>, now: &str) -> PyResult<String> {
        guarded(|| {
            let (paper, now) = (paper(plan)?, instant(now)?);
            let work = self.with(|file| {
                let mut work = Work::of(&paper);
                let seen = file.replay(&mut |entry| {
                    if entry.plan.as_ref() == Some(paper.digest()) {
                        work.take(entry.at, &entry.event);
                    }
                });
                seen.map(|()| work).map_err(|error| of_journal(&error))
            })?;
            let mut someone = connector.as_ref().map(Someone::of).transpose()?;
            let looked = someone.as_mut().map(|someone| someone as &mut dyn leaver::apply::Connector);
            let found = status(&paper, &work, looked, now);
            let ended = someone.zip(connector.as_ref());
            if let Some(error) = ended.and_then(|(someone, connector)| someone.end(connector)) {
                return Err(error);
            }
            let alarming = found.is_alarming();
            Ok(json!({"at": format_instant(found.at), "steps": found.steps, "alarming": alarming})
                .to_string())
        })
    }

    /// The digests of the plans that were accepted, in order.
    fn plans(&self) -> PyResult<Vec<String>> {
        guarded(|| {
            self.with(|file| {
                let mut plans = Vec::new();
                let replayed = file.replay(&mut |entry| {
                    if matches!(entry.event, Event::Accepted { .. }) {
                        plans.extend(entry.plan.map(|plan| plan.to_string()));
                    }
                });
                replayed.map_err(|error| of_journal(&error))?;
                Ok(plans)
            })
        })
    }

    /// The records, one canonical JSON text each.
    fn records(&self) -> PyResult<Vec<String>> {
        guarded(|| {
            self.with(|file| {
                let mut lines = Vec::new();
                let read = file.lines(|line| {
                    lines.push(line.to_owned());
                    Ok(())
                });
                read.map_err(|error| of_journal(&error))?;
                Ok(lines)
            })
        })
    }
}

/// A key of 32 random bytes: the text of its file, and its public half.
#[pyfunction]
pub(crate) fn key(bytes: [u8; 32]) -> (String, String) {
    let key = Secret::from_bytes(bytes);
    (key.to_file(), key.public().to_text())
}

/// The public half of a key.
#[pyfunction]
pub(crate) fn public_key(key: &str) -> PyResult<String> {
    let key = Secret::from_file(key).ok_or_else(|| failure::value("this is no key"))?;
    Ok(key.public().to_text())
}

/// A signed approval of a plan.
#[pyfunction]
pub(crate) fn approve(plan: &str, name: &str, key: &str, now: &str, hours: u32) -> PyResult<String> {
    guarded(|| {
        let (paper, now) = (paper(plan)?, instant(now)?);
        let key = Secret::from_file(key).ok_or_else(|| failure::value("this is no key"))?;
        if name == paper.actor() {
            return Err(failure::value(format!("{name} owns the plan and cannot approve it, too")));
        }
        let valid_for = time::Duration::hours(i64::from(hours));
        Ok(leaver::apply::Approval::new(&paper, name, now, valid_for).sign(&key).to_json())
    })
}
