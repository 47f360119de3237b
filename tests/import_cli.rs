//! Making a directory from outside: the page shows what the program prints, and what is refused leaves nothing behind.
#![cfg(feature = "cli")]

use std::fs;
use std::path::Path;
use std::process::Output;

use leaver::directory::Directory;
use tempfile::TempDir;

mod program;

use program::{code, command, json, stderr, stdout};

const FILES: [&str; 6] =
    ["users-1.json", "users-2.json", "credentials.json", "people.csv", "subscription.toml", "policy.rhai"];

fn acme() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let to = folder.path().join("examples/acme/import");
    fs::create_dir_all(&to).expect("a folder");
    for name in FILES {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/acme/import").join(name);
        fs::copy(from, to.join(name)).expect("a file");
    }
    folder
}

fn leaver(folder: &Path, line: &str) -> Output {
    command(folder).args(line.split_whitespace().skip(1)).output().expect("it runs")
}

fn page() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/importing.md")).expect("a page")
}

/// The commands of the page with what is shown below each.
fn sessions(page: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let (mut inside, mut continued) = (false, false);
    for line in page.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if let Some((command, _)) = found.last_mut().filter(|_| continued) {
            *command += line.trim_end_matches('\\');
            continued = line.ends_with('\\');
        } else if let Some(line) = line.strip_prefix("$ ").filter(|_| inside) {
            found.push((line.trim_end_matches('\\').to_owned(), String::new()));
            continued = line.ends_with('\\');
        } else if let Some((_, shown)) = found.last_mut().filter(|_| inside) {
            *shown += &format!("{line}\n");
        }
    }
    found
}

#[test]
fn the_page_shows_what_the_program_prints() {
    let folder = acme();
    let sessions = sessions(&page());
    assert_eq!(sessions.len(), 2);
    for (line, shown) in sessions {
        let output = leaver(folder.path(), &line);
        assert_eq!(code(&output), 0, "{line}: {}", stderr(&output));
        // The page shows two spaces for the tab between fields.
        let printed: Vec<String> =
            stdout(&output).lines().map(|line| line.replace('\t', "  ").trim_end().to_owned()).collect();
        assert_eq!(printed, shown.lines().collect::<Vec<_>>(), "{line}");
    }
    let made = folder.path().join("acme-today");
    let directory = Directory::read(&made, &mut |_| {}).expect("a directory");
    assert_eq!(directory.users().len(), 6);
    assert_eq!(directory.credentials().len(), 2);
    for entry in fs::read_dir(&made).expect("a folder") {
        let text = fs::read_to_string(entry.expect("a file").path()).expect("text");
        assert!(!text.contains("example-only"), "a password was written");
    }
}

const USUAL: &str = "leaver import --users examples/acme/import/users-1.json examples/acme/import/users-2.json \
    --hr examples/acme/import/people.csv --subscription examples/acme/import/subscription.toml \
    --column person=Number --column employment=Contract --employment Permanent=staff --employment Agency=temporary \
    -o out";

#[test]
fn findings_are_json_and_strict_counts_them() {
    let folder = acme();
    let output = leaver(folder.path(), &format!("{USUAL} --format json --strict"));
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    let report = json(&output);
    assert_eq!((&report["users"], &report["matched"], &report["rows"]), (&6.into(), &3.into(), &5.into()));
    let codes: Vec<&str> = report["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|found| found["code"].as_str())
        .collect();
    for code in
        ["id_without_number", "id_without_row", "id_with_several_rows", "several_ids", "row_without_id"]
    {
        assert!(codes.contains(&code), "{code}: {codes:?}");
    }
    assert!(
        folder.path().join("out/users.ndjson").exists(),
        "what is to be looked at is no reason not to write"
    );
}

#[test]
fn what_is_refused_leaves_nothing_behind() {
    for (more, said, ends) in [
        ("--column last_dya=Until", "did you mean `last_day`?", 1),
        ("--column last_day=Nothing", "no column `Nothing` for `last_day`", 1),
        ("--column last_day=Number", "a column one field", 2),
        ("--employment Agency=staff", "a word has one meaning", 2),
        ("--credentials examples/acme/import/credentials.json", "--credential-kind", 2),
        ("--credentials nowhere.json --credential-kind single", "[D0001]", 4),
        (
            "--credentials examples/acme/import/credentials.json --credential-kind single --other-kind c9",
            "[D0305]",
            1,
        ),
    ] {
        let folder = acme();
        let output = leaver(folder.path(), &format!("{USUAL} {more}"));
        assert_eq!(code(&output), ends, "{more}: {}", stderr(&output));
        assert!(stderr(&output).contains(said), "{more}: {}", stderr(&output));
        let left: Vec<_> = fs::read_dir(folder.path()).expect("a folder").collect();
        assert_eq!(left.len(), 1, "{more}: {left:?}");
    }
}

#[test]
fn a_folder_that_is_there_is_not_touched() {
    let folder = acme();
    fs::create_dir(folder.path().join("out")).expect("a folder");
    let output = leaver(folder.path(), USUAL);
    assert_eq!(code(&output), 2, "{}", stderr(&output));
    assert!(stderr(&output).contains("is there already"), "{}", stderr(&output));
    assert_eq!(fs::read_dir(folder.path().join("out")).expect("a folder").count(), 0);
}
