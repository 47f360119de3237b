//! The pages of errors under `docs/errors/`: one for each code, with examples that do what the page says.
//!
//! The table of `docs/errors/README.md` is generated from the codes. After a new code run
//! `UPDATE_ERROR_TABLE=1 cargo test --test error_pages`. The examples of policies are tested here, those of
//! directories in `bad_directory.rs`, those of plans in `plan_pages.rs`.

use std::fmt::Write as _;
use std::fs;

use leaver::diagnostic::Code;

#[path = "bad/page.rs"]
mod page;
#[path = "bad/schema.rs"]
mod schema;

use page::{Fence, folder, page};
use schema::check_files;

/// Codes that no text of a policy gives by itself. Their pages say how they arise.
const WITHOUT_EXAMPLE: [Code; 13] = [
    Code::PolicyUnreadable,
    Code::PolicyTooLarge,
    Code::PolicyNotUtf8,
    Code::PolicyByteOrderMark,
    // Found by `leaver check`, which looks at all users there could be.
    Code::NeverAnswers,
    Code::AlwaysLoses,
    Code::Overlap,
    Code::NotLowered,
    Code::FieldNotProvided,
    Code::SandboxOpen,
    Code::TestsUnreadable,
    Code::TestFormat,
    Code::TestUnreached,
];

fn policy_codes() -> impl Iterator<Item = Code> {
    Code::ALL.iter().copied().filter(|code| code.as_str().starts_with('P'))
}

#[test]
fn every_policy_code_has_a_page_of_the_right_shape() {
    for code in policy_codes() {
        let page = page(code);
        assert_eq!(page.title, format!("{code}: {}", code.title()));
        assert!(page.explanation.len() > 60, "{code}: explains nothing");
        assert!(page.prose.last().is_some_and(|(_, advice)| advice.len() > 20), "{code}: advises nothing");
        if WITHOUT_EXAMPLE.contains(&code) {
            assert_eq!(page.headings, ["How it arises", "What to do"], "{code}");
            assert!(page.fences.iter().all(|fence| fence.info == "text"), "{code}");
            assert!(page.fences.iter().any(|fence| fence.text.contains(code.as_str())), "{code}");
        } else {
            assert_eq!(page.headings, ["Wrong", "Right", "What to do"], "{code}");
            let shape: Vec<(&str, &str)> =
                page.fences.iter().map(|fence| (fence.heading.as_str(), fence.info.as_str())).collect();
            assert_eq!(shape, [("Wrong", "rhai"), ("Right", "rhai")], "{code}");
        }
    }
}

#[test]
fn the_wrong_examples_give_their_code_and_the_right_ones_none() {
    let mut failures = String::new();
    for code in policy_codes().filter(|code| !WITHOUT_EXAMPLE.contains(code)) {
        for Fence { heading, text, .. } in page(code).fences {
            let diagnostics = check_files(&[("example.rhai", &text)]).diagnostics;
            let mut found: Vec<Code> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
            found.dedup();
            let expected = if heading == "Wrong" { vec![code] } else { vec![] };
            if found != expected {
                let _ = writeln!(failures, "{code}, {heading}:");
                for diagnostic in &diagnostics {
                    let _ = writeln!(failures, "  {diagnostic}");
                }
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn no_page_is_left_over() {
    for entry in fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let is_known = Code::ALL.iter().any(|code| name == format!("{code}.md"));
        assert!(is_known || name == "README.md", "{name} is the page of no code");
    }
}

const BEGIN: &str = "<!-- generated: UPDATE_ERROR_TABLE=1 cargo test --test error_pages -->\n";
const END: &str = "<!-- end of the generated table -->\n";

fn table() -> String {
    let mut table = "\n| code | what it stands for | |\n|---|---|---|\n".to_owned();
    for code in Code::ALL {
        let _ = writeln!(table, "| [{code}]({code}.md) | {} | {} |", code.title(), code.severity());
    }
    table.push('\n');
    table
}

#[test]
fn the_table_lists_every_code() {
    let path = folder().join("README.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(BEGIN).expect("the table has a beginning");
    let (found, after) = rest.split_once(END).expect("the table has an end");
    if std::env::var_os("UPDATE_ERROR_TABLE").is_some() {
        fs::write(&path, format!("{before}{BEGIN}{}{END}{after}", table())).unwrap();
        return;
    }
    assert_eq!(found, table(), "run UPDATE_ERROR_TABLE=1 cargo test --test error_pages");
}
