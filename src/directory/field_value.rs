//! From a node to what is known of one field of one user.

use super::intern::Interner;
use super::node::Node;
use super::reading::Reading;
use crate::diagnostic::Code;
use crate::model::{Fact, Field, Kind, Schema, Slot, Value};

/// What `node` says of the field at `slot`: [`Fact::Absent`] for no value, `None` after a report.
pub(super) fn field_value<'t>(
    reading: &mut Reading<'_, 't>,
    node: Node<'t>,
    schema: &Schema,
    slot: Slot,
    interner: &mut Interner,
) -> Option<Fact> {
    if node.is_nothing() {
        return Some(Fact::Absent);
    }
    let field = schema.field(slot);
    let what = format_args!("`{}`", schema.name(slot)).to_string();
    let value = match &schema.field_type(slot).kind {
        Kind::Bool => Value::Bool(reading.bool(&node, &what)?),
        Kind::Int => Value::Int(reading.integer(&node, &what)?),
        Kind::Id => Value::Id(reading.id(node, &what)?),
        Kind::Date => Value::Date(reading.date(node, &what)?),
        Kind::Instant => Value::Instant(reading.instant(node, &what)?),
        Kind::OneOf(set) => Value::Text(reading.word(node, &what, set)?),
        Kind::Texts => {
            let texts = reading.texts(node, &what, interner)?;
            Value::Texts(texts.into_iter().map(|(text, _)| text).collect())
        }
        Kind::Text => {
            let span = node.span;
            let text = reading.text(node, &what)?;
            if field == Some(Field::Country) && !is_country(&text) {
                reading.report(
                    span,
                    Code::InvalidCountry,
                    format!("{} is no country code", super::node::quoted(&text)),
                    "countries are two capital letters of ISO 3166, such as CH".to_owned(),
                );
                return None;
            }
            // Names and keys of people are hardly ever shared: their copies would only fill the table.
            match field {
                Some(Field::Person | Field::FirstName | Field::LastName | Field::Nickname) => {
                    Value::Text((&*text).into())
                }
                _ => Value::Text(interner.intern(&text)),
            }
        }
    };
    Some(Fact::Known(value))
}

fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}
