//! The demo: what the fictional company Acme decides, the plan that comes of it, and how it is approved and carried
//! out on the simulated platform.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// What is decided and planned: one command a line, without the name of the program.
const DECIDED: &str = include_str!("demo.txt");

/// The company, and the morning on which all of this happens.
const POLICY: &str = "examples/acme/policy.rhai";
const DIRECTORY: &str = "examples/acme";
const MORNING: &str = "2026-11-22T09:00:00Z";
/// When everything has come to its end.
const END: &str = "2027-03-01T12:00:00Z";

/// Runs the commands one after the other, as somebody would type them.
pub(crate) fn run() -> Result<(), String> {
    for line in DECIDED.lines() {
        leaver(&line.split_whitespace().collect::<Vec<_>>())?;
    }
    carry_out()
}

/// From approvals to a verified history and a report. The files stand in `target/demo`, made anew each time.
fn carry_out() -> Result<(), String> {
    let folder = crate::root().join("target/demo");
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(failed)?;
    }
    fs::create_dir_all(&folder).map_err(failed)?;
    let at = |name: &str| format!("target/demo/{name}");

    let mut approvers = "[approvers]\n".to_owned();
    for name in ["noah", "root"] {
        let key = quietly(&["keygen", "-o", &at(&format!("{name}.key"))])?;
        approvers += &format!("{name} = \"{}\"\n", String::from_utf8_lossy(&key.stdout).trim());
    }
    write(&folder.join("approvers.toml"), &approvers)?;
    println!("Two administrators have made keys. The plan is written, with the list of who may approve:\n");

    let (plan, journal, approvers) = (at("plan.json"), at("acme.journal"), at("approvers.toml"));
    let planning = [
        "plan",
        POLICY,
        DIRECTORY,
        "--as-of",
        MORNING,
        "--actor",
        "mia",
        "--approvers",
        &approvers,
        "--journal",
        &journal,
        "--format",
        "json",
        "-o",
        &plan,
    ];
    leaver(&planning)?;
    let mut approvals = Vec::new();
    for name in ["noah", "root"] {
        let (key, to) = (at(&format!("{name}.key")), at(&format!("{name}.approval")));
        leaver(&["approve", &plan, "--name", name, "--key", &key, "--as-of", MORNING, "-o", &to])?;
        approvals.push(to);
    }
    let apply = [
        "apply",
        &plan,
        "--connector",
        "simulator",
        "--directory",
        DIRECTORY,
        "--approvers",
        &approvers,
        "--journal",
        &journal,
        "--as-of",
        MORNING,
    ];
    let approved = ["--approval", &approvals[0], "--approval", &approvals[1]];
    leaver(&[&apply[..], &approved].concat())?;
    println!(
        "Nobody waits for the platform: the same command goes on later. Here the clock is put forward:\n"
    );
    leaver(&[&apply[..], &["--until", END]].concat())?;
    leaver(&["status", "--journal", &journal, "--as-of", END])?;
    leaver(&["audit", "show", &journal, "--user", "GONENOW1"])?;
    leaver(&["audit", "verify", &journal])?;
    let report = at("report.html");
    leaver(&["report", "--journal", &journal, "--as-of", END, "--company", "Acme AG", "-o", &report])?;
    println!("What people read about all this is one page, to be opened in a browser: {report}");
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

fn command(arguments: &[&str]) -> Command {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = Command::new(cargo);
    command
        .args(["run", "--quiet", "--package", "leaver", "--features", "cli", "--bin", "leaver", "--"])
        .args(arguments)
        .current_dir(crate::root());
    command
}

/// Shows a command and runs it.
fn leaver(arguments: &[&str]) -> Result<(), String> {
    println!("$ leaver {}", arguments.join(" "));
    let status = command(arguments).status().map_err(|error| format!("cargo cannot be run: {error}"))?;
    if !status.success() {
        return Err(format!("leaver {}: {status}", arguments.join(" ")));
    }
    println!();
    Ok(())
}

/// Runs a command whose output is for the next one.
fn quietly(arguments: &[&str]) -> Result<Output, String> {
    let output = command(arguments).output().map_err(|error| format!("cargo cannot be run: {error}"))?;
    if output.status.success() {
        return Ok(output);
    }
    Err(format!("leaver {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr)))
}
