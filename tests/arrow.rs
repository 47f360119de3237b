//! `leaver decide --format arrow` writes the decisions that `--format json` writes, for directories and
//! streams, whatever the number of threads.

#![cfg(all(feature = "cli", feature = "arrow"))]

mod program;
/// The reader of the columns' own tests, which calls the library `crate`.
#[path = "../src/columns/tests/reading.rs"]
mod reading;

use std::fs;
use std::io::Cursor;
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_ipc::reader::StreamReader;
use leaver::{columns, model};
use program::{code, command, json, stderr};
use serde_json::Value;

const AS_OF: &str = "2026-11-22T09:00:00Z";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The decisions of a stream of columns.
fn read(bytes: Vec<u8>) -> Vec<Value> {
    let reader = StreamReader::try_new(Cursor::new(bytes), None).expect("a stream of columns");
    assert_eq!(reader.schema(), columns::decision_schema());
    let batches: Vec<RecordBatch> = reader.collect::<Result<_, _>>().expect("whole batches");
    batches.iter().flat_map(reading::decisions).collect()
}

#[test]
fn a_directory_is_decided_as_in_json() {
    let folder = tempfile::tempdir().unwrap();
    let decide = |arguments: &[&str]| {
        let mut command = command(root());
        command.args(["decide", "examples/acme/policy.rhai", "examples/acme", "--as-of", AS_OF]);
        command.args(arguments).output().unwrap()
    };
    let expected = json(&decide(&["--format", "json", "--all"]));
    let expected = expected.as_array().unwrap();
    assert_eq!(expected.len(), 256);
    for threads in ["1", "3"] {
        let file = folder.path().join(format!("{threads}.arrows"));
        let output = decide(&["--format", "arrow", "--threads", threads, "-o", file.to_str().unwrap()]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        assert!(output.stdout.is_empty());
        assert_eq!(read(fs::read(file).unwrap()), *expected);
    }
    // Into a pipe, about one user.
    let output = decide(&["--format", "arrow", "--user", "OLDPHONE"]);
    let found = read(output.stdout);
    assert_eq!((found.len(), &found[0]["user"]), (1, &Value::from("OLDPHONE")));
}

#[test]
fn a_stream_is_decided_as_in_json_bad_records_included() {
    let folder = tempfile::tempdir().unwrap();
    let mut lines = r#"{"directory": {"subscription": {"id": "acme", "edition": "enterprise", "time_zone": "Europe/Zurich"}, "taken_at": "2026-11-22T08:00:00Z", "complete": true}}"#.to_owned();
    for number in 0..3_000 {
        let id = if number % 50 == 7 { "nobody" } else { "U" };
        lines += &format!(
            "\n{{\"id\": \"{id}{number:07}\", \"person\": \"E{number}\", \"employment\": \"staff\", \"last_day\": {}}}",
            ["null", "\"2026-11-20\"", "\"2026-12-24\""][number % 3]
        );
    }
    fs::write(folder.path().join("users.ndjson"), lines).unwrap();
    let rule = "/// Staff lose the ID.\nfn staff(user) { if user.has_left { revoke().after(days(7)) } }\n";
    fs::write(folder.path().join("policy.rhai"), rule).unwrap();
    let decide = |format: &str, threads: &str| {
        let mut command = command(folder.path());
        command.args(["decide", "policy.rhai", "users.ndjson", "--as-of", AS_OF, "--format", format]);
        command.args(["--threads", threads]).output().unwrap()
    };
    let expected = json(&decide("json", "1"));
    let expected = expected.as_array().unwrap();
    assert_eq!(expected.iter().filter(|one| one["hold"]["code"] == "invalid_record").count(), 60);
    let one = decide("arrow", "1");
    assert_eq!(read(one.stdout.clone()), *expected);
    assert_eq!(decide("arrow", "4").stdout, one.stdout, "the same bytes for any number of threads");
}
