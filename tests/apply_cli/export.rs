//! The history handed on: as events of OCSF, without people in it, and by rule.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;

use crate::company::{Company, LATER};
use crate::program::{code, stderr, stdout};

/// A company whose plan was approved and carried out.
fn carried_out() -> Company {
    let company = Company::of(4, 2);
    company.plan(&[]);
    company.approve("noah");
    company.approve("lena");
    let approved = ["--approval", "noah.approval", "--approval", "lena.approval", "--until", LATER];
    assert_eq!(code(&company.apply(&approved)), 0);
    company
}

fn events(company: &Company, more: &[&str]) -> Vec<Value> {
    let usual = ["audit", "export", "acme.journal", "--format", "ocsf"];
    let exported = company.done(&[&usual[..], more].concat());
    stdout(&exported).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn every_record_is_an_event_with_what_the_schema_requires() {
    let company = carried_out();
    let events = events(&company, &[]);
    let lines = company.done(&["audit", "export", "acme.journal"]);
    assert_eq!(events.len(), stdout(&lines).lines().count());
    let mut classes: BTreeMap<u64, BTreeSet<String>> = BTreeMap::new();
    for event in &events {
        for key in
            ["activity_id", "category_uid", "class_uid", "type_uid", "severity_id", "status_id", "time"]
        {
            assert!(event[key].is_u64(), "{key}: {event}");
        }
        let class = event["class_uid"].as_u64().expect("a class");
        let activity = event["activity_id"].as_u64().expect("an activity");
        assert_eq!(event["type_uid"], class * 100 + activity);
        assert_eq!(event["category_uid"], class / 1_000);
        assert!(event["metadata"]["version"].is_string() && event["metadata"]["product"]["name"] == "leaver");
        assert!(event["unmapped"]["controls"].as_array().is_some_and(|controls| !controls.is_empty()));
        let who = match class {
            3001 => &event["user"]["uid"],
            3006 => &event["group"]["uid"],
            3004 => &event["entity"]["type"],
            other => panic!("{other}"),
        };
        assert!(who.is_string(), "{event}");
        let word = event["unmapped"]["step_kind"].as_str().unwrap_or("-").to_owned();
        classes.entry(event["type_uid"].as_u64().expect("a type")).or_default().insert(word);
    }
    let of = |number: u64| classes[&number].iter().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(of(300_105), ["withdraw"]);
    assert_eq!(of(300_106), ["revoke"]);
    assert_eq!(of(300_604), ["leave_group"]);
    assert!(of(300_199).contains(&"detach"), "{classes:?}");
    let revoked = events.iter().find(|event| event["type_uid"] == 300_106).expect("a revocation");
    assert_eq!(revoked["unmapped"]["scim"], "prov:delete");
    assert_eq!(revoked["unmapped"]["caep"], "account-purged");
    let controls = revoked["unmapped"]["controls"].to_string();
    assert!(controls.contains("PS-4") && controls.contains("ISO/IEC 27001 5.11"), "{controls}");
    // The table names the controls, too.
    let table = company.done(&["audit", "export", "acme.journal", "--format", "csv"]);
    assert!(stdout(&table).starts_with("n,at,plan,actor,event,step,what,hash,controls\n"));
    assert!(stdout(&table).contains("NIST SP 800-53 AC-2(3)"));
}

#[test]
fn with_pseudonyms_nobody_is_named_in_any_format() {
    let company = carried_out();
    company.done(&["keygen", "--pseudonyms", "-o", "pseudonyms.key"]);
    let key = fs::read_to_string(company.path("pseudonyms.key")).expect("a key");
    assert!(key.starts_with("leaver-pseudonym-key:"), "{key}");
    let plain = company.done(&["audit", "export", "acme.journal"]);
    let people = ["U000000", "mia", "noah", "lena"];
    assert!(people.iter().all(|name| stdout(&plain).contains(name)));
    for format in ["jsonl", "csv", "ocsf"] {
        let arguments =
            ["audit", "export", "acme.journal", "--format", format, "--pseudonyms", "pseudonyms.key"];
        let (first, again) = (company.done(&arguments), company.done(&arguments));
        let text = stdout(&first);
        assert_eq!(text, stdout(&again));
        for name in people.iter().copied().chain(["\"c0\"", "\"c1\"", "\"g1\"", " c0", " c1", " g1"]) {
            assert!(!text.contains(name), "{format}: {name}");
        }
        assert!(
            text.contains("user-") && text.contains("administrator-") && text.contains("key-"),
            "{format}"
        );
        let records = stdout(&plain).lines().count();
        assert_eq!(text.lines().count(), records + usize::from(format == "csv"), "{format}");
    }
    // The same person is the same pseudonym: as many as there are IDs.
    let named = |export: &str, key: &str| {
        let lines = export.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        lines.filter_map(|record| record[key].as_str().map(str::to_owned)).collect::<BTreeSet<_>>()
    };
    let hidden = company.done(&["audit", "export", "acme.journal", "--pseudonyms", "pseudonyms.key"]);
    assert_eq!(named(stdout(&hidden), "user").len(), named(stdout(&plain), "user").len());
    assert_eq!(named(stdout(&hidden), "hash"), named(stdout(&plain), "hash"));

    for wrong in ["noah.key", "acme.rhai"] {
        let output = company.run(&["audit", "export", "acme.journal", "--pseudonyms", wrong]);
        assert_eq!(code(&output), 1, "{wrong}");
        assert!(stderr(&output).contains("A0005"), "{}", stderr(&output));
    }
}

#[test]
fn what_a_rule_has_done_is_shown() {
    let company = carried_out();
    let show = |rule: &str| {
        let output = company.done(&["audit", "show", "acme.journal", "--rule", rule]);
        stdout(&output).to_owned()
    };
    let (staff, contractors) = (show("staff"), show("contractors"));
    assert!(staff.contains("revoke U0000000") && !staff.contains("detach"), "{staff}");
    assert!(contractors.contains("detach U0000001") && !contractors.contains("revoke"), "{contractors}");
    assert_eq!(show("nobody"), "");
}
