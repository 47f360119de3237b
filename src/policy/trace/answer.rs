//! Actions, their modifiers, vetoes and obligations.

use std::sync::Arc;

use super::datum::Datum;
use super::{Evaluated, Walk};
use crate::model::Id;
use crate::policy::answer::{Action, Obligation, Period, Verb};
use crate::policy::rule_error::RuleError;
use crate::policy::tree::{Modifier, Node, NodeKind, ObligationKind};

/// Most people whose approval a rule can ask for.
const MAX_APPROVALS: i64 = 100;

impl Walk<'_> {
    /// `revoke()`, `review("why")` and so on.
    pub(super) fn action(&mut self, verb: Verb, arguments: &[Node]) -> Evaluated<Datum> {
        let arguments = self.arguments(arguments)?;
        let action = match (verb, &arguments[..]) {
            (Verb::Review, [why]) => Action::review(&text(why)?),
            (_, []) => Action::new(verb),
            _ => return Err(RuleError::Internal.into()),
        };
        Ok(Datum::Action(Box::new(action)))
    }

    /// An action with modifiers. As in the interpreter, the arguments of a whole chain of methods
    /// are evaluated first, from left to right, then the action, then the modifiers apply.
    pub(super) fn modified(&mut self, node: &Node) -> Evaluated<Datum> {
        let mut links = Vec::new();
        let mut root = node;
        while let NodeKind::Modify(inner, modifier, arguments) = &root.kind {
            links.push((*modifier, arguments));
            root = inner;
            if self.is_parenthesised(root) {
                break;
            }
        }
        let mut evaluated = Vec::with_capacity(links.len());
        for (modifier, arguments) in links.into_iter().rev() {
            evaluated.push((modifier, self.arguments(arguments)?));
        }
        let Datum::Action(mut action) = self.evaluate(root)? else {
            return Err(RuleError::Internal.into());
        };
        for (modifier, arguments) in evaluated {
            modify(&mut action, modifier, &arguments)?;
        }
        Ok(Datum::Action(action))
    }

    /// Whether the receiver of a method stands in parentheses, which end a chain of methods.
    fn is_parenthesised(&self, node: &Node) -> bool {
        self.policy.sources.get(usize::from(node.span.file)).is_some_and(|source| {
            let after = source.text().get(node.span.end as usize..).unwrap_or_default();
            source.excerpt(node.span).starts_with('(') || after.trim_start().starts_with(')')
        })
    }

    /// `notify("…")` and so on.
    pub(super) fn obligation(&mut self, kind: ObligationKind, arguments: &[Node]) -> Evaluated<Datum> {
        let arguments = self.arguments(arguments)?;
        Ok(Datum::Obligation(match (kind, &arguments[..]) {
            (ObligationKind::Notify, [said]) => Obligation::Notify { text: text(said)? },
            (ObligationKind::ReplaceWith, [with]) => Obligation::ReplaceWith { id: id(with)? },
            (ObligationKind::LeaveGroupsAndLists, []) => Obligation::LeaveGroupsAndLists,
            (ObligationKind::Restrict, []) => Obligation::Restrict,
            _ => return Err(RuleError::Internal.into()),
        }))
    }

    /// `also(obligation, …)`.
    pub(super) fn also(&mut self, obligations: &[Node]) -> Evaluated<Datum> {
        let mut list = Vec::with_capacity(obligations.len());
        for datum in self.arguments(obligations)? {
            let Datum::Obligation(obligation) = datum else { return Err(RuleError::Internal.into()) };
            list.push(obligation);
        }
        Ok(Datum::Obligations(list))
    }

    pub(super) fn arguments(&mut self, arguments: &[Node]) -> Evaluated<Vec<Datum>> {
        arguments.iter().map(|argument| self.evaluate(argument)).collect()
    }
}

fn modify(action: &mut Action, modifier: Modifier, arguments: &[Datum]) -> Result<(), RuleError> {
    match (modifier, arguments) {
        (Modifier::Because, [why]) => action.because = Some(text(why)?),
        (Modifier::After, [delay]) => action.after = Some(delay_of(delay)?),
        (Modifier::Within, [bound]) => action.within = Some(delay_of(bound)?),
        (Modifier::Notify, [said]) => action.obligations.push(Obligation::Notify { text: text(said)? }),
        (Modifier::ReplaceWith, [with]) => {
            action.obligations.push(Obligation::ReplaceWith { id: id(with)? });
        }
        (Modifier::KeepAccess, []) => action.keep_access = true,
        (Modifier::OrElse, [Datum::Action(alternative)]) => action.or_else.push((**alternative).clone()),
        (Modifier::Approvals, [Datum::Int(number)]) => {
            if !(0..=MAX_APPROVALS).contains(number) {
                return Err(RuleError::OutOfRange);
            }
            let number = u32::try_from(*number).map_err(|_| RuleError::OutOfRange)?;
            action.approvals = action.approvals.max(number);
        }
        _ => return Err(RuleError::Internal),
    }
    Ok(())
}

fn text(datum: &Datum) -> Result<Arc<str>, RuleError> {
    match datum {
        Datum::Text(text) => Ok(text.clone()),
        _ => Err(RuleError::Internal),
    }
}

fn id(datum: &Datum) -> Result<Id, RuleError> {
    text(datum)?.parse().map_err(|_| RuleError::NotReadable)
}

fn delay_of(datum: &Datum) -> Result<Period, RuleError> {
    match datum {
        Datum::Period(period) if period.is_negative() => Err(RuleError::OutOfRange),
        Datum::Period(period) => Ok(*period),
        _ => Err(RuleError::Internal),
    }
}
