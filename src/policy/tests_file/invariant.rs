//! Invariants in a test file: promises about all users, `{"always": "…", "never": "revoke"}`.

use time::OffsetDateTime;

use super::located::Located;
use super::{Problems, reject_duplicates};
use crate::diagnostic::{Diagnostic, Place};
use crate::model::parse_instant;
use crate::policy::Verb;

/// What can be promised never to happen.
const NEVER: &[Verb] = &[Verb::Withdraw, Verb::Detach, Verb::Revoke, Verb::MigrateToMdm];

/// Keys of an invariant.
const KEYS: &[&str] = &["name", "as_of", "always", "never"];

/// Whoever meets a condition is never done something to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invariant {
    /// What it says in words; otherwise its condition.
    pub name: String,
    /// The file it stands in.
    pub file: String,
    /// Where in the file.
    pub place: Place,
    /// The instant of the decisions, if it matters.
    pub as_of: Option<OffsetDateTime>,
    /// The condition, in the policy language.
    pub always: String,
    /// What never happens.
    pub never: Verb,
}

/// Reads the invariants in `text`, the contents of `file`. Tests are passed by.
///
/// ```
/// use leaver::policy::Verb;
/// use leaver::policy::tests_file::invariants;
///
/// let text = r#"[{"always": "user.employment == \"contractor\"", "never": "revoke"}]"#;
/// assert_eq!(invariants("acme.test.json", text).unwrap()[0].never, Verb::Revoke);
/// ```
///
/// # Errors
/// Everything in the invariants that is not in the format.
pub fn invariants(file: &str, text: &str) -> Result<Vec<Invariant>, Vec<Diagnostic>> {
    let mut problems = Problems { file, found: Vec::new() };
    let mut all = Vec::new();
    // A file that is no list of objects is told of where its tests are read.
    if let Ok(root) = Located::parse(text) {
        for element in root.elements().unwrap_or_default() {
            if is_invariant(&element) {
                all.extend(read(&element, &mut problems));
            }
        }
    }
    if problems.found.is_empty() { Ok(all) } else { Err(problems.found) }
}

/// Whether an element of a test file is an invariant and no test.
pub(super) fn is_invariant(element: &Located<'_>) -> bool {
    let members = element.members().unwrap_or_default();
    members.iter().any(|(key, _)| matches!(key.text.as_str(), "always" | "never"))
}

fn read(invariant: &Located<'_>, problems: &mut Problems<'_>) -> Option<Invariant> {
    let members = invariant.members()?;
    reject_duplicates(&members, problems);
    let (mut name, mut as_of, mut always, mut never) = (None, None, None, None);
    for (key, value) in &members {
        match key.text.as_str() {
            "name" => name = value.text(),
            "as_of" => {
                as_of = value.text().as_deref().and_then(parse_instant);
                if as_of.is_none() {
                    let help = "write it like \"2026-11-22T09:00:00Z\"".to_owned();
                    problems.add(value.place(), "`as_of` is not an RFC 3339 instant", Some(help));
                }
            }
            "always" => always = value.text(),
            "never" => {
                let word = value.text().unwrap_or_default();
                never = NEVER.iter().copied().find(|verb| verb.word() == word);
                if never.is_none() {
                    let known = NEVER.iter().map(|verb| verb.word());
                    problems.unknown_key(value.place(), &word, "action of `never`", known);
                }
            }
            extension if extension.starts_with("x-") => {}
            unknown => problems.unknown_key(key.place, unknown, "key of an invariant", KEYS.iter().copied()),
        }
    }
    for required in ["always", "never"] {
        if !members.iter().any(|(key, _)| key.text == required) {
            problems.add(invariant.place(), format!("the invariant has no `{required}`"), None);
        }
    }
    let (always, never) = (always?, never?);
    Some(Invariant {
        name: name.unwrap_or_else(|| format!("never {}: {always}", never.word())),
        file: problems.file.to_owned(),
        place: invariant.place(),
        as_of,
        always,
        never,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Schema;

    #[test]
    fn tests_and_invariants_stand_in_one_file() {
        let text = r#"[{"name": "staff stay", "as_of": "2026-11-22T09:00:00Z", "user": {"employment": "staff"},
            "expect": {"outcome": "keep"}}, {"always": "user.legal_hold", "never": "detach"}]"#;
        assert_eq!(super::super::parse("a", text, &Schema::default()).unwrap().len(), 1);
        let found = invariants("a", text).unwrap();
        assert_eq!((&*found[0].name, found[0].never), ("never detach: user.legal_hold", Verb::Detach));
    }

    #[test]
    fn everything_wrong_is_told() {
        let text = r#"[{"always": "user.legal_hold"}, {"never": "revok", "always": "true", "as_of": "soon", "alwys": 1}]"#;
        let found = invariants("a", text).unwrap_err();
        let messages: Vec<_> = found.iter().map(|one| one.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "the invariant has no `never`",
                "unknown action of `never` `revok`",
                "`as_of` is not an RFC 3339 instant",
                "unknown key of an invariant `alwys`",
            ]
        );
    }
}
