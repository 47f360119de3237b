//! Tests of carrying plans out.

mod crash;
mod files;
pub(super) mod papers;
mod run;
mod tamper;
