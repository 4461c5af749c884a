//! The right edge of a tree: all that is needed to go on appending.

use super::{fold, node_hash};
use crate::error::{Code, Result};
use crate::id::Hash;

/// A tree of which only the roots of its complete subtrees are kept, one for every bit set in its
/// size: at most 64 hashes. Appending costs one hash on average and O(log n) at most.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    // From the largest subtree to the smallest.
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The empty tree.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A frontier kept earlier, from its [`parts`](Self::parts).
    ///
    /// Whoever kept it is trusted with the hashes: compare [`root`](Self::root) with a root that is
    /// signed or pinned.
    ///
    /// # Errors
    /// `field` unless there is one hash for every bit set in a size below 2^63.
    pub fn from_parts(size: u64, peaks: Vec<Hash>) -> Result<Self> {
        let expected = usize::try_from(size.count_ones()).unwrap_or(usize::MAX);
        if size > MAX_SIZE || peaks.len() != expected {
            return Err(Code::Field.into());
        }
        Ok(Self { size, peaks })
    }

    /// From peaks that are known to be those of the size.
    pub(super) fn of(size: u64, peaks: Vec<Hash>) -> Self {
        Self { size, peaks }
    }

    /// Appends a leaf.
    pub fn push(&mut self, leaf: Hash) {
        let mut node = leaf;
        // Every trailing one of the size is a complete subtree that the new one completes to a pair.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                node = node_hash(&left, &node);
            }
        }
        self.peaks.push(node);
        // Below 2^63 at the start: more leaves than anybody can push.
        self.size = self.size.saturating_add(1);
    }

    /// How many leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root; `None` of the empty tree.
    #[must_use]
    pub fn root(&self) -> Option<Hash> {
        fold(self.peaks.iter().copied())
    }

    /// Size and hashes, from the largest subtree to the smallest: what to keep.
    #[must_use]
    pub fn parts(&self) -> (u64, &[Hash]) {
        (self.size, &self.peaks)
    }
}

// Peers count leaves in 63 bits.
const MAX_SIZE: u64 = u64::MAX >> 1;
