//! Statements: blocks, `let`, assignments, `if`, `for`, `return`, and answers that would be dropped.

use rhai::{ASTFlags, Expr, FlowControl, Position, Stmt, StmtBlock};

use super::Checker;
use super::closed::join;
use super::compare::element_of;
use super::dropped::Lost;
use super::scope::Origin;
use crate::diagnostic::Code;
use crate::policy::source::Span;
use crate::policy::tree::{Block, Node, NodeKind, Statement};
use crate::policy::types::Type;

impl Checker<'_> {
    /// Statements in a scope of their own; gives the block and the type of its value.
    pub(super) fn check_block(&mut self, statements: &[Stmt], span: Span, file: u16) -> (Block, Type) {
        let outer = self.scope.len();
        let statements: Vec<&Stmt> = statements
            .iter()
            .filter(|statement| !matches!(statement, Stmt::Noop(_) | Stmt::Share(_)))
            .collect();
        let mut checked = Vec::new();
        let mut ty = Type::Unit;
        let mut left = false;
        for (index, statement) in statements.iter().enumerate() {
            let (statement, own) = self.check_statement(statement, file);
            let last = index + 1 == statements.len();
            match (&statement, last) {
                (Statement::Expression(node) | Statement::Return(Some(node), _), _) if left => {
                    self.report_dropped(node, Lost::Unreached);
                }
                (Statement::Expression(node), false) => self.report_dropped(node, Lost::Followed),
                (Statement::Assign(id, _), _) => self.report_replaced(*id, &checked),
                _ => {}
            }
            if last {
                ty = own.clone();
            }
            left |= own == Type::Never;
            checked.push(statement);
        }
        for variable in self.scope.truncate(outer) {
            self.report_unused_answer(&variable);
        }
        let ty = if left { Type::Never } else { ty };
        (Block { statements: checked, span }, ty)
    }

    fn check_statement(&mut self, statement: &Stmt, file: u16) -> (Statement, Type) {
        match statement {
            Stmt::Var(variable, _, _) => {
                let value = self.infer(&variable.1, file);
                self.check_let(&variable.0.name, variable.0.pos, value, file)
            }
            Stmt::Assignment(assignment) => {
                self.check_assignment(&assignment.0, &assignment.1.lhs, &assignment.1.rhs, file)
            }
            Stmt::If(flow, at) => expression(self.infer_if(flow, *at, file)),
            Stmt::Switch(switch, at) => expression(self.infer_switch(&switch.0, &switch.1, *at, file)),
            Stmt::For(parts, at) => {
                self.check_for(&parts.0.name, parts.0.pos, parts.1.is_some(), &parts.2, *at, file)
            }
            Stmt::FnCall(call, at) => expression(self.infer_call(call, *at, file).node),
            Stmt::Block(block) => {
                let span = self.spans(file).bracket(block.position());
                let (block, ty) = self.check_block(block.statements(), span, file);
                expression(self.node(NodeKind::Block(block), ty, span))
            }
            Stmt::Expr(inner) => expression(self.infer(inner, file).node),
            Stmt::Return(value, flags, at) => self.check_return(value.as_deref(), *flags, *at, file),
            Stmt::BreakLoop(value, flags, at) => {
                if value.is_some() {
                    let node = self.not_in_the_language(
                        *at,
                        file,
                        "`break` with a value",
                        "answer with `return` from the loop",
                    );
                    return expression(node.node);
                }
                let statement =
                    if flags.contains(ASTFlags::BREAK) { Statement::Break } else { Statement::Continue };
                (statement, Type::Never)
            }
            Stmt::While(_, at) | Stmt::Do(_, _, at) => {
                let span = self.spans(file).token(*at);
                self.report_help(
                    Code::ForbiddenLoop,
                    span,
                    "this loop may never end",
                    "write: for element in list { … }",
                );
                expression(self.broken(span).node)
            }
            other => {
                let node = self.not_in_the_language(
                    other.position(),
                    file,
                    "this statement",
                    "see the policy reference",
                );
                expression(node.node)
            }
        }
    }

    pub(super) fn check_return(
        &mut self,
        value: Option<&Expr>,
        flags: ASTFlags,
        at: Position,
        file: u16,
    ) -> (Statement, Type) {
        let span = self.spans(file).token(at);
        if flags.contains(ASTFlags::BREAK) {
            let node = self.not_in_the_language(
                at,
                file,
                "`throw`",
                "hold the user for a person: return review(\"why\")",
            );
            return expression(node.node);
        }
        let value = value.map(|value| self.infer(value, file).node);
        let own = value.as_ref().map_or(Type::Unit, |value| value.ty.clone());
        let before = self.scope.frame().and_then(|frame| frame.returned.take());
        let returned = match before {
            None => own,
            Some(before) => join(&before, &own).unwrap_or_else(|| {
                let message = format!("here {own} is returned, before it was {before}");
                let place = value.as_ref().map_or(span, |value| value.span);
                self.report_help(Code::DifferentTypes, place, message, "return values of one type");
                Type::Broken
            }),
        };
        if let Some(frame) = self.scope.frame() {
            frame.returned = Some(returned);
        }
        (Statement::Return(value, span), Type::Never)
    }

    pub(super) fn infer_if(&mut self, flow: &FlowControl, at: Position, file: u16) -> Node {
        let condition = self.infer_condition(&flow.expr, file);
        let before = self.presence.clone();
        self.assume(&condition.when_true);
        let (then, then_type) = self.check_statement_block(&flow.body, file);
        let after_then = std::mem::replace(&mut self.presence, before);
        self.assume(&condition.when_false);
        let (otherwise, otherwise_type) = if flow.branch.is_empty() {
            (None, Type::Unit)
        } else {
            let (block, ty) = self.check_statement_block(&flow.branch, file);
            (Some(block), ty)
        };
        self.presence = match (&then_type, &otherwise_type) {
            (Type::Never, _) => self.presence.clone(),
            (_, Type::Never) => after_then,
            _ => after_then.or(&self.presence),
        };
        let never_then =
            matches!(&condition.node.kind, NodeKind::Literal(crate::policy::tree::Literal::Bool(false)));
        let span = self.spans(file).token(at).to(otherwise.as_ref().map_or(then.span, |block| block.span));
        let then_type = if never_then { Type::Unit } else { then_type };
        let ty = self.join_branches(&then_type, &otherwise_type, span);
        let kind = NodeKind::If { condition: Box::new(condition.node), then, otherwise };
        self.node(kind, ty, span)
    }

    /// The type of a value that comes from one of two branches. Branches that only do not fit as values
    /// are no error by themselves: most `if`s are statements.
    pub(super) fn join_branches(&mut self, left: &Type, right: &Type, span: Span) -> Type {
        join(left, right).unwrap_or_else(|| {
            let message = format!("one branch gives {left}, another {right}");
            self.report_help(
                Code::DifferentTypes,
                span,
                message,
                "every branch gives a value of one type, or an answer",
            );
            Type::Broken
        })
    }

    pub(super) fn check_statement_block(&mut self, block: &StmtBlock, file: u16) -> (Block, Type) {
        let span = self.spans(file).bracket(block.position());
        self.check_block(block.statements(), span, file)
    }

    fn check_for(
        &mut self,
        name: &str,
        at: Position,
        counter: bool,
        flow: &FlowControl,
        start: Position,
        file: u16,
    ) -> (Statement, Type) {
        let span = self.spans(file).token(start);
        if counter {
            self.report_help(
                Code::NotInTheLanguage,
                span,
                "a loop with a counter is not in the policy language",
                "write: for element in list { … }",
            );
        }
        let list = if let Expr::FnCall(call, at) = &flow.expr
            && matches!(call.name.as_str(), ".." | "..=" | "range")
        {
            let range = self.spans(file).token(*at);
            self.report_help(
                Code::ForbiddenLoop,
                range,
                "a loop over a range of numbers",
                "write: for element in list { … }",
            );
            self.broken(range).node
        } else {
            self.infer(&flow.expr, file).node
        };
        let element = match list.ty.clone().present() {
            Type::List(element) => {
                self.present_type(&list);
                *element
            }
            Type::Broken | Type::Never => Type::Broken,
            ty => {
                let message = format!("`for` goes through a list, this is {ty}");
                self.report_help(Code::ForbiddenLoop, list.span, message, "write: for element in list { … }");
                Type::Broken
            }
        };
        let name_span = self.spans(file).token(at);
        self.check_local_name(name, name_span);
        let outer = self.scope.len();
        let before = self.presence.clone();
        let variable = self.scope.declare(name, element, Origin::Loop, name_span);
        if let Some(variable) = self.scope.newest() {
            variable.element_of = element_of(&list);
        }
        let (body, _) = self.check_statement_block(&flow.body, file);
        self.scope.truncate(outer);
        self.presence = before;
        if let Some(Statement::Expression(last)) = body.statements.last() {
            self.report_dropped(&last.clone(), Lost::Followed);
        }
        (Statement::For { variable, list, body, span }, Type::Unit)
    }
}

pub(super) fn expression(node: Node) -> (Statement, Type) {
    let ty = node.ty.clone();
    (Statement::Expression(node), ty)
}
