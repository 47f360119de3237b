//! What people read: the policy reference, diagnostics drawn with the line they speak of, and text
//! that is safe to print wherever it came from.
//!
//! Goes in: values of the other modules. Comes out: text for a terminal, a log or a page. Nothing here
//! writes anywhere, asks how wide a terminal is, or lets a character through that a terminal would obey.

#[cfg(feature = "report")]
mod diagnostics;
mod reference;
mod visible;
mod work_order;

#[cfg(feature = "report")]
pub use diagnostics::{Drawing, draw, tally};
pub use reference::policy_reference;
pub use visible::{visible, visible_lines};
pub use work_order::{Layout, refused_order, work_order};
