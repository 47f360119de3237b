//! An independent oracle of the planner: a simulated platform that carries out random plans at the
//! worst latency, and says what goes wrong.
//!
//! The simulation is written from the platform's facts alone and imports nothing from the planner; it
//! reads plans as the JSON that is handed out. Longer runs and other seeds:
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
