//! `leaver world`: what the simulated platform looks like at an instant.

use std::io::Write as _;

use super::arguments::{TextOrJson, World as Arguments};
use super::exit::{Exit, Failure};
use super::input::instant_of;
use super::output::Output;
use super::platform;
use super::terminal::Terminal;
use crate::apply::simulator::{UserView, View};
use crate::model::format_instant;
use crate::report::visible;

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let world = platform::world(&arguments.file)?;
    let at = instant_of(arguments.moment);
    terminal.note(&format!("as of {}", format_instant(at)));
    let mut view = world.view(at);
    if let Some(wanted) = arguments.user {
        view.users.retain(|user| user.user == wanted);
        if view.users.is_empty() {
            return Err(Failure::usage(format!("the simulated platform has no user {wanted}"), None));
        }
    }
    let mut output = Output::standard();
    match arguments.format {
        TextOrJson::Json => {
            serde_json::to_writer(&mut output, &view).map_err(Failure::bug)?;
            output.write_all(b"\n")?;
        }
        TextOrJson::Text => {
            output.write_all(text(&view, arguments.all || arguments.user.is_some()).as_bytes())?;
        }
    }
    output.finish()?;
    Ok(Exit::Done)
}

/// Whether nothing is different for a user.
fn is_untouched(user: &UserView) -> bool {
    user.id == "active" && user.abilities.reads && user.abilities.writes && user.abilities.listed
}

fn text(view: &View, all: bool) -> String {
    let yes = |is_so: bool| if is_so { "yes" } else { "no" };
    let mut text =
        format!("{:<8}  {:<8}  {:<5}  {:<6}  {:<6}  member of\n", "user", "id", "reads", "writes", "listed");
    let (mut shown, mut untouched) = (0, 0);
    for user in &view.users {
        if is_untouched(user) && !all {
            untouched += 1;
            continue;
        }
        shown += 1;
        let member_of = visible(&user.member_of.join(", ")).into_owned();
        let abilities = user.abilities;
        text += format!(
            "{:<8}  {:<8}  {:<5}  {:<6}  {:<6}  {member_of}",
            user.user.as_str(),
            user.id,
            yes(abilities.reads),
            yes(abilities.writes),
            yes(abilities.listed)
        )
        .trim_end();
        text.push('\n');
    }
    if shown == 0 {
        text.clear();
    }
    if untouched > 0 {
        text += &format!("{untouched} users can do everything as before\n");
    }
    text
}
