//! Calls: words of the vocabulary, methods, closures, and helpers that are put in their place.

use rhai::{Expr, FnCallExpr, FnPtr, Position, Stmt};

use super::compare::element_of;
use super::scope::Origin;
use super::switch::statements_span;
use super::word::builtin_arguments;
use super::{Checker, Function, Inferred, MAX_CALL_DEPTH};
use crate::diagnostic::{Code, suggest};
use crate::policy::source::Span;
use crate::policy::tree::{Block, Literal, Node, NodeKind, Statement};
use crate::policy::types::Type;
use crate::policy::vocabulary::{self, Group, Meaning, Word};

impl Checker<'_> {
    /// `name(…)`, or an operator.
    pub(super) fn infer_call(&mut self, call: &FnCallExpr, at: Position, file: u16) -> Inferred {
        if let Some(token) = &call.op_token {
            return self.infer_operator(&token.clone(), call, at, file);
        }
        let span = self.spans(file).call(at);
        let name_span = self.spans(file).token(at);
        if call.is_qualified() {
            return self.not_in_the_language(at, file, "`::`", "helpers are called by their name alone");
        }
        let name = call.name.as_str();
        if let Some(word) = vocabulary::find(name) {
            return match word.is {
                Meaning::Modifier(_) => {
                    let help = format!("write: {}", word.usage());
                    self.report_help(
                        Code::MisplacedModifier,
                        name_span,
                        format!("`{name}` follows an action with a dot"),
                        help,
                    );
                    self.broken(span)
                }
                Meaning::Quantifier { all } => match &call.args[..] {
                    [list, closure] => {
                        let list = self.infer(list, file).node;
                        self.infer_quantifier(all, list, closure, span, file)
                    }
                    _ => self.wrong_count(word, span, call.args.len()),
                },
                Meaning::Contains => match &call.args[..] {
                    [container, element] => {
                        let container = self.infer(container, file).node;
                        let element = self.infer(element, file).node;
                        // Rhai reads `a in b` as `contains(b, a)`, at the place of `in`.
                        let is_operator = self.excerpt(name_span) != word.name;
                        let span = if is_operator {
                            self.around(&[element.clone(), container.clone()], file)
                        } else {
                            span
                        };
                        self.infer_membership(element, container, span)
                    }
                    _ => self.wrong_count(word, span, call.args.len()),
                },
                _ => {
                    let arguments =
                        call.args.iter().map(|argument| self.infer(argument, file).node).collect();
                    self.infer_word(word, arguments, span)
                }
            };
        }
        let arguments: Vec<Node> = call.args.iter().map(|argument| self.infer(argument, file).node).collect();
        if let Some(function) = self.functions.get(name).cloned() {
            return self.inline(&function, arguments, span, name_span);
        }
        if !self.broken.contains(name) {
            self.report_unknown_function(name, name_span);
        }
        self.broken(span)
    }

    fn report_unknown_function(&mut self, name: &str, span: Span) {
        let known = vocabulary::WORDS.iter().map(|word| word.name);
        let own = self.functions.keys().map(String::as_str);
        // First what other systems say: `remove` is not far from `revoke`, and not what was meant.
        let help = match suggest(name, known.chain(own)) {
            _ if elsewhere(name).is_some() => elsewhere(name).unwrap_or_default().to_owned(),
            Some(near) => vocabulary::find(near).map_or_else(
                || format!("did you mean `{near}`?"),
                |word| format!("did you mean {}?", word.usage()),
            ),
            None if self.constants.iter().any(|constant| &*constant.name == name) => {
                format!("`{name}` is a constant: write it without ( )")
            }
            None => "the policy reference lists the functions; a helper is a `private fn`".to_owned(),
        };
        self.report_help(Code::UnknownFunction, span, format!("unknown function `{name}`"), help);
    }

    pub(super) fn wrong_count(&mut self, word: &Word, span: Span, found: usize) -> Inferred {
        let message = match found {
            0 => format!("`{}` needs an argument", word.name),
            1 => format!("`{}` does not take 1 argument", word.name),
            _ => format!("`{}` does not take {found} arguments", word.name),
        };
        self.report_help(Code::WrongArgumentCount, span, message, format!("write: {}", word.usage()));
        self.broken(span)
    }

    /// `receiver.name(…)`.
    pub(super) fn infer_method(
        &mut self,
        receiver: Node,
        call: &FnCallExpr,
        at: Position,
        file: u16,
    ) -> Inferred {
        let name = call.name.as_str();
        let name_span = self.spans(file).token(at);
        let span = receiver.span.to(self.spans(file).call(at));
        if let Some(word) = vocabulary::find(name) {
            if matches!(receiver.ty, Type::Answer(_)) {
                if let Some(modifier) = vocabulary::modifier(name) {
                    let arguments =
                        call.args.iter().map(|argument| self.infer(argument, file).node).collect();
                    return self.infer_modifier(receiver, modifier, arguments, span, name_span, word);
                }
            } else if matches!(word.group, Group::Text | Group::List) {
                return match (word.is, &call.args[..]) {
                    (Meaning::Quantifier { all }, [closure]) => {
                        self.infer_quantifier(all, receiver, closure, span, file)
                    }
                    (Meaning::Contains, [element]) => {
                        let element = self.infer(element, file).node;
                        self.infer_membership(element, receiver, span)
                    }
                    (Meaning::Builtin(builtin), arguments)
                        if arguments.len() + 1 == builtin_arguments(builtin) =>
                    {
                        let arguments = arguments.iter().map(|argument| self.infer(argument, file).node);
                        let arguments =
                            std::iter::once(receiver).chain(arguments.collect::<Vec<_>>()).collect();
                        self.infer_word(word, arguments, span)
                    }
                    (_, arguments) => self.wrong_count(word, span, arguments.len()),
                };
            }
            for argument in &call.args {
                self.infer(argument, file);
            }
            if receiver.ty != Type::Broken {
                let code = if vocabulary::modifier(name).is_some() {
                    Code::MisplacedModifier
                } else {
                    Code::UnknownFunction
                };
                let message = format!("{} has no function `{name}`", receiver.ty);
                self.report_help(code, name_span, message, format!("write: {}", word.usage()));
            }
            return self.broken(span);
        }
        for argument in &call.args {
            self.infer(argument, file);
        }
        if receiver.ty == Type::Broken {
            return self.broken(span);
        }
        if self.functions.contains_key(name) {
            let what = self.excerpt(receiver.span);
            let message = format!("the helper `{name}` is called like a method");
            self.report_help(Code::UnknownFunction, name_span, message, format!("write: {name}({what}, …)"));
        } else if receiver.ty == Type::User && self.schema.slot(name).is_some() {
            let message = format!("`{name}` is a field, not a function");
            self.report_help(
                Code::UnknownFunction,
                name_span,
                message,
                format!("write it without ( ): {}.{name}", self.excerpt(receiver.span)),
            );
        } else {
            self.report_unknown_function(name, name_span);
        }
        self.broken(span)
    }

    /// `list.some(|x| …)`, `list.all(|x| …)`.
    fn infer_quantifier(&mut self, all: bool, list: Node, closure: &Expr, span: Span, file: u16) -> Inferred {
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
        if self.calls.len() + 2 > MAX_CALL_DEPTH {
            self.report_help(
                Code::TooDeep,
                span,
                "too many calls within calls",
                "use fewer helpers within helpers",
            );
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

    /// Puts a helper in the place of its call, typed with this call's arguments.
    fn inline(&mut self, function: &Function, arguments: Vec<Node>, span: Span, name_span: Span) -> Inferred {
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
        if self.calls.len() + 2 > MAX_CALL_DEPTH {
            self.report_help(
                Code::TooDeep,
                span,
                "too many calls within calls",
                "use fewer helpers within helpers",
            );
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

/// What to write for words that other systems have.
fn elsewhere(name: &str) -> Option<&'static str> {
    Some(match name.to_lowercase().as_str() {
        "delete" | "remove" | "disable" | "deactivate" | "suspend" | "destroy" | "lock" | "block" => {
            "withdraw() takes the app away, detach() gives the ID up, revoke() destroys the ID"
        }
        "now" | "timestamp" | "current_date" | "getdate" | "sysdate" => "the day of the decision is today()",
        "rand" | "random" => "a rule gives the same answer every time it is asked",
        "length" | "count" | "size" => "write: list.len() or text.len()",
        "lower" | "tolower" | "lowercase" => "write: text.to_lower()",
        "startswith" => "write: text.starts_with(text)",
        "endswith" => "write: text.ends_with(text)",
        "any" | "exists" => "write: list.some(|element| condition)",
        _ => return None,
    })
}
