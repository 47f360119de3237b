//! Names: variables, constants, and the fields of the user.

use super::presence::Path;
use super::{Checker, Inferred};
use crate::diagnostic::{Code, suggest};
use crate::model::Kind;
use crate::policy::source::Span;
use crate::policy::tree::{Node, NodeKind};
use crate::policy::types::Type;
use crate::policy::vocabulary;
use rhai::{ASTFlags, Expr, Position};

impl Checker<'_> {
    pub(super) fn infer_name(&mut self, name: &str, plain: bool, at: Position, file: u16) -> Inferred {
        let span = self.spans(file).token(at);
        if !plain {
            return self.not_in_the_language(
                at,
                file,
                "`::`",
                "helpers and constants are called by their name alone",
            );
        }
        if let Some(variable) = self.scope.find(name) {
            variable.used = true;
            let (id, mut ty) = (variable.id, variable.ty.clone());
            let (reassigned, implies) = (variable.reassigned, variable.implies.clone());
            if ty == Type::User {
                return self.node(NodeKind::User, Type::User, span).into();
            }
            if !reassigned && self.presence.get(Path::Local(id)) == Some(true) {
                ty = ty.present();
            }
            let node = self.node(NodeKind::Local(id), ty, span);
            let (when_true, when_false) = implies.unwrap_or_default();
            return Inferred { node, when_true, when_false };
        }
        if let Some(id) = self.constants.iter().position(|constant| &*constant.name == name) {
            let ty = self.constants[id].ty.clone();
            return self.node(NodeKind::Constant(id), ty, span).into();
        }
        if !self.broken_constants.contains(name) {
            self.report_unknown_name(name, span);
        }
        self.broken(span)
    }

    /// What the user is called here, if there is one.
    pub(super) fn user_name(&mut self) -> Option<String> {
        let names = self.scope.names();
        names.into_iter().find(|name| self.scope.find(name).is_some_and(|variable| variable.ty == Type::User))
    }

    pub(super) fn report_unknown_name(&mut self, name: &str, span: Span) {
        let mut known = self.scope.names();
        known.extend(self.constants.iter().map(|constant| constant.name.to_string()));
        let user = self.scope.names().into_iter().next().unwrap_or_else(|| "user".to_owned());
        let is_word = self.schema.slots().any(|slot| match &self.schema.field_type(slot).kind {
            Kind::OneOf(set) => set.contains(&name.to_lowercase()),
            _ => false,
        });
        let help = if name == "user" {
            match self.user_name() {
                Some(user) => format!("the user is called `{user}` here"),
                None if self.in_constant => "a constant is the same for every user".to_owned(),
                None => "a helper gets what it looks at: private fn name(user)".to_owned(),
            }
        } else if self.schema.slot(name).is_some() {
            format!("did you mean `{user}.{name}`?")
        } else if is_word {
            format!("text stands in double quotes: {:?}", name.to_lowercase())
        } else if self.functions.contains_key(name) || vocabulary::find(name).is_some() {
            format!("`{name}` is a function: call it with `{name}(…)`")
        } else if let Some(near) = suggest(name, known.iter().map(String::as_str)) {
            format!("did you mean `{near}`?")
        } else if let Some(near) = suggest(name, self.schema.names()) {
            format!("did you mean `{user}.{near}`?")
        } else {
            "name a value with `let`, a parameter of the policy with `const`; text stands in double quotes"
                .to_owned()
        };
        self.report_help(Code::UnknownName, span, format!("unknown name `{name}`"), help);
    }

    pub(super) fn infer_dot(
        &mut self,
        base: &Expr,
        rest: &Expr,
        flags: ASTFlags,
        at: Position,
        file: u16,
    ) -> Inferred {
        let mut current = self.infer(base, file);
        let (mut rest, mut flags, mut at) = (rest, flags, at);
        loop {
            if flags.contains(ASTFlags::NEGATED) {
                return self.not_in_the_language(
                    at,
                    file,
                    "`?.`",
                    "check first: value != () && …, or use value ?? other",
                );
            }
            let (link, next) = match rest {
                Expr::Dot(pair, flags, at) => (&pair.lhs, Some((&pair.rhs, *flags, *at))),
                Expr::Index(_, _, at) => {
                    return self.not_in_the_language(
                        *at,
                        file,
                        "indexing with [ ]",
                        "ask a list with `in`, `some` or `all`",
                    );
                }
                other => (other, None),
            };
            current = match link {
                Expr::Property(property, at) => self.infer_property(&current.node, &property.2, *at, file),
                Expr::MethodCall(call, at) => self.infer_method(current.node, call, *at, file),
                other => self.not_in_the_language(other.position(), file, "this", "see the policy reference"),
            };
            match next {
                Some((next, next_flags, next_at)) => (rest, flags, at) = (next, next_flags, next_at),
                None => return current,
            }
        }
    }

    pub(super) fn infer_property(&mut self, base: &Node, name: &str, at: Position, file: u16) -> Inferred {
        let name_span = self.spans(file).token(at);
        let span = base.span.to(name_span);
        if base.ty == Type::Broken {
            return self.broken(span);
        }
        if base.ty != Type::User {
            let help = match vocabulary::find(name) {
                Some(word) => format!("`{name}` is a function: write {}", word.usage()),
                None => "only `user` has fields".to_owned(),
            };
            self.report_help(
                Code::UnknownField,
                name_span,
                format!("{} has no field `{name}`", base.ty),
                help,
            );
            return self.broken(span);
        }
        let Some(slot) = self.schema.slot(name) else {
            let help = match suggest(name, self.schema.names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if vocabulary::find(name).is_some() => {
                    format!("`{name}` is a function: call it with `{name}(…)`")
                }
                None => {
                    "the policy reference lists the fields; a directory can declare attributes of its own"
                        .to_owned()
                }
            };
            self.report_help(Code::UnknownField, name_span, format!("unknown field `{name}`"), help);
            return self.broken(span);
        };
        self.reads.entry(slot).or_insert(span);
        let mut ty = Type::of_field(self.schema.field_type(slot));
        if self.presence.get(Path::Field(slot)) == Some(true) {
            ty = ty.present();
        }
        self.node(NodeKind::Field(slot), ty, span).into()
    }
}
