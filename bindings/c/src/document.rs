//! Texts that a caller owns.

use crate::text::leaver_str;

/// A text that the caller owns: JSON, Markdown, the content of a file.
pub struct leaver_document {
    text: String,
}

impl leaver_document {
    pub(crate) const fn of(text: String) -> Self {
        Self { text }
    }
}

/// The text.
///
/// @return Borrowed from the document; no text for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_document_text(document: Option<&leaver_document>) -> leaver_str {
    leaver_str::of_option(document.map(|document| document.text.as_str()))
}

/// Frees a document. NULL is left alone.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_document_free(document: Option<Box<leaver_document>>) {
    drop(document);
}
