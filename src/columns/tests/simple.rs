//! Random policies of which columns tell nearly everything: conditions that test one fact each.

use std::sync::Arc;

use super::laws::Seeded;
use crate::model::Schema;
use crate::policy::{Policy, Source, check};

const IN_A_FILE: usize = 50;

const CONDITIONS: &[&str] = &[
    "user.has_left",
    "!user.has_left",
    "user.legal_hold",
    "!user.mdm_managed",
    "user.administrator",
    "user.employment == \"staff\"",
    "user.employment in [\"contractor\", \"partner\"]",
    "user.employment != \"service\"",
    "user.edition == \"enterprise\"",
    "user.departure != () && user.departure == \"retired\"",
    "user.department in [\"sales\", \"legal\"]",
    "user.department == ()",
    "user.department != () && user.department != \"legal\"",
    "user.country in [\"CH\", \"AT\"]",
    "user.job_title != () && user.job_title == \"straße\"",
    "user.credential_kind == \"multi\"",
    "user.last_seen != () && days_since(user.last_seen) > {}",
    "user.created != () && user.created < date(\"2026-10-0{}\")",
    "user.first_day == ()",
    "user.last_day != () && user.last_day >= today()",
    "user.superseded_by != ()",
    "user.groups.len() >= {}",
    "user.categories.len() == {}",
    "\"g1\" in user.groups",
    "!(\"g2\" in user.groups)",
    "\"sales\" in user.lists || \"legal\" in user.lists",
    "user.number > {}",
    "user.number == 7",
    "user.maybe_number != () && user.maybe_number <= {}",
    "user.maybe_count == ()",
    "user.flag",
    "user.note == \"sales\"",
    "user.maybe_day != () && user.maybe_day > today()",
    "user.site != () && user.site == \"zurich\"",
    "\"E-1\" in user.tags",
];

const ANSWERS: &[&str] = &[
    "keep()",
    "withdraw()",
    "withdraw()",
    "detach()",
    "revoke()",
    "revoke().because(\"left\")",
    "review(\"look\")",
    "revoke().after(days(3))",
    "detach().keep_access()",
    "revoke().or_else(detach())",
    "withdraw().notify(\"gone\")",
    "forbid(\"detach\")",
    "forbid(\"revoke\", \"withdraw\")",
    "also(notify(\"more\"))",
    "also(leave_groups_and_lists())",
];

/// A random policy of one to 300 rules, mostly of a few.
pub(super) fn policy(seeded: &mut Seeded, schema: &Arc<Schema>) -> Policy {
    let count = match seeded.below(20) {
        0 => 100 + seeded.below(200),
        1..4 => 20 + seeded.below(30),
        _ => 1 + seeded.below(8),
    };
    let mut rules: Vec<String> = (0..count).map(|rule| one(seeded, rule)).collect();
    loop {
        let files = rules.chunks(IN_A_FILE).enumerate();
        let sources = files.map(|(at, rules)| Source::new(format!("{at}.rhai"), rules.concat())).collect();
        let checked = check(sources, schema, None);
        if let Some(policy) = checked.policy {
            return policy;
        }
        // Some conditions contradict each other.
        for error in checked.diagnostics.iter().filter(|found| found.is_error()) {
            assert!(error.message.contains("never"), "{error:#?}");
            let file: usize = error.file.trim_end_matches(".rhai").parse().unwrap();
            rules[file * IN_A_FILE + (error.line - 1) / 2].clear();
        }
        rules.retain(|rule| !rule.is_empty());
        if rules.is_empty() {
            rules.push(one(seeded, 0));
        }
    }
}

/// A rule of two lines.
fn one(seeded: &mut Seeded, number: usize) -> String {
    let condition = |seeded: &mut Seeded| {
        let template = CONDITIONS[seeded.below(CONDITIONS.len())];
        format!("({})", template.replace("{}", &(1 + seeded.below(9)).to_string()))
    };
    let mut conditions = condition(seeded);
    for _ in 0..seeded.below(4) {
        let operator = if seeded.below(4) == 0 { "||" } else { "&&" };
        conditions = format!("({conditions} {operator} {})", condition(seeded));
    }
    let answer = ANSWERS[seeded.below(ANSWERS.len())];
    format!("/// Why {number}.\nfn rule_{number}(user) {{ if {conditions} {{ {answer} }} }}\n")
}
