//! The programs of `tests/programs` and the examples: compiled by every compiler and as every language there is, and
//! run; under valgrind and the sanitizers too.

mod toolchain;

use std::process::Command;

use toolchain::{Language, compile, compilers, has, root, run};

/// Each of them tests itself.
const PROGRAMS: &[&str] = &["story.c", "misuse.c", "columns.c", "apply.c"];
const WRAPPER: &str = "wrapper.cpp";
/// Of C++ alone.
const CPP: &[&str] = &[WRAPPER, "apply_wrapper.cpp"];

#[test]
fn every_program_compiles_everywhere_and_runs() {
    let (mut compiled, mut runs) = (0, 0);
    for compiler in compilers() {
        for language in Language::ALL {
            let of_cpp = if language.is_cpp() { CPP } else { &[] };
            for program in PROGRAMS.iter().chain(of_cpp) {
                let second = toolchain::program("second_unit.cpp").display().to_string();
                let extra: &[&str] = if *program == WRAPPER { &[&second] } else { &[] };
                let path = compile(&compiler, *language, program, extra);
                compiled += 1;
                // What differs between versions of a language is what the compiler says, not what the program does.
                if matches!(language, Language::C99 | Language::Cpp17) {
                    run(&mut Command::new(path));
                    runs += 1;
                }
            }
        }
    }
    println!("{compiled} programs compiled, {runs} run");
}

#[test]
fn the_examples_do_what_their_pages_say() {
    for compiler in compilers() {
        let policy = root().join("examples/mdm_agent/policy.rhai");
        let offboard = compile(&compiler, Language::C99, "examples/offboard.c", &[]);
        let arguments = ["2026-11-22T09:00:00Z", "ECHOECHO", "E1001", "staff", "2026-11-20"];
        let output = run(Command::new(offboard).arg(&policy).args(arguments));
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(
            text.starts_with(r#"{"user":"ECHOECHO","person":"E1001","outcome":"act","disposition":"revoke""#),
            "{text}"
        );

        let agent = compile(&compiler, Language::Cpp17, "examples/mdm_agent/agent.cpp", &[]);
        let arguments = ["2026-11-22T09:00:00Z", "ECHOECHO", "staff", "2026-11-21"];
        let output = run(Command::new(agent).arg(&policy).args(arguments));
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(text.starts_with("revoke the ID, withdraw the access: Staff lose the ID itself"), "{text}");
        assert!(
            text.contains("stage_mdm_configuration") && text.contains(r#""th_disable_backups":true"#),
            "{text}"
        );
        assert!(text.contains("<key>com.apple.configuration.managed</key>"), "{text}");
    }
}

/// Measured by hand, but compiled in every run, so that it cannot rot.
#[test]
fn the_benchmark_compiles() {
    compile(&compilers()[0], Language::C99, "bindings/c/benches/decide.c", &[]);
}

#[test]
fn memory_is_clean_under_valgrind() {
    if !has("valgrind") {
        return;
    }
    let compiler = compilers()[0];
    for program in PROGRAMS {
        let path = compile(&compiler, Language::C99, program, &["-DUNDER_VALGRIND"]);
        let checks = ["--quiet", "--leak-check=full", "--errors-for-leak-kinds=definite,indirect,possible"];
        run(Command::new("valgrind").args(checks).arg("--error-exitcode=9").arg(path));
    }
}

#[test]
fn the_sanitizers_find_nothing() {
    const SANITIZE: &[&str] = &["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
    for compiler in compilers() {
        for (language, program) in PROGRAMS
            .iter()
            .map(|program| (Language::C99, *program))
            .chain(CPP.iter().map(|program| (Language::Cpp17, *program)))
        {
            let second = toolchain::program("second_unit.cpp").display().to_string();
            let mut extra = SANITIZE.to_vec();
            extra.extend((program == WRAPPER).then_some(second.as_str()));
            run(&mut Command::new(compile(&compiler, language, program, &extra)));
        }
    }
}

/// What the library shows is what the committed list says, and nothing else.
#[test]
fn only_the_listed_symbols_are_exported() {
    let library = toolchain::library().join("libleaver.so");
    let output = run(Command::new("nm").args(["-D", "--defined-only", "--format=posix"]).arg(library));
    let text = String::from_utf8(output.stdout).expect("ASCII");
    let mut found: Vec<&str> = text.lines().filter_map(|line| line.split(' ').next()).collect();
    found.sort_unstable();
    let path = root().join("bindings/c/symbols.txt");
    let listed = std::fs::read_to_string(&path).unwrap_or_default();
    let listed: Vec<&str> = listed.lines().collect();
    assert_eq!(found, listed, "bindings/c/symbols.txt is not what the library exports");
    assert!(found.iter().all(|name| name.starts_with("leaver_")), "{found:?}");

    // And the header declares all of them.
    let header = std::fs::read_to_string(root().join("include/leaver.h")).expect("the header");
    let missing: Vec<_> = found.iter().filter(|name| !header.contains(&format!("{name}("))).collect();
    assert!(missing.is_empty(), "not in the header: {missing:?}");
}

/// Under which name it is looked for, and that it is never unloaded.
#[test]
fn the_library_says_its_name_and_stays() {
    let library = toolchain::library().join("libleaver.so");
    let output = run(Command::new("readelf").arg("-dW").arg(library));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("Library soname: [libleaver.so.0]"), "{text}");
    assert!(text.contains("NODELETE"), "{text}");
}
