//! `leaver status`: what was planned beside what was done, and what is seen.

use std::io::Write as _;

use super::apply::beside;
use super::arguments::{Status as Arguments, TextOrJson};
use super::exit::{Exit, Failure};
use super::files::{journal_to_look_at, of_journal};
use super::input::{instant_of, read_directory};
use super::output::Output;
use super::platform;
use super::terminal::Terminal;
use crate::apply::simulator::{Faults, Simulator};
use crate::apply::{Connector, JournalError, Memberships, Residual, State, Status, residual, status};
use crate::directory::Digest;
use crate::model::format_instant;
use crate::report::visible;

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let failed = |error: JournalError| of_journal(&arguments.journal, &error);
    let journal = journal_to_look_at(&arguments.journal)?;
    let mut plans = journal.works().map_err(failed)?;
    if let Some(wanted) = &arguments.plan {
        plans.retain(|(paper, _)| paper.digest().to_string().starts_with(wanted));
        if plans.is_empty() {
            let help = "run `leaver audit show` to see the plans of this journal";
            return Err(Failure::usage(format!("the journal has no plan {wanted}"), Some(help.to_owned())));
        }
    }
    let path = arguments.world.clone().unwrap_or_else(|| beside(&arguments.journal));
    let is_named = arguments.world.is_some();
    let mut simulator = match platform::world(&path) {
        Ok(world) => Some(Simulator::new(world, Faults::none())),
        Err(failure) if is_named => return Err(failure),
        Err(_) => None,
    };
    let now = instant_of(arguments.moment);
    terminal.note(&format!("as of {}", format_instant(now)));
    let memberships = match (&arguments.directory, &simulator) {
        (Some(path), _) => Memberships::of_directory(read_directory(path, terminal)?.snapshot()),
        (None, Some(simulator)) => Memberships::of_world(simulator.world()),
        (None, None) => Memberships::default(),
    };
    let mut all = Vec::new();
    for (paper, work) in &plans {
        let connector = simulator.as_mut().map(|simulator| -> &mut dyn Connector { simulator });
        let left = residual(paper, work, &memberships);
        all.push((*paper.digest(), status(paper, work, connector, now), left));
    }
    let mut output = Output::standard();
    match arguments.format {
        TextOrJson::Json => {
            let json: Vec<_> = all
                .iter()
                .map(|(plan, status, residual)| {
                    let at = format_instant(status.at);
                    serde_json::json!({"plan": plan, "at": at, "steps": status.steps, "residual": residual})
                })
                .collect();
            serde_json::to_writer(&mut output, &json).map_err(Failure::bug)?;
            output.write_all(b"\n")?;
        }
        TextOrJson::Text => {
            for (plan, status, residual) in &all {
                output.write_all(text(plan, status, residual, arguments.all).as_bytes())?;
            }
        }
    }
    output.finish()?;
    // Of what is left only what somebody could end is an alarm: a group that is its members' own is told.
    let is_left = |residual: &[Residual]| residual.iter().any(|one| one.managed);
    let is_alarming = all.iter().any(|(_, status, residual)| status.is_alarming() || is_left(residual));
    Ok(if is_alarming { Exit::Findings } else { Exit::Done })
}

fn text(plan: &Digest, status: &Status, residual: &[Residual], all: bool) -> String {
    let plan = plan.to_string();
    let mut text = format!("plan {}\n", plan.get(..12).unwrap_or(&plan));
    let counts: Vec<String> = State::ALL
        .iter()
        .map(|state| (state, status.count(*state)))
        .filter(|(_, count)| *count > 0)
        .map(|(state, count)| format!("{count} {state}"))
        .collect();
    let left = if residual.is_empty() { String::new() } else { format!(", {} residual", residual.len()) };
    text += &format!("  {}{left}\n", counts.join(", "));
    for step in &status.steps {
        if !all && matches!(step.state, State::Confirmed) {
            continue;
        }
        let whose = step.user.map_or_else(|| "-".to_owned(), |user| user.to_string());
        let until = step.until.map_or_else(String::new, |until| format!("  until {}", format_instant(until)));
        text += &format!(
            "  {:>6}  {:<9}  {:<24} {whose:<8}  {}{until}\n",
            step.step, step.state, step.kind, step.target
        );
    }
    for Residual { user, container, key, managed } in residual {
        let whose = if *managed { "" } else { ", its members' own" };
        text +=
            &format!("  {:>6}  {:<9}  {container:<24} {user:<8}  {}{whose}\n", "-", "residual", visible(key));
    }
    text
}
