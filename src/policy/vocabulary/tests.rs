//! The vocabulary against what the script engine really knows, and against its own reference page.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::diagnostic::{Code, Diagnostic};
use time::OffsetDateTime;

use crate::model::{
    Fact, Field, FieldType, Kind, Moment, RESERVED_ATTRIBUTE_NAMES, Schema, User, Value, Zone,
};
use crate::policy::sandbox::{DISABLED_SYMBOLS, parser, with_stack};
use crate::policy::{Answer, Basis, Sandbox, Source, Verb, check};
use crate::report::policy_reference;

/// Words that Rhai has, once had, or keeps for later.
const WORDS_OF_RHAI: &[&str] = &[
    "abs",
    "and",
    "as",
    "async",
    "await",
    "bool",
    "break",
    "call",
    "case",
    "catch",
    "char",
    "class",
    "const",
    "continue",
    "curry",
    "debug",
    "def",
    "default",
    "do",
    "each",
    "elif",
    "else",
    "enum",
    "eval",
    "exit",
    "export",
    "extends",
    "false",
    "fn",
    "for",
    "from",
    "function",
    "global",
    "go",
    "goto",
    "if",
    "impl",
    "import",
    "in",
    "int",
    "is",
    "is_def_fn",
    "is_def_var",
    "is_shared",
    "let",
    "loop",
    "match",
    "mod",
    "module",
    "mut",
    "new",
    "nil",
    "not",
    "null",
    "or",
    "package",
    "print",
    "private",
    "protected",
    "pub",
    "public",
    "return",
    "self",
    "shared",
    "spawn",
    "static",
    "string",
    "struct",
    "super",
    "switch",
    "sync",
    "synchronized",
    "take",
    "then",
    "this",
    "thread",
    "throw",
    "timestamp",
    "trait",
    "true",
    "try",
    "tag",
    "type",
    "type_of",
    "unless",
    "until",
    "use",
    "val",
    "var",
    "virtual",
    "void",
    "where",
    "while",
    "with",
    "yield",
];

fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|next| next.is_ascii_alphanumeric() || next == '_')
}

/// Names of the functions that scripts can call, operators left out.
fn engine_functions() -> BTreeSet<String> {
    let signatures = Sandbox::new(Duration::from_secs(1)).functions().unwrap();
    let name = |signature: &String| signature.split('(').next().unwrap_or_default().to_owned();
    signatures.iter().map(name).filter(|name| is_identifier(name)).collect()
}

#[test]
fn attributes_are_refused_the_names_that_rhai_cannot_read_after_a_dot() {
    let own = WORDS.iter().map(|word| word.name).chain(RESERVED_FUNCTIONS.iter().copied());
    let candidates: BTreeSet<&str> = [WORDS_OF_RHAI, RESERVED_ATTRIBUTE_NAMES, DISABLED_SYMBOLS]
        .into_iter()
        .flatten()
        .copied()
        .chain(own)
        .filter(|name| is_identifier(name) && name.starts_with(|first: char| first.is_ascii_lowercase()))
        .collect();
    assert!(candidates.len() > 150);
    let mut wrong = Vec::new();
    for name in candidates {
        let script = format!("fn r(user) {{ user.{name} }}");
        let readable = with_stack(|| parser().compile(&script).is_ok());
        if RESERVED_ATTRIBUTE_NAMES.contains(&name) == readable {
            wrong.push(name);
        }
    }
    assert_eq!(wrong, [""; 0], "reserved and readable, or neither");
}

#[test]
fn words_that_only_look_reserved_can_name_attributes() {
    for name in ["each", "exit", "global", "then", "unless", "len", "days", "keep", "sort", "name"] {
        let ty = FieldType { kind: Kind::Bool, optional: false };
        let schema = Arc::new(Schema::new([(name.to_owned(), ty)].into()).unwrap());
        let text = format!("/// Why.\nfn rule(user) {{ if user.{name} {{ keep() }} }}");
        let checked = check(vec![Source::new("p.rhai", text.as_str())], &schema, None);
        assert!(checked.diagnostics.is_empty(), "{name} {:#?}", checked.diagnostics);
        let mut user = User::new("ECHOECHO".parse().unwrap(), &schema);
        user.set(schema.slot(name).unwrap(), Fact::Known(Value::Bool(true)));
        let moment = Moment::new(OffsetDateTime::UNIX_EPOCH, Zone::UTC).unwrap();
        let evaluator = checked.policy.unwrap().evaluator(Basis::new(moment, true)).unwrap();
        let answer = evaluator.answer(0, &user).unwrap();
        assert!(
            matches!(&answer, Ok(Answer::Action(action)) if action.verb == Verb::Keep),
            "{name} {answer:?}"
        );
    }
}

#[test]
fn every_function_of_the_engine_is_reserved() {
    let functions = engine_functions();
    assert!(functions.len() > 60, "{functions:?}");
    let free = |name: &&String| find(name).is_none() && !RESERVED_FUNCTIONS.contains(&name.as_str());
    let free: Vec<&String> = functions.iter().filter(free).collect();
    assert!(free.is_empty(), "a policy could define these and shadow the engine's: {free:?}");
    for name in RESERVED_FUNCTIONS {
        assert!(find(name).is_none(), "`{name}` is a word already");
    }
    assert!(RESERVED_FUNCTIONS.is_sorted(), "the list is in alphabetic order");
}

#[test]
fn no_policy_can_define_a_function_of_the_engine() {
    let schema = Arc::new(Schema::default());
    let own = WORDS.iter().map(|word| word.name).chain(RESERVED_FUNCTIONS.iter().copied());
    let names: BTreeSet<String> = own.map(str::to_owned).chain(engine_functions()).collect();
    for name in names {
        for parameters in ["user", "a, b"] {
            let text =
                format!("private fn {name}({parameters}) {{ 1 }}\n/// Why.\nfn rule(user) {{ keep() }}");
            let checked = check(vec![Source::new("p.rhai", text.as_str())], &schema, None);
            // Rhai's own keywords are refused by its parser before names are looked at.
            let refused = |found: &Diagnostic| {
                found.code == Code::ReservedFunction
                    || found.is_error() && DISABLED_SYMBOLS.contains(&name.as_str())
                    || found.is_error() && RESERVED_ATTRIBUTE_NAMES.contains(&name.as_str())
            };
            assert!(checked.diagnostics.iter().any(refused), "{text}\n{:#?}", checked.diagnostics);
        }
    }
}

#[test]
fn the_reference_has_a_section_for_every_word_and_its_examples_are_accepted() {
    let page = policy_reference();
    let sections: BTreeSet<&str> = page.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    let fields = Field::ALL.iter().map(|field| format!("`user.{}`", field.name()));
    let words = WORDS.iter().map(|word| format!("`{}`", word.name));
    for title in fields.chain(words) {
        assert!(sections.contains(title.as_str()), "no section {title} in {sections:?}");
    }
    assert!(sections.len() >= Field::ALL.len() + WORDS.len() + OPERATORS.len());

    let schema = Arc::new(Schema::default());
    let mut examples = 0;
    for block in page.split("```rhai\n").skip(1) {
        let example = block.split("```").next().unwrap_or_default();
        let text = format!("/// Why.\nfn rule(user) {{\n{example}}}");
        let checked = check(vec![Source::new("p.rhai", text.as_str())], &schema, None);
        assert!(checked.diagnostics.is_empty(), "{text}\n{:#?}", checked.diagnostics);
        examples += 1;
    }
    assert!(examples >= sections.len() - 1, "{examples} examples for {} sections", sections.len());
}
