//! Decisions as lines: JSON, CSV, and text separated by tabs.
//!
//! The bytes depend on the decisions alone. Where they go to a terminal, characters that it would
//! obey are escaped; where a spreadsheet may open them, no cell is a formula.

use std::collections::BTreeMap;
use std::io;

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, Serializer};
use serde_json::value::RawValue;

use crate::model::{Id, write_instant};
use crate::policy::tests_file::expectation::DECISION_KEYS;
use crate::policy::{Decided, Decision};
use crate::report::visible;

/// Appends a value as one line of JSON. For a terminal, what it would obey or hide is escaped.
pub(crate) fn write_json(to: &mut Vec<u8>, value: &impl Serialize, for_terminal: bool) {
    // Writing to memory does not fail, and what leaver serialises has text keys only.
    let _ = if for_terminal {
        value.serialize(&mut Serializer::with_formatter(&mut *to, Escaping))
    } else {
        value.serialize(&mut Serializer::with_formatter(&mut *to, CompactFormatter))
    };
}

/// Writes hidden characters of strings as `\uXXXX`, which means the same.
struct Escaping;

impl Formatter for Escaping {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        for character in fragment.chars() {
            if visible(character.encode_utf8(&mut [0; 4])).starts_with("\\u{") {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            } else {
                writer.write_all(character.encode_utf8(&mut [0; 4]).as_bytes())?;
            }
        }
        Ok(())
    }
}

/// The header row of CSV: the keys of a decision.
pub(crate) fn csv_header() -> Vec<u8> {
    format!("{}\n", DECISION_KEYS.join(",")).into_bytes()
}

/// Appends a decision as one row of CSV, in the order of [`csv_header`].
pub(crate) fn write_csv(to: &mut Vec<u8>, decision: &Decision, for_terminal: bool) {
    // Nested values stay as they are written, so that their keys keep the order of the format.
    let json = serde_json::to_string(decision).unwrap_or_default();
    let values: BTreeMap<&str, &RawValue> = serde_json::from_str(&json).unwrap_or_default();
    let cells = DECISION_KEYS.iter().map(|key| {
        let cell = cell_of(values.get(key).map_or("null", |value| value.get()));
        safe_cell(if for_terminal { visible(&cell).into_owned() } else { cell })
    });
    let mut writer = csv::WriterBuilder::new().buffer_capacity(512).from_writer(to);
    // Writing to memory does not fail; the writer flushes when it is dropped.
    let _ = writer.write_record(cells);
}

/// Writes rows of one evaluator's decisions: what many have in common is made once.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    /// By its number, from after the person to before `valid_until`.
    middles: Vec<Option<Box<[u8]>>>,
}

impl Rows {
    /// Appends the row that [`write_csv`] writes of the decision about the user `id`.
    pub(crate) fn write(&mut self, to: &mut Vec<u8>, id: Option<Id>, decided: Decided<'_>) {
        let person = decided.person().unwrap_or_default();
        let (Some(number), Some(id), true) = (decided.number(), id, is_plain(person)) else {
            return write_csv(to, &decided.into_decision(), false);
        };
        let Some(middle) = self.middle(number as usize, decided.common()) else {
            return write_csv(to, &decided.into_decision(), false);
        };
        to.extend_from_slice(id.as_str().as_bytes());
        to.push(b',');
        to.extend_from_slice(person.as_bytes());
        to.extend_from_slice(middle);
        if let Some(instant) = decided.valid_until() {
            write_instant(to, instant);
        }
        to.push(b'\n');
    }

    fn middle(&mut self, number: usize, common: &Decision) -> Option<&[u8]> {
        if self.middles.len() <= number {
            self.middles.resize(number + 1, None);
        }
        let place = self.middles.get_mut(number)?;
        if place.is_none() {
            let mut row = Vec::new();
            write_csv(&mut row, common, false);
            *place = row.strip_prefix(b",").and_then(|row| row.strip_suffix(b"\n")).map(Box::from);
        }
        place.as_deref()
    }
}

/// Whether a text stands in a cell as it is.
fn is_plain(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_none_or(|first| first.is_ascii_alphanumeric() || first == b'*')
        && bytes.all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b','))
}

/// A value as the text of a cell: nothing for null and empty lists, JSON for nested values.
fn cell_of(json: &str) -> String {
    match json {
        "null" | "[]" => String::new(),
        text if text.starts_with('"') => serde_json::from_str(text).unwrap_or_default(),
        other => other.to_owned(),
    }
}

/// Keeps a spreadsheet from reading a cell as a formula.
pub(crate) fn safe_cell(mut cell: String) -> String {
    let first = cell.chars().next();
    if matches!(first, Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠')) {
        cell.insert(0, '\'');
    }
    cell
}

/// Appends fields separated by tabs. No field contains a tab or line break.
pub(crate) fn write_tabs<'a>(to: &mut Vec<u8>, fields: impl IntoIterator<Item = &'a str>) {
    for (index, field) in fields.into_iter().enumerate() {
        if index > 0 {
            to.push(b'\t');
        }
        to.extend_from_slice(visible(field).as_bytes());
    }
    to.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::sample;

    fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut bytes = Vec::new();
        write(&mut bytes);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn no_cell_is_a_formula() {
        for hostile in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x"]
        {
            assert_eq!(safe_cell(hostile.to_owned()), format!("'{hostile}"));
        }
        for plain in ["", "*SUPPORT", "E1001", "a=b", "'=1"] {
            assert_eq!(safe_cell(plain.to_owned()), plain);
        }
    }

    #[test]
    fn a_row_of_csv_has_a_cell_for_each_key() {
        let mut decision = sample::act();
        decision.person = Some("=HYPERLINK(\"x\")".into());
        let row = text(|to| write_csv(to, &decision, false));
        insta::assert_snapshot!(row);
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(row.as_bytes());
        let record = reader.records().next().unwrap().unwrap();
        assert_eq!(record.len(), DECISION_KEYS.len());
        assert_eq!(&record[1], "'=HYPERLINK(\"x\")");
        assert!(
            record[5].starts_with(r#"[{"kind":"leave_groups_and_lists"},{"kind":"notify","text":"#),
            "{}",
            &record[5]
        );
    }

    #[test]
    fn nested_values_of_csv_have_their_keys_in_the_order_of_the_format() {
        let row = text(|to| write_csv(to, &sample::hold(), false));
        assert!(
            row.contains(r#""{""code"":""review"",""message"":""unused service account"",""rule"":"#),
            "{row}"
        );
    }

    #[test]
    fn json_in_a_file_is_what_serde_writes() {
        let json = text(|to| write_json(to, &sample::hold(), false));
        assert_eq!(json, serde_json::to_string(&sample::hold()).unwrap());
    }

    #[test]
    fn json_on_a_terminal_means_the_same_and_holds_nothing_it_obeys() {
        let hostile = "\u{1b}[31m\u{9b}x\u{202e}\u{e0041}\"日本";
        let json = text(|to| write_json(to, &hostile, true));
        assert_eq!(json, r#""\u001b[31m\u009bx\u202e\udb40\udc41\"日本""#);
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), hostile);
    }

    #[test]
    fn a_line_of_fields_stays_one_line() {
        assert_eq!(text(|to| write_tabs(to, ["a\tb", "c\nd", ""])), "a\\u{9}b\tc\\u{a}d\t\n");
    }
}
