//! leaver
pub mod diagnostic;
pub mod model;
pub mod policy;
pub mod report;
