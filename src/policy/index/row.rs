//! Rows: bit sets of leaves in blocks of two words.

/// 128 leaves.
pub(crate) type Block = [u64; 2];

/// A row while the index is made.
#[derive(Clone, Debug)]
pub(crate) struct Row(Vec<Block>);

impl Row {
    /// A row without any leaf.
    pub(super) fn empty(width: usize) -> Self {
        Self(vec![[0; 2]; width])
    }

    pub(super) fn set(&mut self, bit: usize) {
        self.0[bit / 128][bit / 64 % 2] |= 1 << (bit % 64);
    }

    pub(super) fn clear(&mut self, bit: usize) {
        self.0[bit / 128][bit / 64 % 2] &= !(1 << (bit % 64));
    }

    pub(super) fn blocks(&self) -> &[Block] {
        &self.0
    }

    /// How many leaves it has.
    pub(super) fn count(&self) -> usize {
        self.0.iter().flatten().map(|word| word.count_ones() as usize).sum()
    }
}

/// Leaves in `left` only what is in `row` too.
#[inline]
pub(super) fn and(left: &mut [Block], row: &[Block]) {
    for (left, row) in left.iter_mut().zip(row) {
        *left = [left[0] & row[0], left[1] & row[1]];
    }
}

/// The first bit of some blocks.
#[inline]
pub(super) fn first_bit<const N: usize>(blocks: [Block; N]) -> Option<usize> {
    // From the last to the first, without a branch: which one it is cannot be foreseen.
    let mut first = None;
    for (number, [low, high]) in blocks.into_iter().enumerate().rev() {
        let bits = u128::from(high) << 64 | u128::from(low);
        if bits != 0 {
            first = Some(number * 128 + bits.trailing_zeros() as usize);
        }
    }
    first
}

pub(super) const fn nothing(block: Block) -> bool {
    block[0] | block[1] == 0
}
