//! A plan as a value: what it holds, its canonical JSON, and its digest.
//!
//! A plan is bound by its digest to everything it was made from. The digest is the SHA-256 of the canonical
//! JSON (RFC 8785) without the key `digest`; whole numbers and ASCII keys only, so that common tools write the
//! same bytes.

use std::io::{self, Write};

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use super::canonical;
use super::exposure::Exposure;
use super::hazard::{Hazard, Reason, Refusal};
use super::licences::Seats;
use super::limits::GuardCheck;
use super::resolution::Settled;
use super::step::Batch;
use crate::directory::{Digest, Finding};
use crate::model::{Id, format_instant, write_canonical};
use crate::policy::{Decision, word_enum};

word_enum! {
    /// How it stands with a user in a plan.
    Status {
        /// It has steps.
        Planned = "planned",
        /// Nothing is to happen.
        Kept = "kept",
        /// What is decided is the case already.
        Done = "done",
        /// Held, by the decision or by a hazard.
        Held = "held",
        /// Protected, or beyond the actor's privileges or scope.
        Refused = "refused",
        /// Another plan is at work.
        Open = "open",
    }
}

/// What a plan was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Made {
    /// The instant of the plan.
    #[serde(serialize_with = "crate::model::instant")]
    pub as_of: OffsetDateTime,
    /// The administrator who owns it.
    pub actor: String,
    /// The version of leaver.
    pub leaver_version: &'static str,
    /// The version of the time zone rules.
    pub tzdata: &'static str,
    /// Digest of the directory.
    pub directory: Digest,
    /// Digest of the policy's files.
    pub policy: Digest,
    /// Digest of the guards.
    pub guards: Digest,
    /// Digest of the approvers, if they were given.
    pub approvers: Option<Digest>,
    /// Digest of the entitlements.
    pub entitlements: Digest,
    /// Digest of the configuration of connectors, if one was given.
    pub connectors: Option<Digest>,
}

/// A user in a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlannedUser {
    /// The ID.
    pub user: Id,
    /// What is decided.
    pub decision: Decision,
    /// How it stands.
    pub status: Status,
    /// Why it is held, refused or left to another plan.
    pub reason: Option<Reason>,
    /// The numbers of its steps.
    pub steps: Vec<u32>,
    /// Until when, at worst, the person can read, write and be seen.
    pub exposure: Exposure,
    /// The plan that is at work.
    pub open_in: Option<Digest>,
}

/// Everything a plan says, before it is handed out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Content {
    /// What it was made from.
    pub made: Made,
    /// Until when it may be begun.
    #[serde(serialize_with = "crate::model::instant")]
    pub expires_at: OffsetDateTime,
    /// Every user of the directory, by ID.
    pub users: Vec<PlannedUser>,
    /// The work, in order.
    pub batches: Vec<Batch>,
    /// What would not do what it says: of users by ID, then of the plan.
    pub hazards: Vec<Hazard>,
    /// What a person should look at besides.
    pub findings: Vec<Finding>,
    /// Every guard with its limit and the plan's value.
    pub guards: Vec<GuardCheck>,
    /// Seats; `None` if it is not known how many there are.
    pub licences: Option<Seats>,
    /// What somebody decided about holds, and the plan took in their place. Not there if there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resolutions: Vec<Settled>,
    /// How many people besides the actor must approve.
    pub approvals_needed: u32,
}

/// A plan that passed every guard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    content: Content,
    halves: Halves,
    digest: Digest,
}

/// Why there is no plan: everything that was refused, and what the plan would have been.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the plan is refused: {}", refusals.iter().map(|refusal| refusal.message.as_str()).collect::<Vec<_>>().join("; "))]
pub struct PlanRefused {
    /// All reasons.
    pub refusals: Vec<Refusal>,
    /// What would have been planned; `None` if the actor may not own a plan at all. It has no digest, so
    /// nothing can approve or apply it.
    pub content: Option<Box<Content>>,
}

impl Plan {
    /// A plan of what passed the guards; `None` if whoever watches does not want it any more.
    pub(super) fn watched(content: Content, go_on: &dyn Fn() -> bool) -> Option<Self> {
        let halves = Halves::of(&content, go_on)?;
        let mut hasher = Sha256::new();
        hasher.update(&halves.before);
        hasher.update(&halves.after);
        Some(Self { content, halves, digest: Digest::finish(hasher) })
    }

    /// What it says.
    pub const fn content(&self) -> &Content {
        &self.content
    }

    /// The digest.
    pub const fn digest(&self) -> &Digest {
        &self.digest
    }

    /// Canonical JSON, with the digest.
    pub fn to_json(&self) -> String {
        let mut text = Vec::with_capacity(self.halves.before.len() + self.halves.after.len() + 100);
        self.write_json(&mut text).expect("memory takes everything");
        String::from_utf8(text).expect("JSON is UTF-8")
    }

    /// Writes the canonical JSON.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_json(&self, writer: &mut impl Write) -> io::Result<()> {
        writer.write_all(self.halves.before.as_bytes())?;
        write!(writer, ",\"digest\":\"{}\"", self.digest)?;
        writer.write_all(self.halves.after.as_bytes())
    }
}

impl PlanRefused {
    /// Canonical JSON: `refusals`, and the keys of a plan without `digest` if there was one to refuse.
    pub fn to_json(&self) -> String {
        #[derive(Serialize)]
        struct Whole<'a> {
            refusals: &'a [Refusal],
            #[serde(flatten, skip_serializing_if = "Option::is_none")]
            content: Option<&'a Content>,
        }
        canonical::text(&Whole { refusals: &self.refusals, content: self.content.as_deref() })
    }
}

/// The canonical JSON of a plan in two halves, between which the digest stands. Written once: it takes longer than
/// everything else about a large plan.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Halves {
    before: String,
    after: String,
}

/// How many items come between two questions whether to go on.
const STRIDE: usize = 512;
/// What a user takes in the text of a plan, about.
const USER_BYTES: usize = 512;

impl Halves {
    fn of(content: &Content, go_on: &dyn Fn() -> bool) -> Option<Self> {
        let mut before = format!("{{\"approvals_needed\":{},\"batches\":", content.approvals_needed);
        list(&content.batches, &mut before, go_on)?;
        let mut after = String::with_capacity(content.users.len() * USER_BYTES);
        after += ",\"expires_at\":";
        after += &canonical::text(&format_instant(content.expires_at));
        after += ",\"findings\":";
        list(&content.findings, &mut after, go_on)?;
        after += ",\"guards\":";
        list(&content.guards, &mut after, go_on)?;
        after += ",\"hazards\":";
        list(&content.hazards, &mut after, go_on)?;
        after += ",\"licences\":";
        after += &canonical::text(&content.licences);
        after += ",\"made\":";
        after += &canonical::text(&content.made);
        if !content.resolutions.is_empty() {
            after += ",\"resolutions\":";
            list(&content.resolutions, &mut after, go_on)?;
        }
        after += ",\"users\":";
        list(&content.users, &mut after, go_on)?;
        after.push('}');
        Some(Self { before, after })
    }
}

/// A list, item by item: no item but the last stands in memory twice. `None` if whoever watches wants no more of it.
fn list(items: &[impl Serialize], text: &mut String, go_on: &dyn Fn() -> bool) -> Option<()> {
    for (index, item) in items.iter().enumerate() {
        if index.is_multiple_of(STRIDE) && !go_on() {
            return None;
        }
        text.push(if index == 0 { '[' } else { ',' });
        write_canonical(item, text);
    }
    *text += if items.is_empty() { "[]" } else { "]" };
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_what_the_canonical_form_makes_of_it() {
        for items in [vec![], vec!["a"], vec!["a", "\u{7f}é\n\"", "c"]] {
            let mut text = String::new();
            assert_eq!(list(&items, &mut text, &|| true), Some(()));
            assert_eq!(text, canonical::text(&items));
        }
    }
}
