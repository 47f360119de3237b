//! Crashes at every point: before and after each write, before and after each effect, and again while the first one
//! is being recovered from.
//!
//! The journal is a model that loses what was not durable, the platform one that counts what really happened. Four
//! steps, two of which cannot be taken back; each meets one of five fates the first time it is tried.

use std::cell::Cell;
use std::rc::Rc;

use time::{Duration, OffsetDateTime};

use super::figures::figure;
use super::papers::{POLICY, accepted, alone, morning, paper, two_leavers};
use crate::apply::{
    Ability, Connector, Effect, Engine, Entry, Event, IdSight, Journal, JournalError, Key, Outcome, Pace,
    Paper, PaperStep, Run, Sight, Standing, Stop, Work,
};
use crate::directory::Digest;
use crate::plan::StepKind;

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Done,
    Refused,
    LostRequest,
    LostReply,
    Delayed,
}

const FATES: [Fate; 5] = [Fate::Done, Fate::Refused, Fate::LostRequest, Fate::LostReply, Fate::Delayed];

/// Counts down to a crash.
#[derive(Clone, Debug)]
struct Fuse {
    left: Rc<Cell<u32>>,
    passed: Rc<Cell<u32>>,
}

impl Fuse {
    fn new(left: u32) -> Self {
        Self { left: Rc::new(Cell::new(left)), passed: Rc::new(Cell::new(0)) }
    }

    /// Whether the process is dead at this point.
    fn is_burnt(&self) -> bool {
        self.passed.set(self.passed.get() + 1);
        self.left.set(self.left.get().saturating_sub(1));
        self.left.get() == 0
    }

    fn is_dead(&self) -> bool {
        self.left.get() == 0
    }
}

/// What survives: the journal on the disk, and the platform.
#[derive(Clone, Debug)]
struct Disk {
    entries: Vec<Entry>,
    /// The fault of a planner of journals: intents are not written.
    without_intents: bool,
}

struct Store<'a> {
    disk: &'a mut Disk,
    fuse: Fuse,
}

impl Journal for Store<'_> {
    fn record(&mut self, entries: Vec<Entry>) -> Result<(), JournalError> {
        let dead = || Err(JournalError::Unusable("the process is dead".to_owned()));
        if self.fuse.is_dead() || self.fuse.is_burnt() {
            return dead();
        }
        let keeps =
            |entry: &Entry| !self.disk.without_intents || !matches!(entry.event, Event::Intent { .. });
        let kept: Vec<Entry> = entries.into_iter().filter(keeps).collect();
        self.disk.entries.extend(kept);
        if self.fuse.is_burnt() { dead() } else { Ok(()) }
    }

    fn record_plan(&mut self, entries: Vec<Entry>, _: &Digest, _: &str) -> Result<(), JournalError> {
        self.record(entries)
    }

    fn replay(&self, see: &mut dyn FnMut(Entry)) -> Result<(), JournalError> {
        self.disk.entries.iter().cloned().for_each(see);
        Ok(())
    }
}

/// The platform: how often each step really happened, and what is on its way.
#[derive(Clone, Debug)]
struct Platform {
    happened: [u32; 4],
    coming: [Option<OffsetDateTime>; 4],
    fates: [Fate; 4],
    tried: [bool; 4],
    keys: [bool; 4],
    ability: Ability,
}

impl Platform {
    fn pass(&mut self, now: OffsetDateTime) {
        for (happened, coming) in self.happened.iter_mut().zip(&mut self.coming) {
            if coming.take_if(|at| *at <= now).is_some() {
                *happened += 1;
            }
        }
    }
}

struct Line<'a> {
    platform: &'a mut Platform,
    fuse: Fuse,
}

impl Connector for Line<'_> {
    fn name(&self) -> &'static str {
        "model"
    }

    fn ability(&self, _: StepKind) -> Option<Ability> {
        Some(self.platform.ability)
    }

    fn observe(&mut self, step: &PaperStep, now: OffsetDateTime) -> Sight {
        self.platform.pass(now);
        let at = step.number as usize - 1;
        let effect = match (self.platform.ability.readable, self.platform.happened[at]) {
            (false, _) => Effect::Unclear,
            (true, 0) => Effect::NotDone,
            (true, _) => Effect::Done,
        };
        Sight { effect, id: IdSight::Unclear, ..Sight::default() }
    }

    fn perform(&mut self, step: &PaperStep, _: &Key, now: OffsetDateTime) -> Outcome {
        self.platform.pass(now);
        let lost = || Outcome::Unknown { why: "no reply".to_owned() };
        if self.fuse.is_dead() || self.fuse.is_burnt() {
            return lost();
        }
        let at = step.number as usize - 1;
        let fate = if std::mem::replace(&mut self.platform.tried[at], true) {
            Fate::Done
        } else {
            self.platform.fates[at]
        };
        if self.platform.ability.keyed && self.platform.keys[at] {
            return Outcome::Applied;
        }
        match fate {
            Fate::Refused => return Outcome::Refused { why: "no".to_owned() },
            Fate::LostRequest => return lost(),
            Fate::Delayed => self.platform.coming[at] = Some(now + Duration::minutes(5)),
            Fate::Done | Fate::LostReply => self.platform.happened[at] += 1,
        }
        self.platform.keys[at] = true;
        if self.fuse.is_burnt() || fate != Fate::Done { lost() } else { Outcome::Applied }
    }
}

/// What a schedule came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    schedules: u64,
    duplicates: u64,
    unrecorded: u64,
    held: u64,
    second_crashes: u64,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.schedules += other.schedules;
        self.duplicates += other.duplicates;
        self.unrecorded += other.unrecorded;
        self.held += other.held;
        self.second_crashes += other.second_crashes;
    }
}

/// One run of the command: until it has nothing more to do, or dies. How many points it passed comes out.
fn run(
    paper: &Paper,
    disk: &mut Disk,
    platform: &mut Platform,
    now: &mut OffsetDateTime,
    crash: u32,
) -> (bool, u32) {
    let fuse = Fuse::new(crash);
    let pace = Pace { failures: 1_000, ..Pace::default() };
    for _ in 0..100 {
        let mut store = Store { disk: &mut *disk, fuse: fuse.clone() };
        let mut line = Line { platform: &mut *platform, fuse: fuse.clone() };
        let mut engine = Engine::new(paper, &mut store, &mut line, pace).expect("an engine");
        let instant = *now;
        match engine.run(&mut || instant, &mut |_, _| true) {
            Ok(Run::Waiting { until }) => *now = until.max(*now),
            Ok(Run::Finished | Run::Held) => return (true, fuse.passed.get()),
            Ok(Run::Stopped(Stop::Cancelled | Stop::Drift | Stop::Failures)) => {}
            Err(_) => return (false, fuse.passed.get()),
        }
    }
    panic!("the run does not end");
}

const NEVER: u32 = u32::MAX;

fn judge(paper: &Paper, disk: &Disk, mut platform: Platform) -> Tally {
    // Whatever is still on its way arrives.
    platform.pass(morning() + Duration::days(30));
    let mut work = Work::of(paper);
    disk.entries.iter().for_each(|entry| work.take(entry.at, &entry.event));
    let mut tally = Tally { schedules: 1, ..Tally::default() };
    for (at, step) in paper.steps().iter().enumerate() {
        let (happened, standing) = (platform.happened[at], work.step(at));
        if step.kind.reversible() == Some(false) {
            tally.duplicates += u64::from(happened.saturating_sub(1));
        }
        let is_recorded = match standing {
            Standing::Done { .. } => happened >= 1,
            Standing::Held { .. } => true,
            _ => happened == 0 || step.kind.reversible() != Some(false),
        };
        tally.unrecorded += u64::from(!is_recorded);
        tally.held += u64::from(matches!(standing, Standing::Held { .. }));
    }
    tally
}

/// Every first crash, and every second crash in the recovery from it.
fn schedules(
    paper: &Paper,
    fates: [Fate; 4],
    ability: Ability,
    without_intents: bool,
    second: bool,
) -> Tally {
    let mut tally = Tally::default();
    let fresh = || {
        (
            Disk { entries: vec![accepted(paper)], without_intents },
            Platform {
                happened: [0; 4],
                coming: [None; 4],
                fates,
                tried: [false; 4],
                keys: [false; 4],
                ability,
            },
            morning(),
        )
    };
    for first in 1.. {
        let (mut disk, mut platform, mut now) = fresh();
        let (survived, _) = run(paper, &mut disk, &mut platform, &mut now, first);
        if survived {
            tally.add(judge(paper, &disk, platform));
            return tally;
        }
        for crash in 1.. {
            let (mut disk, mut platform, mut now) = (disk.clone(), platform.clone(), now);
            let crash = if second { crash } else { NEVER };
            let (survived, _) = run(paper, &mut disk, &mut platform, &mut now, crash);
            if !survived {
                tally.second_crashes += 1;
                let (survived, _) = run(paper, &mut disk, &mut platform, &mut now, NEVER);
                assert!(survived);
            }
            tally.add(judge(paper, &disk, platform));
            if survived {
                break;
            }
        }
    }
    tally
}

/// The fates of four steps, by number.
fn fates(number: usize) -> [Fate; 4] {
    [0, 1, 2, 3].map(|step| FATES[number / 5_usize.pow(step) % 5])
}

const ABILITIES: [Ability; 4] =
    [Ability::READABLE, Ability::KEYED, Ability::BLIND, Ability { keyed: true, readable: true }];

#[test]
fn no_crash_repeats_or_loses_what_cannot_be_taken_back() {
    let paper = paper(&two_leavers(), POLICY, &alone());
    assert_eq!(paper.steps().len(), 4);
    // All of them in the run that proves; each twentieth otherwise.
    let whole = std::env::var_os("LEAVER_PROOF").is_some();
    let mut tally = Tally::default();
    for number in (0..625).filter(|number| whole || number % 20 == 0) {
        for ability in ABILITIES {
            tally.add(schedules(&paper, fates(number), ability, false, true));
        }
    }
    let found = format!(
        "{}, of which {} with a second crash: {} repeated, {} unrecorded, {} steps left to a person",
        tally.schedules, tally.second_crashes, tally.duplicates, tally.unrecorded, tally.held
    );
    figure(if whole { "crash schedules, all" } else { "crash schedules, each twentieth" }, &found);
    assert_eq!((tally.duplicates, tally.unrecorded), (0, 0));
    assert!(tally.held > 0 && tally.second_crashes > tally.schedules / 2);
    if whole {
        assert!(tally.schedules >= 1_000_000, "{}", tally.schedules);
    }
}

/// The same test sees the harm when intents are not written first.
#[test]
fn without_intents_the_harm_shows() {
    let paper = paper(&two_leavers(), POLICY, &alone());
    let mut tally = Tally::default();
    for number in (0..625).step_by(50) {
        tally.add(schedules(&paper, fates(number), Ability::BLIND, true, false));
    }
    let found = format!("{} of {}", tally.duplicates, tally.schedules);
    figure("crash schedules that repeat if intents are not written", &found);
    assert!(tally.duplicates > 0);
}
