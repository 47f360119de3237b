//! A small HTTP server on this machine: it keeps every request to the byte, and can go wrong on purpose.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::platform::Platform;

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) raw: Vec<u8>,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) body: Vec<u8>,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let text = String::from_utf8_lossy(&self.raw).into_owned();
        let head = text.split("\r\n\r\n").next()?.to_owned();
        head.lines().find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then(|| value.to_owned())
        })
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let mut text = format!("HTTP/1.1 {} X\r\n", self.status);
        for (name, value) in &self.headers {
            text += &format!("{name}: {value}\r\n");
        }
        if self.status != 204 {
            text += &format!("content-length: {}\r\n", self.body.len());
        }
        text += "\r\n";
        [text.as_bytes(), &self.body].concat()
    }
}

/// What goes wrong with a request that changes something.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// Nothing is done, and this is answered.
    Instead(Answer),
    /// It is done, and this is answered.
    DoneBut(Answer),
    /// Nothing is done, and the connection is closed.
    Closed,
    /// It is done, and the connection is closed without a word.
    DoneAndClosed,
    /// It is done, and the answer comes after so long.
    DoneAndSlow(Duration),
    /// It is done, and these bytes come back.
    DoneAndBytes(Vec<u8>),
}

#[derive(Default)]
struct Shared {
    received: Vec<Received>,
    faults: VecDeque<Fault>,
    faults_of_looks: VecDeque<Fault>,
}

/// The server, until it is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
    platform: Arc<Mutex<Platform>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn new(platform: Platform) -> Self {
        Self::with(platform, None)
    }

    /// A server that shows a certificate and speaks TLS.
    pub(crate) fn encrypted(platform: Platform, config: ServerConfig) -> Self {
        Self::with(platform, Some(Arc::new(config)))
    }

    fn with(platform: Platform, tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Mutex::new(Shared::default()));
        let platform = Arc::new(Mutex::new(platform));
        let over = Arc::new(AtomicBool::new(false));
        let (of_thread, platform_of_thread, over_for_thread) =
            (shared.clone(), platform.clone(), over.clone());
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.expect("a connection");
                if over_for_thread.load(Ordering::SeqCst) {
                    return;
                }
                stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
                match &tls {
                    None => talk(stream, &of_thread, &platform_of_thread),
                    Some(config) => {
                        let connection = ServerConnection::new(config.clone()).expect("a connection");
                        talk(StreamOwned::new(connection, stream), &of_thread, &platform_of_thread);
                    }
                }
            }
        });
        Self { address, shared, platform, over, thread: Some(thread) }
    }

    pub(crate) fn platform(&self) -> MutexGuard<'_, Platform> {
        self.platform.lock().expect("the platform")
    }

    /// The next requests that change something go wrong like this.
    pub(crate) fn fail(&self, faults: impl IntoIterator<Item = Fault>) {
        self.shared.lock().expect("the server").faults.extend(faults);
    }

    /// The next requests that look go wrong like this.
    pub(crate) fn fail_looks(&self, faults: impl IntoIterator<Item = Fault>) {
        self.shared.lock().expect("the server").faults_of_looks.extend(faults);
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.shared.lock().expect("the server").received.clone()
    }

    /// The requests that change something.
    pub(crate) fn changes(&self) -> Vec<Received> {
        self.received().into_iter().filter(|received| received.method != "GET").collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn talk(mut stream: impl Read + Write, shared: &Mutex<Shared>, platform: &Mutex<Platform>) {
    if let Some(received) = read(&mut stream) {
        serve(&mut stream, &received, shared, platform);
    }
}

fn read(stream: &mut impl Read) -> Option<Received> {
    let mut raw = Vec::new();
    let mut byte = [0];
    while !raw.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => raw.push(byte[0]),
            _ => break,
        }
    }
    let head = String::from_utf8_lossy(&raw).into_owned();
    let mut words = head.lines().next()?.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next().unwrap_or_default().to_owned());
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).ok()?;
    raw.extend_from_slice(&body);
    Some(Received { raw, method, path, body })
}

fn serve(stream: &mut impl Write, received: &Received, shared: &Mutex<Shared>, platform: &Mutex<Platform>) {
    let fault = {
        let mut shared = shared.lock().expect("the server");
        shared.received.push(received.clone());
        if received.method == "GET" { shared.faults_of_looks.pop_front() } else { shared.faults.pop_front() }
    };
    let done = |platform: &Mutex<Platform>| platform.lock().expect("the platform").answer(received);
    let bytes = match fault {
        None => done(platform).bytes(),
        Some(Fault::Instead(answer)) => answer.bytes(),
        Some(Fault::DoneBut(answer)) => {
            done(platform);
            answer.bytes()
        }
        Some(Fault::Closed) => Vec::new(),
        Some(Fault::DoneAndClosed) => {
            done(platform);
            Vec::new()
        }
        Some(Fault::DoneAndSlow(wait)) => {
            let bytes = done(platform).bytes();
            thread::sleep(wait);
            bytes
        }
        Some(Fault::DoneAndBytes(bytes)) => {
            done(platform);
            bytes
        }
    };
    // Whoever has gone meanwhile misses the answer.
    drop(stream.write_all(&bytes));
    drop(stream.flush());
}
