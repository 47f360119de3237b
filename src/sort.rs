//! Sorting that is compiled once.
//!
//! The standard library's sort is compiled anew for each type that is sorted, five kilobytes a time, and so
//! is collecting into a map or set in order, which sorts first. Here only positions are sorted, by one piece of
//! machine code for all types, and then each thing is put into its place. What is sorted for every decision
//! uses the standard library's.

use std::cmp::Ordering;

/// Sorts by `compare`. What compares equal stays in its order.
pub(crate) fn by<T>(things: &mut [T], mut compare: impl FnMut(&T, &T) -> Ordering) {
    let order = order(things.len(), &mut |a, b| compare(&things[a], &things[b]));
    put_in(order, &mut |a, b| things.swap(a, b));
}

/// Sorts by a key. What has the same key stays in its order.
pub(crate) fn by_key<T, K: Ord>(things: &mut [T], mut key: impl FnMut(&T) -> K) {
    by(things, |a, b| key(a).cmp(&key(b)));
}

/// Sorts by the order of the things themselves.
pub(crate) fn ascending<T: Ord>(things: &mut [T]) {
    by(things, T::cmp);
}

/// The positions of things in their order.
#[inline(never)]
fn order(count: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|a, b| compare(*a, *b));
    order
}

/// Brings the thing that stands at `order[place]` to each place, by swapping along each cycle.
#[inline(never)]
fn put_in(mut order: Vec<usize>, swap: &mut dyn FnMut(usize, usize)) {
    for start in 0..order.len() {
        let mut place = start;
        while order[place] != start {
            let from = order[place];
            swap(place, from);
            order[place] = place;
            place = from;
        }
        order[place] = place;
    }
}

/// Into a map or set in order, one after the other.
pub(crate) trait Gather: Iterator + Sized {
    /// What [`Iterator::collect`] gives.
    fn gather<C: Default + Extend<Self::Item>>(self) -> C {
        let mut all = C::default();
        all.extend(self);
        all
    }
}

impl<I: Iterator> Gather for I {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_sorts_as_the_standard_library_does(mut numbers in proptest::collection::vec((0_u8..12, any::<u16>()), 0..80)) {
            let mut expected = numbers.clone();
            expected.sort_by_key(|(key, _)| *key);
            super::by_key(&mut numbers, |(key, _)| *key);
            prop_assert_eq!(&numbers, &expected);
            expected.sort_unstable();
            super::ascending(&mut numbers);
            prop_assert_eq!(&numbers, &expected);
            expected.reverse();
            super::by(&mut numbers, |a, b| b.cmp(a));
            prop_assert_eq!(numbers, expected);
        }
    }
}
