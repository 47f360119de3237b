//! The Rust sources: none of it is unsafe, and every file is short enough to read.

use super::files;

/// Beyond this a file has more than one idea in it.
const MOST_LINES: usize = 600;

/// Up to this nobody asks.
const USUAL_LINES: usize = 400;

#[test]
fn the_lints_forbid_unsafe_code() {
    let manifest: toml::Table = files::text(&files::root().join("Cargo.toml")).parse().expect("TOML");
    assert_eq!(manifest["workspace"]["lints"]["rust"]["unsafe_code"].as_str(), Some("forbid"));
    assert_eq!(
        manifest["lints"]["workspace"].as_bool(),
        Some(true),
        "the package takes the workspace's lints"
    );
}

#[test]
fn no_source_file_has_unsafe_code_or_loosens_the_lint() {
    for path in files::with_extension("src", "rs") {
        for (index, line) in files::text(&path).lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            // A text may name the word; what stands between texts may not.
            let code: Vec<&str> = code.split('"').step_by(2).collect();
            let code = code.join(" ");
            let words = code.split(|c: char| !c.is_alphanumeric() && c != '_');
            for word in words {
                assert!(
                    word != "unsafe" && word != "unsafe_code",
                    "{}:{}: {line}",
                    files::name(&path),
                    index + 1
                );
            }
        }
    }
}

#[test]
fn no_source_file_is_longer_than_one_sitting() {
    let mut long = Vec::new();
    for path in files::with_extension("src", "rs") {
        let lines = files::text(&path).lines().count();
        if lines > USUAL_LINES {
            long.push((lines, files::name(&path)));
        }
    }
    long.sort_unstable();
    for (lines, name) in &long {
        println!("{name}: {lines} lines, more than {USUAL_LINES}");
    }
    let too_long: Vec<_> = long.iter().filter(|(lines, _)| *lines > MOST_LINES).collect();
    assert!(too_long.is_empty(), "longer than {MOST_LINES} lines: {too_long:?}");
}
