//! A plan as a work order: what a person reads from top to bottom and acts on.
//!
//! Goes in: what a plan says, the directory it is about, and a width. Comes out: text. Times are those of the
//! clocks in the subscription's zone. Nothing is said here that the plan does not say; long lists are cut
//! unless everything is asked for, and then the text says so.

mod notes;
mod page;
mod tasks;
mod windows;

use std::fmt::Write as _;

use crate::directory::{Digest, Directory};
use crate::model::{Moment, MomentError};
use crate::plan::{Content, Plan, PlanRefused, Refusal, Status};
use page::Page;

use super::visible;

/// How a work order is written.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Columns there are.
    pub width: usize,
    /// Whether every ID, hazard and finding is listed.
    pub all: bool,
}

/// The work order of a plan.
///
/// # Errors
/// [`MomentError`] if the plan's instant is outside the years that clocks show.
pub fn work_order(plan: &Plan, directory: &Directory, layout: Layout) -> Result<String, MomentError> {
    text(plan.content(), &[], Some(plan.digest()), directory, layout)
}

/// The same for a plan that was refused: the refusals first, then what would have been planned.
///
/// # Errors
/// As [`work_order`].
pub fn refused_order(
    refused: &PlanRefused,
    directory: &Directory,
    layout: Layout,
) -> Result<String, MomentError> {
    match &refused.content {
        Some(content) => text(content, &refused.refusals, None, directory, layout),
        None => {
            let mut page = Page::new(layout);
            refusals(&refused.refusals, &mut page);
            Ok(page.finish())
        }
    }
}

fn text(
    content: &Content,
    refused: &[Refusal],
    digest: Option<&Digest>,
    directory: &Directory,
    layout: Layout,
) -> Result<String, MomentError> {
    let moment = Moment::new(content.made.as_of, directory.subscription().time_zone.clone())?;
    let mut page = Page::new(layout);
    refusals(refused, &mut page);
    heading(content, digest, directory, &moment, &mut page);
    tasks::write(content, directory, &moment, &mut page);
    windows::write(content, &moment, &mut page);
    notes::not_planned(content, &mut page);
    notes::hazards(content, &mut page);
    notes::findings(content, &mut page);
    notes::guards(content, &mut page);
    notes::licences(content, &moment, &mut page);
    Ok(page.finish())
}

fn refusals(refusals: &[Refusal], page: &mut Page) {
    if refusals.is_empty() {
        return;
    }
    page.section("REFUSED: nothing of this may be carried out");
    for refusal in refusals {
        page.item(&format!("[{}] {}", refusal.code, refusal.message), 2, 4);
        page.item(&format!("do: {}", refusal.help), 4, 8);
    }
}

fn heading(
    content: &Content,
    digest: Option<&Digest>,
    directory: &Directory,
    moment: &Moment,
    page: &mut Page,
) {
    let subscription = directory.subscription();
    let name = if subscription.name.is_empty() { &subscription.id } else { &subscription.name };
    let zone = moment.zone();
    let made = &content.made;
    page.section(&format!("Plan of {} for {name}", made.actor));
    page.item(&format!("as of {} ({zone})", page::clock(moment, made.as_of)), 2, 4);
    page.item(&format!("begin before {}", page::clock(moment, content.expires_at)), 2, 4);
    match content.approvals_needed {
        0 => page.item("no approval needed", 2, 4),
        1 => page.item(&format!("1 approval needed, not by {}", made.actor), 2, 4),
        many => page.item(&format!("{many} approvals needed, none by {}", made.actor), 2, 4),
    }
    if let Some(digest) = digest {
        page.item(&format!("digest {digest}"), 2, 4);
    }
    let mut counts = String::new();
    for status in Status::ALL {
        let count = content.users.iter().filter(|user| user.status == *status).count();
        if count > 0 {
            let comma = if counts.is_empty() { "" } else { ", " };
            let _ = write!(counts, "{comma}{count} {status}");
        }
    }
    let users = content.users.len();
    page.item(&format!("{users} user{}: {counts}", if users == 1 { "" } else { "s" }), 2, 4);
}

/// A text that is safe to print, cut to a few words.
fn shortened(text: &str) -> String {
    let shown = visible(text);
    match shown.char_indices().nth(70) {
        Some((end, _)) => format!("{}…", &shown[..end]),
        None => shown.into_owned(),
    }
}
