//! Names of people never leave the directory: not in decisions, explanations, diagnostics or `Debug`,
//! unless a policy itself puts them into a text.
#![cfg(feature = "cli")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use leaver::directory::{Directory, Stream};
use tempfile::TempDir;

/// Written into every field that is personal, and nowhere else.
const CANARIES: [&str; 4] = ["Canaryfirst", "Canarylast", "Canarynick", "Canarynote"];

/// Reads names without repeating them.
const DISCREET: &str = r#"/// Staff lose the ID: it belongs to the company.
fn staff_leave(user) {
    if user.has_left && (user.first_name ?? "") != "" && (user.last_name ?? "") != (user.nickname ?? "") { revoke() }
}

/// A rule that reads a name and fails for it.
fn fails(user) {
    let name = user.nickname ?? "";
    if name.len() > 5 && 100 / (name.len() - 10) > 0 { withdraw() }
}
"#;

/// Repeats a name on purpose.
const OUTSPOKEN: &str = r#"/// Staff lose the ID: it belongs to the company.
fn staff_leave(user) {
    if user.has_left { revoke().notify(`Good-bye, ${user.first_name ?? "colleague"}.`) }
}
"#;

fn user(more: &str) -> String {
    let [first, last, nick, note] = CANARIES;
    format!(
        r#"{{"id": "ECHOECHO", "person": "E1001", "employment": "staff", "last_day": "2026-11-20", "first_name": "{first}",
            "last_name": "{last}", "nickname": "{nick}", "x-notes": "{note}"{more}}}"#
    )
}

fn directory(users: &str) -> String {
    format!(
        r#"{{"subscription": {{"id": "acme", "edition": "enterprise", "time_zone": "Europe/Zurich"}},
            "taken_at": "2026-11-22T08:00:00Z", "complete": true, "users": [{users}],
            "administrators": [{{"name": "mia", "kind": "full"}}]}}"#
    )
}

fn folder(policy: &str, users: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("acme.rhai"), policy).unwrap();
    fs::write(folder.path().join("acme.json"), directory(users)).unwrap();
    folder
}

/// Everything that the command says, on both outputs.
fn said(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_leaver"))
        .current_dir(folder)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    format!("{}{}", String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

fn assert_discreet(text: &str, what: &str) {
    for canary in CANARIES {
        assert!(!text.contains(canary), "{what} tells {canary}:\n{text}");
    }
}

const COMMANDS: [&[&str]; 11] = [
    &["check", "acme.rhai", "--directory", "acme.json"],
    &["check", "acme.rhai", "--directory", "acme.json", "--format", "json"],
    &["decide", "acme.rhai", "acme.json", "--all"],
    &["decide", "acme.rhai", "acme.json", "--format", "json"],
    &["decide", "acme.rhai", "acme.json", "--format", "csv"],
    &["decide", "acme.rhai", "acme.json", "--format", "ndjson"],
    &["explain", "acme.rhai", "acme.json", "--user", "ECHOECHO"],
    &["explain", "acme.rhai", "acme.json", "--user", "ECHOECHO", "--format", "json"],
    &["explain", "acme.rhai", "acme.json", "--user", "ECHOECHO", "--why-not", "fails"],
    &["plan", "acme.rhai", "acme.json", "--actor", "mia", "--as-of", "2026-11-22T09:00:00Z"],
    &[
        "plan",
        "acme.rhai",
        "acme.json",
        "--actor",
        "mia",
        "--as-of",
        "2026-11-22T09:00:00Z",
        "--format",
        "json",
    ],
];

#[test]
fn no_command_tells_a_name() {
    let folder = folder(DISCREET, &user(""));
    for arguments in COMMANDS {
        let text = said(folder.path(), arguments);
        assert!(!text.is_empty());
        assert!(arguments[0] == "check" || text.contains("ECHOECHO") || text.contains("fails"), "{text}");
        assert_discreet(&text, &arguments.join(" "));
    }
    // The names were read, and one rule failed for them.
    let explained = said(folder.path(), COMMANDS[6]);
    assert!(explained.contains("first_name = \"…\""), "{explained}");
    assert!(explained.contains("← fails"), "{explained}");
}

#[test]
fn no_mistake_in_a_directory_tells_a_name() {
    let mistakes = [
        user(r#", "country": "Switzerland""#),
        user(r#", "first_name": "Canaryfirst""#),
        user(r#", "nicknam": "Canarynick""#),
        format!("{}, {}", user(""), user("")),
        user("").replace("\"Canarylast\"", "[\"Canarylast\"]"),
        user("").replace("\"Canarynick\"", "\"Canarynick"),
        user("").replace("Canaryfirst", "Canaryfirst\\u0000"),
        user("").replace("Canaryfirst", &"Canaryfirst".repeat(1_000)),
    ];
    for users in mistakes {
        let folder = folder(DISCREET, &users);
        let text = said(folder.path(), &["decide", "acme.rhai", "acme.json"]);
        assert!(text.contains("error[D"), "{users} is no mistake:\n{text}");
        assert_discreet(&text, "an error");
    }
}

#[test]
fn debug_tells_no_name() {
    let read = Directory::from_json("acme.json", directory(&user("")).as_bytes()).expect("a good directory");
    assert!(format!("{read:?}").contains("Directory"));
    assert_discreet(&format!("{read:?}"), "Debug of a directory");
    for user in read.users() {
        assert!(format!("{user:?}").contains("ECHOECHO"));
        assert_discreet(&format!("{user:?}"), "Debug of a user");
    }
    let header = r#"{"directory": {"subscription": {"id": "acme", "edition": "enterprise", "time_zone": "UTC"}, "taken_at": "2026-11-22T08:00:00Z"}}"#;
    let stream = format!("{header}\n{}\n", user("").replace('\n', " "));
    let mut stream = Stream::ndjson(stream.as_bytes(), "users.ndjson").expect("a good header");
    let streamed = stream.next().expect("a user").expect("a good user");
    assert_discreet(&format!("{streamed:?}"), "Debug of a user of a stream");
}

/// The other tests can fail: a name that a policy asks for does arrive, where it was put.
#[test]
fn a_policy_may_put_a_name_into_a_text() {
    let folder = folder(OUTSPOKEN, &user(""));
    let decided = said(folder.path(), &["decide", "acme.rhai", "acme.json", "--format", "json"]);
    assert!(decided.contains("Good-bye, Canaryfirst."), "{decided}");
    let explained = said(folder.path(), &["explain", "acme.rhai", "acme.json", "--user", "ECHOECHO"]);
    assert_discreet(&explained, "an explanation as text, which leaves out the texts of notifications,");
}
