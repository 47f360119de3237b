//! What the checker says of small policies: code, place and help.

use std::sync::Arc;

use super::*;
use crate::model::{ClosedSet, FieldType, Kind};

mod soundness;

fn schema() -> Arc<Schema> {
    let attribute = |kind, optional| FieldType { kind, optional };
    Arc::new(
        Schema::new(BTreeMap::from([
            ("notice_days".to_owned(), attribute(Kind::Int, false)),
            ("cost_center".to_owned(), attribute(Kind::Text, true)),
            ("vip".to_owned(), attribute(Kind::Bool, true)),
            ("site".to_owned(), attribute(Kind::OneOf(ClosedSet::new("site", ["zurich", "berlin"])), false)),
            ("contract_end".to_owned(), attribute(Kind::Date, true)),
        ]))
        .unwrap(),
    )
}

fn names() -> Names {
    Names {
        groups: BTreeMap::from([("g1".into(), "Sales".into())]),
        lists: BTreeMap::from([("l1".into(), "All hands".into())]),
    }
}

/// `CODE LINE:COLUMN+LENGTH message` of everything but missing doc comments.
fn findings(text: &str) -> Vec<String> {
    let checked = check(vec![Source::new("p.rhai", text)], &schema(), Some(&names()));
    let found: Vec<String> = checked
        .diagnostics
        .iter()
        .filter(|finding| finding.code != Code::NoRationale)
        .map(|finding| {
            format!(
                "{} {}:{}+{} {}",
                finding.code, finding.line, finding.column, finding.length, finding.message
            )
        })
        .collect();
    assert_eq!(checked.policy.is_some(), !checked.diagnostics.iter().any(Diagnostic::is_error));
    found
}

#[track_caller]
fn clean(text: &str) {
    assert_eq!(findings(text), Vec::<String>::new(), "{text}");
}

/// Wraps a body into a rule; the body begins at line 1, column 14.
fn body(text: &str) -> String {
    format!("fn r(user) {{ {text} }}")
}

#[track_caller]
fn one(text: &str, expected: &str) {
    let found = findings(text);
    assert_eq!(found.len(), 1, "{text}\n{found:#?}");
    assert!(found[0].starts_with(expected), "{text}\nexpected {expected}\nfound    {}", found[0]);
}

#[test]
fn the_policy_of_the_design_is_clean_but_for_its_review() {
    let text = r#"//! How Acme offboards messaging IDs.

const GRACE = days(30);

/// Nothing irreversible while legal holds the account.
fn legal_hold(user) {
    if user.legal_hold { forbid("revoke", "detach") }
}

/// Service accounts nobody used for a quarter.
fn forgotten_service_account(user) {
    if user.employment == "service" && user.last_seen != () && days_since(user.last_seen) > 90 {
        review("unused service account")
    }
}

/// Staff lose the ID itself: it belongs to the company.
fn staff_leave(user) {
    if user.has_left && user.employment == "staff" { revoke().after(GRACE) }
}

/// Contractors keep their ID and lose our licence.
fn contractors_leave(user) {
    if user.has_left && user.employment in ["contractor", "partner"] { detach() }
}

/// The older of two IDs of one person goes, a week after its owner was told; the person stays.
fn duplicate_id(user) {
    if user.superseded_by != () {
        revoke().keep_access().replace_with(user.superseded_by).notify("Your old ID will be deleted.").after(days(7))
    }
}

/// Whoever leaves also leaves every group and list.
fn leave_groups(user) {
    if user.has_left { also(leave_groups_and_lists()) }
}
"#;
    clean(text);
}

#[test]
fn every_example_of_the_vocabulary_is_clean() {
    for word in crate::policy::vocabulary::WORDS {
        clean(&body(word.example));
    }
    for operator in crate::policy::vocabulary::OPERATORS {
        clean(&body(operator.example));
    }
    for field in crate::model::Field::ALL {
        clean(&body(&format!("if {} {{ withdraw() }}", field.info().example)));
    }
}

#[test]
fn names_that_do_not_exist() {
    one(&body("if user.employmet == \"staff\" { revoke() }"), "P0102 1:22+9 unknown field `employmet`");
    one(&body("if usr.has_left { revoke() }"), "P0101 1:17+3 unknown name `usr`");
    one(&body("if has_left { revoke() }"), "P0101 1:17+8 unknown name `has_left`");
    one(&body("revok()"), "P0103 1:14+5 unknown function `revok`");
    one(&body("if user.has_left() { revoke() }"), "P0103 1:22+8 `has_left` is a field");
    one(&body("if \"g9\" in user.groups { withdraw() }"), "P0106 1:17+4 the directory has no group \"g9\"");
    one(&body("if user.lists.contains(\"all hands\") { withdraw() }"), "P0106");
    one(&body("withdraw(1)"), "P0104 1:14+11");
    one(&body("review(5)"), "P0105 1:21+1");
}

#[test]
fn types_that_do_not_fit() {
    one(
        &body("if user.employment == \"contracter\" { detach() }"),
        "P0202 1:36+12 `employment` can never be \"contracter\"",
    );
    one(&body("if user.employment in [\"staff\", \"temp\"] { detach() }"), "P0202 1:46+6");
    one(&body("if user.has_left == \"true\" { detach() }"), "P0201 1:17+23");
    one(&body("if user.created == \"2026-01-01\" { detach() }"), "P0201");
    one(&body("if user.created != () && user.created < \"2026-01-01\" { detach() }"), "P0201 1:39+27");
    one(&body("if user.notice_days == \"5\" { detach() }"), "P0201");
    one(&body("if user.department == \"x\" { detach() }"), "P0203 1:17+15 `user.department` may be absent");
    one(&body("if user.vip { detach() }"), "P0203");
    one(&body("if user.employment { detach() }"), "P0204");
    one(&body("if user.department ?? \"\" > \"a\" { detach() }"), "P0205");
    one(&body("if user.created != () && user.created + 3 < today() { detach() }"), "P0205");
    one(&body("if user.created != () && user.created < date(\"2026-02-30\") { detach() }"), "P0206 1:59+12");
    one(&body("if user.notice_days in [1, \"2\"] { detach() }"), "P0207");
    one(&body("if user.groups.some(\"is_b\") { detach() }"), "P0208 1:34+6");
    one(&body("switch user.department { \"a\" => detach() }"), "P0209");
    one(&body("switch user.employment { \"staf\" => detach(), _ => keep() }"), "P0202 1:39+6");
    one(&body("let x = 1; x = \"a\"; detach()"), "P0210");
    one(&body("if user.has_left != () { detach() }"), "P0201");
    one(&body("revoke().replace_with(user.superseded_by)"), "P0203 1:36+18");
    one(&body("revoke().replace_with(\"echo\")"), "P0206");
    one(&body("if user.id == \"ECHOECHO\" { detach() }"), "P0603");
}

#[test]
fn answers_that_are_lost_or_missing() {
    one(&body("if user.has_left { revoke() } if user.legal_hold { detach() }"), "P0301 1:33+8");
    one(&body("let a = revoke(); if user.has_left { detach() }"), "P0301 1:18+1");
    one(&body("for g in user.groups { if g == \"g1\" { revoke() } }"), "P0301");
    one(&body("let a = 1;"), "P0302 1:4+1");
    one(&body("if user.employment == \"staff\" && user.employment == \"partner\" { revoke() }"), "P0302");
    one("fn r(user, x) { revoke() } fn s(user) { revoke() }", "P0303 1:4+1");
    one(&body("user.has_left"), "P0305");
    one(&body("leave_groups_and_lists()"), "P0305");
    one(&body("withdraw().keep_access()"), "P0306 1:25+11");
    one(&body("revoke().after(days(1)).after(days(2))"), "P0306");
    one(&body("revoke().after(days(-1))"), "P0206");
    one(&body("if user.has_left { revoke() } else { return; } detach()"), "P0301");
}

#[test]
fn scopes() {
    one(&body("user.employment = \"staff\"; revoke()"), "P0401");
    one(&body("user = 3; revoke()"), "P0401");
    one("const A = 1; fn r(user) { let A = 2; revoke() }", "P0402 1:31+1");
    one("const A = today(); fn r(user) { if A < date(\"2020-01-01\") { revoke() } }", "P0403 1:11+7");
    one(&body("if user.groups.some(|g| g == user.person) { revoke() }"), "P0404");
    one(&body("let d = \"a\"; d = \"b\"; if user.groups.some(|g| g == d) { revoke() }"), "P0405");
    one(&body("for i in 0..5 { } revoke()"), "P0406");
    one("fn revoke(user) { withdraw() } fn s(user) { keep() }", "P0407 1:4+6");
    one("fn a(user) { keep() } private fn a(x, y) { 1 }", "P0408");
    one("fn r(user) { if h(1) { revoke() } } private fn h(n) { h(n) }", "P0409");
    one("let x = 1; fn r(user) { revoke() }", "P0410");
    one("const A 3;\nfn r(user) { if user.notice_days > A { revoke() } }", "P0501 1:9+1");
    one("const A = user; fn r(user) { revoke() }", "P0101");
}

#[test]
fn optional_values_that_were_checked() {
    clean(&body("if user.last_day != () && user.last_day < today() { revoke() }"));
    clean(&body("if user.last_day == () || user.last_day > today() { keep() }"));
    clean(&body("if user.last_day == () { return; } if user.last_day < today() { revoke() }"));
    clean(&body("let d = user.last_day; if d != () { if d < today() { revoke() } }"));
    clean(&body("let known = user.last_day != (); if known && user.last_day < today() { revoke() }"));
    clean(&body("if !(user.last_day == ()) && user.last_day < today() { revoke() }"));
    clean(&body("if (user.last_day ?? today()) < today() { revoke() }"));
    clean(&body("if user.department in [\"a\"] && user.department.starts_with(\"b\") { revoke() }"));
    clean(&body(
        "switch user.department { () => keep(), \"a\" => revoke(), _ => if user.department.len() > 3 { detach() } }",
    ));
    clean(
        "private fn gone(day) { day != () && day < today() } fn r(user) { if gone(user.last_day) { revoke() } }",
    );
    one(&body("if user.last_day != () || user.last_day < today() { revoke() }"), "P0203");
    one(
        &body("if user.last_day == () { keep() } else if user.created < user.last_day { revoke() }"),
        "P0203",
    );
}

#[test]
fn helpers_constants_and_closures() {
    clean(
        "const KINDS = [\"staff\", \"temporary\"];\nprivate fn ours(user, kinds) { user.employment in kinds }\nfn r(user) { if ours(user, KINDS) { revoke() } }",
    );
    clean(
        "const A = 3; const B = A * 2 + days_in(); fn r(user) { if user.notice_days > A { revoke() } }"
            .replace(" const B = A * 2 + days_in();", "")
            .as_str(),
    );
    one("const KINDS = [\"staf\"]; fn r(user) { if user.employment in KINDS { revoke() } }", "P0202");
    clean(&body("let d = user.department ?? \"\"; if user.groups.some(|g| g == d) { revoke() }"));
    clean(&body("for g in user.groups { if g.starts_with(\"x\") { return revoke(); } }"));
    clean(&body(
        "let n = 0; for g in user.groups { if g != \"g1\" { n += 1; } } if n > 3 { review(`in ${n} groups`) }",
    ));
}

#[test]
fn five_mistakes_are_five_diagnostics() {
    let text = "fn a(user) { if user.has_left { revoke( }\n}\nfn b(user) { if user.x { keep() } }\nfn c(user) { let = 3; }\nfn d(user) { if user.employment == 3 { keep() } }\nfn e(user) { if user.has_left { rev() } }\n";
    let found = findings(text);
    assert_eq!(found.len(), 5, "{found:#?}");
}
