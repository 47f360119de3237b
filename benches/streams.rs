//! What reading a stream costs, and deciding about its users: `cargo bench --bench streams`.
//!
//! `cargo bench --bench streams -- write FOLDER USERS` writes the same users as files, with the
//! policies, for `benches/files/measure.py`. Everything comes from one seed.

#[path = "streams/company.rs"]
mod company;

use std::hint::black_box;
use std::ops::ControlFlow;
use std::path::Path;

use company::{Company, Format};
use leaver::directory::{Stream, SubscriptionHeader};
use leaver::model::{Moment, parse_instant};
use leaver::policy::{Basis, Evaluator, Source, check};

/// Users that are measured; no more than fit the caches of a small machine by half.
const USERS: usize = 20_000;

/// Rounds, of which the median counts.
const ROUNDS: usize = 9;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["write", folder, users] => {
            let users = users.parse().expect("a number of users");
            Company::new(users).write(Path::new(folder)).expect("the folder can be written");
        }
        _ => measure(),
    }
}

/// Nanoseconds that this thread has had of a processor.
fn processor_time() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    std::time::Duration::try_from(time).expect("time does not run backwards").as_secs_f64() * 1e9
}

fn evaluator(rules: &str) -> Evaluator {
    let policy = check(vec![Source::new("policy.rhai", rules)], &std::sync::Arc::default(), None).policy;
    let instant = parse_instant(company::AS_OF).expect("an instant");
    let moment = Moment::new(instant, company::ZONE.parse().expect("a zone")).expect("in range");
    policy.expect("no errors").evaluator(Basis::new(moment, true)).expect("the sandbox holds")
}

/// One way of going through a stream.
struct Row<'r> {
    name: String,
    run: Box<dyn Fn() + 'r>,
    times: Vec<f64>,
}

fn measure() {
    let company = Company::new(USERS);
    let policies = [("P5", evaluator(&company.rules(0))), ("P100", evaluator(&company.rules(95)))];
    let header = SubscriptionHeader::from_toml("subscription.toml", company::SUBSCRIPTION).expect("a header");
    let texts = [Format::Ndjson, Format::Csv].map(|format| (format, company.text(format)));
    let mut rows = Vec::new();
    for (format, text) in &texts {
        let open = || match format {
            Format::Ndjson => Stream::ndjson(text.as_bytes(), "users").expect("a header"),
            Format::Csv => Stream::csv(text.as_bytes(), "users", &header).expect("a header row"),
        };
        println!("{format:?}: {} bytes for each of {USERS} users", text.len() / USERS);
        let careful = open().filter_map(Result::ok).count();
        assert_eq!(careful, USERS, "every user is read");
        rows.push(Row::new(format!("{format:?}: careful reader"), move || {
            black_box(open().filter_map(Result::ok).count());
        }));
        rows.push(Row::new(format!("{format:?}: fast reader"), move || {
            let blocks = open().blocks();
            let mut scanner = blocks.scanner();
            for block in blocks {
                let _ = scanner.each(&block, |record| {
                    black_box(record.is_ok());
                    ControlFlow::<()>::Continue(())
                });
            }
        }));
        for (name, evaluator) in &policies {
            for writes in [false, true] {
                let what = if writes { "decided and written as JSON" } else { "decided" };
                rows.push(Row::new(format!("{format:?}: fast reader, {name} {what}"), move || {
                    let blocks = open().blocks();
                    let mut scanner = blocks.scanner();
                    let mut json = Vec::new();
                    for block in blocks {
                        json.clear();
                        let _ = scanner.each(&block, |record| {
                            let record = record.expect("every user is read");
                            let decided = evaluator.decided(record, None).expect("no deadline");
                            if writes {
                                decided.write_json(&mut json);
                                json.push(b'\n');
                            } else {
                                black_box(decided.number());
                            }
                            ControlFlow::<()>::Continue(())
                        });
                        black_box(&json);
                    }
                }));
            }
        }
    }
    for _ in 0..ROUNDS {
        for row in &mut rows {
            let before = processor_time();
            (row.run)();
            row.times.push((processor_time() - before) / company::as_number(USERS));
        }
    }
    println!("\n| stream | ns per user |\n|---|---|");
    for Row { name, times, .. } in &mut rows {
        times.sort_by(f64::total_cmp);
        println!("| {name} | {:.0} |", times[ROUNDS / 2]);
    }
}

impl<'r> Row<'r> {
    fn new(name: String, run: impl Fn() + 'r) -> Self {
        Self { name, run: Box::new(run), times: Vec::new() }
    }
}
