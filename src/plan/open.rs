//! Plans whose work is still open: their users are listed and not planned twice.
//!
//! A plan file is read back here only as far as that takes: whose digest it is, that the digest is right, and
//! for whom it has steps.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::canonical;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::directory::Digest;
use crate::model::Id;

/// Largest plan file that is read.
pub const MOST_PLAN_BYTES: u64 = 1 << 30;

/// Users with work still open, each with the digest of the plan it is in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenWork(BTreeMap<Id, Digest>);

impl OpenWork {
    /// Nothing is open.
    pub const fn none() -> Self {
        Self(BTreeMap::new())
    }

    /// Work on `user` is still open in the plan with this digest. The first plan named for a user stays.
    pub fn insert(&mut self, user: Id, plan: Digest) {
        self.0.entry(user).or_insert(plan);
    }

    /// The plan in which work on the user is open.
    pub fn plan_of(&self, user: Id) -> Option<&Digest> {
        self.0.get(&user)
    }

    /// Adds the users for whom the plan in `text` has steps. `name` is what diagnostics call the file.
    ///
    /// # Errors
    /// [`Code::NotAPlan`] for what is not a plan, [`Code::PlanAltered`] if its digest does not match.
    pub fn add_plan(&mut self, name: &str, text: &[u8]) -> Result<(), Diagnostic> {
        let refuse = |code, message: String, place, help: &str| {
            Err(Diagnostic::new(code, message, name, place).help(help))
        };
        let remake = "give a file that `leaver plan --format json` wrote";
        let mut plan: Json = match serde_json::from_slice(text) {
            Ok(plan) => plan,
            Err(error) => {
                let place = Place::new(error.line(), error.column().max(1), 1);
                return refuse(
                    Code::NotAPlan,
                    "this is not JSON, or not all of it".to_owned(),
                    place,
                    remake,
                );
            }
        };
        let Some(said) = plan.as_object_mut().and_then(|object| object.remove("digest")) else {
            return refuse(Code::NotAPlan, "this has no `digest`".to_owned(), Place::FILE, remake);
        };
        let said = said.as_str().and_then(|said| said.parse::<Digest>().ok());
        let found = canonical::digest_of(&plan);
        if said != Some(found) {
            let help = "somebody changed the file, or it is cut off; take the one that was written";
            return refuse(
                Code::PlanAltered,
                "the digest does not match the plan".to_owned(),
                Place::FILE,
                help,
            );
        }
        let Some(batches) = plan["batches"].as_array() else {
            return refuse(Code::NotAPlan, "this has no `batches`".to_owned(), Place::FILE, remake);
        };
        let Some(users) = plan["users"].as_array() else {
            return refuse(Code::NotAPlan, "this has no `users`".to_owned(), Place::FILE, remake);
        };
        if batches.is_empty() {
            return Ok(());
        }
        for user in users {
            let id = user["user"].as_str().and_then(|id| id.parse::<Id>().ok());
            match (id, user["steps"].as_array()) {
                (Some(id), Some(steps)) => {
                    if !steps.is_empty() {
                        self.insert(id, found);
                    }
                }
                _ => {
                    let message = "a user of the plan has no ID or no steps".to_owned();
                    return refuse(Code::NotAPlan, message, Place::FILE, remake);
                }
            }
        }
        Ok(())
    }
}
