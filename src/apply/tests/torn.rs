//! Writes that are torn: the power goes while a record is on its way to the disk, and any part of it arrives.
//!
//! A plan is carried out into a real file. Of each record the write-ahead log is kept as it was before and after it, with
//! the world as it was then. The log is then cut off at every sector of the write and within sectors, the last sector is
//! filled with something else, or sectors arrive without those before them; the journal is opened, and the plan carried out
//! to its end.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use time::OffsetDateTime;

use super::figures::figure;
use super::papers::{POLICY, accepted, alone, morning, paper, two_leavers};
use crate::apply::simulator::{Faults, Simulator, World};
use crate::apply::{
    Ability, Connector, Engine, Entry, FileJournal, Journal, JournalError, Key, Outcome, Pace, Paper,
    PaperStep, Run, Sight,
};
use crate::directory::Digest;
use crate::plan::StepKind;

/// What a disk writes whole, or not at all.
const SECTOR: usize = 512;

/// A platform that is looked at while it is at work.
#[derive(Clone)]
struct Shared(Rc<RefCell<Simulator>>);

impl Connector for Shared {
    fn name(&self) -> &'static str {
        "shared"
    }

    fn ability(&self, kind: StepKind) -> Option<Ability> {
        self.0.borrow().ability(kind)
    }

    fn observe(&mut self, step: &PaperStep, now: OffsetDateTime) -> Sight {
        let mut simulator = self.0.borrow_mut();
        // Whoever cannot look sees nothing of what is done already.
        let can_look = simulator.ability(step.kind).is_some_and(|ability| ability.readable);
        if can_look { simulator.observe(step, now) } else { Sight::default() }
    }

    fn perform(&mut self, step: &PaperStep, key: &Key, now: OffsetDateTime) -> Outcome {
        self.0.borrow_mut().perform(step, key, now)
    }
}

/// A record on its way to the disk.
struct Write {
    /// The file, and its log before and after.
    file: Vec<u8>,
    before: Vec<u8>,
    after: Vec<u8>,
    /// How many records there were before.
    records: u64,
    world: World,
    at: OffsetDateTime,
}

/// A journal of which every write is kept.
struct Watched {
    journal: FileJournal,
    path: PathBuf,
    platform: Shared,
    writes: Vec<Write>,
}

fn log_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    PathBuf::from(name)
}

impl Journal for Watched {
    fn record(&mut self, entries: Vec<Entry>) -> Result<(), JournalError> {
        let at = entries.first().map_or(OffsetDateTime::UNIX_EPOCH, |entry| entry.at);
        let log = || fs::read(log_of(&self.path)).expect("a log");
        let (file, before) = (fs::read(&self.path).expect("a file"), log());
        let records = self.journal.history().size();
        let world = self.platform.0.borrow().world().clone();
        self.journal.record(entries)?;
        let after = fs::read(log_of(&self.path)).expect("a log");
        assert!(after.starts_with(&before) && after.len() > before.len(), "a log grows at its end");
        self.writes.push(Write { file, before, after, records, world, at });
        Ok(())
    }

    fn record_plan(&mut self, entries: Vec<Entry>, digest: &Digest, text: &str) -> Result<(), JournalError> {
        self.journal.record_plan(entries, digest, text)
    }

    fn replay(&self, see: &mut dyn FnMut(Entry)) -> Result<(), JournalError> {
        self.journal.replay(see)
    }
}

/// Carries a plan out until nothing more happens by itself.
fn carry_out(paper: &Paper, journal: &mut impl Journal, platform: &mut Shared, start: OffsetDateTime) -> Run {
    let mut now = start;
    loop {
        let mut engine = Engine::new(paper, journal, platform, Pace::default()).expect("an engine");
        match engine.run(&mut || now, &mut |_, _| true).expect("a run") {
            Run::Waiting { until } => now = until,
            run => return run,
        }
    }
}

fn shared(world: World, ability: Ability) -> Shared {
    Shared(Rc::new(RefCell::new(Simulator::new(world, Faults::none()).with_ability(ability))))
}

/// What may be on the disk of a write.
fn torn(write: &Write) -> Vec<Vec<u8>> {
    let (from, to) = (write.before.len(), write.after.len());
    let mut cuts: Vec<usize> = (from..to).step_by(SECTOR).collect();
    cuts.extend((from + 7..to).step_by(3 * SECTOR + 11));
    let mut all = Vec::new();
    for cut in cuts {
        let short = write.after[..cut].to_vec();
        // The length of the file was on the disk already, and its content was not.
        let mut hollow = short.clone();
        hollow.resize(to, 0);
        // Something that was there before.
        let mut stale = short.clone();
        stale.extend(write.after[cut..to].iter().take(SECTOR).map(|byte| byte ^ 0x5a));
        // A later sector has arrived, and this one has not.
        let mut holed = write.after.clone();
        let end = (cut + SECTOR).min(to);
        holed[cut..end].fill(0);
        all.extend([short, hollow, stale, holed]);
    }
    all
}

#[test]
fn a_record_arrives_whole_or_not_at_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let company = two_leavers();
    let paper = paper(&company, POLICY, &alone());
    let (mut tried, mut lost, mut wrong) = (0, 0, 0);
    let copy = folder.path().join("torn.journal");
    // Where the platform can be read, and where nobody can tell whether a lost step was done.
    for ability in [Ability::READABLE, Ability::BLIND] {
        let path = folder.path().join(format!("{}.journal", ability.readable));
        let mut platform = shared(World::of(&company), ability);
        let mut journal = FileJournal::open(&path, morning()).expect("a journal");
        journal.record_plan(vec![accepted(&paper)], paper.digest(), paper.text()).expect("a record");
        let mut watched = Watched { journal, path, platform: platform.clone(), writes: Vec::new() };
        carry_out(&paper, &mut watched, &mut platform, morning());
        assert!(watched.writes.len() > 8);
        for write in &watched.writes {
            for log in torn(write) {
                fs::write(&copy, &write.file).expect("a file");
                fs::write(log_of(&copy), &log).expect("a log");
                let opened = FileJournal::open(&copy, write.at);
                let mut journal = opened.expect("a torn write is no broken history");
                // What was durable is there, and of what was on its way nothing by halves.
                let records = journal.history().size();
                assert!(records == write.records || records == write.records + 1, "{records}");
                lost += u32::from(records == write.records);
                let mut platform = shared(write.world.clone(), ability);
                let run = carry_out(&paper, &mut journal, &mut platform, write.at);
                let ended: Vec<u32> =
                    platform.0.borrow().world().users.values().map(|account| account.ended).collect();
                let is_right = match run {
                    Run::Finished => ended.iter().all(|ended| *ended == 1),
                    // Nobody knows, so a person looks.
                    Run::Held => !ability.readable && ended.iter().all(|ended| *ended <= 1),
                    _ => false,
                };
                wrong += u32::from(!is_right);
                tried += 1;
                drop(journal);
                for name in [copy.clone(), log_of(&copy)] {
                    let _ = fs::remove_file(name);
                }
            }
        }
    }
    figure(
        "torn writes of a record",
        &format!("{tried}, of which {lost} lost it: {wrong} repeated or unrecorded"),
    );
    assert!(tried > 300 && lost > 100 && wrong == 0, "{tried}, {lost}, {wrong}");
}
