//! The heads of all chains, in the order in which they were opened.

use std::collections::BTreeMap;

use crate::audit::anchor::{ChainHead, CountedRoot};
use crate::audit::heads::HeadsTree;
use crate::audit::tree::Frontier;
use crate::error::{Code, Result};
use crate::id::{ChainId, Hash};

/// Heads, their tree, and the right edges of the chains that are followed.
#[derive(Clone, Debug, Default)]
pub(super) struct Chains {
    heads: Vec<ChainHead>,
    places: BTreeMap<ChainId, usize>,
    tree: HeadsTree,
    frontiers: BTreeMap<ChainId, Frontier>,
}

impl Chains {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn heads(&self) -> &[ChainHead] {
        &self.heads
    }

    pub(super) fn place(&self, chain: ChainId) -> Option<usize> {
        self.places.get(&chain).copied()
    }

    pub(super) fn head(&self, chain: ChainId) -> Option<ChainHead> {
        self.heads.get(self.place(chain)?).copied()
    }

    pub(super) fn size(&self, chain: ChainId) -> u64 {
        self.head(chain).map_or(0, |head| head.size)
    }

    pub(super) fn frontier(&self, chain: ChainId) -> Option<&Frontier> {
        self.frontiers.get(&chain)
    }

    pub(super) fn path(&self, chain: ChainId) -> Result<Vec<Hash>> {
        let place = self.place(chain).ok_or(Code::TreeRange)?;
        self.tree.inclusion_proof(place as u64)
    }

    /// The root after these heads, by place, changed or were appended.
    pub(super) fn root_with(&self, heads: &BTreeMap<usize, ChainHead>) -> Option<CountedRoot> {
        let leaves = heads.iter().map(|(&place, head)| (place, head.leaf())).collect();
        let last = heads.keys().next_back().map_or(0, |last| last.saturating_add(1));
        let count = self.heads.len().max(last) as u64;
        Some(CountedRoot { count, root: self.tree.root_with(&leaves)? })
    }

    /// Takes over a head at its place: that of its chain, or the next.
    pub(super) fn put(&mut self, place: usize, head: ChainHead, frontier: Option<Frontier>) {
        match self.heads.get_mut(place) {
            Some(old) => {
                *old = head;
                let _there = self.tree.set(place as u64, head.leaf());
            }
            None => {
                self.places.insert(head.chain, self.heads.len());
                self.heads.push(head);
                self.tree.push(head.leaf());
            }
        }
        if let Some(frontier) = frontier {
            self.frontiers.insert(head.chain, frontier);
        }
    }
}
