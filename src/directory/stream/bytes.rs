//! The small steps of fast readers: several bytes at once, and nothing accepted that is not plain.
//!
//! Words are read little-endian, so that the first byte in memory is the lowest.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The eight bytes at `at`; `None` near the end, which readers never reach (see `MARGIN`).
#[inline]
pub(super) fn word_at(bytes: &[u8], at: usize) -> Option<u64> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u64::from_le_bytes(*bytes))
}

/// For each byte of `word` that is `byte` its highest bit; above the first also some that are not.
#[inline]
const fn equal(word: u64, byte: u8) -> u64 {
    let zero = word ^ (ONES * byte as u64);
    zero.wrapping_sub(ONES) & !zero & HIGH
}

/// For each byte of `word` below `limit`, which is at most 128, its highest bit; above the first also
/// some that are not.
#[inline]
const fn below(word: u64, limit: u8) -> u64 {
    word.wrapping_sub(ONES * limit as u64) & !word & HIGH
}

/// The first byte from `at` on of those that `mark` marks and `is_stop` confirms.
///
/// Several bytes that stop a text are near each other in ASCII. One comparison marks them all, and
/// with them a few that do not stop it, such as spaces.
#[inline]
fn find(
    bytes: &[u8],
    mut at: usize,
    mark: impl Fn(u64) -> u64,
    is_stop: impl Fn(u8) -> bool,
) -> Option<usize> {
    loop {
        let marked = mark(word_at(bytes, at)?);
        if marked == 0 {
            at += 8;
            continue;
        }
        // Only the first mark is sure.
        at += (marked.trailing_zeros() / 8) as usize;
        if is_stop(*bytes.get(at)?) {
            return Some(at);
        }
        at += 1;
    }
}

/// Where the text of a JSON string from `at` on stops being plain: at its closing quote, an escape, or
/// a control character, which it must not have.
#[inline]
pub(super) fn json_text_end(bytes: &[u8], at: usize) -> Option<usize> {
    let mark = |word| below(word, b'"' + 1) | equal(word, b'\\');
    find(bytes, at, mark, |byte| !matches!(byte, b' ' | b'!'))
}

/// Where a CSV field without quotes stops: at a comma, a line break, a quote or a zero byte.
#[inline]
pub(super) fn csv_field_end(bytes: &[u8], at: usize) -> Option<usize> {
    let mark = |word| below(word, b',' + 1);
    find(bytes, at, mark, |byte| matches!(byte, b',' | b'\n' | b'"' | 0))
}

/// Where the fields of a row of CSV from `at` on end, if none has quotes: the place of each comma, then that
/// of the line break or zero byte. `None` if there are not exactly as many as there is room for.
#[inline]
pub(super) fn csv_row_ends(bytes: &[u8], mut at: usize, ends: &mut [usize]) -> Option<()> {
    // Unlike `below` this is sure of every byte, so that a word is looked at once for all its fields.
    const UP_TO_COMMA: u64 = ONES * (0x7F - b',' as u64);
    let mut count = 0;
    loop {
        let word = word_at(bytes, at)?;
        let mut marked = !(((word & !HIGH) + UP_TO_COMMA) | word) & HIGH;
        while marked != 0 {
            let place = at + (marked.trailing_zeros() / 8) as usize;
            marked &= marked - 1;
            match bytes.get(place)? {
                b',' => {
                    *ends.get_mut(count)? = place;
                    count += 1;
                }
                b'\n' | 0 => {
                    *ends.get_mut(count)? = place;
                    return (count + 1 == ends.len()).then_some(());
                }
                b'"' => return None,
                _ => {}
            }
        }
        at += 8;
    }
}

/// The place after the spaces at `at`, and after tabs, which are as good in JSON.
#[inline]
pub(super) fn after_spaces(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at) {
        Some(b' ' | b'\t') => after_more_spaces(bytes, at + 1),
        _ => at,
    }
}

#[inline]
fn after_more_spaces(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\t')) {
        at += 1;
    }
    at
}

/// A text of at most 16 bytes, none of them zero, that others are compared with in one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Short {
    word: u128,
    mask: u128,
}

/// The bits of the first `length` bytes of 16.
#[inline]
const fn mask(length: usize) -> u128 {
    if length >= 16 { u128::MAX } else { (1 << (length * 8)) - 1 }
}

#[inline]
fn sixteen_at(bytes: &[u8], at: usize) -> Option<u128> {
    bytes.get(at..)?.first_chunk().map(|bytes| u128::from_le_bytes(*bytes))
}

impl Short {
    /// The first 16 bytes of `text`, or all.
    pub(super) fn of(text: &[u8]) -> Self {
        let word =
            (0..).zip(text.iter().take(16)).fold(0, |word, (at, byte)| word | u128::from(*byte) << (at * 8));
        Self { word, mask: mask(text.len()) }
    }

    /// Whether the bytes at `at` begin so.
    #[inline]
    pub(super) fn is_at(&self, bytes: &[u8], at: usize) -> bool {
        sixteen_at(bytes, at).is_some_and(|sixteen| sixteen & self.mask == self.word)
    }
}

/// Whether the `length` bytes at `at`, none of them zero, are all of one of `known`.
#[inline]
pub(super) fn is_one_of(known: &[Short], bytes: &[u8], at: usize, length: usize) -> bool {
    length <= 16
        && sixteen_at(bytes, at).is_some_and(|sixteen| {
            let word = sixteen & mask(length);
            known.iter().any(|known| known.word == word)
        })
}

/// The number of `N` digits, or something else that is at least 10 to the power of `N`.
#[inline]
fn digits<const N: usize>(bytes: [u8; N]) -> u32 {
    let mut number = 0;
    let mut odd = false;
    for byte in bytes {
        let digit = byte.wrapping_sub(b'0');
        odd |= digit > 9;
        number = number * 10 + u32::from(digit);
    }
    if odd { u32::MAX } else { number }
}

/// `YYYY-MM-DD`, strictly.
#[inline]
pub(super) fn date(text: &[u8]) -> Option<time::Date> {
    const FORM: u64 = u64::from_le_bytes(*b"0000-00-");
    // What may be added to a byte of the form before its highest bit is set: nine to a digit, else nothing.
    const ROOM: u64 = u64::from_le_bytes([0x76, 0x76, 0x76, 0x76, 0x7F, 0x76, 0x76, 0x7F]);
    if text.len() != 10 {
        return None;
    }
    let (word, rest) = text.split_first_chunk()?;
    let [tens, ones] = *rest.first_chunk()?;
    let digits = u64::from_le_bytes(*word) ^ FORM;
    let (tens, ones) = (tens ^ b'0', ones ^ b'0');
    if (digits | (digits & !HIGH).wrapping_add(ROOM)) & HIGH != 0 || tens > 9 || ones > 9 {
        return None;
    }
    let [y1, y2, y3, y4, _, m1, m2, _] = digits.to_le_bytes();
    let year = i32::from(y1 * 10 + y2) * 100 + i32::from(y3 * 10 + y4);
    let month = time::Month::try_from(m1 * 10 + m2).ok()?;
    time::Date::from_calendar_date(year, month, tens * 10 + ones).ok().filter(|_| year > 0)
}

/// `YYYY-MM-DDTHH:MM:SSZ`, strictly. There are other ways to write an instant.
#[inline]
pub(super) fn instant(text: &[u8]) -> Option<time::OffsetDateTime> {
    let (day, time) = text.split_at_checked(10)?;
    let [b'T', h1, h2, b':', m1, m2, b':', s1, s2, b'Z'] = *time.first_chunk::<10>()? else { return None };
    if time.len() != 10 {
        return None;
    }
    let [hour, minute, second] = [digits([h1, h2]), digits([m1, m2]), digits([s1, s2])]
        .map(|number| u8::try_from(number).unwrap_or(99));
    Some(date(day)?.with_hms(hour, minute, second).ok()?.assume_utc())
}

/// A whole number of JSON with at most 18 digits at `at`, and the place after it.
#[inline]
pub(super) fn integer(bytes: &[u8], at: usize) -> Option<(i64, usize)> {
    let negative = bytes.get(at) == Some(&b'-');
    let first = at + usize::from(negative);
    let mut end = first;
    let mut number: i64 = 0;
    while let Some(byte) = bytes.get(end).filter(|byte| byte.is_ascii_digit()) {
        if end - first == 18 {
            return None;
        }
        number = number * 10 + i64::from(byte - b'0');
        end += 1;
    }
    let leading_zero = bytes.get(first) == Some(&b'0') && end - first > 1;
    // What follows must not make another number of it.
    let goes_on = matches!(bytes.get(end), Some(b'.' | b'e' | b'E'));
    let whole = end > first && !leading_zero && !goes_on;
    whole.then_some((if negative { -number } else { number }, end))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{parse_date, parse_instant};

    fn padded(text: &str) -> Vec<u8> {
        let mut bytes = text.as_bytes().to_vec();
        bytes.resize(bytes.len() + 32, 0);
        bytes
    }

    #[test]
    fn every_day_is_the_day_it_says() {
        for year in [1, 4, 1900, 1970, 1999, 2000, 2024, 2025, 2026, 2100, 9999] {
            for month in 0..=13 {
                for day in 0..=32 {
                    let text = format!("{year:04}-{month:02}-{day:02}");
                    assert_eq!(date(text.as_bytes()), parse_date(&text), "{text}");
                }
            }
        }
        assert_eq!(date(b"0000-01-01"), None);
        assert_eq!(date(b"2026-11-2"), None);
        assert_eq!(date(b"2026-11-200"), None);
    }

    #[test]
    fn numbers_are_those_of_json() {
        let read = |text: &str| integer(&padded(text), 0);
        assert_eq!(read("0,"), Some((0, 1)));
        assert_eq!(read("-12}"), Some((-12, 3)));
        assert_eq!(read("999999999999999999 "), Some((999_999_999_999_999_999, 18)));
        for odd in ["", "-", "01", "-00", "1.0", "1e3", "1E3", "1000000000000000000", "+1", "x"] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }

    proptest! {
        #[test]
        fn a_date_is_what_the_model_says(text in "[0-9]{3,4}-?[0-9/]{1,2}[-0-9 ][0-9]{1,2}") {
            prop_assert_eq!(date(text.as_bytes()), parse_date(&text));
        }

        #[test]
        fn an_instant_is_what_the_model_says(text in "20[0-9]{2}-[01][0-9]-[0-3][0-9][Tt ][0-2][0-9]:[0-6][0-9]:[0-6][0-9](Z|z|)") {
            if let Some(instant) = instant(text.as_bytes()) {
                prop_assert_eq!(Some(instant), parse_instant(&text));
            }
        }

        #[test]
        fn texts_end_where_a_look_at_each_byte_ends_them(text in "[a-zäß日 ,\"\\\\\n\t\u{1}\u{7f}\u{80}]{0,40}") {
            let bytes = padded(&text);
            let json = bytes.iter().position(|byte| *byte < b' ' || matches!(byte, b'"' | b'\\'));
            prop_assert_eq!(json_text_end(&bytes, 0), json);
            let stops = |byte: &u8| matches!(byte, b',' | b'\n' | b'"' | 0);
            let csv = bytes.iter().position(stops);
            let (mut places, mut quoted) = (Vec::new(), false);
            for (at, byte) in bytes.iter().enumerate().filter(|(_, byte)| stops(byte)) {
                quoted |= *byte == b'"';
                places.push(at);
                if *byte != b',' {
                    break;
                }
            }
            for room in 1..places.len() + 2 {
                let mut ends = vec![0; room];
                let all = csv_row_ends(&bytes, 0, &mut ends).map(|()| ends);
                prop_assert_eq!(all, (!quoted && room == places.len()).then(|| places.clone()));
            }
            prop_assert_eq!(csv_field_end(&bytes, 0), csv);
        }

        #[test]
        fn a_short_text_is_there_or_not(text in "[ab]{0,16}", other in "[ab]{0,20}") {
            let is_there = other.as_bytes().starts_with(text.as_bytes());
            prop_assert_eq!(Short::of(text.as_bytes()).is_at(&padded(&other), 0), is_there);
            let known = [Short::of(b"x"), Short::of(text.as_bytes())];
            prop_assert_eq!(is_one_of(&known, &padded(&other), 0, other.len()), text == other);
        }
    }
}
