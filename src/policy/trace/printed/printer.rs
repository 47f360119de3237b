//! Writes trees as policy text and gives every node its place in it.

use crate::model::Schema;
use crate::policy::answer::Period;
use crate::policy::source::Span;
use crate::policy::tree::*;

pub(super) struct Printer {
    pub(super) text: String,
    depth: usize,
    constants: Vec<String>,
}

impl Printer {
    pub(super) fn new(constants: Vec<String>) -> Self {
        Self { text: String::new(), depth: 0, constants }
    }

    pub(super) fn at(&self) -> u32 {
        u32::try_from(self.text.len()).expect("short")
    }

    fn line(&mut self) {
        self.text.push('\n');
        self.text.push_str(&"    ".repeat(self.depth));
    }

    pub(super) fn block(&mut self, block: &mut Block) {
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
