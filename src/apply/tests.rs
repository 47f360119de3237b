//! Tests of carrying plans out.

mod authority;
mod crash;
mod doubts;
#[path = "../../tests/figures/mod.rs"]
mod figures;
mod files;
mod left;
mod limits;
mod long;
pub(super) mod papers;
mod people;
mod run;
mod tamper;
mod torn;
