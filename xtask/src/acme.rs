//! The fictional company Acme AG: the directory folder of `examples/acme`, made from one seed.
//!
//! Nothing here is read from anywhere: the same program writes the same bytes. The bulk of the users
//! comes from seeded numbers ([`people`]); users that stand for one situation each are written down
//! one by one ([`cases`]); groups, lists and administrators follow ([`containers`]). The policy and
//! its tests are written by hand and are not made here.

mod cases;
mod containers;
mod people;
mod random;
mod row;

use crate::generated::Generated;
use random::Random;
use row::Row;

/// Changing it changes who works at Acme.
const SEED: u64 = 0x0061_636d_6520_6167;

const FOLDER: &str = "examples/acme";

const DIRECTORY: &str = r#"# Acme AG is a fictional company. Written by `cargo xtask acme`; do not edit.

taken_at = "2026-11-22T08:00:00Z"
complete = true

[subscription]
id = "acme"
name = "Acme AG"
edition = "enterprise"
licences = 300
time_zone = "Europe/Zurich"
hide_inactive_ids = false

[attributes]
cost_center = "text?"
site = { one_of = ["zurich", "berlin", "lyon"] }
notice_days = "integer"
vip = "bool"
contract_end = "date?"
projects = "list of text"
"#;

/// The files of the directory.
pub(crate) fn files() -> Result<Vec<Generated>, String> {
    let mut random = Random::new(SEED);
    let mut users = cases::rows();
    users.extend(people::rows(&mut random, &users));
    users.sort_by(|a, b| (a.get("person"), a.get("id")).cmp(&(b.get("person"), b.get("id"))));

    let members = containers::members(&mut random, &users);
    let texts = [
        ("directory.toml", DIRECTORY.to_owned()),
        ("users.csv", table(&row::COLUMNS, users.iter().map(Row::values))?),
        ("credentials.csv", table(&["id", "username", "kind"], containers::credentials(&users))?),
        ("groups.csv", table(&["id", "name", "broadcast"], containers::GROUPS)?),
        ("lists.csv", table(&["id", "name", "broadcast"], containers::LISTS)?),
        ("members.csv", table(&["container", "id"], members)?),
        ("administrators.ndjson", containers::administrators()),
    ];
    Ok(texts.into_iter().map(|(name, text)| Generated { path: format!("{FOLDER}/{name}"), text }).collect())
}

/// A CSV file with a header row.
fn table<R>(header: &[&str], rows: impl IntoIterator<Item = R>) -> Result<String, String>
where
    R: IntoIterator,
    R::Item: AsRef<[u8]>,
{
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header).map_err(|error| error.to_string())?;
    for row in rows {
        writer.write_record(row).map_err(|error| error.to_string())?;
    }
    let bytes = writer.into_inner().map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}
