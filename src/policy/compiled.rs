//! A checked policy: its rules as typed trees, its constants, and its Rhai syntax tree.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::source::{Source, Span};
use super::tree::{Block, Literal, LocalId};
use super::types::Type;
use crate::diagnostic::{Code, Diagnostic};
use crate::directory::Digest;
use crate::model::{Field, Schema, Slot};
use crate::sort::Gather as _;

/// A policy without errors, ready to be evaluated. It can be shared between threads.
#[derive(Clone, Debug)]
pub struct Policy {
    pub(crate) sources: Arc<[Source]>,
    pub(crate) schema: Arc<Schema>,
    pub(crate) rules: Arc<[Rule]>,
    pub(crate) constants: Arc<[Constant]>,
    pub(crate) ast: rhai::AST,
    pub(crate) warnings: Vec<Diagnostic>,
}

/// One rule: a public function of one parameter.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Name of the function.
    pub name: Arc<str>,
    /// Its doc comment, as one line of text.
    pub rationale: Option<Arc<str>>,
    /// Where the name stands.
    pub span: Span,
    /// The parameter, of type [`Type::User`].
    pub parameter: LocalId,
    /// What it does.
    pub body: Block,
    /// How many variables the tree uses; local ids are below.
    pub locals: usize,
    /// The fields it may read, helpers included, each with the first place that reads it.
    pub reads: BTreeMap<Slot, Span>,
}

/// A top-level `const`.
#[derive(Clone, Debug)]
pub struct Constant {
    /// Its name.
    pub name: Arc<str>,
    /// Its value.
    pub value: Literal,
    /// Its type.
    pub ty: Type,
    /// Where the name stands.
    pub span: Span,
}

impl Policy {
    /// The rules, in file order.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule called `name`.
    pub fn rule(&self, name: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| &*rule.name == name)
    }

    /// The constants, in file order.
    pub fn constants(&self) -> &[Constant] {
        &self.constants
    }

    /// The files, in order of their names.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// The fields and attributes it was checked against.
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// SHA-256 of the canonical JSON (RFC 8785) of the files: their names without folders, and their texts.
    pub fn digest(&self) -> Digest {
        let file = |source: &Source| {
            let name = source.name().rsplit(['/', '\\']).next().unwrap_or_default();
            serde_json::json!({"file": name, "text": source.text()})
        };
        let files: Vec<serde_json::Value> = self.sources.iter().map(file).collect();
        Digest::of(crate::model::canonical(&files).as_bytes())
    }

    /// What was found that does not refuse the policy.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// Every field some rule may read.
    pub fn reads(&self) -> BTreeSet<Slot> {
        self.rules.iter().flat_map(|rule| rule.reads.keys().copied()).gather()
    }

    /// A policy that reads a field nobody provides would hold everybody, so it is refused at the start:
    /// one diagnostic for each such field, at the first place that reads it. `provides` says which fields
    /// the directory speaks for.
    pub fn missing_fields(&self, provides: &dyn Fn(Slot) -> bool) -> Vec<Diagnostic> {
        let mut reported = BTreeSet::new();
        let mut diagnostics = Vec::new();
        for (slot, span) in self.rules.iter().flat_map(|rule| &rule.reads) {
            let provided = match self.schema.field(*slot) {
                // Derived at the moment of the decision from either of two given fields.
                Some(Field::HasLeft) => provides(Field::LastDay.slot()) || provides(Field::LeavesAt.slot()),
                _ => provides(*slot),
            };
            if provided || !reported.insert(*slot) {
                continue;
            }
            let name = self.schema.name(*slot);
            let source = &self.sources[usize::from(span.file)];
            let given = if name == Field::HasLeft.name() { Field::LastDay.name() } else { name };
            diagnostics.push(
                Diagnostic::new(
                    Code::FieldNotProvided,
                    format!("the policy reads `{name}`, which the directory does not provide"),
                    source.name(),
                    source.place(*span),
                )
                .help(format!(
                    "add `{given}` to the directory, or state what holds for everybody: \"assume\": {{\"{given}\": …}}"
                )),
            );
        }
        diagnostics
    }
}
