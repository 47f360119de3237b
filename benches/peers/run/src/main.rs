//! Builds every engine's program, runs them in turns and prints one table of medians and ratios.
//!
//! In goes nothing but the options below; out comes Markdown. A round lets every program time each of its
//! rows once, one program after the other, leaver's first. A ratio is that of one round: to the rules by hand
//! as the same program timed them a moment ago, or for Python, to the median of what the programs before
//! found in this round. What counts is the median over the rounds.

mod machine;
mod program;
mod python;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;

use program::Program;
use table::{Table, median};

const USAGE: &str = "\
usage: peers-run [OPTIONS]

  --rounds N         rounds of each policy (9)
  --users N          users of the columns and files (1000000)
  --only NAME        these programs only, beside leaver's; may be repeated
  --as-built         no builds: the programs as they are
  --without-growth   no tables of growth
  --without-python   nothing that needs Python";

/// The engines' programs, in the order of their turns.
const ENGINES: [&str; 6] = ["leaver", "zen", "cel", "rhai", "regorus", "cedar"];

#[allow(clippy::struct_excessive_bools, reason = "switches of a command line")]
struct Options {
    rounds: usize,
    users: usize,
    only: Vec<String>,
    build: bool,
    growth: bool,
    python: bool,
}

impl Options {
    fn read() -> Result<Self, String> {
        let mut options =
            Self { rounds: 9, users: 1_000_000, only: Vec::new(), build: true, growth: true, python: true };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} wants a value"));
            let number = |text: String| text.parse().map_err(|_| format!("`{text}` is no number"));
            match argument.as_str() {
                "--rounds" => options.rounds = number(value()?)?,
                "--users" => options.users = number(value()?)?,
                "--only" => options.only.push(value()?),
                "--as-built" => options.build = false,
                "--without-growth" => options.growth = false,
                "--without-python" => options.python = false,
                _ => return Err(USAGE.to_owned()),
            }
        }
        Ok(options)
    }

    fn wants(&self, name: &str) -> bool {
        name == "leaver" || self.only.is_empty() || self.only.iter().any(|only| only == name)
    }
}

/// Where the corpus and Python's packages go: outside the repository.
fn folder() -> PathBuf {
    std::env::temp_dir().join("leaver-peers")
}

fn run(options: &Options) -> Result<(), String> {
    let folder = folder();
    let told = work::corpus::write(&folder, options.users)
        .map_err(|error| format!("the corpus cannot be written: {error}"))?;
    let engines: Vec<&str> = ENGINES.into_iter().filter(|name| options.wants(name)).collect();
    for engine in engines.iter().filter(|_| options.build) {
        program::build(engine)?;
    }
    let interpreter = if options.python { Some(python::environment(&folder)?) } else { None };

    let mut table = Table::default();
    for policy in ["P5", "P100"] {
        let mut programs = Vec::new();
        for engine in &engines {
            programs.push(Program::start(engine, program::of_engine(engine, policy)?)?);
        }
        for (name, command) in interpreter.iter().flat_map(|path| python::scripts(path, &folder, policy)) {
            if options.wants(name) {
                programs.push(Program::start(name, command)?);
            }
        }
        for round in 0..options.rounds {
            eprintln!("{policy}, round {} of {}", round + 1, options.rounds);
            let mut by_hand = Vec::new();
            for program in &mut programs {
                let times = program.round()?;
                let beside = if program.is_beside_hand() {
                    by_hand.push(times[0]);
                    times[0]
                } else {
                    median(&by_hand)
                };
                table.add(policy, program, &times, beside);
            }
        }
        table.versions(&programs);
    }
    println!("{}\n", machine::line(table.python_versions()));
    println!("{}\n", told.join("\n"));
    println!("{table}");
    if options.growth {
        program::growth()?;
    }
    Ok(())
}

fn main() -> ExitCode {
    match Options::read().and_then(|options| run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
