//! Writes down a plan that went wrong, as small as it can easily be made.
//!
//! In goes the scenario, out comes a file in the tests' temporary folder with seed, policy, directory,
//! plan and violations. Users are dropped as long as the same kind of violation remains.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::facts::World;
use crate::judge::judge;
use crate::planner::{Answer, Opened, parse};
use crate::reading::{Kind, Reading};
use crate::scenarios::{Prepared, Scenario};
use crate::violation::{Class, Violation};

/// Everything that is wrong with the plan of a scenario; nothing if there is none.
fn violations(prepared: &Prepared, scenario: &Scenario) -> Option<(Value, Vec<Violation>)> {
    let opened = Opened::of(scenario).ok()?;
    if !prepared.can_start(&opened.directory) {
        return None;
    }
    let decisions = prepared.decide(&opened.directory);
    let Answer::Plan(text) = opened.plan(prepared, &decisions, scenario) else { return None };
    let plan = parse(&text);
    let reading = Reading::of(&plan).ok()?;
    let world = World::of(&opened.directory, opened.previous.as_ref(), reading.as_of);
    let violations = judge(&world, &reading, &Kind::ALL);
    Some((plan, violations))
}

/// The scenario with as few users as still lead to a violation of this class.
fn shrunk(prepared: &Prepared, scenario: &Scenario, class: Class) -> Scenario {
    let fails = |scenario: &Scenario| {
        violations(prepared, scenario)
            .is_some_and(|(_, found)| found.iter().any(|violation| violation.class == class))
    };
    let mut best = scenario.clone();
    for simpler in [
        Scenario { previous: None, ..best.clone() },
        Scenario { guards: None, ..best.clone() },
        Scenario { open: 0, ..best.clone() },
    ] {
        if fails(&simpler) {
            best = simpler;
        }
    }
    // Many at once first, then fewer, then one by one.
    let ids = |scenario: &Scenario| -> Vec<Value> {
        let users = scenario.directory["users"].as_array();
        users.into_iter().flatten().map(|user| user["id"].clone()).collect()
    };
    let mut width = ids(&best).len() / 2;
    while width > 0 {
        for chunk in ids(&best).chunks(width) {
            let smaller = without(&best, chunk);
            if fails(&smaller) {
                best = smaller;
            }
        }
        width /= 2;
    }
    best
}

/// The scenario without some users, who leave every place that names them.
fn without(scenario: &Scenario, ids: &[Value]) -> Scenario {
    let mut smaller = scenario.clone();
    for directory in std::iter::once(&mut smaller.directory).chain(&mut smaller.previous) {
        if let Some(users) = directory["users"].as_array_mut() {
            users.retain(|user| !ids.contains(&user["id"]));
        }
        let sections = ["groups", "lists", "administrators"];
        for section in sections {
            for record in directory.get_mut(section).and_then(Value::as_array_mut).into_iter().flatten() {
                if let Some(members) = record.get_mut("members").and_then(Value::as_array_mut) {
                    members.retain(|member| !ids.contains(member));
                }
                if record.get("user").is_some_and(|user| ids.contains(user)) {
                    record["user"] = Value::Null;
                }
            }
        }
    }
    smaller
}

/// Writes the report and says where it is.
pub(crate) fn write(name: &str, prepared: &Prepared, scenario: &Scenario, found: &[Violation]) -> String {
    let Some(class) = found.first().map(|violation| violation.class) else { return String::new() };
    let small = shrunk(prepared, scenario, class);
    let mut text = format!("{name}\n\nviolations:\n");
    for violation in found {
        let _ = writeln!(text, "  {violation}");
    }
    let _ = writeln!(text, "\npolicy:\n{}", prepared.text);
    for (title, scenario) in [("shrunk", &small), ("whole", scenario)] {
        let _ = writeln!(text, "\n== {title}: actor {}, open {}", scenario.actor, scenario.open);
        if let Some(guards) = &scenario.guards {
            let _ = writeln!(text, "guards:\n{guards}");
        }
        if let Some((plan, found)) = violations(prepared, scenario) {
            for violation in &found {
                let _ = writeln!(text, "  {violation}");
            }
            let parts = json!({"directory": scenario.directory, "previous": scenario.previous, "plan": plan});
            let pretty = serde_json::to_string_pretty(&parts).expect("JSON");
            let _ = writeln!(text, "{pretty}");
        }
    }
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("plan-oracle-{name}.txt"));
    std::fs::write(&path, text).expect("the temporary folder of tests");
    let classes: BTreeSet<Class> = found.iter().map(|violation| violation.class).collect();
    format!("{classes:?}: {}", path.display())
}
