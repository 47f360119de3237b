//! `threema.toml`: where the APIs are, how their keys are found, and what a connector may do there.
//!
//! Requests that nobody has documented for us are not made unless they are spelled out here (PLATFORM 30, 34). A key is never
//! written into this file; it says where the key is.

use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::Spanned;
use toml::de::DeValue;

use super::call::Method;
use super::reading::{Access, Common, PLACEHOLDERS, broadcast_id, own_call, seconds, word};
use super::secret::KeySource;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::Id;
use crate::plan::{Settings, SettingsCodes};
use crate::policy::word_enum;

const CODES: SettingsCodes = SettingsCodes {
    unreadable: Code::ConnectorUnreadable,
    syntax: Code::ConnectorSyntax,
    unknown: Code::UnknownConnectorSetting,
    wrong: Code::WrongConnectorSetting,
};

const KEYS: &[&str] = &["broadcast", "connect_seconds", "reply_seconds", "work"];
const WORK_KEYS: &[&str] = &["authority_file", "delete_user", "key_environment", "key_file", "url"];
const BROADCAST_KEYS: &[&str] = &[
    "add_body",
    "authority_file",
    "identity",
    "key_environment",
    "key_file",
    "language",
    "notice_list",
    "replace",
    "synchronise",
    "url",
];

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
    /// A file with the authorities (PEM) that its certificate may be of. Without it, those that browsers trust.
    pub authorities: Option<PathBuf>,
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
    /// A file with the authorities (PEM) that its certificate may be of. Without it, those that browsers trust.
    pub authorities: Option<PathBuf>,
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

    /// Paths of keys and authorities that are not whole count from this folder.
    pub fn beside(&mut self, folder: &Path) {
        let work = self.work.as_mut().map(|work| (&mut work.key, &mut work.authorities));
        let broadcast = self.broadcast.as_mut();
        let broadcast = broadcast.map(|broadcast| (&mut broadcast.key, &mut broadcast.authorities));
        for (key, authorities) in work.into_iter().chain(broadcast) {
            let key = if let KeySource::File(path) = key { Some(path) } else { None };
            for path in key.into_iter().chain(authorities) {
                *path = folder.join(&path);
            }
        }
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
    let Access { url, key, authorities } = common.finish(settings, "work", span, clean)?;
    Some(WorkSettings { url, key, authorities, delete_user })
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
    let Access { url, key, authorities } = common.finish(settings, "broadcast", span, clean)?;
    Some(BroadcastSettings {
        url,
        key,
        authorities,
        identity: identity?,
        language,
        add_body,
        notice_list,
        replace,
        synchronise,
    })
}
