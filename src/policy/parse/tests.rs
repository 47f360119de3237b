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
        ("user.a === 1", Code::NotInTheLanguage, "==="),
        ("user.a ? 1 : 2", Code::NotInTheLanguage, "?"),
        ("\"\\q\"", Code::Syntax, "\"\\q\""),
        ("0xZZ", Code::Syntax, "0x"),
        ("let static = 1;", Code::NotInTheLanguage, "static"),
        ("switch 1 { _ => 1, 2 => 3 }", Code::Syntax, "_"),
        ("#{a: 1, a: 2}", Code::Syntax, "a"),
        ("fn inner(x) { x }", Code::Syntax, "fn"),
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
fn single_quotes() {
    let text = inside("if user.employment == 'staff' { keep() }");
    assert_found(&text, &[(Code::SingleQuotes, "'staff'")]);
    assert_eq!(parsed(&text).diagnostics[0].help.as_deref(), Some("write \"staff\""));
    assert_eq!(functions(&text), ["other", "rule"], "what was meant is clear");
    assert_found(&inside("user.a == 'x'"), &[(Code::SingleQuotes, "'x'")]);
    assert_found(&inside("user.a == ''"), &[(Code::SingleQuotes, "''")]);
    let text = inside(r"user.a == 'don\'t' || user.b == 'a'");
    assert_found(&text, &[(Code::SingleQuotes, r"'don\'t'"), (Code::SingleQuotes, "'a'")]);
    assert_found(&inside("review(\"don't\") // 'staff'\n /* 'x' */"), &[]);
    assert_found(&inside("review(`it's ${user.a} 'x'`)"), &[]);
}

#[test]
fn words_for_operators() {
    for (body, mark, help) in [
        ("user.a and user.b", "and", "write `&&`"),
        ("user.a or (user.b)", "or", "write `||`"),
        ("if not user.a { keep() }", "not", "write `!`"),
        ("not(user.a)", "not", "write `!`"),
        ("user.a is \"staff\"", "is", "write `==`"),
        ("user.a is not \"staff\"", "is not", "write `!=`"),
        ("user.a not in [1]", "not in", "write `!in`"),
    ] {
        let text = inside(body);
        assert_found(&text, &[(Code::WordOperator, mark)]);
        assert_eq!(parsed(&text).diagnostics[0].help.as_deref(), Some(help), "{body}");
        assert_eq!(functions(&text), ["other", "rule"], "{body}");
    }
    let text = inside("user.a and not user.b or user.c is 'x'");
    let codes: Vec<_> = found(&text).into_iter().map(|(code, _)| code).collect();
    assert_eq!(
        codes,
        [Code::WordOperator, Code::WordOperator, Code::WordOperator, Code::WordOperator, Code::SingleQuotes]
    );
    assert_eq!(functions(&text), ["other", "rule"]);
    assert_found(&inside("keep().or_else(detach())"), &[]);
    assert_found(&inside("let or = 1; let and = or; user.or + and; let not = true; !not"), &[]);
    assert_found(&inside("user.not && user.and"), &[]);
    assert_found(&inside("#{and: 1, or: 2}"), &[]);
    assert_found("private fn not(x) { !x }\nfn a(user) { not(user.a) }", &[]);
    assert_found(&inside("review(\"a and b\") // not b"), &[]);
}

#[test]
fn assignments_for_comparisons() {
    for body in [
        "if user.a = 1 { keep() }",
        "if user.a && user.b = 1 { keep() }",
        "user.a && user.b = 1",
        "user.b = 1 || user.a",
        "(user.b = 1)",
        "user.groups.some(|g| g = \"vpn\")",
        "switch user.b = 1 { _ => keep() }",
    ] {
        assert_found(&inside(body), &[(Code::AssignmentAsComparison, "=")]);
        assert_eq!(functions(&inside(body)), ["other", "rule"], "{body}");
    }
    assert_found(&inside("if user.b=1 { keep() }"), &[(Code::AssignmentAsComparison, "=")]);
    assert_eq!(functions(&inside("if user.b=1 { keep() }")), ["other"]);
    for body in [
        "user.x == 1",
        "user.a && user.b == 1 || user.c != 2",
        "let x = user.a && user.b;",
        "let x = 1; x = 2; x",
        "let x = true; x = user.a && user.b; x",
        "if user.a { let x = 1; x = 2; }",
        "user.x = 1",
        "let f = |g| g == 1; f",
        "user.a <= 1 && user.b >= 2",
        "switch user.a { 1 => keep() }",
    ] {
        assert_found(&inside(body), &[]);
    }
}

#[test]
fn doc_comments_that_document_nothing() {
    let text = "/// The grace\n/// period.\nconst GRACE = days(30);\n\n/// A rule.\nfn a(user) { keep() }\n/// The end.\n";
    assert_found(
        text,
        &[(Code::MisplacedDocComment, "/// The grace"), (Code::MisplacedDocComment, "/// The end.")],
    );
    assert_eq!(functions(text), ["a"]);
    assert!(parsed(text).broken.is_empty(), "the constant is kept");
    let text = inside("/// Why\n    keep()");
    assert_found(&text, &[(Code::MisplacedDocComment, "/// Why")]);
    assert_eq!(functions(&text), ["other", "rule"]);
    assert_found("/** Why */\nlet x = 1;", &[(Code::MisplacedDocComment, "/** Why */")]);
    assert_found("/// Why\nprivate fn a(x) { x }\n//// no\nconst A = 1;\n//! file\n", &[]);
    assert_found("/// Why\n// because\nfn a(x) { x }\n", &[]);
}

#[test]
fn words_that_are_not_in_the_language() {
    use Code::{ForbiddenLoop, NotInTheLanguage};
    for (body, code, mark) in [
        ("while user.a { keep() }", ForbiddenLoop, "while"),
        ("loop { keep() }", ForbiddenLoop, "loop"),
        ("do { keep() } while user.a", ForbiddenLoop, "do"),
        ("do { keep() } until user.a", ForbiddenLoop, "do"),
        ("try { keep() } catch { 1 }", NotInTheLanguage, "try"),
        ("throw \"x\";", NotInTheLanguage, "throw"),
        ("import \"x\" as y;", NotInTheLanguage, "import"),
        ("eval(\"1\")", NotInTheLanguage, "eval"),
        ("print(1)", NotInTheLanguage, "print"),
        ("debug(1)", NotInTheLanguage, "debug"),
        ("Fn(\"a\")", NotInTheLanguage, "Fn"),
        ("user.f.call(1)", NotInTheLanguage, "call"),
        ("curry(1)", NotInTheLanguage, "curry"),
        ("this.a", NotInTheLanguage, "this"),
        ("global::GRACE", NotInTheLanguage, "global"),
        ("is_def_var(\"a\")", NotInTheLanguage, "is_def_var"),
        ("is_def_fn(\"a\", 1)", NotInTheLanguage, "is_def_fn"),
        ("if user.a { 1 } elif user.b { 2 }", NotInTheLanguage, "elif"),
        ("if user.a { 1 } elsif user.b { 2 }", NotInTheLanguage, "elsif"),
        ("if user.a { 1 } elseif (user.b) { 2 }", NotInTheLanguage, "elseif"),
        ("match user.a { 1 => 2 }", NotInTheLanguage, "match"),
    ] {
        assert_found(&inside(body), &[(code, mark)]);
        assert_eq!(functions(&inside(body)), ["other"], "{body}");
        assert!(parsed(&inside(body)).diagnostics[0].help.is_some());
    }
    for (body, mark) in [
        ("user.a == None", "None"),
        ("user.a == null", "null"),
        ("user.a != nil", "nil"),
        ("user.a == True", "True"),
        ("user.a == FALSE", "FALSE"),
        ("var x = 1; x", "var"),
    ] {
        assert_found(&inside(body), &[(NotInTheLanguage, mark)]);
        assert_eq!(functions(&inside(body)), ["other", "rule"], "{body}");
    }
    for word in ["function", "def", "func", "fun"] {
        let text = format!("/// A rule.\n{word} rule(user) {{ keep() }}\nfn other(user) {{ keep() }}\n");
        assert_found(&text, &[(NotInTheLanguage, word)]);
        assert_eq!(functions(&text), ["other", "rule"]);
    }
    assert_found("export const A = 1;", &[(NotInTheLanguage, "export")]);
    assert_found("const None = 1;\nfn a(user) { user.a == None }", &[]);
    assert_found(&inside("review(\"while None\") // loop"), &[]);
}

#[test]
fn smart_quotes() {
    let text = inside("user.a == “staff and more”");
    assert_found(&text, &[(Code::Syntax, "“staff and more”")]);
    assert_eq!(functions(&text), ["other", "rule"]);
    assert_found(&inside("user.a == “staff\""), &[(Code::Syntax, "“")]);
    assert_found(&inside("review(\"“a”\")"), &[]);
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
