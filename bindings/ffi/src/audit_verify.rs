//! Verifying a signed audit chain.

use std::sync::{Arc, Mutex, PoisonError};

use privity::audit::{self, Anchoring, Origin};
use privity::{ChainId, DeviceId, Hash};

use crate::audit::note_keys;
use crate::blob::Blob;
use crate::ended::Held;
use crate::error::Result;
use crate::vault_options::count;
use crate::vault_verify::Head;

/// What a verifier knows beforehand, from a source that is not the chain.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct TrustRoots {
    /// The chain's origin.
    pub origin: String,
    /// The record hash of its first record.
    pub genesis: Hash,
    /// The newest head this verifier saw before.
    #[uniffi(default = None)]
    pub pin: Option<Head>,
    /// The cosigners it knows, as `vkey` texts.
    #[uniffi(default = [])]
    pub cosigners: Vec<String>,
    /// How many of them must have cosigned for *anchored*, at least 1.
    #[uniffi(default = 1)]
    pub quorum: u32,
}

/// Verifies one chain: give the checkpoints, push every record in order, then finish.
#[derive(uniffi::Object)]
pub struct Verifier {
    inner: Held<audit::Verifier>,
    failure: Mutex<Option<ChainFailure>>,
}

/// A chain whose records are exactly those its newest checkpoint signed.
#[derive(uniffi::Object)]
pub struct VerifiedChain(pub(crate) Held<audit::VerifiedChain>);

/// Why a chain is not valid. Its codes: `chain-tampered`, `chain-incomplete`, `chain-rollback`,
/// `chain-forked`, `chain-mismatch`, or what made it unverifiable.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ChainFailure {
    /// The word of the verdict, such as `tampered`.
    pub verdict: String,
    /// The verdict with what is known of it, for a person to read.
    pub text: String,
    /// Of a tampered chain, the first record that does not fit, as far as records show it.
    pub first_bad: Option<u64>,
    /// Of an incomplete chain, the first record that does not follow its author's newest.
    pub first_gap: Option<u64>,
}

/// What is known of a verified chain.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ChainFindings {
    /// The chain.
    pub chain: ChainId,
    /// Its origin.
    pub origin: String,
    /// The record hash of its first record.
    pub genesis: Hash,
    /// Size and root of its newest checkpoint.
    pub head: Head,
    /// Who else vouches for it; empty: *unanchored*, only the chain's own word stands.
    pub anchored_by: Vec<Cosigned>,
    /// Its authors, in the order in which they were certified.
    pub authors: Vec<DeviceId>,
    /// How many versions of documents its records say were sealed.
    pub documents: u64,
    /// Records that change nothing, and why.
    pub reported: Vec<ReportedRecord>,
    /// Records whose kind this version does not define.
    pub unverifiable: Vec<OtherRecord>,
    /// The host's own events.
    pub host: Vec<OtherRecord>,
    /// How many more of these three there are than are listed.
    pub not_listed: u64,
    /// Records past the newest checkpoint: they belong to no chain.
    pub ignored: u64,
}

/// A cosignature that was verified.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Cosigned {
    /// By whom: a `vkey` text.
    pub by: String,
    /// When, in seconds since 1970 UTC.
    pub seconds: u64,
}

/// A record that changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ReportedRecord {
    /// Which record.
    pub index: u64,
    /// Its kind's number, if it is a record.
    pub kind: Option<u64>,
    /// Whom it names as author, if it is a record.
    pub author: Option<DeviceId>,
    /// The word for what is wrong with it.
    pub why: String,
}

/// A record whose meaning is not this library's.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct OtherRecord {
    /// Which record.
    pub index: u64,
    /// Its kind's number.
    pub kind: u64,
}

#[uniffi::export]
impl Verifier {
    /// For a chain with these checkpoints, oldest first; at least one.
    ///
    /// Fails with `checkpoint-missing`; with `field` for an origin that is none; for checkpoints and
    /// cosigners that are none, `note`, `checkpoint`, `origin-mismatch`, `note-key`,
    /// `ambiguous-key`; `threads`.
    #[uniffi::constructor(default(threads = None))]
    pub fn new(roots: TrustRoots, checkpoints: Vec<String>, threads: Option<u32>) -> Result<Arc<Self>> {
        let mut verifier = audit::Verifier::new(roots.inner()?, &checkpoints)?;
        if let Some(threads) = threads {
            verifier = verifier.with_threads(count(threads)?);
        }
        Ok(Self::of(verifier))
    }

    /// Takes the next record, as it came.
    ///
    /// Fails with `too-large` above 65,535 bytes.
    pub fn push(&self, record: Blob) -> Result<()> {
        self.inner.with(|verifier| Ok(verifier.push(record.as_slice())?))
    }

    /// Takes the next records.
    ///
    /// Fails as `push`.
    pub fn push_all(&self, records: Vec<Blob>) -> Result<()> {
        self.inner
            .with(|verifier| records.iter().try_for_each(|record| Ok(verifier.push(record.as_slice())?)))
    }

    /// The verdict: a verified chain, or an error. The handle is ended; `failure` says more.
    ///
    /// Fails with `chain-tampered`, `chain-incomplete`, `chain-rollback`, `chain-forked`,
    /// `chain-mismatch`, or with what made the chain unverifiable.
    pub fn finish(&self) -> Result<Arc<VerifiedChain>> {
        match self.inner.take()?.finish() {
            Ok(chain) => Ok(Arc::new(VerifiedChain(Held::new(chain)))),
            Err(failure) => {
                let mut kept = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
                *kept = Some(ChainFailure::of(&failure));
                Err(privity::Error::from(failure).into())
            }
        }
    }

    /// What stood against the chain, if `finish` failed.
    pub fn failure(&self) -> Result<Option<ChainFailure>> {
        Ok(self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

impl Verifier {
    fn of(verifier: audit::Verifier) -> Arc<Self> {
        Arc::new(Self { inner: Held::new(verifier), failure: Mutex::new(None) })
    }
}

#[uniffi::export]
impl VerifiedChain {
    /// What was found.
    pub fn findings(&self) -> Result<ChainFindings> {
        self.0.with(|chain| Ok(ChainFindings::of(chain.findings())))
    }

    /// Goes on from here when the chain has grown: push the records from this size on. This handle
    /// is ended.
    ///
    /// Fails as `Verifier.new`.
    pub fn resume(&self, checkpoints: Vec<String>) -> Result<Arc<Verifier>> {
        Ok(Verifier::of(self.0.take()?.resume(&checkpoints)?))
    }
}

impl TrustRoots {
    fn inner(self) -> Result<audit::TrustRoots> {
        let mut roots = audit::TrustRoots::new(Origin::new(self.origin)?, self.genesis);
        if let Some(pin) = self.pin {
            roots = roots.with_pin(pin.into());
        }
        let quorum = usize::try_from(self.quorum).unwrap_or(usize::MAX);
        Ok(roots.with_cosigners(note_keys(&self.cosigners)?, quorum))
    }
}

impl ChainFailure {
    fn of(failure: &audit::Failure) -> Self {
        let (first_bad, first_gap) = match failure {
            audit::Failure::Tampered { first_bad } => (*first_bad, None),
            audit::Failure::Incomplete { first_gap, .. } => (None, *first_gap),
            _ => (None, None),
        };
        Self { verdict: failure.verdict().to_owned(), text: failure.to_string(), first_bad, first_gap }
    }
}

impl ChainFindings {
    fn of(findings: &audit::Findings) -> Self {
        let other = |one: &audit::Other| OtherRecord { index: one.index, kind: one.kind.number() };
        let reported = |one: &audit::Reported| ReportedRecord {
            index: one.index,
            kind: one.kind.map(|kind| kind.number()),
            author: one.author,
            why: one.why.name().to_owned(),
        };
        Self {
            chain: findings.chain,
            origin: findings.origin.as_str().to_owned(),
            genesis: findings.genesis,
            head: findings.head.into(),
            anchored_by: match &findings.anchoring {
                Anchoring::Anchored { by } => by.iter().map(Cosigned::of).collect(),
                Anchoring::Unanchored => Vec::new(),
            },
            authors: findings.authors.clone(),
            documents: findings.documents,
            reported: findings.reported.iter().map(reported).collect(),
            unverifiable: findings.unverifiable.iter().map(other).collect(),
            host: findings.host.iter().map(other).collect(),
            not_listed: findings.not_listed,
            ignored: findings.ignored,
        }
    }
}

impl Cosigned {
    pub(crate) fn of(cosigned: &audit::checkpoint::Cosigned) -> Self {
        Self { by: cosigned.by.vkey(), seconds: cosigned.seconds }
    }
}
