//! `leaver check`: everything that is wrong with a policy.

use std::io::Write;
use std::sync::Arc;

use serde::Serialize;

use super::arguments::{Check, TextOrJson};
use super::engine;
use super::exit::{Exit, Failure, exit_of};
use super::input::{note_attributes, read_directory};
use super::lines::write_json;
use super::output::Output;
use super::terminal::Terminal;
use crate::diagnostic::{self, Diagnostic};
use crate::model::Schema;
use crate::policy::Source;
use crate::report::{draw, tally};

/// Runs the command.
pub(crate) fn run(arguments: &Check, terminal: &Terminal) -> Result<Exit, Failure> {
    let (diagnostics, sources) = match examine(arguments, terminal) {
        Ok(found) => found,
        // A policy or directory that cannot be read is reported in the format asked for, too.
        Err(Failure::Diagnostics { diagnostics, sources }) => (diagnostics, sources),
        Err(other) => return Err(other),
    };
    let mut output = Output::standard();
    match arguments.format {
        TextOrJson::Json => output.write_all(&json_lines(&diagnostics, terminal.shows_output))?,
        TextOrJson::Text => {
            output.write_all(draw(&diagnostics, &sources, terminal.drawing()).as_bytes())?;
            writeln!(output, "{}", tally(&diagnostics, sources.len().max(1)))?;
        }
    }
    output.finish()?;
    note_attributes(&diagnostics, arguments.directory.as_deref(), terminal);
    Ok(exit_of(&diagnostics))
}

fn examine(arguments: &Check, terminal: &Terminal) -> Result<(Vec<Diagnostic>, Vec<Source>), Failure> {
    let sources = engine::load_sources(&arguments.policy).map_err(Failure::of)?;
    let directory = match &arguments.directory {
        Some(path) => Some(read_directory(path, terminal)?),
        None => None,
    };
    let schema =
        directory.as_ref().map_or_else(|| Arc::new(Schema::default()), |found| Arc::clone(found.schema()));
    let checked = engine::check(sources.clone(), &schema, directory.as_ref());
    let mut diagnostics = checked.diagnostics;
    if let (Some(policy), Some(directory)) = (&checked.policy, &directory) {
        diagnostics.extend(engine::missing_fields(policy, &|slot| directory.provides(slot)));
    }
    diagnostic::sort(&mut diagnostics);
    Ok((diagnostics, sources))
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
