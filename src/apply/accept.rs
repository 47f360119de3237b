//! Accepting a plan: once, with everything it takes, or with a record of why not.

use std::collections::BTreeMap;

use time::OffsetDateTime;

use super::admission::{Admission, admit, authorised, day_before};
use super::approval::Signed;
use super::error::ApplyError;
use super::event::{Entry, Event};
use super::journal::Journal;
use super::paper::Paper;
use crate::directory::{Digest, Directory};
use crate::plan::{ActionClass, Approvers, Guards, Reason};

/// With what somebody asks for a plan to be accepted.
#[derive(Clone, Copy, Debug)]
pub struct Acceptance<'a> {
    /// The guards in force, which must be those of the plan. Without them irreversible steps need as many approvals as the
    /// built-in guards ask for.
    pub guards: Option<&'a Guards>,
    /// Who may approve.
    pub approvers: Option<&'a Approvers>,
    /// Who did.
    pub approvals: &'a [Signed],
    /// The directory as it is now.
    pub directory: Option<&'a Directory>,
    /// How many users of a class may be acted on within 24 hours, instead of what the plan says. Recorded.
    pub allowed: &'a BTreeMap<ActionClass, u64>,
    /// The instant.
    pub now: OffsetDateTime,
}

/// Accepts a plan, unless it was accepted before; whether it was new comes out. A refusal is recorded, too.
///
/// Of a plan that was accepted before it is looked at again whether its actor may still do it, if there is a directory.
///
/// # Errors
/// [`ApplyError::Refused`] with everything that is in the way, and those of the journal.
pub fn accept(
    paper: &Paper,
    journal: &mut impl Journal,
    acceptance: &Acceptance<'_>,
) -> Result<bool, ApplyError> {
    let Acceptance { guards, approvers, approvals, directory, allowed, now } = *acceptance;
    let mut accepted = false;
    let mut last_policy: Option<Digest> = None;
    journal.replay(&mut |entry| {
        if let Event::Accepted { policy, .. } = entry.event {
            accepted |= entry.plan.as_ref() == Some(paper.digest());
            last_policy = Some(policy);
        }
    })?;
    let admitted = if accepted {
        let lost = directory.map_or_else(Vec::new, |directory| authorised(paper, directory));
        if lost.is_empty() { Ok(Vec::new()) } else { Err(lost) }
    } else {
        let recent = day_before(journal, now)?;
        admit(&Admission {
            paper,
            guards,
            approvers,
            approvals,
            directory,
            recent,
            allowed,
            last_policy,
            now,
        })
    };
    match admitted {
        Ok(_) if accepted => Ok(false),
        Ok(entries) => {
            journal.record_plan(entries, paper.digest(), paper.text())?;
            Ok(true)
        }
        Err(reasons) => {
            let entry = |reason: &Reason| Entry {
                at: now,
                actor: Some(paper.actor().to_owned()),
                plan: Some(*paper.digest()),
                event: Event::Refused { reason: reason.clone() },
            };
            journal.record(reasons.iter().map(entry).collect())?;
            Err(ApplyError::Refused { reasons })
        }
    }
}
