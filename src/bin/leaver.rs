//! The `leaver` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    leaver::cli::run(std::env::args_os()).into()
}
