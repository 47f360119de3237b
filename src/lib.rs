//! leaver decides what happens to people's messaging IDs when they leave, says why, and never guesses.
//!
//! Data goes one way, and every stage is a value that can be saved, compared and explained:
//!
//! 1. [`model`]: IDs, users, credentials, subscriptions, administrators, and the moment of a question.
//! 2. [`directory`]: snapshots and streams of users, read all or nothing.
//! 3. [`policy`]: Rhai files, checked like a typed language before they run, and the decisions they give.
//! 4. [`plan`]: how the decisions are carried out on the platform: steps, hazards, guards, windows of exposure.
//! 5. [`report`]: what people read.
//!
//! [`diagnostic`] holds the errors of files, with stable codes and places.
//!
//! ```
//! use std::sync::Arc;
//!
//! use leaver::model::{Fact, Field, Moment, Schema, User, Value, parse_date, parse_instant};
//! use leaver::policy::{Basis, Disposition, Source, check};
//!
//! let schema = Arc::new(Schema::default());
//! let text = "/// Staff lose the ID: it belongs to the company.\n\
//!             fn staff(user) { if user.has_left && user.employment == \"staff\" { revoke() } }";
//! let policy = check(vec![Source::new("acme.rhai", text)], &schema, None).policy.expect("no errors");
//!
//! let moment = Moment::new(parse_instant("2026-11-22T09:00:00Z").expect("an instant"), "Europe/Zurich".parse()?)?;
//! let evaluator = policy.evaluator(Basis::new(moment, true))?;
//!
//! let mut user = User::new("ECHOECHO".parse()?, &schema);
//! user.set(Field::Person.slot(), Fact::Known(Value::Text("E1001".into())));
//! user.set(Field::Employment.slot(), Fact::Known(Value::Text("staff".into())));
//! user.set(Field::Edition.slot(), Fact::Known(Value::Text("enterprise".into())));
//! user.set(Field::LastDay.slot(), Fact::Known(Value::Date(parse_date("2026-11-20").expect("a date"))));
//!
//! let decision = evaluator.decide(&user)?;
//! assert_eq!(decision.disposition, Disposition::Revoke);
//! assert_eq!(decision.reason.as_deref(), Some("Staff lose the ID: it belongs to the company."));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The core reads no clock, no environment and no network, keeps nothing global, and has no unsafe code. Only the feature
//! `threema` brings the network, for connectors, and reads the environment when it is asked for a key.

#[cfg(feature = "apply")]
pub mod apply;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "arrow")]
pub mod columns;
pub mod diagnostic;
pub mod directory;
pub mod model;
pub mod plan;
pub mod policy;
pub mod report;
mod sort;
