//! `&&`, `||` and `??`: what is known after one operand when the next is looked at.

use super::closed::join;
use super::expression::path_of;
use super::presence::Presence;
use super::{Checker, Inferred};
use crate::diagnostic::Code;
use crate::policy::tree::{Node, NodeKind};
use crate::policy::types::Type;
use rhai::Expr;

impl Checker<'_> {
    pub(super) fn infer_logic(&mut self, operands: &[Expr], all: bool, file: u16) -> Inferred {
        let before = self.presence.clone();
        let mut nodes = Vec::new();
        // What holds once every operand so far let the evaluation go on, and once one of them ended it.
        let mut onward = Presence::default();
        let mut ended: Option<Presence> = None;
        for operand in operands {
            let inferred = self.infer_condition(operand, file);
            let (on, end) = if all {
                (inferred.when_true, inferred.when_false)
            } else {
                (inferred.when_false, inferred.when_true)
            };
            let end = onward.clone().and(&end);
            ended = Some(ended.map_or_else(|| end.clone(), |ended| ended.or(&end)));
            onward = onward.and(&on);
            self.presence = before.clone().and(&onward);
            nodes.push(inferred.node);
        }
        self.presence = before;
        let span = self.around(&nodes, file);
        let ended = ended.unwrap_or_default();
        let (when_true, when_false) = if all { (onward, ended) } else { (ended, onward) };
        let kind = if all { NodeKind::And(nodes) } else { NodeKind::Or(nodes) };
        Inferred { node: self.node(kind, Type::Bool, span), when_true, when_false }
    }

    pub(super) fn infer_coalesce(&mut self, operands: &[Expr], file: u16) -> Inferred {
        let before = self.presence.clone();
        let mut nodes: Vec<Node> = Vec::new();
        let mut ty: Option<Type> = None;
        for (index, operand) in operands.iter().enumerate() {
            let mut node = self.infer(operand, file).node;
            let last = index + 1 == operands.len();
            if let Some(wanted) = &ty {
                self.coerce(&mut node, &wanted.clone());
            }
            let own = if last { node.ty.clone() } else { node.ty.clone().present() };
            let own = if !last && own == Type::Unit { Type::Never } else { own };
            ty = match ty {
                None => Some(own),
                Some(wanted) => join(&wanted, &own).or_else(|| {
                    let message = format!("the value is {wanted}, in its absence it would be {own}");
                    self.report_help(
                        Code::DifferentTypes,
                        node.span,
                        message,
                        "both sides of ?? have the same type",
                    );
                    Some(Type::Broken)
                }),
            };
            if let Some(path) = path_of(&node) {
                self.presence = self.presence.clone().and(&Presence::of(path, false));
            }
            nodes.push(node);
        }
        self.presence = before;
        let span = self.around(&nodes, file);
        self.node(NodeKind::Coalesce(nodes), ty.unwrap_or(Type::Broken), span).into()
    }
}
