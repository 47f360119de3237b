//! A disk that says that it could not write: `fsync` fails once, at each place in turn.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::company::{AS_OF, Company, LATER};
use crate::figures::figure;
use crate::program::{code, stderr, stdout};

/// Stands between the program and the system: the call of that number fails.
const SHIM: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>

static int fails(void)
{
    static int calls;
    const char *at = getenv("LEAVER_FAIL_AT");
    return at != NULL && __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST) == atoi(at);
}

int fsync(int file)
{
    if (fails()) {
        errno = EIO;
        return -1;
    }
    return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(file);
}

int fdatasync(int file)
{
    if (fails()) {
        errno = EIO;
        return -1;
    }
    return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(file);
}
"#;

fn shim(folder: &Path) -> PathBuf {
    let (source, library) = (folder.join("shim.c"), folder.join("shim.so"));
    std::fs::write(&source, SHIM).expect("a file");
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-w", "-o"]).arg(&library).arg(&source).arg("-ldl");
    assert!(compiler.status().expect("a C compiler").success());
    library
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fails_once_does_no_harm() {
    let place = tempfile::tempdir().expect("a folder");
    let shim = shim(place.path());
    let apply = [
        "apply",
        "plan.json",
        "--connector",
        "simulator",
        "--directory",
        "acme.json",
        "--journal",
        "acme.journal",
        "--approvers",
        "approvers.toml",
        "--guards",
        "guards.toml",
        "--as-of",
        AS_OF,
        "--until",
        LATER,
    ];
    let (mut failed, mut places) = (0, 0);
    for at in 1..=80 {
        let company = Company::of(2, 0);
        company.plan(&[]);
        let mut command = crate::program::command(company.at());
        command.args(apply).env("LD_PRELOAD", &shim).env("LEAVER_FAIL_AT", at.to_string());
        let output = command.output().expect("it runs");
        places += 1;
        if code(&output) == 0 {
            // Beyond the last call, or a file whose folder alone could not be synchronised.
            if stderr(&output).is_empty() && at > 60 {
                break;
            }
        } else {
            failed += 1;
            assert!(matches!(code(&output), 1 | 4), "{at}: {} {}", code(&output), stderr(&output));
        }
        // The same command goes on, and nothing was done twice.
        let again = company.run(&apply);
        assert_eq!(code(&again), 0, "{at}: {}", stderr(&again));
        assert!(stdout(&again).contains("The plan is carried out"), "{at}: {}", stdout(&again));
        let world = company.world();
        for (id, user) in world["users"].as_object().expect("users") {
            assert!(user["ended"].as_u64() <= Some(1), "{at}: {id} was ended twice: {user}");
        }
        company.done(&["audit", "verify", "acme.journal"]);
    }
    figure(
        "fsync that fails once",
        &format!("{failed} runs stopped at {places} places, all finished by the same command, 0 done twice"),
    );
    assert!(failed > 20, "{failed} of {places}");
}
