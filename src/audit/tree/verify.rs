//! Checking proofs: exactly one proof is right.

use super::node_hash;
use crate::error::{Code, Result};
use crate::id::Hash;

/// Checks that the leaf with this hash is at this index of the tree with this size and root.
///
/// # Errors
/// `proof` for everything else: an index that is not below the size, a proof of another length, a
/// hash that is not the right one.
pub fn verify_inclusion(index: u64, size: u64, leaf: &Hash, proof: &[Hash], root: &Hash) -> Result<()> {
    matches(&inclusion_root(index, size, leaf, proof)?, root)
}

/// The root that an inclusion proof leads to: for a root that is itself proved elsewhere.
///
/// # Errors
/// `proof` for an index that is not below the size and for a proof of another length.
pub fn inclusion_root(index: u64, size: u64, leaf: &Hash, proof: &[Hash]) -> Result<Hash> {
    let last = size.checked_sub(1).filter(|&last| index <= last).ok_or(Code::Proof)?;
    Ok(Path::new(index, last, proof)?.above(*leaf))
}

/// Checks that the tree of the new size and root begins with the leaves of the old.
///
/// # Errors
/// `proof` for everything else: an old size of 0 or above the new, a proof of another length (none
/// is needed between equal sizes), a hash that is not the right one.
pub fn verify_consistency(
    old_size: u64,
    old_root: &Hash,
    new_size: u64,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<()> {
    if old_size == 0 || old_size > new_size {
        return Err(Code::Proof.into());
    }
    if old_size == new_size {
        return if proof.is_empty() { matches(old_root, new_root) } else { Err(Code::Proof.into()) };
    }
    // The proof is the path of the old tree's last complete subtree, after that subtree's own hash
    // unless it is the whole old tree.
    let (start, proof) = if old_size.is_power_of_two() {
        (old_root, proof)
    } else {
        proof.split_first().ok_or(Code::Proof)?
    };
    let level = old_size.trailing_zeros();
    let path = Path::new((old_size - 1) >> level, (new_size - 1) >> level, proof)?;
    matches(&path.above_left(*start), old_root)?;
    matches(&path.above(*start), new_root)
}

/// The siblings on the way from a node to the root.
struct Path<'p> {
    // Bit i says on which side the i-th sibling stands.
    index: u64,
    // Up to where the way meets that of the tree's last node, one sibling a level.
    inner: &'p [Hash],
    // From there on every sibling is complete and on the left.
    border: &'p [Hash],
}

impl<'p> Path<'p> {
    /// The way of a node among nodes whose last has this index: the two decide its exact length.
    fn new(index: u64, last: u64, proof: &'p [Hash]) -> Result<Self> {
        let inner = u64::BITS - (index ^ last).leading_zeros();
        let border = index.checked_shr(inner).unwrap_or(0).count_ones();
        let (inner, border) = (inner as usize, border as usize);
        match proof.split_at_checked(inner) {
            Some((inner, rest)) if rest.len() == border => Ok(Self { index, inner, border: rest }),
            _ => Err(Code::Proof.into()),
        }
    }

    /// The root.
    fn above(&self, node: Hash) -> Hash {
        let node = self.sides().fold(node, |node, (sibling, on_the_left)| {
            if on_the_left { node_hash(sibling, &node) } else { node_hash(&node, sibling) }
        });
        self.border.iter().fold(node, |node, sibling| node_hash(sibling, &node))
    }

    /// The root of the tree that ends with the node: what is on its right is not there yet.
    fn above_left(&self, node: Hash) -> Hash {
        let left = self.sides().filter_map(|(sibling, on_the_left)| on_the_left.then_some(sibling));
        left.chain(self.border).fold(node, |node, sibling| node_hash(sibling, &node))
    }

    fn sides(&self) -> impl Iterator<Item = (&'p Hash, bool)> {
        self.inner.iter().zip(0u32..).map(|(sibling, level)| (sibling, self.index >> level & 1 == 1))
    }
}

fn matches(computed: &Hash, root: &Hash) -> Result<()> {
    if computed == root { Ok(()) } else { Err(Code::Proof.into()) }
}
