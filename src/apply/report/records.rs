//! The records about the plan as a whole: approvals, refusals, what people said of held steps, interruptions.
//!
//! Intents and outcomes of single steps are not listed again; the table of users has what came of them.

use super::html::Html;
use super::model::Shown;
use super::summary::short;
use super::waiting::{MOST_ROWS, left_out};
use crate::apply::{Event, Record};

pub(super) fn write(shown: &Shown<'_>, page: &mut Html) {
    page.section(
        "records",
        "Records",
        "The entries of the history that somebody answers for: approvals, refusals, interruptions, and what people found out. Limits cannot be overridden, so there are no records of that.",
    );
    let is_listed = |record: &&Record| {
        !matches!(record.entry.event, Event::Intent { .. } | Event::Outcome { .. } | Event::Opened { .. })
    };
    let records: Vec<&Record> = shown.input.records.iter().filter(is_listed).collect();
    if records.is_empty() {
        page.raw("<p class=\"empty\">There are none.</p>\n</section>\n");
        return;
    }
    page.raw("<div class=\"scroll\" role=\"region\" aria-label=\"Records\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\" class=\"number\">No.</th>");
    page.raw("<th scope=\"col\">When</th><th scope=\"col\">On behalf of</th><th scope=\"col\">What</th>");
    page.raw("<th scope=\"col\">Hash</th></tr></thead>\n<tbody>\n");
    for record in records.iter().take(MOST_ROWS) {
        page.raw("<tr><td class=\"number\">").count(usize::try_from(record.n).unwrap_or(usize::MAX));
        page.raw("</td><td>").instant(record.entry.at).raw("</td><td>");
        page.text(record.entry.actor.as_deref().unwrap_or("")).raw("</td><td>");
        told(&record.entry.event, page);
        page.raw("</td><td>");
        short(&record.hash.to_string(), page).raw("</td></tr>\n");
    }
    page.raw("</tbody>\n</table></div>\n");
    left_out(records.len(), page);
    page.raw("</section>\n");
}

fn told(event: &Event, page: &mut Html) {
    let because = |page: &mut Html, reason: &crate::plan::Reason| {
        page.prose(&reason.message).raw(" ").code(&reason.code);
    };
    match event {
        Event::PolicyChanged { before, now } => {
            page.raw("Another policy than in the plan before: ");
            short(&before.to_string(), page).raw(" became ");
            short(&now.to_string(), page);
        }
        Event::Accepted { steps, .. } => {
            page.raw("Plan accepted, ").counted(*steps as usize, "step", "steps");
        }
        Event::Approved { approval } => {
            let approval = &approval.approval;
            page.raw("Approved by ").text(&approval.approver).raw(", valid until ").instant(approval.until);
        }
        Event::Refused { reason } => {
            page.raw("Plan refused: ");
            because(page, reason);
        }
        Event::Overridden { limit, allowed, instead_of } => {
            page.raw("Limit ")
                .code(limit)
                .raw(" passed: ")
                .count(usize::try_from(*allowed).unwrap_or(usize::MAX));
            page.raw(" allowed instead of ").count(usize::try_from(*instead_of).unwrap_or(usize::MAX));
        }
        Event::Held { step, reason } => {
            page.raw("Step ").count(*step as usize).raw(" held: ");
            because(page, reason);
        }
        Event::Resolved { step, done, note } => {
            page.raw("Step ").count(*step as usize);
            page.raw(if *done { ": a person found it done: " } else { ": a person found it not done: " })
                .text(note);
        }
        Event::Stopped { steps, user, reason } => {
            page.counted(steps.len(), "step", "steps");
            if let Some(user) = user {
                page.raw(" of ").code(user.as_str());
            }
            page.raw(" stopped: ");
            because(page, reason);
        }
        Event::Interrupted { reason } => {
            page.raw("Run stopped before its end: ");
            because(page, reason);
        }
        Event::Finished { done, no_op, not_done } => {
            page.raw("Plan finished: ").count(*done as usize).raw(" done, ").count(*no_op as usize);
            page.raw(" with nothing to do, ").count(*not_done as usize).raw(" not done");
        }
        Event::Opened { .. } | Event::Intent { .. } | Event::Outcome { .. } => {}
    }
}
