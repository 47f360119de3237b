//! Approvals: detached, signed statements that somebody agrees to a plan, and to how many users it acts on.
//!
//! What is signed is the canonical JSON of the [`Approval`]: the digest of the plan, the numbers by class, who
//! approves, and until when. Whoever changes one of them has no approval. Private keys are used by
//! [`Approval::sign`] alone; carrying a plan out takes approvals, never keys.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::event::utc;
use super::key::{Secret, verify_signature};
use super::paper::Paper;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::directory::Digest;
use crate::model::{canonical, format_instant};
use crate::plan::{ActionClass, Approvers, Reason};

/// What is signed is this and nothing else.
const PURPOSE: &str = "leaver: approval of a plan";
/// How far clocks of different machines may be apart.
const SKEW: Duration = Duration::minutes(5);
/// Longest time that an approval holds.
const LONGEST: Duration = Duration::hours(72);

/// How many users a plan acts on, by class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Steps that can be taken back.
    pub reversible: u32,
    /// Withdrawals.
    pub withdraw: u32,
    /// Detaches and revocations.
    pub irreversible: u32,
}

impl Counts {
    /// One user more.
    pub(super) const fn add(&mut self, class: ActionClass) {
        let count = match class {
            ActionClass::Reversible => &mut self.reversible,
            ActionClass::Withdraw => &mut self.withdraw,
            ActionClass::Irreversible => &mut self.irreversible,
        };
        *count = count.saturating_add(1);
    }

    /// Those of a class.
    pub const fn of(self, class: ActionClass) -> u32 {
        match class {
            ActionClass::Reversible => self.reversible,
            ActionClass::Withdraw => self.withdraw,
            ActionClass::Irreversible => self.irreversible,
        }
    }
}

/// A statement that somebody agrees to a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Always the same words, so that no signature for something else can pass for this.
    pub purpose: String,
    /// The plan.
    pub plan: Digest,
    /// How many users it acts on.
    pub counts: Counts,
    /// The administrator who agrees.
    pub approver: String,
    /// When.
    #[serde(with = "utc")]
    pub at: OffsetDateTime,
    /// Until when.
    #[serde(with = "utc")]
    pub until: OffsetDateTime,
}

/// A signed approval, as its file holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// The statement.
    pub approval: Approval,
    /// The ed25519 signature of its canonical JSON, in base64.
    pub signature: String,
}

impl Approval {
    /// Agrees to a plan, from `at` for `valid_for`, but not beyond the expiry of the plan.
    pub fn new(paper: &Paper, approver: &str, at: OffsetDateTime, valid_for: Duration) -> Self {
        let until = at.saturating_add(valid_for.clamp(Duration::ZERO, LONGEST)).min(paper.expires_at());
        Self {
            purpose: PURPOSE.to_owned(),
            plan: *paper.digest(),
            counts: paper.counts(),
            approver: approver.to_owned(),
            at,
            until,
        }
    }

    /// Signs it.
    pub fn sign(self, key: &Secret) -> Signed {
        let signature = STANDARD.encode(key.sign(self.bytes().as_bytes()));
        Signed { approval: self, signature }
    }

    fn bytes(&self) -> String {
        canonical(self)
    }
}

impl Signed {
    /// Reads the file of an approval. `name` is what the diagnostic calls it.
    ///
    /// # Errors
    /// `A0201` for what is no approval.
    pub fn read(name: &str, text: &[u8]) -> Result<Self, Box<Diagnostic>> {
        serde_json::from_slice(text).map_err(|error| {
            let place = Place::new(error.line(), error.column().max(1), 1);
            let found = Diagnostic::new(Code::NotAnApproval, "this is no approval", name, place);
            Box::new(found.help("give a file that `leaver approve` wrote"))
        })
    }

    /// Canonical JSON.
    pub fn to_json(&self) -> String {
        canonical(self)
    }

    /// What is wrong with it, as an approval of `paper` at an instant.
    pub(super) fn fault(&self, paper: &Paper, approvers: &Approvers, now: OffsetDateTime) -> Option<Reason> {
        let Approval { purpose, plan, counts, approver, at, until } = &self.approval;
        let refuse = |code: Code, message: String| Some(Reason::new(code, message));
        let key = approvers.iter().find(|(name, _)| name == approver);
        let Some((_, key)) = key else {
            return refuse(Code::UnknownApprover, "an approval is by nobody who may approve".to_owned());
        };
        let signature = STANDARD.decode(&self.signature).ok();
        let is_signed = signature
            .is_some_and(|signature| verify_signature(key, self.approval.bytes().as_bytes(), &signature));
        if !is_signed || purpose != PURPOSE {
            return refuse(
                Code::ForgedApproval,
                format!("the approval in the name of {approver} is not signed by that key"),
            );
        }
        if plan != paper.digest() || *counts != paper.counts() {
            return refuse(
                Code::ApprovalOfOtherPlan,
                format!("the approval by {approver} is for another plan"),
            );
        }
        if *at > now.saturating_add(SKEW) || *until <= now || *until - *at > LONGEST {
            let message = format!(
                "the approval by {approver} holds from {} to {}",
                format_instant(*at),
                format_instant(*until)
            );
            return refuse(Code::ApprovalExpired, message);
        }
        (approver == paper.actor()).then(|| {
            Reason::new(Code::ApprovalByActor, format!("{approver} owns the plan and cannot approve it, too"))
        })
    }
}
