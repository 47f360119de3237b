//! leaver
pub mod diagnostic;
pub mod directory;
pub mod model;
pub mod policy;
