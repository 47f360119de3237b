//! Reads single values of `threema.toml`, and refuses what could do harm: addresses without encryption, paths that lead elsewhere.
//!
//! Nothing of a value is repeated in a diagnostic: somebody may have written a key there.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use toml::Spanned;
use toml::de::DeValue;
use ureq::http::Uri;

use super::call::Method;
use super::secret::KeySource;
use super::settings::OwnCall;
use crate::diagnostic::Code;
use crate::model::Id;
use crate::plan::{Entry, Settings};

const CALL_KEYS: &[&str] = &["body", "method", "path"];

/// What stands for something in the path and the body of a request of one's own.
pub(super) const PLACEHOLDERS: [&str; 3] = ["{container}", "{id}", "{new}"];

pub(super) fn seconds(
    settings: &mut Settings,
    value: &Spanned<DeValue<'_>>,
    what: &str,
    place: &mut Duration,
) {
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
pub(super) struct Common {
    url: Option<String>,
    key: Option<KeySource>,
    authorities: Option<PathBuf>,
}

/// An API and the way to it.
pub(super) struct Access {
    pub(super) url: String,
    pub(super) key: KeySource,
    pub(super) authorities: Option<PathBuf>,
}

impl Common {
    /// Takes a key in; whether it was one of these.
    pub(super) fn take(
        &mut self,
        settings: &mut Settings,
        api: &str,
        name: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> bool {
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
            "authority_file" => self.authorities = settings.text(value, &what).map(PathBuf::from),
            _ => return false,
        }
        true
    }

    /// What must be there.
    pub(super) fn finish(
        self,
        settings: &mut Settings,
        api: &str,
        span: std::ops::Range<usize>,
        clean: bool,
    ) -> Option<Access> {
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
        let (url, key) = self.url.zip(self.key)?;
        Some(Access { url, key, authorities: self.authorities })
    }
}

pub(super) fn broadcast_id(settings: &mut Settings, value: &Spanned<DeValue<'_>>, what: &str) -> Option<Id> {
    let id = settings.text(value, what)?.parse::<Id>().ok().filter(|id| id.is_system());
    if id.is_none() {
        let message = format!("`{what}` must be the ID of a Broadcast");
        let help = "8 characters of which the first is a star, such as \"*ACMEGRP\"";
        settings.report(value.span(), Code::WrongConnectorSetting, message, help);
    }
    id
}

pub(super) fn word<T: Copy + std::fmt::Display>(
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
pub(super) fn own_call(
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
