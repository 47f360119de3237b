//! Carrying plans out from outside: approvals, the run, what is seen afterwards, the history, the report in a browser, and
//! `kill -9`.
#![cfg(feature = "cli")]

mod by_hand;
mod company;
mod export;
#[path = "../figures/mod.rs"]
mod figures;
mod flow;
mod history;
mod killed;
mod people;
#[path = "../program/mod.rs"]
mod program;
mod report;
mod unsynced;
