//! Who embeds the bare library gets no command line, no terminal, no columns, no database and no network.

use std::process::Command;

/// Crates that belong to the command, or to features that are switched on by name.
const NOT_IN_THE_CORE: &[&str] = &[
    "annotate-snippets",
    "anstream",
    "anstyle",
    "arrow",
    "arrow-array",
    "clap",
    "clap_builder",
    "clap_complete",
    "comfy-table",
    "crossterm",
    "indicatif",
    "libsqlite3-sys",
    "ring",
    "rusqlite",
    "rustls",
    "tempfile",
    "terminal_size",
    "ureq",
];

/// `cargo tree` of the package with the given features, one crate name a line.
fn tree(features: &[&str]) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--package", "leaver", "--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .args(["--offline", "--locked"])
        .args(features)
        .current_dir(super::files::root())
        .output()
        .expect("cargo can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("names of crates are ASCII");
    text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn the_bare_library_has_no_terminal_no_columns_no_database_and_no_network() {
    let crates = tree(&["--no-default-features"]);
    assert!(crates.iter().any(|name| name == "rhai"), "the tree is read: {crates:?}");
    let uninvited: Vec<_> = crates.iter().filter(|name| NOT_IN_THE_CORE.contains(&name.as_str())).collect();
    assert!(uninvited.is_empty(), "the bare library depends on {uninvited:?}");
}

#[test]
fn the_command_has_what_the_bare_library_has_not() {
    let crates = tree(&["--features", "cli"]);
    for expected in ["clap", "comfy-table", "indicatif", "annotate-snippets", "ureq"] {
        assert!(crates.iter().any(|name| name == expected), "the test above would not see {expected}");
    }
}

#[test]
fn default_features_are_empty() {
    assert_eq!(tree(&[]), tree(&["--no-default-features"]));
}
