//! Connectors: those of Python, and the simulated platform.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use leaver::apply::simulator::{Faults, Simulator as Core, World};
use leaver::apply::{Ability, Connector, Effect, IdSight, Key, NoOp, Outcome, PaperStep, Sight};
use leaver::model::format_instant;
use leaver::plan::StepKind;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use time::OffsetDateTime;

use crate::directory::Directory;
use crate::failure::{self, guarded};
use crate::journal::instant;

/// The platform on a virtual clock.
#[pyclass(frozen, module = "leaver._core")]
pub(crate) struct Simulator(Mutex<Option<Core>>);

impl Simulator {
    fn with<T>(&self, work: impl FnOnce(&Core) -> T) -> PyResult<T> {
        let core = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        core.as_ref().map(work).ok_or_else(|| failure::value("the simulated platform is at work already"))
    }

    /// Takes the platform for a run.
    pub(crate) fn take(&self) -> PyResult<Core> {
        let taken = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        taken.ok_or_else(|| failure::value("the simulated platform is at work already"))
    }

    /// Gives it back.
    pub(crate) fn give(&self, core: Core) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(core);
    }
}

#[pymethods]
impl Simulator {
    /// The platform as a directory has it, of whose requests so many in a hundred go wrong.
    #[staticmethod]
    fn of_directory(directory: Py<Directory>, faults: u32, seed: u64) -> PyResult<Self> {
        let faults = if faults == 0 { Faults::none() } else { Faults::seeded(seed, faults.min(100)) };
        guarded(|| Ok(Self(Mutex::new(Some(Core::new(World::of(&directory.get().0), faults))))))
    }

    /// The platform as it was saved.
    #[staticmethod]
    fn of_json(json: &str) -> PyResult<Self> {
        guarded(|| {
            let world = World::from_json(json).map_err(failure::value)?;
            Ok(Self(Mutex::new(Some(Core::new(world, Faults::none())))))
        })
    }

    /// Its state.
    fn to_json(&self) -> PyResult<String> {
        self.with(|core| core.world().to_json())
    }

    /// What it looks like at an instant, as JSON.
    fn view(&self, now: &str) -> PyResult<String> {
        let now = instant(now)?;
        self.with(|core| serde_json::to_string(&core.world().view(now)))?.map_err(failure::internal)
    }
}

/// What an object of Python answers to what it was asked, as the package hands it over.
type Seen = (String, Option<String>, String, bool, Option<String>, bool, bool);
type Told = (String, String, Option<String>, bool);

/// A connector written in Python. What it raises is an outcome that nobody knows; what interrupts the program is kept.
pub(crate) struct Foreign {
    object: Py<PyAny>,
    name: String,
    interrupted: Option<PyErr>,
    /// That it was, for whoever asks whether to go on.
    flag: Arc<AtomicBool>,
}

impl Foreign {
    pub(crate) fn of(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        let name = object.getattr("name")?.extract()?;
        Ok(Self { object: object.clone().unbind(), name, interrupted: None, flag: Arc::default() })
    }

    /// What was raised, in a word that has no personal data.
    fn raised(&mut self, py: Python<'_>, error: PyErr) -> String {
        let name = error.get_type(py).name().map_or_else(|_| "exception".to_owned(), |name| name.to_string());
        if !error.is_instance_of::<PyException>(py) {
            self.interrupted.get_or_insert(error);
            self.flag.store(true, Ordering::Relaxed);
        }
        name
    }
}

fn seen(seen: Seen) -> Option<Sight> {
    let (effect, until, id, known, credential, returned, held) = seen;
    let effect = match (effect.as_str(), until) {
        ("done", _) => Effect::Done,
        ("pending", Some(until)) => Effect::Pending(instant(&until).ok()?),
        ("not_done", _) => Effect::NotDone,
        ("unclear", _) => Effect::Unclear,
        _ => return None,
    };
    let id = match id.as_str() {
        "active" => IdSight::Active,
        "not_listed" => IdSight::NotListed,
        "gone" => IdSight::Gone,
        "unclear" => IdSight::Unclear,
        _ => return None,
    };
    Some(Sight { effect, id, credential: known.then_some(credential), returned, held, ..Sight::default() })
}

fn told(told: Told) -> Option<Outcome> {
    let (word, why, until, retryable) = told;
    Some(match word.as_str() {
        "applied" => Outcome::Applied,
        "no_op" => Outcome::NoOp { why: *NoOp::ALL.iter().find(|known| known.word() == why)? },
        "pending" => Outcome::Pending { until: instant(&until?).ok()? },
        "refused" => Outcome::Refused { why },
        "failed" => Outcome::Failed { why, retryable },
        "unknown" => Outcome::Unknown { why },
        _ => return None,
    })
}

impl Connector for Foreign {
    fn name(&self) -> &str {
        &self.name
    }

    fn ability(&self, kind: StepKind) -> Option<Ability> {
        Python::attach(|py| {
            let answer = self.object.call_method1(py, "ability", (kind.to_string(),)).ok()?;
            let (keyed, readable) = answer.extract::<Option<(bool, bool)>>(py).ok()??;
            Some(Ability { keyed, readable })
        })
    }

    fn observe(&mut self, step: &PaperStep, now: OffsetDateTime) -> Sight {
        Python::attach(|py| {
            let asked = self.object.call_method1(py, "observe", (step.number, format_instant(now)));
            match asked.and_then(|answer| answer.extract::<Seen>(py)) {
                Ok(answer) => seen(answer).unwrap_or_default(),
                Err(error) => {
                    self.raised(py, error);
                    Sight::default()
                }
            }
        })
    }

    fn perform(&mut self, step: &PaperStep, key: &Key, now: OffsetDateTime) -> Outcome {
        let unknown = |why: String| Outcome::Unknown { why };
        Python::attach(|py| {
            let asked =
                self.object.call_method1(py, "perform", (step.number, key.as_str(), format_instant(now)));
            match asked.and_then(|answer| answer.extract::<Told>(py)) {
                Ok(answer) => {
                    told(answer).unwrap_or_else(|| unknown("the connector answered nonsense".to_owned()))
                }
                Err(error) => unknown(format!("the connector raised {}", self.raised(py, error))),
            }
        })
    }
}

/// Whoever acts.
pub(crate) enum Someone {
    Simulator(Core),
    Foreign(Foreign),
}

impl Someone {
    /// Whoever an object of Python stands for.
    pub(crate) fn of(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        match object.cast::<Simulator>() {
            Ok(simulator) => Ok(Self::Simulator(simulator.get().take()?)),
            Err(_) => Ok(Self::Foreign(Foreign::of(object)?)),
        }
    }

    /// Set once the program was interrupted within the connector.
    pub(crate) fn flag(&self) -> Arc<AtomicBool> {
        match self {
            Self::Simulator(_) => Arc::default(),
            Self::Foreign(foreign) => foreign.flag.clone(),
        }
    }

    /// Gives back what was taken; what interrupted the program comes out, if anything did.
    pub(crate) fn end(self, object: &Bound<'_, PyAny>) -> Option<PyErr> {
        match (self, object.cast::<Simulator>()) {
            (Self::Simulator(core), Ok(simulator)) => {
                simulator.get().give(core);
                None
            }
            (Self::Simulator(_), Err(_)) => None,
            (Self::Foreign(foreign), _) => foreign.interrupted,
        }
    }
}

impl Connector for Someone {
    fn name(&self) -> &str {
        match self {
            Self::Simulator(simulator) => simulator.name(),
            Self::Foreign(foreign) => foreign.name(),
        }
    }

    fn ability(&self, kind: StepKind) -> Option<Ability> {
        match self {
            Self::Simulator(simulator) => simulator.ability(kind),
            Self::Foreign(foreign) => foreign.ability(kind),
        }
    }

    fn observe(&mut self, step: &PaperStep, now: OffsetDateTime) -> Sight {
        match self {
            Self::Simulator(simulator) => simulator.observe(step, now),
            Self::Foreign(foreign) => foreign.observe(step, now),
        }
    }

    fn perform(&mut self, step: &PaperStep, key: &Key, now: OffsetDateTime) -> Outcome {
        match self {
            Self::Simulator(simulator) => simulator.perform(step, key, now),
            Self::Foreign(foreign) => foreign.perform(step, key, now),
        }
    }
}
