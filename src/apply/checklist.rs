//! Lists for people: what is to be done now, task by task, in the words of the cockpit.
//!
//! The cockpit takes one action for a selection of users (PLATFORM 28), and has no interface for programs to detach or
//! revoke. So in goes a plan with how far it came, out comes what somebody clicks next; and what somebody reports back
//! is recorded like any other outcome, with who did it.

use serde::Serialize;
use time::OffsetDateTime;

use super::anew::Anew;
use super::event::{Entry, Event};
use super::outcome::{Key, Outcome};
use super::paper::{Paper, PaperStep, PaperWith};
use super::ready::{Readiness, readiness};
use super::work::{Standing, Work};
use crate::diagnostic::Code;
use crate::directory::Digest;
use crate::model::{Administrator, Id, format_instant};
use crate::plan::{Executor, Reason, StepKind};

/// What is to be done now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Checklist {
    /// The plan.
    pub plan: Digest,
    /// The instant of the list.
    #[serde(serialize_with = "crate::model::instant")]
    pub at: OffsetDateTime,
    /// The tasks, in order.
    pub tasks: Vec<Task>,
    /// When there is more to do, if nothing of this list changes that.
    #[serde(serialize_with = "crate::model::instant_or_null")]
    pub next: Option<OffsetDateTime>,
    /// How many steps are still to come, those of the list included.
    pub open: usize,
}

/// One action for all of its steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Task {
    /// The number of its batch in the plan.
    pub batch: u32,
    /// Where it is done.
    pub executor: Executor,
    /// What its steps do.
    pub kind: StepKind,
    /// What to click, in a sentence.
    pub how: &'static str,
    /// Whether it cannot be undone.
    pub irreversible: bool,
    /// Its steps.
    pub steps: Vec<TaskStep>,
}

/// One line of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TaskStep {
    /// Its number, by which it is reported back.
    pub step: u32,
    /// For whom.
    pub user: Option<Id>,
    /// To what.
    pub target: String,
    /// What else it takes: the words of a message, or the ID that joins.
    pub with: Option<String>,
}

/// What to click. The quoted words are those of the cockpit.
const fn how(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Notify => "Broadcast: send this message",
        StepKind::JoinGroup => "Broadcast, groups: add the ID to the group",
        StepKind::JoinList => "Broadcast, distribution lists: add the ID to the list",
        StepKind::ReplaceId => "Broadcast: put the new ID in the place of the old one",
        StepKind::LeaveGroup => "Broadcast, groups: remove the ID from the group",
        StepKind::LeaveList => "Broadcast, distribution lists: remove the ID from the list",
        StepKind::SynchroniseGroup => "Broadcast, groups: synchronise the group, else nothing has changed",
        StepKind::Withdraw => "Cockpit, credentials: the trash can beside each of these credentials",
        StepKind::Detach => "Cockpit, users: select exactly these IDs, then \"Delete ID\" and \"Keep ID\"",
        StepKind::Revoke => "Cockpit, users: select exactly these IDs, then \"Delete ID\" and \"Revoke ID\"",
        StepKind::RemoveFromDevice => "Device management: remove app or configuration from the device",
        StepKind::StageMdmConfiguration => "Device management: bring this configuration to the device",
        StepKind::ActivateMdmLicence => {
            "Device management: activate the app again with its licence; never delete the app"
        }
        StepKind::Verify => "Device management: look whether all of the above has arrived on the device",
    }
}

/// What is to be done now of a plan that was accepted.
pub fn checklist(paper: &Paper, work: &Work, now: OffsetDateTime) -> Checklist {
    let mut tasks: Vec<Task> = Vec::new();
    let (mut next, mut open) = (None::<OffsetDateTime>, 0);
    for (at, step) in paper.steps().iter().enumerate() {
        if work.step(at).is_final() {
            continue;
        }
        open += 1;
        match readiness(paper, work, at) {
            Readiness::From(from) if from <= now => {
                let line = TaskStep {
                    step: step.number,
                    user: step.user,
                    target: step.target.to_string(),
                    with: match &step.with {
                        Some(PaperWith::Text(text)) => Some(text.to_string()),
                        Some(PaperWith::Id(id)) => Some(id.to_string()),
                        Some(PaperWith::Configuration(_)) => Some("see `leaver plan --payloads`".to_owned()),
                        None => None,
                    },
                };
                match tasks.last_mut().filter(|task| task.batch == step.batch) {
                    Some(task) => task.steps.push(line),
                    None => tasks.push(Task {
                        batch: step.batch,
                        executor: step.executor,
                        kind: step.kind,
                        how: how(step.kind),
                        irreversible: step.kind.reversible() == Some(false),
                        steps: vec![line],
                    }),
                }
            }
            Readiness::From(from) => next = Some(next.map_or(from, |next| next.min(from))),
            Readiness::Waits | Readiness::Never { .. } => {}
        }
    }
    Checklist { plan: *paper.digest(), at: now, tasks, next, open }
}

/// The entries for what somebody reports: these steps were done, or could not be done.
///
/// Time counts from the report, which is never before the deed: a detach waits a whole day from then.
///
/// # Errors
/// Why a step cannot be reported so.
pub fn reported(
    paper: &Paper,
    work: &Work,
    steps: &[u32],
    done: bool,
    by: &str,
    known: Option<&Administrator>,
    now: OffsetDateTime,
) -> Result<Vec<Entry>, Reason> {
    let mut entries = Vec::new();
    for number in steps {
        let refuse = |message: String| Reason::new(Code::NotToBeReported, message);
        let step = paper.step(*number).ok_or_else(|| refuse(format!("the plan has no step {number}")))?;
        let at = (*number as usize).saturating_sub(1);
        match (work.step(at), readiness(paper, work, at)) {
            (Standing::Held { .. }, _) => {
                let message =
                    format!("step {number} is held: whoever may settle holds says what became of it");
                return Err(refuse(message));
            }
            (standing, _) if standing.is_final() => {
                return Err(refuse(format!("step {number} is in its final state already")));
            }
            (_, Readiness::From(from)) if from <= now => {}
            (_, Readiness::From(from)) => {
                return Err(refuse(format!("step {number} may not begin before {}", format_instant(from))));
            }
            _ => return Err(refuse(format!("step {number} waits for another step"))),
        }
        if let Some(administrator) = known.filter(|administrator| !administrator.may(step.privilege)) {
            let message = format!(
                "step {number} takes the privilege {}, which {} has not",
                step.privilege, administrator.name
            );
            return Err(refuse(message));
        }
        let attempt = work.step(at).attempts().saturating_add(1);
        let entry = |event| Entry { at: now, actor: Some(by.to_owned()), plan: Some(*paper.digest()), event };
        if done {
            // What was done by hand counts against the limits of a day like everything else.
            entries.push(entry(Event::Intent {
                step: step.number,
                attempt,
                kind: step.kind,
                user: step.user,
                target: step.target.to_string(),
                key: Key::of(paper.digest(), step.number),
            }));
        }
        entries.push(entry(outcome(step, done, attempt)));
    }
    let mut after = work.clone();
    for entry in &entries {
        after.take(entry.at, &entry.event);
    }
    entries.extend(followed(paper, after, now));
    Ok(entries)
}

/// The entries for users about whom is decided otherwise by now: none of their steps that have not begun are done.
pub fn stopped(paper: &Paper, work: &Work, anew: &Anew, now: OffsetDateTime) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (user, change) in anew.changes() {
        let waits = |at: usize| matches!(work.step(at), Standing::Untouched | Standing::Again { .. });
        let steps = paper.steps().iter().enumerate();
        let steps = steps.filter(|(at, step)| step.owners.contains(&user) && waits(*at));
        let steps: Vec<u32> = steps.map(|(_, step)| step.number).collect();
        if !steps.is_empty() {
            entries.push(of_plan(
                paper,
                now,
                Event::Stopped { steps, user: Some(user), reason: change.reason(user) },
            ));
        }
    }
    let mut after = work.clone();
    for entry in &entries {
        after.take(entry.at, &entry.event);
    }
    entries.extend(followed(paper, after, now));
    entries
}

/// What follows from what was not done: steps that depend on it stop, and a plan of which nothing is left has ended.
fn followed(paper: &Paper, mut work: Work, now: OffsetDateTime) -> Vec<Entry> {
    let mut entries = Vec::new();
    loop {
        let before = entries.len();
        for (at, step) in paper.steps().iter().enumerate() {
            if work.step(at).is_final() {
                continue;
            }
            if let Readiness::Never { because_of } = readiness(paper, &work, at) {
                let message = format!("step {because_of}, which comes before it, was not done");
                let reason = Reason::new(Code::StepBeforeFailed, message);
                let stopped = Event::Stopped { steps: vec![step.number], user: step.user, reason };
                let entry = of_plan(paper, now, stopped);
                work.take(now, &entry.event);
                entries.push(entry);
            }
        }
        if entries.len() == before {
            break;
        }
    }
    let is_over = |standing: &Standing| standing.is_final() && !matches!(standing, Standing::Held { .. });
    if !work.is_finished() && work.steps().iter().all(is_over) {
        entries.push(of_plan(paper, now, work.ending()));
    }
    entries
}

fn of_plan(paper: &Paper, at: OffsetDateTime, event: Event) -> Entry {
    Entry { at, actor: Some(paper.actor().to_owned()), plan: Some(*paper.digest()), event }
}

fn outcome(step: &PaperStep, done: bool, attempt: u32) -> Event {
    let outcome =
        if done { Outcome::Applied } else { Outcome::Refused { why: "reported as not done".to_owned() } };
    Event::Outcome { step: step.number, attempt, outcome, observed: true }
}

impl Checklist {
    /// A list to print, or to put into a ticket.
    pub fn to_markdown(&self) -> String {
        let plan = self.plan.to_string();
        let mut text =
            format!("# What to do now\n\nPlan {}, as of {}.\n", &plan[..12], format_instant(self.at));
        for task in &self.tasks {
            text += &format!("\n## Task {}: {}\n\n", task.batch, task.how);
            if task.irreversible {
                text += "**CANNOT BE UNDONE.** Compare the list before you confirm.\n\n";
            }
            for step in &task.steps {
                let whose = step.user.filter(|user| user.as_str() != step.target);
                let whose = whose.map_or_else(String::new, |user| format!(" (for {user})"));
                let with =
                    step.with.as_ref().map_or_else(String::new, |with| format!(": {}", one_line(with)));
                text += &format!("- [ ] {} — step {}{whose}{with}\n", one_line(&step.target), step.step);
            }
        }
        if self.tasks.is_empty() {
            text += "\nNothing.\n";
        }
        if let Some(next) = self.next {
            text += &format!("\nMore from {} on.\n", format_instant(next));
        }
        text
    }
}

/// Texts come from a directory and a policy: no line break, and nothing that Markdown would take for a mark.
fn one_line(text: &str) -> String {
    let mut line = String::new();
    for c in text.chars() {
        match c {
            c if c.is_control() => line.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' => {
                line.push('\\');
                line.push(c);
            }
            c => line.push(c),
        }
    }
    line
}
