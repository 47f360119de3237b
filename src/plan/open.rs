//! Plans whose work is still open: their users are listed and not planned twice, and what they do within a day
//! counts against the limits of a day.
//!
//! A plan file is read back here only as far as that takes: that it is what was written, byte for byte, when it
//! was made, and for whom it has which steps.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;
use time::{Duration, OffsetDateTime};

use super::canonical;
use super::limits::Recent;
use super::step::{ActionClass, StepKind};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::directory::Digest;
use crate::model::{Id, parse_instant};
use crate::sort::Gather as _;

/// Largest plan file that is read.
pub const MOST_PLAN_BYTES: u64 = 1 << 30;

/// Users with work still open, each with the digest of the plan it is in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenWork {
    users: BTreeMap<Id, Digest>,
    /// What was done to whom, by a journal.
    done: BTreeSet<(OffsetDateTime, Id, ActionClass)>,
    /// When each plan was made, and how many users it has steps of each class for.
    plans: Vec<(OffsetDateTime, Recent)>,
}

impl OpenWork {
    /// Nothing is open.
    pub const fn none() -> Self {
        Self { users: BTreeMap::new(), done: BTreeSet::new(), plans: Vec::new() }
    }

    /// Work on `user` is still open in the plan with this digest. The first plan named for a user stays.
    pub fn insert(&mut self, user: Id, plan: Digest) {
        self.users.entry(user).or_insert(plan);
    }

    /// The plan in which work on the user is open.
    pub fn plan_of(&self, user: Id) -> Option<&Digest> {
        self.users.get(&user)
    }

    /// A step of a class was done to a user.
    pub fn did(&mut self, at: OffsetDateTime, user: Id, class: ActionClass) {
        self.done.insert((at, user, class));
    }

    /// How many users the plans have steps for that were made in the 24 hours before an instant, and to how many
    /// something was done.
    pub fn recent(&self, as_of: OffsetDateTime) -> Recent {
        let day = as_of.saturating_sub(Duration::hours(24))..=as_of;
        let mut recent = self
            .plans
            .iter()
            .filter(|(made, _)| day.contains(made))
            .fold(Recent::default(), |sum, (_, plan)| sum.plus(*plan));
        let lately = self.done.iter().filter(|(at, ..)| day.contains(at));
        let users: BTreeSet<(ActionClass, Id)> = lately.map(|(_, user, class)| (*class, *user)).gather();
        for (class, _) in users {
            recent.add(class);
        }
        recent
    }

    /// Adds the users for whom the plan in `text` has steps. `name` is what diagnostics call the file. Nothing is
    /// added of a file that is refused.
    ///
    /// # Errors
    /// [`Code::NotAPlan`] for what is not a plan, [`Code::PlanAltered`] if it is not what was written.
    pub fn add_plan(&mut self, name: &str, text: &[u8]) -> Result<(), Diagnostic> {
        let (digest, plan) = verified_plan(name, text)?;
        let read = Read::of(&plan).map_err(|fault| fault.told(name))?;
        for user in read.users {
            self.insert(user, digest);
        }
        self.plans.push((read.made, read.counts));
        Ok(())
    }
}

const REMAKE: &str = "give a file that `leaver plan --format json` wrote";
const ALTERED: &str = "somebody changed the file, or it is cut off; take the one that was written";

/// What is wrong with a plan file.
enum Fault {
    NoJson(Place),
    Lacks(&'static str),
    Altered,
}

impl Fault {
    fn told(self, name: &str) -> Diagnostic {
        match self {
            Self::NoJson(place) => {
                let message = "this is not JSON, or not all of it";
                Diagnostic::new(Code::NotAPlan, message, name, place).help(REMAKE)
            }
            Self::Lacks(what) => not_a_plan(name, what),
            Self::Altered => {
                let message = "this is not what was written";
                Diagnostic::new(Code::PlanAltered, message, name, Place::FILE).help(ALTERED)
            }
        }
    }
}

/// The diagnostic for a file that is no plan, because it lacks something.
pub(crate) fn not_a_plan(name: &str, lacks: &str) -> Diagnostic {
    let message = format!("this is no plan: it has no {lacks}");
    Diagnostic::new(Code::NotAPlan, message, name, Place::FILE).help(REMAKE)
}

/// The digest of a plan and the plan without it, if the text is what was written. `name` is what the diagnostic
/// calls the file.
pub(crate) fn verified_plan(name: &str, text: &[u8]) -> Result<(Digest, Json), Diagnostic> {
    verified(text).map_err(|fault| fault.told(name))
}

/// The plan without its digest, if the text is the canonical JSON of a plan with the right one. Whatever else the
/// same digest could be put on (a key given twice, other spaces) is not what was written.
fn verified(text: &[u8]) -> Result<(Digest, Json), Fault> {
    let written = text.strip_suffix(b"\n").unwrap_or(text);
    let mut plan: Json = serde_json::from_slice(written)
        .map_err(|error| Fault::NoJson(Place::new(error.line(), error.column().max(1), 1)))?;
    if plan.get("digest").is_none() {
        return Err(Fault::Lacks("`digest`"));
    }
    if canonical::text(&plan).as_bytes() != written {
        return Err(Fault::Altered);
    }
    let said = plan.as_object_mut().and_then(|object| object.remove("digest"));
    let said = said.as_ref().and_then(Json::as_str).and_then(|said| said.parse::<Digest>().ok());
    let found = canonical::digest_of(&plan);
    if said == Some(found) { Ok((found, plan)) } else { Err(Fault::Altered) }
}

/// What is read of a plan.
struct Read {
    made: OffsetDateTime,
    users: Vec<Id>,
    counts: Recent,
}

impl Read {
    fn of(plan: &Json) -> Result<Self, Fault> {
        let made =
            plan["made"]["as_of"].as_str().and_then(parse_instant).ok_or(Fault::Lacks("`made.as_of`"))?;
        let batches = plan["batches"].as_array().ok_or(Fault::Lacks("`batches`"))?;
        let mut classes: BTreeMap<u64, ActionClass> = BTreeMap::new();
        for batch in batches {
            let kind = batch["kind"].as_str();
            let kind = StepKind::ALL.iter().find(|known| Some(known.word()) == kind);
            let class = kind.ok_or(Fault::Lacks("kind of step that is known"))?.class();
            let steps = batch["steps"].as_array().ok_or(Fault::Lacks("`steps` in a batch"))?;
            let numbers = steps.iter().filter_map(|step| step["step"].as_u64());
            classes.extend(numbers.filter_map(|number| Some((number, class?))));
        }
        let mut read = Self { made, users: Vec::new(), counts: Recent::default() };
        for user in plan["users"].as_array().ok_or(Fault::Lacks("`users`"))? {
            let id = user["user"].as_str().and_then(|id| id.parse::<Id>().ok());
            let steps = user["steps"].as_array();
            let (Some(id), Some(steps)) = (id, steps) else {
                return Err(Fault::Lacks("ID or steps of a user"));
            };
            if steps.is_empty() {
                continue;
            }
            read.users.push(id);
            let found: BTreeSet<ActionClass> =
                steps.iter().filter_map(|step| classes.get(&step.as_u64()?).copied()).gather();
            for class in found {
                read.counts.add(class);
            }
        }
        Ok(read)
    }
}
