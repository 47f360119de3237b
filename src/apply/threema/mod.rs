//! Connectors to the platform's two web APIs (PLATFORM 30 to 34), over HTTP.
//!
//! In go settings and steps, out come the calls that a step makes and what the answers mean. [`calls`](Calls) are made in
//! one place for carrying out and for showing beforehand, so that the two cannot differ. What the interfaces do not
//! document is a setting, and off: then a step is left to people, who report it.
//!
//! One request is sent once. Whatever was sent and not answered is unknown, and looked at.

mod api_key;
mod calls;
mod client;
mod connector;
mod settings;
#[cfg(test)]
mod tests;
mod wire;

pub use api_key::ApiKey;
pub use calls::{Api, Call, Calls, Method};
pub use client::{Answer, Http, NoAnswer, Transport};
pub use connector::Threema;
pub use settings::{BroadcastSettings, DeleteUser, Settings, UndocumentedCall, WorkSettings};
