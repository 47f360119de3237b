//! Lowering: the typed tree of every rule becomes leaves of the intermediate form.
//!
//! A rule is evaluated with facts that are not known yet. Where the way forks on a fact, both ways are
//! followed; what has no simple test (two facts compared, a calculation, a closure over a list)
//! becomes a computed condition that the tracing evaluator answers for each user. The order of
//! evaluation is that of the tracing evaluator, so the first error of a rule stays its first.
//!
//! In goes a checked policy, out come leaves, and for each rule that cannot be lowered the place and
//! the reason. Nothing here looks at a user or at a clock, and nothing is lowered in doubt: such a
//! rule stays with the interpreter.

mod close;
mod compare;
mod condition;
mod control;
mod path;
#[cfg(test)]
mod tests;
mod value;

use std::sync::Arc;

use time::OffsetDateTime;

use super::answer::Answer;
use super::compiled::{Policy, Rule};
use super::ir::{Atom, Computed, Lane, Leaf, Lowered, Outcome, Says, Unlowered};
use super::rule_error::RuleError;
use super::sandbox::with_stack;
use super::source::Span;
use super::trace::{Datum, Walk};
use super::tree::{Literal, Node, NodeKind};
use super::types::Type;
use crate::model::{Moment, User, Zone};
use path::Path;

/// Ways one condition may have before it is computed as a whole; tried in this order until a rule
/// stays small.
const WAYS: [usize; 3] = [24, 6, 1];
/// Leaves of one rule.
const MAX_LEAVES: usize = 256;
/// Forks that are followed in one rule.
const MAX_FORKS: usize = 20_000;
/// Forks that are followed in a policy, and leaves that it may have. A policy that is written to be
/// slow to lower is not lowered.
const MAX_FORKS_OF_POLICY: usize = 400_000;
const MAX_LEAVES_OF_POLICY: usize = 40_000;

/// Lowers all rules of a policy.
pub(crate) fn lower(policy: &Policy) -> Lowered {
    let moment = Moment::new(OffsetDateTime::UNIX_EPOCH, Zone::UTC);
    let (Ok(moment), Ok(id)) = (moment, "NOBODY00".parse()) else { return Lowered::default() };
    let blank = User::new(id, &policy.schema);
    let mut lowered = Lowered::default();
    let mut left = MAX_FORKS_OF_POLICY;
    with_stack(|| {
        for (number, rule) in policy.rules.iter().enumerate() {
            let mut result = Err(Stuck::too_many(rule.span));
            for ways in WAYS {
                if left == 0 || lowered.leaves.len() > MAX_LEAVES_OF_POLICY {
                    break;
                }
                let mut lowering =
                    Lowering::new(policy, &blank, &moment, number, rule, ways, lowered.computed.len());
                let lowered_rule = lowering.rule(rule);
                left = left.saturating_sub(lowering.forks);
                result = lowered_rule.map(|()| (lowering.leaves, lowering.computed));
                if !matches!(&result, Err(stuck) if stuck.too_many) {
                    break;
                }
            }
            match result {
                Ok((leaves, computed)) => {
                    lowered.leaves.extend(leaves);
                    lowered.computed.extend(computed);
                }
                Err(Stuck { span, why, .. }) => {
                    lowered.unlowered.push(Unlowered { rule: number, span, why });
                }
            }
        }
    });
    lowered
}

/// Why a rule cannot be lowered.
struct Stuck {
    span: Span,
    why: &'static str,
    /// The rule has too many ways; computing whole conditions may help.
    too_many: bool,
}

impl Stuck {
    const fn at(span: Span, why: &'static str) -> Self {
        Self { span, why, too_many: false }
    }

    const fn too_many(span: Span) -> Self {
        Self { span, why: "it tells too many cases apart", too_many: true }
    }
}

/// A value on one way: an expression over fields only.
#[derive(Clone)]
struct Value {
    node: Arc<Node>,
    /// Whether it is certain that evaluating it does not fail.
    settled: bool,
}

/// Where a way goes on.
enum Flow {
    /// With a value.
    Value(Value),
    /// Out of the function, by `return`.
    Return(Value),
}

/// Ways that lie ahead, each with where it goes on.
type Ways = Result<Vec<(Path, Flow)>, Stuck>;

/// One rule being lowered.
struct Lowering<'p> {
    policy: &'p Policy,
    blank: &'p User,
    moment: &'p Moment,
    rule: usize,
    room: usize,
    most_ways: usize,
    leaves: Vec<Leaf>,
    computed: Vec<Computed>,
    /// How many computed conditions earlier rules have.
    earlier: usize,
    forks: usize,
}

impl<'p> Lowering<'p> {
    fn new(
        policy: &'p Policy,
        blank: &'p User,
        moment: &'p Moment,
        number: usize,
        rule: &Rule,
        most_ways: usize,
        earlier: usize,
    ) -> Self {
        Self {
            policy,
            blank,
            moment,
            rule: number,
            room: rule.locals,
            most_ways,
            leaves: Vec::new(),
            computed: Vec::new(),
            earlier,
            forks: 0,
        }
    }

    fn rule(&mut self, rule: &Rule) -> Result<(), Stuck> {
        for (path, flow) in self.block(&rule.body, Path::default())? {
            let (Flow::Value(value) | Flow::Return(value)) = flow;
            self.answer(path, &value)?;
        }
        if self.leaves.len() > MAX_LEAVES { Err(Stuck::too_many(rule.span)) } else { Ok(()) }
    }

    /// The end of a way: what the rule answers.
    fn answer(&mut self, path: Path, value: &Value) -> Result<(), Stuck> {
        let node = &value.node;
        let says = if close::is_constant(node) {
            match self.walk().answer(node) {
                Ok(Answer::Nothing) => return Ok(()),
                Ok(answer) => Says::Constant(Arc::new(answer)),
                Err(RuleError::Internal) => {
                    return Err(Stuck::at(node.span, "its answer is not looked into"));
                }
                Err(error) => Says::Fails(error),
            }
        } else {
            let lane = match &node.kind {
                NodeKind::Action(..) | NodeKind::Modify(..) => Lane::Action,
                NodeKind::Also(_) => Lane::Obligations,
                _ => return Err(Stuck::at(node.span, "its answer is not looked into")),
            };
            Says::Template(node.clone(), lane)
        };
        self.leaf(path, says);
        Ok(())
    }

    /// The end of a way on which the rule cannot answer.
    fn fails(&mut self, path: Path, error: RuleError) {
        self.leaf(path, Says::Fails(error));
    }

    fn leaf(&mut self, path: Path, says: Says) {
        self.leaves.push(Leaf { rule: self.rule, when: path.when, says });
    }

    /// The ways after a test: one if it is certain how it comes out, else two.
    fn fork(&mut self, path: &Path, atom: &Atom, other: Outcome) -> Result<Vec<(Path, Outcome)>, Stuck> {
        if let Some(outcome) = path.implied(atom) {
            return Ok(vec![(path.clone(), outcome)]);
        }
        self.forks += 1;
        if self.forks > MAX_FORKS || self.leaves.len() > MAX_LEAVES {
            return Err(Stuck::too_many(self.policy.rules[self.rule].span));
        }
        let outcomes = [Outcome::Yes, other];
        Ok(outcomes.into_iter().map(|outcome| (path.with(atom.clone(), outcome), outcome)).collect())
    }

    /// A computed condition, or whether an expression has a value at all.
    fn compute(&mut self, node: Node, condition: bool) -> Atom {
        let known = self
            .computed
            .iter()
            .position(|known| known.condition == condition && *known.node == node)
            .unwrap_or_else(|| {
                self.computed.push(Computed { node: Arc::new(node), condition, room: self.room });
                self.computed.len() - 1
            });
        Atom::Computed(self.earlier + known)
    }

    /// The ways after a computed condition over values that have been evaluated: it does not fail.
    fn test(&mut self, path: &Path, node: Node) -> Ways {
        self.test_whole(path, node, &[Outcome::No])
    }

    /// The ways after a computed condition, each with whether it holds. Besides holding it can come
    /// out as one of `others`; the way on which it fails ends.
    fn test_whole(&mut self, path: &Path, node: Node, others: &[Outcome]) -> Ways {
        let span = node.span;
        if close::is_constant(&node) {
            return match self.walk().settle(&node) {
                Ok(Datum::Bool(holds)) => Ok(vec![(path.clone(), truth(holds, span))]),
                Ok(_) | Err(RuleError::Internal) => Err(Stuck::at(span, "this condition is not looked into")),
                Err(error) => {
                    self.fails(path.clone(), error);
                    Ok(Vec::new())
                }
            };
        }
        let atom = self.compute(node, true);
        if others.contains(&Outcome::Fails)
            && path.implied(&atom).is_none()
            && let Atom::Computed(number) = atom
        {
            self.leaf(path.with(atom.clone(), Outcome::Fails), Says::FailsLike(number));
        }
        let ways = self.fork(path, &atom, Outcome::No)?;
        Ok(ways.into_iter().map(|(path, outcome)| (path, truth(outcome == Outcome::Yes, span))).collect())
    }

    /// Goes on with every way that has a value; ways that have left the function pass by.
    fn each(
        &mut self,
        ways: Vec<(Path, Flow)>,
        mut next: impl FnMut(&mut Self, Path, Value) -> Ways,
    ) -> Ways {
        let mut all = Vec::with_capacity(ways.len());
        for (path, flow) in ways {
            match flow {
                Flow::Value(value) => all.extend(next(self, path, value)?),
                left @ Flow::Return(_) => all.push((path, left)),
            }
        }
        Ok(all)
    }

    /// An evaluator for expressions that need no user.
    fn walk(&self) -> Walk<'p> {
        Walk::quiet(self.policy, self.blank, self.moment, self.room)
    }
}

fn truth(holds: bool, span: Span) -> Flow {
    Flow::Value(Value::of(NodeKind::Literal(Literal::Bool(holds)), Type::Bool, span))
}

impl Value {
    /// A value whose evaluation does not fail.
    fn of(kind: NodeKind, ty: Type, span: Span) -> Self {
        Self::settled(Node { kind, ty, span })
    }

    fn settled(node: Node) -> Self {
        Self { node: Arc::new(node), settled: true }
    }

    fn literal(&self) -> Option<&Literal> {
        match &self.node.kind {
            NodeKind::Literal(literal) => Some(literal),
            _ => None,
        }
    }
}
