//! What the device management is told, as files: one for each step and system.

use std::fs;
use std::path::Path;

use super::exit::Failure;
use crate::plan::{Plan, With};

/// Writes `NUMBER-ID-PURPOSE.android.json` and `….ios.plist` for each step that has a configuration, and tells
/// how many files that were.
pub(crate) fn write(plan: &Plan, folder: &Path) -> Result<usize, Failure> {
    fs::create_dir_all(folder).map_err(|error| Failure::file(folder, "write", &error))?;
    let mut written = 0;
    for step in plan.content().batches.iter().flat_map(|batch| &batch.steps) {
        let (Some(With::Configuration(configuration)), Some(user)) = (&step.with, step.user) else {
            continue;
        };
        let stem = format!("{:05}-{user}-{}", step.number, configuration.purpose);
        let android = serde_json::to_string_pretty(&configuration.android()).map_err(Failure::bug)? + "\n";
        let ios = configuration.ios() + "\n";
        for (ending, text) in [("android.json", android), ("ios.plist", ios)] {
            let path = folder.join(format!("{stem}.{ending}"));
            fs::write(&path, text).map_err(|error| Failure::file(&path, "write", &error))?;
            written += 1;
        }
    }
    Ok(written)
}
