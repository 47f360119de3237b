//! Rows with something unusual in them, found column by column.
//!
//! Whatever a record reader could complain of makes a row a suspect, and only suspects are read by it.
//! A suspect may turn out good; a row that is no suspect never is bad. Columns are looked at as a whole
//! where that tells enough, because hardly any has anything unusual.

use super::binding::Column;
use super::cells::{Cells, FIRST_DAY, LAST_DAY, Values, instant, whole_days};
use super::known::Known;
use super::lists::Lists;
use super::texts::{Coded, Plain, Texts, of_any_layout};
use crate::model::{ClosedSet, Field, Id, Kind, parse_date, parse_instant};

/// Texts of more bytes may have more characters than a text can have.
const MOST_BYTES: usize = 4_096;
/// Lists of more entries are refused.
const MOST_ENTRIES: usize = 1_024;

/// Which rows are suspect.
#[derive(Debug)]
pub(super) struct Suspects {
    rows: usize,
    /// Empty as long as there are none.
    flags: Vec<bool>,
    /// For each column of a closed set, what was found out about it.
    known: Vec<Option<Known>>,
}

/// How a text can be unusual.
#[derive(Clone, Copy)]
enum Test<'k> {
    Text,
    Country,
    Id,
    Word(&'k ClosedSet),
    Date,
    Instant,
    /// Texts separated by `;`.
    List,
}

impl Test<'_> {
    /// Whether a text that is not empty is what it should be.
    fn passes(self, text: &str) -> bool {
        match self {
            Self::Text => text.len() <= MOST_BYTES && !text.as_bytes().contains(&0),
            Self::Country => matches!(text.as_bytes(), [b'A'..=b'Z', b'A'..=b'Z']),
            Self::Id => is_id(text),
            Self::Word(set) => set.words.iter().any(|word| **word == *text),
            Self::Date => parse_date(text).is_some(),
            Self::Instant => parse_instant(text).is_some(),
            Self::List => {
                Self::Text.passes(text)
                    && !text.starts_with(';')
                    && !text.ends_with(';')
                    && !text.contains(";;")
                    && text.bytes().filter(|byte| *byte == b';').count() < MOST_ENTRIES
            }
        }
    }
}

/// Whether a text is an ID and no system ID: those are rare, and have to be looked at.
#[inline]
fn is_id(text: &str) -> bool {
    let Ok(bytes) = <[u8; Id::LENGTH]>::try_from(text.as_bytes()) else { return false };
    bytes.iter().fold(true, |good, byte| good & is_id_byte(*byte))
}

const fn is_id_byte(byte: u8) -> bool {
    byte.is_ascii_digit() | byte.is_ascii_uppercase()
}

/// The text of a row, if it has one.
fn text<'b>(cells: &Cells<'b>, row: usize) -> Option<&'b str> {
    match cells.values {
        Values::Texts(texts) if !cells.is_null(row) => texts.get(row),
        _ => None,
    }
}

impl Suspects {
    /// None of so many rows.
    pub(super) fn new(rows: usize) -> Self {
        Self { rows, flags: Vec::new(), known: Vec::new() }
    }

    /// Makes a row a suspect.
    pub(super) fn add(&mut self, row: usize) {
        if self.flags.is_empty() {
            self.flags = vec![false; self.rows];
        }
        if let Some(flag) = self.flags.get_mut(row) {
            *flag = true;
        }
    }

    /// Whether a row is a suspect.
    #[inline]
    pub(super) fn has(&self, row: usize) -> bool {
        self.flags.get(row).copied().unwrap_or(false)
    }

    /// All of them, in order.
    pub(super) fn all(&self) -> impl Iterator<Item = usize> + '_ {
        self.flags.iter().enumerate().filter(|(_, flag)| **flag).map(|(row, _)| row)
    }

    /// Makes every row a suspect for which `is_good` is false.
    #[inline]
    fn unless(&mut self, mut is_good: impl FnMut(usize) -> bool) {
        for row in 0..self.rows {
            if !is_good(row) {
                self.add(row);
            }
        }
    }

    /// Looks through all columns.
    pub(super) fn look(&mut self, columns: &[Column], cells: &[Cells<'_>]) {
        for (column, cells) in columns.iter().zip(cells) {
            let known = self.look_at(column, cells);
            self.known.push(known);
        }
        let of = |field: Field| {
            let at = columns.iter().position(|column| column.slot == field.slot())?;
            cells.get(at)
        };
        if let (Some(id), Some(other)) = (of(Field::Id), of(Field::SupersededBy))
            && other.nulls.is_none_or(|nulls| nulls.null_count() < nulls.len())
        {
            self.unless(|row| text(other, row).is_none_or(|other| text(id, row) != Some(other)));
        }
    }

    /// Which words the rows of a column have, if it is one of words that stand for themselves.
    pub(super) fn words(&self, column: usize) -> Option<&Known> {
        self.known.get(column)?.as_ref()
    }

    fn look_at(&mut self, column: &Column, cells: &Cells<'_>) -> Option<Known> {
        let id = column.slot == Field::Id.slot();
        if column.required || id {
            self.look_for_gaps(cells);
        }
        match cells.values {
            Values::Nothing | Values::Truths(_) => {}
            Values::Numbers(numbers) => {
                if !numbers.all_fit() {
                    self.unless(|row| cells.is_null(row) || numbers.get(row).is_some());
                }
            }
            Values::Days(days) => {
                let inside = |day: &i32| (FIRST_DAY..=LAST_DAY).contains(&i64::from(*day));
                if !days.iter().fold(true, |good, day| good & inside(day)) {
                    self.unless(|row| cells.is_null(row) || days.get(row).is_some_and(inside));
                }
            }
            Values::Milliseconds(values) => self.unless(|row| {
                let day = values.get(row).copied().and_then(whole_days);
                cells.is_null(row) || day.is_some_and(|day| (FIRST_DAY..=LAST_DAY).contains(&day))
            }),
            Values::Instants(values, unit) => self.unless(|row| {
                cells.is_null(row) || values.get(row).is_some_and(|at| instant(*at, unit).is_some())
            }),
            Values::Texts(Texts::Plain(texts)) if let Kind::OneOf(set) = &column.kind => {
                let mut strange = Vec::new();
                let known = Known::of(texts, set, |row| strange.push(row));
                for row in strange {
                    self.add(row);
                }
                if known.is_some() {
                    return known;
                }
                self.look_at_each(texts, Test::Word(set));
            }
            Values::Texts(texts) => {
                let test = match &column.kind {
                    Kind::Id => Test::Id,
                    Kind::OneOf(set) => Test::Word(set),
                    Kind::Date => Test::Date,
                    Kind::Instant => Test::Instant,
                    Kind::Texts => Test::List,
                    _ if column.slot == Field::Country.slot() => Test::Country,
                    _ => Test::Text,
                };
                self.look_at_texts(texts, test);
            }
            Values::Lists(lists) => self.look_at_lists(cells, lists),
        }
        None
    }

    /// Rows without a value.
    fn look_for_gaps(&mut self, cells: &Cells<'_>) {
        match cells.values {
            Values::Texts(Texts::Plain(texts)) if !texts.has_gaps() => {}
            Values::Texts(texts) => self.unless(|row| texts.get(row).is_some()),
            Values::Nothing => self.unless(|_| false),
            _ if cells.nulls.is_none() => {}
            _ => self.unless(|row| !cells.is_null(row)),
        }
    }

    fn look_at_texts(&mut self, texts: Texts<'_>, test: Test<'_>) {
        match texts {
            Texts::Plain(texts) => {
                let all_pass = match test {
                    Test::Text => texts.are_usual(MOST_BYTES),
                    Test::Id => texts.all_are(Id::LENGTH, is_id_byte),
                    Test::Country => texts.all_are(2, |byte| byte.is_ascii_uppercase()),
                    _ => false,
                };
                if !all_pass {
                    self.look_at_each(texts, test);
                }
            }
            Texts::Coded(coded) => self.look_at_coded(coded, test),
        }
    }

    fn look_at_each(&mut self, texts: Plain<'_>, test: Test<'_>) {
        of_any_layout!(texts, array => {
            use arrow_array::Array as _;
            match array.nulls().filter(|nulls| nulls.null_count() > 0) {
                Some(nulls) => self.unless(|row| {
                    nulls.is_null(row) || array.value(row).is_empty() || test.passes(array.value(row))
                }),
                None => self.unless(|row| {
                    let text = array.value(row);
                    text.is_empty() || test.passes(text)
                }),
            }
        });
    }

    /// Each value of a dictionary is looked at once; only if one is unusual, the rows that have it.
    fn look_at_coded(&mut self, coded: Coded<'_>, test: Test<'_>) {
        let good = |at: usize| coded.values.get(at).is_none_or(|text| test.passes(text));
        let bad: Vec<bool> = (0..coded.values.len()).map(|at| !good(at)).collect();
        if bad.contains(&true) {
            self.unless(|row| {
                let is_null = coded.nulls.is_some_and(|nulls| nulls.is_null(row));
                is_null || !coded.keys.position(row).and_then(|at| bad.get(at).copied()).unwrap_or(true)
            });
        }
    }

    fn look_at_lists(&mut self, cells: &Cells<'_>, lists: Lists<'_>) {
        let usual = match lists.entries {
            Texts::Plain(texts) => texts.are_usual(MOST_BYTES) && !texts.has_gaps(),
            Texts::Coded(coded) => {
                coded.nulls.is_none_or(|nulls| nulls.null_count() == 0)
                    && (0..coded.values.len())
                        .all(|at| coded.values.get(at).is_some_and(|text| Test::Text.passes(text)))
            }
        };
        if usual && lists.longest() <= MOST_ENTRIES {
            return;
        }
        self.unless(|row| {
            let mut range = lists.range(row);
            cells.is_null(row)
                || range.len() <= MOST_ENTRIES
                    && (usual
                        || range.all(|at| lists.entries.get(at).is_some_and(|text| Test::Text.passes(text))))
        });
    }
}
