//! The sandbox: the one place where script engines are made, all of them bounded.
//!
//! In goes nothing or the text of a script; out come engines without access to clock, files or
//! output, with every limit set explicitly, because the defaults of the script engine differ between
//! builds and do not protect a host (SAFETY, "The script sandbox"). Two things the engine cannot do
//! are done here: it forgets its operation counter inside native callbacks, and it knows no
//! deadline. Both live in a [`Meter`] that its progress callback feeds.
//!
//! The clock is read here and nowhere else below `apply`. It can only abort a call with an error;
//! it never changes what is decided.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rhai::packages::{
    ArithmeticPackage, BasicArrayPackage, BasicFnPackage, BasicIteratorPackage, BasicMapPackage,
    BasicMathPackage, BasicStringPackage, LogicPackage, MoreStringPackage, Package,
};
use rhai::{Dynamic, Engine, EvalAltResult, LexError, Module, Shared, Token};

use super::host::Functions;
use super::rule_error::RuleError;
use super::source::Source;
use super::text_limits;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::sort;

/// Steps of the interpreter that one rule may take for one user.
pub(crate) const MAX_OPERATIONS: u64 = 100_000;
/// Bytes of answers (texts, obligations, alternatives) that one rule may build for one user.
pub(crate) const MAX_ANSWER_BYTES: u64 = 1 << 20;
/// Longest text, in bytes.
pub(crate) const MAX_TEXT: usize = 4_096;
/// Most elements of a list, those of lists within it included.
pub(crate) const MAX_LIST: usize = 1_024;
/// Most entries of an object map. Scripts cannot write one; the limit stands in case one turns up.
const MAX_MAP: usize = 256;
/// Most variables and parameters of one function that live at the same time.
///
/// Eight calls whose every variable holds its own copy of the largest list stay below 32 MiB.
pub(crate) const MAX_VARIABLES: usize = 32;
/// Most functions of a file, closures included.
const MAX_FUNCTIONS: usize = 4_096;
/// Deepest nesting of calls.
pub(crate) const MAX_CALLS: usize = 8;
/// Deepest nesting of expressions and blocks outside of functions.
const MAX_DEPTH: usize = 32;
/// Deepest nesting of expressions and blocks in a function.
const MAX_DEPTH_IN_FUNCTION: usize = 24;

/// Stack that parsing and interpretation can count on: at least twice what the worst script known
/// takes, with the script engine not optimised at all.
const STACK: usize = 8 << 20;
/// Stack that is made where there is less: enough that a call within finds [`STACK`] again.
const FRESH_STACK: usize = 10 << 20;

/// How many operations pass between two looks at the clock. One operation is at most a comparison or
/// copy of a whole list, so the deadline is overrun by much less than the 50 ms that are promised.
const OPERATIONS_PER_LOOK: u64 = 8;

/// Words and symbols of the script language that policies do not have. `#{` goes because the keys of
/// object maps escape every limit.
pub(crate) const DISABLED_SYMBOLS: &[&str] = &[
    "eval",
    "import",
    "export",
    "print",
    "debug",
    "Fn",
    "call",
    "curry",
    "this",
    "global",
    "loop",
    "while",
    "do",
    "until",
    "try",
    "catch",
    "throw",
    "is_def_var",
    "is_def_fn",
    "#{",
];

/// The decision was given up because it took longer than the caller has patience for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interrupted {
    /// The deadline has passed.
    Deadline,
}

/// Runs `f` with at least 8 MiB of stack, whatever the host's thread has.
///
/// Where there is less, `f` runs on a stack made for the call, on the same thread. A call within a
/// call finds enough and costs nothing.
pub(crate) fn with_stack<T>(f: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(STACK, FRESH_STACK, f)
}

/// The engine that policy files are compiled with: it parses under the sandbox's limits, without the
/// disabled words, and optimises nothing. Call it within [`with_stack`].
pub(crate) fn parser() -> Engine {
    let mut engine = Engine::new_raw();
    limit(&mut engine);
    engine
}

/// The functions of the pure packages. Making them costs far more than the rest of an engine, so
/// engines that belong together share them; copies are cheap.
#[derive(Clone, Debug)]
pub(super) struct Library(Vec<Shared<Module>>);

impl Library {
    /// The packages of SAFETY, "The script sandbox"; none of them reaches outside.
    pub(super) fn new() -> Self {
        Self(vec![
            ArithmeticPackage::new().as_shared_module(),
            LogicPackage::new().as_shared_module(),
            BasicMathPackage::new().as_shared_module(),
            BasicStringPackage::new().as_shared_module(),
            MoreStringPackage::new().as_shared_module(),
            BasicIteratorPackage::new().as_shared_module(),
            BasicArrayPackage::new().as_shared_module(),
            BasicMapPackage::new().as_shared_module(),
            BasicFnPackage::new().as_shared_module(),
        ])
    }
}

/// An engine that can run scripts: the parser plus the library, metered by `meter`.
pub(super) fn interpreter(library: &Library, meter: &Arc<Meter>) -> Engine {
    let mut engine = parser();
    for module in &library.0 {
        engine.register_global_module(Shared::clone(module));
    }
    let mut functions = Functions::of(&mut engine);
    text_limits::register(&mut functions);
    functions.finish();
    let meter = Arc::clone(meter);
    engine.on_progress(move |_| meter.step().map(Dynamic::from));
    engine
}

/// Parsing has no operations to count, and some of it takes time with the square of the text.
fn abort_parsing_when_late(engine: &mut Engine, meter: &Arc<Meter>) {
    let meter = Arc::clone(meter);
    #[expect(
        deprecated,
        reason = "how the script engine marks interfaces that may change; its version is pinned"
    )]
    engine.on_parse_token(move |token, _, _| {
        meter.look();
        match meter.stopped() {
            Some(_) => Token::LexError(LexError::ImproperSymbol(String::new(), String::new()).into()),
            None => token,
        }
    });
}

fn limit(engine: &mut Engine) {
    #[cfg(not(feature = "compact"))]
    engine.set_optimization_level(rhai::OptimizationLevel::None);
    for symbol in DISABLED_SYMBOLS {
        engine.disable_symbol(*symbol);
    }
    engine
        .set_max_string_size(MAX_TEXT)
        .set_max_array_size(MAX_LIST)
        .set_max_map_size(MAX_MAP)
        .set_max_variables(MAX_VARIABLES)
        .set_max_functions(MAX_FUNCTIONS)
        .set_max_call_levels(MAX_CALLS)
        .set_max_expr_depths(MAX_DEPTH, MAX_DEPTH_IN_FUNCTION)
        .set_max_modules(0)
        .set_max_operations(0) // counted by the meter: the engine's own counter starts anew in callbacks
        .set_fail_on_invalid_map_property(true);
    engine.on_print(|_| {});
    engine.on_debug(|_, _, _| {});
}

/// Why the meter stopped a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The deadline has passed.
    Deadline,
    /// Too many operations, or too many bytes of answers.
    Limit,
}

/// Counts what a script costs. Shared by the engine's callbacks and their owner; used by one thread
/// at a time.
#[derive(Debug)]
pub(super) struct Meter {
    made: Instant,
    /// Nanoseconds after `made`.
    deadline: AtomicU64,
    operations: AtomicU64,
    allowed: AtomicU64,
    bytes: AtomicU64,
    late: AtomicBool,
    exceeded: AtomicBool,
}

impl Meter {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            made: Instant::now(),
            deadline: AtomicU64::new(u64::MAX),
            operations: AtomicU64::new(0),
            allowed: AtomicU64::new(MAX_OPERATIONS),
            bytes: AtomicU64::new(0),
            late: AtomicBool::new(false),
            exceeded: AtomicBool::new(false),
        })
    }

    /// A decision begins: it may take as long as `patience`.
    pub(super) fn begin(&self, patience: Duration) {
        let deadline = self.made.elapsed().saturating_add(patience);
        self.deadline.store(u64::try_from(deadline.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
        self.late.store(false, Ordering::Relaxed);
        self.restart(MAX_OPERATIONS);
    }

    /// A rule begins: it may take `allowed` operations.
    pub(super) fn restart(&self, allowed: u64) {
        self.operations.store(0, Ordering::Relaxed);
        self.allowed.store(allowed, Ordering::Relaxed);
        self.bytes.store(0, Ordering::Relaxed);
        self.exceeded.store(false, Ordering::Relaxed);
    }

    /// One operation. Once it says stop it goes on saying so, since callbacks may swallow it.
    fn step(&self) -> Option<Stop> {
        let operations = self.operations.load(Ordering::Relaxed) + 1;
        self.operations.store(operations, Ordering::Relaxed);
        if operations > self.allowed.load(Ordering::Relaxed) {
            self.exceeded.store(true, Ordering::Relaxed);
        }
        if operations.is_multiple_of(OPERATIONS_PER_LOOK) {
            self.look();
        }
        self.stopped()
    }

    /// Looks at the clock.
    fn look(&self) {
        let now = u64::try_from(self.made.elapsed().as_nanos()).unwrap_or(u64::MAX);
        if now > self.deadline.load(Ordering::Relaxed) {
            self.late.store(true, Ordering::Relaxed);
        }
    }

    /// What stopped the script, if anything did, even if a callback swallowed it.
    pub(super) fn stopped(&self) -> Option<Stop> {
        if self.late.load(Ordering::Relaxed) {
            Some(Stop::Deadline)
        } else if self.exceeded.load(Ordering::Relaxed) {
            Some(Stop::Limit)
        } else {
            None
        }
    }

    /// Answers grow by `bytes`.
    pub(super) fn charge(&self, bytes: usize) -> Result<(), Box<EvalAltResult>> {
        let total = self.bytes.load(Ordering::Relaxed).saturating_add(bytes as u64);
        self.bytes.store(total, Ordering::Relaxed);
        if total > MAX_ANSWER_BYTES {
            self.exceeded.store(true, Ordering::Relaxed);
            return Err(raise(RuleError::Limit));
        }
        Ok(())
    }
}

/// An error of a host function, as the script engine carries it.
#[expect(clippy::unnecessary_box_returns, reason = "the form in which the script engine carries errors")]
pub(super) fn raise(error: RuleError) -> Box<EvalAltResult> {
    EvalAltResult::ErrorRuntime(Dynamic::from(error), rhai::Position::NONE).into()
}

/// What became of a script, for its owner.
pub(super) enum Failure {
    /// It was given up.
    Interrupted(Interrupted),
    /// It failed.
    Rule(RuleError),
}

/// What a script engine's error means. Looks at variants, never at text.
pub(super) fn failure(error: EvalAltResult) -> Failure {
    let rule = match error {
        EvalAltResult::ErrorInFunctionCall(_, _, inner, _) | EvalAltResult::ErrorInModule(_, inner, _) => {
            return failure(*inner);
        }
        EvalAltResult::ErrorTerminated(token, _) => match token.try_cast::<Stop>() {
            Some(Stop::Deadline) => return Failure::Interrupted(Interrupted::Deadline),
            Some(Stop::Limit) => RuleError::Limit,
            None => RuleError::Internal,
        },
        EvalAltResult::ErrorRuntime(token, _) => token.try_cast::<RuleError>().unwrap_or(RuleError::Internal),
        EvalAltResult::ErrorArithmetic(..) => RuleError::Arithmetic,
        EvalAltResult::ErrorTooManyOperations(_)
        | EvalAltResult::ErrorTooManyVariables(_)
        | EvalAltResult::ErrorTooManyModules(_)
        | EvalAltResult::ErrorStackOverflow(_)
        | EvalAltResult::ErrorDataTooLarge(..) => RuleError::Limit,
        _ => RuleError::Internal,
    };
    Failure::Rule(rule)
}

/// Runs scripts that belong to no policy under the limits that rules have.
///
/// Meant for trying the limits: a script gets no user, and what it returns is dropped.
///
/// ```
/// use std::time::Duration;
/// use leaver::policy::{Sandbox, Stopped};
///
/// let sandbox = Sandbox::new(Duration::from_millis(250));
/// assert_eq!(sandbox.run("40 + 2"), Ok(()));
/// assert_eq!(sandbox.run("for i in 0..9_000_000_000 {}"), Err(Stopped::Limit));
/// assert_eq!(sandbox.run("while true {}"), Err(Stopped::Refused));
/// ```
#[derive(Debug)]
pub struct Sandbox {
    engine: Engine,
    meter: Arc<Meter>,
    patience: Duration,
}

/// How a script outside any policy ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Stopped {
    /// It is no script of the policy language: a syntax error, a disabled word, too long or too deep.
    #[error("the script is refused before it runs")]
    Refused,
    /// It takes more operations, text, list elements, variables or calls than a rule may.
    #[error("the script takes more steps or memory than a rule may")]
    Limit,
    /// It takes longer than the caller's patience.
    #[error("the script takes too long")]
    Deadline,
    /// It fails by itself: an unknown function, a division by zero.
    #[error("the script fails")]
    Failed,
    /// The script engine panicked; the panic was caught.
    #[error("the script engine panicked")]
    Panicked,
}

impl Sandbox {
    /// A sandbox whose scripts may take as long as `patience`.
    pub fn new(patience: Duration) -> Self {
        let meter = Meter::new();
        let moment = crate::model::Moment::new(time::OffsetDateTime::UNIX_EPOCH, crate::model::Zone::UTC);
        let mut engine = interpreter(&Library::new(), &meter);
        abort_parsing_when_late(&mut engine, &meter);
        if let Ok(moment) = moment {
            super::host::register(&mut engine, &meter, &moment);
        }
        Self { engine, meter, patience }
    }

    /// Runs a script.
    ///
    /// # Errors
    /// [`Stopped`], if the script did not come to its end.
    pub fn run(&self, source: &str) -> Result<(), Stopped> {
        if source.len() > Source::MAX_BYTES {
            return Err(Stopped::Refused);
        }
        self.meter.begin(self.patience);
        let run = || {
            let ast = self.engine.compile(source).map_err(|_| match self.meter.stopped() {
                Some(_) => Stopped::Deadline,
                None => Stopped::Refused,
            })?;
            // The value is dropped here, on the large stack: it may be nested deeply.
            match self.engine.run_ast(&ast) {
                Ok(()) => match self.meter.stopped() {
                    None => Ok(()),
                    Some(Stop::Deadline) => Err(Stopped::Deadline),
                    Some(Stop::Limit) => Err(Stopped::Limit),
                },
                Err(error) => Err(match failure(*error) {
                    Failure::Interrupted(Interrupted::Deadline) => Stopped::Deadline,
                    Failure::Rule(RuleError::Limit) => Stopped::Limit,
                    Failure::Rule(_) => Stopped::Failed,
                }),
            }
        };
        with_stack(|| catch_unwind(AssertUnwindSafe(run))).unwrap_or(Err(Stopped::Panicked))
    }

    /// Every function that scripts can call with its parameters, sorted.
    ///
    /// # Errors
    /// A sentence, if the script engine's own description cannot be read.
    pub fn functions(&self) -> Result<Vec<String>, String> {
        let json = self.engine.gen_fn_metadata_to_json(true).map_err(|error| error.to_string())?;
        let description: serde_json::Value =
            serde_json::from_str(&json).map_err(|error| error.to_string())?;
        let functions = description["functions"].as_array().ok_or("no list of functions")?;
        let mut signatures: Vec<String> = functions
            .iter()
            .filter_map(|function| function["signature"].as_str())
            .map(|signature| signature.split(" -> ").next().unwrap_or(signature).to_owned())
            .collect();
        sort::ascending(&mut signatures);
        Ok(signatures)
    }
}

/// Whether the limits bite, on the very engine that is going to be used. A crate elsewhere in the
/// host's build may have switched them off (features of the script engine add up).
pub(super) fn self_test(engine: &Engine, meter: &Meter) -> Result<(), Diagnostic> {
    /// More than [`ALLOWED`] operations.
    const RUNAWAY: &str = "for i in 0..1_000 { i }";
    const ALLOWED: u64 = 100;
    /// 2¹² sixteens: twice the limit.
    const TOO_LONG: &str = r#"let s = "0123456789abcdef"; for i in 0..9 { s += s }"#;

    let closed = || {
        if size_of::<rhai::INT>() != 8 {
            return false;
        }
        let run = |script: &str, allowed: u64| {
            meter.begin(Duration::from_secs(1));
            meter.restart(allowed);
            engine.run(script).map_err(|error| *error)
        };
        matches!(run("9223372036854775807 + 1", ALLOWED), Err(EvalAltResult::ErrorArithmetic(..)))
            && matches!(
                run(RUNAWAY, ALLOWED),
                Err(EvalAltResult::ErrorTerminated(token, _)) if token.clone().try_cast::<Stop>() == Some(Stop::Limit)
            )
            && matches!(run(TOO_LONG, MAX_OPERATIONS), Err(EvalAltResult::ErrorDataTooLarge(..)))
    };
    if with_stack(|| catch_unwind(AssertUnwindSafe(closed))).unwrap_or(false) {
        return Ok(());
    }
    Err(Diagnostic::new(Code::SandboxOpen, "the limits of the script engine are switched off", "", Place::FILE)
        .help(
            "another part of this program builds the crate `rhai` with a feature that removes its limits, such as \
             `unchecked` or `only_i32`; build without it",
        ))
}

#[cfg(test)]
mod tests;
