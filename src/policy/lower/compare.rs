//! Comparisons of two values as tests of one fact, where they are that.

use std::sync::Arc;

use super::condition::{boolean, word, words};
use super::path::Path;
use super::value::holding;
use super::{Lowering, Stuck, Value, Ways, truth};
use crate::model::{Kind, Slot};
use crate::policy::ir::{Atom, Cut, State};
use crate::policy::source::Span;
use crate::policy::trace::{Datum, day_number};
use crate::policy::tree::{Builtin, Comparison, Literal, Node, NodeKind};

/// Days that lie certainly outside the calendar, in either direction.
const BEYOND: i64 = 10_000_000;

impl Lowering<'_> {
    /// The ways after a comparison of two values.
    pub(super) fn compare(
        &mut self,
        comparison: Comparison,
        left: &Value,
        right: &Value,
        span: Span,
        path: &Path,
    ) -> Ways {
        if let (Some(a), Some(b)) = (left.literal(), right.literal()) {
            let holds = Datum::of_literal(a).compare(comparison, &Datum::of_literal(b));
            return Ok(vec![(path.clone(), truth(holds, span))]);
        }
        let whole = |kind: NodeKind| Node { span, ..boolean(kind, &left.node) };
        let node = whole(NodeKind::Compare(
            comparison,
            Box::new(Node::clone(&left.node)),
            Box::new(Node::clone(&right.node)),
        ));
        if let Some(ways) = self.compare_fact(comparison, left, right, &node, path)? {
            return Ok(ways);
        }
        if let Some(ways) = self.compare_fact(mirrored(comparison), right, left, &node, path)? {
            return Ok(ways);
        }
        self.test(path, node)
    }

    /// The same, if the left is a fact or a measure of one and the right a bound for it.
    fn compare_fact(
        &mut self,
        comparison: Comparison,
        left: &Value,
        right: &Value,
        node: &Node,
        path: &Path,
    ) -> Result<Option<Vec<(Path, super::Flow)>>, Stuck> {
        let equality = matches!(comparison, Comparison::Equal | Comparison::NotEqual);
        match (&left.node.kind, &right.node.kind) {
            (NodeKind::Field(slot), NodeKind::Literal(Literal::Unit)) if equality => {
                self.equal(comparison, path, &Atom::State(*slot, State::Absent), node).map(Some)
            }
            (NodeKind::Field(slot), NodeKind::Literal(literal)) => match self.cut(*slot, literal) {
                Some(cut) => self.below(comparison, *slot, cut, path, node).map(Some),
                None if equality => match self.one_of(*slot, std::slice::from_ref(literal)) {
                    Some(atom) => self.equal(comparison, path, &atom, node).map(Some),
                    None => Ok(None),
                },
                None => Ok(None),
            },
            (NodeKind::Field(slot), NodeKind::Call(Builtin::Today, _))
                if self.policy.schema.field_type(*slot).kind == Kind::Date =>
            {
                self.below(comparison, *slot, Cut::FromToday(0), path, node).map(Some)
            }
            (NodeKind::Call(measure, arguments), NodeKind::Literal(Literal::Int(number))) => {
                let [Node { kind: NodeKind::Field(slot), .. }] = &arguments[..] else { return Ok(None) };
                let days = (*number).clamp(-BEYOND, BEYOND);
                match (measure, &self.policy.schema.field_type(*slot).kind) {
                    (Builtin::DaysUntil, Kind::Date) => {
                        self.below(comparison, *slot, Cut::FromToday(days), path, node).map(Some)
                    }
                    (Builtin::DaysSince, Kind::Date) => {
                        let cut = Cut::FromToday(-days);
                        self.below(mirrored(comparison), *slot, cut, path, node).map(Some)
                    }
                    (Builtin::Len, Kind::Texts) => {
                        self.below(comparison, *slot, Cut::At(*number), path, node).map(Some)
                    }
                    _ => Ok(None),
                }
            }
            _ => Ok(None),
        }
    }

    /// `==` or `!=` as one test.
    fn equal(&mut self, comparison: Comparison, path: &Path, atom: &Atom, node: &Node) -> Ways {
        let ways = self.ask(path, atom, node)?;
        Ok(if comparison == Comparison::Equal { ways } else { inverted(ways, node.span) })
    }

    /// A number, a date or a length compared with a bound.
    fn below(&mut self, comparison: Comparison, slot: Slot, bound: Cut, path: &Path, node: &Node) -> Ways {
        let below = |cut: Cut| Atom::Below(slot, cut);
        match comparison {
            Comparison::Less => self.ask(path, &below(bound), node),
            Comparison::LessOrEqual if bound.is_last() => self.present(slot, path, node),
            Comparison::LessOrEqual => self.ask(path, &below(bound.next()), node),
            Comparison::Greater if bound.is_last() => Ok(vec![(path.clone(), truth(false, node.span))]),
            Comparison::Greater => self.not_below(slot, bound.next(), path, node),
            Comparison::GreaterOrEqual => self.not_below(slot, bound, path, node),
            Comparison::Equal | Comparison::NotEqual => {
                let mut ways = Vec::new();
                for (path, less) in holding(self.ask(path, &below(bound), node)?) {
                    if less {
                        ways.push((path, truth(false, node.span)));
                    } else if bound.is_last() {
                        ways.extend(self.present(slot, &path, node)?);
                    } else {
                        ways.extend(self.ask(&path, &below(bound.next()), node)?);
                    }
                }
                Ok(if comparison == Comparison::Equal { ways } else { inverted(ways, node.span) })
            }
        }
    }

    /// Whether there is a value and it is not below a cut.
    fn not_below(&mut self, slot: Slot, cut: Cut, path: &Path, node: &Node) -> Ways {
        let mut ways = Vec::new();
        for (path, present) in holding(self.present(slot, path, node)?) {
            if present {
                ways.extend(inverted(self.ask(&path, &Atom::Below(slot, cut), node)?, node.span));
            } else {
                ways.push((path, truth(false, node.span)));
            }
        }
        Ok(ways)
    }

    fn present(&mut self, slot: Slot, path: &Path, node: &Node) -> Ways {
        Ok(inverted(self.ask(path, &Atom::State(slot, State::Absent), node)?, node.span))
    }

    /// The bound of a number or date, if the literal is one of the field's kind.
    fn cut(&self, slot: Slot, literal: &Literal) -> Option<Cut> {
        match (&self.policy.schema.field_type(slot).kind, literal) {
            (Kind::Int, Literal::Int(number)) => Some(Cut::At(*number)),
            (Kind::Date, Literal::Date(date)) => Some(Cut::At(day_number(*date))),
            _ => None,
        }
    }

    /// The test whether a field has one of some values, if they are of its kind.
    pub(super) fn one_of(&self, slot: Slot, literals: &[Literal]) -> Option<Atom> {
        let kind = &self.policy.schema.field_type(slot).kind;
        let one = |literal: &Literal| match (kind, literal) {
            (Kind::Bool, Literal::Bool(value)) => Some(Arc::from(if *value { "true" } else { "false" })),
            (Kind::Text | Kind::Id | Kind::OneOf(_), literal) => word(literal),
            _ => None,
        };
        Some(Atom::OneOf(slot, words(literals.iter().map(one).collect::<Option<Vec<_>>>()?)))
    }
}

/// The comparison with its operands exchanged.
const fn mirrored(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        other => other,
    }
}

fn inverted(ways: Vec<(Path, super::Flow)>, span: Span) -> Vec<(Path, super::Flow)> {
    holding(ways).into_iter().map(|(path, holds)| (path, truth(!holds, span))).collect()
}
