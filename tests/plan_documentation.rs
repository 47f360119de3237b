//! What `docs/plans.md` and `docs/formats.md` say of plans is what the program does: steps, privileges, hazards,
//! refusals, guards and their defaults, and the pieces of a plan's JSON that are shown.
#![cfg(feature = "cli")]

use std::fs;
use std::path::Path;

use leaver::diagnostic::{Code, Severity};
use leaver::directory::Directory;
use leaver::model::Privilege;
use leaver::plan::{ActionClass, Approvers, Guards, Limits, StepKind};

mod program;

use program::{command, stdout};

fn text(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn page() -> String {
    text("docs/plans.md")
}

/// The cells of the rows of all tables whose first cell says what `is_ours` asks for.
fn rows(page: &str, is_ours: impl Fn(&str) -> bool) -> Vec<Vec<String>> {
    let cells = |line: &str| -> Vec<String> {
        line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    page.lines().filter(|line| line.starts_with('|')).map(cells).filter(|row| is_ours(&row[0])).collect()
}

/// The fenced blocks with this info string.
fn blocks(page: &str, info: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut inside = false;
    for line in page.lines() {
        if let Some(opened) = line.strip_prefix("```") {
            inside = !inside && opened == info;
            if inside {
                found.push(String::new());
            }
        } else if let Some(block) = found.last_mut().filter(|_| inside) {
            *block += line;
            block.push('\n');
        }
    }
    found
}

#[test]
fn every_step_is_in_the_table_with_its_executor_privilege_and_whether_it_can_be_taken_back() {
    for kind in StepKind::ALL {
        let rows = rows(&page(), |cell| cell.contains(&format!("`{kind}`")));
        let row = rows.iter().find(|row| row.len() == 7).unwrap_or_else(|| panic!("{kind} has no row"));
        assert_eq!(row[2], format!("`{}`", kind.executor()), "{kind}");
        assert!(row[3].starts_with(&format!("`{}`", kind.privilege())), "{kind}: {}", row[3]);
        let back = match kind.reversible() {
            None => "–",
            Some(true) => "yes",
            Some(false) => "**no**",
        };
        assert!(row[4].starts_with(back), "{kind}: {}", row[4]);
        let start = time::OffsetDateTime::UNIX_EPOCH;
        let lasts = match kind.effect_by(start).map(|effect| (effect - start).whole_hours()) {
            None => "no bound".to_owned(),
            Some(0) => "at once".to_owned(),
            // The page says what changes at once, too.
            Some(24) if *kind == StepKind::Detach => "at once in the list; 24 h".to_owned(),
            Some(hours) => format!("{hours} h"),
        };
        assert!(row[5].starts_with(&lasts), "{kind}: {}", row[5]);
    }
}

#[test]
fn every_privilege_has_its_use_and_every_step_its_privilege() {
    let page = page();
    let (_, chapter) = page.split_once("| privilege | what uses it today |").expect("the table is there");
    for privilege in Privilege::ALL {
        let word = format!("`{privilege}`");
        let row = chapter.lines().find(|line| line.starts_with('|') && line.contains(&word));
        let row = row.unwrap_or_else(|| panic!("{privilege} is not in the table"));
        let takes_it = StepKind::ALL.iter().any(|kind| kind.privilege() == *privilege);
        let is_used = !row.contains("kept for later");
        assert_eq!(is_used, takes_it || *privilege == Privilege::PlanApprove, "{row}");
    }
}

#[test]
fn every_code_of_plans_is_named_and_hazards_that_only_warn_say_so() {
    let page = page();
    for code in Code::ALL.iter().filter(|code| code.as_str().starts_with('L')) {
        let is_of_a_file = code.as_str().starts_with("L01") || code.as_str() < "L0005";
        let link = format!("[{code}](errors/{code}.md)");
        assert!(is_of_a_file || page.contains(&link), "{link} is not there");
    }
    for row in rows(&page, |cell| cell.starts_with("[L02")) {
        let code = Code::ALL.iter().find(|code| row[0].starts_with(&format!("[{code}]"))).expect("a code");
        assert_eq!(row[1] == "warns", code.severity() == Severity::Warning, "{code}: {}", row[1]);
    }
}

#[test]
fn the_guards_that_are_shown_are_the_defaults() {
    let page = page();
    let [shown] = blocks(&page, "toml guards").try_into().expect("one example");
    let mut guards = Guards::from_toml("guards.toml", &shown).expect("no mistakes");
    let default = Guards::default();
    guards.protected.clone_from(&default.protected);
    assert_eq!(guards, default);

    let of_classes = |number: fn(&Limits) -> String| {
        let of = |class: ActionClass| format!("{} {class}", number(default.limits(class)));
        [ActionClass::Irreversible, ActionClass::Withdraw, ActionClass::Reversible].map(of).join(", ")
    };
    let or_none =
        |number: Option<u32>| number.map_or_else(|| "no limit".to_owned(), |number| number.to_string());
    assert!(ActionClass::ALL.iter().all(|class| default.limits(*class).minimum_population == 0));
    assert!(ActionClass::ALL.iter().all(|class| default.limits(*class).per_24h.is_none()));
    let defaults = [
        ("max_count", of_classes(|limits| limits.max_count.unwrap().to_string())),
        ("max_percent", of_classes(|limits| limits.max_percent.unwrap().to_string())),
        ("floor", of_classes(|limits| limits.floor.to_string())),
        ("minimum_population", "0".to_owned()),
        ("per_24h", or_none(default.irreversible.per_24h)),
        ("max_age_hours", default.max_age_hours.to_string()),
        ("max_shrink_percent", default.max_shrink_percent.to_string()),
        ("approvals", default.approvals.to_string()),
        ("protected.last_full_administrator", default.protected.last_full_administrator.to_string()),
    ];
    for (key, value) in defaults {
        let rows = rows(&page, |cell| cell == format!("`{key}`"));
        assert!(rows.iter().any(|row| row[1] == value), "{key} is {value}, and the page says {rows:?}");
    }
}

#[test]
fn the_approvers_that_are_shown_are_read() {
    let directory = Directory::from_json(
        "directory.json",
        br#"{"subscription": {"id": "acme", "edition": "enterprise", "time_zone": "UTC"},
             "taken_at": "2026-11-22T08:00:00Z", "users": [],
             "administrators": [{"name": "noah", "kind": "full"}, {"name": "root", "kind": "full"}]}"#,
    );
    let [shown] = blocks(&page(), "toml approvers").try_into().expect("one example");
    let approvers = Approvers::from_toml("approvers.toml", &shown, &directory.expect("a directory"));
    assert_eq!(approvers.expect("no mistakes").iter().count(), 2);
}

#[test]
fn the_pieces_of_a_plan_that_are_shown_are_in_the_plan() {
    let arguments =
        "plan examples/acme/policy.rhai examples/acme --actor mia --as-of 2026-11-22T09:00:00Z --format json";
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = command(root).args(arguments.split(' ')).output().expect("the program runs");
    let plan = stdout(&output);
    assert!(text("docs/formats.md").contains(arguments), "the command is not there");
    let pieces = blocks(&text("docs/formats.md"), "json plan");
    let lines: Vec<&str> = pieces.iter().flat_map(|block| block.lines()).collect();
    assert!(lines.len() >= 5, "only {} pieces are shown", lines.len());
    for line in lines {
        assert!(plan.contains(line), "the plan has no {line}");
    }
}

/// `tests/plan_cli.rs` runs it.
#[test]
fn the_one_liner_that_verifies_is_the_one_that_is_tested() {
    let page = page();
    let line = page.lines().find_map(|line| line.strip_prefix("$ python3 -c '")).expect("it is there");
    let (script, _) = line.split_once("' ").expect("it ends");
    assert!(text("tests/plan_cli.rs").contains(script));
}
