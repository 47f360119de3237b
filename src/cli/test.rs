//! `leaver test`: runs the tests of a policy and reports what differs, and which rules no test reaches.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anstyle::AnsiColor;
use serde::Serialize;

use super::arguments::{Test, TextOrJson};
use super::engine::{self, Decider};
use super::exit::{Exit, Failure};
use super::input::{checked_policy, note_attributes, now, read_directory};
use super::lines::write_json;
use super::output::Output;
use super::terminal::Terminal;
use crate::diagnostic::{self, Code, Diagnostic, Place};
use crate::model::{Moment, Schema, Zone};
use crate::policy::tests_file::expectation::Mismatch;
use crate::policy::tests_file::{self, Invariant, TestCase};
use crate::policy::{Basis, Decision, Policy, Proof, Source};
use crate::report::{draw, visible, visible_lines};

/// Largest test file that is read.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// What became of one test.
#[derive(Debug, Serialize)]
struct Verdict {
    file: String,
    line: usize,
    name: String,
    passed: bool,
    mismatches: Vec<Mismatch>,
    decision: Decision,
    /// Why the decision is as it is; only of tests that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<serde_json::Value>,
    #[serde(skip)]
    explained: String,
}

/// What became of all.
#[derive(Debug, Serialize)]
struct Report {
    passed: usize,
    failed: usize,
    tests: Vec<Verdict>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    invariants: Vec<Promise>,
    diagnostics: Vec<Diagnostic>,
}

/// What became of one invariant.
#[derive(Debug, Serialize)]
struct Promise {
    file: String,
    line: usize,
    name: String,
    /// `holds`, `refuted`, or `open` where neither could be shown.
    proof: &'static str,
    /// Somebody for whom it does not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    witness: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<Decision>,
}

impl Promise {
    fn holds(&self) -> bool {
        self.proof == "holds"
    }
}

/// Runs the command.
pub(crate) fn run(arguments: &Test, terminal: &Terminal) -> Result<Exit, Failure> {
    let sources = engine::load_sources(&arguments.policy).map_err(Failure::of)?;
    let directory = match &arguments.directory {
        Some(path) => Some(read_directory(path, terminal)?),
        None => None,
    };
    let schema =
        directory.as_ref().map_or_else(|| Arc::new(Schema::default()), |found| Arc::clone(found.schema()));
    let zone = directory.as_ref().map_or(Zone::UTC, engine::Directory::zone);
    let shown = sources.clone();
    let policy = checked_policy(sources, &schema, directory.as_ref()).inspect_err(|failure| {
        if let Failure::Diagnostics { diagnostics, .. } = failure {
            note_attributes(diagnostics, arguments.directory.as_deref(), terminal);
        }
    })?;
    let files = match arguments.tests.as_slice() {
        [] => tests_beside(&arguments.policy)?,
        given => given.to_vec(),
    };
    let (tests, invariants) = read_tests(&files, &schema)?;

    let mut reached = BTreeSet::new();
    let mut verdicts = Vec::new();
    for test in tests {
        verdicts.push(judge(test, &policy, &zone, &mut reached)?);
    }
    let promises: Vec<Promise> = invariants
        .into_iter()
        .map(|invariant| promise(invariant, &policy, &zone))
        .collect::<Result<_, _>>()?;
    let count = verdicts.len() + promises.len();
    let passed = verdicts.iter().filter(|verdict| verdict.passed).count()
        + promises.iter().filter(|promise| promise.holds()).count();
    let report = Report {
        passed,
        failed: count - passed,
        tests: verdicts,
        invariants: promises,
        diagnostics: unreached(&policy, &reached),
    };
    write_report(&report, arguments.format, &shown, terminal)?;
    Ok(if report.failed > 0 { Exit::Findings } else { Exit::Done })
}

/// The test files that belong to a policy.
fn tests_beside(policy: &Path) -> Result<Vec<PathBuf>, Failure> {
    let none = |place: &Path| {
        let help = "name the test files, or write one; see `leaver test --help`".to_owned();
        Failure::usage(format!("there are no tests: no {}", place.display()), Some(help))
    };
    if !policy.is_dir() {
        let beside = policy.with_extension("test.json");
        return if beside.exists() { Ok(vec![beside]) } else { Err(none(&beside)) };
    }
    let mut files = Vec::new();
    let unreadable = |error: &std::io::Error| Failure::file(policy, "read", error);
    for entry in fs::read_dir(policy).map_err(|error| unreadable(&error))? {
        let path = entry.map_err(|error| unreadable(&error))?.path();
        if path.to_string_lossy().ends_with(".test.json") && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() { Err(none(&policy.join("*.test.json"))) } else { Ok(files) }
}

/// The tests and invariants of all files, or everything that is wrong with any.
fn read_tests(files: &[PathBuf], schema: &Schema) -> Result<(Vec<TestCase>, Vec<Invariant>), Failure> {
    let (mut tests, mut invariants, mut diagnostics) = (Vec::new(), Vec::new(), Vec::new());
    for path in files {
        let name = path.display().to_string();
        let read = read_text(path)
            .map_err(|message| vec![Diagnostic::new(Code::TestsUnreadable, message, &name, Place::FILE)])
            .map(|text| (tests_file::parse(&name, &text, schema), tests_file::invariants(&name, &text)));
        match read {
            Ok((found, promised)) => {
                diagnostics.extend(found.map(|found| tests.extend(found)).err().into_iter().flatten());
                diagnostics
                    .extend(promised.map(|found| invariants.extend(found)).err().into_iter().flatten());
            }
            Err(found) => diagnostics.extend(found),
        }
    }
    diagnostic::sort(&mut diagnostics);
    if diagnostics.is_empty() { Ok((tests, invariants)) } else { Err(Failure::of(diagnostics)) }
}

fn read_text(path: &Path) -> Result<String, String> {
    let mut text = String::new();
    let read = fs::File::open(path).and_then(|file| file.take(MAX_BYTES + 1).read_to_string(&mut text));
    match read {
        Ok(_) if text.len() as u64 > MAX_BYTES => Err("the test file is larger than 16 MiB".to_owned()),
        Ok(_) => Ok(text),
        Err(error) if error.kind() == ErrorKind::InvalidData => Err("the test file is not UTF-8".to_owned()),
        Err(error) => Err(format!("the test file cannot be read: {error}")),
    }
}

fn judge(
    test: TestCase,
    policy: &Policy,
    zone: &Zone,
    reached: &mut BTreeSet<Arc<str>>,
) -> Result<Verdict, Failure> {
    let zone = test.time_zone.clone().unwrap_or_else(|| zone.clone());
    let moment = Moment::new(test.as_of, zone).map_err(|error| {
        let found = Diagnostic::new(Code::TestFormat, error.to_string(), test.file.as_str(), test.place);
        Failure::of(vec![found])
    })?;
    let decider = Decider::new(policy, Basis::new(moment, true), None)?;
    let decision = decider.decide(&test.user)?;
    reached.extend(decider.answering(&test.user)?);
    let mismatches = test.compare(&decision);
    let explained = match mismatches.as_slice() {
        [] => None,
        _ => Some(decider.explain(&test.user)?),
    };
    let (explanation, explained) =
        explained.map_or((None, String::new()), |explained| (Some(explained.json), explained.text));
    Ok(Verdict {
        file: test.file,
        line: test.place.line,
        name: test.name,
        passed: mismatches.is_empty(),
        mismatches,
        decision,
        explanation,
        explained,
    })
}

fn promise(invariant: Invariant, policy: &Policy, zone: &Zone) -> Result<Promise, Failure> {
    let wrong = |message: String, help: Option<String>| {
        let mut found = Diagnostic::new(Code::TestFormat, message, invariant.file.as_str(), invariant.place);
        found.help = help;
        Failure::of(vec![found])
    };
    let as_of = invariant.as_of.unwrap_or_else(now);
    let moment = Moment::new(as_of, zone.clone()).map_err(|error| wrong(error.to_string(), None))?;
    let proof = policy.prove(&invariant.always, invariant.never, &Basis::new(moment, true)).map_err(
        |mut found| {
            let first = found.swap_remove(0);
            wrong(format!("`always` is no condition: {}", first.message), first.help)
        },
    )?;
    let (proof, witness, decision) = match proof {
        Proof::Holds => ("holds", None, None),
        Proof::Refuted { witness, decision } => {
            ("refuted", Some(engine::facts(&witness, policy)), Some(*decision))
        }
        _ => ("open", None, None),
    };
    Ok(Promise {
        file: invariant.file,
        line: invariant.place.line,
        name: invariant.name,
        proof,
        witness,
        decision,
    })
}

/// A warning for each rule that answered in no test.
fn unreached(policy: &Policy, reached: &BTreeSet<Arc<str>>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for rule in policy.rules().iter().filter(|rule| !reached.contains(&rule.name)) {
        if let Some(source) = policy.sources().get(usize::from(rule.span.file)) {
            let message = format!("no test reaches the rule `{}`", rule.name);
            let warning =
                Diagnostic::new(Code::TestUnreached, message, source.name(), source.place(rule.span));
            found.push(warning.help("add a test with a user to whom the rule applies"));
        }
    }
    found
}

fn write_report(
    report: &Report,
    format: TextOrJson,
    sources: &[Source],
    terminal: &Terminal,
) -> Result<(), Failure> {
    let mut output = Output::standard();
    match format {
        TextOrJson::Json => {
            let mut json = Vec::new();
            write_json(&mut json, report, terminal.shows_output);
            json.push(b'\n');
            output.write_all(&json)?;
        }
        TextOrJson::Text => {
            for verdict in &report.tests {
                output.write_all(verdict_text(verdict, terminal).as_bytes())?;
            }
            for promise in &report.invariants {
                output.write_all(promise_text(promise, terminal).as_bytes())?;
            }
            if !report.diagnostics.is_empty() {
                let drawn = draw(&report.diagnostics, sources, terminal.drawing());
                write!(output, "\n{drawn}")?;
            } else if report.passed + report.failed > 0 {
                writeln!(output)?;
            }
            writeln!(output, "{} passed, {} failed", report.passed, report.failed)?;
        }
    }
    output.finish()
}

fn verdict_text(verdict: &Verdict, terminal: &Terminal) -> String {
    if verdict.passed {
        let mark = terminal.styled("✓", AnsiColor::Green.on_default());
        return format!("{mark} {}\n", visible(&verdict.name));
    }
    let mark = terminal.styled("✗", AnsiColor::Red.on_default().bold());
    let mut text =
        format!("{mark} {} ({}:{})\n", visible(&verdict.name), visible(&verdict.file), verdict.line);
    for Mismatch { path, expected, got } in &verdict.mismatches {
        let _ = writeln!(text, "    {path}: expected {}, got {}", shown(expected), shown(got));
    }
    for line in visible_lines(&verdict.explained).lines() {
        let _ = writeln!(text, "{}", format!("    | {line}").trim_end());
    }
    text
}

fn promise_text(promise: &Promise, terminal: &Terminal) -> String {
    if promise.holds() {
        return format!(
            "{} {}\n",
            terminal.styled("✓", AnsiColor::Green.on_default()),
            visible(&promise.name)
        );
    }
    let mark = terminal.styled("✗", AnsiColor::Red.on_default().bold());
    let mut text =
        format!("{mark} {} ({}:{})\n", visible(&promise.name), visible(&promise.file), promise.line);
    match (&promise.witness, &promise.decision) {
        (Some(witness), Some(decision)) => {
            let rule = decision.rule.as_deref().unwrap_or("no rule");
            let _ = writeln!(
                text,
                "    not for {}: {}, {} by `{rule}`",
                shown(witness),
                decision.disposition,
                decision.access
            );
        }
        _ => text.push_str("    neither proved nor refuted; see `leaver check --verbose`\n"),
    }
    text
}

fn shown(value: &serde_json::Value) -> String {
    visible(&value.to_string()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::sample;
    use serde_json::json;

    #[test]
    fn a_failed_test_shows_what_differs_and_why() {
        let terminal = Terminal::plain();
        let verdict = Verdict {
            file: "acme.test.json".to_owned(),
            line: 7,
            name: "staff \u{1b}[2J lose the ID".to_owned(),
            passed: false,
            mismatches: vec![
                Mismatch { path: "disposition".to_owned(), expected: json!("revoke"), got: json!("keep") },
                Mismatch { path: "rule".to_owned(), expected: json!("staff_leave"), got: json!(null) },
            ],
            decision: sample::keep(),
            explanation: None,
            explained: "no rule applies\n  staff_leave: user.has_left is false\n".to_owned(),
        };
        insta::assert_snapshot!(verdict_text(&verdict, &terminal));
    }

    #[test]
    fn the_tests_beside_a_policy_have_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let policy = folder.path().join("acme.rhai");
        fs::write(&policy, "").unwrap();
        assert_eq!(tests_beside(&policy).unwrap_err().exit(), Exit::Usage);
        assert_eq!(tests_beside(folder.path()).unwrap_err().exit(), Exit::Usage);
        for name in ["acme.test.json", "b.test.json", "c.json"] {
            fs::write(folder.path().join(name), "[]").unwrap();
        }
        assert_eq!(tests_beside(&policy).unwrap(), [folder.path().join("acme.test.json")]);
        assert_eq!(tests_beside(folder.path()).unwrap().len(), 2);
    }

    #[test]
    fn every_file_that_cannot_be_read_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let latin = folder.path().join("latin.test.json");
        fs::write(&latin, b"[\xe9]").unwrap();
        let failure = read_tests(&[latin, folder.path().join("none")], &Schema::default()).unwrap_err();
        assert_eq!(failure.exit(), Exit::InputOutput);
        let Failure::Diagnostics { diagnostics, .. } = failure else { panic!("diagnostics") };
        assert_eq!(diagnostics.len(), 2);
    }
}
