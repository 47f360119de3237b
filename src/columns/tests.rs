//! The proof that columns decide as single users do, and what hostile columns come to.

mod hostile;
mod laws;
mod long;
mod reading;
mod simple;
mod table;

use std::sync::Arc;

use arrow_array::RecordBatch;
use serde_json::Value as Json;

use super::{Binding, ColumnDecider, Defaults};
use crate::model::{Edition, Moment, Schema, parse_instant};
use crate::policy::{Basis, Evaluator, Source, check};

fn moment() -> Moment {
    let instant = parse_instant("2026-11-22T09:00:00Z").unwrap();
    Moment::new(instant, "Europe/Zurich".parse().unwrap()).unwrap()
}

/// An evaluator of a policy that needs no attributes.
fn evaluator(text: &str) -> Evaluator {
    let checked = check(vec![Source::new("test.rhai", text)], &Arc::new(Schema::default()), None);
    let policy = checked.policy.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics));
    policy.evaluator(Basis::new(moment(), true)).unwrap()
}

fn bound(evaluator: &Evaluator, batch: &RecordBatch) -> Binding {
    let defaults = Defaults::new().edition(Edition::Enterprise);
    Binding::new(evaluator.policy().schema(), &batch.schema(), &defaults)
        .unwrap_or_else(|found| panic!("{found:#?}"))
}

/// The decisions about a batch as JSON.
fn decide(evaluator: &Evaluator, batch: &RecordBatch) -> Vec<Json> {
    let binding = bound(evaluator, batch);
    let decider = ColumnDecider::new(evaluator, &binding).unwrap();
    reading::decisions(&decider.decide(batch).unwrap())
}
