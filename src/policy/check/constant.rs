//! Top-level constants: evaluated once, when the policy is checked.

use rhai::{ASTFlags, Stmt};

use super::Checker;
use crate::diagnostic::Code;
use crate::policy::answer::Period;
use crate::policy::compiled::Constant;
use crate::policy::tree::{Builtin, Literal, Node, NodeKind, Operator};
use crate::policy::types::Type;
use time::{Date, Duration};

/// Why an expression has no value before there is a user.
enum NotFixed {
    /// It depends on the day on which the policy runs.
    Time,
    /// It depends on something else.
    Other,
    /// It leaves the range of numbers or dates.
    OutOfRange,
}

impl Checker<'_> {
    /// The statements outside functions: constants, and what does not belong there.
    pub(super) fn check_top_level(&mut self, file: u16) {
        let parsed = std::rc::Rc::clone(&self.files[usize::from(file)]);
        for statement in parsed.ast.statements() {
            match statement {
                Stmt::Noop(_) => {}
                Stmt::Var(variable, flags, at) if flags.contains(ASTFlags::CONSTANT) => {
                    let name_span = self.spans(file).token(variable.0.pos);
                    self.check_constant(&variable.0.name, name_span, &variable.1, file);
                    let _ = at;
                }
                Stmt::Var(_, _, at) => {
                    let span = self.spans(file).token(*at);
                    self.report_help(
                        Code::TopLevelStatement,
                        span,
                        "a variable outside functions",
                        "parameters of a policy are written `const NAME = …;`",
                    );
                }
                other => {
                    let span = self.spans(file).token(other.position());
                    self.report_help(
                        Code::TopLevelStatement,
                        span,
                        "a statement outside functions is never run",
                        "a rule is a function: fn name(user) { … }",
                    );
                }
            }
        }
    }

    fn check_constant(
        &mut self,
        name: &str,
        name_span: crate::policy::source::Span,
        value: &rhai::Expr,
        file: u16,
    ) {
        if self.constants.iter().any(|constant| &*constant.name == name)
            || self.broken_constants.contains(name)
        {
            self.report_help(
                Code::DuplicateName,
                name_span,
                format!("the constant `{name}` is defined twice"),
                "keep one of them",
            );
            return;
        }
        self.in_constant = true;
        let node = self.infer(value, file).node;
        self.in_constant = false;
        if node.ty == Type::Broken {
            self.broken_constants.insert(name.to_owned());
            return;
        }
        match self.fold(&node) {
            Ok(value) => {
                self.constants.push(Constant { name: name.into(), value, ty: node.ty, span: name_span });
            }
            Err(reason) => {
                self.broken_constants.insert(name.to_owned());
                let (code, message, help) = match reason {
                    NotFixed::Time => (
                        Code::TimeInConstant,
                        format!("the constant `{name}` depends on the day on which the policy runs"),
                        "write it in the rule, or in a helper",
                    ),
                    NotFixed::Other => (
                        Code::NotConstant,
                        format!("the value of `{name}` is not constant"),
                        "constants are texts, numbers, dates, periods, lists of them and calculations with them",
                    ),
                    NotFixed::OutOfRange => (
                        Code::NotConstant,
                        format!("the value of `{name}` is out of range"),
                        "numbers have 64 bits, dates the years 1 to 9999",
                    ),
                };
                self.report_help(code, node.span, message, help);
            }
        }
    }

    /// The value of an expression that needs no user and no day.
    fn fold(&self, node: &Node) -> Result<Literal, NotFixed> {
        match &node.kind {
            NodeKind::Literal(literal) => Ok(literal.clone()),
            NodeKind::Constant(id) => {
                self.constants.get(*id).map(|constant| constant.value.clone()).ok_or(NotFixed::Other)
            }
            NodeKind::List(elements) => {
                elements.iter().map(|element| self.fold(element)).collect::<Result<_, _>>().map(Literal::List)
            }
            NodeKind::Negate(operand) => match self.fold(operand)? {
                Literal::Int(number) => number.checked_neg().map(Literal::Int).ok_or(NotFixed::OutOfRange),
                _ => Err(NotFixed::Other),
            },
            NodeKind::Call(Builtin::Today | Builtin::DaysSince | Builtin::DaysUntil, _) => {
                Err(NotFixed::Time)
            }
            NodeKind::Call(builtin, arguments) => {
                let arguments =
                    arguments.iter().map(|argument| self.fold(argument)).collect::<Result<Vec<_>, _>>()?;
                match (builtin, &arguments[..]) {
                    (Builtin::Days, [Literal::Int(number)]) => period(Period::of_days(*number)),
                    (Builtin::Weeks, [Literal::Int(number)]) => {
                        period(number.checked_mul(7).and_then(Period::of_days))
                    }
                    (Builtin::Hours, [Literal::Int(number)]) => period(Period::of_hours(*number)),
                    _ => Err(NotFixed::Other),
                }
            }
            NodeKind::Arithmetic(operator, left, right) => self.fold_arithmetic(*operator, left, right),
            _ => Err(if uses_time(node) { NotFixed::Time } else { NotFixed::Other }),
        }
    }

    fn fold_arithmetic(&self, operator: Operator, left: &Node, right: &Node) -> Result<Literal, NotFixed> {
        let value = match (operator, self.fold(left)?, self.fold(right)?) {
            (operator, Literal::Int(left), Literal::Int(right)) => match operator {
                Operator::Add => left.checked_add(right),
                Operator::Subtract => left.checked_sub(right),
                Operator::Multiply => left.checked_mul(right),
                Operator::Divide => left.checked_div(right),
                Operator::Remainder => left.checked_rem(right),
            }
            .map(Literal::Int),
            (Operator::Add, Literal::Text(left), Literal::Text(right)) => {
                Some(Literal::Text(format!("{left}{right}").into()))
            }
            (Operator::Add, Literal::Period(left), Literal::Period(right)) => {
                left.plus(right).map(Literal::Period)
            }
            (Operator::Add, Literal::Date(date), Literal::Period(period)) => {
                moved(date.checked_add(Duration::days(period.days)))
            }
            (Operator::Subtract, Literal::Date(date), Literal::Period(period)) => {
                moved(date.checked_sub(Duration::days(period.days)))
            }
            _ => return Err(NotFixed::Other),
        };
        value.ok_or(NotFixed::OutOfRange)
    }
}

fn period(period: Option<Period>) -> Result<Literal, NotFixed> {
    period.map(Literal::Period).ok_or(NotFixed::OutOfRange)
}

/// A date within the years that policies know.
fn moved(date: Option<Date>) -> Option<Literal> {
    date.filter(|date| (1..=9999).contains(&date.year())).map(Literal::Date)
}

/// Whether the day of the decision stands anywhere in a plain expression.
fn uses_time(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Call(Builtin::Today | Builtin::DaysSince | Builtin::DaysUntil, _) => true,
        NodeKind::Call(_, nodes)
        | NodeKind::List(nodes)
        | NodeKind::And(nodes)
        | NodeKind::Or(nodes)
        | NodeKind::Coalesce(nodes)
        | NodeKind::Template(nodes) => nodes.iter().any(uses_time),
        NodeKind::Not(node) | NodeKind::Negate(node) => uses_time(node),
        NodeKind::Compare(_, left, right) | NodeKind::Arithmetic(_, left, right) => {
            uses_time(left) || uses_time(right)
        }
        NodeKind::In { element, container } => uses_time(element) || uses_time(container),
        _ => false,
    }
}
