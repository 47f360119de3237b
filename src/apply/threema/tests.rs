//! Reading answers and putting addresses together, piece by piece.

use std::collections::BTreeSet;

use super::call::{join, segment_of};
use super::wire::{Next, Page, Said, id_of, is_answer, page_of, said};

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn a_key_is_one_segment_whatever_is_in_it() {
    for (key, segment) in [
        ("c1", Some("c1")),
        ("*ACMEGRP", Some("*ACMEGRP")),
        ("a/../b", Some("a%2F..%2Fb")),
        ("a?b#c%d", Some("a%3Fb%23c%25d")),
        ("ä \n", Some("%C3%A4%20%0A")),
        ("..", None),
        (".", None),
        ("", None),
        ("...", Some("...")),
    ] {
        assert_eq!(segment_of(key).as_deref(), segment, "{key:?}");
    }
    assert_eq!(join("https://a", &["x", "y/z"]).as_deref(), Some("https://a/x/y%2Fz"));
    assert_eq!(join("https://a", &["x", ".."]), None);
}

#[test]
fn lists_come_in_many_forms() {
    let members = Some(Page { names: names(&["ECHOECHO", "17"]), next: None });
    for body in [
        r#"["ECHOECHO", 17]"#,
        r#" [{"id": "ECHOECHO", "nickname": null}, {"id": 17}]"#,
        r#"{"members": ["ECHOECHO", "17"]}"#,
        r#"{"error": null, "message": "2 members", "links": [{"rel": "self"}], "members": [{"id": "ECHOECHO"}, 17]}"#,
        r#"{"_links": {"next": null}, "members": ["17", "ECHOECHO"], "total": 2}"#,
    ] {
        assert_eq!(page_of(body.as_bytes(), "members"), members, "{body}");
    }
    for none in [
        "",
        "null",
        "3",
        "{}",
        "[",
        r#"{"recipients": []}"#,
        r#"{"members": {}}"#,
        r#"{"members": [null]}"#,
        r#"{"members": [], "error": "no"}"#,
        r#"[{"name": "x"}]"#,
        "<html>",
        r#"{"members": [[]]}"#,
        r#"{"members": [["ECHOECHO"]]}"#,
        r#"[["ECHOECHO"]]"#,
        r#"{"members": null}"#,
    ] {
        assert_eq!(page_of(none.as_bytes(), "members"), None, "{none}");
    }
}

#[test]
fn next_pages_are_found_by_either_word() {
    let next = |links: &str| {
        let body = format!(r#"{{"links": {links}, "members": []}}"#);
        page_of(body.as_bytes(), "members").expect("a page").next
    };
    let at = |address: &str| Some(Next::At(address.to_owned()));
    assert_eq!(next(r#"[{"rel": "self", "link": "/a"}, {"rel": "next", "link": "/b"}]"#), at("/b"));
    assert_eq!(next(r#"[{"ref": "next", "href": "https://a/b"}]"#), at("https://a/b"));
    assert_eq!(next(r#"{"next": "/c"}"#), at("/c"));
    assert_eq!(next(r#"{"next": {"href": "/d"}}"#), at("/d"));
    assert_eq!(next(r#"[{"rel": "next"}]"#), Some(Next::Somewhere));
    assert_eq!(next(r#"[{"rel": "prev", "link": "/a"}]"#), None);
    assert_eq!(next("null"), None);
}

#[test]
fn one_thing_has_one_id() {
    assert_eq!(id_of(br#"{"id": "c1", "password": "x", "usage": "1"}"#).as_deref(), Some("c1"));
    assert_eq!(id_of(br#"{"id": 17}"#).as_deref(), Some("17"));
    for none in [
        &b"{}"[..],
        br#"{"id": null}"#,
        br#"{"id": "c1", "error": "no"}"#,
        br#"["c1"]"#,
        br#"{"id": {}}"#,
        b"",
    ] {
        assert_eq!(id_of(none), None, "{}", String::from_utf8_lossy(none));
    }
}

#[test]
fn replies_speak_for_or_against_themselves() {
    for (body, expected) in [
        ("", Said::Fine),
        (" \r\n", Said::Fine),
        ("{}", Said::Fine),
        ("[]", Said::Fine),
        ("null", Said::Fine),
        (r#"{"id": 3, "message": "added"}"#, Said::Fine),
        (r#"{"message": "no"}"#, Said::Error),
        (r#"{"error": {"code": 3}}"#, Said::Error),
        (r#"{"error": null}"#, Said::Fine),
        ("<html>", Said::Senseless),
        ("{", Said::Senseless),
        ("ok", Said::Senseless),
    ] {
        assert_eq!(said(body.as_bytes()), expected, "{body}");
    }
    assert!(is_answer(b"{}") && is_answer(b" [1]"));
    assert!(!is_answer(b"") && !is_answer(b"<html>") && !is_answer(br#"{"error": 1}"#) && !is_answer(b"{"));
}
