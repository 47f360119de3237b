//! Connectors to the web APIs of the platform: the Work API and Broadcast (PLATFORM 30–34).
//!
//! In goes a step of a plan, out come requests over HTTPS and what became of them. One module says which requests a step
//! makes, for the rehearsal as for the real thing, so that the two cannot differ. What an API cannot do is not done: such
//! steps are left to people. Nothing is sent twice by itself, no redirect is followed, no reply is believed that does not
//! look like one, and an API key is in its header and nowhere else.
//!
//! | module | for |
//! |---|---|
//! | `settings`, `reading`, `secret` | where the APIs are, how their keys are found, and what they are allowed to do |
//! | `call` | a request, and how addresses are put together |
//! | `calls`, `work`, `broadcast` | which requests a step makes, and which ones look |
//! | `trusted` | which authorities a certificate may be of |
//! | `http` | sending one request |
//! | `wire` | reading answers |
//! | `verdict` | what became of a request |
//! | `connector` | all of it as a [`Connector`](super::Connector) |
//! | `rehearsal` | the same without sending |
//! | `fetch` | what the Work API knows, for a directory |

mod broadcast;
mod call;
mod calls;
mod connector;
mod error;
mod fetch;
mod http;
mod reading;
mod rehearsal;
mod secret;
mod settings;
#[cfg(test)]
mod tests;
mod trusted;
mod verdict;
mod wire;
mod work;

pub use call::{Api, Call, KEY_PLACEHOLDER, Method};
pub use connector::Threema;
pub use error::ThreemaError;
pub use fetch::{Answers, fetch};
pub use rehearsal::{Rehearsal, Rehearsed, rehearse};
pub use secret::{ApiKey, KeySource};
pub use settings::{
    AddBody, BroadcastSettings, DeleteUser, OwnCall, ThreemaSettings, Timeouts, WorkSettings,
};
