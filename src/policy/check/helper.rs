//! Helpers: put in the place of their call, typed with the arguments of each call.

use super::scope::Origin;
use super::{Checker, Function, Inferred, MAX_CALL_DEPTH};
use crate::diagnostic::Code;
use crate::policy::source::Span;
use crate::policy::tree::{Literal, Node, NodeKind};
use crate::policy::types::Type;

impl Checker<'_> {
    /// Reports a call that goes deeper than the interpreter follows.
    pub(super) fn too_many_calls(&mut self, span: Span) -> bool {
        let deep = self.calls.len() + 2 > MAX_CALL_DEPTH;
        if deep {
            self.report_help(
                Code::TooDeep,
                span,
                "too many calls within calls",
                "use fewer helpers within helpers",
            );
        }
        deep
    }

    /// Puts a helper in the place of its call, typed with this call's arguments.
    pub(super) fn inline(
        &mut self,
        function: &Function,
        arguments: Vec<Node>,
        span: Span,
        name_span: Span,
    ) -> Inferred {
        self.called.insert(function.name.to_string());
        if function.this_type {
            return self.broken(span);
        }
        if arguments.len() != function.parameters.len() {
            let (wanted, found) = (function.parameters.len(), arguments.len());
            let message = format!(
                "`{}` takes {wanted} argument{}, here are {found}",
                function.name,
                if wanted == 1 { "" } else { "s" }
            );
            let help = format!("write: {}({})", function.name, function.parameters.join(", "));
            self.report_help(Code::WrongArgumentCount, span, message, help);
            return self.broken(span);
        }
        if self.calls.contains(&function.name) {
            let message = format!("`{}` calls itself", function.name);
            self.report_help(
                Code::Recursion,
                name_span,
                message,
                "a policy always ends: go through a list with `for`, `some` or `all`",
            );
            return self.broken(span);
        }
        if self.too_many_calls(span) {
            return self.broken(span);
        }
        let literals: Vec<Option<Literal>> =
            arguments.iter().map(|argument| self.literal_of(argument)).collect();
        let outer = self.scope.len();
        let before = self.presence.clone();
        self.scope.enter(&function.body, false);
        let mut bound = Vec::new();
        for ((parameter, argument), literal) in function.parameters.iter().zip(arguments).zip(literals) {
            let ty = if argument.ty == Type::Never { Type::Broken } else { argument.ty.clone() };
            let place = self.parameter_span(function, parameter);
            self.check_parameter_name(parameter, place);
            let id = self.scope.declare(parameter, ty, Origin::Parameter, place);
            if let Some(variable) = self.scope.newest() {
                variable.literal = literal;
            }
            bound.push((id, argument));
        }
        self.calls.push(function.name.clone());
        let (body, ty) = self.check_block(&function.body, function.body_span, function.file);
        self.calls.pop();
        let returned = self.scope.leave();
        self.scope.truncate(outer);
        self.presence = before;
        let ty = match returned {
            None => ty,
            Some(returned) => self.join_branches(&returned, &ty, function.name_span),
        };
        let kind = NodeKind::Helper { name: function.name.clone(), arguments: bound, body };
        self.node(kind, ty, span).into()
    }

    /// Where a parameter of a function stands; the function's name if it cannot be found.
    pub(super) fn parameter_span(&self, function: &Function, parameter: &str) -> Span {
        let name = function.name_span;
        self.spans(function.file).parameter(parameter, name.end, function.body_span).unwrap_or(name)
    }

    pub(super) fn check_parameter_name(&mut self, name: &str, span: Span) {
        if self.constants.iter().any(|constant| &*constant.name == name)
            || self.broken_constants.contains(name)
        {
            let message = format!("the parameter `{name}` is named like a constant of the policy");
            self.report_help(Code::ShadowedConstant, span, message, "choose another name");
        }
    }
}
