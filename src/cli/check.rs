//! `leaver check`: everything that is wrong with a policy.

use std::io::Write;
use std::sync::Arc;

use serde::Serialize;

use super::arguments::{Check, TextOrJson};
use super::engine;
use super::exit::{Exit, Failure, exit_of};
use super::input::{note_attributes, now, read_directory};
use super::lines::write_json;
use super::output::Output;
use super::terminal::Terminal;
use crate::diagnostic::{self, Diagnostic};
use crate::model::{Moment, Schema, Zone};
use crate::policy::{Basis, Source};
use crate::report::{draw, tally};

/// What was found, and in what.
struct Examined {
    diagnostics: Vec<Diagnostic>,
    sources: Vec<Source>,
    /// Kinds of users on whom no rule acts, a sentence each; nothing if that was not asked.
    uncovered: Option<Vec<String>>,
}

/// Runs the command.
pub(crate) fn run(arguments: &Check, terminal: &Terminal) -> Result<Exit, Failure> {
    let examined = match examine(arguments, terminal) {
        Ok(found) => found,
        // A policy or directory that cannot be read is reported in the format asked for, too.
        Err(Failure::Diagnostics { diagnostics, sources }) => {
            Examined { diagnostics, sources, uncovered: None }
        }
        Err(other) => return Err(other),
    };
    let Examined { diagnostics, sources, uncovered } = examined;
    let mut output = Output::standard();
    match arguments.format {
        TextOrJson::Json => output.write_all(&json_lines(&diagnostics, terminal.shows_output))?,
        TextOrJson::Text => {
            output.write_all(draw(&diagnostics, &sources, terminal.drawing()).as_bytes())?;
            writeln!(output, "{}", tally(&diagnostics, sources.len().max(1)))?;
            for line in uncovered.iter().flatten() {
                writeln!(output, "{line}")?;
            }
        }
    }
    output.finish()?;
    note_attributes(&diagnostics, arguments.directory.as_deref(), terminal);
    Ok(exit_of(&diagnostics))
}

fn examine(arguments: &Check, terminal: &Terminal) -> Result<Examined, Failure> {
    let sources = engine::load_sources(&arguments.policy).map_err(Failure::of)?;
    let directory = match &arguments.directory {
        Some(path) => Some(read_directory(path, terminal)?),
        None => None,
    };
    let schema =
        directory.as_ref().map_or_else(|| Arc::new(Schema::default()), |found| Arc::clone(found.schema()));
    let checked = engine::check(sources.clone(), &schema, directory.as_ref());
    let mut diagnostics = checked.diagnostics;
    let mut uncovered = None;
    if let Some(policy) = &checked.policy {
        if let Some(directory) = &directory {
            diagnostics.extend(engine::missing_fields(policy, &|slot| directory.provides(slot)));
        }
        let zone = directory.as_ref().map_or(Zone::UTC, engine::Directory::zone);
        let as_of = arguments.moment.as_of.unwrap_or_else(now);
        let moment = Moment::new(as_of, zone).map_err(|error| Failure::usage(error.to_string(), None))?;
        let basis = Basis::new(moment, true);
        diagnostics.extend(engine::analyse(policy, &basis, arguments.verbose)?);
        if arguments.covers {
            uncovered = Some(engine::uncovered(policy, &basis)?);
        }
    }
    diagnostic::sort(&mut diagnostics);
    Ok(Examined { diagnostics, sources, uncovered })
}

/// A list as JSON, one element a line.
pub(crate) fn json_lines(elements: &[impl Serialize], for_terminal: bool) -> Vec<u8> {
    let mut json = b"[".to_vec();
    for (index, element) in elements.iter().enumerate() {
        json.extend_from_slice(if index == 0 { b"\n" } else { b",\n" });
        write_json(&mut json, element, for_terminal);
    }
    json.extend_from_slice(b"\n]\n");
    json
}
