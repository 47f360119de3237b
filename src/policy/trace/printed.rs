//! Trees built by hand for tests: constructors for nodes, and a printer that writes them as policy
//! text and gives every node its place in it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{Fact, Field, Moment, Schema, User, Value, parse_date, parse_instant};
use crate::policy::answer::{Forbidden, Period, Verb};
use crate::policy::compiled::{Constant, Policy, Rule};
use crate::policy::source::{Source, Span};
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

/// A policy of rules, printed to `policy.rhai`. Rules have 32 variables.
pub(crate) fn policy(rules: Vec<(&str, Block)>) -> Policy {
    policy_with(Vec::new(), rules)
}

/// The same, with constants.
pub(crate) fn policy_with(constants: Vec<(&str, Literal)>, rules: Vec<(&str, Block)>) -> Policy {
    let constants: Vec<Constant> = constants
        .into_iter()
        .map(|(name, value)| Constant { name: name.into(), value, ty: Type::Broken, span: Span::default() })
        .collect();
    let mut printer = Printer {
        text: String::new(),
        depth: 0,
        constants: constants.iter().map(|constant| constant.name.to_string()).collect(),
    };
    let mut made = Vec::new();
    for (name, mut body) in rules {
        printer.text.push_str(&format!("/// Rationale of {name}.\nfn "));
        let start = printer.at();
        printer.text.push_str(name);
        let span = Span { file: 0, start, end: printer.at() };
        printer.text.push_str("(user) ");
        printer.block(&mut body);
        printer.text.push_str("\n\n");
        made.push(Rule {
            name: name.into(),
            rationale: Some(format!("Rationale of {name}.").into()),
            span,
            parameter: 31,
            body,
            locals: 32,
            reads: BTreeMap::new(),
        });
    }
    Policy {
        sources: Arc::from([Source::new("policy.rhai", printer.text)]),
        schema: Arc::new(Schema::default()),
        rules: made.into(),
        constants: constants.into(),
        ast: rhai::AST::empty(),
        warnings: Vec::new(),
    }
}

/// A user of whom everything is absent, false or empty, except what is given.
pub(crate) fn someone(given: &[(Field, Value)]) -> User {
    let schema = Schema::default();
    let mut user = User::new("ECHOECHO".parse().expect("an ID"), &schema);
    for field in Field::ALL {
        let info = field.info();
        let fact = if info.optional {
            Fact::Absent
        } else {
            Fact::Known(match info.kind {
                crate::model::Kind::Bool => Value::Bool(false),
                crate::model::Kind::Texts => Value::Texts(Arc::from([])),
                _ => Value::Text("staff".into()),
            })
        };
        user.set(field.slot(), fact);
    }
    for (field, value) in given {
        user.set(field.slot(), Fact::Known(value.clone()));
    }
    user
}

pub(crate) fn known_text(value: &str) -> Value {
    Value::Text(value.into())
}

pub(crate) fn known_texts(values: &[&str]) -> Value {
    Value::Texts(values.iter().map(|value| Arc::from(*value)).collect())
}

pub(crate) fn known_date(value: &str) -> Value {
    Value::Date(parse_date(value).expect("a date"))
}

pub(crate) fn moment(instant: &str, zone: &str) -> Moment {
    Moment::new(parse_instant(instant).expect("an instant"), zone.parse().expect("a zone")).expect("in range")
}

/// Noon of 22 November 2026 in Zurich.
pub(crate) fn noon() -> Moment {
    moment("2026-11-22T11:00:00Z", "Europe/Zurich")
}

struct Printer {
    text: String,
    depth: usize,
    constants: Vec<String>,
}

impl Printer {
    fn at(&self) -> u32 {
        u32::try_from(self.text.len()).expect("short")
    }

    fn line(&mut self) {
        self.text.push('\n');
        self.text.push_str(&"    ".repeat(self.depth));
    }

    fn block(&mut self, block: &mut Block) {
        let start = self.at();
        self.text.push('{');
        self.depth += 1;
        for statement in &mut block.statements {
            self.line();
            self.statement(statement);
        }
        self.depth -= 1;
        self.line();
        self.text.push('}');
        block.span = Span { file: 0, start, end: self.at() };
    }

    fn statement(&mut self, statement: &mut Statement) {
        match statement {
            Statement::Let(id, node) => {
                self.text.push_str(&format!("let v{id} = "));
                self.node(node);
                self.text.push(';');
            }
            Statement::Assign(id, node) => {
                self.text.push_str(&format!("v{id} = "));
                self.node(node);
                self.text.push(';');
            }
            Statement::Expression(node) => self.node(node),
            Statement::For { variable, list, body, .. } => {
                self.text.push_str(&format!("for v{variable} in "));
                self.node(list);
                self.text.push(' ');
                self.block(body);
            }
            Statement::Return(node, _) => {
                self.text.push_str("return");
                if let Some(node) = node {
                    self.text.push(' ');
                    self.node(node);
                }
                self.text.push(';');
            }
            Statement::Break => self.text.push_str("break;"),
            Statement::Continue => self.text.push_str("continue;"),
        }
    }

    fn nodes(&mut self, nodes: &mut [Node], between: &str) {
        for (index, node) in nodes.iter_mut().enumerate() {
            if index > 0 {
                self.text.push_str(between);
            }
            self.operand(node);
        }
    }

    /// In parentheses where it would not hold together otherwise.
    fn operand(&mut self, node: &mut Node) {
        let loose = matches!(
            node.kind,
            NodeKind::And(_) | NodeKind::Or(_) | NodeKind::Coalesce(_) | NodeKind::Arithmetic(..)
        );
        if loose {
            self.text.push('(');
        }
        self.node(node);
        if loose {
            self.text.push(')');
        }
    }

    fn arguments(&mut self, arguments: &mut [Node]) {
        self.text.push('(');
        self.nodes(arguments, ", ");
        self.text.push(')');
    }

    fn binary(&mut self, left: &mut Node, symbol: &str, right: &mut Node) {
        self.operand(left);
        self.text.push_str(&format!(" {symbol} "));
        self.operand(right);
    }

    fn method(&mut self, name: &str, arguments: &mut [Node]) {
        if let [receiver, rest @ ..] = arguments {
            self.operand(receiver);
            self.text.push_str(&format!(".{name}"));
            self.arguments(rest);
        }
    }

    fn node(&mut self, node: &mut Node) {
        let start = self.at();
        self.kind(&mut node.kind);
        node.span = Span { file: 0, start, end: self.at() };
    }

    fn kind(&mut self, kind: &mut NodeKind) {
        match kind {
            NodeKind::Literal(literal) => self.literal(literal),
            NodeKind::Field(slot) => self.text.push_str(&format!("user.{}", Schema::default().name(*slot))),
            NodeKind::User => self.text.push_str("user"),
            NodeKind::Local(id) => self.text.push_str(&format!("v{id}")),
            NodeKind::Constant(id) => self.text.push_str(&self.constants[*id].clone()),
            NodeKind::Template(pieces) => {
                self.text.push('`');
                for piece in pieces {
                    self.text.push_str("${");
                    self.node(piece);
                    self.text.push('}');
                }
                self.text.push('`');
            }
            NodeKind::List(items) => {
                self.text.push('[');
                self.nodes(items, ", ");
                self.text.push(']');
            }
            NodeKind::Not(inner) => {
                self.text.push('!');
                self.operand(inner);
            }
            NodeKind::And(operands) => self.nodes(operands, " && "),
            NodeKind::Or(operands) => self.nodes(operands, " || "),
            NodeKind::Coalesce(operands) => self.nodes(operands, " ?? "),
            NodeKind::Compare(comparison, left, right) => self.binary(left, comparison.symbol(), right),
            NodeKind::In { element, container } => self.binary(element, "in", container),
            NodeKind::Arithmetic(operator, left, right) => {
                let symbol = match operator {
                    Operator::Add => "+",
                    Operator::Subtract => "-",
                    Operator::Multiply => "*",
                    Operator::Divide => "/",
                    Operator::Remainder => "%",
                };
                self.binary(left, symbol, right);
            }
            NodeKind::Negate(inner) => {
                self.text.push('-');
                self.operand(inner);
            }
            NodeKind::Call(builtin, arguments) => self.builtin(*builtin, arguments),
            NodeKind::Quantifier { all, list, parameter, body } => {
                self.operand(list);
                self.text.push_str(&format!(".{}(|v{parameter}| ", if *all { "all" } else { "some" }));
                if let [Statement::Expression(single)] = &mut body.statements[..] {
                    self.node(single);
                    body.span = single.span;
                } else {
                    self.block(body);
                }
                self.text.push(')');
            }
            NodeKind::Helper { name, arguments, body } => {
                self.text.push_str(name);
                self.text.push('(');
                for (index, (_, argument)) in arguments.iter_mut().enumerate() {
                    if index > 0 {
                        self.text.push_str(", ");
                    }
                    self.node(argument);
                }
                self.text.push(')');
                // The body stands elsewhere in a real policy; here behind the call, in a comment.
                self.text.push_str("/*");
                self.block(body);
                self.text.push_str("*/");
            }
            NodeKind::Action(verb, arguments) => {
                self.text.push_str(verb.word());
                self.arguments(arguments);
            }
            NodeKind::Modify(inner, modifier, arguments) => {
                self.node(inner);
                self.text.push_str(match modifier {
                    Modifier::Because => ".because",
                    Modifier::After => ".after",
                    Modifier::Within => ".within",
                    Modifier::Notify => ".notify",
                    Modifier::ReplaceWith => ".replace_with",
                    Modifier::KeepAccess => ".keep_access",
                    Modifier::OrElse => ".or_else",
                    Modifier::Approvals => ".approvals",
                });
                self.arguments(arguments);
            }
            NodeKind::Forbid(forbidden) => {
                let words: Vec<String> =
                    forbidden.iter().map(|forbidden| format!("{:?}", forbidden.word())).collect();
                self.text.push_str(&format!("forbid({})", words.join(", ")));
            }
            NodeKind::Obligation(kind, arguments) => {
                self.text.push_str(match kind {
                    ObligationKind::Notify => "notify",
                    ObligationKind::LeaveGroupsAndLists => "leave_groups_and_lists",
                    ObligationKind::ReplaceWith => "replace_with",
                    ObligationKind::Restrict => "restrict",
                });
                self.arguments(arguments);
            }
            NodeKind::Also(obligations) => {
                self.text.push_str("also");
                self.arguments(obligations);
            }
            NodeKind::If { condition, then, otherwise } => {
                self.text.push_str("if ");
                self.node(condition);
                self.text.push(' ');
                self.block(then);
                if let Some(otherwise) = otherwise {
                    self.text.push_str(" else ");
                    self.block(otherwise);
                }
            }
            NodeKind::Switch { subject, cases, default } => self.switch(subject, cases, default),
            NodeKind::Block(block) => self.block(block),
        }
    }

    fn switch(&mut self, subject: &mut Node, cases: &mut [Case], default: &mut Option<Block>) {
        self.text.push_str("switch ");
        self.node(subject);
        self.text.push_str(" {");
        self.depth += 1;
        for case in cases {
            self.line();
            match &case.pattern {
                Pattern::Values(values) => {
                    for (index, value) in values.iter().enumerate() {
                        if index > 0 {
                            self.text.push_str(" | ");
                        }
                        self.literal(value);
                    }
                }
                Pattern::Range { start, end, inclusive } => {
                    self.text.push_str(&format!("{start}..{}{end}", if *inclusive { "=" } else { "" }));
                }
            }
            if let Some(guard) = &mut case.guard {
                self.text.push_str(" if ");
                self.node(guard);
            }
            self.text.push_str(" => ");
            self.block(&mut case.body);
            self.text.push(',');
        }
        if let Some(default) = default {
            self.line();
            self.text.push_str("_ => ");
            self.block(default);
        }
        self.depth -= 1;
        self.line();
        self.text.push('}');
    }

    fn builtin(&mut self, builtin: Builtin, arguments: &mut [Node]) {
        let (name, method) = match builtin {
            Builtin::Today => ("today", false),
            Builtin::Date => ("date", false),
            Builtin::Days => ("days", false),
            Builtin::Weeks => ("weeks", false),
            Builtin::Hours => ("hours", false),
            Builtin::DaysSince => ("days_since", false),
            Builtin::DaysUntil => ("days_until", false),
            Builtin::StartsWith => ("starts_with", true),
            Builtin::EndsWith => ("ends_with", true),
            Builtin::ToLower => ("to_lower", true),
            Builtin::Len => ("len", true),
        };
        if method {
            self.method(name, arguments);
        } else {
            self.text.push_str(name);
            self.arguments(arguments);
        }
    }

    fn literal(&mut self, literal: &Literal) {
        let text = match literal {
            Literal::Unit => "()".to_owned(),
            Literal::Bool(value) => value.to_string(),
            Literal::Int(value) => value.to_string(),
            Literal::Text(text) => format!("{text:?}"),
            Literal::Id(id) => format!("\"{id}\""),
            Literal::Date(date) => format!("date(\"{}\")", crate::model::format_date(*date)),
            Literal::Instant(instant) => crate::model::format_instant(*instant),
            Literal::Period(Period { days, hours: 0 }) => format!("days({days})"),
            Literal::Period(Period { hours, .. }) => format!("hours({hours})"),
            Literal::List(items) => {
                self.text.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.text.push_str(", ");
                    }
                    self.literal(item);
                }
                "]".to_owned()
            }
        };
        self.text.push_str(&text);
    }
}
