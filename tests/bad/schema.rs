//! The attributes, groups and lists under which bad policies and the pages of errors are checked.

use std::collections::BTreeMap;
use std::sync::Arc;

use leaver::model::{ClosedSet, FieldType, Kind, Schema};
use leaver::policy::{Checked, Names, Source, check};

/// The built-in fields and a few attributes of every kind.
pub(crate) fn schema() -> Arc<Schema> {
    let attributes = [
        ("notice_days", Kind::Int, false),
        ("cost_center", Kind::Text, true),
        ("vip", Kind::Bool, true),
        ("site", Kind::OneOf(ClosedSet::new("site", ["zurich", "berlin"])), false),
        ("contract_end", Kind::Date, true),
        ("projects", Kind::Texts, false),
    ];
    let attributes = attributes
        .into_iter()
        .map(|(name, kind, optional)| (name.to_owned(), FieldType { kind, optional }))
        .collect();
    Arc::new(Schema::new(attributes).expect("the attributes have allowed names"))
}

/// One group and one list.
pub(crate) fn names() -> Names {
    Names {
        groups: BTreeMap::from([("g1".into(), "Sales".into())]),
        lists: BTreeMap::from([("l1".into(), "All hands".into())]),
    }
}

/// Checks a policy of these files, given as name and text.
pub(crate) fn check_files(files: &[(&str, &str)]) -> Checked {
    let sources = files.iter().map(|(name, text)| Source::new(*name, *text)).collect();
    check(sources, &schema(), Some(&names()))
}
