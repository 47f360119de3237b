//! Answers that would be dropped: nobody takes the value of the statement they stand in.

use super::Checker;
use super::scope::{Origin, Variable};
use crate::diagnostic::Code;
use crate::policy::tree::{Block, LocalId, Node, NodeKind, Statement};
use crate::policy::types::Type;

impl Checker<'_> {
    pub(super) fn report_unused_answer(&mut self, variable: &Variable) {
        if matches!(variable.ty, Type::Answer(_)) && !variable.used && variable.origin == Origin::Let {
            let message = format!("the answer in `{}` is never given", variable.name);
            self.report_help(
                Code::DroppedAnswer,
                variable.span,
                message,
                "return it, or make it the last line of the rule",
            );
        }
    }

    /// Reports the answer that a variable had in these statements and that nobody read before it got another.
    pub(super) fn report_replaced(&mut self, variable: LocalId, before: &[Statement]) {
        let earlier = before.iter().rev().find_map(|statement| match statement {
            Statement::Let(id, node) | Statement::Assign(id, node) if *id == variable => Some(node),
            _ => None,
        });
        if let Some(node) = earlier
            && matches!(node.ty, Type::Answer(_))
            && self.scope.by_id(variable).is_some_and(|variable| !variable.used)
        {
            self.report_dropped(node, Lost::Replaced);
        }
    }

    /// Reports the answers in a statement whose value nobody takes.
    pub(super) fn report_dropped(&mut self, node: &Node, lost: Lost) {
        let last = |block: &Block| match block.statements.last() {
            Some(Statement::Expression(node)) => Some(node.clone()),
            _ => None,
        };
        match &node.kind {
            NodeKind::If { then, otherwise, .. } => {
                for node in [Some(then), otherwise.as_ref()].into_iter().flatten().filter_map(last) {
                    self.report_dropped(&node, lost);
                }
            }
            NodeKind::Switch { cases, default, .. } => {
                for node in cases.iter().map(|case| &case.body).chain(default).filter_map(last) {
                    self.report_dropped(&node, lost);
                }
            }
            NodeKind::Block(block) => {
                if let Some(node) = last(block) {
                    self.report_dropped(&node, lost);
                }
            }
            _ => {
                if let Type::Answer(kinds) = node.ty
                    && (kinds.action || kinds.veto || kinds.obligations || kinds.bare)
                {
                    let (why, help) = match lost {
                        Lost::Followed => (
                            "is dropped: something comes after it",
                            "write `return` before it, use `else`, or make two rules of it",
                        ),
                        Lost::Unreached => (
                            "is never given: the rule has ended before it",
                            "remove it, or the `return` before it, or make two rules of it",
                        ),
                        Lost::Replaced => (
                            "is dropped: another takes its place",
                            "keep one of them, or make two rules of it",
                        ),
                    };
                    let message = format!("the answer `{}` {why}", self.excerpt(node.span));
                    self.report_help(Code::DroppedAnswer, node.span, message, help);
                }
            }
        }
    }
}

/// Why nobody takes an answer.
#[derive(Clone, Copy)]
pub(super) enum Lost {
    /// Something comes after it.
    Followed,
    /// Control has left before it.
    Unreached,
    /// Its variable gets another value.
    Replaced,
}
