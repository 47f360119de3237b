//! The policies that the documentation shows are accepted by the checker.
//!
//! The pages of errors and the directories of `docs/directory.md` have tests of their own.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use leaver::diagnostic::Diagnostic;
use leaver::model::Schema;
use leaver::policy::{Source, check, tests_file};

/// The fenced blocks of a page: line, language and text.
fn fences(page: &str) -> Vec<(usize, String, String)> {
    let mut found = Vec::new();
    let mut open: Option<(usize, String, String)> = None;
    for (index, line) in page.lines().enumerate() {
        if let Some(language) = line.strip_prefix("```") {
            match open.take() {
                Some(fence) => found.push(fence),
                None => open = Some((index + 1, language.to_owned(), String::new())),
            }
        } else if let Some((_, _, text)) = &mut open {
            text.push_str(line);
            text.push('\n');
        }
    }
    assert!(open.is_none(), "a fence is never closed");
    found
}

/// `README.md` and the pages of `docs`, without the folders in it.
fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages: Vec<PathBuf> = fs::read_dir(root.join("docs"))
        .expect("the folder is there")
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    pages.push(root.join("README.md"));
    pages.sort();
    pages
}

fn blocks(language: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    for path in pages() {
        let page = path.file_name().unwrap().to_str().unwrap().to_owned();
        for (line, found, text) in fences(&fs::read_to_string(&path).unwrap()) {
            if found == language {
                blocks.push((format!("{page}:{line}"), text));
            }
        }
    }
    blocks
}

fn is_whole(text: &str) -> bool {
    text.lines().any(|line| line.starts_with("fn ") || line.starts_with("private fn "))
}

/// The errors of a policy without attributes: whoever copies it from a page has no directory at hand.
fn errors(place: &str, text: &str) -> Vec<String> {
    let checked = check(vec![Source::new(place, text)], &Arc::new(Schema::default()), None);
    checked.diagnostics.iter().filter(|found| found.is_error()).map(Diagnostic::to_string).collect()
}

#[test]
fn whole_policies_are_accepted_as_they_stand() {
    let mut accepted = 0;
    for (place, text) in blocks("rhai").into_iter().filter(|(_, text)| is_whole(text)) {
        assert_eq!(errors(&place, &text), Vec::<String>::new());
        accepted += 1;
    }
    assert!(accepted >= 13, "only {accepted} whole policies were found");
}

/// The reference shows the inside of rules.
#[test]
fn bodies_of_rules_are_accepted_within_a_rule() {
    let mut accepted = 0;
    for (place, text) in blocks("rhai").into_iter().filter(|(_, text)| !is_whole(text)) {
        let policy = format!("fn rule(user) {{\n{text}}}\n");
        assert_eq!(errors(&place, &policy), Vec::<String>::new());
        accepted += 1;
    }
    assert!(accepted >= 60, "only {accepted} bodies were found");
}

#[test]
fn tests_of_policies_are_read() {
    let mut read = 0;
    for (place, text) in blocks("json").into_iter().filter(|(_, text)| text.contains("\"expect\"")) {
        let tests = tests_file::parse(&place, &text, &Schema::default());
        assert!(tests.as_ref().is_ok_and(|tests| !tests.is_empty()), "{place}: {tests:#?}");
        read += 1;
    }
    assert!(read >= 1, "no page shows a test of a policy");
}
