//! Which steps each task has.

use crate::step::{Step, Work};
use crate::{acme as company, generated, python as package};

const FORMAT: Step = Step::cargo("format", &["fmt", "--all", "--check"]);

/// With the benchmarks, so that they cannot rot; they are measured by `bench`.
const CLIPPY: Step = Step::cargo(
    "clippy, everything",
    &["clippy", "--workspace", "--all-targets", "--all-features", "--locked", "--", "-D", "warnings"],
);

/// The library as most hosts embed it: without the command and without reports.
const CLIPPY_BARE: Step = Step::cargo(
    "clippy, bare library",
    &["clippy", "--package", "leaver", "--lib", "--no-default-features", "--locked", "--", "-D", "warnings"],
);

/// Unit, integration and documentation tests.
const TESTS: Step = Step::cargo(
    "tests",
    &["test", "--workspace", "--all-features", "--locked", "--no-fail-fast", "--", "--show-output"],
);

/// Index and interpreter on a million pairs of policies and users, and a million crash schedules of a plan that is
/// carried out. The same tests run among TESTS on far fewer; for more pairs, set `LEAVER_POLICIES`.
const PROOF: Step = Step {
    name: "proofs",
    work: Work::Command {
        program: "cargo",
        arguments: &[
            "test",
            "--profile",
            "proof",
            "--package",
            "leaver",
            "--lib",
            "--features",
            "apply",
            "--locked",
            "--",
            "--show-output",
            "index_and_interpreter_decide_alike",
            "no_crash_repeats_or_loses",
            "many_steps_with_faults",
            "memory_is_flat",
            // Of the whole script engine: TESTS are built with all features, so with the compact one.
            "the_functions_that_scripts_can_call_are_these",
        ],
        environment: &[("LEAVER_PROOF", "whole")],
    },
};

const RUSTDOC: Step = Step {
    name: "rustdoc",
    work: Work::Command {
        program: "cargo",
        arguments: &["doc", "--workspace", "--no-deps", "--all-features", "--locked"],
        environment: &[("RUSTDOCFLAGS", "-D warnings")],
    },
};

/// Links, error pages, forbidden words and sizes: the tests of the house itself. And what pages show of
/// policies and of the program.
const HOUSE: Step = Step::cargo(
    "links and pages",
    &[
        "test",
        "--package",
        "leaver",
        "--all-features",
        "--locked",
        "--test",
        "house",
        "--test",
        "pages",
        "--test",
        "acme",
    ],
);

const DOC_TESTS: Step = Step::cargo(
    "documentation examples",
    &["test", "--package", "leaver", "--all-features", "--locked", "--doc"],
);

const GENERATED: Step = Step::function("generated files", generated::check);

const LICENCES: Step = Step {
    name: "licences and sources",
    work: Work::OptionalCargo {
        subcommand: "deny",
        arguments: &["deny", "--offline", "--log-level", "error", "check", "bans", "licenses", "sources"],
        install: "cargo install --locked cargo-deny",
    },
};

/// The Python package in an environment of its own.
const PYTHON: Step = Step { name: "python", work: Work::OptionalFunction(package::test) };

pub(crate) fn all() -> Vec<Step> {
    // The tests of the house and the documentation examples are among TESTS.
    vec![FORMAT, CLIPPY, CLIPPY_BARE, TESTS, PROOF, RUSTDOC, GENERATED, LICENCES, PYTHON]
}

pub(crate) fn python() -> Vec<Step> {
    vec![PYTHON]
}

pub(crate) fn format_in_place() -> Vec<Step> {
    vec![Step::cargo("format", &["fmt", "--all"])]
}

pub(crate) fn lint() -> Vec<Step> {
    vec![FORMAT, CLIPPY, CLIPPY_BARE, LICENCES]
}

pub(crate) fn docs() -> Vec<Step> {
    vec![RUSTDOC, DOC_TESTS, HOUSE, GENERATED]
}

pub(crate) fn bench() -> Vec<Step> {
    vec![Step::cargo("bench", &["bench", "--package", "leaver", "--locked"])]
}

pub(crate) fn demo() -> Vec<Step> {
    vec![Step::function("demo", crate::demo::run)]
}

pub(crate) fn generate() -> Vec<Step> {
    vec![Step::function("generate", generated::write)]
}

pub(crate) fn acme() -> Vec<Step> {
    vec![Step::function("acme", || generated::write_all(&company::files()?))]
}

pub(crate) fn header() -> Vec<Step> {
    vec![Step::function("header", || generated::write_all(&[crate::header::file()?]))]
}
