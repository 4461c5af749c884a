//! Verification of a standalone chain without any I/O: bytes in, verdict out.
//!
//! Give the checkpoints first, then push every leaf in order, then [`finish`](Verifier::finish).
//! Nothing a record says is believed before the root of all leaves equalled a signed one: what
//! [`push`](Verifier::push) takes is unverified, and only [`VerifiedChain`] is not. Signatures are
//! checked side by side in batches; memory grows with the keys a chain
//! certifies, not with its records.

mod fold;

use crate::audit::body::Origin;
use crate::audit::checkpoint::{Cosigned, Head, Log, Verified};
use crate::audit::order::Newest;
use crate::audit::tree::Frontier;
use crate::audit::verdict::{Anchoring, Failure, Fault, Findings};
use crate::audit::verifier::fold::{Checked, Fold};
use crate::crypto::pump::{self, Threads};
use crate::crypto::sign::VerifyingKey;
use crate::error::{Code, Error, Result};
use crate::id::{DeviceId, Hash};
use crate::wire::cose::MAX_OBJECT;
use crate::wire::note::NoteKey;

/// What a verifier knows beforehand, from a source that is not the chain.
#[derive(Clone, Debug)]
pub struct TrustRoots {
    origin: Origin,
    genesis: Hash,
    pin: Option<Head>,
    cosigners: Vec<NoteKey>,
    quorum: usize,
}

/// Verifies one chain.
#[must_use = "a chain is verified by `finish`"]
#[derive(Debug)]
pub struct Verifier {
    roots: TrustRoots,
    threads: Threads,
    checkpoints: Vec<(Head, Vec<u8>)>,
    reached: usize,
    resumed: u64,
    newest: Option<Verified>,
    batch: Batch,
    frontier: Frontier,
    fold: Fold,
    ignored: u64,
    failure: Option<Failure>,
}

/// A chain whose leaves are exactly those its newest checkpoint signed, by keys that lead back to
/// the pinned genesis. Exists only as the result of a verification.
#[must_use]
#[derive(Debug)]
pub struct VerifiedChain {
    roots: TrustRoots,
    findings: Findings,
    frontier: Frontier,
    fold: Fold,
}

/// Leaves that wait to be checked together, in one buffer.
#[derive(Debug, Default)]
struct Batch {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl TrustRoots {
    /// The origin and the record hash of the genesis, as they were published or handed over.
    #[must_use]
    pub fn new(origin: Origin, genesis: Hash) -> Self {
        Self { origin, genesis, pin: None, cosigners: Vec::new(), quorum: 1 }
    }

    /// And the newest head this verifier saw before: a smaller or another history is refused.
    #[must_use]
    pub fn with_pin(self, pin: Head) -> Self {
        Self { pin: Some(pin), ..self }
    }

    /// And the cosigners it knows: with `quorum` of them (at least one) under the newest checkpoint
    /// the chain is *anchored*.
    #[must_use]
    pub fn with_cosigners(self, cosigners: Vec<NoteKey>, quorum: usize) -> Self {
        Self { cosigners, quorum: quorum.max(1), ..self }
    }
}

impl Verifier {
    /// For a chain with these checkpoints, oldest first; at least one.
    ///
    /// # Errors
    /// `checkpoint-missing`; those of [`Log::verify`] that concern the form; `note-key` or
    /// `ambiguous-key` for cosigners that are none.
    pub fn new<N: AsRef<[u8]>>(roots: TrustRoots, checkpoints: &[N]) -> Result<Self> {
        let fold = Fold::new(&roots.origin);
        Self::with(roots, checkpoints, Frontier::new(), fold)
    }

    /// Checks signatures on so many threads.
    pub fn with_threads(self, threads: Threads) -> Self {
        Self { threads, ..self }
    }

    /// Takes the next leaf, as it came.
    ///
    /// # Errors
    /// `too-large` above 65,535 bytes: no chain holds such a leaf.
    pub fn push(&mut self, leaf: &[u8]) -> Result<()> {
        if leaf.len() > MAX_OBJECT {
            return Err(Code::TooLarge.into());
        }
        if self.frontier.size() + self.batch.len() >= self.want() {
            self.ignored += 1;
            return Ok(());
        }
        self.batch.push(leaf);
        // The genesis alone: it certifies the key that the records after it are checked with.
        if self.frontier.size() == 0 || self.batch.is_full(self.threads) {
            self.flush();
        }
        Ok(())
    }

    /// The verdict.
    ///
    /// # Errors
    /// What stands against the chain; see [`Failure`].
    pub fn finish(mut self) -> Result<VerifiedChain, Failure> {
        self.flush();
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        let (have, want) = (self.frontier.size(), self.want());
        let good = self.good();
        if have < want {
            // Only a record that does not follow its author's newest shows that one is missing.
            let first_gap = self.fold.first_break(good).filter(|(_, why)| *why == Fault::Previous);
            return Err(Failure::Incomplete { have, want, first_gap: first_gap.map(|(index, _)| index) });
        }
        let (Some(newest), Some(chain)) = (self.newest, self.fold.chain()) else {
            return Err(Failure::Unverifiable { why: Code::CheckpointMissing });
        };
        let log_keys = self.fold.log_keys_below(want);
        let findings = Findings {
            chain,
            origin: self.roots.origin.clone(),
            genesis: self.roots.genesis,
            head: *newest.head(),
            anchoring: anchoring(&newest, &log_keys, self.roots.quorum),
            authors: self.fold.authors(),
            log_keys,
            documents: self.fold.documents,
            reported: self.fold.reported.clone(),
            unverifiable: self.fold.unverifiable.clone(),
            host: self.fold.host.clone(),
            not_listed: self.fold.not_listed,
            ignored: self.ignored,
        };
        Ok(VerifiedChain { roots: self.roots, findings, frontier: self.frontier, fold: self.fold })
    }

    fn with<N: AsRef<[u8]>>(
        roots: TrustRoots,
        checkpoints: &[N],
        frontier: Frontier,
        fold: Fold,
    ) -> Result<Self> {
        let log = Log::standalone(roots.origin.as_str(), &[])?.with_cosigners(roots.cosigners.clone())?;
        let claimed = |note: &N| Ok((log.claimed(note.as_ref())?, note.as_ref().to_vec()));
        let checkpoints: Vec<_> = checkpoints.iter().map(claimed).collect::<Result<_>>()?;
        let shrinks =
            checkpoints.iter().zip(checkpoints.iter().skip(1)).any(|(one, next)| next.0.size < one.0.size);
        let newest = checkpoints.last().ok_or(Code::CheckpointMissing)?.0.size;
        let failure = match roots.pin {
            Some(pin) if newest < pin.size => Some(Failure::Rollback { pinned: pin.size, newest }),
            _ if newest < frontier.size() => Some(Failure::Rollback { pinned: frontier.size(), newest }),
            _ if shrinks => Some(Failure::Unverifiable { why: Code::Checkpoint }),
            _ => None,
        };
        // Older ones than the size that was verified before were compared then.
        let resumed = frontier.size();
        let reached = checkpoints.iter().take_while(|(head, _)| head.size < resumed).count();
        let mut verifier = Self {
            roots,
            threads: Threads::default(),
            checkpoints,
            reached,
            resumed,
            newest: None,
            batch: Batch::default(),
            frontier,
            fold,
            ignored: 0,
            failure,
        };
        // A checkpoint of exactly that size.
        verifier.settle();
        Ok(verifier)
    }

    /// How many leaves the newest checkpoint counts.
    fn want(&self) -> u64 {
        self.checkpoints.last().map_or(0, |(head, _)| head.size)
    }

    /// The size of the newest checkpoint that was found right.
    fn good(&self) -> u64 {
        self.newest.as_ref().map_or(self.fold.settled, |newest| newest.head().size)
    }

    fn flush(&mut self) {
        let batch = std::mem::take(&mut self.batch);
        if self.failure.is_none() {
            let leaves = batch.leaves();
            let fold = &self.fold;
            let checked = pump::map(self.threads, 16, &leaves, |leaf| Checked::new(leaf, fold));
            for leaf in checked {
                self.take(&leaf);
                if self.failure.is_some() {
                    break;
                }
            }
        }
        self.batch.reuse(batch);
    }

    /// One leaf after the other: the tree, what it means, the checkpoints that end here.
    fn take(&mut self, leaf: &Checked<'_>) {
        let index = self.frontier.size();
        self.frontier.push(leaf.hash);
        if index == 0 {
            if leaf.hash != self.roots.genesis {
                self.failure = Some(Failure::OtherChain);
            } else if self.fold.begin(leaf, &self.roots.origin).is_err() {
                self.failure = Some(Failure::Unverifiable { why: Code::Genesis });
            }
        } else {
            self.fold.apply(index, leaf);
        }
        let pinned = self.roots.pin.filter(|pin| pin.size == self.frontier.size());
        if pinned.is_some_and(|pin| self.frontier.root() != Some(pin.root)) {
            self.failure.get_or_insert(Failure::Forked { pinned: self.frontier.size() });
        }
        self.settle();
    }

    /// Compares every checkpoint of the size that was reached: the root, and who signed it.
    fn settle(&mut self) {
        while self.failure.is_none() {
            let Some((head, note)) = self.checkpoints.get(self.reached) else { break };
            if head.size != self.frontier.size() {
                break;
            }
            // Keys count that were certified below the checkpoint before this one.
            let keys = self.fold.log_keys_below(self.good().max(1));
            let verified = Log::standalone(self.roots.origin.as_str(), &keys)
                .and_then(|log| log.with_cosigners(self.roots.cosigners.clone()))
                .and_then(|log| log.verify(note));
            let same = self.frontier.root() == Some(head.root);
            match verified {
                Ok(verified) if same => {
                    self.fold.settled = verified.head().size;
                    self.newest = Some(verified);
                    self.reached += 1;
                }
                Ok(_) if head.size == self.resumed => {
                    self.failure = Some(Failure::Forked { pinned: head.size });
                }
                verified => self.failure = Some(self.mismatch(same, verified.err())),
            }
        }
    }

    /// What stands against a checkpoint whose root is another, or that no known key signed. A root
    /// that nobody known signed accuses no leaf, unless a leaf itself shows that it was changed: the
    /// key that signed may be certified in it.
    fn mismatch(&self, same_root: bool, refused: Option<Error>) -> Failure {
        let first_bad = self.fold.first_break(self.good()).map(|(index, _)| index);
        match refused {
            Some(error) if same_root || first_bad.is_none() => {
                Failure::Unverifiable { why: error.code_value() }
            }
            _ => Failure::Tampered { first_bad },
        }
    }
}

impl VerifiedChain {
    /// What was found.
    #[must_use]
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// Goes on from here when the chain has grown: push the leaves from this size on. Checkpoints
    /// below this size are passed over. Another root at this size is *forked*; whether a larger
    /// checkpoint that does not fit belongs to another history or to changed leaves cannot be told
    /// without a [consistency proof](crate::audit::proof::Consistency), and is called *tampered*.
    ///
    /// # Errors
    /// As [`Verifier::new`].
    pub fn resume<N: AsRef<[u8]>>(self, checkpoints: &[N]) -> Result<Verifier> {
        Verifier::with(self.roots, checkpoints, self.frontier, self.fold)
    }

    /// The right edge of its tree.
    #[must_use]
    pub fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// The newest record of an author, if the author is certified.
    #[must_use]
    pub fn newest(&self, author: DeviceId) -> Option<&Newest> {
        self.fold.newest(author)
    }

    /// Whether one certificate gives this key for records and this one for checkpoints.
    #[must_use]
    pub fn has_keys(&self, record: &VerifyingKey, log: &VerifyingKey) -> bool {
        self.fold.are_together(record, log)
    }
}

/// Every key counts once, the chain's own never.
fn anchoring(newest: &Verified, own: &[VerifyingKey], quorum: usize) -> Anchoring {
    let mut by: Vec<Cosigned> = Vec::new();
    for cosigned in newest.cosigned() {
        let key = cosigned.by.key();
        if !own.contains(key) && !by.iter().any(|other| other.by.key() == key) {
            by.push(cosigned.clone());
        }
    }
    if by.len() >= quorum { Anchoring::Anchored { by } } else { Anchoring::Unanchored }
}

impl Batch {
    fn push(&mut self, leaf: &[u8]) {
        self.bytes.extend_from_slice(leaf);
        self.ends.push(self.bytes.len());
    }

    fn len(&self) -> u64 {
        self.ends.len() as u64
    }

    /// Enough for every thread to be worth starting, and little enough to keep memory flat.
    fn is_full(&self, threads: Threads) -> bool {
        self.ends.len() >= 512 * threads.count() || self.bytes.len() >= 1 << 20
    }

    fn leaves(&self) -> Vec<&[u8]> {
        let starts = std::iter::once(&0).chain(&self.ends);
        starts.zip(&self.ends).map(|(&from, &to)| self.bytes.get(from..to).unwrap_or_default()).collect()
    }

    fn reuse(&mut self, mut old: Batch) {
        old.bytes.clear();
        old.ends.clear();
        *self = old;
    }
}
