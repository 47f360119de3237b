//! The policy reference: every field, word and operator, generated from the vocabulary.
//!
//! `docs/policy-reference.md` is this text; a test keeps the two equal.

use std::fmt::Write as _;

use crate::model::{Field, FieldSource, Kind};
use crate::policy::vocabulary::{Group, OPERATORS, WORDS, Word};

/// The reference page as Markdown.
pub fn policy_reference() -> String {
    let mut page = String::from(
        "# Policy reference\n\n\
         Generated from `src/policy/vocabulary.rs` and `src/model/field.rs` by `cargo xtask generate`. \
         Numbers in *Platform* are rows of [the platform's facts](platform.md).\n\n\
         A rule is a public function of one parameter, the user. Its doc comment is the reason that stands in the \
         record. File order is rule order: the first action wins.\n\n",
    );
    for (title, text) in [
        ("Fields of the user", fields()),
        ("Actions", words(Group::Action, "What a rule wants done: one answer of a rule.")),
        ("Modifiers", words(Group::Modifier, "Written after an action with a dot.")),
        ("Vetoes", words(Group::Veto, "Another answer of a rule: what no rule may do to this user.")),
        (
            "Obligations",
            words(
                Group::Obligation,
                "What must happen besides. `notify` and `replace_with` also follow an action with a dot.",
            ),
        ),
        ("Dates and periods", words(Group::Time, "")),
        ("Texts", words(Group::Text, "Written after a text with a dot.")),
        ("Lists", words(Group::List, "Written after a list with a dot.")),
        ("Operators and keywords", operators()),
    ] {
        let _ = write!(page, "## {title}\n\n{text}");
    }
    page
}

fn fields() -> String {
    let mut text = String::from(
        "A type with `?` may be absent: use `??`, `!= ()` or `in` before the value. A directory can declare \
         attributes of its own, which are read like fields.\n\n",
    );
    for field in Field::ALL {
        let info = field.info();
        let source = match info.source {
            FieldSource::Required => "required",
            FieldSource::Matching => "without it no rule runs",
            FieldSource::Given => "given",
            FieldSource::Defaulted => "given; else false or empty",
            FieldSource::Derived => "derived",
        };
        let _ = write!(
            text,
            "### `user.{}`\n\n{}\n\n- Type: {}{}\n- Source: {source}\n{}\n```rhai\nif {} {{ withdraw() }}\n```\n\n",
            info.name,
            info.meaning,
            kind(&info.kind),
            if info.optional { "?" } else { "" },
            platform(info.platform),
            info.example,
        );
    }
    text
}

fn kind(kind: &Kind) -> String {
    match kind {
        Kind::OneOf(set) => {
            let words: Vec<String> = set.words.iter().map(|word| format!("`\"{word}\"`")).collect();
            format!("one of {}", words.join(", "))
        }
        other => other.to_string(),
    }
}

fn platform(rows: &[u8]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let rows: Vec<String> = rows.iter().map(u8::to_string).collect();
    format!("- Platform: {}\n", rows.join(", "))
}

fn words(group: Group, about: &str) -> String {
    let mut text = if about.is_empty() { String::new() } else { format!("{about}\n\n") };
    for Word { name, signature, meaning, platform: rows, example, .. } in
        WORDS.iter().filter(|word| word.group == group)
    {
        let _ = write!(
            text,
            "### `{name}`\n\n`{signature}`\n\n{meaning}\n\n{}\n```rhai\n{example}\n```\n\n",
            platform(rows)
        );
    }
    text
}

fn operators() -> String {
    let mut text = String::new();
    for operator in OPERATORS {
        let _ = write!(
            text,
            "### `` {} ``\n\n{}\n\n```rhai\n{}\n```\n\n",
            operator.symbol, operator.meaning, operator.example
        );
    }
    text
}
