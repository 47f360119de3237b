//! The `leaver` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Without a handler the process ends at once, which loses nothing either.
    let _ = ctrlc::set_handler(leaver::cli::interrupt);
    leaver::cli::run(std::env::args_os()).into()
}
