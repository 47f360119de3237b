//! The checker: Rhai syntax trees in, typed trees and diagnostics out.
//!
//! It resolves every name, gives every expression a type, follows which optional values are known to
//! be there, inlines helpers with the types of each call, and refuses everything that plain Rhai
//! would let pass and answer wrongly. It never runs a policy.

mod binding;
mod call;
mod closed;
mod compare;
mod constant;
mod dropped;
mod expression;
mod helper;
mod leaves;
mod logic;
mod name;
mod operator;
mod presence;
mod quantifier;
mod rule;
mod scope;
mod spans;
mod statement;
mod switch;
mod word;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use super::compiled::{Constant, Policy};
use super::parse::{Parsed, parse};
use super::source::{Source, Span};
use super::tree::Node;
use crate::diagnostic::{Code, Diagnostic, Place, sort};
use crate::model::{Schema, Slot};
use crate::sort::Gather as _;
use presence::Presence;
use scope::Scope;
use spans::Spans;

/// Groups and lists of a directory, so that a policy that names one can be checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Key and name of each group.
    pub groups: BTreeMap<Arc<str>, Arc<str>>,
    /// Key and name of each distribution list.
    pub lists: BTreeMap<Arc<str>, Arc<str>>,
}

/// What checking gave: every diagnostic, and the policy if none of them is an error.
#[derive(Clone, Debug)]
pub struct Checked {
    /// Errors and warnings in reading order.
    pub diagnostics: Vec<Diagnostic>,
    /// The policy, unless there was an error.
    pub policy: Option<Policy>,
    /// The files, for showing excerpts.
    pub sources: Arc<[Source]>,
}

/// Checks the files of a policy against a schema, and against a directory's groups and lists if given.
///
/// Files are taken in the order given; [`load_sources`](super::load_sources) orders them by name.
///
/// ```
/// use std::sync::Arc;
/// use leaver::model::Schema;
/// use leaver::policy::{Source, check};
///
/// let text = "/// Staff lose the ID.\nfn staff(user) { if user.employmet == \"staff\" { revoke() } }";
/// let checked = check(vec![Source::new("acme.rhai", text)], &Arc::new(Schema::default()), None);
/// assert_eq!(checked.diagnostics[0].code.as_str(), "P0102");
/// assert_eq!(checked.diagnostics[0].help.as_deref(), Some("did you mean `employment`?"));
/// ```
pub fn check(sources: Vec<Source>, schema: &Arc<Schema>, names: Option<&Names>) -> Checked {
    super::sandbox::with_stack(|| {
        let sources: Arc<[Source]> = sources.into();
        let mut checker = Checker::new(&sources, schema, names);
        let policy = checker.run();
        let mut diagnostics = checker.diagnostics;
        sort(&mut diagnostics);
        diagnostics.dedup();
        let sound = !diagnostics.iter().any(Diagnostic::is_error);
        let policy =
            policy.filter(|_| sound).map(|policy| Policy { warnings: diagnostics.clone(), ..policy });
        Checked { diagnostics, policy, sources }
    })
}

/// Most nodes the typed trees of a policy may have, helpers inlined.
const MAX_NODES: usize = 100_000;

/// How many calls deep a rule may go: the interpreter allows eight. The rule is one, and one is left
/// for a closure in the innermost helper.
const MAX_CALL_DEPTH: usize = 8;

/// What an expression turned out to be.
struct Inferred {
    node: Node,
    /// Which optional values are there, or are not, once the expression was true.
    when_true: Presence,
    /// The same, once it was false.
    when_false: Presence,
}

impl From<Node> for Inferred {
    fn from(node: Node) -> Self {
        Self { node, when_true: Presence::default(), when_false: Presence::default() }
    }
}

/// A function of the policy as the parser found it.
#[derive(Clone)]
struct Function {
    file: u16,
    name: Arc<str>,
    parameters: Vec<String>,
    private: bool,
    this_type: bool,
    body: Rc<[rhai::Stmt]>,
    body_span: Span,
    name_span: Span,
    rationale: Option<Arc<str>>,
}

struct Checker<'a> {
    schema: &'a Arc<Schema>,
    names: Option<&'a Names>,
    sources: &'a Arc<[Source]>,
    spans: Vec<Spans<'a>>,
    files: Vec<Rc<Parsed>>,
    functions: BTreeMap<String, Function>,
    closures: BTreeMap<String, Function>,
    /// Functions that could not be parsed: calls to them are not reported.
    broken: BTreeSet<String>,
    constants: Vec<Constant>,
    /// Constants whose value could not be found; uses of them are not reported again.
    broken_constants: BTreeSet<String>,
    diagnostics: Vec<Diagnostic>,
    scope: Scope,
    presence: Presence,
    reads: BTreeMap<Slot, Span>,
    /// Names of the helpers being inlined, outermost first.
    calls: Vec<Arc<str>>,
    /// Helpers that some rule calls.
    called: BTreeSet<String>,
    nodes: usize,
    /// Whether the constants are being evaluated.
    in_constant: bool,
}

impl<'a> Checker<'a> {
    fn new(sources: &'a Arc<[Source]>, schema: &'a Arc<Schema>, names: Option<&'a Names>) -> Self {
        let mut diagnostics = Vec::new();
        let mut files = Vec::new();
        for (index, source) in sources.iter().enumerate() {
            let file = u16::try_from(index).unwrap_or(u16::MAX);
            let mut parsed = parse(source, file);
            diagnostics.append(&mut parsed.diagnostics);
            files.push(Rc::new(parsed));
        }
        let spans = sources
            .iter()
            .zip(&files)
            .enumerate()
            .map(|(index, (source, parsed))| Spans::new(index, source, Rc::clone(parsed)))
            .collect();
        let broken_constants =
            sources.iter().zip(&files).flat_map(|(source, file)| file.broken_constants(source)).gather();
        Self {
            schema,
            names,
            sources,
            spans,
            broken: files.iter().flat_map(|parsed| parsed.broken_functions.iter().cloned()).gather(),
            files,
            functions: BTreeMap::new(),
            closures: BTreeMap::new(),
            constants: Vec::new(),
            broken_constants,
            diagnostics,
            scope: Scope::default(),
            presence: Presence::default(),
            reads: BTreeMap::new(),
            calls: Vec::new(),
            called: BTreeSet::new(),
            nodes: 0,
            in_constant: false,
        }
    }

    fn spans(&self, file: u16) -> &Spans<'a> {
        &self.spans[usize::from(file)]
    }

    fn report(&mut self, code: Code, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        let source = &self.sources[usize::from(span.file)];
        let place = if span.start == span.end && span.start == 0 { Place::FILE } else { source.place(span) };
        self.diagnostics.push(Diagnostic::new(code, message, source.name(), place));
        let last = self.diagnostics.len() - 1;
        &mut self.diagnostics[last]
    }

    fn report_help(&mut self, code: Code, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.report(code, span, message).help = Some(help.into());
    }
}
