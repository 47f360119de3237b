//! Tests of carrying plans out.

mod crash;
mod files;
mod papers;
mod people;
mod run;
mod tamper;
