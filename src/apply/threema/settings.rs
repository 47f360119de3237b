//! Where the web APIs are, whose they are, and which undocumented calls are allowed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use super::calls::Method;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::policy::Source;

/// Everything that a connector has to know besides keys.
///
/// ```
/// use leaver::apply::threema::Settings;
///
/// let settings = Settings::from_toml("threema.toml", r#"
///     [work]
///     url = "https://work.example.com/api/v1/"
///     key_env = "WORK_KEY"
/// "#).expect("settings");
/// assert!(settings.work.is_some() && settings.broadcast.is_none());
/// assert!(Settings::from_toml("x", "[work]\nurl = \"http://work.example.com/\"\nkey_env = \"K\"").is_err());
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The Work API.
    pub work: Option<WorkSettings>,
    /// The Broadcast API.
    pub broadcast: Option<BroadcastSettings>,
    /// After how many seconds an answer is given up.
    #[serde(default = "timeout")]
    pub timeout_seconds: u32,
}

const fn timeout() -> u32 {
    30
}

/// The Work API (PLATFORM 30 to 32).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkSettings {
    /// Its base, which ends in `/`.
    pub url: String,
    /// The environment variable with the key.
    pub key_env: Option<String>,
    /// The file with the key.
    pub key_file: Option<PathBuf>,
    /// What `DELETE users/{id}` does, which is not documented (PLATFORM 30).
    #[serde(default)]
    pub delete_user: DeleteUser,
}

/// What deleting a user over the Work API does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeleteUser {
    /// Nobody has found out: it is never called.
    #[default]
    Off,
    /// The ID leaves the subscription.
    Detaches,
    /// The ID is destroyed.
    Revokes,
}

/// The Broadcast API (PLATFORM 33, 34).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BroadcastSettings {
    /// Its base, which ends in `/`.
    pub url: String,
    /// The environment variable with the key.
    pub key_env: Option<String>,
    /// The file with the key.
    pub key_file: Option<PathBuf>,
    /// The broadcast ID that groups and lists belong to.
    pub identity: String,
    /// Groups and lists that belong to another one.
    #[serde(default)]
    pub identities: BTreeMap<String, String>,
    /// How a group is synchronised, which is not documented (PLATFORM 34).
    pub synchronise: Option<UndocumentedCall>,
}

/// A call that the documents do not have.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UndocumentedCall {
    /// The method.
    pub method: Method,
    /// The path below the broadcast ID, in which `{group}` stands for the key of the group.
    pub path: String,
}

impl Settings {
    /// Reads `threema.toml`. `name` is what diagnostics call it.
    ///
    /// # Errors
    /// `A0401`, with its place.
    pub fn from_toml(name: &str, text: &str) -> Result<Self, Box<Diagnostic>> {
        let refuse = |message: String, place: Place| {
            let found = Diagnostic::new(Code::ConnectorSettings, message, name, place);
            Box::new(found.help("docs/connectors.md shows a whole file"))
        };
        let read: Self = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let (line, column) = Source::new(name, text).position(at);
            refuse(error.message().to_owned(), Place::new(line, column, 1))
        })?;
        read.fault().map_or(Ok(read.clone()), |message| Err(refuse(message, Place::FILE)))
    }

    fn fault(&self) -> Option<String> {
        let apis = [
            self.work.as_ref().map(|work| ("work", &work.url, &work.key_env, &work.key_file)),
            self.broadcast.as_ref().map(|of| ("broadcast", &of.url, &of.key_env, &of.key_file)),
        ];
        if self.work.is_none() && self.broadcast.is_none() {
            return Some("neither [work] nor [broadcast] is there".to_owned());
        }
        for (name, url, env, file) in apis.into_iter().flatten() {
            if env.is_some() == file.is_some() {
                return Some(format!("[{name}] needs `key_env` or `key_file`, and not both"));
            }
            if !url.ends_with('/') || !is_safe(url) {
                return Some(format!(
                    "[{name}] `url` must begin with https:// (http:// for this machine alone) and end with /"
                ));
            }
        }
        if !(1..=600).contains(&self.timeout_seconds) {
            return Some("`timeout_seconds` is from 1 to 600".to_owned());
        }
        let path = self.broadcast.as_ref().and_then(|of| of.synchronise.as_ref()).map(|call| &call.path);
        path.filter(|path| path.starts_with('/') || path.contains("..") || !path.contains("{group}"))
            .map(|_| "[broadcast.synchronise] `path` must have {group} and begin without /".to_owned())
    }
}

/// A key goes over TLS only, but to this machine.
fn is_safe(url: &str) -> bool {
    let local = |host: &str| {
        let host = host.split(['/', ':']).next().unwrap_or_default();
        host == "127.0.0.1" || host == "localhost"
    };
    let plain = url.bytes().all(|byte| byte.is_ascii_graphic()) && !url.contains(['?', '#', '@']);
    plain && (url.strip_prefix("https://").is_some_and(|rest| rest.len() > 1) || url.strip_prefix("http://").is_some_and(local))
}
