//! Texts, however an array holds them.

use arrow_array::cast::AsArray;
use arrow_array::{
    Array, GenericStringArray, LargeStringArray, OffsetSizeTrait, StringArray, StringViewArray,
};
use arrow_buffer::NullBuffer;
use arrow_schema::DataType;

use super::numbers::Numbers;

/// An array of texts that stand for themselves.
#[derive(Clone, Copy, Debug)]
pub(super) enum Plain<'b> {
    Small(&'b StringArray),
    Large(&'b LargeStringArray),
    View(&'b StringViewArray),
}

/// Texts of a column, plain or by way of a dictionary.
#[derive(Clone, Copy, Debug)]
pub(super) enum Texts<'b> {
    Plain(Plain<'b>),
    Coded(Coded<'b>),
}

/// Texts by way of a dictionary.
#[derive(Clone, Copy, Debug)]
pub(super) struct Coded<'b> {
    pub(super) keys: Numbers<'b>,
    pub(super) nulls: Option<&'b NullBuffer>,
    pub(super) values: Plain<'b>,
}

/// Evaluates an expression with the array at hand, whatever its layout.
macro_rules! of_any_layout {
    ($texts:expr, $array:ident => $body:expr) => {
        match $texts {
            $crate::columns::texts::Plain::Small($array) => $body,
            $crate::columns::texts::Plain::Large($array) => $body,
            $crate::columns::texts::Plain::View($array) => $body,
        }
    };
}
pub(super) use of_any_layout;

/// Whether a type is one of texts that stand for themselves.
pub(super) const fn is_plain(ty: &DataType) -> bool {
    matches!(ty, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

/// Whether a type is one of texts.
pub(super) fn is_text(ty: &DataType) -> bool {
    match ty {
        DataType::Dictionary(keys, values) => Numbers::has(keys) && is_plain(values),
        ty => is_plain(ty),
    }
}

impl<'b> Plain<'b> {
    /// The texts of an array; `None` if it holds none.
    pub(super) fn of(array: &'b dyn Array) -> Option<Self> {
        Some(match array.data_type() {
            DataType::Utf8 => Self::Small(array.as_string_opt()?),
            DataType::LargeUtf8 => Self::Large(array.as_string_opt()?),
            DataType::Utf8View => Self::View(array.as_string_view_opt()?),
            _ => return None,
        })
    }

    pub(super) fn len(self) -> usize {
        of_any_layout!(self, array => array.len())
    }

    pub(super) fn nulls(self) -> Option<&'b NullBuffer> {
        of_any_layout!(self, array => array.nulls())
    }

    /// The text at a place, if there is one that is not empty.
    #[inline]
    pub(super) fn get(self, at: usize) -> Option<&'b str> {
        if at >= self.len() || self.nulls().is_some_and(|nulls| nulls.is_null(at)) {
            return None;
        }
        let text = of_any_layout!(self, array => array.value(at));
        (!text.is_empty()).then_some(text)
    }

    /// Goes through all, with `None` for no text.
    #[inline]
    pub(super) fn each(self, mut with: impl FnMut(Option<&'b str>)) {
        of_any_layout!(self, array => {
            if array.null_count() == 0 {
                for at in 0..array.len() {
                    with(Some(array.value(at)).filter(|text| !text.is_empty()));
                }
            } else {
                for text in array {
                    with(text.filter(|text| !text.is_empty()));
                }
            }
        });
    }

    /// Whether there is nothing unusual in all of them: no NUL, no text of more than `most` bytes. A
    /// `false` may come of what stands under a null.
    pub(super) fn are_usual(self, most: usize) -> bool {
        match self {
            Self::Small(array) => are_usual(array, most),
            Self::Large(array) => are_usual(array, most),
            Self::View(array) => (0..array.len()).all(|at| {
                let text = if array.is_null(at) { "" } else { array.value(at) };
                text.len() <= most && !text.as_bytes().contains(&0)
            }),
        }
    }

    /// Whether all have `length` bytes and only good ones. A `false` may come of what stands under a null.
    pub(super) fn all_are(self, length: usize, good: impl Fn(u8) -> bool) -> bool {
        match self {
            Self::Small(array) => all_are(array, length, good),
            Self::Large(array) => all_are(array, length, good),
            Self::View(_) => false,
        }
    }

    /// Whether any is null or empty.
    pub(super) fn has_gaps(self) -> bool {
        if self.nulls().is_some_and(|nulls| nulls.null_count() > 0) {
            return true;
        }
        match self {
            Self::Small(array) => has_empty(array),
            Self::Large(array) => has_empty(array),
            Self::View(array) => array.lengths().any(|length| length == 0),
        }
    }
}

fn are_usual<O: OffsetSizeTrait>(array: &GenericStringArray<O>, most: usize) -> bool {
    let offsets = array.value_offsets();
    let most = O::from_usize(most).unwrap_or_else(|| offsets[0]);
    // Counted without a way out in the middle, so that many are looked at together.
    let long = offsets.windows(2).filter(|pair| pair[1] - pair[0] > most).count();
    long == 0 && !bytes(array).contains(&0)
}

fn all_are<O: OffsetSizeTrait>(
    array: &GenericStringArray<O>,
    length: usize,
    good: impl Fn(u8) -> bool,
) -> bool {
    let offsets = array.value_offsets();
    let length = O::from_usize(length).unwrap_or_else(|| offsets[0]);
    offsets.windows(2).filter(|pair| pair[1] - pair[0] != length).count() == 0
        && bytes(array).iter().fold(true, |all, byte| all & good(*byte))
}

/// The bytes of all texts.
fn bytes<O: OffsetSizeTrait>(array: &GenericStringArray<O>) -> &[u8] {
    let offsets = array.value_offsets();
    let (Some(first), Some(last)) = (offsets.first(), offsets.last()) else { return &[] };
    array.value_data().get(first.as_usize()..last.as_usize()).unwrap_or_default()
}

fn has_empty<O: OffsetSizeTrait>(array: &GenericStringArray<O>) -> bool {
    array.value_offsets().windows(2).filter(|pair| pair[0] == pair[1]).count() > 0
}

impl<'b> Texts<'b> {
    /// The texts of an array; `None` if it holds none.
    pub(super) fn of(array: &'b dyn Array) -> Option<Self> {
        if let DataType::Dictionary(..) = array.data_type() {
            let dictionary = array.as_any_dictionary_opt()?;
            let keys = Numbers::of(dictionary.keys())?;
            let values = Plain::of(dictionary.values().as_ref())?;
            return Some(Self::Coded(Coded { keys, nulls: dictionary.keys().nulls(), values }));
        }
        Plain::of(array).map(Self::Plain)
    }

    /// Whether any row may be without a text.
    pub(super) fn has_gaps(self) -> bool {
        match self {
            Self::Plain(texts) => texts.has_gaps(),
            Self::Coded(coded) => {
                coded.nulls.is_some_and(|nulls| nulls.null_count() > 0) || coded.values.has_gaps()
            }
        }
    }

    /// The text of a row, if there is one that is not empty.
    #[inline]
    pub(super) fn get(self, row: usize) -> Option<&'b str> {
        match self {
            Self::Plain(texts) => texts.get(row),
            Self::Coded(coded) => coded.get(row),
        }
    }
}

impl<'b> Coded<'b> {
    /// The text of a row, if there is one that is not empty.
    pub(super) fn get(self, row: usize) -> Option<&'b str> {
        if self.nulls.is_some_and(|nulls| nulls.is_null(row)) {
            return None;
        }
        self.values.get(self.keys.position(row)?)
    }
}
