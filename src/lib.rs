//! leaver
#[cfg(feature = "cli")]
pub mod cli;
pub mod diagnostic;
pub mod model;
pub mod policy;
#[cfg(feature = "report")]
pub mod report;
