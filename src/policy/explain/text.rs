//! Explanations told as text: an indented tree with marks, without colour, at most 100 columns wide
//! where the words allow it.
//!
//! `✓` held, `✗` did not hold, `·` was not looked at, `?` could not be evaluated. All values are
//! hostile until made visible.

use std::fmt::Write as _;

use super::{Explanation, Part, RuleExplanation, Told, ToldAction, WhyNot};
use crate::model::format_instant;
use crate::policy::answer::{Forbidden, Obligation};
use crate::policy::decision::{Decision, When};
use crate::policy::trace::{Clause, Obstacle, Read, ReadState};
use crate::report::visible;

/// Widest line.
const WIDTH: usize = 100;
/// Column, from 0, where what was read begins if there is room.
const READS: usize = 46;
/// Column, from 0, where it is said what became of an answer.
const PART: usize = 64;
/// Longest text value that is shown, in characters.
const MAX_VALUE: usize = 60;
/// Most elements of a list that are shown.
const MAX_ITEMS: usize = 5;

impl Explanation {
    /// The explanation as text.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        let decision = &self.decision;
        line(
            &mut text,
            0,
            &format!(
                "{} as of {}: {} (ID: {}, access: {})",
                self.user,
                format_instant(self.as_of),
                decision.outcome,
                decision.disposition,
                decision.access
            ),
        );
        circumstances(&mut text, decision);
        if self.rules.is_empty() {
            line(&mut text, 2, "no rule runs for this user");
        }
        for rule in &self.rules {
            text.push('\n');
            rule.write(&mut text);
        }
        text
    }
}

fn circumstances(text: &mut String, decision: &Decision) {
    if let Some(hold) = &decision.hold {
        let axes: Vec<&str> = hold.axes.iter().map(|axis| axis.word()).collect();
        line(text, 2, &format!("held ({}): {}: {}", axes.join(", "), hold.code, visible(&hold.message)));
    }
    if let Some(reason) = &decision.reason {
        line(text, 2, &format!("reason: {}", visible(reason)));
    }
    if let Some(ground) = decision.ground {
        line(text, 2, &format!("ground: {ground}"));
    }
    for (name, when) in [("not before", &decision.after), ("deadline", &decision.deadline)] {
        match when {
            Some(When::At(instant)) => line(text, 2, &format!("{name}: {}", format_instant(*instant))),
            Some(When::AfterNotify(period)) => {
                line(text, 2, &format!("{name}: {} after the notification", period.in_words()));
            }
            None => {}
        }
    }
    if !decision.obligations.is_empty() {
        line(text, 2, &format!("also: {}", obligations(&decision.obligations)));
    }
    if decision.approvals > 0 {
        line(text, 2, &format!("approvals: {}", decision.approvals));
    }
    if let Some(until) = decision.valid_until {
        line(text, 2, &format!("valid until: {}", format_instant(until)));
    }
}

impl RuleExplanation {
    fn write(&self, text: &mut String) {
        heading(text, &format!("{} ({}:{})", self.rule, self.file, self.line), &self.answer, self.part);
        for clause in &self.clauses {
            clause_lines(text, 2, clause, None);
        }
    }
}

impl WhyNot {
    /// The answer to "why not this rule?" as text.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        heading(&mut text, &format!("{} ({}:{})", self.rule, self.file, self.line), &self.answer, self.part);
        if let Some(winner) = &self.overruled_by {
            line(&mut text, 2, &format!("{} comes first in the policy and decides", visible(winner)));
        }
        for vetoed in &self.vetoed {
            let by = vetoed.rule.as_ref().map_or_else(
                || "the edition does not include it".to_owned(),
                |rule| format!("{} forbids it", visible(rule)),
            );
            line(&mut text, 2, &format!("{} is struck out: {by}", vetoed.action.word()));
        }
        if let (Some(hold), Part::Decides | Part::Suspended) = (&self.hold, self.part) {
            line(&mut text, 2, &format!("held: {}: {}", hold.code, visible(&hold.message)));
        }
        if matches!(self.answer, Told::Nothing) && self.failed.is_empty() {
            line(&mut text, 2, "there is no condition in the way: it answers nothing here");
        }
        for Obstacle { needed, clause } in &self.failed {
            clause_lines(&mut text, 2, clause, Some(*needed));
        }
        for clause in &self.clauses {
            clause_lines(&mut text, 2, clause, None);
        }
        text
    }
}

/// The line of a rule: where it stands, what it answers and what becomes of that.
fn heading(text: &mut String, name: &str, answer: &Told, part: Part) {
    let mut heading = format!("{}  {}", visible(name), answer_words(answer));
    let role = match part {
        Part::Silent => "",
        Part::Decides => "← decides",
        Part::Overruled => "← overruled",
        Part::Suspended => "← suspended",
        Part::Vetoes => "← vetoes",
        Part::Forbids => "← forbids, nothing struck out",
        Part::Obliges => "← adds",
        Part::Fails => "← fails",
    };
    if role.is_empty() {
        return line(text, 0, &heading);
    }
    let gap = PART.saturating_sub(width(&heading)).max(2);
    if width(&heading) + gap + width(role) <= WIDTH {
        let _ = write!(heading, "{:gap$}{role}", "");
        line(text, 0, &heading);
    } else {
        line(text, 0, &heading);
        line(text, PART, role);
    }
}

fn answer_words(answer: &Told) -> String {
    match answer {
        Told::Nothing => "nothing".to_owned(),
        Told::Action(action) => action_words(action),
        Told::Veto { forbidden } => {
            let words: Vec<&str> = forbidden.iter().copied().map(Forbidden::word).collect();
            format!("forbid {}", words.join(", "))
        }
        Told::Obligations { obligations: list } => format!("also {}", obligations(list)),
        Told::Error(failure) => visible(&failure.message).into_owned(),
    }
}

fn action_words(action: &ToldAction) -> String {
    let mut words = action.verb.word().to_owned();
    if let Some(why) = &action.why {
        let _ = write!(words, " {}", quoted(why));
    }
    if action.keep_access {
        words.push_str(", keep access");
    }
    if let Some(after) = action.after {
        let _ = write!(words, ", after {}", after.in_words());
    }
    if let Some(within) = action.within {
        let _ = write!(words, ", within {}", within.in_words());
    }
    if action.approvals > 0 {
        let _ = write!(words, ", {} approvals", action.approvals);
    }
    if !action.obligations.is_empty() {
        let _ = write!(words, ", {}", obligations(&action.obligations));
    }
    for alternative in &action.or_else {
        let _ = write!(words, ", or else {}", action_words(alternative));
    }
    words
}

/// Obligations without the text of notifications, which may hold names.
fn obligations(list: &[Obligation]) -> String {
    let words: Vec<String> = list
        .iter()
        .map(|obligation| match obligation {
            Obligation::Notify { .. } => "notify".to_owned(),
            Obligation::LeaveGroupsAndLists => "leave groups and lists".to_owned(),
            Obligation::ReplaceWith { id } => format!("replace with {id}"),
            Obligation::Restrict => "restrict".to_owned(),
        })
        .collect();
    words.join(", ")
}

fn clause_lines(text: &mut String, indent: usize, clause: &Clause, needed: Option<bool>) {
    let mark = match (clause.value, &clause.error) {
        (Some(true), _) => '✓',
        (Some(false), _) => '✗',
        (None, Some(_)) => '?',
        (None, None) => '·',
    };
    let mut said = format!("{mark} {}", visible(&clause.text));
    if needed == Some(false) {
        said.push_str(" (would have to be false)");
    }
    let reads: Vec<String> = clause.reads.iter().map(read_words).collect();
    let reads = reads.join(", ");
    let gap = READS.saturating_sub(indent + width(&said)).max(2);
    if reads.is_empty() {
        line(text, indent, &said);
    } else if indent + width(&said) + gap + width(&reads) <= WIDTH {
        let _ = write!(said, "{:gap$}{reads}", "");
        line(text, indent, &said);
    } else {
        line(text, indent, &said);
        line(text, indent + 4, &reads);
    }
    for part in &clause.clauses {
        clause_lines(text, indent + 2, part, None);
    }
    if clause.omitted > 0 {
        line(text, indent + 2, &format!("… and {} more", clause.omitted));
    }
    if let Some(error) = &clause.error
        && clause.clauses.iter().all(|part| part.error.is_none())
    {
        line(text, indent + 2, &format!("! {}", visible(&error.message)));
    }
}

fn read_words(read: &Read) -> String {
    let value = match read.state {
        ReadState::Known => value_words(&read.value),
        ReadState::Absent => "absent".to_owned(),
        ReadState::Unknown => "not known".to_owned(),
        ReadState::Withheld => "\"…\"".to_owned(),
    };
    format!("{} = {value}", visible(&read.field))
}

fn value_words(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => quoted(text),
        serde_json::Value::Array(items) => {
            let mut words: Vec<String> = items.iter().take(MAX_ITEMS).map(value_words).collect();
            if items.len() > MAX_ITEMS {
                words.push(format!("… {} more", items.len() - MAX_ITEMS));
            }
            format!("[{}]", words.join(", "))
        }
        other => visible(&other.to_string()).into_owned(),
    }
}

/// A text in quotes: cut if it is long, and with nothing in it that a terminal would obey.
fn quoted(text: &str) -> String {
    match text.char_indices().nth(MAX_VALUE) {
        Some((end, _)) => format!("\"{}…\"", visible(&text[..end])),
        None => format!("\"{}\"", visible(text)),
    }
}

fn width(text: &str) -> usize {
    text.chars().count()
}

/// Adds a line, broken between words where it is too wide; what follows is indented further.
fn line(text: &mut String, indent: usize, words: &str) {
    let mut indent = indent.min(WIDTH / 2);
    let mut rest = words;
    while indent + width(rest) > WIDTH {
        let room = rest.char_indices().nth(WIDTH - indent).map_or(rest.len(), |(at, _)| at);
        let Some(at) = rest[..room].rfind(' ').filter(|at| !rest[..*at].trim().is_empty()) else { break };
        if rest[..at].trim() == rest[..at].trim().chars().take(1).collect::<String>() {
            break;
        }
        let _ = writeln!(text, "{:indent$}{}", "", rest[..at].trim_end());
        rest = rest[at..].trim_start();
        indent = (indent + 4).min(WIDTH / 2);
    }
    let _ = writeln!(text, "{:indent$}{}", "", rest);
}
