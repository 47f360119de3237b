//! `let` and assignments.

use super::closed::assignable;
use super::presence::Path;
use super::scope::Origin;
use super::statement::expression;
use super::{Checker, Inferred};
use crate::diagnostic::Code;
use crate::policy::sandbox::MAX_VARIABLES;
use crate::policy::source::Span;
use crate::policy::tree::{Node, NodeKind, Statement};
use crate::policy::types::Type;
use rhai::{Expr, OpAssignment, Position};

impl Checker<'_> {
    pub(super) fn check_let(
        &mut self,
        name: &str,
        at: Position,
        value: Inferred,
        file: u16,
    ) -> (Statement, Type) {
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

    pub(super) fn check_assignment(
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
}
