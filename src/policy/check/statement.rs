//! Statements: blocks, `let`, assignments, `if`, `for`, `return`, and answers that would be dropped.

use rhai::{ASTFlags, Expr, FlowControl, OpAssignment, Position, Stmt, StmtBlock};

use super::closed::{assignable, join};
use super::compare::element_of;
use super::presence::Path;
use super::scope::{Origin, Variable};
use super::{Checker, Inferred};
use crate::diagnostic::Code;
use crate::policy::sandbox::MAX_VARIABLES;
use crate::policy::source::Span;
use crate::policy::tree::{Block, LocalId, Node, NodeKind, Statement};
use crate::policy::types::Type;

/// Why nobody takes an answer.
#[derive(Clone, Copy)]
enum Lost {
    /// Something comes after it.
    Followed,
    /// Control has left before it.
    Unreached,
    /// Its variable gets another value.
    Replaced,
}

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

    fn report_unused_answer(&mut self, variable: &Variable) {
        if matches!(variable.ty, Type::Answer(_)) && !variable.used && variable.origin == Origin::Let {
            let message = format!("the answer in `{}` is never given", variable.name);
            self.report_help(
                Code::DroppedAnswer,
                variable.span,
                message,
                "return it, or make it the last line of the rule",
            );
        }
    }

    /// Reports the answer that a variable had in these statements and that nobody read before it got another.
    fn report_replaced(&mut self, variable: LocalId, before: &[Statement]) {
        let earlier = before.iter().rev().find_map(|statement| match statement {
            Statement::Let(id, node) | Statement::Assign(id, node) if *id == variable => Some(node),
            _ => None,
        });
        if let Some(node) = earlier
            && matches!(node.ty, Type::Answer(_))
            && self.scope.by_id(variable).is_some_and(|variable| !variable.used)
        {
            self.report_dropped(node, Lost::Replaced);
        }
    }

    /// Reports the answers in a statement whose value nobody takes.
    fn report_dropped(&mut self, node: &Node, lost: Lost) {
        let last = |block: &Block| match block.statements.last() {
            Some(Statement::Expression(node)) => Some(node.clone()),
            _ => None,
        };
        match &node.kind {
            NodeKind::If { then, otherwise, .. } => {
                for node in [Some(then), otherwise.as_ref()].into_iter().flatten().filter_map(last) {
                    self.report_dropped(&node, lost);
                }
            }
            NodeKind::Switch { cases, default, .. } => {
                for node in cases.iter().map(|case| &case.body).chain(default).filter_map(last) {
                    self.report_dropped(&node, lost);
                }
            }
            NodeKind::Block(block) => {
                if let Some(node) = last(block) {
                    self.report_dropped(&node, lost);
                }
            }
            _ => {
                if let Type::Answer(kinds) = node.ty
                    && (kinds.action || kinds.veto || kinds.obligations || kinds.bare)
                {
                    let (why, help) = match lost {
                        Lost::Followed => (
                            "is dropped: something comes after it",
                            "write `return` before it, use `else`, or make two rules of it",
                        ),
                        Lost::Unreached => (
                            "is never given: the rule has ended before it",
                            "remove it, or the `return` before it, or make two rules of it",
                        ),
                        Lost::Replaced => (
                            "is dropped: another takes its place",
                            "keep one of them, or make two rules of it",
                        ),
                    };
                    let message = format!("the answer `{}` {why}", self.excerpt(node.span));
                    self.report_help(Code::DroppedAnswer, node.span, message, help);
                }
            }
        }
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

    fn check_let(&mut self, name: &str, at: Position, value: Inferred, file: u16) -> (Statement, Type) {
        let span = self.spans(file).token(at);
        self.check_local_name(name, span);
        let ty = match &value.node.ty {
            Type::Never => Type::Broken,
            Type::User => {
                self.report_help(
                    Code::WrongOperand,
                    value.node.span,
                    "the user has one name: its parameter",
                    "use the parameter itself",
                );
                Type::Broken
            }
            ty => ty.clone(),
        };
        let literal = self.literal_of(&value.node);
        let id = self.scope.declare(name, ty.clone(), Origin::Let, span);
        if self.scope.live() > MAX_VARIABLES {
            let message = format!("more than {MAX_VARIABLES} variables at once");
            self.report_help(Code::TooLarge, span, message, "move a part into a helper: private fn name(…)");
        }
        if let Some(variable) = self.scope.newest()
            && !variable.reassigned
        {
            variable.literal = literal;
            if ty == Type::Bool {
                variable.implies = Some((value.when_true, value.when_false));
            }
        }
        let left = value.node.ty == Type::Never;
        (Statement::Let(id, value.node), if left { Type::Never } else { Type::Unit })
    }

    /// A local must not be named like a constant, whose value Rhai would take instead, nor like the user.
    pub(super) fn check_local_name(&mut self, name: &str, span: Span) {
        let constant = self.constants.iter().any(|constant| &*constant.name == name);
        if constant || self.broken_constants.contains(name) {
            let message = format!("`{name}` is a constant of the policy, so nothing else can have this name");
            self.report_help(Code::ShadowedConstant, span, message, "choose another name");
        } else if self.scope.find(name).is_some_and(|variable| variable.ty == Type::User) {
            let message = format!("`{name}` is the user this is about, so nothing else can have this name");
            self.report_help(Code::AssignedParameter, span, message, "choose another name");
        }
    }

    fn check_assignment(
        &mut self,
        assignment: &OpAssignment,
        target: &Expr,
        value: &Expr,
        file: u16,
    ) -> (Statement, Type) {
        let Expr::Variable(variable, _, at) = target else {
            let span = self.spans(file).token(target.start_position());
            let value = self.infer(value, file).node;
            let whole = self.spans(file).cover(span.to(self.spans(file).token(assignment.position())));
            let message = if matches!(target, Expr::Dot(..)) {
                "facts of the user cannot be changed"
            } else {
                "only a variable can be changed"
            };
            self.report_help(
                Code::AssignedParameter,
                whole,
                message,
                "compare with `==`; name a value of your own with `let`",
            );
            return expression(Node { ty: Type::Broken, ..value });
        };
        let name = variable.1.as_str();
        let span = self.spans(file).token(*at);
        let mut value = self.infer(value, file).node;
        let Some(found) = self.scope.find(name).map(|found| (found.id, found.ty.clone(), found.origin))
        else {
            if self.constants.iter().any(|constant| &*constant.name == name) {
                self.report_help(
                    Code::AssignedParameter,
                    span,
                    format!("`{name}` is a constant and keeps its value"),
                    "name a value of your own with `let`",
                );
            } else if !self.broken_constants.contains(name) {
                self.report_help(
                    Code::UnknownName,
                    span,
                    format!("unknown name `{name}`"),
                    format!("write: let {name} = …"),
                );
            }
            return expression(Node { ty: Type::Broken, ..value });
        };
        let (id, ty, origin) = found;
        if origin != Origin::Let {
            let message = format!("`{name}` is a parameter or loop variable and keeps its value");
            self.report_help(Code::AssignedParameter, span, message, "name a value of your own with `let`");
            return expression(Node { ty: Type::Broken, ..value });
        }
        if self.scope.is_captured(id) {
            let message = format!("a closure cannot change `{name}`");
            self.report_help(
                Code::CapturedVariable,
                span,
                message,
                "count in a loop: for element in list { … }",
            );
            return expression(Node { ty: Type::Broken, ..value });
        }
        if let Some((_, _, _, _, token, _)) = assignment.get_op_assignment_info() {
            let token = token.clone();
            let current = self.node(NodeKind::Local(id), ty.clone(), span);
            value = self.infer_assignment_operator(&token, current, value, assignment.position(), file).node;
        }
        self.coerce(&mut value, &ty);
        if !assignable(&ty, &value.ty) {
            let message = match (&ty, &value.ty) {
                (Type::Answer(_), Type::Answer(_)) => {
                    format!("`{name}` is {ty}, and this may be another kind of answer, or none")
                }
                _ => format!("`{name}` is {ty} and cannot become {}", value.ty),
            };
            let help = match value.ty {
                Type::Answer(_) => "give the answer where it is found: return answer;",
                _ => "use a second variable",
            };
            self.report_help(Code::ReassignedType, value.span, message, help);
        }
        self.presence.forget(Path::Local(id));
        (Statement::Assign(id, value), Type::Unit)
    }

    fn check_return(
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

fn expression(node: Node) -> (Statement, Type) {
    let ty = node.ty.clone();
    (Statement::Expression(node), ty)
}
