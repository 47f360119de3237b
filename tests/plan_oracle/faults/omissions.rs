//! Steps that are missing.

use leaver::model::Id;

use super::order::joined;
use super::targets::replaced;
use super::{Fault, Site};
use crate::reading::Kind;

pub(super) const ALL: &[Fault] = &[
    Fault { name: "no withdrawal", make: |site| dropped(site, Kind::Withdraw) },
    Fault { name: "no removal from the device", make: |site| dropped(site, Kind::RemoveFromDevice) },
    Fault { name: "a group is not left", make: |site| dropped(site, Kind::LeaveGroup) },
    Fault { name: "a list is not left", make: |site| dropped(site, Kind::LeaveList) },
    Fault { name: "a group is not synchronised", make: |site| dropped(site, Kind::SynchroniseGroup) },
    Fault { name: "an ID is not replaced", make: not_replaced },
    Fault { name: "nothing is activated", make: |site| dropped(site, Kind::ActivateMdmLicence) },
    Fault { name: "no revoke", make: |site| dropped(site, Kind::Revoke) },
    Fault { name: "no detach", make: |site| dropped(site, Kind::Detach) },
    Fault { name: "nobody is told before an ID goes", make: untold },
    Fault { name: "nothing is observed before what waits for it", make: unobserved },
    Fault { name: "the told ID joins nothing", make: unreached },
];

fn dropped(site: &mut Site<'_>, kind: Kind) -> Option<()> {
    let at = site.of_kind(kind)?;
    site.drop(at);
    Some(())
}

fn not_replaced(site: &mut Site<'_>) -> Option<()> {
    let at = replaced(site)?;
    site.drop(at);
    Some(())
}

fn untold(site: &mut Site<'_>) -> Option<()> {
    let at = site.step(|site, step| {
        let is_only = step.user.is_some_and(|user| site.only(user, Kind::Notify).is_some());
        step.kind == Kind::Notify && is_only && step.user.is_some_and(|user| site.goes(user))
    })?;
    site.drop(at);
    Some(())
}

fn unobserved(site: &mut Site<'_>) -> Option<()> {
    let at = site.step(|site, step| {
        let waits = |user| {
            site.migrates(user)
                || (!site.steps_of(user, Kind::Detach).is_empty()
                    && !site.steps_of(user, Kind::RemoveFromDevice).is_empty())
        };
        let is_alone = |user: &Id| !site.has_company(*user);
        step.kind == Kind::Verify && step.user.filter(is_alone).is_some_and(waits)
    })?;
    site.drop(at);
    Some(())
}

fn unreached(site: &mut Site<'_>) -> Option<()> {
    let (join, _) = joined(site)?;
    site.drop(join);
    Some(())
}
