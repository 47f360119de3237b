//! An independent oracle of the planner: a simulated platform that carries out random plans at the
//! worst latency, and says what goes wrong.
//!
//! The simulation is written from the platform's facts alone and imports nothing from the planner; it
//! reads plans as the JSON that is handed out. In the order in which one reads them:
//!
//! 1. the platform: [`facts`] before a plan begins, the [`platform`] on its virtual clock;
//! 2. a plan on it: [`reading`] its JSON, the [`schedule`] it allows, how it is carried out
//!    ([`execute`]), and what is wrong with it ([`judge`], [`deadlines`], [`violation`]);
//! 3. is the oracle itself right? Plans written [`by_hand`], and [`faults`] seeded into right plans;
//! 4. what it is tried on: random [`policies`] and [`directories`], which make [`scenarios`] for the
//!    [`planner`]; everything [`seeded`];
//! 5. the [`runs`], their [`tally`], the [`properties`] that hold of every plan, and the [`report`] of
//!    one that went wrong.
//!
//! Longer runs and other seeds:
//!
//! ```console
//! $ LEAVER_ORACLE_PLANS=1000000 LEAVER_SEED=7 cargo test --test plan_oracle -- --nocapture
//! ```

mod by_hand;
mod deadlines;
mod directories;
mod execute;
mod facts;
mod faults;
mod judge;
mod planner;
mod platform;
mod policies;
mod properties;
mod reading;
mod report;
mod runs;
mod scenarios;
mod schedule;
mod seeded;
mod tally;
mod violation;
