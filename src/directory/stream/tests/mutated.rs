//! Whatever single thing happens to the bytes of a stream, both readers make the same of it.

use super::{Input, PLAIN, TABLE, head, subscription};

/// What a byte is replaced by and what is put before it: everything that means something to a format.
const BYTES: &[u8] = b"\"\\,:{}[] \t\r\n;0a-\0\x7f\x80\xc3\xff";

/// Each change of one byte of `text` from `from` on.
fn changes(text: &[u8], from: usize, mut take: impl FnMut(&[u8])) {
    for at in from..text.len() {
        let (before, after) = text.split_at(at);
        let (byte, rest) = (after[0], &after[1..]);
        take(before);
        take(&[before, rest].concat());
        take(&[before, &[byte, byte], rest].concat());
        take(&[before, &[byte ^ 0x20], rest].concat());
        for new in BYTES {
            take(&[before, &[*new], rest].concat());
            take(&[before, &[*new], after].concat());
        }
    }
}

/// All changes of one line in one stream: the record before makes the keys known, the one after shows what is
/// left over.
#[test]
fn of_ndjson() {
    for line in PLAIN.lines() {
        let mut text = head().into_bytes();
        changes(line.as_bytes(), 0, |changed| {
            text.extend_from_slice(&[line.as_bytes(), b"\n", changed, b"\n"].concat());
        });
        let fast = Input::Ndjson.compare(&text, [1 << 16]);
        assert!(fast > line.len() * 40, "{fast} records were read fast");
    }
}

#[test]
fn of_csv() {
    let header = subscription();
    let (first, rows) = TABLE.split_once('\n').unwrap();
    for row in rows.lines() {
        let before = format!("{first}\n{row}\n");
        changes(row.as_bytes(), 0, |changed| {
            let bytes = [before.as_bytes(), changed, b"\n", row.as_bytes()].concat();
            Input::Csv(&header).compare(&bytes, [1 << 16]);
        });
    }
}
