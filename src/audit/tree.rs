//! RFC 6962 Merkle trees (the same in RFC 9162, section 2.1) over SHA-256: hashes, roots, proofs.
//!
//! Pure mathematics: it knows no record, no signature and no storage. A log keeps one hash for
//! every *complete* subtree, whose 2^level leaves will never change; from those ([`Nodes`]) every
//! proof at every size is made by reading O(log n) of them. A reader keeps a [`Frontier`], which is
//! O(log n) itself.

mod frontier;
mod memory;
mod prove;
mod verify;

pub use frontier::Frontier;
pub use memory::MemoryTree;
pub use prove::{Nodes, consistency_proof, inclusion_proof};
pub use verify::{inclusion_root, verify_consistency, verify_inclusion};

use crate::crypto::hash::sha256_of;
use crate::id::Hash;

/// The hash of a leaf: SHA-256 of a zero byte and the data.
#[must_use]
pub fn leaf_hash(data: &[u8]) -> Hash {
    sha256_of([&LEAF, data])
}

/// The hash of a node: SHA-256 of a byte 1 and both children.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    sha256_of([&NODE, &left.0, &right.0])
}

/// The root over all leaves; `None` over no leaf, for no tree here is empty.
#[must_use]
pub fn root_of(leaves: impl Iterator<Item = Hash>) -> Option<Hash> {
    let mut frontier = Frontier::new();
    leaves.for_each(|leaf| frontier.push(leaf));
    frontier.root()
}

/// The parts of a tree whose right end is ragged are its complete subtrees, from large to small:
/// the root hashes them together from the small end.
fn fold(peaks: impl DoubleEndedIterator<Item = Hash>) -> Option<Hash> {
    peaks.rev().reduce(|right, left| node_hash(&left, &right))
}

// RFC 6962, section 2.1: they keep a leaf from being passed off as a node.
const LEAF: [u8; 1] = [0];
const NODE: [u8; 1] = [1];
