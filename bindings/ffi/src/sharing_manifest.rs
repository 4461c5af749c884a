//! What a share says of itself, as plain data.

use privity::sharing::manifest;
use privity::{DeviceId, DocumentId, Hash, PrincipalId, ShareId};

use crate::blob::Blob;
use crate::error::Result;
use crate::sharing::PartyKind;
use crate::sharing_draft::Onward;
use crate::vault_documents::Designation;

/// The signed terms of a share.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct Manifest {
    /// The share.
    pub share: ShareId,
    /// When it was made, by the sender's clock: microseconds since 1970 UTC.
    pub created: u64,
    /// From when on it is refused.
    pub expires: Option<u64>,
    /// Who sends it.
    pub sender: ManifestSender,
    /// Whom it is for; nobody: a password share.
    pub recipients: Vec<ManifestRecipient>,
    /// Why it is disclosed.
    pub purpose: String,
    /// On what privilege rests.
    pub basis: Option<String>,
    /// How it is to be handled.
    pub designation: Designation,
    /// Whether it may be passed on.
    pub onward: Onward,
    /// Whether a receipt is asked for.
    pub receipt: bool,
    /// What is in it.
    pub documents: Vec<ManifestDocument>,
    /// The checkpoint of the firm's ledger under which the sender's device is shown.
    pub ledger: Option<ManifestLedger>,
    /// The share that this one answers.
    pub in_reply_to: Option<ShareId>,
    /// Whether whoever knows the password could have been given it by anybody.
    pub forwardable: bool,
}

/// Who sends a share.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct ManifestSender {
    /// A party by its own keys, or a firm.
    pub kind: PartyKind,
    /// The party.
    pub party: PrincipalId,
    /// The person's name.
    pub name: String,
    /// Their organisation; may be empty.
    pub organisation: String,
    /// The ssh key of a party by its own keys, the hash of a firm's first record.
    pub anchor: Hash,
    /// The key that signs, as OpenSSH writes it.
    pub key: String,
    /// The device of a firm that signs.
    pub device: Option<DeviceId>,
}

/// Whom a share is for.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct ManifestRecipient {
    /// Their name, as the sender knows them.
    pub name: String,
    /// Their key: `age1…`.
    pub recipient: String,
    /// The fingerprint of their card or keys.
    pub fingerprint: Hash,
}

/// A document of a share.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct ManifestDocument {
    /// Where it lies in the archive, and below the folder it is accepted into.
    pub path: String,
    /// Its name, as the sender has it.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Bytes of content.
    pub size: u64,
    /// Which document of the sender's vault it is.
    pub document: Option<DocumentId>,
    /// Its version there.
    pub version: Option<u32>,
}

/// A checkpoint of a firm's ledger.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ManifestLedger {
    /// Its origin.
    pub origin: String,
    /// The ledger's size.
    pub size: u64,
    /// Its root.
    pub root: Hash,
}

/// Reads the bytes of a manifest. Whether they are what somebody signed, accepting the share shows.
///
/// Fails with `too-large`, `json`, `manifest`; `manifest-critical` if it has terms that this version does
/// not know.
#[uniffi::export]
pub fn parse_manifest(bytes: Blob) -> Result<Manifest> {
    Manifest::of(&manifest::Manifest::parse(bytes.as_slice())?)
}

impl Manifest {
    pub(crate) fn of(manifest: &manifest::Manifest) -> Result<Self> {
        Ok(Self {
            share: manifest.share,
            created: manifest.created.micros(),
            expires: manifest.expires.map(|at| at.micros()),
            sender: ManifestSender::of(&manifest.sender)?,
            recipients: manifest.recipients.iter().map(Into::into).collect(),
            purpose: manifest.purpose.clone(),
            basis: manifest.basis.clone(),
            designation: manifest.designation.into(),
            onward: manifest.onward.try_into()?,
            receipt: manifest.receipt,
            documents: manifest.documents.iter().map(Into::into).collect(),
            ledger: manifest.ledger.as_ref().map(Into::into),
            in_reply_to: manifest.in_reply_to,
            forwardable: manifest.forwardable(),
        })
    }
}

impl ManifestSender {
    fn of(sender: &manifest::Sender) -> Result<Self> {
        Ok(Self {
            kind: sender.kind.try_into()?,
            party: sender.party,
            name: sender.name.clone(),
            organisation: sender.organisation.clone(),
            anchor: Hash(sender.anchor),
            key: sender.key.clone(),
            device: sender.device,
        })
    }
}

impl From<&manifest::Recipient> for ManifestRecipient {
    fn from(recipient: &manifest::Recipient) -> Self {
        let manifest::Recipient { name, recipient, fingerprint } = recipient.clone();
        Self { name, recipient, fingerprint }
    }
}

impl From<&manifest::Document> for ManifestDocument {
    fn from(document: &manifest::Document) -> Self {
        let manifest::Document { path, name, media_type, size, version } = document.clone();
        Self {
            path,
            name,
            media_type,
            size,
            document: version.map(|version| version.document),
            version: version.map(|version| version.version.get()),
        }
    }
}

impl From<&manifest::Ledger> for ManifestLedger {
    fn from(ledger: &manifest::Ledger) -> Self {
        let manifest::Ledger { origin, size, root } = ledger.clone();
        Self { origin, size, root }
    }
}
