//! The programs of `tests/programs`: compiled by every compiler and as every language there is, and run.

mod toolchain;

use toolchain::{Language, compile, compilers, run};

/// Each of them tests itself.
const PROGRAMS: &[&str] = &["story.c", "misuse.c"];

#[test]
fn every_program_compiles_everywhere_and_runs() {
    let mut runs = 0;
    for compiler in compilers() {
        for language in Language::ALL {
            for program in PROGRAMS {
                let path = compile(&compiler, *language, program, &[]);
                // What differs between languages is what the compiler says, not what the program does.
                if matches!(language, Language::C99 | Language::Cpp17) {
                    run(&mut std::process::Command::new(path));
                    runs += 1;
                }
            }
        }
    }
    println!("{runs} programs run");
}
