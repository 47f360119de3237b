//! Tests of carrying plans out.

mod crash;
mod files;
mod papers;
mod run;
mod tamper;
