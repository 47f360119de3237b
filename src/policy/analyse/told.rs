//! Findings as diagnostics, with their witnesses.

use super::{Finding, witness_facts};
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::compiled::Policy;
use crate::policy::ir::Unlowered;
use crate::policy::source::Span;

impl Finding {
    /// The finding as a diagnostic, at the rule it is about.
    pub fn diagnostic(&self, policy: &Policy) -> Diagnostic {
        let name = |rule: usize| policy.rules().get(rule).map_or("", |rule| &*rule.name);
        match self {
            Self::NeverAnswers { rule } => {
                let message = format!("`{}` never answers: nobody meets its conditions", name(*rule));
                at_rule(policy, *rule, Code::NeverAnswers, message)
                    .help("correct the condition, or remove the rule")
            }
            Self::AlwaysLoses { rule, to, witness } => {
                let (rule_name, winner) = (name(*rule), name(*to));
                let message =
                    format!("`{rule_name}` always loses: an earlier rule acts on everybody it acts on");
                let help = format!(
                    "for {} `{winner}` wins; put `{rule_name}` before it, or remove it",
                    witness_facts(witness, policy)
                );
                at_rule(policy, *rule, Code::AlwaysLoses, message).help(help)
            }
            Self::Overlap { first, second, witness } => {
                let (winner, loser) = (name(*first), name(*second));
                let message = format!(
                    "`{winner}` and `{loser}` both act on some users and want different things; `{winner}` wins"
                );
                let help = format!("for example {}", witness_facts(witness, policy));
                at_rule(policy, *second, Code::Overlap, message).help(help)
            }
        }
    }
}

impl Unlowered {
    /// The rule as a diagnostic, at the place that cannot be compiled.
    pub fn diagnostic(&self, policy: &Policy) -> Diagnostic {
        let name = policy.rules().get(self.rule).map_or("", |rule| &*rule.name);
        let message = format!("`{name}` runs in the interpreter: {}", self.why);
        at(policy, self.span, Code::NotLowered, message)
            .help("write list.some(|element| …) where that says the same, or move the loop into a helper that gives a value")
    }
}

fn at_rule(policy: &Policy, rule: usize, code: Code, message: String) -> Diagnostic {
    let span = policy.rules().get(rule).map(|rule| rule.span).unwrap_or_default();
    at(policy, span, code, message)
}

fn at(policy: &Policy, span: Span, code: Code, message: String) -> Diagnostic {
    let source = &policy.sources()[usize::from(span.file)];
    Diagnostic::new(code, message, source.name(), source.place(span))
}
