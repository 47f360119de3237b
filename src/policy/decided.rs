//! Decisions that share what they have in common, for whoever makes many.
//!
//! Most users of a company come to a few dozen [shapes](super::shape) of decisions. A [`Decided`] is
//! such a shape with what belongs to the user, or a decision of the user's own; either is the decision
//! of [`Evaluator::decide`], and its JSON is the same bytes, at a fraction of the cost.

use std::sync::Arc;

use time::OffsetDateTime;

use super::decision::Decision;
use super::evaluate::{DecideError, Evaluator, Successor};
use super::shape::{Individual, Shape};
use crate::model::{Facts, Id, write_instant};

/// A decision about one user. Borrows the user's person from whoever holds the facts.
///
/// ```
/// use std::sync::Arc;
/// use leaver::model::{Moment, Schema, User, Zone, parse_instant};
/// use leaver::policy::{Basis, Source, check};
///
/// let schema = Arc::new(Schema::default());
/// let text = "/// Everybody keeps everything.\nfn everybody(user) { keep() }";
/// let policy = check(vec![Source::new("acme.rhai", text)], &schema, None).policy.ok_or("errors")?;
/// let moment = Moment::new(parse_instant("2026-11-22T09:00:00Z").ok_or("no instant")?, Zone::UTC)?;
/// let evaluator = policy.evaluator(Basis::new(moment, true)).map_err(|found| found.message)?;
///
/// let user = User::new("ECHOECHO".parse()?, &schema);
/// let mut json = Vec::new();
/// evaluator.decided(&user, None)?.write_json(&mut json);
/// assert_eq!(json, serde_json::to_vec(&evaluator.decide(&user)?)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Decided<'u>(Form<'u>);

#[derive(Debug)]
enum Form<'u> {
    Shared(Arc<Shape>, Individual<'u>),
    Own(Box<Decision>),
}

impl Evaluator {
    /// The decision about a user, whoever holds the facts. `successor` is that of
    /// [`Evaluator::decide_in`]; without it the ID in `superseded_by` is trusted.
    ///
    /// # Errors
    /// As [`Evaluator::decide`].
    pub fn decided<'u>(
        &self,
        facts: &'u impl Facts,
        successor: Option<&Successor<'_>>,
    ) -> Result<Decided<'u>, DecideError> {
        if let Some((shape, individual)) = self.shaped(facts) {
            return Ok(Decided(Form::Shared(shape, individual)));
        }
        let decision = self.decide_alone(successor, &facts.to_user())?;
        Ok(Decided(Form::Own(Box::new(decision))))
    }
}

impl From<Decision> for Decided<'_> {
    fn from(decision: Decision) -> Self {
        Self(Form::Own(Box::new(decision)))
    }
}

impl Decided<'_> {
    /// What the decision says besides `user`, `person` and `valid_until`, which may be left out here.
    pub fn common(&self) -> &Decision {
        match &self.0 {
            Form::Shared(shape, _) => shape.common(),
            Form::Own(decision) => decision,
        }
    }

    /// A number of what the decision has in common with others of the same evaluator: equal numbers, equal
    /// [`Decided::common`]. `None` if it has nothing in common with any.
    pub fn number(&self) -> Option<u32> {
        match &self.0 {
            Form::Shared(shape, _) => shape.number(),
            Form::Own(_) => None,
        }
    }

    /// Until when the decision stays valid.
    pub fn valid_until(&self) -> Option<OffsetDateTime> {
        match &self.0 {
            Form::Shared(_, individual) => individual.valid_until,
            Form::Own(decision) => decision.valid_until,
        }
    }

    /// The user's ID; `None` only for a record whose ID could not be read.
    pub fn user(&self) -> Option<Id> {
        match &self.0 {
            Form::Shared(_, individual) => Some(individual.user),
            Form::Own(decision) => decision.user,
        }
    }

    /// The person, if matched.
    pub fn person(&self) -> Option<&str> {
        match &self.0 {
            Form::Shared(_, individual) => individual.person,
            Form::Own(decision) => decision.person.as_ref().map(crate::model::PersonKey::as_str),
        }
    }

    /// The whole decision.
    pub fn into_decision(self) -> Decision {
        match self.0 {
            Form::Shared(shape, individual) => shape.decision(&individual),
            Form::Own(decision) => *decision,
        }
    }

    /// Appends the decision as one line of JSON, without a line break: what serialising the
    /// [`Decision`] gives.
    pub fn write_json(&self, to: &mut Vec<u8>) {
        match &self.0 {
            Form::Shared(shape, individual) => {
                to.extend_from_slice(b"{\"user\":\"");
                to.extend_from_slice(individual.user.as_str().as_bytes());
                to.extend_from_slice(b"\",\"person\":");
                match individual.person {
                    Some(person) => write_text(to, person),
                    None => to.extend_from_slice(b"null"),
                }
                to.extend_from_slice(shape.json());
                match individual.valid_until {
                    Some(instant) => {
                        to.push(b'"');
                        write_instant(to, instant);
                        to.push(b'"');
                    }
                    None => to.extend_from_slice(b"null"),
                }
                to.push(b'}');
            }
            Form::Own(decision) => write_value(to, &**decision),
        }
    }
}

/// Appends a text as JSON.
fn write_text(to: &mut Vec<u8>, text: &str) {
    if text.bytes().any(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        return write_value(to, &text);
    }
    to.push(b'"');
    to.extend_from_slice(text.as_bytes());
    to.push(b'"');
}

fn write_value(to: &mut Vec<u8>, value: &impl serde::Serialize) {
    // Writing to memory does not fail, and what leaver serialises has text keys only.
    let _ = serde_json::to_writer(to, value);
}
