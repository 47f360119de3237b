//! Connectors: what acts on the platform for the engine.
//!
//! A connector does one thing once and says honestly what came of it. It never tries again by itself: whether a
//! request whose reply was lost may be sent again is for the engine to decide, which knows what was recorded.

use time::OffsetDateTime;

use super::outcome::{Key, Outcome};
use super::paper::PaperStep;
use crate::plan::StepKind;

/// What a connector can do with a kind of step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ability {
    /// A request can be given a [`Key`] under which nothing is done twice.
    pub keyed: bool,
    /// Whether it was done can be read back, once it had time to take effect.
    pub readable: bool,
}

impl Ability {
    /// Neither keyed nor readable.
    pub const BLIND: Self = Self { keyed: false, readable: false };
    /// Readable, as the platform's web APIs are (PLATFORM 30, 33).
    pub const READABLE: Self = Self { keyed: false, readable: true };
    /// A request under the same key is done once.
    pub const KEYED: Self = Self { keyed: true, readable: false };
}

/// How it stands with an ID on the platform.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IdSight {
    /// It is in the list of active users.
    Active,
    /// It is not in the list: detached, or never there.
    NotListed,
    /// It was revoked; nothing brings it back (PLATFORM 5).
    Gone,
    /// Nobody can tell.
    #[default]
    Unclear,
}

/// Whether what a step does is the case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Effect {
    /// It is.
    Done,
    /// It is on its way, by an instant.
    Pending(OffsetDateTime),
    /// It is not.
    NotDone,
    /// Nobody can tell.
    #[default]
    Unclear,
}

/// What is seen of a step and its user. The default is to see nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sight {
    /// Whether what the step does is the case.
    pub effect: Effect,
    /// How it stands with the user's ID.
    pub id: IdSight,
    /// The credential in use: `Some(None)` is known to be none.
    pub credential: Option<Option<String>>,
    /// The person is back, or stays after all.
    pub returned: bool,
    /// Somebody put a hold on the person.
    pub held: bool,
    /// Something else is decided about the person by now.
    pub decided_otherwise: bool,
}

/// Acts on the platform.
///
/// Whatever goes wrong is an [`Outcome`]. If nobody can say whether something was done, that is
/// [`Outcome::Unknown`], never [`Outcome::Failed`].
pub trait Connector {
    /// Its name, as it is recorded.
    fn name(&self) -> &str;

    /// What it can do with a kind of step; `None` if it cannot do it at all.
    fn ability(&self, kind: StepKind) -> Option<Ability>;

    /// Looks at what a step would act on, without changing anything.
    fn observe(&mut self, step: &PaperStep, now: OffsetDateTime) -> Sight;

    /// Does a step, once.
    fn perform(&mut self, step: &PaperStep, key: &Key, now: OffsetDateTime) -> Outcome;
}
