//! Decisions for the tests of the command line.

use crate::policy::{
    Access, Axis, Decision, Disposition, Ground, Hold, HoldCode, Obligation, Outcome, Overruled, Verb,
};

/// Nothing to do.
pub(crate) fn keep() -> Decision {
    Decision { user: "LEVIATHA".parse().ok(), person: Some("E1002".into()), ..Decision::nothing(None) }
}

/// The ID is revoked.
pub(crate) fn act() -> Decision {
    Decision {
        user: "ECHOECHO".parse().ok(),
        person: Some("E1001".into()),
        outcome: Outcome::Act,
        disposition: Disposition::Revoke,
        access: Access::Withdraw,
        obligations: vec![
            Obligation::LeaveGroupsAndLists,
            Obligation::Notify { text: "Your ID will be deleted.".into() },
        ],
        rule: Some("staff_leave".into()),
        reason: Some("Staff lose the ID itself: it belongs to the company.".into()),
        ground: Some(Ground::HasLeft),
        overruled: vec![Overruled { rule: "late".into(), action: Verb::Withdraw }],
        ..keep()
    }
}

/// A person must look.
pub(crate) fn hold() -> Decision {
    Decision {
        user: "SERVICE1".parse().ok(),
        person: Some("E1003".into()),
        outcome: Outcome::Hold,
        disposition: Disposition::Hold,
        access: Access::Hold,
        hold: Some(Hold {
            code: HoldCode::Review,
            message: "unused service account".to_owned(),
            rule: Some("forgotten_service_account".into()),
            axes: vec![Axis::Id, Axis::Access],
        }),
        ..keep()
    }
}
