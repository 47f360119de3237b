//! Users for whom some leaves hold and others do not.

use super::space::{Options, Space};

/// Steps of one search. A search that takes more says that it does not know.
const MAX_STEPS: usize = 20_000;
/// Leaves that all searches in one space may look at, so that no policy can keep them busy for long.
pub(super) const MAX_LOOKS: usize = 50_000_000;

/// What a search found.
#[derive(Debug)]
pub(super) enum Found {
    /// The users with these options, one set for each axis: all of them fit.
    Users(Vec<Options>),
    /// There is no such user.
    Nobody,
    /// The search was given up.
    Unknown,
}

impl Space {
    /// Users for whom every leaf of `hold` holds and no leaf of `avoid`.
    pub(super) fn find(&self, hold: &[usize], avoid: &[usize]) -> Found {
        let mut users = self.everybody.clone();
        for leaf in hold {
            for (axis, allowed) in &self.leaves[*leaf] {
                users[*axis] = users[*axis].and(allowed);
            }
        }
        if users.iter().any(Options::is_empty) {
            return Found::Nobody;
        }
        let mut steps = 0;
        self.avoid(users, avoid, &mut steps)
    }

    /// The users among these for whom none of the leaves holds.
    fn avoid(&self, users: Vec<Options>, leaves: &[usize], steps: &mut usize) -> Found {
        *steps += 1;
        self.looks.set(self.looks.get().saturating_sub(leaves.len() + 1));
        if *steps > MAX_STEPS || self.looks.get() == 0 {
            return Found::Unknown;
        }
        // The leaf with the fewest ways out first: with none there is nobody.
        let mut next: Option<Vec<(usize, Options)>> = None;
        for leaf in leaves {
            let allowed = &self.leaves[*leaf];
            if allowed.iter().any(|(axis, allowed)| users[*axis].and(allowed).is_empty()) {
                continue;
            }
            let ways: Vec<(usize, Options)> = allowed
                .iter()
                .map(|(axis, allowed)| (*axis, users[*axis].without(allowed)))
                .filter(|(_, left)| !left.is_empty())
                .collect();
            if ways.is_empty() {
                return Found::Nobody;
            }
            if next.as_ref().is_none_or(|known| ways.len() < known.len()) {
                next = Some(ways);
            }
        }
        let Some(ways) = next else { return Found::Users(users) };
        let mut rest = users;
        let mut unknown = false;
        for (axis, left) in ways {
            let mut chosen = rest.clone();
            chosen[axis] = left.clone();
            match self.avoid(chosen, leaves, steps) {
                Found::Nobody => {}
                Found::Unknown => unknown = true,
                found @ Found::Users(_) => return found,
            }
            // The other ways are tried with those users only that this one did not cover.
            rest[axis] = rest[axis].without(&left);
            if rest[axis].is_empty() {
                break;
            }
        }
        if unknown { Found::Unknown } else { Found::Nobody }
    }
}
