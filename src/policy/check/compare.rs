//! Comparisons and membership: `== != < <= > >=`, `in`, `contains`.

use super::expression::path_of;
use super::presence::Presence;
use super::scope::Origin;
use super::{Checker, Inferred};
use crate::diagnostic::{Code, suggest};
use crate::model::{Field, Slot};
use crate::policy::source::Span;
use crate::policy::tree::{Comparison, Literal, Node, NodeKind};
use crate::policy::types::Type;

impl Checker<'_> {
    pub(super) fn infer_comparison(
        &mut self,
        comparison: Comparison,
        mut left: Node,
        mut right: Node,
        span: Span,
    ) -> Inferred {
        let equality = matches!(comparison, Comparison::Equal | Comparison::NotEqual);
        let mut there = (Presence::default(), Presence::default());
        if equality && (left.ty == Type::Unit || right.ty == Type::Unit) {
            let value = if left.ty == Type::Unit { &right } else { &left };
            self.check_absence_test(value, span);
            if let Some(path) = path_of(value) {
                there = (Presence::of(path, false), Presence::of(path, true));
                if comparison == Comparison::NotEqual {
                    there = (there.1, there.0);
                }
            }
        } else {
            let mut unchecked = Vec::new();
            let with_absence = left.ty == Type::Unit || right.ty == Type::Unit;
            for node in [&mut left, &mut right] {
                if node.ty == Type::Unit {
                    let message = format!("`()` has no order: `{}` cannot compare it", comparison.symbol());
                    self.report_help(
                        Code::WrongOperand,
                        node.span,
                        message,
                        "ask for absence with == () or != ()",
                    );
                    node.ty = Type::Broken;
                } else if node.ty.is_optional() {
                    if !with_absence {
                        unchecked.push(node.clone());
                    }
                    node.ty = node.ty.clone().present();
                }
            }
            if self.comparable(&mut left, &mut right, span) {
                for node in &unchecked {
                    self.unchecked(node);
                }
                self.check_comparable_kind(equality, comparison, &left, &right, span);
                if equality {
                    self.check_element_names(&left, &right);
                }
            }
        }
        let kind = NodeKind::Compare(comparison, Box::new(left), Box::new(right));
        Inferred { node: self.node(kind, Type::Bool, span), when_true: there.0, when_false: there.1 }
    }

    /// `value != ()` on a value that is always there answers nothing.
    fn check_absence_test(&mut self, value: &Node, span: Span) {
        let declared_optional = match value.kind {
            NodeKind::Field(slot) => self.schema.field_type(slot).optional,
            // A helper is typed per call: one call may hand over what is there, the next what may not be.
            NodeKind::Local(id) => self
                .scope
                .by_id(id)
                .is_some_and(|variable| variable.ty.is_optional() || variable.origin == Origin::Parameter),
            _ => value.ty.is_optional(),
        };
        if !declared_optional && !matches!(value.ty, Type::Broken | Type::Never | Type::Unit) {
            let what = self.excerpt(value.span);
            let message = format!("`{what}` is {}, which is never absent", value.ty);
            self.report_help(Code::DifferentTypes, span, message, "leave the comparison with () out");
        }
    }

    fn check_comparable_kind(
        &mut self,
        equality: bool,
        comparison: Comparison,
        left: &Node,
        right: &Node,
        span: Span,
    ) {
        let ordered =
            |ty: &Type| matches!(ty, Type::Int | Type::Date | Type::Instant | Type::Broken | Type::Never);
        let equal =
            |ty: &Type| ordered(ty) || matches!(ty, Type::Bool | Type::Text | Type::Id | Type::OneOf(_));
        let ty = if left.ty == Type::Broken { &right.ty } else { &left.ty };
        if equality && !equal(ty) {
            let message = format!("{ty} cannot be compared with `{}`", comparison.symbol());
            let help = match ty {
                Type::Answer(_) => "an answer is given, not compared: if condition { answer }",
                Type::User => "compare a field of the user",
                Type::Days | Type::Period => "compare numbers of days: days_since(date) > 30",
                _ => "a list is asked with `in`, `some` or `all`",
            };
            self.report_help(Code::WrongOperand, span, message, help);
        } else if !equality && !ordered(ty) {
            let message = format!("{ty} has no order: `{}` does not apply", comparison.symbol());
            self.report_help(
                Code::WrongOperand,
                span,
                message,
                "whole numbers, dates and instants have an order",
            );
        }
    }

    /// `element in container`. False when either is absent, so a true answer proves both to be there.
    pub(super) fn infer_membership(
        &mut self,
        mut element: Node,
        mut container: Node,
        span: Span,
    ) -> Inferred {
        let mut there = Presence::default();
        for node in [&element, &container] {
            if let Some(path) = path_of(node)
                && node.ty.is_optional()
            {
                there = there.and(&Presence::of(path, true));
            }
        }
        if element.ty == Type::Unit {
            self.report_help(
                Code::WrongOperand,
                element.span,
                "`()` is in no list",
                "ask for absence with == () or != ()",
            );
        }
        match container.ty.clone().present() {
            Type::List(wanted) => self.check_element(&mut element, &mut container, &wanted, span),
            Type::Text => {
                let ty = element.ty.clone().present();
                if !matches!(ty, Type::Text | Type::OneOf(_) | Type::Id | Type::Broken | Type::Unit) {
                    let message = format!("a text never contains {ty}");
                    self.report_help(Code::DifferentTypes, span, message, "a text contains texts");
                }
            }
            Type::Broken | Type::Never => {}
            ty => {
                let message = format!("{ty} contains nothing");
                let what = self.excerpt(container.span);
                let help = match ty {
                    Type::OneOf(_) => format!("compare it: {what} == {}", self.excerpt(element.span)),
                    Type::User => format!("ask a list of the user, such as {what}.groups"),
                    _ => "`in` asks a list or a text".to_owned(),
                };
                self.report_help(Code::WrongOperand, container.span, message, help);
            }
        }
        if let NodeKind::Field(slot) = container.kind {
            self.check_container_name(slot, &element);
        }
        let kind = NodeKind::In { element: Box::new(element), container: Box::new(container) };
        Inferred {
            node: self.node(kind, Type::Bool, span),
            when_true: there,
            when_false: Presence::default(),
        }
    }

    fn check_element(&mut self, element: &mut Node, container: &mut Node, wanted: &Type, span: Span) {
        let plain = element.ty.clone().present();
        let optional = element.ty.is_optional();
        self.coerce(container, &Type::list(plain));
        let wanted = match &container.ty {
            Type::List(element) => (**element).clone(),
            _ => wanted.clone(),
        };
        self.coerce(element, &wanted);
        let ty = element.ty.clone().present();
        if ty != Type::Unit && !super::closed::same(&ty, &wanted) {
            let message = format!("{ty} is looked for in {}", container.ty);
            self.report_help(
                Code::DifferentTypes,
                span,
                message,
                "the elements and the value must have one type",
            );
        }
        if optional {
            element.ty = element.ty.clone().optional();
        }
    }

    /// The same for `group == "g1"` where `group` goes through the user's groups.
    fn check_element_names(&mut self, left: &Node, right: &Node) {
        for (element, key) in [(left, right), (right, left)] {
            if let NodeKind::Local(id) = element.kind
                && let Some(slot) = self.scope.by_id(id).and_then(|variable| variable.element_of)
            {
                self.check_container_name(slot, key);
            }
        }
    }

    /// Groups and lists that the directory does not have.
    fn check_container_name(&mut self, slot: Slot, element: &Node) {
        let Some(names) = self.names else { return };
        let (known, what) = match self.schema.field(slot) {
            Some(Field::Groups) => (&names.groups, "group"),
            Some(Field::Lists) => (&names.lists, "list"),
            _ => return,
        };
        let Some(Literal::Text(key)) = self.literal_of(element) else { return };
        if known.contains_key(&key) {
            return;
        }
        let by_name = known.iter().find(|(_, name)| name.to_lowercase() == key.to_lowercase());
        let near = by_name.or_else(|| {
            let words = known.iter().flat_map(|(key, name)| [&**key, &**name]);
            let near = suggest(&key, words)?;
            known.iter().find(|(key, name)| &***key == near || &***name == near)
        });
        let help = match near {
            Some((key, name)) => format!("did you mean `{key}` ({name})?"),
            None => format!("policies name a {what} by its key, see the directory"),
        };
        self.report_help(
            Code::UnknownContainer,
            element.span,
            format!("the directory has no {what} {key:?}"),
            help,
        );
    }
}

/// The field whose elements a list has.
pub(super) fn element_of(list: &Node) -> Option<Slot> {
    match list.kind {
        NodeKind::Field(slot) => Some(slot),
        _ => None,
    }
}
