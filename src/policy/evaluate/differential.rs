//! Random well-typed policies on random users: the checker accepts them, the interpreter never meets
//! a wrong type, and the tracing evaluator gives the interpreter's answer, rule by rule.

pub(crate) mod compiled;
mod language;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use crate::diagnostic::{Code, Diagnostic};
use crate::model::{
    ClosedSet, Edition, Employment, Fact, Field, FieldSource, FieldType, Kind, Leaving, Moment, Schema, User,
    Value, parse_instant,
};
use crate::policy::interpret::Interpreter;
use crate::policy::trace::trace;
use crate::policy::{Answer, RuleError, Source, check};

/// A small seeded generator (splitmix64), so that a failure can be repeated from its seed.
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).unwrap_or(0)
    }

    fn between(&mut self, least: i64, most: i64) -> i64 {
        let width = usize::try_from(most - least + 1).unwrap_or(1);
        least + i64::try_from(self.below(width)).unwrap_or(0)
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

const WORDS: &[&str] = &["sales", "legal", "g1", "g2", "", "CH", "straße", "E-1"];
const DATES: &[Field] = &[Field::LastDay, Field::FirstDay, Field::Created, Field::LastSeen];
const TEXTS: &[Field] = &[Field::Department, Field::JobTitle, Field::Country, Field::Credential];
const FLAGS: &[Field] = &[Field::HasLeft, Field::LegalHold, Field::MdmManaged, Field::Administrator];
const LISTS: &[Field] = &[Field::Groups, Field::Lists, Field::Categories];

/// A condition over everything the language has.
fn condition(seeded: &mut Seeded, depth: usize) -> String {
    if depth > 0 && seeded.chance(45) {
        let (left, right) = (condition(seeded, depth - 1), condition(seeded, depth - 1));
        return match seeded.below(4) {
            0 => format!("({left} && {right})"),
            1 => format!("({left} || {right})"),
            2 => format!("!({left})"),
            _ => format!("(if {left} {{ {right} }} else {{ {} }})", condition(seeded, 0)),
        };
    }
    let comparison = seeded.one_of(&["<", "<=", ">", ">=", "==", "!="]);
    let date = format!("user.{}", seeded.one_of(DATES).name());
    let text = format!("user.{}", seeded.one_of(TEXTS).name());
    let list = format!("user.{}", seeded.one_of(LISTS).name());
    let word = seeded.one_of(WORDS);
    let number = seeded.below(200);
    match seeded.below(18) {
        0 => format!("user.{}", seeded.one_of(FLAGS).name()),
        1 => {
            let kinds: Vec<String> = (0..=seeded.below(3))
                .map(|_| format!("{:?}", seeded.one_of(Employment::ALL).word()))
                .collect();
            format!("user.employment in [{}]", kinds.join(", "))
        }
        2 => format!(
            "user.employment {} {:?}",
            seeded.one_of(&["==", "!="]),
            seeded.one_of(Employment::ALL).word()
        ),
        3 => format!("user.edition == {:?}", seeded.one_of(Edition::ALL).word()),
        4 => format!("{date} != () && {date} {comparison} today()"),
        5 => format!("{date} != () && days_since({date}) {comparison} {number}"),
        6 => format!("({date} ?? today()) {comparison} date(\"2026-0{}-15\")", 1 + seeded.below(9)),
        7 => format!("({date} == () || days_until({date}) {comparison} {})", seeded.below(30)),
        8 => format!("{text} in [{word:?}, {:?}]", seeded.one_of(WORDS)),
        9 => format!(
            "({text} ?? {word:?}).{}({:?})",
            seeded.one_of(&["starts_with", "ends_with", "contains"]),
            seeded.one_of(WORDS)
        ),
        10 => format!("{word:?} {} {list}", seeded.one_of(&["in", "!in"])),
        11 => format!("{list}.len() {comparison} {}", seeded.below(4)),
        12 => format!(
            "{list}.{}(|x| x {} {word:?} || x.len() > {})",
            seeded.one_of(&["some", "all"]),
            seeded.one_of(&["==", "!="]),
            seeded.below(5)
        ),
        13 => format!("{text} != () && {text}.to_lower() == {word:?}"),
        14 => "user.superseded_by != () && user.superseded_by != user.id".to_owned(),
        15 => format!("{date} != () && {date} + weeks({}) {comparison} LIMIT", seeded.below(9)),
        16 => format!("{}({date}, {number})", seeded.one_of(&["older", "newer"])),
        _ => format!(
            "({list}.len() * {} - {number}) % 7 {comparison} {}",
            1 + seeded.below(5),
            seeded.below(7)
        ),
    }
}

fn answer(seeded: &mut Seeded) -> String {
    let text =
        seeded.one_of(&["\"why\"", "`user ${user.id} on ${today()}`", "\"a\" + \"b\"", "user.employment"]);
    let mut action = match seeded.below(9) {
        0 => return "forbid(\"revoke\")".to_owned(),
        1 => return "forbid(\"detach\", \"withdraw\")".to_owned(),
        2 => return format!("also(leave_groups_and_lists(), notify({text}))"),
        3 => return format!("review({text})"),
        4 => "keep()".to_owned(),
        5 => "withdraw()".to_owned(),
        6 => "migrate_to_mdm()".to_owned(),
        7 => "detach()".to_owned(),
        _ => "revoke()".to_owned(),
    };
    let on_id = action.starts_with("detach") || action.starts_with("revoke");
    if on_id && seeded.chance(30) {
        let _ = write!(
            action,
            ".after(days({}))",
            seeded.one_of(&["7", "user.groups.len()", "user.groups.len() - 1"])
        );
    }
    if on_id && seeded.chance(20) {
        action.push_str(".keep_access()");
    }
    if on_id && seeded.chance(30) {
        action.push_str(seeded.one_of(&[".or_else(withdraw())", ".or_else(detach().or_else(keep()))"]));
    }
    if seeded.chance(20) {
        let _ = write!(action, ".because({text})");
    }
    if seeded.chance(15) {
        let _ = write!(action, ".notify({text})");
    }
    action
}

fn body(seeded: &mut Seeded, depth: usize) -> String {
    match seeded.below(8) {
        6 => format!(
            "let word = user.department ?? {:?}; if user.{}.some(|g| g == word) {{ {} }}",
            seeded.one_of(WORDS),
            seeded.one_of(LISTS).name(),
            answer(seeded)
        ),
        0 if depth > 0 => {
            let mut arms = String::new();
            for employment in Employment::ALL.iter().take(1 + seeded.below(5)) {
                let guard =
                    if seeded.chance(30) { format!(" if {}", condition(seeded, 1)) } else { String::new() };
                let _ = write!(arms, "{:?}{guard} => {}, ", employment.word(), answer(seeded));
            }
            format!("switch user.employment {{ {arms}_ => {{ {} }} }}", body(seeded, depth - 1))
        }
        1 if depth > 0 => format!(
            "if {} {{ {} }} else {{ {} }}",
            condition(seeded, 2),
            body(seeded, depth - 1),
            body(seeded, depth - 1)
        ),
        2 if depth > 0 => format!(
            "if {} {{ return {}; }} {}",
            condition(seeded, 1),
            answer(seeded),
            body(seeded, depth - 1)
        ),
        3 => format!(
            "let fits = {}; if fits && {} {{ {} }}",
            condition(seeded, 1),
            condition(seeded, 1),
            answer(seeded)
        ),
        4 => format!(
            "let n = 0; for g in user.groups {{ if g != {:?} {{ n += 2; }} else {{ continue; }} if n > {} {{ break; }} }} if n > {} {{ {} }}",
            seeded.one_of(WORDS),
            seeded.below(6),
            seeded.below(4),
            answer(seeded)
        ),
        5 => format!(
            "switch user.groups.len() {{ 0 if {} => {}, 1 | 2 => {}, 3..6 => {}, _ => () }}",
            condition(seeded, 1),
            answer(seeded),
            answer(seeded),
            answer(seeded)
        ),
        _ => format!("if {} {{ {} }}", condition(seeded, 2), answer(seeded)),
    }
}

fn policy(seeded: &mut Seeded) -> String {
    let mut text = String::from(
        "const LIMIT = date(\"2026-06-01\") + days(14);\n\
         private fn older(day, n) { if day == () { return false; } days_since(day) > n }\n\
         private fn newer(day, n) { day != () && !older(day, n) }\n",
    );
    for rule in 0..=seeded.below(5) {
        let _ = writeln!(text, "/// why {rule}\nfn rule_{rule}(user) {{ {} }}", body(seeded, 2));
    }
    text
}

/// Attributes of every type a host can declare.
fn attributes() -> BTreeMap<String, FieldType> {
    let site = Kind::OneOf(ClosedSet::new("site", ["zurich", "berlin"]));
    [
        ("number", Kind::Int, false),
        ("maybe_number", Kind::Int, true),
        ("maybe_count", Kind::Int, true),
        ("flag", Kind::Bool, false),
        ("vip", Kind::Bool, true),
        ("note", Kind::Text, false),
        ("maybe_note", Kind::Text, true),
        ("maybe_code", Kind::Text, true),
        ("maybe_day", Kind::Date, true),
        ("tags", Kind::Texts, false),
        ("maybe_tags", Kind::Texts, true),
        ("site", site, true),
    ]
    .map(|(name, kind, optional)| (name.to_owned(), FieldType { kind, optional }))
    .into()
}

fn user(seeded: &mut Seeded, schema: &Schema, moment: &Moment) -> User {
    let mut user = User::new("ECHOECHO".parse().unwrap(), schema);
    for slot in schema.slots() {
        let ty = schema.field_type(slot);
        let value = match &ty.kind {
            Kind::Bool => Value::Bool(seeded.chance(50)),
            Kind::Int => Value::Int(seeded.one_of(&[7, 0, -1, 1, 3, 30, 100, i64::MIN, i64::MAX])),
            Kind::Text if seeded.below(400) == 0 => Value::Text("long ".repeat(820).into()),
            Kind::Text => Value::Text(seeded.one_of(WORDS).into()),
            Kind::Id => Value::Id("ABCD1234".parse().unwrap()),
            Kind::Date => Value::Date(moment.today() - time::Duration::days(seeded.between(-100, 299))),
            Kind::Instant => {
                Value::Instant(moment.instant() - time::Duration::hours(seeded.between(-40, 49)))
            }
            Kind::Texts if seeded.below(200) == 0 => {
                Value::Texts((0..1_100).map(|n| format!("group {n}").into()).collect())
            }
            Kind::Texts => Value::Texts((0..seeded.below(7)).map(|_| seeded.one_of(WORDS).into()).collect()),
            Kind::OneOf(set) => Value::Text(set.words[seeded.below(set.words.len())].clone()),
        };
        let given = schema.field(slot).is_none_or(|field| field.info().source == FieldSource::Given);
        let fact = match given {
            _ if seeded.chance(2) => Fact::Unknown,
            true if ty.optional && seeded.chance(35) => Fact::Absent,
            _ => Fact::Known(value),
        };
        user.set(slot, fact);
    }
    user.set(Field::HasLeft.slot(), Fact::Unknown);
    user
}

/// What a run has seen.
#[derive(Default)]
struct Seen {
    policies: u32,
    refused: u32,
    pairs: u32,
    answers: u32,
    errors: u32,
    /// Pairs in which one of the two took too many steps or made too long a text.
    limits: u32,
}

/// Contradictory conditions make rules that can never act, and some rules are nested deeper than the
/// language allows, which Rhai tells of a `return` by a missing `;`. Everything else is accepted.
fn may_be_refused(finding: &Diagnostic) -> bool {
    match finding.code {
        Code::NeverActs | Code::TooDeep => true,
        Code::Syntax => finding.message.starts_with("`;` is missing"),
        _ => false,
    }
}

/// Compares interpreter and trace on the policies of `seeds`.
fn compare(
    name: &str,
    write: fn(&mut Seeded) -> String,
    attributes: BTreeMap<String, FieldType>,
    seeds: std::ops::Range<u64>,
) -> Seen {
    let schema = Arc::new(Schema::new(attributes).unwrap());
    let moment =
        Moment::new(parse_instant("2026-11-22T09:00:00Z").unwrap(), "Europe/Zurich".parse().unwrap())
            .unwrap();
    let mut seen = Seen::default();
    let mut first: Option<Interpreter> = None;
    for seed in seeds {
        let mut seeded = Seeded(seed);
        let text = write(&mut seeded);
        let checked = check(vec![Source::new("random.rhai", text.as_str())], &schema, None);
        let errors: Vec<_> = checked.diagnostics.iter().filter(|finding| finding.is_error()).collect();
        seen.policies += 1;
        if !errors.is_empty() && errors.iter().all(|error| may_be_refused(error)) {
            seen.refused += 1;
            continue;
        }
        let policy = checked.policy.unwrap_or_else(|| panic!("seed {seed}\n{text}\n{errors:#?}"));
        let patience = Duration::from_mins(1);
        let interpreter = match &first {
            Some(first) => first.again(&policy, &moment, patience).unwrap(),
            None => Interpreter::new(&policy, &moment, patience).unwrap(),
        };
        for _ in 0..30 {
            let mut user = user(&mut seeded, &schema, &moment);
            let leaving = Leaving::of(&user, &moment);
            user.set(Field::HasLeft.slot(), leaving.has_left);
            for (index, interpreted) in
                interpreter.answers(0..policy.rules().len(), &user).unwrap().into_iter().enumerate()
            {
                let traced = trace(&policy, index, &user, &moment).answer;
                // The two count their steps differently, so one of them may give up first.
                if [&interpreted, &traced].contains(&&Err(RuleError::Limit)) {
                    seen.limits += 1;
                    continue;
                }
                assert_eq!(interpreted, traced, "seed {seed}, rule {index}\n{text}\n{user:#?}");
                assert_ne!(interpreted, Err(RuleError::Internal), "seed {seed}, rule {index}\n{text}");
                seen.pairs += 1;
                seen.answers += u32::from(matches!(&interpreted, Ok(answer) if *answer != Answer::Nothing));
                seen.errors += u32::from(interpreted.is_err());
            }
        }
        first.get_or_insert(interpreter);
    }
    let Seen { policies, refused, pairs, answers, errors, limits } = &seen;
    println!(
        "interpreter = trace, {name}: {policies} policies ({refused} refused), {pairs} pairs, \
         {answers} answers, {errors} errors, 0 differences, {limits} at a limit"
    );
    seen
}

#[test]
fn interpreter_and_trace_agree_on_random_policies() {
    let seen = compare("conditions", policy, BTreeMap::new(), 0..250);
    assert!(
        seen.pairs > 15_000 && seen.answers > seen.pairs / 10 && seen.errors > seen.pairs / 100,
        "the generator covers too little"
    );
}

#[test]
fn interpreter_and_trace_agree_on_the_whole_language() {
    // For more policies than a test run has time for: LEAVER_POLICIES=100000.
    let count = std::env::var("LEAVER_POLICIES").ok().and_then(|count| count.parse().ok()).unwrap_or(400);
    let seen = compare("whole language", language::policy, attributes(), 0..count);
    let nothing = seen.pairs - seen.answers - seen.errors;
    assert!(seen.refused < seen.policies / 3, "too many policies are refused");
    assert!(seen.limits < seen.pairs / 50, "too many pairs end at a limit");
    assert!(seen.pairs > seen.policies * 20, "too few rules");
    for (share, what) in [(seen.answers, "answers"), (seen.errors, "errors"), (nothing, "nothing")] {
        assert!(share > seen.pairs / 20, "too few pairs end with {what}: {share} of {}", seen.pairs);
    }
}
