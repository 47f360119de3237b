//! Which controls of common catalogues a record is evidence for, and what other systems call the same deed
//! (PLATFORM F).

use super::event::Event;
use crate::plan::StepKind;

/// What a deed is called in shared signals between systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signal {
    /// The event of SCIM (RFC 9967), if there is one.
    pub scim: Option<&'static str>,
    /// The event of CAEP or RISC, if there is one.
    pub caep: Option<&'static str>,
}

/// What other systems call a kind of step; `None` where they have no word for it.
pub fn signal(kind: StepKind) -> Option<Signal> {
    let of = |scim, caep| Some(Signal { scim: Some(scim), caep: Some(caep) });
    match kind {
        StepKind::Withdraw => of("prov:deactivate", "account-disabled"),
        StepKind::Detach => Some(Signal { scim: Some("feed:remove"), caep: None }),
        StepKind::Revoke => of("prov:delete", "account-purged"),
        StepKind::ActivateMdmLicence => of("prov:patch", "credential-change"),
        _ => None,
    }
}

/// Termination, access withdrawn in time, and that it is on record.
const LEAVING: &[&str] = &[
    "NIST SP 800-53 PS-4",
    "NIST SP 800-53 AC-2(3)",
    "NIST SP 800-53 AC-2(4)",
    "ISO/IEC 27001 5.18",
    "ISO/IEC 27001 6.5",
];
/// An ID that belongs to the company is given back, besides.
const GIVEN_BACK: &[&str] = &[
    "NIST SP 800-53 PS-4",
    "NIST SP 800-53 AC-2(3)",
    "NIST SP 800-53 AC-2(4)",
    "ISO/IEC 27001 5.11",
    "ISO/IEC 27001 5.18",
    "ISO/IEC 27001 6.5",
];
/// Memberships and what several use when somebody leaves.
const MEMBERSHIP: &[&str] =
    &["NIST SP 800-53 AC-2(k)", "NIST SP 800-53 AC-2(4)", "NIST SP 800-53 PS-4", "ISO/IEC 27001 5.18"];
/// Somebody goes on with another access.
const TRANSFER: &[&str] = &["NIST SP 800-53 PS-5", "NIST SP 800-53 AC-2(4)", "ISO/IEC 27001 5.18"];
/// What somebody with privileges decides or permits.
const PRIVILEGED: &[&str] = &["NIST SP 800-53 AC-2(4)", "NIST SP 800-53 AC-6(9)", "ISO/IEC 27001 5.18"];
/// That it is on record.
const RECORD: &[&str] = &["NIST SP 800-53 AC-2(4)"];

/// The controls that a record is evidence for; `kind` is that of the step it is about.
pub const fn controls(event: &Event, kind: Option<StepKind>) -> &'static [&'static str] {
    match (event, kind) {
        (Event::Intent { .. } | Event::Outcome { .. }, Some(kind)) => match kind {
            StepKind::Revoke | StepKind::RemoveFromDevice => GIVEN_BACK,
            StepKind::Withdraw | StepKind::Detach => LEAVING,
            StepKind::LeaveGroup | StepKind::LeaveList | StepKind::SynchroniseGroup | StepKind::ReplaceId => {
                MEMBERSHIP
            }
            StepKind::StageMdmConfiguration
            | StepKind::ActivateMdmLicence
            | StepKind::JoinGroup
            | StepKind::JoinList => TRANSFER,
            StepKind::Notify | StepKind::Verify => RECORD,
        },
        (
            Event::Approved { .. }
            | Event::Accepted { .. }
            | Event::Refused { .. }
            | Event::Overridden { .. }
            | Event::Resolved { .. }
            | Event::PolicyChanged { .. },
            _,
        ) => PRIVILEGED,
        _ => RECORD,
    }
}
