//! Checkpoints, cosignatures and proofs that an outsider checks alone.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use privity::audit::checkpoint;
use privity::audit::proof::{Consistency, TlogProof};
use privity::audit::tree::{self, MemoryTree, leaf_hash};
use privity::{FirmId, Hash};

use crate::audit::{ChainKeys, note_keys};
use crate::audit_verify::Cosigned;
use crate::blob::Blob;
use crate::error::Result;
use crate::vault_verify::Head;

/// What is known of a log beforehand: its origin, its keys, who cosigns it.
#[derive(uniffi::Object)]
pub struct Log(checkpoint::Log);

/// A checkpoint that at least one known key of the log signed, and nobody known signed wrongly.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct VerifiedCheckpoint {
    /// Size and root.
    pub head: Head,
    /// The known keys of the log that signed, as `vkey` texts.
    pub signers: Vec<String>,
    /// The cosignatures of known cosigners.
    pub cosigned: Vec<Cosigned>,
}

/// The hashes of a log's records, to make proofs from: 64 bytes a record.
#[derive(uniffi::Object)]
pub struct Tree(Mutex<MemoryTree>);

#[uniffi::export]
impl Log {
    /// A standalone chain, with its keys and known cosigners as `vkey` texts.
    ///
    /// Fails with `checkpoint` for an origin that is none, `note-key`, `public-key`,
    /// `ambiguous-key`.
    #[uniffi::constructor(default(cosigners = []))]
    pub fn standalone(origin: String, vkeys: Vec<String>, cosigners: Vec<String>) -> Result<Arc<Self>> {
        let keys: Vec<_> = note_keys(&vkeys)?.iter().map(|key| *key.key()).collect();
        Self::of(checkpoint::Log::standalone(&origin, &keys)?, &cosigners)
    }

    /// The ledger of a firm, with the log keys of its devices and known cosigners as `vkey` texts.
    ///
    /// Fails as `standalone`.
    #[uniffi::constructor(default(cosigners = []))]
    pub fn firm(firm: FirmId, vkeys: Vec<String>, cosigners: Vec<String>) -> Result<Arc<Self>> {
        let keys: Vec<_> = note_keys(&vkeys)?.iter().map(|key| *key.key()).collect();
        Self::of(checkpoint::Log::firm(firm, &keys)?, &cosigners)
    }

    /// A plain C2SP log of a stranger.
    ///
    /// Fails as `standalone`.
    #[uniffi::constructor(default(cosigners = []))]
    pub fn foreign(origin: String, vkeys: Vec<String>, cosigners: Vec<String>) -> Result<Arc<Self>> {
        Self::of(checkpoint::Log::foreign(&origin, note_keys(&vkeys)?)?, &cosigners)
    }

    /// Verifies a checkpoint of this log.
    ///
    /// Fails with `too-large`, `note`, `duplicate-signature`, `checkpoint`, `origin-mismatch`,
    /// `signature-refused`, `log-unsigned`.
    pub fn verify(&self, note: String) -> Result<VerifiedCheckpoint> {
        Ok(VerifiedCheckpoint::of(&self.0.verify(note.as_bytes())?))
    }

    /// Verifies with a tlog-proof that these bytes are a record of the log.
    ///
    /// Fails with `proof-text`, `proof`, `proof-extra`; as `verify`.
    pub fn verify_record(&self, proof: String, record: Blob) -> Result<VerifiedCheckpoint> {
        let proof = TlogProof::parse(proof.as_bytes())?;
        Ok(VerifiedCheckpoint::of(&proof.verify(&self.0, record.as_slice())?))
    }

    /// Verifies that the log only grew from a head that was verified before.
    ///
    /// Fails with `proof-text`; with `proof` for another history; as `verify`.
    pub fn verify_consistency(&self, proof: String, pin: Head) -> Result<VerifiedCheckpoint> {
        let proof = Consistency::parse(proof.as_bytes())?;
        Ok(VerifiedCheckpoint::of(&proof.verify(&self.0, &pin.into())?))
    }

    /// Cosigns a checkpoint of this log under a name: "at this time, this is the newest state I know,
    /// and it continues what I knew". Verify the consistency from your own pin first.
    ///
    /// Fails as `verify`; with `note-key` for a name that no key can carry, `note` for a time from
    /// 2^63 seconds on.
    pub fn cosign(&self, note: String, name: String, keys: Arc<ChainKeys>, seconds: u64) -> Result<String> {
        Ok(self.0.verify(note.as_bytes())?.cosign(&name, keys.0.log(), seconds)?)
    }
}

impl Log {
    fn of(log: checkpoint::Log, cosigners: &[String]) -> Result<Arc<Self>> {
        Ok(Arc::new(Self(log.with_cosigners(note_keys(cosigners)?)?)))
    }
}

/// A checkpoint with the verified cosignatures of another copy of it, by these cosigners.
///
/// Fails with `too-large`, `note`, `duplicate-signature`, `note-mismatch`, `signature-refused`,
/// `note-key`, `ambiguous-key`.
#[uniffi::export]
pub fn merge_cosignatures(note: String, other: String, cosigners: Vec<String>) -> Result<String> {
    Ok(checkpoint::merge(note.as_bytes(), other.as_bytes(), &note_keys(&cosigners)?)?)
}

/// The record hash of a record's complete bytes.
#[uniffi::export]
pub fn record_hash(record: Blob) -> Result<Hash> {
    Ok(leaf_hash(record.as_slice()))
}

#[uniffi::export]
impl Tree {
    /// The tree of these record hashes, in order.
    #[uniffi::constructor(default(hashes = []))]
    pub fn new(hashes: Vec<Hash>) -> Result<Arc<Self>> {
        let mut tree = MemoryTree::new();
        tree.extend(hashes);
        Ok(Arc::new(Self(Mutex::new(tree))))
    }

    /// Appends record hashes.
    pub fn push_all(&self, hashes: Vec<Hash>) -> Result<()> {
        self.lock().extend(hashes);
        Ok(())
    }

    /// How many records.
    pub fn size(&self) -> Result<u64> {
        Ok(self.lock().size())
    }

    /// The root at a size that the tree has or had.
    ///
    /// Fails with `tree-range`.
    pub fn root_at(&self, size: u64) -> Result<Hash> {
        Ok(self.lock().root_at(size)?)
    }

    /// The tlog-proof of a record under a checkpoint of this size, whose note is put in.
    ///
    /// Fails with `tree-range`, `tree-incomplete`, `proof-text`.
    pub fn prove_record(&self, index: u64, size: u64, note: String) -> Result<String> {
        let hashes = tree::inclusion_proof(&*self.lock(), index, size)?;
        Ok(TlogProof { extra: None, index, hashes, checkpoint: &note }.to_text()?)
    }

    /// The proof that the log of the newer checkpoint begins with its first `old` records.
    ///
    /// Fails with `tree-range`, `tree-incomplete`, `proof-text`.
    pub fn prove_consistency(&self, old: u64, new: u64, note: String) -> Result<String> {
        let hashes = tree::consistency_proof(&*self.lock(), old, new)?;
        Ok(Consistency { old, hashes, checkpoint: &note }.to_text()?)
    }
}

impl Tree {
    fn lock(&self) -> MutexGuard<'_, MemoryTree> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl VerifiedCheckpoint {
    fn of(verified: &checkpoint::Verified) -> Self {
        Self {
            head: (*verified.head()).into(),
            signers: verified.signers().iter().map(|key| key.vkey()).collect(),
            cosigned: verified.cosigned().iter().map(Cosigned::of).collect(),
        }
    }
}
