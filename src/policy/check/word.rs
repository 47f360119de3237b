//! Words of the vocabulary with their arguments: functions, actions, modifiers, vetoes, obligations.

use super::{Checker, Inferred};
use crate::diagnostic::{Code, suggest};
use crate::model::{Id, parse_date};
use crate::policy::answer::{Forbidden, Period, Verb};
use crate::policy::source::Span;
use crate::policy::tree::{Builtin, Literal, Modifier, Node, NodeKind, ObligationKind};
use crate::policy::types::{AnswerKinds, Type};
use crate::policy::vocabulary::{MAX_APPROVALS, MAX_OBLIGATIONS, Meaning, Word};

/// What an argument must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Text,
    Int,
    DateOrInstant,
    TextOrList,
    Id,
    Period,
    Action,
}

/// What the arguments of a function must be; a method has its receiver as the first.
const fn wanted_by(builtin: Builtin) -> &'static [Wanted] {
    match builtin {
        Builtin::Today => &[],
        Builtin::Date | Builtin::ToLower => &[Wanted::Text],
        Builtin::Days | Builtin::Weeks | Builtin::Hours => &[Wanted::Int],
        Builtin::DaysSince | Builtin::DaysUntil => &[Wanted::DateOrInstant],
        Builtin::StartsWith | Builtin::EndsWith => &[Wanted::Text, Wanted::Text],
        Builtin::Len => &[Wanted::TextOrList],
    }
}

/// How many arguments a function has, the receiver of a method included.
pub(super) const fn builtin_arguments(builtin: Builtin) -> usize {
    wanted_by(builtin).len()
}

impl Checker<'_> {
    /// A word with its arguments; a method has its receiver as the first.
    pub(super) fn infer_word(&mut self, word: &Word, mut arguments: Vec<Node>, span: Span) -> Inferred {
        let wanted: &[Wanted] = match word.is {
            Meaning::Builtin(builtin) => wanted_by(builtin),
            Meaning::Action(Verb::Review) | Meaning::Obligation(ObligationKind::Notify) => &[Wanted::Text],
            Meaning::Obligation(ObligationKind::ReplaceWith) => &[Wanted::Id],
            Meaning::Forbid => return self.infer_forbid(word, &arguments, span),
            Meaning::Also => return self.infer_also(word, arguments, span),
            _ => &[],
        };
        if arguments.len() != wanted.len() {
            return self.wrong_count(word, span, arguments.len());
        }
        for (argument, wanted) in arguments.iter_mut().zip(wanted) {
            self.check_argument(word, argument, *wanted);
        }
        match word.is {
            Meaning::Builtin(builtin) => self.infer_builtin(builtin, arguments, span),
            Meaning::Action(verb) => self.node(NodeKind::Action(verb, arguments), Type::ACTION, span).into(),
            Meaning::Obligation(kind) => {
                self.node(NodeKind::Obligation(kind, arguments), Type::OBLIGATION, span).into()
            }
            _ => self.broken(span),
        }
    }

    /// Checks one argument's type, and its value where that is known now.
    fn check_argument(&mut self, word: &Word, argument: &mut Node, wanted: Wanted) {
        if wanted == Wanted::Id {
            let optional = argument.ty.is_optional();
            self.coerce(argument, &Type::Id);
            if optional {
                argument.ty = argument.ty.clone().optional();
            }
        }
        let ty = self.present_type(argument);
        let fits = match wanted {
            Wanted::Text => matches!(ty, Type::Text | Type::OneOf(_) | Type::Id),
            Wanted::Int => ty == Type::Int,
            Wanted::DateOrInstant => matches!(ty, Type::Date | Type::Instant),
            Wanted::TextOrList => matches!(ty, Type::Text | Type::OneOf(_) | Type::Id | Type::List(_)),
            Wanted::Id => ty == Type::Id,
            Wanted::Period => matches!(ty, Type::Days | Type::Period),
            Wanted::Action => {
                matches!(ty, Type::Answer(kinds) if kinds == AnswerKinds { action: true, ..AnswerKinds::NONE })
            }
        };
        if !fits && !matches!(ty, Type::Broken | Type::Never) {
            let help = match (wanted, &ty) {
                (Wanted::DateOrInstant, Type::Text) => "write a date as date(\"2026-11-22\")".to_owned(),
                (Wanted::Period, Type::Int) => {
                    "say what the number counts: days(n), weeks(n) or hours(n)".to_owned()
                }
                (Wanted::Text, Type::Answer(_)) => format!("give a text: {}", word.usage()),
                _ => format!("write: {}", word.usage()),
            };
            self.report_help(
                Code::WrongArgumentType,
                argument.span,
                format!("`{}` does not take {ty}", word.name),
                help,
            );
        }
    }

    fn infer_builtin(&mut self, builtin: Builtin, arguments: Vec<Node>, span: Span) -> Inferred {
        let literal = arguments.first().and_then(|argument| self.literal_of(argument));
        let period = |days: bool| if days { Type::Days } else { Type::Period };
        match (builtin, literal) {
            (Builtin::Date, Some(Literal::Text(text))) => match parse_date(&text) {
                Some(date) => self.node(NodeKind::Literal(Literal::Date(date)), Type::Date, span).into(),
                None => {
                    let message = format!("{text:?} is not a date of the calendar");
                    let place = arguments.first().map_or(span, |argument| argument.span);
                    self.report_help(
                        Code::InvalidLiteral,
                        place,
                        message,
                        "write year-month-day: date(\"2026-11-22\")",
                    );
                    self.node(NodeKind::Literal(Literal::Unit), Type::Broken, span).into()
                }
            },
            (Builtin::Days | Builtin::Weeks | Builtin::Hours, Some(Literal::Int(number))) => {
                let value = match builtin {
                    Builtin::Hours => Period::of_hours(number),
                    Builtin::Weeks => number.checked_mul(7).and_then(Period::of_days),
                    _ => Period::of_days(number),
                };
                match value {
                    Some(value) => {
                        let ty = period(builtin != Builtin::Hours);
                        self.node(NodeKind::Literal(Literal::Period(value)), ty, span).into()
                    }
                    None => {
                        let message = format!("{number} is more than a period can have");
                        let help = format!("at most {} days or hours", Period::MAX);
                        self.report_help(Code::InvalidLiteral, span, message, help);
                        self.broken(span)
                    }
                }
            }
            (builtin, _) => {
                let ty = match builtin {
                    Builtin::Today | Builtin::Date => Type::Date,
                    Builtin::Days | Builtin::Weeks => Type::Days,
                    Builtin::Hours => Type::Period,
                    Builtin::DaysSince | Builtin::DaysUntil | Builtin::Len => Type::Int,
                    Builtin::StartsWith | Builtin::EndsWith => Type::Bool,
                    Builtin::ToLower => Type::Text,
                };
                self.node(NodeKind::Call(builtin, arguments), ty, span).into()
            }
        }
    }

    fn infer_forbid(&mut self, word: &Word, arguments: &[Node], span: Span) -> Inferred {
        if arguments.is_empty() || arguments.len() > Forbidden::ALL.len() {
            return self.wrong_count(word, span, arguments.len());
        }
        let mut forbidden = Vec::new();
        for argument in arguments {
            match self.literal_of(argument) {
                Some(Literal::Text(text)) => match Forbidden::from_word(&text) {
                    Some(value) => forbidden.push(value),
                    None => {
                        let help = match suggest(&text, Forbidden::ALL.iter().map(|value| value.word())) {
                            Some(near) => format!("did you mean \"{near}\"?"),
                            None => "a veto forbids \"detach\", \"revoke\" or \"withdraw\"".to_owned(),
                        };
                        self.report_help(
                            Code::NotInClosedSet,
                            argument.span,
                            format!("{text:?} cannot be forbidden"),
                            help,
                        );
                    }
                },
                _ if argument.ty == Type::Broken => {}
                _ => self.report_help(
                    Code::WrongArgumentType,
                    argument.span,
                    format!("`forbid` does not take {}", argument.ty),
                    "name what is forbidden as text: forbid(\"revoke\", \"detach\")",
                ),
            }
        }
        self.node(NodeKind::Forbid(forbidden), Type::VETO, span).into()
    }

    fn infer_also(&mut self, word: &Word, arguments: Vec<Node>, span: Span) -> Inferred {
        if arguments.is_empty() || arguments.len() > MAX_OBLIGATIONS {
            return self.wrong_count(word, span, arguments.len());
        }
        for argument in &arguments {
            let fits = matches!(argument.ty, Type::Answer(kinds) if kinds == AnswerKinds { bare: true, ..AnswerKinds::NONE });
            if !fits && !matches!(argument.ty, Type::Broken | Type::Never) {
                let message = format!("`also` does not take {}", argument.ty);
                self.report_help(
                    Code::WrongArgumentType,
                    argument.span,
                    message,
                    "it takes notify(…), leave_groups_and_lists(), replace_with(…) and restrict()",
                );
            }
        }
        self.node(NodeKind::Also(arguments), Type::OBLIGATIONS, span).into()
    }

    pub(super) fn infer_modifier(
        &mut self,
        action: Node,
        modifier: Modifier,
        mut arguments: Vec<Node>,
        span: Span,
        name_span: Span,
        word: &Word,
    ) -> Inferred {
        let wanted: &[Wanted] = match modifier {
            Modifier::Because | Modifier::Notify => &[Wanted::Text],
            Modifier::After | Modifier::Within => &[Wanted::Period],
            Modifier::ReplaceWith => &[Wanted::Id],
            Modifier::KeepAccess => &[],
            Modifier::OrElse => &[Wanted::Action],
            Modifier::Approvals => &[Wanted::Int],
        };
        if arguments.len() != wanted.len() {
            return self.wrong_count(word, span, arguments.len());
        }
        for (argument, wanted) in arguments.iter_mut().zip(wanted) {
            self.check_argument(word, argument, *wanted);
        }
        self.check_modifier_place(&action, modifier, name_span, word);
        self.check_modifier_value(modifier, &arguments);
        let ty = if matches!(action.ty, Type::Answer(kinds) if kinds == AnswerKinds { action: true, ..AnswerKinds::NONE })
        {
            Type::ACTION
        } else {
            let (message, help) = match action.ty {
                Type::Answer(kinds) if kinds.action && kinds.nothing => (
                    format!("`.{}` follows an action, this may be nothing", word.name),
                    format!("put it where the action is given: {}", word.usage()),
                ),
                _ => (
                    format!("`.{}` follows an action, this is {}", word.name, action.ty),
                    format!("write: {}", word.usage()),
                ),
            };
            self.report_help(Code::MisplacedModifier, name_span, message, help);
            Type::Broken
        };
        self.node(NodeKind::Modify(Box::new(action), modifier, arguments), ty, span).into()
    }

    /// Modifiers that do nothing on this action, or are given twice.
    fn check_modifier_place(&mut self, action: &Node, modifier: Modifier, name_span: Span, word: &Word) {
        let mut root = action;
        let once = !matches!(modifier, Modifier::Notify | Modifier::ReplaceWith | Modifier::OrElse);
        while let NodeKind::Modify(inner, earlier, _) = &root.kind {
            if once && *earlier == modifier {
                let message = format!("`.{}` is given twice", word.name);
                self.report_help(Code::MisplacedModifier, name_span, message, "keep one of them");
                return;
            }
            root = inner;
        }
        let NodeKind::Action(verb, _) = root.kind else { return };
        let on_id = matches!(verb, Verb::Detach | Verb::Revoke);
        let changes = !matches!(verb, Verb::Keep | Verb::Review);
        let (applies, why) = match modifier {
            Modifier::KeepAccess | Modifier::After | Modifier::OrElse => {
                (on_id, "it belongs to detach() and revoke()")
            }
            Modifier::Within | Modifier::Approvals => {
                (changes, "it belongs to actions that change something")
            }
            Modifier::Because | Modifier::Notify | Modifier::ReplaceWith => {
                (verb != Verb::Review, "say it in the text of review(…)")
            }
        };
        if !applies {
            let message = format!("`.{}` does nothing on {}()", word.name, verb.word());
            self.report_help(Code::MisplacedModifier, name_span, message, why);
        }
    }

    fn check_modifier_value(&mut self, modifier: Modifier, arguments: &[Node]) {
        let Some(argument) = arguments.first() else { return };
        match (modifier, self.literal_of(argument)) {
            (Modifier::After | Modifier::Within, Some(Literal::Period(period))) if period.is_negative() => {
                let help = "a period here begins at the leaving instant and cannot be negative";
                self.report_help(
                    Code::InvalidLiteral,
                    argument.span,
                    format!("a negative period: {period}"),
                    help,
                );
            }
            (Modifier::Approvals, Some(Literal::Int(number))) if !(0..=MAX_APPROVALS).contains(&number) => {
                let help = format!("0 to {MAX_APPROVALS} people can be asked");
                self.report_help(Code::InvalidLiteral, argument.span, format!("{number} approvals"), help);
            }
            (Modifier::ReplaceWith, Some(Literal::Id(id))) => self.check_replacement(id, argument.span),
            _ => {}
        }
    }

    fn check_replacement(&mut self, id: Id, span: Span) {
        if id.is_system() {
            let message = format!("{id} is a system ID and replaces nobody");
            self.report_help(
                Code::InvalidLiteral,
                span,
                message,
                "replace by the person's other ID: user.superseded_by",
            );
        }
    }
}
