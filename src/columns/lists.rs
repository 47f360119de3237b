//! Lists of text.

use std::borrow::Cow;

use arrow_array::cast::AsArray;
use arrow_array::{Array, GenericListArray, OffsetSizeTrait};
use arrow_schema::DataType;

use super::texts::{Texts, is_text};
use crate::directory::resolved::Cell;

/// The lists of a column: where each begins and ends among the entries.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lists<'b> {
    pub(super) offsets: Offsets<'b>,
    pub(super) entries: Texts<'b>,
}

/// Where lists begin and end.
#[derive(Clone, Copy, Debug)]
pub(super) enum Offsets<'b> {
    Small(&'b [i32]),
    Large(&'b [i64]),
}

impl<'b> Lists<'b> {
    /// Whether a type is one of lists of text.
    pub(super) fn has(ty: &DataType) -> bool {
        match ty {
            DataType::List(entry) | DataType::LargeList(entry) => is_text(entry.data_type()),
            _ => false,
        }
    }

    /// The lists of an array; `None` if it holds none of text.
    pub(super) fn of(array: &'b dyn Array) -> Option<Self> {
        if let Some(lists) = array.as_list_opt::<i32>() {
            return Some(Self { offsets: Offsets::Small(offsets(lists)), entries: entries(lists)? });
        }
        let lists = array.as_list_opt::<i64>()?;
        Some(Self { offsets: Offsets::Large(offsets(lists)), entries: entries(lists)? })
    }

    /// Where the entries of a row stand.
    #[inline]
    pub(super) fn range(self, row: usize) -> std::ops::Range<usize> {
        let place = |at: usize| match self.offsets {
            Offsets::Small(offsets) => offsets.get(at).and_then(|at| usize::try_from(*at).ok()),
            Offsets::Large(offsets) => offsets.get(at).and_then(|at| usize::try_from(*at).ok()),
        };
        place(row).unwrap_or(0)..place(row + 1).unwrap_or(0)
    }

    /// How many entries the longest list has, those under nulls included.
    pub(super) fn longest(self) -> usize {
        match self.offsets {
            Offsets::Small(offsets) => longest(offsets),
            Offsets::Large(offsets) => longest(offsets),
        }
    }

    /// Puts the entries of a row, none of which is without a text, into `to`.
    pub(super) fn put(self, row: usize, to: &mut Vec<&'b str>) {
        to.extend(self.range(row).filter_map(|at| self.entries.get(at)));
    }

    /// The list of a row with an empty place for each entry without a text.
    pub(super) fn cell(self, row: usize) -> Cell<'b> {
        let cell = |at| self.entries.get(at).map_or(Cell::Nothing, |text| Cell::Text(Cow::Borrowed(text)));
        Cell::List(self.range(row).map(cell).collect())
    }
}

fn offsets<O: OffsetSizeTrait>(lists: &GenericListArray<O>) -> &[O] {
    lists.value_offsets()
}

fn longest<O: OffsetSizeTrait>(offsets: &[O]) -> usize {
    let lengths = offsets.windows(2).map(|pair| pair[1] - pair[0]);
    lengths.fold(O::default(), |longest, length| if length > longest { length } else { longest }).as_usize()
}

fn entries<O: OffsetSizeTrait>(lists: &GenericListArray<O>) -> Option<Texts<'_>> {
    Texts::of(lists.values().as_ref())
}
