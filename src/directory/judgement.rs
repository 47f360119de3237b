//! What to make of a key: JSON key, TOML key or CSV column.

use std::collections::BTreeSet;

use crate::diagnostic::{Code, suggest};
use crate::model::{Field, FieldSource, Schema, Slot};

use super::node::quoted;

/// What to make of a key.
#[derive(Debug)]
pub(super) enum Judgement {
    /// It is one of the keys that belong here.
    Known,
    /// It is nobody's business: `x-…`.
    Ignored,
    /// It must not stand here.
    Refused { code: Code, message: String, help: Option<String> },
}

/// Whether `key` is free for anybody's own data.
pub(super) fn is_extension(key: &str) -> bool {
    key.starts_with("x-")
}

/// Judges a key of an object that has the keys `known` and no others.
pub(super) fn judge(key: &str, known: &[&str]) -> Judgement {
    if known.contains(&key) {
        return Judgement::Known;
    }
    if let Some(refused) = password(key) {
        return refused;
    }
    if is_extension(key) {
        return Judgement::Ignored;
    }
    unknown(key, known.iter().copied())
}

/// What the keys of a user may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct UserKeys<'s> {
    /// The fields and attributes.
    pub(super) schema: &'s Schema,
    /// Attributes whose declaration is wrong: reported there, and not again for every user.
    pub(super) ignored: &'s BTreeSet<String>,
    /// Whether derived fields may be given: in a stream, not in a directory.
    pub(super) derived: bool,
}

impl UserKeys<'_> {
    /// The slot of a known key; otherwise what to make of it.
    pub(super) fn judge(&self, key: &str) -> Result<Slot, Judgement> {
        if let Some(slot) = self.schema.slot(key) {
            return match self.schema.field(slot) {
                Some(field) if !self.derived && field.info().source == FieldSource::Derived => {
                    Err(derived(field))
                }
                _ => Ok(slot),
            };
        }
        if self.ignored.contains(key) {
            return Err(Judgement::Ignored);
        }
        if let Some(refused) = password(key) {
            return Err(refused);
        }
        if is_extension(key) {
            return Err(Judgement::Ignored);
        }
        Err(unknown(key, self.schema.names()))
    }

    /// What to make of a column.
    pub(super) fn judge_column(&self, key: &str) -> Judgement {
        self.judge(key).map_or_else(|judgement| judgement, |_| Judgement::Known)
    }
}

fn unknown<'k>(key: &str, known: impl Iterator<Item = &'k str>) -> Judgement {
    let help = match suggest(key, known) {
        Some(known) => format!("did you mean `{known}`?"),
        None => {
            "declare it under `attributes`, start it with `x-` to have it ignored, or remove it".to_owned()
        }
    };
    Judgement::Refused {
        code: Code::UnknownKey,
        message: format!("unknown key {}", quoted(key)),
        help: Some(help),
    }
}

fn password(key: &str) -> Option<Judgement> {
    let lower = key.to_lowercase();
    let is_password = lower.contains("passw") || matches!(lower.as_str(), "pwd" | "secret" | "passphrase");
    is_password.then(|| Judgement::Refused {
        code: Code::PasswordGiven,
        message: "a password does not belong into a directory".to_owned(),
        help: Some(
            "remove it from the file and from wherever the file was copied to; leaver never needs it"
                .to_owned(),
        ),
    })
}

fn derived(field: Field) -> Judgement {
    let from = match field {
        Field::HasLeft => "`leaves_at` or `last_day`, at the instant of each decision",
        Field::CredentialKind => "`credential` and the section `credentials`",
        Field::Administrator => "`user` in the section `administrators`",
        Field::Groups => "`members` in the section `groups`",
        Field::Lists => "`members` in the section `lists`",
        _ => "the subscription",
    };
    Judgement::Refused {
        code: Code::DerivedGiven,
        message: format!("`{}` is derived and cannot be given in a directory", field.name()),
        help: Some(format!("remove it; it comes from {from}")),
    }
}
