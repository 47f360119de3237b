use super::{assert_found, found, functions, inside, parsed};
use crate::diagnostic::Code;

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
    assert_found(&inside("#{and: 1, or: 2}"), &[(Code::NotInTheLanguage, "#{")]);
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
    for word in ["pub", "public"] {
        let text = format!(
            "/// A rule.\n{word} fn rule(user) {{ keep() }}\n/// Other.\nfn other(user) {{ keep() }}\n"
        );
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
