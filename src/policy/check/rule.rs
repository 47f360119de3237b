//! From functions to rules: which function is a rule, what it may answer, and what is said about it.

use std::rc::Rc;
use std::sync::Arc;

use rhai::{ASTNode, FnAccess, Module, Stmt};

use super::scope::Origin;
use super::{Checker, Function};
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::compiled::{Policy, Rule};
use crate::policy::parse::rationale;
use crate::policy::source::Span;
use crate::policy::tree::{Block, NodeKind, Statement};
use crate::policy::types::{AnswerKinds, Type};
use crate::policy::vocabulary::{self, RESERVED_FUNCTIONS};
use crate::sort;

impl Checker<'_> {
    pub(super) fn run(&mut self) -> Option<Policy> {
        let mut order = Vec::new();
        for file in 0..self.files.len() {
            let file = u16::try_from(file).unwrap_or(u16::MAX);
            order.extend(self.collect_functions(file));
        }
        for file in 0..self.files.len() {
            self.check_top_level(u16::try_from(file).unwrap_or(u16::MAX));
        }
        let mut rules = Vec::new();
        for function in &order {
            if !function.private {
                rules.extend(self.check_rule(function));
            }
        }
        self.check_uncalled_helpers(&order);
        self.check_reviews(&rules);
        let any_rule = order.iter().any(|function| !function.private);
        if !any_rule && !self.diagnostics.iter().any(Diagnostic::is_error) {
            self.report_no_rules();
        }
        let ast = self.files.iter().map(|parsed| parsed.ast.clone()).reduce(|all, file| all.merge(&file))?;
        Some(Policy {
            sources: Arc::clone(self.sources),
            schema: Arc::clone(self.schema),
            rules: rules.into(),
            constants: self.constants.clone().into(),
            ast,
            warnings: Vec::new(),
        })
    }

    fn report_no_rules(&mut self) {
        let file = Span::default();
        if self.sources.is_empty() {
            self.diagnostics.push(Diagnostic::new(
                Code::NoRules,
                "there is no policy file",
                "",
                crate::diagnostic::Place::FILE,
            ));
            return;
        }
        self.report_help(
            Code::NoRules,
            file,
            "the policy has no rule, so it would never do anything",
            "a rule is a public function of one parameter: fn name(user) { … }",
        );
    }

    /// The functions of a file in the order in which they stand there; closures are kept apart.
    fn collect_functions(&mut self, file: u16) -> Vec<Function> {
        let parsed = Rc::clone(&self.files[usize::from(file)]);
        let mut functions = Vec::new();
        for definition in parsed.ast.iter_fn_def() {
            let body_span = self.spans(file).bracket(definition.body.start_position());
            let name: Arc<str> = definition.name.as_str().into();
            let function = Function {
                file,
                name: name.clone(),
                parameters: definition.params.iter().map(ToString::to_string).collect(),
                private: definition.access == FnAccess::Private,
                this_type: definition.this_type.is_some(),
                body: body_of(definition),
                body_span,
                name_span: self.spans(file).function_name(&name, body_span),
                rationale: rationale(&definition.comments.iter().map(AsRef::as_ref).collect::<Vec<_>>())
                    .map(Into::into),
            };
            if name.starts_with("anon$") {
                self.remember_closure(name.to_string(), function);
            } else {
                functions.push(function);
            }
        }
        sort::by_key(&mut functions, |function| function.body_span.start);
        functions.retain(|function| self.admit(function));
        functions
    }

    /// Refuses functions whose name is taken.
    fn admit(&mut self, function: &Function) -> bool {
        let name = &*function.name;
        if vocabulary::find(name).is_some() || RESERVED_FUNCTIONS.contains(&name) {
            self.report_help(
                Code::ReservedFunction,
                function.name_span,
                format!("`{name}` is a function of the language and cannot be defined again"),
                "choose another name",
            );
            return false;
        }
        if let Some(first) = self.functions.get(name) {
            let place = self.sources[usize::from(first.file)].position(first.name_span.start as usize);
            let message = format!("the function `{name}` is defined twice");
            let help =
                format!("the first is in {}, line {}", self.sources[usize::from(first.file)].name(), place.0);
            self.report_help(Code::DuplicateName, function.name_span, message, help);
            return false;
        }
        self.functions.insert(name.to_owned(), function.clone());
        true
    }

    fn check_rule(&mut self, function: &Function) -> Option<Rule> {
        let name = &function.name;
        if function.this_type {
            self.report_help(
                Code::RuleThisType,
                function.name_span,
                format!("`{name}` is a function of a type, and a rule is not"),
                format!("write: fn {name}(user) {{ … }}"),
            );
            return None;
        }
        let [parameter] = &function.parameters[..] else {
            let message =
                format!("`{name}` has {} parameters, and a rule has one", function.parameters.len());
            let help = format!("a rule is fn {name}(user); a helper is private fn {name}(…)");
            self.report_help(Code::RuleParameters, function.name_span, message, help);
            return None;
        };
        if function.rationale.is_none() {
            self.report_help(
                Code::NoRationale,
                function.name_span,
                format!("the rule `{name}` does not say why"),
                "write the reason above it: /// Staff lose the ID: it belongs to the company.",
            );
        }
        let errors_before = self.errors();
        self.scope.reset();
        self.presence = super::Presence::default();
        self.reads.clear();
        let place = self.parameter_span(function, parameter);
        self.check_parameter_name(parameter, place);
        self.scope.enter(&function.body, false);
        let id = self.scope.declare(parameter, Type::User, Origin::Parameter, place);
        self.calls.push(name.clone());
        let (body, ty) = self.check_block(&function.body, function.body_span, function.file);
        self.calls.pop();
        let returned = self.scope.leave();
        let ty = match returned {
            None => ty,
            Some(returned) => self.join_branches(&returned, &ty, function.name_span),
        };
        // What an error leaves of a rule says nothing about what the rule was meant to answer.
        if self.errors() == errors_before {
            self.check_rule_value(function, &body, &ty);
        }
        Some(Rule {
            name: name.clone(),
            rationale: function.rationale.clone(),
            span: function.name_span,
            parameter: id,
            body,
            locals: self.scope.count(),
            reads: self.reads.clone(),
        })
    }

    fn check_rule_value(&mut self, function: &Function, body: &Block, ty: &Type) {
        let place = last_expression(body).unwrap_or(function.name_span);
        match ty {
            Type::Broken => {}
            Type::Unit | Type::Never => self.report_never_acts(function),
            Type::Answer(kinds) if kinds.bare => self.report_help(
                Code::NotAnAnswer,
                place,
                "an obligation alone is no answer",
                "carry it with also(…), or put it after an action with a dot",
            ),
            Type::Answer(AnswerKinds { action: false, veto: false, obligations: false, .. }) => {
                self.report_never_acts(function);
            }
            Type::Answer(_) => {
                if super::leaves::never_reached(self, body) {
                    self.report_never_acts(function);
                }
            }
            ty => {
                let ty = ty.clone().present();
                let message = format!("a rule answers with an action, a veto or obligations; this is {ty}");
                let written = self.excerpt(place);
                let help = match ty {
                    Type::Bool => format!("write: if {written} {{ answer }}; a helper is `private fn`"),
                    Type::Text if vocabulary::find(written.trim_matches('"')).is_some() => {
                        format!("write it without quotes: {}(…)", written.trim_matches('"'))
                    }
                    _ => "write: if condition { answer }; a helper is `private fn`".to_owned(),
                };
                self.report_help(Code::NotAnAnswer, place, message, help);
            }
        }
    }

    fn errors(&self) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count()
    }

    fn report_never_acts(&mut self, function: &Function) {
        self.report_help(
            Code::NeverActs,
            function.name_span,
            format!("the rule `{}` can never act", function.name),
            "give an answer such as revoke(), forbid(…) or also(…), under a condition that can be true",
        );
    }

    /// Helpers that no rule calls are checked too, as far as their parameters are known.
    fn check_uncalled_helpers(&mut self, order: &[Function]) {
        for function in order {
            if !function.private || self.called.contains(&*function.name) || function.this_type {
                continue;
            }
            self.scope.reset();
            self.presence = super::Presence::default();
            self.scope.enter(&function.body, false);
            for parameter in &function.parameters {
                let place = self.parameter_span(function, parameter);
                self.check_parameter_name(parameter, place);
                let ty = if parameter == "user" { Type::User } else { Type::Broken };
                self.scope.declare(parameter, ty, Origin::Parameter, place);
            }
            self.calls.push(function.name.clone());
            self.check_block(&function.body, function.body_span, function.file);
            self.calls.pop();
            self.scope.leave();
        }
    }
}

/// Where the value of a body stands: in its first branch that has one, else its last statement.
fn last_expression(body: &Block) -> Option<Span> {
    match body.statements.last()? {
        Statement::Expression(node) => match &node.kind {
            NodeKind::Block(block) => last_expression(block),
            NodeKind::If { then, otherwise, .. } => {
                last_expression(then).or_else(|| last_expression(otherwise.as_ref()?))
            }
            _ => Some(node.span),
        },
        Statement::Return(Some(node), _) => Some(node.span),
        _ => None,
    }
}

/// The statements of a function. The parser keeps them in a form that cannot be taken apart
/// directly; walking a tree of this function alone gives the same statements.
fn body_of(definition: &rhai::Shared<rhai::ScriptFuncDef>) -> Rc<[Stmt]> {
    let alone = rhai::AST::new_from_module(Module::from([definition.clone()]));
    let mut body = Vec::new();
    alone.walk(&mut |path: &[ASTNode<'_>]| {
        if let [ASTNode::Stmt(statement)] = path {
            body.push((*statement).clone());
        }
        true
    });
    body.into()
}
