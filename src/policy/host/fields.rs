//! The fields of a user as properties.
//!
//! There are getters and no setters, so a script cannot change a user. Reading a field of which
//! nothing is known fails: absence is not evidence (SAFETY, rule 2).

use std::sync::Arc;

use rhai::{Dynamic, EvalAltResult};

use super::super::rule_error::RuleError;
use super::super::sandbox::raise;
use super::functions::Functions;
use super::values::Texts;
use crate::model::{Fact, Schema, Slot, User, Value};

pub(super) fn register(functions: &mut Functions<'_>, schema: &Schema) {
    functions.name_type::<User>("User");
    for slot in schema.slots() {
        let name: Arc<str> = schema.name(slot).into();
        functions.put_property(schema.name(slot), move |user: &mut User| read(user, slot, &name));
    }
}

fn read(user: &User, slot: Slot, name: &Arc<str>) -> Result<Dynamic, Box<EvalAltResult>> {
    Ok(match user.fact(slot) {
        Fact::Unknown => return Err(raise(RuleError::MissingFact { field: Arc::clone(name) })),
        Fact::Absent => Dynamic::UNIT,
        Fact::Known(Value::Bool(value)) => (*value).into(),
        Fact::Known(Value::Int(value)) => (*value).into(),
        Fact::Known(Value::Text(text)) => text.as_ref().into(),
        Fact::Known(Value::Id(id)) => id.as_str().into(),
        Fact::Known(Value::Date(date)) => Dynamic::from(*date),
        Fact::Known(Value::Instant(instant)) => Dynamic::from(*instant),
        Fact::Known(Value::Texts(texts)) => Dynamic::from(Texts::from(Arc::clone(texts))),
    })
}
