//! The proof that compiled policies decide as interpreted ones do: random well-typed policies over the
//! whole vocabulary, one to three hundred rules each, on random users.
//!
//! For every pair of a policy and a user the whole decision by the index equals that by the
//! interpreter, as JSON; so does every answer before anything is combined, the short answer of a
//! prepared user, the JSON written from what users have in common, and the tracing evaluator. What fails is made smaller
//! before it is shown. A plain test run tries a few; `LEAVER_PROOF` asks for the whole proof,
//! `LEAVER_POLICIES` sets how many policies there are, `LEAVER_SEED` where the
//! seeds begin.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use super::language::{PRELUDE, bodies};
use super::*;
use crate::policy::evaluate::Evaluator;
use crate::policy::ir::Unlowered;
use crate::policy::vocabulary::{OPERATORS, WORDS};
use crate::policy::{Basis, HoldCode, Means, Outcome, Policy};

/// Users for each policy.
const USERS: usize = 50;
/// Policies of a plain test run.
const POLICIES: u64 = 100;
/// Policies of the whole proof, which `cargo xtask test` asks for by `LEAVER_PROOF`: a million pairs.
const POLICIES_OF_THE_PROOF: u64 = 21_000;
/// Rules of one file.
const RULES_IN_A_FILE: usize = 40;

/// What a run has seen.
#[derive(Default)]
struct Proof {
    policies: u64,
    refused: u64,
    rules: usize,
    largest: usize,
    unlowered: Vec<Unlowered>,
    /// Pairs of fully lowered policies, the only ones that count.
    pairs: u64,
    /// Pairs of policies with a rule that stays with the interpreter.
    interpreted: u64,
    /// Pairs at which the interpreter took too many steps.
    limits: u64,
    traced: u64,
    /// Pairs decided by a shape.
    shaped: u64,
    keep: u64,
    act: u64,
    hold: u64,
    words: BTreeSet<&'static str>,
}

impl Proof {
    fn merge(&mut self, other: Self) {
        self.policies += other.policies;
        self.refused += other.refused;
        self.rules += other.rules;
        self.largest = self.largest.max(other.largest);
        self.unlowered.extend(other.unlowered);
        self.pairs += other.pairs;
        self.interpreted += other.interpreted;
        self.limits += other.limits;
        self.traced += other.traced;
        self.shaped += other.shaped;
        self.keep += other.keep;
        self.act += other.act;
        self.hold += other.hold;
        self.words.extend(other.words);
    }
}

/// The words, operators and fields that a policy can have.
fn vocabulary() -> Vec<(&'static str, Vec<String>)> {
    let call = |word: &'static str| (word, vec![format!("{word}(")]);
    let field = |field: &Field| (field.name(), vec![format!("user.{}", field.name())]);
    let symbol = |symbol: &'static str| {
        let text = match symbol {
            "`…${…}…`" => "${".to_owned(),
            "!" | "()" => symbol.to_owned(),
            _ if symbol.starts_with(char::is_alphabetic) => format!("{symbol} "),
            _ => format!(" {symbol} "),
        };
        (symbol, vec![text])
    };
    let words = WORDS.iter().map(|word| call(word.name));
    let operators = OPERATORS.iter().flat_map(|operator| operator.symbol.split(' '));
    words.chain(Field::ALL.iter().map(field)).chain(operators.map(symbol)).collect()
}

/// The rules of a random policy, without the prelude.
fn rules(seeded: &mut Seeded) -> Vec<String> {
    let count = match seeded.below(1_000) {
        0..=699 => 1 + seeded.below(4),
        700..=979 => 5 + seeded.below(11),
        980..=996 => 16 + seeded.below(45),
        _ => 100 + seeded.below(201),
    };
    let bodies = bodies(seeded, count).into_iter().enumerate();
    bodies.map(|(at, body)| format!("/// Why {at}.\nfn rule_{at}(user) {{\n\t{body}\n}}\n")).collect()
}

/// Which rule stands at a line of a file.
fn rule_at(rules: &[String], file: &str, line: usize) -> usize {
    let number = file.trim_start_matches("rules_").trim_end_matches(".rhai");
    let mut at = number.parse::<usize>().expect("errors are in rules") * RULES_IN_A_FILE;
    let mut end = 0;
    for rule in &rules[at..] {
        end += rule.matches('\n').count();
        if line <= end {
            break;
        }
        at += 1;
    }
    at
}

/// The files of a policy: a file holds 64 KiB.
fn files(rules: &[String]) -> Vec<Source> {
    let rest = rules.chunks(RULES_IN_A_FILE).enumerate();
    let rest = rest.map(|(at, rules)| Source::new(format!("rules_{at:02}.rhai"), rules.concat()));
    std::iter::once(Source::new("prelude.rhai", PRELUDE)).chain(rest).collect()
}

/// Both evaluators of a policy.
struct Pair {
    index: Evaluator,
    interpreter: Evaluator,
}

/// What all policies are decided under.
struct Setting {
    schema: Arc<Schema>,
    basis: Basis,
}

impl Setting {
    fn new() -> Self {
        let instant = parse_instant("2026-11-22T09:00:00Z").unwrap();
        let moment = Moment::new(instant, "Europe/Zurich".parse().unwrap()).unwrap();
        let basis = Basis { patience: Duration::from_mins(1), ..Basis::new(moment, true) };
        Self { schema: Arc::new(Schema::new(attributes()).unwrap()), basis }
    }

    /// The policy of those of these rules that the checker accepts; `None` if it accepts none.
    fn policy(&self, rules: &mut Vec<String>) -> Option<Policy> {
        loop {
            let checked = check(files(rules), &self.schema, None);
            let errors: Vec<_> = checked.diagnostics.iter().filter(|finding| finding.is_error()).collect();
            if errors.is_empty() || rules.is_empty() {
                return checked.policy.filter(|policy| !policy.rules().is_empty());
            }
            assert!(errors.iter().all(|error| may_be_refused(error)), "{errors:#?}\n{}", rules.concat());
            let refused: BTreeSet<usize> =
                errors.iter().map(|error| rule_at(rules, &error.file, error.line)).collect();
            let mut at = 0..;
            rules.retain(|_| at.next().is_some_and(|at| !refused.contains(&at)));
        }
    }

    fn pair(&self, policy: &Policy) -> Pair {
        let reference = Basis { means: Means::Interpreter, ..self.basis.clone() };
        Pair {
            index: policy.evaluator(self.basis.clone()).unwrap(),
            interpreter: policy.evaluator(reference).unwrap(),
        }
    }

    /// A random user: mostly known, some with facts that nobody provides.
    fn user(&self, seeded: &mut Seeded) -> User {
        let mut user = user(seeded, &self.schema, &self.basis.moment);
        let known = seeded.chance(80);
        for slot in self.schema.slots() {
            if known && *user.fact(slot) == Fact::Unknown && slot != Field::HasLeft.slot() {
                user.set(slot, default(&self.schema.field_type(slot).kind));
            }
            let number =
                matches!(user.fact(slot), Fact::Known(Value::Int(number)) if number.unsigned_abs() > 1_000);
            if number && seeded.chance(80) {
                user.set(slot, Fact::Known(Value::Int(5)));
            }
        }
        user
    }
}

/// What the records of a directory have where nothing is said.
fn default(kind: &Kind) -> Fact {
    match kind {
        Kind::Bool => Fact::Known(Value::Bool(false)),
        Kind::Texts => Fact::Known(Value::Texts(Arc::from([]))),
        Kind::Int => Fact::Known(Value::Int(0)),
        Kind::OneOf(set) => Fact::Known(Value::Text(set.words[0].clone())),
        Kind::Text => Fact::Known(Value::Text("E-1".into())),
        _ => Fact::Absent,
    }
}

/// How two evaluators differ about a user.
enum Difference {
    /// They do not, and this is the outcome.
    None(Outcome),
    /// The interpreter ran into a limit of its own.
    Limit,
    /// They do.
    Some(String),
}

fn difference(pair: &Pair, user: &User) -> Difference {
    let expected = pair.interpreter.decide(user).unwrap();
    let decided = pair.index.decide(user).unwrap();
    let [left, right] = [&expected, &decided].map(|decision| serde_json::to_string(decision).unwrap());
    let limit = expected.hold.as_ref().is_some_and(|hold| hold.code == HoldCode::Limit);
    if left != right {
        return if limit { Difference::Limit } else { Difference::Some(format!("{left}\n{right}")) };
    }
    if limit {
        return Difference::Limit;
    }
    let mut written = Vec::new();
    pair.index.decided(user, None).unwrap().write_json(&mut written);
    if written != left.as_bytes() {
        return Difference::Some(format!("{left}\nwritten {}", String::from_utf8_lossy(&written)));
    }
    let prepared = pair.index.prepare(user);
    let position = |name: &str| {
        let found = pair.index.policy().rules().iter().position(|rule| &*rule.name == name);
        found.and_then(|at| u32::try_from(at).ok())
    };
    let long = crate::policy::Verdict::of(&decided, position);
    for short in [prepared.verdict().unwrap(), pair.index.verdict(user).unwrap()] {
        if short != long {
            return Difference::Some(format!("{short:?}\n{long:?}"));
        }
    }
    Difference::None(decided.outcome)
}

/// Whether the tracing evaluator and both others give the same answers, rule by rule.
fn traced_difference(pair: &Pair, user: &User) -> Option<String> {
    let (user, _) = pair.index.with_leaving(user);
    if !user.is_matched() {
        return None;
    }
    let said = pair.index.answers(&user, None).unwrap();
    for (rule, title) in pair.index.policy().rules().iter().enumerate() {
        let traced = trace(pair.index.policy(), rule, &user, &pair.index.basis().moment).answer;
        let nothing = Ok(Answer::Nothing);
        let compiled = said.iter().find(|said| said.rule == rule).map_or(&nothing, |said| &said.answer);
        if [&traced, compiled].contains(&&Err(RuleError::Limit)) {
            continue;
        }
        if traced != *compiled {
            return Some(format!("{}: traced {traced:?}\ncompiled {compiled:?}", title.name));
        }
    }
    None
}

/// Leaves rules and facts away as long as both evaluators still differ, and tells what is left.
fn shrunk(setting: &Setting, rules: &[String], user: &User) -> String {
    let differs = |rules: &[String], user: &User| match setting.policy(&mut rules.to_vec()) {
        Some(policy) => match difference(&setting.pair(&policy), user) {
            Difference::Some(told) => Some(told),
            _ => None,
        },
        None => None,
    };
    let (mut rules, mut user) = (rules.to_vec(), user.clone());
    let mut at = 0;
    while at < rules.len() {
        let mut fewer = rules.clone();
        fewer.remove(at);
        if !fewer.is_empty() && differs(&fewer, &user).is_some() { rules = fewer } else { at += 1 }
    }
    for slot in setting.schema.slots() {
        let mut plainer = user.clone();
        plainer.set(slot, default(&setting.schema.field_type(slot).kind));
        if differs(&rules, &plainer).is_some() {
            user = plainer;
        }
    }
    let told = differs(&rules, &user).unwrap_or_default();
    let facts: Vec<String> = setting
        .schema
        .slots()
        .filter_map(|slot| {
            Some(format!("{}: {}", setting.schema.name(slot), user.fact(slot).known()?.to_json()))
        })
        .collect();
    format!("{}\n{}\ninterpreter, index:\n{told}", rules.concat(), facts.join("\n"))
}

/// One policy on all its users.
fn prove(setting: &Setting, seed: u64, vocabulary: &[(&'static str, Vec<String>)]) -> Proof {
    let mut seeded = Seeded(seed);
    let mut rules = rules(&mut seeded);
    let mut proof = Proof { policies: 1, ..Proof::default() };
    let Some(policy) = setting.policy(&mut rules) else {
        return Proof { refused: 1, ..Proof::default() };
    };
    let text = rules.concat();
    let occurs = |(_, parts): &&(&str, Vec<String>)| parts.iter().all(|part| text.contains(part.as_str()));
    proof.words = vocabulary.iter().filter(occurs).map(|(word, _)| *word).collect();
    proof.rules = policy.rules().len();
    proof.largest = proof.rules;
    proof.unlowered = policy.unlowered();
    let pair = setting.pair(&policy);
    let fail =
        |user: &User, told: &str| -> ! { panic!("seed {seed}: {told}\n{}", shrunk(setting, &rules, user)) };
    for _ in 0..USERS {
        let user = setting.user(&mut seeded);
        match difference(&pair, &user) {
            Difference::Some(told) => fail(&user, &told),
            Difference::Limit => proof.limits += 1,
            Difference::None(_) if !proof.unlowered.is_empty() => proof.interpreted += 1,
            Difference::None(outcome) => {
                proof.pairs += 1;
                match outcome {
                    Outcome::Keep => proof.keep += 1,
                    Outcome::Act => proof.act += 1,
                    Outcome::Hold => proof.hold += 1,
                }
            }
        }
        proof.shaped += u64::from(pair.index.shaped(&user).is_some());
        if let Some(told) = traced_difference(&pair, &user) {
            fail(&user, &told);
        }
        proof.traced += 1;
    }
    proof
}

#[test]
fn index_and_interpreter_decide_alike() {
    let number = |name: &str| std::env::var(name).ok().and_then(|number| number.parse::<u64>().ok());
    let whole = std::env::var_os("LEAVER_PROOF").is_some();
    let count = number("LEAVER_POLICIES").unwrap_or(if whole { POLICIES_OF_THE_PROOF } else { POLICIES });
    let first = number("LEAVER_SEED").unwrap_or(0);
    let next = AtomicU64::new(first);
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let vocabulary = vocabulary();
    let mut proof = Proof::default();
    std::thread::scope(|scope| {
        let work = || {
            let (setting, mut proof) = (Setting::new(), Proof::default());
            loop {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed >= first + count {
                    return proof;
                }
                proof.merge(prove(&setting, seed, &vocabulary));
            }
        };
        // Threads with the stack that a decision needs, so that none is made for each.
        let start = |_| std::thread::Builder::new().stack_size(32 << 20).spawn_scoped(scope, work);
        let workers: Vec<_> = (0..threads).map(start).collect::<Result<_, _>>().expect("threads");
        for worker in workers {
            proof.merge(worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
    });
    let Proof {
        policies,
        refused,
        rules,
        largest,
        unlowered,
        pairs,
        interpreted,
        limits,
        traced,
        shaped,
        ..
    } = &proof;
    let share = |part: u64| part * 100 / pairs;
    let lowered = (rules - unlowered.len()) * 1_000 / rules;
    let missing: Vec<_> =
        vocabulary.iter().map(|(word, _)| *word).filter(|word| !proof.words.contains(word)).collect();
    println!(
        "index = interpreter: seeds {first} to {}, {policies} policies ({refused} refused) of 1 to {largest} rules, \
         {}.{} % of {rules} rules lowered; {pairs} pairs, 0 differences, {traced} of them traced, \
         {shaped} decided by a shape; not counted: \
         {interpreted} with a rule in the interpreter, {limits} at a limit; keep {} %, act {} %, hold {} %; \
         {} of {} words, missing {missing:?}",
        first + count - 1,
        lowered / 10,
        lowered % 10,
        share(proof.keep),
        share(proof.act),
        share(proof.hold),
        proof.words.len(),
        vocabulary.iter().map(|(word, _)| *word).collect::<BTreeSet<_>>().len(),
    );
    assert!(
        lowered >= 950,
        "too few rules are lowered: {:?}",
        unlowered.iter().map(|one| one.why).collect::<BTreeSet<_>>()
    );
    assert!(*refused < policies / 2, "too many policies are refused");
    for (part, what) in [(proof.keep, "keep"), (proof.act, "act"), (proof.hold, "hold")] {
        assert!(share(part) >= 10, "too few decisions are {what}");
    }
    assert!(!whole || *pairs >= 1_000_000, "too few pairs");
    assert!(missing.is_empty() || policies < &1_000, "words that no policy has: {missing:?}");
}

/// A random policy, what it is decided under, and random users: for the proofs of other ways to decide.
/// `None` if the checker refuses the policy.
#[cfg(feature = "arrow")]
pub(crate) fn random(seed: u64, users: usize) -> Option<(Policy, Basis, Vec<User>)> {
    let (setting, mut seeded) = (Setting::new(), Seeded(seed));
    let policy = setting.policy(&mut rules(&mut seeded))?;
    let users = (0..users).map(|_| setting.user(&mut seeded)).collect();
    Some((policy, setting.basis, users))
}
