//! A whole tree in memory.

use super::prove::{Nodes, root_between};
use super::{Frontier, fold, node_hash};
use crate::error::{Code, Result};
use crate::id::Hash;

/// Every complete subtree of a tree, in memory: 64 bytes a leaf. It proves every size it ever had.
#[derive(Clone, Debug, Default)]
pub struct MemoryTree {
    // By level, from the leaves up.
    levels: Vec<Vec<Hash>>,
}

impl MemoryTree {
    /// The empty tree.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a leaf.
    pub fn push(&mut self, leaf: Hash) {
        let mut node = leaf;
        for level in &mut self.levels {
            level.push(node);
            match level.as_slice() {
                [.., left, right] if level.len().is_multiple_of(2) => node = node_hash(left, right),
                _ => return,
            }
        }
        self.levels.push(vec![node]);
    }

    /// How many leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| leaves.len() as u64)
    }

    /// The root; `None` of the empty tree.
    #[must_use]
    pub fn root(&self) -> Option<Hash> {
        fold(self.peaks())
    }

    /// The root at a size that the tree has or had.
    ///
    /// # Errors
    /// `tree-range` for size 0 and beyond the tree.
    pub fn root_at(&self, size: u64) -> Result<Hash> {
        if size == 0 || size > self.size() {
            return Err(Code::TreeRange.into());
        }
        root_between(self, 0, size)
    }

    /// What to keep of the tree in order to go on appending without it.
    #[must_use]
    pub fn frontier(&self) -> Frontier {
        Frontier::of(self.size(), self.peaks().collect())
    }

    /// A level of odd length ends with a subtree that is nobody's left child yet.
    fn peaks(&self) -> impl DoubleEndedIterator<Item = Hash> {
        self.levels
            .iter()
            .rev()
            .filter(|level| !level.len().is_multiple_of(2))
            .filter_map(|level| level.last().copied())
    }
}

impl Extend<Hash> for MemoryTree {
    fn extend<T: IntoIterator<Item = Hash>>(&mut self, leaves: T) {
        leaves.into_iter().for_each(|leaf| self.push(leaf));
    }
}

impl Nodes for MemoryTree {
    fn node(&self, level: u32, index: u64) -> Result<Hash> {
        let level = usize::try_from(level).ok().and_then(|level| self.levels.get(level));
        let node = usize::try_from(index).ok().and_then(|index| level?.get(index).copied());
        Ok(node.ok_or(Code::TreeIncomplete)?)
    }
}
