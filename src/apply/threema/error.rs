//! Why a connector to the platform cannot begin.

use std::path::PathBuf;

use super::call::Api;
use super::secret::KeySource;
use crate::diagnostic::Code;

/// Why a connector cannot begin. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ThreemaError {
    /// There is no key where one should be.
    #[error("there is no key for the {api} API: {at}: {why}")]
    NoKey {
        /// The API.
        api: Api,
        /// Where it should be.
        at: KeySource,
        /// What is there instead, without telling it.
        why: &'static str,
    },
    /// There is no authority to trust where one should be.
    #[error("there is no authority to trust for the {api} API: the file {}: {why}", at.display())]
    NoAuthority {
        /// The API.
        api: Api,
        /// The file in which it should be.
        at: PathBuf,
        /// What is there instead.
        why: &'static str,
    },
    /// The settings do not say where an API is that is needed.
    #[error("the settings have no table [{api}]")]
    NotGiven {
        /// The API.
        api: Api,
    },
    /// The platform does not take the key.
    #[error("the {api} API does not take the key: {status}")]
    KeyNotTaken {
        /// The API.
        api: Api,
        /// 401 or 403.
        status: u16,
    },
    /// The platform does not answer, or not as documented.
    #[error("the {api} API does not answer as it should: {why}")]
    Unclear {
        /// The API.
        api: Api,
        /// What was seen.
        why: String,
    },
}

impl ThreemaError {
    /// The stable code.
    pub const fn code(&self) -> Code {
        match self {
            Self::NoKey { .. } => Code::NoApiKey,
            Self::NoAuthority { .. } => Code::NoAuthority,
            Self::NotGiven { .. } => Code::WrongConnectorSetting,
            Self::KeyNotTaken { .. } => Code::ApiKeyNotTaken,
            Self::Unclear { .. } => Code::PlatformUnclear,
        }
    }

    /// What to do.
    pub const fn help(&self) -> &'static str {
        match self {
            Self::NoKey { .. } => "put the key there, or name another place in the settings",
            Self::NoAuthority { .. } => {
                "give a file with certificates of authorities (PEM), or leave `authority_file` out to trust those of browsers"
            }
            Self::NotGiven { .. } => "write the table, with `url` and the place of its key",
            Self::KeyNotTaken { .. } => {
                "look whether the key is the one of this API, still valid, and not bound to another address"
            }
            Self::Unclear { .. } => "look at `url` in the settings, then at the network and the platform",
        }
    }
}
