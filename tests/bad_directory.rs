//! Every bad directory of `tests/bad/directory` is refused with exactly the expected mistakes.
//!
//! A case is a folder with `expected.json` and one input: `input.json`, a folder `input/`, the stream
//! `input.ndjson`, the stream `input.csv` with its `subscription.toml`, or what a directory is imported from:
//! `users.json` and `people.csv`, perhaps with `credentials.json` and `subscription.toml`. Inputs that would be
//! huge are made here.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};

use leaver::diagnostic::{Code, Diagnostic};
use leaver::directory::{
    Directory, ImportChoices, ImportFile, ImportSources, Stream, SubscriptionHeader, import,
};

/// Code, last part of the file's path, line, column.
type Mistake = (String, String, usize, usize);

fn mistakes(diagnostics: &[Diagnostic]) -> Vec<Mistake> {
    diagnostics
        .iter()
        .map(|diagnostic| {
            let file = Path::new(&diagnostic.file).file_name().unwrap().to_string_lossy().into_owned();
            (diagnostic.code.to_string(), file, diagnostic.line, diagnostic.column)
        })
        .collect()
}

fn stream_diagnostics(stream: Result<Stream<BufReader<File>>, Vec<Diagnostic>>) -> Vec<Diagnostic> {
    match stream {
        Ok(stream) => stream.filter_map(Result::err).flat_map(|bad| bad.diagnostics).collect(),
        Err(diagnostics) => diagnostics,
    }
}

fn diagnostics_of(case: &Path) -> Vec<Diagnostic> {
    let open = |name: &str| BufReader::new(File::open(case.join(name)).unwrap());
    if case.join("input.ndjson").exists() {
        return stream_diagnostics(Stream::ndjson(open("input.ndjson"), "input.ndjson"));
    }
    if case.join("input.csv").exists() {
        let header = match SubscriptionHeader::read(&case.join("subscription.toml")) {
            Ok(header) => header,
            Err(diagnostics) => return diagnostics,
        };
        return stream_diagnostics(Stream::csv(open("input.csv"), "input.csv", &header));
    }
    if case.join("people.csv").exists() {
        let text = |name: &str| fs::read_to_string(case.join(name)).ok();
        let of = |name: &str| text(name).unwrap();
        let credentials = text("credentials.json");
        let subscription = text("subscription.toml").unwrap_or_else(|| IMPORT_HEAD.to_owned());
        return imported(&of("users.json"), credentials.as_deref(), &of("people.csv"), &subscription);
    }
    let json = case.join("input.json");
    let path = if json.exists() { json } else { case.join("input") };
    Directory::read(&path, &mut |_| {}).err().unwrap_or_default()
}

const IMPORT_HEAD: &str = "taken_at = 2026-11-22T08:00:00Z\n[subscription]\nid = \"acme\"\nedition = \"enterprise\"\ntime_zone = \"UTC\"\n";

fn imported(users: &str, credentials: Option<&str>, hr: &str, subscription: &str) -> Vec<Diagnostic> {
    fn file<'f>(name: &'f str, text: &'f str) -> ImportFile<'f> {
        ImportFile { name, bytes: text.as_bytes() }
    }
    let sources = ImportSources {
        users: vec![file("users.json", users)],
        credentials: credentials.into_iter().map(|text| file("credentials.json", text)).collect(),
        hr: file("people.csv", hr),
        subscription: file("subscription.toml", subscription),
    };
    import(&sources, &ImportChoices::default()).err().unwrap_or_default()
}

fn expected(case: &Path) -> Vec<Mistake> {
    let text = fs::read_to_string(case.join("expected.json")).unwrap();
    let list: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    list.iter()
        .map(|mistake| {
            let number = |key: &str| usize::try_from(mistake[key].as_u64().unwrap()).unwrap();
            let text = |key: &str| mistake[key].as_str().unwrap().to_owned();
            (text("code"), text("file"), number("line"), number("column"))
        })
        .collect()
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad/directory");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

const HEAD: &str = r#"{"subscription": {"id": "acme", "edition": "enterprise", "time_zone": "UTC"}, "taken_at": "2026-11-22T08:00:00Z", "users": "#;

fn of_json(users: &str) -> Vec<Diagnostic> {
    Directory::from_json("input.json", format!("{HEAD}{users}}}").as_bytes()).unwrap_err()
}

/// Inputs too large to keep in the repository, with the codes they give.
fn made() -> Vec<(&'static str, Vec<Diagnostic>, &'static [&'static str])> {
    let nested = format!("[{}{}]", "[".repeat(100_000), "]".repeat(100_000));
    let nested_value =
        format!(r#"[{{"id": "ECHOECHO", "department": {}{}}}]"#, "[".repeat(100_000), "]".repeat(100_000));
    let nested_objects = format!("[{}1{}]", r#"{"a":"#.repeat(100_000), "}".repeat(100_000));
    let long_text = format!(r#"[{{"id": "ECHOECHO", "department": "{}"}}]"#, "ä".repeat(4_097));
    let long_list = format!(r#"[{{"id": "ECHOECHO", "categories": ["a"{}]}}]"#, r#","a""#.repeat(1_024));
    let mut many = String::from("[");
    for number in 0..1_500 {
        let comma = if number == 0 { "" } else { "," };
        write!(many, r#"{comma}{{"id": "ECHO{number:04}", "last_day": "2026-02-30"}}"#).unwrap();
    }
    many.push(']');

    let folder = tempfile::tempdir().unwrap();
    let sparse = folder.path().join("huge.json");
    File::create(&sparse).unwrap().set_len((1 << 30) + 1).unwrap();
    let too_large = Directory::read(&sparse, &mut |_| {}).unwrap_err();

    let mut group = String::from(r#"[], "groups": [{"id": "g1", "members": ["#);
    let mut users = String::from("[");
    for number in 0..257 {
        let comma = if number == 0 { "" } else { "," };
        write!(group, r#"{comma}"ECHO{number:04}""#).unwrap();
        write!(users, r#"{comma}{{"id": "ECHO{number:04}"}}"#).unwrap();
    }
    let group_of_257 = format!("{users}]{}]}}]", group.strip_prefix("[]").unwrap());

    let line = format!("{{\"directory\": {HEAD}[]}}}}\n").replace(", \"users\": []", "");
    let stream = format!("{line}{{\"id\": \"{}\"}}\n{{\"id\": \"ECHOECHO\"}}\n", "A".repeat(1 << 20));
    let mut results: Vec<_> = Stream::ndjson(stream.as_bytes(), "input.ndjson").unwrap().collect();
    assert!(results.pop().unwrap().is_ok(), "the stream goes on after a record that is too long");
    let too_long = results.pop().unwrap().unwrap_err().diagnostics;

    let dotted = format!("{} = 1\n", vec!["a"; 50_000].join("."));
    let toml_too_deep = SubscriptionHeader::from_toml("subscription.toml", &dotted).unwrap_err();
    let bracketed = format!("a = {}", "[".repeat(100_000));
    let toml_brackets = SubscriptionHeader::from_toml("subscription.toml", &bracketed).unwrap_err();
    assert!(toml_brackets.iter().all(|diagnostic| diagnostic.code == Code::TomlSyntax));
    let inline = format!("a = {}", "{b=".repeat(60_000));
    assert!(SubscriptionHeader::from_toml("subscription.toml", &inline).is_err());
    let toml_large = SubscriptionHeader::from_toml("subscription.toml", &"#".repeat(1 << 20)).unwrap_err();

    vec![
        ("100,000 lists in each other as a user", of_json(&nested), &["D0103"]),
        ("100,000 lists in each other as a value", of_json(&nested_value), &["D0103"]),
        ("100,000 objects in each other", of_json(&nested_objects), &["D0103"]),
        ("a text of 4,097 characters", of_json(&long_text), &["D0407"]),
        ("a list of 1,025 entries", of_json(&long_list), &["D0408"]),
        ("1,500 mistakes", of_json(&many), &["D0403", "D0008"]),
        ("a file of more than 1 GiB", too_large, &["D0002"]),
        ("a group of 257", of_json(&group_of_257), &["D0309"]),
        ("a record of more than 1 MiB", too_long, &["D0109"]),
        ("a TOML key of 50,000 parts", toml_too_deep, &["D0103"]),
        ("a TOML file of 1 MiB", toml_large, &["D0002"]),
    ]
}

#[test]
fn every_bad_directory_is_refused_with_exactly_its_mistakes() {
    let mut failures = String::new();
    let mut codes: BTreeSet<String> = BTreeSet::new();
    let cases = cases();
    for case in &cases {
        let diagnostics = diagnostics_of(case);
        let (expected, found) = (expected(case), mistakes(&diagnostics));
        codes.extend(expected.iter().map(|mistake| mistake.0.clone()));
        if expected != found {
            let name = case.file_name().unwrap().to_string_lossy();
            writeln!(failures, "{name}:\n  expected {expected:?}\n  found    {found:?}").unwrap();
            for diagnostic in &diagnostics {
                writeln!(failures, "    {diagnostic}").unwrap();
            }
        }
    }
    let made = made();
    for (name, diagnostics, expected) in &made {
        codes.extend(diagnostics.iter().map(|diagnostic| diagnostic.code.to_string()));
        let found: BTreeSet<&str> = diagnostics.iter().map(|diagnostic| diagnostic.code.as_str()).collect();
        if found != expected.iter().copied().collect() {
            writeln!(failures, "{name}: expected {expected:?}, found {found:?}").unwrap();
        }
    }
    println!("{} bad directories on disk, {} made, all refused", cases.len(), made.len());
    assert!(failures.is_empty(), "{failures}");
    assert!(cases.len() >= 45, "the corpus has shrunk to {}", cases.len());

    let untested: Vec<&str> = Code::ALL
        .iter()
        .map(|code| code.as_str())
        .filter(|code| code.starts_with('D') && !codes.contains(*code))
        .collect();
    assert!(untested.is_empty(), "no bad directory gives {untested:?}");
}

#[test]
fn at_most_a_thousand_mistakes_are_listed_and_the_rest_counted() {
    let (_, diagnostics, _) = made().into_iter().find(|(name, ..)| *name == "1,500 mistakes").unwrap();
    assert_eq!(diagnostics.len(), 1_001);
    let last = diagnostics.last().unwrap();
    assert_eq!(last.code, Code::DirectoryTooManyMistakes);
    assert!(last.message.starts_with("500 more"), "{last}");
}

#[test]
fn no_message_repeats_a_name_or_a_password() {
    let users = r#"[{"id": "ECHOECHO", "first_name": 5, "last_name": ["Secretname"], "nickname": {"a": "Secretname"},
        "password": "Secretname", "x-password": "Secretname"}]"#;
    let diagnostics = of_json(users);
    assert_eq!(diagnostics.len(), 5, "{diagnostics:?}");
    let long = format!(r#"[{{"id": "ECHOECHO", "last_name": "Secretname{}"}}]"#, "x".repeat(5_000));
    let nul = r#"[{"id": "ECHOECHO", "first_name": "Secretname\u0000"}]"#;
    for diagnostic in diagnostics.into_iter().chain(of_json(&long)).chain(of_json(nul)) {
        assert!(!diagnostic.to_string().contains("Secretname"), "{diagnostic}");
    }
}

#[test]
fn each_code_has_a_page() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/errors");
    for code in Code::ALL.iter().filter(|code| code.as_str().starts_with('D')) {
        let page = fs::read_to_string(docs.join(format!("{code}.md"))).unwrap_or_default();
        for part in [&format!("# {code}: "), "\n## Wrong\n", "\n## Right\n", "\n## What to do\n"] {
            assert!(page.contains(part), "the page of {code} has no `{}`", part.trim());
        }
    }
}

/// The example blocks of a page: the section they stand in, their info string and their text.
fn examples(page: &str) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    let (mut section, mut open) = (String::new(), None::<(String, String)>);
    for line in page.lines() {
        if let Some(info) = line.strip_prefix("```") {
            open = match open.take() {
                None => Some((info.to_owned(), String::new())),
                Some((info, text)) => {
                    found.push((section.clone(), info, text));
                    None
                }
            };
        } else if let Some((_, text)) = &mut open {
            text.push_str(line);
            text.push('\n');
        } else if let Some(title) = line.strip_prefix("## ") {
            title.clone_into(&mut section);
        }
    }
    found
}

/// The mistakes of an example; `None` for an example that is not an input.
fn diagnostics_of_example(info: &str, text: &str) -> Option<Vec<Diagnostic>> {
    const TOML: &str = "taken_at = 2026-11-22T08:00:00Z\n[subscription]\nid = \"acme\"\nedition = \"enterprise\"\ntime_zone = \"UTC\"\n";
    const USERS: &str = "id,person,employment\nECHOECHO,E1001,staff\n";
    let folder = |files: &[(&str, &str)]| {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        Directory::read(folder.path(), &mut |_| {}).err().unwrap_or_default()
    };
    Some(match info {
        "json directory" => Directory::from_json("directory.json", text.as_bytes()).err().unwrap_or_default(),
        "csv users" => folder(&[("directory.toml", TOML), ("users.csv", text)]),
        "csv members" => folder(&[
            ("directory.toml", TOML),
            ("users.csv", USERS),
            ("groups.csv", "id,name\ng1,Sales\n"),
            ("members.csv", text),
        ]),
        "toml directory" => folder(&[("directory.toml", text), ("users.csv", USERS)]),
        "json answer" => imported(text, None, "person,employment\nE1001,staff\n", IMPORT_HEAD),
        "ndjson stream" => match Stream::ndjson(text.trim_end().as_bytes(), "users.ndjson") {
            Ok(stream) => stream.filter_map(Result::err).flat_map(|bad| bad.diagnostics).collect(),
            Err(diagnostics) => diagnostics,
        },
        _ => return None,
    })
}

#[test]
fn the_examples_of_the_pages_do_what_the_pages_say() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let mut ran = 0;
    for code in Code::ALL.iter().filter(|code| code.as_str().starts_with('D')) {
        let page = fs::read_to_string(docs.join(format!("errors/{code}.md"))).unwrap();
        for (section, info, text) in examples(&page) {
            let Some(diagnostics) = diagnostics_of_example(&info, &text) else { continue };
            let found: Vec<Code> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
            let expected: &[Code] = if section == "Wrong" { &[*code] } else { &[] };
            assert_eq!(found, expected, "{code}, {section}: {diagnostics:?}");
            ran += 1;
        }
    }
    for (_, info, text) in examples(&fs::read_to_string(docs.join("directory.md")).unwrap()) {
        if let Some(diagnostics) = diagnostics_of_example(&info, &text) {
            assert!(diagnostics.is_empty(), "directory.md: {diagnostics:?}");
            ran += 1;
        }
    }
    println!("{ran} examples of the pages ran");
    assert!(ran >= 60, "only {ran} examples ran");
}
