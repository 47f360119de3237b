//! `leaver apply --connector threema`: the settings, the keys, and the requests that would be sent.

use std::io::Write as _;
use std::path::Path;

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::arguments::{Apply as Arguments, ConnectorName, TextOrJson};
use super::exit::{Exit, Failure};
use super::files::{journal_to_look_at, of_apply, of_journal, read};
use super::output::Output;
use crate::apply::threema::{
    Answers, Call, Rehearsal, Rehearsed, Threema, ThreemaError, ThreemaSettings, fetch, rehearse,
};
use crate::apply::{Journal as _, Paper};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::model::format_instant;
use crate::plan::MOST_SETTINGS_BYTES;
use crate::report::visible;

/// The settings, if they are asked for.
///
/// Mistakes are told without the lines they are in: somebody may have written a key there.
pub(crate) fn settings(arguments: &Arguments) -> Result<Option<ThreemaSettings>, Failure> {
    let (ConnectorName::Threema, Some(path)) = (arguments.connector, &arguments.settings) else {
        if arguments.settings.is_some() {
            let help = Some("write --connector threema".to_owned());
            return Err(Failure::usage("--settings and --dry-run are for the connector `threema`", help));
        }
        return Ok(None);
    };
    if !arguments.dry_run && arguments.moment.as_of.is_some() {
        let help = Some("leave --as-of out, or add --dry-run".to_owned());
        return Err(Failure::usage("on the real platform it is now", help));
    }
    settings_of(path).map(Some)
}

/// What a file of settings says.
pub(crate) fn settings_of(path: &Path) -> Result<ThreemaSettings, Failure> {
    let name = path.display().to_string();
    let bytes = read(path, Code::ConnectorUnreadable, MOST_SETTINGS_BYTES)?;
    let text = String::from_utf8(bytes).map_err(|_| {
        let message = "the file is not UTF-8";
        let found = Diagnostic::new(Code::ConnectorUnreadable, message, name.clone(), Place::FILE);
        Failure::of(vec![found.help("save it as UTF-8")])
    })?;
    let mut settings = ThreemaSettings::from_toml(&name, &text).map_err(Failure::of)?;
    settings.beside(path.parent().unwrap_or(Path::new("")));
    Ok(settings)
}

/// What the Work API knows.
pub(crate) fn answers(path: &Path, credentials: bool, now: OffsetDateTime) -> Result<Answers, Failure> {
    fetch(&settings_of(path)?, credentials, now).map_err(|error| failed(&error))
}

fn failed(error: &ThreemaError) -> Failure {
    let found = Diagnostic::new(error.code(), error.to_string(), "the connector", Place::FILE);
    Failure::of(vec![found.help(error.help())])
}

/// A connector that the platform has answered.
pub(crate) fn connect(
    settings: ThreemaSettings,
    paper: &Paper,
    now: OffsetDateTime,
) -> Result<Threema, Failure> {
    let mut connector = Threema::new(settings, paper).map_err(|error| failed(&error))?;
    connector.greet(now).map_err(|error| failed(&error))?;
    Ok(connector)
}

/// Prints the requests that would be sent, and sends none.
pub(crate) fn dry_run(
    arguments: &Arguments,
    paper: &Paper,
    settings: ThreemaSettings,
    start: OffsetDateTime,
) -> Result<Exit, Failure> {
    let mut recorded = Vec::new();
    if arguments.journal.exists() {
        let journal = journal_to_look_at(&arguments.journal)?;
        let failed = |error| of_journal(&arguments.journal, &error);
        journal.replay(&mut |entry| recorded.push(entry)).map_err(failed)?;
    }
    let rehearsal =
        rehearse(settings, paper, recorded, start).map_err(|error| of_apply(&arguments.journal, error))?;
    let mut output = Output::open(arguments.output.as_deref())?;
    match arguments.format {
        TextOrJson::Json => {
            serde_json::to_writer(&mut output, &as_json(&rehearsal)).map_err(Failure::bug)?;
            output.write_all(b"\n")?;
        }
        TextOrJson::Text => output.write_all(as_text(&rehearsal).as_bytes())?,
    }
    output.finish()?;
    Ok(Exit::Done)
}

fn as_json(rehearsal: &Rehearsal) -> Value {
    let call = |call: &Call| json!({"api": call.api, "method": call.method, "url": call.url, "headers": call.headers(), "body": call.body});
    let step = |step: &Rehearsed| {
        json!({
            "at": format_instant(step.at), "step": step.step, "kind": step.kind, "user": step.user,
            "target": step.target, "by_hand": step.by_hand, "look": step.look.as_ref().map(call),
            "calls": step.calls.iter().map(call).collect::<Vec<_>>(), "refused": step.refused,
        })
    };
    json!({
        "plan": rehearsal.plan,
        "greetings": rehearsal.greetings.iter().map(call).collect::<Vec<_>>(),
        "steps": rehearsal.steps.iter().map(step).collect::<Vec<_>>(),
    })
}

fn as_text(rehearsal: &Rehearsal) -> String {
    let plan = rehearsal.plan.to_string();
    let mut text = format!("Nothing is sent. Plan {}: what would be, if all goes well:\n\n", &plan[..12]);
    text += "before the first step\n";
    rehearsal.greetings.iter().for_each(|call| one(call, &mut text));
    for step in &rehearsal.steps {
        let whose = step.user.filter(|user| user.as_str() != step.target);
        let whose = whose.map_or_else(String::new, |user| format!(" for {user}"));
        text += &format!(
            "\nstep {}: {} {}{whose}, from {} on\n",
            step.step,
            step.kind,
            visible(&step.target),
            format_instant(step.at)
        );
        if step.by_hand {
            text += "  by hand: see --connector checklist\n";
        }
        if let Some(why) = step.refused {
            text += &format!("  not done: {why}\n");
        }
        if let Some(look) = &step.look {
            text += "  looks, and what follows from it:\n";
            one(look, &mut text);
        }
        if !step.calls.is_empty() {
            text += "  does:\n";
        }
        step.calls.iter().for_each(|call| one(call, &mut text));
    }
    text
}

fn one(call: &Call, text: &mut String) {
    *text += &format!("    {} {}\n", call.method.word(), call.url);
    for (name, value) in call.headers() {
        *text += &format!("      {name}: {value}\n");
    }
    if let Some(body) = &call.body {
        *text += &format!("      {}\n", visible(body));
    }
}
