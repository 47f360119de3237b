//! Random policies, well-typed by construction, that ask for everything a policy can ask for.
//!
//! In goes a generator, out comes the text of a policy of two to nine rules: vetoes, actions with
//! modifiers and alternatives, obligations. Leaving is a frequent condition, so that most policies do
//! something. Some are refused all the same, because a rule can never act; the caller skips those.

use std::fmt::Write as _;

use crate::seeded::Seeded;

/// Who is meant.
const CONDITIONS: &[&str] = &[
    "user.has_left",
    "user.has_left",
    "user.has_left",
    "user.has_left && user.employment == \"staff\"",
    "user.has_left && user.employment in [\"contractor\", \"partner\"]",
    "user.has_left && user.employment != \"service\"",
    "user.has_left && !user.legal_hold",
    "user.has_left && (user.departure ?? \"voluntary\") == \"involuntary\"",
    "user.has_left && user.country in [\"CH\", \"DE\"]",
    "user.has_left && !user.administrator",
    "user.has_left && user.credential_kind == \"single\"",
    "user.has_left && user.credential_kind != \"none\"",
    "user.has_left && user.mdm_managed",
    "user.has_left || user.superseded_by != ()",
    "user.last_day != () && days_until(user.last_day) <= 7",
    "user.last_day != () && user.last_day < today()",
    "user.leaves_at != ()",
    "user.employment == \"temporary\"",
    "user.employment == \"contractor\"",
    "user.employment == \"service\" && user.last_seen != () && days_since(user.last_seen) > 90",
    "user.last_seen != () && days_since(user.last_seen) > 30",
    "user.department in [\"sales\", \"legal\"]",
    "\"board\" in user.categories",
    "user.groups.len() > 1",
    "user.lists.len() > 0 && user.has_left",
    "\"g1\" in user.groups",
];

/// A change of the licence suits these best.
const MIGRATING: &[&str] = &[
    "user.mdm_managed && user.credential_kind == \"single\"",
    "user.mdm_managed && user.credential_kind == \"single\" && !user.has_left",
    "user.mdm_managed",
    "user.department == \"sales\"",
    "user.employment == \"staff\" && user.credential_kind == \"single\"",
];

const TEXTS: &[&str] = &["\"Goodbye.\"", "\"Your ID will go.\"", "`${user.employment} leaves`"];

pub(crate) fn policy(seeded: &mut Seeded) -> String {
    let mut text = String::from("//! Made up for Acme.\n");
    // A policy is about leaving mostly; then sooner or later something irreversible is asked for.
    for rule in 0..2 + seeded.below(8) {
        let body = match seeded.below(20) {
            0..=8 => going(seeded),
            9..=11 => superseded(seeded),
            12 => forbidding(seeded),
            13..=14 => migrating(seeded),
            15 => staying(seeded),
            _ => obliging(seeded),
        };
        let _ = writeln!(text, "/// Reason {rule}.\nfn rule_{rule}(user) {{ {body} }}");
    }
    text
}

fn going(seeded: &mut Seeded) -> String {
    let condition = seeded.one_of(CONDITIONS);
    let action = action(seeded, 2);
    if seeded.chance(10) {
        let other = self::action(seeded, 0);
        return format!(
            "if !({condition}) {{ return; }} switch user.employment {{ \"staff\" => {action}, _ => {other} }}"
        );
    }
    format!("if {condition} {{ {action} }}")
}

/// The older of two IDs goes, mostly as the example of the design says it.
fn superseded(seeded: &mut Seeded) -> String {
    let mut action = seeded.one_of(&["revoke()", "revoke()", "detach()", "withdraw()"]).to_owned();
    if seeded.chance(60) && action != "withdraw()" {
        action.push_str(".keep_access()");
    }
    if seeded.chance(70) {
        action.push_str(".replace_with(user.superseded_by)");
    }
    if seeded.chance(75) {
        let _ = write!(action, ".notify({})", seeded.one_of(TEXTS));
    }
    if seeded.chance(60) && !action.starts_with("withdraw") {
        let _ = write!(action, ".after({})", period(seeded));
    }
    if seeded.chance(20) {
        let _ = write!(action, ".within({})", period(seeded));
    }
    let more = seeded.one_of(&["", "", " && !user.has_left", " && !user.legal_hold"]);
    format!("if user.superseded_by != (){more} {{ {action} }}")
}

fn forbidding(seeded: &mut Seeded) -> String {
    let condition = seeded.one_of(&[
        "user.legal_hold",
        "user.administrator",
        "user.country == \"DE\"",
        "user.credential_kind == \"multi\" && !user.mdm_managed",
        "\"board\" in user.categories",
    ]);
    let verbs = seeded.one_of(&["\"revoke\"", "\"detach\"", "\"revoke\", \"detach\"", "\"withdraw\""]);
    format!("if {condition} {{ forbid({verbs}) }}")
}

fn migrating(seeded: &mut Seeded) -> String {
    let condition = seeded.one_of(MIGRATING);
    let notify = if seeded.chance(40) { format!(".notify({})", seeded.one_of(TEXTS)) } else { String::new() };
    format!("if {condition} {{ migrate_to_mdm(){notify} }}")
}

fn staying(seeded: &mut Seeded) -> String {
    let condition = seeded.one_of(&[
        "user.administrator",
        "\"board\" in user.categories",
        "user.employment == \"service\"",
        "user.has_left && user.departure != () && user.departure == \"retired\"",
    ]);
    let action = seeded.one_of(&["keep()", "review(\"look\")", "keep().notify(\"You stay.\")"]);
    format!("if {condition} {{ {action} }}")
}

fn obliging(seeded: &mut Seeded) -> String {
    if seeded.chance(15) {
        return "if user.superseded_by != () { also(replace_with(user.superseded_by)) }".to_owned();
    }
    let condition = seeded.one_of(CONDITIONS);
    let mut obligations = seeded.some_of(&["leave_groups_and_lists()", "restrict()"], 50);
    let notify = format!("notify({})", seeded.one_of(TEXTS));
    if obligations.is_empty() || seeded.chance(30) {
        obligations.push(&notify);
    }
    if seeded.chance(35) {
        obligations = vec!["leave_groups_and_lists()"];
    }
    format!("if {condition} {{ also({}) }}", obligations.join(", "))
}

fn period(seeded: &mut Seeded) -> String {
    match seeded.below(6) {
        0 => format!("hours({})", seeded.one_of(&[1, 24, 30, 72])),
        1 => "days(0)".to_owned(),
        2 => "weeks(2)".to_owned(),
        _ => format!("days({})", seeded.one_of(&[1, 2, 7, 30])),
    }
}

fn action(seeded: &mut Seeded, depth: usize) -> String {
    let mut action = seeded
        .one_of(&["revoke()", "revoke()", "revoke()", "detach()", "detach()", "detach()", "withdraw()"])
        .to_owned();
    let is_about_ids = action != "withdraw()";
    if is_about_ids && seeded.chance(30) {
        let _ = write!(action, ".after({})", period(seeded));
    }
    if seeded.chance(15) {
        let _ = write!(action, ".within({})", period(seeded));
    }
    if is_about_ids && seeded.chance(12) {
        action.push_str(".keep_access()");
    }
    if seeded.chance(35) {
        let _ = write!(action, ".notify({})", seeded.one_of(TEXTS));
    }
    if seeded.chance(10) {
        let _ = write!(action, ".approvals({})", seeded.below(3));
    }
    if seeded.chance(10) {
        action.push_str(".because(\"so it is\")");
    }
    if is_about_ids && depth > 0 && seeded.chance(45) {
        let _ = write!(action, ".or_else({})", self::action(seeded, depth - 1));
    }
    action
}
