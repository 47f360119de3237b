//! Compilers, the library they link with, and programs that may be missing.

#![allow(dead_code, reason = "not every test needs all of it")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// A language in which the header can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    C99,
    C11,
    Cpp17,
    Cpp20,
}

impl Language {
    pub(crate) const ALL: &[Self] = &[Self::C99, Self::C11, Self::Cpp17, Self::Cpp20];

    fn arguments(self) -> [&'static str; 3] {
        match self {
            Self::C99 => ["-xc", "-std=c99", "-Wstrict-prototypes"],
            Self::C11 => ["-xc", "-std=c11", "-Wstrict-prototypes"],
            Self::Cpp17 => ["-xc++", "-std=c++17", "-Wnon-virtual-dtor"],
            Self::Cpp20 => ["-xc++", "-std=c++20", "-Wnon-virtual-dtor"],
        }
    }

    pub(crate) const fn is_cpp(self) -> bool {
        matches!(self, Self::Cpp17 | Self::Cpp20)
    }
}

/// A family of compilers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Compiler {
    c: &'static str,
    cpp: &'static str,
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the root")
}

/// Whether a program can be run. Where `CI` is `true` it must be, so that no check disappears unseen.
pub(crate) fn has(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    assert!(found || std::env::var("CI").as_deref() != Ok("true"), "{program} is missing");
    if !found {
        println!("skipped: {program} is not installed");
    }
    found
}

/// The compilers of this machine.
pub(crate) fn compilers() -> Vec<Compiler> {
    let known = [Compiler { c: "gcc", cpp: "g++" }, Compiler { c: "clang", cpp: "clang++" }];
    let found: Vec<_> = known.into_iter().filter(|compiler| has(compiler.c)).collect();
    assert!(!found.is_empty(), "there is no C compiler");
    found
}

/// A file of `tests/programs`.
pub(crate) fn program(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs").join(name)
}

/// The folder with the library, which is built once in each run.
pub(crate) fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target folder");
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(["build", "--quiet", "--locked", "--package", "leaver-c", "--all-features", "--target-dir"])
            .arg(target);
        succeed(cargo.current_dir(root()));
        target.join("debug")
    })
}

/// Compiles a program of `tests/programs`, or another file of the repository by its path, with every warning
/// an error.
pub(crate) fn compile(compiler: &Compiler, language: Language, source: &str, extra: &[&str]) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    let inside = folder.join(source);
    let path = if inside.is_file() { inside } else { root().join(source) };
    let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
    let program = if language.is_cpp() { compiler.cpp } else { compiler.c };
    let binary = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!(
        "{name}-{program}-{language:?}-{}{}",
        extra.len(),
        std::process::id()
    ));
    let mut command = Command::new(program);
    command
        .args(["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror", "-O1", "-g"])
        .args(language.arguments())
        .args(extra)
        .arg("-I")
        .arg(root().join("include"))
        .arg("-I")
        .arg(&folder)
        .arg(&path)
        .arg("-xnone")
        .arg("-o")
        .arg(&binary)
        .arg("-L")
        .arg(library())
        .args(["-lleaver", "-lpthread"]);
    succeed(&mut command);
    binary
}

/// Runs a command that must succeed, with the library where the loader finds it.
pub(crate) fn run(command: &mut Command) -> Output {
    // The name under which it is looked for is that of its interface.
    let links = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lib");
    std::fs::create_dir_all(&links).expect("a folder");
    let link = links.join("libleaver.so.0");
    if !link.exists() {
        // Another test may be quicker.
        let _ = std::os::unix::fs::symlink(library().join("libleaver.so"), &link);
    }
    succeed(command.env("LD_LIBRARY_PATH", links))
}

/// Runs a command that must succeed.
pub(crate) fn succeed(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        text(&output.stdout),
        text(&output.stderr)
    );
    output
}
