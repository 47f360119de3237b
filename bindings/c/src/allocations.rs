//! That deciding about a structure asks for no memory: counted.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::mem::MaybeUninit;
use std::sync::Arc;

use leaver::policy::{Source, check};

use crate::decider::{Deciding, leaver_decider, leaver_decider_options, leaver_decider_verdict};
use crate::error::leaver_status;
use crate::prepared::{leaver_decider_prepare, leaver_prepared_verdict};
use crate::text::{leaver_list, leaver_str};
use crate::user::leaver_user;
use crate::words::leaver_disposition;

/// Counts what each thread asks for.
struct Counting;

thread_local! {
    static ASKED: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: everything is handed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = ASKED.try_with(|asked| asked.set(asked.get() + 1));
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

fn asked() -> usize {
    ASKED.with(Cell::get)
}

const TEXT: &str = "/// Staff lose the ID.
    fn staff(user) { if user.has_left && user.employment == \"staff\" { revoke() } }
    /// Contractors keep it.
    fn contractors(user) { if user.has_left && user.employment == \"contractor\" { detach() } }
    /// Nothing of those in Sales.
    fn sales(user) { if \"sales\" in user.groups && user.department != () && user.department == \"hall\" { forbid(\"withdraw\") } }";

fn decider() -> leaver_decider {
    let checked = check(vec![Source::new("acme.rhai", TEXT)], &Arc::default(), None);
    let options = leaver_decider_options {
        struct_size: size_of::<leaver_decider_options>(),
        as_of: leaver_str::of("2026-11-22T09:00:00Z"),
        time_zone: leaver_str::of("Europe/Zurich"),
        complete: 1,
        edition: leaver_str::of("enterprise"),
        directory: std::ptr::null(),
        patience_ms: 0,
        interpreter: 0,
    };
    let deciding = Deciding::of(&checked.policy.expect("no errors"), &options).expect("a decider");
    leaver_decider { shared: Arc::new(deciding) }
}

fn somebody(groups: &[leaver_str]) -> leaver_user {
    // SAFETY: zero is a user of whom nothing is told.
    let mut user: leaver_user = unsafe { MaybeUninit::zeroed().assume_init() };
    user.struct_size = size_of::<leaver_user>();
    user.id = leaver_str::of("ECHOECHO");
    user.person = leaver_str::of("E1001");
    user.employment = leaver_str::of("staff");
    user.department = leaver_str::of("yard");
    user.last_day = leaver_str::of("2026-11-20");
    user.groups = leaver_list { items: groups.as_ptr(), len: groups.len() };
    user
}

#[test]
fn a_verdict_about_a_structure_asks_for_no_memory() {
    let decider = decider();
    let groups = [leaver_str::of("board"), leaver_str::of("sales")];
    let user = somebody(&groups);
    let verdict = || {
        let mut verdict = MaybeUninit::uninit();
        let status = leaver_decider_verdict(Some(&decider), &raw const user, Some(&mut verdict), None);
        assert_eq!(status, leaver_status::LEAVER_OK);
        // SAFETY: written where the status is OK.
        unsafe { verdict.assume_init() }
    };
    // The first one makes room that is kept.
    assert_eq!(verdict().disposition, leaver_disposition::LEAVER_DISPOSITION_REVOKE);
    let before = asked();
    for _ in 0..1_000 {
        verdict();
    }
    assert_eq!(asked() - before, 0);
}

#[test]
fn a_verdict_about_a_prepared_user_asks_for_no_memory() {
    let decider = decider();
    let groups = [leaver_str::of("board")];
    let user = somebody(&groups);
    let mut prepared = MaybeUninit::uninit();
    let status = leaver_decider_prepare(Some(&decider), &raw const user, Some(&mut prepared), None);
    assert_eq!(status, leaver_status::LEAVER_OK);
    // SAFETY: written where the status is OK.
    let prepared = unsafe { prepared.assume_init() };
    let before = asked();
    for _ in 0..1_000 {
        let mut verdict = MaybeUninit::uninit();
        leaver_prepared_verdict(Some(&prepared), Some(&mut verdict), None);
    }
    assert_eq!(asked() - before, 0);
    assert!(before > 0, "what is asked for is counted");
}
