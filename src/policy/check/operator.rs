//! Operators as Rhai's parser writes them: calls with an operator token.

use rhai::{Expr, FnCallExpr, Position, Token};

use super::presence::Presence;
use super::{Checker, Inferred};
use crate::diagnostic::Code;
use crate::policy::source::Span;
use crate::policy::tree::{Comparison, Literal, Node, NodeKind, Operator};
use crate::policy::types::Type;

impl Checker<'_> {
    pub(super) fn infer_operator(
        &mut self,
        token: &Token,
        call: &FnCallExpr,
        at: Position,
        file: u16,
    ) -> Inferred {
        match (token, &call.args[..]) {
            (Token::Bang, [operand]) => self.infer_not(operand, at, file),
            (Token::Minus | Token::UnaryMinus, [operand]) => self.infer_negation(operand, at, file),
            (Token::In | Token::NotIn, [container, element]) => {
                let element = self.infer(element, file).node;
                let container = self.infer(container, file).node;
                let span = self.around(&[element.clone(), container.clone()], file);
                self.infer_membership(element, container, span)
            }
            (token, [left, right]) => {
                if let Some(comparison) = comparison(token) {
                    let (left, right) = (self.infer(left, file).node, self.infer(right, file).node);
                    let span = self.spans(file).cover(left.span.to(right.span));
                    return self.infer_comparison(comparison, left, right, span);
                }
                if let Some(operator) = operator(token) {
                    let (left, right) = (self.infer(left, file).node, self.infer(right, file).node);
                    let span = self.spans(file).cover(left.span.to(right.span));
                    let ty = self.arithmetic_type(operator, &left, &right, at, file);
                    let kind = NodeKind::Arithmetic(operator, Box::new(left), Box::new(right));
                    return self.node(kind, ty, span).into();
                }
                self.unknown_operator(token, at, file)
            }
            _ => self.unknown_operator(token, at, file),
        }
    }

    fn unknown_operator(&mut self, token: &Token, at: Position, file: u16) -> Inferred {
        let instead = match token {
            Token::ExclusiveRange | Token::InclusiveRange => {
                "ranges stand only in the cases of a switch; compare twice: a <= b && b <= c"
            }
            Token::Ampersand => "write `&&`",
            Token::Pipe => "write `||`",
            Token::XOr => "write `!=`: one of the two, not both",
            _ => "the policy reference lists the operators",
        };
        let written = self.excerpt(self.spans(file).token(at));
        self.not_in_the_language(at, file, &format!("`{written}`"), instead)
    }

    fn infer_not(&mut self, operand: &Expr, at: Position, file: u16) -> Inferred {
        let inferred = self.infer_condition(operand, file);
        // `a !in b` arrives as `!(a in b)` with both at the place of the operator.
        let own = self.spans(file).token(at);
        let span = self.spans(file).cover(own.to(inferred.node.span));
        let node = self.node(NodeKind::Not(Box::new(inferred.node)), Type::Bool, span);
        Inferred { node, when_true: inferred.when_false, when_false: inferred.when_true }
    }

    fn infer_negation(&mut self, operand: &Expr, at: Position, file: u16) -> Inferred {
        let operand = self.infer(operand, file).node;
        let span = self.spans(file).cover(self.spans(file).token(at).to(operand.span));
        let ty = self.present_type(&operand);
        if !matches!(ty, Type::Int | Type::Broken) {
            self.report_help(
                Code::WrongOperand,
                span,
                format!("`-` does not apply to {ty}"),
                "it applies to whole numbers",
            );
            return self.broken(span);
        }
        if let NodeKind::Literal(Literal::Int(number)) = operand.kind
            && let Some(negative) = number.checked_neg()
        {
            return self.node(NodeKind::Literal(Literal::Int(negative)), Type::Int, span).into();
        }
        self.node(NodeKind::Negate(Box::new(operand)), ty, span).into()
    }

    fn arithmetic_type(
        &mut self,
        operator: Operator,
        left: &Node,
        right: &Node,
        at: Position,
        file: u16,
    ) -> Type {
        let (left_type, right_type) = (self.present_type(left), self.present_type(right));
        match (operator, &left_type, &right_type) {
            (_, Type::Broken | Type::Never, _) | (_, _, Type::Broken | Type::Never) => Type::Broken,
            (_, Type::Int, Type::Int) => {
                let zero = matches!(self.literal_of(right), Some(Literal::Int(0)));
                if zero && matches!(operator, Operator::Divide | Operator::Remainder) {
                    self.report_help(
                        Code::InvalidLiteral,
                        right.span,
                        "division by zero",
                        "divide by another number",
                    );
                }
                Type::Int
            }
            (Operator::Add, Type::Text, Type::Text) => Type::Text,
            (Operator::Add | Operator::Subtract, Type::Date, Type::Days) => Type::Date,
            (Operator::Add, Type::Days, Type::Days) => Type::Days,
            (Operator::Add, Type::Days | Type::Period, Type::Days | Type::Period) => Type::Period,
            (_, left, right) => {
                let help = match (left, right) {
                    (Type::Date, Type::Int) => "say what the number counts: date + days(7)",
                    (Type::Date, Type::Date) => "count with days_since(date) or days_until(date)",
                    (Type::Date, Type::Period) => "a date moves by whole days: days(n) or weeks(n)",
                    (Type::Answer(_), _) | (_, Type::Answer(_)) => "give each answer in a rule of its own",
                    (Type::Text, _) | (_, Type::Text) => {
                        "put values into a text with a template: `… ${value} …`"
                    }
                    _ => "the policy reference lists what operators apply to",
                };
                let message = format!("`{}` does not apply to {left} and {right}", symbol(operator));
                let span: Span = self.spans(file).token(at);
                self.report_help(Code::WrongOperand, span, message, help);
                Type::Broken
            }
        }
    }

    /// Which optional values are there after a condition went one way.
    pub(super) fn assume(&mut self, presence: &Presence) {
        self.presence = self.presence.clone().and(presence);
    }

    /// The type of `left OPERATOR right` in an assignment such as `x += 1`.
    pub(super) fn infer_assignment_operator(
        &mut self,
        token: &Token,
        left: Node,
        right: Node,
        at: Position,
        file: u16,
    ) -> Inferred {
        let span = left.span.to(right.span);
        match operator(token) {
            Some(operator) => {
                let ty = self.arithmetic_type(operator, &left, &right, at, file);
                self.node(NodeKind::Arithmetic(operator, Box::new(left), Box::new(right)), ty, span).into()
            }
            None => self.unknown_operator(token, at, file),
        }
    }
}

fn comparison(token: &Token) -> Option<Comparison> {
    Some(match token {
        Token::EqualsTo => Comparison::Equal,
        Token::NotEqualsTo => Comparison::NotEqual,
        Token::LessThan => Comparison::Less,
        Token::LessThanEqualsTo => Comparison::LessOrEqual,
        Token::GreaterThan => Comparison::Greater,
        Token::GreaterThanEqualsTo => Comparison::GreaterOrEqual,
        _ => return None,
    })
}

fn operator(token: &Token) -> Option<Operator> {
    Some(match token {
        Token::Plus => Operator::Add,
        Token::Minus => Operator::Subtract,
        Token::Multiply => Operator::Multiply,
        Token::Divide => Operator::Divide,
        Token::Modulo => Operator::Remainder,
        _ => return None,
    })
}

const fn symbol(operator: Operator) -> &'static str {
    match operator {
        Operator::Add => "+",
        Operator::Subtract => "-",
        Operator::Multiply => "*",
        Operator::Divide => "/",
        Operator::Remainder => "%",
    }
}
