//! Random records: valid ones in any order of keys and any spacing, and some that are not.

use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::{Input, head, subscription};

/// A value as it stands in JSON, mostly one that the field may have.
fn value(key: &'static str) -> BoxedStrategy<String> {
    let texts = prop_oneof![
        4 => "[a-zA-Z ,;.äß日]{1,20}".prop_map(|text| format!("\"{text}\"")),
        1 => "[a-z\\\\\"\u{1}\n]{0,6}".prop_map(|text| serde_json::to_string(&text).unwrap()),
        1 => Just("\"\\u00e4\\ud83d\\ude00\"".to_owned()),
        1 => "[a-z]{4090,4100}".prop_map(|text| format!("\"{text}\"")),
    ];
    let dates = prop_oneof!["2026-[01][0-9]-[0-3][0-9]", "[0-9]{4}-02-29", "20260101"];
    let instants = "2026-1[0-2]-[0-2][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](Z|\\+01:00|\\.5Z|)";
    let ids = prop_oneof!["[A-Z0-9*][A-Z0-9]{7}", "[A-Za]{7,9}"];
    let quoted = |text: String| format!("\"{text}\"");
    let good = match key {
        "id" | "superseded_by" => ids.prop_map(quoted).boxed(),
        "employment" => select(vec!["\"staff\"", "\"partner\"", "\"stuff\""]).prop_map(str::to_owned).boxed(),
        "site" => {
            select(vec!["\"zurich\"", "\"a-place-with-a-very-long-name\""]).prop_map(str::to_owned).boxed()
        }
        "last_day" | "since" => dates.prop_map(quoted).boxed(),
        "leaves_at" => instants.prop_map(quoted).boxed(),
        "floor" => "-?[0-9]{1,20}(\\.0|e1)?".boxed(),
        "vpn" | "legal_hold" => select(vec!["true", "false"]).prop_map(str::to_owned).boxed(),
        "groups" | "tags" => list(texts.boxed()).boxed(),
        "country" => "\"[A-Z]{2}\"".boxed(),
        _ if key.starts_with("x-") => {
            select(vec!["1.5e3", "[1, {\"a\": \"\\n\"}]", "{\"a\": [true, null]}", "-0", "01", "[1,]"])
                .prop_map(str::to_owned)
                .boxed()
        }
        _ => texts.boxed(),
    };
    let other = prop_oneof![Just("null"), Just("\"\""), Just("1"), Just("true"), Just("[]"), Just("{}")];
    prop_oneof![12 => good, 1 => other.prop_map(str::to_owned)].boxed()
}

fn list(entry: BoxedStrategy<String>) -> impl Strategy<Value = String> {
    let many = (0_usize..3).prop_map(|odd| vec!["\"g\"".to_owned(); 1_023 + odd]);
    prop_oneof![30 => proptest::collection::vec(entry, 0..4), 1 => many]
        .prop_map(|entries| format!("[{}]", entries.join(", ")))
}

const KEYS: &[&str] = &[
    "id",
    "badge",
    "site",
    "person",
    "employment",
    "last_day",
    "leaves_at",
    "department",
    "country",
    "groups",
    "legal_hold",
    "superseded_by",
    "first_name",
    "cost_center",
    "floor",
    "vpn",
    "since",
    "tags",
    "x-note",
    "x-data",
];

/// A record: keys in one order or any, each once or, rarely, twice.
fn record() -> impl Strategy<Value = String> {
    let keys = prop_oneof![
        subsequence(KEYS, 3..KEYS.len()),
        subsequence(KEYS, 3..KEYS.len()).prop_shuffle(),
        subsequence(KEYS, 2..5).prop_map(|some| [&some[..], &some[..1], &["id", "badge"]].concat()),
    ];
    let keys = keys.prop_map(|mut keys| {
        // Most records have what a record needs.
        for needed in ["id", "badge", "site"] {
            if !keys.contains(&needed) {
                keys.insert(keys.len() / 2, needed);
            }
        }
        keys
    });
    let spacing = prop_oneof![4 => Just((",", ":")), 4 => Just((", ", ": ")), 1 => Just((" ,\t", " :  "))];
    let pairs = keys.prop_flat_map(|keys| {
        keys.into_iter().map(|key| value(key).prop_map(move |value| (key, value))).collect::<Vec<_>>()
    });
    (pairs, spacing).prop_map(|(pairs, (comma, colon))| {
        let mut line = String::from("{");
        for (at, (key, value)) in pairs.into_iter().enumerate() {
            let _ = write!(line, "{}\"{key}\"{colon}{value}", if at == 0 { "" } else { comma });
        }
        line + "}"
    })
}

/// A row of CSV from cells as they may be written.
fn row(columns: &'static [&'static str]) -> impl Strategy<Value = String> {
    let cell = |key: &'static str| {
        let plain = value(key).prop_map(|json| match serde_json::from_str(&json) {
            Ok(serde_json::Value::String(text)) => text,
            Ok(serde_json::Value::Array(list)) => {
                list.iter().map(|text| text.as_str().unwrap_or("x")).collect::<Vec<_>>().join(";")
            }
            Ok(serde_json::Value::Null) => String::new(),
            _ => json,
        });
        (plain, 0..12).prop_map(|(text, quoting)| match quoting {
            0 => text,
            1 => format!("\"{text}\""),
            _ if text.contains([',', '"', '\n', '\r']) => format!("\"{}\"", text.replace('"', "\"\"")),
            2 | 3 => format!("\"{text}\""),
            _ => text,
        })
    };
    columns.iter().copied().map(cell).collect::<Vec<_>>().prop_map(|cells| cells.join(","))
}

const COLUMNS: &[&str] = &[
    "id",
    "badge",
    "site",
    "person",
    "employment",
    "last_day",
    "leaves_at",
    "country",
    "groups",
    "legal_hold",
    "superseded_by",
    "floor",
    "vpn",
    "x-note",
    "department",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn records(
        records in proptest::collection::vec(record(), 1..12),
        breaks in select(vec!["\n", "\r\n", "\n\n", "\n \t\n"]),
        size in 1_usize..3_000,
    ) {
        let text = format!("{}{}", head(), records.join(breaks));
        Input::Ndjson.compare(text.as_bytes(), [size, 1 << 18]);
    }

    #[test]
    fn rows(
        rows in proptest::collection::vec(row(COLUMNS), 1..12),
        breaks in select(vec!["\n", "\r\n", "\n\n"]),
        size in 1_usize..3_000,
    ) {
        let header = subscription();
        let text = format!("{}\n{}", COLUMNS.join(","), rows.join(breaks));
        Input::Csv(&header).compare(text.as_bytes(), [size, 1 << 18]);
    }

    /// Bytes that mean something to CSV, in any order.
    #[test]
    fn noise(noise in "[A0,\"\n\r; ]{0,60}", size in 1_usize..70) {
        let header = subscription();
        Input::Csv(&header).compare(format!("id,badge\n{noise}").as_bytes(), [size]);
        Input::Ndjson.compare(format!("{}{noise}", head()).as_bytes(), [size]);
    }
}
