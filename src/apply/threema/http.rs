//! Sending one request: once, nowhere else, within a time, and with a reply of bounded size.
//!
//! What matters afterwards is whether anything of the request can have reached the platform. So the connection is watched:
//! a failure before the first byte of the request was handed to it is a different one from a failure after that.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ureq::http::{HeaderValue, Uri};
use ureq::tls::TlsConfig;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, DefaultConnector, NextTimeout, Transport,
};
use ureq::{Agent, Error, RequestBuilder, Timeout};

use super::call::{Call, Method};
use super::secret::ApiKey;
use super::settings::Timeouts;
use super::trusted::Trusted;

/// Largest reply that is read, in bytes: 5,000 entries of a list are far below.
pub(super) const MOST_REPLY_BYTES: u64 = 16 * 1_024 * 1_024;

/// What came back.
pub(super) struct Reply {
    pub(super) status: u16,
    /// What `Retry-After` says, as it was written.
    pub(super) retry_after: Option<String>,
    pub(super) body: Vec<u8>,
}

/// The size alone: the body may hold personal data, and passwords.
impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Reply");
        shown.field("status", &self.status).field("bytes", &self.body.len()).finish_non_exhaustive()
    }
}

/// Why nothing came back, or nothing that is a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// Nothing of the request has left.
    BeforeSending(&'static str),
    /// The request was sent, in part or whole.
    AfterSending(&'static str),
}

/// A client that sends one request at a time.
#[derive(Debug)]
pub(super) struct Client {
    agent: Agent,
    sent: Arc<AtomicBool>,
}

impl Client {
    /// A client. It takes no proxy and nothing else from the environment.
    pub(super) fn new(timeouts: Timeouts, trusted: Trusted) -> Self {
        let config = Agent::config_builder()
            .tls_config(TlsConfig::builder().root_certs(trusted.into()).build())
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            // A connection that was kept may be gone without anybody having noticed.
            .max_idle_connections(0)
            .timeout_resolve(Some(timeouts.connect))
            .timeout_connect(Some(timeouts.connect))
            .timeout_global(Some(timeouts.connect + timeouts.reply))
            .timeout_recv_response(Some(timeouts.reply))
            .build();
        let sent = Arc::new(AtomicBool::new(false));
        let connector = DefaultConnector::default().chain(Watch(sent.clone()));
        Self { agent: Agent::with_parts(config, connector, DefaultResolver::default()), sent }
    }

    /// Sends a request once.
    pub(super) fn send(&self, call: &Call, key: &ApiKey) -> Result<Reply, Broken> {
        self.sent.store(false, Ordering::SeqCst);
        self.exchange(call, key).map_err(|error| {
            let words = words(&error);
            if self.sent.load(Ordering::SeqCst) {
                Broken::AfterSending(words)
            } else {
                Broken::BeforeSending(words)
            }
        })
    }

    fn exchange(&self, call: &Call, key: &ApiKey) -> Result<Reply, Error> {
        let uri: Uri = call.url.parse().map_err(|_| Error::BadUri(String::new()))?;
        let headers = headers(call, key)?;
        let body = call.body.as_deref();
        let mut reply = match (call.method, body) {
            (Method::Get, _) => with(self.agent.get(uri), headers).call()?,
            (Method::Post, body) => with(self.agent.post(uri), headers).send(body.unwrap_or_default())?,
            (Method::Put, body) => with(self.agent.put(uri), headers).send(body.unwrap_or_default())?,
            (Method::Delete, None) => with(self.agent.delete(uri), headers).call()?,
            (Method::Delete, Some(body)) => {
                with(self.agent.delete(uri), headers).force_send_body().send(body)?
            }
        };
        let status = reply.status().as_u16();
        let retry_after = reply.headers().get("retry-after");
        let retry_after = retry_after.and_then(|value| value.to_str().ok()).map(ToOwned::to_owned);
        let body = reply.body_mut().with_config().limit(MOST_REPLY_BYTES).read_to_vec()?;
        Ok(Reply { status, retry_after, body })
    }
}

/// The headers of a request, of which a logger is not shown the key.
fn headers(call: &Call, key: &ApiKey) -> Result<Vec<(&'static str, HeaderValue)>, Error> {
    let of = |(name, text): (&'static str, String)| {
        let mut value = HeaderValue::try_from(text).map_err(|error| Error::Http(error.into()))?;
        value.set_sensitive(name == "x-api-key");
        Ok((name, value))
    };
    call.headers_with(key.expose()).into_iter().map(of).collect()
}

fn with<T>(request: RequestBuilder<T>, headers: Vec<(&'static str, HeaderValue)>) -> RequestBuilder<T> {
    headers.into_iter().fold(request, |request, (name, value)| request.header(name, value))
}

/// What an error comes to, in words that hold nothing of the request or the reply.
fn words(error: &Error) -> &'static str {
    match error {
        Error::HostNotFound => "the host is not found",
        Error::ConnectionFailed => "no connection",
        Error::Io(error) => match error.kind() {
            std::io::ErrorKind::ConnectionRefused => "the connection is refused",
            std::io::ErrorKind::InvalidData => "the connection cannot be trusted, or makes no sense",
            _ => "the connection broke",
        },
        Error::Timeout(Timeout::Resolve | Timeout::Connect) => "no connection in time",
        Error::Timeout(_) => "no reply in time",
        Error::Tls(_) | Error::Rustls(_) | Error::TlsRequired => "the connection cannot be trusted",
        Error::Protocol(_) | Error::Http(_) => "this is not HTTP as it should be",
        Error::BodyExceedsLimit(_) => "the reply is too large",
        _ => "it could not be sent or read",
    }
}

/// Watches whether anything of a request was handed to a connection.
#[derive(Debug)]
struct Watch(Arc<AtomicBool>);

impl<In: Transport> Connector<In> for Watch {
    type Out = Watched<In>;

    fn connect(&self, _: &ConnectionDetails<'_>, chained: Option<In>) -> Result<Option<Self::Out>, Error> {
        Ok(chained.map(|inner| Watched { inner, sent: self.0.clone() }))
    }
}

#[derive(Debug)]
struct Watched<T> {
    inner: T,
    sent: Arc<AtomicBool>,
}

impl<T: Transport> Transport for Watched<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.sent.store(true, Ordering::SeqCst);
        self.inner.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.inner.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}
