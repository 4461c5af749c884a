//! Making proofs out of complete subtrees.

use super::fold;
use crate::error::{Code, Error, Result};
use crate::id::Hash;

/// Where the hashes of complete subtrees are kept. Nothing of a proof is taken on trust from it:
/// whoever gets the proof checks it.
pub trait Nodes {
    /// The root of the leaves `index · 2^level` to `(index + 1) · 2^level - 1`, all of which exist.
    ///
    /// # Errors
    /// `tree-incomplete` if there is none; storage errors.
    fn node(&self, level: u32, index: u64) -> Result<Hash>;
}

/// The proof that a leaf is in the tree of this size: RFC 6962, section 2.1.1.
///
/// # Errors
/// `tree-range` unless the index is below the size; those of [`Nodes::node`].
pub fn inclusion_proof(nodes: &dyn Nodes, index: u64, size: u64) -> Result<Vec<Hash>> {
    if index >= size {
        return Err(Code::TreeRange.into());
    }
    let mut proof = Vec::with_capacity(LEVELS);
    let (mut start, mut end) = (0, size);
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            proof.push(root_between(nodes, middle, end)?);
            end = middle;
        } else {
            proof.push(root_between(nodes, start, middle)?);
            start = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// The proof that the tree of the new size begins with the tree of the old: RFC 6962, section 2.1.2.
/// Empty where both are the same.
///
/// # Errors
/// `tree-range` for an old size of 0 or above the new; those of [`Nodes::node`].
pub fn consistency_proof(nodes: &dyn Nodes, old: u64, new: u64) -> Result<Vec<Hash>> {
    if old == 0 || old > new {
        return Err(Code::TreeRange.into());
    }
    let mut proof = Vec::with_capacity(LEVELS);
    let (mut start, mut end) = (0, new);
    // Ends at the last complete subtree of the old tree, which the new one has too.
    while old != end {
        let middle = start + split(end - start);
        if old <= middle {
            proof.push(root_between(nodes, middle, end)?);
            end = middle;
        } else {
            proof.push(root_between(nodes, start, middle)?);
            start = middle;
        }
    }
    // Where that subtree is the whole old tree, the verifier has it already.
    if start != 0 {
        proof.push(root_between(nodes, start, end)?);
    }
    proof.reverse();
    Ok(proof)
}

/// The root of a range that is a subtree of some tree: its complete subtrees, folded.
pub(super) fn root_between(nodes: &dyn Nodes, start: u64, end: u64) -> Result<Hash> {
    let length = end - start;
    if length.is_power_of_two() {
        let level = length.trailing_zeros();
        return nodes.node(level, start >> level);
    }
    let mut peaks = Vec::with_capacity(LEVELS);
    let mut at = start;
    for level in (0..u64::BITS).rev().filter(|level| length >> level & 1 == 1) {
        peaks.push(nodes.node(level, at >> level)?);
        // The last step may reach 2^64; nothing is read there.
        at = at.wrapping_add(1 << level);
    }
    fold(peaks.into_iter()).ok_or_else(|| Error::from(Code::TreeRange))
}

/// The largest power of two below a length of at least 2.
fn split(length: u64) -> u64 {
    1 << (length - 1).checked_ilog2().unwrap_or(0)
}

/// No path of a tree is longer.
const LEVELS: usize = 64;
