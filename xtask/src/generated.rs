//! Files that are written by a program and committed: written anew, or compared with what a program
//! would write now.
//!
//! Add a text to [`files`] if this crate makes it, or a line to [`PRINTED`] if a command of the
//! repository prints it on standard output.

use std::fs;
use std::path::Path;
use std::process::Command;

/// A generated file: its path from the root of the repository, and its text.
pub(crate) struct Generated {
    /// Path with `/`.
    pub(crate) path: String,
    /// The whole text.
    pub(crate) text: String,
}

/// Files that the program prints: path, and arguments.
const PRINTED: &[(&str, &[&str])] = &[("docs/policy-reference.md", &["reference"])];

/// Writes all of them.
pub(crate) fn write() -> Result<(), String> {
    write_all(&files()?)
}

/// Writes the given ones, and says which have changed.
pub(crate) fn write_all(files: &[Generated]) -> Result<(), String> {
    for file in files {
        let path = crate::root().join(&file.path);
        if fs::read_to_string(&path).is_ok_and(|there| there == file.text) {
            println!("unchanged  {}", file.path);
            continue;
        }
        let folder = path.parent().ok_or_else(|| format!("{} has no folder", file.path))?;
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", file.path))?;
        fs::write(&path, &file.text).map_err(|error| format!("{}: {error}", file.path))?;
        println!("written    {}", file.path);
    }
    Ok(())
}

/// Compares all of them with what is committed, and changes nothing.
pub(crate) fn check() -> Result<(), String> {
    let files = files()?;
    let mut stale = Vec::new();
    for file in &files {
        match fs::read_to_string(crate::root().join(&file.path)) {
            Ok(there) if there == file.text => {}
            Ok(there) => {
                stale.push(format!("{}:{}: differs", file.path, first_difference(&there, &file.text)));
            }
            Err(error) => stale.push(format!("{}: {error}", file.path)),
        }
    }
    if stale.is_empty() {
        println!("{} generated files are up to date", files.len());
        return Ok(());
    }
    Err(format!("{}\nGenerated files are out of date: run `cargo xtask generate`.", stale.join("\n")))
}

fn files() -> Result<Vec<Generated>, String> {
    let mut files = crate::acme::files()?;
    files.push(crate::header::file()?);
    let program = crate::program::built()?;
    for (path, arguments) in PRINTED {
        files.push(Generated { path: (*path).to_owned(), text: printed(&program, arguments)? });
    }
    Ok(files)
}

fn printed(program: &Path, arguments: &[&str]) -> Result<String, String> {
    let told = format!("leaver {}", arguments.join(" "));
    let output = Command::new(program)
        .args(arguments)
        .current_dir(crate::root())
        .output()
        .map_err(|error| format!("{told} cannot be run: {error}"))?;
    if !output.status.success() {
        return Err(format!("{told}: {}", String::from_utf8_lossy(&output.stderr)));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("{told} prints no UTF-8"))
}

/// The first line, from 1, in which two texts differ.
fn first_difference(left: &str, right: &str) -> usize {
    1 + left.split('\n').zip(right.split('\n')).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_found_at_ends_too() {
        assert_eq!(first_difference("a\nb\nc", "a\nx\nc"), 2);
        assert_eq!(first_difference("a\n", "a\nb"), 2);
        assert_eq!(first_difference("", "x"), 1);
    }

    #[test]
    fn the_example_is_the_same_each_time() {
        let texts = || crate::acme::files().expect("made from a seed").into_iter().map(|file| file.text);
        assert!(texts().eq(texts()));
    }
}
