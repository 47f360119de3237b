//! What is shown to people: text that is safe to print wherever it came from.

mod reference;
mod visible;

pub use reference::policy_reference;
pub use visible::visible;
