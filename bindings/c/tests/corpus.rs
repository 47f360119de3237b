//! One corpus: every decision and plan of `tests/cases`, and the diagnostics of `tests/bad`, are the same bytes from
//! Rust, C and Python. One script tells both what to do. In C every decision and diagnostic is rebuilt from the accessors,
//! and every step and user of a plan is told by them; in Python decisions, plans and diagnostics go through the value classes.
//!
//! Python is asked if `LEAVER_PYTHON` names one that has the package: `cargo xtask python` does that.

mod toolchain;

#[path = "../../../tests/cases_support/mod.rs"]
#[allow(dead_code, reason = "also made for the tests of the core")]
mod cases_support;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use cases_support::{Case, Opened};
use leaver::directory::{Digest, Directory, Stream};
use leaver::model::{Fact, FieldType, Kind, Schema, User, Value, format_instant};
use leaver::plan::{Approvers, Guards, OpenWork, Plan, Recent, Request, With, plan};
use leaver::policy::{Names, Source, check};
use toolchain::{Language, compile, compilers, root, run};

/// What C is told to do, and what Rust says it must print.
#[derive(Default)]
struct Script {
    commands: String,
    expected: Vec<String>,
    decisions: usize,
    structures: usize,
    plans: usize,
    steps: usize,
    bad: usize,
}

/// The mark of lines that only C prints: what a device is told, as its system wants it.
const ONLY_C: &str = "C";

fn line(text: &mut String, words: &[&str]) {
    assert!(words.iter().all(|word| !word.contains(['\t', '\n'])), "{words:?}");
    text.push_str(&words.join("\t"));
    text.push('\n');
}

impl Script {
    fn tell(&mut self, words: &[&str]) {
        line(&mut self.commands, words);
    }

    fn case(&mut self, case: &Case) {
        let Opened { facts, evaluator } = case.open().unwrap_or_else(|why| panic!("{}: {why}", case.name));
        let path = |file: &str| case.path(file).display().to_string();
        self.tell(&["reset"]);
        let parts = case.path("directory");
        let directory = if parts.is_dir() { parts } else { case.path("directory.json") };
        let schema = evaluator.policy().schema().clone();
        match &facts.directory {
            Some(_) => self.tell(&["directory", &directory.display().to_string()]),
            None => self.tell(&["attributes", &attributes(&schema)]),
        }
        let folder = case.path("policy");
        self.tell(&["policy", &if folder.is_dir() { path("policy") } else { path("policy.rhai") }]);

        let as_of = &case.description.as_of;
        let complete = if evaluator.basis().complete { "1" } else { "0" };
        let zone = evaluator.basis().moment.zone().name().to_owned();
        if let Some(directory) = &facts.directory {
            self.tell(&["decider", as_of, "-", "0", "-"]);
            self.tell(&["all"]);
            let find = |id| directory.user(id).cloned();
            let mut decisions = Vec::new();
            for user in directory.users() {
                let decision = evaluator.decide_in(&find, user).expect("a decision");
                self.expected.push(format!("D\t{}", serde_json::to_string(&decision).expect("JSON")));
                decisions.push(decision);
            }
            self.decisions += decisions.len();
            if case.path("plan.json").is_file() {
                self.plan(case, directory, &evaluator, decisions);
            }
        } else {
            let lines = case.text("directory.ndjson");
            let edition =
                Stream::ndjson(lines.as_bytes(), "s").expect("a stream").header().subscription.edition;
            self.tell(&["decider", as_of, &zone, complete, edition.word()]);
            let rows = lines.lines().skip(1).filter(|line| !line.trim().is_empty());
            for (row, user) in rows.zip(&facts.users) {
                let Ok(user) = user else { continue };
                self.tell(&["json", row]);
                let decision = evaluator.decide(user).expect("a decision");
                self.expected.push(format!("D\t{}", serde_json::to_string(&decision).expect("JSON")));
                self.decisions += 1;
            }
        }
        // Once more from structures, and without a directory around the users.
        self.tell(&["decider", as_of, &zone, complete, "-"]);
        for user in facts.users.iter().flatten() {
            let mut commands = String::new();
            if structure(user, &schema, &mut commands) {
                self.commands += &commands;
                let decision = evaluator.decide(user).expect("a decision");
                self.expected.push(format!("D\t{}", serde_json::to_string(&decision).expect("JSON")));
                self.structures += 1;
            }
        }
    }

    fn plan(
        &mut self,
        case: &Case,
        directory: &Directory,
        evaluator: &leaver::policy::Evaluator,
        decisions: Vec<leaver::policy::Decision>,
    ) {
        let description = &case.description;
        let file = |name: &str| Some(case.path(name)).filter(|path| path.is_file());
        let guards = file("guards.toml").map_or_else(Guards::unlimited, |_| {
            Guards::from_toml("guards.toml", &case.text("guards.toml")).expect("guards")
        });
        let approvers = file("approvers.toml").map(|_| {
            Approvers::from_toml("approvers.toml", &case.text("approvers.toml"), directory)
                .expect("approvers")
        });
        let previous = description.previous.as_ref().map(|name| case.path(name));
        let read = previous.as_ref().map(|path| Directory::read(path, &mut |_| {}).expect("a directory"));
        let another = Digest::of(b"another plan");
        let mut open = OpenWork::none();
        for id in &description.open {
            open.insert(*id, another);
        }
        let recent = description.recent;
        let actor = description.actor.as_deref().expect("an actor");
        let made = plan(Request {
            approvers: approvers.as_ref(),
            previous: read.as_ref(),
            open: &open,
            recent: Recent {
                reversible: recent.reversible,
                withdraw: recent.withdraw,
                irreversible: recent.irreversible,
            },
            ..Request::new(directory, evaluator.policy(), decisions, evaluator.basis(), actor, &guards)
        });
        let told =
            |path: Option<&Path>| path.map_or_else(|| "-".to_owned(), |path| path.display().to_string());
        let ids: Vec<String> = description.open.iter().map(ToString::to_string).collect();
        self.tell(&[
            "plan",
            actor,
            &told(file("guards.toml").as_deref()),
            &told(file("approvers.toml").as_deref()),
            &told(previous.as_deref()),
            &another.to_string(),
            &if ids.is_empty() { "-".to_owned() } else { ids.join(",") },
            &recent.reversible.to_string(),
            &recent.withdraw.to_string(),
            &recent.irreversible.to_string(),
        ]);
        match made {
            Ok(plan) => {
                self.expected.push(format!("P\t{}", plan.to_json()));
                self.parts(&plan);
            }
            Err(refused) => self.expected.push(format!("R\t{}", refused.to_json())),
        }
        self.plans += 1;
    }

    /// What accessors tell of a plan, part by part: its steps, what devices are told, its users.
    fn parts(&mut self, plan: &Plan) {
        for batch in &plan.content().batches {
            for step in &batch.steps {
                let (text, id, configuration) = match &step.with {
                    None => (None, None, None),
                    Some(With::Text(text)) => (Some(text), None, None),
                    Some(With::Id(id)) => (None, Some(id), None),
                    Some(With::Configuration(configuration)) => (None, None, Some(configuration)),
                };
                let told = configuration.map(|told| (told.purpose, told.supply.clone()));
                let (purpose, supply) = told.unzip();
                let told = serde_json::json!([
                    step.number,
                    batch.number,
                    batch.kind,
                    batch.executor,
                    batch.privilege,
                    batch.reversible,
                    step.user,
                    step.target,
                    batch.not_before.map(format_instant),
                    step.effect_by.map(format_instant),
                    batch.waits_for,
                    text,
                    id,
                    purpose,
                    supply.unwrap_or_default(),
                ]);
                self.expected.push(format!("S\t{told}"));
                if let Some(configuration) = configuration {
                    let told = serde_json::json!([configuration.android().to_string(), configuration.ios()]);
                    self.expected.push(format!("{ONLY_C}\t{told}"));
                }
                self.steps += 1;
            }
        }
        for user in &plan.content().users {
            let (reason, exposure) = (user.reason.as_ref(), &user.exposure);
            let told = serde_json::json!([
                user.user,
                user.status,
                reason.map(|reason| &reason.code),
                reason.map(|reason| &reason.message),
                exposure.reads_until,
                exposure.writes_until,
                exposure.listed_until,
                user.steps.len(),
            ]);
            self.expected.push(format!("U\t{told}"));
        }
    }

    /// The bad policies, under the attributes, groups and lists of their own tests.
    fn bad_policies(&mut self, scratch: &Path) {
        let around = scratch.join("around.json");
        fs::write(&around, AROUND).expect("written");
        let directory = Directory::read(&around, &mut |_| {}).expect("a directory");
        self.tell(&["reset"]);
        self.tell(&["directory", &around.display().to_string()]);
        for path in files("tests/bad/policy", "rhai") {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).expect("a text");
            self.tell(&["compile", &name, &path.display().to_string()]);
            let names = Names::of(&directory);
            let checked = check(vec![Source::new(name, text)], directory.schema(), Some(&names));
            self.expected.push(format!("B\t{}", serde_json::to_string(&checked.diagnostics).expect("JSON")));
            self.bad += 1;
        }
    }

    /// The bad directories; streams are not read by C.
    fn bad_directories(&mut self) {
        self.tell(&["reset"]);
        let folder = root().join("tests/bad/directory");
        let mut cases: Vec<_> =
            fs::read_dir(folder).expect("cases").map(|case| case.expect("one").path()).collect();
        cases.sort();
        for case in cases {
            for input in ["input.json", "input"].map(|name| case.join(name)) {
                if !input.exists() {
                    continue;
                }
                let found = Directory::read(&input, &mut |_| {}).expect_err("a bad directory");
                self.tell(&["read", &input.display().to_string()]);
                self.expected.push(format!("B\t{}", serde_json::to_string(&found).expect("JSON")));
                self.bad += 1;
            }
        }
    }

    /// The bad settings and open plans, for a plan of the company of their own tests.
    fn bad_settings(&mut self, scratch: &Path) {
        let (around, policy) = (root().join("tests/bad/settings_around.json"), scratch.join("settings.rhai"));
        fs::write(&policy, "/// Nothing.\nfn nothing(user) { keep() }\n").expect("written");
        let directory = Directory::read(&around, &mut |_| {}).expect("a directory");
        self.tell(&["reset"]);
        self.tell(&["directory", &around.display().to_string()]);
        self.tell(&["policy", &policy.display().to_string()]);
        self.tell(&["decider", "2026-11-22T09:00:00Z", "-", "0", "-"]);
        let folder = root().join("tests/bad/settings");
        let mut cases: Vec<_> =
            fs::read_dir(folder).expect("cases").map(|case| case.expect("one").path()).collect();
        cases.sort();
        for (case, name) in cases
            .iter()
            .flat_map(|case| ["guards.toml", "approvers.toml", "plan.json"].map(|name| (case, name)))
        {
            // An empty text is none for C.
            let Some(text) = fs::read_to_string(case.join(name)).ok().filter(|text| !text.is_empty()) else {
                continue;
            };
            let found = match name {
                "guards.toml" => Guards::from_toml(name, &text).err(),
                "approvers.toml" => Approvers::from_toml(name, &text, &directory).err(),
                _ => {
                    OpenWork::none().add_plan("open_plans[0]", text.as_bytes()).err().map(|found| vec![found])
                }
            };
            self.tell(&["settings", name, &case.join(name).display().to_string()]);
            let found = found.expect("bad settings");
            self.expected.push(format!("B\t{}", serde_json::to_string(&found).expect("JSON")));
            self.bad += 1;
        }
    }
}

/// The attributes, groups and lists of `tests/bad/schema.rs`.
const AROUND: &str = r#"{"subscription": {"id": "acme", "edition": "enterprise", "time_zone": "UTC"},
    "taken_at": "2026-11-22T08:00:00Z", "complete": true, "users": [],
    "attributes": {"notice_days": "integer", "cost_center": "text?", "vip": "bool?",
                   "site": {"one_of": ["zurich", "berlin"]}, "contract_end": "date?", "projects": "list of text"},
    "groups": [{"id": "g1", "name": "Sales", "members": []}], "lists": [{"id": "l1", "name": "All hands", "members": []}]}"#;

fn files(folder: &str, extension: &str) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(root().join(folder)).expect("a folder");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|found| found == extension));
    files.sort();
    files
}

/// The attributes of a schema, as a directory declares them.
fn attributes(schema: &Schema) -> String {
    let declared = |ty: &FieldType| match &ty.kind {
        Kind::OneOf(set) => {
            let words: Vec<&str> = set.words.iter().map(|word| &**word).collect();
            serde_json::json!({"one_of": words, "optional": ty.optional})
        }
        _ => ty.to_string().into(),
    };
    let all: serde_json::Map<String, serde_json::Value> = schema
        .attributes()
        .map(|slot| (schema.name(slot).to_owned(), declared(schema.field_type(slot))))
        .collect();
    serde_json::Value::Object(all).to_string()
}

/// The commands that fill in a structure with a user, and decide. False for texts that cannot stand in a script.
fn structure(user: &User, schema: &Schema, commands: &mut String) -> bool {
    for slot in schema.slots() {
        let (name, is_field) = (schema.name(slot), schema.field(slot).is_some());
        let mut words: Vec<String> = Vec::new();
        match (user.fact(slot), is_field) {
            (Fact::Unknown, _) => continue,
            (Fact::Absent, true) => words.extend(["text".into(), name.into(), String::new()]),
            (Fact::Absent, false) => words.extend(["attribute".into(), name.into(), "1".into()]),
            (Fact::Known(Value::Bool(value)), true) => {
                words.extend(["known".into(), name.into(), (1 + i32::from(*value)).to_string()]);
            }
            (Fact::Known(Value::Bool(value)), false) => {
                words.extend(["attribute".into(), name.into(), "2".into(), i32::from(*value).to_string()]);
            }
            (Fact::Known(Value::Int(value)), _) => {
                words.extend(["attribute".into(), name.into(), "3".into(), value.to_string()]);
            }
            (Fact::Known(Value::Texts(texts)), is_field) => {
                words.push(if is_field { "list" } else { "attribute" }.into());
                words.push(name.into());
                words.extend((!is_field).then(|| "5".to_owned()));
                words.extend(texts.iter().map(ToString::to_string));
            }
            (Fact::Known(value), is_field) => {
                words.push(if is_field { "text" } else { "attribute" }.into());
                words.push(name.into());
                words.extend((!is_field).then(|| "4".to_owned()));
                words.push(value.to_json().as_str().expect("a text").to_owned());
            }
        }
        if words.iter().any(|word| word.contains(['\t', '\n'])) {
            return false;
        }
        line(commands, &words.iter().map(String::as_str).collect::<Vec<_>>());
    }
    line(commands, &["decide"]);
    true
}

/// Whether a program that obeys the script prints what Rust says.
fn compare(program: &mut Command, expected: &[&String], path: &Path) {
    let output = run(program.arg(path));
    let printed = String::from_utf8(output.stdout).expect("UTF-8");
    let printed: Vec<&str> = printed.lines().collect();
    let mut differences = String::new();
    for (at, (found, expected)) in printed.iter().zip(expected).enumerate() {
        if found != *expected && differences.len() < 4_000 {
            writeln!(differences, "{at}:\n  expected {expected}\n  found    {found}").expect("memory");
        }
    }
    assert!(differences.is_empty(), "{program:?}\n{differences}");
    assert_eq!(printed.len(), expected.len(), "{program:?}");
}

/// The program in C.
fn c() -> Command {
    let compilers = compilers();
    Command::new(compile(compilers.first().expect("a compiler"), Language::C99, "corpus.c", &[]))
}

/// The program in Python, where there is one with the package.
fn python() -> Option<Command> {
    let mut python = Command::new(std::env::var_os("LEAVER_PYTHON")?);
    python.arg(root().join("python/tests/corpus.py"));
    Some(python)
}

#[test]
fn rust_c_and_python_say_the_same() {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join("corpus");
    fs::create_dir_all(&scratch).expect("a folder");
    let mut script = Script::default();
    let cases = Case::all();
    for case in &cases {
        script.case(case);
    }
    script.bad_policies(&scratch);
    script.bad_directories();
    script.bad_settings(&scratch);
    let path = scratch.join("script.txt");
    fs::write(&path, &script.commands).expect("written");
    compare(&mut c(), &script.expected.iter().collect::<Vec<_>>(), &path);
    let python = python();
    let who = if python.is_some() { "Rust, C and Python" } else { "Rust and C (Python was not asked)" };
    if let Some(mut python) = python {
        let is_told = |line: &&String| !line.starts_with(&format!("{ONLY_C}\t"));
        compare(&mut python, &script.expected.iter().filter(is_told).collect::<Vec<_>>(), &path);
    }
    let Script { decisions, structures, plans, steps, bad, .. } = script;
    println!(
        "{} cases: {decisions} decisions, {structures} more from structures, {plans} plans with {steps} steps; {bad} bad files: \
         the same bytes from {who}",
        cases.len()
    );
    assert!(decisions >= 400 && structures >= 400 && plans >= 60 && steps >= 300 && bad >= 700);
}
