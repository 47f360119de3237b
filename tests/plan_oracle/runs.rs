//! The long runs: many random plans, each executed, each measured against the properties of plans.
//!
//! Families of policies are shared out between threads. What a run finds does not depend on how many
//! threads there are.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use leaver::policy::Decision;

use crate::facts::World;
use crate::judge::judge;
use crate::planner::{Answer, Opened, parse};
use crate::reading::{Kind, Reading, Status};
use crate::scenarios::{Family, Prepared, Scenario};
use crate::seeded::Seeded;
use crate::tally::Tally;
use crate::{properties, report};

/// Plans executed by a usual run.
const PLANS: usize = 20_000;

/// Directories of each family of policies.
const DIRECTORIES: usize = 16;

/// Families looked at between two looks at how many plans there are.
const ROUND: u64 = 8;

/// A number from the environment, for long runs by hand.
fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// The seed of this run.
pub(crate) fn seed() -> u64 {
    setting("LEAVER_SEED", 0)
}

/// A plan that was made, with everything around it.
pub(crate) struct Made<'a> {
    pub(crate) name: String,
    pub(crate) prepared: &'a Prepared,
    pub(crate) scenario: &'a Scenario,
    pub(crate) opened: &'a Opened,
    pub(crate) decisions: &'a [Decision],
    pub(crate) text: String,
}

/// Makes the plans of some families in all threads, and gives each to `look`.
pub(crate) fn families(
    seeds: std::ops::Range<u64>,
    directories: usize,
    look: &(dyn Fn(&Made<'_>, &mut Tally) + Sync),
) -> Tally {
    let next = AtomicU64::new(seeds.start);
    let total = Mutex::new(Tally::default());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        return;
                    }
                    let tally = family(seed, directories, look);
                    total.lock().unwrap_or_else(PoisonError::into_inner).add(tally);
                }
            });
        }
    });
    let mut tally = total.into_inner().unwrap_or_else(PoisonError::into_inner);
    tally.reports.sort();
    tally
}

fn family(seed: u64, directories: usize, look: &(dyn Fn(&Made<'_>, &mut Tally) + Sync)) -> Tally {
    let mut tally = Tally::default();
    let family = Family::of(seed);
    for number in 0..directories {
        let scenarios = family.scenarios(number);
        let opened = Opened::of(&scenarios[0]).unwrap_or_else(|why| panic!("seed {seed}, {number}: {why}"));
        let can_start = |prepared: &&Prepared| prepared.can_start(&opened.directory);
        for (at, prepared) in family.policies.iter().enumerate().filter(|(_, found)| can_start(found)) {
            let decisions = prepared.decide(&opened.directory);
            for (occasion, scenario) in scenarios.iter().enumerate() {
                match opened.plan(prepared, &decisions, scenario) {
                    Answer::Refused(codes) => {
                        let first = codes.into_iter().next().unwrap_or_default();
                        *tally.refused.entry(first).or_default() += 1;
                    }
                    Answer::Plan(text) => {
                        let name = format!("{seed}-{number}-{at}-{occasion}");
                        let (opened, decisions) = (&opened, &decisions[..]);
                        look(&Made { name, prepared, scenario, opened, decisions, text }, &mut tally);
                    }
                }
            }
        }
    }
    tally
}

/// Executes a plan and measures it against the properties.
fn examine(made: &Made<'_>, tally: &mut Tally) {
    let value = parse(&made.text);
    let plan = Reading::of(&value).unwrap_or_else(|why| panic!("{}: {why}\n{}", made.name, made.text));
    tally.see(&plan);
    let world = World::of(&made.opened.directory, made.opened.previous.as_ref(), plan.as_of);
    let mut seeded = Seeded::part(tally.plans as u64, 7);
    let late = seeded.some_of(&Kind::ALL, 25);
    let found = judge(&world, &plan, &late);
    if let Err(why) = properties::of(made, &value, &plan) {
        *tally.broken.entry(why.clone()).or_default() += 1;
        if is_rare(&why) {
            tally.reports.push(format!("{}: {why}", made.name));
        }
    }
    for violation in &found {
        *tally.violations.entry(violation.class).or_default() += 1;
    }
    if found.iter().any(|violation| is_rare(&format!("{:?}", violation.class))) {
        tally.reports.push(report::write(&made.name, made.prepared, made.scenario, &found));
    }
}

/// Whether fewer than three of this kind were written down so far.
fn is_rare(kind: &str) -> bool {
    static WRITTEN: Mutex<BTreeMap<String, usize>> = Mutex::new(BTreeMap::new());
    let mut written = WRITTEN.lock().unwrap_or_else(PoisonError::into_inner);
    let count = written.entry(kind.to_owned()).or_default();
    *count += 1;
    *count <= 3
}

#[test]
fn random_plans_do_what_they_say() {
    let wanted = usize::try_from(setting("LEAVER_ORACLE_PLANS", PLANS as u64)).unwrap_or(PLANS);
    let began = std::time::Instant::now();
    let first = seed().wrapping_mul(1_000_000);
    let mut tally = Tally::default();
    let mut round = 0;
    while tally.plans < wanted {
        let start = first + round * ROUND;
        tally.add(families(start..start + ROUND, DIRECTORIES, &examine));
        round += 1;
        assert!(tally.plans > 0, "no policy led to a plan");
    }
    println!("oracle: {tally}; seed {}, {:.0} s", seed(), began.elapsed().as_secs_f64());
    let shown: Vec<&String> = tally.reports.iter().take(30).collect();
    assert!(tally.violations.is_empty() && tally.broken.is_empty(), "{tally}\n{shown:#?}");
    means_something(&tally);
}

/// A run in which something hardly happens proves nothing about it.
fn means_something(tally: &Tally) {
    for kind in Kind::ALL {
        let count = tally.steps.get(&kind).copied().unwrap_or(0);
        assert!(count * 400 > tally.plans, "only {count} steps of {kind:?}: {tally}");
    }
    for status in Status::ALL {
        let count = tally.statuses.get(&status).copied().unwrap_or(0);
        assert!(count * 100 > tally.plans, "only {count} users are {status:?}: {tally}");
    }
    let refused = tally.all_refused();
    assert!(refused * 100 > tally.plans, "only {refused} plans are refused: {tally}");
    assert!(refused < tally.plans, "more plans are refused than made: {tally}");
    assert!(tally.empty * 2 < tally.plans, "too many plans have no steps: {tally}");
}
