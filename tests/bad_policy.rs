//! A corpus of bad policies: one mistake a file, with the code and place that are to be reported.
//!
//! `tests/bad/policy/NAME.rhai` is a policy, `NAME.expected.json` beside it lists every diagnostic in
//! order. Messages are not compared there but in one snapshot, so that a change of wording is seen.
//! To read all messages: `cargo test --test bad_policy -- --nocapture corpus`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use leaver::diagnostic::{Code, Diagnostic};
use leaver::policy::{Checked, Source};
use serde::Deserialize;

#[path = "bad/schema.rs"]
mod schema;

use schema::check_files;

/// A diagnostic without its words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(deny_unknown_fields)]
struct Finding {
    code: String,
    line: usize,
    column: usize,
    length: usize,
}

impl From<&Diagnostic> for Finding {
    fn from(diagnostic: &Diagnostic) -> Self {
        let Diagnostic { code, line, column, length, .. } = diagnostic;
        Self { code: code.to_string(), line: *line, column: *column, length: *length }
    }
}

/// One bad policy.
struct Case {
    name: String,
    text: String,
    expected: Vec<Finding>,
}

fn corpus() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad/policy");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .expect("the corpus is there")
        .filter_map(|entry| {
            entry.unwrap().file_name().into_string().unwrap().strip_suffix(".rhai").map(Into::into)
        })
        .collect();
    names.sort();
    let read = |name: String| {
        let text = fs::read_to_string(folder.join(format!("{name}.rhai"))).unwrap();
        let expected = fs::read_to_string(folder.join(format!("{name}.expected.json")))
            .unwrap_or_else(|error| panic!("{name}.expected.json: {error}"));
        let expected = serde_json::from_str(&expected).unwrap_or_else(|error| panic!("{name}: {error}"));
        Case { name, text, expected }
    };
    names.into_iter().map(read).collect()
}

fn check_case(case: &Case) -> Checked {
    check_files(&[(&format!("{}.rhai", case.name), &case.text)])
}

fn findings(checked: &Checked) -> Vec<Finding> {
    checked.diagnostics.iter().map(Finding::from).collect()
}

#[test]
fn corpus_gives_the_expected_codes_and_places() {
    let mut wrong = Vec::new();
    let (mut files, mut diagnostics) = (0, 0);
    for case in corpus() {
        let checked = check_case(&case);
        files += 1;
        diagnostics += checked.diagnostics.len();
        let refused = checked.diagnostics.iter().any(Diagnostic::is_error);
        assert_eq!(checked.policy.is_none(), refused, "{}: a policy exactly if there is no error", case.name);
        let found = findings(&checked);
        if found != case.expected {
            let lines: Vec<String> = checked.diagnostics.iter().map(ToString::to_string).collect();
            wrong.push(format!(
                "{}\n  expected {:?}\n  found    {found:?}\n  {}",
                case.name,
                case.expected,
                lines.join("\n  ")
            ));
        }
    }
    println!("{files} bad policies, {diagnostics} diagnostics, all with their code and place");
    assert!(wrong.is_empty(), "{} of the corpus differ\n\n{}", wrong.len(), wrong.join("\n\n"));
}

/// Every expectation is a mistake: a file that expects nothing tests nothing.
#[test]
fn corpus_has_no_file_without_a_mistake_and_none_twice() {
    let mut seen = BTreeMap::new();
    for case in corpus() {
        assert!(!case.expected.is_empty(), "{} expects nothing", case.name);
        let code: String = case.text.split_whitespace().collect();
        if let Some(other) = seen.insert(code, case.name.clone()) {
            panic!("{} and {other} are the same policy", case.name);
        }
    }
    assert!(seen.len() >= 130, "only {} bad policies", seen.len());
}

/// Codes that no policy text of a sensible size gives; tests of their own give them.
const ELSEWHERE: [Code; 12] = [
    Code::PolicyUnreadable,
    Code::PolicyTooLarge,
    Code::PolicyNotUtf8,
    // Said by `leaver check` about policies that are not bad.
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

#[test]
fn corpus_hits_every_code_of_policies() {
    let hit: BTreeSet<String> =
        corpus().into_iter().flat_map(|case| case.expected).map(|finding| finding.code).collect();
    let is_policy = |code: &&Code| code.as_str().starts_with('P') && !ELSEWHERE.contains(code);
    let missing: Vec<&Code> =
        Code::ALL.iter().filter(is_policy).filter(|code| !hit.contains(code.as_str())).collect();
    assert!(missing.is_empty(), "no bad policy gives {missing:?}");
}

#[test]
fn every_place_lies_in_its_file() {
    for case in corpus() {
        let source = Source::new("", case.text.as_str());
        for finding in findings(&check_case(&case)) {
            if finding.line == 0 {
                assert_eq!((finding.column, finding.length), (0, 0), "{}", case.name);
                continue;
            }
            let line = source.line(finding.line).unwrap_or_else(|| panic!("{}: {finding:?}", case.name));
            let end = finding.column - 1 + finding.length;
            // A place at the end of a line is one character wide.
            assert!(end <= line.chars().count() + 1, "{}: {finding:?}", case.name);
        }
    }
}

/// All messages in one file, so that a change of wording is reviewed.
#[test]
fn messages_are_those_of_the_snapshot() {
    let lines: Vec<String> = corpus()
        .iter()
        .flat_map(|case| check_case(case).diagnostics)
        .map(|diagnostic| diagnostic.to_string())
        .collect();
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("bad_policy_messages", lines.join("\n"));
    });
}

/// Every message says what is wrong in a lower-case phrase, and nearly all say what to do.
#[test]
fn messages_have_the_style_of_the_house() {
    for diagnostic in corpus().iter().flat_map(|case| check_case(case).diagnostics) {
        let Diagnostic { message, help, .. } = &diagnostic;
        assert!(!message.ends_with('.') && !message.contains('\n'), "{diagnostic}");
        assert!(!message.starts_with(|first: char| first.is_uppercase()), "{diagnostic}");
        let help = help.as_deref().unwrap_or_else(|| panic!("without help: {diagnostic}"));
        assert!(!help.is_empty() && !help.contains('\n'), "{diagnostic}");
    }
}

#[test]
fn a_folder_of_three_files_reports_both_bad_ones() {
    let files = [
        ("10-constants.rhai", "const LIMIT = today();\n"),
        ("20-helpers.rhai", "private fn ours(user) { user.employment == \"staff\" }\n"),
        (
            "30-rules.rhai",
            "/// Staff lose the ID.\nfn staff(user) {\n    if ours(user) && user.has_gone { revoke() }\n}\n",
        ),
    ];
    let checked = check_files(&files);
    let found: Vec<(String, String, usize, usize)> = checked
        .diagnostics
        .iter()
        .map(|found| (found.file.clone(), found.code.to_string(), found.line, found.column))
        .collect();
    let expected = [("10-constants.rhai", "P0403", 1, 15), ("30-rules.rhai", "P0102", 3, 27)];
    assert_eq!(found, expected.map(|(file, code, line, column)| (file.into(), code.into(), line, column)));
    assert!(checked.policy.is_none());
}

#[test]
fn a_name_of_another_file_is_defined_twice() {
    let rule = "/// Leavers.\nfn leavers(user) { if user.has_left { withdraw() } }\n";
    let checked = check_files(&[("a.rhai", rule), ("b.rhai", rule)]);
    let found: Vec<String> = checked.diagnostics.iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "b.rhai:2:4: error[P0408]: the function `leavers` is defined twice (the first is in a.rhai, line 2)"
        ]
    );
}

/// Policies close to a mistake that are none.
#[test]
fn near_misses_are_accepted() {
    for body in [
        // `=>` after a condition is a mistake, but not after the guard of a case.
        "switch user.notice_days { 0 if (if user.vip ?? false { user.has_left } else { true }) => keep(), \
         1 | 2 => withdraw(), 3..6 if user.has_left => revoke(), _ => () }",
        "switch user.employment { \"staff\" if user.has_left => if user.legal_hold { keep() } else { revoke() }, _ => () }",
        // An answer that another one replaces only sometimes.
        "let answer = revoke(); if user.employment == \"contractor\" { answer = detach(); } if user.has_left { answer }",
        // Words of other languages as names.
        "let when = 3; let unless = when - 1; if when - 1 < user.notice_days && unless > 1 { withdraw() }",
        "let xor = user.has_left; let AND = xor; if xor && AND { withdraw() }",
        // Operators beside each other.
        "if user.notice_days % 7 == 1 { withdraw() }",
        "if user.notice_days %7 == -1 || user.notice_days< -1 { withdraw() }",
        // Keys of groups and lists that the directory has, and elements of other lists.
        "if user.groups.some(|group| group == \"g1\") || user.lists.all(|list| \"l1\" != list) { withdraw() }",
        "if user.projects.some(|project| project == \"apollo\") { withdraw() }",
        "for project in user.projects { if project == \"g9\" { return withdraw(); } }",
        // An absent value is in no list and contains nothing.
        "if user.department in [\"sales\"] || user.job_title.contains(\"trainee\") { withdraw() }",
        // A word that must be one of several.
        "if user.has_left { return forbid(\"revoke\"); } if user.legal_hold { keep() }",
    ] {
        let text = format!("/// Near a mistake.\nfn rule(user) {{ {body} }}\n");
        let found: Vec<String> =
            check_files(&[("p.rhai", &text)]).diagnostics.iter().map(ToString::to_string).collect();
        assert_eq!(found, Vec::<String>::new(), "{body}");
    }
}
