//! Laws of an import: nobody is left out, and the written folder says the same.

use std::collections::BTreeSet;
use std::fs;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::directory::Directory;
use crate::model::{Fact, Field, Id};

const HEAD: &str = "taken_at = 2026-11-22T08:00:00Z\ncomplete = true\n[subscription]\nid = \"acme\"\nedition = \"enterprise\"\ntime_zone = \"Europe/Zurich\"\n";

fn imported(users: &[&str], hr: &str, choices: &ImportChoices) -> Result<Import, Vec<Diagnostic>> {
    let file = |name, text| ImportFile { name, bytes: str::as_bytes(text) };
    let sources = ImportSources {
        users: users.iter().map(|text| file("users.json", *text)).collect(),
        credentials: Vec::new(),
        hr: file("hr.csv", hr),
        subscription: file("subscription.toml", HEAD),
    };
    import(&sources, choices)
}

fn read_back(import: &Import) -> Directory {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in &import.files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    Directory::read(folder.path(), &mut |_| {}).unwrap()
}

#[test]
fn a_day_is_the_one_of_the_subscription() {
    let users = r#"{"users": [{"id": "ECHOECHO", "csi": "E1", "createdAt": "2026-01-01T23:30:00+0000",
        "category": "night, ,yard", "lastCheck": null, "password": "Secretword"}]}"#;
    let import =
        imported(&[users], "person,employment,last_day\nE1,staff,\n", &ImportChoices::default()).unwrap();
    assert!(import.findings.is_empty(), "{:?}", import.findings);
    assert!(import.files.iter().all(|(_, text)| !text.contains("Secretword")));
    let directory = read_back(&import);
    let user = directory.users().first().unwrap();
    assert_eq!(user.fact(Field::Created.slot()).known().unwrap().to_json(), json!("2026-01-02"));
    assert_eq!(user.fact(Field::Categories.slot()).known().unwrap().to_json(), json!(["night", "yard"]));
    assert_eq!(user.fact(Field::LastSeen.slot()), &Fact::Absent);
    assert_eq!(user.fact(Field::Country.slot()), &Fact::Unknown, "nobody speaks of it");
}

proptest! {
    /// Every ID of the answers is in the directory, with its number; every ID without one good row and every row
    /// without an ID is a finding; and what was written reads as it was.
    #[test]
    fn nobody_is_left_out(
        accounts in proptest::collection::btree_map(0_u32..40, proptest::option::of(0_u32..12), 1..20),
        numbers in proptest::collection::vec(0_u32..12, 0..12),
        page in 1_usize..7,
    ) {
        let id = |n: &u32| format!("U{n:07}");
        let users: Vec<_> = accounts
            .iter()
            .map(|(n, number)| json!({"id": id(n), "csi": number.map(|number| format!("E{number}"))}))
            .collect();
        let pages: Vec<_> = users.chunks(page).map(|users| json!({"users": users})).collect();
        let answer = json!(pages).to_string();
        let mut hr = "person,employment\n".to_owned();
        for number in &numbers {
            hr += &format!("E{number},staff\n");
        }
        let import = imported(&[&answer], &hr, &ImportChoices::default()).unwrap();
        let directory = read_back(&import);
        prop_assert_eq!(import.users, accounts.len());
        let found: BTreeSet<Id> = directory.users().iter().map(crate::model::User::id).collect();
        let expected: BTreeSet<Id> = accounts.keys().map(|n| id(n).parse().unwrap()).collect();
        prop_assert_eq!(found, expected);
        for (n, number) in &accounts {
            let id: Id = id(n).parse().unwrap();
            let rows = number.map_or(0, |number| numbers.iter().filter(|other| **other == number).count());
            let user = directory.user(id).unwrap();
            prop_assert_eq!(user.is_matched(), rows == 1);
            let told = number.map(|number| format!("E{number}"));
            prop_assert_eq!(user.text(Field::Person), told.as_deref());
            let lone = |code| matches!(code, ImportFindingCode::IdWithoutNumber | ImportFindingCode::IdWithoutRow | ImportFindingCode::IdWithSeveralRows);
            let is_found = import.findings.iter().any(|found| found.user == Some(id) && lone(found.code));
            prop_assert_eq!(is_found, rows != 1);
            let twins = number.map_or(0, |number| accounts.values().filter(|other| **other == Some(number)).count());
            let several = import.findings.iter().any(|found| found.user == Some(id) && found.code == ImportFindingCode::SeveralIds);
            prop_assert_eq!(several, twins > 1);
        }
        for (at, number) in numbers.iter().enumerate() {
            let has = |code| import.findings.iter().any(|found| found.line == Some(at + 2) && found.code == code);
            prop_assert_eq!(has(ImportFindingCode::RowWithoutId), !accounts.values().any(|other| *other == Some(*number)));
            prop_assert_eq!(has(ImportFindingCode::NumberTwice), numbers.iter().filter(|other| *other == number).count() > 1);
        }
    }
}
