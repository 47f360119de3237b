//! The shared cases that expect a plan: a policy, a directory, an administrator, and the plan or the refusal
//! that follows, one folder each.
//!
//! The expected plans were derived by hand from the facts of the platform, never copied from a run. Only what
//! they name is compared. `tests/cases/README.md` says how a case is made.

mod cases_support;
mod figures;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt::Write as _;

use cases_support::{Case, Opened, assert_every_fact_is_shown_or_excused, told};
use leaver::diagnostic::Code;
use leaver::directory::{Digest, Directory};
use leaver::model::parse_instant;
use leaver::plan::{
    Approvers, Guards, NoPlan, OpenWork, Plan, PlanRefused, Recent, Request, Status, StepKind, plan,
    plan_watched,
};
use leaver::policy::{Basis, Source, check};
use serde_json::Value;

/// What is made of a case: a plan, or why there is none.
type Made = Result<Plan, PlanRefused>;

fn expected(case: &Case) -> Value {
    let text = case.text("plan.json");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}/plan.json: {error}", case.name))
}

/// Plans a case, or says why it cannot be run. With it comes how many users it has.
fn make(case: &Case) -> Result<(usize, Made), String> {
    let Opened { facts, evaluator } = case.open()?;
    let directory = facts.directory.as_ref().ok_or("a stream cannot be planned")?;
    let decided: Result<Vec<_>, _> = evaluator.decide_directory(directory).collect();
    let decisions = decided.map_err(|error| error.to_string())?;
    let guards = if case.path("guards.toml").is_file() {
        Guards::from_toml("guards.toml", &case.text("guards.toml")).map_err(told)?
    } else {
        Guards::unlimited()
    };
    let approvers = case.path("approvers.toml").is_file().then(|| case.text("approvers.toml"));
    let approvers = approvers.map(|text| Approvers::from_toml("approvers.toml", &text, directory));
    let approvers = approvers.transpose().map_err(told)?;
    let previous = case.description.previous.as_ref();
    let previous = previous.map(|file| Directory::read(&case.path(file), &mut |_| {}));
    let previous = previous.transpose().map_err(told)?;
    let mut open = OpenWork::none();
    for id in &case.description.open {
        open.insert(*id, Digest::of(b"another plan"));
    }
    let recent = case.description.recent;
    let actor = case.description.actor.as_deref().ok_or("no actor")?;
    let request = Request {
        approvers: approvers.as_ref(),
        previous: previous.as_ref(),
        open: &open,
        recent: Recent {
            reversible: recent.reversible,
            withdraw: recent.withdraw,
            irreversible: recent.irreversible,
        },
        ..Request::new(directory, evaluator.policy(), decisions, evaluator.basis(), actor, &guards)
    };
    let made = plan(request.clone());
    stopped_wherever_it_is_asked(&request, &made);
    Ok((facts.users.len(), made))
}

/// Wherever whoever watches says no there is no plan; and watching changes nothing.
fn stopped_wherever_it_is_asked(request: &Request<'_>, made: &Made) {
    let asked = Cell::new(0_usize);
    let count = || {
        asked.set(asked.get() + 1);
        true
    };
    let watched = plan_watched(request.clone(), &count);
    assert_eq!(watched, made.clone().map_err(NoPlan::from));
    for first in 0..asked.get() {
        let more = Cell::new(first);
        let go_on = || more.replace(more.get().saturating_sub(1)) > 0;
        assert_eq!(plan_watched(request.clone(), &go_on), Err(NoPlan::Stopped), "after {first}");
    }
}

#[test]
fn every_case_is_planned_exactly_as_expected() {
    let cases = Case::with("plan.json");
    let (mut failures, mut users) = (String::new(), 0);
    for case in &cases {
        let differences = match make(case) {
            Ok((count, made)) => {
                users += count;
                difference(&expected(case), &made)
            }
            Err(why) => format!("\n    cannot be run: {why}"),
        };
        if !differences.is_empty() {
            writeln!(failures, "  {}: {}{differences}", case.name, case.description.about).unwrap();
        }
    }
    println!("{} plan cases, {users} users", cases.len());
    assert!(failures.is_empty(), "\n{failures}");
    assert!(cases.len() >= 60, "only {} cases", cases.len());
}

/// Every plan of the corpus, carried out on the simulated platform to its end: each step comes to a final state, no ID is
/// ended twice, and none that was given up comes back.
#[cfg(feature = "apply")]
#[test]
fn every_plan_of_the_corpus_can_be_carried_out() {
    use leaver::apply::simulator::{Faults, Simulator, World};
    use leaver::apply::{Engine, Entry, Event, FileJournal, Journal as _, Pace, Paper, Run};

    let folder = tempfile::tempdir().expect("a folder");
    let (mut plans, mut steps) = (0, 0);
    for case in &Case::with("plan.json") {
        let Ok((_, Ok(plan))) = make(case) else { continue };
        let facts = case.open().expect("a case").facts;
        let directory = facts.directory.as_ref().expect("a directory");
        let paper = Paper::read("plan.json", plan.to_json().as_bytes()).expect(&case.name);
        let mut simulator = Simulator::new(World::of(directory), Faults::none());
        let mut now = paper.as_of();
        let path = folder.path().join(&case.name);
        let mut journal = FileJournal::open(&path, now).expect("a journal");
        let accepted = Event::Accepted {
            directory: *paper.directory(),
            policy: *paper.policy(),
            counts: paper.counts(),
            steps: u32::try_from(paper.steps().len()).expect("few steps"),
        };
        let accepted = Entry { at: now, actor: None, plan: Some(*paper.digest()), event: accepted };
        journal.record(vec![accepted]).expect("a record");
        let mut rounds = 0;
        let work = loop {
            let mut engine =
                Engine::new(&paper, &mut journal, &mut simulator, Pace::default()).expect(&case.name);
            let run = engine.run(&mut || now, &mut |_, _| true).expect(&case.name);
            rounds += 1;
            match run {
                Run::Waiting { until } if rounds < 100 => now = until,
                Run::Finished => break engine.work().clone(),
                other => panic!("{}: {other:?} after {rounds} rounds", case.name),
            }
        };
        assert!(work.steps().iter().all(|standing| standing.is_done()), "{}: {:?}", case.name, work.steps());
        for (id, account) in &simulator.world().users {
            assert!(account.ended <= 1 && account.reappeared == 0, "{}: {id}: {account:?}", case.name);
        }
        plans += 1;
        steps += paper.steps().len();
    }
    figures::figure("plans of the corpus carried out to their end", &format!("{plans}, with {steps} steps"));
    assert!(plans >= 60, "only {plans} plans");
}

/// Where what was made is not what is expected.
fn difference(expected: &Value, made: &Made) -> String {
    let found = match made {
        Ok(plan) => plan.to_json(),
        Err(refused) => refused.to_json(),
    };
    let found: Value = serde_json::from_str(&found).expect("what is handed out is JSON");
    let mut text = String::new();
    compare("", expected, &found, &mut text);
    match (expected.get("refusals"), found.get("refusals")) {
        (None, Some(refusals)) => write!(text, "\n    refused: {refusals}").unwrap(),
        (Some(_), None) => text.push_str("\n    not refused"),
        _ => {}
    }
    text
}

/// Compares what `expected` names: objects key by key, lists element by element, except that of users and of
/// guards only those of interest need be named. `"*"` stands for any text that is not empty, `"*word*"` for any in
/// which the word occurs.
fn compare(path: &str, expected: &Value, found: &Value, text: &mut String) {
    match (expected, found) {
        (Value::Object(wanted), Value::Object(got)) => {
            for (key, wanted) in wanted {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                match got.get(key) {
                    Some(got) => compare(&path, wanted, got, text),
                    None => write!(text, "\n    {path}: no such key").unwrap(),
                }
            }
        }
        (Value::Array(wanted), Value::Array(got)) => {
            let name = match path {
                "users" => Some("user"),
                "guards" => Some("guard"),
                _ => None,
            };
            if let Some(name) = name {
                for wanted in wanted {
                    let named = got.iter().find(|got| got[name] == wanted[name]);
                    let path = format!("{path}[{}]", wanted[name].as_str().unwrap_or("?"));
                    compare(&path, wanted, named.unwrap_or(&Value::Null), text);
                }
            } else if wanted.len() == got.len() {
                for (index, (wanted, got)) in wanted.iter().zip(got).enumerate() {
                    compare(&format!("{path}[{index}]"), wanted, got, text);
                }
            } else {
                write!(text, "\n    {path}: {} expected, {} found", wanted.len(), got.len()).unwrap();
                different(path, expected, found, text);
            }
        }
        (Value::String(pattern), Value::String(got)) if matches(pattern, got) => {}
        _ if expected == found => {}
        _ => different(path, expected, found, text),
    }
}

fn matches(pattern: &str, text: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some("") => !text.is_empty(),
        Some(rest) if rest.ends_with('*') => text.contains(rest.trim_end_matches('*')),
        _ => pattern == text,
    }
}

fn different(path: &str, expected: &Value, found: &Value, text: &mut String) {
    write!(text, "\n    {path}\n      expected {expected}\n      found    {found}").unwrap();
}

/// The comparison itself: each kind of difference is seen, and what is not named is not compared.
#[test]
fn a_difference_of_each_kind_is_seen() {
    let found = serde_json::json!({
        "users": [{"user": "A", "steps": [1, 2], "reason": null}, {"user": "B", "steps": []}],
        "batches": [{"n": 1, "waits_for": [], "not_before": "x"}],
        "guards": [{"guard": "g", "value": 2}], "hazards": [{"message": "m"}]
    });
    let differs = |expected: Value| {
        let mut text = String::new();
        compare("", &expected, &found, &mut text);
        !text.is_empty()
    };
    let same = serde_json::json!({
        "users": [{"user": "B", "steps": []}], "guards": [], "hazards": [{"message": "*"}],
        "batches": [{"waits_for": [], "not_before": "x"}]
    });
    assert!(!differs(same), "a part of it");
    for other in [
        serde_json::json!({"users": [{"user": "C"}]}),
        serde_json::json!({"users": [{"user": "A", "steps": [2, 1]}]}),
        serde_json::json!({"users": [{"user": "A", "steps": [1]}]}),
        serde_json::json!({"users": [{"user": "A", "reason": {"code": "L0402"}}]}),
        serde_json::json!({"users": [{"user": "A", "stauts": "held"}]}),
        serde_json::json!({"batches": []}),
        serde_json::json!({"batches": [{"not_before": null}]}),
        serde_json::json!({"batches": [{"waits_for": [1]}]}),
        serde_json::json!({"guards": [{"guard": "g", "value": 3}]}),
        serde_json::json!({"guards": [{"guard": "h"}]}),
        serde_json::json!({"hazards": []}),
        serde_json::json!({"hazards": [{"message": "another"}]}),
        serde_json::json!({"hazards": [{"code": "*"}]}),
        serde_json::json!({"hazards": [{"code": null}]}),
        serde_json::json!({"hazards": [{"message": "*word*"}]}),
        serde_json::json!({"refusals": [{"code": "L0301"}]}),
    ] {
        assert!(differs(other.clone()), "{other}");
    }
}

/// The digest is that of the JSON without it, which is canonical: anybody can check it.
#[test]
fn every_digest_is_that_of_the_canonical_json() {
    for case in Case::with("plan.json") {
        let Ok((_, Ok(plan))) = make(&case) else { continue };
        let (text, digest) = (plan.to_json(), plan.digest().to_string());
        let key = format!(",\"digest\":\"{digest}\"");
        assert_eq!(text.matches(&key).count(), 1, "{}", case.name);
        assert_eq!(Digest::of(text.replace(&key, "").as_bytes()), *plan.digest(), "{}", case.name);
        let value: Value = serde_json::from_str(&text).expect("a plan is JSON");
        let canonical = serde_json_canonicalizer::to_string(&value).expect("a plan has a canonical form");
        assert!(text == canonical, "{}: the keys are not in order", case.name);
    }
}

/// A case that names too little would prove nothing.
#[test]
fn every_case_names_what_a_plan_is_about() {
    let demand = |case: &str, value: &Value, keys: &[&str]| {
        for key in keys {
            assert!(value.get(key).is_some(), "{case}: `{key}` is missing in {value}");
        }
    };
    for case in Case::with("plan.json") {
        let (name, plan) = (&case.name, expected(&case));
        for refusal in every(&plan, "refusals") {
            demand(name, refusal, &["code", "guard", "limit", "value"]);
        }
        if plan.get("refusals").is_none() {
            demand(name, &plan, &["users", "batches", "hazards"]);
        }
        for user in every(&plan, "users") {
            demand(name, user, &["user", "status", "reason", "steps", "exposure"]);
            demand(name, &user["exposure"], &["reads_until", "writes_until", "listed_until"]);
        }
        for batch in every(&plan, "batches") {
            demand(name, batch, &["kind", "not_before", "waits_for", "steps", "api_calls"]);
            for step in every(batch, "steps") {
                demand(name, step, &["user", "target", "effect_by"]);
            }
        }
        for hazard in every(&plan, "hazards") {
            demand(name, hazard, &["code", "user", "holds"]);
        }
    }
}

/// The elements of the list under a key, none if there is none.
fn every<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

/// Every hazard, refusal and reason that a code stands for, every kind of step, status and executor.
#[test]
fn every_code_kind_and_status_has_a_case() {
    let mut seen = BTreeSet::from([IN_CODE.as_str().to_owned()]);
    let mut note = |value: &Value| {
        seen.extend(value.as_str().map(str::to_owned));
    };
    for plan in Case::with("plan.json").iter().map(expected) {
        every(&plan, "refusals").for_each(|refusal| note(&refusal["code"]));
        every(&plan, "hazards").for_each(|hazard| note(&hazard["code"]));
        for user in every(&plan, "users") {
            note(&user["status"]);
            note(&user["reason"]["code"]);
        }
        for batch in every(&plan, "batches") {
            note(&batch["kind"]);
            if let Some(kind) = StepKind::ALL.iter().find(|kind| batch["kind"] == kind.word()) {
                note(&kind.executor().word().into());
            }
        }
    }
    let codes = Code::ALL.iter().map(|code| code.as_str());
    let codes = codes.filter(|code| ["L02", "L03", "L04"].iter().any(|part| code.starts_with(part)));
    let kinds = StepKind::ALL.iter().flat_map(|kind| [kind.word(), kind.executor().word()]);
    let all = codes.chain(kinds).chain(Status::ALL.iter().map(|status| status.word()));
    let missing: BTreeSet<&str> = all.filter(|word| !seen.contains(*word)).collect();
    assert!(missing.is_empty(), "without a case: {missing:?}");
}

/// Each fact of the platform is either shown by a case, or the readme says why no plan can show it.
#[test]
fn every_fact_of_the_platform_has_a_plan_or_a_reason() {
    assert_every_fact_is_shown_or_excused(
        &Case::with("plan.json"),
        "Facts of the platform that no plan shows",
    );
}

/// The one hazard that takes more users than a folder should hold.
const IN_CODE: Code = Code::QuotaExceeded;

/// Each withdrawal is a call of the web API, which answers 10,000 of them a day: one more is a hazard that holds
/// nobody.
#[test]
fn more_calls_than_a_day_allows() {
    for (users, is_over) in [(10_000, false), (10_001, true)] {
        let rows: Vec<String> = (1..=users)
            .map(|n| {
                format!(
                    r#"{{"id": "U{n:07}", "person": "E{n}", "employment": "staff", "last_day": "2026-11-20", "credential": "c{n}"}}"#
                )
            })
            .collect();
        let credentials: Vec<String> =
            (1..=users).map(|n| format!(r#"{{"id": "c{n}", "kind": "single"}}"#)).collect();
        let text = format!(
            r#"{{"subscription": {{"id": "acme", "edition": "enterprise", "time_zone": "Europe/Zurich"}},
                "taken_at": "2026-11-22T08:00:00Z", "complete": true, "users": [{}], "credentials": [{}],
                "administrators": [{{"name": "mia", "kind": "full"}}]}}"#,
            rows.join(","),
            credentials.join(",")
        );
        let directory = Directory::from_json("directory.json", text.as_bytes()).expect("a directory");
        let rule = "/// Leavers lose access.\nfn leave(user) { if user.has_left { withdraw() } }";
        let policy = check(vec![Source::new("policy.rhai", rule)], directory.schema(), None).policy;
        let policy = policy.expect("a policy without errors");
        let as_of = parse_instant("2026-11-22T09:00:00Z").expect("an instant");
        let basis = Basis::of(&directory, as_of).expect("a basis");
        let evaluator = policy.evaluator(basis.clone()).expect("an evaluator");
        let decisions = evaluator.decide_directory(&directory).collect::<Result<Vec<_>, _>>();
        let decisions = decisions.expect("a decision for everybody");
        let guards = Guards::unlimited();
        let plan = plan(Request::new(&directory, &policy, decisions, &basis, "mia", &guards));
        let plan = plan.expect("a plan");
        let content = plan.content();
        assert_eq!(content.batches.len(), 1, "one action, one batch");
        assert_eq!(content.batches[0].api_calls, users);
        assert!(content.users.iter().all(|user| user.status == Status::Planned));
        let over = content
            .hazards
            .iter()
            .any(|hazard| hazard.code == IN_CODE && hazard.user.is_none() && hazard.holds.is_empty());
        assert_eq!(over, is_over, "{users} users");
        assert_eq!(content.hazards.len(), usize::from(is_over));
    }
}
