//! Policies made without the checker, for the tests of what runs them: their rules have names and
//! Rhai functions, and no trees.

use std::sync::Arc;

use super::compiled::{Constant, Policy, Rule};
use super::sandbox;
use super::source::{Source, Span};
use super::tree::{Block, Literal};
use super::types::Type;
use crate::model::{Fact, Field, Moment, Schema, User, Value, parse_instant};
use crate::sort;

/// A policy of the public functions in `text`, in file order.
pub(super) fn policy(text: &str, constants: &[(&str, Literal)], schema: Schema) -> Policy {
    let ast = sandbox::with_stack(|| sandbox::parser().compile(text)).expect("the test's policy is a script");
    let mut functions: Vec<_> = ast
        .iter_fn_def()
        .filter(|function| !function.access.is_private() && !function.name.starts_with("anon$"))
        .collect();
    sort::by_key(&mut functions, |function| function.body.start_position());
    let rules = functions.iter().map(|function| Rule {
        name: function.name.as_str().into(),
        rationale: Some(format!("Why {}.", function.name).into()),
        span: Span::default(),
        parameter: 0,
        body: Block { statements: Vec::new(), span: Span::default() },
        locals: 0,
        reads: std::collections::BTreeMap::new(),
    });
    let constant = |(name, value): &(&str, Literal)| Constant {
        name: (*name).into(),
        value: value.clone(),
        ty: Type::Broken,
        span: Span::default(),
    };
    Policy {
        sources: Arc::from([Source::new("test.rhai", text)]),
        schema: Arc::new(schema),
        rules: rules.collect(),
        constants: constants.iter().map(constant).collect(),
        ast: ast.clone(),
        warnings: Vec::new(),
    }
}

/// 22 November 2026, 9 o'clock in Zurich.
pub(super) fn moment() -> Moment {
    Moment::new(
        parse_instant("2026-11-22T08:00:00Z").expect("an instant"),
        "Europe/Zurich".parse().expect("a zone"),
    )
    .expect("a moment")
}

/// A matched staff user of whom every field is known but `has_left`, which depends on the moment;
/// optional ones are absent.
pub(super) fn user(id: &str, schema: &Schema) -> User {
    let mut user = User::new(id.parse().expect("an ID"), schema);
    let empty: Arc<[Arc<str>]> = Arc::from([]);
    for field in Field::ALL.iter().filter(|field| **field != Field::HasLeft) {
        let info = field.info();
        user.set(
            field.slot(),
            match info.kind {
                _ if info.optional => Fact::Absent,
                crate::model::Kind::Bool => Fact::Known(Value::Bool(false)),
                crate::model::Kind::Texts => Fact::Known(Value::Texts(Arc::clone(&empty))),
                _ => Fact::Unknown,
            },
        );
    }
    for (field, word) in [
        (Field::Person, "E1001"),
        (Field::Employment, "staff"),
        (Field::CredentialKind, "single"),
        (Field::Edition, "enterprise"),
    ] {
        set(&mut user, field, Value::Text(word.into()));
    }
    user
}

/// Gives a user a value.
pub(super) fn set(user: &mut User, field: Field, value: Value) {
    user.set(field.slot(), Fact::Known(value));
}
