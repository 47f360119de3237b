//! The example company: its policy is clean and tested, its directory gives what its page says, and
//! what the pages show of the program is what the program prints.
#![cfg(feature = "cli")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

mod program;

use program::{command, json, stderr, stdout};

const POLICY: &str = "examples/acme/policy.rhai";
const DIRECTORY: &str = "examples/acme";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn leaver(arguments: &[&str]) -> Output {
    command(&root()).args(arguments).output().unwrap()
}

/// The commands of `cargo demo`: arguments after the name of the program.
fn demo_commands() -> Vec<Vec<String>> {
    let commands = text("xtask/src/demo.txt");
    commands.lines().map(|line| line.split_whitespace().map(Into::into).collect()).collect()
}

/// The command of the demo that decides.
fn demo() -> Vec<String> {
    demo_commands().into_iter().find(|command| command[0] == "decide").unwrap()
}

fn demo_decisions() -> Vec<Value> {
    let demo = demo();
    let mut arguments: Vec<&str> = demo.iter().map(String::as_str).collect();
    arguments.extend(["--format", "json"]);
    json(&leaver(&arguments)).as_array().unwrap().clone()
}

#[test]
fn the_policy_is_clean_with_its_directory() {
    let output = leaver(&["check", POLICY, "--directory", DIRECTORY, "--format", "json"]);
    assert_eq!((output.status.code(), json(&output)), (Some(0), Value::Array(Vec::new())));
}

#[test]
fn its_tests_pass_and_reach_every_rule() {
    let output = leaver(&["test", POLICY, "--directory", DIRECTORY, "--format", "json"]);
    let report = json(&output);
    assert_eq!(output.status.code(), Some(0), "{report:#}");
    assert!(report["passed"].as_u64().unwrap() >= 18, "{report:#}");
    assert_eq!((&report["failed"], &report["diagnostics"]), (&0.into(), &Value::Array(Vec::new())));
}

/// The rows of the table of a page whose first column is a rule.
fn counts_of_the_page() -> BTreeMap<String, [u64; 3]> {
    let mut counts = BTreeMap::new();
    for line in text("examples/acme/README.md").lines() {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [rule, numbers @ ..] = cells.as_slice() else { continue };
        let numbers: Vec<u64> = numbers.iter().filter_map(|number| number.parse().ok()).collect();
        if let Ok(numbers) = numbers.try_into() {
            counts.insert(rule.trim_matches('`').to_owned(), numbers);
        }
    }
    counts
}

#[test]
fn each_rule_decides_about_as_many_users_as_the_page_says() {
    let mut counts: BTreeMap<String, [u64; 3]> = BTreeMap::new();
    let decisions = demo_decisions();
    for decision in &decisions {
        let rule = decision["rule"].as_str().unwrap_or("no rule");
        let outcome = ["act", "keep", "hold"].iter().position(|word| decision["outcome"] == *word).unwrap();
        counts.entry(rule.to_owned()).or_default()[outcome] += 1;
    }
    let total = |index: usize| counts.values().map(|count| count[index]).sum();
    let all = [total(0), total(1), total(2)];
    counts.insert("all".to_owned(), all);
    assert_eq!(all.iter().sum::<u64>(), 256);
    assert_eq!(counts_of_the_page(), counts);
}

#[test]
fn the_page_gives_the_commands_of_the_demo() {
    let page = text("examples/acme/README.md");
    for command in demo_commands() {
        let command = format!("$ leaver {}", command.join(" "));
        let shown = page.lines().any(|line| line.split_whitespace().collect::<Vec<_>>().join(" ") == command);
        assert!(shown, "`{command}` is not in examples/acme/README.md");
    }
    assert!(text("README.md").contains("$ cargo demo"));
}

/// Each `$ …` line of the `console` blocks of a page, with what is shown below it.
fn sessions(page: &str) -> Vec<(String, Vec<String>)> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    let mut inside = false;
    for line in text(page).lines() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| inside) {
            let command = command.split(" #").next().unwrap_or_default().trim();
            found.push((command.to_owned(), Vec::new()));
        } else if let Some((_, shown)) = found.last_mut().filter(|_| inside) {
            shown.push(line.to_owned());
        }
    }
    found.retain(|(_, shown)| !shown.is_empty());
    found
}

/// Whether the shown lines are the printed ones, where `…` stands for any number of lines.
fn shows(shown: &[String], printed: &[&str]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((line, rest)) if line == "…" => (0..=printed.len()).any(|from| shows(rest, &printed[from..])),
        Some((line, rest)) => {
            printed.split_first().is_some_and(|(first, more)| first == line && shows(rest, more))
        }
    }
}

/// On a terminal the note of the instant comes first and the summary last.
fn as_on_a_terminal(output: &Output) -> String {
    let (note, rest) = match stderr(output).split_once('\n') {
        Some((note, rest)) if note.starts_with("as of ") => (format!("{note}\n"), rest),
        _ => (String::new(), stderr(output)),
    };
    format!("{note}{}{rest}", stdout(output))
}

#[test]
fn pages_show_what_the_program_prints() {
    let mut compared = 0;
    for page in [
        "README.md",
        "docs/formats.md",
        "docs/plans.md",
        "docs/writing-policies.md",
        "examples/acme/README.md",
    ] {
        for (command, shown) in sessions(page) {
            let Some(arguments) = command.strip_prefix("leaver ") else { continue };
            let arguments: Vec<&str> = arguments.split_whitespace().collect();
            let printed = as_on_a_terminal(&leaver(&arguments));
            let lines: Vec<&str> = printed.lines().collect();
            assert!(shows(&shown, &lines), "{page}: {command} prints\n{printed}");
            compared += 1;
        }
    }
    assert!(compared >= 3, "only {compared} outputs were compared");
}

/// The table of the demo depends on the terminal; its decisions and its summary do not.
#[test]
fn the_readme_shows_the_demo() {
    let sessions = sessions("README.md");
    let (_, shown) =
        sessions.iter().find(|(command, _)| command == "cargo demo").expect("its output is shown");
    let demo = demo();
    let summary = leaver(&demo.iter().map(String::as_str).collect::<Vec<_>>());
    let summary: Vec<&str> = stderr(&summary).lines().skip(1).collect();
    let start = shown.iter().position(|line| line.starts_with("256 users:")).expect("the summary is shown");
    assert!(shows(&shown[start..], &summary), "the summary is\n{}", summary.join("\n"));

    let decisions = demo_decisions();
    let mut rows = 0;
    for line in &shown[..start] {
        let words: Vec<&str> = line.split_whitespace().collect();
        let of = |decision: &&Value| words.first().is_some_and(|id| decision["user"] == *id);
        let Some(decision) = decisions.iter().find(of) else { continue };
        for key in ["disposition", "access", "rule"] {
            let value = decision[key].as_str().unwrap_or_default();
            assert!(value.is_empty() || words.contains(&value), "{line}: {key} is {value}");
        }
        rows += 1;
    }
    assert!(rows >= 5, "only {rows} users are shown");
}

/// The same directory, policy and instant give the same bytes, wherever and however they are asked.
#[test]
fn the_bytes_are_the_same_everywhere() {
    let as_of = "2026-11-22T09:00:00Z";
    let elsewhere = tempfile::tempdir().unwrap();
    let (policy, directory) = (root().join(POLICY), root().join(DIRECTORY));
    for format in ["json", "ndjson", "csv", "table"] {
        let run = |folder: &Path, environment: &[(&str, &str)], more: &[&str]| {
            let mut command = command(folder);
            if folder == root() {
                command.args(["decide", POLICY, DIRECTORY]);
            } else {
                command.arg("decide").args([&policy, &directory]);
            }
            command.args(["--as-of", as_of, "--format", format]).args(more);
            let output = command.envs(environment.iter().copied()).output().unwrap();
            assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
            output.stdout
        };
        let first = run(&root(), &[], &[]);
        assert!(first.len() > 10_000, "{format}");
        let others = [
            ("again", run(&root(), &[], &[])),
            ("in Auckland", run(&root(), &[("TZ", "Pacific/Auckland")], &[])),
            ("in German", run(&root(), &[("LC_ALL", "de_DE.UTF-8"), ("LANG", "de_DE.UTF-8")], &[])),
            ("in Turkish", run(&root(), &[("LC_ALL", "tr_TR.UTF-8"), ("LANG", "tr_TR.UTF-8")], &[])),
            ("in the plain locale", run(&root(), &[("LC_ALL", "C")], &[])),
            ("elsewhere", run(elsewhere.path(), &[], &[])),
            ("by 1 thread", run(&root(), &[], &["--threads", "1"])),
            ("by 2 threads", run(&root(), &[], &["--threads", "2"])),
            ("by 8 threads", run(&root(), &[], &["--threads", "8"])),
        ];
        for (how, bytes) in others {
            assert!(bytes == first, "{format}: other bytes {how}");
        }
        // It does depend on the instant.
        let later =
            leaver(&["decide", POLICY, DIRECTORY, "--as-of", "2027-06-01T00:00:00Z", "--format", format]);
        assert!(later.stdout != first, "{format}");
    }
}
