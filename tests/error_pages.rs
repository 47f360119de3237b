//! The pages of errors under `docs/errors/`: one for each code, with examples that do what the page says.
//!
//! The table of `docs/errors/README.md` is generated from the codes. After a new code run
//! `UPDATE_ERROR_TABLE=1 cargo test --test error_pages`.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use leaver::diagnostic::Code;

#[path = "bad/schema.rs"]
mod schema;

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

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/errors")
}

fn policy_codes() -> impl Iterator<Item = Code> {
    Code::ALL.iter().copied().filter(|code| code.as_str().starts_with('P'))
}

/// A page, taken apart.
struct Page {
    title: String,
    /// What stands before the first heading.
    explanation: String,
    /// Heading, info string and content of every fence.
    fences: Vec<(String, String, String)>,
    headings: Vec<String>,
}

fn page(code: Code) -> Page {
    let path = folder().join(format!("{code}.md"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut page =
        Page { title: String::new(), explanation: String::new(), fences: vec![], headings: vec![] };
    let mut open: Option<(String, String, String)> = None;
    for line in text.lines() {
        match &mut open {
            Some(_) if line == "```" => page.fences.extend(open.take()),
            Some((_, _, content)) => {
                content.push_str(line);
                content.push('\n');
            }
            None => {
                if let Some(info) = line.strip_prefix("```") {
                    let heading = page.headings.last().cloned().unwrap_or_default();
                    open = Some((heading, info.to_owned(), String::new()));
                } else if let Some(heading) = line.strip_prefix("## ") {
                    page.headings.push(heading.to_owned());
                } else if let Some(title) = line.strip_prefix("# ") {
                    title.clone_into(&mut page.title);
                } else if page.headings.is_empty() {
                    page.explanation.push_str(line);
                }
            }
        }
    }
    assert!(open.is_none(), "{code}: a fence is not closed");
    page
}

#[test]
fn every_policy_code_has_a_page_of_the_right_shape() {
    for code in policy_codes() {
        let page = page(code);
        assert_eq!(page.title, format!("{code}: {}", code.title()));
        assert!(page.explanation.len() > 60, "{code}: explains nothing");
        if WITHOUT_EXAMPLE.contains(&code) {
            assert_eq!(page.headings, ["How it arises", "What to do"], "{code}");
            assert!(page.fences.iter().all(|(_, info, _)| info == "text"), "{code}");
            assert!(page.fences.iter().any(|(_, _, text)| text.contains(code.as_str())), "{code}");
        } else {
            assert_eq!(page.headings, ["Wrong", "Right", "What to do"], "{code}");
            let shape: Vec<(&str, &str)> =
                page.fences.iter().map(|(heading, info, _)| (heading.as_str(), info.as_str())).collect();
            assert_eq!(shape, [("Wrong", "rhai"), ("Right", "rhai")], "{code}");
        }
    }
}

#[test]
fn the_wrong_examples_give_their_code_and_the_right_ones_none() {
    let mut failures = String::new();
    for code in policy_codes().filter(|code| !WITHOUT_EXAMPLE.contains(code)) {
        for (heading, _, text) in page(code).fences {
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
        // Pages of directories are checked where their codes are.
        assert!(is_known || name == "README.md" || name.starts_with('D'), "{name} is the page of no code");
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
