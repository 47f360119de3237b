//! A serialiser that writes canonical JSON straight from data, without a tree in between.
//!
//! Values go behind the text as they come. Of an object each value is written on its own first, because the
//! order of keys is known only at its end.

use std::fmt::{self, Display, Write as _};
use std::ops::Range;

use serde::ser::{self, Serialize, Serializer};

use super::{in_order, write_canonical_text};

/// Whole numbers up to here are written as they are; beyond, JSON numbers are not exact.
const EXACT: u64 = 1 << 53;

/// Writes one value behind a text.
pub(super) struct Writer<'t>(pub(super) &'t mut String);

/// What has no canonical form.
#[derive(Debug)]
pub(super) struct Formless(String);

impl Display for Formless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Formless {}

impl ser::Error for Formless {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// The items of a list that is being written.
pub(super) struct Items<'t> {
    text: &'t mut String,
    is_empty: bool,
    /// What stands behind the list: it is the value of a variant.
    end: &'static str,
}

/// The entries of an object that is being written.
pub(super) struct Entries<'t> {
    text: &'t mut String,
    /// The values one after the other, as they came.
    values: String,
    /// Each key, and where its value stands among them.
    pairs: Vec<(Key, Range<usize>)>,
    /// The key whose value comes next.
    key: Option<String>,
    /// What stands behind the object: it is the value of a variant.
    end: &'static str,
}

/// A key: a name of the program, or a text of the data.
enum Key {
    Name(&'static str),
    Text(String),
}

impl Key {
    fn as_str(&self) -> &str {
        match self {
            Self::Name(name) => name,
            Self::Text(text) => text,
        }
    }
}

impl<'t> Writer<'t> {
    fn whole(self, number: impl Display) -> Result<(), Formless> {
        write!(self.0, "{number}").map_err(|error| Formless(error.to_string()))
    }

    /// Numbers whose form takes more than their digits.
    fn number(self, number: impl Serialize) -> Result<(), Formless> {
        let form =
            serde_json_canonicalizer::to_string(&number).map_err(|error| Formless(error.to_string()))?;
        self.0.push_str(&form);
        Ok(())
    }

    fn items(self, end: &'static str) -> Items<'t> {
        self.0.push('[');
        Items { text: self.0, is_empty: true, end }
    }

    fn entries(self, size: usize, end: &'static str) -> Entries<'t> {
        Entries { text: self.0, values: String::new(), pairs: Vec::with_capacity(size), key: None, end }
    }

    /// Opens the object around the value of a variant.
    fn variant(&mut self, variant: &str) {
        self.0.push('{');
        write_canonical_text(variant, self.0);
        self.0.push(':');
    }
}

impl<'t> Serializer for Writer<'t> {
    type Ok = ();
    type Error = Formless;
    type SerializeSeq = Items<'t>;
    type SerializeTuple = Items<'t>;
    type SerializeTupleStruct = Items<'t>;
    type SerializeTupleVariant = Items<'t>;
    type SerializeMap = Entries<'t>;
    type SerializeStruct = Entries<'t>;
    type SerializeStructVariant = Entries<'t>;

    fn serialize_bool(self, value: bool) -> Result<(), Formless> {
        self.whole(value)
    }

    fn serialize_i8(self, value: i8) -> Result<(), Formless> {
        self.whole(value)
    }

    fn serialize_i16(self, value: i16) -> Result<(), Formless> {
        self.whole(value)
    }

    fn serialize_i32(self, value: i32) -> Result<(), Formless> {
        self.whole(value)
    }

    fn serialize_i64(self, value: i64) -> Result<(), Formless> {
        if value.unsigned_abs() <= EXACT { self.whole(value) } else { self.number(value) }
    }

    fn serialize_u8(self, value: u8) -> Result<(), Formless> {
        self.whole(value)
    }

    fn serialize_u16(self, value: u16) -> Result<(), Formless> {
        self.whole(value)
    }

    fn serialize_u32(self, value: u32) -> Result<(), Formless> {
        self.whole(value)
    }

    fn serialize_u64(self, value: u64) -> Result<(), Formless> {
        if value <= EXACT { self.whole(value) } else { self.number(value) }
    }

    fn serialize_f32(self, value: f32) -> Result<(), Formless> {
        self.number(value)
    }

    fn serialize_f64(self, value: f64) -> Result<(), Formless> {
        self.number(value)
    }

    fn serialize_char(self, value: char) -> Result<(), Formless> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Formless> {
        write_canonical_text(value, self.0);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Formless> {
        value.serialize(self)
    }

    fn serialize_none(self) -> Result<(), Formless> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Formless> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Formless> {
        self.0.push_str("null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Formless> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Formless> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Formless> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Formless> {
        self.variant(variant);
        value.serialize(Writer(self.0))?;
        self.0.push('}');
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'t>, Formless> {
        Ok(self.items(""))
    }

    fn serialize_tuple(self, _: usize) -> Result<Items<'t>, Formless> {
        Ok(self.items(""))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Items<'t>, Formless> {
        Ok(self.items(""))
    }

    fn serialize_tuple_variant(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items<'t>, Formless> {
        self.variant(variant);
        Ok(self.items("}"))
    }

    fn serialize_map(self, size: Option<usize>) -> Result<Entries<'t>, Formless> {
        Ok(self.entries(size.unwrap_or_default(), ""))
    }

    fn serialize_struct(self, _: &'static str, size: usize) -> Result<Entries<'t>, Formless> {
        Ok(self.entries(size, ""))
    }

    fn serialize_struct_variant(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        size: usize,
    ) -> Result<Entries<'t>, Formless> {
        self.variant(variant);
        Ok(self.entries(size, "}"))
    }
}

impl Items<'_> {
    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Formless> {
        if !self.is_empty {
            self.text.push(',');
        }
        self.is_empty = false;
        value.serialize(Writer(self.text))
    }

    fn close(self) {
        self.text.push(']');
        self.text.push_str(self.end);
    }
}

impl Entries<'_> {
    fn entry<T: Serialize + ?Sized>(&mut self, key: Key, value: &T) -> Result<(), Formless> {
        let start = self.values.len();
        value.serialize(Writer(&mut self.values))?;
        self.pairs.push((key, start..self.values.len()));
        Ok(())
    }

    fn close(mut self) {
        self.pairs.sort_unstable_by(|(a, _), (b, _)| in_order(a.as_str(), b.as_str()));
        self.text.push('{');
        for (index, (key, place)) in self.pairs.into_iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            write_canonical_text(key.as_str(), self.text);
            self.text.push(':');
            self.text.push_str(self.values.get(place).unwrap_or_default());
        }
        self.text.push('}');
        self.text.push_str(self.end);
    }
}

/// A key as text: serde gives keys of maps as values.
fn key_text<T: Serialize + ?Sized>(key: &T) -> Result<String, Formless> {
    match serde_json::to_value(key) {
        Ok(serde_json::Value::String(key)) => Ok(key),
        Ok(serde_json::Value::Number(key)) => Ok(key.to_string()),
        Ok(serde_json::Value::Bool(key)) => Ok(key.to_string()),
        _ => Err(Formless("a key is no text".to_owned())),
    }
}

macro_rules! items {
    ($($method:ident of $shape:ident),+) => { $(impl ser::$shape for Items<'_> {
        type Ok = ();
        type Error = Formless;

        fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Formless> {
            self.item(value)
        }

        fn end(self) -> Result<(), Formless> {
            self.close();
            Ok(())
        }
    })+ };
}
items!(
    serialize_element of SerializeSeq,
    serialize_element of SerializeTuple,
    serialize_field of SerializeTupleStruct,
    serialize_field of SerializeTupleVariant
);

macro_rules! fields {
    ($($shape:ident),+) => { $(impl ser::$shape for Entries<'_> {
        type Ok = ();
        type Error = Formless;

        fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Formless> {
            self.entry(Key::Name(key), value)
        }

        fn end(self) -> Result<(), Formless> {
            self.close();
            Ok(())
        }
    })+ };
}
fields!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Entries<'_> {
    type Ok = ();
    type Error = Formless;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Formless> {
        self.key = Some(key_text(key)?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Formless> {
        let key = self.key.take().ok_or_else(|| Formless("a value without a key".to_owned()))?;
        self.entry(Key::Text(key), value)
    }

    fn end(self) -> Result<(), Formless> {
        self.close();
        Ok(())
    }
}
