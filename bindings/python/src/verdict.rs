//! Short answers about users: outcome, both axes, the rule and the code of a hold, without JSON.
//!
//! A mapping is read in place where that can be done for sure; else it goes the way of
//! [`Decider`](crate::decider::Decider), which also knows what is wrong with it. There is one value of Python for
//! each verdict a decider comes to, so that an answer asks for no memory.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};

use leaver::model::{Facts, Schema, User};
use leaver::policy::{Evaluator, Verdict};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList, PyString};

use crate::decider::{Decider, broken};
use crate::desk::Desk;
use crate::failure::guarded;
use crate::record::Form;

/// Users between two looks at signals.
const PIECE: usize = 2_048;

/// Gives short answers. The package's `Decider` is one.
#[pyclass(frozen, subclass, module = "leaver._core")]
pub(crate) struct Verdicts {
    decider: Py<Decider>,
    schema: Arc<Schema>,
    form: Form,
    names: Vec<Arc<str>>,
    /// Whoever comes first works here; it costs less than asking for another evaluator.
    desk: Desk<Tools>,
    /// Every value that was made.
    known: Mutex<Known>,
}

/// What lies on the desk. No Python runs while it is taken.
struct Tools {
    evaluator: Evaluator,
    /// The values that were asked for here.
    known: RefCell<Known>,
}

/// The values made so far, by their rules; those without a rule come first.
#[derive(Default)]
struct Known(Vec<Vec<(Verdict, Py<PyAny>)>>);

/// An answer on its way.
enum Answer {
    Value(Py<PyAny>),
    Verdict(Verdict),
    /// Only a decision about this user tells.
    Undecided(User),
}

impl Known {
    #[inline]
    fn place(verdict: Verdict) -> usize {
        verdict.rule.map_or(0, |rule| rule as usize + 1)
    }

    #[inline]
    fn get(&self, verdict: Verdict) -> Option<&Py<PyAny>> {
        let of_rule = self.0.get(Self::place(verdict))?;
        of_rule.iter().find(|(known, _)| *known == verdict).map(|(_, value)| value)
    }

    /// Keeps a value, or gives back the one that is kept.
    fn keep(&mut self, py: Python<'_>, verdict: Verdict, value: Py<PyAny>) -> Py<PyAny> {
        if let Some(kept) = self.get(verdict) {
            return kept.clone_ref(py);
        }
        let at = Self::place(verdict);
        if self.0.len() <= at {
            self.0.resize_with(at + 1, Vec::new);
        }
        if let Some(of_rule) = self.0.get_mut(at) {
            of_rule.push((verdict, value.clone_ref(py)));
        }
        value
    }
}

impl Verdicts {
    #[inline]
    fn answer(&self, user: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        let py = user.py();
        let read = match user.cast_exact::<PyDict>() {
            Ok(dict) => self.form.read(dict, &self.schema, |record| self.short(py, record)),
            Err(_) => None,
        };
        let answer = match read {
            Some(answer) => answer,
            None => self.short(py, &self.somebody(user)?),
        };
        match answer {
            Answer::Value(value) => Ok(value),
            Answer::Verdict(verdict) => self.value(py, verdict),
            Answer::Undecided(user) => self.value(py, self.long(&user)?),
        }
    }

    /// The answer where facts alone tell it.
    #[inline]
    fn short(&self, py: Python<'_>, facts: &impl Facts) -> Answer {
        let Some(tools) = self.desk.take(py) else { return self.short_elsewhere(facts) };
        let Some(verdict) = tools.evaluator.short_verdict(facts) else {
            return Answer::Undecided(facts.to_user());
        };
        let known = tools.known.borrow();
        known.get(verdict).map_or(Answer::Verdict(verdict), |value| Answer::Value(value.clone_ref(py)))
    }

    /// The same where another thread is at the desk.
    #[cold]
    fn short_elsewhere(&self, facts: &impl Facts) -> Answer {
        let deciders = self.decider.get().deciders();
        let verdict = deciders.with(|evaluator| evaluator.short_verdict(facts)).ok().flatten();
        verdict.map_or_else(|| Answer::Undecided(facts.to_user()), Answer::Verdict)
    }

    #[cold]
    fn long(&self, user: &User) -> PyResult<Verdict> {
        self.decider.get().ask(|evaluator, find| match find {
            Some(find) => evaluator.prepare(user).verdict_in(find),
            None => evaluator.prepare(user).verdict(),
        })
    }

    /// The user given as a mapping of whatever kind, or the one of the directory with an ID.
    #[cold]
    fn somebody(&self, user: &Bound<'_, PyAny>) -> PyResult<User> {
        static USER_JSON: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let text: Bound<'_, PyString> = if let Ok(text) = user.cast() {
            text.clone()
        } else {
            let write = USER_JSON.import(user.py(), "leaver.directory", "user_json")?;
            write.call1((user,))?.cast_into()?
        };
        self.decider.get().somebody(&text.to_cow()?)
    }

    /// The value of a verdict: the one that was made first.
    #[cold]
    fn value(&self, py: Python<'_>, verdict: Verdict) -> PyResult<Py<PyAny>> {
        static OF_WORDS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known().get(verdict).map(|value| value.clone_ref(py));
        if let Some(value) = found {
            return Ok(self.put_on_desk(py, verdict, value));
        }
        let rule = verdict.rule.and_then(|rule| self.names.get(rule as usize)).map(|name| &**name);
        let words = (
            verdict.outcome.word(),
            verdict.disposition.word(),
            verdict.access.word(),
            rule,
            verdict.hold.map(leaver::policy::HoldCode::word),
        );
        let value = OF_WORDS.import(py, "leaver.model", "verdict_of_words")?.call1(words)?.unbind();
        let value = known().keep(py, verdict, value);
        Ok(self.put_on_desk(py, verdict, value))
    }

    /// Puts a value where it is found at once, if nobody is there.
    fn put_on_desk(&self, py: Python<'_>, verdict: Verdict, value: Py<PyAny>) -> Py<PyAny> {
        match self.desk.take(py) {
            Some(tools) => tools.known.borrow_mut().keep(py, verdict, value),
            None => value,
        }
    }
}

#[pymethods]
impl Verdicts {
    #[new]
    fn new(py: Python<'_>, decider: Py<Decider>) -> PyResult<Self> {
        guarded(|| {
            let asked = decider.get();
            let again = asked.deciders().with(|evaluator| evaluator.again(evaluator.basis().clone()));
            let evaluator = again.map_err(broken)?.map_err(broken)?;
            let policy = evaluator.policy();
            let schema = policy.schema().clone();
            let form = Form::of(py, &schema, asked.edition());
            Ok(Self {
                names: policy.rules().iter().map(|rule| Arc::from(&*rule.name)).collect(),
                schema,
                desk: Desk::new(Tools { evaluator, known: RefCell::default() }, form.alone),
                known: Mutex::default(),
                form,
                decider,
            })
        })
    }

    /// The short answer about one user: a mapping, or the ID of a user of the directory.
    ///
    /// It is what the decision comes to, and raises what `decide` raises. A dict of texts, booleans, whole numbers,
    /// dates, lists of texts and None is read in place.
    #[pyo3(signature = (user, /))]
    fn verdict(&self, user: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        guarded(|| self.answer(user))
    }

    /// The short answers about many users, in their order. What one of them raises ends the work.
    #[pyo3(signature = (users, /))]
    fn verdicts<'py>(&self, users: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
        guarded(|| {
            let answers = PyList::empty(users.py());
            for (at, user) in users.try_iter()?.enumerate() {
                answers.append(self.answer(&user?)?)?;
                if at % PIECE == PIECE - 1 {
                    users.py().check_signals()?;
                }
            }
            Ok(answers)
        })
    }
}
