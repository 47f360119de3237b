//! Variables in sight, and the function bodies they belong to.

use std::collections::BTreeSet;

use rhai::{ASTNode, Expr, Stmt};

use super::presence::Presence;
use crate::model::Slot;
use crate::policy::source::Span;
use crate::policy::tree::{Literal, LocalId};
use crate::policy::types::Type;

/// How a variable came into being.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Parameter,
    Let,
    Loop,
}

/// A variable in sight.
#[derive(Clone, Debug)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) id: LocalId,
    pub(super) ty: Type,
    pub(super) origin: Origin,
    pub(super) span: Span,
    /// Its value, if it is a literal and never changes.
    pub(super) literal: Option<Literal>,
    /// What its truth tells about other values, if it never changes.
    pub(super) implies: Option<(Presence, Presence)>,
    /// The field whose list it goes through, if it is a loop variable or the parameter of a closure.
    pub(super) element_of: Option<Slot>,
    /// Whether it is assigned after its `let`.
    pub(super) reassigned: bool,
    pub(super) used: bool,
}

/// A function or closure body being checked.
#[derive(Debug, Default)]
pub(super) struct Frame {
    /// The first variable it can see.
    base: usize,
    /// The first variable of its own.
    own: usize,
    /// The type of all its `return`s so far.
    pub(super) returned: Option<Type>,
    /// Names that are assigned somewhere in it.
    pub(super) assigned: BTreeSet<String>,
}

/// All variables, innermost last, and the bodies they are in.
#[derive(Debug, Default)]
pub(super) struct Scope {
    variables: Vec<Variable>,
    frames: Vec<Frame>,
    next: LocalId,
}

impl Scope {
    /// Begins a rule: no variables, numbers from 0.
    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }

    /// How many variables the rule has used so far.
    pub(super) fn count(&self) -> usize {
        self.next
    }

    /// Enters a body. A closure still sees the variables around it, a function does not.
    pub(super) fn enter(&mut self, body: &[Stmt], closure: bool) {
        let base =
            if closure { self.frames.last().map_or(0, |frame| frame.base) } else { self.variables.len() };
        let mut assigned = assigned_names(body);
        if closure && let Some(outer) = self.frames.last() {
            assigned.extend(outer.assigned.iter().cloned());
        }
        self.frames.push(Frame { base, own: self.variables.len(), returned: None, assigned });
    }

    /// Leaves a body; gives the type of its `return`s.
    pub(super) fn leave(&mut self) -> Option<Type> {
        self.frames.pop().and_then(|frame| frame.returned)
    }

    pub(super) fn frame(&mut self) -> Option<&mut Frame> {
        self.frames.last_mut()
    }

    /// A fresh variable, in sight until [`Scope::truncate`].
    pub(super) fn declare(&mut self, name: &str, ty: Type, origin: Origin, span: Span) -> LocalId {
        let id = self.next;
        self.next += 1;
        let reassigned =
            origin == Origin::Let && self.frames.last().is_some_and(|frame| frame.assigned.contains(name));
        self.variables.push(Variable {
            name: name.to_owned(),
            id,
            ty,
            origin,
            span,
            literal: None,
            element_of: None,
            implies: None,
            reassigned,
            used: false,
        });
        id
    }

    /// The last declared variable.
    pub(super) fn newest(&mut self) -> Option<&mut Variable> {
        self.variables.last_mut()
    }

    /// How many variables the current body sees.
    pub(super) fn live(&self) -> usize {
        self.variables.len() - self.frames.last().map_or(0, |frame| frame.base)
    }

    pub(super) fn len(&self) -> usize {
        self.variables.len()
    }

    /// Forgets the variables after the first `len`; gives them back.
    pub(super) fn truncate(&mut self, len: usize) -> Vec<Variable> {
        self.variables.split_off(len.min(self.variables.len()))
    }

    /// The innermost variable of this name that the current body sees.
    pub(super) fn find(&mut self, name: &str) -> Option<&mut Variable> {
        let base = self.frames.last().map_or(0, |frame| frame.base);
        self.variables[base..].iter_mut().rev().find(|variable| variable.name == name)
    }

    /// Whether a variable belongs to a body around the current one: a closure looks at it from within.
    pub(super) fn is_captured(&self, id: LocalId) -> bool {
        let own = self.frames.last().map_or(0, |frame| frame.own);
        self.variables[..own].iter().any(|variable| variable.id == id)
    }

    pub(super) fn by_id(&self, id: LocalId) -> Option<&Variable> {
        self.variables.iter().rev().find(|variable| variable.id == id)
    }

    /// Names in sight, for suggestions.
    pub(super) fn names(&self) -> Vec<String> {
        let base = self.frames.last().map_or(0, |frame| frame.base);
        self.variables[base..].iter().map(|variable| variable.name.clone()).collect()
    }
}

/// Names of variables that some statement of `body` assigns.
fn assigned_names(body: &[Stmt]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let ast = rhai::AST::new(body.iter().cloned(), rhai::Module::new());
    ast.walk(&mut |path: &[ASTNode<'_>]| {
        if let Some(ASTNode::Stmt(Stmt::Assignment(assignment))) = path.last()
            && let Expr::Variable(variable, ..) = &assignment.1.lhs
        {
            names.insert(variable.1.to_string());
        }
        true
    });
    names
}
