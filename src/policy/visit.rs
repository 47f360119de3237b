//! Visits every node and statement of a typed tree, parents before children, in source order.
//!
//! Implement [`Visit`] and override what matters; call the `walk_…` function of the same part to go
//! on downwards. It never changes a tree.

use super::tree::{Block, Node, NodeKind, Statement};

/// Something that looks at nodes and statements.
pub(crate) trait Visit<'t> {
    /// Looks at a node; without an own version, at what is in it.
    fn node(&mut self, node: &'t Node) {
        walk_node(self, node);
    }

    /// Looks at a statement; without an own version, at what is in it.
    fn statement(&mut self, statement: &'t Statement) {
        walk_statement(self, statement);
    }
}

/// Visits the statements of a block.
pub(crate) fn walk_block<'t, V: Visit<'t> + ?Sized>(visit: &mut V, block: &'t Block) {
    for statement in &block.statements {
        visit.statement(statement);
    }
}

/// Visits what a statement is made of.
pub(crate) fn walk_statement<'t, V: Visit<'t> + ?Sized>(visit: &mut V, statement: &'t Statement) {
    match statement {
        Statement::Let(_, node) | Statement::Assign(_, node) | Statement::Expression(node) => {
            visit.node(node);
        }
        Statement::For { list, body, .. } => {
            visit.node(list);
            walk_block(visit, body);
        }
        Statement::Return(Some(node), _) => visit.node(node),
        Statement::Return(None, _) | Statement::Break | Statement::Continue => {}
    }
}

/// Visits what a node is made of.
pub(crate) fn walk_node<'t, V: Visit<'t> + ?Sized>(visit: &mut V, node: &'t Node) {
    match &node.kind {
        NodeKind::Literal(_)
        | NodeKind::Field(_)
        | NodeKind::User
        | NodeKind::Local(_)
        | NodeKind::Constant(_)
        | NodeKind::Forbid(_) => {}
        NodeKind::Template(nodes)
        | NodeKind::List(nodes)
        | NodeKind::And(nodes)
        | NodeKind::Or(nodes)
        | NodeKind::Coalesce(nodes)
        | NodeKind::Call(_, nodes)
        | NodeKind::Action(_, nodes)
        | NodeKind::Obligation(_, nodes)
        | NodeKind::Also(nodes) => {
            for node in nodes {
                visit.node(node);
            }
        }
        NodeKind::Not(inner) | NodeKind::Negate(inner) => visit.node(inner),
        NodeKind::Compare(_, left, right) | NodeKind::Arithmetic(_, left, right) => {
            visit.node(left);
            visit.node(right);
        }
        NodeKind::In { element, container } => {
            visit.node(element);
            visit.node(container);
        }
        NodeKind::Quantifier { list, body, .. } => {
            visit.node(list);
            walk_block(visit, body);
        }
        NodeKind::Helper { arguments, body, .. } => {
            for (_, argument) in arguments {
                visit.node(argument);
            }
            walk_block(visit, body);
        }
        NodeKind::Modify(inner, _, arguments) => {
            visit.node(inner);
            for argument in arguments {
                visit.node(argument);
            }
        }
        NodeKind::If { condition, then, otherwise } => {
            visit.node(condition);
            walk_block(visit, then);
            if let Some(otherwise) = otherwise {
                walk_block(visit, otherwise);
            }
        }
        NodeKind::Switch { subject, cases, default } => {
            visit.node(subject);
            for case in cases {
                if let Some(guard) = &case.guard {
                    visit.node(guard);
                }
                walk_block(visit, &case.body);
            }
            if let Some(default) = default {
                walk_block(visit, default);
            }
        }
        NodeKind::Block(block) => walk_block(visit, block),
    }
}
