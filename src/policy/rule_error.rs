//! Why a rule could not answer. Such an error holds both axes of the user (DESIGN: combination rule 1).

use std::sync::Arc;

use super::decision::HoldCode;

/// Why a rule could not answer for a user.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleError {
    /// The rule reads a field of which nothing is known for this user.
    #[error("the fact `{field}` is not known for this user")]
    MissingFact {
        /// Name of the field.
        field: Arc<str>,
    },
    /// Overflow, or division by zero.
    #[error("a calculation leaves the range of whole numbers")]
    Arithmetic,
    /// A date outside the years 1 to 9999, or a period or number of approvals outside its range.
    #[error("a date, period or number is outside its range")]
    OutOfRange,
    /// Text that is not a date or ID.
    #[error("a text is not the date or ID it is used as")]
    NotReadable,
    /// The rule takes more steps, text or list elements than a rule may.
    #[error("the rule takes more steps or memory than a rule may")]
    Limit,
    /// A fault of leaver itself.
    #[error("the rule could not be evaluated: a fault of leaver, please report it")]
    Internal,
}

impl RuleError {
    /// The code of the hold it leads to.
    pub const fn hold_code(&self) -> HoldCode {
        match self {
            Self::MissingFact { .. } => HoldCode::MissingFact,
            Self::Limit => HoldCode::Limit,
            _ => HoldCode::RuleError,
        }
    }
}
