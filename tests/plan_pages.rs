//! The pages of the planner's codes: settings, plan files, hazards and refusals.
//!
//! Every example is run. What the work order says about it stands on the page word for word; after that has
//! changed, `UPDATE_PLAN_PAGES=1 cargo test --all-features --test plan_pages` writes it anew.
#![cfg(feature = "report")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::sync::LazyLock;

use leaver::diagnostic::{Code, Diagnostic};
use leaver::directory::Directory;
use leaver::plan::{Approvers, DAILY_QUOTA, Guards, OpenWork};
use leaver::policy::Axis;

#[path = "bad/page.rs"]
mod page;
#[path = "bad/plan_example.rs"]
mod plan_example;
#[path = "bad/schema.rs"]
mod schema;

use page::{Fence, folder, page};
use plan_example::{Example, Told};

/// The codes whose name begins so.
fn codes(family: &str) -> impl Iterator<Item = Code> {
    let family = family.to_owned();
    Code::ALL.iter().copied().filter(move |code| code.as_str().starts_with(&family))
}

/// Codes of a plan: hazards, refusals of the whole, refusals of single users.
fn codes_of_plans() -> impl Iterator<Item = Code> {
    codes("L02").chain(codes("L03")).chain(codes("L04"))
}

#[test]
fn every_plan_code_has_a_page_of_the_right_shape() {
    for code in codes("L") {
        let page = page(code);
        assert_eq!(page.title, format!("{code}: {}", code.title()));
        assert!(page.explanation.len() > 60, "{code}: explains nothing");
        let family = &code.as_str()[..3];
        if matches!(family, "L00" | "L01") {
            assert_eq!(page.headings, ["Wrong", "Right", "What to do"], "{code}");
            let is_text = family == "L01" || code == Code::SettingsUnreadable;
            let info = if is_text { "text" } else { "toml" };
            let shape: Vec<(&str, &str)> =
                page.fences.iter().map(|fence| (fence.heading.as_str(), fence.info.as_str())).collect();
            assert_eq!(shape, [("Wrong", info), ("Right", info)], "{code}");
        } else {
            assert_eq!(page.headings, ["How it arises", "What it holds", "What to do"], "{code}");
            assert!(page.fences.iter().all(|fence| fence.heading == "How it arises"), "{code}");
            let last = page.fences.last().expect("an example");
            assert!(last.info == "text" && last.text.contains(&format!("[{code}]")), "{code}");
            let known = ["rhai", "json", "json previous", "toml", "sh", "text"];
            let infos: Vec<&str> = page.fences.iter().map(|fence| fence.info.as_str()).collect();
            assert!(infos.iter().all(|info| known.contains(info)), "{code}: {infos:?}");
            assert_eq!(
                infos.len(),
                infos.iter().collect::<BTreeSet<_>>().len(),
                "{code}: a fence is there twice"
            );
        }
        for (heading, prose) in page.prose.iter().filter(|(heading, _)| heading.starts_with("What")) {
            assert!(prose.trim().len() > 20, "{code}: nothing under {heading}");
        }
    }
}

/// Hazards come from the platform: each page says from which of its facts, unless it is about the clock or the
/// directory alone.
#[test]
fn the_pages_of_hazards_cite_the_platform() {
    let about_no_fact = [Code::Overdue, Code::NothingToCountFrom];
    for code in codes("L02").filter(|code| !about_no_fact.contains(code)) {
        let page = page(code);
        assert!(page.explanation.contains("[PLATFORM"), "{code} cites no fact of the platform");
    }
    for code in codes("L") {
        let text = fs::read_to_string(folder().join(format!("{code}.md"))).unwrap();
        for cited in text.split("PLATFORM ").skip(1) {
            let number: String = cited.chars().take_while(char::is_ascii_digit).collect();
            let in_range = number.parse::<u32>().is_ok_and(|number| (1..=34).contains(&number));
            assert!(in_range || cited.starts_with('E'), "{code}: no such fact: PLATFORM {number}");
        }
    }
}

/// Two administrators who may approve, and one who may not.
fn acme() -> Directory {
    let text = br#"{"subscription": {"id": "acme", "edition": "enterprise", "time_zone": "Europe/Zurich"},
        "taken_at": "2026-11-22T08:00:00Z", "users": [],
        "administrators": [{"name": "mia", "kind": "full"}, {"name": "ben", "kind": "full"},
                           {"name": "partner", "kind": "restricted", "privileges": ["users.read"]}]}"#;
    Directory::from_json("directory.json", text).expect("a directory")
}

fn diagnostics_of(text: &str) -> Vec<Diagnostic> {
    let found = if text.contains("approvers") {
        Approvers::from_toml("approvers.toml", text, &acme()).err()
    } else {
        Guards::from_toml("guards.toml", text).err()
    };
    found.unwrap_or_default()
}

#[test]
fn wrong_settings_give_their_code_and_right_ones_none() {
    let mut ran = 0;
    for code in codes("L00") {
        for Fence { heading, info, text } in page(code).fences {
            if info != "toml" {
                continue;
            }
            let found: Vec<Code> = diagnostics_of(&text).iter().map(|found| found.code).collect();
            let expected: &[Code] = if heading == "Wrong" { &[code] } else { &[] };
            assert_eq!(found, expected, "{code}, {heading}: {:?}", diagnostics_of(&text));
            ran += 1;
        }
    }
    assert_eq!(ran, 12, "two examples for each of six codes");
}

#[test]
fn wrong_plan_files_give_their_code_and_right_ones_none() {
    for code in [Code::NotAPlan, Code::PlanAltered] {
        let page = page(code);
        let wrong = page.fences.iter().find(|fence| fence.heading == "Wrong").expect("an example");
        let found = OpenWork::none().add_plan("plan.json", wrong.text.as_bytes()).unwrap_err();
        assert_eq!(found.code, code, "{found}");
        let right = page.fences.iter().find(|fence| fence.heading == "Right").expect("an example");
        assert!(
            OpenWork::none().add_plan("plan.json", right.text.as_bytes()).is_ok(),
            "{code}: {}",
            right.text
        );
    }
}

#[test]
fn the_policies_are_accepted_by_the_checker() {
    let mut ran = 0;
    for code in codes("L") {
        for fence in page(code).fences.iter().filter(|fence| fence.info == "rhai") {
            let checked = schema::check_files(&[("policy.rhai", &fence.text)]);
            assert!(checked.policy.is_some(), "{code}: {:?}", checked.diagnostics);
            ran += 1;
        }
    }
    println!("{ran} policies of the pages are accepted");
    assert!(ran >= 20, "only {ran} policies were found");
}

/// What every example gives.
static TOLD: LazyLock<BTreeMap<Code, Told>> =
    LazyLock::new(|| codes_of_plans().map(|code| (code, tell(code))).collect());

fn tell(code: Code) -> Told {
    let page = page(code);
    let example = match code {
        Code::QuotaExceeded => Example::of_many(&page, DAILY_QUOTA as usize + 2_000),
        _ => Example::of(code, &page),
    };
    let section = match &code.as_str()[..3] {
        "L02" => "Hazards",
        "L03" => "REFUSED",
        _ => "Not planned",
    };
    example.tell(section)
}

/// Writes what leaver says into the last block of a page.
fn update(code: Code, shown: &str, told: &str) {
    let path = folder().join(format!("{code}.md"));
    let text = fs::read_to_string(&path).unwrap();
    let old = format!("```text\n{shown}```\n");
    assert_eq!(text.matches(&old).count(), 1, "{code}: which block is the answer?");
    fs::write(&path, text.replace(&old, &format!("```text\n{told}```\n"))).unwrap();
}

#[test]
fn every_example_is_told_as_the_page_says() {
    let mut failures = String::new();
    let mut ran = 0;
    for code in codes_of_plans() {
        let told = &TOLD[&code];
        if told.codes != BTreeSet::from([code.to_string()]) {
            let _ = writeln!(failures, "{code}: the example gives {:?}\n{}", told.codes, told.text);
        }
        let page = page(code);
        let shown = page.fences.last().map_or("", |fence| fence.text.as_str());
        if shown != told.text && std::env::var_os("UPDATE_PLAN_PAGES").is_some() {
            update(code, shown, &told.text);
        } else if shown != told.text {
            let _ = writeln!(failures, "{code}: the page shows\n{shown}and leaver says\n{}", told.text);
        }
        ran += 1;
    }
    println!("{ran} plans of the pages were made");
    assert!(failures.is_empty(), "{failures}");
}

/// What a page says is held is what the example holds.
#[test]
fn what_a_page_says_is_held_is_held() {
    for code in codes_of_plans() {
        let page = page(code);
        let (_, says) = page.prose.iter().find(|(heading, _)| heading == "What it holds").expect("a section");
        let says = says.trim();
        match &code.as_str()[..3] {
            "L02" => {
                let held = &TOLD[&code].held;
                let first = says.split(['.', ';']).next().unwrap_or_default();
                let nothing = first.starts_with("Nothing");
                assert_eq!(nothing, held.is_empty(), "{code} holds {held:?}, and the page says: {says}");
                if !nothing {
                    let id = first.contains("the ID") || first.contains("The ID");
                    assert_eq!(
                        id,
                        held.contains(&Axis::Id),
                        "{code} holds {held:?}, and the page says: {says}"
                    );
                    let access = first.contains("access");
                    assert_eq!(
                        access,
                        held.contains(&Axis::Access),
                        "{code} holds {held:?}, the page says: {says}"
                    );
                }
            }
            "L03" => assert!(says.contains("whole plan"), "{code}: {says}"),
            _ => assert!(says.contains("this user"), "{code}: {says}"),
        }
    }
}
