//! The command line from outside: what it prints, where, and how it ends.
#![cfg(feature = "cli")]

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Output, Stdio};

use tempfile::TempDir;

mod program;

use program::{code, command, stderr, stdout};

const POLICY: &str = r#"//! How Acme offboards messaging IDs.

/// Staff lose the ID itself: it belongs to the company.
fn staff_leave(user) {
    if user.has_left && user.employment == "staff" { revoke() }
}
"#;

const DIRECTORY: &str = r#"{
  "subscription": {"id": "acme", "name": "Acme AG", "edition": "enterprise", "licences": 350, "time_zone": "Europe/Zurich"},
  "taken_at": "2026-11-22T08:00:00Z",
  "complete": true,
  "users": [{"id": "ECHOECHO", "person": "E1001", "employment": "staff", "last_day": "2026-11-20"},
            {"id": "LEVIATHA", "person": "E1002", "employment": "staff"}]
}
"#;

/// A folder with Acme's policy and directory.
fn acme() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("acme.rhai"), POLICY).unwrap();
    fs::write(folder.path().join("acme.json"), DIRECTORY).unwrap();
    folder
}

fn leaver(folder: &Path, arguments: &[&str]) -> Output {
    command(folder).args(arguments).output().unwrap()
}

const COMMANDS: [&str; 17] = [
    "check",
    "decide",
    "diff",
    "explain",
    "plan",
    "import",
    "test",
    "reference",
    "completions",
    "approve",
    "keygen",
    "apply",
    "status",
    "world",
    "report",
    "audit",
    "resolve",
];

#[test]
fn help_of_every_command() {
    let folder = acme();
    let help = leaver(folder.path(), &["--help"]);
    assert_eq!((code(&help), stderr(&help)), (0, ""));
    insta::assert_snapshot!("help", stdout(&help));
    for name in COMMANDS {
        let help = leaver(folder.path(), &[name, "--help"]);
        assert_eq!((code(&help), stderr(&help)), (0, ""));
        assert!(
            stdout(&help).contains("Example") || matches!(name, "test" | "audit" | "resolve"),
            "{name} has no example"
        );
        assert!(stdout(&help).lines().all(|line| line.chars().count() <= 100), "{name}");
        insta::assert_snapshot!(format!("help_{name}"), stdout(&help));
    }
}

#[test]
fn help_of_every_command_within_a_command() {
    let folder = acme();
    let of_history = ["verify", "show", "export", "checkpoint"].map(|name| ("audit", name));
    for (command, name) in of_history.into_iter().chain([("resolve", "hold"), ("resolve", "step")]) {
        let help = leaver(folder.path(), &[command, name, "--help"]);
        assert_eq!((code(&help), stderr(&help)), (0, ""));
        assert!(stdout(&help).contains("Example"), "{name} has no example");
        assert!(stdout(&help).lines().all(|line| line.chars().count() <= 100), "{name}");
        insta::assert_snapshot!(format!("help_{command}_{name}"), stdout(&help));
    }
}

#[test]
fn the_version_is_that_of_the_package() {
    let output = leaver(acme().path(), &["--version"]);
    assert_eq!(stdout(&output), concat!("leaver ", env!("CARGO_PKG_VERSION"), "\n"));
    assert_eq!(code(&output), 0);
}

#[test]
fn completions_name_every_command() {
    let folder = acme();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = leaver(folder.path(), &["completions", shell]);
        assert_eq!((code(&output), stderr(&output)), (0, ""), "{shell}");
        for name in COMMANDS {
            assert!(stdout(&output).contains(name), "{shell} does not know {name}");
        }
    }
}

#[test]
fn what_is_not_understood_ends_with_2_and_says_so_on_standard_error() {
    let folder = acme();
    let wrong: [&[&str]; 9] = [
        &[],
        &["chekc", "acme.rhai"],
        &["check"],
        &["decide", "acme.rhai"],
        &["decide", "acme.rhai", "acme.json", "--format", "yaml"],
        &["decide", "acme.rhai", "acme.json", "--as-of", "yesterday"],
        &["decide", "acme.rhai", "acme.json", "--user", "echo"],
        &["decide", "acme.rhai", "acme.json", "--threads", "-1"],
        &["explain", "acme.rhai", "acme.json"],
    ];
    for arguments in wrong {
        let output = leaver(folder.path(), arguments);
        assert_eq!((code(&output), stdout(&output)), (2, ""), "{arguments:?}");
        assert!(!stderr(&output).is_empty(), "{arguments:?}");
    }
    let unknown = leaver(folder.path(), &["decide", "acme.rhai", "acme.json", "--as-of", "yesterday"]);
    assert!(stderr(&unknown).contains("RFC 3339"), "{}", stderr(&unknown));
}

#[test]
fn names_that_are_not_there_are_answered_with_the_nearest() {
    let folder = acme();
    let user = leaver(folder.path(), &["decide", "acme.rhai", "acme.json", "--user", "ECHOECH0", "--quiet"]);
    assert_eq!((code(&user), stdout(&user)), (2, ""));
    assert_eq!(stderr(&user), "error: there is no user `ECHOECH0`\nhelp: did you mean `ECHOECHO`?\n");
    let arguments =
        ["explain", "acme.rhai", "acme.json", "--user", "ECHOECHO", "--why-not", "staf_leave", "--quiet"];
    let rule = leaver(folder.path(), &arguments);
    assert_eq!((code(&rule), stdout(&rule)), (2, ""));
    assert!(stderr(&rule).ends_with("help: did you mean `staff_leave`?\n"), "{}", stderr(&rule));
}

#[test]
fn files_that_cannot_be_read_or_written_end_with_4() {
    let folder = acme();
    let unreadable: [&[&str]; 4] = [
        &["check", "none.rhai"],
        &["decide", "none.rhai", "acme.json"],
        &["decide", "acme.rhai", "none.json"],
        &["decide", "acme.rhai", "acme.json", "-o", "no/such/folder.csv"],
    ];
    for arguments in unreadable {
        assert_eq!(code(&leaver(folder.path(), arguments)), 4, "{arguments:?}");
    }
    assert!(stdout(&leaver(folder.path(), &["check", "none.rhai"])).contains("P0001"));
    let tests = leaver(folder.path(), &["test", "acme.rhai", "none.test.json"]);
    assert_eq!((code(&tests), stdout(&tests)), (4, ""));
    assert!(stderr(&tests).contains("P0801"), "{}", stderr(&tests));
}

#[test]
fn a_table_of_a_spreadsheet_gets_advice() {
    let folder = acme();
    fs::write(folder.path().join("users.csv"), "id;person;employment\nECHOECHO;E1001;staff\n").unwrap();
    let alone = leaver(folder.path(), &["decide", "acme.rhai", "users.csv"]);
    assert_eq!((code(&alone), stdout(&alone)), (2, ""));
    assert!(stderr(&alone).contains("--subscription"), "{}", stderr(&alone));
    let header = "taken_at = 2026-11-22T08:00:00Z\n[subscription]\nid = \"acme\"\nedition = \"enterprise\"\ntime_zone = \"UTC\"\n";
    fs::write(folder.path().join("directory.toml"), header).unwrap();
    for directory in [&["."][..], &["users.csv", "--subscription", "directory.toml"]] {
        let output = leaver(folder.path(), &[&["decide", "acme.rhai"], directory].concat());
        assert_eq!((code(&output), stdout(&output)), (1, ""));
        let expected = "error[D0201]: the columns are separated by semicolons, not by commas";
        assert!(stderr(&output).starts_with(expected), "{}", stderr(&output));
        assert_eq!(stderr(&output).matches("error[").count(), 1, "{}", stderr(&output));
    }
}

#[test]
fn attributes_without_a_directory_are_explained() {
    let folder = acme();
    let note = |policy: &str| {
        fs::write(folder.path().join("new.rhai"), policy).unwrap();
        let output = leaver(folder.path(), &["check", "new.rhai"]);
        assert_eq!(code(&output), 1);
        stderr(&output).contains("--directory")
    };
    assert!(note("/// R.\nfn r(user) { if user.cost_center == \"4711\" { keep() } }"));
    assert!(!note("/// R.\nfn r(user) { if user.employmet == \"staff\" { keep() } }"), "a slip of the pen");
}

#[test]
fn a_policy_without_rules_is_a_finding() {
    let folder = acme();
    fs::write(folder.path().join("empty.rhai"), "").unwrap();
    let text = leaver(folder.path(), &["check", "empty.rhai"]);
    assert_eq!((code(&text), stderr(&text)), (1, ""));
    assert!(stdout(&text).contains("error[P0005]"), "{}", stdout(&text));
    assert!(stdout(&text).ends_with("1 error in 1 file\n"), "{}", stdout(&text));

    let json = leaver(folder.path(), &["check", "empty.rhai", "--format", "json"]);
    assert_eq!((code(&json), stderr(&json)), (1, ""));
    let found: serde_json::Value = serde_json::from_str(stdout(&json)).unwrap();
    assert_eq!(found[0]["code"], "P0005");

    let decide = leaver(folder.path(), &["decide", "empty.rhai", "acme.json"]);
    assert_eq!((code(&decide), stdout(&decide)), (1, ""), "nothing is decided by a bad policy");
    assert!(stderr(&decide).contains("P0005"));
}

#[test]
fn a_good_policy_has_no_errors() {
    let folder = acme();
    let output = leaver(folder.path(), &["check", "acme.rhai", "--directory", "acme.json"]);
    assert_eq!((code(&output), stdout(&output), stderr(&output)), (0, "no errors in 1 file\n", ""));
    let json = leaver(folder.path(), &["check", "acme.rhai", "--format", "json"]);
    assert_eq!((code(&json), stdout(&json)), (0, "[\n]\n"));
}

const AS_OF: [&str; 2] = ["--as-of", "2026-11-22T09:00:00Z"];

fn decide(folder: &Path, more: &[&str]) -> Output {
    let arguments = [&["decide", "acme.rhai", "acme.json"], &AS_OF[..], more].concat();
    leaver(folder, &arguments)
}

#[test]
fn the_instant_is_told_on_standard_error_unless_quiet() {
    let folder = acme();
    let output = decide(folder.path(), &["--format", "json"]);
    assert_eq!((code(&output), stderr(&output)), (0, "as of 2026-11-22T09:00:00Z\n"));
    assert_eq!(stderr(&decide(folder.path(), &["--format", "json", "--quiet"])), "");
    let now = leaver(folder.path(), &["decide", "acme.rhai", "acme.json", "--format", "json"]);
    assert!(stderr(&now).starts_with("as of 20"));
}

#[test]
fn every_format_has_one_decision_a_line() {
    let folder = acme();
    let json = decide(folder.path(), &["--format", "json"]);
    let array: Vec<serde_json::Value> = serde_json::from_str(stdout(&json)).unwrap();
    assert_eq!(stdout(&json).lines().count(), array.len() + 2);
    assert_eq!(array[0]["user"], "ECHOECHO");

    let ndjson = decide(folder.path(), &["--format", "ndjson"]);
    let lines: Vec<serde_json::Value> =
        stdout(&ndjson).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, array);

    let csv = decide(folder.path(), &["--format", "csv"]);
    let mut reader = csv::Reader::from_reader(stdout(&csv).as_bytes());
    let header = reader.headers().unwrap().clone();
    assert_eq!(
        header.iter().map(str::to_owned).collect::<Vec<_>>().join(","),
        "user,person,outcome,disposition,access,obligations,rule,reason,ground,after,deadline,approvals,overruled,vetoed,hold,valid_until"
    );
    assert_eq!(reader.records().count(), array.len());

    let tabs = decide(folder.path(), &["--all"]);
    assert!(stdout(&tabs).lines().all(|line| line.matches('\t').count() == 8), "{}", stdout(&tabs));
    assert_eq!(stdout(&tabs).lines().count(), array.len() + 1);
    assert!(stderr(&tabs).contains("2 users: "), "{}", stderr(&tabs));
}

#[test]
fn one_user_is_one_decision() {
    let folder = acme();
    let output = decide(folder.path(), &["--user", "LEVIATHA", "--format", "json"]);
    let array: Vec<serde_json::Value> = serde_json::from_str(stdout(&output)).unwrap();
    assert_eq!(array.len(), 1);
    assert_eq!(array[0]["user"], "LEVIATHA");
}

#[test]
fn the_bytes_do_not_depend_on_the_number_of_threads() {
    let folder = acme();
    let users: Vec<String> = (0..3_000)
        .map(|index| format!(r#"{{"id": "U{index:07}", "person": "E{index}", "employment": "staff", "last_day": "2026-11-20"}}"#))
        .collect();
    let start = DIRECTORY.split("\"users\"").next().unwrap();
    fs::write(folder.path().join("acme.json"), format!("{start}\"users\": [{}]}}", users.join(","))).unwrap();
    for format in ["json", "ndjson", "csv", "table"] {
        let arguments = |threads| ["--all", "--format", format, "--threads", threads];
        let one = decide(folder.path(), &arguments("1"));
        assert_eq!(code(&one), 0);
        assert!(stdout(&one).lines().count() >= 3_000);
        for threads in ["2", "7", "0"] {
            assert!(decide(folder.path(), &arguments(threads)) == one, "{format} with {threads} threads");
        }
    }
}

#[test]
fn a_file_gets_the_bytes_that_standard_output_would() {
    let folder = acme();
    let printed = decide(folder.path(), &["--format", "csv"]);
    let written = decide(folder.path(), &["--format", "csv", "-o", "out.csv"]);
    assert_eq!((code(&written), stdout(&written)), (0, ""));
    assert_eq!(fs::read(folder.path().join("out.csv")).unwrap(), printed.stdout);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3, "no temporary file is left");
}

#[test]
fn a_reader_that_stops_reading_is_no_error() {
    let folder = acme();
    let mut child = command(folder.path())
        .args(["completions", "zsh"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut complaints = String::new();
    child.stderr.take().unwrap().read_to_string(&mut complaints).unwrap();
    assert_eq!((child.wait().unwrap().code(), complaints.as_str()), (Some(0), ""));
}

#[test]
fn colours_only_where_they_are_asked_for() {
    let folder = acme();
    fs::write(folder.path().join("empty.rhai"), "").unwrap();
    let has_colours = |more: &[&str]| {
        let arguments = [&["check", "empty.rhai"], more].concat();
        stdout(&leaver(folder.path(), &arguments)).contains('\u{1b}')
    };
    assert!(!has_colours(&[]));
    assert!(!has_colours(&["--color", "never"]));
    assert!(has_colours(&["--color", "always"]));
}

#[test]
fn mistakes_in_tests_are_reported_with_their_places() {
    let folder = acme();
    let test = "[\n {\"name\": \"a\", \"as_of\": \"2026-11-22T09:00:00Z\", \"user\": {\"employmet\": \"staff\"},\n  \
                \"expect\": {\"outcom\": \"keep\"}}\n]\n";
    fs::write(folder.path().join("acme.test.json"), test).unwrap();
    let output = leaver(folder.path(), &["test", "acme.rhai"]);
    assert_eq!((code(&output), stdout(&output)), (1, ""));
    insta::assert_snapshot!("mistakes_in_tests", stderr(&output));
}

#[test]
fn a_policy_without_tests_is_told_how_to_get_some() {
    let folder = acme();
    let output = leaver(folder.path(), &["test", "acme.rhai"]);
    assert_eq!((code(&output), stdout(&output)), (2, ""));
    assert!(stderr(&output).contains("no acme.test.json"), "{}", stderr(&output));
}

#[test]
fn a_failed_test_ends_with_1() {
    let folder = acme();
    let test = r#"[{"name": "nobody is called so", "as_of": "2026-11-22T09:00:00Z", "user": {"employment": "staff"},
                    "expect": {"person": "NOBODY"}}]"#;
    fs::write(folder.path().join("acme.test.json"), test).unwrap();
    let output = leaver(folder.path(), &["test", "acme.rhai"]);
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    let expected =
        "✗ nobody is called so (acme.test.json:1)\n    person: expected \"NOBODY\", got \"P-TEST\"\n";
    assert!(stdout(&output).starts_with(expected), "{}", stdout(&output));
    assert!(stdout(&output).ends_with("0 passed, 1 failed\n"), "{}", stdout(&output));

    let json = leaver(folder.path(), &["test", "acme.rhai", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(stdout(&json)).unwrap();
    assert_eq!((code(&json), &report["failed"]), (1, &1.into()));
    assert_eq!(report["tests"][0]["mismatches"][0]["path"], "person");
}

#[test]
fn a_stream_comes_from_standard_input() {
    let folder = acme();
    let header = r#"{"directory": {"subscription": {"id": "acme", "edition": "enterprise", "time_zone": "UTC"}, "taken_at": "2026-11-22T08:00:00Z", "complete": true, "provides": ["last_day"]}}"#;
    let mut child = command(folder.path())
        .args(["decide", "acme.rhai", "-", "--format", "ndjson", "--quiet"])
        .args(AS_OF)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let users = r#"{"id": "ECHOECHO", "person": "E1001", "employment": "staff", "last_day": null}"#;
    write!(child.stdin.take().unwrap(), "{header}\n{users}\nnot a user\n{users}\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(code(&output), 0);
    let lines: Vec<serde_json::Value> =
        stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3, "{}", stdout(&output));
    assert_eq!(lines[1]["hold"]["code"], "invalid_record");
    assert!(lines[1]["hold"]["message"].as_str().unwrap().contains("line 3"));
    assert_eq!(lines[2]["user"], "ECHOECHO");
}

#[test]
fn a_policy_that_reads_what_nobody_provides_decides_nothing() {
    let folder = acme();
    fs::write(folder.path().join("acme.json"), DIRECTORY.replace(r#", "last_day": "2026-11-20""#, ""))
        .unwrap();
    let output = decide(folder.path(), &["--format", "json"]);
    assert_eq!((code(&output), stdout(&output)), (1, ""));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("P0701") && told.contains("`last_day`"), "{told}");
}
