//! A hundred thousand steps: memory stays where it was after the first ones.

use std::path::Path;

use super::figures::figure;
use super::papers::{accepted, alone, directory, morning, paper};
use crate::apply::simulator::{Faults, Simulator, World};
use crate::apply::{Engine, FileJournal, Journal as _, Pace, Run};
use crate::directory::Directory;

const POLICY: &str = "/// Whoever leaves also leaves every group.
fn groups(user) { if user.has_left { also(leave_groups_and_lists()) } }";

/// So many groups, of each of which everybody is a member, and everybody has left.
fn groups(groups: usize, members: usize) -> Directory {
    let list =
        |count: usize, one: &dyn Fn(usize) -> String| (0..count).map(one).collect::<Vec<_>>().join(",");
    let users = list(members, &|n| {
        format!(r#"{{"id": "U{n:07}", "person": "E{n}", "employment": "staff", "last_day": "2026-11-20"}}"#)
    });
    let ids = list(members, &|n| format!("\"U{n:07}\""));
    let groups = list(groups, &|n| {
        format!(r#"{{"id": "g{n}", "name": "Group {n}", "broadcast": "*G{n:06}", "members": [{ids}]}}"#)
    });
    directory(&users, &format!(r#""groups": [{groups}], "lists": [],"#))
}

/// What the process holds in memory, in kilobytes.
fn resident() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// Where synchronising costs nothing, if there is such a place: it is not what is measured.
fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.expect("a folder")
}

#[test]
fn memory_is_flat_over_many_steps() {
    let whole = std::env::var_os("LEAVER_PROOF").is_some();
    let (count, members) = if whole { (500, 200) } else { (10, 100) };
    let paper = paper(&groups(count, members), POLICY, &alone());
    assert_eq!(paper.steps().len(), count * members + count);
    let folder = folder();
    let mut journal = FileJournal::open(&folder.path().join("long.journal"), morning()).expect("a journal");
    journal.record(vec![accepted(&paper)]).expect("a record");
    let mut simulator = Simulator::new(World::of(&groups(count, members)), Faults::none());
    let pace = Pace { quota: 10_000_000, ..Pace::default() };
    let mut engine = Engine::new(&paper, &mut journal, &mut simulator, pace).expect("an engine");
    let (mut done, mut early, mut late) = (0_usize, None, None);
    let total = paper.steps().len();
    let run = engine.run(&mut morning, &mut |_, standing| {
        done += usize::from(standing.is_final());
        if done == total / 10 {
            early = resident();
        } else if done == total {
            late = resident();
        }
        true
    });
    assert_eq!(run, Ok(Run::Finished));
    assert_eq!(done, total);
    drop(engine);
    let mut records = 0;
    journal.replay(&mut |_| records += 1).expect("records");
    assert!(records >= 2 * total, "{records}");
    let (Some(early), Some(late)) = (early, late) else { return };
    let grown = late.saturating_sub(early);
    let found = format!("{grown} kB more after {total} steps than after a tenth of them ({late} kB)");
    figure("memory of a long run", &found);
    // Other tests run beside this one; where it counts it runs alone with few others.
    assert!(!whole || grown < 16_384, "{found}");
}
