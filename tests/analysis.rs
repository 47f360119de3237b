//! What the command says about all users there could be, and that its witnesses are real.
#![cfg(feature = "cli")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value as Json, json};
use tempfile::TempDir;

/// A dead rule, a shadowed rule and an overlap.
const POLICY: &str = r#"
/// Leavers lose their access.
fn leavers(user) { if user.has_left { withdraw() } }

/// Nobody was last seen both long ago and lately.
fn dead(user) { if user.last_seen != () && days_since(user.last_seen) > 90 && days_since(user.last_seen) < 30 { keep() } }

/// Everybody here has left.
fn shadowed(user) { if user.has_left && user.legal_hold { withdraw() } }

/// Service accounts keep everything.
fn service(user) { if user.employment == "service" { keep() } }

/// A loop that answers.
fn crisis(user) { for tag in user.categories { if tag == "crisis" { return also(restrict()); } } }
"#;

const AS_OF: &str = "2026-11-22T09:00:00Z";

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn leaver(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_leaver")).current_dir(folder).args(arguments).output().unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

/// The facts in a sentence of help.
fn witness(help: &str) -> Json {
    let (start, end) = (help.find('{').expect("facts"), help.rfind('}').expect("facts"));
    serde_json::from_str(&help[start..=end]).unwrap()
}

/// What `leaver explain` decides about a user with these facts.
fn explained(folder: &Path, facts: &Json) -> Json {
    let mut user = facts.as_object().unwrap().clone();
    user.insert("id".to_owned(), "WITNESS0".into());
    user.entry("person").or_insert("W1".into());
    let directory = json!({
        "subscription": {"id": "acme", "edition": "enterprise", "time_zone": "UTC"},
        "taken_at": AS_OF, "complete": true,
        "provides": ["last_day", "last_seen", "legal_hold", "categories"],
        "users": [user],
    });
    fs::write(folder.join("witness.json"), directory.to_string()).unwrap();
    let output = leaver(
        folder,
        &["explain", "acme.rhai", "witness.json", "--user", "WITNESS0", "--as-of", AS_OF, "--format", "json"],
    );
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let explanation: Json = serde_json::from_slice(&output.stdout).unwrap();
    explanation["decision"].clone()
}

#[test]
fn a_dead_rule_a_shadowed_rule_and_an_overlap_are_named_with_witnesses() {
    let folder = folder(&[("acme.rhai", POLICY)]);
    let arguments = ["check", "acme.rhai", "--as-of", AS_OF, "--format", "json"];
    let few: Vec<Json> = serde_json::from_slice(&leaver(folder.path(), &arguments).stdout).unwrap();
    let codes =
        |found: &[Json]| found.iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(codes(&few), ["P0604", "P0605"]);
    let all = leaver(folder.path(), &[&arguments[..], &["--verbose"]].concat());
    assert!(all.status.success(), "warnings alone are no finding");
    let all: Vec<Json> = serde_json::from_slice(&all.stdout).unwrap();
    assert_eq!(codes(&all), ["P0604", "P0605", "P0606", "P0607"]);
    for (finding, winner, loser) in [(&all[1], "leavers", "shadowed"), (&all[2], "leavers", "service")] {
        let decision = explained(folder.path(), &witness(finding["help"].as_str().unwrap()));
        assert_eq!(decision["rule"], winner);
        assert_eq!(decision["overruled"][0]["rule"], loser);
    }
    let message = all[3]["message"].as_str().unwrap();
    assert_eq!(message, "`crisis` runs in the interpreter: it goes through a list with `for`");
    assert_eq!(all[3]["line"], 15);
}

#[test]
fn kinds_of_users_that_no_rule_acts_on_are_shown() {
    let folder = folder(&[("acme.rhai", POLICY)]);
    let output = leaver(folder.path(), &["check", "acme.rhai", "--as-of", AS_OF, "--covers"]);
    let shown: Vec<&str> = stdout(&output).lines().filter(|line| line.starts_with("no rule acts")).collect();
    assert_eq!(shown.len(), 4, "{shown:?}");
    assert!(shown[0].starts_with("no rule acts on staff who stays, such as {"), "{}", shown[0]);
}

#[test]
fn two_policies_are_compared_over_everybody_and_over_a_directory() {
    let new = POLICY.replace("if user.has_left { withdraw() }", "if user.has_left { detach() }");
    let directory = r#"{"subscription": {"id": "acme", "edition": "enterprise", "time_zone": "UTC"},
        "taken_at": "2026-11-22T08:00:00Z", "complete": true,
        "provides": ["last_day", "last_seen", "legal_hold", "categories"],
        "users": [{"id": "ECHOECHO", "person": "E1", "employment": "staff", "last_day": "2026-11-20"},
                  {"id": "LEVIATHA", "person": "E2", "employment": "staff"}]}"#;
    let folder = folder(&[("old.rhai", POLICY), ("new.rhai", &new), ("acme.json", directory)]);
    let same = leaver(folder.path(), &["diff", "old.rhai", "old.rhai", "--as-of", AS_OF]);
    assert_eq!(same.status.code(), Some(0));
    assert_eq!(stdout(&same), "No change was found, but not every rule could be looked into.\n");
    let arguments = ["diff", "old.rhai", "new.rhai", "acme.json", "--as-of", AS_OF, "--format", "json"];
    let output = leaver(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(1));
    let report: Json = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["everybody"][0]["old"]["disposition"], "keep");
    assert_eq!(report["everybody"][0]["new"]["disposition"], "detach");
    assert_eq!(report["directory"].as_array().unwrap().len(), 1);
    assert_eq!(report["directory"][0]["user"], "ECHOECHO");
}

#[test]
fn invariants_stand_among_the_tests_of_a_policy() {
    let policy = "/// 1\nfn staff(user) { if user.has_left && user.employment == \"staff\" { revoke() } }";
    let tests = r#"[{"always": "user.employment == \"contractor\"", "never": "revoke"},
                    {"name": "administrators keep theirs", "always": "user.administrator", "never": "revoke"}]"#;
    let folder = folder(&[("acme.rhai", policy), ("acme.test.json", tests)]);
    let output = leaver(folder.path(), &["test", "acme.rhai"]);
    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    assert!(text.contains("✓ never revoke: user.employment == \"contractor\"\n"), "{text}");
    assert!(text.contains("✗ administrators keep theirs (acme.test.json:2)\n    not for {"), "{text}");
    assert!(text.contains("revoke, withdraw by `staff`"), "{text}");
    assert!(text.contains("1 passed, 1 failed"), "{text}");
}

#[test]
fn an_explanation_says_what_would_have_to_be_different() {
    let folder = folder(&[("acme.rhai", POLICY)]);
    let facts = json!({"employment": "staff", "last_day": "2026-11-01"});
    assert_eq!(explained(folder.path(), &facts)["rule"], "leavers");
    let arguments =
        ["explain", "acme.rhai", "witness.json", "--user", "WITNESS0", "--as-of", AS_OF, "--counterfactual"];
    let text = leaver(folder.path(), &arguments);
    let text = stdout(&text);
    assert!(text.contains("It would be another decision if:\n  last_day were"), "{text}");
}
