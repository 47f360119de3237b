//! The work that every engine does: users, policies, the answers of the rules by hand, and the clock.
//!
//! In goes nothing; everything is seeded. Out come the users of `benches/workload`, the policies P5 and P100 as
//! data ([`rules`]), the same as compiled Rust ([`native`]), and rounds of timed rows ([`rounds`]). Nothing
//! here knows an engine.

#[path = "../../../workload/users.rs"]
pub mod users;

pub mod corpus;
pub mod native;
pub mod rounds;
pub mod rules;
