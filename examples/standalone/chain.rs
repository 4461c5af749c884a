//! The vendor's audit chain: every act is a signed record, every step ends with a checkpoint.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use privity::audit::body::{self, Designation, List, MAX_DOCUMENTS, Opened, SealedDocument};
use privity::audit::checkpoint::{self, Log};
use privity::audit::detail::{DetailKey, DetailPlace, Details};
use privity::audit::kind::ChainType;
use privity::audit::{
    Appended, Appender, Body, Draft, KeyKind, NoteKey, Origin, Record, VerifiedChain, Verifier,
};
use privity::envelope::Profile;
use privity::keys::{ChainKeys, SigningKey};
use privity::{Clock as _, Hash, Result, SystemClock, UserId};
use sha2::{Digest as _, Sha256};

use crate::audit::Trust;
use crate::people::{Person, protector};
use crate::run::{Row, Sealed};
use crate::work::Account;

/// The chain as the vendor's service has it open.
pub struct Chain {
    appender: Appender,
    /// What verifiers have to know; published.
    pub trust: Trust,
    /// What the database holds for whoever asks.
    pub shown: Shown,
    /// Sealed names, by the index of the record they belong to: kept beside the chain, so that they
    /// can be erased.
    pub details: BTreeMap<u64, Vec<u8>>,
    pub detail_key: DetailKey,
    /// The keys, under the passphrase of whoever runs the service.
    protected: Vec<u8>,
    /// What appending and signing took in all.
    pub time: Duration,
}

/// Records and checkpoints: all that proves anything. No name, no key.
#[derive(Clone)]
pub struct Shown {
    pub records: Vec<Vec<u8>>,
    /// From the oldest to the newest.
    pub checkpoints: Vec<String>,
}

/// Documents whose opening is on record. Nothing else is opened.
pub struct OnRecord(Vec<Row>);

impl Chain {
    /// A new chain with its first record and checkpoint.
    pub fn begin() -> Result<Self> {
        let origin = Origin::new(ORIGIN)?;
        let keys = ChainKeys::generate()?;
        let protected = keys.protect(&protector(PASSPHRASE)?)?;
        let (appender, genesis) = Appender::new(origin.clone(), keys, Arc::new(SystemClock))?;
        let mut chain = Self {
            trust: Trust::new(origin, genesis.hash),
            shown: Shown { records: vec![genesis.record], checkpoints: Vec::new() },
            details: BTreeMap::new(),
            detail_key: DetailKey::generate()?,
            protected,
            time: Duration::ZERO,
            appender,
        };
        chain.checkpoint()?;
        Ok(chain)
    }

    /// Another day: nothing is appended to a chain that does not verify.
    pub fn reopen(self) -> Result<Self> {
        let verified = self.shown.verify(&self.trust)?;
        let appender = Appender::resume(&verified, self.unlock()?, Arc::new(SystemClock))?;
        Ok(Self { appender, ..self })
    }

    /// Records what was sealed; the names only as details.
    pub fn sealed(&mut self, documents: &[Sealed]) -> Result<()> {
        for batch in documents.chunks(MAX_DOCUMENTS) {
            let on_record = |one: &Sealed| {
                SealedDocument::of(&one.summary, Hash(Sha256::digest(NO_METADATA).into()), DESIGNATION)
            };
            let documents = List::new(batch.iter().map(on_record).collect::<Result<_>>()?)?;
            let names = batch.iter().map(|one| (one.summary.header.document().to_string(), one.name()));
            let body = Body::Sealed(body::Sealed { epoch: None, generation: None, documents });
            self.append(Draft { details: Some(Details::new(names)?), ..Draft::new(&body) })?;
        }
        Ok(())
    }

    /// Records that a person opens these, and only then gives what the steps take that read: what is
    /// on record and was not read after all does no harm, the contrary does.
    pub fn opened(&mut self, by: &Person, rows: Vec<Row>) -> Result<OnRecord> {
        let documents: Vec<_> = rows.iter().map(|row| row.summary.header.document()).collect();
        for batch in documents.chunks(MAX_DOCUMENTS) {
            let body = Body::Opened(Opened { documents: List::new(batch.to_vec())? });
            let acting_for = Some(UserId::from_bytes(*by.id.as_bytes()));
            self.append(Draft { acting_for, ..Draft::new(&body) })?;
        }
        Ok(OnRecord(rows))
    }

    /// Records the step that was just done as an event of our own, and signs a checkpoint.
    pub fn step(&mut self, account: &Account) -> Result<()> {
        if let Some(step) = account.steps.last() {
            let counts = [step.documents, step.bytes, account.left.len() as u64, account.wrong.len() as u64];
            self.append(Draft::host(STEP, step_body(step.name, counts))?)?;
        }
        self.checkpoint()
    }

    /// Somebody else vouches for the newest checkpoint: verifies the chain and cosigns.
    pub fn cosign(&mut self, name: &str, key: &SigningKey) -> Result<()> {
        let verified = self.shown.verify(&self.trust)?;
        let log = Log::standalone(self.trust.origin.as_str(), &verified.findings().log_keys)?;
        let cosigner = NoteKey::new(name, KeyKind::CosignatureV1, key.verifying_key())?;
        if let Some(newest) = self.shown.checkpoints.last_mut() {
            let seconds = SystemClock.now().micros() / 1_000_000;
            let cosigned = log.verify(newest.as_bytes())?.cosign(name, key, seconds)?;
            let known = std::slice::from_ref(&cosigner);
            *newest = checkpoint::merge(newest.as_bytes(), cosigned.as_bytes(), known)?;
        }
        self.trust.cosigner = Some(cosigner);
        Ok(())
    }

    /// The keys, as the service gets them when it starts.
    pub fn unlock(&self) -> Result<ChainKeys> {
        ChainKeys::unlock(&self.protected, &protector(PASSPHRASE)?)
    }

    fn append(&mut self, draft: Draft) -> Result<()> {
        let begin = Instant::now();
        let Appended { index, record, details, .. } = self.appender.append(draft)?;
        if let Some(details) = details {
            let blob = details.seal(&self.detail_key, &place(&record)?)?;
            self.details.insert(index, blob);
        }
        self.shown.records.push(record);
        self.time += begin.elapsed();
        Ok(())
    }

    fn checkpoint(&mut self) -> Result<()> {
        let begin = Instant::now();
        self.shown.checkpoints.push(self.appender.checkpoint()?);
        self.time += begin.elapsed();
        Ok(())
    }
}

impl OnRecord {
    pub fn rows(&self) -> &[Row] {
        &self.0
    }

    pub fn into_rows(self) -> Vec<Row> {
        self.0
    }
}

impl Shown {
    /// The verdict of whoever trusts no more than this.
    pub fn verify(&self, trust: &Trust) -> Result<VerifiedChain> {
        let mut verifier = Verifier::new(trust.roots(), &self.checkpoints)?;
        self.records.iter().try_for_each(|record| verifier.push(record))?;
        Ok(verifier.finish()?)
    }
}

/// Where the details of a record belong. A blob that was put beside another record does not open.
pub fn place(record: &[u8]) -> Result<DetailPlace> {
    let record = Record::parse(record, ChainType::Standalone)?;
    let payload = record.payload();
    Ok(DetailPlace::standalone(Profile::default(), payload.chain, payload.author, payload.sequence))
}

/// The body of our event, CBOR by hand: {1 step, 2 documents, 3 bytes, 4 left, 5 wrong}.
pub fn step_body(step: &str, counts: [u64; 4]) -> Vec<u8> {
    let mut body = [head(MAP, 5), head(UNSIGNED, 1), head(TEXT, step.len() as u64)].concat();
    body.extend_from_slice(step.as_bytes());
    for (key, count) in (2..).zip(counts) {
        body.extend([head(UNSIGNED, key), head(UNSIGNED, count)].concat());
    }
    body
}

/// How an item begins, in the one shortest form (RFC 8949, section 4.2.1).
fn head(major: u8, number: u64) -> Vec<u8> {
    let (major, [.., b3, b2, b1, b0]) = (major << 5, number.to_be_bytes());
    match number {
        0..24 => vec![major | b0],
        24..=0xff => vec![major | 24, b0],
        0x100..=0xffff => vec![major | 25, b1, b0],
        0x1_0000..=0xffff_ffff => vec![major | 26, b3, b2, b1, b0],
        _ => [vec![major | 27], number.to_be_bytes().to_vec()].concat(),
    }
}

const UNSIGNED: u8 = 0;
const TEXT: u8 = 3;
const MAP: u8 = 5;

/// The kind of our own event: a step of the run is over.
pub const STEP: u64 = 2_000;

/// This vendor keeps no sealed metadata; the format asks for its hash all the same.
const NO_METADATA: &[u8] = b"";
const DESIGNATION: Designation = Designation::CONFIDENTIAL;

const ORIGIN: &str = "log.example/standalone";
const PASSPHRASE: &str = "an example is not a secret, said the service";
