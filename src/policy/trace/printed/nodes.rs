//! Constructors for nodes of trees, with the types that the checker would give them and no places.

use crate::model::{Field, Schema, parse_date};
use crate::policy::answer::{Forbidden, Period, Verb};
use crate::policy::source::Span;
use crate::policy::tree::*;
use crate::policy::types::Type;

pub(crate) fn node(kind: NodeKind, ty: Type) -> Node {
    Node { kind, ty, span: Span::default() }
}

pub(crate) fn literal(literal: Literal, ty: Type) -> Node {
    node(NodeKind::Literal(literal), ty)
}

pub(crate) fn unit() -> Node {
    literal(Literal::Unit, Type::Unit)
}

pub(crate) fn truth(value: bool) -> Node {
    literal(Literal::Bool(value), Type::Bool)
}

pub(crate) fn int(value: i64) -> Node {
    literal(Literal::Int(value), Type::Int)
}

pub(crate) fn text(value: &str) -> Node {
    literal(Literal::Text(value.into()), Type::Text)
}

pub(crate) fn date(value: &str) -> Node {
    literal(Literal::Date(parse_date(value).expect("a date")), Type::Date)
}

pub(crate) fn days(days: i64) -> Node {
    literal(Literal::Period(Period { days, hours: 0 }), Type::Days)
}

pub(crate) fn hours(hours: i64) -> Node {
    literal(Literal::Period(Period { days: 0, hours }), Type::Period)
}

pub(crate) fn field(field: Field) -> Node {
    let schema = Schema::default();
    node(NodeKind::Field(field.slot()), Type::of_field(schema.field_type(field.slot())))
}

pub(crate) fn local(id: LocalId, ty: Type) -> Node {
    node(NodeKind::Local(id), ty)
}

pub(crate) fn constant(id: ConstantId, ty: Type) -> Node {
    node(NodeKind::Constant(id), ty)
}

pub(crate) fn template(pieces: Vec<Node>) -> Node {
    node(NodeKind::Template(pieces), Type::Text)
}

pub(crate) fn list(items: Vec<Node>) -> Node {
    let ty = items.first().map_or(Type::Broken, |item| item.ty.clone());
    node(NodeKind::List(items), Type::list(ty))
}

pub(crate) fn texts(items: &[&str]) -> Node {
    list(items.iter().map(|item| text(item)).collect())
}

pub(crate) fn not(inner: Node) -> Node {
    node(NodeKind::Not(Box::new(inner)), Type::Bool)
}

pub(crate) fn and(operands: Vec<Node>) -> Node {
    node(NodeKind::And(operands), Type::Bool)
}

pub(crate) fn or(operands: Vec<Node>) -> Node {
    node(NodeKind::Or(operands), Type::Bool)
}

pub(crate) fn coalesce(operands: Vec<Node>) -> Node {
    let ty = operands.last().map_or(Type::Unit, |operand| operand.ty.clone());
    node(NodeKind::Coalesce(operands), ty)
}

pub(crate) fn compare(left: Node, comparison: Comparison, right: Node) -> Node {
    node(NodeKind::Compare(comparison, Box::new(left), Box::new(right)), Type::Bool)
}

pub(crate) fn equal(left: Node, right: Node) -> Node {
    compare(left, Comparison::Equal, right)
}

pub(crate) fn greater(left: Node, right: Node) -> Node {
    compare(left, Comparison::Greater, right)
}

pub(crate) fn is_in(element: Node, container: Node) -> Node {
    node(NodeKind::In { element: Box::new(element), container: Box::new(container) }, Type::Bool)
}

pub(crate) fn arithmetic(left: Node, operator: Operator, right: Node) -> Node {
    let ty = left.ty.clone();
    node(NodeKind::Arithmetic(operator, Box::new(left), Box::new(right)), ty)
}

pub(crate) fn negate(inner: Node) -> Node {
    node(NodeKind::Negate(Box::new(inner)), Type::Int)
}

pub(crate) fn call(builtin: Builtin, arguments: Vec<Node>) -> Node {
    let ty = match builtin {
        Builtin::Today | Builtin::Date => Type::Date,
        Builtin::Days | Builtin::Weeks => Type::Days,
        Builtin::Hours => Type::Period,
        Builtin::DaysSince | Builtin::DaysUntil | Builtin::Len => Type::Int,
        Builtin::StartsWith | Builtin::EndsWith => Type::Bool,
        Builtin::ToLower => Type::Text,
    };
    node(NodeKind::Call(builtin, arguments), ty)
}

pub(crate) fn today() -> Node {
    call(Builtin::Today, Vec::new())
}

pub(crate) fn days_since(date: Node) -> Node {
    call(Builtin::DaysSince, vec![date])
}

pub(crate) fn days_until(date: Node) -> Node {
    call(Builtin::DaysUntil, vec![date])
}

pub(crate) fn quantifier(all: bool, list: Node, parameter: LocalId, body: Block) -> Node {
    node(NodeKind::Quantifier { all, list: Box::new(list), parameter, body }, Type::Bool)
}

pub(crate) fn helper(name: &str, arguments: Vec<(LocalId, Node)>, body: Block, ty: Type) -> Node {
    node(NodeKind::Helper { name: name.into(), arguments, body }, ty)
}

pub(crate) fn user() -> Node {
    node(NodeKind::User, Type::User)
}

pub(crate) fn action(verb: Verb) -> Node {
    node(NodeKind::Action(verb, Vec::new()), Type::ACTION)
}

pub(crate) fn review(why: Node) -> Node {
    node(NodeKind::Action(Verb::Review, vec![why]), Type::ACTION)
}

pub(crate) fn modify(inner: Node, modifier: Modifier, arguments: Vec<Node>) -> Node {
    node(NodeKind::Modify(Box::new(inner), modifier, arguments), Type::ACTION)
}

pub(crate) fn forbid(forbidden: Vec<Forbidden>) -> Node {
    node(NodeKind::Forbid(forbidden), Type::VETO)
}

pub(crate) fn obligation(kind: ObligationKind, arguments: Vec<Node>) -> Node {
    node(NodeKind::Obligation(kind, arguments), Type::OBLIGATION)
}

pub(crate) fn also(obligations: Vec<Node>) -> Node {
    node(NodeKind::Also(obligations), Type::OBLIGATIONS)
}

pub(crate) fn branch(condition: Node, then: Block, otherwise: Option<Block>) -> Node {
    let ty = block_type(&then);
    let ty = if otherwise.is_some() { ty } else { ty.optional() };
    node(NodeKind::If { condition: Box::new(condition), then, otherwise }, ty)
}

pub(crate) fn switch(subject: Node, cases: Vec<Case>, default: Option<Block>) -> Node {
    let ty = cases.first().map_or(Type::Unit, |case| block_type(&case.body));
    node(NodeKind::Switch { subject: Box::new(subject), cases, default }, ty)
}

pub(crate) fn case(values: Vec<Literal>, guard: Option<Node>, body: Block) -> Case {
    Case { pattern: Pattern::Values(values), guard, body }
}

pub(crate) fn word(word: &str) -> Literal {
    Literal::Text(word.into())
}

pub(crate) fn range(start: i64, end: i64, inclusive: bool, body: Block) -> Case {
    Case { pattern: Pattern::Range { start, end, inclusive }, guard: None, body }
}

pub(crate) fn block(statements: Vec<Statement>) -> Block {
    Block { statements, span: Span::default() }
}

/// A block of one expression.
pub(crate) fn only(node: Node) -> Block {
    block(vec![Statement::Expression(node)])
}

pub(crate) fn give_back(node: Option<Node>) -> Statement {
    Statement::Return(node, Span::default())
}

pub(crate) fn each(variable: LocalId, list: Node, body: Block) -> Statement {
    Statement::For { variable, list, body, span: Span::default() }
}

fn block_type(block: &Block) -> Type {
    match block.statements.last() {
        Some(Statement::Expression(node)) => node.ty.clone(),
        _ => Type::Unit,
    }
}
