//! From a plan to a history, as somebody types it.

use std::fs;

use crate::company::{AS_OF, Company, LATER};
use crate::program::{code, json, stderr, stdout};

const APPROVED: [&str; 4] = ["--approval", "noah.approval", "--approval", "lena.approval"];

#[test]
fn a_plan_is_approved_carried_out_and_looked_at() {
    let company = Company::of(4, 2);
    assert_eq!(code(&company.plan(&[])), 0);
    company.approve("noah");
    let refused = company.apply(&["--approval", "noah.approval"]);
    assert_eq!(code(&refused), 3);
    assert!(stderr(&refused).contains("[A0209]"), "{}", stderr(&refused));
    assert!(!company.path("acme.journal.world.json").exists(), "nothing was begun");
    company.approve("lena");
    let begun = company.apply(&APPROVED);
    assert_eq!(code(&begun), 0, "{}", stderr(&begun));
    assert!(stdout(&begun).contains("run the same command then"), "{}", stdout(&begun));
    // An accepted plan needs its approvals no more, and is never begun again.
    let ended = company.apply(&["--until", LATER, "--format", "json"]);
    assert_eq!(code(&ended), 0, "{}", stderr(&ended));
    let ended = json(&ended);
    assert_eq!((ended["ended"].as_str(), ended["waiting"].as_u64()), (Some("finished"), Some(0)));
    let again = company.apply(&["--until", LATER]);
    assert!(stdout(&again).contains("The plan is carried out."));
    let status = company.done(&["status", "--journal", "acme.journal", "--as-of", LATER, "--format", "json"]);
    let status = json(&status);
    let steps = status[0]["steps"].as_array().expect("steps");
    assert_eq!(steps.len() as u64, ended["steps"].as_u64().expect("a number"));
    assert!(steps.iter().all(|step| step["state"] == "confirmed"), "{status}");
    let shown = company.done(&["audit", "show", "acme.journal", "--user", "U0000001"]);
    assert!(stdout(&shown).contains("about to detach U0000001"), "{}", stdout(&shown));
    assert!(!stdout(&shown).contains("U0000000"), "{}", stdout(&shown));
    // Both refusal and approvals are in the history.
    let shown = company.done(&["audit", "show", "acme.journal", "--actor", "mia"]);
    for said in ["plan refused: [A0209]", "approved by noah", "approved by lena", "plan finished"] {
        assert!(stdout(&shown).contains(said), "{said}: {}", stdout(&shown));
    }
}

#[test]
fn a_detached_id_that_came_back_is_an_alarm() {
    let company = Company::of(2, 0);
    company.plan(&[]);
    company.apply(&["--until", LATER]);
    let calm = company.run(&["status", "--journal", "acme.journal", "--as-of", LATER]);
    assert_eq!(code(&calm), 0, "{}", stdout(&calm));
    let mut world = company.world();
    world["users"]["U0000001"]["state"] = "active".into();
    fs::write(company.path("other.json"), world.to_string()).expect("a file");
    let status = ["status", "--journal", "acme.journal", "--as-of", LATER, "--world", "other.json"];
    let alarm = company.run(&status);
    assert_eq!(code(&alarm), 1);
    assert!(stdout(&alarm).contains("regressed"), "{}", stdout(&alarm));
}

#[test]
fn the_next_night_does_not_plan_open_work_again() {
    let company = Company::of(2, 0);
    company.plan(&[]);
    company.apply(&[]);
    let journal = ["--journal", "acme.journal"];
    let tonight = company.plan(&journal);
    assert_eq!(code(&tonight), 0, "{}", stderr(&tonight));
    let plan: serde_json::Value =
        serde_json::from_slice(&fs::read(company.path("plan.json")).expect("a plan")).expect("JSON");
    let open: Vec<&str> = plan["users"]
        .as_array()
        .expect("users")
        .iter()
        .filter(|user| user["status"] == "open")
        .filter_map(|user| user["user"].as_str())
        .collect();
    // The contractor waits for a day; staff are dead within the hour.
    assert_eq!(open, ["U0000000", "U0000001"]);
    assert!(plan["batches"].as_array().is_some_and(Vec::is_empty));
    // What the journal says of the last day counts against the limits of a day.
    let directory = fs::read_to_string(company.path("acme.json")).expect("a directory");
    let stays = r#""employment": "staff", "credential": "c2""#;
    let leaves = format!(r#"{stays}, "last_day": "2026-11-20""#);
    fs::write(company.path("acme.json"), directory.replace(stays, &leaves)).expect("a file");
    let limits = "approvals = 0\n[withdraw]\nmax_percent = 100\n[reversible]\nmax_percent = 100\n\
                  [irreversible]\nmax_percent = 100\nmax_count = 9\nper_24h = 1\n";
    fs::write(company.path("guards.toml"), limits).expect("a file");
    let refused = company.plan(&journal);
    assert_eq!(code(&refused), 3, "{}", stderr(&refused));
    assert!(
        stderr(&refused).contains("irreversible steps for 2 users within 24 hours"),
        "{}",
        stderr(&refused)
    );
}

#[test]
fn a_plan_that_expired_or_belongs_to_others_is_refused() {
    let company = Company::of(2, 0);
    company.plan(&[]);
    let late = company.run(
        &Company::applying(&[])
            .iter()
            .map(|argument| if *argument == AS_OF { LATER } else { argument })
            .collect::<Vec<_>>(),
    );
    assert_eq!(code(&late), 3);
    assert!(stderr(&late).contains("[A0101]"), "{}", stderr(&late));
    // The actor lost the login meanwhile.
    let directory = fs::read_to_string(company.path("acme.json")).expect("a directory");
    fs::write(company.path("acme.json"), directory.replace("\"mia\"", "\"max\"")).expect("a file");
    let gone = company.apply(&[]);
    assert_eq!(code(&gone), 3);
    assert!(stderr(&gone).contains("[A0103]"), "{}", stderr(&gone));
}

#[test]
fn bad_files_are_told_by_name() {
    let company = Company::of(2, 0);
    company.plan(&[]);
    fs::write(company.path("no.json"), "{}").expect("a file");
    fs::write(company.path("no.world"), "[]").expect("a file");
    let mut altered = fs::read_to_string(company.path("plan.json")).expect("a plan");
    altered = altered.replace("\"actor\":\"mia\"", "\"actor\":\"max\"");
    fs::write(company.path("altered.json"), altered).expect("a file");
    let apply = |plan: &'static str, more: &[&'static str]| {
        let usual = [
            "apply",
            plan,
            "--connector",
            "simulator",
            "--journal",
            "acme.journal",
            "--guards",
            "guards.toml",
            "--as-of",
            AS_OF,
        ];
        company.run(&[&usual[..], more].concat())
    };
    for (output, said, ends) in [
        (apply("no.json", &[]), "[L0102]", 1),
        (apply("altered.json", &[]), "[L0103]", 1),
        (apply("nowhere.json", &[]), "[L0101]", 4),
        (apply("plan.json", &["--approval", "no.json"]), "[A0201]", 1),
        (apply("plan.json", &["--world", "no.world"]), "[A0006]", 1),
        (apply("plan.json", &[]), "the simulated platform is not there yet", 2),
        (company.run(&["status", "--journal", "no.json"]), "[A0004]", 1),
        (company.run(&["status", "--journal", "nowhere"]), "[A0001]", 4),
        (company.run(&["approve", "plan.json", "--name", "noah", "--key", "no.json"]), "[A0005]", 1),
        (
            company.run(&["approve", "plan.json", "--name", "mia", "--key", "noah.key"]),
            "cannot approve it",
            3,
        ),
        (company.run(&["keygen", "-o", "noah.key"]), "noah.key", 4),
        (company.run(&["audit", "verify", "acme.journal", "--checkpoint", "no.json"]), "go together", 2),
        (
            company.run(&["audit", "verify", "acme.journal", "--checkpoint", "no.json", "--public-key", "x"]),
            "[H0002]",
            1,
        ),
    ] {
        assert!(stderr(&output).contains(said), "{said}: {}", stderr(&output));
        assert_eq!(code(&output), ends, "{said}: {}", stderr(&output));
    }
}

#[test]
fn two_processes_do_not_work_on_one_journal() {
    let company = Company::of(2, 0);
    company.plan(&[]);
    let held = leaver::apply::FileJournal::open(
        &company.path("acme.journal"),
        leaver::model::parse_instant(AS_OF).expect("an instant"),
    )
    .expect("a journal");
    let second = company.apply(&[]);
    assert_eq!(code(&second), 4);
    assert!(stderr(&second).contains("[A0002]"), "{}", stderr(&second));
    drop(held);
    assert_eq!(code(&company.apply(&[])), 0);
}

/// On Sunday it is seen what the world will look like later.
#[test]
fn the_world_is_shown_as_it_will_be() {
    let company = Company::of(2, 0);
    company.plan(&[]);
    assert_eq!(code(&company.apply(&[])), 0);
    let world = |more: &[&str]| company.run(&[&["world", "acme.journal.world.json"], more].concat());
    let before = fs::read(company.path("acme.journal.world.json")).expect("a world");
    let reads = |at: &str| {
        json(&world(&["--as-of", at, "--format", "json"]))["users"][0]["abilities"]["reads"] == true
    };
    // A revoked ID works for an hour more, at worst.
    assert!(reads(AS_OF) && !reads(LATER));
    let shown = world(&["--as-of", LATER]);
    assert_eq!(code(&shown), 0, "{}", stderr(&shown));
    let text = stdout(&shown);
    assert!(text.contains("U0000000  revoked   no     no      no"), "{text}");
    assert!(text.contains("2 users can do everything as before"), "{text}");
    assert!(stdout(&world(&["--as-of", LATER, "--all"])).contains("U0000003  active    yes"));
    assert_eq!(code(&world(&["--user", "NOBODY01"])), 2);
    assert_eq!(code(&company.run(&["world", "acme.json"])), 1);
    assert_eq!(
        fs::read(company.path("acme.journal.world.json")).expect("a world"),
        before,
        "nothing is changed"
    );
}
