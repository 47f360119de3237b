//! A decision, field by field.

use std::mem::MaybeUninit;
use std::sync::OnceLock;

use leaver::model::{Id, PersonKey, format_instant};
use leaver::policy::{Axis, Decision, Forbidden, Obligation, Verb, When};

use crate::error::{Failure, leaver_error, leaver_status};
use crate::guard::{given, guard};
use crate::text::leaver_str;
use crate::words::{
    leaver_access, leaver_disposition, leaver_ground, leaver_hold_code, leaver_obligation_kind,
    leaver_outcome, leaver_verb,
};

/// What is decided about one user. It never changes, and any number of threads may read it.
pub struct leaver_decision {
    decision: Decision,
    after: Option<String>,
    deadline: Option<String>,
    valid_until: Option<String>,
    json: OnceLock<String>,
}

/// What a leaver_when is.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum leaver_when_kind {
    /// Nothing was said: text is no text.
    LEAVER_WHEN_NONE = 0,
    /// At an instant: text is RFC 3339.
    LEAVER_WHEN_AT = 1,
    /// So long after the notification was confirmed: text is a duration of ISO 8601, such as "P7D".
    LEAVER_WHEN_AFTER_NOTIFY = 2,
}

/// An instant, or a length of time after the person was told.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct leaver_when {
    /// Which.
    pub kind: leaver_when_kind,
    /// Borrowed from the decision.
    pub text: leaver_str,
}

/// Something that must happen besides.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct leaver_obligation {
    /// What.
    pub kind: leaver_obligation_kind,
    /// What is said, for LEAVER_OBLIGATION_NOTIFY; borrowed from the decision.
    pub text: leaver_str,
    /// The ID that takes over, for LEAVER_OBLIGATION_REPLACE_WITH; borrowed from the decision.
    pub id: leaver_str,
}

/// An action that lost to an earlier rule, or was struck out by a veto.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct leaver_struck {
    /// The rule that lost, or whose veto it was; no text if the edition does not include the action. Borrowed from
    /// the decision.
    pub rule: leaver_str,
    /// The action.
    pub action: leaver_verb,
}

/// What is held, and why. Its texts are borrowed from the decision.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct leaver_hold {
    /// Why; LEAVER_HOLD_CODE_NONE if nothing is held, and then nothing else counts.
    pub code: leaver_hold_code,
    /// A sentence for people.
    pub message: leaver_str,
    /// The rule that led to it; no text if none did.
    pub rule: leaver_str,
    /// Whether the ID axis is held.
    pub id: bool,
    /// Whether the access axis is held.
    pub access: bool,
}

impl leaver_decision {
    pub(crate) fn of(decision: Decision) -> Self {
        let told = |when: &Option<When>| match when {
            None => None,
            Some(When::At(instant)) => Some(format_instant(*instant)),
            Some(When::AfterNotify(period)) => Some(period.to_string()),
        };
        Self {
            after: told(&decision.after),
            deadline: told(&decision.deadline),
            valid_until: decision.valid_until.map(format_instant),
            decision,
            json: OnceLock::new(),
        }
    }
}

/// Frees a decision. NULL is left alone.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decision_free(decision: Option<Box<leaver_decision>>) {
    drop(decision);
}

/// The decision as the JSON object of the formats, on one line.
///
/// @return Borrowed from the decision; no text for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decision_json(decision: Option<&leaver_decision>) -> leaver_str {
    let json = decision.map(|decision| {
        decision.json.get_or_init(|| serde_json::to_string(&decision.decision).unwrap_or_default()).as_str()
    });
    leaver_str::of_option(json)
}

/// The messaging ID.
///
/// @return Borrowed from the decision; no text for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decision_user(decision: Option<&leaver_decision>) -> leaver_str {
    leaver_str::of_option(decision.and_then(|decision| decision.decision.user.as_ref()).map(Id::as_str))
}

/// The person.
///
/// @return Borrowed from the decision; no text if the user is unmatched.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decision_person(decision: Option<&leaver_decision>) -> leaver_str {
    let person = decision.and_then(|decision| decision.decision.person.as_ref());
    leaver_str::of_option(person.map(PersonKey::as_str))
}

/// What it comes to; a hold for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decision_outcome(decision: Option<&leaver_decision>) -> leaver_outcome {
    decision.map_or(leaver_outcome::LEAVER_OUTCOME_HOLD, |decision| decision.decision.outcome.into())
}

/// What happens to the ID; a hold for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decision_disposition(decision: Option<&leaver_decision>) -> leaver_disposition {
    decision
        .map_or(leaver_disposition::LEAVER_DISPOSITION_HOLD, |decision| decision.decision.disposition.into())
}

/// What happens to the access; a hold for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decision_access(decision: Option<&leaver_decision>) -> leaver_access {
    decision.map_or(leaver_access::LEAVER_ACCESS_HOLD, |decision| decision.decision.access.into())
}

/// How many obligations there are.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decision_obligation_count(decision: Option<&leaver_decision>) -> usize {
    decision.map_or(0, |decision| decision.decision.obligations.len())
}

/// One of the obligations, in the order of the JSON.
///
/// @param index  Below leaver_decision_obligation_count, else LEAVER_ERR_NOT_FOUND.
/// @param out    Its texts are borrowed from the decision.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decision_obligation(
    decision: Option<&leaver_decision>,
    index: usize,
    out: Option<&mut MaybeUninit<leaver_obligation>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let (decision, out) = (given(decision, "decision")?, given(out, "out")?);
        let found = decision.decision.obligations.get(index);
        let found = found.ok_or_else(|| Failure::not_found(format!("there is no obligation {index}")))?;
        let (text, id) = match found {
            Obligation::Notify { text } => (leaver_str::of(text), leaver_str::NONE),
            Obligation::ReplaceWith { id } => (leaver_str::NONE, leaver_str::of(id.as_str())),
            Obligation::LeaveGroupsAndLists | Obligation::Restrict => (leaver_str::NONE, leaver_str::NONE),
        };
        out.write(leaver_obligation { kind: found.into(), text, id });
        Ok(())
    })
}

/// The rule that won.
///
/// @return Borrowed from the decision; no text if none did.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decision_rule(decision: Option<&leaver_decision>) -> leaver_str {
    leaver_str::of_option(decision.and_then(|decision| decision.decision.rule.as_deref()))
}

/// Its reason.
///
/// @return Borrowed from the decision; no text if there is none.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decision_reason(decision: Option<&leaver_decision>) -> leaver_str {
    leaver_str::of_option(decision.and_then(|decision| decision.decision.reason.as_deref()))
}

/// The fact on which an ID is detached or revoked.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decision_ground(decision: Option<&leaver_decision>) -> leaver_ground {
    let ground = decision.and_then(|decision| decision.decision.ground);
    ground.map_or(leaver_ground::LEAVER_GROUND_NONE, Into::into)
}

fn when(when: Option<&When>, text: Option<&String>) -> leaver_when {
    let kind = match when {
        None => leaver_when_kind::LEAVER_WHEN_NONE,
        Some(When::At(_)) => leaver_when_kind::LEAVER_WHEN_AT,
        Some(When::AfterNotify(_)) => leaver_when_kind::LEAVER_WHEN_AFTER_NOTIFY,
    };
    leaver_when { kind, text: leaver_str::of_option(text.map(String::as_str)) }
}

/// When the ID axis may be carried out at the earliest.
///
/// @return Its text is borrowed from the decision.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decision_after(decision: Option<&leaver_decision>) -> leaver_when {
    when(
        decision.and_then(|decision| decision.decision.after.as_ref()),
        decision.and_then(|decision| decision.after.as_ref()),
    )
}

/// Until when both axes must have taken effect in the worst case.
///
/// @return Its text is borrowed from the decision.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decision_deadline(decision: Option<&leaver_decision>) -> leaver_when {
    when(
        decision.and_then(|decision| decision.decision.deadline.as_ref()),
        decision.and_then(|decision| decision.deadline.as_ref()),
    )
}

/// How many people must approve.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decision_approvals(decision: Option<&leaver_decision>) -> u32 {
    decision.map_or(0, |decision| decision.decision.approvals)
}

/// How many actions of later rules lost.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decision_overruled_count(decision: Option<&leaver_decision>) -> usize {
    decision.map_or(0, |decision| decision.decision.overruled.len())
}

/// One of the actions that lost.
///
/// @param index  Below leaver_decision_overruled_count, else LEAVER_ERR_NOT_FOUND.
/// @param out    Its text is borrowed from the decision.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decision_overruled(
    decision: Option<&leaver_decision>,
    index: usize,
    out: Option<&mut MaybeUninit<leaver_struck>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let (decision, out) = (given(decision, "decision")?, given(out, "out")?);
        let found = decision.decision.overruled.get(index);
        let found = found.ok_or_else(|| Failure::not_found(format!("no action {index} was overruled")))?;
        out.write(leaver_struck { rule: leaver_str::of(&found.rule), action: found.action.into() });
        Ok(())
    })
}

/// How many actions were struck out.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decision_vetoed_count(decision: Option<&leaver_decision>) -> usize {
    decision.map_or(0, |decision| decision.decision.vetoed.len())
}

/// One of the actions that were struck out.
///
/// @param index  Below leaver_decision_vetoed_count, else LEAVER_ERR_NOT_FOUND.
/// @param out    Its text is borrowed from the decision.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decision_vetoed(
    decision: Option<&leaver_decision>,
    index: usize,
    out: Option<&mut MaybeUninit<leaver_struck>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let (decision, out) = (given(decision, "decision")?, given(out, "out")?);
        let found = decision.decision.vetoed.get(index);
        let found = found.ok_or_else(|| Failure::not_found(format!("no action {index} was vetoed")))?;
        let action = match found.action {
            Forbidden::Detach => Verb::Detach,
            Forbidden::Revoke => Verb::Revoke,
            Forbidden::Withdraw => Verb::Withdraw,
        };
        out.write(leaver_struck {
            rule: leaver_str::of_option(found.rule.as_deref()),
            action: action.into(),
        });
        Ok(())
    })
}

/// What is held, and why.
///
/// @return Its texts are borrowed from the decision.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decision_hold(decision: Option<&leaver_decision>) -> leaver_hold {
    match decision.and_then(|decision| decision.decision.hold.as_ref()) {
        None => leaver_hold {
            code: leaver_hold_code::LEAVER_HOLD_CODE_NONE,
            message: leaver_str::NONE,
            rule: leaver_str::NONE,
            id: false,
            access: false,
        },
        Some(hold) => leaver_hold {
            code: hold.code.into(),
            message: leaver_str::of(&hold.message),
            rule: leaver_str::of_option(hold.rule.as_deref()),
            id: hold.axes.contains(&Axis::Id),
            access: hold.axes.contains(&Axis::Access),
        },
    }
}

/// Until when the decision stays what it is, if no fact changes.
///
/// @return An instant, borrowed from the decision; no text if for ever.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_decision_valid_until(decision: Option<&leaver_decision>) -> leaver_str {
    leaver_str::of_option(decision.and_then(|decision| decision.valid_until.as_deref()))
}
