//! Policies that would fail or answer otherwise when they run are refused, and those that would not
//! are accepted.

use super::*;

#[test]
fn a_variable_keeps_what_its_type_promises() {
    let changed = |value: &str| {
        body(&format!("let a = revoke(); if user.has_left {{ a = {value}; }} a.because(\"x\")"))
    };
    clean(&changed("detach()"));
    one(&changed("forbid(\"revoke\")"), "P0210 1:55+16 `a` is an action, and this may be another kind");
    one(&changed("if user.legal_hold { detach() }"), "P0210");
    one(&changed("notify(\"x\")"), "P0210");
    one(
        &body("let d = days(1); d += hours(2); if today() + d > today() { revoke() }"),
        "P0210 1:31+13 `d` is a number of days and cannot become a length of time",
    );
    one(&body("let l = []; if user.has_left { l = user.groups; } if l.len() > 2 { revoke() }"), "P0210");
    clean(&body("let a = if user.has_left { revoke() }; if user.legal_hold { a = detach(); } a"));
    clean(&body("let p = hours(1); p = days(2); revoke().after(p)"));
    clean(&body("let l = user.groups; if user.has_left { l = []; } if l.len() > 2 { revoke() }"));
    clean(&body("let d = user.last_day; if d == () { d = today(); } if d in [today()] { revoke() }"));
}

#[test]
fn closures_answer_true_or_false_and_change_nothing() {
    one(
        &body("if user.groups.some(|g| { if g == \"g1\" { return 1; } true }) { revoke() }"),
        "P0201 1:17+57 one branch gives a whole number",
    );
    one(
        &body("let n = 0; if user.groups.all(|g| { n += 1; n > 0 }) { revoke().after(days(n)) }"),
        "P0405 1:50+1 a closure cannot change `n`",
    );
    one(
        &body("let l = user.groups; if l.some(|g| l.contains(g)) { revoke() }"),
        "P0405 1:49+1 a closure cannot look at `l`, the list it goes through",
    );
    one(
        "private fn twice(list) { list.some(|x| list.all(|y| x == y)) } fn r(user) { if twice(user.groups) { revoke() } }",
        "P0405",
    );
    clean(&body(
        "if user.groups.some(|g| { if g == \"g1\" { return true; } let n = 1; n += 1; n > 3 }) { revoke() }",
    ));
    clean(&body("let l = user.groups; let m = l; if l.some(|g| m.contains(g)) { revoke() }"));
}

#[test]
fn the_empty_list_takes_the_type_of_what_it_meets() {
    one(
        "fn r(user) { if (user.groups ?? []).some(|g| g > 3) { revoke() } }",
        "P0201 1:46+5 text is compared with a whole number",
    );
    one(
        &body(
            "let l = if user.has_left { [] } else { user.groups }; for g in l { if !g { return revoke(); } }",
        ),
        "P0204",
    );
    clean(&body("if \"g1\" in (if user.has_left { [] } else { user.groups }) { revoke() }"));
    clean("const NONE = []; fn r(user) { if user.notice_days in NONE || \"a\" in NONE { revoke() } }");
}

#[test]
fn constant_dates_stay_in_the_calendar() {
    one("const A = date(\"0001-01-01\") - days(1); fn r(user) { if today() > A { revoke() } }", "P0411");
}

/// Findings of two rules, the first acting and the second asking for a review.
fn overruled(first: &str, second: &str) -> Vec<String> {
    findings(&format!("fn a(user) {{ {first} }}\nfn b(user) {{ {second} }}"))
}

#[test]
fn an_absent_value_is_reached_like_any_other() {
    for subject in ["departure", "vip", "country"] {
        clean(&body(&format!("switch user.{subject} {{ () => review(\"x\"), _ => () }}")));
    }
    clean(&body("switch user.departure { () | \"retired\" => review(\"x\"), _ => () }"));
    one(&body("if user.departure != () { return; } if user.departure == () { return; } keep()"), "P0302");
    one(&body("if user.vip != () && user.vip == () { keep() }"), "P0302");
}

#[test]
fn reviews_that_a_condition_sets_apart_are_not_overruled() {
    let apart = [
        ("if user.superseded_by != () { revoke() }", "if user.superseded_by == () { review(\"x\") }"),
        (
            "switch user.country { \"CH\" => revoke(), _ => () }",
            "switch user.country { () => review(\"x\"), _ => () }",
        ),
        (
            "switch user.employment { \"staff\" | \"service\" => (), _ => revoke() }",
            "if user.employment == \"staff\" { review(\"x\") }",
        ),
        (
            "if user.employment == \"staff\" || user.employment == \"partner\" { revoke() }",
            "if user.employment in [\"service\", \"contractor\"] { review(\"x\") }",
        ),
        (
            "if !(user.has_left && user.legal_hold) { return; } revoke()",
            "if !user.has_left { review(\"x\") }",
        ),
    ];
    for (first, second) in apart {
        assert_eq!(overruled(first, second), Vec::<String>::new(), "{first} {second}");
    }
    let helper = "private fn gone(user) { user.has_left && user.employment == \"staff\" }\n\
                  fn a(user) { if gone(user) { revoke() } }\n\
                  fn b(user) { if user.employment == \"partner\" { review(\"x\") } }";
    clean(helper);
}

#[test]
fn reviews_that_may_be_overruled_are_warned_of() {
    let together = [
        (
            "if user.country == () || user.country == \"CH\" { revoke() }",
            "switch user.country { () | \"DE\" => review(\"x\"), _ => () }",
        ),
        ("if user.has_left || user.legal_hold { revoke() }", "if !user.has_left { review(\"x\") }"),
        (
            "switch user.employment { \"staff\" if user.has_left => (), _ => revoke() }",
            "if user.employment == \"staff\" { review(\"x\") }",
        ),
        (
            "if user.departure != () && user.departure == \"retired\" { revoke() }",
            "if user.departure != () { review(\"x\") }",
        ),
    ];
    for (first, second) in together {
        let found = overruled(first, second);
        assert_eq!(found.len(), 1, "{first} {second} {found:?}");
        assert!(found[0].contains("can overrule this review"), "{found:?}");
    }
}
