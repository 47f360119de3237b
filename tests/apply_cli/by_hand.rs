//! People carry a plan out: what to click is listed, and what they did is reported back.

use std::fs;

use serde_json::Value;

use crate::company::Company;
use crate::program::{code, json, stderr, stdout};

/// The next list at an instant, after a report.
fn list(company: &Company, at: &str, report: &[&str]) -> Value {
    let output = company.run(&arguments(at, &[report, &["--format", "json"]].concat()));
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    json(&output)
}

fn arguments<'a>(at: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let usual = [
        "apply",
        "plan.json",
        "--connector",
        "checklist",
        "--directory",
        "acme.json",
        "--journal",
        "acme.journal",
        "--guards",
        "guards.toml",
        "--as-of",
        at,
    ];
    [&usual[..], more].concat()
}

fn numbers(task: &Value) -> String {
    let steps = task["steps"].as_array().expect("steps").iter();
    steps.map(|step| step["step"].to_string()).collect::<Vec<_>>().join(",")
}

const MORNING: &str = "2026-11-22T09:00:00Z";

#[test]
fn a_plan_is_carried_out_by_hand_task_by_task() {
    let company = Company::of(4, 0);
    company.plan(&[]);
    let mut now = MORNING.to_owned();
    let (mut next, mut kinds) = (list(&company, &now, &[]), Vec::new());
    for _ in 0..30 {
        let tasks = next["tasks"].as_array().expect("tasks").clone();
        match (tasks.first(), next["next"].as_str()) {
            (Some(task), _) => {
                kinds.push(task["kind"].as_str().expect("a kind").to_owned());
                next = list(&company, &now, &["--done", &numbers(task), "--by", "noah"]);
            }
            (None, Some(later)) => {
                now = later.to_owned();
                next = list(&company, &now, &[]);
            }
            (None, None) => break,
        }
    }
    assert_eq!(next["open"], 0);
    // The detach comes last, a whole day after the withdrawals.
    assert_eq!(kinds, ["leave_group", "synchronise_group", "withdraw", "revoke", "detach"]);
    assert_eq!(now, "2026-11-23T09:00:00Z");
    let shown = company.done(&["audit", "show", "acme.journal", "--actor", "noah"]);
    assert!(stdout(&shown).lines().count() >= 8, "{}", stdout(&shown));
    let status = company.done(&["status", "--journal", "acme.journal", "--as-of", &now, "--format", "json"]);
    let steps = json(&status)[0]["steps"].as_array().expect("steps").clone();
    assert!(steps.iter().all(|step| step["state"] == "confirmed"), "{steps:?}");
}

#[test]
fn the_list_is_in_the_words_of_the_cockpit() {
    let company = Company::of(4, 0);
    company.plan(&[]);
    let output = company.run(&arguments(MORNING, &["-o", "today.md"]));
    assert_eq!((code(&output), stdout(&output)), (0, ""), "{}", stderr(&output));
    let text = fs::read_to_string(company.path("today.md")).expect("a list");
    for said in [
        "# What to do now",
        "Broadcast, groups: remove the ID from the group",
        "the trash can beside each of these credentials",
        "select exactly these IDs, then \"Delete ID\" and \"Revoke ID\"",
        "**CANNOT BE UNDONE.**",
        "- [ ] U0000000 — step",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(!text.contains("Keep ID"), "nobody is detached today: {text}");
}

#[test]
fn the_list_is_a_page_to_print_or_a_table_too() {
    let company = Company::of(4, 0);
    company.plan(&[]);
    let list = list(&company, MORNING, &[]);
    let steps: usize = list["tasks"]
        .as_array()
        .expect("tasks")
        .iter()
        .filter_map(|task| Some(task["steps"].as_array()?.len()))
        .sum();
    let written = |format: &str| {
        let output = company.run(&arguments(MORNING, &["--checklist-format", format]));
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        stdout(&output).to_owned()
    };
    let page = written("html");
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"), "{page}");
    assert_eq!(page.matches("<input type=\"checkbox\">").count(), steps);
    assert!(page.contains("&quot;Revoke ID&quot;") && page.contains("U0000000 — step"), "{page}");
    let table = written("csv");
    assert_eq!(table.lines().count(), steps + 1, "{table}");
    assert!(table.starts_with("task,step,kind,irreversible,user,target,with,how\n"), "{table}");
    assert_eq!(written("markdown").matches("- [ ] ").count(), steps);
}

#[test]
fn what_may_not_be_done_yet_is_not_reported() {
    let company = Company::of(4, 0);
    company.plan(&[]);
    let first = list(&company, MORNING, &[]);
    let tasks = first["tasks"].as_array().expect("tasks");
    let withdraw = tasks.iter().find(|task| task["kind"] == "withdraw").map(numbers).expect("withdrawals");
    let plan: Value =
        serde_json::from_slice(&fs::read(company.path("plan.json")).expect("a plan")).expect("JSON");
    let batches = plan["batches"].as_array().expect("batches");
    let detach = batches.iter().find(|batch| batch["kind"] == "detach").map(numbers).expect("detaches");
    let report = |more: &[&str]| company.run(&arguments(MORNING, more));
    for (more, said, ends) in [
        (&["--done", &detach, "--by", "noah"][..], "[A0007]", 3),
        (&["--done", "99", "--by", "noah"], "the plan has no step 99", 3),
        (&["--done", &withdraw, "--by", "nobody"], "nobody is no administrator", 2),
        (&["--done", &withdraw], "--by", 2),
        (&["--done", "3-1", "--by", "noah"], "not numbers of steps", 2),
        (&["--done", "x", "--by", "noah"], "not numbers of steps", 2),
    ] {
        let output = report(more);
        assert_eq!(code(&output), ends, "{more:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(said), "{more:?}: {}", stderr(&output));
    }
    // After the withdrawals the detach still has to wait for a day.
    list(&company, MORNING, &["--done", &withdraw, "--by", "noah"]);
    let output = report(&["--done", &detach, "--by", "noah"]);
    assert!(stderr(&output).contains("may not begin before 2026-11-23T09:00:00Z"), "{}", stderr(&output));
    let output = report(&["--done", &withdraw, "--by", "noah"]);
    assert!(stderr(&output).contains("in its final state already"), "{}", stderr(&output));
}

#[test]
fn what_was_done_by_hand_counts_and_who_is_back_is_not_listed() {
    let company = Company::of(4, 0);
    company.plan(&[]);
    let first = list(&company, MORNING, &[]);
    let tasks = first["tasks"].as_array().expect("tasks");
    let withdraw = tasks.iter().find(|task| task["kind"] == "withdraw").map(numbers).expect("withdrawals");
    list(&company, MORNING, &["--done", &withdraw, "--by", "noah"]);
    let shown = company.done(&["audit", "show", "acme.journal", "--actor", "noah"]);
    assert!(stdout(&shown).contains("about to withdraw"), "{}", stdout(&shown));

    let text = fs::read_to_string(company.path("acme.json")).expect("a directory");
    fs::write(company.path("newer.json"), text.replacen(r#", "last_day": "2026-11-20""#, "", 1))
        .expect("a file");
    let newer = [
        "apply",
        "plan.json",
        "--connector",
        "checklist",
        "--directory",
        "newer.json",
        "--policy",
        "acme.rhai",
        "--journal",
        "acme.journal",
        "--guards",
        "guards.toml",
        "--as-of",
        MORNING,
    ];
    let output = company.done(&newer);
    assert!(!stdout(&output).contains("U0000000"), "{}", stdout(&output));
    assert!(stdout(&output).contains("U0000002"), "{}", stdout(&output));
    let shown = company.done(&["audit", "show", "acme.journal"]);
    assert!(stdout(&shown).contains("of U0000000 stopped: [A0302]"), "{}", stdout(&shown));
    let unchecked = ["apply", "plan.json", "--connector", "checklist", "--journal", "acme.journal"];
    let output = company.run(&[&unchecked[..], &["--done", "1", "--by", "noah"]].concat());
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("--directory"), "{}", stderr(&output));
}

#[test]
fn what_could_not_be_done_stops_what_depends_on_it() {
    let company = Company::of(2, 0);
    company.plan(&[]);
    let first = list(&company, MORNING, &[]);
    let tasks = first["tasks"].as_array().expect("tasks");
    let withdraw = tasks.iter().find(|task| task["kind"] == "withdraw").expect("withdrawals");
    let of_contractor =
        withdraw["steps"].as_array().expect("steps").iter().find(|step| step["user"] == "U0000001");
    let number = of_contractor.expect("a step")["step"].to_string();
    list(&company, MORNING, &["--not-done", &number, "--by", "lena"]);
    let later = list(&company, "2026-11-29T09:00:00Z", &[]);
    let kinds: Vec<&str> =
        later["tasks"].as_array().expect("tasks").iter().filter_map(|task| task["kind"].as_str()).collect();
    assert!(!kinds.contains(&"detach"), "{kinds:?}");
    let status = company.run(&["status", "--journal", "acme.journal", "--as-of", MORNING]);
    assert_eq!(code(&status), 1);
    assert!(stdout(&status).contains("failed"), "{}", stdout(&status));
}
