//! Policies that would fail or answer otherwise when they run are refused, and those that would not
//! are accepted.

use super::*;

#[test]
fn a_variable_keeps_what_its_type_promises() {
    one(
        &body("let a = revoke(); if user.has_left { a = forbid(\"revoke\"); } a.because(\"x\")"),
        "P0210 1:55+16",
    );
    one(&body("let a = revoke(); a = if user.has_left { detach() }; a.because(\"x\")"), "P0210");
    one(&body("let a = revoke(); a = notify(\"x\"); a"), "P0210");
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
