//! `threema.toml`: where the APIs are, how their keys are found, and what a connector may do there.
//!
//! Requests that nobody has documented for us are not made unless they are spelled out here (PLATFORM 30, 34). A key is never
//! written into this file; it says where the key is.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use toml::Spanned;
use toml::de::DeValue;
use ureq::http::Uri;

use super::call::Method;
use super::secret::KeySource;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::Id;
use crate::plan::{Entry, Settings, SettingsCodes};
use crate::policy::word_enum;

const CODES: SettingsCodes = SettingsCodes {
    unreadable: Code::ConnectorUnreadable,
    syntax: Code::ConnectorSyntax,
    unknown: Code::UnknownConnectorSetting,
    wrong: Code::WrongConnectorSetting,
};

const KEYS: &[&str] = &["broadcast", "connect_seconds", "reply_seconds", "work"];
const WORK_KEYS: &[&str] = &["delete_user", "key_environment", "key_file", "url"];
const BROADCAST_KEYS: &[&str] = &[
    "add_body",
    "identity",
    "key_environment",
    "key_file",
    "language",
    "notice_list",
    "replace",
    "synchronise",
    "url",
];
const CALL_KEYS: &[&str] = &["body", "method", "path"];

/// What stands for something in the path and the body of a request of one's own.
const PLACEHOLDERS: [&str; 3] = ["{container}", "{id}", "{new}"];

word_enum! {
    /// What `DELETE /users/{id}` of the Work API does. It is not documented, so nobody is deleted unless somebody has found out
    /// and says so (PLATFORM 30).
    DeleteUser {
        /// It is not used.
        Off = "off",
        /// It detaches.
        Detach = "detach",
        /// It revokes.
        Revoke = "revoke",
    }
}

word_enum! {
    /// How the IDs are written that are added to a group or list.
    AddBody {
        /// In an object: `{"members":["ID"]}`, `{"recipients":["ID"]}`.
        Object = "object",
        /// Bare: `["ID"]`.
        Array = "array",
    }
}

/// How long is waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection.
    pub connect: Duration,
    /// For the reply to a request.
    pub reply: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), reply: Duration::from_secs(30) }
    }
}

/// Settings of the connectors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ThreemaSettings {
    /// How long is waited.
    pub timeouts: Timeouts,
    /// The Work API, if it is used.
    pub work: Option<WorkSettings>,
    /// The API of Broadcast, if it is used.
    pub broadcast: Option<BroadcastSettings>,
}

/// Settings of the Work API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkSettings {
    /// Its address up to and without the last slash.
    pub url: String,
    /// Where its key is.
    pub key: KeySource,
    /// What deleting a user does.
    pub delete_user: DeleteUser,
}

/// Settings of the API of Broadcast.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BroadcastSettings {
    /// Its address up to and without the last slash.
    pub url: String,
    /// Where its key is.
    pub key: KeySource,
    /// The Broadcast ID whose groups and lists these are.
    pub identity: Id,
    /// The language that messages are written in.
    pub language: String,
    /// How added IDs are written.
    pub add_body: AddBody,
    /// A distribution list for notices and nothing else. Without it people send them.
    pub notice_list: Option<String>,
    /// The request that puts one ID in the place of another. Without it one is added and the other is removed.
    pub replace: Option<OwnCall>,
    /// The request that synchronises a group. Without it people do that.
    pub synchronise: Option<OwnCall>,
}

/// A request that the settings spell out, with placeholders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnCall {
    /// The method: anything but `GET`.
    pub method: Method,
    /// The path below the identity.
    pub path: String,
    /// The body: JSON once the placeholders are filled.
    pub body: Option<String>,
}

impl ThreemaSettings {
    /// Reads `threema.toml`. `name` is what diagnostics call the file.
    ///
    /// ```
    /// use leaver::apply::threema::{DeleteUser, ThreemaSettings};
    ///
    /// let text = "[work]\nurl = \"https://work.acme.example/api/v1\"\nkey_environment = \"ACME_WORK_KEY\"\n";
    /// let settings = ThreemaSettings::from_toml("threema.toml", text).expect("no mistakes");
    /// assert_eq!(settings.work.expect("the Work API").delete_user, DeleteUser::Off);
    /// ```
    ///
    /// # Errors
    /// Everything that is wrong, each with its place. No value of the file is in it.
    pub fn from_toml(name: &str, text: &str) -> Result<Self, Vec<Diagnostic>> {
        let mut settings = Settings::with_codes(name, text, CODES);
        let mut read = Self::default();
        let entries = settings.entries(text);
        let (mut tables, is_empty) = (0, entries.is_empty());
        for (key, value) in entries {
            match &**key.get_ref() {
                what @ "connect_seconds" => seconds(&mut settings, &value, what, &mut read.timeouts.connect),
                what @ "reply_seconds" => seconds(&mut settings, &value, what, &mut read.timeouts.reply),
                "work" => {
                    tables += 1;
                    read.work = work(&mut settings, value);
                }
                "broadcast" => {
                    tables += 1;
                    read.broadcast = broadcast(&mut settings, value);
                }
                _ => settings.unknown(&key, KEYS),
            }
        }
        if tables == 0 && (!is_empty || text.trim().is_empty()) {
            let help = "write `[work]` or `[broadcast]`, each with `url` and the place of its key";
            settings.report(0..0, Code::WrongConnectorSetting, "no API is given", help);
        }
        settings.finish(read)
    }

    /// Paths of key files that are not whole count from this folder.
    pub fn beside(&mut self, folder: &Path) {
        let work = self.work.as_mut().map(|work| &mut work.key);
        let broadcast = self.broadcast.as_mut().map(|broadcast| &mut broadcast.key);
        for key in work.into_iter().chain(broadcast) {
            if let KeySource::File(path) = key {
                *path = folder.join(&path);
            }
        }
    }
}

fn seconds(settings: &mut Settings, value: &Spanned<DeValue<'_>>, what: &str, place: &mut Duration) {
    match settings.number(value, what, 600) {
        Some(0) => settings.report(
            value.span(),
            Code::WrongConnectorSetting,
            format!("`{what}` must be at least 1"),
            "nobody answers in no time",
        ),
        Some(number) => *place = Duration::from_secs(u64::from(number)),
        None => {}
    }
}

/// What both APIs have.
#[derive(Default)]
struct Common {
    url: Option<String>,
    key: Option<KeySource>,
}

impl Common {
    /// Takes a key in; whether it was one of these.
    fn take(&mut self, settings: &mut Settings, api: &str, name: &str, value: &Spanned<DeValue<'_>>) -> bool {
        let what = format!("{api}.{name}");
        match name {
            "url" => self.url = url(settings, value, &what),
            "key_environment" | "key_file" => {
                let Some(text) = settings.text(value, &what) else { return true };
                let found = if name == "key_file" {
                    KeySource::File(text.into())
                } else {
                    KeySource::Environment(text)
                };
                if self.key.replace(found).is_some() {
                    let message = format!("`{what}`: there is one place of the key already");
                    let help = "give `key_environment` or `key_file`";
                    settings.report(value.span(), Code::WrongConnectorSetting, message, help);
                }
            }
            _ => return false,
        }
        true
    }

    /// What must be there.
    fn finish(
        self,
        settings: &mut Settings,
        api: &str,
        span: std::ops::Range<usize>,
        clean: bool,
    ) -> Option<(String, KeySource)> {
        if clean {
            let lacks = [
                (self.url.is_none(), "url", "the address that the API has, such as \"https://…/api/v1\""),
                (
                    self.key.is_none(),
                    "key_environment",
                    "say where the key is: `key_environment` or `key_file`",
                ),
            ];
            for (_, what, help) in lacks.into_iter().filter(|(lacks, ..)| *lacks) {
                let message = format!("`{api}.{what}` is missing");
                settings.report(span.clone(), Code::WrongConnectorSetting, message, help);
            }
        }
        self.url.zip(self.key)
    }
}

fn work(settings: &mut Settings, value: Spanned<DeValue<'_>>) -> Option<WorkSettings> {
    let span = value.span();
    let entries = settings.table(value, "work");
    let mut common = Common::default();
    let mut delete_user = DeleteUser::Off;
    let clean = settings.is_clean();
    for (key, value) in entries {
        let name = &**key.get_ref();
        if common.take(settings, "work", name, &value) {
            continue;
        }
        match name {
            what @ "delete_user" => {
                if let Some(found) = word(settings, &value, &format!("work.{what}"), DeleteUser::ALL) {
                    delete_user = found;
                }
            }
            _ => settings.unknown(&key, WORK_KEYS),
        }
    }
    let clean = clean && settings.is_clean();
    let (url, key) = common.finish(settings, "work", span, clean)?;
    Some(WorkSettings { url, key, delete_user })
}

fn broadcast(settings: &mut Settings, value: Spanned<DeValue<'_>>) -> Option<BroadcastSettings> {
    let span = value.span();
    let entries = settings.table(value, "broadcast");
    let mut common = Common::default();
    let (mut identity, mut language, mut add_body) = (None, "en".to_owned(), AddBody::Object);
    let (mut notice_list, mut replace, mut synchronise) = (None, None, None);
    let clean = settings.is_clean();
    for (key, value) in entries {
        let name = &**key.get_ref();
        if common.take(settings, "broadcast", name, &value) {
            continue;
        }
        let what = format!("broadcast.{name}");
        match name {
            "identity" => identity = broadcast_id(settings, &value, &what),
            "language" => {
                if let Some(text) = settings.text(&value, &what) {
                    language = text;
                }
            }
            "add_body" => {
                if let Some(found) = word(settings, &value, &what, AddBody::ALL) {
                    add_body = found;
                }
            }
            "notice_list" => notice_list = settings.text(&value, &what),
            "replace" => replace = own_call(settings, value, &what, &PLACEHOLDERS),
            "synchronise" => synchronise = own_call(settings, value, &what, &PLACEHOLDERS[..1]),
            _ => settings.unknown(&key, BROADCAST_KEYS),
        }
    }
    let clean = clean && settings.is_clean();
    if clean && identity.is_none() {
        let help = "the Broadcast ID whose groups and lists these are, such as \"*ACMEGRP\"";
        let message = "`broadcast.identity` is missing";
        settings.report(span.clone(), Code::WrongConnectorSetting, message, help);
    }
    let (url, key) = common.finish(settings, "broadcast", span, clean)?;
    let identity = identity?;
    Some(BroadcastSettings { url, key, identity, language, add_body, notice_list, replace, synchronise })
}

fn broadcast_id(settings: &mut Settings, value: &Spanned<DeValue<'_>>, what: &str) -> Option<Id> {
    let id = settings.text(value, what)?.parse::<Id>().ok().filter(|id| id.is_system());
    if id.is_none() {
        let message = format!("`{what}` must be the ID of a Broadcast");
        let help = "8 characters of which the first is a star, such as \"*ACMEGRP\"";
        settings.report(value.span(), Code::WrongConnectorSetting, message, help);
    }
    id
}

fn word<T: Copy + std::fmt::Display>(
    settings: &mut Settings,
    value: &Spanned<DeValue<'_>>,
    what: &str,
    all: &[T],
) -> Option<T> {
    let text = settings.text(value, what)?;
    let found = all.iter().find(|one| one.to_string() == text).copied();
    if found.is_none() {
        let words: Vec<String> = all.iter().map(|one| format!("\"{one}\"")).collect();
        let message = format!("`{what}` must be one of: {}", words.join(", "));
        settings.report(value.span(), Code::WrongConnectorSetting, message, "write one of these words");
    }
    found
}

/// An address: HTTPS, or HTTP to this machine alone. The value is not repeated: it may hold a password.
fn url(settings: &mut Settings, value: &Spanned<DeValue<'_>>, what: &str) -> Option<String> {
    let text = settings.text(value, what)?;
    let fault = match text.parse::<Uri>() {
        Ok(uri) => match (uri.scheme_str(), uri.host()) {
            (Some("https" | "http"), Some(_)) if text.contains(['@', '?', '#', '%', '\\']) => {
                Some(("holds more than a host and a path", "no name, password, query or escape"))
            }
            (Some("https"), Some(_)) => None,
            (Some("http"), Some(host)) if is_this_machine(host) => None,
            (Some("http"), Some(_)) => {
                Some(("is not encrypted", "write https://; http:// is for this machine alone"))
            }
            _ => Some(("is no address", "write it whole, such as \"https://…/api/v1\"")),
        },
        Err(_) => Some(("is no address", "write it whole, such as \"https://…/api/v1\"")),
    };
    if let Some((fault, help)) = fault {
        settings.report(value.span(), Code::WrongConnectorSetting, format!("`{what}` {fault}"), help);
        return None;
    }
    Some(text.trim_end_matches('/').to_owned())
}

fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// A request that is spelled out.
fn own_call(
    settings: &mut Settings,
    value: Spanned<DeValue<'_>>,
    what: &str,
    known: &[&str],
) -> Option<OwnCall> {
    let span = value.span();
    let entries: Vec<Entry<'_>> = settings.table(value, what);
    let (mut method, mut path, mut body) = (None, None, None);
    let clean = settings.is_clean();
    for (key, value) in entries {
        let of = format!("{what}.{}", key.get_ref());
        match &**key.get_ref() {
            "method" => {
                let all = [Method::Post, Method::Put, Method::Delete];
                let text = settings.text(&value, &of);
                method = text.and_then(|text| all.into_iter().find(|method| method.word() == text));
                if method.is_none() {
                    let message = format!("`{of}` must be one of: \"POST\", \"PUT\", \"DELETE\"");
                    settings.report(value.span(), Code::WrongConnectorSetting, message, "in capitals");
                }
            }
            "path" => {
                path = settings.text(&value, &of).filter(|text| {
                    let fits = is_path(text, known);
                    if !fits {
                        let help = format!(
                            "a path below the identity, without a slash before it; in it may stand {}",
                            known.join(", ")
                        );
                        let message = format!("`{of}` is no such path");
                        settings.report(value.span(), Code::WrongConnectorSetting, message, help);
                    }
                    fits
                });
            }
            "body" => {
                body = settings.text(&value, &of).filter(|text| {
                    let filled = known.iter().fold(text.clone(), |text, name| text.replace(name, "x"));
                    let fits = serde_json::from_str::<serde::de::IgnoredAny>(&filled).is_ok();
                    if !fits {
                        let message = format!("`{of}` is not JSON");
                        let help = format!("within quotes may stand {}", known.join(", "));
                        settings.report(value.span(), Code::WrongConnectorSetting, message, help);
                    }
                    fits
                });
            }
            _ => settings.unknown(&key, CALL_KEYS),
        }
    }
    if clean && settings.is_clean() && (method.is_none() || path.is_none()) {
        let message = format!("`{what}` needs `method` and `path`");
        let help = "both are in the documents of the platform; leaver does not guess them";
        settings.report(span, Code::WrongConnectorSetting, message, help);
    }
    Some(OwnCall { method: method?, path: path?, body })
}

fn is_path(text: &str, known: &[&str]) -> bool {
    let filled = known.iter().fold(text.to_owned(), |text, name| text.replace(name, "x"));
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~' | '/');
    filled.chars().all(plain) && filled.split('/').all(|segment| !matches!(segment, "" | "." | ".."))
}
