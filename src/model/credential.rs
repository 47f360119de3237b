//! Credentials and the keys by which people and credentials are told apart.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::CredentialKind;

macro_rules! text_key {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The key as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_key! {
    /// The immutable key of a person: the employee number, never a name. A person may have several users.
    PersonKey
}

text_key! {
    /// The key of a credential in its subscription.
    CredentialId
}

/// A username with a password that is never read into a directory (PLATFORM 13–15).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// Key of the credential.
    pub id: CredentialId,
    /// The username, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// One person's, or shared by all managed devices. Never [`CredentialKind::None`].
    pub kind: CredentialKind,
}
