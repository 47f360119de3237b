//! Trees built by hand for tests: constructors for nodes, a printer that writes them as policy text
//! and gives every node its place in it, and users and instants to ask about.

use std::collections::BTreeMap;
use std::sync::Arc;

use self::printer::Printer;
use crate::model::{Fact, Field, Moment, Schema, User, Value, parse_date, parse_instant};
use crate::policy::compiled::{Constant, Policy, Rule};
use crate::policy::source::{Source, Span};
use crate::policy::tree::{Block, Literal};
use crate::policy::types::Type;

pub(crate) use nodes::*;

mod nodes;
mod printer;

/// A policy of rules, printed to `policy.rhai`. Rules have 32 variables.
pub(crate) fn policy(rules: Vec<(&str, Block)>) -> Policy {
    policy_with(Vec::new(), rules)
}

/// The same, with constants.
pub(crate) fn policy_with(constants: Vec<(&str, Literal)>, rules: Vec<(&str, Block)>) -> Policy {
    let constants: Vec<Constant> = constants
        .into_iter()
        .map(|(name, value)| Constant { name: name.into(), value, ty: Type::Broken, span: Span::default() })
        .collect();
    let mut printer = Printer::new(constants.iter().map(|constant| constant.name.to_string()).collect());
    let mut made = Vec::new();
    for (name, mut body) in rules {
        printer.text.push_str(&format!("/// Rationale of {name}.\nfn "));
        let start = printer.at();
        printer.text.push_str(name);
        let span = Span { file: 0, start, end: printer.at() };
        printer.text.push_str("(user) ");
        printer.block(&mut body);
        printer.text.push_str("\n\n");
        made.push(Rule {
            name: name.into(),
            rationale: Some(format!("Rationale of {name}.").into()),
            span,
            parameter: 31,
            body,
            locals: 32,
            reads: BTreeMap::new(),
        });
    }
    Policy {
        sources: Arc::from([Source::new("policy.rhai", printer.text)]),
        schema: Arc::new(Schema::default()),
        rules: made.into(),
        constants: constants.into(),
        ast: rhai::AST::empty(),
        warnings: Vec::new(),
    }
}

/// A user of whom everything is absent, false or empty, except what is given.
pub(crate) fn someone(given: &[(Field, Value)]) -> User {
    let schema = Schema::default();
    let mut user = User::new("ECHOECHO".parse().expect("an ID"), &schema);
    for field in Field::ALL {
        let info = field.info();
        let fact = if info.optional {
            Fact::Absent
        } else {
            Fact::Known(match info.kind {
                crate::model::Kind::Bool => Value::Bool(false),
                crate::model::Kind::Texts => Value::Texts(Arc::from([])),
                _ => Value::Text("staff".into()),
            })
        };
        user.set(field.slot(), fact);
    }
    for (field, value) in given {
        user.set(field.slot(), Fact::Known(value.clone()));
    }
    user
}

pub(crate) fn known_text(value: &str) -> Value {
    Value::Text(value.into())
}

pub(crate) fn known_texts(values: &[&str]) -> Value {
    Value::Texts(values.iter().map(|value| Arc::from(*value)).collect())
}

pub(crate) fn known_date(value: &str) -> Value {
    Value::Date(parse_date(value).expect("a date"))
}

pub(crate) fn moment(instant: &str, zone: &str) -> Moment {
    Moment::new(parse_instant(instant).expect("an instant"), zone.parse().expect("a zone")).expect("in range")
}

/// Noon of 22 November 2026 in Zurich.
pub(crate) fn noon() -> Moment {
    moment("2026-11-22T11:00:00Z", "Europe/Zurich")
}
