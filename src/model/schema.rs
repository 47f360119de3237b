//! The schema of a user: the built-in fields and the host's own attributes, with their types.

use std::collections::BTreeMap;
use std::fmt;

use super::{ClosedSet, Field};

/// The kind of value a field has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// True or false.
    Bool,
    /// Whole number, 64 bits.
    Int,
    /// Text.
    Text,
    /// Messaging ID.
    Id,
    /// Calendar date.
    Date,
    /// Instant.
    Instant,
    /// List of texts.
    Texts,
    /// One word of a closed set.
    OneOf(ClosedSet),
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bool => "bool",
            Self::Int => "integer",
            Self::Text => "text",
            Self::Id => "ID",
            Self::Date => "date",
            Self::Instant => "instant",
            Self::Texts => "list of text",
            Self::OneOf(set) => return write!(f, "one of {set}"),
        })
    }
}

/// A field's type: the kind of its values, and whether a user may have none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldType {
    /// Kind of the values.
    pub kind: Kind,
    /// Whether the value may be absent.
    pub optional: bool,
}

impl fmt::Display for FieldType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.kind, if self.optional { "?" } else { "" })
    }
}

impl FieldType {
    /// Reads the text form of an attribute type: `text`, `integer`, `bool`, `date`, `list of text`,
    /// each optionally followed by `?`.
    pub fn from_text(text: &str) -> Option<Self> {
        let (name, optional) = text.strip_suffix('?').map_or((text, false), |name| (name, true));
        let kind = match name.trim_end() {
            "text" => Kind::Text,
            "integer" => Kind::Int,
            "bool" => Kind::Bool,
            "date" => Kind::Date,
            "list of text" => Kind::Texts,
            _ => return None,
        };
        Some(Self { kind, optional })
    }
}

/// Position of a field in a [`User`](super::User): built-in fields first, then attributes by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(u16);

impl Slot {
    pub(crate) const fn new(index: u16) -> Self {
        Self(index)
    }

    /// The position, from 0.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Why an attribute cannot be declared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AttributeError {
    /// The name is not an identifier: lower-case letters, digits and `_`, not starting with a digit.
    #[error("attribute `{0}`: a name has lower-case letters, digits and `_`, and starts with a letter")]
    NotAnIdentifier(String),
    /// The policy language reserves the name.
    #[error("attribute `{0}`: the policy language reserves this name; choose another")]
    Reserved(String),
    /// A built-in field has the name.
    #[error("attribute `{0}`: there is a built-in field of this name")]
    BuiltIn(String),
    /// The type is not one of the known ones.
    #[error(
        "attribute `{name}`: unknown type; use text, integer, bool, date, list of text, or {{\"one_of\": [..]}}, with `?` if optional"
    )]
    UnknownType {
        /// Name of the attribute.
        name: String,
    },
    /// A closed set is empty or repeats a word.
    #[error("attribute `{name}`: `one_of` needs at least one word, and each only once")]
    BadClosedSet {
        /// Name of the attribute.
        name: String,
    },
    /// More attributes than a policy can have.
    #[error("too many attributes: at most {0}")]
    TooMany(usize),
}

/// Names that an attribute cannot have because a policy could not write `user.NAME`.
pub const RESERVED_ATTRIBUTE_NAMES: &[&str] = &[
    "as",
    "async",
    "await",
    "break",
    "call",
    "case",
    "catch",
    "const",
    "continue",
    "curry",
    "debug",
    "default",
    "do",
    "else",
    "eval",
    "export",
    "false",
    "fn",
    "for",
    "go",
    "goto",
    "if",
    "import",
    "in",
    "is",
    "is_def_fn",
    "is_def_var",
    "is_shared",
    "let",
    "loop",
    "match",
    "module",
    "new",
    "nil",
    "null",
    "package",
    "print",
    "private",
    "protected",
    "public",
    "return",
    "shared",
    "spawn",
    "static",
    "super",
    "switch",
    "sync",
    "this",
    "thread",
    "throw",
    "true",
    "try",
    "type_of",
    "until",
    "use",
    "var",
    "void",
    "while",
    "with",
    "yield",
];

/// The built-in fields plus the declared attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    names: Vec<String>,
    types: Vec<FieldType>,
    by_name: BTreeMap<String, Slot>,
}

impl Default for Schema {
    fn default() -> Self {
        Self::new(BTreeMap::new()).expect("no attribute is a valid set of attributes")
    }
}

impl Schema {
    /// Most attributes a directory may declare.
    pub const MAX_ATTRIBUTES: usize = 256;

    /// The built-in fields and `attributes`.
    ///
    /// # Errors
    /// The first attribute, by name, that cannot be declared.
    pub fn new(attributes: BTreeMap<String, FieldType>) -> Result<Self, AttributeError> {
        if attributes.len() > Self::MAX_ATTRIBUTES {
            return Err(AttributeError::TooMany(Self::MAX_ATTRIBUTES));
        }
        let mut schema = Self { names: Vec::new(), types: Vec::new(), by_name: BTreeMap::new() };
        for field in Field::ALL {
            let info = field.info();
            schema.push(info.name.to_owned(), FieldType { kind: info.kind, optional: info.optional });
        }
        for (name, ty) in attributes {
            Self::check_name(&name)?;
            if let Kind::OneOf(set) = &ty.kind {
                let repeated = set.words.iter().enumerate().any(|(at, word)| set.words[..at].contains(word));
                if set.words.is_empty() || repeated {
                    return Err(AttributeError::BadClosedSet { name });
                }
            }
            schema.push(name, ty);
        }
        Ok(schema)
    }

    /// Whether an attribute may be called `name`.
    ///
    /// # Errors
    /// Why it may not.
    pub fn check_name(name: &str) -> Result<(), AttributeError> {
        let mut bytes = name.bytes();
        let starts = bytes.next().is_some_and(|byte| byte.is_ascii_lowercase());
        if !starts || !bytes.all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_')) || name.len() > 64 {
            return Err(AttributeError::NotAnIdentifier(name.chars().take(64).collect()));
        }
        if RESERVED_ATTRIBUTE_NAMES.contains(&name) {
            return Err(AttributeError::Reserved(name.to_owned()));
        }
        if Field::from_name(name).is_some() {
            return Err(AttributeError::BuiltIn(name.to_owned()));
        }
        Ok(())
    }

    fn push(&mut self, name: String, ty: FieldType) {
        let slot = Slot::new(u16::try_from(self.names.len()).expect("fields and attributes are few"));
        self.by_name.insert(name.clone(), slot);
        self.names.push(name);
        self.types.push(ty);
    }

    /// Where the field or attribute `name` stands.
    pub fn slot(&self, name: &str) -> Option<Slot> {
        self.by_name.get(name).copied()
    }

    /// Name of the field at `slot`.
    pub fn name(&self, slot: Slot) -> &str {
        &self.names[slot.index()]
    }

    /// Type of the field at `slot`.
    pub fn field_type(&self, slot: Slot) -> &FieldType {
        &self.types[slot.index()]
    }

    /// The built-in field at `slot`; `None` for an attribute.
    pub fn field(&self, slot: Slot) -> Option<Field> {
        Field::ALL.get(slot.index()).copied()
    }

    /// All slots: built-in fields, then attributes by name.
    pub fn slots(&self) -> impl Iterator<Item = Slot> + '_ {
        (0..self.names.len()).map(|index| Slot::new(u16::try_from(index).expect("see push")))
    }

    /// The attributes' slots.
    pub fn attributes(&self) -> impl Iterator<Item = Slot> + '_ {
        self.slots().skip(Field::ALL.len())
    }

    /// How many fields and attributes there are.
    pub fn width(&self) -> usize {
        self.names.len()
    }

    /// All names, for suggestions.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }
}
