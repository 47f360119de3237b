//! The fast reader is the careful one: the same users, the same mistakes, at the same lines.

mod mutated;
mod random;

use std::fs;
use std::io::{self, BufRead, BufReader, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::record::Form;
use super::{BadRecord, Stream};
use crate::diagnostic::Diagnostic;
use crate::directory::SubscriptionHeader;
use crate::directory::record_reader::MOST_RECORD_BYTES;
use crate::model::{Facts, Schema, User, View};

/// What a stream comes to.
type Outcome = Result<Vec<Result<User, BadRecord>>, Vec<Diagnostic>>;

/// A stream of either format.
#[derive(Clone, Copy)]
enum Input<'i> {
    Ndjson,
    Csv(&'i SubscriptionHeader),
}

impl Input<'_> {
    fn open<R: BufRead>(self, reader: R) -> Result<Stream<R>, Vec<Diagnostic>> {
        match self {
            Self::Ndjson => Stream::ndjson(reader, "users"),
            Self::Csv(header) => Stream::csv(reader, "users", header),
        }
    }

    fn careful(self, bytes: &[u8]) -> Outcome {
        Ok(self.open(bytes)?.collect())
    }

    /// The same by blocks of `size` bytes, and how many records were read fast.
    fn fast(self, reader: impl BufRead, size: usize) -> (Outcome, usize) {
        let blocks = match self.open(reader) {
            Ok(stream) => stream.blocks().with_size(size),
            Err(diagnostics) => return (Err(diagnostics), 0),
        };
        let mut scanner = blocks.scanner();
        let (mut found, mut fast) = (Vec::new(), 0);
        let schema = blocks.header().schema.clone();
        for block in blocks {
            let _ = scanner.each(&block, |record| {
                found.push(record.map(|record| {
                    fast += usize::from(matches!(record.0, Form::Held(_)));
                    let user = record.to_user();
                    agrees_with(record, &user, &schema);
                    user
                }));
                ControlFlow::<()>::Continue(())
            });
        }
        (Ok(found), fast)
    }

    /// Compares both readers, whatever the size of the blocks, and tells how many records were read fast.
    fn compare(self, bytes: &[u8], sizes: impl IntoIterator<Item = usize>) -> usize {
        let expected = self.careful(bytes);
        let mut most = 0;
        for size in sizes {
            let (found, fast) = self.fast(bytes, size);
            if found != expected {
                show_difference(bytes, size, &found, &expected);
            }
            most = most.max(fast);
        }
        most
    }
}

/// Fails with the first record that differs.
fn show_difference(bytes: &[u8], size: usize, found: &Outcome, expected: &Outcome) -> ! {
    if let (Ok(found), Ok(expected)) = (found, expected) {
        for (found, expected) in found.iter().zip(expected) {
            assert_eq!(found, expected, "blocks of {size} bytes");
        }
    }
    let start = &bytes[..bytes.len().min(2_000)];
    panic!("blocks of {size} bytes: {found:?}, not {expected:?}: {}", String::from_utf8_lossy(start));
}

/// A record answers for each field as the user made of it does.
fn agrees_with(record: &impl Facts, user: &User, schema: &Schema) {
    assert_eq!(record.id(), user.id());
    assert_eq!(record.is_matched(), user.is_matched());
    for slot in schema.attributes().chain(schema.slots().skip(1)) {
        assert_eq!(record.view(slot), View::of(user.fact(slot)), "{}", schema.name(slot));
    }
}

const HEAD: &str = r#"{"directory": {"subscription": {"id": "acme", "edition": "enterprise", "time_zone": "Europe/Zurich"},
 "taken_at": "2026-11-22T08:00:00Z", "complete": true, "assume": {"legal_hold": false},
 "attributes": {"cost_center": "text?", "site": {"one_of": ["zurich", "a-place-with-a-very-long-name"]},
 "floor": "integer?", "vpn": "bool?", "since": "date?", "tags": "list of text?", "badge": "text"}}}"#;

fn head() -> String {
    HEAD.replace('\n', "") + "\n"
}

fn subscription() -> SubscriptionHeader {
    let text = head();
    let text = text.trim_end().strip_prefix(r#"{"directory": "#).and_then(|rest| rest.strip_suffix('}'));
    SubscriptionHeader::from_json("subscription.json", text.unwrap()).unwrap()
}

const PLAIN: &str = r#"{"id": "ECHOECHO", "person": "E1001", "employment": "staff", "last_day": "2026-11-20", "groups": ["g1", "g2"], "badge": "b"}
{"id":"MIAMIA01","person":"E1002","employment":"contractor","last_day":null,"legal_hold":true,"groups":[],"badge":"b"}
{"id": "ALFA0001", "badge": "b", "site": "zurich", "floor": -3, "vpn": false, "tags": ["ä"], "x-note": {"a": [1, 2.5]}}
{"id": "ALFA0002", "person": "", "employment": "", "badge": "b", "leaves_at": "2026-11-20T10:00:00Z", "country": "CH"}
{"id": "*SUPPORT", "badge": "b", "department": "日本", "superseded_by": "ECHOECHO", "edition": "edu", "first_day": "2024-02-29"}
"#;

#[test]
fn plain_records_are_read_fast_in_blocks_of_every_size() {
    let text = head() + PLAIN;
    let sizes = (1..=text.len() + 2).chain([usize::MAX]);
    assert_eq!(Input::Ndjson.compare(text.as_bytes(), sizes), 5);
    let unterminated = text.trim_end();
    Input::Ndjson.compare(unterminated.as_bytes(), [1, 50, 1_000]);
    Input::Ndjson.compare(text.replace('\n', "\r\n").as_bytes(), 1..400);
}

const TABLE: &str = "id,person,employment,last_day,groups,badge,x-note,leaves_at,floor,vpn,department
ECHOECHO,E1001,staff,2026-11-20,g1;g2,b,,,12,true,sales
MIAMIA01,E1002,contractor,,,b,,2026-11-20T10:00:00+01:00,-3,false,\"sales, legal\"
ALFA0001,\"E1003\",\"staff\",\"2026-11-20\",\"g1\",\"b\",\"\",,,,\"\"
ALFA0002,,,,,\"b\",\"a \"\"quote\"\"\",,,,日本
ALFA0003,,,,,b,\"two
lines\",,,,\"and
two\"
ALFA0004,E4,staff,,,b,,,,,\"last\"
";

#[test]
fn plain_rows_are_read_fast_in_blocks_of_every_size() {
    let header = subscription();
    let input = Input::Csv(&header);
    let sizes = (1..=TABLE.len() + 2).chain([usize::MAX]);
    assert_eq!(input.compare(TABLE.as_bytes(), sizes), 4, "all but those with quotes or lines in texts");
    input.compare(TABLE.trim_end().as_bytes(), [1, 50, 1_000]);
    input.compare(TABLE.replace('\n', "\r\n").as_bytes(), 1..400);
}

#[test]
fn odd_records_are_read_with_care() {
    for odd in [
        r#"{"id": "ECHOECHO", "badge": "b", "badge": "c"}"#,
        r#"{"id": "ECHOECHO", "badge": "b", "x-a": 1, "x-a": 1}"#,
        r#"{"id": "ECHOECHO", "badge": "b", "i\u0064": "ECHOECHO"}"#,
        r#"{"id": "ECHOECHO", "badge": "b", "superseded_by": "ECHOECHO"}"#,
        r#"{"id": "ECHOECHO", "badge": null}"#,
        r#"{"id": "ECHOECHO"}"#,
        r#"{"id": null, "badge": "b"}"#,
        r#"{"id": "", "badge": "b"}"#,
        r#"{"badge": "b"}"#,
        r#"{"id": "ECHOECHO", "badge": "b", "floor": 1.0}"#,
        r#"{"id": "ECHOECHO", "badge": "b", "floor": 9223372036854775807}"#,
        r#"{"id": "ECHOECHO", "badge": "b", "floor": 9223372036854775808}"#,
        r#"{"id": "ECHOECHO", "badge": "b", "floor": "1"}"#,
        r#"{"id": "ECHOECHO", "badge": "b", "password": "x"}"#,
        r#"{"id": "ECHOECHO", "badge": "b", "x-password": "x"}"#,
        r#"{"id": "ECHOECHO", "badge": "b", "tags": ["a", ""]}"#,
        r#"{"id": "ECHOECHO", "badge": "b", "tags": ["a",]}"#,
        r#"{"id": "ECHOECHO", "badge": "b", "department": "a\tb"}"#,
        r#"{"id": "ECHOECHO", "badge": "b", "department": "\u0000"}"#,
        r#"{"id": "ECHOECHO", "badge": "b", "department": "\ud800"}"#,
        "{\"id\": \"ECHOECHO\", \"badge\": \"b\tc\"}",
        r#"{"id": "ECHOECHO", "badge": "b"} "#,
        r#"{"id": "ECHOECHO", "badge": "b"} x"#,
        r#"{"id": "ECHOECHO", "badge": "b"}}"#,
        r#"{"id" : "ECHOECHO", "badge": "b"}"#,
        r#" {"id": "ECHOECHO", "badge": "b"}"#,
        r#"{"id": "ECHOECHO", "badge": "b", "x-deep": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}"#,
        r#"{"id": "ECHOECHO", "badge": "b", "site": "a-place-with-a-very-long-name"}"#,
        r#"{"id": "ECHOECHO", "badge": "b", "leaves_at": "2026-11-20t10:00:00.5+01:00"}"#,
        "{}",
        "[]",
        "   ",
    ] {
        // Before and after others, so that nothing of one is seen in the next.
        let text = format!("{}{PLAIN}{odd}\n{PLAIN}{odd}", head());
        Input::Ndjson.compare(text.as_bytes(), [1, 300, 100_000]);
    }
}

#[test]
fn fields_of_one_record_are_not_seen_in_the_next() {
    let lines: Vec<&str> = PLAIN.lines().collect();
    for first in &lines {
        for second in &lines {
            for broken in [first.len() / 3, first.len() / 2, first.len()] {
                let cut = first.char_indices().map(|(at, _)| at).find(|at| *at >= broken);
                let text = format!("{}{first}\n{}\n{second}\n", head(), &first[..cut.unwrap_or(first.len())]);
                Input::Ndjson.compare(text.as_bytes(), [100_000]);
            }
        }
    }
}

#[test]
fn a_stream_with_new_keys_in_every_record_is_read_too() {
    let mut text = head();
    for number in 0..300 {
        let line = format!(
            "{{\"x-{number}\": {number}, \"id\": \"ECHO{number:04}\", \"badge\": \"b\", \"vpn\": true}}\n"
        );
        text.push_str(&line);
    }
    assert_eq!(Input::Ndjson.compare(text.as_bytes(), [1_000, 100_000]), 300);
    let many = (0..100).map(|number| format!(", \"x-{number}\": {number}")).collect::<Vec<_>>().concat();
    let record = format!("{{\"id\": \"ECHOECHO\", \"badge\": \"b\"{many}}}\n");
    Input::Ndjson.compare([head().as_str(), &record, PLAIN, &record].concat().as_bytes(), [100_000]);
}

#[test]
fn long_lines_and_open_quotes_cost_what_they_cost_the_careful_reader() {
    let long = "x".repeat(MOST_RECORD_BYTES);
    let line = |text: &str| format!("{{\"id\": \"ECHOECHO\", \"badge\": \"b\", \"x-a\": \"{text}\"}}\n");
    let lines = [PLAIN, &line(&long), PLAIN, &line(&long[100..]), &line("a"), &line(&long[41..])];
    let text = head() + lines.concat().as_str();
    assert!(Input::Ndjson.compare(text.as_bytes(), [1, 1 << 18, 1 << 20]) >= 11);

    let header = subscription();
    let input = Input::Csv(&header);
    let pad = "x".repeat(2_000);
    let rows = (0..500).map(|row| format!("ECHO{row:04},b,{pad}\n")).collect::<Vec<_>>().concat();
    let head = "id,badge,department\n";
    let open = "MIAMIA01,b,\"open\n";
    let closed = "MIAMIA02,b,closed\"\n";
    let too_long = format!("MIAMIA03,b,\"{long}\"\n");
    let text = [head, open, &rows, &rows, open, &rows, closed, &rows, open, &too_long, &rows].concat();
    input.compare(text.as_bytes(), [1 << 18]);
    for tail in
        ["MIAMIA01,b,\"", "MIAMIA01,b,\"a\"", "MIAMIA01,b,\"a\"\"", "MIAMIA01,b,\"a\"\"\"", "\"", "\"\""]
    {
        input.compare(format!("{head}ECHOECHO,b,x\n{tail}").as_bytes(), [1, 25, 30, 40, 41, 1_000]);
        input.compare(format!("{head}ECHOECHO,b,x\n{tail}\nECHOECHO,b,\"x\"\n").as_bytes(), 1..80);
    }
}

/// Gives a few bytes at a time, is interrupted now and then, and breaks in the end.
struct Dripping<'b>(&'b [u8], usize, bool);

impl Read for Dripping<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1 += 1;
        if self.1.is_multiple_of(5) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        if self.0.is_empty() && std::mem::take(&mut self.2) {
            return Err(io::Error::other("the line dropped"));
        }
        let count = self.0.len().min(buffer.len()).min(self.1 % 7 + 1);
        let (now, rest) = self.0.split_at(count);
        buffer[..count].copy_from_slice(now);
        self.0 = rest;
        Ok(count)
    }
}

#[test]
fn a_stream_that_drips_and_breaks_is_read_up_to_there() {
    let header = subscription();
    let ndjson = head() + PLAIN;
    for (input, text) in [(Input::Ndjson, ndjson.as_str()), (Input::Csv(&header), TABLE)] {
        for cut in text.len() - 90..=text.len() {
            for breaks in [true, false] {
                let bytes = &text.as_bytes()[..cut];
                let drip = || BufReader::with_capacity(64, Dripping(bytes, 0, breaks));
                let expected: Vec<_> = input.open(drip()).unwrap().collect();
                for size in [1, 100, 1_000] {
                    let (found, _) = input.fast(drip(), size);
                    assert_eq!(found.unwrap(), expected, "cut at {cut}");
                }
            }
        }
    }
}

#[test]
fn every_stream_of_the_corpora_is_read_alike() {
    fn streams(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                streams(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "ndjson" || extension == "csv") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    for folder in ["tests", "examples"] {
        streams(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut found);
    }
    assert!(found.len() > 10, "{}", found.len());
    let header = subscription();
    for path in found {
        let bytes = fs::read(&path).unwrap();
        let own = SubscriptionHeader::read(&path.with_file_name("subscription.toml"));
        let header = own.as_ref().unwrap_or(&header);
        for input in [Input::Ndjson, Input::Csv(header)] {
            input.compare(&bytes, [1, 97, 1 << 18]);
            // Tables of directories are no streams; as records under a header of ours they are something.
            let mut with_head = head().into_bytes();
            with_head.extend_from_slice(&bytes);
            input.compare(&with_head, [1 << 18]);
        }
    }
}
