//! What would have to be different about a user for another decision.
//!
//! In go a user and the classes into which the policy divides every fact; out come the smallest sets
//! of changed facts, one or two of them, with which the user is really decided otherwise. The value
//! of a changed fact stands for its whole class. Values of personal fields are not repeated.

use std::sync::Arc;

use serde::Serialize;

use super::difference::differs;
use super::space::{Axis, Space};
use crate::model::{Fact, Field, Slot, User, Value};
use crate::policy::combine::Successor;
use crate::policy::decision::Decision;
use crate::policy::evaluate::{DecideError, Evaluator};
use crate::policy::ir::Leaf;
use crate::policy::lower::lower;
use crate::sort;
use time::Duration;

/// Most decisions that are made in search of changes.
const MAX_DECISIONS: usize = 20_000;
/// Most answers that are given.
const MAX_ANSWERS: usize = 12;

/// Facts that, changed together, change the decision.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Counterfactual {
    /// What would have to be different; nothing could be left out.
    pub changes: Vec<FactChange>,
    /// What would be decided then.
    pub decision: Decision,
}

/// One fact that would have to be different.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FactChange {
    /// Name of the field.
    pub field: Arc<str>,
    /// What it is; null if there is no value, `…` if it is personal.
    pub from: serde_json::Value,
    /// A value with which the decision is another.
    pub to: serde_json::Value,
}

impl Evaluator {
    /// The fewest changes of facts with which a user would be decided otherwise: all of one fact, or,
    /// if no single fact suffices, of two. Empty if more are needed.
    ///
    /// # Errors
    /// [`DecideError::Deadline`] if the rules take longer than the patience.
    pub fn counterfactuals(
        &self,
        successor: Option<&Successor<'_>>,
        user: &User,
    ) -> Result<Vec<Counterfactual>, DecideError> {
        let decide = |user: &User| match successor {
            Some(successor) => self.decide_in(successor, user),
            None => self.decide(user),
        };
        let now = decide(user)?;
        let options = self.changes(user);
        let mut found = Vec::new();
        let mut made = 0;
        let mut attempt = |changes: &[&(Slot, Fact)]| -> Result<bool, DecideError> {
            made += 1;
            let mut other = user.clone();
            for (slot, fact) in changes {
                other.set(*slot, fact.clone());
            }
            let decision = decide(&other)?;
            let different = differs(&now, &decision);
            if different {
                let changes = changes.iter().map(|(slot, fact)| self.told(user, *slot, fact)).collect();
                found.push(Counterfactual { changes, decision });
            }
            Ok(different || made >= MAX_DECISIONS)
        };
        let mut last = None;
        for change in &options {
            // One example for each field is enough.
            if last != Some(change.0) && attempt(&[change])? {
                last = Some(change.0);
            }
        }
        if last.is_none() {
            'pairs: for (at, first) in options.iter().enumerate() {
                for second in options[at + 1..].iter().filter(|second| second.0 != first.0) {
                    if attempt(&[first, second])? {
                        continue 'pairs;
                    }
                }
            }
        }
        found.truncate(MAX_ANSWERS);
        Ok(found)
    }

    /// Every fact that the policy tells from the one the user has, by field.
    fn changes(&self, user: &User) -> Vec<(Slot, Fact)> {
        let (policy, moment) = (self.policy(), &self.basis().moment);
        let lowered = lower(policy);
        let leaves: Vec<&Leaf> = lowered.leaves.iter().collect();
        let space = Space::new(&leaves, policy.schema(), moment);
        let mut changes = Vec::new();
        for (axis, everybody) in space.axes.iter().zip(&space.everybody) {
            match axis {
                Axis::Column(column) if column.slot() == Field::HasLeft.slot() => {
                    let day = |days: i64| Fact::Known(Value::Date(moment.today() + Duration::days(days)));
                    let slot = Field::LastDay.slot();
                    changes.extend([Fact::Absent, day(-1), day(30)].map(|fact| (slot, fact)));
                }
                Axis::Column(column) if column.slot() == Field::Id.slot() => {}
                Axis::Column(column) => {
                    let kind = &policy.schema().field_type(column.slot()).kind;
                    let facts =
                        everybody.iter().filter_map(|class| column.examples(class, kind).into_iter().next());
                    changes.extend(facts.map(|fact| (column.slot(), fact)));
                }
                Axis::Member(slot, word) => {
                    let texts = match user.fact(*slot) {
                        Fact::Known(Value::Texts(texts)) => texts.to_vec(),
                        _ => Vec::new(),
                    };
                    let mut others: Vec<_> = texts.iter().filter(|text| *text != word).cloned().collect();
                    if others.len() == texts.len() {
                        others.push(word.clone());
                    }
                    changes.push((*slot, Fact::Known(Value::Texts(others.into()))));
                }
                Axis::Computed(_) => {}
            }
        }
        changes.retain(|(slot, fact)| user.fact(*slot) != fact);
        sort::by_key(&mut changes, |(slot, _)| *slot);
        changes
    }

    fn told(&self, user: &User, slot: Slot, to: &Fact) -> FactChange {
        let schema = self.policy().schema();
        let personal = schema.field(slot).is_some_and(|field| field.info().personal);
        let json = |fact: &Fact| match fact {
            Fact::Known(_) if personal => "…".into(),
            Fact::Known(value) => value.to_json(),
            Fact::Absent | Fact::Unknown => serde_json::Value::Null,
        };
        FactChange { field: schema.name(slot).into(), from: json(user.fact(slot)), to: json(to) }
    }
}
