//! `some` and `all`: a condition on the elements of a list, as a closure.

use super::compare::element_of;
use super::scope::Origin;
use super::switch::statements_span;
use super::{Checker, Inferred};
use crate::diagnostic::Code;
use crate::policy::source::Span;
use crate::policy::tree::{Block, Node, NodeKind, Statement};
use crate::policy::types::Type;
use rhai::{Expr, FnPtr, Position, Stmt};

impl Checker<'_> {
    /// `list.some(|x| …)`, `list.all(|x| …)`.
    pub(super) fn infer_quantifier(
        &mut self,
        all: bool,
        list: Node,
        closure: &Expr,
        span: Span,
        file: u16,
    ) -> Inferred {
        let element = match self.present_type(&list) {
            Type::List(element) => *element,
            Type::Broken | Type::Never => Type::Broken,
            ty => {
                let message = format!("`{}` asks a list, this is {ty}", if all { "all" } else { "some" });
                self.report_help(
                    Code::WrongOperand,
                    list.span,
                    message,
                    "write: list.some(|element| condition)",
                );
                Type::Broken
            }
        };
        if let Expr::Variable(variable, _, at) = closure
            && self.functions.contains_key(variable.1.as_str())
        {
            let at = self.spans(file).token(*at);
            let message = "a named function cannot be used as a condition";
            let help = format!("write a closure: |element| {}(element)", variable.1);
            self.report_help(Code::WrongArgumentType, at, message, help);
            return self.broken(span);
        }
        let Some((pointer, captured, at)) = closure_parts(closure) else {
            let node = self.infer(closure, file).node;
            if node.ty != Type::Broken {
                let word = if all { "all" } else { "some" };
                let code =
                    if node.ty == Type::Text { Code::TextAsPredicate } else { Code::WrongArgumentType };
                let message = format!("`{word}` takes a closure, this is {}", node.ty);
                self.report_help(code, node.span, message, format!("write: {word}(|element| element == …)"));
            }
            return self.broken(span);
        };
        let Some(function) = self.closures.get(pointer.fn_name()).cloned() else {
            let at = self.spans(file).token(at);
            let message = "a named function cannot be used as a condition";
            self.report_help(Code::WrongArgumentType, at, message, "write a closure: |element| …");
            return self.broken(span);
        };
        self.check_captures(&captured, &list, file);
        let own = &function.parameters[captured.len().min(function.parameters.len())..];
        let [parameter] = own else {
            let at = self.spans(file).token(at);
            let message = format!("a condition on elements has one parameter, this has {}", own.len());
            self.report_help(Code::WrongArgumentCount, at, message, "write: |element| …");
            return self.broken(span);
        };
        if self.too_many_calls(span) {
            return self.broken(span);
        }
        let bar = self.spans(file).token(at);
        let parameter_span =
            self.spans(file).parameter(parameter, bar.start, function.body_span).unwrap_or(bar);
        self.check_local_name(parameter, parameter_span);
        let before = self.presence.clone();
        let outer = self.scope.len();
        self.scope.enter(&function.body, true);
        let id = self.scope.declare(parameter, element, Origin::Parameter, parameter_span);
        if let Some(variable) = self.scope.newest() {
            variable.element_of = element_of(&list);
        }
        self.calls.push("a closure".into());
        let (mut body, ty) = self.check_block(&function.body, function.body_span, function.file);
        // A closure without braces has no place of its own: it stands where its expression does.
        body.span = statements_span(&body).unwrap_or(body.span);
        self.calls.pop();
        let returned = self.scope.leave();
        self.scope.truncate(outer);
        self.presence = before;
        let ty = match returned {
            None => ty,
            Some(returned) => self.join_branches(&returned, &ty, span),
        };
        self.check_closure_value(&body, &ty, span);
        let kind = NodeKind::Quantifier { all, list: Box::new(list), parameter: id, body };
        self.node(kind, Type::Bool, span).into()
    }

    fn check_closure_value(&mut self, body: &Block, ty: &Type, span: Span) {
        if matches!(ty, Type::Bool | Type::Broken | Type::Never) {
            return;
        }
        let place = match body.statements.last() {
            Some(Statement::Expression(node)) => node.span,
            _ => span,
        };
        if matches!(ty, Type::Optional(plain) if **plain == Type::Bool)
            && matches!(body.statements.last(), Some(Statement::Expression(_)))
        {
            self.report_help(
                Code::UncheckedOptional,
                place,
                "the condition may be absent",
                "check it first, or use ?? false",
            );
        } else {
            let message = format!("a condition on elements is true or false, this is {ty}");
            self.report_help(Code::NotACondition, place, message, "compare the element with something");
        }
    }

    fn check_captures(&mut self, captured: &[(String, Position)], list: &Node, file: u16) {
        for (name, at) in captured {
            let span = self.spans(file).token(*at);
            let Some(variable) = self.scope.find(name) else { continue };
            variable.used = true;
            let (id, ty, reassigned) = (variable.id, variable.ty.clone(), variable.reassigned);
            if ty == Type::User {
                let message = format!("a closure cannot look at `{name}`");
                self.report_help(
                    Code::CapturedUser,
                    span,
                    message,
                    format!("name the value before: let value = {name}.…; and use `value` in the closure"),
                );
            } else if reassigned {
                let message = format!("a closure cannot look at `{name}`, which changes");
                self.report_help(
                    Code::CapturedVariable,
                    span,
                    message,
                    "use a `let` that is never assigned again",
                );
            } else if matches!(list.kind, NodeKind::Local(own) if own == id) {
                // Rhai locks the list while it goes through it ("Data race detected").
                let message = format!("a closure cannot look at `{name}`, the list it goes through");
                self.report_help(
                    Code::CapturedVariable,
                    span,
                    message,
                    format!("give it a second name before: let other = {name};"),
                );
            }
        }
    }
}

/// The function of a closure, the names it captures with their places, and where it begins.
type ClosureParts = (FnPtr, Vec<(String, Position)>, Position);

/// Takes a closure apart; `None` if the expression is none.
fn closure_parts(expr: &Expr) -> Option<ClosureParts> {
    match expr {
        Expr::DynamicConstant(value, at) => Some((value.clone().try_cast::<FnPtr>()?, Vec::new(), *at)),
        Expr::Stmt(block) => {
            let [Stmt::Share(_), Stmt::Expr(inner)] = block.statements() else { return None };
            let Expr::FnCall(call, at) = &**inner else { return None };
            let (pointer, captured) = call.args.split_first()?;
            let Expr::DynamicConstant(value, _) = pointer else { return None };
            let captured = captured
                .iter()
                .filter_map(|expr| match expr {
                    Expr::Variable(variable, _, at) => Some((variable.1.to_string(), *at)),
                    _ => None,
                })
                .collect();
            Some((value.clone().try_cast::<FnPtr>()?, captured, *at))
        }
        _ => None,
    }
}
