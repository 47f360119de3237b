use serde_json::json;

use super::expectation::{DECISION_KEYS, compare_object};
use super::*;
use crate::model::{Fact, Field, FieldType, Value};
use crate::policy::{Access, Axis, Disposition, Hold, HoldCode, Outcome};

fn schema() -> Schema {
    let text = |text| FieldType::from_text(text).unwrap();
    let attributes = [("cost_center", text("text?")), ("site", text("text")), ("floors", text("integer?"))];
    Schema::new(attributes.map(|(name, ty)| (name.to_owned(), ty)).into()).unwrap()
}

fn one(user: &str, expect: &str) -> Result<TestCase, Vec<Diagnostic>> {
    let text = format!(
        r#"[{{"name": "a test", "as_of": "2026-11-22T09:00:00Z", "user": {user}, "expect": {expect}}}]"#
    );
    parse("acme.test.json", &text, &schema()).map(|mut tests| tests.remove(0))
}

fn messages(result: Result<TestCase, Vec<Diagnostic>>) -> Vec<String> {
    result
        .unwrap_err()
        .into_iter()
        .map(|found| format!("{}|{}", found.message, found.help.unwrap_or_default()))
        .collect()
}

fn decision() -> Decision {
    Decision {
        user: TEST_ID.parse().ok(),
        outcome: Outcome::Hold,
        disposition: Disposition::Hold,
        access: Access::Hold,
        obligations: vec![crate::policy::Obligation::Notify { text: "Bye".into() }],
        hold: Some(Hold {
            code: HoldCode::Review,
            message: "look".to_owned(),
            rule: Some("check".into()),
            axes: vec![Axis::Id, Axis::Access],
        }),
        ..Decision::nothing(None)
    }
}

#[test]
fn what_a_test_leaves_out_is_absent_or_has_its_default() {
    let user = one(r#"{"employment": "staff"}"#, r#"{"outcome": "keep"}"#).unwrap().user;
    let fact = |field: Field| user.fact(field.slot()).clone();
    let text = |text: &str| Fact::Known(Value::Text(text.into()));
    assert_eq!(user.id().as_str(), TEST_ID);
    assert_eq!(fact(Field::Person), text(TEST_PERSON));
    assert_eq!(fact(Field::LastDay), Fact::Absent);
    assert_eq!(fact(Field::Edition), text("enterprise"));
    assert_eq!(fact(Field::CredentialKind), text("none"));
    assert_eq!(fact(Field::LegalHold), Fact::Known(Value::Bool(false)));
    assert_eq!(fact(Field::Groups), Fact::Known(Value::Texts([].into())));
    assert_eq!(fact(Field::HasLeft), Fact::Unknown, "it follows from last_day");
    let attribute = |name: &str| user.fact(schema().slot(name).unwrap()).clone();
    assert_eq!(attribute("cost_center"), Fact::Absent);
    assert_eq!(attribute("site"), Fact::Unknown, "nobody knows the site, so nobody guesses it");
}

#[test]
fn what_a_test_gives_is_taken() {
    let user = one(
        r#"{"id": "ECHOECHO", "person": null, "employment": "contractor", "last_day": "2026-11-20",
            "credential": "c1", "groups": ["g1"], "has_left": true, "floors": 3, "x-note": 1}"#,
        r#"{"outcome": "keep"}"#,
    )
    .unwrap()
    .user;
    assert_eq!(user.id().as_str(), "ECHOECHO");
    assert!(!user.is_matched());
    assert_eq!(user.fact(Field::HasLeft.slot()), &Fact::Known(Value::Bool(true)));
    assert_eq!(user.text(Field::CredentialKind), Some("single"));
    assert_eq!(user.fact(schema().slot("floors").unwrap()), &Fact::Known(Value::Int(3)));
}

#[test]
fn a_given_has_left_is_not_contradicted_by_a_last_day_nobody_gave() {
    let moment =
        crate::model::Moment::new(parse_instant("2026-11-22T09:00:00Z").unwrap(), Zone::UTC).unwrap();
    let leaving = |user: &str| {
        let user = one(user, r#"{"outcome": "keep"}"#).unwrap().user;
        crate::model::Leaving::of(&user, &moment)
    };
    let told = leaving(r#"{"employment": "staff", "has_left": true}"#);
    assert!(told.is_gone() && !told.contradiction);
    assert!(leaving(r#"{"employment": "staff", "has_left": true, "last_day": null}"#).contradiction);
    assert!(leaving(r#"{"employment": "staff", "last_day": "2026-11-20"}"#).is_gone());
}

#[test]
fn every_mistake_in_a_user_is_told() {
    insta::assert_snapshot!(messages(one(
        r#"{"employmet": "staff", "employment": "contracter", "last_day": "2026-02-30", "legal_hold": "yes",
            "groups": "g1", "id": "echo", "floors": 1.5, "superseded_by": "A", "legal_hold": null}"#,
        r#"{"outcome": "keep"}"#,
    )).join("\n"));
}

#[test]
fn employment_is_required() {
    let found = messages(one("{}", r#"{"outcome": "keep"}"#));
    assert_eq!(found, ["the user has no `employment`|without `employment` no rule would run"]);
}

#[test]
fn an_expectation_no_decision_can_meet_is_an_error() {
    insta::assert_snapshot!(
        messages(one(
            r#"{"employment": "staff"}"#,
            r#"{"dispositon": "revoke", "access": "withdrawn", "hold": {"cod": "review", "code": "reviw"},
            "obligations": [{"kind": "notfy"}]}"#,
        ))
        .join("\n")
    );
    assert_eq!(messages(one(r#"{"employment": "staff"}"#, "{}")).len(), 1, "a test of nothing");
}

#[test]
fn places_are_those_of_the_file() {
    let text = "[\n  {\"name\": \"é\", \"user\": {\"employment\": \"staff\"},\n   \"as_of\": \"now\", \"expct\": {}}\n]";
    let found = parse("t", text, &schema()).unwrap_err();
    let places: Vec<_> = found.iter().map(|found| (found.line, found.column, found.length)).collect();
    assert_eq!(places, [(3, 13, 5), (3, 20, 7), (2, 3, 46)]);
    assert!(found.iter().all(|found| found.code == Code::TestFormat));
}

#[test]
fn what_is_not_a_list_of_tests_is_refused() {
    for text in ["", "[", "{}", "[1]", "null", "[{\"name\": \"a\", \"name\": \"a\"}]", "[[[[", "[{}] x"] {
        let found = parse("t", text, &schema()).unwrap_err();
        assert!(
            found.iter().all(|found| found.code == Code::TestFormat && found.line > 0),
            "{text}: {found:?}"
        );
    }
    assert!(parse("t", &"[".repeat(100_000), &schema()).is_err());
    assert_eq!(parse("t", "[]", &schema()), Ok(Vec::new()));
}

#[test]
fn two_tests_need_two_names() {
    let test = r#"{"name": "a", "as_of": "2026-11-22T09:00:00Z", "user": {"employment": "staff"}, "expect": {"rule": null}}"#;
    let found = parse("t", &format!("[{test},{test}]"), &schema()).unwrap_err();
    assert_eq!(found[0].message, "two tests have the same name");
}

#[test]
fn the_keys_are_those_of_a_decision() {
    let written = serde_json::to_string(&decision()).unwrap();
    let mut at = 0;
    for key in DECISION_KEYS {
        let next = written[at..]
            .find(&format!("\"{key}\":"))
            .unwrap_or_else(|| panic!("{key} is not there, or not in order"));
        at += next;
    }
    assert_eq!(serde_json::to_value(decision()).unwrap().as_object().unwrap().len(), DECISION_KEYS.len());
}

#[test]
fn only_what_is_named_is_compared() {
    let compare = |expect: serde_json::Value| {
        let got = serde_json::to_value(decision()).unwrap();
        let paths = compare_object(expect.as_object().unwrap(), &got);
        paths.into_iter().map(|mismatch| mismatch.path).collect::<Vec<_>>()
    };
    assert_eq!(compare(json!({"outcome": "hold", "rule": null, "hold": {"code": "review"}})), [""; 0]);
    assert_eq!(
        compare(json!({"outcome": "act", "hold": {"code": "vetoed", "rule": "check"}})),
        ["hold.code", "outcome"]
    );
    assert_eq!(compare(json!({"hold": null})), ["hold"]);
    assert_eq!(compare(json!({"rule": "staff_leave", "approvals": 1})), ["approvals", "rule"]);
    assert_eq!(compare(json!({"obligations": []})), ["obligations"]);
    assert_eq!(compare(json!({"obligations": [{"kind": "notify"}]})), [""; 0]);
    assert_eq!(compare(json!({"obligations": [{"text": "Hello"}]})), ["obligations[0].text"]);
    assert_eq!(compare(json!({"hold": {"axes": ["id"]}})), ["hold.axes"]);
}
