//! The head of a directory or stream: the subscription, when and how completely it was taken, which
//! fields it speaks for, what it states about the others, and the host's own attributes.
//!
//! The same keys stand at the top of a JSON directory, in `directory.toml`, under `"directory"` in
//! the first line of an NDJSON stream, and in the subscription file of a CSV stream.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use time::OffsetDateTime;

use super::attributes::{Attributes, read_attributes};
use super::excerpt::{Excerpt, Span};
use super::field_value::field_value;
use super::intern::Interner;
use super::judgement::judge;
use super::node::{Entry, Object, quoted};
use super::problems::Problems;
use super::reading::Reading;
use super::{file, json, toml};
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::model::{Edition, Fact, Field, FieldSource, Schema, Slot, Subscription};
use crate::sort::Gather as _;

/// The keys of a header.
pub(super) const KEYS: &[&str] =
    &["subscription", "taken_at", "complete", "provides", "assume", "attributes"];

/// A part of a directory besides its users.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Section {
    Credentials,
    Groups,
    Lists,
    Administrators,
}

impl Section {
    pub(super) const ALL: [Self; 4] = [Self::Credentials, Self::Groups, Self::Lists, Self::Administrators];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::Groups => "groups",
            Self::Lists => "lists",
            Self::Administrators => "administrators",
        }
    }
}

/// What a directory says it speaks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Provides {
    pub(super) slots: BTreeSet<Slot>,
    pub(super) sections: BTreeSet<Section>,
}

/// The head of a stream whose users come as CSV: see [`Stream::csv`](super::Stream::csv).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionHeader {
    pub(super) subscription: Subscription,
    pub(super) taken_at: OffsetDateTime,
    pub(super) complete: bool,
    pub(super) schema: Arc<Schema>,
    pub(super) provides: Option<Provides>,
    pub(super) assume: BTreeMap<Slot, Fact>,
}

impl SubscriptionHeader {
    /// Reads a subscription file: TOML, or JSON if its name ends in `.json`.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(path: &Path) -> Result<Self, Vec<Diagnostic>> {
        let mut problems = Problems::default();
        let name = path.display().to_string();
        let text = file::read_text(path, &name, &mut problems, &mut |_| {});
        let Some(text) = text else { return Err(problems.into_diagnostics()) };
        let is_json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        if is_json { Self::from_json(&name, &text) } else { Self::from_toml(&name, &text) }
    }

    /// Reads TOML: the keys of `directory.toml`.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn from_toml(name: &str, text: &str) -> Result<Self, Vec<Diagnostic>> {
        Self::from_object(name, text, |reading| toml::parse(reading))
    }

    /// Reads JSON: an object with the keys of `directory.toml`.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn from_json(name: &str, text: &str) -> Result<Self, Vec<Diagnostic>> {
        Self::from_object(name, text, |reading| {
            let raw = json::parse(reading, reading.excerpt.text(), Code::JsonSyntax)?;
            let node = json::node(reading, raw)?;
            reading.object(node, "a subscription file")
        })
    }

    fn from_object<'t>(
        name: &'t str,
        text: &'t str,
        parse: impl FnOnce(&mut Reading<'_, 't>) -> Option<Object<'t>>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut problems = Problems::default();
        let excerpt = Excerpt::file(name, text);
        let mut reading = Reading { excerpt: &excerpt, problems: &mut problems };
        let header = parse(&mut reading)
            .and_then(|object| read_header(&mut reading, object, Span::default()).finish());
        match header {
            Some(header) if problems.is_empty() => Ok(header),
            _ => Err(problems.into_diagnostics()),
        }
    }

    /// The subscription.
    pub const fn subscription(&self) -> &Subscription {
        &self.subscription
    }

    /// The built-in fields and the attributes declared here.
    pub const fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }
}

/// A header as far as it could be read: enough to go on and find the mistakes in the users.
#[derive(Debug)]
pub(super) struct HeaderDraft {
    subscription: Option<Subscription>,
    taken_at: Option<OffsetDateTime>,
    complete: bool,
    pub(super) schema: Arc<Schema>,
    /// Attributes whose declaration is wrong.
    pub(super) ignored: BTreeSet<String>,
    pub(super) provides: Option<Provides>,
    /// What is assumed of each field, and where that is said.
    pub(super) assume: BTreeMap<Slot, (Fact, Span)>,
}

impl HeaderDraft {
    /// The edition of the subscription.
    pub(super) fn edition(&self) -> Option<Edition> {
        self.subscription.as_ref().map(|subscription| subscription.edition)
    }

    /// The header, if nothing it cannot do without is missing.
    pub(super) fn finish(self) -> Option<SubscriptionHeader> {
        Some(SubscriptionHeader {
            subscription: self.subscription?,
            taken_at: self.taken_at?,
            complete: self.complete,
            schema: self.schema,
            provides: self.provides,
            assume: self.assume.into_iter().map(|(slot, (fact, _))| (slot, fact)).gather(),
        })
    }
}

/// Reads the keys of a header; `whole` is where missing keys are reported.
pub(super) fn read_header<'t>(reading: &mut Reading<'_, 't>, object: Object<'t>, whole: Span) -> HeaderDraft {
    let mut by_key: BTreeMap<String, Entry<'t>> = BTreeMap::new();
    for entry in reading.known_entries(object, KEYS) {
        by_key.insert(entry.key.to_string(), entry);
    }
    reading.require(
        whole,
        "a directory",
        &[
            ("subscription", by_key.contains_key("subscription")),
            ("taken_at", by_key.contains_key("taken_at")),
        ],
    );
    let mut value = |key: &str| by_key.remove(key).map(|entry| entry.value);

    let Attributes { schema, ignored } = match value("attributes") {
        Some(node) => read_attributes(reading, node),
        None => Attributes::default(),
    };
    let schema = Arc::new(schema);
    let subscription = value("subscription").and_then(|node| {
        let span = node.span;
        let object = reading.object(node, "`subscription`")?;
        read_subscription(reading, object, span)
    });
    let taken_at = value("taken_at").and_then(|node| reading.instant(node, "`taken_at`"));
    let complete = value("complete").and_then(|node| reading.bool(&node, "`complete`")).unwrap_or(false);
    let provides = value("provides").and_then(|node| {
        let list = reading.list(node, "`provides`")?;
        Some(read_provides(reading, list, &schema, &ignored))
    });
    let assume = value("assume").and_then(|node| reading.object(node, "`assume`"));
    let assume = assume.map(|object| read_assume(reading, object, &schema, &ignored)).unwrap_or_default();
    HeaderDraft { subscription, taken_at, complete, schema, ignored, provides, assume }
}

fn read_subscription<'t>(
    reading: &mut Reading<'_, 't>,
    object: Object<'t>,
    whole: Span,
) -> Option<Subscription> {
    const KEYS: &[&str] = &["id", "name", "edition", "licences", "time_zone", "hide_inactive_ids"];
    let mut given = BTreeSet::new();
    let (mut id, mut edition, mut time_zone) = (None, None, None);
    let (mut name, mut licences, mut hide_inactive_ids) = (String::new(), None, false);
    for Entry { key, value, .. } in reading.known_entries(object, KEYS) {
        let what = format!("`{key}` of the subscription");
        match &*key {
            "id" => id = reading.text(value, &what).map(String::from),
            "name" => name = reading.text(value, &what).map(String::from).unwrap_or_default(),
            "edition" => edition = reading.word_of(value, &what),
            "time_zone" => time_zone = reading.zone(value, &what),
            "hide_inactive_ids" => hide_inactive_ids = reading.bool(&value, &what).unwrap_or(false),
            _ => {
                if let Some(number) = reading.integer(&value, &what) {
                    licences = u32::try_from(number).ok();
                    if licences.is_none() {
                        reading.wrong_type(value.span, &what, "a number from 0 to 4,294,967,295", "another");
                    }
                }
            }
        }
        given.insert(key.into_owned());
    }
    let required = ["id", "edition", "time_zone"].map(|key| (key, given.contains(key)));
    reading.require(whole, "the subscription", &required);
    Some(Subscription {
        id: id?,
        name,
        edition: edition?,
        licences,
        time_zone: time_zone?,
        hide_inactive_ids,
    })
}

fn read_provides<'t>(
    reading: &mut Reading<'_, 't>,
    list: Vec<super::node::Node<'t>>,
    schema: &Schema,
    ignored: &BTreeSet<String>,
) -> Provides {
    let mut provides = Provides::default();
    for slot in schema.slots().filter(|slot| always_provided(schema, *slot)) {
        provides.slots.insert(slot);
    }
    for node in list {
        let span = node.span;
        let Some(name) = reading.text(node, "each entry of `provides`") else { continue };
        if let Some(section) = Section::ALL.into_iter().find(|section| section.name() == name) {
            provides.sections.insert(section);
            continue;
        }
        match schema.slot(&name) {
            Some(slot) if is_derived(schema, slot) => reading.report(
                span,
                Code::DerivedGiven,
                format!("`{name}` is derived and cannot be listed in `provides`"),
                "list the field or section it comes from".to_owned(),
            ),
            Some(slot) => {
                provides.slots.insert(slot);
            }
            None if ignored.contains(&*name) => {}
            None => {
                let known = schema.names().chain(Section::ALL.map(Section::name));
                let help = suggest(&name, known).map(|known| format!("did you mean `{known}`?"));
                let help = help.or_else(|| Some("list fields, attributes and sections".to_owned()));
                reading.report(
                    span,
                    Code::UnknownKey,
                    format!("{} is no field and no section", quoted(&name)),
                    help,
                );
            }
        }
    }
    provides
}

fn read_assume<'t>(
    reading: &mut Reading<'_, 't>,
    object: Object<'t>,
    schema: &Schema,
    ignored: &BTreeSet<String>,
) -> BTreeMap<Slot, (Fact, Span)> {
    let mut assumed = BTreeMap::new();
    let mut interner = Interner::unbounded();
    for Entry { key, key_span, value } in object {
        let Some(slot) = schema.slot(&key) else {
            if !ignored.contains(&*key) {
                let names: Vec<&str> = schema.names().collect();
                reading.heed(key_span, judge(&key, &names));
            }
            continue;
        };
        let Some(fact) = field_value(reading, value, schema, slot, &mut interner) else { continue };
        match why_not_assumed(schema, slot, &fact) {
            Some(why) => reading.report(
                key_span,
                Code::BadAssumption,
                format!("`{key}` cannot be assumed: {why}"),
                "remove it from `assume`".to_owned(),
            ),
            None => {
                assumed.insert(slot, (fact, key_span));
            }
        }
    }
    assumed
}

/// Why nobody may assume `fact` of every user, if so. What makes somebody a leaver or says who
/// somebody is must be known, not supposed.
fn why_not_assumed(schema: &Schema, slot: Slot, fact: &Fact) -> Option<&'static str> {
    match (schema.field(slot), fact) {
        (Some(Field::Id | Field::Person | Field::Employment), _) => {
            Some("it says who each user is; a user without it is unmatched")
        }
        (Some(Field::HasLeft), _) => Some("it depends on the instant of each decision"),
        (Some(Field::Edition), _) => Some("the subscription says it"),
        (
            Some(
                Field::LastDay | Field::LeavesAt | Field::FirstDay | Field::SupersededBy | Field::Credential,
            ),
            Fact::Known(_),
        ) => Some("only its absence can be true of every user; write null (in TOML \"\")"),
        (_, Fact::Absent) if !schema.field_type(slot).optional => Some("a user always has a value for it"),
        _ => None,
    }
}

/// Fields a directory speaks for whether it lists them or not: who each user is.
pub(super) fn always_provided(schema: &Schema, slot: Slot) -> bool {
    schema
        .field(slot)
        .is_some_and(|field| matches!(field.info().source, FieldSource::Required | FieldSource::Matching))
}

/// Whether the field at `slot` is computed from the rest of a directory.
pub(super) fn is_derived(schema: &Schema, slot: Slot) -> bool {
    schema.field(slot).is_some_and(|field| field.info().source == FieldSource::Derived)
}
