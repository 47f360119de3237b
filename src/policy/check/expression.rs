//! Types of expressions: literals, names, fields, lists, templates, `&&`, `||`, `??`.

use rhai::{Expr, Position, Stmt, StmtBlock};

use super::closed::join;
use super::presence::Path;
use super::{Checker, Inferred, MAX_NODES};
use crate::diagnostic::Code;
use crate::policy::source::Span;
use crate::policy::tree::{Literal, Node, NodeKind};
use crate::policy::types::Type;

impl Checker<'_> {
    pub(super) fn node(&mut self, kind: NodeKind, ty: Type, span: Span) -> Node {
        self.nodes += 1;
        if self.nodes == MAX_NODES {
            self.report_help(
                Code::TooLarge,
                span,
                "the policy is too large once its helpers are put in their places",
                "call fewer helpers from helpers, or split the policy",
            );
        }
        Node { kind, ty, span }
    }

    pub(super) fn broken(&mut self, span: Span) -> Inferred {
        self.node(NodeKind::Literal(Literal::Unit), Type::Broken, span).into()
    }

    fn literal(&mut self, literal: Literal, ty: Type, span: Span) -> Inferred {
        self.node(NodeKind::Literal(literal), ty, span).into()
    }

    /// The type of an expression of `file`.
    pub(super) fn infer(&mut self, expr: &Expr, file: u16) -> Inferred {
        if self.nodes > MAX_NODES {
            return self.broken(Span { file, ..Span::default() });
        }
        match expr {
            Expr::BoolConstant(value, at) => {
                let span = self.spans(file).token(*at);
                self.literal(Literal::Bool(*value), Type::Bool, span)
            }
            Expr::IntegerConstant(value, at) => {
                // The sign of a negative number is a token of its own.
                let span = self.spans(file).cover(self.spans(file).token(*at));
                self.literal(Literal::Int(*value), Type::Int, span)
            }
            Expr::StringConstant(text, at) => {
                let span = self.spans(file).token(*at);
                self.literal(Literal::Text(text.as_str().into()), Type::Text, span)
            }
            Expr::Unit(at) => {
                let span = self.spans(file).bracket(*at);
                self.literal(Literal::Unit, Type::Unit, span)
            }
            // Single quotes and fractions have been reported from the token table.
            Expr::CharConstant(_, at) => {
                let span = self.spans(file).token(*at);
                self.broken(span)
            }
            Expr::FloatConstant(_, at) => {
                let span = self.spans(file).token(*at);
                self.broken(span)
            }
            Expr::DynamicConstant(_, at) => {
                let span = self.spans(file).token(*at);
                self.report_help(
                    Code::WrongOperand,
                    span,
                    "a closure stands where a value is needed",
                    "closures are arguments of some(…) and all(…)",
                );
                self.broken(span)
            }
            Expr::InterpolatedString(pieces, at) => self.infer_template(pieces, *at, file),
            Expr::Array(elements, at) => self.infer_list(elements, *at, file),
            Expr::Map(_, at) => self.not_in_the_language(
                *at,
                file,
                "an object map",
                "use fields of `user`, lists and constants",
            ),
            Expr::ThisPtr(at) => {
                self.not_in_the_language(*at, file, "`this`", "name the user as parameter: fn rule(user)")
            }
            Expr::Index(_, _, at) => self.not_in_the_language(
                *at,
                file,
                "indexing with [ ]",
                "ask a list with `in`, `some` or `all`",
            ),
            Expr::Variable(variable, _, at) => self.infer_name(&variable.1, variable.2.is_empty(), *at, file),
            Expr::Stmt(block) => self.infer_block_expression(block, file),
            Expr::FnCall(call, at) => self.infer_call(call, *at, file),
            Expr::Dot(pair, flags, at) => self.infer_dot(&pair.lhs, &pair.rhs, *flags, *at, file),
            Expr::And(operands, _) => self.infer_logic(operands, true, file),
            Expr::Or(operands, _) => self.infer_logic(operands, false, file),
            Expr::Coalesce(operands, _) => self.infer_coalesce(operands, file),
            other => self.not_in_the_language(
                other.position(),
                file,
                "this expression",
                "see the policy reference",
            ),
        }
    }

    /// The type of an expression that must be true or false.
    pub(super) fn infer_condition(&mut self, expr: &Expr, file: u16) -> Inferred {
        let inferred = self.infer(expr, file);
        self.expect_condition(inferred)
    }

    pub(super) fn expect_condition(&mut self, inferred: Inferred) -> Inferred {
        match &inferred.node.ty {
            Type::Bool | Type::Broken | Type::Never => {}
            Type::Optional(plain) if **plain == Type::Bool => self.unchecked(&inferred.node),
            Type::Optional(_) | Type::Unit => {
                let what = self.excerpt(inferred.node.span);
                self.report_help(
                    Code::NotACondition,
                    inferred.node.span,
                    format!("`{what}` is {}, not true or false", inferred.node.ty),
                    format!("ask whether it is there: {what} != ()"),
                );
            }
            Type::Answer(_) => self.report_help(
                Code::NotACondition,
                inferred.node.span,
                "an answer stands where a condition is needed",
                "write: if condition { answer }",
            ),
            ty => {
                let message = format!("a condition is true or false, this is {ty}");
                let what = self.excerpt(inferred.node.span);
                let help = match ty {
                    Type::OneOf(set) if !set.words.is_empty() => {
                        format!("compare it: {what} == {:?}", set.words[0])
                    }
                    Type::List(_) => format!("ask it: … in {what}, or {what}.len() > 0"),
                    Type::User => format!("ask for a field: {what}.has_left"),
                    _ => "compare it with something".to_owned(),
                };
                self.report_help(Code::NotACondition, inferred.node.span, message, help);
            }
        }
        inferred
    }

    pub(super) fn not_in_the_language(
        &mut self,
        at: Position,
        file: u16,
        what: &str,
        instead: &str,
    ) -> Inferred {
        let span = self.spans(file).bracket(at);
        self.report_help(
            Code::NotInTheLanguage,
            span,
            format!("{what} is not in the policy language"),
            instead,
        );
        self.broken(span)
    }

    pub(super) fn excerpt(&self, span: Span) -> String {
        let text = self.sources[usize::from(span.file)].excerpt(span);
        text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(60).collect()
    }

    /// Reports an optional value that is used as if it were there.
    pub(super) fn unchecked(&mut self, node: &Node) {
        let what = self.excerpt(node.span);
        let (example, simple) = match node.ty.clone().present() {
            Type::Int => ("0", true),
            Type::Bool => ("false", true),
            Type::Text => ("\"\"", true),
            _ => ("…", false),
        };
        let help = if simple {
            format!(
                "check it first, `{what} != () && …`, or say what it is when absent, `{what} ?? {example}`"
            )
        } else {
            format!("check it first: `{what} != () && …`")
        };
        self.report_help(Code::UncheckedOptional, node.span, format!("`{what}` may be absent"), help);
    }

    /// The type of a value that must be there; reports it once if it may be absent.
    pub(super) fn present_type(&mut self, node: &Node) -> Type {
        match &node.ty {
            Type::Optional(plain) => {
                let plain = (**plain).clone();
                self.unchecked(node);
                plain
            }
            other => other.clone(),
        }
    }

    fn infer_template(&mut self, pieces: &[Expr], at: Position, file: u16) -> Inferred {
        let span = self.spans(file).bracket(at);
        let mut nodes = Vec::new();
        for piece in pieces {
            let node = match piece {
                Expr::StringConstant(text, _) => {
                    let literal = NodeKind::Literal(Literal::Text(text.as_str().into()));
                    self.node(literal, Type::Text, span)
                }
                Expr::Stmt(block) => match block.statements() {
                    [Stmt::Expr(inner)] => self.infer(inner, file).node,
                    _ => self.infer_block_expression(block, file).node,
                },
                other => self.infer(other, file).node,
            };
            let ty = self.present_type(&node);
            if !matches!(
                ty,
                Type::Broken
                    | Type::Never
                    | Type::Text
                    | Type::OneOf(_)
                    | Type::Id
                    | Type::Int
                    | Type::Bool
                    | Type::Date
                    | Type::Instant
            ) {
                self.report_help(
                    Code::WrongOperand,
                    node.span,
                    format!("{ty} cannot be put into a text"),
                    "texts, words, IDs, numbers, dates and instants can",
                );
            }
            nodes.push(node);
        }
        self.node(NodeKind::Template(nodes), Type::Text, span).into()
    }

    fn infer_list(&mut self, elements: &[Expr], at: Position, file: u16) -> Inferred {
        let span = self.spans(file).bracket(at);
        let mut nodes: Vec<Node> = Vec::new();
        let mut element_type = Type::Broken;
        for element in elements {
            let mut node = self.infer(element, file).node;
            if matches!(node.ty, Type::Unit | Type::User | Type::List(_) | Type::Answer(_)) {
                let message = format!("{} cannot be an element of a list", node.ty);
                self.report_help(Code::MixedList, node.span, message, "list texts, words, numbers or dates");
                node.ty = Type::Broken;
            }
            let ty = self.present_type(&node);
            if nodes.is_empty() || element_type == Type::Broken {
                element_type = ty;
            } else {
                self.coerce(&mut node, &element_type);
                if node.ty == Type::Broken || ty == Type::Broken {
                } else if let Some(joined) = join(&element_type, &node.ty.clone().present()) {
                    element_type = joined;
                } else {
                    let message = format!("the list has {element_type} and {ty}");
                    self.report_help(Code::MixedList, node.span, message, "a list has values of one type");
                }
            }
            nodes.push(node);
        }
        self.node(NodeKind::List(nodes), Type::list(element_type), span).into()
    }

    /// `{ … }` as an expression; also what Rhai makes of a closure that captures variables.
    pub(super) fn infer_block_expression(&mut self, block: &StmtBlock, file: u16) -> Inferred {
        if matches!(block.statements().first(), Some(Stmt::Share(_))) {
            let span = self.spans(file).token(block.position());
            self.report_help(
                Code::WrongOperand,
                span,
                "a closure stands where a value is needed",
                "closures are arguments of some(…) and all(…)",
            );
            return self.broken(span);
        }
        let span = self.spans(file).bracket(block.position());
        let (body, ty) = self.check_block(block.statements(), span, file);
        self.node(NodeKind::Block(body), ty, span).into()
    }

    /// From the first to the last of some operands, brackets balanced.
    pub(super) fn around(&self, nodes: &[Node], file: u16) -> Span {
        let span = nodes.iter().map(|node| node.span).reduce(Span::to).unwrap_or_default();
        self.spans(file).cover(span)
    }
}

/// What the presence of an expression's value is known by.
pub(super) fn path_of(node: &Node) -> Option<Path> {
    match node.kind {
        NodeKind::Field(slot) => Some(Path::Field(slot)),
        NodeKind::Local(id) => Some(Path::Local(id)),
        _ => None,
    }
}
