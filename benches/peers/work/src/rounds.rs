//! Rows of work, their check against the rules by hand, and rounds in which each is timed once.
//!
//! An engine's program makes its rows and calls [`serve`]. That compares every answer first and stops the
//! program at the first that differs. Then it waits for lines on its input: each asks for one round, and is
//! answered with the nanoseconds per decision of every row. The rules by hand are the first row of everybody.

use std::hint::black_box;
use std::io::{BufRead, Write, stdin, stdout};
use std::process::exit;

use crate::native::{native, texts_p5, texts_p100, typed_p5, typed_p100};
use crate::rules::Policy;
use crate::users::{Answer, Texts, Typed};

/// Nanoseconds that this thread has had of a processor: on a machine with other work the only time
/// that compares.
pub fn processor_time() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let duration = std::time::Duration::try_from(time).expect("time does not run backwards");
    duration.as_secs_f64() * 1e9
}

/// A row takes about this long in a round, in nanoseconds, or once through all users.
const ROUND: f64 = 60e6;

/// Users of the rows that take nanoseconds.
pub const MANY: usize = 100_000;

enum Job<'j> {
    Time(u32),
    Read(&'j mut Vec<Answer>),
}

/// One way of doing the work.
pub struct Row<'a> {
    name: String,
    records: usize,
    passes: u32,
    job: Box<dyn FnMut(Job<'_>) + 'a>,
}

impl<'a> Row<'a> {
    /// A row that asks about every item in turn. `ask` is timed; `read` turns what it found into an answer
    /// when answers are compared.
    pub fn new<T, R>(
        name: &str,
        items: &'a [T],
        mut ask: impl FnMut(&'a T) -> R + 'a,
        read: impl Fn(R) -> Answer + 'a,
    ) -> Self {
        let job = move |job: Job<'_>| match job {
            Job::Time(passes) => {
                for _ in 0..passes {
                    for item in items {
                        black_box(ask(black_box(item)));
                    }
                }
            }
            Job::Read(answers) => answers.extend(items.iter().map(|item| read(ask(item)))),
        };
        Self { name: name.to_owned(), records: items.len(), passes: 1, job: Box::new(job) }
    }

    /// A row that goes through all records by itself and hands every answer on.
    pub fn whole<R>(
        name: &str,
        records: usize,
        mut all: impl FnMut(&mut dyn FnMut(R)) + 'a,
        read: impl Fn(R) -> Answer + 'a,
    ) -> Self {
        let job = move |job: Job<'_>| match job {
            Job::Time(passes) => {
                for _ in 0..passes {
                    all(&mut |found| drop(black_box(found)));
                }
            }
            Job::Read(answers) => all(&mut |found| answers.push(read(found))),
        };
        Self { name: name.to_owned(), records, passes: 1, job: Box::new(job) }
    }

    /// Compares every answer with the rules by hand, twice, in case a question changes what is asked about;
    /// and finds out how many passes make a round.
    fn check(&mut self, policy: &str, expected: &[Answer], users: &[Typed]) {
        let mut taken = 0.0;
        for _ in 0..2 {
            let mut answers = Vec::with_capacity(self.records);
            let before = processor_time();
            (self.job)(Job::Read(&mut answers));
            taken = processor_time() - before;
            assert_eq!(answers.len(), self.records, "{}: an answer a record", self.name);
            if let Some(at) = answers.iter().zip(expected).position(|(answer, expected)| answer != expected) {
                let (user, expected, answer) = (&users[at], expected[at], answers[at]);
                eprintln!(
                    "{policy}, {}: record {at} is {user:?}: expected {expected:?}, got {answer:?}",
                    self.name
                );
                exit(1);
            }
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small and positive")]
        let passes = (ROUND / taken.max(1.0)).ceil().clamp(1.0, 1_000.0) as u32;
        self.passes = passes;
    }

    fn time(&mut self) -> f64 {
        let before = processor_time();
        (self.job)(Job::Time(self.passes));
        let taken = processor_time() - before;
        taken / f64::from(self.passes) / f64::from(u32::try_from(self.records).expect("a count of users"))
    }
}

/// The policy that the program was asked for.
pub fn asked() -> Policy {
    let name = std::env::args().nth(1).unwrap_or_default();
    Policy::named(&name).unwrap_or_else(|| {
        eprintln!("usage: PROGRAM P5|P100");
        exit(2)
    })
}

/// How many users the slow engines are asked about.
pub fn few(policy: &Policy) -> usize {
    if policy.rules.len() > 5 { 2_000 } else { 10_000 }
}

/// The rules by hand over owned texts.
pub fn by_hand_on_texts<'a>(policy: &Policy, texts: &'a [Texts]) -> Row<'a> {
    let name = "hand-written match on texts";
    match policy.name {
        "P5" => Row::new(name, texts, texts_p5, |answer| answer),
        _ => Row::new(name, texts, texts_p100, |answer| answer),
    }
}

/// The rules by hand over typed fields. Not through a pointer, so that the compiler can put the rules into
/// the loop.
fn by_hand<'a>(policy: &Policy, users: &'a [Typed]) -> Row<'a> {
    let name = "hand-written match";
    match policy.name {
        "P5" => Row::new(name, users, typed_p5, |answer| answer),
        _ => Row::new(name, users, typed_p100, |answer| answer),
    }
}

/// Checks the rows, then times them whenever a line comes in, until no more does. Items of the rows are made
/// of the first users of [`Typed::users`].
pub fn serve(policy: &Policy, rows: Vec<Row<'_>>) {
    // The rules by hand are asked about as many users in every program: few would be learned by heart.
    let users = Typed::users(MANY);
    let expected: Vec<Answer> = users.iter().map(native(policy.name)).collect();
    let mut all = vec![by_hand(policy, &users)];
    all.extend(rows);
    for row in &mut all {
        row.check(policy.name, &expected, &users);
        println!("row\t{}\t{}", row.name, row.records);
    }
    println!("ready");
    for line in stdin().lock().lines() {
        if line.is_err() {
            return;
        }
        let times: Vec<_> = all.iter_mut().map(|row| format!("{:.3}", row.time())).collect();
        println!("{}", times.join("\t"));
        // The other end waits for it.
        if stdout().flush().is_err() {
            return;
        }
    }
}
