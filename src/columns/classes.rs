//! The classes of all rows, column by column: what each adds to the number of its row.
//!
//! A dictionary has its classes found once for each value, days by a ladder of the days at which they
//! change. Rows of which columns cannot tell the class (an instant of leaving, a rehire, nobody known) are
//! set aside, to be decided for themselves; what is added for them does not matter.

use super::cells::{Cells, EPOCH, Values, date, text_view};
use super::lists::Lists;
use super::plan::{From, Plan, is_entitled};
use super::rows::Rows;
use super::summand::{Coded, Ladder, Summand};
use super::texts::Texts;
use crate::model::{Field, Kind, Slot, View};
use crate::policy::{Evaluator, IndexColumn};

/// The longest ladder.
const LADDER: i64 = 8_192;

/// The summands of the rows of a batch, in the order of the parts of the plan.
pub(super) struct Classes<'r, 'b> {
    evaluator: &'r Evaluator,
    rows: &'r Rows<'b>,
    /// Rows that are decided for themselves; some more than once.
    pub(super) alone: Vec<usize>,
}

impl<'r, 'b> Classes<'r, 'b> {
    /// Those of the rows of a batch.
    pub(super) fn new(evaluator: &'r Evaluator, rows: &'r Rows<'b>) -> Self {
        Self { evaluator, rows, alone: Vec::new() }
    }

    /// The summand of each part of the plan; `None` if the plan is not of these columns.
    pub(super) fn summands(&mut self, plan: &Plan) -> Option<Vec<Summand<'r>>> {
        self.set_aside();
        plan.parts
            .iter()
            .map(|(part, from)| match *from {
                From::Column(at, of) => {
                    let column = self.evaluator.index()?.column(of)?;
                    let omitted = View::of(self.rows.binding.omitted(column.slot()));
                    if self.kind(at)? == Kind::Texts {
                        let given = |length| part.of_class(column.class_of_length(length));
                        return self.lengths(at, column, given, part.of_class(column.class(omitted)));
                    }
                    let adds = |view: Option<View<'_>>| part.of_class(column.class(view.unwrap_or(omitted)));
                    self.by_view(at, column.span(), adds)
                }
                From::LastDay(at) => {
                    let over = self.evaluator.horizon.over();
                    let turn = over.map_or(0, |over| i64::from(over.to_julian_day()) + 1);
                    self.by_view(at, Some((turn, turn)), |view| {
                        let is_over = matches!(view, Some(View::Date(day)) if Some(day) <= over);
                        Some(part.of_position(usize::from(is_over)))
                    })
                }
                From::Edition(at) => {
                    let omitted = View::of(self.rows.binding.omitted(Field::Edition.slot()));
                    self.by_view(at, None, |view| {
                        let word = view.unwrap_or(omitted).text();
                        Some(part.of_position(usize::from(is_entitled(self.evaluator, word))))
                    })
                }
                From::Members(at, list) => {
                    let index = self.evaluator.index()?;
                    let cells = self.rows.cells.get(at)?;
                    let mut entries = Vec::new();
                    let mut found = Vec::with_capacity(self.rows.len);
                    for row in 0..self.rows.len {
                        let given = cells.list(row, &mut entries).is_some();
                        let words = if given { entries.as_slice() } else { &[] };
                        let set = words.iter().fold(0, |set, text| set | index.member(list, text));
                        found.push(part.of_position(set));
                    }
                    Some(Summand::Found(found))
                }
            })
            .collect()
    }

    fn kind(&self, at: usize) -> Option<Kind> {
        self.rows.binding.columns().get(at).map(|column| column.kind.clone())
    }

    /// What a column of values that are no lists adds. `turns` are the first and the last number at which
    /// something else is added.
    fn by_view(
        &mut self,
        at: usize,
        turns: Option<(i64, i64)>,
        adds: impl Fn(Option<View<'_>>) -> Option<u16>,
    ) -> Option<Summand<'r>> {
        let rows = self.rows;
        let cells = rows.cells.get(at)?;
        let kind = self.kind(at)?;
        let of_null = adds(None);
        let summand = match cells.values {
            Values::Nothing => return Some(self.all(of_null)),
            Values::Truths(values) => {
                let truths = [false, true].map(|value| adds(Some(View::Bool(value))));
                self.uncertain(cells, &kind, &truths, of_null, &adds);
                let adds = truths.map(Option::unwrap_or_default);
                Summand::Truths { values, nulls: cells.nulls, adds, of_null: of_null.unwrap_or_default() }
            }
            Values::Days(days) => match ladder(turns, |day| adds(Some(View::Date(day)))) {
                Some((first, steps)) => {
                    self.uncertain(cells, &kind, &steps, of_null, &adds);
                    let ladder = Ladder::new(first, steps.into_iter().map(Option::unwrap_or_default));
                    Summand::Days { days, nulls: cells.nulls, ladder, of_null: of_null.unwrap_or_default() }
                }
                None => self.found(cells, &kind, adds),
            },
            Values::Texts(Texts::Coded(coded)) => {
                let value = |at| adds(coded.values.get(at).and_then(|text| text_view(text, &kind)));
                let values: Vec<Option<u16>> = (0..coded.values.len()).map(value).collect();
                self.uncertain(cells, &kind, &values, of_null, &adds);
                let of_null = of_null.unwrap_or_default();
                let adds = values.into_iter().map(|adds| adds.unwrap_or(of_null));
                Summand::Coded(Coded::new(coded.keys, coded.nulls, adds, of_null))
            }
            Values::Texts(Texts::Plain(_)) if let Some(known) = rows.suspects.words(at) => {
                let values: Vec<Option<u16>> =
                    known.words().map(|word| adds(Some(View::Text(word)))).collect();
                self.uncertain(cells, &kind, &values, of_null, &adds);
                let of_null = of_null.unwrap_or_default();
                let adds = values.into_iter().map(|adds| adds.unwrap_or(of_null));
                Summand::Coded(Coded::new(known.numbers(), None, adds, of_null))
            }
            Values::Texts(Texts::Plain(texts)) => {
                let mut found = Vec::with_capacity(self.rows.len);
                texts.each(|text| {
                    let adds = adds(text.and_then(|text| text_view(text, &kind)));
                    if adds.is_none() {
                        self.alone.push(found.len());
                    }
                    found.push(adds.unwrap_or_default());
                });
                Summand::Found(found)
            }
            _ => self.found(cells, &kind, adds),
        };
        Some(summand)
    }

    /// What a column of lists adds by their lengths.
    fn lengths(
        &mut self,
        at: usize,
        column: &IndexColumn,
        adds: impl Fn(usize) -> Option<u16>,
        of_null: Option<u16>,
    ) -> Option<Summand<'r>> {
        let cells = self.rows.cells.get(at)?;
        if let (Values::Lists(Lists { offsets, .. }), None) = (cells.values, cells.nulls) {
            let most = column.span().map_or(Some(0), |(_, last)| usize::try_from(last.max(0)).ok());
            if let Some(most) = most.filter(|most| *most < 4_096) {
                let steps: Option<Vec<u16>> = (0..=most).map(&adds).collect();
                return Some(Summand::Lengths { offsets, ladder: Ladder::new(0, steps?.into_iter()) });
            }
        }
        let mut entries = Vec::new();
        let mut found = Vec::with_capacity(self.rows.len);
        for row in 0..self.rows.len {
            let given = cells.list(row, &mut entries).is_some();
            let adds = if given { adds(entries.len()) } else { of_null };
            if adds.is_none() {
                self.alone.push(row);
            }
            found.push(adds.unwrap_or_default());
        }
        Some(Summand::Found(found))
    }

    /// What is found row by row.
    fn found(
        &mut self,
        cells: &Cells<'_>,
        kind: &Kind,
        adds: impl Fn(Option<View<'_>>) -> Option<u16>,
    ) -> Summand<'r> {
        let mut found = Vec::with_capacity(self.rows.len);
        for row in 0..self.rows.len {
            let adds = adds(cells.view(row, kind));
            if adds.is_none() {
                self.alone.push(row);
            }
            found.push(adds.unwrap_or_default());
        }
        Summand::Found(found)
    }

    /// The same of every row.
    fn all(&mut self, adds: Option<u16>) -> Summand<'r> {
        if adds.is_none() {
            self.alone.extend(0..self.rows.len);
        }
        Summand::All(adds.unwrap_or_default())
    }

    /// Sets rows aside of whose values nothing can be told.
    fn uncertain(
        &mut self,
        cells: &Cells<'_>,
        kind: &Kind,
        some: &[Option<u16>],
        of_null: Option<u16>,
        adds: &impl Fn(Option<View<'_>>) -> Option<u16>,
    ) {
        let has_gaps = match cells.values {
            Values::Texts(texts) => texts.has_gaps(),
            _ => cells.nulls.is_some(),
        };
        if some.contains(&None) || of_null.is_none() && has_gaps {
            let rows = 0..self.rows.len;
            self.alone.extend(rows.filter(|row| adds(cells.view(*row, kind)).is_none()));
        }
    }

    /// Sets rows aside of which no column tells whether they have left, and whom nobody knows.
    fn set_aside(&mut self) {
        for field in [Field::Person, Field::Employment] {
            match self.rows.cells_of(field.slot()).map(|cells| cells.values) {
                Some(Values::Texts(texts)) if !texts.has_gaps() => {}
                Some(Values::Texts(texts)) => {
                    self.alone.extend((0..self.rows.len).filter(|row| texts.get(*row).is_none()));
                }
                _ => self.alone.extend(0..self.rows.len),
            }
        }
        for (field, kind) in [(Field::LeavesAt, Kind::Instant), (Field::HasLeft, Kind::Bool)] {
            if let Some(cells) = self.filled(field.slot()) {
                let is_given = |row: &usize| cells.view(*row, &kind).is_some();
                self.alone.extend((0..self.rows.len).filter(is_given));
            }
        }
        if let (Some(first), Some(last)) =
            (self.filled(Field::FirstDay.slot()), self.filled(Field::LastDay.slot()))
        {
            let day = |cells: &Cells<'_>, row| match cells.view(row, &Kind::Date) {
                Some(View::Date(day)) => Some(day),
                _ => None,
            };
            let is_rehired = |row: &usize| {
                let (first, last) = (day(first, *row), day(last, *row));
                first.is_some() && last.is_some() && first > last
            };
            self.alone.extend((0..self.rows.len).filter(is_rehired));
        }
    }

    /// The values of a field that has any.
    fn filled(&self, slot: Slot) -> Option<&'r Cells<'b>> {
        let rows: &'r Rows<'b> = self.rows;
        rows.cells_of(slot).filter(|cells| {
            !matches!(cells.values, Values::Nothing)
                && cells.nulls.is_none_or(|nulls| nulls.null_count() < nulls.len())
        })
    }
}

/// What days add: the number of the first, from 1970-01-01, and one entry for each day from then on. Days
/// before the first are like the first, days after the last like the last. `None` if it would be too long.
fn ladder(
    turns: Option<(i64, i64)>,
    adds: impl Fn(time::Date) -> Option<u16>,
) -> Option<(i32, Vec<Option<u16>>)> {
    let (first, last) = turns.unwrap_or((EPOCH, EPOCH));
    if last.checked_sub(first)? > LADDER {
        return None;
    }
    let days = (first - 1 - EPOCH)..=(last - EPOCH);
    let start = i32::try_from(*days.start()).ok()?;
    // A turn beyond the calendar is one that no day reaches.
    Some((start, days.map(|day| Some(adds(date(day)?))).collect::<Option<_>>()?))
}
