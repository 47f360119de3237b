//! The `leaver` program of this working copy, as the tests build it.

use std::path::PathBuf;
use std::process::Command;

/// Builds it, and says where it is. After the tests there is nothing to build: so asked, the crates have the same features
/// as there.
pub(crate) fn built() -> Result<PathBuf, String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let arguments =
        ["test", "--workspace", "--all-features", "--locked", "--no-run", "--quiet", "--test", "cli"];
    let status = Command::new(cargo).args(arguments).current_dir(crate::root()).status();
    match status {
        Ok(status) if status.success() => {}
        Ok(status) => return Err(format!("cargo {}: {status}", arguments.join(" "))),
        Err(error) => return Err(format!("cargo cannot be run: {error}")),
    }
    Ok(target().join("debug").join("leaver"))
}

/// The folder of what is built.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| crate::root().join("target"), PathBuf::from)
}
