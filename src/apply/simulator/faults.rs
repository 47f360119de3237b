//! What goes wrong on the way: for so many requests in a hundred, the same ones for the same seed.

/// Faults that are put into the way of requests.
#[derive(Clone, Debug)]
pub struct Faults {
    seed: u64,
    per_cent: u32,
    requests: u64,
}

/// One fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The platform says no; nothing has changed.
    Refused,
    /// 429; nothing has changed.
    TooMany,
    /// The request was lost; nothing has changed, and nobody knows.
    LostRequest,
    /// The reply was lost; it is done, and nobody knows.
    LostReply,
    /// No reply; it is done some minutes later.
    Delayed,
}

impl Faults {
    /// Nothing goes wrong.
    pub const fn none() -> Self {
        Self { seed: 0, per_cent: 0, requests: 0 }
    }

    /// Of a hundred requests so many go wrong.
    pub const fn seeded(seed: u64, per_cent: u32) -> Self {
        Self { seed, per_cent, requests: 0 }
    }

    pub(super) fn next(&mut self, step: u32) -> Option<Fault> {
        self.requests += 1;
        // splitmix64: a few well mixed bits are all that is wanted.
        let mut bits = self
            .seed
            .wrapping_add(self.requests.wrapping_mul(0x9e37_79b9_7f4a_7c15))
            .wrapping_add(u64::from(step) << 32);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        if bits % 100 >= u64::from(self.per_cent) {
            return None;
        }
        Some(match (bits >> 32) % 5 {
            0 => Fault::Refused,
            1 => Fault::TooMany,
            2 => Fault::LostRequest,
            3 => Fault::LostReply,
            _ => Fault::Delayed,
        })
    }
}
