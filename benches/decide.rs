//! One decision through the Rhai interpreter, beside a hand-written `match` over the same users.
//!
//! Policy P5 has five rules, P100 the same with 95 seeded conjunctions after the first. Every answer
//! is compared before anything is timed. `cargo bench --bench decide`.

#![allow(missing_docs, reason = "criterion's macros make undocumented items")]

mod work;

use std::hint::black_box;
use std::time::Instant;

use criterion::{Criterion, Throughput};
use work::{Case, Conjunction};

const USERS: usize = 2_000;

fn bench(criterion: &mut Criterion, case: &Case) {
    let mut group = criterion.benchmark_group(case.name);
    group.throughput(Throughput::Elements(case.users.len() as u64));
    group.bench_function("hand-written match", |bencher| {
        bencher.iter(|| {
            case.typed.iter().map(|user| work::by_hand(user, &case.conjunctions) as usize).sum::<usize>()
        });
    });
    group.sample_size(10);
    group.bench_function("interpreter, whole decision", |bencher| {
        bencher.iter(|| decide_all(case));
    });
    group.finish();
}

/// All users of a case, on one stack.
fn decide_all(case: &Case) {
    case.evaluator.batch(|evaluator| {
        for user in &case.users {
            black_box(evaluator.decide(user).expect("no deadline"));
        }
    });
}

/// Medians of interleaved rounds, in nanoseconds per decision, and their ratio.
fn ratio(case: &Case) {
    let mut rounds: Vec<(f64, f64)> = (0..7)
        .map(|_| {
            let per = |since: Instant, count: usize| {
                since.elapsed().as_secs_f64() * 1e9
                    / f64::from(u32::try_from(count).expect("a count of users"))
            };
            let start = Instant::now();
            for _ in 0..50 {
                black_box(
                    case.typed
                        .iter()
                        .map(|user| work::by_hand(user, &case.conjunctions) as usize)
                        .sum::<usize>(),
                );
            }
            let by_hand = per(start, 50 * case.typed.len());
            let start = Instant::now();
            decide_all(case);
            (by_hand, per(start, case.users.len()))
        })
        .collect();
    rounds.sort_by(|left, right| (left.1 / left.0).total_cmp(&(right.1 / right.0)));
    let (by_hand, interpreter) = rounds[rounds.len() / 2];
    println!(
        "{}: hand-written {by_hand:.1} ns, interpreter {interpreter:.0} ns, ratio {:.0}",
        case.name,
        interpreter / by_hand
    );
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for (name, conjunctions) in [("P5", 0), ("P100", 95)] {
        let case = Case::new(name, Conjunction::seeded(conjunctions), USERS);
        case.compare();
        ratio(&case);
        bench(&mut criterion, &case);
    }
    criterion.final_summary();
}
