//! Calls: words of the vocabulary, methods, closures, and helpers that are put in their place.

use rhai::{FnCallExpr, Position};

use super::word::builtin_arguments;
use super::{Checker, Inferred};
use crate::diagnostic::{Code, suggest};
use crate::policy::source::Span;
use crate::policy::tree::Node;
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
