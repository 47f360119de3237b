//! Expressions over fields only: variables replaced by what they stand for, and what can be said of
//! an expression by looking at it.

use super::path::Path;
use crate::policy::source::Span;
use crate::policy::tree::{Block, Builtin, Case, Node, NodeKind, Statement};
use crate::policy::types::Type;
use crate::policy::visit::{Visit, walk_block, walk_node, walk_statement};

/// The expression with every variable replaced that `path` knows. What stands in for a variable
/// keeps the variable's place: the order of evaluation is read off places.
pub(super) fn close(node: &Node, path: &Path) -> Node {
    let one = |node: &Node| Box::new(close(node, path));
    let all = |nodes: &[Node]| nodes.iter().map(|node| close(node, path)).collect::<Vec<_>>();
    let body = |block: &Block| close_block(block, path);
    let kind = match &node.kind {
        NodeKind::Local(local) => match path.local(*local) {
            Some(value) => return Node { span: node.span, ..Node::clone(value) },
            None => NodeKind::Local(*local),
        },
        kind @ (NodeKind::Literal(_)
        | NodeKind::Field(_)
        | NodeKind::User
        | NodeKind::Constant(_)
        | NodeKind::Forbid(_)) => kind.clone(),
        NodeKind::Template(pieces) => NodeKind::Template(all(pieces)),
        NodeKind::List(items) => NodeKind::List(all(items)),
        NodeKind::Not(inner) => NodeKind::Not(one(inner)),
        NodeKind::And(operands) => NodeKind::And(all(operands)),
        NodeKind::Or(operands) => NodeKind::Or(all(operands)),
        NodeKind::Coalesce(operands) => NodeKind::Coalesce(all(operands)),
        NodeKind::Compare(comparison, left, right) => NodeKind::Compare(*comparison, one(left), one(right)),
        NodeKind::In { element, container } => {
            NodeKind::In { element: one(element), container: one(container) }
        }
        NodeKind::Arithmetic(operator, left, right) => NodeKind::Arithmetic(*operator, one(left), one(right)),
        NodeKind::Negate(inner) => NodeKind::Negate(one(inner)),
        NodeKind::Call(builtin, arguments) => NodeKind::Call(*builtin, all(arguments)),
        NodeKind::Quantifier { all, list, parameter, body: closure } => {
            NodeKind::Quantifier { all: *all, list: one(list), parameter: *parameter, body: body(closure) }
        }
        NodeKind::Helper { name, arguments, body: helper } => NodeKind::Helper {
            name: name.clone(),
            arguments: arguments.iter().map(|(local, argument)| (*local, close(argument, path))).collect(),
            body: body(helper),
        },
        NodeKind::Action(verb, arguments) => NodeKind::Action(*verb, all(arguments)),
        NodeKind::Modify(inner, modifier, arguments) => {
            NodeKind::Modify(one(inner), *modifier, all(arguments))
        }
        NodeKind::Obligation(kind, arguments) => NodeKind::Obligation(*kind, all(arguments)),
        NodeKind::Also(obligations) => NodeKind::Also(all(obligations)),
        NodeKind::If { condition, then, otherwise } => NodeKind::If {
            condition: one(condition),
            then: body(then),
            otherwise: otherwise.as_ref().map(body),
        },
        NodeKind::Switch { subject, cases, default } => NodeKind::Switch {
            subject: one(subject),
            cases: cases
                .iter()
                .map(|case| Case {
                    pattern: case.pattern.clone(),
                    guard: case.guard.as_ref().map(|guard| close(guard, path)),
                    body: body(&case.body),
                })
                .collect(),
            default: default.as_ref().map(body),
        },
        NodeKind::Block(block) => NodeKind::Block(body(block)),
    };
    Node { kind, ty: node.ty.clone(), span: node.span }
}

fn close_block(block: &Block, path: &Path) -> Block {
    let statement = |statement: &Statement| match statement {
        Statement::Let(local, node) => Statement::Let(*local, close(node, path)),
        Statement::Assign(local, node) => Statement::Assign(*local, close(node, path)),
        Statement::Expression(node) => Statement::Expression(close(node, path)),
        Statement::For { variable, list, body, span } => Statement::For {
            variable: *variable,
            list: close(list, path),
            body: close_block(body, path),
            span: *span,
        },
        Statement::Return(value, span) => {
            Statement::Return(value.as_ref().map(|value| close(value, path)), *span)
        }
        Statement::Break => Statement::Break,
        Statement::Continue => Statement::Continue,
    };
    Block { statements: block.statements.iter().map(statement).collect(), span: block.span }
}

/// The first place in an expression from which control leaves it, or where a variable from outside
/// changes: such an expression cannot stand on its own.
pub(super) fn leaves_itself(node: &Node) -> Option<Span> {
    struct Search(Option<Span>);
    impl<'t> Visit<'t> for Search {
        fn node(&mut self, node: &'t Node) {
            // What returns or assigns inside a helper or closure does so in there only.
            match &node.kind {
                NodeKind::Helper { arguments, .. } => {
                    for (_, argument) in arguments {
                        self.node(argument);
                    }
                }
                NodeKind::Quantifier { list, .. } => self.node(list),
                _ => walk_node(self, node),
            }
        }

        fn statement(&mut self, statement: &'t Statement) {
            let place = match statement {
                Statement::Return(_, span) => Some(*span),
                Statement::Assign(_, node) => Some(node.span),
                Statement::Break | Statement::Continue => Some(Span::default()),
                _ => None,
            };
            self.0 = self.0.or(place);
            walk_statement(self, statement);
        }
    }
    let mut search = Search(None);
    search.node(node);
    search.0
}

/// Whether an expression has the same value for every user at every moment.
pub(super) fn is_constant(node: &Node) -> bool {
    struct Search(bool);
    impl<'t> Visit<'t> for Search {
        fn node(&mut self, node: &'t Node) {
            self.0 = self.0
                || matches!(
                    node.kind,
                    NodeKind::Field(_)
                        | NodeKind::Call(Builtin::Today | Builtin::DaysSince | Builtin::DaysUntil, _)
                );
            if !self.0 {
                walk_node(self, node);
            }
        }
    }
    let mut search = Search(false);
    search.node(node);
    !search.0
}

/// Where a body goes through a list, itself or in a helper of its own.
pub(super) fn loop_in(body: &Block) -> Option<Span> {
    struct Search(Option<Span>);
    impl<'t> Visit<'t> for Search {
        fn statement(&mut self, statement: &'t Statement) {
            if let Statement::For { span, .. } = statement {
                self.0.get_or_insert(*span);
            }
            walk_statement(self, statement);
        }
    }
    let mut search = Search(None);
    walk_block(&mut search, body);
    search.0
}

/// Whether an expression gives an answer of a rule.
pub(super) const fn is_answer(ty: &Type) -> bool {
    matches!(ty, Type::Answer(_))
}
