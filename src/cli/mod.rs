//! The command line: reads arguments, asks the library, writes reports.
//!
//! Goes in: arguments as they were typed. Comes out: output on standard output or in a file, errors
//! and notes on standard error, and an [`Exit`]. It never ends the process itself, so that another
//! program can run it. Nothing is decided here.

use std::ffi::OsString;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

pub use exit::Exit;

use arguments::{Arguments, Command, MarkdownOrJson};
use exit::Failure;
use output::Output;
use terminal::Terminal;

mod apply;
mod arguments;
#[cfg(feature = "arrow")]
mod arrow;
mod audit;
mod check;
mod checklist;
mod decide;
mod diff;
mod engine;
mod exit;
mod explain;
mod export;
mod files;
mod import;
mod input;
mod keys;
mod lines;
mod output;
mod parallel;
mod payloads;
mod plan;
mod platform;
mod progress;
mod rendering;
mod report;
mod resolve;
#[cfg(test)]
mod sample;
mod scope;
mod status;
mod summary;
mod table;
mod terminal;
mod test;
mod threema;
mod world;

/// Runs the command line; the first argument is the name of the program.
///
/// A panic, which would be a fault of leaver, is caught and ends with [`Exit::Bug`].
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    catch_unwind(AssertUnwindSafe(|| run_command(arguments))).unwrap_or_else(|_| {
        // What panicked has been printed by then; say what that means.
        let _ = writeln!(std::io::stderr(), "error: this is a fault of leaver; please report it");
        Exit::Bug
    })
}

/// Asks a command that is at work to come to an end after its present step. For whoever handles the interrupt of
/// the process; nothing else looks at it.
pub fn interrupt() {
    terminal::INTERRUPTED.store(true, std::sync::atomic::Ordering::Relaxed);
}

fn run_command(arguments: Vec<OsString>) -> Exit {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help goes to standard output, mistakes to standard error. A closed pipe is nothing to report.
            let _ = error.print();
            return match error.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Exit::Done,
                _ => Exit::Usage,
            };
        }
    };
    let terminal = Terminal::of_process(arguments.common);
    match dispatch(&arguments.command, &terminal) {
        Ok(exit) => exit,
        Err(failure) => terminal.complain(&failure),
    }
}

fn dispatch(command: &Command, terminal: &Terminal) -> Result<Exit, Failure> {
    match command {
        Command::Import(arguments) => import::run(arguments, terminal),
        Command::Check(arguments) => check::run(arguments, terminal),
        Command::Decide(arguments) => decide::run(arguments, terminal),
        Command::Explain(arguments) => explain::run(arguments, terminal),
        Command::Diff(arguments) => diff::run(arguments, terminal),
        Command::Plan(arguments) => plan::run(arguments, terminal),
        Command::Approve(arguments) => keys::approve(arguments, terminal),
        Command::Keygen(arguments) => keys::keygen(arguments, terminal),
        Command::Apply(arguments) => apply::run(arguments, terminal),
        Command::Resolve(arguments) => resolve::run(arguments, terminal),
        Command::Status(arguments) => status::run(arguments, terminal),
        Command::World(arguments) => world::run(arguments, terminal),
        Command::Report(arguments) => report::run(arguments, terminal),
        Command::Audit(arguments) => audit::run(arguments, terminal),
        Command::Test(arguments) => test::run(arguments, terminal),
        Command::Reference(arguments) => print(&match arguments.format {
            MarkdownOrJson::Markdown => engine::reference_markdown().into_bytes(),
            MarkdownOrJson::Json => {
                let mut json = Vec::new();
                lines::write_json(&mut json, &engine::reference_json(), terminal.shows_output);
                json.push(b'\n');
                json
            }
        }),
        Command::Completions(arguments) => {
            let mut script = Vec::new();
            clap_complete::generate(arguments.shell, &mut Arguments::command(), "leaver", &mut script);
            print(&script)
        }
    }
}

fn print(bytes: &[u8]) -> Result<Exit, Failure> {
    let mut output = Output::standard();
    output.write_all(bytes)?;
    output.finish()?;
    Ok(Exit::Done)
}
