//! Values on a way: facts, variables, and expressions that stand on their own.

use super::close::{close, is_answer, is_constant, leaves_itself};
use super::path::Path;
use super::{Flow, Lowering, Stuck, Value, Ways};
use crate::model::{Kind, Slot};
use crate::policy::ir::{Atom, Outcome, Says, State};
use crate::policy::rule_error::RuleError;
use crate::policy::source::Span;
use crate::policy::trace::Datum;
use crate::policy::tree::{Builtin, Comparison, Literal, Node, NodeKind};
use crate::policy::types::Type;

impl Lowering<'_> {
    /// The ways on which an expression has been evaluated.
    pub(super) fn evaluate(&mut self, node: &Node, path: Path) -> Ways {
        match &node.kind {
            NodeKind::Literal(_) | NodeKind::Forbid(_) => one(path, Value::settled(node.clone())),
            NodeKind::Constant(constant) => match self.policy.constants.get(*constant) {
                Some(constant) => {
                    let kind = NodeKind::Literal(constant.value.clone());
                    one(path, Value::of(kind, node.ty.clone(), node.span))
                }
                None => Err(Stuck::at(node.span, "this constant is not known")),
            },
            NodeKind::User => one(path, Value::of(NodeKind::Literal(Literal::Unit), Type::Unit, node.span)),
            NodeKind::Field(slot) => self.read(*slot, node, &path),
            NodeKind::Local(local) => match path.local(*local) {
                Some(value) => {
                    let value = Value::settled(Node { span: node.span, ..Node::clone(value) });
                    one(path, value)
                }
                None => Err(Stuck::at(node.span, "this variable is not followed")),
            },
            NodeKind::Not(_)
            | NodeKind::And(_)
            | NodeKind::Or(_)
            | NodeKind::Compare(..)
            | NodeKind::In { .. }
            | NodeKind::Quantifier { .. }
            | NodeKind::Call(Builtin::StartsWith | Builtin::EndsWith, _) => self.condition(node, &path),
            NodeKind::Call(Builtin::Today, _) => one(path, Value::settled(node.clone())),
            NodeKind::Call(builtin @ (Builtin::DaysSince | Builtin::DaysUntil | Builtin::Len), arguments) => {
                self.measure(*builtin, arguments, node, path)
            }
            NodeKind::Coalesce(operands) => self.coalesce(operands, node, path),
            NodeKind::If { condition, then, otherwise } => {
                self.branch(condition, then, otherwise.as_ref(), &path)
            }
            NodeKind::Switch { subject, cases, default } => {
                self.switch(subject, cases, default.as_ref(), path)
            }
            NodeKind::Helper { arguments, body, .. } => self.helper(arguments, body, node, path),
            NodeKind::Block(block) => self.block(block, path),
            NodeKind::Template(_)
            | NodeKind::List(_)
            | NodeKind::Arithmetic(..)
            | NodeKind::Negate(_)
            | NodeKind::Call(..) => {
                let ways = Self::whole(node, path)?;
                self.each(ways, |lowering, path, value| lowering.settle(path, &value))
            }
            NodeKind::Action(..) | NodeKind::Modify(..) | NodeKind::Obligation(..) | NodeKind::Also(_) => {
                Self::whole(node, path)
            }
        }
    }

    /// An expression as it stands, with variables replaced. Evaluating it may still fail.
    pub(super) fn whole(node: &Node, path: Path) -> Ways {
        if let Some(span) = leaves_itself(node) {
            let span = if span == Span::default() { node.span } else { span };
            return Err(Stuck::at(span, "control leaves in the middle of an expression"));
        }
        let closed = close(node, &path);
        one(path, Value { node: closed.into(), settled: false })
    }

    /// The ways on which a value certainly does not fail; those on which it does end.
    pub(super) fn settle(&mut self, path: Path, value: &Value) -> Ways {
        let node = &value.node;
        if value.settled {
            return one(path, value.clone());
        }
        if is_constant(node) {
            return match self.walk().settle(node) {
                Err(RuleError::Internal) => Err(Stuck::at(node.span, "this value is not looked into")),
                Err(error) => {
                    self.fails(path, error);
                    Ok(Vec::new())
                }
                Ok(datum) => match literal_of(&datum) {
                    Some(literal) => {
                        one(path, Value::of(NodeKind::Literal(literal), node.ty.clone(), node.span))
                    }
                    // An answer stays what it is: it has been tried now.
                    None => one(path, Value { settled: true, ..value.clone() }),
                },
            };
        }
        let atom = self.compute(Node::clone(node), false);
        let mut ways = Vec::new();
        for (path, outcome) in self.fork(&path, &atom, Outcome::Fails)? {
            match (outcome, &atom) {
                (Outcome::Yes, _) => ways.push((path, Flow::Value(Value { settled: true, ..value.clone() }))),
                (_, Atom::Computed(number)) => self.leaf(path, Says::FailsLike(*number)),
                _ => {}
            }
        }
        Ok(ways)
    }

    /// `user.field`.
    fn read(&mut self, slot: Slot, node: &Node, path: &Path) -> Ways {
        let mut ways = Vec::new();
        let text = self.policy.schema.field_type(slot).kind == Kind::Text;
        for (path, unknown) in self.fork(path, &Atom::State(slot, State::Unknown), Outcome::No)? {
            if unknown == Outcome::Yes {
                let field = self.policy.schema.name(slot).into();
                self.fails(path, RuleError::MissingFact { field });
                continue;
            }
            if !text {
                ways.push((path, Flow::Value(Value::settled(node.clone()))));
                continue;
            }
            for (path, long) in self.fork(&path, &Atom::State(slot, State::TooLong), Outcome::No)? {
                if long == Outcome::Yes {
                    self.fails(path, RuleError::Limit);
                } else {
                    ways.push((path, Flow::Value(Value::settled(node.clone()))));
                }
            }
        }
        Ok(ways)
    }

    /// `days_since(date)`, `days_until(date)`, `len(value)`.
    fn measure(&mut self, builtin: Builtin, arguments: &[Node], node: &Node, path: Path) -> Ways {
        let [argument] = arguments else { return Err(Stuck::at(node.span, "this call is not looked into")) };
        let ways = self.evaluate(argument, path)?;
        self.each(ways, |lowering, path, argument| {
            let certain = builtin == Builtin::Len || argument.node.ty.clone().present() == Type::Date;
            let measured = Node {
                kind: NodeKind::Call(builtin, vec![Node::clone(&argument.node)]),
                ty: node.ty.clone(),
                span: node.span,
            };
            let constant = is_constant(&measured);
            lowering.settle(path, &Value { node: measured.into(), settled: certain && !constant })
        })
    }

    /// `a ?? b ?? …`.
    fn coalesce(&mut self, operands: &[Node], node: &Node, path: Path) -> Ways {
        let Some((first, rest)) = operands.split_first() else {
            return one(path, Value::of(NodeKind::Literal(Literal::Unit), Type::Unit, node.span));
        };
        let ways = self.evaluate(first, path)?;
        if rest.is_empty() {
            return Ok(ways);
        }
        self.each(ways, |lowering, path, value| {
            let mut all = Vec::new();
            for (path, absent) in lowering.absent(&path, &value)? {
                if absent {
                    all.extend(lowering.coalesce(rest, node, path)?);
                } else {
                    all.push((path, Flow::Value(value.clone())));
                }
            }
            Ok(all)
        })
    }

    /// The ways on which a value is absent, and those on which it is there.
    pub(super) fn absent(&mut self, path: &Path, value: &Value) -> Result<Vec<(Path, bool)>, Stuck> {
        let node = &value.node;
        match &node.kind {
            NodeKind::Literal(literal) => Ok(vec![(path.clone(), *literal == Literal::Unit)]),
            NodeKind::Field(slot) => {
                let ways = self.fork(path, &Atom::State(*slot, State::Absent), Outcome::No)?;
                Ok(ways.into_iter().map(|(path, outcome)| (path, outcome == Outcome::Yes)).collect())
            }
            _ if !node.ty.is_optional() && !is_answer(&node.ty) => Ok(vec![(path.clone(), false)]),
            _ => {
                let unit = Node { kind: NodeKind::Literal(Literal::Unit), ty: Type::Unit, span: node.span };
                let kind = NodeKind::Compare(Comparison::Equal, Box::new(Node::clone(node)), Box::new(unit));
                let ways = self.test(path, Node { kind, ty: Type::Bool, span: node.span })?;
                Ok(holding(ways))
            }
        }
    }
}

/// One way, with a value.
#[expect(clippy::unnecessary_wraps, reason = "one of several ends of functions that can get stuck")]
pub(super) fn one(path: Path, value: Value) -> Ways {
    Ok(vec![(path, Flow::Value(value))])
}

/// Ways after a condition, each with whether it holds.
pub(super) fn holding(ways: Vec<(Path, Flow)>) -> Vec<(Path, bool)> {
    let holds =
        |flow: &Flow| matches!(flow, Flow::Value(value) if value.literal() == Some(&Literal::Bool(true)));
    ways.into_iter().map(|(path, flow)| (path, holds(&flow))).collect()
}

/// The literal of a plain value; answers have none.
fn literal_of(datum: &Datum) -> Option<Literal> {
    Some(match datum {
        Datum::Unit => Literal::Unit,
        Datum::Bool(value) => Literal::Bool(*value),
        Datum::Int(value) => Literal::Int(*value),
        Datum::Text(text) => Literal::Text(text.clone()),
        Datum::Date(date) => Literal::Date(*date),
        Datum::Instant(instant) => Literal::Instant(*instant),
        Datum::Period(period) => Literal::Period(*period),
        Datum::List(items) => Literal::List(items.iter().map(literal_of).collect::<Option<Vec<_>>>()?.into()),
        Datum::Action(_) | Datum::Veto(_) | Datum::Obligations(_) | Datum::Obligation(_) => return None,
    })
}
