//! The shared cases: a policy, a directory and the decisions that follow, one folder each.
//!
//! The expected decisions were derived by hand from the design and the formats, never copied from a
//! run. Decisions are compared as JSON text, byte by byte, so that names, order of keys and forms of
//! values are part of what is tested. `tests/cases/README.md` says how a case is made.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use leaver::diagnostic::Diagnostic;
use leaver::directory::{BadRecord, Directory, Stream};
use leaver::model::{Field, Id, Moment, Schema, Slot, Subscription, User, parse_instant};
use leaver::policy::{
    Basis, Decision, Evaluator, Explanation, HoldCode, Names, Overruled, Part, Told, check, load_sources,
};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// What a case says of itself: `case.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    about: String,
    platform: Vec<u8>,
    design: String,
    as_of: String,
}

struct Case {
    folder: PathBuf,
    name: String,
    description: Description,
}

impl Case {
    fn all() -> Vec<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
        let entries = fs::read_dir(&root).expect("the folder of cases");
        let mut folders: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
        folders.retain(|path| path.is_dir());
        folders.sort();
        folders.into_iter().map(Self::read).collect()
    }

    fn read(folder: PathBuf) -> Self {
        let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
        let text = read(&folder.join("case.json"));
        let description =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}/case.json: {error}"));
        Self { folder, name, description }
    }

    fn policy(&self) -> PathBuf {
        let folder = self.folder.join("policy");
        if folder.is_dir() { folder } else { self.folder.join("policy.rhai") }
    }

    /// The expected decisions: each as compact JSON, its keys in the order written.
    fn expected(&self) -> Vec<String> {
        let text = read(&self.folder.join("expected.json"));
        let decisions: Vec<&RawValue> = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{}/expected.json: {error}", self.name));
        decisions.into_iter().map(|decision| compact(decision.get())).collect()
    }

    /// Everything the library needs to decide, or why the case cannot be run.
    fn open(&self) -> Result<Opened, String> {
        let told = |diagnostics: Vec<Diagnostic>| {
            diagnostics.iter().fold(String::new(), |text, diagnostic| format!("{text}\n      {diagnostic}"))
        };
        let facts = Facts::read(&self.folder).map_err(told)?;
        let sources = load_sources(&self.policy()).map_err(told)?;
        let checked = check(sources, &facts.schema, facts.names.as_ref());
        let policy = checked.policy.ok_or_else(|| told(checked.diagnostics))?;
        if let Some(directory) = &facts.directory {
            let missing = policy.missing_fields(&|slot: Slot| directory.provides(slot));
            if !missing.is_empty() {
                return Err(told(missing));
            }
        }
        let as_of = parse_instant(&self.description.as_of).ok_or("`as_of` is no instant")?;
        let moment =
            Moment::new(as_of, facts.subscription.time_zone.clone()).map_err(|error| error.to_string())?;
        let evaluator = policy
            .evaluator(Basis::new(moment, facts.complete))
            .map_err(|diagnostic| diagnostic.to_string())?;
        Ok(Opened { facts, evaluator })
    }
}

/// The users of a case, from a directory or from a stream.
struct Facts {
    directory: Option<Directory>,
    subscription: Subscription,
    complete: bool,
    schema: Arc<Schema>,
    names: Option<Names>,
    users: Vec<Result<User, BadRecord>>,
}

impl Facts {
    fn read(folder: &Path) -> Result<Self, Vec<Diagnostic>> {
        let stream = folder.join("directory.ndjson");
        if stream.is_file() {
            let file = BufReader::new(File::open(stream).expect("the stream"));
            return Stream::ndjson(file, "directory.ndjson").map(Self::of_stream);
        }
        let parts = folder.join("directory");
        let path = if parts.is_dir() { parts } else { folder.join("directory.json") };
        Directory::read(&path, &mut |_| {}).map(Self::of_directory)
    }

    fn of_stream(stream: Stream<BufReader<File>>) -> Self {
        let header = stream.header().clone();
        Self {
            directory: None,
            subscription: header.subscription,
            complete: header.complete,
            schema: header.schema,
            names: None,
            users: stream.collect(),
        }
    }

    fn of_directory(directory: Directory) -> Self {
        let groups = directory.groups().iter().map(|group| (group.id.clone(), group.name.clone()));
        let lists = directory.lists().iter().map(|list| (list.id.clone(), list.name.clone()));
        Self {
            subscription: directory.subscription().clone(),
            complete: directory.is_complete(),
            schema: directory.schema().clone(),
            names: Some(Names { groups: groups.collect(), lists: lists.collect() }),
            users: directory.users().iter().cloned().map(Ok).collect(),
            directory: Some(directory),
        }
    }

    fn successor(&self, id: Id) -> Option<User> {
        self.directory.as_ref()?.user(id).cloned()
    }
}

struct Opened {
    facts: Facts,
    evaluator: Evaluator,
}

impl Opened {
    fn decide(&self, user: &Result<User, BadRecord>) -> Decision {
        let decided = match user {
            Err(bad) => {
                let first = bad.diagnostics.first().expect("a bad record says what is wrong with it");
                return Decision::invalid_record(bad.id, first.message.clone());
            }
            Ok(user) if self.facts.directory.is_some() => {
                self.evaluator.decide_in(&|id| self.facts.successor(id), user)
            }
            Ok(user) => self.evaluator.decide(user),
        };
        decided.expect("a case takes no longer than the patience")
    }

    fn explain(&self, user: &User) -> Explanation {
        let successor = |id: Id| self.facts.successor(id);
        let explained = match &self.facts.directory {
            Some(_) => self.evaluator.explain(Some(&successor), user),
            None => self.evaluator.explain(None, user),
        };
        explained.expect("a case takes no longer than the patience")
    }
}

#[test]
fn every_case_is_decided_exactly_as_expected() {
    let cases = Case::all();
    let (mut failures, mut users) = (String::new(), 0);
    for case in &cases {
        match differences(case) {
            Ok((decided, differences)) => {
                users += decided;
                if !differences.is_empty() {
                    writeln!(failures, "  {}: {}{differences}", case.name, case.description.about).unwrap();
                }
            }
            Err(why) => writeln!(failures, "  {} cannot be run: {why}", case.name).unwrap(),
        }
    }
    println!("{} cases, {users} users", cases.len());
    assert!(failures.is_empty(), "\n{failures}");
    assert!(cases.len() >= 60, "only {} cases", cases.len());
}

/// How many users a case has, and where their decisions are others than expected.
fn differences(case: &Case) -> Result<(usize, String), String> {
    let opened = case.open()?;
    let expected = case.expected();
    let users = &opened.facts.users;
    let mut text = String::new();
    if users.len() != expected.len() {
        write!(text, "\n    {} decisions expected, {} users found", expected.len(), users.len()).unwrap();
    }
    for (user, expected) in users.iter().zip(&expected) {
        let mut decision = opened.decide(user);
        if let Some(hold) = &mut decision.hold {
            if hold.message.is_empty() {
                write!(text, "\n    {:?}: the hold says nothing", decision.user).unwrap();
            }
            if let Some(repeated) = user.as_ref().ok().and_then(|user| personal_data_in(&hold.message, user))
            {
                write!(text, "\n    {:?}: the hold repeats `{repeated}`", decision.user).unwrap();
            }
            if expected.contains(r#""message":"*""#) {
                "*".clone_into(&mut hold.message);
            }
        }
        let found = serde_json::to_string(&decision).expect("a decision is JSON");
        text.push_str(&difference(expected, &found));
    }
    Ok((users.len(), text))
}

/// The name of a personal field of which `text` repeats the value.
fn personal_data_in(text: &str, user: &User) -> Option<&'static str> {
    Field::ALL
        .iter()
        .filter(|field| field.info().personal)
        .find(|field| user.text(**field).is_some_and(|value| text.contains(value)))
        .map(|field| field.name())
}

/// The keys in which two decisions differ, or that they have the same in another order.
fn difference(expected: &str, found: &str) -> String {
    if expected == found {
        return String::new();
    }
    let parse = |text: &str| serde_json::from_str::<Value>(text).expect("a decision is JSON");
    let (wanted, got) = (parse(expected), parse(found));
    let keys =
        |value: &Value| value.as_object().into_iter().flat_map(|object| object.keys().cloned()).collect();
    let (mut all, more): (BTreeSet<String>, BTreeSet<String>) = (keys(&wanted), keys(&got));
    all.extend(more);
    let mut text = format!("\n    {}", wanted["user"]);
    let differing: Vec<_> = all.into_iter().filter(|key| wanted.get(key) != got.get(key)).collect();
    for key in &differing {
        let [wanted, got] = [&wanted, &got]
            .map(|value| value.get(key).map_or_else(|| "no such key".to_owned(), Value::to_string));
        write!(text, "\n      {key}\n        expected {wanted}\n        found    {got}").unwrap();
    }
    if differing.is_empty() {
        write!(text, "\n      keys in another order\n        expected {expected}\n        found    {found}")
            .unwrap();
    }
    text
}

/// Explanations come from another evaluator than decisions; what it says of each rule must lead to
/// the decision that the interpreter led to.
#[test]
fn every_explanation_tells_the_answers_that_led_to_the_decision() {
    let mut failures = String::new();
    let mut rules = 0;
    for case in Case::all() {
        let opened = case.open().unwrap_or_else(|why| panic!("{} cannot be run: {why}", case.name));
        for user in opened.facts.users.iter().flatten() {
            let decision = opened.decide(&Ok(user.clone()));
            let explanation = opened.explain(user);
            rules += explanation.rules.len();
            if let Err(why) = agrees(&explanation, &decision) {
                writeln!(failures, "  {} {}: {why}", case.name, user.id()).unwrap();
            }
        }
    }
    println!("{rules} answers explained");
    assert!(failures.is_empty(), "\n{failures}");
}

fn agrees(explanation: &Explanation, decision: &Decision) -> Result<(), String> {
    if explanation.decision != *decision {
        return Err("another decision".to_owned());
    }
    let code = decision.hold.as_ref().map(|hold| hold.code);
    if matches!(code, Some(HoldCode::Unmatched | HoldCode::Contradiction)) {
        return if explanation.rules.iter().all(|rule| rule.part != Part::Decides) {
            Ok(())
        } else {
            Err("a rule decides where none runs".to_owned())
        };
    }
    let failed = explanation.rules.iter().find(|rule| matches!(rule.answer, Told::Error(_)));
    if let Some(failed) = failed {
        let named = decision.hold.as_ref().and_then(|hold| hold.rule.as_deref());
        return if named == Some(&*failed.rule) {
            Ok(())
        } else {
            Err(format!("`{}` fails, {named:?} is named", failed.rule))
        };
    }
    let mut actions = explanation.rules.iter().filter_map(|rule| match &rule.answer {
        Told::Action(action) => Some((rule, action)),
        _ => None,
    });
    let winner = actions.next().map(|(rule, _)| rule.rule.clone());
    if winner != decision.rule {
        return Err(format!("{winner:?} acts first, {:?} is named", decision.rule));
    }
    let overruled: Vec<Overruled> =
        actions.map(|(rule, action)| Overruled { rule: rule.rule.clone(), action: action.verb }).collect();
    if overruled != decision.overruled {
        return Err(format!("{overruled:?} act later, {:?} are named", decision.overruled));
    }
    for vetoed in &decision.vetoed {
        let forbids = explanation.rules.iter().any(|rule| {
            let named = vetoed.rule.as_ref() == Some(&rule.rule);
            named && matches!(&rule.answer, Told::Veto { forbidden } if forbidden.contains(&vetoed.action))
        });
        if vetoed.rule.is_some() && !forbids {
            return Err(format!("{vetoed:?} and no such veto"));
        }
    }
    for rule in &explanation.rules {
        if let Told::Obligations { obligations } = &rule.answer
            && !obligations.iter().all(|obligation| decision.obligations.contains(obligation))
        {
            return Err(format!("`{}` obliges, and the decision does not", rule.rule));
        }
    }
    Ok(())
}

/// Each fact of the platform is either shown by a case, or the readme says why no decision can show it.
#[test]
fn every_fact_of_the_platform_has_a_case_or_a_reason() {
    let shown: BTreeSet<u8> = Case::all().iter().flat_map(|case| case.description.platform.clone()).collect();
    let readme = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/README.md"));
    let excused: BTreeSet<u8> =
        readme.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next()?.parse().ok()).collect();
    let both: Vec<&u8> = shown.intersection(&excused).collect();
    assert!(both.is_empty(), "shown by a case and excused: {both:?}");
    let neither: Vec<u8> = (1..=28).filter(|row| !shown.contains(row) && !excused.contains(row)).collect();
    assert!(neither.is_empty(), "neither shown nor excused: {neither:?}");
}

/// Each way a rule can answer and each of the five rules of combination has a case that says so.
#[test]
fn every_sentence_of_the_combination_has_a_case() {
    let cases = Case::all();
    let sentences = [
        "A rule answers with nothing",
        "An action",
        "obligation (`also`)",
        "1. ",
        "2. ",
        "3. ",
        "4. ",
        "5. ",
    ];
    for sentence in sentences {
        assert!(
            cases.iter().any(|case| case.description.design.contains(sentence)),
            "no case for {sentence:?}"
        );
    }
    for case in &cases {
        assert!(case.description.about.ends_with('.'), "{}: `about` is a sentence", case.name);
        assert!(!case.description.design.is_empty(), "{}: which sentence does it prove?", case.name);
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// JSON without the white space between its parts.
fn compact(text: &str) -> String {
    let (mut within_text, mut escaped) = (false, false);
    let keep = |letter: &char| {
        let kept = within_text || !letter.is_ascii_whitespace();
        if *letter == '"' && !escaped {
            within_text = !within_text;
        }
        escaped = *letter == '\\' && !escaped;
        kept
    };
    text.chars().filter(keep).collect()
}
