//! Statements and control flow: blocks, variables, `if`, `switch`, `return`, helpers.

use std::sync::Arc;

use super::close::{is_answer, loop_in};
use super::condition::boolean;
use super::path::Path;
use super::value::{holding, one};
use super::{Flow, Lowering, Stuck, Value, Ways};
use crate::policy::source::Span;
use crate::policy::trace::{Datum, pattern_matches};
use crate::policy::tree::{Block, Case, Comparison, Literal, LocalId, Node, NodeKind, Pattern, Statement};
use crate::policy::types::Type;

impl Lowering<'_> {
    /// The ways through a block: its value is that of its last statement.
    pub(super) fn block(&mut self, block: &Block, path: Path) -> Ways {
        let Some((last, before)) = block.statements.split_last() else { return one(path, unit(block.span)) };
        let mut all = Vec::new();
        let mut open = vec![path];
        for statement in before {
            let mut next = Vec::new();
            for path in open {
                let ways = self.statement(statement, path, block.span)?;
                let ways = self.each(ways, |lowering, path, value| lowering.settle(path, &value))?;
                for (path, flow) in ways {
                    match flow {
                        Flow::Value(_) => next.push(path),
                        left @ Flow::Return(_) => all.push((path, left)),
                    }
                }
            }
            open = next;
        }
        for path in open {
            all.extend(self.statement(last, path, block.span)?);
        }
        Ok(all)
    }

    fn statement(&mut self, statement: &Statement, path: Path, place: Span) -> Ways {
        match statement {
            Statement::Let(local, node) | Statement::Assign(local, node) => {
                let ways = self.evaluate(node, path)?;
                self.each(ways, |lowering, path, value| lowering.assign(*local, path, &value))
            }
            Statement::Expression(node) => self.evaluate(node, path),
            Statement::Return(None, span) => Ok(vec![(path, Flow::Return(unit(*span)))]),
            Statement::Return(Some(node), _) => {
                let ways = self.evaluate(node, path)?;
                Ok(ways
                    .into_iter()
                    .map(|(path, flow)| {
                        let (Flow::Value(value) | Flow::Return(value)) = flow;
                        (path, Flow::Return(value))
                    })
                    .collect())
            }
            Statement::For { span, .. } => Err(Stuck::at(*span, "it goes through a list with `for`")),
            Statement::Break | Statement::Continue => {
                Err(Stuck::at(place, "it goes through a list with `for`"))
            }
        }
    }

    /// A variable gets its value.
    fn assign(&mut self, local: LocalId, path: Path, value: &Value) -> Ways {
        let place = value.node.span;
        let ways = self.settle(path, value)?;
        self.each(ways, |_, mut path, value| {
            path.bind(local, value.node);
            one(path, unit(place))
        })
    }

    /// `if`.
    pub(super) fn branch(
        &mut self,
        condition: &Node,
        then: &Block,
        otherwise: Option<&Block>,
        path: &Path,
    ) -> Ways {
        let ways = self.condition(condition, path)?;
        self.each(ways, |lowering, path, value| match (value.literal(), otherwise) {
            (Some(Literal::Bool(true)), _) => lowering.block(then, path),
            (_, Some(otherwise)) => lowering.block(otherwise, path),
            (_, None) => one(path, unit(condition.span)),
        })
    }

    /// `switch`: the first case that matches and whose guard holds, else the default, else `()`.
    pub(super) fn switch(
        &mut self,
        subject: &Node,
        cases: &[Case],
        default: Option<&Block>,
        path: Path,
    ) -> Ways {
        let ways = self.evaluate(subject, path)?;
        self.each(ways, |lowering, path, subject| {
            let mut all = Vec::new();
            let mut open = vec![path];
            for case in cases {
                let mut next = Vec::new();
                for path in open {
                    for (path, matches) in lowering.matches(&case.pattern, &subject, &path)? {
                        match (&case.guard, matches) {
                            (_, false) => next.push(path),
                            (None, true) => all.extend(lowering.block(&case.body, path)?),
                            (Some(guard), true) => {
                                for (path, flow) in lowering.condition(guard, &path)? {
                                    match &flow {
                                        Flow::Return(_) => all.push((path, flow)),
                                        Flow::Value(value)
                                            if value.literal() == Some(&Literal::Bool(true)) =>
                                        {
                                            all.extend(lowering.block(&case.body, path)?);
                                        }
                                        Flow::Value(_) => next.push(path),
                                    }
                                }
                            }
                        }
                    }
                }
                open = next;
            }
            for path in open {
                match default {
                    Some(default) => all.extend(lowering.block(default, path)?),
                    None => all.push((path, Flow::Value(unit(subject.node.span)))),
                }
            }
            Ok(all)
        })
    }

    /// The ways on which a value matches a pattern, and those on which it does not.
    fn matches(
        &mut self,
        pattern: &Pattern,
        subject: &Value,
        path: &Path,
    ) -> Result<Vec<(Path, bool)>, Stuck> {
        if let Some(literal) = subject.literal() {
            return Ok(vec![(path.clone(), pattern_matches(pattern, &Datum::of_literal(literal)))]);
        }
        match pattern {
            Pattern::Values(values) => self.equals_one_of(values, subject, path),
            Pattern::Range { start, end, inclusive } => {
                let upper = if *inclusive { Comparison::LessOrEqual } else { Comparison::Less };
                let mut all = Vec::new();
                for (path, from) in self.bounded(Comparison::GreaterOrEqual, *start, subject, path)? {
                    if from {
                        all.extend(self.bounded(upper, *end, subject, &path)?);
                    } else {
                        all.push((path, false));
                    }
                }
                Ok(all)
            }
        }
    }

    fn bounded(
        &mut self,
        comparison: Comparison,
        bound: i64,
        subject: &Value,
        path: &Path,
    ) -> Result<Vec<(Path, bool)>, Stuck> {
        let span = subject.node.span;
        let bound = Value::of(NodeKind::Literal(Literal::Int(bound)), Type::Int, span);
        self.compare(comparison, subject, &bound, span, path).map(holding)
    }

    /// Whether a value equals one of some literals, `()` included.
    fn equals_one_of(
        &mut self,
        values: &[Literal],
        subject: &Value,
        path: &Path,
    ) -> Result<Vec<(Path, bool)>, Stuck> {
        let (units, others): (Vec<_>, Vec<_>) =
            values.iter().cloned().partition(|value| *value == Literal::Unit);
        let place = boolean(NodeKind::Literal(Literal::Bool(false)), &subject.node);
        let mut all = Vec::new();
        let mut open = vec![path.clone()];
        if !units.is_empty() {
            open.clear();
            for (path, absent) in self.absent(path, subject)? {
                if absent { all.push((path, true)) } else { open.push(path) }
            }
        }
        let integer = subject.node.ty.clone().present() == Type::Int;
        for path in open {
            if !integer {
                let others: Arc<[Literal]> = others.clone().into();
                all.extend(holding(self.is_one_of(subject, &others, &place, &path)?));
                continue;
            }
            // Numbers one after the other: each is a pair of cuts.
            let mut open = vec![path];
            for value in &others {
                let literal = Value::of(NodeKind::Literal(value.clone()), Type::Int, place.span);
                let mut next = Vec::new();
                for path in open {
                    let ways = self.compare(Comparison::Equal, subject, &literal, place.span, &path)?;
                    for (path, equal) in holding(ways) {
                        if equal { all.push((path, true)) } else { next.push(path) }
                    }
                }
                open = next;
            }
            all.extend(open.into_iter().map(|path| (path, false)));
        }
        Ok(all)
    }

    /// A helper: its arguments are evaluated in order, then its body; `return` leaves only the helper.
    pub(super) fn helper(
        &mut self,
        arguments: &[(LocalId, Node)],
        body: &Block,
        node: &Node,
        path: Path,
    ) -> Ways {
        if let Some(span) = loop_in(body) {
            if is_answer(&node.ty) {
                return Err(Stuck::at(span, "it goes through a list with `for`"));
            }
            let ways = Self::whole(node, path)?;
            return self.each(ways, |lowering, path, value| lowering.settle(path, &value));
        }
        let mut ways = vec![(path, Flow::Value(unit(node.span)))];
        for (parameter, argument) in arguments.iter().filter(|(_, argument)| argument.ty != Type::User) {
            ways = self.each(ways, |lowering, path, _| {
                let ways = lowering.evaluate(argument, path)?;
                lowering.each(ways, |lowering, path, value| lowering.assign(*parameter, path, &value))
            })?;
        }
        self.each(ways, |lowering, path, _| {
            let ways = lowering.block(body, path)?;
            Ok(ways
                .into_iter()
                .map(|(path, flow)| {
                    let (Flow::Value(value) | Flow::Return(value)) = flow;
                    (path, Flow::Value(value))
                })
                .collect())
        })
    }
}

fn unit(span: Span) -> Value {
    Value::of(NodeKind::Literal(Literal::Unit), Type::Unit, span)
}
