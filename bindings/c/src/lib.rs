//! The C interface of leaver: `libleaver`, described by `include/leaver.h`.
//!
//! The header is generated from these files, and their comments are its text: they are written for readers of
//! C. What a function does is done by the core; here are only names, ownership and the boundary. Every function
//! that can fail goes through [`guard`]; all that is unsafe is in [`text`] and [`sized`].

#![allow(non_camel_case_types, reason = "types and enumerators have the names they have in C")]
#![allow(clippy::missing_safety_doc, reason = "the comments are those of the header")]
#![allow(clippy::doc_markdown, reason = "in the header a backtick is just a mark")]
#![allow(clippy::needless_pass_by_value, reason = "a handle that is given back is given by value")]

#[cfg(test)]
mod allocations;
#[cfg(feature = "apply")]
mod apply_run;
mod cancel;
#[cfg(feature = "arrow")]
mod columns;
#[cfg(feature = "apply")]
mod connector;
mod decider;
mod decision;
mod decisions;
mod diagnostics;
mod directory;
#[cfg(feature = "apply")]
mod document;
mod error;
mod explanation;
mod guard;
#[cfg(feature = "apply")]
mod journal;
mod plan;
mod plan_request;
mod plan_step;
mod plan_user;
mod policy;
mod prepared;
mod run;
mod single;
mod sized;
mod text;
mod user;
mod user_facts;
mod version;
mod words;
