//! The history, by a second verifier that knows nothing of leaver: a few lines of Python.

use std::fs;
use std::process::Command;

use crate::company::{Company, LATER};
use crate::program::{code, stderr, stdout};

/// Verifies the lines of an export by the documentation alone: canonical JSON, RFC 6962 leaves, the chain, the root.
const VERIFIER: &str = r#"
import hashlib, json, sys

def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

def root(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\x01" + root(leaves[:half]) + root(leaves[half:])).digest()

leaves, previous = [], None
for number, line in enumerate(open(sys.argv[1], encoding="utf-8", newline="\n"), 1):
    line = line.rstrip("\n")
    record = json.loads(line)
    if canonical(record) != line:
        sys.exit(f"record {number} is not canonical")
    said = record.pop("hash")
    leaf = hashlib.sha256(b"\x00" + canonical(record).encode()).digest()
    if said != leaf.hex() or record["prev"] != previous or record["n"] != number:
        sys.exit(f"record {number} does not follow")
    leaves.append(leaf)
    previous = said
print(len(leaves), root(leaves).hex())
"#;

#[test]
fn a_second_verifier_agrees() {
    let Ok(version) = Command::new("python3").arg("--version").output() else {
        println!("skipped: python3 is not there");
        assert!(std::env::var_os("CI").is_none(), "python3 is needed");
        return;
    };
    assert!(version.status.success());
    let company = Company::of(6, 2);
    company.plan(&[]);
    company.approve("noah");
    company.approve("lena");
    let approved = ["--approval", "noah.approval", "--approval", "lena.approval", "--until", LATER];
    assert_eq!(code(&company.apply(&approved)), 0);
    company.done(&["audit", "export", "acme.journal", "-o", "history.jsonl"]);
    fs::write(company.path("verify.py"), VERIFIER).expect("a file");
    let python = |file: &str| {
        Command::new("python3")
            .current_dir(company.at())
            .args(["verify.py", file])
            .output()
            .expect("python3 runs")
    };
    let verified = python("history.jsonl");
    assert!(verified.status.success(), "{}", stderr(&verified));
    let (size, root) = stdout(&verified).trim().split_once(' ').expect("size and root");
    let ours = company.done(&["audit", "verify", "acme.journal"]);
    let said = format!("consistent: {size} records, root {root}");
    assert!(stdout(&ours).starts_with(&said), "{said}: {}", stdout(&ours));
    // It sees a change as well.
    let text = fs::read_to_string(company.path("history.jsonl")).expect("an export");
    fs::write(company.path("changed.jsonl"), text.replacen("\"attempt\":1", "\"attempt\":2", 1))
        .expect("a file");
    assert!(!python("changed.jsonl").status.success());
}

#[test]
fn consistent_is_not_authentic() {
    let company = Company::of(2, 0);
    company.plan(&[]);
    company.apply(&[]);
    let key = fs::read_to_string(company.path("approvers.toml")).expect("approvers");
    let key =
        key.lines().find_map(|line| line.strip_prefix("noah = \"")).expect("a key").trim_end_matches('"');
    let sign =
        ["audit", "checkpoint", "acme.journal", "--key", "noah.key", "--name", "noah", "-o", "a.checkpoint"];
    company.done(&sign);
    let with = ["audit", "verify", "acme.journal", "--checkpoint", "a.checkpoint", "--public-key", key];
    assert!(stdout(&company.done(&with)).starts_with("authentic: "));
    // The history grows on, and the checkpoint holds.
    assert!(!stdout(&company.done(&with)).contains("after the checkpoint"));
    company.apply(&["--until", LATER]);
    let output = company.done(&with);
    let grown = stdout(&output);
    assert!(grown.starts_with("authentic: ") && grown.contains("came after the checkpoint"), "{grown}");
    // The end is cut off: consistent in itself, and not what the checkpoint says.
    fs::copy(company.path("acme.journal"), company.path("cut.journal")).expect("a copy");
    let cut = company.path("cut.journal");
    drop(fs::remove_file(company.path("cut.journal-wal")));
    let raw = rusqlite::Connection::open(&cut).expect("a database");
    raw.execute("DELETE FROM records WHERE n > 5", []).expect("cut off");
    drop(raw);
    assert!(stdout(&company.done(&["audit", "verify", "cut.journal"])).starts_with("consistent: 5 records"));
    let cut =
        company.run(&["audit", "verify", "cut.journal", "--checkpoint", "a.checkpoint", "--public-key", key]);
    assert_eq!(code(&cut), 3);
    assert!(stderr(&cut).contains("[H0004]"), "{}", stderr(&cut));
    // A record in the middle is changed.
    fs::copy(company.path("acme.journal"), company.path("changed.journal")).expect("a copy");
    let raw = rusqlite::Connection::open(company.path("changed.journal")).expect("a database");
    raw.execute("UPDATE records SET line = replace(line, 'mia', 'max') WHERE n = 3", []).expect("changed");
    drop(raw);
    let changed = company.run(&["audit", "verify", "changed.journal"]);
    assert_eq!(code(&changed), 1);
    assert!(stderr(&changed).contains("[H0001]"), "{}", stderr(&changed));
}
