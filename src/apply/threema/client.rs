//! Requests sent, once each.

use std::io::Read as _;
use std::time::Duration;

use super::api_key::ApiKey;
use super::calls::{Call, Method};

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status of HTTP.
    pub status: u16,
    /// When it asks to be left alone until, from now on.
    pub retry_after: Option<Duration>,
    /// The body, of which no more than the limit is kept.
    pub body: Vec<u8>,
}

/// Why nothing came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// The request was not sent: nobody was there.
    NotSent,
    /// It may have been sent.
    Lost,
}

/// Sends requests.
pub trait Transport {
    /// Sends one, once. Redirections are not followed.
    ///
    /// # Errors
    /// If nothing came back.
    fn send(&mut self, call: &Call, key: &ApiKey) -> Result<Answer, NoAnswer>;
}

/// Largest body that is read.
const MOST_BYTES: u64 = 8 << 20;
/// Longest wait that an answer can ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// Requests over HTTP.
#[derive(Debug)]
pub struct Http {
    agent: ureq::Agent,
}

impl Http {
    /// A client that gives an answer up after a while.
    pub fn new(timeout: Duration) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(timeout))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            // A connection that was kept may have been closed meanwhile, and a request on it be sent again.
            .max_idle_connections(0)
            .user_agent(concat!("leaver/", env!("CARGO_PKG_VERSION")))
            .proxy(None)
            .build();
        Self { agent: ureq::Agent::new_with_config(config) }
    }
}

impl Transport for Http {
    fn send(&mut self, call: &Call, key: &ApiKey) -> Result<Answer, NoAnswer> {
        let request = ureq::http::Request::builder()
            .method(call.method.word())
            .uri(&call.url)
            .header("X-Api-Key", key.expose())
            .header("Accept", "application/json");
        let request = match &call.body {
            Some(body) => request.header("Content-Type", "application/json").body(body.clone()),
            None => request.body(String::new()),
        };
        let request = request.map_err(|_| NoAnswer::NotSent)?;
        // A body that a DELETE has is sent as well (PLATFORM 33).
        let request = self.agent.configure_request(request).allow_non_standard_methods(true).build();
        let mut response = self.agent.run(request).map_err(|error| fate(&error))?;
        let retry_after = response
            .headers()
            .get("retry-after")
            .and_then(|value| value.to_str().ok()?.trim().parse::<u64>().ok())
            .map(|seconds| Duration::from_secs(seconds).min(LONGEST_WAIT));
        let status = response.status().as_u16();
        let mut body = Vec::new();
        let read = response.body_mut().as_reader().take(MOST_BYTES + 1).read_to_end(&mut body);
        let is_whole = read.is_ok() && body.len() as u64 <= MOST_BYTES;
        // The status of a deletion says everything; what is read has to be whole.
        if is_whole || call.method != Method::Get {
            return Ok(Answer { status, retry_after, body });
        }
        Err(NoAnswer::Lost)
    }
}

/// Whether a request can have been sent before it failed.
fn fate(error: &ureq::Error) -> NoAnswer {
    match error {
        ureq::Error::HostNotFound
        | ureq::Error::ConnectionFailed
        | ureq::Error::BadUri(_)
        | ureq::Error::RequireHttpsOnly(_)
        | ureq::Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect) => NoAnswer::NotSent,
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => NoAnswer::NotSent,
        _ => NoAnswer::Lost,
    }
}
