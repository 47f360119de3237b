//! `cargo xtask install --prefix DIR`: the C library, its headers, and what pkg-config and `CMake` ask for.
//!
//! `--features arrow` puts batches of columns in; `--profile NAME` takes another profile than `c`. The prefix can be
//! moved afterwards.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const USAGE: &str = "usage: cargo xtask install --prefix DIR [--features LIST] [--profile NAME]";

struct Request {
    prefix: PathBuf,
    features: String,
    profile: String,
}

/// Runs the task.
pub(crate) fn run(arguments: impl Iterator<Item = String>) -> ExitCode {
    let Some(request) = Request::of(arguments) else {
        eprintln!("xtask: {USAGE}");
        return ExitCode::from(2);
    };
    match install(&request) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

impl Request {
    fn of(mut arguments: impl Iterator<Item = String>) -> Option<Self> {
        let (mut prefix, mut features, mut profile) = (None, String::new(), "c".to_owned());
        while let Some(name) = arguments.next() {
            let value = arguments.next()?;
            match name.as_str() {
                "--prefix" => prefix = Some(PathBuf::from(value)),
                "--features" => features = value,
                "--profile" => profile = value,
                _ => return None,
            }
        }
        Some(Self { prefix: prefix?, features, profile })
    }
}

fn install(request: &Request) -> Result<(), String> {
    let Request { prefix, features, profile } = request;
    let root = crate::root();
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let status = Command::new(cargo)
        .args(["build", "--locked", "--package", "leaver-c", "--profile", profile, "--features", features])
        .current_dir(&root)
        .status()
        .map_err(|error| format!("cargo cannot be run: {error}"))?;
    if !status.success() {
        return Err("the library cannot be built".to_owned());
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let built = target.join(if profile == "dev" { "debug" } else { profile });

    let (lib, include) = (prefix.join("lib"), prefix.join("include"));
    let version = env!("CARGO_PKG_VERSION");
    copy(&built.join("libleaver.so"), &lib.join(format!("libleaver.so.{version}")))?;
    link(&format!("libleaver.so.{version}"), &lib.join("libleaver.so.0"))?;
    link("libleaver.so.0", &lib.join("libleaver.so"))?;
    copy(&built.join("libleaver.a"), &lib.join("libleaver.a"))?;
    for name in ["leaver.h", "leaver.hpp", "leaver_apply.hpp"] {
        copy(&root.join("include").join(name), &include.join(name))?;
    }
    for (name, to) in [
        ("leaver.pc.in", lib.join("pkgconfig/leaver.pc")),
        ("leaver-config.cmake", lib.join("cmake/leaver/leaver-config.cmake")),
        ("leaver-config-version.cmake.in", lib.join("cmake/leaver/leaver-config-version.cmake")),
    ] {
        let path = root.join("bindings/c/cmake").join(name);
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        write(&to, &with_version(&text, version))?;
    }
    Ok(())
}

fn with_version(text: &str, version: &str) -> String {
    let mut numbers = version.split('.');
    let text = text.replace("@VERSION@", version);
    ["@MAJOR@", "@MINOR@"]
        .iter()
        .fold(text, |text, name| text.replace(name, numbers.next().unwrap_or_default()))
}

fn folder_of(path: &Path) -> Result<(), String> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    folder_of(to)?;
    fs::copy(from, to).map_err(|error| format!("{}: {error}", from.display()))?;
    println!("{:>10}  {}", fs::metadata(to).map_or(0, |about| about.len()), to.display());
    Ok(())
}

fn write(to: &Path, text: &str) -> Result<(), String> {
    folder_of(to)?;
    fs::write(to, text).map_err(|error| format!("{}: {error}", to.display()))?;
    println!("{:>10}  {}", text.len(), to.display());
    Ok(())
}

#[cfg(unix)]
fn link(target: &str, at: &Path) -> Result<(), String> {
    // An earlier one may be there.
    let _ = fs::remove_file(at);
    std::os::unix::fs::symlink(target, at).map_err(|error| format!("{}: {error}", at.display()))
}

#[cfg(not(unix))]
fn link(target: &str, at: &Path) -> Result<(), String> {
    let folder = at.parent().unwrap_or(at);
    copy(&folder.join(target), at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_required_and_other_words_are_refused() {
        let of = |words: &[&str]| Request::of(words.iter().map(ToString::to_string));
        assert!(of(&[]).is_none());
        assert!(of(&["--prefix"]).is_none());
        assert!(of(&["--into", "x"]).is_none());
        let request = of(&["--prefix", "x", "--features", "arrow"]).expect("a request");
        assert_eq!((request.features.as_str(), request.profile.as_str()), ("arrow", "c"));
    }

    #[test]
    fn versions_are_filled_in() {
        assert_eq!(with_version("@VERSION@ @MAJOR@ @MINOR@", "1.2.3"), "1.2.3 1 2");
    }
}
