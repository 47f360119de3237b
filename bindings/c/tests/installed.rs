//! An installed library, as `CMake` and pkg-config find it, also after it was moved.

mod toolchain;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use toolchain::{has, library, root, succeed};

const ARGUMENTS: [&str; 5] = ["2026-11-22T09:00:00Z", "ECHOECHO", "E1001", "staff", "2026-11-20"];

/// Installs, and moves what was installed.
fn installed() -> PathBuf {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join("installed");
    let (first, moved) = (scratch.join("first"), scratch.join("moved"));
    let _ = fs::remove_dir_all(&scratch);
    fs::create_dir_all(&scratch).expect("a folder");
    library();
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target folder");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([
        "run",
        "--quiet",
        "--locked",
        "--package",
        "xtask",
        "--",
        "install",
        "--profile",
        "dev",
        "--features",
        "arrow,apply",
        "--prefix",
    ]);
    succeed(cargo.arg(&first).env("CARGO_TARGET_DIR", target).current_dir(root()));
    fs::rename(&first, &moved).expect("moved");
    moved
}

fn says_the_decision(command: &mut Command) {
    let output = succeed(command.arg(root().join("examples/mdm_agent/policy.rhai")).args(ARGUMENTS));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(text.contains(r#""disposition":"revoke""#), "{text}");
}

#[test]
fn cmake_and_pkg_config_find_what_was_installed() {
    let (cmake, pkg_config) = (has("cmake"), has("pkg-config"));
    if !cmake && !pkg_config {
        return;
    }
    let prefix = installed();
    let lib = prefix.join("lib");
    if pkg_config {
        let found = succeed(
            Command::new("pkg-config")
                .args(["--cflags", "--libs", "leaver >= 0.1"])
                .env("PKG_CONFIG_PATH", lib.join("pkgconfig")),
        );
        let flags = String::from_utf8(found.stdout).expect("UTF-8");
        let program = prefix.join("offboard");
        let source = root().join("examples/offboard.c");
        succeed(
            Command::new("cc")
                .arg("-std=c99")
                .arg(source)
                .args(flags.split_whitespace())
                .arg("-o")
                .arg(&program),
        );
        says_the_decision(Command::new(program).env("LD_LIBRARY_PATH", &lib));
    }
    if cmake {
        let build = prefix.join("build");
        succeed(
            Command::new("cmake")
                .arg("-S")
                .arg(root().join("bindings/c/tests/installed"))
                .arg("-B")
                .arg(&build)
                .arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display()))
                .arg(format!("-DEXAMPLES={}", root().join("examples").display())),
        );
        succeed(Command::new("cmake").arg("--build").arg(&build));
        says_the_decision(&mut Command::new(build.join("offboard")));
        says_the_decision(&mut Command::new(build.join("offboard_static")));
        assert!(build.join("agent").is_file());
    }
    // What stands in an archive of a debug build takes half a gigabyte.
    fs::remove_dir_all(prefix).expect("removed");
}
