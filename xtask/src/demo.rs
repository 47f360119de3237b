//! The demo: what the fictional company Acme decides, and the plan that comes of it.

use std::process::Command;

/// The commands, one a line, without the name of the program.
const COMMANDS: &str = include_str!("demo.txt");

/// Runs them one after the other, as somebody would type them.
pub(crate) fn run() -> Result<(), String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    for line in COMMANDS.lines() {
        let arguments: Vec<&str> = line.split_whitespace().collect();
        println!("$ leaver {}", arguments.join(" "));
        let status = Command::new(&cargo)
            .args(["run", "--quiet", "--package", "leaver", "--features", "cli", "--bin", "leaver", "--"])
            .args(&arguments)
            .current_dir(crate::root())
            .status()
            .map_err(|error| format!("cargo cannot be run: {error}"))?;
        if !status.success() {
            return Err(format!("leaver {line}: {status}"));
        }
        println!();
    }
    Ok(())
}
