mod habits;

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::{Parsed, parse, rationale};
use crate::diagnostic::Code;
use crate::policy::source::Source;

const POLICY: &str = r#"//! How Acme offboards messaging IDs.

const GRACE = days(30);

/// Nothing irreversible while legal holds the account.
fn legal_hold(user) {
    if user.legal_hold { forbid("revoke", "detach") }
}

/// Staff lose the ID itself: it belongs to the company.
fn staff_leave(user) {
    if user.has_left && user.employment == "staff" { revoke().because(`since ${user.last_day ?? "now"}`) }
}

private fn is_outside(user) { user.employment in ["contractor", "partner"] }

/**
 * Contractors keep their ID
 * and lose our licence.
 */
fn contractors_leave(user) {
    let groups = user.groups;
    if user.has_left && is_outside(user) && groups.some(|g| g != "vpn") { detach().after(GRACE) }
}

/* fn old(user) { */
/// Whoever leaves also leaves every group and list.
fn leave_groups(user) {
    switch user.departure {
        "retired" | "deceased" => (),
        _ => if user.has_left { also(leave_groups_and_lists()) },
    }
}
"#;

fn parsed(text: &str) -> Parsed {
    parse(&Source::new("acme.rhai", text), 0)
}

/// Code, and what the place marks.
fn found(text: &str) -> Vec<(Code, String)> {
    let source = Source::new("acme.rhai", text);
    parse(&source, 0)
        .diagnostics
        .iter()
        .map(|diagnostic| {
            let start = source.byte(diagnostic.line, diagnostic.column);
            let marked = text[start..].chars().take(diagnostic.length).collect();
            (diagnostic.code, marked)
        })
        .collect()
}

fn assert_found(text: &str, expected: &[(Code, &str)]) {
    let found = found(text);
    let found: Vec<_> = found.iter().map(|(code, marked)| (*code, marked.as_str())).collect();
    assert_eq!(found, expected, "{text}");
}

/// The functions in the tree, in order.
fn functions(text: &str) -> Vec<String> {
    let parsed = parsed(text);
    let mut functions: Vec<_> = parsed.ast.iter_fn_def().map(|f| f.name.to_string()).collect();
    functions.retain(|name| !name.starts_with("anon$"));
    functions.sort();
    functions
}

fn inside(body: &str) -> String {
    format!("/// A rule.\nfn rule(user) {{\n    {body}\n}}\n\n/// Another.\nfn other(user) {{ revoke() }}\n")
}

#[test]
fn a_policy_without_errors() {
    assert_found(POLICY, &[]);
    assert_eq!(
        functions(POLICY),
        ["contractors_leave", "is_outside", "leave_groups", "legal_hold", "staff_leave"]
    );
    assert!(parsed(POLICY).broken.is_empty());
    assert_found("", &[]);
    assert_found("// nothing", &[]);
}

#[test]
fn every_error_is_reported_and_the_rest_is_kept() {
    let text = "fn a(user) { revoke( , ) }\nfn b(user) { keep() }\nfn c(user) { if { keep() } }\nconst D = ;\nfn e(user) { detach() }\n";
    assert_found(text, &[(Code::Syntax, ","), (Code::Syntax, "{"), (Code::Syntax, ";")]);
    assert_eq!(functions(text), ["b", "e"]);
    let parsed = parsed(text);
    assert_eq!(parsed.broken_functions, ["a", "c"]);
    assert_eq!(parsed.broken.len(), 3);
}

#[test]
fn positions_stay_beside_broken_items() {
    let text = "fn ä(user) { 1 } fn b(user) { user.x }\n/// Döc\nfn c(user) { # }\nfn d(user) { user.y }\n";
    let parsed = parsed(text);
    let lines: Vec<_> = parsed
        .ast
        .iter_fn_def()
        .map(|f| (f.name.to_string(), f.body.start_position()))
        .map(|(name, position)| (name, parsed.tokens.byte_of_position(text, position)))
        .collect();
    for (name, byte) in lines {
        let byte = byte.expect("a body has a position") as usize;
        let head = format!("fn {name}(user) ");
        assert_eq!(byte, text.find(&head).expect("it is there") + head.len());
    }
}

#[test]
fn what_is_left_open_is_reported_where_it_is() {
    let text = "fn a(user) {\n    if user.x { keep() }\n\n/// Rule\nfn b(user) { revoke() }\nfn c(user) { keep() }\n";
    assert_found(text, &[(Code::Syntax, "{")]);
    assert_eq!(parsed(text).diagnostics[0].line, 1);
    assert_eq!(functions(text), ["b", "c"]);

    for (body, mark) in [
        ("keep(", "("),
        ("[1, 2", "["),
        ("if user.a { keep()", "{"),
        ("review(\"why)", "\"why)"),
        ("review(`why)", "`"),
        ("review(`why ${user.a)`)", "`"),
        ("review('why)", "'why)"),
        ("keep() /* why", "/*"),
        ("keep())", ")"),
        ("keep()]", "]"),
    ] {
        let text = inside(body);
        assert_found(&text, &[(Code::Syntax, mark)]);
        assert_eq!(functions(&text), ["other"], "{body}");
    }
    let text = "fn a(user) { keep() }}\nfn b(user) { keep() }\n";
    assert_found(text, &[(Code::Syntax, "}")]);
    assert_eq!(functions(text), ["a", "b"]);
    // One too few here, one too many there.
    let text = "fn a(user) { keep()\nfn b(user) { keep() }}\nfn c(user) { keep() }\n";
    assert_found(text, &[(Code::Syntax, "{"), (Code::Syntax, "}")]);
    assert_eq!(functions(text), ["b", "c"]);
}

#[test]
fn commented_out_functions_do_not_confuse() {
    let text = "/*\nfn old(user) {\n*/\nfn a(user) { keep()\nfn b(user) { revoke() }\n";
    assert_found(text, &[(Code::Syntax, "{")]);
    assert_eq!(functions(text), ["b"]);
}

#[test]
fn errors_in_constants_and_statements() {
    assert_found("const A = days(;\nfn a(user) { keep() }\n", &[(Code::Syntax, "(")]);
    let text = "const A = 1\nconst B = 2\nfn a(user) { keep() }\n";
    assert_found(text, &[(Code::Syntax, "1"), (Code::Syntax, "2")]);
    assert_eq!(functions(text), ["a"]);
    assert_found("const A 1;\nconst B = 2;\n", &[(Code::Syntax, "1")]);
    assert_found("revoke() keep();\nfn a(user) { keep() }\n", &[(Code::Syntax, "keep")]);
}

#[test]
fn syntax_errors_speak_plainly() {
    for (body, code, mark) in [
        ("let x = 1 let y = 2;", Code::Syntax, "let"),
        ("user. ", Code::Syntax, "}"),
        ("keep() -> revoke()", Code::NotInTheLanguage, "->"),
        ("user.a |> 1", Code::NotInTheLanguage, "|>"),
        ("user.a ? 1 : 2", Code::NotInTheLanguage, "?"),
        ("\"\\q\"", Code::Syntax, "\"\\q\""),
        ("0xZZ", Code::Syntax, "0x"),
        ("let static = 1;", Code::NotInTheLanguage, "static"),
        ("switch 1 { _ => 1, 2 => 3 }", Code::Syntax, "_"),
        ("#{a: 1, a: 2}", Code::NotInTheLanguage, "#{"),
        ("fn inner(x) { x }", Code::Syntax, "fn"),
        ("user.a &&", Code::Syntax, "}"),
        ("user.a == == 1", Code::Syntax, "=="),
        ("break;", Code::Syntax, "break"),
        ("const X = 1; X = 2;", Code::Syntax, "X"),
        ("1 = 2;", Code::Syntax, "1"),
        ("größe", Code::Syntax, "ö"),
    ] {
        let text = inside(body);
        let found = found(&text);
        assert_eq!(found.len(), 1, "{body}: {found:?}");
        assert_eq!(found[0].0, code, "{body}: {:?}", parsed(&text).diagnostics);
        assert_eq!(found[0].1, mark, "{body}: {:?}", parsed(&text).diagnostics);
        assert_eq!(functions(&text), ["other"], "{body}");
    }
}

#[test]
fn limits() {
    let deep = inside(&("(".repeat(100) + "1" + ")".repeat(100).as_str()));
    assert_eq!(found(&deep)[0].0, Code::TooDeep);
    let long = inside(&format!("review(\"{}\")", "a".repeat(5000)));
    assert_eq!(found(&long)[0].0, Code::TooLarge);
    assert_eq!(functions(&long), ["other"]);
    let list = inside(&format!("[{}]", "1,".repeat(2000)));
    assert_eq!(found(&list)[0].0, Code::TooLarge);
    let many: String =
        (0..4200).flat_map(|number| ["fn f".to_owned(), number.to_string(), "(){}\n".to_owned()]).collect();
    assert!(many.len() < Source::MAX_BYTES);
    assert_eq!(found(&many).iter().map(|(code, _)| *code).collect::<Vec<_>>(), [Code::TooLarge]);
    let large = " ".repeat(Source::MAX_BYTES + 1);
    assert_eq!(
        parsed(&large).diagnostics.iter().map(|found| found.code).collect::<Vec<_>>(),
        [Code::PolicyTooLarge]
    );
    assert_found(&" ".repeat(Source::MAX_BYTES), &[]);
}

#[test]
fn names_defined_twice() {
    let text = "fn a(user) { keep() }\nfn b(user) { keep() }\nfn a(user) { revoke() }\n";
    assert_found(text, &[(Code::DuplicateName, "a")]);
    assert_eq!(parsed(text).diagnostics[0].line, 3);
    assert_eq!(functions(text), ["a", "b"]);
    assert_found("fn a(user, user) { 1 }", &[(Code::DuplicateName, "user")]);
    assert_found("fn a(x) { 1 }\nfn a(x, y) { 1 }", &[]);
}

#[test]
fn a_byte_order_mark_is_reported_and_the_rest_parsed() {
    let text = "\u{feff}fn a(user) { keep() }\nfn b(user) { keep( }\n";
    assert_eq!(
        found(text).iter().map(|(code, _)| *code).collect::<Vec<_>>(),
        [Code::PolicyByteOrderMark, Code::Syntax]
    );
    assert_eq!(functions(text), ["a"]);
}

#[test]
fn numbers_that_policies_do_not_have() {
    let text = inside("1.5 + 1e3 - 9223372036854775808 - -9_223_372_036_854_775_808 + 0xFFFFFFFFFFFFFFFF");
    let expected =
        [(Code::Float, "1.5"), (Code::Float, "1e3"), (Code::InvalidLiteral, "9223372036854775808")];
    assert_found(&text, &expected[..2].iter().copied().chain([expected[2]]).collect::<Vec<_>>());
    assert_eq!(functions(&text), ["other", "rule"]);
}

#[test]
fn rationales_are_one_line() {
    assert_eq!(rationale(&["/// Staff  lose\n/// the ID."]).as_deref(), Some("Staff lose the ID."));
    assert_eq!(rationale(&["/// One.", "/** Two\n * three.\n */"]).as_deref(), Some("One. Two three."));
    assert_eq!(rationale(&["///", "/** */"]), None);
    assert_eq!(rationale(&[]), None);
}

#[test]
fn hostile_text_is_quick_and_has_errors() {
    for unit in [
        "(",
        "`${",
        "fn a(){",
        "fn a(){1 1}\n",
        "a.b=",
        "not x ",
        "x not in ",
        "while ",
        "if if(",
        "“",
        "'",
        "/*",
        "None ",
        "fn a(",
        "{fn a()",
        "///\n",
        "a=1&&",
        "private ",
        "`",
        "!",
        "-",
        "a[",
        "|a|",
        "#{a:",
        "\u{feff}",
        "é",
    ] {
        let text = unit.repeat(60_000 / unit.len());
        let start = Instant::now();
        let parsed = parsed(&text);
        assert!(!parsed.diagnostics.is_empty(), "{unit:?}");
        assert!(start.elapsed() < Duration::from_secs(20), "{unit:?} takes {:?}", start.elapsed());
    }
    let functions: String =
        (0..4000).flat_map(|number| ["fn f".to_owned(), number.to_string(), "(){1 1}".to_owned()]).collect();
    let start = Instant::now();
    assert_eq!(parsed(&functions).diagnostics.len(), 4000);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

/// A policy with some of its tokens deleted, inserted or doubled.
fn mutated() -> impl Strategy<Value = String> {
    const PIECES: [&str; 26] = [
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        "`",
        "${",
        "\"",
        "'",
        "=",
        "&&",
        ".",
        ",",
        ";",
        " and ",
        " not ",
        " fn ",
        " if ",
        "#",
        "/*",
        "*/",
        "\n/// doc\n",
        "“",
        "1.5",
        "!",
    ];
    let change = (any::<prop::sample::Index>(), 0_u8..3, prop::sample::select(PIECES.as_slice()));
    prop::collection::vec(change, 1..4).prop_map(|changes| {
        let mut text = POLICY.to_owned();
        for (place, kind, piece) in changes {
            let tokens = super::Tokens::read(&text);
            let Some(token) = tokens.token(place.index(tokens.all().len().max(1))) else { continue };
            let range = token.start as usize..token.end as usize;
            match kind {
                0 => text.replace_range(range, ""),
                1 => text.insert_str(range.start, piece),
                _ => {
                    let doubled = text[range.clone()].to_owned();
                    text.insert_str(range.end, &doubled);
                }
            }
        }
        text
    })
}

fn assert_is_sensible(text: &str) {
    let source = Source::new("acme.rhai", text);
    let parsed = parse(&source, 0);
    let lines = text.split('\n').count();
    for diagnostic in &parsed.diagnostics {
        assert!((1..=lines).contains(&diagnostic.line), "{diagnostic} in {text:?}");
        let width = text.split('\n').nth(diagnostic.line - 1).map_or(0, |line| line.chars().count());
        assert!((1..=width + 1).contains(&diagnostic.column), "{diagnostic} in {text:?}");
        assert!(!diagnostic.message.is_empty() && !diagnostic.message.contains('\n'));
    }
    // Without diagnostics the whole text is in the tree.
    if parsed.diagnostics.is_empty() {
        assert!(parsed.broken.is_empty() && parsed.broken_functions.is_empty(), "{text:?}");
        assert!(super::parser().compile(text).is_ok(), "{text:?}");
    }
    assert!(parsed.broken.iter().all(|range| range.start < range.end && range.end as usize <= text.len()));
}

#[test]
fn a_small_stack_is_enough() {
    let deep = inside(&["(".repeat(5000), "1".to_owned(), ")".repeat(5000)].concat());
    let wide = inside(&["!".repeat(5000), "user.a".to_owned()].concat());
    let thread = std::thread::Builder::new().stack_size(128 * 1024).spawn(move || {
        [deep, wide, "if a { ".repeat(500), POLICY.to_owned()].map(|text| parsed(&text).diagnostics.len())
    });
    assert_eq!(thread.expect("a thread starts").join().expect("it does not overflow")[3], 0);
}

proptest! {
    #[test]
    fn any_mutation_of_a_policy_is_judged(text in mutated()) {
        assert_is_sensible(&text);
    }

    #[test]
    fn any_text_is_judged(text in any::<String>()) {
        assert_is_sensible(&text);
    }

    #[test]
    fn any_lines_are_judged(lines in prop::collection::vec(prop::sample::select(POLICY.lines().collect::<Vec<_>>()), 0..30)) {
        assert_is_sensible(&lines.join("\n"));
    }
}
