//! Where shapes are kept: by the leaves that hold, and for answers with times by the leaving instant.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use ahash::RandomState;
use time::OffsetDateTime;

use crate::policy::decision::Decision;

/// What the decisions of many users have in common.
#[derive(Debug)]
pub(crate) struct Shape {
    common: Decision,
    /// It counts from the instant at which the user leaves.
    timed: bool,
    /// It says something that is no longer true tomorrow.
    ends_daily: bool,
    /// Its number among those of its evaluator; `None` if it is not kept.
    number: Option<u32>,
    /// As JSON, from after `person` to the value of `valid_until`.
    json: OnceLock<Box<[u8]>>,
}

impl Shape {
    /// The shape of a decision about somebody.
    pub(super) fn new(decision: Decision, timed: bool, ends_daily: bool) -> Self {
        Self {
            common: Decision { user: None, person: None, valid_until: None, ..decision },
            timed,
            ends_daily,
            number: None,
            json: OnceLock::new(),
        }
    }

    /// The decision without user, person and end of validity.
    pub(crate) const fn common(&self) -> &Decision {
        &self.common
    }

    /// Its number among the shapes of its evaluator, from 0; `None` if there was no room to keep it.
    pub(crate) const fn number(&self) -> Option<u32> {
        self.number
    }

    /// The decision as JSON from after the person to before the value of `valid_until`.
    pub(crate) fn json(&self) -> &[u8] {
        self.json.get_or_init(|| {
            let whole = serde_json::to_vec(&self.common).unwrap_or_default();
            let middle = whole.strip_prefix(b"{\"user\":null,\"person\":null".as_slice());
            middle.and_then(|rest| rest.strip_suffix(b"null}")).unwrap_or_default().into()
        })
    }

    /// Whether the decision ends at midnight at the latest.
    pub(super) const fn ends_daily(&self) -> bool {
        self.ends_daily
    }
}

/// What is known of the users of one key.
#[derive(Clone, Debug)]
pub(crate) enum Kept {
    /// Their decisions have this shape.
    Shape(Arc<Shape>),
    /// Each has a decision of its own.
    Individual,
}

/// What tells shapes apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key<'k> {
    /// What the user can give, and the leaves that hold.
    pub(super) words: &'k [u64],
    /// The instant at which the user leaves; it counts only where an answer counts from it.
    pub(super) leaves: Option<OffsetDateTime>,
}

/// Keys beyond this are not kept: policies with so many different decisions gain nothing from it.
const ROOM: usize = 8_192;

#[derive(Debug)]
enum Entry {
    /// Whenever the user leaves.
    Always(Kept),
    /// By the instant at which the user leaves.
    Timed(HashMap<Option<OffsetDateTime>, Kept, RandomState>),
}

/// All shapes of an evaluator.
#[derive(Debug)]
pub(super) struct Shelf {
    entries: HashMap<Box<[u64]>, Entry, RandomState>,
    unmatched: Option<Arc<Shape>>,
    kept: usize,
}

impl Default for Shelf {
    fn default() -> Self {
        Self { entries: HashMap::with_hasher(hasher()), unmatched: None, kept: 0 }
    }
}

/// The same in every run: nothing depends on the order of entries, and there is only [`ROOM`] for them.
fn hasher() -> RandomState {
    RandomState::with_seeds(0x243F_6A88_85A3_08D3, 0x1319_8A2E_0370_7344, 0xA409_3822_299F_31D0, 0x082E_FA98)
}

impl Shelf {
    /// What is kept for a key.
    #[inline]
    pub(super) fn find(&self, key: &Key<'_>) -> Option<Kept> {
        match self.entries.get(key.words)? {
            Entry::Always(kept) => Some(kept.clone()),
            Entry::Timed(by_instant) => by_instant.get(&key.leaves).cloned(),
        }
    }

    /// Keeps what was made for a key, if there is room.
    pub(super) fn keep(&mut self, key: &Key<'_>, made: Option<Shape>) -> Kept {
        let timed = made.as_ref().is_some_and(|shape| shape.timed);
        let number = u32::try_from(self.kept).ok().filter(|_| self.kept < ROOM);
        let kept = made.map_or(Kept::Individual, |shape| Kept::Shape(Arc::new(Shape { number, ..shape })));
        if number.is_none() {
            return kept;
        }
        self.kept += 1;
        if timed {
            let entry = self
                .entries
                .entry(key.words.into())
                .or_insert_with(|| Entry::Timed(HashMap::with_hasher(hasher())));
            if let Entry::Timed(by_instant) = entry {
                by_instant.insert(key.leaves, kept.clone());
            }
        } else {
            self.entries.insert(key.words.into(), Entry::Always(kept.clone()));
        }
        kept
    }

    /// The shape of all users whom personnel records do not know.
    pub(super) fn unmatched(&mut self, make: impl FnOnce() -> Option<Shape>) -> Option<Arc<Shape>> {
        if self.unmatched.is_none() {
            let number = u32::try_from(self.kept).ok();
            self.kept += 1;
            self.unmatched = make().map(|shape| Arc::new(Shape { number, ..shape }));
        }
        self.unmatched.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(timed: bool) -> Shape {
        Shape::new(Decision::nothing(None), timed, false)
    }

    #[test]
    fn what_has_no_room_is_made_each_time() {
        let mut shelf = Shelf::default();
        for number in 0..ROOM as u64 + 3 {
            let words = [number];
            let kept = shelf.keep(&Key { words: &words, leaves: None }, Some(shape(false)));
            let Kept::Shape(kept) = kept else { panic!("a shape was made") };
            assert_eq!(kept.number().is_some(), number < ROOM as u64);
        }
        assert!(shelf.find(&Key { words: &[ROOM as u64 - 1], leaves: None }).is_some());
        assert!(shelf.find(&Key { words: &[ROOM as u64], leaves: None }).is_none());
    }

    #[test]
    fn the_leaving_instant_counts_only_where_times_are_counted_from_it() {
        let mut shelf = Shelf::default();
        let now = Some(OffsetDateTime::UNIX_EPOCH);
        shelf.keep(&Key { words: &[1], leaves: None }, Some(shape(false)));
        shelf.keep(&Key { words: &[2], leaves: None }, Some(shape(true)));
        shelf.keep(&Key { words: &[3], leaves: None }, None);
        let found = |words: &[u64], leaves| shelf.find(&Key { words, leaves });
        assert!(matches!(found(&[1], now), Some(Kept::Shape(_))));
        assert!(found(&[2], now).is_none() && found(&[2], None).is_some());
        assert!(matches!(found(&[3], now), Some(Kept::Individual)));
        assert!(found(&[1, 0], None).is_none());
    }
}
