//! The Merkle root of a history: RFC 6962, computed while the records go by.

use sha2::{Digest as _, Sha256};

use crate::directory::Digest;

/// The roots of full subtrees, from the largest to the smallest: all that a growing tree needs.
#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    size: u64,
    subtrees: Vec<(u32, Digest)>,
}

/// The digest of a leaf.
pub(super) fn leaf(content: &[u8]) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update([0]);
    hasher.update(content);
    Digest::finish(hasher)
}

fn node(left: &Digest, right: &Digest) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update([1]);
    hasher.update(left.as_bytes());
    hasher.update(right.as_bytes());
    Digest::finish(hasher)
}

impl Tree {
    /// One leaf more.
    pub(super) fn push(&mut self, leaf: Digest) {
        let (mut height, mut root) = (0, leaf);
        while let Some((_, left)) = self.subtrees.pop_if(|(last, _)| *last == height) {
            root = node(&left, &root);
            height += 1;
        }
        self.subtrees.push((height, root));
        self.size += 1;
    }

    /// The root; that of nothing is the digest of nothing.
    pub(super) fn root(&self) -> Digest {
        let mut roots = self.subtrees.iter().rev().map(|(_, root)| *root);
        let Some(last) = roots.next() else { return Digest::of(b"") };
        roots.fold(last, |right, left| node(&left, &right))
    }

    /// How many leaves it has.
    pub(super) const fn size(&self) -> u64 {
        self.size
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition, as the RFC has it.
    fn by_definition(leaves: &[Digest]) -> Digest {
        match leaves {
            [] => Digest::of(b""),
            [one] => *one,
            many => {
                let split = many.len().next_power_of_two() / 2;
                node(&by_definition(&many[..split]), &by_definition(&many[split..]))
            }
        }
    }

    #[test]
    fn the_growing_tree_has_the_root_of_the_definition() {
        let mut tree = Tree::default();
        let mut leaves = Vec::new();
        for number in 0..70_u8 {
            assert_eq!(tree.root(), by_definition(&leaves), "{number}");
            leaves.push(leaf(&[number]));
            tree.push(leaf(&[number]));
        }
        assert_eq!(tree.size(), 70);
    }

    /// Test vectors of the RFC's reference implementation.
    #[test]
    fn known_roots() {
        let mut tree = Tree::default();
        tree.push(leaf(b""));
        assert_eq!(
            tree.root().to_string(),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
        tree.push(leaf(b"\0"));
        assert_eq!(
            tree.root().to_string(),
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
        );
    }
}
