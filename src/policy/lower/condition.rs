//! Conditions: `&&`, `||`, `!`, membership, text predicates and closures over lists.
//!
//! A condition gives ways that end in true or false. One that has too many ways, or is too large, is
//! computed as a whole instead.

use std::sync::Arc;

use super::close::{close, leaves_itself};
use super::path::Path;
use super::value::one;
use super::{Flow, Lowering, Stuck, Value, Ways, truth};
use crate::policy::ir::{Atom, Outcome};
use crate::policy::trace::{Datum, is_function_style};
use crate::policy::tree::{Builtin, Literal, Node, NodeKind};
use crate::policy::types::Type;
use crate::sort;

impl Lowering<'_> {
    /// The ways after a condition.
    pub(super) fn condition(&mut self, node: &Node, path: &Path) -> Ways {
        let before = (self.leaves.len(), self.computed.len());
        let result = self.condition_ways(node, path.clone());
        let large = match &result {
            Ok(ways) => ways.len() > self.most_ways || self.leaves.len() - before.0 > 2 * self.most_ways,
            Err(stuck) => stuck.too_many || leaves_itself(node).is_none(),
        };
        if !large || is_simple(node) || leaves_itself(node).is_some() {
            return result;
        }
        self.leaves.truncate(before.0);
        self.computed.truncate(before.1);
        let closed = close(node, path);
        self.test_whole(path, closed, &[Outcome::No, Outcome::Fails])
    }

    fn condition_ways(&mut self, node: &Node, path: Path) -> Ways {
        match &node.kind {
            NodeKind::Not(inner) => {
                let ways = self.condition(inner, &path)?;
                self.each(ways, |_, path, value| {
                    let holds = value.literal() == Some(&Literal::Bool(true));
                    Ok(vec![(path, truth(!holds, node.span))])
                })
            }
            NodeKind::And(operands) => self.operands(operands, false, node, path),
            NodeKind::Or(operands) => self.operands(operands, true, node, path),
            NodeKind::Compare(comparison, left, right) => {
                let ways = self.evaluate(left, path)?;
                self.each(ways, |lowering, path, left| {
                    let ways = lowering.evaluate(right, path)?;
                    lowering.each(ways, |lowering, path, right| {
                        lowering.compare(*comparison, &left, &right, node.span, &path)
                    })
                })
            }
            NodeKind::In { element, container } => {
                // Rhai evaluates the container first, except in the method form.
                let operator = element.span.start < container.span.start;
                let container_first = operator || is_function_style(self.policy, node, "contains");
                let (element, container): (&Node, &Node) = (element, container);
                let order = if container_first { (container, element) } else { (element, container) };
                self.pair(order, path, |lowering, path, first, second| {
                    let (element, container) =
                        if container_first { (second, first) } else { (first, second) };
                    lowering.membership(&element, &container, node, &path)
                })
            }
            NodeKind::Call(builtin @ (Builtin::StartsWith | Builtin::EndsWith), arguments) => {
                let [receiver, argument] = &arguments[..] else {
                    return Err(Stuck::at(node.span, "this call is not looked into"));
                };
                let name = if *builtin == Builtin::StartsWith { "starts_with" } else { "ends_with" };
                // Rhai evaluates the arguments of a method before its receiver.
                let receiver_first = is_function_style(self.policy, node, name);
                let order = if receiver_first { (receiver, argument) } else { (argument, receiver) };
                self.pair(order, path, |lowering, path, first, second| {
                    let (receiver, argument) = if receiver_first { (first, second) } else { (second, first) };
                    let operands = vec![Node::clone(&receiver.node), Node::clone(&argument.node)];
                    lowering.test(&path, boolean(NodeKind::Call(*builtin, operands), node))
                })
            }
            NodeKind::Quantifier { all, list, parameter, body } => {
                let ways = self.evaluate(list, path)?;
                self.each(ways, |lowering, path, list| {
                    let open = NodeKind::Quantifier {
                        all: *all,
                        list: Box::new(Node::clone(&list.node)),
                        parameter: *parameter,
                        body: body.clone(),
                    };
                    let closed = close(&boolean(open, node), &path);
                    lowering.test_whole(&path, closed, &[Outcome::No, Outcome::Fails])
                })
            }
            _ => {
                let ways = self.evaluate(node, path)?;
                self.each(ways, |lowering, path, value| lowering.truth_of(&value, &path))
            }
        }
    }

    /// The ways after two values, evaluated in the order given.
    fn pair(
        &mut self,
        (first, second): (&Node, &Node),
        path: Path,
        mut next: impl FnMut(&mut Self, Path, Value, Value) -> Ways,
    ) -> Ways {
        let ways = self.evaluate(first, path)?;
        self.each(ways, |lowering, path, first| {
            let ways = lowering.evaluate(second, path)?;
            lowering.each(ways, |lowering, path, second| next(lowering, path, first.clone(), second))
        })
    }

    /// `&&` and `||`: left to right until one is `decisive`.
    fn operands(&mut self, operands: &[Node], decisive: bool, node: &Node, path: Path) -> Ways {
        let mut all = Vec::new();
        let mut open = vec![path];
        for operand in operands {
            let mut next = Vec::new();
            for path in open {
                for (path, flow) in self.condition(operand, &path)? {
                    match &flow {
                        Flow::Value(value) if value.literal() == Some(&Literal::Bool(!decisive)) => {
                            next.push(path);
                        }
                        _ => all.push((path, flow)),
                    }
                }
            }
            open = next;
        }
        all.extend(open.into_iter().map(|path| (path, truth(!decisive, node.span))));
        Ok(all)
    }

    /// The ways after a value that is true or false.
    fn truth_of(&mut self, value: &Value, path: &Path) -> Ways {
        let node = &value.node;
        match &node.kind {
            NodeKind::Literal(Literal::Bool(holds)) => Ok(vec![(path.clone(), truth(*holds, node.span))]),
            NodeKind::Field(slot) => self.ask(path, &Atom::OneOf(*slot, words(["true".into()])), node),
            _ => self.test(path, Node::clone(node)),
        }
    }

    /// The ways after a test of one fact.
    pub(super) fn ask(&mut self, path: &Path, atom: &Atom, node: &Node) -> Ways {
        let ways = self.fork(path, atom, Outcome::No)?;
        Ok(ways.into_iter().map(|(path, is)| (path, truth(is == Outcome::Yes, node.span))).collect())
    }

    /// `element in container`, both evaluated: false if either is absent.
    fn membership(&mut self, element: &Value, container: &Value, node: &Node, path: &Path) -> Ways {
        match (&element.node.kind, &container.node.kind) {
            (NodeKind::Literal(element), NodeKind::Literal(container)) => {
                let found = Datum::of_literal(element).is_in(&Datum::of_literal(container));
                let found = found.map_err(|_| Stuck::at(node.span, "this condition is not looked into"))?;
                Ok(vec![(path.clone(), truth(found, node.span))])
            }
            (NodeKind::Literal(Literal::Unit), _) | (_, NodeKind::Literal(Literal::Unit)) => {
                Ok(vec![(path.clone(), truth(false, node.span))])
            }
            (_, NodeKind::Literal(Literal::List(items))) => self.is_one_of(element, items, node, path),
            (NodeKind::Literal(literal), NodeKind::Field(slot))
                if matches!(&container.node.ty.clone().present(), Type::List(_)) =>
            {
                match word(literal) {
                    Some(word) => self.ask(path, &Atom::Member(*slot, word), node),
                    None => self.test(path, membership_node(element, container, node)),
                }
            }
            _ => self.test(path, membership_node(element, container, node)),
        }
    }

    /// Whether a value that is there equals one of some literals.
    pub(super) fn is_one_of(
        &mut self,
        value: &Value,
        literals: &Arc<[Literal]>,
        node: &Node,
        path: &Path,
    ) -> Ways {
        if literals.is_empty() {
            return one(
                path.clone(),
                Value::of(NodeKind::Literal(Literal::Bool(false)), Type::Bool, node.span),
            );
        }
        if let NodeKind::Field(slot) = &value.node.kind
            && let Some(atom) = self.one_of(*slot, literals)
        {
            return self.ask(path, &atom, node);
        }
        let list = Node {
            kind: NodeKind::Literal(Literal::List(literals.clone())),
            ty: Type::list(value.node.ty.clone().present()),
            span: node.span,
        };
        self.test(path, membership_node(value, &Value::settled(list), node))
    }
}

/// Conditions that are one test already.
fn is_simple(node: &Node) -> bool {
    matches!(
        node.kind,
        NodeKind::Literal(_) | NodeKind::Field(_) | NodeKind::Constant(_) | NodeKind::Local(_)
    )
}

fn membership_node(element: &Value, container: &Value, node: &Node) -> Node {
    let kind = NodeKind::In {
        element: Box::new(Node::clone(&element.node)),
        container: Box::new(Node::clone(&container.node)),
    };
    boolean(kind, node)
}

/// A condition in the place of another.
pub(super) fn boolean(kind: NodeKind, place: &Node) -> Node {
    Node { kind, ty: Type::Bool, span: place.span }
}

/// The text that stands for a literal among the words of a field.
pub(super) fn word(literal: &Literal) -> Option<Arc<str>> {
    match literal {
        Literal::Text(text) => Some(text.clone()),
        Literal::Id(id) => Some(id.as_str().into()),
        _ => None,
    }
}

/// Words in an order of their own, so that equal tests look equal.
pub(super) fn words(words: impl IntoIterator<Item = Arc<str>>) -> Arc<[Arc<str>]> {
    let mut words: Vec<_> = words.into_iter().collect();
    sort::ascending(&mut words);
    words.dedup();
    words.into()
}
