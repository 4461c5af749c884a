//! Appending to a standalone chain without any I/O: drafts in, signed records out.

use std::fmt;
use std::sync::Arc;

use crate::audit::body::{Body, Genesis, Origin, StandaloneGenesis};
use crate::audit::checkpoint::{self, Head};
use crate::audit::detail::Details;
use crate::audit::kind::{ChainType, Kind};
use crate::audit::order::Newest;
use crate::audit::record::{Draft, Payload, sign};
use crate::audit::tree::{Frontier, leaf_hash};
use crate::audit::verifier::VerifiedChain;
use crate::clock::{Clock, Timestamp};
use crate::error::{Code, Result};
use crate::id::{ChainId, DeviceId, Hash};
use crate::keys::ChainKeys;
use crate::wire::cose::Kid;

/// Signs records into one chain, one author's.
///
/// Store a record before the next is appended, and never two byte strings under one sequence: after
/// a crash [`resume`](Self::resume) from what was stored and [`skip`](Self::skip_to) the sequences
/// that were handed out and may have been seen.
pub struct Appender {
    chain: ChainId,
    origin: Origin,
    keys: ChainKeys,
    author: DeviceId,
    newest: Option<Newest>,
    next_sequence: u64,
    frontier: Frontier,
    clock: Arc<dyn Clock>,
}

/// A record to be stored as the next leaf.
#[must_use = "an appended record has to be stored"]
#[derive(Debug)]
pub struct Appended {
    /// Which leaf it is.
    pub index: u64,
    /// The author's sequence in it: part of the place of a detail blob.
    pub sequence: u64,
    /// The complete bytes: the leaf.
    pub record: Vec<u8>,
    /// Its record hash.
    pub hash: Hash,
    /// The details of the draft, to be sealed under a detail key and kept beside the chain.
    pub details: Option<Details>,
}

impl Appender {
    /// Begins a chain. Publish origin and the hash of this first record: they are what verifiers
    /// [trust](crate::audit::TrustRoots).
    ///
    /// # Errors
    /// `entropy`.
    pub fn new(origin: Origin, keys: ChainKeys, clock: Arc<dyn Clock>) -> Result<(Self, Appended)> {
        let body = Body::Genesis(Genesis::Standalone(StandaloneGenesis {
            origin: origin.clone(),
            record_key: keys.record().verifying_key().to_bytes(),
            log_key: keys.log().verifying_key().to_bytes(),
        }));
        let mut appender = Self {
            chain: ChainId::generate()?,
            author: author_of(&keys),
            origin,
            keys,
            newest: None,
            next_sequence: 0,
            frontier: Frontier::new(),
            clock,
        };
        let genesis = appender.sign(Draft::new(&body))?;
        Ok((appender, genesis))
    }

    /// Goes on with a chain that was verified, under keys that are certified in it.
    ///
    /// # Errors
    /// `key-unknown` if they are not, or the log key only past the newest checkpoint.
    pub fn resume(chain: &VerifiedChain, keys: ChainKeys, clock: Arc<dyn Clock>) -> Result<Self> {
        if !chain.has_keys(&keys.record().verifying_key(), &keys.log().verifying_key()) {
            return Err(Code::KeyUnknown.into());
        }
        let author = author_of(&keys);
        let newest = chain.newest(author).copied();
        let findings = chain.findings();
        Ok(Self {
            chain: findings.chain,
            origin: findings.origin.clone(),
            keys,
            author,
            next_sequence: newest.map_or(0, |newest| newest.sequence.saturating_add(1)),
            newest,
            frontier: chain.frontier().clone(),
            clock,
        })
    }

    /// Never uses a sequence below this one. Sequences ascend, gaps are allowed.
    pub fn skip_to(&mut self, sequence: u64) {
        self.next_sequence = self.next_sequence.max(sequence);
    }

    /// Signs a draft as the next record.
    ///
    /// # Errors
    /// Those of [`sign`]; `genesis` for a second beginning. The appender is as it was.
    pub fn append(&mut self, draft: Draft) -> Result<Appended> {
        if draft.kind == Kind::GENESIS {
            return Err(Code::Genesis.into());
        }
        self.sign(draft)
    }

    /// Signs a checkpoint of all records so far.
    ///
    /// # Errors
    /// Those of [`checkpoint::sign_standalone`].
    pub fn checkpoint(&self) -> Result<String> {
        checkpoint::sign_standalone(self.origin.as_str(), self.keys.log(), &self.head()?)
    }

    /// Size and root of all records so far.
    ///
    /// # Errors
    /// `checkpoint` for no record, which an appender never has.
    pub fn head(&self) -> Result<Head> {
        let root = self.frontier.root().ok_or(Code::Checkpoint)?;
        Ok(Head { size: self.frontier.size(), root })
    }

    /// The chain.
    #[must_use]
    pub fn chain(&self) -> ChainId {
        self.chain
    }

    /// The author: who signs.
    #[must_use]
    pub fn author(&self) -> DeviceId {
        self.author
    }

    fn sign(&mut self, draft: Draft) -> Result<Appended> {
        let sequence = self.next_sequence;
        let details = draft.details.as_ref().map(Details::root).transpose()?;
        let payload = Payload {
            chain: self.chain,
            kind: draft.kind,
            at: self.now(),
            author: self.author,
            sequence,
            previous: self.newest.map(|newest| newest.hash),
            ledger_head: None,
            acting_for: draft.acting_for,
            subjects: draft.sorted_subjects(),
            body: &draft.body,
            details,
        };
        let record = sign(self.keys.record(), ChainType::Standalone, &payload)?;
        let newest = Newest { sequence, at: payload.at, hash: leaf_hash(&record) };
        let index = self.frontier.size();
        self.frontier.push(newest.hash);
        self.newest = Some(newest);
        self.next_sequence = sequence.saturating_add(1);
        Ok(Appended { index, sequence, record, hash: newest.hash, details: draft.details })
    }

    /// Never before the author's previous record, whatever the clock says.
    fn now(&self) -> Timestamp {
        let now = self.clock.now();
        self.newest.map_or(now, |newest| now.max(newest.at))
    }
}

/// First 16 bytes of SHA-256 of the record key.
fn author_of(keys: &ChainKeys) -> DeviceId {
    DeviceId::from_bytes(Kid::of(&keys.record().verifying_key()).0)
}

impl fmt::Debug for Appender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.frontier.size();
        f.debug_struct("Appender").field("origin", &self.origin).field("size", &size).finish_non_exhaustive()
    }
}
