//! One decision by the index and by the Rhai interpreter, beside a hand-written `match` over the same
//! users, in the same run.
//!
//! Policy P5 has five rules, P100 the same with 95 seeded conjunctions after the first. Every answer
//! is compared before anything is timed. What counts are the ratios to the hand-written code, each of
//! the median of interleaved rounds, in time of the processor and not of the clock. `cargo bench --bench decide`.

#![allow(missing_docs, reason = "criterion's macros make undocumented items")]

mod workload;

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use leaver::policy::Prepared;
use workload::{Case, Conjunction};

/// So many that no processor learns by heart which branch each of them takes.
const USERS: usize = 20_000;

/// Users of slow rows.
const FEW: usize = 500;

/// Rounds of which the median counts.
const ROUNDS: usize = 9;

/// One way of doing the work.
struct Row<'a> {
    name: &'static str,
    /// How often one round goes through its users.
    times: u32,
    users: usize,
    work: Box<dyn Fn() + 'a>,
}

fn rows<'a>(case: &'a Case, prepared: &'a [Prepared<'a>]) -> Vec<Row<'a>> {
    vec![
        Row { name: "hand-written match", times: 20, users: USERS, work: Box::new(|| case.match_all()) },
        Row {
            name: "hand-written match on texts",
            times: 5,
            users: USERS,
            work: Box::new(|| case.match_all_texts()),
        },
        Row {
            name: "verdict, prepared user",
            times: 20,
            users: USERS,
            work: Box::new(move || {
                for user in prepared {
                    black_box(user.verdict().expect("no deadline"));
                }
            }),
        },
        Row {
            name: "verdict from a user's facts",
            times: 5,
            users: USERS,
            work: Box::new(|| {
                for user in &case.users {
                    black_box(case.evaluator.verdict(user).expect("no deadline"));
                }
            }),
        },
        Row {
            name: "verdict from texts",
            times: 5,
            users: USERS,
            work: Box::new(|| case.verdict_all_texts()),
        },
        Row {
            name: "decision as JSON from texts",
            times: 2,
            users: USERS,
            work: Box::new(|| case.write_all()),
        },
        Row {
            name: "whole decision by the index",
            times: 2,
            users: USERS,
            work: Box::new(|| case.decide_all(&case.evaluator, USERS)),
        },
        Row { name: "explained decision", times: 1, users: FEW, work: Box::new(|| case.explain_all(FEW)) },
        Row {
            name: "first decision: check the policy, then decide",
            times: 3,
            users: 1,
            work: Box::new(|| case.first_decision()),
        },
        Row {
            name: "whole decision by the interpreter",
            times: 1,
            users: FEW,
            work: Box::new(|| case.decide_all(&case.reference, FEW)),
        },
    ]
}

/// Nanoseconds per decision of one round.
fn time(row: &Row<'_>) -> f64 {
    let before = workload::processor_time();
    for _ in 0..row.times {
        (row.work)();
    }
    let decisions = f64::from(row.times) * f64::from(u32::try_from(row.users).expect("a count of users"));
    (workload::processor_time() - before) / decisions
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Prints a table: nanoseconds, and the ratio to the hand-written code of the same round.
fn table(case: &Case) {
    let prepared = case.prepare_all();
    let rows = rows(case, &prepared);
    let rounds: Vec<Vec<f64>> = (0..ROUNDS).map(|_| rows.iter().map(|row| time(row)).collect()).collect();
    println!("\n| {} | ns per decision | × hand-written match |\n|---|---|---|", case.name);
    for (at, row) in rows.iter().enumerate() {
        let ns = median(rounds.iter().map(|round| round[at]).collect());
        let ratio = median(rounds.iter().map(|round| round[at] / round[0]).collect());
        println!("| {} | {ns:.1} | {ratio:.2} |", row.name);
    }
    println!();
}

/// How the cost of a verdict grows with the number of rules.
fn growth() {
    let cases: Vec<Case> = [1, 10, 100, 1_000].into_iter().map(|rules| Case::growing(rules, USERS)).collect();
    let prepared: Vec<_> = cases.iter().map(Case::prepare_all).collect();
    let work = |prepared: &Vec<Prepared<'_>>| {
        let before = workload::processor_time();
        for _ in 0..10 {
            for user in prepared {
                black_box(user.verdict().expect("no deadline"));
            }
        }
        (workload::processor_time() - before) / f64::from(10 * u32::try_from(USERS).expect("few"))
    };
    let rounds: Vec<Vec<f64>> = (0..ROUNDS).map(|_| prepared.iter().map(work).collect()).collect();
    println!("\n| rules | ns per verdict | × one rule |\n|---|---|---|");
    for (at, case) in cases.iter().enumerate() {
        let ns = median(rounds.iter().map(|round| round[at]).collect());
        let ratio = median(rounds.iter().map(|round| round[at] / round[0]).collect());
        println!("| {} | {ns:.1} | {ratio:.2} |", case.evaluator.policy().rules().len());
    }
    println!();
}

fn bench(criterion: &mut Criterion, case: &Case) {
    let prepared = case.prepare_all();
    let mut group = criterion.benchmark_group(case.name);
    group.throughput(Throughput::Elements(case.users.len() as u64));
    group.sample_size(10);
    for row in rows(case, &prepared) {
        group.bench_function(row.name, |bencher| bencher.iter(|| (row.work)()));
    }
    group.finish();
}

fn main() {
    // Only the growth: `cargo bench --bench decide -- growth`.
    if std::env::args().any(|argument| argument == "growth") {
        return growth();
    }
    // Only some work, for a profiler: `cargo bench --bench decide -- first` or `-- explain`.
    for name in ["first", "explain"] {
        if std::env::args().any(|argument| argument == name) {
            let case = Case::new(name, Conjunction::seeded(95), FEW);
            match name {
                "first" => (0..20).for_each(|_| case.first_decision()),
                _ => case.explain_all(20),
            }
            return;
        }
    }
    let mut criterion = Criterion::default().configure_from_args();
    for (name, conjunctions) in [("P5", 0), ("P100", 95)] {
        let case = Case::new(name, Conjunction::seeded(conjunctions), USERS);
        case.compare();
        table(&case);
        // Criterion's own, longer measurement: `cargo bench --bench decide -- P5`.
        if std::env::args().any(|argument| argument == name) {
            bench(&mut criterion, &case);
        }
    }
    growth();
    criterion.final_summary();
}
