//! What a random plan is made of: a policy with its evaluator, and directories with an actor, guards,
//! and sometimes the directory before and work that is still open.
//!
//! Everything comes from a seed, the number of the policy and the number of the directory, so that any
//! plan can be made again alone.

use std::sync::Arc;

use leaver::directory::Directory;
use leaver::model::{Field, Moment, Schema, parse_instant};
use leaver::policy::{Basis, Decision, Evaluator, Policy, Source, check};
use serde_json::Value;
use time::{Duration, OffsetDateTime};

use crate::directories::{self, Circumstances, Needed};
use crate::policies;
use crate::seeded::Seeded;

/// Instants at which plans are made; some have a change of the clocks before or behind them.
const INSTANTS: &[&str] = &[
    "2026-11-22T09:00:00Z",
    "2026-11-22T09:00:00Z",
    "2026-03-28T23:30:00Z",
    "2026-10-24T22:30:00Z",
    "2027-01-01T00:00:00Z",
    "2028-02-28T23:59:59Z",
];
const ZONES: &[&str] = &["Europe/Zurich", "UTC", "America/New_York", "Pacific/Auckland"];

/// Some policies of one instant, which share their directories.
pub(crate) struct Family {
    seed: u64,
    as_of: OffsetDateTime,
    zone: &'static str,
    pub(crate) policies: Vec<Prepared>,
}

/// A policy, and what evaluates it.
pub(crate) struct Prepared {
    pub(crate) text: String,
    pub(crate) policy: Policy,
    needed: Needed,
    /// For directories that say they are complete, and for others.
    evaluators: [Evaluator; 2],
    bases: [Basis; 2],
}

/// One directory and who plans with it.
#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    pub(crate) directory: Value,
    pub(crate) previous: Option<Value>,
    pub(crate) actor: &'static str,
    pub(crate) guards: Option<String>,
    /// So many of the users have work open in another plan.
    pub(crate) open: usize,
}

/// How many policies look at the same directories.
const POLICIES: u64 = 4;

impl Family {
    pub(crate) fn of(seed: u64) -> Self {
        let mut seeded = Seeded::part(seed, 0);
        let as_of = parse_instant(seeded.one_of(INSTANTS)).expect("an instant");
        let zone = seeded.one_of(ZONES);
        let moment = Moment::new(as_of, zone.parse().expect("a zone")).expect("a moment");
        let policies = (1..=POLICIES).filter_map(|part| Prepared::of(seed, part, &moment)).collect();
        Self { seed, as_of, zone, policies }
    }

    /// The directory with this number, and three occasions to plan with it. It is made for one of the
    /// policies.
    pub(crate) fn scenarios(&self, number: usize) -> [Scenario; 3] {
        let mut seeded = Seeded::part(self.seed, 100 + number as u64);
        let made_for = self.policies.get(number % self.policies.len().max(1));
        let needed = made_for.map(|prepared| prepared.needed.clone()).unwrap_or_default();
        let circumstances = Circumstances { as_of: self.as_of, zone: self.zone, needed };
        let directory = directories::directory(&mut seeded, &circumstances);
        let previous = seeded.chance(20).then(|| {
            let age = seeded.one_of(&[86_400, 90_000, 200_000, 500_000]);
            let taken_at = taken_at(&directory) - Duration::seconds(age);
            directories::previous(&mut seeded, &directory, taken_at)
        });
        ["mia", "mia", "part"].map(|usual| {
            let actor = match seeded.below(20) {
                0 => "otto",
                1..=7 => "mia",
                _ => usual,
            };
            let guards = seeded.chance(10).then(|| guards(&mut seeded));
            let open = if seeded.chance(10) { seeded.below(3) } else { 0 };
            Scenario { directory: directory.clone(), previous: previous.clone(), actor, guards, open }
        })
    }
}

impl Prepared {
    /// A random policy; `None` if the checker refuses it because a rule can never act.
    fn of(seed: u64, part: u64, moment: &Moment) -> Option<Self> {
        let text = policies::policy(&mut Seeded::part(seed, part));
        let schema = Arc::new(Schema::default());
        let checked = check(vec![Source::new("random.rhai", text.as_str())], &schema, None);
        let policy = checked.policy?;
        let reads = policy.reads();
        let needed = Field::ALL.iter().filter(|field| reads.contains(&field.slot()));
        let needed = needed.map(|field| field.name()).collect();
        let bases = [true, false].map(|complete| Basis::new(moment.clone(), complete));
        let first = policy.evaluator(bases[0].clone()).expect("a closed sandbox");
        let second = first.again(bases[1].clone()).expect("a closed sandbox");
        Some(Self { text, policy, needed, evaluators: [first, second], bases })
    }

    /// Whether the directory provides what the policy reads.
    pub(crate) fn can_start(&self, directory: &Directory) -> bool {
        self.policy.missing_fields(&|slot| directory.provides(slot)).is_empty()
    }

    pub(crate) fn basis(&self, directory: &Directory) -> &Basis {
        &self.bases[usize::from(!directory.is_complete())]
    }

    /// One decision for each user.
    pub(crate) fn decide(&self, directory: &Directory) -> Vec<Decision> {
        self.evaluators[usize::from(!directory.is_complete())]
            .decide_directory(directory)
            .collect::<Result<_, _>>()
            .expect("small rules take little time")
    }
}

fn taken_at(directory: &Value) -> OffsetDateTime {
    directory["taken_at"].as_str().and_then(parse_instant).expect("an instant")
}

/// Guards that sometimes refuse a small company, and sometimes do not.
fn guards(seeded: &mut Seeded) -> String {
    let mut text = format!("max_age_hours = {}\n", seeded.one_of(&[1, 24, 24, 48]));
    text.push_str(&format!("max_shrink_percent = {}\n", seeded.one_of(&[0, 10, 50])));
    text.push_str(&format!("approvals = {}\n", seeded.one_of(&[0, 0, 1])));
    for class in ["reversible", "withdraw", "irreversible"] {
        text.push_str(&format!("[{class}]\nmax_count = {}\n", seeded.one_of(&[1, 3, 50])));
        text.push_str(&format!(
            "max_percent = {}\nfloor = {}\n",
            seeded.one_of(&[5, 50, 100]),
            seeded.below(4)
        ));
    }
    text
}

/// A directory as the library reads it.
pub(crate) fn read(directory: &Value) -> Result<Directory, String> {
    Directory::from_json("random.json", directory.to_string().as_bytes()).map_err(|diagnostics| {
        diagnostics.iter().fold(String::new(), |text, diagnostic| format!("{text}\n{diagnostic}"))
    })
}
