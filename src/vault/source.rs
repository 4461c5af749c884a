//! The store as the fold reads it: bytes, and nothing believed.

use crate::error::Result;
use crate::id::ChainId;
use crate::state;
use crate::store::Snapshot;
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

    fn beside(&self, ledger_index: u64, chain: ChainId) -> Result<Option<Vec<Vec<u8>>>> {
        let prefix = rows::beside(ledger_index, chain);
        let kept = self.0.scan(&prefix, None, MAX_BESIDE)?;
        Ok(if kept.is_empty() { None } else { Some(kept.into_iter().map(|(_, leaf)| leaf).collect()) })
    }

    fn checkpoint(&self, size: u64) -> Result<Option<Vec<u8>>> {
        self.0.get(&rows::checkpoint(size)?)
    }
}

/// The most leaves that one void anchor covers in one chain.
const MAX_BESIDE: usize = 65_536;
