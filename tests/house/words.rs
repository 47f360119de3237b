//! Words that may not occur in any file: paths of somebody's machine, and hosts of registries, which
//! differ from place to place and belong into the settings of the place.

use std::fs;

use super::files;

/// Written in two parts, so that this file does not hold them.
const FORBIDDEN: &[(&str, &str)] = &[
    ("/wo", "rk/"),
    ("/ro", "ot/"),
    ("/ho", "me/"),
    ("/Us", "ers/"),
    ("C:\\Us", "ers"),
    ("crates", ".io"),
    ("pypi", ".org"),
    ("python", "hosted.org"),
    ("npmjs", ".org"),
    ("proxy.go", "lang.org"),
    ("static.rust-", "lang.org"),
    ("BEGIN PRIV", "ATE KEY"),
];

/// Written by cargo, which names the registry in it.
const EXEMPT: &[&str] = &["Cargo.lock"];

#[test]
fn no_file_holds_a_forbidden_word() {
    let mut found = Vec::new();
    let mut read = 0;
    for path in files::below("") {
        let name = files::name(&path);
        if EXEMPT.iter().any(|exempt| name.ends_with(exempt)) {
            continue;
        }
        let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        read += 1;
        let text = String::from_utf8_lossy(&bytes);
        for (index, line) in text.lines().enumerate() {
            for (start, end) in FORBIDDEN {
                let word = format!("{start}{end}");
                if line.contains(&word) {
                    found.push(format!("{name}:{}: {word}", index + 1));
                }
            }
        }
    }
    assert!(read > 50, "only {read} files were read");
    assert!(found.is_empty(), "{}", found.join("\n"));
}
