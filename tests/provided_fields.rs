//! Absence is not evidence: a policy that reads a field nobody provides is refused at the start, with
//! the field's name and the place that reads it, unless the directory states what holds for everybody.

use leaver::directory::Directory;
use leaver::model::parse_instant;
use leaver::policy::{Basis, HoldCode, Outcome, Policy, Source, check};

/// A directory of one leaver; `user` and `header` are further keys, each with a comma before it.
fn directory(user: &str, header: &str) -> Directory {
    let text = format!(
        r#"{{"subscription": {{"id": "acme", "edition": "enterprise", "time_zone": "Europe/Zurich"}},
            "taken_at": "2026-11-22T08:00:00Z", "complete": true{header},
            "users": [{{"id": "ECHOECHO", "person": "E1001", "employment": "staff"{user}}}]}}"#
    );
    Directory::from_json("acme.json", text.as_bytes()).expect("a directory without mistakes")
}

fn policy(body: &str, directory: &Directory) -> Policy {
    let text = format!("/// Why.\nfn rule(user) {{\n    {body}\n}}\n");
    let checked = check(vec![Source::new("acme.rhai", text)], directory.schema(), None);
    checked.policy.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics))
}

/// `CODE LINE:COLUMN+LENGTH FIELD` of everything that refuses the policy.
fn refused(body: &str, directory: &Directory) -> Vec<String> {
    policy(body, directory)
        .missing_fields(&|slot| directory.provides(slot))
        .iter()
        .map(|found| {
            let field = found.message.split('`').nth(1).unwrap_or_default();
            format!("{} {}:{}+{} {field}", found.code, found.line, found.column, found.length)
        })
        .collect()
}

const LEFT: &str = r#", "last_day": "2026-11-20""#;

#[test]
fn a_field_nobody_provides_refuses_the_policy() {
    let directory = directory(LEFT, "");
    let body = "if user.legal_hold { forbid(\"revoke\") }";
    assert_eq!(refused(body, &directory), ["P0701 3:8+15 legal_hold"]);
}

#[test]
fn every_such_field_is_named_once_at_its_first_place() {
    let directory = directory(LEFT, "");
    let body =
        "if user.legal_hold || user.mdm_managed || user.legal_hold || \"g1\" in user.groups { withdraw() }";
    let mut found = refused(body, &directory);
    found.sort();
    assert_eq!(found, ["P0701 3:27+16 mdm_managed", "P0701 3:74+11 groups", "P0701 3:8+15 legal_hold"]);
}

#[test]
fn what_somebody_has_is_provided_for_everybody() {
    let body = "if user.legal_hold { forbid(\"revoke\") }";
    assert!(refused(body, &directory(r#", "legal_hold": false"#, "")).is_empty());
}

#[test]
fn a_stated_assumption_is_enough_and_is_what_the_policy_sees() {
    let directory = directory(LEFT, r#", "assume": {"legal_hold": true}"#);
    let body = "if user.legal_hold { review(\"on hold\") }";
    assert!(refused(body, &directory).is_empty());
    let basis = Basis::of(&directory, parse_instant("2026-11-22T09:00:00Z").unwrap()).unwrap();
    let evaluator = policy(body, &directory).evaluator(basis).unwrap();
    let decision = evaluator.decide(&directory.users()[0]).unwrap();
    assert_eq!(decision.hold.expect("held").code, HoldCode::Review);
}

#[test]
fn having_left_needs_a_leaving_fact() {
    let body = "if user.has_left { withdraw() }";
    assert_eq!(refused(body, &directory("", "")), ["P0701 3:8+13 has_left"]);
    assert!(refused(body, &directory(LEFT, "")).is_empty());
    assert!(refused(body, &directory(r#", "leaves_at": "2026-11-20T12:00:00Z""#, "")).is_empty());
    assert!(refused(body, &directory("", r#", "assume": {"last_day": null}"#)).is_empty());
}

#[test]
fn what_a_helper_reads_is_read_by_the_rule() {
    let directory = directory(LEFT, "");
    let text =
        "/// Why.\nfn rule(user) { if held(user) { keep() } }\nprivate fn held(user) { user.legal_hold }\n";
    let checked = check(vec![Source::new("acme.rhai", text)], directory.schema(), None);
    let found = checked.policy.expect("no errors").missing_fields(&|slot| directory.provides(slot));
    assert_eq!(found.iter().map(|found| (found.line, found.column)).collect::<Vec<_>>(), [(3, 25)]);
}

/// Whoever asks all the same, as for a single user, gets a hold and never the field's default.
#[test]
fn an_unknown_fact_holds_the_user() {
    let directory = directory(LEFT, "");
    let body = "if !user.legal_hold { withdraw() }";
    let basis = Basis::of(&directory, parse_instant("2026-11-22T09:00:00Z").unwrap()).unwrap();
    let decision = policy(body, &directory).evaluator(basis).unwrap().decide(&directory.users()[0]).unwrap();
    assert_eq!((decision.outcome, decision.hold.expect("held").code), (Outcome::Hold, HoldCode::MissingFact));
}
