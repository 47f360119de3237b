//! Random changes of good and bad policies: tokens lost, doubled, swapped, words of the language put
//! anywhere. Whatever comes out is a policy, or has errors whose places lie inside the file.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use leaver::diagnostic::Diagnostic;
use leaver::model::Field;
use leaver::policy::{Source, vocabulary};
use proptest::prelude::*;

#[path = "bad/schema.rs"]
mod schema;

use schema::check_files;

const GOOD: &str = r#"//! How Acme offboards messaging IDs.

const GRACE = days(30);
const OURS = ["staff", "temporary"];

/// Nothing irreversible while legal holds the account.
fn legal_hold(user) {
    if user.legal_hold { forbid("revoke", "detach") }
}

/// Service accounts nobody used for a quarter.
fn forgotten(user) {
    if user.employment == "service" && user.last_seen != () && days_since(user.last_seen) > 90 {
        review(`unused since ${user.last_seen}`)
    }
}

private fn is_ours(user) { user.employment in OURS }

/// Our own people lose the ID itself: it belongs to the company.
fn staff_leave(user) {
    let unit = user.department ?? "";
    if user.has_left && is_ours(user) && unit != "legal" { return revoke().after(GRACE).or_else(detach()); }
    for group in user.groups {
        if group == "g1" && user.has_left { return withdraw().within(hours(24)); }
    }
    switch user.employment {
        "contractor" | "partner" if user.has_left => detach().because("the licence is ours"),
        _ => ()
    }
}

/// Whoever leaves also leaves every group and list.
fn leave_groups(user) {
    let mine = user.person;
    if user.has_left && user.groups.some(|group| group != mine) { also(leave_groups_and_lists(), restrict()) }
}
"#;

/// The good policy, and every bad one.
fn policies() -> &'static [String] {
    static ALL: OnceLock<Vec<String>> = OnceLock::new();
    ALL.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad/policy");
        let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "rhai"));
        paths.sort();
        let bad = paths.iter().map(|path| fs::read_to_string(path).unwrap());
        std::iter::once(GOOD.to_owned()).chain(bad).collect()
    })
}

/// Words of the language, of Rhai, and of what people type.
fn words() -> &'static [String] {
    static ALL: OnceLock<Vec<String>> = OnceLock::new();
    ALL.get_or_init(|| {
        const SYMBOLS: &str = "( ) [ ] { } #{ ${ ` \" ' ; , . .. ..= ?. ?? :: => == != <= >= < > = += && || & | ! - + * / % \
            ** ++ -- === <> =< => /* */ // /// //! # \\ $ @ ~ _ () 0 1 -1 1.5 1e9 9223372036854775808 0x \"staff\" \"g1\" \
            \"ECHOECHO\" 'a' „x“ ö \u{feff} \u{2028} \r \n if else for in switch let const fn private return break continue \
            while loop do until try catch throw import export eval print this global Fn call curry and or not is null \
            true false True user user. group GRACE OURS unit is_ours is_ours(user) |x| then unless case default \
            matches when 20.11.2026 50% name= /**";
        let mut words: Vec<String> = SYMBOLS.split(' ').filter(|word| !word.is_empty()).map(Into::into).collect();
        words.extend(vocabulary::WORDS.iter().flat_map(|word| [word.name.to_owned(), format!("{}(", word.name)]));
        words.extend(Field::ALL.iter().map(|field| format!("user.{}", field.name())));
        words
    })
}

/// Runs of letters and digits, runs of blanks, and everything else by itself.
fn tokens(text: &str) -> Vec<&str> {
    let kind = |character: char| match character {
        _ if character.is_alphanumeric() || character == '_' => 0,
        ' ' => 1,
        _ => 2,
    };
    let mut tokens = Vec::new();
    let mut start = 0;
    let mut before = None;
    for (at, character) in text.char_indices() {
        let own = kind(character);
        if before.is_some_and(|before| before != own || own == 2) {
            tokens.push(&text[start..at]);
            start = at;
        }
        before = Some(own);
    }
    tokens.push(&text[start..]);
    tokens
}

/// One change at a place, both as fractions of what there is.
#[derive(Clone, Debug)]
struct Change {
    kind: u8,
    at: prop::sample::Index,
    other: prop::sample::Index,
}

fn change() -> impl Strategy<Value = Change> {
    (0..6_u8, any::<prop::sample::Index>(), any::<prop::sample::Index>())
        .prop_map(|(kind, at, other)| Change { kind, at, other })
}

fn changed(text: &str, changes: &[Change]) -> String {
    let mut tokens: Vec<&str> = tokens(text);
    for Change { kind, at, other } in changes {
        if tokens.is_empty() {
            break;
        }
        let (at, other_at) = (at.index(tokens.len()), other.index(tokens.len()));
        let word = || words()[other.index(words().len())].as_str();
        match kind {
            0 => drop(tokens.remove(at)),
            1 => tokens.insert(at, tokens[at]),
            2 => tokens.swap(at, other_at),
            3 => tokens.insert(at, word()),
            4 => tokens[at] = word(),
            _ => {
                let first = at.min(other_at);
                tokens.drain(first..at.max(other_at).min(first + 20));
            }
        }
    }
    tokens.concat()
}

fn assert_sound(text: &str) -> Result<(), TestCaseError> {
    let checked = check_files(&[("p.rhai", text)]);
    let refused = checked.diagnostics.iter().any(Diagnostic::is_error);
    prop_assert_eq!(checked.policy.is_none(), refused, "a policy exactly if there is no error");
    let source = Source::new("p.rhai", text);
    for Diagnostic { code, line, column, length, .. } in &checked.diagnostics {
        if *line == 0 {
            prop_assert_eq!((*column, *length), (0, 0));
            continue;
        }
        let written = source.line(*line);
        prop_assert!(written.is_some(), "{code}: line {line} is not in the file");
        let width = written.unwrap_or_default().chars().count();
        prop_assert!(
            *column >= 1 && *length >= 1 && column - 1 + length <= width + 1,
            "{code} at {line}:{column}+{length}"
        );
    }
    Ok(())
}

#[test]
fn the_good_policy_is_good() {
    let checked = check_files(&[("p.rhai", GOOD)]);
    let found: Vec<String> = checked.diagnostics.iter().map(ToString::to_string).collect();
    assert_eq!(found, Vec::<String>::new());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changes_of_the_good_policy(changes in prop::collection::vec(change(), 1..8)) {
        assert_sound(&changed(GOOD, &changes))?;
    }

    #[test]
    fn changes_of_bad_policies(
        policy in any::<prop::sample::Index>(),
        changes in prop::collection::vec(change(), 1..6),
    ) {
        assert_sound(&changed(&policies()[policy.index(policies().len())], &changes))?;
    }

    #[test]
    fn words_in_any_order(picked in prop::collection::vec(any::<prop::sample::Index>(), 0..60), blank in any::<bool>()) {
        let picked: Vec<&str> = picked.iter().map(|index| words()[index.index(words().len())].as_str()).collect();
        let body = picked.join(if blank { " " } else { "" });
        assert_sound(&body)?;
        assert_sound(&format!("/// Leavers.\nfn leavers(user) {{ {body} }}"))?;
    }

    #[test]
    fn two_halves_of_two_policies(first in any::<prop::sample::Index>(), second in any::<prop::sample::Index>()) {
        let policies = policies();
        let (first, second) = (&policies[first.index(policies.len())], &policies[second.index(policies.len())]);
        let half = |text: &str| tokens(text).len() / 2;
        let mut text: String = tokens(first)[..half(first)].concat();
        text.extend(tokens(second)[half(second)..].iter().copied());
        assert_sound(&text)?;
    }
}
