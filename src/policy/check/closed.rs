//! Literals that take the type of what they meet: words of closed sets, and IDs.

use std::sync::Arc;

use super::Checker;
use crate::diagnostic::{Code, suggest};
use crate::model::{ClosedSet, Id, parse_date};
use crate::policy::source::Span;
use crate::policy::tree::{Literal, Node, NodeKind};
use crate::policy::types::Type;

impl Checker<'_> {
    /// The value of an expression that is a literal, a constant, or a variable that stands for one.
    pub(super) fn literal_of(&self, node: &Node) -> Option<Literal> {
        match &node.kind {
            NodeKind::Literal(literal) => Some(literal.clone()),
            NodeKind::Constant(id) => self.constants.get(*id).map(|constant| constant.value.clone()),
            NodeKind::Local(id) => self.scope.by_id(*id).and_then(|variable| variable.literal.clone()),
            NodeKind::List(elements) => elements
                .iter()
                .map(|element| self.literal_of(element))
                .collect::<Option<Arc<_>>>()
                .map(Literal::List),
            _ => None,
        }
    }

    /// Gives texts that are known now the type they are used as: a word of a closed set, or an ID.
    /// What does not fit is reported once and becomes [`Type::Broken`].
    pub(super) fn coerce(&mut self, node: &mut Node, target: &Type) {
        let target = target.clone().present();
        match (&node.ty, &target) {
            (Type::Text, Type::OneOf(_) | Type::Id) => {
                if let Some(Literal::Text(text)) = self.literal_of(node) {
                    let ty = self.take_text_as(&text, &target, node.span);
                    if ty == Type::Id
                        && let (NodeKind::Literal(_), Ok(id)) = (&node.kind, text.parse())
                    {
                        node.kind = NodeKind::Literal(Literal::Id(id));
                    }
                    node.ty = ty;
                }
            }
            (Type::List(element), Type::List(wanted)) if **element == Type::Text => {
                self.coerce_list(node, wanted);
            }
            _ => {}
        }
    }

    fn coerce_list(&mut self, node: &mut Node, wanted: &Type) {
        if !matches!(wanted, Type::OneOf(_) | Type::Id) {
            return;
        }
        if let NodeKind::List(elements) = &mut node.kind {
            for element in elements.iter_mut() {
                self.coerce(element, wanted);
            }
            if elements.iter().all(|element| matches!(element.ty, Type::OneOf(_) | Type::Id | Type::Broken)) {
                node.ty = Type::list(wanted.clone());
            }
        } else if let Some(Literal::List(values)) = self.literal_of(node) {
            let mut fits = true;
            for value in values.iter() {
                match value {
                    Literal::Text(text) => {
                        self.take_text_as(text, wanted, node.span);
                    }
                    _ => fits = false,
                }
            }
            if fits {
                node.ty = Type::list(wanted.clone());
            }
        }
    }

    /// The type of `text` where `target` is wanted.
    fn take_text_as(&mut self, text: &str, target: &Type, span: Span) -> Type {
        match target {
            Type::OneOf(set) if set.contains(text) => target.clone(),
            Type::OneOf(set) => {
                self.report_unknown_word(text, set, span);
                Type::Broken
            }
            Type::Id => match text.parse::<Id>() {
                Ok(id) => {
                    self.report_help(
                        Code::IdInPolicy,
                        span,
                        format!("the ID {id} is written into the policy"),
                        "say what the user has in common instead: a category, a group, an attribute of the directory",
                    );
                    Type::Id
                }
                Err(error) => {
                    self.report_help(
                        Code::InvalidLiteral,
                        span,
                        format!("{text:?} is not an ID: {error}"),
                        "an ID has 8 characters of 0-9 and A-Z; a system ID begins with *",
                    );
                    Type::Broken
                }
            },
            other => other.clone(),
        }
    }

    pub(super) fn report_unknown_word(&mut self, text: &str, set: &ClosedSet, span: Span) {
        let help = match suggest(text, set.words.iter().map(|word| &**word)) {
            Some(word) => format!("did you mean \"{word}\"? `{}` is one of: {set}", set.name),
            None => format!("`{}` is one of: {set}", set.name),
        };
        self.report_help(Code::NotInClosedSet, span, format!("`{}` can never be {text:?}", set.name), help);
    }

    /// Makes two operands comparable, or reports that they never are. Gives whether they are.
    pub(super) fn comparable(&mut self, left: &mut Node, right: &mut Node, span: Span) -> bool {
        let (left_type, right_type) = (left.ty.clone(), right.ty.clone());
        self.coerce(left, &right_type);
        self.coerce(right, &left_type);
        if same(&left.ty, &right.ty) {
            return true;
        }
        let message = format!("{} is compared with {}", left.ty, right.ty);
        let help = self.comparison_help(left, right);
        self.report(Code::DifferentTypes, span, message).help = Some(help);
        false
    }

    fn comparison_help(&self, left: &Node, right: &Node) -> String {
        for (one, other) in [(left, right), (right, left)] {
            if matches!(one.kind, NodeKind::Compare(..)) && other.ty != Type::Bool {
                return "compare twice: a < b && b < c".to_owned();
            }
            match (&one.ty, &other.ty, self.literal_of(other)) {
                (Type::Date, Type::Text, Some(Literal::Text(text))) => {
                    return match parse_date(&text) {
                        Some(_) => format!("write date({text:?})"),
                        None => {
                            "a date is written date(\"2026-11-22\"); the present day is today()".to_owned()
                        }
                    };
                }
                (Type::Date, Type::Int, _) if parse_date(&self.excerpt(other.span)).is_some() => {
                    return format!("write date(\"{}\")", self.excerpt(other.span));
                }
                (Type::Int, Type::Days | Type::Period, _) => {
                    return "days_since(…) and days_until(…) give a whole number: leave days( ) out"
                        .to_owned();
                }
                (Type::Bool, Type::Text | Type::Int, _) => {
                    return format!(
                        "it is true or false by itself: write {0} or !{0}",
                        self.excerpt(one.span)
                    );
                }
                (Type::Int, Type::Text, Some(Literal::Text(text))) if text.parse::<i64>().is_ok() => {
                    return format!("write {text} without quotes");
                }
                (Type::Date, Type::Int, _) => {
                    return "count days: days_since(…) and days_until(…) give a whole number".to_owned();
                }
                (Type::Instant, Type::Date, _) => {
                    return "an instant is more exact than a date: compare days_since(…) of both".to_owned();
                }
                (Type::List(_), _, _) => return "a list is asked with `in`: value in list".to_owned(),
                _ => {}
            }
        }
        "such a comparison always gives the same answer; compare values of one type".to_owned()
    }
}

/// Whether two types are alike enough to be compared, or to stand in one list.
pub(super) fn same(left: &Type, right: &Type) -> bool {
    match (left, right) {
        (Type::Broken | Type::Never, _) | (_, Type::Broken | Type::Never) => true,
        (Type::List(left), Type::List(right)) => same(left, right),
        (Type::Days | Type::Period, Type::Days | Type::Period) => true,
        (Type::Answer(_), Type::Answer(_)) => true,
        _ => left == right,
    }
}

/// Whether a variable of type `variable` may be given a value of type `value`: what is said of the
/// variable must hold of the value too, since the variable keeps its type.
pub(super) fn assignable(variable: &Type, value: &Type) -> bool {
    match (variable, value) {
        (Type::List(variable), Type::List(value)) if **variable == Type::Broken => **value == Type::Broken,
        (Type::List(variable), Type::List(value)) => assignable(variable, value),
        (Type::Broken | Type::Never, _) | (_, Type::Broken | Type::Never) => true,
        (Type::Optional(_), Type::Unit) => true,
        (Type::Optional(plain), value) => assignable(plain, &value.clone().present()),
        (Type::Answer(variable), Type::Answer(value)) => variable.or(*value) == *variable,
        (Type::Answer(variable), Type::Unit) => variable.nothing,
        (Type::Period, Type::Days) => true,
        _ => variable == value,
    }
}

/// The type of a value that comes from one of two places; `None` if they do not fit together.
pub(super) fn join(left: &Type, right: &Type) -> Option<Type> {
    Some(match (left, right) {
        (Type::Never, other) | (other, Type::Never) => other.clone(),
        (Type::Broken, _) | (_, Type::Broken) => Type::Broken,
        (Type::Unit, other) | (other, Type::Unit) => other.clone().optional(),
        (Type::Optional(plain), other) | (other, Type::Optional(plain)) => {
            join(plain, &other.clone().present())?.optional()
        }
        (Type::Answer(left), Type::Answer(right)) => Type::Answer(left.or(*right)),
        (Type::Days, Type::Period) | (Type::Period, Type::Days) => Type::Period,
        // The empty list is of any type.
        (Type::List(empty), list @ Type::List(_)) | (list @ Type::List(_), Type::List(empty))
            if **empty == Type::Broken =>
        {
            list.clone()
        }
        (Type::List(left), Type::List(right)) => Type::list(join(left, right)?),
        // A text that is not known now may be any text.
        (Type::OneOf(_), Type::Text) | (Type::Text, Type::OneOf(_)) => Type::Text,
        _ if left == right => left.clone(),
        _ => return None,
    })
}
