//! A user of Acme as a row of `users.csv`.

use time::{Date, Duration};

/// The columns, in the order of the file.
pub(super) const COLUMNS: [&str; 26] = [
    "id",
    "person",
    "employment",
    "last_day",
    "leaves_at",
    "departure",
    "first_day",
    "created",
    "last_seen",
    "department",
    "job_title",
    "country",
    "categories",
    "first_name",
    "last_name",
    "nickname",
    "credential",
    "mdm_managed",
    "legal_hold",
    "superseded_by",
    "cost_center",
    "site",
    "notice_days",
    "vip",
    "contract_end",
    "projects",
];

/// One user. An empty value is an absent one.
#[derive(Clone)]
pub(super) struct Row([String; COLUMNS.len()]);

impl Row {
    /// A user with an ID, and with the attributes that every user must have.
    pub(super) fn new(id: &str) -> Self {
        let mut row = Self(Default::default());
        row.set("id", id);
        for (column, value) in [
            ("mdm_managed", "false"),
            ("legal_hold", "false"),
            ("site", "zurich"),
            ("notice_days", "30"),
            ("vip", "false"),
            ("projects", "line"),
        ] {
            row.set(column, value);
        }
        row
    }

    /// The value in a column.
    pub(super) fn get(&self, column: &str) -> &str {
        &self.0[position(column)]
    }

    /// Puts a value into a column.
    pub(super) fn set(&mut self, column: &str, value: impl Into<String>) {
        self.0[position(column)] = value.into();
    }

    /// Puts a date into a column.
    pub(super) fn set_date(&mut self, column: &str, date: Date) {
        self.set(column, date.to_string());
    }

    /// All values, in the order of the columns.
    pub(super) fn values(&self) -> &[String] {
        &self.0
    }
}

fn position(column: &str) -> usize {
    COLUMNS.iter().position(|known| *known == column).unwrap_or_else(|| panic!("no column {column}"))
}

/// The date `days` before `date`.
pub(super) fn before(date: Date, days: u32) -> Date {
    date - Duration::days(i64::from(days))
}
