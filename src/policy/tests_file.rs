//! Policy tests: what a policy should decide about users who are described in a file.
//!
//! Goes in: the text of a `*.test.json` file and the schema. Comes out: test cases, each with a
//! ready user and the expectations about the decision; or diagnostics for everything in the file
//! that is not in the format. [`TestCase::compare`] holds a decision against the expectations:
//! only what the test names is compared. Nothing here reads files, evaluates a policy or prints.

use serde_json::Value as Json;
use time::OffsetDateTime;

use self::expectation::{Mismatch, compare_object};
use self::located::Located;
use super::Decision;
use crate::diagnostic::{Code, Diagnostic, Place, suggest};
use crate::model::{Schema, User, Zone, parse_instant};

pub mod expectation;
mod invariant;
mod located;
mod user;

pub use invariant::{Invariant, invariants};

/// The ID of a test's user unless the test gives one.
pub const TEST_ID: &str = "TESTUSER";

/// The person of a test's user unless the test gives one.
pub const TEST_PERSON: &str = "P-TEST";

/// Keys of a test.
const KEYS: &[&str] = &["name", "as_of", "time_zone", "user", "expect"];

/// One test: a user, an instant, and what should be decided.
#[derive(Clone, Debug, PartialEq)]
pub struct TestCase {
    /// What the test says in words.
    pub name: String,
    /// The file it stands in.
    pub file: String,
    /// Where in the file.
    pub place: Place,
    /// The instant of the decision.
    pub as_of: OffsetDateTime,
    /// The time zone; without it that of the subscription, or UTC.
    pub time_zone: Option<Zone>,
    /// The user.
    pub user: User,
    /// Expected values, by key of the decision.
    pub expect: serde_json::Map<String, Json>,
}

impl TestCase {
    /// Where `decision` differs from what is expected; empty if the test passes.
    pub fn compare(&self, decision: &Decision) -> Vec<Mismatch> {
        let got = serde_json::to_value(decision).unwrap_or_default();
        compare_object(&self.expect, &got)
    }
}

/// Reads the tests in `text`, the contents of `file`.
///
/// ```
/// use leaver::model::Schema;
/// use leaver::policy::tests_file::parse;
///
/// let tests = parse("acme.test.json", r#"[{"name": "staff stay", "as_of": "2026-11-22T09:00:00Z",
///     "user": {"employment": "staff"}, "expect": {"outcome": "keep"}}]"#, &Schema::default()).unwrap();
/// assert_eq!(tests[0].user.id().as_str(), "TESTUSER");
/// ```
///
/// # Errors
/// Everything in the file that is not in the format.
pub fn parse(file: &str, text: &str, schema: &Schema) -> Result<Vec<TestCase>, Vec<Diagnostic>> {
    let mut problems = Problems { file, found: Vec::new() };
    let tests = match Located::parse(text) {
        Ok(root) => read_tests(&root, schema, &mut problems),
        Err((place, message)) => {
            problems.add(place, message, None);
            Vec::new()
        }
    };
    if problems.found.is_empty() { Ok(tests) } else { Err(problems.found) }
}

/// Collects what is wrong with one file.
struct Problems<'a> {
    file: &'a str,
    found: Vec<Diagnostic>,
}

impl Problems<'_> {
    fn add(&mut self, place: Place, message: impl Into<String>, help: Option<String>) {
        let mut problem = Diagnostic::new(Code::TestFormat, message, self.file, place);
        problem.help = help;
        self.found.push(problem);
    }

    /// A key that is not in the format.
    fn unknown_key<'k>(&mut self, place: Place, key: &str, of: &str, known: impl Iterator<Item = &'k str>) {
        let help = suggest(key, known).map(|known| format!("did you mean `{known}`?"));
        self.add(place, format!("unknown {of} `{key}`"), help);
    }
}

fn read_tests(root: &Located<'_>, schema: &Schema, problems: &mut Problems<'_>) -> Vec<TestCase> {
    let Some(elements) = root.elements() else {
        problems.add(root.place(), "a test file is a list of tests: `[{…}, {…}]`", None);
        return Vec::new();
    };
    let mut tests: Vec<TestCase> = Vec::new();
    for element in elements {
        if invariant::is_invariant(&element) {
            continue;
        }
        let Some(test) = read_test(&element, schema, problems) else { continue };
        if tests.iter().any(|earlier| earlier.name == test.name) {
            let message = "two tests have the same name";
            problems.add(test.place, message, Some("give each test a name of its own".to_owned()));
        }
        tests.push(test);
    }
    tests
}

fn read_test(test: &Located<'_>, schema: &Schema, problems: &mut Problems<'_>) -> Option<TestCase> {
    let Some(members) = test.members() else {
        let message = "a test is an object with `name`, `as_of`, `user` and `expect`";
        problems.add(test.place(), message, None);
        return None;
    };
    reject_duplicates(&members, problems);
    let (mut name, mut as_of, mut time_zone, mut user, mut expect) = (None, None, None, None, None);
    for (key, value) in &members {
        match key.text.as_str() {
            "name" => match value.text() {
                Some(words) if !words.trim().is_empty() => name = Some(words),
                _ => problems.add(value.place(), "`name` says in words what the test shows", None),
            },
            "as_of" => {
                as_of = value.text().as_deref().and_then(parse_instant);
                if as_of.is_none() {
                    let help = "write it like \"2026-11-22T09:00:00Z\"".to_owned();
                    problems.add(value.place(), "`as_of` is not an RFC 3339 instant", Some(help));
                }
            }
            "time_zone" => match value.text().map(|text| text.parse::<Zone>()) {
                Some(Ok(zone)) => time_zone = Some(zone),
                Some(Err(error)) => problems.add(value.place(), error.to_string(), None),
                None => problems.add(value.place(), "`time_zone` is a text like \"Europe/Zurich\"", None),
            },
            "user" => user = user::read(value, schema, problems),
            "expect" => expect = expectation::read(value, problems),
            extension if extension.starts_with("x-") => {}
            unknown => problems.unknown_key(key.place, unknown, "key of a test", KEYS.iter().copied()),
        }
    }
    for required in ["name", "as_of", "user", "expect"] {
        if !members.iter().any(|(key, _)| key.text == required) {
            problems.add(test.place(), format!("the test has no `{required}`"), None);
        }
    }
    Some(TestCase {
        name: name?,
        file: problems.file.to_owned(),
        place: test.place(),
        as_of: as_of?,
        time_zone,
        user: user?,
        expect: expect?,
    })
}

fn reject_duplicates(members: &[(located::Key, Located<'_>)], problems: &mut Problems<'_>) {
    for (index, (key, _)) in members.iter().enumerate() {
        if members.iter().take(index).any(|(earlier, _)| earlier.text == key.text) {
            problems.add(key.place, format!("`{}` is given twice", key.text), None);
        }
    }
}

#[cfg(test)]
mod tests;
