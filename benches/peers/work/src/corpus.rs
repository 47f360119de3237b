//! The users, the rules and the expected answers as files, for the engines that are reached from Python.
//!
//! [`write()`] puts `users.csv`, `users.ndjson` and, per policy, `P5.answers` (a word a line), `P5.tsv` (the
//! rules as data), `P5.py` (a function) and `P5.sql` (a `CASE`) into a folder.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::native::native;
use crate::rules::{Condition, Dialect, POLICIES, Policy, in_list};
use crate::users::{Answer, Texts, Typed};

const PYTHON: Dialect = Dialect {
    and: " and ",
    not: "not ",
    field: |name| format!("user[\"{name}\"]"),
    one_of: in_list,
    ..Dialect::USUAL
};

const SQL: Dialect = Dialect {
    and: " AND ",
    not: "NOT ",
    equals: " = ",
    field: str::to_owned,
    text: |_, text| format!("'{text}'"),
    one_of: |field, texts| format!("{field} IN ({})", texts.join(", ")),
};

/// Writes everything for so many users, and returns how often each answer is given, as a line of text.
///
/// # Errors
/// If a file cannot be written.
pub fn write(folder: &Path, count: usize) -> io::Result<Vec<String>> {
    fs::create_dir_all(folder)?;
    let users = Typed::users(count);
    write_users(folder, &users)?;
    let mut told = Vec::new();
    for (name, _) in POLICIES {
        let policy = Policy::named(name).expect("it is in the list");
        told.push(write_answers(folder, name, &users)?);
        fs::write(folder.join(format!("{name}.tsv")), data(&policy))?;
        fs::write(folder.join(format!("{name}.py")), python(&policy))?;
        fs::write(folder.join(format!("{name}.sql")), sql(&policy))?;
    }
    Ok(told)
}

/// Users with a few more columns than the rules look at, as real files have.
fn write_users(folder: &Path, users: &[Typed]) -> io::Result<()> {
    let mut csv = BufWriter::new(File::create(folder.join("users.csv"))?);
    let mut json = BufWriter::new(File::create(folder.join("users.ndjson"))?);
    writeln!(
        csv,
        "id,employment,department,country,edition,has_left,mdm_managed,legal_hold,last_seen_days,groups,ends_on"
    )?;
    for (index, user) in users.iter().enumerate() {
        let Texts { employment, department, country, edition, .. } = Texts::of(user);
        let (has_left, legal_hold) = (user.has_left, user.legal_hold);
        let (last_seen, groups) = (user.last_seen_days, user.groups);
        let managed = index % 3 == 0;
        let ends = if has_left { "2026-11-19" } else { "" };
        writeln!(
            csv,
            "U{index:07},{employment},{department},{country},{edition},{has_left},{managed},{legal_hold},{last_seen},{groups},{ends}"
        )?;
        let ends = if has_left { "\"2026-11-19\"" } else { "null" };
        writeln!(
            json,
            "{{\"id\":\"U{index:07}\",\"employment\":\"{employment}\",\"department\":\"{department}\",\"country\":\"{country}\",\
             \"edition\":\"{edition}\",\"has_left\":{has_left},\"mdm_managed\":{managed},\"legal_hold\":{legal_hold},\
             \"last_seen_days\":{last_seen},\"groups\":{groups},\"ends_on\":{ends}}}"
        )?;
    }
    csv.flush()?;
    json.flush()
}

fn write_answers(folder: &Path, policy: &str, users: &[Typed]) -> io::Result<String> {
    let mut file = BufWriter::new(File::create(folder.join(format!("{policy}.answers")))?);
    let mut counts = std::collections::BTreeMap::new();
    for user in users {
        let word = native(policy)(user).word();
        *counts.entry(word).or_insert(0_u32) += 1;
        writeln!(file, "{word}")?;
    }
    file.flush()?;
    let counts: Vec<_> = counts.iter().map(|(word, count)| format!("{word} {count}")).collect();
    Ok(format!("{policy}: {}", counts.join(", ")))
}

/// A rule a line: the answer, then conditions of operator, field and value, all between tabs.
fn data(policy: &Policy) -> String {
    let mut text = String::new();
    for rule in &policy.rules {
        text.push_str(rule.answer.word());
        for condition in &rule.conditions {
            let (operator, field, value) = match condition {
                Condition::True(field) => ("true", field, String::new()),
                Condition::False(field) => ("false", field, String::new()),
                Condition::Is(field, text) => ("is", field, text.clone()),
                Condition::OneOf(field, texts) => ("in", field, texts.join(",")),
                Condition::Over(field, number) => (">", field, number.to_string()),
                Condition::AtLeast(field, number) => (">=", field, number.to_string()),
            };
            text.push_str(&format!("\t{operator} {field} {value}"));
        }
        text.push('\n');
    }
    text
}

fn python(policy: &Policy) -> String {
    let mut text = "def decide(user):\n".to_owned();
    for rule in &policy.rules {
        text.push_str(&format!(
            "    if {}:\n        return \"{}\"\n",
            PYTHON.conditions(rule),
            rule.answer.word()
        ));
    }
    text + "    return \"keep\"\n"
}

/// Answers are small numbers, which costs a database less than words.
fn sql(policy: &Policy) -> String {
    let mut text = "CASE
"
    .to_owned();
    for rule in &policy.rules {
        let answer = rule.answer as u8;
        text.push_str(&format!(
            "WHEN {} THEN {answer}::UTINYINT
",
            SQL.conditions(rule)
        ));
    }
    text + &format!(
        "ELSE {}::UTINYINT END
",
        Answer::Keep as u8
    )
}
