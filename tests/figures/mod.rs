//! Figures that tests measure: printed, and collected for the table at the end of `cargo xtask test`.

use std::fs::OpenOptions;
use std::io::Write as _;

/// Tells what was measured, and what came out.
#[allow(dead_code, reason = "not every test that shares this file measures something")]
pub(crate) fn figure(what: &str, found: &str) {
    println!("{what}: {found}");
    let Some(path) = std::env::var_os("LEAVER_FIGURES") else { return };
    let file = OpenOptions::new().create(true).append(true).open(path);
    let line = format!("{what}\t{found}\n");
    // One write, so that lines of other processes do not run into it.
    file.and_then(|mut file| file.write_all(line.as_bytes())).expect("the file of figures");
}
