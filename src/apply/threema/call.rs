//! Requests as data: method, address, headers and body, before anybody sends them.
//!
//! Keys of groups and credentials come from a directory, so they are taken to be hostile: in an address each is one
//! segment of the path, whatever is in it.

use std::fmt;

use serde::Serialize;

/// What stands for the key wherever a request is shown.
pub const KEY_PLACEHOLDER: &str = "<API key>";

/// What the requests say sends them.
const USER_AGENT: &str = concat!("leaver/", env!("CARGO_PKG_VERSION"));

/// The APIs, each with a key of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Api {
    /// Users and credentials (PLATFORM 30).
    Work,
    /// Groups and distribution lists (PLATFORM 33).
    Broadcast,
}

impl fmt::Display for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Work => "work",
            Self::Broadcast => "broadcast",
        })
    }
}

/// The methods there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Looks, and changes nothing.
    Get,
    /// Adds or sends.
    Post,
    /// Sets.
    Put,
    /// Takes away.
    Delete,
}

impl Method {
    /// As it stands in a request.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// What it means that there is no such thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Absent {
    /// The request is refused: nothing has changed.
    Refused,
    /// What was to go is not there; whether it ever was has to be looked at.
    LookedAt,
    /// It is so already, if the API has proved to be the right one.
    AlreadySo,
}

/// A request.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Call {
    /// Whose it is, which says which key it carries.
    pub api: Api,
    /// The method.
    pub method: Method,
    /// The whole address.
    pub url: String,
    /// The body: JSON.
    pub body: Option<String>,
    /// Sent twice it does what it does once.
    #[serde(skip)]
    pub(super) repeatable: bool,
    #[serde(skip)]
    pub(super) absent: Absent,
}

/// Without the body, which may hold the words of a message.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method.word(), self.url)
    }
}

impl Call {
    /// A request that looks.
    pub(super) const fn get(api: Api, url: String) -> Self {
        Self { api, method: Method::Get, url, body: None, repeatable: true, absent: Absent::LookedAt }
    }

    /// A request that changes something.
    pub(super) const fn change(
        api: Api,
        method: Method,
        url: String,
        body: Option<String>,
        repeatable: bool,
    ) -> Self {
        Self { api, method, url, body, repeatable, absent: Absent::Refused }
    }

    /// The same, for which it means something else that there is no such thing.
    #[must_use]
    pub(super) const fn absent(mut self, absent: Absent) -> Self {
        self.absent = absent;
        self
    }

    /// The headers in the order in which they are sent, with a placeholder for the key.
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        self.headers_with(KEY_PLACEHOLDER)
    }

    /// The headers with a key.
    pub(super) fn headers_with(&self, key: &str) -> Vec<(&'static str, String)> {
        let mut headers = vec![
            ("host", self.authority().to_owned()),
            ("user-agent", USER_AGENT.to_owned()),
            ("accept", "application/json".to_owned()),
            ("accept-encoding", "identity".to_owned()),
            ("connection", "close".to_owned()),
            ("x-api-key", key.to_owned()),
        ];
        if let Some(body) = &self.body {
            headers.push(("content-type", "application/json".to_owned()));
            headers.push(("content-length", body.len().to_string()));
        } else if self.method == Method::Post || self.method == Method::Put {
            headers.push(("content-length", "0".to_owned()));
        }
        headers
    }

    /// Host and port, as the address has them.
    fn authority(&self) -> &str {
        let after = self.url.split_once("://").map_or(&*self.url, |(_, after)| after);
        after.split('/').next().unwrap_or(after)
    }
}

/// An address and further segments of its path. `None` if one of them would lead elsewhere: nothing, or dots alone.
pub(super) fn join(base: &str, segments: &[&str]) -> Option<String> {
    let mut url = base.to_owned();
    for segment in segments {
        url.push('/');
        url.push_str(&segment_of(segment)?);
    }
    Some(url)
}

/// A text as one segment of a path.
pub(super) fn segment_of(text: &str) -> Option<String> {
    if matches!(text, "" | "." | "..") {
        return None;
    }
    let mut segment = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'*' => {
                segment.push(char::from(byte));
            }
            _ => segment.push_str(&format!("%{byte:02X}")),
        }
    }
    Some(segment)
}
