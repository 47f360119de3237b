//! Reports for people: diagnostics drawn with the line they speak of.
//!
//! Goes in: what the checks found and the text of the files. Comes out: text for a terminal or a
//! log. Nothing here writes anywhere, asks how wide a terminal is, or lets a character through that
//! a terminal would obey.

mod diagnostics;
mod visible;

pub use diagnostics::{Drawing, draw, tally};
pub use visible::{visible, visible_lines};
