//! What can be typed about making a directory.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::TextOrJson;
use crate::model::{CredentialKind, Employment};

/// Make a directory of answers of the Work API and a table of the personnel department
///
/// The IDs come from the answers, the people from the table; an ID belongs to the row with its personnel number (`csi`).
/// What does not fit is kept and told: IDs without a row, rows without an ID, people with several IDs, numbers in
/// several rows. Nobody is matched by a name.
///
/// The answers are files, or with --platform the Work API is asked now: every page of its users, and of its credentials if
/// their kind is given. Nothing is changed there.
#[derive(Debug, Args)]
#[command(after_help = "\
Fields of the table:
  A field has the column of its own name, such as person, employment, last_day, department; another column is
  named with --column. `person` and `employment` must be there. Other columns are told and passed over.

Examples:
  leaver import --users users-1.json users-2.json --hr people.csv --subscription acme.toml -o acme/
  leaver import --users users.json --hr people.csv --subscription acme.toml -o acme/ \\
      --column person=Number --column last_day=Until --employment Permanent=staff
  leaver import --users users.json --credentials credentials.json --credential-kind single \\
      --hr people.csv --subscription acme.toml -o acme/ --format json
  leaver import --platform threema.toml --credential-kind single \\
      --hr people.csv --subscription acme.toml -o acme/

Ends with 1 if a file is wrong, or with --strict if there is something to look at.")]
pub(crate) struct Import {
    /// Answers of `/users`: one page a file, lists of pages, or lists of users
    #[arg(long, value_name = "FILE", required_unless_present = "platform", num_args = 1..)]
    pub(crate) users: Vec<PathBuf>,
    /// Ask the Work API instead: where it is and how its key is found, as for `leaver apply --connector threema`
    #[arg(long, value_name = "FILE", conflicts_with_all = ["users", "credentials"])]
    pub(crate) platform: Option<PathBuf>,
    /// Answers of `/credentials`; passwords in them are passed over
    #[arg(long, value_name = "FILE", num_args = 1.., requires = "credential_kind")]
    pub(crate) credentials: Vec<PathBuf>,
    /// The kind of the credentials, which no answer tells
    #[arg(long, value_enum, value_name = "KIND")]
    pub(crate) credential_kind: Option<KindOfCredential>,
    /// A credential of the other kind, by its id. Can be given several times
    #[arg(long, value_name = "CREDENTIAL", requires = "credential_kind")]
    pub(crate) other_kind: Vec<String>,
    /// The table of the personnel department: CSV with a header row
    #[arg(long, value_name = "FILE")]
    pub(crate) hr: PathBuf,
    /// The head of the directory: a TOML file like `directory.toml`
    #[arg(long, value_name = "FILE")]
    pub(crate) subscription: PathBuf,
    /// Where the directory goes: a folder that is not there yet
    #[arg(long, short, value_name = "FOLDER")]
    pub(crate) output: PathBuf,
    /// The column of a field. Can be given several times
    #[arg(long = "column", value_name = "FIELD=COLUMN", value_parser = pair)]
    pub(crate) columns: Vec<(String, String)>,
    /// What a word of the table means for `employment`. Can be given several times
    #[arg(long = "employment", value_name = "WORD=EMPLOYMENT", value_parser = employment)]
    pub(crate) employments: Vec<(String, Employment)>,
    /// End with 1 if there is something to look at
    #[arg(long)]
    pub(crate) strict: bool,
    /// How the findings are written
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: TextOrJson,
}

/// Whose a credential is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum KindOfCredential {
    /// One person's
    Single,
    /// Shared by all managed devices
    Multi,
}

impl From<KindOfCredential> for CredentialKind {
    fn from(kind: KindOfCredential) -> Self {
        match kind {
            KindOfCredential::Single => Self::Single,
            KindOfCredential::Multi => Self::Multi,
        }
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((field, column)) if !field.is_empty() && !column.is_empty() => {
            Ok((field.to_owned(), column.to_owned()))
        }
        _ => Err("not a field and its column such as person=Number".to_owned()),
    }
}

fn employment(text: &str) -> Result<(String, Employment), String> {
    let wrong =
        || format!("not a word and what it means such as Permanent=staff; {}", Employment::closed_set());
    let (word, employment) = text.rsplit_once('=').filter(|(word, _)| !word.is_empty()).ok_or_else(wrong)?;
    Ok((word.to_owned(), employment.parse().map_err(|_| wrong())?))
}
