//! A signed audit chain alone: appending to it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use privity::audit::{self, Kind, Origin};
use privity::keys;
use privity::{ChainId, DeviceId, DocumentId, Hash, SystemClock, UserId};

use crate::audit_verify::VerifiedChain;
use crate::blob::Blob;
use crate::envelope::{Summary, exact};
use crate::error::{PrivityError, Result};
use crate::protector::Guard;
use crate::vault_documents::Designation;
use crate::vault_verify::Head;

/// The keys of one author of a chain: one signs records, the other checkpoints.
#[derive(uniffi::Object)]
pub struct ChainKeys(pub(crate) Arc<keys::ChainKeys>);

/// Signs records into one chain, one author's, from one thread at a time. Store a record before the
/// next is appended, and never two byte strings under one sequence.
#[derive(uniffi::Object)]
pub struct Appender(Mutex<audit::Appender>);

/// A chain that was begun.
#[derive(uniffi::Record)]
pub struct BegunChain {
    /// Goes on with it.
    pub appender: Arc<Appender>,
    /// Its first record. Publish the origin and this record's hash: they are what verifiers trust.
    pub genesis: Appended,
}

/// A record still to be put into a chain.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct Draft {
    /// What it is about: from 1,024 on a number of the host's own, below one of the format's.
    pub kind: u64,
    /// The body in strict CBOR. No personal data.
    pub body: Blob,
    /// Pseudonymous ids of 16 bytes of what it is about, in any order.
    #[uniffi(default = [])]
    pub subjects: Vec<Blob>,
    /// For whom a service acts.
    #[uniffi(default = None)]
    pub acting_for: Option<UserId>,
}

/// A record to be stored as the next leaf.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Appended {
    /// Which leaf it is.
    pub index: u64,
    /// The author's sequence in it.
    pub sequence: u64,
    /// The complete bytes: the leaf.
    pub record: Blob,
    /// Its record hash.
    pub hash: Hash,
}

/// What appending many came to.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct AppendedAll {
    /// The records that were signed, all to be stored, in order.
    pub appended: Vec<Appended>,
    /// Why the draft after them was refused, if one was; those after it were not tried.
    pub refused: Option<RefusedDraft>,
}

/// A draft that became no record.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct RefusedDraft {
    /// Its place in the list that was given, from 0.
    pub place: u64,
    /// Why.
    pub code: String,
    /// What to do.
    pub advice: String,
}

/// A document that a record says was sealed.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct SealedDocument {
    /// What sealing gave.
    pub summary: Summary,
    /// Its designation.
    pub designation: Designation,
    /// The hash of its sealed metadata, where the host keeps some.
    #[uniffi(default = None)]
    pub metadata: Option<Hash>,
}

#[uniffi::export]
impl ChainKeys {
    /// New random keys.
    ///
    /// Fails with `entropy`.
    #[uniffi::constructor]
    pub fn generate() -> Result<Arc<Self>> {
        Ok(Arc::new(Self(Arc::new(keys::ChainKeys::generate()?))))
    }

    /// Opens what `protect` gave.
    ///
    /// Fails with `protected-identity`, `protector-mismatch`, `unlock-refused`, `passphrase-cost`.
    #[uniffi::constructor]
    pub fn unlock(protected: Blob, guard: Arc<Guard>) -> Result<Arc<Self>> {
        let keys = keys::ChainKeys::unlock(protected.as_slice(), &*guard.inner())?;
        Ok(Arc::new(Self(Arc::new(keys))))
    }

    /// Seals the keys under the guard; below 5 KiB. Keep the bytes.
    ///
    /// Fails with `entropy`, `protector-failed`; those of the guard.
    pub fn protect(&self, guard: Arc<Guard>) -> Result<Blob> {
        Blob::new(&self.0.protect(&*guard.inner())?)
    }

    /// The public key that signs checkpoints of a log with this origin, as a `vkey` text.
    ///
    /// Fails with `note-key` for an origin that no key can carry as its name.
    pub fn log_vkey(&self, origin: String) -> Result<String> {
        self.vkey(&origin, audit::KeyKind::Ed25519)
    }

    /// The public key that cosigns others' checkpoints under this name, as a `vkey` text.
    ///
    /// Fails with `note-key` for a name that no key can carry.
    pub fn cosigner_vkey(&self, name: String) -> Result<String> {
        self.vkey(&name, audit::KeyKind::CosignatureV1)
    }
}

impl ChainKeys {
    fn vkey(&self, name: &str, kind: audit::KeyKind) -> Result<String> {
        Ok(audit::NoteKey::new(name, kind, self.0.log().verifying_key())?.vkey())
    }
}

/// Begins a chain under a name without white space or `+`. (`Appender.begin` in the packages: a
/// constructor cannot give two things.)
///
/// Fails with `field` for another name, `entropy`.
#[uniffi::export]
pub fn begin_chain(origin: String, keys: Arc<ChainKeys>) -> Result<BegunChain> {
    let (appender, genesis) =
        audit::Appender::new(Origin::new(origin)?, keys.0.clone(), Arc::new(SystemClock))?;
    Ok(BegunChain { appender: Appender::of(appender), genesis: Appended::of(genesis)? })
}

#[uniffi::export]
impl Appender {
    /// Goes on with a chain that was verified, under keys certified together in it; `tail`: this
    /// author's records that were stored past the newest checkpoint, in order.
    ///
    /// Fails with `key-unknown`, `tail-left`; for a record that is not the next of this author,
    /// `chain-mismatch`, `signature-refused` or `record-order`; `handle-ended` if the chain went on
    /// elsewhere.
    #[uniffi::constructor]
    pub fn resume(chain: Arc<VerifiedChain>, keys: Arc<ChainKeys>, tail: Vec<Blob>) -> Result<Arc<Self>> {
        let tail: Vec<_> = tail.iter().map(Blob::as_slice).collect();
        let clock = Arc::new(SystemClock);
        chain.0.with(|chain| Ok(Self::of(audit::Appender::resume_with(chain, &tail, keys.0.clone(), clock)?)))
    }

    /// Signs a draft as the next record.
    ///
    /// Fails with `field`, `cbor`, `too-large`, `kind-misplaced`, `genesis`, `record-order`; the
    /// appender is as it was.
    pub fn append(&self, draft: Draft) -> Result<Appended> {
        Appended::of(self.lock().append(draft.inner()?)?)
    }

    /// Signs many, up to the first that is refused.
    pub fn append_all(&self, drafts: Vec<Draft>) -> Result<AppendedAll> {
        let mut appender = self.lock();
        let mut all = AppendedAll { appended: Vec::with_capacity(drafts.len()), refused: None };
        for (place, draft) in drafts.into_iter().enumerate() {
            let one = draft.inner().and_then(|draft| Appended::of(appender.append(draft)?));
            match one {
                Ok(one) => all.appended.push(one),
                Err(error) => {
                    all.refused = Some(RefusedDraft::of(place, &error));
                    break;
                }
            }
        }
        Ok(all)
    }

    /// Signs a checkpoint of all records so far.
    pub fn checkpoint(&self) -> Result<String> {
        Ok(self.lock().checkpoint()?)
    }

    /// Size and root of all records so far.
    pub fn head(&self) -> Result<Head> {
        Ok(self.lock().head()?.into())
    }

    /// Never uses a sequence below this one.
    pub fn skip_to(&self, sequence: u64) -> Result<()> {
        self.lock().skip_to(sequence);
        Ok(())
    }

    /// The chain.
    pub fn chain(&self) -> Result<ChainId> {
        Ok(self.lock().chain())
    }

    /// The author: who signs.
    pub fn author(&self) -> Result<DeviceId> {
        Ok(self.lock().author())
    }
}

impl Appender {
    fn of(appender: audit::Appender) -> Arc<Self> {
        Arc::new(Self(Mutex::new(appender)))
    }

    /// Nothing of the host is called under it.
    fn lock(&self) -> MutexGuard<'_, audit::Appender> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An event of the host's own: a number from 1,024 on, and a body in strict CBOR.
///
/// Fails with `host-kind`, `cbor`.
#[uniffi::export]
pub fn host_draft(kind: u64, body: Blob) -> Result<Draft> {
    let draft = audit::Draft::host(kind, body.as_slice().to_vec())?;
    Draft::of(&draft)
}

/// That these documents were sealed, at most 256.
///
/// Fails with `field` for none or too many, or a designation that is none.
#[uniffi::export]
pub fn sealed_draft(documents: Vec<SealedDocument>) -> Result<Draft> {
    let documents = documents.into_iter().map(SealedDocument::inner).collect::<Result<_>>()?;
    let documents = audit::body::List::new(documents)?;
    let sealed = audit::body::Sealed { epoch: None, generation: None, documents };
    Draft::of(&audit::Draft::new(&audit::Body::Sealed(sealed)))
}

/// That these documents were opened, at most 256.
///
/// Fails with `field` for none, too many, or one twice.
#[uniffi::export]
pub fn opened_draft(documents: Vec<DocumentId>) -> Result<Draft> {
    let documents = audit::body::List::new(documents)?;
    Draft::of(&audit::Draft::new(&audit::Body::Opened(audit::body::Opened { documents })))
}

impl Draft {
    fn of(draft: &audit::Draft) -> Result<Self> {
        let (kind, body) = (draft.kind.number(), Blob::new(&draft.body)?);
        Ok(Self { kind, body, subjects: Vec::new(), acting_for: None })
    }

    fn inner(self) -> Result<audit::Draft> {
        Ok(audit::Draft {
            kind: Kind::from_number(self.kind),
            body: self.body.as_slice().to_vec(),
            subjects: self.subjects.iter().map(exact).collect::<Result<_>>()?,
            acting_for: self.acting_for,
            details: None,
        })
    }
}

impl SealedDocument {
    fn inner(self) -> Result<audit::body::SealedDocument> {
        let none = || privity::envelope::Metadata::hash(&[]);
        let metadata = self.metadata.unwrap_or_else(none);
        let (summary, designation) = (self.summary.inner()?, self.designation.try_into()?);
        Ok(audit::body::SealedDocument::of(&summary, metadata, designation)?)
    }
}

impl Appended {
    fn of(appended: audit::Appended) -> Result<Self> {
        let audit::Appended { index, sequence, record, hash, .. } = appended;
        Ok(Self { index, sequence, record: Blob::new(&record)?, hash })
    }
}

impl RefusedDraft {
    fn of(place: usize, error: &PrivityError) -> Self {
        let (code, advice) = (error.code().to_owned(), error.advice().to_owned());
        Self { place: place as u64, code, advice }
    }
}

/// Reads keys of notes as their `vkey` texts.
pub(crate) fn note_keys(vkeys: &[String]) -> Result<Vec<audit::NoteKey>> {
    vkeys.iter().map(|vkey| Ok(audit::NoteKey::from_vkey(vkey)?)).collect()
}
