//! Explanations: why a user was decided so, and why a rule did not decide.
//!
//! In go a policy, a user with `has_left` filled in, a moment and the decision that was made; out
//! comes data that serialises to JSON with stable keys and can be told as text. An explanation never
//! decides anything, and never repeats the values of personal fields.

#[cfg(test)]
mod tests;
mod text;

use std::sync::Arc;

use serde::{Serialize, Serializer};
use time::OffsetDateTime;

use super::answer::{Action, Answer, Forbidden, Obligation, Period, Verb};
use super::compiled::{Policy, Rule};
use super::decision::{Decision, Hold, Vetoed};
use super::rule_error::RuleError;
use super::trace::{Clause, Failure, Obstacle, Read, Traced, trace};
use crate::model::{Id, Moment, User, format_instant};

/// Why a user was decided so.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// The user's ID.
    pub user: Id,
    /// As of when.
    #[serde(serialize_with = "instant")]
    pub as_of: OffsetDateTime,
    /// What was decided.
    pub decision: Decision,
    /// What each rule had to say, in file order; empty for users on whom no rule runs.
    pub rules: Vec<RuleExplanation>,
}

/// What one rule had to say.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleExplanation {
    /// Name of the rule.
    pub rule: Arc<str>,
    /// Its doc comment.
    pub reason: Option<Arc<str>>,
    /// The file it stands in.
    pub file: Arc<str>,
    /// The line of its name, from 1.
    pub line: usize,
    /// What it answered.
    pub answer: Told,
    /// What became of its answer.
    pub part: Part,
    /// Everything it read, each once.
    pub reads: Vec<Read>,
    /// The conditions that were looked at.
    pub clauses: Vec<Clause>,
}

/// What became of a rule's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// It answered nothing.
    Silent,
    /// Its action won.
    Decides,
    /// Its action lost to that of an earlier rule.
    Overruled,
    /// Its action does not count because the user is held for another cause.
    Suspended,
    /// Its veto struck something out.
    Vetoes,
    /// Its veto had nothing to strike out.
    Forbids,
    /// It adds obligations.
    Obliges,
    /// It could not answer.
    Fails,
}

/// An answer as data.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Told {
    /// Nothing.
    Nothing,
    /// An action.
    Action(ToldAction),
    /// A veto.
    Veto {
        /// What is forbidden.
        forbidden: Vec<Forbidden>,
    },
    /// Obligations.
    Obligations {
        /// What must happen besides.
        obligations: Vec<Obligation>,
    },
    /// The rule could not answer.
    Error(Failure),
}

/// An action as data.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ToldAction {
    /// What is done.
    pub verb: Verb,
    /// Why a person must look; only for `review`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Arc<str>>,
    /// `.because(…)`.
    pub because: Option<Arc<str>>,
    /// `.after(…)`.
    pub after: Option<Period>,
    /// `.within(…)`.
    pub within: Option<Period>,
    /// `.keep_access()`.
    pub keep_access: bool,
    /// `.approvals(n)`.
    pub approvals: u32,
    /// `.notify(…)` and `.replace_with(…)`.
    pub obligations: Vec<Obligation>,
    /// `.or_else(…)`.
    pub or_else: Vec<ToldAction>,
}

/// Why a rule did not decide.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WhyNot {
    /// The user's ID.
    pub user: Id,
    /// Name of the rule.
    pub rule: Arc<str>,
    /// The file it stands in.
    pub file: Arc<str>,
    /// The line of its name, from 1.
    pub line: usize,
    /// Whether it answered something.
    pub answered: bool,
    /// What it answered.
    pub answer: Told,
    /// What became of its answer.
    pub part: Part,
    /// The rule whose action won over this one's.
    pub overruled_by: Option<Arc<str>>,
    /// What was struck out of this rule's action.
    pub vetoed: Vec<Vetoed>,
    /// What is held for this user, if anything.
    pub hold: Option<Hold>,
    /// If it answered nothing: the first conditions in the way of each answer it could have given.
    pub failed: Vec<Obstacle>,
    /// If it could not answer: the conditions up to the one that could not be evaluated.
    pub clauses: Vec<Clause>,
}

/// Explains the `decision` that was made for `user`, with `has_left` already filled in.
pub(crate) fn explain(policy: &Policy, user: &User, moment: &Moment, decision: Decision) -> Explanation {
    let rules = if user.is_matched() {
        policy
            .rules()
            .iter()
            .enumerate()
            .map(|(at, rule)| told(policy, at, rule, user, moment, &decision))
            .collect()
    } else {
        Vec::new()
    };
    Explanation { user: user.id(), as_of: moment.instant(), decision, rules }
}

/// Explains why the rule called `rule` did not decide; `None` if there is no such rule.
pub(crate) fn why_not(
    policy: &Policy,
    rule: &str,
    user: &User,
    moment: &Moment,
    decision: &Decision,
) -> Option<WhyNot> {
    let (at, rule) = policy.rules().iter().enumerate().find(|(_, known)| &*known.name == rule)?;
    let Traced { answer, clauses, obstacles, .. } = trace(policy, at, user, moment);
    let part = part_of(&answer, rule, decision);
    let (file, line) = place(policy, rule);
    Some(WhyNot {
        user: user.id(),
        rule: rule.name.clone(),
        file,
        line,
        answered: !matches!(answer, Ok(Answer::Nothing) | Err(_)),
        overruled_by: decision.rule.clone().filter(|_| part == Part::Overruled),
        vetoed: if part == Part::Decides { decision.vetoed.clone() } else { Vec::new() },
        hold: decision.hold.clone(),
        failed: if answer == Ok(Answer::Nothing) { obstacles } else { Vec::new() },
        clauses: if answer.is_err() { clauses } else { Vec::new() },
        answer: Told::of(&answer),
        part,
    })
}

fn told(
    policy: &Policy,
    at: usize,
    rule: &Rule,
    user: &User,
    moment: &Moment,
    decision: &Decision,
) -> RuleExplanation {
    let Traced { answer, clauses, reads, .. } = trace(policy, at, user, moment);
    let (file, line) = place(policy, rule);
    RuleExplanation {
        rule: rule.name.clone(),
        reason: rule.rationale.clone(),
        file,
        line,
        part: part_of(&answer, rule, decision),
        answer: Told::of(&answer),
        reads,
        clauses,
    }
}

fn part_of(answer: &Result<Answer, RuleError>, rule: &Rule, decision: &Decision) -> Part {
    match answer {
        Err(_) => Part::Fails,
        Ok(Answer::Nothing) => Part::Silent,
        Ok(Answer::Obligations(_)) => Part::Obliges,
        Ok(Answer::Veto(_)) => {
            let struck = |vetoed: &Vetoed| vetoed.rule.as_ref() == Some(&rule.name);
            if decision.vetoed.iter().any(struck) { Part::Vetoes } else { Part::Forbids }
        }
        Ok(Answer::Action(_)) if decision.rule.as_ref() == Some(&rule.name) => Part::Decides,
        Ok(Answer::Action(_)) => {
            let lost = decision.overruled.iter().any(|overruled| overruled.rule == rule.name);
            if lost { Part::Overruled } else { Part::Suspended }
        }
    }
}

fn place(policy: &Policy, rule: &Rule) -> (Arc<str>, usize) {
    policy.sources().get(usize::from(rule.span.file)).map_or_else(
        || (Arc::from(""), 0),
        |source| (source.name().into(), source.position(rule.span.start as usize).0),
    )
}

impl Told {
    fn of(answer: &Result<Answer, RuleError>) -> Self {
        match answer {
            Ok(Answer::Nothing) => Self::Nothing,
            Ok(Answer::Action(action)) => Self::Action(ToldAction::of(action)),
            Ok(Answer::Veto(forbidden)) => Self::Veto { forbidden: forbidden.iter().copied().collect() },
            Ok(Answer::Obligations(obligations)) => Self::Obligations { obligations: obligations.clone() },
            Err(error) => Self::Error(Failure::of(error)),
        }
    }
}

impl ToldAction {
    fn of(action: &Action) -> Self {
        Self {
            verb: action.verb,
            why: (action.verb == Verb::Review).then(|| action.why.clone()),
            because: action.because.clone(),
            after: action.after,
            within: action.within,
            keep_access: action.keep_access,
            approvals: action.approvals,
            obligations: action.obligations.clone(),
            or_else: action.or_else.iter().map(Self::of).collect(),
        }
    }
}

fn instant<S: Serializer>(instant: &OffsetDateTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format_instant(*instant))
}
