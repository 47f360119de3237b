//! What is shown to people: text that is safe to print wherever it came from.

mod visible;

pub use visible::visible;
