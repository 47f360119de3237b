//! What a person should look at after an import.

use serde::Serialize;

use crate::model::Id;

/// What kind of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ImportFindingCode {
    /// An ID whose user has no personnel number.
    IdWithoutNumber,
    /// An ID whose personnel number is in no row of the table.
    IdWithoutRow,
    /// An ID whose personnel number is in several rows: none of them is taken.
    IdWithSeveralRows,
    /// A person with several IDs.
    SeveralIds,
    /// An ID that the answers hold twice with the same content.
    IdTwice,
    /// A row of the table whose number no ID has.
    RowWithoutId,
    /// A row whose number another row has, too.
    NumberTwice,
    /// A column of the table that nothing reads.
    IgnoredColumn,
    /// A credential that several IDs use, although it is said to be one person's.
    UsedBySeveral,
}

impl ImportFindingCode {
    /// Its word in every format.
    pub const fn word(self) -> &'static str {
        match self {
            Self::IdWithoutNumber => "id_without_number",
            Self::IdWithoutRow => "id_without_row",
            Self::IdWithSeveralRows => "id_with_several_rows",
            Self::SeveralIds => "several_ids",
            Self::IdTwice => "id_twice",
            Self::RowWithoutId => "row_without_id",
            Self::NumberTwice => "number_twice",
            Self::IgnoredColumn => "ignored_column",
            Self::UsedBySeveral => "used_by_several",
        }
    }
}

/// Something a person should look at. It holds IDs, personnel numbers and names of columns, no names of people.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ImportFinding {
    /// The ID it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<Id>,
    /// The line of the table it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// What kind of finding.
    pub code: ImportFindingCode,
    /// The personnel number it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// What was found.
    pub message: String,
}

impl ImportFinding {
    pub(super) const fn new(code: ImportFindingCode, message: String) -> Self {
        Self { user: None, line: None, code, person: None, message }
    }
}
