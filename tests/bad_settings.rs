//! Every bad file of `tests/bad/settings` is refused with exactly the expected mistakes, in reading order.
//!
//! A case is a folder with `expected.json` and one of `guards.toml`, `approvers.toml` (read with the
//! administrators below) and `plan.json`. Files that would be huge are made here, and a real plan is changed
//! byte by byte.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use leaver::diagnostic::{Code, Diagnostic};
use leaver::directory::Directory;
use leaver::model::parse_instant;
use leaver::plan::{Approvers, Guards, OpenWork, Request, plan};
use leaver::policy::{Basis, Source, check};

/// Code, line, column.
type Mistake = (String, usize, usize);

fn mistakes(diagnostics: &[Diagnostic]) -> Vec<Mistake> {
    diagnostics.iter().map(|found| (found.code.to_string(), found.line, found.column)).collect()
}

/// Three administrators who may approve, one who may not, and a leaver.
fn acme() -> Directory {
    let text = include_bytes!("bad/settings_around.json");
    Directory::from_json("directory.json", text).expect("a directory")
}

fn of_guards(text: &str) -> Vec<Diagnostic> {
    Guards::from_toml("guards.toml", text).err().unwrap_or_default()
}

fn of_approvers(text: &str) -> Vec<Diagnostic> {
    Approvers::from_toml("approvers.toml", text, &acme()).err().unwrap_or_default()
}

fn of_plan(text: &[u8]) -> Vec<Diagnostic> {
    let mut open = OpenWork::none();
    let found = open.add_plan("plan.json", text).err();
    // Of what is refused nothing is kept, except of users before the one that is wrong.
    if found.as_ref().is_some_and(|found| found.code == Code::PlanAltered) {
        assert_eq!(open, OpenWork::none(), "users of an altered plan were kept");
    }
    found.into_iter().collect()
}

/// The name of the case's file, and what is wrong with it.
fn diagnostics_of(case: &Path) -> (&'static str, Vec<Diagnostic>) {
    let text = |name: &str| fs::read_to_string(case.join(name)).unwrap();
    let there: Vec<&'static str> = ["guards.toml", "approvers.toml", "plan.json"]
        .into_iter()
        .filter(|name| case.join(name).exists())
        .collect();
    let diagnostics = match there[..] {
        ["guards.toml"] => of_guards(&text("guards.toml")),
        ["approvers.toml"] => of_approvers(&text("approvers.toml")),
        ["plan.json"] => of_plan(&fs::read(case.join("plan.json")).unwrap()),
        _ => panic!("{}: one file, not {there:?}", case.display()),
    };
    (there[0], diagnostics)
}

fn expected(case: &Path) -> Vec<Mistake> {
    let text = fs::read_to_string(case.join("expected.json")).unwrap();
    let list: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    let number = |value: &serde_json::Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    list.iter()
        .map(|found| {
            (found["code"].as_str().unwrap().to_owned(), number(&found["line"]), number(&found["column"]))
        })
        .collect()
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad/settings");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

#[test]
fn every_bad_file_is_refused_with_exactly_its_mistakes() {
    let mut failures = String::new();
    let (mut guards, mut approvers, mut plans) = (0, 0, 0);
    let mut codes = BTreeSet::new();
    let cases = cases();
    for case in &cases {
        let (file, diagnostics) = diagnostics_of(case);
        match file {
            "guards.toml" => guards += 1,
            "approvers.toml" => approvers += 1,
            _ => plans += 1,
        }
        let (expected, found) = (expected(case), mistakes(&diagnostics));
        codes.extend(expected.iter().map(|mistake| mistake.0.clone()));
        let name = case.file_name().unwrap().to_string_lossy();
        assert!(!expected.is_empty(), "{name}: what is right is no case");
        if expected != found {
            writeln!(failures, "{name}:\n  expected {expected:?}\n  found    {found:?}").unwrap();
            for found in &diagnostics {
                writeln!(failures, "    {found}").unwrap();
            }
        }
        for found in &diagnostics {
            assert_eq!(found.file, file, "{name}");
            assert!(found.help.as_ref().is_some_and(|help| !help.is_empty()), "{name}: no advice: {found}");
        }
    }
    println!("{guards} bad guards, {approvers} bad approvers, {plans} bad plans, all refused");
    assert!(failures.is_empty(), "{failures}");
    assert!(cases.len() >= 150, "the corpus has shrunk to {}", cases.len());
    // What cannot be read is not in the corpus: it has no text, or too much of it.
    let read = ["L0002", "L0003", "L0004", "L0005", "L0006", "L0007", "L0102", "L0103"];
    assert_eq!(codes, read.map(str::to_owned).into());
}

#[test]
fn what_looks_unusual_and_is_right_is_accepted() {
    let right = [
        "",
        "\n# nothing but a comment\n",
        "withdraw.max_count = 5\nwithdraw.max_percent = 5\n",
        "withdraw = {max_count = 5}\nprotected = {ids = [\"ECHOECHO\", \"*SUPPORT\"]}\n",
        "[irreversible]\nmax_count = 0\nmax_percent = 100\nper_24h = 0\n",
        "[reversible]\nmax_count = 4_294_967_295\nfloor = 0xFF\n",
        "approvals = 100\nmax_age_hours = 876000\nmax_shrink_percent = 100\r\n",
        "[protected]\nids = [\n  \"ECHOECHO\", # the emergency line\n  \"ECHOECHO\",\n]\npersons = ['E1001']\n",
        "\"max_age_hours\" = +24\n",
    ];
    for text in right {
        assert_eq!(mistakes(&of_guards(text)), [], "{text}");
    }
    for text in ["", "[approvers]\n", "[approvers]\nzoe = 'AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI='\n"] {
        assert_eq!(mistakes(&of_approvers(text)), [], "{text}");
    }
}

#[test]
fn huge_files_are_refused_and_nothing_crashes() {
    let brackets = |open: &str, close: &str| format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
    let plans = [
        ("100,000 lists in each other", brackets("[", "]")),
        ("100,000 lists that stay open", "[".repeat(100_000)),
        ("100,000 objects in each other", brackets("{\"a\":", "}")),
        ("100,000 lists as a digest", format!("{{\"digest\":{}}}", brackets("[", "]"))),
        ("100,000 lists as users", format!("{{\"batches\":[],\"users\":{}}}", brackets("[", "]"))),
        ("a number of 100,000 digits", format!("{{\"digest\":{}}}", "9".repeat(100_000))),
    ];
    for (name, text) in &plans {
        let found = of_plan(text.as_bytes());
        assert!(
            matches!(found[..], [ref one] if one.code == Code::NotAPlan || one.code == Code::PlanAltered),
            "{name}: {found:?}"
        );
    }
    let settings = [
        ("65,537 bytes", "#".repeat(65_537), "L0001"),
        ("lists in each other", format!("approvals = {}", "[".repeat(65_000)), "L0002"),
        (
            "closed lists in each other",
            format!("approvals = {}{}", "[".repeat(30_000), "]".repeat(30_000)),
            "L0002",
        ),
        ("tables in each other", format!("approvals = {}", "{a=".repeat(20_000)), "L0002"),
        ("a key of 30,000 parts", format!("{} = 1", vec!["a"; 30_000].join(".")), "L0002"),
        ("a table of 30,000 parts", format!("[{}]", vec!["a"; 30_000].join(".")), "L0002"),
        (
            "5,000 unknown keys",
            (0..5_000).map(|number| format!("k{number} = 1")).collect::<Vec<_>>().join("\n"),
            "L0003",
        ),
        ("10,000 wrong IDs", format!("[protected]\nids = [{}]", "\"x\",".repeat(10_000)), "L0004"),
    ];
    for (name, text, code) in &settings {
        let codes: BTreeSet<&str> = of_guards(text).iter().map(|found| found.code.as_str()).collect();
        assert_eq!(codes, BTreeSet::from([*code]), "guards: {name}");
        assert!(!of_approvers(text).is_empty(), "approvers: {name}");
    }
    println!("{} huge plans and {} huge settings, all refused", plans.len(), settings.len());
}

/// A small plan with both irreversible and other steps.
fn real_plan() -> String {
    let directory = acme();
    let text = "/// Whoever leaves loses the ID.\nfn leavers(user) { if user.has_left { revoke() } }";
    let checked = check(vec![Source::new("policy.rhai", text)], directory.schema(), None);
    let policy = checked.policy.expect("no errors");
    let basis = Basis::of(&directory, parse_instant("2026-11-22T09:00:00Z").unwrap()).unwrap();
    let evaluator = policy.evaluator(basis.clone()).unwrap();
    let decisions = evaluator.decide_directory(&directory).collect::<Result<_, _>>().unwrap();
    let guards = Guards::default();
    plan(Request::new(&directory, &policy, decisions, &basis, "mia", &guards)).expect("no refusal").to_json()
}

#[test]
fn no_byte_of_a_plan_can_be_changed_unseen() {
    let text = real_plan();
    let mut open = OpenWork::none();
    open.add_plan("plan.json", text.as_bytes()).expect("the plan as it was written");
    assert!(open.plan_of("ECHOECHO".parse().unwrap()).is_some(), "the leaver has steps");

    let mut bytes = text.into_bytes();
    let mut refused = 0;
    let mut check = |bytes: &[u8], what: &str, at: usize| {
        assert!(
            !of_plan(bytes).is_empty(),
            "{what} at byte {at} was not seen: {}",
            String::from_utf8_lossy(bytes)
        );
        refused += 1;
    };
    for at in 0..bytes.len() {
        let right = bytes[at];
        let near = [
            right ^ 1,
            right ^ 2,
            right ^ 4,
            right ^ 8,
            right ^ 16,
            right ^ 0x20,
            right ^ 0x40,
            right ^ 0x80,
        ];
        for wrong in near.into_iter().chain([b' ', b'0', b'"', b',']).filter(|wrong| *wrong != right) {
            bytes[at] = wrong;
            check(&bytes, "a change", at);
        }
        bytes[at] = right;
        check(&bytes[..at], "an end", at);
        let without: Vec<u8> = [&bytes[..at], &bytes[at + 1..]].concat();
        check(&without, "a gap", at);
    }
    println!("{refused} changes of a plan of {} bytes, all refused", bytes.len());
}
