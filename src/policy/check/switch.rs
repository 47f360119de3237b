//! `switch`: patterns against the type of what is looked at, guards, and the absent value.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rhai::{Expr, Position, RangeCase, SwitchCasesCollection};

use super::expression::path_of;
use super::presence::Presence;
use super::{Checker, Function};
use crate::diagnostic::Code;
use crate::policy::source::Span;
use crate::policy::tree::{Block, Case, Literal, Node, NodeKind, Pattern};
use crate::policy::types::Type;
use crate::sort::{self, Gather as _};

/// One arm as it stands in the source.
struct Arm {
    guard: Option<Node>,
    body: Block,
}

impl Checker<'_> {
    pub(super) fn infer_switch(
        &mut self,
        subject: &Expr,
        collection: &SwitchCasesCollection,
        at: Position,
        file: u16,
    ) -> Node {
        let subject = self.infer(subject, file).node;
        let start = self.spans(file).token(at);
        let patterns = self.spans(file).arms(start.start);
        let arm_span = |index: usize| patterns.get(index).copied().unwrap_or(subject.span);
        self.check_subject(&subject);

        let mut values: BTreeMap<usize, Vec<Literal>> = BTreeMap::new();
        for case in collection.cases.values() {
            if let Some(literal) = literal(&case.value) {
                for block in &case.blocks {
                    values.entry(*block).or_default().push(literal.clone());
                }
            } else if !is_range(&case.value) {
                for block in &case.blocks {
                    let message = "this value cannot be a case";
                    self.report_help(
                        Code::InvalidLiteral,
                        arm_span(*block),
                        message,
                        "cases are texts, whole numbers, true, false or ()",
                    );
                }
            }
        }
        for literals in values.values_mut() {
            sort::by_key(literals, |literal| format!("{literal:?}"));
        }
        let ranges: Vec<(Pattern, usize)> = collection.ranges.iter().map(range).collect();
        for (_, index) in &ranges {
            if !matches!(subject.ty.clone().present(), Type::Int | Type::Broken) {
                let message = format!("a range of numbers never matches {}", subject.ty);
                self.report_help(
                    Code::DifferentTypes,
                    arm_span(*index),
                    message,
                    "ranges are for whole numbers",
                );
            }
        }

        let arms = self.check_arms(&subject, collection, &values, &arm_span, file);
        let (arms, types): (Vec<Arm>, Vec<Type>) = arms.into_iter().unzip();
        let default = collection.def_case.and_then(|index| arms.get(index)).map(|arm| arm.body.clone());
        let exhaustive = default.is_some() || Self::covers(&subject.ty, &values, collection);
        if subject.ty.is_optional()
            && default.is_none()
            && !values.values().flatten().any(|value| *value == Literal::Unit)
        {
            let what = self.excerpt(subject.span);
            let message = format!("`{what}` may be absent, and no case says what happens then");
            self.report_help(
                Code::IncompleteSwitch,
                subject.span,
                message,
                "add a case `() => …` or `_ => …`",
            );
        }
        let span = start.to(arms.iter().map(|arm| arm.body.span).reduce(Span::to).unwrap_or(subject.span));
        let mut ty = if exhaustive { Type::Never } else { Type::Unit };
        for own in &types {
            ty = self.join_branches(&ty, own, span);
        }

        let exact = values.into_iter().filter_map(|(index, values)| {
            let arm = arms.get(index)?;
            Some(Case { pattern: Pattern::Values(values), guard: arm.guard.clone(), body: arm.body.clone() })
        });
        let ranged = ranges.into_iter().filter_map(|(pattern, index)| {
            let arm = arms.get(index)?;
            Some(Case { pattern, guard: arm.guard.clone(), body: arm.body.clone() })
        });
        let cases = exact.chain(ranged).collect();
        self.node(NodeKind::Switch { subject: Box::new(subject), cases, default }, ty, span)
    }

    fn check_arms(
        &mut self,
        subject: &Node,
        collection: &SwitchCasesCollection,
        values: &BTreeMap<usize, Vec<Literal>>,
        arm_span: &dyn Fn(usize) -> Span,
        file: u16,
    ) -> Vec<(Arm, Type)> {
        let path = path_of(subject).filter(|_| subject.ty.is_optional());
        let absent_is_taken = values.iter().any(|(index, values)| {
            values.contains(&Literal::Unit) && unguarded(&collection.expressions[*index].lhs)
        });
        let before = self.presence.clone();
        let mut after: Option<Presence> = None;
        let mut arms = Vec::new();
        for (index, expression) in collection.expressions.iter().enumerate() {
            self.presence = before.clone();
            if let Some(path) = path {
                match values.get(&index) {
                    Some(values) if values.iter().all(|value| *value == Literal::Unit) => {
                        self.assume(&Presence::of(path, false));
                    }
                    Some(values) if values.contains(&Literal::Unit) => {}
                    Some(_) => self.assume(&Presence::of(path, true)),
                    None if collection.def_case == Some(index) && !absent_is_taken => {}
                    None => self.assume(&Presence::of(path, true)),
                }
            }
            for value in values.get(&index).into_iter().flatten() {
                self.check_case_value(subject, value, arm_span(index));
            }
            let guard = (!unguarded(&expression.lhs)).then(|| {
                let guard = self.infer_condition(&expression.lhs, file);
                self.assume(&guard.when_true);
                guard.node
            });
            let (body, ty) = match &expression.rhs {
                Expr::Stmt(block) => {
                    let braces = self.spans(file).bracket(block.position());
                    let (body, ty) = self.check_block(block.statements(), braces, file);
                    let span = statements_span(&body).map_or(braces, |inner| braces.to(inner));
                    (Block { span, ..body }, ty)
                }
                other => {
                    let node = self.infer(other, file).node;
                    let (span, ty) = (node.span, node.ty.clone());
                    (Block { statements: vec![crate::policy::tree::Statement::Expression(node)], span }, ty)
                }
            };
            if ty != Type::Never {
                after = Some(after.map_or_else(|| self.presence.clone(), |after| after.or(&self.presence)));
            }
            arms.push((Arm { guard, body }, ty));
        }
        // A switch without a default may also match nothing.
        let nothing = collection.def_case.is_none().then(|| before.clone());
        self.presence = match (after, nothing) {
            (Some(after), Some(nothing)) => after.or(&nothing),
            (Some(only), None) | (None, Some(only)) => only,
            (None, None) => before,
        };
        arms
    }

    fn check_subject(&mut self, subject: &Node) {
        let ty = subject.ty.clone().present();
        if !matches!(
            ty,
            Type::Text | Type::OneOf(_) | Type::Id | Type::Int | Type::Bool | Type::Broken | Type::Never
        ) {
            let message = format!("a switch cannot look at {ty}");
            self.report_help(
                Code::WrongOperand,
                subject.span,
                message,
                "it looks at words, texts, whole numbers, true or false",
            );
        }
    }

    fn check_case_value(&mut self, subject: &Node, value: &Literal, span: Span) {
        let subject_type = subject.ty.clone().present();
        let ty = match value {
            Literal::Unit => {
                let declared = match subject.kind {
                    NodeKind::Field(slot) => self.schema.field_type(slot).optional,
                    _ => subject.ty.is_optional(),
                };
                if !declared && !matches!(subject_type, Type::Broken | Type::Unit) {
                    let message = format!("{subject_type} is never absent");
                    self.report_help(Code::DifferentTypes, span, message, "leave the case () out");
                }
                return;
            }
            Literal::Bool(_) => Type::Bool,
            Literal::Int(_) => Type::Int,
            _ => Type::Text,
        };
        let mut left = Node { kind: NodeKind::Literal(Literal::Unit), ty: subject_type, span: subject.span };
        let mut right = Node { kind: NodeKind::Literal(value.clone()), ty, span };
        if left.ty != Type::Never {
            self.comparable(&mut left, &mut right, span);
        }
    }

    /// Whether the unguarded cases name every value there is.
    fn covers(ty: &Type, values: &BTreeMap<usize, Vec<Literal>>, collection: &SwitchCasesCollection) -> bool {
        let named: BTreeSet<Arc<str>> = values
            .iter()
            .filter(|(index, _)| unguarded(&collection.expressions[**index].lhs))
            .flat_map(|(_, values)| values)
            .map(|value| match value {
                Literal::Text(text) => text.clone(),
                other => format!("{other:?}").into(),
            })
            .gather();
        let plain = ty.clone().present();
        let all = match &plain {
            Type::OneOf(set) => set.words.iter().all(|word| named.contains(word)),
            Type::Bool => ["Bool(true)", "Bool(false)"].iter().all(|value| named.contains(*value)),
            _ => false,
        };
        all && (!ty.is_optional() || named.contains("Unit"))
    }

    /// Closures and functions share their shape; this keeps the parser's record of one.
    pub(super) fn remember_closure(&mut self, name: String, function: Function) {
        self.closures.insert(name, function);
    }
}

/// From the first to the last statement of a block.
pub(super) fn statements_span(body: &Block) -> Option<Span> {
    use crate::policy::tree::Statement;
    body.statements
        .iter()
        .filter_map(|statement| match statement {
            Statement::Expression(node) | Statement::Let(_, node) | Statement::Assign(_, node) => {
                Some(node.span)
            }
            Statement::Return(node, span) => Some(node.as_ref().map_or(*span, |node| span.to(node.span))),
            Statement::For { span, body, .. } => Some(span.to(body.span)),
            Statement::Break | Statement::Continue => None,
        })
        .reduce(Span::to)
}

fn unguarded(guard: &Expr) -> bool {
    matches!(guard, Expr::BoolConstant(true, at) if at.is_none())
}

fn literal(value: &rhai::Dynamic) -> Option<Literal> {
    if value.is_unit() {
        return Some(Literal::Unit);
    }
    if let Ok(flag) = value.as_bool() {
        return Some(Literal::Bool(flag));
    }
    if let Ok(number) = value.as_int() {
        return Some(Literal::Int(number));
    }
    value.clone().try_cast::<rhai::ImmutableString>().map(|text| Literal::Text(text.as_str().into()))
}

fn is_range(value: &rhai::Dynamic) -> bool {
    value.is::<std::ops::Range<i64>>() || value.is::<std::ops::RangeInclusive<i64>>()
}

fn range(case: &RangeCase) -> (Pattern, usize) {
    match case {
        RangeCase::ExclusiveInt(range, index) => {
            (Pattern::Range { start: range.start, end: range.end, inclusive: false }, *index)
        }
        RangeCase::InclusiveInt(range, index) => {
            (Pattern::Range { start: *range.start(), end: *range.end(), inclusive: true }, *index)
        }
    }
}
