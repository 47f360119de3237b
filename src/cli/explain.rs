//! `leaver explain`: why one user's decision is as it is, or why a rule did not apply.

use std::io::Write;

use super::arguments::{Explain, TextOrJson};
use super::engine::Decider;
use super::exit::{Exit, Failure};
use super::input::Question;
use super::lines::write_json;
use super::output::Output;
use super::scope::Scope;
use super::terminal::Terminal;
use crate::diagnostic::suggest;
use crate::policy::Policy;
use crate::report::visible_lines;

/// Runs the command.
pub(crate) fn run(arguments: &Explain, terminal: &Terminal) -> Result<Exit, Failure> {
    let mut question = Question::prepare(
        &arguments.policy,
        &arguments.directory,
        &arguments.stream,
        arguments.moment,
        terminal,
    )?;
    if let Some(rule) = &arguments.why_not {
        known_rule(&question.policy, rule)?;
    }
    let scope = Scope::of(&question.users, &arguments.actor)?;
    let user = scope.require(question.users.find(arguments.user)?)?;
    let decider = Decider::new(&question.policy, question.basis, question.users.directory())?;
    let explained = match &arguments.why_not {
        Some(rule) => decider.why_not(&user, rule)?,
        None if arguments.counterfactual => decider.explain_with_counterfactuals(&user)?,
        None => decider.explain(&user)?,
    };
    let mut output = Output::standard();
    match arguments.format {
        TextOrJson::Text => {
            let text = visible_lines(&explained.text);
            writeln!(output, "{}", text.trim_end_matches('\n'))?;
        }
        TextOrJson::Json => {
            let mut json = Vec::new();
            write_json(&mut json, &explained.json, terminal.shows_output);
            json.push(b'\n');
            output.write_all(&json)?;
        }
    }
    output.finish()?;
    Ok(Exit::Done)
}

fn known_rule(policy: &Policy, rule: &str) -> Result<(), Failure> {
    if policy.rule(rule).is_some() {
        return Ok(());
    }
    let names = || policy.rules().iter().map(|rule| &*rule.name);
    let help = match suggest(rule, names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the rules are: {}", names().collect::<Vec<_>>().join(", ")),
    };
    Err(Failure::usage(format!("the policy has no rule `{rule}`"), Some(help)))
}
