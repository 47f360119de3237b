//! Walking through the repository.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders whose contents are not written by us.
const NOT_OURS: &[&str] = &[
    ".git",
    "target",
    "node_modules",
    "__pycache__",
    ".venv",
    "proptest-regressions",
    ".hypothesis",
    ".mypy_cache",
    ".pytest_cache",
    // Built into the Python package.
    "_core.abi3.so",
];

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below `folder` (a path from the root), in order of their paths.
pub(crate) fn below(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    collect(&root().join(folder), &mut found);
    found.sort();
    found
}

/// Every file below `folder` whose name ends in `.extension`.
pub(crate) fn with_extension(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut files = below(folder);
    files.retain(|path| path.extension().is_some_and(|found| found == extension));
    files
}

/// How a file is called in messages: its path from the root.
pub(crate) fn name(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// The text of a file.
pub(crate) fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", name(path)))
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let entry = entry.expect("the repository can be read");
        let path = entry.path();
        let is_ours = !NOT_OURS.iter().any(|name| entry.file_name() == *name);
        if path.is_dir() && is_ours {
            collect(&path, found);
        } else if path.is_file() && is_ours {
            found.push(path);
        }
    }
}
