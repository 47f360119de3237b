//! `cargo xtask install --prefix DIR`: the C library, its headers, and what pkg-config and `CMake` ask for.
//!
//! `--features arrow` puts batches of columns in; `--profile NAME` takes another profile than `c`. The prefix can be
//! moved afterwards.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

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
    // Other flags would have everything compiled again for a library that is only tested.
    let is_shipped = profile == "c";
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = Command::new(cargo);
    command
        .args(["rustc", "--locked", "--package", "leaver-c", "--lib", "--profile", profile])
        .args(["--features", features, "--"])
        .current_dir(&root);
    if is_shipped {
        command.env("CARGO_ENCODED_RUSTFLAGS", without_places(&root)).args(smaller(&target));
    }
    let built = command.status().map_err(|error| format!("cargo cannot be run: {error}"))?;
    if !built.success() {
        return Err("the library cannot be built: what the compiler said is above".to_owned());
    }
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

/// Flags of the compiler, so that messages do not name folders of the machine that builds.
fn without_places(root: &Path) -> String {
    let home = std::env::home_dir().map(|home| home.join(".cargo"));
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from).or(home);
    let sources = home.and_then(|home| fs::read_dir(home.join("registry").join("src")).ok());
    let sources = sources.into_iter().flatten().flatten().map(|entry| entry.path());
    let given = std::env::var("CARGO_ENCODED_RUSTFLAGS").ok().or_else(|| {
        std::env::var("RUSTFLAGS")
            .ok()
            .map(|flags| flags.split_whitespace().collect::<Vec<_>>().join("\u{1f}"))
    });
    let folders = sources.chain([root.to_path_buf()]);
    let flags = folders.map(|folder| format!("--remap-path-prefix={}=.", folder.display()));
    given.into_iter().chain(flags).collect::<Vec<_>>().join("\u{1f}")
}

/// What the linker is told besides: functions with the same machine code are kept once, and places to be relocated
/// are written down briefly where the system's C library can read that. Nothing, if the linker knows no such things.
fn smaller(target: &Path) -> Vec<String> {
    if !cfg!(target_os = "linux") {
        return Vec::new();
    }
    let system = Command::new("getconf").arg("GNU_LIBC_VERSION").output();
    let version =
        system.map_or_else(|_| String::new(), |said| String::from_utf8_lossy(&said.stdout).into_owned());
    let mut options = vec!["-Wl,--icf=all,-O2"];
    if reads_packed_relocations(&version) {
        options.push("-Wl,-z,pack-relative-relocs");
    }
    let options: Vec<String> =
        options.into_iter().flat_map(|option| ["-C".to_owned(), format!("link-arg={option}")]).collect();
    if links(&options, &target.join("probe")) { options } else { Vec::new() }
}

/// Whether an empty library can be linked with these options.
fn links(options: &[String], folder: &Path) -> bool {
    let compiler = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let mut command = Command::new(compiler);
    command.args(["--crate-type", "cdylib", "--crate-name", "probe", "--out-dir"]).arg(folder);
    let linked = command.args(options).arg("-").stdin(Stdio::null()).output();
    linked.is_ok_and(|output| output.status.success())
}

/// Whether a C library that calls itself so reads relocations in their brief form: glibc does from 2.36 on.
fn reads_packed_relocations(version: &str) -> bool {
    let Some((major, minor)) =
        version.trim().strip_prefix("glibc ").and_then(|numbers| numbers.split_once('.'))
    else {
        return false;
    };
    let number = |text: &str| text.parse::<u32>().unwrap_or(0);
    (number(major), number(minor)) >= (2, 36)
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
    fn relocations_are_packed_where_the_system_reads_them() {
        for (version, reads) in
            [("glibc 2.36\n", true), ("glibc 3.0", true), ("glibc 2.35", false), ("musl", false), ("", false)]
        {
            assert_eq!(reads_packed_relocations(version), reads, "{version}");
        }
    }

    #[test]
    fn a_linker_is_asked_what_it_knows() {
        let folder = std::env::temp_dir().join(format!("leaver-probe-{}", std::process::id()));
        let option = |text: &str| vec!["-C".to_owned(), format!("link-arg={text}")];
        assert!(links(&[], &folder));
        assert!(!links(&option("-Wl,--no-such-option-of-a-linker"), &folder));
        fs::remove_dir_all(folder).expect("a folder");
    }

    #[test]
    fn versions_are_filled_in() {
        assert_eq!(with_version("@VERSION@ @MAJOR@ @MINOR@", "1.2.3"), "1.2.3 1 2");
    }
}
