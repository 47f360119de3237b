//! Acme's credentials, groups, distribution lists, memberships and administrators.

use std::collections::BTreeSet;

use serde_json::json;

use super::random::Random;
use super::row::Row;

/// ID, name, and the Broadcast ID; none if a user made the group in the app.
pub(super) const GROUPS: [[&str; 3]; 7] = [
    ["g-engineering", "Engineering", "*ACMEGRP"],
    ["g-finance", "Finance", "*ACMEGRP"],
    ["g-logistics", "Logistics", "*ACMEGRP"],
    ["g-sales", "Sales", "*ACMEGRP"],
    ["g-crisis", "Crisis team", "*ACMEGRP"],
    ["g-lunch", "Lunch", ""],
    ["g-new-plant", "New plant, informal", ""],
];

/// As [`GROUPS`].
pub(super) const LISTS: [[&str; 3]; 4] = [
    ["l-all-hands", "All hands", "*ACMEGRP"],
    ["l-externals", "Contractors and partners", "*ACMEGRP"],
    ["l-lyon", "Lyon site", "*ACMEGRP"],
    ["l-summer-party", "Summer party", ""],
];

/// Credentials that no user has: left over from people who are gone.
const ORPHANED: [[&str; 3]; 2] = [["c0901", "acme-0901", "single"], ["c0902", "acme-0902", "single"]];

/// Every credential that a user has, and those that nobody has.
pub(super) fn credentials(users: &[Row]) -> Vec<[String; 3]> {
    let used: BTreeSet<&str> =
        users.iter().map(|user| user.get("credential")).filter(|id| !id.is_empty()).collect();
    let known = used.into_iter().map(|id| match id.strip_prefix("m-") {
        Some(site) => [id.to_owned(), format!("acme-devices-{site}"), "multi".to_owned()],
        None => [id.to_owned(), format!("acme-{}", id.trim_start_matches('c')), "single".to_owned()],
    });
    ORPHANED.iter().map(|row| row.map(str::to_owned)).chain(known).collect()
}

/// Who is where: leavers are still in their groups, as they would be (PLATFORM 21).
pub(super) fn members(random: &mut Random, users: &[Row]) -> Vec<[String; 2]> {
    let mut members = Vec::new();
    for user in users {
        let id = user.get("id");
        if id.starts_with('*') {
            continue;
        }
        let mut join = |container: &str| members.push([container.to_owned(), id.to_owned()]);
        let group = format!("g-{}", user.get("department"));
        if GROUPS.iter().any(|[known, ..]| *known == group) && random.chance(80) {
            join(&group);
        }
        let crisis = user.get("vip") == "true" || user.get("categories").contains("evacuation");
        for (container, belongs) in [
            ("g-crisis", crisis || id == "MIAADMIN"),
            ("g-lunch", random.chance(6) || id == "LEFTYEST"),
            ("g-new-plant", user.get("projects").contains("new-plant") && random.chance(60)),
            ("l-all-hands", user.get("employment") == "staff" && random.chance(95)),
            ("l-externals", matches!(user.get("employment"), "contractor" | "partner")),
            ("l-lyon", user.get("site") == "lyon"),
            ("l-summer-party", random.chance(10)),
        ] {
            if belongs {
                join(container);
            }
        }
    }
    members.sort_by_key(|[container, _]| place(container));
    members
}

/// Groups, then lists, in the order of their tables.
fn place(container: &str) -> Option<usize> {
    GROUPS.iter().chain(&LISTS).position(|[known, ..]| *known == container)
}

/// Administrators as NDJSON: a scope is nested, which CSV cannot say.
pub(super) fn administrators() -> String {
    let administrators = [
        json!({"name": "mia", "kind": "full", "user": "MIAADMIN"}),
        json!({"name": "noah", "kind": "full", "user": "NOAADMIN"}),
        json!({"name": "root", "kind": "full"}),
        json!({"name": "helpdesk", "kind": "restricted", "user": "HELPDESK",
               "privileges": ["users.read", "credentials.read", "credentials.write", "broadcast.read", "broadcast.members.write", "broadcast.send"],
               "scope": {"employments": ["staff", "temporary"], "countries": ["CH", "DE"]}}),
        json!({"name": "partner-view", "kind": "restricted", "privileges": ["users.read"],
               "scope": {"departments": ["sales"], "employments": ["contractor", "partner"]}}),
        json!({"name": "lyon-office", "kind": "restricted",
               "privileges": ["users.read", "ids.detach", "ids.revoke", "credentials.write"],
               "scope": {"countries": ["FR"]}}),
        json!({"name": "trainers", "kind": "restricted", "privileges": ["users.read", "broadcast.send"],
               "scope": {"categories": ["trainer", "first-aid"]}}),
        json!({"name": "auditor", "kind": "restricted", "privileges": ["audit.read"]}),
        json!({"name": "newcomer", "kind": "restricted"}),
    ];
    administrators.iter().fold(String::new(), |text, administrator| text + &administrator.to_string() + "\n")
}
