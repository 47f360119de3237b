//! What was measured on, and which versions.

use std::fs;
use std::process::Command;
use std::thread;

/// Engines by the names of their crates, whose versions the lock file knows.
const CRATES: [&str; 6] = ["zen-engine", "zen-expression", "cel", "rhai", "regorus", "cedar-policy"];

/// Processor, cores, compiler and versions in one line.
pub(crate) fn line(python: &str) -> String {
    let cores = thread::available_parallelism().map_or(0, usize::from);
    let mut parts = vec![format!("{}, {cores} cores", processor()), compiler()];
    parts.extend(CRATES.iter().map(|name| format!("{name} {}", locked(name))));
    if !python.is_empty() {
        parts.push(python.to_owned());
    }
    parts.join(", ")
}

fn processor() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find(|line| line.starts_with("model name"));
    let name = model.and_then(|line| line.split_once(": ")).map(|(_, name)| name.to_owned());
    name.unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}

fn compiler() -> String {
    let output = Command::new("rustc").arg("--version").output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    text.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
}

fn locked(name: &str) -> &'static str {
    const LOCK: &str = include_str!("../../Cargo.lock");
    let entry = LOCK.split("[[package]]").find(|entry| entry.contains(&format!("name = \"{name}\"\n")));
    let version = entry.and_then(|entry| entry.split("version = \"").nth(1)?.split('"').next());
    version.unwrap_or("unknown")
}
