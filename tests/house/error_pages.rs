//! Every diagnostic code has its page under `docs/errors`, and every page its code.

use std::collections::BTreeSet;

use leaver::diagnostic::Code;

use super::files;

/// The pages by name without extension; the table of contents is not one of them.
fn pages() -> BTreeSet<String> {
    files::with_extension("docs/errors", "md")
        .iter()
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .filter(|name| name != "README")
        .collect()
}

fn codes() -> BTreeSet<String> {
    Code::ALL.iter().map(|code| code.as_str().to_owned()).collect()
}

#[test]
fn every_page_is_of_a_code() {
    let strangers: Vec<_> = pages().difference(&codes()).cloned().collect();
    assert!(strangers.is_empty(), "pages of no code: {strangers:?}");
}

#[test]
fn every_code_has_a_page() {
    let missing: Vec<_> = codes().difference(&pages()).cloned().collect();
    assert!(missing.is_empty(), "codes without a page in docs/errors: {missing:?}");
}

#[test]
fn every_page_opens_with_its_code() {
    for name in pages() {
        let path = files::root().join("docs/errors").join(format!("{name}.md"));
        let text = files::text(&path);
        let first = text.lines().next().unwrap_or_default();
        assert!(
            first.starts_with("# ") && first.contains(&name),
            "docs/errors/{name}.md opens with {first:?}"
        );
    }
}

#[test]
fn codes_are_written_once_and_alike() {
    assert_eq!(codes().len(), Code::ALL.len(), "two codes are written alike");
    for code in codes() {
        let (letter, number) = code.split_at(1);
        assert!(
            matches!(letter, "P" | "D" | "L" | "A" | "H")
                && number.len() == 4
                && number.bytes().all(|byte| byte.is_ascii_digit()),
            "{code}"
        );
    }
}
