//! Shares out of a matter and into one.

use std::path::Path;
use std::sync::Arc;

use privity::{DeviceId, DocumentId, Hash, PrincipalId, ShareId, vault};

use crate::blob::Blob;
use crate::error::Result;
use crate::progress::{Listening, ProgressListener, watcher};
use crate::sharing::{CardDetails, Party};
use crate::sharing_accept::Accepted;
use crate::sharing_card::Card;
use crate::sharing_contact::{Contact, contacts};
use crate::sharing_draft::{Made, ShareDraft};
use crate::sharing_receipt::{Receipt, ReceiptAction, SignedReceipt};
use crate::vault::Vault;
use crate::vault_documents::DocumentInfo;
use crate::vault_matter::Matter;

/// A share that was accepted into a matter.
#[derive(uniffi::Record)]
pub struct Imported {
    /// Its terms and what was shown of its sender.
    pub accepted: Arc<Accepted>,
    /// What its documents are in the matter, in its order.
    pub documents: Vec<DocumentInfo>,
}

/// A share of documents of a matter, as the records have it.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct ShareInfo {
    /// The share.
    pub share: ShareId,
    /// SHA-256 of its manifest.
    pub manifest: Hash,
    /// The device that made it.
    pub by: DeviceId,
    /// When, by that device's clock: microseconds since 1970 UTC.
    pub at: u64,
    /// From when on it is refused.
    pub expires: Option<u64>,
    /// Whether a receipt was asked for.
    pub receipt: bool,
    /// What was shared, ascending.
    pub documents: Vec<SharedDocument>,
    /// Whether it is a password share, which anybody may pass on.
    pub forwardable: bool,
    /// Why; absent if the details of the record are missing, not those it commits to, or do not say whom it is
    /// for.
    pub purpose: Option<String>,
    /// Why it went to contacts whose words were not compared, by their number in the list.
    pub overridden: Option<String>,
    /// Whom it is for by name.
    pub recipients: Vec<SharedWith>,
}

/// A share that was accepted into a matter, as the records have it.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct Received {
    /// The share.
    pub share: ShareId,
    /// SHA-256 of its manifest.
    pub manifest: Hash,
    /// The device that accepted it.
    pub by: DeviceId,
    /// When, by that device's clock: microseconds since 1970 UTC.
    pub at: u64,
    /// What its documents are in the matter, ascending.
    pub documents: Vec<SharedDocument>,
    /// Where it came from; absent if the details of the record are missing, not those it commits to, or not what
    /// the sender signed.
    pub provenance: Option<Provenance>,
}

/// Where a share came from. That the key signed all of it is verified anew; that the key was the sender's is
/// the word of the device that accepted it.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct Provenance {
    /// The contact by whom the sender was known.
    pub contact: String,
    /// The name under which the sender signed.
    pub name: String,
    /// The sender.
    pub party: PrincipalId,
    /// The ssh key of a party by its own keys, the hash of a firm's first record: in hexadecimal.
    pub anchor: Hash,
    /// The key that signed, as OpenSSH writes it.
    pub key: String,
    /// Why it was disclosed.
    pub purpose: String,
    /// What the sender signed: README.txt, SHA256SUMS and its signature, the manifest, a firm's standing.
    pub parts: Vec<SignedPart>,
}

/// A file of a share beside its documents.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct SignedPart {
    /// Where it lies in the share.
    pub path: String,
    /// Its content.
    pub bytes: Blob,
}

/// A document that was shared.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct SharedDocument {
    /// The document.
    pub document: DocumentId,
    /// Its version.
    pub version: u32,
}

/// A recipient of a share.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct SharedWith {
    /// Their name, as the sender knew them.
    pub name: String,
    /// The fingerprint of their card or keys.
    pub fingerprint: Hash,
    /// Their newest receipt on file.
    pub acknowledged: Option<Acknowledged>,
}

/// What a receipt on file says.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Acknowledged {
    /// What became of the share.
    pub action: ReceiptAction,
    /// When, by the recipient's clock: microseconds since 1970 UTC.
    pub at: u64,
}

#[uniffi::export]
impl Vault {
    /// This device as a party: whoever has the firm's words accepts what it signs. Release it; locking
    /// the vault does not.
    ///
    /// Fails with `standing-refused` if the newest anchor is void, until the next act; `standing` if more
    /// than 64 records led to this device; `locked`; what verifying forward can fail with.
    pub fn party(&self) -> Result<Arc<Party>> {
        Ok(Party::of(self.0.party()?))
    }

    /// A contact card of this device, with its standing.
    ///
    /// Fails as `party` and `Party.card`.
    pub fn card(&self, details: CardDetails) -> Result<Arc<Card>> {
        details.with(|details| self.0.card(details))
    }
}

#[uniffi::export]
impl Matter {
    /// Shares documents, in the order of their ids, into the new file `to`. The share is on record, with
    /// whom it is for, before the file is there under its name.
    ///
    /// Fails with `no-access`, `screened` or `role-missing` unless this user may seal here;
    /// `share-profile`, `document-unknown`, `matter-closed`; `field` for one document twice; as
    /// `share_files`.
    #[uniffi::method(default(listener = None))]
    pub fn share(
        &self,
        draft: Arc<ShareDraft>,
        documents: Vec<DocumentId>,
        to: String,
        listener: Option<Arc<dyn ProgressListener>>,
    ) -> Result<Made> {
        let listening = listener.map(Listening);
        Made::of(self.0.share(draft.inner(), &documents, Path::new(&to), watcher(&listening))?)
    }

    /// Accepts a share for this device into the matter. Nothing is on record, and nothing stays sealed,
    /// unless every step passed.
    ///
    /// Fails at a step, as `accept_folder`; at the last, as `seal_bytes`.
    #[uniffi::method(default(listener = None))]
    pub fn accept(
        &self,
        source: String,
        contacts: Vec<Arc<Contact>>,
        listener: Option<Arc<dyn ProgressListener>>,
    ) -> Result<Imported> {
        let listening = listener.map(Listening);
        let known = self::contacts(&contacts);
        let imported = self.0.accept(Path::new(&source), &known, watcher(&listening))?;
        let documents = imported.documents.into_iter().map(Into::into).collect();
        Ok(Imported { accepted: Accepted::of(imported.accepted), documents })
    }

    /// Files a receipt as proof that a recipient got the share: its bytes and signature are kept beside
    /// the record.
    ///
    /// Fails with `receipt`, `sshsig`, `public-key` for bytes that are none; `signature-refused`;
    /// `receipt-refused` if it is of no share of this matter or not by the recipient it names;
    /// `no-access`, `screened` or `role-missing` unless this user reads here.
    pub fn file_receipt(&self, receipt: SignedReceipt) -> Result<Receipt> {
        Receipt::of(&self.0.file_receipt(&receipt.inner())?)
    }

    /// Every share of the matter's documents, in the order they were made, with the receipts on file,
    /// each verified again.
    ///
    /// Fails with `no-access` or `screened`; `firm-tampered`, `store-incomplete`.
    pub fn shares(&self) -> Result<Vec<ShareInfo>> {
        self.0.shares()?.into_iter().map(ShareInfo::of).collect()
    }

    /// Every share that was accepted into the matter, in their order; one that was accepted twice, twice.
    ///
    /// Fails as `shares`.
    pub fn received(&self) -> Result<Vec<Received>> {
        self.0.received()?.into_iter().map(Received::of).collect()
    }
}

impl SharedDocument {
    fn of(one: privity::audit::body::DocumentVersion) -> Self {
        Self { document: one.document, version: one.version.get() }
    }
}

impl Received {
    fn of(one: vault::Received) -> Result<Self> {
        Ok(Self {
            share: one.share,
            manifest: one.manifest,
            by: one.by,
            at: one.at.micros(),
            documents: one.documents.into_iter().map(SharedDocument::of).collect(),
            provenance: one.provenance.map(Provenance::of).transpose()?,
        })
    }
}

impl Provenance {
    fn of(from: vault::Provenance) -> Result<Self> {
        let part = |(path, bytes): (String, Vec<u8>)| Ok(SignedPart { path, bytes: Blob::new(&bytes)? });
        Ok(Self {
            contact: from.contact,
            name: from.name,
            party: from.party,
            anchor: Hash(from.anchor),
            key: from.key,
            purpose: from.purpose,
            parts: from.parts.into_iter().map(part).collect::<Result<_>>()?,
        })
    }
}

impl ShareInfo {
    fn of(info: vault::ShareInfo) -> Result<Self> {
        Ok(Self {
            share: info.share,
            manifest: info.manifest,
            by: info.by,
            at: info.at.micros(),
            expires: info.expires.map(|at| at.micros()),
            receipt: info.receipt,
            documents: info.documents.into_iter().map(SharedDocument::of).collect(),
            forwardable: info.forwardable,
            purpose: info.purpose,
            overridden: info.overridden,
            recipients: info.recipients.into_iter().map(SharedWith::of).collect::<Result<_>>()?,
        })
    }
}

impl SharedWith {
    fn of(with: vault::SharedWith) -> Result<Self> {
        let acknowledged = with.acknowledged.map(|(action, at)| -> Result<_> {
            Ok(Acknowledged { action: action.try_into()?, at: at.micros() })
        });
        Ok(Self { name: with.name, fingerprint: with.fingerprint, acknowledged: acknowledged.transpose()? })
    }
}
