//! The house around the code: what may be depended on, how long files may get, which words may not
//! occur, and that every link and every error page leads somewhere.
//!
//! These tests read the repository itself. They need no network.

mod dependencies;
mod error_pages;
mod files;
mod links;
mod sources;
mod words;
