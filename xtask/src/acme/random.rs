//! Seeded numbers (SplitMix64): small, and the same on every machine and in every version.

/// A sequence of numbers that its seed determines.
pub(super) struct Random(u64);

impl Random {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to before `end`. `end` is at least 1.
    pub(super) fn below(&mut self, end: u32) -> u32 {
        let number = self.next() % u64::from(end);
        u32::try_from(number).expect("smaller than a u32")
    }

    /// True in `percent` of 100 cases.
    pub(super) fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// One of `choices`, which are at least one.
    pub(super) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        let end = u32::try_from(choices.len()).expect("few choices");
        choices[self.below(end) as usize]
    }
}
