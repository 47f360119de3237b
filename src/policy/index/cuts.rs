//! Cuts: the numbers at which the answers of a policy change, and how many of them a number has reached.

use crate::sort;

/// Cuts in ascending order, each once.
#[derive(Debug)]
pub(super) struct Cuts {
    cuts: Vec<i64>,
    /// For each number from the first cut on how many cuts it has reached; empty where the cuts are
    /// too far apart.
    table: Vec<u32>,
}

/// The longest table.
const SPAN: u64 = 4_096;

impl Cuts {
    pub(super) fn new(mut cuts: Vec<i64>) -> Self {
        sort::ascending(&mut cuts);
        cuts.dedup();
        let table = match (cuts.first(), cuts.last()) {
            (Some(first), Some(last)) if first.abs_diff(*last) < SPAN => (*first..=*last)
                .map(|number| u32::try_from(cuts.partition_point(|cut| *cut <= number)).unwrap_or(u32::MAX))
                .collect(),
            _ => Vec::new(),
        };
        Self { cuts, table }
    }

    /// The cuts themselves.
    pub(super) fn as_slice(&self) -> &[i64] {
        &self.cuts
    }

    /// How many cuts there are.
    pub(super) fn len(&self) -> usize {
        self.cuts.len()
    }

    /// How many cuts a number has reached: those that are not above it.
    #[inline]
    pub(super) fn reached(&self, number: i64) -> u32 {
        let Some(first) = self.cuts.first() else { return 0 };
        if number < *first {
            return 0;
        }
        match self.table.last() {
            Some(all) => {
                let at = usize::try_from(number.abs_diff(*first)).unwrap_or(usize::MAX);
                *self.table.get(at).unwrap_or(all)
            }
            None => u32::try_from(self.cuts.partition_point(|cut| *cut <= number)).unwrap_or(u32::MAX),
        }
    }

    /// How many cuts stand before a cut.
    pub(super) fn before(&self, cut: i64) -> usize {
        self.cuts.partition_point(|known| *known < cut)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_number_has_reached_the_cuts_that_are_not_above_it(
            cuts in prop::collection::vec(prop_oneof![-20_i64..20, -9_000_i64..9_000, Just(i64::MIN), Just(i64::MAX)], 0..12),
            numbers in prop::collection::vec(prop_oneof![-30_i64..30, any::<i64>()], 1..20),
        ) {
            let found = Cuts::new(cuts.clone());
            let mut sorted = cuts.clone();
            sorted.sort_unstable();
            sorted.dedup();
            prop_assert_eq!(found.len(), sorted.len());
            for number in numbers.into_iter().chain(cuts) {
                let (below, reached) = (
                    sorted.iter().filter(|cut| **cut < number).count(),
                    sorted.iter().filter(|cut| **cut <= number).count(),
                );
                prop_assert_eq!(found.reached(number) as usize, reached);
                prop_assert_eq!(found.before(number), below);
            }
        }
    }
}
