//! The store as the fold reads it: bytes, and nothing believed.

use crate::error::{Code, Result};
use crate::id::ChainId;
use crate::state::{self, Source as _, State};
use crate::store::{RowKey, Snapshot};
use crate::vault::rows;

/// One snapshot of the store.
pub(super) struct Source<'s>(pub(super) &'s dyn Snapshot);

impl state::Source for Source<'_> {
    fn leaves(&self, chain: ChainId, from: u64, to: u64) -> Result<Vec<Vec<u8>>> {
        let mut leaves = Vec::new();
        loop {
            let at = from.saturating_add(leaves.len() as u64);
            if at >= to {
                return Ok(leaves);
            }
            let more = self.0.records(chain, at, to - at)?;
            if more.is_empty() {
                return Ok(leaves);
            }
            leaves.extend(more);
        }
    }

    fn beside(&self, ledger_index: u64, chain: ChainId, limit: u64) -> Result<Option<Vec<Vec<u8>>>> {
        let prefix = rows::beside(ledger_index, chain);
        let kept = self.0.scan(&prefix, None, usize::try_from(limit).unwrap_or(usize::MAX))?;
        Ok(if kept.is_empty() { None } else { Some(kept.into_iter().map(|(_, leaf)| leaf).collect()) })
    }

    fn checkpoint(&self, size: u64) -> Result<Option<Vec<u8>>> {
        self.0.get(&rows::checkpoint(size)?)
    }
}

/// The rows of what void anchors covered in a chain and nobody kept beside them yet. They are written
/// before others take the place of these leaves: without them an anchor that one insider spoilt would
/// match no bytes, and nobody could verify the ledger any more.
///
/// # Errors
/// `store-incomplete` if such a leaf is gone; storage.
pub(super) fn void_leaves(
    state: &State,
    snapshot: &dyn Snapshot,
    chain: ChainId,
) -> Result<Vec<(RowKey, Vec<u8>)>> {
    let mut kept = Vec::new();
    for left in state.void_leaves().iter().filter(|left| left.chain == chain) {
        if snapshot.count(&rows::beside(left.ledger_index, chain))? > 0 {
            continue;
        }
        let leaves = Source(snapshot).leaves(chain, left.from, left.to)?;
        if leaves.len() as u64 != left.to.saturating_sub(left.from) {
            return Err(Code::StoreIncomplete.into());
        }
        for (at, leaf) in (left.from..).zip(leaves) {
            kept.push((rows::beside_leaf(left.ledger_index, chain, at)?, leaf));
        }
    }
    Ok(kept)
}
