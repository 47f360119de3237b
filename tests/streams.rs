//! A stream of users is decided as each of its users is decided alone, by any number of threads, and in
//! memory that does not grow with it.

#![cfg(feature = "cli")]

mod program;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use leaver::directory::{BadRecord, Stream, SubscriptionHeader};
use leaver::model::{Moment, User, parse_instant};
use leaver::policy::{Basis, Evaluator, Source, check};
use program::{code, command, stderr, stdout};

const AS_OF: &str = "2026-11-22T09:00:00Z";

const POLICY: &str = r#"
/// Nothing irreversible while legal holds the account.
fn legal_hold(user) { if user.legal_hold { forbid("revoke", "detach") } }
/// Staff lose the ID, a week after they were told.
fn staff(user) { if user.has_left && user.employment == "staff" { revoke().after(days(7)).notify("Your ID goes.") } }
/// The older of two IDs goes.
fn duplicate(user) { if user.superseded_by != () { revoke().keep_access().replace_with(user.superseded_by) } }
/// Others keep their ID.
fn others(user) { if user.has_left { detach().because("left " + (user.department ?? "nowhere")) } }
/// Unused service accounts.
fn unused(user) {
    if user.employment == "service" && user.last_seen != () && days_since(user.last_seen) > 90 { review("unused") }
}
/// Out of every group.
fn groups(user) { if user.has_left && user.groups.len() > 1 { also(leave_groups_and_lists()) } }
"#;

const HEAD: &str = r#"{"directory": {"subscription": {"id": "acme", "edition": "enterprise", "time_zone": "Europe/Zurich"}, "taken_at": "2026-11-22T08:00:00Z", "complete": true, "assume": {"superseded_by": null}}}"#;

const SUBSCRIPTION: &str = "taken_at = 2026-11-22T08:00:00Z\ncomplete = true\n[subscription]\nid = \"acme\"\n\
                            edition = \"enterprise\"\ntime_zone = \"Europe/Zurich\"\n";

/// So many users as NDJSON and as CSV, some of them odd and some no users.
fn texts(count: usize) -> (String, String) {
    let mut ndjson = format!("{HEAD}\n");
    let mut csv =
        "id,person,employment,last_day,department,legal_hold,last_seen,groups,superseded_by\n".to_owned();
    let pick = |number: usize, some: &[&'static str]| some[number % some.len()];
    for number in 0..count {
        let employment = pick(number / 3, &["staff", "contractor", "service", "partner", ""]);
        let last_day = pick(number / 7, &["", "2026-11-20", "2026-11-22", "2027-01-01", "2025-02-28"]);
        let department = pick(number / 11, &["sales", "legal \\u0026 law", "日本", "", "a, b"]);
        let hold = pick(number / 13, &["false", "false", "true"]);
        let seen = pick(number / 17, &["2026-08-01", "2026-11-21", ""]);
        let groups = pick(number / 5, &["", "g1", "g1;g2"]);
        let by = pick(number / 19, &["", "", "", "ECHOECHO"]);
        let id = if number % 97 == 96 { format!("u{number:07}") } else { format!("U{number:07}") };
        let list: Vec<String> =
            groups.split(';').filter(|group| !group.is_empty()).map(|group| format!("\"{group}\"")).collect();
        let _ =
            write!(ndjson, "{{\"id\": \"{id}\", \"person\": \"E{number}\", \"employment\": \"{employment}\"");
        let _ = write!(ndjson, ", \"last_day\": \"{last_day}\", \"department\": \"{department}\"");
        let _ = write!(
            ndjson,
            ", \"legal_hold\": {hold}, \"last_seen\": \"{seen}\", \"groups\": [{}]",
            list.join(", ")
        );
        if by.is_empty() {
            ndjson.push_str("}\n");
        } else {
            let _ = writeln!(ndjson, ", \"superseded_by\": \"{by}\"}}");
        }
        let department = department.replace("\\u0026", "&");
        let quote = if department.contains(',') { "\"" } else { "" };
        let _ = writeln!(
            csv,
            "{id},E{number},{employment},{last_day},{quote}{department}{quote},{hold},{seen},{groups},{by}"
        );
        if number % 101 == 100 {
            ndjson.push_str("{\"id\": \"CUTOFF01\"\n\n");
            csv.push_str("CUTOFF01,\"open\n\n");
        }
    }
    (ndjson, csv)
}

fn evaluator() -> Evaluator {
    let checked = check(vec![Source::new("acme.rhai", POLICY)], &std::sync::Arc::default(), None);
    let policy = checked.policy.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics));
    let moment = Moment::new(parse_instant(AS_OF).unwrap(), "Europe/Zurich".parse().unwrap()).unwrap();
    policy.evaluator(Basis::new(moment, true)).unwrap()
}

/// What the command must write: the decision about each record, one by one, as JSON.
fn one_by_one(records: impl Iterator<Item = Result<User, BadRecord>>) -> Vec<String> {
    let evaluator = evaluator();
    let decision = |record| match record {
        Ok(user) => serde_json::to_string(&evaluator.decide(&user).unwrap()).unwrap(),
        Err(BadRecord { line, id, .. }) => format!("line {line} {id:?}"),
    };
    records.map(decision).collect()
}

fn decide(folder: &Path, stream: &str, arguments: &[&str]) -> Vec<u8> {
    let mut command: Command = command(folder);
    command.args(["decide", "acme.rhai", stream, "--as-of", AS_OF]).args(arguments);
    if stream == "users.csv" {
        command.args(["--subscription", "subscription.toml"]);
    }
    let output = command.output().unwrap();
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let _ = stdout(&output);
    output.stdout
}

fn folder(ndjson: &str, csv: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("acme.rhai", POLICY),
        ("users.ndjson", ndjson),
        ("users.csv", csv),
        ("subscription.toml", SUBSCRIPTION),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

#[test]
fn a_stream_is_decided_as_its_users_are_one_by_one() {
    let (ndjson, csv) = texts(3_000);
    let folder = folder(&ndjson, &csv);
    let header = SubscriptionHeader::from_toml("subscription.toml", SUBSCRIPTION).unwrap();
    let expected = [
        ("users.ndjson", one_by_one(Stream::ndjson(ndjson.as_bytes(), "users.ndjson").unwrap())),
        ("users.csv", one_by_one(Stream::csv(csv.as_bytes(), "users.csv", &header).unwrap())),
    ];
    for (stream, expected) in expected {
        let found = decide(folder.path(), stream, &["--format", "ndjson"]);
        let found: Vec<&str> = std::str::from_utf8(&found).unwrap().lines().collect();
        assert_eq!(found.len(), expected.len());
        let mut bad = 0;
        for (found, expected) in found.iter().zip(&expected) {
            if expected.starts_with("line ") {
                bad += 1;
                let line = expected.split(' ').nth(1).unwrap();
                assert!(found.contains("\"code\":\"invalid_record\""), "{found}");
                assert!(found.contains(&format!("\"message\":\"line {line}: ")), "{found} is not {expected}");
            } else {
                assert_eq!(found, expected);
            }
        }
        assert!(bad > 30, "{bad}");
    }
}

#[test]
fn csv_output_of_a_stream_says_what_json_says() {
    let (ndjson, csv) = texts(2_000);
    let folder = folder(&ndjson, &csv);
    for stream in ["users.ndjson", "users.csv"] {
        let json = decide(folder.path(), stream, &["--format", "ndjson"]);
        let rows = decide(folder.path(), stream, &["--format", "csv"]);
        let mut reader = csv::Reader::from_reader(rows.as_slice());
        let headers = reader.headers().unwrap().clone();
        let decisions: Vec<serde_json::Value> = std::str::from_utf8(&json)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
        assert_eq!(rows.len(), decisions.len());
        for (row, decision) in rows.iter().zip(&decisions) {
            for (key, cell) in headers.iter().zip(row) {
                let expected = match &decision[key] {
                    serde_json::Value::Null => String::new(),
                    serde_json::Value::String(text) => text.clone(),
                    serde_json::Value::Array(list) if list.is_empty() => String::new(),
                    serde_json::Value::Number(number) => number.to_string(),
                    nested => {
                        assert_eq!(
                            serde_json::from_str::<serde_json::Value>(cell).unwrap(),
                            *nested,
                            "{key}"
                        );
                        continue;
                    }
                };
                assert_eq!(cell, expected, "{key}");
            }
        }
    }
}

#[test]
fn every_number_of_threads_gives_the_same_bytes() {
    // Several blocks of 256 KiB.
    let (ndjson, csv) = texts(9_000);
    assert!(ndjson.len() > 5 << 18);
    let folder = folder(&ndjson, &csv);
    for stream in ["users.ndjson", "users.csv"] {
        for format in ["ndjson", "json", "csv", "table"] {
            let alone = decide(folder.path(), stream, &["--format", format, "--threads", "1"]);
            for threads in ["2", "3", "7"] {
                let found = decide(folder.path(), stream, &["--format", format, "--threads", threads]);
                assert!(found == alone, "{stream} as {format} with {threads} threads");
            }
        }
    }
}

#[test]
fn one_user_of_a_stream_is_found() {
    let (ndjson, csv) = texts(500);
    let folder = folder(&ndjson, &csv);
    for stream in ["users.ndjson", "users.csv"] {
        let found = decide(folder.path(), stream, &["--format", "ndjson", "--user", "U0000321"]);
        let found: Decided = serde_json::from_slice(&found).unwrap();
        assert_eq!(found.user, "U0000321");
    }
    let output = command(folder.path())
        .args(["decide", "acme.rhai", "users.ndjson", "--as-of", AS_OF, "--user", "NOBODY00"])
        .output()
        .unwrap();
    assert_eq!(code(&output), 2);
}

#[derive(serde::Deserialize)]
struct Decided {
    user: String,
}

/// The most memory a run had, in KiB.
#[cfg(target_os = "linux")]
fn memory(folder: &Path, stream: &str) -> u64 {
    use std::io::Read;
    let mut child = command(folder)
        .args(["decide", "acme.rhai", stream, "--as-of", AS_OF, "--format", "ndjson", "--threads", "2"])
        .args(if stream == "users.csv" { &["--subscription", "subscription.toml"][..] } else { &[] })
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut output = child.stdout.take().unwrap();
    let mut most = 0;
    let mut buffer = vec![0; 1 << 16];
    while output.read(&mut buffer).unwrap() > 0 {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
        most = most.max(kib.unwrap_or(0));
    }
    assert!(child.wait().unwrap().success());
    most
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_stream() {
    let (ndjson, csv) = texts(8_000);
    let repeated = |text: &str| {
        let (first, rest) = text.split_once('\n').unwrap();
        format!("{first}\n{}", rest.repeat(8))
    };
    let small = folder(&ndjson, &csv);
    let large = folder(&repeated(&ndjson), &repeated(&csv));
    for stream in ["users.ndjson", "users.csv"] {
        let (few, many) = (memory(small.path(), stream), memory(large.path(), stream));
        assert!(few > 1_000, "{few} KiB");
        // The larger file alone has eleven MiB more.
        assert!(many < few + 6_000, "{stream}: {few} KiB, and {many} KiB for eight times as many users");
    }
}
