//! Expressions: values, conditions and the clauses that conditions leave behind.

use std::sync::Arc;

use super::clause::{Clause, ClauseKind, Failure, Read, ReadState};
use super::datum::Datum;
use super::{Evaluated, Leave, Local, Walk};
use crate::model::{Fact, Slot, Value};
use crate::policy::compiled::Policy;
use crate::policy::rule_error::RuleError;
use crate::policy::source::Span;
use crate::policy::tree::{Block, LocalId, Node, NodeKind, Statement};
use crate::policy::types::Type;

/// Most elements of a list that an explanation shows one by one.
pub(super) const MAX_ELEMENTS: usize = 16;

impl Walk<'_> {
    /// The value of an expression.
    pub(super) fn evaluate(&mut self, node: &Node) -> Evaluated<Datum> {
        self.step()?;
        match &node.kind {
            NodeKind::Literal(literal) => Ok(Datum::of_literal(literal)),
            NodeKind::Field(slot) => self.field(*slot),
            NodeKind::User => Ok(Datum::Unit),
            NodeKind::Local(local) => self.local(*local),
            NodeKind::Constant(constant) => {
                let constant = self.policy.constants.get(*constant).ok_or(RuleError::Internal)?;
                Ok(Datum::of_literal(&constant.value))
            }
            NodeKind::Template(pieces) => self.template(pieces),
            NodeKind::List(items) => self.list(items),
            NodeKind::Not(_)
            | NodeKind::And(_)
            | NodeKind::Or(_)
            | NodeKind::Compare(..)
            | NodeKind::In { .. }
            | NodeKind::Quantifier { .. } => self.clause(node),
            NodeKind::Helper { arguments, body, .. } => {
                if is_bool(&node.ty) {
                    self.clause(node)
                } else {
                    self.helper(arguments, body)
                }
            }
            NodeKind::Coalesce(operands) => {
                let mut value = Datum::Unit;
                for operand in operands {
                    value = self.evaluate(operand)?;
                    if value != Datum::Unit {
                        break;
                    }
                }
                Ok(value)
            }
            NodeKind::Arithmetic(operator, left, right) => {
                let left = self.evaluate(left)?;
                let right = self.evaluate(right)?;
                Ok(super::function::arithmetic(*operator, &left, &right)?)
            }
            NodeKind::Negate(inner) => Ok(super::function::negate(&self.evaluate(inner)?)?),
            NodeKind::Call(builtin, arguments) => self.call(node, *builtin, arguments),
            NodeKind::Action(verb, arguments) => self.action(*verb, arguments),
            NodeKind::Modify(..) => self.modified(node),
            NodeKind::Forbid(forbidden) => Ok(Datum::Veto(forbidden.iter().copied().collect())),
            NodeKind::Obligation(kind, arguments) => self.obligation(*kind, arguments),
            NodeKind::Also(obligations) => self.also(obligations),
            NodeKind::If { condition, then, otherwise } => self.branch(condition, then, otherwise.as_ref()),
            NodeKind::Switch { subject, cases, default } => self.switch(subject, cases, default.as_ref()),
            NodeKind::Block(block) => self.block(block),
        }
    }

    /// The value of a condition that is a value of its own: the clause goes to what is open.
    fn clause(&mut self, node: &Node) -> Evaluated<Datum> {
        let (value, clause) = self.condition(node)?;
        self.keep(clause);
        Ok(Datum::Bool(value))
    }

    /// Adds a clause, if there is one, to what is open.
    pub(super) fn keep(&mut self, clause: Option<Clause>) {
        if let Some(clause) = clause {
            self.recorder.add(clause);
        }
    }

    /// Whether a condition holds, and its clause for the caller to complete and keep. A condition
    /// that cannot be evaluated is kept here.
    pub(super) fn condition(&mut self, node: &Node) -> Evaluated<(bool, Option<Clause>)> {
        self.recorder.open();
        let value = self.condition_value(node);
        let clause = self.close(kind_of(node), node.span, &value);
        match value {
            Ok(Datum::Bool(value)) => Ok((value, clause)),
            other => {
                self.keep(clause);
                Err(other.err().unwrap_or(Leave::Error(RuleError::Internal)))
            }
        }
    }

    fn close(&mut self, kind: ClauseKind, span: Span, value: &Evaluated<Datum>) -> Option<Clause> {
        if self.recorder.is_silent() {
            return None;
        }
        let frame = self.recorder.close();
        let mut clause = Clause::at(kind, span, &self.policy.sources);
        clause.reads = frame.reads;
        clause.clauses = frame.clauses;
        clause.omitted = frame.omitted;
        match value {
            Ok(Datum::Bool(value)) => clause.value = Some(*value),
            Err(Leave::Error(error)) => clause.error = Some(Failure::of(error)),
            _ => {}
        }
        Some(clause)
    }

    fn condition_value(&mut self, node: &Node) -> Evaluated<Datum> {
        match &node.kind {
            NodeKind::Not(inner) => {
                self.step()?;
                let (value, clause) = self.condition(inner)?;
                self.keep(clause);
                Ok(Datum::Bool(!value))
            }
            NodeKind::And(operands) => self.operands(operands, false),
            NodeKind::Or(operands) => self.operands(operands, true),
            NodeKind::Compare(comparison, left, right) => {
                self.step()?;
                let left = self.evaluate(left)?;
                let right = self.evaluate(right)?;
                Ok(Datum::Bool(left.compare(*comparison, &right)))
            }
            NodeKind::In { element, container } => {
                self.step()?;
                self.membership(node, element, container)
            }
            NodeKind::Quantifier { all, list, parameter, body } => {
                self.step()?;
                self.quantifier(*all, list, *parameter, body)
            }
            NodeKind::Helper { arguments, body, .. } => {
                self.step()?;
                self.helper(arguments, body)
            }
            _ => self.evaluate(node),
        }
    }

    /// `&&` and `||`: left to right until one is `decisive`; the rest is shown as not evaluated.
    fn operands(&mut self, operands: &[Node], decisive: bool) -> Evaluated<Datum> {
        self.step()?;
        let mut operands = operands.iter();
        let mut result = !decisive;
        for operand in operands.by_ref() {
            let (value, clause) = self.condition(operand)?;
            self.keep(clause);
            if value == decisive {
                result = decisive;
                break;
            }
        }
        if !self.recorder.is_silent() {
            for skipped in operands {
                self.recorder.add(Clause::at(kind_of(skipped), skipped.span, &self.policy.sources));
            }
        }
        Ok(Datum::Bool(result))
    }

    /// `element in container`. Rhai evaluates the container first, except in the method form, where
    /// arguments come before the receiver.
    fn membership(&mut self, node: &Node, element: &Node, container: &Node) -> Evaluated<Datum> {
        let operator = element.span.start < container.span.start;
        let (element, container) = if operator || self.is_function_style(node, "contains") {
            let container = self.evaluate(container)?;
            (self.evaluate(element)?, container)
        } else {
            let element = self.evaluate(element)?;
            (element, self.evaluate(container)?)
        };
        Ok(Datum::Bool(element.is_in(&container)?))
    }

    /// Whether a call is written `name(receiver, …)` and not `receiver.name(…)`.
    pub(super) fn is_function_style(&self, node: &Node, name: &str) -> bool {
        is_function_style(self.policy, node, name)
    }

    /// `some` and `all`. An element's clause shows what was read of it; of long lists only the first
    /// and the deciding elements are kept.
    fn quantifier(&mut self, all: bool, list: &Node, parameter: LocalId, body: &Block) -> Evaluated<Datum> {
        let Datum::List(items) = self.evaluate(list)? else { return Err(RuleError::Internal.into()) };
        let personal = self.recorder.reads_withheld();
        for (index, item) in items.iter().enumerate() {
            self.step()?;
            let read = element_read(item, personal);
            self.set(parameter, Local { value: item.clone(), reads: vec![read] })?;
            self.recorder.open();
            let value = self.function_body(body);
            let clause = self.close(ClauseKind::Element, condition(body), &value);
            let value = match value {
                Ok(Datum::Bool(value)) => value,
                other => {
                    self.keep(clause);
                    return Err(other.err().unwrap_or(Leave::Error(RuleError::Internal)));
                }
            };
            if index + 1 < MAX_ELEMENTS || value != all {
                self.keep(clause);
            } else {
                self.recorder.omit(1);
            }
            if value != all {
                return Ok(Datum::Bool(!all));
            }
        }
        Ok(Datum::Bool(all))
    }

    /// A helper: binds its arguments, runs its body; `return` leaves only the helper.
    fn helper(&mut self, arguments: &[(LocalId, Node)], body: &Block) -> Evaluated<Datum> {
        for (parameter, argument) in arguments {
            let local = if argument.ty == Type::User {
                Local { value: Datum::Unit, reads: Vec::new() }
            } else {
                self.with_reads(argument)?
            };
            self.set(*parameter, local)?;
        }
        self.function_body(body)
    }

    /// The value of a body that `return` leaves.
    pub(super) fn function_body(&mut self, body: &Block) -> Evaluated<Datum> {
        match self.block(body) {
            Err(Leave::Return(value, _)) => Ok(value),
            other => other,
        }
    }

    /// A value together with everything that was read for it. Its conditions are kept.
    pub(super) fn with_reads(&mut self, node: &Node) -> Evaluated<Local> {
        self.recorder.open();
        let value = self.evaluate(node);
        if self.recorder.is_silent() {
            return Ok(Local { value: value?, reads: Vec::new() });
        }
        let frame = self.recorder.close();
        let mut reads = frame.reads;
        frame.clauses.iter().for_each(|clause| clause.all_reads(&mut reads));
        self.recorder.adopt(frame.clauses, frame.omitted);
        Ok(Local { value: value?, reads })
    }

    pub(super) fn set(&mut self, id: LocalId, local: Local) -> Evaluated<()> {
        *self.locals.get_mut(id).ok_or(RuleError::Internal)? = local;
        Ok(())
    }

    fn local(&mut self, id: LocalId) -> Evaluated<Datum> {
        let local = self.locals.get(id).ok_or(RuleError::Internal)?;
        for read in &local.reads {
            self.recorder.read(read);
        }
        Ok(local.value.clone())
    }

    fn field(&mut self, slot: Slot) -> Evaluated<Datum> {
        let fact = self.user.fact(slot);
        if !self.recorder.is_silent() {
            let personal = self.policy.schema.field(slot).is_some_and(|field| field.info().personal);
            let (state, value) = match fact {
                Fact::Unknown => (ReadState::Unknown, serde_json::Value::Null),
                Fact::Absent => (ReadState::Absent, serde_json::Value::Null),
                Fact::Known(_) if personal => (ReadState::Withheld, "…".into()),
                Fact::Known(value) => (ReadState::Known, value.to_json()),
            };
            self.recorder.read(&Read { field: self.policy.schema.name(slot).into(), state, value });
        }
        match fact {
            // A user's list may have any length, also in the interpreter.
            Fact::Known(value @ Value::Texts(_)) => Ok(Datum::of_value(value)),
            Fact::Known(value) => Ok(Datum::of_value(value).within_limits()?),
            Fact::Absent => Ok(Datum::Unit),
            Fact::Unknown => {
                Err(RuleError::MissingFact { field: self.policy.schema.name(slot).into() }.into())
            }
        }
    }

    fn template(&mut self, pieces: &[Node]) -> Evaluated<Datum> {
        let mut text = String::new();
        for piece in pieces {
            text.push_str(&self.evaluate(piece)?.to_text()?);
            // Checked after each piece, as the interpreter does: a later piece may not be known.
            if text.len() > super::datum::MAX_TEXT {
                return Err(RuleError::Limit.into());
            }
        }
        Ok(Datum::Text(text.into()))
    }

    fn list(&mut self, items: &[Node]) -> Evaluated<Datum> {
        let mut list = Vec::with_capacity(items.len());
        let mut size = (0_usize, 0_usize);
        for item in items {
            let value = self.evaluate(item)?;
            let (elements, bytes) = value.size();
            size = (size.0.saturating_add(elements).saturating_add(1), size.1.saturating_add(bytes));
            if size.0 > super::datum::MAX_LIST || size.1 > super::datum::MAX_TEXT {
                return Err(RuleError::Limit.into());
            }
            list.push(value);
        }
        Ok(Datum::List(list.into()))
    }
}

/// Whether a call is written `name(receiver, …)` and not `receiver.name(…)`.
pub(crate) fn is_function_style(policy: &Policy, node: &Node, name: &str) -> bool {
    policy.sources.get(usize::from(node.span.file)).is_some_and(|source| {
        source.excerpt(node.span).strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('('))
    })
}

/// The kind of clause that a condition leaves behind.
fn kind_of(node: &Node) -> ClauseKind {
    match &node.kind {
        NodeKind::Not(_) => ClauseKind::Not,
        NodeKind::And(_) => ClauseKind::And,
        NodeKind::Or(_) => ClauseKind::Or,
        NodeKind::Helper { .. } => ClauseKind::Helper,
        NodeKind::Quantifier { all: true, .. } => ClauseKind::All,
        NodeKind::Quantifier { all: false, .. } => ClauseKind::Some,
        _ => ClauseKind::Test,
    }
}

pub(super) fn is_bool(ty: &Type) -> bool {
    match ty {
        Type::Bool => true,
        Type::Optional(inner) => is_bool(inner),
        _ => false,
    }
}

/// Where the condition of a closure stands: its one expression, or all of its body.
fn condition(body: &Block) -> Span {
    match body.statements.as_slice() {
        [Statement::Expression(node)] => node.span,
        _ => body.span,
    }
}

/// What an explanation says of a variable that goes through a list.
pub(super) fn element_read(value: &Datum, personal: bool) -> Read {
    let (state, value) = match value {
        Datum::Unit => (ReadState::Absent, serde_json::Value::Null),
        _ if personal => (ReadState::Withheld, "…".into()),
        value => (ReadState::Known, value.to_json()),
    };
    Read { field: Arc::from("element"), state, value }
}
