//! Policies that try to exhaust the checker: sizes, nesting, odd bytes. Nothing panics, hangs or is
//! accepted by mistake, on a thread with a stack of 128 KiB too.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use leaver::diagnostic::{Code, Diagnostic};
use leaver::policy::{Checked, Source, load_sources};

#[path = "bad/schema.rs"]
mod schema;

use schema::check_files;

/// How long checking may take, not optimized. It takes a second or two; this is the backstop that tells a hang,
/// far enough that a busy machine does not reach it.
const MOST: Duration = Duration::from_secs(15);

/// How often a check is timed again, for a machine may have been busy with something else.
const ATTEMPTS: usize = 3;

/// Checks a text on a thread with a small stack, and watches the time. The codes, without repetition.
#[track_caller]
fn codes(what: &str, text: &str) -> Vec<Code> {
    let mut took = Duration::MAX;
    let mut codes = Vec::new();
    for _ in 0..ATTEMPTS {
        let (checked, this_time) = check_on_a_small_stack(what, text);
        let refused = checked.diagnostics.iter().any(Diagnostic::is_error);
        assert_eq!(checked.policy.is_none(), refused, "{what}: a policy exactly if there is no error");
        codes = checked.diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
        took = took.min(this_time);
        if took < MOST {
            break;
        }
    }
    assert!(took < MOST, "{what}: took {took:?}");
    codes.dedup();
    codes
}

#[track_caller]
fn check_on_a_small_stack(what: &str, text: &str) -> (Checked, Duration) {
    let owned = text.to_owned();
    let small = std::thread::Builder::new().stack_size(128 * 1024);
    let thread = small.spawn(move || {
        let start = Instant::now();
        let checked = check_files(&[("p.rhai", &owned)]);
        (checked, start.elapsed())
    });
    let ended = thread.expect("a thread can be started").join();
    ended.unwrap_or_else(|_| panic!("{what}: panicked"))
}

#[track_caller]
fn refused(what: &str, text: &str) -> Vec<Code> {
    let codes = codes(what, text);
    assert!(
        codes.iter().any(|code| code.severity() == leaver::diagnostic::Severity::Error),
        "{what}: accepted"
    );
    codes
}

/// A rule whose body is `body`.
fn rule(body: &str) -> String {
    format!("/// Leavers.\nfn leavers(user) {{ {body} }}\n")
}

#[test]
fn files_larger_than_the_limit() {
    let good = rule("if user.has_left { withdraw() }");
    for (size, accepted) in [(Source::MAX_BYTES, true), (Source::MAX_BYTES + 1, false), (1 << 20, false)] {
        let text = format!("{good}{}", " ".repeat(size - good.len()));
        assert_eq!(text.len(), size);
        let expected = if accepted { vec![] } else { vec![Code::PolicyTooLarge] };
        assert_eq!(codes(&format!("{size} bytes"), &text), expected);
    }
}

#[test]
fn files_on_disk_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let codes_of = |path: &Path| -> Vec<Code> {
        load_sources(path).unwrap_err().iter().map(|diagnostic| diagnostic.code).collect()
    };
    assert_eq!(codes_of(&folder.path().join("absent.rhai")), [Code::PolicyUnreadable]);
    assert_eq!(codes_of(folder.path()), [Code::NoRules]);
    let large = folder.path().join("a-large.rhai");
    fs::write(&large, " ".repeat(Source::MAX_BYTES + 1)).unwrap();
    assert_eq!(codes_of(&large), [Code::PolicyTooLarge]);
    let latin = folder.path().join("b-latin.rhai");
    fs::write(&latin, b"// K\xfcndigung\nfn a(user) { keep() }\n").unwrap();
    let found = load_sources(&latin).unwrap_err();
    assert_eq!((found[0].code, found[0].line, found[0].column), (Code::PolicyNotUtf8, 1, 5));
    assert_eq!(codes_of(folder.path()), [Code::PolicyTooLarge, Code::PolicyNotUtf8]);
}

#[test]
fn texts_that_are_hardly_policies() {
    assert_eq!(refused("empty", ""), [Code::NoRules]);
    assert_eq!(refused("blank", " \r\n\t\n"), [Code::NoRules]);
    assert_eq!(refused("only comments", "// a\n/* b */\n//! c\n"), [Code::NoRules]);
    assert_eq!(refused("byte order mark", "\u{feff}"), [Code::PolicyByteOrderMark]);
    let marked = format!("\u{feff}{}", rule("keep()"));
    assert_eq!(refused("byte order mark before a rule", &marked), [Code::PolicyByteOrderMark]);
    refused("NUL", "\0");
    refused("NUL in a rule", &rule("keep()\0"));
    refused("NUL in a name", &rule("if user.has\0left { keep() }"));
    refused("lines that end in a carriage return alone", "/// A.\rfn a(user) { keep( }\r");
    assert_eq!(codes("windows lines", &rule("if user.has_left\r\n { withdraw() }")), []);
}

#[test]
fn nesting_of_every_kind() {
    const DEPTH: usize = 100_000;
    for (open, inside, close) in [
        ("(", "1", ")"),
        ("[", "1", "]"),
        ("{", "1", "}"),
        ("#{a:", "1", "}"),
        ("`${", "1", "}`"),
        ("!", "true", ""),
        ("-", "1", ""),
        ("if true {", "keep()", "}"),
        ("if a {} else ", "{}", ""),
        ("|x|", "1", ""),
        ("user.groups.some(|x|", "true", ")"),
        ("switch 1 { _ => ", "1", "}"),
        ("for x in [] {", "", "}"),
        ("keep(", "", ")"),
        ("a.", "a", ""),
        ("a && ", "a", ""),
        ("1 + ", "1", ""),
        ("a ?? ", "a", ""),
        ("/*", "", "*/"),
        ("fn f(user) {", "", "}"),
    ] {
        // As deep as a file of the largest size can be, balanced and not, and far deeper.
        let fitting = (Source::MAX_BYTES - 200) / (open.len() + close.len());
        let balanced = rule(&format!("{}{inside}{}", open.repeat(fitting), close.repeat(fitting)));
        assert!(balanced.len() <= Source::MAX_BYTES);
        if open != "/*" {
            refused(&format!("{fitting} balanced {open:?}"), &balanced);
        }
        let fitting = (Source::MAX_BYTES - 200) / open.len();
        refused(&format!("{fitting} of {open:?}"), &rule(&open.repeat(fitting)));
        let deep = rule(&format!("{}{inside}{}", open.repeat(DEPTH), close.repeat(DEPTH)));
        assert_eq!(refused(&format!("{DEPTH} of {open:?}"), &deep), [Code::PolicyTooLarge]);
    }
    for close in [")", "]", "}", "*/", "`", "\"", "'", "|"] {
        refused(&format!("many {close:?}"), &rule(&close.repeat(60_000)));
    }
}

#[test]
fn nesting_below_the_largest_size() {
    // Deep enough for a small stack, shallow enough that no limit of size comes first.
    for depth in [20, 33, 100, 1_000, 5_000] {
        for (open, inside, close) in [
            ("(", "user.has_left", ")"),
            ("!", "user.has_left", ""),
            ("[", "1", "]"),
            ("if true {", "keep()", "}"),
        ] {
            let text =
                rule(&format!("if {}{inside}{} {{ keep() }}", open.repeat(depth), close.repeat(depth)));
            codes(&format!("{depth} of {open:?}"), &text);
        }
    }
}

#[test]
fn many_functions() {
    let mut text = String::new();
    for number in 0..10_000 {
        let _ = writeln!(text, "fn f{number}(user){{keep()}}");
    }
    assert_eq!(refused("10,000 functions", &text), [Code::PolicyTooLarge]);
    let mut text = String::new();
    for number in 0..7_000 {
        let _ = writeln!(text, "fn a{number}(){{}}");
        if text.len() > Source::MAX_BYTES - 20 {
            break;
        }
    }
    refused("as many functions as fit", &text);
    let twice: String = "fn a(user){}\n".repeat(4_000);
    refused("one function 4,000 times", &twice);
    let broken: String = "fn a(user){(}\n".repeat(4_000);
    refused("one broken function 4,000 times", &broken);
    let errors = rule(&"user.x;".repeat(8_000));
    refused("8,000 errors in one rule", &errors);
}

#[test]
fn helpers_that_multiply() {
    let mut text = rule("if h0(user) { keep() }");
    for number in 0..5 {
        let next = format!("let a = h{}(user); ", number + 1);
        let body = next.repeat(30) + "true";
        let _ = writeln!(text, "private fn h{number}(user) {{ {body} }}");
    }
    text += "private fn h5(user) { user.has_left }\n";
    let codes = refused("helpers that call helpers thirty times each", &text);
    assert!(codes.contains(&Code::TooLarge), "{codes:?}");
}

#[test]
fn long_names_and_lines() {
    let name = "x".repeat(60_000);
    refused("a long name", &rule(&format!("if {name} {{ keep() }}")));
    refused("a long field", &rule(&format!("if user.{name} {{ keep() }}")));
    refused("a long function", &rule(&format!("{name}()")));
    refused("a long text", &rule(&format!("review(\"{name}\")")));
    refused("a long number", &rule(&format!("days({})", "9".repeat(60_000))));
    // A mistake behind column 65,535 is still placed in the file.
    let far = format!("/// A.\nfn a(user) {{ {} if user.nothing {{ keep() }} }}", " ".repeat(65_500));
    assert!(far.len() > Source::MAX_BYTES);
    assert_eq!(refused("a line over the largest column", &far), [Code::PolicyTooLarge]);
    let far = format!("/// A.\nfn a(user) {{ {} if user.nothing {{ keep() }} }}", " ".repeat(65_400));
    let checked = check_files(&[("p.rhai", &far)]);
    assert_eq!(checked.diagnostics.len(), 1);
    assert_eq!((checked.diagnostics[0].line, checked.diagnostics[0].column), (2, 65_400 + 23));
}

#[test]
fn many_of_one_token() {
    for token in [
        "/*",
        "//",
        "/",
        "*",
        "\"",
        "'",
        "`",
        "$",
        "${",
        "#",
        "#\"",
        "|",
        "||",
        "&",
        "=",
        "==",
        "=<",
        "<>",
        "%",
        ".",
        "..",
        "::",
        ";",
        ",",
        "?",
        "!",
        "-",
        "--",
        "\\",
        "@",
        "„",
        "“",
        "é",
        "\u{202e}",
        "\u{0}",
        "a ",
        "1 ",
        "1.",
        "0x",
        "and ",
        "not ",
        "is not ",
        "fn ",
        "fn a(",
        "let ",
        "const ",
        "if ",
        "else ",
        "switch ",
        "switch {} ",
        "if 1 => ",
        "for ",
        "in ",
        "return ",
        "private ",
        "/// a\n",
        "//! a\n",
        "user.",
        "user ",
        "keep();",
        "()",
        "[]",
        "{}",
        "#{}",
        "1e",
        "_",
        "case ",
        "default:",
        "then ",
        "unless a ",
        "review(a=",
        "50% ",
        "20.11.2026 ",
    ] {
        let count = 30_000 / token.len();
        refused(&format!("{token:?} {count} times"), &token.repeat(count));
        codes(&format!("{token:?} {count} times in a rule"), &rule(&token.repeat(count)));
    }
}

#[test]
fn hostile_scripts_are_checked_without_harm() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile");
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.extension().is_some_and(|extension| extension == "rhai") {
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            let what = path.display().to_string();
            codes(&what, &text);
            codes(&format!("{what} in a rule"), &rule(&text));
        }
    }
}
