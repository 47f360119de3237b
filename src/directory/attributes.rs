//! The host's own attributes, as a header declares them.
//!
//! An attribute is declared by its type as text (`"text"`, `"integer?"`, `"list of text"`), or as a
//! closed set: `{"one_of": ["zurich", "berlin"]}`, with `"optional": true` if a user may have none.

use std::collections::{BTreeMap, BTreeSet};

use super::excerpt::{Excerpt, Span};
use super::intern::Interner;
use super::json;
use super::node::{Data, Entry, Node};
use super::problems::Problems;
use super::reading::Reading;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{AttributeError, ClosedSet, FieldType, Kind, Schema};
use crate::sort::Gather as _;

/// What a header declares.
#[derive(Debug, Default)]
pub(super) struct Attributes {
    /// The built-in fields and every attribute that could be declared.
    pub(super) schema: Schema,
    /// The names of those that could not.
    pub(super) ignored: BTreeSet<String>,
}

/// Reads declarations of attributes from JSON, as a directory's `attributes` holds them: for hosts that check
/// a policy without a directory. `name` is what diagnostics call the text.
///
/// ```
/// use leaver::directory::parse_attributes;
///
/// let schema = parse_attributes("attributes", r#"{"cost_center": "text?"}"#).expect("one attribute");
/// assert!(schema.slot("cost_center").is_some());
/// assert!(parse_attributes("attributes", r#"{"cost_center": "words"}"#).is_err());
/// ```
///
/// # Errors
/// Everything that is wrong with the declarations.
pub fn parse_attributes(name: &str, json: &str) -> Result<Schema, Vec<Diagnostic>> {
    let mut problems = Problems::default();
    let excerpt = Excerpt::file(name, json);
    let mut reading = Reading { excerpt: &excerpt, problems: &mut problems };
    let parsed = json::parse(&mut reading, json, Code::JsonSyntax);
    let node = parsed.and_then(|raw| json::node(&mut reading, raw));
    let attributes = node.map(|node| read_attributes(&mut reading, node));
    match attributes {
        Some(Attributes { schema, .. }) if problems.is_empty() => Ok(schema),
        _ => Err(problems.into_diagnostics()),
    }
}

/// Reads `attributes`.
pub(super) fn read_attributes<'t>(reading: &mut Reading<'_, 't>, node: Node<'t>) -> Attributes {
    let span = node.span;
    let mut types = BTreeMap::new();
    let mut ignored = BTreeSet::new();
    for Entry { key, key_span, value } in reading.object(node, "`attributes`").unwrap_or_default() {
        if super::judgement::is_extension(&key) {
            continue;
        }
        let named = Schema::check_name(&key);
        if let Err(error) = &named {
            refuse(reading, key_span, error);
        }
        match read_type(reading, &key, value) {
            Some(ty) if named.is_ok() => {
                types.insert(key.into_owned(), ty);
            }
            _ => {
                ignored.insert(key.into_owned());
            }
        }
    }
    let declared: BTreeSet<String> = types.keys().cloned().gather();
    match Schema::new(types) {
        Ok(schema) => Attributes { schema, ignored },
        Err(error) => {
            refuse(reading, span, &error);
            ignored.extend(declared);
            Attributes { schema: Schema::default(), ignored }
        }
    }
}

fn read_type<'t>(reading: &mut Reading<'_, 't>, name: &str, node: Node<'t>) -> Option<FieldType> {
    let span = node.span;
    let ty = match node.data {
        Data::Text(text) => FieldType::from_text(&text),
        Data::Object(_) => return read_closed_set(reading, name, node),
        _ => None,
    };
    if ty.is_none() {
        refuse(reading, span, &AttributeError::UnknownType { name: name.to_owned() });
    }
    ty
}

fn read_closed_set<'t>(reading: &mut Reading<'_, 't>, name: &str, node: Node<'t>) -> Option<FieldType> {
    let span = node.span;
    let object = reading.object(node, "a closed set")?;
    let mut words = None;
    let mut optional = false;
    for entry in reading.known_entries(object, &["one_of", "optional"]) {
        if entry.key == "optional" {
            optional = reading.bool(&entry.value, "`optional`")?;
        } else {
            words = Some(reading.texts(entry.value, "`one_of`", &mut Interner::unbounded())?);
        }
    }
    let words = words.unwrap_or_default();
    let different: BTreeSet<&str> = words.iter().map(|(word, _)| &**word).gather();
    if words.is_empty() || different.len() < words.len() {
        refuse(reading, span, &AttributeError::BadClosedSet { name: name.to_owned() });
        return None;
    }
    let set = ClosedSet::new(name, words.iter().map(|(word, _)| &**word));
    Some(FieldType { kind: Kind::OneOf(set), optional })
}

fn refuse(reading: &mut Reading<'_, '_>, span: Span, error: &AttributeError) {
    let help = match error {
        AttributeError::NotAnIdentifier(_) => "call it like `cost_center`",
        AttributeError::Reserved(_) => "policies could not write `user.` and this name; add a word to it",
        AttributeError::BuiltIn(_) => "use the built-in field, which needs no declaration, or another name",
        AttributeError::UnknownType { .. } => {
            "write the type as text, such as \"text?\", or a closed set as {\"one_of\": [..], \"optional\": true}"
        }
        AttributeError::BadClosedSet { .. } => "list each word once",
        _ => "declare only attributes that policies read",
    };
    reading.report(span, Code::BadAttribute, error.to_string(), help.to_owned());
}
