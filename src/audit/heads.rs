//! A tree whose leaves change: the heads of all chains, in the order in which they were opened.

use std::collections::BTreeMap;

use super::tree::node_hash;
use crate::error::{Code, Result};
use crate::id::Hash;

/// An RFC 6962 tree that keeps every node, also the ragged ones on the right: a changed or a new
/// leaf costs one hash a level, the root none. About 64 bytes a leaf.
#[derive(Clone, Debug, Default)]
pub struct HeadsTree {
    // By level, from the leaves up; the highest has one node. A node without a right neighbour
    // moves up as it is, which gives the split at the largest power of two that RFC 6962 asks for.
    levels: Vec<Vec<Hash>>,
}

impl HeadsTree {
    /// The empty tree.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a leaf.
    pub fn push(&mut self, leaf: Hash) {
        let index = self.leaves().len();
        self.put(index, leaf, node_hash);
    }

    /// Changes a leaf.
    ///
    /// # Errors
    /// `tree-range` if there is none at this index.
    pub fn set(&mut self, index: u64, leaf: Hash) -> Result<()> {
        let index = self.position(index)?;
        self.put(index, leaf, node_hash);
        Ok(())
    }

    /// How many leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.leaves().len() as u64
    }

    /// The leaf at an index.
    ///
    /// # Errors
    /// `tree-range` if there is none.
    pub fn leaf(&self, index: u64) -> Result<Hash> {
        let index = self.position(index)?;
        Ok(self.leaves().get(index).copied().ok_or(Code::TreeRange)?)
    }

    /// The root; `None` of the empty tree.
    #[must_use]
    pub fn root(&self) -> Option<Hash> {
        self.levels.last().and_then(|top| top.first().copied())
    }

    /// The root after these leaves, by index, were changed or appended, without doing it. Costs what
    /// doing it would.
    pub(crate) fn root_with(&self, leaves: &BTreeMap<usize, Hash>) -> Option<Hash> {
        let mut changed = leaves.clone();
        let mut width = changed.keys().next_back().map_or(0, |last| last + 1).max(self.leaves().len());
        let mut height = 0;
        while width > 1 {
            let level = self.levels.get(height);
            let node = |at: usize| {
                changed.get(&at).or_else(|| level.and_then(|level| level.get(at))).filter(|_| at < width)
            };
            let parent = |at: usize| match (node(at & !1), node(at | 1)) {
                (Some(left), Some(right)) => Some(node_hash(left, right)),
                (Some(alone), None) => Some(*alone),
                _ => None,
            };
            let parents = changed.keys().filter_map(|&at| Some((at >> 1, parent(at)?))).collect();
            changed = parents;
            width = width.div_ceil(2);
            height += 1;
        }
        changed.get(&0).copied().or_else(|| self.root())
    }

    /// The proof that a leaf is in the tree as it is now, for
    /// [`verify_inclusion`](super::tree::verify_inclusion).
    ///
    /// # Errors
    /// `tree-range` if there is no leaf at this index.
    pub fn inclusion_proof(&self, index: u64) -> Result<Vec<Hash>> {
        let index = self.position(index)?;
        let levels = self.levels.iter().enumerate();
        Ok(levels.filter_map(|(level, nodes)| nodes.get((index >> level) ^ 1).copied()).collect())
    }

    /// Puts a leaf and hashes its way up.
    fn put(&mut self, index: usize, leaf: Hash, mut hash: impl FnMut(&Hash, &Hash) -> Hash) {
        let (mut index, mut node) = (index, leaf);
        let mut height = 0;
        loop {
            if height == self.levels.len() {
                self.levels.push(Vec::new());
            }
            let Some(level) = self.levels.get_mut(height) else { return };
            match level.get_mut(index) {
                Some(old) => *old = node,
                None => level.push(node),
            }
            if level.len() == 1 {
                return;
            }
            node = match (level.get(index & !1), level.get(index | 1)) {
                (Some(left), Some(right)) => hash(left, right),
                _ => node,
            };
            index >>= 1;
            height += 1;
        }
    }

    fn leaves(&self) -> &[Hash] {
        self.levels.first().map_or(&[], Vec::as_slice)
    }

    fn position(&self, index: u64) -> Result<usize> {
        let index = usize::try_from(index).ok().filter(|&index| index < self.leaves().len());
        Ok(index.ok_or(Code::TreeRange)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::tree::{leaf_hash, root_of};

    #[test]
    fn a_root_foretold_is_the_root_that_comes() {
        let leaf = |n: u64| leaf_hash(&n.to_be_bytes());
        for size in 0..40_u64 {
            let mut tree = HeadsTree::new();
            (0..size).for_each(|n| tree.push(leaf(n)));
            for (changed, pushed) in [(0, 0), (0, 1), (1, 0), (1, 1), (3, 3), (2, 9)] {
                let set = (0..changed.min(size)).map(|n| n * 7 % size);
                let leaves: BTreeMap<usize, Hash> = set
                    .chain(size..size + pushed)
                    .map(|at| (usize::try_from(at).unwrap(), leaf(at + 1_000)))
                    .collect();
                let foretold = tree.root_with(&leaves);
                let mut then = tree.clone();
                for (&at, hash) in &leaves {
                    if at as u64 == then.size() {
                        then.push(*hash)
                    } else {
                        then.set(at as u64, *hash).unwrap()
                    }
                }
                assert_eq!(foretold, then.root(), "{size} {changed} {pushed}");
            }
        }
    }

    #[test]
    fn a_changed_or_new_head_costs_at_most_one_hash_a_level() {
        let mut tree = HeadsTree::new();
        for n in 0..100_000u64 {
            let mut hashes = 0;
            tree.put(usize::try_from(n).unwrap(), leaf_hash(&n.to_be_bytes()), |left, right| {
                hashes += 1;
                node_hash(left, right)
            });
            assert!(hashes <= 17, "push {n}: {hashes}");
        }
        let mut expected: Vec<_> = (0..100_000u64).map(|n| leaf_hash(&n.to_be_bytes())).collect();
        for index in [0, 1, 65_535, 65_536, 99_998, 99_999] {
            let mut hashes = 0;
            expected[index] = leaf_hash(b"changed");
            tree.put(index, expected[index], |left, right| {
                hashes += 1;
                node_hash(left, right)
            });
            assert!(hashes <= 17, "set {index}: {hashes}");
        }
        assert_eq!(tree.root(), root_of(expected.into_iter()));
    }
}
