//! What people decide: holds that are resolved, limits allowed by number, decisions made again.

use std::fs;

use serde_json::Value;

use crate::company::{AS_OF, Company, LATER};
use crate::program::{code, json, stderr, stdout};

const REVIEW: &str = "/// Staff are looked at by a person.
fn staff(user) { if user.has_left && user.employment == \"staff\" { review(\"a person looks\") } }
";

/// A company whose leavers are held for review, and with lena, who may settle that.
fn company() -> Company {
    let company = Company::of(2, 0);
    fs::write(company.path("acme.rhai"), REVIEW).expect("a policy");
    let approvers = fs::read_to_string(company.path("approvers.toml")).expect("keys");
    let key = approvers.lines().find_map(|line| line.strip_prefix("lena = ")).expect("a key").to_owned();
    fs::write(company.path("approvers.toml"), format!("{approvers}[resolvers]\nlena = {key}\n"))
        .expect("a file");
    company
}

fn resolve<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let usual = ["resolve", "hold", "acme.json", "--user", "U0000000", "--hold", "review", "--as-of", AS_OF];
    [&usual[..], &["--name", "lena", "--key", "lena.key", "-o", "u.resolution"], more].concat()
}

fn planned(company: &Company) -> Value {
    let text = fs::read(company.path("plan.json")).expect("a plan");
    serde_json::from_slice(&text).expect("JSON")
}

#[test]
fn a_hold_is_settled_planned_carried_out_and_on_record() {
    let company = company();
    assert_eq!(code(&company.plan(&[])), 0);
    assert_eq!(planned(&company)["batches"].as_array().map(Vec::len), Some(0));

    let signed = company.done(&resolve(&[
        "--id",
        "revoke",
        "--access",
        "withdraw",
        "--note",
        "agreed with the board",
    ]));
    assert!(stderr(&signed).contains("lena settles the hold review of U0000000"), "{}", stderr(&signed));
    let output = company.plan(&["--resolution", "u.resolution"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let plan = planned(&company);
    assert_eq!(plan["resolutions"][0]["resolution"]["resolver"], "lena");
    let kinds: Vec<&str> = plan["batches"]
        .as_array()
        .expect("batches")
        .iter()
        .filter_map(|batch| batch["kind"].as_str())
        .collect();
    assert_eq!(kinds, ["withdraw", "revoke"]);

    let apply = [
        "apply",
        "plan.json",
        "--connector",
        "simulator",
        "--directory",
        "acme.json",
        "--guards",
        "guards.toml",
    ];
    let rest = ["--journal", "acme.journal", "--as-of", AS_OF, "--until", LATER];
    let without = company.run(&[&apply[..], &rest].concat());
    assert_eq!(code(&without), 3, "{}", stderr(&without));
    assert!(stderr(&without).contains("[A0208]"), "{}", stderr(&without));
    let done = company.done(&[&apply[..], &rest, &["--approvers", "approvers.toml"]].concat());
    assert!(stdout(&done).contains("The plan is carried out"), "{}", stdout(&done));
}

#[test]
fn what_is_no_resolution_settles_nothing() {
    let company = company();
    for (arguments, said, ends) in [
        (resolve(&["--note", "x"]), "[A0214]", 3),
        (resolve(&["--id", "hold", "--note", "x"]), "[A0214]", 3),
        (resolve(&["--id", "destroy", "--note", "x"]), "not one of: keep, detach, revoke", 2),
        (resolve(&["--id", "keep", "--note", ""]), "[A0214]", 3),
        (resolve(&["--id", "keep"]), "--note", 2),
    ] {
        let output = company.run(&arguments);
        assert_eq!(code(&output), ends, "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(said), "{arguments:?}: {}", stderr(&output));
    }
    let good = resolve(&["--id", "keep", "--access", "keep", "--note", "stays"]);
    company.done(&good);
    let signed = fs::read_to_string(company.path("u.resolution")).expect("a resolution");
    for (text, said) in [
        (signed.replace("stays", "goes!"), "[A0212]"),
        (signed.replace("\"lena\"", "\"noah\""), "[A0211]"),
        (signed.replace("\"acme\"", "\"other\""), "[A0212]"),
        ("{}".to_owned(), "A0210"),
        (signed.replace(':', ": "), "A0210"),
        (signed[..signed.len() / 2].to_owned(), "A0210"),
    ] {
        assert_ne!(text, signed);
        fs::write(company.path("u.resolution"), text).expect("a file");
        let output = company.plan(&["--resolution", "u.resolution"]);
        assert!(matches!(code(&output), 1 | 3), "{}", stderr(&output));
        assert!(stderr(&output).contains(said), "{said}: {}", stderr(&output));
    }
    // One that nobody needs any more is no fault.
    fs::write(company.path("u.resolution"), &signed).expect("a file");
    fs::write(
        company.path("acme.rhai"),
        "/// Nobody.\nfn nobody(user) { if user.administrator { review(\"x\") } }\n",
    )
    .expect("a policy");
    let output = company.plan(&["--resolution", "u.resolution"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(stderr(&output).contains("1 resolutions settle nothing"), "{}", stderr(&output));
}

#[test]
fn who_is_back_by_the_newer_directory_is_stopped() {
    let company = Company::of(4, 0);
    company.plan(&[]);
    let text = fs::read_to_string(company.path("acme.json")).expect("a directory");
    let newer = text.replacen(r#", "last_day": "2026-11-20""#, "", 1);
    assert_ne!(newer, text);
    fs::write(company.path("newer.json"), newer).expect("a directory");
    let apply = [
        "apply",
        "plan.json",
        "--connector",
        "simulator",
        "--directory",
        "newer.json",
        "--policy",
        "acme.rhai",
        "--journal",
        "acme.journal",
        "--approvers",
        "approvers.toml",
        "--guards",
        "guards.toml",
        "--as-of",
        AS_OF,
        "--until",
        LATER,
    ];
    let output = company.run(&apply);
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    let shown = company.done(&["audit", "show", "acme.journal"]);
    assert!(stdout(&shown).contains("of U0000000 stopped: [A0302]"), "{}", stdout(&shown));
    let status = company.run(&["status", "--journal", "acme.journal", "--as-of", LATER, "--format", "json"]);
    let steps = json(&status)[0]["steps"].as_array().expect("steps").clone();
    let revoked =
        steps.iter().filter(|step| step["kind"] == "revoke" && step["state"] == "confirmed").count();
    assert_eq!(revoked, 1, "{steps:?}");
    // Another policy than that of the plan decides nothing.
    fs::write(company.path("acme.rhai"), REVIEW).expect("a policy");
    let output = company.run(&apply);
    assert_eq!(code(&output), 3, "{}", stderr(&output));
    assert!(stderr(&output).contains("[A0105]"), "{}", stderr(&output));
}

#[test]
fn only_held_steps_are_settled_and_only_by_who_may() {
    let company = Company::of(2, 0);
    company.plan(&[]);
    let apply = [
        "apply",
        "plan.json",
        "--connector",
        "simulator",
        "--directory",
        "acme.json",
        "--guards",
        "guards.toml",
    ];
    company.done(
        &[&apply[..], &["--journal", "acme.journal", "--as-of", AS_OF, "--allow", "drift=40"]].concat(),
    );
    let shown = company.done(&["audit", "show", "acme.journal"]);
    assert!(stdout(&shown).contains("drift: 40 allowed instead of 25"), "{}", stdout(&shown));
    let resolve = |more: &[&str]| {
        let usual = ["resolve", "step", "plan.json", "--directory", "acme.json", "--note", "looked"];
        company.run(&[&usual[..], more].concat())
    };
    for (more, said, ends) in [
        (
            &["--journal", "acme.journal", "--step", "1", "--done", "--by", "noah"][..],
            "[A0008] step 1 is not held",
            3,
        ),
        (&["--journal", "acme.journal", "--step", "99", "--done", "--by", "noah"], "has no step 99", 3),
        (
            &["--journal", "acme.journal", "--step", "1", "--done", "--by", "nobody"],
            "nobody is no administrator",
            2,
        ),
        (&["--journal", "other.journal", "--step", "1", "--done", "--by", "noah"], "there is no journal", 2),
        (&["--journal", "acme.journal", "--step", "1", "--by", "noah"], "--done", 2),
        (
            &["--journal", "acme.journal", "--step", "1", "--done", "--not-done", "--by", "noah"],
            "--not-done",
            2,
        ),
    ] {
        let output = resolve(more);
        assert_eq!(code(&output), ends, "{more:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(said), "{more:?}: {}", stderr(&output));
    }
    assert!(!company.path("other.journal").exists());
    for allowed in ["drift", "drift=x", "walks=3", "irreversible=3"] {
        let output = company.run(&[&apply[..], &["--journal", "acme.journal", "--allow", allowed]].concat());
        assert_eq!(code(&output), 2, "{allowed}: {}", stderr(&output));
    }
}

#[test]
fn a_plan_that_is_called_off_is_not_begun() {
    let company = Company::of(2, 0);
    company.plan(&[]);
    company.apply(&[]);
    let call_off = |more: &[&str]| {
        let mut all =
            vec!["resolve", "plan", "plan.json", "--journal", "acme.journal", "--directory", "acme.json"];
        all.extend(["--by", "mia", "--as-of", LATER]);
        all.extend(more);
        company.run(&all)
    };
    assert_eq!(code(&call_off(&[])), 2, "a note is needed");
    let done = call_off(&["--note", "Made from the wrong directory"]);
    assert_eq!(code(&done), 0, "{}", stderr(&done));
    let output = company.done(&["audit", "show", "acme.journal"]);
    let shown = stdout(&output);
    assert!(shown.contains("[A0310] called off by mia: Made from the wrong directory"), "{shown}");
    let again = call_off(&["--note", "once more"]);
    assert_eq!(code(&again), 3);
    assert!(stderr(&again).contains("[A0008] nothing of the plan is left to begin"), "{}", stderr(&again));
}

#[test]
fn a_plan_brings_no_guards_of_its_own() {
    let company = Company::of(2, 0);
    company.plan(&[]);
    fs::write(company.path("strict.toml"), "approvals = 1\n").expect("guards");
    let apply = |more: &[&str]| {
        let usual = ["apply", "plan.json", "--connector", "simulator", "--journal", "acme.journal"];
        let usual = [&usual[..], &["--directory", "acme.json", "--as-of", AS_OF], more].concat();
        company.run(&usual)
    };
    for (more, ends, said) in [
        (&[][..], 3, "[A0209] the plan asks for 0 approvals, and steps that cannot be taken back need 2"),
        (&["--guards", "strict.toml"], 3, "[A0109] the guards are not those that the plan was made with"),
        (&["--guards", "nowhere.toml"], 4, "nowhere.toml"),
        (&["--guards", "guards.toml"], 0, ""),
    ] {
        let output = apply(more);
        assert_eq!(code(&output), ends, "{more:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(said), "{more:?}: {}", stderr(&output));
    }
}

#[test]
fn what_is_left_of_people_is_told() {
    let company = Company::of(2, 0);
    fs::write(
        company.path("acme.rhai"),
        "/// Leavers.\nfn leavers(user) { if user.has_left { revoke() } }\n",
    )
    .expect("a policy");
    company.plan(&[]);
    assert_eq!(code(&company.apply(&["--until", LATER])), 0);
    let status = |more: &[&str]| {
        company.run(&[&["status", "--journal", "acme.journal", "--as-of", LATER], more].concat())
    };
    let seen = status(&[]);
    assert_eq!(code(&seen), 1, "{}", stdout(&seen));
    assert!(stdout(&seen).contains("residual   group                    U0000000  g1"), "{}", stdout(&seen));
    let told = json(&status(&["--format", "json", "--directory", "acme.json"]));
    assert_eq!(
        told[0]["residual"],
        serde_json::json!([{"user": "U0000000", "container": "group", "key": "g1", "managed": true}])
    );
    // What is its members' own nobody else can end: that is told, and is no alarm.
    let directory = fs::read_to_string(company.path("acme.json")).expect("a directory");
    let own = directory.replacen(r#", "broadcast": "*ACMEGRP""#, "", 1);
    assert_ne!(own, directory);
    fs::write(company.path("own.json"), own).expect("a directory");
    let seen = status(&["--directory", "own.json"]);
    assert_eq!(code(&seen), 0, "{}", stderr(&seen));
    assert!(stdout(&seen).contains("g1, its members' own"), "{}", stdout(&seen));
}
