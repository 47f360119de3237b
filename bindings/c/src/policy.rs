//! Policies: compiled once, shared by any number of threads.

use std::mem::MaybeUninit;
use std::path::Path;
use std::sync::Arc;

use leaver::directory::parse_attributes;
use leaver::model::Schema;
use leaver::policy::{Names, Policy, Source, check, load_sources};

use crate::diagnostics::leaver_diagnostics;
use crate::directory::leaver_directory;
use crate::error::{Failure, leaver_error, leaver_status};
use crate::guard::{given, guard};
use crate::sized::{self, Sized_, behind};
use crate::text::{items, leaver_str};

/// A policy without errors. It never changes, and any number of threads may use it.
pub struct leaver_policy {
    pub(crate) policy: Policy,
    warnings: leaver_diagnostics,
    digest: String,
}

/// A file of a policy that is in memory.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct leaver_source {
    /// What diagnostics call it, such as "acme.rhai".
    pub name: leaver_str,
    /// Its text.
    pub text: leaver_str,
}

/// What a policy is checked against. Begin with LEAVER_POLICY_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct leaver_policy_options {
    /// sizeof(leaver_policy_options).
    pub struct_size: usize,
    /// The host's own attributes, as the JSON object that a directory has under "attributes":
    /// {"cost_center": "text?", "site": {"one_of": ["zurich", "berlin"]}}. Empty: none.
    pub attributes: leaver_str,
    /// A directory whose attributes, groups and lists the policy may name, or NULL. Not together with attributes.
    pub directory: *const leaver_directory,
}

// SAFETY: `repr(C)`, the size first, and zero is an empty text and no directory.
unsafe impl Sized_ for leaver_policy_options {
    const NAME: &'static str = "leaver_policy_options";
    const FIRST: usize = size_of::<Self>();
}

impl leaver_policy {
    fn of(sources: Vec<Source>, options: Option<&leaver_policy_options>) -> Result<Self, Failure> {
        let directory = options.and_then(|options| behind(options.directory));
        let attributes = options.map_or(Ok(""), |options| options.attributes.text("attributes"))?;
        let schema = match (directory, attributes) {
            (Some(_), attributes) if !attributes.is_empty() => {
                return Err(Failure::argument("give attributes or a directory, not both"));
            }
            (Some(directory), _) => directory.directory.schema().clone(),
            (None, "") => Arc::new(Schema::default()),
            (None, attributes) => Arc::new(
                parse_attributes("attributes", attributes)
                    .map_err(|found| Failure::diagnosed(leaver_status::LEAVER_ERR_POLICY, found))?,
            ),
        };
        let names = directory.map(|directory| Names::of(&directory.directory));
        let checked = check(sources, &schema, names.as_ref());
        let Some(policy) = checked.policy else {
            return Err(Failure::diagnosed(leaver_status::LEAVER_ERR_POLICY, checked.diagnostics));
        };
        let digest = policy.digest().to_string();
        Ok(Self { policy, warnings: leaver_diagnostics::of(checked.diagnostics), digest })
    }
}

/// Compiles a policy from texts. All errors are reported at once.
///
///     leaver_source file = { LEAVER_STR("acme.rhai"), leaver_text(source) };
///     leaver_policy *policy;
///     if (leaver_policy_compile(&file, 1, NULL, &policy, &err) == LEAVER_OK) {
///         ...
///         leaver_policy_free(policy);
///     }
///
/// @param files    One file or more, in order: they share their helpers and constants.
/// @param count    How many.
/// @param options  NULL for none.
/// @param out      Owned by the caller; free it with leaver_policy_free.
/// @param err      NULL if the reason is not wanted; else owned by the caller after a failure.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_policy_compile(
    files: *const leaver_source,
    count: usize,
    options: *const leaver_policy_options,
    out: Option<&mut MaybeUninit<Box<leaver_policy>>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let out = given(out, "out")?;
        let mut spare = MaybeUninit::uninit();
        let options = sized::read(options, &mut spare)?;
        let files = items(files, count, "files")?;
        let source = |file: &leaver_source| {
            Ok(Source::new(file.name.text("name")?, file.text.text("text")?.to_owned()))
        };
        let sources = files.iter().map(source).collect::<Result<Vec<_>, Failure>>()?;
        out.write(Box::new(leaver_policy::of(sources, options)?));
        Ok(())
    })
}

/// Compiles the policy at a path: a file, or all `*.rhai` files of a folder in order of their names.
///
/// @param path     UTF-8.
/// @param options  NULL for none.
/// @param out      Owned by the caller; free it with leaver_policy_free.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_policy_load(
    path: leaver_str,
    options: *const leaver_policy_options,
    out: Option<&mut MaybeUninit<Box<leaver_policy>>>,
    err: Option<&mut MaybeUninit<Box<leaver_error>>>,
) -> leaver_status {
    guard(err, || {
        let out = given(out, "out")?;
        let mut spare = MaybeUninit::uninit();
        let options = sized::read(options, &mut spare)?;
        let sources = load_sources(Path::new(path.text("path")?))
            .map_err(|found| Failure::diagnosed(leaver_status::LEAVER_ERR_POLICY, found))?;
        out.write(Box::new(leaver_policy::of(sources, options)?));
        Ok(())
    })
}

/// Frees a policy. NULL is left alone. Deciders made from it go on working.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_policy_free(policy: Option<Box<leaver_policy>>) {
    drop(policy);
}

/// What was found that does not refuse the policy.
///
/// @return Borrowed from the policy; NULL for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_policy_warnings(policy: Option<&leaver_policy>) -> Option<&leaver_diagnostics> {
    policy.map(|policy| &policy.warnings)
}

/// How many rules it has; 0 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_policy_rule_count(policy: Option<&leaver_policy>) -> usize {
    policy.map_or(0, |policy| policy.policy.rules().len())
}

/// The name of a rule, by its position in the policy: what leaver_verdict.rule counts.
///
/// @return Borrowed from the policy; no text if there is no such rule.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_policy_rule_name(policy: Option<&leaver_policy>, index: usize) -> leaver_str {
    leaver_str::of_option(policy.and_then(|policy| policy.policy.rules().get(index)).map(|rule| &*rule.name))
}

/// The doc comment of a rule.
///
/// @return Borrowed from the policy; no text if there is none.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_policy_rule_rationale(policy: Option<&leaver_policy>, index: usize) -> leaver_str {
    let rule = policy.and_then(|policy| policy.policy.rules().get(index));
    leaver_str::of_option(rule.and_then(|rule| rule.rationale.as_deref()))
}

/// SHA-256 of the policy's files, in hexadecimal: what plans are bound to.
///
/// @return Borrowed from the policy; no text for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn leaver_policy_digest(policy: Option<&leaver_policy>) -> leaver_str {
    leaver_str::of_option(policy.map(|policy| policy.digest.as_str()))
}
