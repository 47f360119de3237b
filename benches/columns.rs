//! Verdicts and decisions about users in Arrow columns, beside hand-written rules over the same arrays, in
//! the same run: `cargo bench --bench columns --features arrow`.
//!
//! The users and the policies P5 and P100 are those of `decide`; countries are two letters, because
//! records are validated. Every verdict is compared before anything is timed. Medians of interleaved
//! rounds, in time of the processor.

#![allow(missing_docs, reason = "criterion's macros make undocumented items")]

#[allow(dead_code, unused_imports, unreachable_pub, reason = "shared with `decide`, which needs the rest")]
mod workload;

use std::hint::black_box;
use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int8Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, DictionaryArray, Int8Array, RecordBatch, StringArray,
};
use criterion::{Criterion, Throughput};
use leaver::columns::{Binding, ColumnDecider, Defaults};
use leaver::model::{Moment, Schema, parse_instant};
use leaver::policy::{Basis, Evaluator, Source, check};
use workload::users::{Edition, Employment};
use workload::{Answer, Conjunction, Typed, by_hand, policy, processor_time};

/// Rows of a batch.
const USERS: usize = 65_536;
/// Rounds of which the median counts.
const ROUNDS: usize = 15;
/// Days from 1970-01-01 to the day of the decisions.
const TODAY: i32 = 20_779;

/// How texts are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Texts {
    Dictionary,
    Utf8,
}

fn department(number: usize) -> String {
    format!("d{number}")
}

fn country(number: usize) -> String {
    let letter = |number: usize| char::from(b'A' + u8::try_from(number).expect("a letter"));
    format!("{}{}", letter(number / 6), letter(10 + number % 6))
}

/// A column of words by their numbers.
fn words(words: &[String], numbers: &[usize], texts: Texts) -> ArrayRef {
    match texts {
        Texts::Utf8 => Arc::new(StringArray::from_iter_values(numbers.iter().map(|at| &words[*at]))),
        Texts::Dictionary => {
            let keys: Int8Array = numbers.iter().map(|at| i8::try_from(*at).ok()).collect();
            let keys = Int8Array::from(keys.values().to_vec());
            let values = Arc::new(StringArray::from_iter_values(words));
            Arc::new(DictionaryArray::<Int8Type>::new(keys, values))
        }
    }
}

fn batch(users: &[Typed], texts: Texts) -> RecordBatch {
    let column = |all: Vec<String>, number: &dyn Fn(&Typed) -> usize| {
        words(&all, &users.iter().map(number).collect::<Vec<_>>(), texts)
    };
    let employments = Employment::ALL.map(|one| one.word().to_owned()).to_vec();
    let editions = Edition::ALL.map(|one| one.word().to_owned()).to_vec();
    let place = |user: &Typed| Employment::ALL.iter().position(|one| *one == user.employment).expect("one");
    let edition = |user: &Typed| Edition::ALL.iter().position(|one| *one == user.edition).expect("one");
    let mut groups = ListBuilder::new(StringBuilder::new());
    for user in users {
        for group in 0..user.groups {
            groups.values().append_value(format!("g{group}"));
        }
        groups.append(true);
    }
    let ids = (0..users.len()).map(|at| format!("U{at:07}"));
    let persons = (0..users.len()).map(|at| format!("E{at}"));
    let days_ago = |days: i64| TODAY - i32::try_from(days).expect("few days");
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("id", Arc::new(StringArray::from_iter_values(ids))),
        ("person", Arc::new(StringArray::from_iter_values(persons))),
        ("employment", column(employments, &place)),
        ("department", column((0..20).map(department).collect(), &|user| usize::from(user.department))),
        ("country", column((0..30).map(country).collect(), &|user| usize::from(user.country))),
        ("edition", column(editions, &edition)),
        (
            "last_day",
            Arc::new(users.iter().map(|user| user.has_left.then(|| days_ago(3))).collect::<Date32Array>()),
        ),
        (
            "legal_hold",
            Arc::new(BooleanArray::from(users.iter().map(|user| user.legal_hold).collect::<Vec<_>>())),
        ),
        (
            "last_seen",
            Arc::new(Date32Array::from(
                users.iter().map(|user| days_ago(user.last_seen_days)).collect::<Vec<_>>(),
            )),
        ),
        ("groups", Arc::new(groups.finish())),
    ];
    RecordBatch::try_from_iter(columns).expect("columns of one length")
}

/// The hand-written rules over the arrays: codes of dictionaries, or texts that are turned into codes.
fn match_all(batch: &RecordBatch, conjunctions: &[Conjunction], texts: Texts, answers: &mut Vec<Answer>) {
    let last_day = batch["last_day"].as_primitive::<Date32Type>();
    let last_seen = batch["last_seen"].as_primitive::<Date32Type>().values();
    let legal_hold = batch["legal_hold"].as_boolean();
    let groups = batch["groups"].as_list::<i32>().value_offsets();
    answers.clear();
    let typed = |row: usize, employment, department, country, edition| Typed {
        employment,
        department,
        country,
        edition,
        has_left: last_day.is_valid(row) && last_day.value(row) < TODAY,
        legal_hold: legal_hold.value(row),
        last_seen_days: i64::from(TODAY - last_seen[row]),
        groups: usize::try_from(groups[row + 1] - groups[row]).expect("a length"),
    };
    match texts {
        Texts::Dictionary => {
            let keys = |name: &str| batch[name].as_dictionary::<Int8Type>().keys().values().clone();
            let [employment, department, country, edition] =
                ["employment", "department", "country", "edition"].map(keys);
            let code = |key: i8| u8::try_from(key).expect("a code");
            answers.extend((0..batch.num_rows()).map(|row| {
                let employment = Employment::ALL[usize::from(code(employment[row]))];
                let edition = Edition::ALL[usize::from(code(edition[row]))];
                by_hand(
                    &typed(row, employment, code(department[row]), code(country[row]), edition),
                    conjunctions,
                )
            }));
        }
        Texts::Utf8 => {
            let text = |name: &str| batch[name].as_string::<i32>().clone();
            let [employment, department, country, edition] =
                ["employment", "department", "country", "edition"].map(text);
            answers.extend((0..batch.num_rows()).map(|row| {
                let employment = match employment.value(row) {
                    "staff" => Employment::Staff,
                    "contractor" => Employment::Contractor,
                    "temporary" => Employment::Temporary,
                    "partner" => Employment::Partner,
                    _ => Employment::Service,
                };
                let edition = match edition.value(row) {
                    "enterprise" => Edition::Enterprise,
                    "business" => Edition::Business,
                    _ => Edition::Essential,
                };
                let department = department.value(row)[1..].parse().expect("a number");
                let country = country.value(row).as_bytes();
                let country = (country[0] - b'A') * 6 + country[1] - b'K';
                by_hand(&typed(row, employment, department, country, edition), conjunctions)
            }));
        }
    }
}

fn evaluator(conjunctions: &[Conjunction]) -> Evaluator {
    let instant = parse_instant("2026-11-22T09:00:00Z").expect("an instant");
    let moment = Moment::new(instant, "Europe/Zurich".parse().expect("a zone")).expect("in range");
    let mut text = policy(conjunctions).concat();
    for number in 0..30 {
        text = text.replace(&format!("\"c{number}\""), &format!("\"{}\"", country(number)));
    }
    let checked = check(vec![Source::new("acme.rhai", text)], &Arc::new(Schema::default()), None);
    let policy = checked.policy.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics));
    policy.evaluator(Basis::new(moment, true)).expect("the sandbox holds")
}

/// One way of doing the work.
struct Row<'a> {
    name: String,
    work: Box<dyn Fn() + 'a>,
}

/// Every verdict and every decision is that of the hand-written rules.
fn compare(name: &str, decider: &ColumnDecider<'_>, batch: &RecordBatch, answers: &[Answer]) {
    let word = |batch: &RecordBatch, column: &str, row: usize| {
        let words = batch[column].as_any_dictionary();
        words.values().as_string::<i32>().value(words.normalized_keys_at(row)).to_owned()
    };
    let verdicts = decider.verdicts(batch).expect("no deadline");
    let decisions = decider.decide(batch).expect("no deadline");
    for (row, answer) in answers.iter().enumerate() {
        let expected = match answer {
            Answer::Keep => ("keep", "keep"),
            Answer::Review => ("hold", "hold"),
            Answer::Revoke => ("revoke", "withdraw"),
            Answer::Detach => ("detach", "withdraw"),
            Answer::Withdraw => ("keep", "withdraw"),
        };
        for found in [&verdicts, &decisions] {
            let found = (word(found, "disposition", row), word(found, "access", row));
            assert_eq!((found.0.as_str(), found.1.as_str()), expected, "{name}, row {row}");
        }
    }
    println!("{name}: {} verdicts and decisions equal the hand-written ones", answers.len());
}

/// The key of one row of a dictionary.
trait KeyAt {
    fn normalized_keys_at(&self, row: usize) -> usize;
}

impl KeyAt for dyn arrow_array::array::AnyDictionaryArray + '_ {
    fn normalized_keys_at(&self, row: usize) -> usize {
        match self.keys().as_primitive_opt::<Int8Type>() {
            Some(keys) => usize::try_from(keys.value(row)).expect("a key"),
            None => {
                let keys = self.keys().as_primitive::<arrow_array::types::Int32Type>();
                usize::try_from(keys.value(row)).expect("a key")
            }
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Prints a table: nanoseconds per user, and the ratio to the hand-written rules of the same round.
fn table(name: &str, rows: &[Row<'_>]) {
    let users = f64::from(u32::try_from(USERS).expect("few"));
    let time = |row: &Row<'_>| {
        let before = processor_time();
        (row.work)();
        (processor_time() - before) / users
    };
    let rounds: Vec<Vec<f64>> = (0..ROUNDS).map(|_| rows.iter().map(time).collect()).collect();
    println!("\n| {name} | ns per user | × hand-written match |\n|---|---|---|");
    for (at, row) in rows.iter().enumerate() {
        let ns = median(rounds.iter().map(|round| round[at]).collect());
        // Three rows of dictionaries, then three of texts.
        let ratio = median(rounds.iter().map(|round| round[at] / round[at / 3 * 3]).collect());
        println!("| {} | {ns:.1} | {ratio:.2} |", row.name);
    }
    println!();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let users = Typed::users(USERS);
    for (name, conjunctions) in [("P5", 0), ("P100", 95)] {
        let conjunctions = Conjunction::seeded(conjunctions);
        let evaluator = evaluator(&conjunctions);
        let batches = [Texts::Dictionary, Texts::Utf8].map(|texts| (texts, batch(&users, texts)));
        let deciders: Vec<ColumnDecider<'_>> = batches
            .iter()
            .map(|(_, batch)| {
                let binding = Binding::new(evaluator.policy().schema(), &batch.schema(), &Defaults::new());
                ColumnDecider::new(&evaluator, &binding.expect("columns of users")).expect("one schema")
            })
            .collect();
        let mut rows = Vec::new();
        for ((texts, batch), decider) in batches.iter().zip(&deciders) {
            let mut answers = Vec::with_capacity(USERS);
            match_all(batch, &conjunctions, *texts, &mut answers);
            compare(&format!("{name}, {texts:?}"), decider, batch, &answers);
            let answers = std::cell::RefCell::new(answers);
            let conjunctions = &conjunctions;
            rows.push(Row {
                name: format!("{texts:?}: hand-written match"),
                work: Box::new(move || {
                    match_all(batch, conjunctions, *texts, &mut answers.borrow_mut());
                    black_box(&answers);
                }),
            });
            rows.push(Row {
                name: format!("{texts:?}: verdicts"),
                work: Box::new(|| drop(black_box(decider.verdicts(batch).expect("no deadline")))),
            });
            rows.push(Row {
                name: format!("{texts:?}: whole decisions"),
                work: Box::new(|| drop(black_box(decider.decide(batch).expect("no deadline")))),
            });
        }
        table(name, &rows);
        // Criterion's own, longer measurement: `cargo bench --bench columns -- P5`.
        if std::env::args().any(|argument| argument == name) {
            let mut group = criterion.benchmark_group(name);
            group.throughput(Throughput::Elements(USERS as u64));
            group.sample_size(10);
            for row in &rows {
                group.bench_function(&row.name, |bencher| bencher.iter(|| (row.work)()));
            }
            group.finish();
        }
    }
    criterion.final_summary();
}
