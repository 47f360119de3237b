//! Whole numbers of any width: attributes, and the keys of dictionaries.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow_array::{Array, PrimitiveArray};
use arrow_schema::DataType;

/// The values of an array of whole numbers; what stands under a null means nothing.
#[derive(Clone, Copy, Debug)]
pub(super) enum Numbers<'b> {
    I8(&'b [i8]),
    I16(&'b [i16]),
    I32(&'b [i32]),
    I64(&'b [i64]),
    U8(&'b [u8]),
    U16(&'b [u16]),
    U32(&'b [u32]),
    U64(&'b [u64]),
}

/// Evaluates an expression with the values at hand, whatever their width.
macro_rules! of_any_width {
    ($numbers:expr, $values:ident => $body:expr) => {
        match $numbers {
            $crate::columns::numbers::Numbers::I8($values) => $body,
            $crate::columns::numbers::Numbers::I16($values) => $body,
            $crate::columns::numbers::Numbers::I32($values) => $body,
            $crate::columns::numbers::Numbers::I64($values) => $body,
            $crate::columns::numbers::Numbers::U8($values) => $body,
            $crate::columns::numbers::Numbers::U16($values) => $body,
            $crate::columns::numbers::Numbers::U32($values) => $body,
            $crate::columns::numbers::Numbers::U64($values) => $body,
        }
    };
}

pub(super) use of_any_width;

fn values<T: ArrowPrimitiveType>(array: &dyn Array) -> Option<&[T::Native]> {
    let array: &PrimitiveArray<T> = array.as_primitive_opt()?;
    Some(array.values().as_ref())
}

impl<'b> Numbers<'b> {
    /// Whether these are numbers of a type.
    pub(super) fn has(ty: &DataType) -> bool {
        ty.is_integer()
    }

    /// The values of an array; `None` if it does not hold whole numbers.
    pub(super) fn of(array: &'b dyn Array) -> Option<Self> {
        Some(match array.data_type() {
            DataType::Int8 => Self::I8(values::<Int8Type>(array)?),
            DataType::Int16 => Self::I16(values::<Int16Type>(array)?),
            DataType::Int32 => Self::I32(values::<Int32Type>(array)?),
            DataType::Int64 => Self::I64(values::<Int64Type>(array)?),
            DataType::UInt8 => Self::U8(values::<UInt8Type>(array)?),
            DataType::UInt16 => Self::U16(values::<UInt16Type>(array)?),
            DataType::UInt32 => Self::U32(values::<UInt32Type>(array)?),
            DataType::UInt64 => Self::U64(values::<UInt64Type>(array)?),
            _ => return None,
        })
    }

    /// The number of a row; `None` if it has more than 63 bits.
    #[allow(
        clippy::unnecessary_fallible_conversions,
        clippy::useless_conversion,
        reason = "written once for every width, and only some can fail"
    )]
    pub(super) fn get(self, row: usize) -> Option<i64> {
        of_any_width!(self, values => values.get(row).and_then(|value| i64::try_from(*value).ok()))
    }

    /// The number of a row as a position.
    #[allow(
        clippy::unnecessary_fallible_conversions,
        clippy::useless_conversion,
        reason = "written once for every width, and only some can fail"
    )]
    pub(super) fn position(self, row: usize) -> Option<usize> {
        of_any_width!(self, values => values.get(row).and_then(|value| usize::try_from(*value).ok()))
    }

    /// Whether every number fits into 64 bits with a sign.
    pub(super) fn all_fit(self) -> bool {
        match self {
            Self::U64(values) => values.iter().all(|value| i64::try_from(*value).is_ok()),
            _ => true,
        }
    }
}
