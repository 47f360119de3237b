//! `approvers.toml`: which administrators may approve plans or settle holds, and by which key they are recognised.
//!
//! The file names each approver's ed25519 public key in base64; its digest is part of every plan, so that
//! approvals can later be checked against the very same list. Nothing here signs or verifies.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::settings::Settings;
use crate::diagnostic::{Code, Diagnostic};
use crate::directory::{Digest, Directory};
use crate::model::Privilege;
use crate::sort::Gather as _;

/// Who may approve, and who may settle holds, by name of the administrator.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Approvers {
    approvers: BTreeMap<String, PublicKey>,
    resolvers: BTreeMap<String, PublicKey>,
}

impl Serialize for Approvers {
    /// Those who approve alone, where nobody settles holds: so it was before there were resolutions.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.resolvers.is_empty() {
            return self.approvers.serialize(serializer);
        }
        [("approvers", &self.approvers), ("resolvers", &self.resolvers)]
            .into_iter()
            .gather::<BTreeMap<_, _>>()
            .serialize(serializer)
    }
}

/// An ed25519 public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// The key with these 32 bytes.
    #[cfg(feature = "apply")]
    pub(crate) const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads what [`Self::to_text`] wrote.
    pub fn from_text(text: &str) -> Option<Self> {
        STANDARD.decode(text).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()).map(Self)
    }

    /// As `approvers.toml` has it: base64.
    pub fn to_text(&self) -> String {
        STANDARD.encode(self.0)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Serialize for PublicKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_text())
    }
}

impl Approvers {
    /// Reads `approvers.toml`: a table `[approvers]` of administrator and key, and a table `[resolvers]` where somebody
    /// settles holds. Each must be an administrator of the directory with the privilege `plan.approve` or
    /// `hold.manage`, and no key may serve two of them.
    ///
    /// # Errors
    /// Everything that is wrong, each with its place.
    pub fn from_toml(name: &str, text: &str, directory: &Directory) -> Result<Self, Vec<Diagnostic>> {
        let mut settings = Settings::new(name, text);
        let mut read = Self::default();
        for (key, value) in settings.entries(text) {
            let (table, privilege) = match &**key.get_ref() {
                "approvers" => ("approvers", Privilege::PlanApprove),
                "resolvers" => ("resolvers", Privilege::HoldManage),
                _ => {
                    settings.unknown(&key, &["approvers", "resolvers"]);
                    continue;
                }
            };
            for (who, value) in settings.table(value, table) {
                let range = who.span();
                let who = who.into_inner().into_owned();
                let administrator = directory.administrators().iter().find(|known| known.name == who);
                if !administrator.is_some_and(|known| known.may(privilege)) {
                    settings.report(
                        range.clone(),
                        Code::NotAnApprover,
                        format!("this is no administrator with the privilege `{privilege}`"),
                        "grant it, or remove the line",
                    );
                }
                let at = value.span();
                let Some(text) = settings.text(&value, "the key of an approver") else { continue };
                let Some(public_key) = PublicKey::from_text(&text) else {
                    let help =
                        "write the 32 bytes of the public key in base64: 44 characters that end with =";
                    settings.report(at, Code::InvalidApproverKey, "this is no ed25519 public key", help);
                    continue;
                };
                let mut known = read.approvers.iter().chain(&read.resolvers);
                if known.any(|(name, known)| *known == public_key && *name != who) {
                    let help = "every approver needs a key of the own: one person must not count twice";
                    settings.report(at, Code::SharedApproverKey, "another approver has the same key", help);
                }
                let keys = if table == "approvers" { &mut read.approvers } else { &mut read.resolvers };
                keys.insert(who, public_key);
            }
        }
        settings.finish(read)
    }

    /// Whether the administrator called `name` is among them.
    pub fn contains(&self, name: &str) -> bool {
        self.approvers.contains_key(name)
    }

    /// The key of somebody who may settle holds.
    pub fn resolver(&self, name: &str) -> Option<&PublicKey> {
        self.resolvers.get(name)
    }

    /// Names and keys of those who approve, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &PublicKey)> {
        self.approvers.iter().map(|(name, key)| (name.as_str(), key))
    }

    /// SHA-256 of their canonical JSON.
    pub fn digest(&self) -> Digest {
        super::canonical::digest_of(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    fn read(text: &str) -> Result<Approvers, Vec<Code>> {
        let directory = Directory::from_json(
            "directory.json",
            br#"{"subscription": {"id": "acme", "edition": "enterprise", "time_zone": "UTC"},
                 "taken_at": "2026-11-22T08:00:00Z", "users": [],
                 "administrators": [{"name": "mia", "kind": "full"}, {"name": "partner", "kind": "restricted"},
                                    {"name": "head", "kind": "restricted", "privileges": ["plan.approve"]}]}"#,
        )
        .unwrap();
        Approvers::from_toml("approvers.toml", text, &directory)
            .map_err(|found| found.iter().map(|found| found.code).collect())
    }

    #[test]
    fn administrators_who_may_approve() {
        let other = KEY.replacen('A', "B", 1);
        let approvers = read(&format!("[approvers]\nmia = \"{KEY}\"\nhead = \"{other}\"\n")).unwrap();
        assert!(approvers.contains("mia") && approvers.contains("head") && !approvers.contains("partner"));
        assert_eq!(approvers.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["head", "mia"]);
    }

    #[test]
    fn who_may_not_approve_and_what_is_no_key() {
        assert_eq!(read(&format!("[approvers]\npartner = \"{KEY}\"")), Err(vec![Code::NotAnApprover]));
        assert_eq!(read(&format!("[approvers]\nnobody = \"{KEY}\"")), Err(vec![Code::NotAnApprover]));
        assert_eq!(read("[approvers]\nmia = \"AAAA\""), Err(vec![Code::InvalidApproverKey]));
        assert_eq!(read("[approvers]\nmia = 7"), Err(vec![Code::WrongSetting]));
        assert_eq!(
            read(&format!("[approvers]\nmia = \"{KEY}\"\nhead = \"{KEY}\"")),
            Err(vec![Code::SharedApproverKey])
        );
        assert_eq!(read("[aprovers]\n"), Err(vec![Code::UnknownSetting]));
        assert_eq!(read("approvers = 3"), Err(vec![Code::WrongSetting]));
    }
}
