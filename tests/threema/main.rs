//! The connectors to the web APIs of the platform, against a server on this machine that behaves as its documents say, and as
//! servers behave.
#![cfg(feature = "cli")]

mod command;
mod company;
mod outcomes;
mod platform;
#[path = "../program/mod.rs"]
mod program;
mod rehearsal;
mod secrets;
mod server;
mod settings;
mod trust;
mod whole;
