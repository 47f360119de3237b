//! How a verdict's cost grows: with the rules of a policy, and with the users of a directory.
//!
//! Rules: prepared users, policies of 1 to 1,000 rules in interleaved rounds. Users: facts of 1,000 users at
//! a time are made (not timed), decided (timed) and dropped, as a caller does who reads a directory once;
//! each size is a process of its own, because only so its peak of memory can be seen.

use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

use leaver::policy::Prepared;
use work::rounds::processor_time;

use crate::case::users::{Seeded, Typed};
use crate::case::{Case, Conjunction, to_user};

const ROUNDS: usize = 9;

/// Users of the policies that grow.
const USERS: usize = 2_000;

/// Users that are in memory at a time.
const AT_ONCE: usize = 1_000;

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[allow(clippy::cast_precision_loss, reason = "counts are small")]
fn per(nanoseconds: f64, count: usize) -> f64 {
    nanoseconds / count as f64
}

pub(crate) fn main() {
    match std::env::args().nth(2) {
        Some(count) => one_size(count.parse().expect("a number of users")),
        None => {
            rules();
            users();
        }
    }
}

fn rules() {
    let cases: Vec<Case> = [1, 10, 100, 1_000].into_iter().map(|rules| Case::growing(rules, USERS)).collect();
    let prepared: Vec<_> = cases.iter().map(Case::prepare_all).collect();
    let once = |prepared: &Vec<Prepared<'_>>| {
        let before = processor_time();
        for _ in 0..200 {
            for user in prepared {
                black_box(user.verdict().expect("no deadline"));
            }
        }
        per(processor_time() - before, 200 * USERS)
    };
    let rounds: Vec<Vec<f64>> = (0..ROUNDS).map(|_| prepared.iter().map(once).collect()).collect();
    println!("\n| rules | ns per verdict of a prepared user | × one rule |\n|---|---|---|");
    for (at, case) in cases.iter().enumerate() {
        let ns = median(rounds.iter().map(|round| round[at]).collect());
        let ratio = median(rounds.iter().map(|round| round[at] / round[0]).collect());
        println!("| {} | {ns:.1} | {ratio:.2} |", case.evaluator.policy().rules().len());
    }
}

fn users() {
    println!("\n| users | ns per verdict from facts | × 10,000 users | seconds for all | peak memory, MB |");
    println!("|---|---|---|---|---|");
    let program = std::env::current_exe().expect("a program has a path");
    let mut first = None;
    for count in [10_000, 100_000, 1_000_000, 10_000_000_usize] {
        let output = Command::new(&program)
            .args(["growth", &count.to_string()])
            .output()
            .expect("this program can be started again");
        let text = String::from_utf8(output.stdout).expect("numbers");
        let mut numbers = text.split_whitespace().map(|word| word.parse::<f64>().expect("a number"));
        let mut next = || numbers.next().expect("three numbers");
        let (ns, seconds, memory) = (next(), next(), next());
        let ratio = ns / *first.get_or_insert(ns);
        println!("| {count} | {ns:.0} | {ratio:.2} | {seconds:.2} | {memory:.1} |");
    }
}

/// Decides so many users with P100 and prints nanoseconds each, seconds on the clock and megabytes.
fn one_size(count: usize) {
    let case = Case::new("P100", Conjunction::seeded(95), 1);
    let (schema, moment) = (case.evaluator.policy().schema(), &case.evaluator.basis().moment);
    let mut seeded = Seeded(7);
    let (mut spent, mut decided) = (0.0, 0);
    let start = Instant::now();
    while decided < count {
        let users: Vec<_> = (decided..count.min(decided + AT_ONCE))
            .map(|index| to_user(&Typed::seeded(&mut seeded), index, schema, moment))
            .collect();
        let before = processor_time();
        for user in &users {
            black_box(case.evaluator.verdict(user).expect("no deadline"));
        }
        spent += processor_time() - before;
        decided += users.len();
    }
    println!("{} {} {}", per(spent, count), start.elapsed().as_secs_f64(), peak_memory());
}

/// Megabytes that this process had at most, where the system says so.
fn peak_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kilobytes.map_or(f64::NAN, |kilobytes| kilobytes / 1024.0)
}
