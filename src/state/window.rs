//! Reads ahead: the leaves of some anchors at once, hashed and verified side by side, then folded one
//! anchor after the other.

use std::collections::BTreeMap;

use crate::audit::anchor::{AnchorBody, ChainHead};
use crate::audit::kind::ChainType;
use crate::audit::record::Record;
use crate::audit::tree::leaf_hash;
use crate::crypto::pump::{self, Threads};
use crate::error::{Code, Result};
use crate::id::{ChainId, DeviceId, Hash};
use crate::state::State;
use crate::state::commit::Grown;
use crate::state::fold::Leaf;
use crate::state::ledger::anchor;
use crate::state::source::{Failure, Source};

/// How many leaves are read at once.
pub(super) const READ: u64 = 512;

/// How much is read ahead: little at first, while most devices are still unknown and their
/// signatures cannot be checked side by side, then more.
#[derive(Debug)]
pub(super) struct Window {
    threads: Threads,
    leaves: u64,
}

/// What an anchor covers, its bytes compared with the roots it lists.
pub(super) struct Covered<'a> {
    pub(super) grown: Vec<Grown<'a>>,
    /// Whether a chain in it shrinks or stays.
    pub(super) shrunk: bool,
    /// The chains whose leaves were kept beside it.
    pub(super) beside: Vec<ChainId>,
}

type Read = BTreeMap<ChainId, (u64, Vec<Vec<u8>>)>;
type Checked<'b> = BTreeMap<ChainId, (u64, Vec<Leaf<'b>>)>;

impl Window {
    pub(super) fn new() -> Self {
        Self { threads: Threads::default(), leaves: FIRST }
    }

    /// Folds some of these leaves of the ledger; how many.
    pub(super) fn run(
        &mut self,
        state: &mut State,
        source: &dyn Source,
        ledger: &[Vec<u8>],
    ) -> Result<usize> {
        let ledger_id = state.ledger_id();
        let (count, ranges) = self.plan(state, ledger);
        self.leaves = self.leaves.saturating_mul(2).min(MOST);
        let ledger = ledger.get(..count).unwrap_or_default();
        let mut read = Read::new();
        for (chain, (from, to)) in ranges {
            let mut leaves = source.leaves(chain, from, to)?;
            leaves.truncate(usize::try_from(to - from).unwrap_or(usize::MAX));
            read.insert(chain, (from, leaves));
        }
        let (anchors, checked) = self.check(state, ledger, &read);
        for leaf in &anchors {
            let listed = anchor(leaf, ledger_id);
            let Some((record, body)) = listed else {
                state.take_anchor(source, leaf, None)?;
                continue;
            };
            let by = record.payload().author;
            let kept = state.kept_beside(source, body, &checked, by)?;
            let kept: Checked<'_> = kept
                .iter()
                .map(|(chain, (from, leaves))| {
                    let kind = chain_type(state, *chain, leaves);
                    let people = &state.directory.people;
                    (*chain, (*from, leaves.iter().map(|bytes| Leaf::new(bytes, kind, people)).collect()))
                })
                .collect();
            let covered = state.covered(body, &checked, &kept);
            state.take_anchor(source, leaf, Some(covered))?;
        }
        Ok(count)
    }

    /// How many anchors to take now, and which leaves they claim.
    fn plan(&self, state: &State, ledger: &[Vec<u8>]) -> (usize, BTreeMap<ChainId, (u64, u64)>) {
        let ledger_id = state.ledger_id();
        let mut ranges: BTreeMap<ChainId, (u64, u64)> = BTreeMap::new();
        let (mut count, mut leaves) = (0_usize, 0_u64);
        for bytes in ledger {
            let record = Record::parse(bytes, ChainType::Ledger).ok();
            let body = record.as_ref().and_then(|r| AnchorBody::parse(r.payload().body, ledger_id).ok());
            let body = body.as_ref().map_or(&[][..], AnchorBody::grown);
            let followed = || body.iter().filter(|head| state.follows(head.chain));
            let new = followed().map(|head| {
                let known =
                    ranges.get(&head.chain).map_or_else(|| state.chains.size(head.chain), |(_, to)| *to);
                head.size.saturating_sub(known)
            });
            let new = new.fold(1, u64::saturating_add);
            if count > 0 && leaves.saturating_add(new) > self.leaves {
                break;
            }
            for head in followed() {
                let from = state.chains.size(head.chain);
                let range = ranges.entry(head.chain).or_insert((from, from));
                range.1 = range.1.max(head.size);
            }
            count = count.saturating_add(1);
            leaves = leaves.saturating_add(new);
            // The first anchor says which chain is the directory.
            if state.founded.is_none() {
                break;
            }
        }
        (count, ranges)
    }

    fn check<'b>(
        &self,
        state: &State,
        ledger: &'b [Vec<u8>],
        read: &'b Read,
    ) -> (Vec<Leaf<'b>>, Checked<'b>) {
        let mut work: Vec<(&[u8], ChainType)> =
            ledger.iter().map(|bytes| (bytes.as_slice(), ChainType::Ledger)).collect();
        for (chain, (_, leaves)) in read {
            let kind = chain_type(state, *chain, leaves);
            work.extend(leaves.iter().map(|bytes| (bytes.as_slice(), kind)));
        }
        let people = &state.directory.people;
        let mut done =
            pump::map(self.threads, 16, &work, |(bytes, kind)| Leaf::new(bytes, *kind, people)).into_iter();
        let anchors = done.by_ref().take(ledger.len()).collect();
        let chains = read.iter().map(|(chain, (from, leaves))| {
            (*chain, (*from, done.by_ref().take(leaves.len()).collect::<Vec<_>>()))
        });
        (anchors, chains.collect())
    }
}

impl State {
    /// Compares the chains' bytes with the roots an anchor lists. Where they are others, its leaves
    /// may have been kept beside it because it is void: those are given, and equal the root.
    fn kept_beside(
        &self,
        source: &dyn Source,
        body: &AnchorBody,
        checked: &Checked<'_>,
        by: DeviceId,
    ) -> Result<Read> {
        let ledger_index = self.ledger_size();
        let mut kept = Read::new();
        for head in body.grown().iter().filter(|head| self.follows(head.chain)) {
            let (chain, from) = (head.chain, self.chains.size(head.chain));
            if head.size <= from {
                continue;
            }
            let leaves = slice(checked, chain, from, head.size);
            let hashes = leaves.unwrap_or_default().iter().map(|leaf| leaf.hash);
            if leaves.is_some() && self.root_after(chain, hashes) == Some(head.root) {
                continue;
            }
            let place = Failure { ledger_index, chain: Some(chain), committer: Some(by) };
            let count = head.size - from;
            // One more shows that there are too many.
            let Some(beside) = source.beside(ledger_index, chain, count.saturating_add(1))? else {
                let code = if leaves.is_some() { Code::FirmTampered } else { Code::StoreIncomplete };
                return Err(place.error(code));
            };
            let right = beside.len() as u64 == count;
            if !right || self.root_after(chain, beside.iter().map(|leaf| leaf_hash(leaf))) != Some(head.root)
            {
                return Err(place.error(Code::FirmTampered));
            }
            kept.insert(chain, (from, beside));
        }
        Ok(kept)
    }

    fn covered<'a>(&self, body: &AnchorBody, checked: &'a Checked<'a>, kept: &'a Checked<'a>) -> Covered<'a> {
        let grown = |head: &ChainHead| {
            let from = self.chains.size(head.chain);
            let of = if kept.contains_key(&head.chain) { kept } else { checked };
            let leaves = slice(of, head.chain, from, head.size).filter(|_| self.follows(head.chain));
            let frontier = leaves.map(|leaves| {
                let mut frontier = self.chains.frontier(head.chain).cloned().unwrap_or_default();
                leaves.iter().for_each(|leaf| frontier.push(leaf.hash));
                frontier
            });
            Grown { head: *head, from, leaves, frontier }
        };
        Covered {
            grown: body.grown().iter().map(grown).collect(),
            shrunk: body.grown().iter().any(|head| head.size <= self.chains.size(head.chain)),
            beside: kept.keys().copied().collect(),
        }
    }

    fn root_after(&self, chain: ChainId, leaves: impl Iterator<Item = Hash>) -> Option<Hash> {
        let mut frontier = self.chains.frontier(chain).cloned().unwrap_or_default();
        leaves.for_each(|leaf| frontier.push(leaf));
        frontier.root()
    }
}

/// The leaves of a chain from one size to another, if all of them were read.
fn slice<'a>(checked: &'a Checked<'_>, chain: ChainId, from: u64, to: u64) -> Option<&'a [Leaf<'a>]> {
    let (base, leaves) = checked.get(&chain)?;
    let at = |size: u64| usize::try_from(size.checked_sub(*base)?).ok();
    leaves.get(at(from)?..at(to)?)
}

/// The directory is known by its id or, before the first anchor, by the root having begun it.
fn chain_type(state: &State, chain: ChainId, leaves: &[Vec<u8>]) -> ChainType {
    let directory = match state.founded {
        Some(directory) => directory == chain,
        None => leaves
            .first()
            .and_then(|leaf| Record::parse(leaf, ChainType::Directory).ok())
            .is_some_and(|record| record.payload().author.as_bytes() == state.trust.firm.as_bytes()),
    };
    if directory { ChainType::Directory } else { ChainType::Matter }
}

const FIRST: u64 = 64;
const MOST: u64 = 4_096;
