//! Histories that are not the chain's: each must be refused with its verdict at its place.

use std::sync::Arc;

use privity::audit::checkpoint::{self, Head};
use privity::audit::kind::ChainType;
use privity::audit::record::{self, Payload};
use privity::audit::tree::{leaf_hash, root_of};
use privity::audit::{Appender, Draft, Failure, Record};
use privity::keys::ChainKeys;
use privity::{Code, Hash, Result, SystemClock, Timestamp};

use crate::audit::Trust;
use crate::chain::{Chain, STEP, Shown, step_body};
use crate::chance::Chance;
use crate::export::newest_size;

/// What a liar shows, and what is due to it.
pub struct Rewritten {
    pub what: &'static str,
    pub shown: Shown,
    pub due: Failure,
    /// Whether only somebody who saw the true chain before can tell.
    pub against_a_pin: bool,
}

/// Tells other histories of a chain, at seeded places.
pub struct Rewriter<'c> {
    trust: &'c Trust,
    honest: &'c Shown,
    /// Another chain under the same name, as long as this one, and the keys that sign it.
    strange: Shown,
    stranger: ChainKeys,
    /// The chain's own keys, in the wrong hands.
    own: ChainKeys,
    /// The sizes that checkpoints were signed at.
    sizes: Vec<usize>,
    chance: Chance,
}

impl<'c> Rewriter<'c> {
    pub fn new(chain: &'c Chain, seed: u64) -> Result<Self> {
        let (trust, honest) = (&chain.trust, &chain.shown);
        let (mut other, genesis) =
            Appender::new(trust.origin.clone(), ChainKeys::generate()?, Arc::new(SystemClock))?;
        let mut records = vec![genesis.record];
        for _ in 1..honest.records.len() {
            records.push(other.append(Draft::host(STEP, step_body("nothing", [0; 4]))?)?.record);
        }
        let strange = Shown { records, checkpoints: vec![other.checkpoint()?] };
        let sizes = honest.checkpoints.iter().map(|note| {
            let one = Shown { records: Vec::new(), checkpoints: vec![note.clone()] };
            Ok(usize::try_from(newest_size(trust, &one)?).unwrap_or(usize::MAX))
        });
        let (stranger, own) = (ChainKeys::generate()?, chain.unlock()?);
        let (sizes, chance) = (sizes.collect::<Result<_>>()?, Chance::new(seed, u64::MAX - 1));
        Ok(Self { trust, honest, strange, stranger, own, sizes, chance })
    }

    /// One of each kind.
    pub fn round(&mut self) -> Result<Vec<Rewritten>> {
        Ok(vec![
            self.bit_turned(),
            self.left_out(),
            self.exchanged(),
            self.twice(),
            self.cut_off(),
            self.of_another_chain(),
            self.ended_otherwise(),
            self.signed_by_a_stranger()?,
            self.vouched_for_by_a_stranger()?,
            self.another_chain(),
            self.older_state(),
            self.signed_anew()?,
        ])
    }

    fn bit_turned(&mut self) -> Rewritten {
        let (mut shown, at) = (self.honest.clone(), self.any());
        let record = &mut shown.records[at];
        let byte = self.chance.below(record.len() as u64);
        record[usize::try_from(byte).unwrap_or(0)] ^= self.chance.bit();
        rewritten("a bit of a record turned", shown, tampered(at))
    }

    fn left_out(&mut self) -> Rewritten {
        let (mut shown, at) = (self.honest.clone(), self.any());
        shown.records.remove(at);
        let (have, want) = (shown.records.len(), self.honest.records.len());
        // The checkpoint after the gap tells, but for the newest, which is then never reached.
        let told = at == 0 || self.sizes.iter().any(|&size| at < size && size < want);
        let first_gap = (at < have).then_some(at as u64);
        let due = if told { tampered(at) } else { incomplete(have, want, first_gap) };
        rewritten("a record left out", shown, due)
    }

    fn exchanged(&mut self) -> Rewritten {
        let (mut shown, (one, other)) = (self.honest.clone(), self.two());
        shown.records.swap(one, other);
        rewritten("two records exchanged", shown, tampered(one))
    }

    fn twice(&mut self) -> Rewritten {
        let (mut shown, (at, _)) = (self.honest.clone(), self.two());
        shown.records.insert(at + 1, shown.records[at].clone());
        rewritten("a record put in twice", shown, tampered(at + 1))
    }

    fn cut_off(&mut self) -> Rewritten {
        let (mut shown, size) = (self.honest.clone(), self.any());
        let want = shown.records.len();
        shown.records.truncate(size);
        rewritten("the end cut off", shown, incomplete(size, want, None))
    }

    fn of_another_chain(&mut self) -> Rewritten {
        let (mut shown, at) = (self.honest.clone(), self.any());
        shown.records[at].clone_from(&self.strange.records[at]);
        rewritten("a record of another chain", shown, tampered(at))
    }

    fn ended_otherwise(&mut self) -> Rewritten {
        let (mut shown, at) = (self.honest.clone(), self.any());
        shown.records[at..].clone_from_slice(&self.strange.records[at..]);
        rewritten("the rest of another chain", shown, tampered(at))
    }

    fn signed_by_a_stranger(&mut self) -> Result<Rewritten> {
        let (mut shown, at) = (self.honest.clone(), self.any());
        shown.records[at] = resigned(&shown.records[at], &self.stranger, |_| ())?;
        Ok(rewritten("a record signed by a stranger", shown, tampered(at)))
    }

    /// Everything fits, but the signer of the checkpoint is nobody the chain knows.
    fn vouched_for_by_a_stranger(&mut self) -> Result<Rewritten> {
        let (mut shown, (_, at)) = (self.honest.clone(), self.two());
        shown.records[at] = resigned(&shown.records[at], &self.stranger, |_| ())?;
        shown.checkpoints = vec![self.checkpoint(&shown.records, &self.stranger)?];
        let due = Failure::Unverifiable { why: Code::LogUnsigned };
        Ok(rewritten("a checkpoint signed by a stranger", shown, due))
    }

    fn another_chain(&mut self) -> Rewritten {
        rewritten("another chain under this name", self.strange.clone(), Failure::OtherChain)
    }

    /// True as far as it goes, and signed: only who saw more before can tell.
    fn older_state(&mut self) -> Rewritten {
        let mut shown = self.honest.clone();
        let older = self.sizes.len().saturating_sub(1) as u64;
        let kept = usize::try_from(self.chance.below(older)).unwrap_or(0);
        shown.checkpoints.truncate(kept + 1);
        shown.records.truncate(self.sizes[kept]);
        let (pinned, newest) = (self.honest.records.len() as u64, shown.records.len() as u64);
        let due = Failure::Rollback { pinned, newest };
        Rewritten { against_a_pin: true, ..rewritten("an older state", shown, due) }
    }

    /// By the chain's own keys, and so valid to whoever has only the root of trust.
    fn signed_anew(&mut self) -> Result<Rewritten> {
        let mut shown = self.honest.clone();
        let pinned = shown.records.len() as u64;
        if let Some(last) = shown.records.last_mut() {
            *last = resigned(last, &self.own, |payload| {
                payload.at = Timestamp::from_micros(payload.at.micros() + 1).unwrap_or(payload.at);
            })?;
        }
        let note = self.checkpoint(&shown.records, &self.own)?;
        if let Some(newest) = shown.checkpoints.last_mut() {
            *newest = note;
        }
        let due = Failure::Forked { pinned };
        Ok(Rewritten { against_a_pin: true, ..rewritten("the end signed anew by its own keys", shown, due) })
    }

    fn checkpoint(&self, records: &[Vec<u8>], keys: &ChainKeys) -> Result<String> {
        let root: Hash =
            root_of(records.iter().map(|record| leaf_hash(record))).ok_or(Code::CheckpointMissing)?;
        let head = Head { size: records.len() as u64, root };
        checkpoint::sign_standalone(self.trust.origin.as_str(), keys.log(), &head)
    }

    /// The index of a record.
    fn any(&mut self) -> usize {
        usize::try_from(self.chance.below(self.honest.records.len() as u64)).unwrap_or(0)
    }

    /// Two of them, in order. A chain has its genesis and a step at least.
    fn two(&mut self) -> (usize, usize) {
        let (one, last) = (self.any(), self.honest.records.len() - 1);
        let other = if one == last { one - 1 } else { last.min(one + 1 + self.any()) };
        (one.min(other), one.max(other))
    }
}

fn rewritten(what: &'static str, shown: Shown, due: Failure) -> Rewritten {
    Rewritten { what, shown, due, against_a_pin: false }
}

/// With another first record it is another chain.
fn tampered(at: usize) -> Failure {
    if at == 0 { Failure::OtherChain } else { Failure::Tampered { first_bad: Some(at as u64) } }
}

fn incomplete(have: usize, want: usize, first_gap: Option<u64>) -> Failure {
    Failure::Incomplete { have: have as u64, want: want as u64, first_gap }
}

/// What a record says, or nearly, under other keys.
fn resigned(record: &[u8], keys: &ChainKeys, change: impl FnOnce(&mut Payload<'_>)) -> Result<Vec<u8>> {
    let record = Record::parse(record, ChainType::Standalone)?;
    let mut payload = record.payload().clone();
    change(&mut payload);
    record::sign(keys.record(), ChainType::Standalone, &payload)
}
