//! From policy text to a Rhai syntax tree, with all syntax errors at once.
//!
//! In goes one file; out come the tree of what is right in it, its token table, and a diagnostic for
//! everything that is not. Rhai stops at its first error, so every top-level function or statement
//! is parsed by itself; one with an error is blanked (positions kept) and the others go on to the
//! checker. Where a habit of another language shows what was meant, the item is read as it was
//! meant, and checked further. It never judges names or types, and never runs anything.
//!
//! Numbers with a fraction are reported here, once each, with `Code::Float`, and stay in the tree:
//! the checker takes a float literal as already reported. So it does a character literal, which
//! only a habit that could not be read as text leaves behind, in a blanked item.

use std::ops::Range;

use rhai::AST;

use super::load::too_large;
use super::sandbox::{parser, with_stack};
use super::source::Source;
use super::token::Tokens;
use crate::diagnostic::Diagnostic;
use draft::Draft;

mod draft;
mod habits;
mod message;
mod outline;
#[cfg(test)]
mod tests;

/// What became of one policy file.
pub(crate) struct Parsed {
    /// The tree of everything without syntax errors. Its positions are those of the file.
    pub(crate) ast: AST,
    /// What stands where in the file as it was written.
    pub(crate) tokens: Tokens,
    /// All syntax errors and habits, in reading order.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The stretches that are missing in the tree, in bytes.
    pub(crate) broken: Vec<Range<u32>>,
    /// The functions that are missing in the tree: calls to them are not calls to the unknown.
    pub(crate) broken_functions: Vec<String>,
}

impl Parsed {
    /// The constants that are missing in the tree: their names are not names of the unknown.
    pub(crate) fn broken_constants(&self, source: &Source) -> Vec<String> {
        let text = |index: usize| self.tokens.token(index).map_or("", |token| token.text(source.text()));
        self.broken
            .iter()
            .flat_map(|range| self.tokens.within(range.start, range.end))
            .filter(|index| text(*index) == "const")
            .map(|index| text(index + 1).to_owned())
            .collect()
    }
}

/// Parses one file of a policy; `file` is its number.
pub(crate) fn parse(source: &Source, file: u16) -> Parsed {
    if source.text().len() > Source::MAX_BYTES {
        return Parsed {
            ast: AST::empty(),
            tokens: Tokens::default(),
            diagnostics: vec![too_large(source.name())],
            broken: Vec::new(),
            broken_functions: Vec::new(),
        };
    }
    let tokens = outline::read(source.text());
    let mut draft = Draft::new(source, file, &tokens);
    draft.look_through();
    let ast = with_stack(|| draft.compile(&parser()));
    let (broken, broken_functions) = draft.broken();
    let mut diagnostics = draft.into_diagnostics();
    crate::diagnostic::sort(&mut diagnostics);
    Parsed { ast, tokens, diagnostics, broken, broken_functions }
}

/// The text of doc comments as one line; none if they say nothing.
pub(crate) fn rationale(comments: &[&str]) -> Option<String> {
    let mut words = Vec::new();
    for comment in comments {
        let comment = comment.trim();
        let block = comment.strip_prefix("/**").map(|block| block.strip_suffix("*/").unwrap_or(block));
        for line in block.unwrap_or(comment).lines() {
            let line = line.trim();
            let content = if block.is_some() { line.strip_prefix('*') } else { line.strip_prefix("///") };
            words.extend(content.unwrap_or(line).split_whitespace());
        }
    }
    (!words.is_empty()).then(|| words.join(" "))
}
