//! Looks through the rules of a policy for conditions that depend on the day, and resolves their
//! operands to terms.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::linear::Linear;
use super::term::Term;
use super::{Condition, TimeConditions};
use crate::model::Kind;
use crate::policy::compiled::{Constant, Policy};
use crate::policy::tree::{Block, Builtin, LocalId, Node, NodeKind, Statement};
use crate::policy::types::Type;
use crate::policy::visit::{Visit, walk_block, walk_node, walk_statement};

/// Everything in `policy` that depends on the day.
pub(super) fn collect(policy: &Policy) -> TimeConditions {
    let mut found = TimeConditions::default();
    for (rule_number, rule) in policy.rules().iter().enumerate() {
        let definitions = Definitions::of(&rule.body);
        if !definitions.any_time {
            continue;
        }
        let mut collector = Collector {
            definitions: &definitions,
            constants: policy.constants(),
            resolved: BTreeMap::new(),
            rule: rule_number,
            found: &mut found,
        };
        walk_block(&mut collector, &rule.body);
    }
    let is_date = |slot| policy.schema.field_type(slot).kind == Kind::Date;
    found.linear = Linear::take(&mut found.conditions, &found.terms, is_date);
    let roots: Vec<usize> = found
        .conditions
        .iter()
        .flat_map(|condition| match condition {
            Condition::Compare(_, left, right) => vec![*left, *right],
            Condition::In { element, container } => vec![*element, *container],
            Condition::Case { subject, .. } => vec![*subject],
        })
        .collect();
    found.terms.need(roots.into_iter());
    found
}

/// What the variables of one rule stand for.
struct Definitions<'t> {
    /// The one expression that a variable stands for; `None` if it is a loop variable, a closure's
    /// parameter, or assigned again.
    single: BTreeMap<LocalId, Option<&'t Node>>,
    /// Variables that depend on the day.
    timely: BTreeSet<LocalId>,
    /// Whether anything depends on the day.
    any_time: bool,
}

impl<'t> Definitions<'t> {
    fn of(body: &'t Block) -> Self {
        let mut all = AllDefinitions { definitions: Vec::new(), single: BTreeMap::new() };
        walk_block(&mut all, body);
        let mut found = Self { single: all.single, timely: BTreeSet::new(), any_time: false };
        // A variable may depend on the day through one that is assigned later in a loop.
        loop {
            let before = found.timely.len();
            for (local, node) in &all.definitions {
                if !found.timely.contains(local) && found.depends(node) {
                    found.timely.insert(*local);
                }
            }
            if found.timely.len() == before {
                break;
            }
        }
        found.any_time = found.block_depends(body);
        found
    }

    /// Whether an expression depends on the day.
    fn depends(&self, node: &'t Node) -> bool {
        let mut search = TimeSearch { timely: &self.timely, found: false };
        search.node(node);
        search.found
    }

    fn block_depends(&self, block: &'t Block) -> bool {
        let mut search = TimeSearch { timely: &self.timely, found: false };
        walk_block(&mut search, block);
        search.found
    }
}

/// Every definition of every variable.
struct AllDefinitions<'t> {
    definitions: Vec<(LocalId, &'t Node)>,
    single: BTreeMap<LocalId, Option<&'t Node>>,
}

impl<'t> AllDefinitions<'t> {
    fn define(&mut self, local: LocalId, node: &'t Node, alone: bool) {
        self.definitions.push((local, node));
        self.single.entry(local).and_modify(|known| *known = None).or_insert(if alone {
            Some(node)
        } else {
            None
        });
    }
}

impl<'t> Visit<'t> for AllDefinitions<'t> {
    fn node(&mut self, node: &'t Node) {
        match &node.kind {
            NodeKind::Quantifier { list, parameter, .. } => self.define(*parameter, list, false),
            NodeKind::Helper { arguments, .. } => {
                for (parameter, argument) in arguments {
                    self.define(*parameter, argument, true);
                }
            }
            _ => {}
        }
        walk_node(self, node);
    }

    fn statement(&mut self, statement: &'t Statement) {
        match statement {
            Statement::Let(local, node) => self.define(*local, node, true),
            Statement::Assign(local, node) => self.define(*local, node, false),
            Statement::For { variable, list, .. } => self.define(*variable, list, false),
            _ => {}
        }
        walk_statement(self, statement);
    }
}

/// Looks for what depends on the day.
struct TimeSearch<'s> {
    timely: &'s BTreeSet<LocalId>,
    found: bool,
}

impl<'t> Visit<'t> for TimeSearch<'_> {
    fn node(&mut self, node: &'t Node) {
        self.found = self.found
            || match &node.kind {
                NodeKind::Call(builtin, _) => {
                    matches!(builtin, Builtin::Today | Builtin::DaysSince | Builtin::DaysUntil)
                }
                NodeKind::Local(local) => self.timely.contains(local),
                _ => false,
            };
        if !self.found {
            walk_node(self, node);
        }
    }
}

/// Collects the conditions of one rule.
struct Collector<'s, 't> {
    definitions: &'s Definitions<'t>,
    constants: &'s [Constant],
    resolved: BTreeMap<LocalId, usize>,
    /// Which rule this is, by its position in the policy.
    rule: usize,
    found: &'s mut TimeConditions,
}

impl<'t> Visit<'t> for Collector<'_, 't> {
    fn node(&mut self, node: &'t Node) {
        let depends = |node: &'t Node| self.definitions.depends(node);
        match &node.kind {
            // What depends on the day through true or false flips only when the condition in it does.
            NodeKind::Compare(comparison, left, right)
                if (depends(left) || depends(right)) && !(truth(&left.ty) && truth(&right.ty)) =>
            {
                let condition = Condition::Compare(*comparison, self.term(left), self.term(right));
                self.found.conditions.push(condition);
            }
            NodeKind::In { element, container }
                if (depends(element) || depends(container)) && !truth(&element.ty) =>
            {
                let condition =
                    Condition::In { element: self.term(element), container: self.term(container) };
                self.found.conditions.push(condition);
            }
            NodeKind::Switch { subject, cases, .. } if depends(subject) && !truth(&subject.ty) => {
                let subject = self.term(subject);
                self.found.conditions.extend(
                    cases.iter().map(|case| Condition::Case { subject, pattern: case.pattern.clone() }),
                );
            }
            NodeKind::Call(Builtin::StartsWith | Builtin::EndsWith, arguments)
                if arguments.iter().any(depends) =>
            {
                self.found.daily = true;
            }
            // Conditions of closures are not looked into: they have a value for each element.
            NodeKind::Quantifier { list, body, .. } => {
                if self.definitions.block_depends(body) {
                    self.found.daily = true;
                }
                return self.node(list);
            }
            // An answer that contains a time is another answer tomorrow, for whoever it is given to.
            NodeKind::Action(_, arguments)
            | NodeKind::Modify(_, _, arguments)
            | NodeKind::Obligation(_, arguments)
                if arguments.iter().any(|argument| contains_time(self.definitions, argument)) =>
            {
                self.found.daily_answers.insert(self.rule);
            }
            _ => {}
        }
        walk_node(self, node);
    }

    fn statement(&mut self, statement: &'t Statement) {
        match statement {
            Statement::For { list, body, .. } => {
                if self.definitions.block_depends(body) {
                    self.found.daily = true;
                }
                self.node(list);
            }
            Statement::Let(local, node) => {
                walk_statement(self, statement);
                // In the order of the text, so that resolving a variable never goes deep.
                if self.definitions.single.get(local).is_some_and(Option::is_some) && !is_answer(&node.ty) {
                    self.local(*local);
                }
            }
            _ => walk_statement(self, statement),
        }
    }
}

/// Whether the argument of an answer depends on the day; alternatives are answers of their own.
fn contains_time<'t>(definitions: &Definitions<'t>, argument: &'t Node) -> bool {
    !is_answer(&argument.ty) && definitions.depends(argument)
}

const fn is_answer(ty: &Type) -> bool {
    matches!(ty, Type::Answer(_) | Type::Unit | Type::Never)
}

fn truth(ty: &Type) -> bool {
    match ty {
        Type::Bool => true,
        Type::Optional(inner) => truth(inner),
        _ => false,
    }
}

impl<'t> Collector<'_, 't> {
    fn push(&mut self, term: Term) -> usize {
        self.found.terms.push(term)
    }

    /// The term of a variable.
    fn local(&mut self, local: LocalId) -> usize {
        if let Some(known) = self.resolved.get(&local) {
            return *known;
        }
        let term = match self.definitions.single.get(&local) {
            Some(Some(node)) => self.term(node),
            _ => self.push(Term::Opaque),
        };
        self.resolved.insert(local, term);
        term
    }

    /// The term of an expression.
    fn term(&mut self, node: &'t Node) -> usize {
        if !self.definitions.depends(node) {
            return self.still(node);
        }
        let term = match &node.kind {
            NodeKind::Local(local) => return self.local(*local),
            NodeKind::Call(Builtin::Today, _) => Term::Today,
            NodeKind::Call(builtin, arguments) => match (builtin, &arguments[..]) {
                (Builtin::DaysSince, [date]) => Term::DaysSince(self.term(date)),
                (Builtin::DaysUntil, [date]) => Term::DaysUntil(self.term(date)),
                (Builtin::Days, [number]) => Term::Days(self.term(number), 1),
                (Builtin::Weeks, [number]) => Term::Days(self.term(number), 7),
                _ => Term::Opaque,
            },
            NodeKind::Arithmetic(operator, left, right) => {
                Term::Arithmetic(*operator, self.term(left), self.term(right))
            }
            NodeKind::Negate(inner) => Term::Negate(self.term(inner)),
            NodeKind::Coalesce(operands) => {
                Term::Coalesce(operands.iter().map(|operand| self.term(operand)).collect())
            }
            NodeKind::List(items) => Term::List(items.iter().map(|item| self.term(item)).collect()),
            NodeKind::Helper { body, .. } => return self.body(&body.statements),
            NodeKind::Block(block) if !contains_return(block) => return self.body(&block.statements),
            NodeKind::If { condition, then, otherwise: Some(otherwise) }
                if !contains_return(then) && !contains_return(otherwise) =>
            {
                return self.choose(condition, &then.statements, &otherwise.statements);
            }
            _ => Term::Opaque,
        };
        self.push(term)
    }

    /// The term of statements that compute one value: `let`s, returns under conditions that do not
    /// depend on the day, and the value.
    fn body(&mut self, statements: &'t [Statement]) -> usize {
        match statements {
            [Statement::Let(..), rest @ ..] => self.body(rest),
            [Statement::Return(Some(value), _), ..] | [Statement::Expression(value)] => self.term(value),
            [
                Statement::Expression(Node {
                    kind: NodeKind::If { condition, then, otherwise: None }, ..
                }),
                rest @ ..,
            ] if matches!(then.statements.last(), Some(Statement::Return(Some(_), _))) => {
                self.choose(condition, &then.statements, rest)
            }
            _ => self.push(Term::Opaque),
        }
    }

    fn choose(&mut self, condition: &'t Node, then: &'t [Statement], otherwise: &'t [Statement]) -> usize {
        if self.definitions.depends(condition) {
            return self.push(Term::Opaque);
        }
        let condition = self.still(condition);
        let then = self.body(then);
        let otherwise = self.body(otherwise);
        self.push(Term::Choose { condition, then, otherwise })
    }

    /// The term of an expression that does not depend on the day.
    fn still(&mut self, node: &'t Node) -> usize {
        match &node.kind {
            NodeKind::Local(local) => return self.local(*local),
            NodeKind::Field(slot) => return self.push(Term::Field(*slot)),
            NodeKind::Literal(literal) => return self.push(Term::Literal(literal.clone())),
            NodeKind::Constant(constant) => {
                if let Some(constant) = self.constants.get(*constant) {
                    return self.push(Term::Literal(constant.value.clone()));
                }
            }
            _ => {}
        }
        let mut free = FreeVariables { used: BTreeSet::new(), own: BTreeSet::new() };
        free.node(node);
        let outer: Vec<LocalId> = free.used.difference(&free.own).copied().collect();
        let room = free.used.iter().chain(&free.own).max().map_or(0, |last| last + 1);
        let locals = outer.into_iter().map(|local| (local, self.local(local))).collect();
        self.push(Term::Still { node: Arc::new(node.clone()), locals, room })
    }
}

fn contains_return(block: &Block) -> bool {
    struct Returns(bool);
    impl<'t> Visit<'t> for Returns {
        fn node(&mut self, node: &'t Node) {
            // What returns inside a helper or closure leaves only that.
            if !matches!(node.kind, NodeKind::Helper { .. } | NodeKind::Quantifier { .. }) {
                walk_node(self, node);
            }
        }

        fn statement(&mut self, statement: &'t Statement) {
            self.0 =
                self.0 || matches!(statement, Statement::Return(..) | Statement::Break | Statement::Continue);
            walk_statement(self, statement);
        }
    }
    let mut returns = Returns(false);
    walk_block(&mut returns, block);
    returns.0
}

/// The variables that an expression uses, and those that it brings itself.
struct FreeVariables {
    used: BTreeSet<LocalId>,
    own: BTreeSet<LocalId>,
}

impl<'t> Visit<'t> for FreeVariables {
    fn node(&mut self, node: &'t Node) {
        match &node.kind {
            NodeKind::Local(local) if node.ty != Type::User => {
                self.used.insert(*local);
            }
            NodeKind::Quantifier { parameter, .. } => {
                self.own.insert(*parameter);
            }
            NodeKind::Helper { arguments, .. } => {
                self.own.extend(arguments.iter().map(|(parameter, _)| *parameter));
            }
            _ => {}
        }
        walk_node(self, node);
    }

    fn statement(&mut self, statement: &'t Statement) {
        match statement {
            Statement::Let(local, _) | Statement::For { variable: local, .. } => {
                self.own.insert(*local);
            }
            Statement::Assign(local, _) => {
                self.used.insert(*local);
            }
            _ => {}
        }
        walk_statement(self, statement);
    }
}
