//! Statements and control flow: blocks, `if`, `switch`, `for`, and what was in the way of an answer.

use std::fmt::Write as _;

use super::clause::{Clause, ClauseKind, Failure, Obstacle, Read, Taken, add_read, one_line};
use super::datum::Datum;
use super::expression::{MAX_ELEMENTS, element_read};
use super::narrow::narrow;
use super::{Cause, Evaluated, Leave, Local, ReadState, Walk};
use crate::policy::answer::Answer;
use crate::policy::compiled::Rule;
use crate::policy::rule_error::RuleError;
use crate::policy::tree::{Block, Case, Literal, LocalId, Node, NodeKind, Pattern, Statement};
use crate::policy::types::{AnswerKinds, Type};
use crate::policy::visit::{Visit, walk_block, walk_node};

impl Walk<'_> {
    /// What a rule answers.
    pub(super) fn rule(&mut self, rule: &Rule) -> Result<Answer, RuleError> {
        match self.function_body(&rule.body) {
            Ok(value) => value.into_answer(),
            Err(Leave::Error(error)) => Err(error),
            _ => Err(RuleError::Internal),
        }
    }

    /// The value of a block: that of its last statement if it is an expression, else `()`.
    pub(super) fn block(&mut self, block: &Block) -> Evaluated<Datum> {
        let mut value = Datum::Unit;
        let mut statements = block.statements.iter();
        while let Some(statement) = statements.next() {
            let result = self.statement(statement);
            if let Err(
                Leave::Return(_, Some(cause)) | Leave::Break(Some(cause)) | Leave::Continue(Some(cause)),
            ) = &result
                && statements.any(|later| answers(|search| search.statement(later)))
            {
                self.in_the_way(&cause.clause, cause.needed);
            }
            value = result?;
        }
        Ok(value)
    }

    fn statement(&mut self, statement: &Statement) -> Evaluated<Datum> {
        self.step()?;
        match statement {
            Statement::Let(id, node) | Statement::Assign(id, node) => {
                let local = self.with_reads(node)?;
                self.set(*id, local)?;
                Ok(Datum::Unit)
            }
            Statement::Expression(node) => self.evaluate(node),
            Statement::For { variable, list, body, .. } => self.each(*variable, list, body),
            Statement::Return(Some(node), _) => Err(Leave::Return(self.evaluate(node)?, None)),
            Statement::Return(None, _) => Err(Leave::Return(Datum::Unit, None)),
            Statement::Break => Err(Leave::Break(None)),
            Statement::Continue => Err(Leave::Continue(None)),
        }
    }

    /// `if`.
    pub(super) fn branch(
        &mut self,
        condition: &Node,
        then: &Block,
        otherwise: Option<&Block>,
    ) -> Evaluated<Datum> {
        let (value, mut clause) = self.condition(condition)?;
        if let Some(clause) = &mut clause {
            clause.taken = Some(match (value, otherwise) {
                (true, _) => Taken::Then,
                (false, Some(_)) => Taken::Else,
                (false, None) => Taken::Past,
            });
            let passed_by = if value { otherwise } else { Some(then) };
            if passed_by.is_some_and(block_answers) {
                self.in_the_way(clause, !value);
            }
        }
        self.keep(clause.clone());
        let result = match (value, otherwise) {
            (true, _) => self.block(then),
            (false, Some(otherwise)) => self.block(otherwise),
            (false, None) => return Ok(Datum::Unit),
        };
        result.map_err(|leave| leave.because(clause, !value))
    }

    /// `switch`: the first case that matches and whose guard holds, else the default, else `()`.
    pub(super) fn switch(
        &mut self,
        subject: &Node,
        cases: &[Case],
        default: Option<&Block>,
    ) -> Evaluated<Datum> {
        let looked_at = self.with_reads(subject)?;
        for read in &looked_at.reads {
            self.recorder.read(read);
        }
        for (index, case) in cases.iter().enumerate() {
            self.step()?;
            let mut clause = self.case_clause(subject, case, &looked_at.reads);
            let mut matches = pattern_matches(&case.pattern, &looked_at.value);
            if let (true, Some(guard)) = (matches, &case.guard) {
                self.recorder.open();
                let result = self.condition(guard);
                let frame = self.recorder.close();
                if let Some(clause) = &mut clause {
                    clause.clauses.extend(frame.clauses);
                    clause.omitted += frame.omitted;
                }
                match result {
                    Ok((value, part)) => {
                        matches = value;
                        if let (Some(clause), Some(part)) = (&mut clause, part) {
                            clause.clauses.push(part);
                        }
                    }
                    Err(leave) => {
                        if let (Some(clause), Leave::Error(error)) = (&mut clause, &leave) {
                            clause.error = Some(Failure::of(error));
                        }
                        self.keep(clause);
                        return Err(leave);
                    }
                }
            }
            if let Some(clause) = &mut clause {
                clause.value = Some(matches);
                clause.taken = Some(if matches { Taken::Case } else { Taken::NextCase });
                if !matches && block_answers(&case.body) {
                    self.in_the_way(clause, true);
                }
            }
            self.keep(clause.clone());
            if matches {
                if let Some(clause) = &clause {
                    self.passed_by(subject, &looked_at, clause, &cases[index + 1..], default);
                }
                return self.block(&case.body).map_err(|leave| leave.because(clause, false));
            }
        }
        let Some(default) = default else { return Ok(Datum::Unit) };
        let clause = (!self.recorder.is_silent()).then(|| {
            let mut clause = Clause::at(ClauseKind::Case, subject.span, &self.policy.sources);
            clause.text.push_str(" matches no case");
            clause.value = Some(true);
            clause.reads = looked_at.reads;
            clause
        });
        self.block(default).map_err(|leave| leave.because(clause, false))
    }

    /// Notes for the cases after the one that was `taken` why they were not.
    fn passed_by(
        &mut self,
        subject: &Node,
        looked_at: &Local,
        taken: &Clause,
        cases: &[Case],
        default: Option<&Block>,
    ) {
        for case in cases.iter().filter(|case| block_answers(&case.body)) {
            if pattern_matches(&case.pattern, &looked_at.value) {
                self.in_the_way(taken, false);
            } else if let Some(mut clause) = self.case_clause(subject, case, &looked_at.reads) {
                clause.value = Some(false);
                self.in_the_way(&clause, true);
            }
        }
        if default.is_some_and(block_answers) {
            self.in_the_way(taken, false);
        }
    }

    fn case_clause(&self, subject: &Node, case: &Case, reads: &[Read]) -> Option<Clause> {
        if self.recorder.is_silent() {
            return None;
        }
        let mut clause = Clause::at(ClauseKind::Case, case.body.span, &self.policy.sources);
        let subject = Clause::at(ClauseKind::Case, subject.span, &self.policy.sources).text;
        clause.text = one_line(&format!("{subject} {}", pattern_text(&case.pattern)));
        clause.reads = reads.to_vec();
        Some(clause)
    }

    /// `for variable in list { … }`. Of many rounds only the first and the last are kept.
    fn each(&mut self, variable: LocalId, list: &Node, body: &Block) -> Evaluated<Datum> {
        let looked_at = self.with_reads(list)?;
        let Datum::List(items) = &looked_at.value else { return Err(RuleError::Internal.into()) };
        if items.is_empty() && !self.recorder.is_silent() && block_answers(body) {
            let mut clause = Clause::at(ClauseKind::Loop, list.span, &self.policy.sources);
            clause.text.push_str(" is not empty");
            clause.value = Some(false);
            clause.reads.clone_from(&looked_at.reads);
            self.in_the_way(&clause, true);
        }
        let personal = looked_at.reads.iter().any(|read| read.state == ReadState::Withheld);
        for (index, item) in items.iter().enumerate() {
            self.step()?;
            let mut reads = looked_at.reads.clone();
            add_read(&mut reads, &element_read(item, personal));
            self.set(variable, Local { value: item.clone(), reads })?;
            self.recorder.open();
            let round = self.block(body);
            if !self.recorder.is_silent() {
                let frame = self.recorder.close();
                let last = matches!(round, Err(Leave::Return(..) | Leave::Break(_) | Leave::Error(_)));
                if index + 1 < MAX_ELEMENTS || last {
                    self.recorder.adopt(frame.clauses, frame.omitted);
                } else {
                    self.recorder.omit(frame.clauses.len() + frame.omitted);
                }
            }
            match round {
                Ok(_) | Err(Leave::Continue(_)) => {}
                Err(Leave::Break(_)) => break,
                Err(leave) => return Err(leave),
            }
        }
        Ok(Datum::Unit)
    }

    /// Notes a condition in the way of an answer, narrowed to the parts that decided it.
    fn in_the_way(&mut self, clause: &Clause, needed: bool) {
        for obstacle in narrow(clause, needed) {
            self.recorder.obstacle(obstacle);
        }
    }
}

impl Leave {
    /// The same, with the condition that led to it: of several the outermost.
    fn because(self, clause: Option<Clause>, needed: bool) -> Self {
        let Some(clause) = clause else { return self };
        let cause: Cause = Some(Box::new(Obstacle { needed, clause }));
        match self {
            Self::Return(value, _) => Self::Return(value, cause),
            Self::Break(_) => Self::Break(cause),
            Self::Continue(_) => Self::Continue(cause),
            Self::Error(error) => Self::Error(error),
        }
    }
}

pub(crate) fn pattern_matches(pattern: &Pattern, value: &Datum) -> bool {
    match pattern {
        Pattern::Values(values) => values.iter().any(|literal| Datum::of_literal(literal) == *value),
        Pattern::Range { start, end, inclusive } => match value {
            Datum::Int(number) => start <= number && if *inclusive { number <= end } else { number < end },
            _ => false,
        },
    }
}

/// What stands after the subject where a case is told as a condition.
fn pattern_text(pattern: &Pattern) -> String {
    match pattern {
        Pattern::Values(values) => match &values[..] {
            [value] => format!("== {}", literal_text(value)),
            values => {
                let texts: Vec<String> = values.iter().map(literal_text).collect();
                format!("in [{}]", texts.join(", "))
            }
        },
        Pattern::Range { start, end, inclusive } => {
            let mut text = String::new();
            let _ = write!(text, "in {start}..{}{end}", if *inclusive { "=" } else { "" });
            text
        }
    }
}

fn literal_text(literal: &Literal) -> String {
    match literal {
        Literal::Unit => "()".to_owned(),
        Literal::Bool(value) => value.to_string(),
        Literal::Int(value) => value.to_string(),
        Literal::Text(text) => format!("{text:?}"),
        Literal::Id(id) => format!("\"{id}\""),
        other => Datum::of_literal(other).to_text().map_or_else(|_| "…".to_owned(), |text| text.to_string()),
    }
}

/// Whether a block has a place that could answer.
fn block_answers(block: &Block) -> bool {
    answers(|search| walk_block(search, block))
}

fn answers(look: impl FnOnce(&mut AnswerSearch)) -> bool {
    let mut search = AnswerSearch { found: false };
    look(&mut search);
    search.found
}

/// Looks for actions, vetoes, obligations and variables that hold them.
struct AnswerSearch {
    found: bool,
}

impl<'t> Visit<'t> for AnswerSearch {
    fn node(&mut self, node: &'t Node) {
        let answer = match &node.kind {
            NodeKind::Action(..) | NodeKind::Forbid(_) | NodeKind::Also(_) => true,
            NodeKind::Local(_) => matches!(
                &node.ty,
                Type::Answer(AnswerKinds { action, veto, obligations, .. }) if *action || *veto || *obligations
            ),
            _ => false,
        };
        self.found = self.found || answer;
        if !self.found {
            walk_node(self, node);
        }
    }
}
