//! Operands of time conditions with variables and helpers resolved: a list of terms in which each
//! only refers to earlier ones, so that a user's facts are put in by going through it once.

use std::sync::Arc;

use super::form::Form;
use crate::model::{Fact, Moment, Slot, User};
use crate::policy::compiled::Policy;
use crate::policy::trace::{Datum, Walk, day_number};
use crate::policy::tree::{Literal, LocalId, Node, Operator};

/// One operand or a part of it; numbers are those of other terms.
#[derive(Clone, Debug)]
pub(super) enum Term {
    /// A field, by far the most frequent part that does not depend on the day.
    Field(Slot),
    /// A literal or constant.
    Literal(Literal),
    /// Another expression that does not depend on the day.
    Still {
        /// The expression.
        node: Arc<Node>,
        /// The variables it uses.
        locals: Vec<(LocalId, usize)>,
        /// How many variables there must be room for.
        room: usize,
    },
    /// `today()`.
    Today,
    /// `days_since(a)`.
    DaysSince(usize),
    /// `days_until(a)`.
    DaysUntil(usize),
    /// `days(a)`, `weeks(a)`: so many days each.
    Days(usize, i8),
    /// `a + b` and so on.
    Arithmetic(Operator, usize, usize),
    /// `-a`.
    Negate(usize),
    /// `a ?? b ?? …`.
    Coalesce(Vec<usize>),
    /// `[a, b]`.
    List(Vec<usize>),
    /// `if` whose condition does not depend on the day.
    Choose {
        /// The condition.
        condition: usize,
        /// The value if it is true.
        then: usize,
        /// The value if it is false.
        otherwise: usize,
    },
    /// Something that is not looked into.
    Opaque,
}

/// Terms, each after those it refers to.
#[derive(Clone, Debug, Default)]
pub(super) struct Terms {
    terms: Vec<Term>,
    /// Whether a condition refers to the term, through others or itself.
    needed: Vec<bool>,
}

impl Terms {
    pub(super) fn push(&mut self, term: Term) -> usize {
        self.terms.push(term);
        self.needed.push(false);
        self.terms.len() - 1
    }

    /// The term with a number.
    pub(super) fn term(&self, at: usize) -> &Term {
        self.terms.get(at).unwrap_or(&Term::Opaque)
    }

    /// Marks what the conditions refer to.
    pub(super) fn need(&mut self, roots: impl Iterator<Item = usize>) {
        let mut waiting: Vec<usize> = roots.collect();
        while let Some(at) = waiting.pop() {
            if !std::mem::replace(&mut self.needed[at], true) {
                match &self.terms[at] {
                    Term::Field(_) | Term::Literal(_) | Term::Today | Term::Opaque => {}
                    Term::Still { locals, .. } => waiting.extend(locals.iter().map(|(_, term)| *term)),
                    Term::DaysSince(a) | Term::DaysUntil(a) | Term::Days(a, _) | Term::Negate(a) => {
                        waiting.push(*a);
                    }
                    Term::Arithmetic(_, a, b) => waiting.extend([*a, *b]),
                    Term::Coalesce(all) | Term::List(all) => waiting.extend(all),
                    Term::Choose { condition, then, otherwise } => {
                        waiting.extend([*condition, *then, *otherwise]);
                    }
                }
            }
        }
    }

    /// The terms for a user.
    pub(super) fn evaluate(&self, policy: &Policy, user: &User, moment: &Moment) -> Evaluation {
        let today = day_number(moment.today());
        let mut forms: Vec<Form> = Vec::with_capacity(self.terms.len());
        for (term, needed) in self.terms.iter().zip(&self.needed) {
            let form =
                if *needed { term_form(term, &forms, policy, user, moment, today) } else { Form::Failed };
            forms.push(form);
        }
        Evaluation { forms }
    }
}

/// The terms of one user.
pub(super) struct Evaluation {
    forms: Vec<Form>,
}

impl Evaluation {
    pub(super) fn form(&self, term: usize) -> &Form {
        self.forms.get(term).unwrap_or(&Form::Opaque)
    }
}

fn term_form(term: &Term, forms: &[Form], policy: &Policy, user: &User, moment: &Moment, today: i64) -> Form {
    let form = |at: &usize| forms.get(*at).unwrap_or(&Form::Opaque);
    match term {
        Term::Field(slot) => match user.fact(*slot) {
            Fact::Known(value) => Form::still(Datum::of_value(value)),
            Fact::Absent => Form::Still(Datum::Unit),
            Fact::Unknown => Form::Failed,
        },
        Term::Literal(literal) => Form::still(Datum::of_literal(literal)),
        Term::Still { node, locals, room } => {
            let mut walk = Walk::quiet(policy, user, moment, *room);
            for (local, at) in locals {
                match form(at).value() {
                    Ok(value) => walk.bind(*local, value),
                    Err(other) => return other,
                }
            }
            walk.value(node).map_or(Form::Failed, Form::still)
        }
        Term::Today => Form::today(),
        Term::DaysSince(at) => dated(form(at), moment).days_since(today),
        Term::DaysUntil(at) => dated(form(at), moment).days_since(today).negate(today),
        Term::Days(at, each) => form(at).days((*each).into(), today),
        Term::Arithmetic(operator, left, right) => {
            Form::arithmetic(*operator, form(left), form(right), today)
        }
        Term::Negate(at) => form(at).negate(today),
        Term::Coalesce(all) => {
            let mut last = Form::Still(Datum::Unit);
            for at in all {
                last = form(at).clone();
                if !last.is_absent() {
                    break;
                }
            }
            last
        }
        Term::List(all) => {
            let items: Vec<Form> = all.iter().map(|at| form(at).clone()).collect();
            if items.iter().any(|item| matches!(item, Form::Failed)) {
                Form::Failed
            } else {
                Form::List(items)
            }
        }
        Term::Choose { condition, then, otherwise } => match form(condition) {
            Form::Still(Datum::Bool(true)) => form(then).clone(),
            Form::Still(Datum::Bool(false)) => form(otherwise).clone(),
            Form::Opaque => Form::Opaque,
            _ => Form::Failed,
        },
        Term::Opaque => Form::Opaque,
    }
}

/// A date, or the local date of an instant.
fn dated(form: &Form, moment: &Moment) -> Form {
    match form {
        Form::Still(Datum::Instant(instant)) => {
            moment.date_of(*instant).map_or(Form::Failed, |date| Form::Still(Datum::Date(date)))
        }
        other => other.clone(),
    }
}
