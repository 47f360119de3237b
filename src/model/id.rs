//! The messaging ID: eight characters of a closed ASCII alphabet (PLATFORM 12).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A messaging ID: `[0-9A-Z*][0-9A-Z]{7}`, 8 characters of ASCII (PLATFORM 12).
///
/// Letters that merely look alike are rejected, never normalised: an ID that differs in one
/// character is somebody else.
///
/// ```
/// use leaver::model::{Id, IdError};
///
/// let id: Id = "ECHOECHO".parse()?;
/// assert_eq!(id.to_string(), "ECHOECHO");
/// assert!("*SUPPORT".parse::<Id>()?.is_system());
/// assert_eq!("echoecho".parse::<Id>(), Err(IdError::Character { position: 1, found: 'e' }));
/// # Ok::<(), IdError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id([u8; Id::LENGTH]);

/// One in each byte of a word, and the highest bit of each.
const EACH: u64 = 0x0101_0101_0101_0101;
const HIGHEST: u64 = 0x8080_8080_8080_8080;

impl Id {
    /// Number of characters of every ID.
    pub const LENGTH: usize = 8;

    /// Whether this is a gateway, broadcast or system ID (leading `*`), which is never offboarded.
    pub const fn is_system(self) -> bool {
        self.0[0] == b'*'
    }

    /// The ID that is written as these bytes; `None` if it is none.
    #[inline]
    pub fn from_ascii(text: &[u8]) -> Option<Self> {
        let bytes: [u8; Self::LENGTH] = text.try_into().ok()?;
        // All bytes at once: the highest bit of each byte tells whether it reaches a character.
        let reach =
            |word: u64, character: u8| word.wrapping_add(EACH * u64::from(0x80 - character)) & HIGHEST;
        let word = u64::from_le_bytes(bytes);
        // A leading `*` counts as any other character.
        let word = if bytes[0] == b'*' { word ^ u64::from(b'*' ^ b'0') } else { word };
        let digits = reach(word, b'0') & !reach(word, b'9' + 1);
        let letters = reach(word, b'A') & !reach(word, b'Z' + 1);
        (word & HIGHEST == 0 && digits | letters == HIGHEST).then_some(Self(bytes))
    }

    /// The ID as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("an ID is ASCII by construction")
    }
}

/// Why a text is not an ID. Positions count characters from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdError {
    /// The text does not have exactly eight characters.
    #[error("an ID has 8 characters, this has {found}")]
    Length {
        /// How many characters the text has.
        found: usize,
    },
    /// A character is outside the alphabet of IDs.
    #[error("character {position} of an ID must be 0-9 or A-Z{}, this is {found:?}", if *.position == 1 { " (or * for a system ID)" } else { "" })]
    Character {
        /// Which character, counted from 1.
        position: usize,
        /// What stands there.
        found: char,
    },
}

impl FromStr for Id {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let mut bytes = [0; Self::LENGTH];
        for (index, found) in text.chars().enumerate() {
            let allowed = matches!(found, '0'..='9' | 'A'..='Z') || (index == 0 && found == '*');
            if index < Self::LENGTH && !allowed {
                return Err(IdError::Character { position: index + 1, found });
            }
            match bytes.get_mut(index) {
                Some(byte) => *byte = found as u8,
                None => return Err(IdError::Length { found: text.chars().take(1_000).count() }),
            }
        }
        match text.len() {
            Self::LENGTH => Ok(Self(bytes)),
            found => Err(IdError::Length { found }),
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_an_id_when_their_text_is() {
        for at in 0..Id::LENGTH {
            for byte in 0..=u8::MAX {
                let mut bytes = *b"ECHO1234";
                bytes[at] = byte;
                let text = std::str::from_utf8(&bytes).ok().and_then(|text| text.parse().ok());
                assert_eq!(Id::from_ascii(&bytes), text, "{bytes:?}");
            }
        }
        assert_eq!(Id::from_ascii(b"ECHO123"), None);
        assert_eq!(Id::from_ascii(b"ECHO12345"), None);
    }
}
