//! API keys: where they are found, and a type that cannot be shown.

use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;

/// Longest key that is taken.
const MOST_KEY_BYTES: usize = 512;

/// Where the key of an API is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// In an environment variable.
    Environment(String),
    /// In a file, alone; a line break at the end does not count.
    File(PathBuf),
}

impl fmt::Display for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(name) => write!(f, "the environment variable {name}"),
            Self::File(path) => write!(f, "the file {}", path.display()),
        }
    }
}

impl KeySource {
    /// The key. The environment or the file is looked at now, and never again.
    ///
    /// # Errors
    /// Why there is none, without anything of what was found.
    pub fn read(&self) -> Result<ApiKey, &'static str> {
        let text = match self {
            Self::Environment(name) => std::env::var(name).map_err(|_| "it is not set, or is not text")?,
            Self::File(path) => {
                let mut text = String::new();
                let most = MOST_KEY_BYTES as u64 + 3;
                let read = File::open(path).and_then(|file| file.take(most).read_to_string(&mut text));
                read.map_err(|_| "it cannot be read, or is not text")?;
                text
            }
        };
        let text = text.strip_suffix('\n').unwrap_or(&text);
        ApiKey::new(text.strip_suffix('\r').unwrap_or(text))
            .ok_or("what is there is no key: 1 to 512 visible characters of ASCII, without spaces")
    }
}

/// The key of an API. It is never shown: not by `Debug`, not in an error, not in a journal.
#[derive(Clone)]
pub struct ApiKey(String);

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(..)")
    }
}

impl ApiKey {
    /// A key; `None` for what cannot stand in a header.
    pub fn new(text: &str) -> Option<Self> {
        let fits = (1..=MOST_KEY_BYTES).contains(&text.len());
        (fits && text.bytes().all(|byte| byte.is_ascii_graphic())).then(|| Self(text.to_owned()))
    }

    /// For the header, and for nothing else.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}
