//! Which optional values are known to be there at a point of a rule.

use std::collections::BTreeMap;

use crate::model::Slot;
use crate::policy::tree::LocalId;
use crate::sort::Gather as _;

/// Something whose presence can be followed: a field of the user, or a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Path {
    Field(Slot),
    Local(LocalId),
}

/// What is known: `true` is there, `false` is absent. What is not listed may be either.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Presence(BTreeMap<Path, bool>);

impl Presence {
    pub(super) fn of(path: Path, there: bool) -> Self {
        Self(std::iter::once((path, there)).gather())
    }

    pub(super) fn get(&self, path: Path) -> Option<bool> {
        self.0.get(&path).copied()
    }

    pub(super) fn forget(&mut self, path: Path) {
        self.0.remove(&path);
    }

    /// Both hold: what either knows; the later wins where they differ.
    #[must_use]
    pub(super) fn and(mut self, later: &Self) -> Self {
        self.0.extend(&later.0);
        self
    }

    /// One of the two holds: what both know alike.
    #[must_use]
    pub(super) fn or(mut self, other: &Self) -> Self {
        self.0.retain(|path, there| other.0.get(path) == Some(there));
        self
    }
}
