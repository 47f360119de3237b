//! Deciding about a whole directory: what a run takes from it, and one decision for each user.

use time::OffsetDateTime;

use super::basis::Basis;
use super::check::Names;
use super::decision::Decision;
use super::evaluate::{DecideError, Evaluator};
use crate::directory::Directory;
use crate::model::{Moment, MomentError};

impl Names {
    /// The groups and lists of a directory.
    pub fn of(directory: &Directory) -> Self {
        Self {
            groups: directory.groups().iter().map(|group| (group.id.clone(), group.name.clone())).collect(),
            lists: directory.lists().iter().map(|list| (list.id.clone(), list.name.clone())).collect(),
        }
    }
}

impl Basis {
    /// The basis of a run over a directory, as of an instant, in the subscription's time zone.
    ///
    /// # Errors
    /// [`MomentError::OutOfRange`] if the instant is outside the years 0001 to 9999.
    pub fn of(directory: &Directory, as_of: OffsetDateTime) -> Result<Self, MomentError> {
        let moment = Moment::new(as_of, directory.subscription().time_zone.clone())?;
        Ok(Self::new(moment, directory.is_complete()))
    }
}

impl Evaluator {
    /// The decision about each user of a directory, in the order of [`Directory::users`].
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use leaver::directory::Directory;
    /// use leaver::model::parse_instant;
    /// use leaver::policy::{Basis, Names, Outcome, Source, check};
    ///
    /// let directory = Directory::from_json("acme.json", br#"{
    ///     "subscription": {"id": "acme", "edition": "enterprise", "time_zone": "Europe/Zurich"},
    ///     "taken_at": "2026-11-22T08:00:00Z", "complete": true,
    ///     "users": [{"id": "ECHOECHO", "person": "E1001", "employment": "staff", "last_day": "2026-11-20"},
    ///               {"id": "LEVIATHA", "person": "E1002", "employment": "staff"}]}"#).expect("a directory");
    /// let text = "/// Staff lose the ID.\nfn staff(user) { if user.has_left { revoke() } }";
    /// let checked = check(vec![Source::new("acme.rhai", text)], directory.schema(), Some(&Names::of(&directory)));
    /// let policy = checked.policy.expect("no errors");
    /// assert!(policy.missing_fields(&|slot| directory.provides(slot)).is_empty());
    ///
    /// let basis = Basis::of(&directory, parse_instant("2026-11-22T09:00:00Z").expect("an instant"))?;
    /// let evaluator = policy.evaluator(basis)?;
    /// let outcomes: Vec<_> = evaluator
    ///     .decide_directory(&directory)
    ///     .map(|decision| decision.map(|decision| decision.outcome))
    ///     .collect::<Result<_, _>>()?;
    /// assert_eq!(outcomes, [Outcome::Act, Outcome::Keep]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn decide_directory<'a>(
        &'a self,
        directory: &'a Directory,
    ) -> impl Iterator<Item = Result<Decision, DecideError>> + 'a {
        let successor = |id| directory.user(id).cloned();
        directory.users().iter().map(move |user| self.decide_in(&successor, user))
    }
}
