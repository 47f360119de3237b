//! Which answers can be reached at all, and which actions come before which reviews.
//!
//! Looks only at conditions that are certain: a field of a closed set that must be one of some words,
//! a true-or-false field that must be true or false. Whatever else a condition says is ignored, so an
//! answer called unreachable is unreachable, and two answers called apart are apart.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Checker;
use crate::diagnostic::Code;
use crate::model::Slot;
use crate::policy::answer::Verb;
use crate::policy::compiled::Rule;
use crate::policy::source::Span;
use crate::policy::tree::{Block, Comparison, Literal, Node, NodeKind, Pattern, Statement};
use crate::policy::types::Type;
use crate::sort::Gather as _;

/// What is certain of a field.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Known {
    /// Its value is one of some words (`true` and `false` for truth values).
    Word(Slot),
    /// Whether it is there: `true`, `false`.
    There(Slot),
}

/// What must hold of the fields: each is one of these words.
type Allowed = BTreeMap<Known, BTreeSet<Arc<str>>>;

/// An answer, with what must hold where it is given.
struct Leaf {
    kind: LeafKind,
    allowed: Allowed,
    span: Span,
}

#[derive(PartialEq, Eq)]
enum LeafKind {
    Review,
    Action,
    Other,
}

/// Whether every answer in the body stands under conditions that exclude each other.
pub(super) fn never_reached(checker: &Checker<'_>, body: &Block) -> bool {
    let mut leaves = Vec::new();
    collect_block(checker, body, &Allowed::new(), &mut leaves);
    !leaves.is_empty() && leaves.iter().all(|leaf| leaf.allowed.values().any(BTreeSet::is_empty))
}

impl Checker<'_> {
    /// Warns of reviews that an earlier rule may overrule.
    pub(super) fn check_reviews(&mut self, rules: &[Rule]) {
        let mut actions: Vec<(Arc<str>, Allowed)> = Vec::new();
        let mut warnings = Vec::new();
        for rule in rules {
            let mut leaves = Vec::new();
            collect_block(self, &rule.body, &Allowed::new(), &mut leaves);
            for leaf in &leaves {
                if leaf.kind == LeafKind::Review
                    && let Some((earlier, _)) =
                        actions.iter().find(|(_, allowed)| overlap(allowed, &leaf.allowed))
                {
                    warnings.push((leaf.span, rule.name.clone(), earlier.clone()));
                }
            }
            for leaf in leaves {
                if leaf.kind == LeafKind::Action {
                    actions.push((rule.name.clone(), leaf.allowed));
                }
            }
        }
        for (span, rule, earlier) in warnings {
            self.report_help(
                Code::OverruledReview,
                span,
                format!("`{earlier}` stands before `{rule}` and can overrule this review"),
                format!("put `{rule}` before `{earlier}`, or say in a condition how they differ"),
            );
        }
    }
}

/// Whether some user may satisfy both.
fn overlap(left: &Allowed, right: &Allowed) -> bool {
    let possible = |allowed: &Allowed| !allowed.values().any(BTreeSet::is_empty);
    possible(left)
        && possible(right)
        && left.iter().all(|(known, words)| right.get(known).is_none_or(|other| !words.is_disjoint(other)))
}

fn collect_block(checker: &Checker<'_>, block: &Block, allowed: &Allowed, leaves: &mut Vec<Leaf>) {
    let mut allowed = allowed.clone();
    for statement in &block.statements {
        match statement {
            Statement::Let(_, node) | Statement::Assign(_, node) => collect(checker, node, &allowed, leaves),
            Statement::Expression(node) => {
                collect(checker, node, &allowed, leaves);
                if let NodeKind::If { condition, then, otherwise: None } = &node.kind
                    && leaves_function(then)
                {
                    restrict(checker, condition, false, &mut allowed);
                }
            }
            Statement::Return(Some(node), _) => collect(checker, node, &allowed, leaves),
            Statement::For { body, .. } => collect_block(checker, body, &allowed, leaves),
            Statement::Return(None, _) | Statement::Break | Statement::Continue => {}
        }
    }
}

fn leaves_function(block: &Block) -> bool {
    matches!(block.statements.last(), Some(Statement::Return(..)))
}

fn collect(checker: &Checker<'_>, node: &Node, allowed: &Allowed, leaves: &mut Vec<Leaf>) {
    match &node.kind {
        NodeKind::If { condition, then, otherwise } => {
            let mut when_true = allowed.clone();
            restrict(checker, condition, true, &mut when_true);
            collect_block(checker, then, &when_true, leaves);
            if let Some(otherwise) = otherwise {
                let mut when_false = allowed.clone();
                restrict(checker, condition, false, &mut when_false);
                collect_block(checker, otherwise, &when_false, leaves);
            }
        }
        NodeKind::Switch { subject, cases, default } => {
            let mut otherwise = allowed.clone();
            for case in cases {
                let mut here = allowed.clone();
                if let (NodeKind::Field(slot), Pattern::Values(values)) = (&subject.kind, &case.pattern) {
                    require_value(checker, *slot, values, &mut here);
                    if case.guard.is_none() {
                        exclude_values(checker, *slot, values, &mut otherwise);
                    }
                }
                if let Some(guard) = &case.guard {
                    restrict(checker, guard, true, &mut here);
                }
                collect_block(checker, &case.body, &here, leaves);
            }
            if let Some(default) = default {
                collect_block(checker, default, &otherwise, leaves);
            }
        }
        NodeKind::Block(block) | NodeKind::Helper { body: block, .. } => {
            if matches!(node.ty, Type::Answer(_) | Type::Unit | Type::Never) {
                collect_block(checker, block, allowed, leaves);
            }
        }
        NodeKind::Action(..) | NodeKind::Modify(..) | NodeKind::Forbid(_) | NodeKind::Also(_) => {
            let kind = match verb(node) {
                Some(Verb::Review) => LeafKind::Review,
                Some(_) => LeafKind::Action,
                None => LeafKind::Other,
            };
            leaves.push(Leaf { kind, allowed: allowed.clone(), span: node.span });
        }
        _ if matches!(node.ty, Type::Answer(_)) => {
            leaves.push(Leaf { kind: LeafKind::Other, allowed: allowed.clone(), span: node.span });
        }
        _ => {}
    }
}

fn verb(node: &Node) -> Option<Verb> {
    match &node.kind {
        NodeKind::Action(verb, _) => Some(*verb),
        NodeKind::Modify(inner, ..) => verb(inner),
        _ => None,
    }
}

fn word(literal: &Literal) -> Option<Arc<str>> {
    match literal {
        Literal::Text(text) => Some(text.clone()),
        Literal::Bool(flag) => Some(if *flag { "true" } else { "false" }.into()),
        _ => None,
    }
}

/// Narrows `allowed` by what `condition` being `outcome` says for certain.
fn restrict(checker: &Checker<'_>, condition: &Node, outcome: bool, allowed: &mut Allowed) {
    match &condition.kind {
        NodeKind::And(operands) | NodeKind::Or(operands)
            if outcome == matches!(condition.kind, NodeKind::And(_)) =>
        {
            for node in operands {
                restrict(checker, node, outcome, allowed);
            }
        }
        NodeKind::And(operands) | NodeKind::Or(operands) => {
            restrict_to_one_of(checker, operands, outcome, allowed);
        }
        NodeKind::Not(inner) => restrict(checker, inner, !outcome, allowed),
        NodeKind::Field(slot) => require_value(checker, *slot, &[Literal::Bool(outcome)], allowed),
        NodeKind::Literal(Literal::Bool(value)) if *value != outcome => {
            // A condition that cannot come out so: nothing below is reached.
            allowed.insert(Known::There(crate::model::Field::Id.slot()), BTreeSet::new());
        }
        NodeKind::Compare(comparison @ (Comparison::Equal | Comparison::NotEqual), left, right) => {
            let equal = (*comparison == Comparison::Equal) == outcome;
            for (field, value) in [(left, right), (right, left)] {
                if let (NodeKind::Field(slot), Some(value)) = (&field.kind, checker.literal_of(value)) {
                    if equal {
                        require_value(checker, *slot, &[value], allowed);
                    } else {
                        exclude_values(checker, *slot, &[value], allowed);
                    }
                }
            }
        }
        NodeKind::In { element, container } => {
            if let (NodeKind::Field(slot), Some(Literal::List(values))) =
                (&element.kind, checker.literal_of(container))
            {
                if outcome {
                    require_value(checker, *slot, &values, allowed);
                } else {
                    exclude_values(checker, *slot, &values, allowed);
                }
            }
        }
        // A helper that is nothing but a condition.
        NodeKind::Helper { body: Block { statements, .. }, .. } => {
            if let [Statement::Expression(condition) | Statement::Return(Some(condition), _)] =
                &statements[..]
            {
                restrict(checker, condition, outcome, allowed);
            }
        }
        _ => {}
    }
}

/// Narrows `allowed` by what holds whichever of `operands` it was that came out as `outcome`.
fn restrict_to_one_of(checker: &Checker<'_>, operands: &[Node], outcome: bool, allowed: &mut Allowed) {
    let ways = operands.iter().map(|operand| {
        let mut way = allowed.clone();
        restrict(checker, operand, outcome, &mut way);
        way
    });
    let possible = ways.filter(|way| !way.values().any(BTreeSet::is_empty));
    let either = possible.reduce(|mut one, other| {
        one.retain(|known, _| other.contains_key(known));
        for (known, words) in &mut one {
            words.extend(other.get(known).into_iter().flatten().cloned());
        }
        one
    });
    match either {
        Some(either) => *allowed = either,
        // No way is possible.
        None => drop(allowed.insert(Known::There(crate::model::Field::Id.slot()), BTreeSet::new())),
    }
}

fn truth(value: bool) -> Arc<str> {
    if value { "true".into() } else { "false".into() }
}

/// Every word a field can hold; `None` if there is no closed set of them.
fn universe(checker: &Checker<'_>, slot: Slot) -> Option<BTreeSet<Arc<str>>> {
    match Type::of_field(checker.schema.field_type(slot)).present() {
        Type::Bool => Some([truth(true), truth(false)].into_iter().gather()),
        Type::OneOf(set) => Some(set.words.iter().cloned().gather()),
        _ => None,
    }
}

/// The field is one of `values`, of which `()` says that it is absent.
fn require_value(checker: &Checker<'_>, slot: Slot, values: &[Literal], allowed: &mut Allowed) {
    let absent = values.contains(&Literal::Unit);
    let there = values.iter().any(|value| *value != Literal::Unit);
    if checker.schema.field_type(slot).optional && absent != there {
        require(Known::There(slot), [truth(there)].into_iter().gather(), allowed);
    }
    let words: BTreeSet<Arc<str>> = values.iter().filter_map(word).gather();
    // Other values than words are not followed, and an absent field has no word.
    if values.iter().all(|value| word(value).is_some())
        && (universe(checker, slot).is_some() || !words.is_empty())
    {
        require(Known::Word(slot), words, allowed);
    }
}

fn require(known: Known, words: BTreeSet<Arc<str>>, allowed: &mut Allowed) {
    let narrowed = match allowed.get(&known) {
        Some(before) => before.intersection(&words).cloned().gather(),
        None => words,
    };
    allowed.insert(known, narrowed);
}

/// The field is none of `values`, of which `()` says that it is there.
fn exclude_values(checker: &Checker<'_>, slot: Slot, values: &[Literal], allowed: &mut Allowed) {
    if checker.schema.field_type(slot).optional {
        if values.contains(&Literal::Unit) {
            require(Known::There(slot), [truth(true)].into_iter().gather(), allowed);
        }
        // An optional field may also be absent, which no word list says.
        return;
    }
    let words: BTreeSet<Arc<str>> = values.iter().filter_map(word).gather();
    if let Some(before) = allowed.get(&Known::Word(slot)).cloned().or_else(|| universe(checker, slot)) {
        allowed.insert(Known::Word(slot), before.difference(&words).cloned().gather());
    }
}
