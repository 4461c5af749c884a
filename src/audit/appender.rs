//! Appending to a standalone chain without any I/O: drafts in, signed records out.

use std::fmt;
use std::sync::Arc;

use crate::audit::body::{Body, Genesis, Origin, StandaloneGenesis};
use crate::audit::checkpoint::{self, Head};
use crate::audit::detail::Details;
use crate::audit::kind::{ChainType, Kind};
use crate::audit::order::{self, Newest};
use crate::audit::record::{Draft, Payload, Record, sign};
use crate::audit::tree::{Frontier, leaf_hash};
use crate::audit::verifier::VerifiedChain;
use crate::clock::{Clock, Timestamp};
use crate::error::{Code, Result};
use crate::id::{ChainId, DeviceId, Hash};
use crate::keys::ChainKeys;
use crate::wire::cose::Kid;

/// Signs records into one chain, one author's.
///
/// Store a record before the next is appended, and never two byte strings under one sequence. After
/// a crash [`resume_with`](Self::resume_with) the records that were stored past the newest
/// checkpoint, and [`skip`](Self::skip_to) sequences that were handed out, not stored, and may have
/// been seen.
pub struct Appender {
    chain: ChainId,
    origin: Origin,
    keys: Arc<ChainKeys>,
    author: DeviceId,
    newest: Option<Newest>,
    next_sequence: Option<u64>,
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
    pub fn new(
        origin: Origin,
        keys: impl Into<Arc<ChainKeys>>,
        clock: Arc<dyn Clock>,
    ) -> Result<(Self, Appended)> {
        let keys = keys.into();
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
            next_sequence: Some(0),
            frontier: Frontier::new(),
            clock,
        };
        let genesis = appender.sign(Draft::new(&body))?;
        Ok((appender, genesis))
    }

    /// Goes on with a chain that was verified up to its last record, under keys that were certified
    /// together in it.
    ///
    /// # Errors
    /// `key-unknown` if they were not; `tail-left` if there are records past the newest checkpoint.
    pub fn resume(
        chain: &VerifiedChain,
        keys: impl Into<Arc<ChainKeys>>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        Self::resume_with(chain, &[[]; 0], keys, clock)
    }

    /// The same with the records that were stored past the newest checkpoint, in order: all of them
    /// this author's. Sign a checkpoint over them next.
    ///
    /// # Errors
    /// As [`resume`](Self::resume), `tail-left` if the verifier saw more of them; for a record that
    /// is not the next of this author, `chain-mismatch`, `key-unknown`, `signature-refused` or
    /// `record-order`.
    pub fn resume_with<R: AsRef<[u8]>>(
        chain: &VerifiedChain,
        tail: &[R],
        keys: impl Into<Arc<ChainKeys>>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        let keys = keys.into();
        if !chain.has_keys(&keys.record().verifying_key(), &keys.log().verifying_key()) {
            return Err(Code::KeyUnknown.into());
        }
        let findings = chain.findings();
        if findings.ignored > tail.len() as u64 {
            return Err(Code::TailLeft.into());
        }
        let author = author_of(&keys);
        let newest = chain.newest(author).copied();
        let mut appender = Self {
            chain: findings.chain,
            origin: findings.origin.clone(),
            keys,
            author,
            next_sequence: newest.map_or(Some(0), |newest| newest.sequence.checked_add(1)),
            newest,
            frontier: chain.frontier().clone(),
            clock,
        };
        tail.iter().try_for_each(|record| appender.adopt(record.as_ref()))?;
        Ok(appender)
    }

    /// Never uses a sequence below this one. Sequences ascend, gaps are allowed.
    pub fn skip_to(&mut self, sequence: u64) {
        self.next_sequence = self.next_sequence.map(|next| next.max(sequence));
    }

    /// Signs a draft as the next record.
    ///
    /// # Errors
    /// Those of [`sign`]; `genesis` for a second beginning; `record-order` if the author's sequences
    /// are used up. The appender is as it was.
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
        let sequence = self.next_sequence.ok_or(Code::RecordOrder)?;
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
        let index = self.advance(newest);
        Ok(Appended { index, sequence, record, hash: newest.hash, details: draft.details })
    }

    /// Takes a record of its own that was stored already.
    fn adopt(&mut self, bytes: &[u8]) -> Result<()> {
        let record = Record::parse(bytes, ChainType::Standalone)?;
        record.check_chain(&self.chain)?;
        record.verify(&self.keys.record().verifying_key())?;
        let hash = record.hash();
        order::check(self.newest.as_ref(), &record, hash).map_err(|_| Code::RecordOrder)?;
        self.advance(Newest::of(&record, hash));
        Ok(())
    }

    /// Appends the leaf; says which it is.
    fn advance(&mut self, newest: Newest) -> u64 {
        let index = self.frontier.size();
        self.frontier.push(newest.hash);
        self.next_sequence = newest.sequence.checked_add(1);
        self.newest = Some(newest);
        index
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
