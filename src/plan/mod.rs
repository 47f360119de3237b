//! Plans: how decisions are carried out on the platform, in which order, by whom, until when, and what would
//! go wrong.
//!
//! In goes a directory with the decisions about its users, the administrator who wants to carry them out, and
//! guards that no policy can switch off. Out comes a [`Plan`] of ordered, batched steps that is true to the
//! platform, or a [`PlanRefused`] that says which limit was passed. Nothing here reads a clock, and nothing
//! happens anywhere: a plan is paper until it is applied.
//!
//! The way from decisions to a plan: each user gets a *course* (`assess`), which is put to the tests of the
//! platform and of the actor's authority (`authority`); what survives is put into an order in time
//! (`schedule`) and into tasks (`batches`); then follow the windows of exposure, the hazards of time, the
//! seats, and the guards (`limits`).

mod access;
mod approvers;
mod assess;
mod authority;
mod batches;
mod canonical;
mod containers;
mod course;
mod deadlines;
mod exposure;
mod fate;
mod guards;
mod guards_file;
mod hazard;
mod licences;
mod limits;
mod make;
mod notices;
mod open;
mod payload;
mod persons;
mod resolution;
mod schedule;
mod settings;
mod step;
mod surroundings;
mod value;

pub use approvers::{Approvers, PublicKey};
pub use exposure::{Exposure, Until};
pub use guards::{Guards, Limits, Protected};
pub use hazard::{Hazard, Reason, Refusal};
pub use licences::{Freed, Seats};
pub use limits::{GuardCheck, Recent};
pub use make::{NoPlan, Request, plan, plan_watched};
pub use open::{MOST_PLAN_BYTES, OpenWork};
#[cfg(feature = "apply")]
pub(crate) use open::{not_a_plan, verified_plan};
pub use payload::{Configuration, IOS_DOMAIN, Purpose, Setting};
#[cfg(feature = "apply")]
pub(crate) use resolution::settle;
pub use resolution::{Resolution, Settled};
pub use settings::MOST_SETTINGS_BYTES;
#[cfg(feature = "threema")]
pub(crate) use settings::{Entry, Settings, SettingsCodes};
pub use step::{
    ActionClass, Batch, DAILY_QUOTA, DISPLAY, Executor, LABEL, REVOCATION, Step, StepKind, Target,
    WITHDRAWAL, With,
};
pub use value::{Content, Made, Plan, PlanRefused, PlannedUser, Status};
