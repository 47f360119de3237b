//! The journal as a file: what survives, what is refused.

use std::fs;
use std::path::PathBuf;

use time::Duration;

use super::papers::{POLICY, accepted, alone, morning, paper, two_leavers};
use crate::apply::simulator::{Faults, Simulator, World};
use crate::apply::{
    Admission, Counts, Engine, Entry, Event, FileJournal, Journal, JournalError, Pace, Run, admit,
};

fn note(number: u32) -> Entry {
    let event = Event::Resolved { step: number, done: true, note: "a note".to_owned() };
    Entry { at: morning(), actor: Some("mia".to_owned()), plan: None, event }
}

fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("acme.journal");
    (folder, path)
}

#[test]
fn what_was_recorded_is_there_when_it_is_opened_again() {
    let (_folder, path) = place();
    let mut journal = FileJournal::open(&path, morning()).expect("a journal");
    journal.record(vec![note(1), note(2)]).expect("a record");
    drop(journal);
    let journal = FileJournal::open(&path, morning() + Duration::hours(1)).expect("a journal");
    let mut entries = Vec::new();
    journal.replay(&mut |entry| entries.push(entry)).expect("entries");
    assert!(matches!(entries[0].event, Event::Opened { .. }));
    assert_eq!(entries[1..], [note(1), note(2)]);
    assert_eq!(journal.history().size(), 3);
}

#[test]
fn two_cannot_work_on_one_journal() {
    let (_folder, path) = place();
    let journal = FileJournal::open(&path, morning()).expect("a journal");
    assert_eq!(FileJournal::open(&path, morning()).unwrap_err(), JournalError::Busy);
    drop(journal);
    FileJournal::open(&path, morning()).expect("the lock is gone");
}

/// A file system that nobody may write to is there on every machine on which these tests run as they should.
#[test]
fn what_cannot_be_written_is_no_journal() {
    for nowhere in ["/proc/acme.journal", "/sys/acme.journal"] {
        let error = FileJournal::open(std::path::Path::new(nowhere), morning()).unwrap_err();
        assert!(matches!(error, JournalError::Unusable(_)), "{nowhere}: {error:?}");
    }
    // A journal that became one that may only be read is looked at, and not worked on.
    let (_folder, path) = place();
    let mut journal = FileJournal::open(&path, morning()).expect("a journal");
    journal.record(vec![note(1)]).expect("a record");
    drop(journal);
    let mut may = fs::metadata(&path).expect("a file").permissions();
    may.set_readonly(true);
    fs::set_permissions(&path, may).expect("permissions");
    // Whoever may do everything may write to it all the same.
    if fs::File::options().write(true).open(&path).is_err() {
        assert!(matches!(FileJournal::open(&path, morning()), Err(JournalError::Unusable(_))));
    }
    let looked = FileJournal::look(&path).and_then(|journal| journal.verified(None, |_| {}));
    assert_eq!(looked.expect("a history").history.size(), 2);
}

#[test]
fn a_file_that_is_no_journal_is_left_alone() {
    let (_folder, path) = place();
    for content in ["not a database, and longer than the head of one could ever be".repeat(20).as_str(), "x"]
    {
        fs::write(&path, content).expect("a file");
        let error = FileJournal::open(&path, morning()).unwrap_err();
        assert!(matches!(error, JournalError::Foreign(_) | JournalError::Corrupt(_)), "{error:?}");
        assert_eq!(fs::read_to_string(&path).expect("the file"), content);
    }
    fs::remove_file(&path).expect("removed");
    let other = rusqlite::Connection::open(&path).expect("a database");
    other.execute_batch("CREATE TABLE other (x)").expect("a table");
    drop(other);
    assert!(matches!(FileJournal::open(&path, morning()), Err(JournalError::Foreign(_))));
}

#[test]
fn a_later_format_and_a_missing_folder_are_told() {
    let (folder, path) = place();
    drop(FileJournal::open(&path, morning()).expect("a journal"));
    let raw = rusqlite::Connection::open(&path).expect("a database");
    raw.pragma_update(None, "user_version", 2).expect("a version");
    drop(raw);
    assert!(matches!(FileJournal::open(&path, morning()), Err(JournalError::Foreign(_))));
    let nowhere = folder.path().join("nowhere/acme.journal");
    assert!(matches!(FileJournal::open(&nowhere, morning()), Err(JournalError::Unusable(_))));
    assert!(matches!(FileJournal::look(&nowhere), Err(JournalError::Unusable(_))));
}

#[test]
fn a_record_that_was_changed_is_refused_and_nothing_is_repaired() {
    let (_folder, path) = place();
    let mut journal = FileJournal::open(&path, morning()).expect("a journal");
    journal.record((1..=5).map(note).collect()).expect("records");
    drop(journal);
    for change in [
        "UPDATE records SET line = replace(line, '\"step\":2', '\"step\":9') WHERE n = 3",
        "DELETE FROM records WHERE n = 3",
        "UPDATE records SET line = line || ' ' WHERE n = 6",
        "UPDATE records SET n = 100 WHERE n = 1",
    ] {
        let copy = path.with_extension("copy");
        fs::copy(&path, &copy).expect("a copy");
        let raw = rusqlite::Connection::open(&copy).expect("a database");
        assert_eq!(raw.execute(change, []).expect(change), 1);
        drop(raw);
        let before = fs::read(&copy).expect("the file");
        assert!(matches!(FileJournal::open(&copy, morning()), Err(JournalError::Corrupt(_))), "{change}");
        assert_eq!(fs::read(&copy).expect("the file"), before, "{change}");
        fs::remove_file(&copy).expect("removed");
    }
}

#[test]
fn a_full_disk_stops_the_run_before_anything_is_done() {
    let (_folder, path) = place();
    let directory = two_leavers();
    let paper = paper(&directory, POLICY, &alone());
    let mut journal = FileJournal::open(&path, morning()).expect("a journal");
    journal.record_plan(vec![accepted(&paper)], paper.digest(), paper.text()).expect("a record");
    journal.limit_pages();
    let mut simulator = Simulator::new(World::of(&directory), Faults::none());
    let before = simulator.world().clone();
    let big = Entry { event: Event::Resolved { step: 1, done: true, note: "x".repeat(100_000) }, ..note(1) };
    assert!(matches!(journal.record(vec![big]), Err(JournalError::Unusable(_))));
    let mut engine = Engine::new(&paper, &mut journal, &mut simulator, Pace::default()).expect("an engine");
    assert!(engine.run(&mut morning, &mut |_, _| true).is_err());
    assert_eq!(*simulator.world(), before);
    drop(journal);
    // What was there before is whole.
    assert_eq!(FileJournal::open(&path, morning()).expect("a journal").history().size(), 2);
}

#[test]
fn a_plan_is_accepted_once_and_its_run_goes_on_from_the_file() {
    let (_folder, path) = place();
    let directory = two_leavers();
    let paper = paper(&directory, POLICY, &alone());
    let mut simulator = Simulator::new(World::of(&directory), Faults::none());
    let mut now = morning();
    let mut journal = FileJournal::open(&path, now).expect("a journal");
    let admission = Admission {
        paper: &paper,
        guards: Some(&alone()),
        approvers: None,
        approvals: &[],
        directory: Some(&directory),
        recent: Counts::default(),
        allowed: &std::collections::BTreeMap::new(),
        last_policy: None,
        now,
    };
    let entries = admit(&admission).expect("a plan that may be carried out");
    journal.record_plan(entries, paper.digest(), paper.text()).expect("a record");
    drop(journal);
    // Each time the command is run anew.
    loop {
        let mut journal = FileJournal::open(&path, now).expect("a journal");
        let mut engine =
            Engine::new(&paper, &mut journal, &mut simulator, Pace::default()).expect("an engine");
        assert!(engine.work().is_accepted());
        match engine.run(&mut || now, &mut |_, _| true).expect("a run") {
            Run::Waiting { until } => now = until,
            run => {
                assert_eq!(run, Run::Finished);
                break;
            }
        }
    }
    let journal = FileJournal::look(&path).expect("a journal");
    assert_eq!(
        journal.paper(paper.digest()).expect("a file").map(|kept| kept.text().to_owned()).as_deref(),
        Some(paper.text())
    );
    let verified = journal.verified(None, |_| {}).expect("a history");
    assert!(verified.history.size() > 8);
}
